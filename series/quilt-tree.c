/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "base/files.h"
#include "series/git.h"
#include "series/overlay.h"
#include "series/path.h"
#include "series/quilt-tree.h"
#include "series/quilt.h"

#define MARK	  "# bakeoff quilt: "
#define MARK_ON	  " on "
#define BASE_ONLY ", without prelude"

/* The format of .pc, quilt's DB_VERSION. */
#define PC_VERSION "2\n"

void quilt_mark_clear (QuiltMark *self)
{
	g_clear_pointer (&self->variant, g_free);
	g_clear_pointer (&self->base, g_free);
}

gboolean quilt_mark_read (QuiltMark *self, const char *text)
{
	g_auto (GStrv) lines = g_strsplit (text, "\n", 2);
	char *on;

	if (!lines[0] || !g_str_has_prefix (lines[0], MARK))
		return FALSE;
	self->base_only = g_str_has_suffix (lines[0], BASE_ONLY);
	if (self->base_only)
		lines[0][strlen (lines[0]) - strlen (BASE_ONLY)] = '\0';
	on = g_strrstr (lines[0], MARK_ON);
	if (!on)
		return FALSE;
	*on = '\0';
	self->variant = g_strdup (lines[0] + strlen (MARK));
	self->base = g_strdup (on + strlen (MARK_ON));
	return TRUE;
}

char *quilt_tree_name (const char *patch)
{
	return path_is_safe (patch) ? g_strdup (patch) : g_path_get_basename (patch);
}

/* ---- checks ---- */

static gboolean check_names (const QuiltTree *self, GError **error)
{
	g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
	guint i;

	for (i = 0; i < self->names->len; i++) {
		const char *name = self->names->pdata[i];

		if (strpbrk (name, " \t#") || strcmp (name, QUILT_SERIES) == 0)
			return fail (error, BAKEOFF_ERROR_USAGE,
				     "quilt can have no patch called '%s'", name);
		if (!g_hash_table_add (seen, self->names->pdata[i]))
			return fail (error, BAKEOFF_ERROR_USAGE,
				     "two patches are called '%s', which quilt cannot have", name);
	}
	return TRUE;
}

static gboolean check_dir (const char *dir, GError **error)
{
	g_autoptr (GDir) folder = NULL;
	struct stat info;

	if (lstat (dir, &info) != 0 && errno == ENOENT)
		return TRUE;
	folder = g_dir_open (dir, 0, NULL);
	if (!folder)
		return fail (error, BAKEOFF_ERROR_USAGE, "'%s' is there and is no folder", dir);
	if (g_dir_read_name (folder))
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "'%s' is not empty\ngive a folder that is not there yet", dir);
	return TRUE;
}

static gboolean check_tree (const QuiltTree *self, const char *tree, GError **error)
{
	g_autoptr (Overlay) overlay = overlay_new (self->repo, tree, error);
	const char *const ours[] = { QUILT_PATCHES, QUILT_PC };
	guint i;

	if (!overlay)
		return FALSE;
	for (i = 0; i < G_N_ELEMENTS (ours); i++)
		if (overlay_kind (overlay, ours[i]) != ENTRY_NONE)
			return fail (error, BAKEOFF_ERROR_USAGE,
				     "the tree has a '%s' of its own, which quilt would use",
				     ours[i]);
	return TRUE;
}

/* ---- the parts ---- */

/* Trees from below the patches to above the topmost one. */
static GPtrArray *list_trees (const QuiltTree *self, GError **error)
{
	g_autoptr (GPtrArray) trees = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (git_commit) commit = repo__find_commit (self->repo, self->commit, error);
	guint left = self->pushed ? self->names->len : 0;

	for (; commit; left--) {
		git_commit *parent = NULL;

		g_ptr_array_insert (trees, 0,
				    g_strdup (git_oid_tostr_s (git_commit_tree_id (commit))));
		if (!left)
			return g_steal_pointer (&trees);
		if (git_commit_parent (&parent, commit, 0) != 0)
			return git__fail (error, "cannot read a variant's commits"), NULL;
		git_commit_free (commit);
		commit = parent;
	}
	return NULL;
}

static gboolean write_patches (const QuiltTree *self, const char *dir, GError **error)
{
	g_autofree char *patches = g_build_filename (dir, QUILT_PATCHES, NULL);
	g_autofree char *series = g_build_filename (patches, QUILT_SERIES, NULL);
	g_autofree char *text = g_strconcat (MARK, self->mark.variant, MARK_ON, self->mark.base,
					     self->mark.base_only ? BASE_ONLY "\n" : "\n", NULL);
	guint i;

	for (i = 0; i < self->names->len; i++) {
		g_autofree char *path = g_build_filename (patches, self->names->pdata[i], NULL);
		g_autofree char *folder = g_path_get_dirname (path);
		g_autofree char *comment = quilt_comment (self->paths->pdata[i]);
		QuiltOptions options;
		char *longer;

		if (!files_make_dir (folder, error) ||
		    !files_copy (self->paths->pdata[i], path, error) ||
		    !quilt_options (self->paths->pdata[i], &options, error))
			return FALSE;
		longer = quilt_put (text, self->names->pdata[i], &options, comment, NULL);
		g_free (text);
		text = longer;
	}
	return files_make_dir (patches, error) && files_write (series, text, -1, error);
}

/* The file as it was below the patch; an empty one stands for none. */
static gboolean write_backup (const Overlay *below, const char *path, const char *to,
			      GError **error)
{
	g_autofree char *backup = g_build_filename (to, path, NULL);
	g_autofree char *folder = g_path_get_dirname (backup);
	g_autoptr (GBytes) content = NULL;
	guint mode = 0100644;
	const char *data;
	gsize length;

	if (!files_make_dir (folder, error))
		return FALSE;
	if (overlay_kind (below, path) != ENTRY_FILE)
		return files_write (backup, "", 0, error);
	content = overlay_read (below, path, &mode, error);
	if (!content)
		return FALSE;
	if (mode == GIT_FILEMODE_LINK)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "'%s' is a symbolic link, which quilt cannot patch", path);
	data = g_bytes_get_data (content, &length);
	if (!files_write (backup, data ? data : "", (gssize) length, error))
		return FALSE;
	return mode != GIT_FILEMODE_BLOB_EXECUTABLE || g_chmod (backup, 0755) == 0 ||
	       fail (error, BAKEOFF_ERROR_FAILED, "cannot write '%s': %s", backup,
		     g_strerror (errno));
}

static gboolean write_backups (const QuiltTree *self, const char *name, const char *below,
			       const char *above, const char *pc, GError **error)
{
	g_autofree char *to = g_build_filename (pc, name, NULL);
	g_autofree char *stamp = g_build_filename (to, ".timestamp", NULL);
	g_autoptr (Overlay) overlay = overlay_new (self->repo, below, error);
	gboolean content_only;
	g_autoptr (GPtrArray) paths =
		overlay ? repo_changed_paths (self->repo, below, above, &content_only, error)
			: NULL;
	guint i;

	if (!paths || !files_make_dir (to, error))
		return FALSE;
	for (i = 0; i < paths->len; i++)
		if (!write_backup (overlay, paths->pdata[i], to, error))
			return FALSE;
	return files_write (stamp, "", 0, error);
}

static gboolean write_line (const char *pc, const char *name, const char *text, GError **error)
{
	g_autofree char *path = g_build_filename (pc, name, NULL);

	return files_write (path, text, -1, error);
}

/* quilt compares times: a patch is as it was pushed if its .timestamp is newer than the files of
 * the tree, and `series` is not looked at again if applied-patches is newer. So this comes last. */
static gboolean write_pc (const QuiltTree *self, GPtrArray *trees, const char *dir, GError **error)
{
	g_autofree char *pc = g_build_filename (dir, QUILT_PC, NULL);
	g_autoptr (GString) applied = g_string_new (NULL);
	guint i;

	if (!files_make_dir (pc, error) || !write_line (pc, ".version", PC_VERSION, error) ||
	    !write_line (pc, ".quilt_patches", QUILT_PATCHES "\n", error) ||
	    !write_line (pc, ".quilt_series", QUILT_SERIES "\n", error))
		return FALSE;
	for (i = 0; i + 1 < trees->len; i++) {
		if (!write_backups (self, self->names->pdata[i], trees->pdata[i],
				    trees->pdata[i + 1], pc, error))
			return FALSE;
		g_string_append_printf (applied, "%s\n", (char *) self->names->pdata[i]);
	}
	return !applied->len || write_line (pc, "applied-patches", applied->str, error);
}

static gboolean fill (const QuiltTree *self, GPtrArray *trees, const char *dir, GError **error)
{
	const char *top = trees->pdata[trees->len - 1];

	return repo_checkout (self->repo, NULL, top, dir, NULL, error) &&
	       write_patches (self, dir, error) && write_pc (self, trees, dir, error);
}

/* mkdtemp() gives a folder to its owner alone: this one is to be as any other. */
static gboolean open_up (const char *dir)
{
	mode_t mask = umask (0);

	umask (mask);
	return g_chmod (dir, 0777 & ~mask) == 0;
}

gboolean quilt_tree_write (const QuiltTree *self, const char *dir, GError **error)
{
	g_autofree char *whole = g_canonicalize_filename (dir, NULL);
	g_autofree char *parent = g_path_get_dirname (whole);
	g_autofree char *name = g_path_get_basename (whole);
	g_autofree char *hidden = g_strdup_printf (".%s-XXXXXX", name);
	g_autofree char *beside = g_build_filename (parent, hidden, NULL);
	g_autoptr (GPtrArray) trees = NULL;

	if (!check_names (self, error) || !check_dir (whole, error) ||
	    !(trees = list_trees (self, error)) ||
	    !check_tree (self, trees->pdata[trees->len - 1], error))
		return FALSE;
	if (!g_mkdtemp (beside))
		return fail (error, BAKEOFF_ERROR_USAGE, "cannot make a folder in '%s': %s", parent,
			     g_strerror (errno));
	if (fill (self, trees, beside, error)) {
		if (open_up (beside) && g_rename (beside, whole) == 0)
			return TRUE;
		fail (error, BAKEOFF_ERROR_FAILED, "cannot make '%s': %s", dir, g_strerror (errno));
	}
	files_remove_tree (beside, NULL);
	return FALSE;
}
