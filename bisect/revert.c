/* SPDX-License-Identifier: GPL-2.0-only */
#include <git2.h>

#include "base/error.h"
#include "bisect/revert.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_repository, git_repository_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_commit, git_commit_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_index, git_index_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_signature, git_signature_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_tree, git_tree_free)

static void *git_fail (GError **error, const char *doing)
{
	const git_error *last = git_error_last ();

	return fail_null (error, BAKEOFF_ERROR_FAILED, "%s: %s", doing,
			  last && last->message ? last->message : "git says no more");
}

static git_repository *open_git (Repo *repo, GError **error)
{
	git_repository *git = NULL;

	return git_repository_open (&git, repo_path (repo)) == 0
		       ? git
		       : git_fail (error, "cannot open the repository");
}

static git_commit *find (git_repository *git, const char *id, GError **error)
{
	git_commit *commit = NULL;
	git_oid oid;

	return git_oid_fromstr (&oid, id) == 0 && git_commit_lookup (&commit, git, &oid) == 0
		       ? commit
		       : git_fail (error, id);
}

char **revert_parents (Repo *repo, const char *commit, gboolean first_only, GError **error)
{
	g_autoptr (git_repository) git = open_git (repo, error);
	g_autoptr (git_commit) object = git ? find (git, commit, error) : NULL;
	g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
	guint i;

	if (!object)
		return NULL;
	for (i = 0; i < git_commit_parentcount (object) && !(first_only && i > 0); i++)
		g_strv_builder_add (ids, git_oid_tostr_s (git_commit_parent_id (object, i)));
	return g_strv_builder_end (ids);
}

static char *commit_tree (git_repository *git, const git_oid *tree_id, const git_commit *onto,
			  const git_commit *taken, GError **error)
{
	git_time when = git_commit_committer (onto)->when;
	g_autofree char *message = g_strdup_printf ("bakeoff: take back %s\n",
						    git_oid_tostr_s (git_commit_id (taken)));
	const git_commit *parents[] = { onto };
	g_autoptr (git_signature) us = NULL;
	g_autoptr (git_tree) tree = NULL;
	git_oid id;

	if (git_signature_new (&us, "bakeoff", "bakeoff@localhost", when.time, when.offset) != 0 ||
	    git_tree_lookup (&tree, git, tree_id) != 0 ||
	    git_commit_create (&id, git, NULL, us, us, "UTF-8", message, tree, 1, parents) != 0)
		return git_fail (error, "cannot make a commit");
	return g_strdup (git_oid_tostr_s (&id));
}

char *revert_commit (Repo *repo, const char *commit, const char *onto, GError **error)
{
	g_autoptr (git_repository) git = open_git (repo, error);
	g_autoptr (git_commit) taken = git ? find (git, commit, error) : NULL;
	g_autoptr (git_commit) top = taken ? find (git, onto, error) : NULL;
	g_autoptr (git_index) index = NULL;
	git_oid tree;

	if (!top || git_commit_parentcount (taken) != 1)
		return NULL;
	if (git_revert_commit (&index, git, taken, top, 0, NULL) != 0)
		return git_fail (error, "cannot take the commit back");
	if (git_index_has_conflicts (index))
		return NULL;
	if (git_index_write_tree_to (&tree, index, git) != 0)
		return git_fail (error, "cannot write a tree");
	/* nothing left of it there: taking it back proves nothing */
	if (git_oid_equal (&tree, git_commit_tree_id (top)))
		return NULL;
	return commit_tree (git, &tree, top, taken, error);
}
