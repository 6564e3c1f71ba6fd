/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "series/overlay.h"
#include "series/patch.h"
#include "series/path.h"
#include "series/quilt-stack.h"

void quilt_stack_free (QuiltStack *self)
{
	if (!self)
		return;
	g_free (self->dir);
	g_clear_pointer (&self->entries, g_ptr_array_unref);
	quilt_mark_clear (&self->mark);
	g_free (self);
}

/* A name becomes a file of the project's and a value in its configuration. */
static gboolean check_entry (const QuiltEntry *entry, GError **error)
{
	QuiltOptions options;

	if (!path_is_safe (entry->name) || strpbrk (entry->name, "\"\\;#"))
		return fail (error, BAKEOFF_ERROR_USAGE, "%s: '%s' is no name for a patch",
			     entry->where, entry->name);
	return quilt_options (entry->path, &options, error);
}

/* As far as .pc says the same as `series`; a patch that was pushed and is named no more ends it. */
static guint count_pushed (const QuiltStack *self)
{
	g_autofree char *path = g_build_filename (self->dir, QUILT_PC, "applied-patches", NULL);
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;
	guint i;

	if (!g_file_get_contents (path, &text, NULL, NULL))
		return 0;
	lines = g_strsplit (g_strchomp (text), "\n", -1);
	for (i = 0; i < self->entries->len && lines[i]; i++) {
		const QuiltEntry *entry = self->entries->pdata[i];

		if (!g_str_equal (entry->name, lines[i]))
			break;
	}
	return i;
}

QuiltStack *quilt_stack_read (const char *dir, GError **error)
{
	g_autoptr (QuiltStack) self = g_new0 (QuiltStack, 1);
	g_autofree char *series = NULL, *patches = NULL, *text = NULL;
	guint i;

	self->dir = g_canonicalize_filename (dir, NULL);
	if (!quilt_locate (dir, &series, &patches))
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "'%s' has neither 'series' nor 'patches/series'\n"
				  "a folder to import is one that quilt works in",
				  dir);
	text = files_read (series, NULL, error);
	self->entries = text ? quilt_read_file (series, patches, error) : NULL;
	if (!self->entries)
		return NULL;
	self->marked = quilt_mark_read (&self->mark, text);
	if (!self->marked && !self->entries->len)
		return fail_null (error, BAKEOFF_ERROR_USAGE, "'%s' names no patch", series);
	for (i = 0; i < self->entries->len; i++)
		if (!check_entry (self->entries->pdata[i], error))
			return NULL;
	self->pushed = count_pushed (self);
	return g_steal_pointer (&self);
}

/* ---- what was edited and not refreshed ---- */

typedef struct {
	const QuiltStack *stack;
	const Overlay *tree;
	GHashTable *seen;     /* (element-type utf8): paths that were compared */
	GPtrArray *forgotten; /* (element-type utf8) */
} Comparison;

static gboolean compare_file (const Comparison *self, const char *path, GError **error)
{
	g_autofree char *full = g_build_filename (self->stack->dir, path, NULL);
	gboolean there = g_file_test (full, G_FILE_TEST_IS_REGULAR);
	g_autofree char *data = NULL;
	g_autoptr (GBytes) want = NULL;
	gsize length = 0, wanted = 0;
	gconstpointer bytes;
	gboolean same = !there;

	if (!g_hash_table_add (self->seen, g_strdup (path)))
		return TRUE;
	if (overlay_kind (self->tree, path) == ENTRY_FILE) {
		want = overlay_read (self->tree, path, NULL, error);
		data = want && there ? files_read (full, &length, error) : NULL;
		if (!want || (there && !data))
			return FALSE;
		bytes = g_bytes_get_data (want, &wanted);
		same = there && length == wanted && (!length || !memcmp (data, bytes, length));
	}
	if (!same)
		g_ptr_array_add (self->forgotten, g_strdup (path));
	return TRUE;
}

/* @root: of the backups, @below: the path in it, which is that in the tree too. */
static gboolean compare_folder (const Comparison *self, const char *root, const char *below,
				GError **error)
{
	g_autofree char *folder = g_build_filename (root, below, NULL);
	g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name (dir))) {
		g_autofree char *path =
			*below ? g_strconcat (below, "/", name, NULL) : g_strdup (name);
		g_autofree char *full = g_build_filename (root, path, NULL);

		if (g_str_equal (path, ".timestamp"))
			continue;
		if (g_file_test (full, G_FILE_TEST_IS_DIR)
			    ? !compare_folder (self, root, path, error)
			    : !compare_file (self, path, error))
			return FALSE;
	}
	return TRUE;
}

GPtrArray *quilt_stack_forgotten (const QuiltStack *self, Repo *repo, const char *tree,
				  GError **error)
{
	g_autoptr (Overlay) overlay = overlay_new (repo, tree, error);
	g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr (GPtrArray) forgotten = g_ptr_array_new_with_free_func (g_free);
	const Comparison comparison = { self, overlay, seen, forgotten };
	guint i;

	for (i = 0; overlay && i < self->pushed; i++) {
		const QuiltEntry *entry = self->entries->pdata[i];
		g_autofree char *root = g_build_filename (self->dir, QUILT_PC, entry->name, NULL);

		if (!compare_folder (&comparison, root, "", error))
			return NULL;
	}
	return overlay ? g_steal_pointer (&forgotten) : NULL;
}

/* ---- headers ---- */

/* Where the diff begins, or the end. */
static const char *find_diff (const char *text)
{
	g_autoptr (GPtrArray) lines = source_lines_new (text, 1);
	int at = patch_find (lines, 0);
	int i;

	if (at < 0)
		return text + strlen (text);
	for (i = 0; i < at; i++)
		text = strchr (text, '\n') + 1;
	return text;
}

char *quilt_keep_header (const char *old, const char *changed)
{
	const char *diff = find_diff (changed);
	const char *c;

	for (c = changed; c < diff; c++)
		if (!g_ascii_isspace (*c))
			return g_strdup (changed);
	return g_strdup_printf ("%.*s%s", (int) (find_diff (old) - old), old, diff);
}
