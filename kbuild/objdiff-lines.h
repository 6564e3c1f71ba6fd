/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Line numbers in code: whether two functions are the same but for them. Used by objdiff.c alone.
 */
#pragma once

#include "kbuild/objdiff.h"
#include "kbuild/object.h"

/* A number that a function loads, and that differs. */
typedef struct {
	guint64 old, new;
	gboolean argument; /* it is passed as a line to a function that takes one */
	char *file;	   /* (nullable): with this name of a file */
} LineDelta;

void line_delta_free (gpointer data); /* of a LineDelta */

/**
 * objdiff__code_deltas: compares the code of two paired functions.
 *
 * Returns: (transfer full) (nullable) (element-type LineDelta): all numbers that differ; NULL
 * where anything else differs, or cannot be told.
 */
GPtrArray *objdiff__code_deltas (Object *base, const Unit *old, Object *variant, const Unit *new);

/** objdiff__same_window: whether data that instructions reach through one address is the same. */
gboolean objdiff__same_windows (Object *base, const Unit *old, Object *variant, const Unit *new);

/**
 * objdiff__lines_mapped: whether there is evidence that all @deltas are lines, moved as @maps tell.
 */
gboolean objdiff__lines_mapped (const GPtrArray *deltas, const LineMap *maps, gsize n_maps);

/**
 * objdiff__lines_shift: the distance by which all @deltas moved, each one known to be a line by the
 * function it is passed to; 0 if they moved by several or one is not known to be a line.
 */
int objdiff__lines_shift (const GPtrArray *deltas);
