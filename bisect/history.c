/* SPDX-License-Identifier: GPL-2.0-only */
#include "bisect/history.h"

#include <string.h>

#include <git2.h>

#include "base/error.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_odb_object, git_odb_object_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_repository, git_repository_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_revwalk, git_revwalk_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_tree, git_tree_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_tree_entry, git_tree_entry_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (git_oidarray, git_oidarray_dispose)

/* What is at the wanted paths of a commit is its print: equal numbers for equal entries. */
typedef struct {
	git_repository *git;
	git_odb *odb;
	gboolean first_parent;
	char **paths; /* (nullable): without slashes around; "" is the whole tree */
	Graph *graph;
	GHashTable *prints; /* id of a commit -> its print */
	GHashTable *known;  /* entries at all paths -> print */
} Loader;

/* What a commit's head says. */
typedef struct {
	git_oid tree;
	GArray *parents; /* (element-type git_oid) */
} Commit;

static gboolean git_fail (GError **error, const char *doing, const char *subject)
{
	const git_error *last = git_error_last ();

	return fail (error, BAKEOFF_ERROR_FAILED, "%s '%s': %s", doing, subject,
		     last && last->message ? last->message : "git says no more");
}

static git_repository *open_git (Repo *repo, GError **error)
{
	git_repository *git = NULL;

	if (git_repository_open (&git, repo_path (repo)) != 0)
		git_fail (error, "opening", repo_path (repo));
	return git;
}

static gboolean parse_id (git_oid *out_oid, const char *id, GError **error)
{
	return git_oid_fromstr (out_oid, id) == 0 || git_fail (error, "reading the id", id);
}

static char *hex (const git_oid *oid)
{
	return git_oid_tostr (g_malloc (GIT_OID_HEXSZ + 1), GIT_OID_HEXSZ + 1, oid);
}

/* Takes a header line `KEY ID` off @text. */
static gboolean take_line (const char **text, const char *end, const char *key, git_oid *out_oid)
{
	gsize len = strlen (key);

	if ((gsize) (end - *text) < len + GIT_OID_HEXSZ + 1 || memcmp (*text, key, len) != 0 ||
	    git_oid_fromstrn (out_oid, *text + len, GIT_OID_HEXSZ) != 0)
		return FALSE;
	*text += len + GIT_OID_HEXSZ + 1;
	return TRUE;
}

/* Reads no more than is needed: git_commit_lookup() also takes names and dates apart. */
static gboolean read_commit (Loader *self, const git_oid *oid, Commit *out, GError **error)
{
	g_autoptr (git_odb_object) object = NULL;
	git_oid parent;
	const char *text, *end;

	g_array_set_size (out->parents, 0);
	if (git_odb_read (&object, self->odb, oid) != 0)
		return git_fail (error, "reading commit", git_oid_tostr_s (oid));
	text = git_odb_object_data (object);
	end = text + git_odb_object_size (object);
	if (!take_line (&text, end, "tree ", &out->tree))
		return fail (error, BAKEOFF_ERROR_FAILED, "'%s' is no commit",
			     git_oid_tostr_s (oid));
	while (take_line (&text, end, "parent ", &parent))
		if (!self->first_parent || !out->parents->len)
			g_array_append_val (out->parents, parent);
	return TRUE;
}

/* The number of a commit's entries at all paths. 0: none of the paths is there. */
static gboolean read_print (Loader *self, const git_oid *tree_id, guint *out_print, GError **error)
{
	g_autoptr (git_tree) tree = NULL;
	g_autoptr (GString) entries = g_string_new (NULL);
	gboolean any = FALSE;
	guint i;

	if (git_tree_lookup (&tree, self->git, tree_id) != 0)
		return git_fail (error, "reading tree", git_oid_tostr_s (tree_id));
	for (i = 0; self->paths[i]; i++) {
		g_autoptr (git_tree_entry) entry = NULL;
		/* an empty tree is as good as none */
		int status = git_tree_entrycount (tree) ? 0 : GIT_ENOTFOUND;

		if (*self->paths[i])
			status = git_tree_entry_bypath (&entry, tree, self->paths[i]);
		if (status != 0 && status != GIT_ENOTFOUND)
			return git_fail (error, "looking for", self->paths[i]);
		any |= status == 0;
		if (entry)
			g_string_append_printf (entries, "%o %s\n", git_tree_entry_filemode (entry),
						git_oid_tostr_s (git_tree_entry_id (entry)));
		else
			g_string_append_printf (entries, "%s\n",
						status ? "-" : git_oid_tostr_s (tree_id));
	}
	*out_print = GPOINTER_TO_UINT (g_hash_table_lookup (self->known, entries->str));
	if (any && !*out_print) {
		*out_print = g_hash_table_size (self->known) + 1;
		g_hash_table_insert (self->known, g_strdup (entries->str),
				     GUINT_TO_POINTER (*out_print));
	}
	return TRUE;
}

static gboolean find_print (Loader *self, const git_oid *oid, guint *out_print, GError **error)
{
	g_autofree char *id = hex (oid);
	g_autoptr (GArray) parents = g_array_new (FALSE, FALSE, sizeof (git_oid));
	Commit commit = { .parents = parents };
	gpointer value;

	if (g_hash_table_lookup_extended (self->prints, id, NULL, &value)) {
		*out_print = GPOINTER_TO_UINT (value);
		return TRUE;
	}
	if (!read_commit (self, oid, &commit, error) ||
	    !read_print (self, &commit.tree, out_print, error))
		return FALSE;
	g_hash_table_insert (self->prints, g_steal_pointer (&id), GUINT_TO_POINTER (*out_print));
	return TRUE;
}

/* The parents of @commit that are in the graph. Returns: (transfer full) (element-type guint) */
static GArray *parents_inside (const Loader *self, const Commit *commit)
{
	GArray *inside = g_array_new (FALSE, FALSE, sizeof (guint));
	char id[GIT_OID_HEXSZ + 1];
	guint i, number;

	for (i = 0; i < commit->parents->len; i++) {
		git_oid_tostr (id, sizeof id, &g_array_index (commit->parents, git_oid, i));
		if (graph_find (self->graph, id, &number))
			g_array_append_val (inside, number);
	}
	return inside;
}

static gboolean add_commit (Loader *self, const git_oid *oid, Commit *commit, GError **error)
{
	g_autoptr (GArray) inside = NULL;
	char id[GIT_OID_HEXSZ + 1];

	if (!read_commit (self, oid, commit, error))
		return FALSE;
	inside = parents_inside (self, commit);
	graph_add (self->graph, git_oid_tostr (id, sizeof id, oid), (guint *) inside->data,
		   inside->len, TRUE);
	return TRUE;
}

/* Whether @node counts and which parents it keeps. git's own walk does alike, but does not look at
 * a parent below the old ends that it happens to know as such: an answer by the order of dates. */
static gboolean simplify (Loader *self, GraphNode *node, const Commit *commit, guint print,
			  GError **error)
{
	guint i, number, other;

	node->counts = commit->parents->len || print != 0;
	for (i = 0; i < commit->parents->len; i++) {
		const git_oid *oid = &g_array_index (commit->parents, git_oid, i);
		char id[GIT_OID_HEXSZ + 1];

		if (!find_print (self, oid, &other, error))
			return FALSE;
		if (other != print)
			continue;
		node->counts = FALSE;
		node->parents_len = 0;
		if (graph_find (self->graph, git_oid_tostr (id, sizeof id, oid), &number))
			node->parents[node->parents_len++] = number;
		return TRUE;
	}
	return TRUE;
}

/* Keeps what @paths are about. From the new end down, so that of a branch which is left out no
 * tree is read. */
static gboolean simplify_all (Loader *self, Commit *commit, GError **error)
{
	guint i, j, size = graph_size (self->graph);
	g_autofree Bits *reached = bits_new (size);
	g_autofree guint *moved = g_new (guint, size);
	const Graph *all = self->graph;
	Graph *kept;

	bits_add (reached, size - 1);
	for (i = size; i-- > 0;) {
		GraphNode *node = all->nodes->pdata[i];
		guint print;
		git_oid oid;

		if (!bits_has (reached, i))
			continue;
		if (!parse_id (&oid, node->id, error) || !read_commit (self, &oid, commit, error) ||
		    !find_print (self, &oid, &print, error) ||
		    !simplify (self, node, commit, print, error))
			return FALSE;
		for (j = 0; j < node->parents_len; j++)
			bits_add (reached, node->parents[j]);
	}
	kept = graph_new ();
	for (i = bits_next (reached, 0); i < size; i = bits_next (reached, i + 1)) {
		const GraphNode *node = graph_node (all, i);

		for (j = 0; j < node->parents_len; j++)
			node->parents[j] = moved[node->parents[j]];
		moved[i] =
			graph_add (kept, node->id, node->parents, node->parents_len, node->counts);
	}
	graph_free (self->graph);
	self->graph = kept;
	return TRUE;
}

static gboolean start_walk (Loader *self, git_revwalk **out_walk, const char *new_end,
			    const char *const *old_ends, GError **error)
{
	g_autoptr (git_revwalk) walk = NULL;
	git_oid oid;
	guint i;

	if (git_revwalk_new (&walk, self->git) != 0)
		return git_fail (error, "walking through", git_repository_path (self->git));
	git_revwalk_sorting (walk, GIT_SORT_TOPOLOGICAL | GIT_SORT_REVERSE);
	if (self->first_parent)
		git_revwalk_simplify_first_parent (walk);
	if (!parse_id (&oid, new_end, error))
		return FALSE;
	if (git_revwalk_push (walk, &oid) != 0)
		return git_fail (error, "reading commit", new_end);
	for (i = 0; old_ends[i]; i++) {
		if (!parse_id (&oid, old_ends[i], error))
			return FALSE;
		if (git_revwalk_hide (walk, &oid) != 0)
			return git_fail (error, "reading commit", old_ends[i]);
	}
	*out_walk = g_steal_pointer (&walk);
	return TRUE;
}

static gboolean walk_all (Loader *self, const char *new_end, const char *const *old_ends,
			  GError **error)
{
	g_autoptr (git_revwalk) walk = NULL;
	g_autoptr (GArray) parents = g_array_new (FALSE, FALSE, sizeof (git_oid));
	Commit commit = { .parents = parents };
	git_oid oid;
	int status;

	if (!start_walk (self, &walk, new_end, old_ends, error))
		return FALSE;
	while ((status = git_revwalk_next (&oid, walk)) == 0)
		if (!add_commit (self, &oid, &commit, error))
			return FALSE;
	if (status != GIT_ITEROVER)
		return git_fail (error, "walking down from", new_end);
	if (!graph_size (self->graph))
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "'%s' has no commit that the old end '%s' has not\n"
			     "are the two ends the wrong way round?",
			     new_end, old_ends[0]);
	return !self->paths || simplify_all (self, &commit, error);
}

/* Without slashes around or twice, and without `.` and `..`. */
static char **clean_paths (const char *const *paths)
{
	GPtrArray *clean = g_ptr_array_new ();

	for (; *paths; paths++) {
		g_autofree char *path = g_canonicalize_filename (*paths, "/");

		g_ptr_array_add (clean, g_strdup (path + 1));
	}
	g_ptr_array_add (clean, NULL);
	return (char **) g_ptr_array_free (clean, FALSE);
}

static void loader_clear (Loader *self)
{
	git_odb_free (self->odb);
	git_repository_free (self->git);
	g_strfreev (self->paths);
	graph_free (self->graph);
	g_hash_table_unref (self->prints);
	g_hash_table_unref (self->known);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loader, loader_clear)

Graph *history_load (Repo *repo, const char *new_end, const char *const *old_ends,
		     gboolean first_parent, const char *const *paths, GError **error)
{
	g_auto (Loader) self = {
		.git = open_git (repo, error),
		.first_parent = first_parent,
		.paths = paths && *paths ? clean_paths (paths) : NULL,
		.graph = graph_new (),
		.prints = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
		.known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
	};

	if (!self.git)
		return NULL;
	if (git_repository_odb (&self.odb, self.git) != 0) {
		git_fail (error, "opening", repo_path (repo));
		return NULL;
	}
	if (!walk_all (&self, new_end, old_ends, error)) {
		if (git_repository_is_shallow (self.git) == 1)
			g_prefix_error (error, "this clone is shallow, history ends early: ");
		return NULL;
	}
	return g_steal_pointer (&self.graph);
}

char **history_merge_bases (Repo *repo, const char *old_end, const char *new_end, GError **error)
{
	g_autoptr (git_repository) git = open_git (repo, error);
	g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
	g_auto (git_oidarray) bases = { 0 };
	git_oid old_oid, new_oid;
	gsize i;
	int status;

	if (!git || !parse_id (&old_oid, old_end, error) || !parse_id (&new_oid, new_end, error))
		return NULL;
	status = git_merge_bases (&bases, git, &old_oid, &new_oid);
	if (status != 0 && status != GIT_ENOTFOUND) {
		git_fail (error, "looking for merge bases of", old_end);
		return NULL;
	}
	for (i = 0; status == 0 && i < bases.count; i++)
		if (!git_oid_equal (&bases.ids[i], &old_oid))
			g_ptr_array_add (ids, hex (&bases.ids[i]));
	g_ptr_array_add (ids, NULL);
	return (char **) g_ptr_array_steal (ids, NULL);
}
