/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The user's git repository, opened read-mostly.
 *
 * bakeoff adds objects and refs under refs/bakeoff/ and nothing else: never the index, HEAD, a
 * branch or the work tree. Object ids cross this interface as 40 hex digits, so that callers need
 * no libgit2. A Repo belongs to one thread; opening another is cheap.
 */
#pragma once

#include <glib.h>

typedef struct Repo Repo;

/** repo_open: @path may be a work tree, a .git folder or a bare repository. Errors: USAGE. */
Repo *repo_open (const char *path, GError **error);
void repo_free (Repo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Repo, repo_free)

/** repo_discover: Returns: (transfer full) (nullable): the git directory that @dir belongs to. */
char *repo_discover (const char *dir);

/**
 * repo_bisected: Returns: (transfer full) (nullable): the id of the commit that a `git bisect`
 * under way in this repository (or this work tree of it) wants to have tested: BISECT_HEAD, else
 * HEAD.
 */
char *repo_bisected (Repo *self);

/** repo_path: Returns: (transfer none): the git directory's path. */
const char *repo_path (const Repo *self);

/**
 * repo_resolve:
 * @rev: what git rev-parse takes: a tag, a branch, an id, HEAD~3
 *
 * Returns: (transfer full): the id of the commit. Errors: USAGE, with the nearest tags as hint.
 */
char *repo_resolve (Repo *self, const char *rev, GError **error);

/** repo_describe: Returns: (transfer full): `git describe --tags` of @commit, else its short id. */
char *repo_describe (Repo *self, const char *commit);

/** repo_subject: Returns: (transfer full) (nullable): the first line of the commit's message. */
char *repo_subject (Repo *self, const char *commit);

/** repo_tree_of: Returns: (transfer full): the id of @commit's tree. */
char *repo_tree_of (Repo *self, const char *commit, GError **error);

/**
 * repo_checkout: makes folder @dir hold @to_tree.
 * @from_tree: (nullable): the tree that @dir is known to hold, so that only files whose content or
 *   mode differ are written and all others keep their times; NULL for an empty or unknown folder,
 *   which is emptied first
 * @out_changed: (out) (optional) (transfer full): paths that were written or removed (element-type
 *   utf8, freed by the array); everything where @from_tree was NULL
 */
gboolean repo_checkout (Repo *self, const char *from_tree, const char *to_tree, const char *dir,
			GPtrArray **out_changed, GError **error);

/**
 * repo_changed_paths:
 * @out_content_only: whether every change is to the content of a file that both trees have, with
 *   the same mode: none added, removed or made executable
 *
 * Returns: (transfer container) (element-type utf8): paths that differ between the two trees.
 */
GPtrArray *repo_changed_paths (Repo *self, const char *from_tree, const char *to_tree,
			       gboolean *out_content_only, GError **error);

/* One `@@` of a diff without context; lines from 1. Where a side has no lines, its start is the
 * line before. */
typedef struct {
	guint old_start, old_lines;
	guint new_start, new_lines;
} RepoHunk;

/**
 * repo_moved_lines: how the lines of @path, which both trees have, moved from one to the other.
 * @out_old_text: (transfer full): what the first tree has there
 *
 * Returns: (transfer full) (element-type RepoHunk).
 */
GArray *repo_moved_lines (Repo *self, const char *from_tree, const char *to_tree, const char *path,
			  char **out_old_text, GError **error);

/**
 * repo_update_ref: points refs/bakeoff/@name at @commit. Does nothing where it does already.
 */
gboolean repo_update_ref (Repo *self, const char *name, const char *commit, GError **error);

typedef enum {
	REF_NONE,    /* there is no such ref */
	REF_REMOVED, /* it is gone */
	REF_FOREIGN, /* it is no ref to a commit of bakeoff's, and was left alone */
} RefRemoval;

/**
 * repo_remove_ref: removes refs/bakeoff/@name where it points to a commit whose committer is
 * bakeoff. The commit stays; git collects it in time.
 *
 * Errors: FAILED.
 */
gboolean repo_remove_ref (Repo *self, const char *name, RefRemoval *out_removal, GError **error);

/** repo_list_refs: Returns: (transfer container) (element-type utf8): names below refs/bakeoff/. */
GPtrArray *repo_list_refs (Repo *self);
