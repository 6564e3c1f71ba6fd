/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where in a file a hunk fits.
 *
 * The rules are those of git apply: every context and removed line must be there byte for byte; a
 * hunk that starts at line 1 fits only at the top, one without context below it only at the end.
 * The hunk's own line comes first, moved by as much as the hunk before it was; then the nearest
 * one, lower before higher. Hunks keep their order and never overlap: what an earlier hunk covered
 * is closed to the next.
 */
#pragma once

#include <glib.h>

#include "series/patch.h"

/* A line of a file, with its newline where it has one. */
typedef struct {
	const char *data;
	gsize length;
} Slice;

typedef struct {
	guint at;     /* index of the line where the hunk begins: it fits, or nearly fits, there */
	guint also;   /* index of the next nearest line where it would fit too; G_MAXUINT if none */
	guint differ; /* index of the file's first line that is not what the hunk says */
	guint alike;  /* how many of the hunk's old lines are as the hunk says */
	const PatchLine *wanted; /* (nullable): what the hunk says there */
} Place;

/** slices_new: Returns: (transfer full) (element-type Slice): the lines of @data, borrowed. */
GArray *slices_new (const char *data, gsize length);

/**
 * place_hunk:
 * @lines: (element-type Slice): the file
 * @from: index of the first line that earlier hunks left free
 * @shift: how far the hunk before was moved
 *
 * Returns: whether @hunk fits. @out tells where, else the place that is most alike.
 */
gboolean place_hunk (GArray *lines, guint from, gint64 shift, const Hunk *hunk, Place *out);

/** place_expected: index of the line where @hunk says that it begins. */
guint place_expected (const Hunk *hunk);
