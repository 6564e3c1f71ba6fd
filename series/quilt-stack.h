/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A folder made with quilt, on its way back: what series/quilt-tree.h made and quilt changed, or
 * one that bakeoff never saw.
 */
#pragma once

#include <glib.h>

#include "series/quilt-tree.h"
#include "series/quilt.h"

typedef struct {
	char *dir;	    /* absolute */
	GPtrArray *entries; /* (element-type QuiltEntry): lowest first */
	gboolean marked;    /* it comes from quilt_tree_write() … */
	QuiltMark mark;	    /* … as this tells */
	guint pushed;	    /* how many of the entries, from the lowest, .pc says are pushed */
} QuiltStack;

/**
 * quilt_stack_read: @dir as quilt_locate() takes it.
 *
 * Errors: USAGE for a folder without `series` or with an empty one that bakeoff did not make, for
 * a line of it that names a missing patch, a path that leaves the folder or options that cannot be
 * honoured: `FILE:LINE: …`.
 */
QuiltStack *quilt_stack_read (const char *dir, GError **error);
void quilt_stack_free (QuiltStack *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QuiltStack, quilt_stack_free)

/**
 * quilt_stack_forgotten: files that quilt knows and that are neither as the pushed patches leave
 * them: edited, and `quilt refresh` forgotten.
 * @tree: id of the tree that the pushed patches make
 *
 * Returns: (transfer full) (element-type utf8): their paths. Errors: FAILED.
 */
GPtrArray *quilt_stack_forgotten (const QuiltStack *self, Repo *repo, const char *tree,
				  GError **error);

/**
 * quilt_keep_header: the text @changed of a patch that used to be @old. Where nothing stands above
 * its diff, as in what `quilt diff` prints, it gets what stood above that of @old: headers and
 * description.
 *
 * Returns: (transfer full)
 */
char *quilt_keep_header (const char *old, const char *changed);
