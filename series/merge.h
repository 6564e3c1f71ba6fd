/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Three-way merges of patches by blob.
 *
 * A patch of git's says by its `index` line which blob it was made on. Where the repository has
 * that blob, the patch is certain to apply to it, and what it does can be merged with what another
 * commit has in that place. A Merger knows a series: the blob that a patch was made on is often one
 * that no commit holds, but what the patches below make of one that some commit does.
 */
#pragma once

#include <glib.h>

#include "series/patch.h"
#include "series/repo.h"

typedef struct Merger Merger;

/** merger_new: the repository must outlive it. */
Merger *merger_new (Repo *repo);
void merger_free (Merger *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Merger, merger_free)

/** merger_add: a stripped patch on top of those that are known. It must outlive the merger. */
void merger_add (Merger *self, const Patch *patch);

/**
 * merger_merge: what @file, one of the files of @patch, makes of @ours.
 * @ours: what the commit has in the file's place
 * @out_why: (transfer full): a few words where there is no clean merge: no index line, no such
 *   blob, not one blob alone of that abbreviated id, conflicts, or a change that a second merge
 *   would make once more (a file of many equal lines)
 *
 * The same patches give the same content whether or not the blobs that they make of each other are
 * in the repository already.
 *
 * Returns: (transfer full) (nullable): the content; NULL with @out_why, or with an error. Errors:
 * FAILED for trouble with the repository.
 */
GBytes *merger_merge (const Merger *self, const Patch *patch, const FilePatch *file, GBytes *ours,
		      char **out_why, GError **error);
