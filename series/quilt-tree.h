/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A variant as a work tree for quilt, and the mark by which its way back is known.
 *
 * What lies below the patches (base, prelude) is the tree itself, so that quilt refresh yields a
 * diff against that. `patches/` holds copies of the patch files and their `series`, `.pc` what
 * quilt push would have left there (quilt 0.66, scripts/patchfns and push).
 */
#pragma once

#include <glib.h>

#include "series/repo.h"

/* What the first line of an exported `series` tells, a comment to quilt. */
typedef struct {
	char *variant;
	char *base;	    /* commit id */
	gboolean base_only; /* the prelude does not lie below */
} QuiltMark;

void quilt_mark_clear (QuiltMark *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QuiltMark, quilt_mark_clear)

/** quilt_mark_read: Returns: whether the text of a `series` holds a mark. */
gboolean quilt_mark_read (QuiltMark *self, const char *text);

/* All borrowed. */
typedef struct {
	Repo *repo;
	const char *commit; /* what variant_apply() made, or what lies below where none is pushed */
	gboolean pushed;    /* each of the patches is a commit of its own, the topmost is @commit */
	GPtrArray *names;   /* (element-type utf8): of the patches below `patches/`, bottom first */
	GPtrArray *paths;   /* (element-type filename): where each of them is now */
	QuiltMark mark;
} QuiltTree;

/**
 * quilt_tree_name: Returns: (transfer full): what a patch that a project calls @patch is called in
 * `series`: the same where that is a path below the folder, else its last part.
 */
char *quilt_tree_name (const char *patch);

/**
 * quilt_tree_write: makes @dir, which is absent or empty, as a whole or not at all: it grows beside
 * its place and is renamed. The repository's index, HEAD and work tree are not touched.
 *
 * Errors: USAGE for a folder that is not empty, for names that quilt cannot use (blanks, one name
 * twice), for a tree that has `patches` or `.pc` itself; FAILED.
 */
gboolean quilt_tree_write (const QuiltTree *self, const char *dir, GError **error);
