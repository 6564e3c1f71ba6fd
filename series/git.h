/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What series/ shares about libgit2: cleanups of its types, and its last error as a GError.
 *
 * For the files of this folder only. Callers of series/ see commits and trees as 40 hex digits.
 */
#pragma once

#include <git2.h>
#include <glib.h>

#include "base/error.h"
#include "series/repo.h"

/* The committer of what we make: a repository's user can tell it by that, and so do we. */
#define BAKEOFF_NAME	"bakeoff"
#define BAKEOFF_ADDRESS "bakeoff@localhost"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_blob, git_blob_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_commit, git_commit_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_describe_result, git_describe_result_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_object, git_object_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_odb, git_odb_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_odb_object, git_odb_object_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_reference, git_reference_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_repository, git_repository_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_signature, git_signature_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_tree, git_tree_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_tree_entry, git_tree_entry_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_treebuilder, git_treebuilder_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (git_buf, git_buf_dispose)

/** repo__git: Returns: (transfer none): the open repository. */
git_repository *repo__git (Repo *self);

/** repo__find_tree: Returns: (transfer full): the tree called @id in hex. Errors: FAILED. */
git_tree *repo__find_tree (Repo *self, const char *id, GError **error);

/** repo__find_commit: Returns: (transfer full): the commit called @id in hex. Errors: USAGE. */
git_commit *repo__find_commit (Repo *self, const char *id, GError **error);

/** git__fail: sets BAKEOFF_ERROR_FAILED: `DOING: what libgit2 said last`. Returns FALSE. */
gboolean git__fail (GError **error, const char *doing);
