/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/git.h"

#define SHORT_ID  12
#define HINTS_MAX 3
#define REFS	  "refs/bakeoff/"

enum {
	LOCKED_TRIES = 100, /* to write a ref: a second in all */
	LOCKED_WAIT_US = 10000
};

struct Repo {
	git_repository *git;
};

static GOnce started = G_ONCE_INIT;

/* No file of the user's or the machine's may change what we make. The owner of a repository is no
 * danger to us: we run no hook and no program that its configuration names. */
static gpointer start_git (gpointer unused G_GNUC_UNUSED)
{
	int level;

	git_libgit2_init ();
	git_libgit2_opts (GIT_OPT_SET_OWNER_VALIDATION, 0);
	for (level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
		git_libgit2_opts (GIT_OPT_SET_SEARCH_PATH, level, "");
	return NULL;
}

gboolean git__fail (GError **error, const char *doing)
{
	const git_error *last = git_error_last ();

	return fail (error, BAKEOFF_ERROR_FAILED, "%s: %s", doing,
		     last && last->message ? last->message : "git says no more");
}

Repo *repo_open (const char *path, GError **error)
{
	g_autoptr (git_repository) git = NULL;
	Repo *self;

	g_once (&started, start_git, NULL);
	if (git_repository_open_ext (&git, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) != 0)
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "'%s' is not a git repository\n"
				  "give a clone of Linux with --repo or $BAKEOFF_REPO",
				  path);
	git_repository_set_ident (git, BAKEOFF_NAME, BAKEOFF_ADDRESS);
	self = g_new0 (Repo, 1);
	self->git = g_steal_pointer (&git);
	return self;
}

char *repo_discover (const char *dir)
{
	g_auto (git_buf) path = { 0 };

	g_once (&started, start_git, NULL);
	return git_repository_discover (&path, dir, FALSE, NULL) == 0 ? g_strdup (path.ptr) : NULL;
}

char *repo_bisected (Repo *self)
{
	g_autofree char *start =
		g_build_filename (git_repository_path (self->git), "BISECT_START", NULL);
	char *commit;

	if (!g_file_test (start, G_FILE_TEST_EXISTS))
		return NULL;
	commit = repo_resolve (self, "BISECT_HEAD", NULL);
	return commit ? commit : repo_resolve (self, "HEAD", NULL);
}

void repo_free (Repo *self)
{
	if (!self)
		return;
	git_repository_free (self->git);
	g_free (self);
}

const char *repo_path (const Repo *self)
{
	return git_repository_path (self->git);
}

git_repository *repo__git (Repo *self)
{
	return self->git;
}

/* How many letters two names share at their start: enough to find v2.6.22-rc5 for v2.6.22rc5. */
static guint common_prefix (const char *a, const char *b)
{
	guint i;

	for (i = 0; a[i] && a[i] == b[i]; i++)
		;
	return i;
}

typedef struct {
	const char *wanted;
	const char *best[HINTS_MAX];
	guint score[HINTS_MAX];
} Nearest;

static void consider (Nearest *self, const char *name)
{
	guint i, score = 2 * common_prefix (self->wanted, name);

	score -= MIN (score, strlen (name) > strlen (self->wanted));
	for (i = 0; i < HINTS_MAX; i++) {
		const char *moved = self->best[i];
		guint moved_score = self->score[i];

		if (score <= moved_score)
			continue;
		self->best[i] = name;
		self->score[i] = score;
		name = moved;
		score = moved_score;
	}
}

static char *hint_tags (Repo *self, const char *rev)
{
	Nearest nearest = { .wanted = rev };
	GString *hint = g_string_new (NULL);
	git_strarray tags = { 0 };
	gsize i;

	if (git_tag_list (&tags, self->git) == 0)
		for (i = 0; i < tags.count; i++)
			consider (&nearest, tags.strings[i]);
	for (i = 0; i < HINTS_MAX && nearest.best[i]; i++)
		g_string_append_printf (hint, "%s%s",
					i ? ", " : "\nits nearest tags: ", nearest.best[i]);
	if (!hint->len)
		g_string_append (hint, "\nno tag there has a name like this; is it a full clone?");
	git_strarray_dispose (&tags);
	return g_string_free (hint, FALSE);
}

char *repo_resolve (Repo *self, const char *rev, GError **error)
{
	g_autoptr (git_object) object = NULL;
	g_autoptr (git_object) commit = NULL;
	g_autofree char *hint = NULL;

	if (*rev && git_revparse_single (&object, self->git, rev) == 0 &&
	    git_object_peel (&commit, object, GIT_OBJECT_COMMIT) == 0)
		return g_strdup (git_oid_tostr_s (git_object_id (commit)));
	hint = hint_tags (self, rev);
	return fail_null (error, BAKEOFF_ERROR_USAGE, "'%s' is no commit in '%s'%s", rev,
			  repo_path (self), hint);
}

git_commit *repo__find_commit (Repo *self, const char *id, GError **error)
{
	g_autoptr (git_commit) commit = NULL;
	git_oid oid;

	if (git_oid_fromstr (&oid, id) == 0 && git_commit_lookup (&commit, self->git, &oid) == 0)
		return g_steal_pointer (&commit);
	return fail_null (error, BAKEOFF_ERROR_USAGE, "'%s' is no commit in '%s'", id,
			  repo_path (self));
}

git_tree *repo__find_tree (Repo *self, const char *id, GError **error)
{
	g_autoptr (git_tree) tree = NULL;
	git_oid oid;

	if (git_oid_fromstr (&oid, id) == 0 && git_tree_lookup (&tree, self->git, &oid) == 0)
		return g_steal_pointer (&tree);
	return fail_null (error, BAKEOFF_ERROR_FAILED, "'%s' is no tree in '%s'", id,
			  repo_path (self));
}

char *repo_describe (Repo *self, const char *commit)
{
	git_describe_options options = GIT_DESCRIBE_OPTIONS_INIT;
	git_describe_format_options format = GIT_DESCRIBE_FORMAT_OPTIONS_INIT;
	g_autoptr (git_commit) found = repo__find_commit (self, commit, NULL);
	g_autoptr (git_describe_result) result = NULL;
	g_auto (git_buf) text = { 0 };

	options.describe_strategy = GIT_DESCRIBE_TAGS;
	format.abbreviated_size = SHORT_ID;
	if (found && git_describe_commit (&result, (git_object *) found, &options) == 0 &&
	    git_describe_format (&text, result, &format) == 0)
		return g_strdup (text.ptr);
	return g_strndup (commit, SHORT_ID);
}

char *repo_subject (Repo *self, const char *commit)
{
	g_autoptr (git_commit) found = repo__find_commit (self, commit, NULL);

	return found ? g_strdup (git_commit_summary (found)) : NULL;
}

char *repo_tree_of (Repo *self, const char *commit, GError **error)
{
	g_autoptr (git_commit) found = repo__find_commit (self, commit, error);

	return found ? g_strdup (git_oid_tostr_s (git_commit_tree_id (found))) : NULL;
}

gboolean repo_update_ref (Repo *self, const char *name, const char *commit, GError **error)
{
	g_autofree char *full = g_strconcat (REFS, name, NULL);
	g_autoptr (git_commit) found = repo__find_commit (self, commit, error);
	g_autoptr (git_reference) ref = NULL;
	g_autofree char *doing = NULL;
	git_oid old;
	int valid = 0, result = GIT_ELOCKED, i;

	if (!found)
		return FALSE;
	if (git_reference_name_is_valid (&valid, full) != 0 || !valid)
		return fail (error, BAKEOFF_ERROR_USAGE, "'%s' cannot be the name of a ref", name);
	/* another bakeoff may be writing the same one at this moment */
	for (i = 0; i < LOCKED_TRIES && result == GIT_ELOCKED; i++) {
		if (i > 0)
			g_usleep (LOCKED_WAIT_US);
		if (git_reference_name_to_id (&old, self->git, full) == 0 &&
		    git_oid_equal (&old, git_commit_id (found)))
			return TRUE;
		result = git_reference_create (&ref, self->git, full, git_commit_id (found), 1,
					       "bakeoff");
	}
	if (result == 0)
		return TRUE;
	doing = g_strdup_printf ("cannot write '%s'", full);
	return git__fail (error, doing);
}

static gboolean is_ours (Repo *self, const git_reference *ref)
{
	const git_oid *id = git_reference_target (ref); /* NULL where it names another ref */
	g_autoptr (git_commit) commit = NULL;

	return id && git_commit_lookup (&commit, self->git, id) == 0 &&
	       g_strcmp0 (git_commit_committer (commit)->email, BAKEOFF_ADDRESS) == 0;
}

gboolean repo_remove_ref (Repo *self, const char *name, RefRemoval *out_removal, GError **error)
{
	g_autofree char *full = g_strconcat (REFS, name, NULL);
	g_autofree char *doing = NULL;
	g_autoptr (git_reference) ref = NULL;
	int found = git_reference_lookup (&ref, self->git, full);

	*out_removal = REF_NONE;
	if (found == GIT_ENOTFOUND || found == GIT_EINVALIDSPEC)
		return TRUE;
	*out_removal = REF_FOREIGN;
	if (found == 0 && !is_ours (self, ref))
		return TRUE;
	*out_removal = REF_REMOVED;
	if (found == 0 && git_reference_delete (ref) == 0)
		return TRUE;
	doing = g_strdup_printf ("cannot remove '%s'", full);
	return git__fail (error, doing);
}

static int compare_names (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *repo_list_refs (Repo *self)
{
	GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
	git_reference_iterator *iterator = NULL;
	const char *name;

	if (git_reference_iterator_glob_new (&iterator, self->git, REFS "*") == 0) {
		while (git_reference_next_name (&name, iterator) == 0)
			g_ptr_array_add (names, g_strdup (name + strlen (REFS)));
	}
	git_reference_iterator_free (iterator);
	g_ptr_array_sort (names, compare_names);
	return names;
}
