/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/git.h"
#include "series/overlay.h"

typedef struct {
	char *path;
	GBytes *content; /* (nullable): NULL where the file is removed */
	guint mode;
} Edit;

struct Overlay {
	Repo *repo;
	git_tree *tree;
	GTree *edits; /* path → Edit, in byte order, so that a folder's edits lie together */
};

static void edit_free (Edit *edit)
{
	g_free (edit->path);
	g_clear_pointer (&edit->content, g_bytes_unref);
	g_free (edit);
}

static gint compare_paths (gconstpointer a, gconstpointer b, gpointer unused G_GNUC_UNUSED)
{
	return strcmp (a, b);
}

static GTree *edits_new (void)
{
	return g_tree_new_full (compare_paths, NULL, NULL, (GDestroyNotify) edit_free);
}

Overlay *overlay_new (Repo *repo, const char *tree, GError **error)
{
	g_autoptr (git_tree) found = repo__find_tree (repo, tree, error);
	Overlay *self;

	if (!found)
		return NULL;
	self = g_new0 (Overlay, 1);
	self->repo = repo;
	self->tree = g_steal_pointer (&found);
	self->edits = edits_new ();
	return self;
}

static void add_edit (Overlay *self, const char *path, GBytes *content, guint mode)
{
	Edit *edit = g_new0 (Edit, 1);

	edit->path = g_strdup (path);
	edit->content = content ? g_bytes_ref (content) : NULL;
	edit->mode = mode;
	g_tree_replace (self->edits, edit->path, edit);
}

static gboolean copy_edit (gpointer path, gpointer value, gpointer target)
{
	const Edit *edit = value;

	add_edit (target, path, edit->content, edit->mode);
	return FALSE;
}

Overlay *overlay_fork (const Overlay *self)
{
	Overlay *fork = g_new0 (Overlay, 1);

	fork->repo = self->repo;
	git_object_dup ((git_object **) &fork->tree, (git_object *) self->tree);
	fork->edits = edits_new ();
	g_tree_foreach (self->edits, copy_edit, fork);
	return fork;
}

void overlay_free (Overlay *self)
{
	if (!self)
		return;
	git_tree_free (self->tree);
	g_tree_destroy (self->edits);
	g_free (self);
}

static EntryKind kind_in_tree (const Overlay *self, const char *path)
{
	g_autoptr (git_tree_entry) entry = NULL;

	if (git_tree_entry_bypath (&entry, self->tree, path) != 0)
		return ENTRY_NONE;
	switch (git_tree_entry_type (entry)) {
	case GIT_OBJECT_BLOB:
		return ENTRY_FILE;
	case GIT_OBJECT_TREE:
		return ENTRY_FOLDER;
	default:
		return ENTRY_MODULE;
	}
}

typedef struct {
	const Overlay *overlay;
	const char *inside; /* the folder's path with its slash */
} Remains;

/* Ends the walk, by a number below 0, at the first file that no edit removes. */
static int is_left (const char *root, const git_tree_entry *entry, void *data)
{
	const Remains *self = data;
	g_autofree char *path = g_strconcat (self->inside, root, git_tree_entry_name (entry), NULL);

	if (git_tree_entry_type (entry) == GIT_OBJECT_TREE)
		return 0;
	return g_tree_lookup (self->overlay->edits, path) ? 0 : -1;
}

/* A folder of the tree is gone once all its files are. */
static gboolean is_emptied (const Overlay *self, const char *path, const char *inside)
{
	const Remains remains = { self, inside };
	g_autoptr (git_tree_entry) entry = NULL;
	g_autoptr (git_tree) tree = NULL;

	return git_tree_entry_bypath (&entry, self->tree, path) == 0 &&
	       git_tree_lookup (&tree, repo__git (self->repo), git_tree_entry_id (entry)) == 0 &&
	       git_tree_walk (tree, GIT_TREEWALK_PRE, is_left, (void *) &remains) == 0;
}

EntryKind overlay_kind (const Overlay *self, const char *path)
{
	const Edit *edit = g_tree_lookup (self->edits, path);
	g_autofree char *inside = g_strconcat (path, "/", NULL);
	GTreeNode *below = g_tree_lower_bound (self->edits, inside);
	gboolean removed = FALSE;
	EntryKind kind;

	for (; below && g_str_has_prefix (g_tree_node_key (below), inside);
	     below = g_tree_node_next (below)) {
		if (((const Edit *) g_tree_node_value (below))->content)
			return ENTRY_FOLDER;
		removed = TRUE;
	}
	if (edit)
		return edit->content ? ENTRY_FILE : ENTRY_NONE;
	kind = kind_in_tree (self, path);
	return kind == ENTRY_FOLDER && removed && is_emptied (self, path, inside) ? ENTRY_NONE
										  : kind;
}

char *overlay_file_above (const Overlay *self, const char *path)
{
	const char *slash;

	for (slash = strchr (path, '/'); slash; slash = strchr (slash + 1, '/')) {
		g_autofree char *above = g_strndup (path, (gsize) (slash - path));
		EntryKind kind = overlay_kind (self, above);

		if (kind == ENTRY_FILE || kind == ENTRY_MODULE)
			return g_steal_pointer (&above);
	}
	return NULL;
}

GBytes *overlay_read (const Overlay *self, const char *path, guint *out_mode, GError **error)
{
	const Edit *edit = g_tree_lookup (self->edits, path);
	g_autoptr (git_tree_entry) entry = NULL;
	g_autoptr (git_blob) blob = NULL;

	if (edit && edit->content) {
		if (out_mode)
			*out_mode = edit->mode;
		return g_bytes_ref (edit->content);
	}
	if (git_tree_entry_bypath (&entry, self->tree, path) != 0 ||
	    git_blob_lookup (&blob, repo__git (self->repo), git_tree_entry_id (entry)) != 0) {
		git__fail (error, path);
		return NULL;
	}
	if (out_mode)
		*out_mode = git_tree_entry_filemode (entry);
	return g_bytes_new (git_blob_rawcontent (blob), (gsize) git_blob_rawsize (blob));
}

void overlay_put (Overlay *self, const char *path, GBytes *content, guint mode)
{
	add_edit (self, path, content, mode);
}

void overlay_remove (Overlay *self, const char *path)
{
	add_edit (self, path, NULL, 0);
}

void overlay_take (Overlay *self, const Overlay *other)
{
	g_tree_foreach (other->edits, copy_edit, self);
}

/* ---- writing ---- */

/* The edits below one folder: a slice of the sorted list of all. */
typedef struct {
	Repo *repo;
	GPtrArray *edits; /* (element-type Edit), borrowed */
} Writer;

static gboolean write_tree (const Writer *self, const git_tree *old, guint from, guint to,
			    gsize prefix, git_oid *out_id, gboolean *out_empty, GError **error);

static gboolean write_file (const Writer *self, git_treebuilder *builder, const char *name,
			    const Edit *edit, GError **error)
{
	git_oid id;
	gconstpointer data;
	gsize length;

	if (!edit->content) {
		if (git_treebuilder_get (builder, name))
			git_treebuilder_remove (builder, name);
		return TRUE;
	}
	data = g_bytes_get_data (edit->content, &length);
	if (!data)
		data = "";
	if (git_blob_create_from_buffer (&id, repo__git (self->repo), data, length) != 0 ||
	    git_treebuilder_insert (NULL, builder, name, &id, (git_filemode_t) edit->mode) != 0)
		return git__fail (error, edit->path);
	return TRUE;
}

static gboolean write_folder (const Writer *self, git_treebuilder *builder, const char *name,
			      guint from, guint to, gsize prefix, GError **error)
{
	const git_tree_entry *entry = git_treebuilder_get (builder, name);
	g_autoptr (git_tree) old = NULL;
	gboolean empty = FALSE;
	git_oid id;

	if (entry && git_tree_entry_type (entry) == GIT_OBJECT_TREE &&
	    git_tree_lookup (&old, repo__git (self->repo), git_tree_entry_id (entry)) != 0)
		return git__fail (error, name);
	if (!write_tree (self, old, from, to, prefix, &id, &empty, error))
		return FALSE;
	if (empty)
		return !old || git_treebuilder_remove (builder, name) == 0 ||
		       git__fail (error, name);
	return git_treebuilder_insert (NULL, builder, name, &id, GIT_FILEMODE_TREE) == 0 ||
	       git__fail (error, name);
}

static gboolean write_tree (const Writer *self, const git_tree *old, guint from, guint to,
			    gsize prefix, git_oid *out_id, gboolean *out_empty, GError **error)
{
	g_autoptr (git_treebuilder) builder = NULL;
	guint i, end;

	if (git_treebuilder_new (&builder, repo__git (self->repo), old) != 0)
		return git__fail (error, "reading a tree");
	for (i = from; i < to; i = end) {
		const Edit *edit = g_ptr_array_index (self->edits, i);
		const char *rest = edit->path + prefix, *slash = strchr (rest, '/');
		g_autofree char *name =
			slash ? g_strndup (rest, (gsize) (slash - rest)) : g_strdup (rest);

		end = i + 1;
		if (!slash) {
			if (!write_file (self, builder, name, edit, error))
				return FALSE;
			continue;
		}
		while (end < to &&
		       strncmp (((const Edit *) g_ptr_array_index (self->edits, end))->path,
				edit->path, (gsize) (slash - edit->path) + 1) == 0)
			end++;
		if (!write_folder (self, builder, name, i, end, (gsize) (slash - edit->path) + 1,
				   error))
			return FALSE;
	}
	*out_empty = git_treebuilder_entrycount (builder) == 0;
	return (*out_empty && prefix) || git_treebuilder_write (out_id, builder) == 0 ||
	       git__fail (error, "writing a tree");
}

static gboolean list_edit (gpointer path G_GNUC_UNUSED, gpointer edit, gpointer list)
{
	g_ptr_array_add (list, edit);
	return FALSE;
}

char *overlay_write (Overlay *self, GError **error)
{
	g_autoptr (GPtrArray) edits = g_ptr_array_new ();
	Writer writer = { self->repo, edits };
	gboolean empty = FALSE;
	git_oid id;

	g_tree_foreach (self->edits, list_edit, edits);
	if (!write_tree (&writer, self->tree, 0, edits->len, 0, &id, &empty, error))
		return NULL;
	return g_strdup (git_oid_tostr_s (&id));
}
