/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between two trees, by name. Equal subtrees are never opened.
 */
#include <string.h>

#include "series/git.h"

typedef struct {
	Repo *repo;
	GPtrArray *paths;
	gboolean content_only;
} Changes;

static gboolean compare (Changes *self, const git_oid *from, const git_oid *to, const char *path,
			 GError **error);

static gboolean is_folder (const git_tree_entry *entry)
{
	return entry && git_tree_entry_type (entry) == GIT_OBJECT_TREE;
}

static gboolean is_file (const git_tree_entry *entry)
{
	return entry && (git_tree_entry_filemode (entry) == GIT_FILEMODE_BLOB ||
			 git_tree_entry_filemode (entry) == GIT_FILEMODE_BLOB_EXECUTABLE);
}

/* One name, on both sides; either may be NULL. */
static gboolean compare_entries (Changes *self, const git_tree_entry *from,
				 const git_tree_entry *to, const char *parent, GError **error)
{
	const char *name = git_tree_entry_name (from ? from : to);
	g_autofree char *path = *parent ? g_strconcat (parent, "/", name, NULL) : g_strdup (name);
	gboolean same_mode =
		from && to && git_tree_entry_filemode (from) == git_tree_entry_filemode (to);

	if (same_mode && git_oid_equal (git_tree_entry_id (from), git_tree_entry_id (to)))
		return TRUE;
	if (is_folder (from) || is_folder (to)) {
		if (!compare (self, is_folder (from) ? git_tree_entry_id (from) : NULL,
			      is_folder (to) ? git_tree_entry_id (to) : NULL, path, error))
			return FALSE;
		if (!from || !to || same_mode)
			return TRUE;
	}
	self->content_only = self->content_only && same_mode && is_file (to);
	g_ptr_array_add (self->paths, g_steal_pointer (&path));
	return TRUE;
}

static gboolean compare (Changes *self, const git_oid *from, const git_oid *to, const char *path,
			 GError **error)
{
	g_autoptr (git_tree) a = NULL, b = NULL;
	gsize i;

	if ((from && git_tree_lookup (&a, repo__git (self->repo), from) != 0) ||
	    (to && git_tree_lookup (&b, repo__git (self->repo), to) != 0))
		return git__fail (error, "cannot read a tree");
	for (i = 0; a && i < git_tree_entrycount (a); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex (a, i);
		const git_tree_entry *other =
			b ? git_tree_entry_byname (b, git_tree_entry_name (entry)) : NULL;

		if (!compare_entries (self, entry, other, path, error))
			return FALSE;
	}
	for (i = 0; b && i < git_tree_entrycount (b); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex (b, i);

		if ((!a || !git_tree_entry_byname (a, git_tree_entry_name (entry))) &&
		    !compare_entries (self, NULL, entry, path, error))
			return FALSE;
	}
	return TRUE;
}

GPtrArray *repo_changed_paths (Repo *self, const char *from_tree, const char *to_tree,
			       gboolean *out_content_only, GError **error)
{
	g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
	Changes changes = { self, paths, TRUE };
	git_oid from, to;

	if (git_oid_fromstr (&from, from_tree) != 0 || git_oid_fromstr (&to, to_tree) != 0) {
		git__fail (error, "no tree's id");
		return NULL;
	}
	if (!compare (&changes, &from, &to, "", error))
		return NULL;
	*out_content_only = changes.content_only;
	return g_steal_pointer (&paths);
}

/* ---- lines ---- */

static int add_hunk (const git_diff_delta *delta G_GNUC_UNUSED, const git_diff_hunk *hunk,
		     void *payload)
{
	RepoHunk entry = { (guint) hunk->old_start, (guint) hunk->old_lines,
			   (guint) hunk->new_start, (guint) hunk->new_lines };

	g_array_append_val ((GArray *) payload, entry);
	return 0;
}

static git_blob *find_blob (Repo *repo, const char *tree_id, const char *path, GError **error)
{
	g_autoptr (git_tree) tree = repo__find_tree (repo, tree_id, error);
	g_autoptr (git_tree_entry) entry = NULL;
	g_autoptr (git_blob) blob = NULL;

	if (!tree)
		return NULL;
	if (git_tree_entry_bypath (&entry, tree, path) != 0 ||
	    git_blob_lookup (&blob, repo__git (repo), git_tree_entry_id (entry)) != 0)
		git__fail (error, path);
	return g_steal_pointer (&blob);
}

GArray *repo_moved_lines (Repo *self, const char *from_tree, const char *to_tree, const char *path,
			  char **out_old_text, GError **error)
{
	g_autoptr (git_blob) from = find_blob (self, from_tree, path, error);
	g_autoptr (git_blob) to = from ? find_blob (self, to_tree, path, error) : NULL;
	g_autoptr (GArray) hunks = g_array_new (FALSE, FALSE, sizeof (RepoHunk));
	git_diff_options options = GIT_DIFF_OPTIONS_INIT;

	if (!to)
		return NULL;
	options.context_lines = 0;
	if (git_diff_blobs (from, path, to, path, &options, NULL, NULL, add_hunk, NULL, hunks) !=
	    0) {
		git__fail (error, path);
		return NULL;
	}
	*out_old_text = g_strndup (git_blob_rawcontent (from), (gsize) git_blob_rawsize (from));
	return g_steal_pointer (&hunks);
}
