/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tree differences: what a variant's build really changed, of all objects that it compiled.
 *
 * Objects are what a compiler or an assembler made of one source file. What `ld -r` joined of
 * others (built-in.o, a driver of several files), what the build makes of a linked kernel (.tmp_*,
 * piggy.o) and what runs on the building machine is left out: it would tell the same thing twice or
 * nothing.
 */
#pragma once

#include "kbuild/objdiff.h"

typedef enum {
	OBJECT_DIFFERS, /* `changes` says how; if it is empty, debugging data or layout differ */
	OBJECT_ADDED,
	OBJECT_REMOVED,
} ObjectState;

typedef struct {
	char *path; /* relative to both trees */
	ObjectState state;
	GPtrArray *changes; /* of ObjectChange; empty for objects added or removed */
} ObjectDiff;

typedef struct {
	GPtrArray *objects; /* of ObjectDiff, by path: those that are not equal byte for byte */
	guint compared;	    /* objects looked at */
	guint differing;    /* objects that are not equal byte for byte and are in both trees */
	guint layout_only;  /* of these, those in which nothing that runs differs */
	guint lines_only;   /* of these, those in which line numbers alone do */
	guint added;
	guint removed;
} TreeDiff;

typedef struct {
	const LineMap *maps; /* (nullable): of all source files that the variant changed */
	gsize n_maps;
	gboolean removed; /* look for removed objects: not if the variant's folder is an overlay's
			   * upper one, which holds only what was written anew */
} TreeDiffOptions;

void tree_diff_free (TreeDiff *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TreeDiff, tree_diff_free)

/**
 * tree_diff: compares the objects of two object folders.
 * @options: (nullable)
 *
 * Symbolic links are not followed. Errors: FAILED, naming a file or folder that cannot be read or
 * an object that is damaged.
 */
TreeDiff *tree_diff (const char *base, const char *variant, const TreeDiffOptions *options,
		     GError **error);

/**
 * tree_diff_summary: Returns: (transfer full): one line without an end, as "touches mmci_pio_irq
 * (drivers/mmc/host/mmci.o) only" or "changes line numbers only, in 3 functions of 1 object".
 */
GString *tree_diff_summary (const TreeDiff *self);

/** tree_diff_listing: Returns: (transfer full): a line for each object, and below it its changes.
 */
GString *tree_diff_listing (const TreeDiff *self);
