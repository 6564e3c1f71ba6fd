/* SPDX-License-Identifier: GPL-2.0-only */
#include "kbuild/treediff.h"
#include "matrix/changes.h"

/* The line maps of one patch, and what they borrow. */
typedef struct {
	GArray *maps;	  /* (element-type LineMap) */
	GPtrArray *hunks; /* (element-type LineHunk arrays) */
	GPtrArray *texts;
	GPtrArray *paths;
} LineMaps;

static void line_maps_clear (LineMaps *self)
{
	g_clear_pointer (&self->maps, g_array_unref);
	g_clear_pointer (&self->hunks, g_ptr_array_unref);
	g_clear_pointer (&self->texts, g_ptr_array_unref);
	g_clear_pointer (&self->paths, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LineMaps, line_maps_clear)

static void add_map (LineMaps *self, const char *path, const GArray *moved, char *text)
{
	LineHunk *hunks = g_new (LineHunk, moved->len + 1);
	LineMap map = { .file = path, .hunks = hunks, .n_hunks = moved->len, .source = text };
	guint i;

	for (i = 0; i < moved->len; i++) {
		const RepoHunk *hunk = &g_array_index (moved, RepoHunk, i);

		hunks[i] = (LineHunk){ hunk->old_start, hunk->old_lines, hunk->new_start,
				       hunk->new_lines };
	}
	g_ptr_array_add (self->hunks, hunks);
	g_ptr_array_add (self->texts, text);
	g_array_append_val (self->maps, map);
}

static gboolean read_maps (LineMaps *self, Repo *repo, const char *from, const char *to,
			   GError **error)
{
	gboolean content_only;
	guint i;

	self->maps = g_array_new (FALSE, FALSE, sizeof (LineMap));
	self->hunks = g_ptr_array_new_with_free_func (g_free);
	self->texts = g_ptr_array_new_with_free_func (g_free);
	self->paths = repo_changed_paths (repo, from, to, &content_only, error);
	for (i = 0; self->paths && i < self->paths->len; i++) {
		char *text = NULL;
		/* a file that one side does not have moved no lines */
		g_autoptr (GArray) moved =
			repo_moved_lines (repo, from, to, self->paths->pdata[i], &text, NULL);

		if (moved)
			add_map (self, self->paths->pdata[i], moved, text);
	}
	return self->paths != NULL;
}

char *changes_describe (Repo *repo, const char *base_tree, const char *tree, const Slot *slot,
			GError **error)
{
	g_auto (LineMaps) maps = { 0 };
	TreeDiffOptions options = { 0 };
	g_autoptr (TreeDiff) diff = NULL;
	g_autoptr (GString) summary = NULL, listing = NULL;

	if (!read_maps (&maps, repo, base_tree, tree, error))
		return NULL;
	options.maps = (const LineMap *) maps.maps->data;
	options.n_maps = maps.maps->len;
	/* a layer holds what was written alone */
	options.removed = !slot_is_guarded (slot);
	diff = tree_diff (slot_base_objects (slot), slot_new_objects (slot), &options, error);
	if (!diff)
		return NULL;
	summary = tree_diff_summary (diff);
	listing = tree_diff_listing (diff);
	return g_strdup_printf ("%s\n%s", summary->str, listing->str);
}
