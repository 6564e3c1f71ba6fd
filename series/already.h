/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a change is there already.
 *
 * It is where its reverse applies: every line that it adds stands in its context, byte for byte, at
 * the line that the patch says or another one, and none that it removes stands between. That alone
 * is no proof, for a file may hold such lines in two places: who asks must weigh it against how the
 * patch applies as it is.
 *
 * A patch is there as a whole or not at all. Of a fix that history has in one file and not in
 * another, nothing says that the half is not another change that looks alike, or one that was taken
 * back: a user is better served by being told than by half a patch that goes on silently.
 */
#pragma once

#include <glib.h>

#include "series/apply.h"
#include "series/overlay.h"
#include "series/patch.h"

/**
 * patch_is_there: whether all of @self is in @overlay.
 * @self: stripped, see patch_strip()
 * @out_there: a file that the patch creates must have exactly the content and mode that the patch
 *   gives it; one that it deletes must not be there, one that it renames only under its new name,
 *   a copy must be what the patch makes of the file that it is copied from. A hunk that leaves no
 *   line, of context or added, to be looked for proves nothing, and is not there.
 * @out_moved: (out): by how many lines its hunks lie elsewhere, all together
 *
 * Errors: FAILED for trouble with the repository.
 */
gboolean patch_is_there (const Patch *self, const Overlay *overlay, gboolean *out_there,
			 guint64 *out_moved, GError **error);

/**
 * hunk_is_there: whether what @hunk makes is in the file.
 * @lines: (element-type Slice): the file
 */
gboolean hunk_is_there (GArray *lines, const Hunk *hunk);

/**
 * hunk_is_there_with_fuzz: the same as patch(1) sees it.
 * @options: the fuzz; the rest does not count
 *
 * Errors: FAILED.
 */
gboolean hunk_is_there_with_fuzz (GBytes *content, const Hunk *hunk, const ApplyOptions *options,
				  gboolean *out_there, GError **error);
