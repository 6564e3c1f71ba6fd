/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A patch goes onto an overlay: as a whole or not at all.
 */
#pragma once

#include <glib.h>

#include "series/merge.h"
#include "series/overlay.h"
#include "series/patch.h"

/* In the note of a hunk that fits at several places; the next nearest one's number follows. */
#define APPLY_AMBIGUOUS "; ambiguous: also fits at line "

/* In the note of a file that was merged; the id of the blob that its patch was made on follows. */
#define APPLY_MERGED "merged three-way over blob "

typedef struct {
	int fuzz;	  /* lines of context that patch(1) may ignore; 0 forbids */
	GPtrArray *notes; /* (nullable) (element-type utf8): gets offsets, doubts and fuzz */

	gboolean once;	      /* no fuzz for a hunk that, with as much fuzz, is there already */
	const Merger *merger; /* (nullable): where fuzz does not help either, merge three-way; the
			       * patch must be one of those that it knows */
	guint64 *moved;	      /* (nullable): by how many lines hunks were moved is added here, all
				 together */
} ApplyOptions;

/**
 * patch_apply:
 * @self: stripped, see patch_strip()
 * @overlay: unchanged where the patch does not apply
 *
 * A file that is created must not be there; one that is deleted must have exactly the content that
 * the patch removes. A hunk that fits at several places goes to the one nearest to where it says,
 * moved as the hunk before was, as with patch(1) and git; its note says where else it fits.
 *
 * Errors: PATCH, `NAME:LINE: FILE: hunk N` and the file's line where the context first differs;
 * FAILED for trouble with the repository or with patch(1).
 */
gboolean patch_apply (const Patch *self, Overlay *overlay, const ApplyOptions *options,
		      GError **error);

/**
 * file_patch__apply: one file's hunks on @content, at exact context.
 * @patch: the patch that @file is one of, for messages
 *
 * Returns: (transfer full): the file's new content. Errors: PATCH.
 */
GBytes *file_patch__apply (const Patch *patch, const FilePatch *file, GBytes *content,
			   GError **error);

/**
 * patch_apply__with_fuzz: one file's hunks by patch(1), in a folder of its own.
 * @out_rejected: TRUE where patch(1) refused too
 *
 * Returns: (transfer full): the file's new content. Errors: FAILED.
 */
GBytes *patch_apply__with_fuzz (const FilePatch *file, GBytes *content, const char *label,
				const ApplyOptions *options, gboolean *out_rejected,
				GError **error);
