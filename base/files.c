/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"

static gboolean has_data (const char *dir)
{
	g_autofree char *script = g_build_filename (dir, "boards", "expect", "console.exp", NULL);

	return g_file_test (script, G_FILE_TEST_EXISTS);
}

static gpointer find_data_dir (gpointer unused G_GNUC_UNUSED)
{
	const char *given = g_getenv ("BAKEOFF_DATADIR");
	g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
	g_autofree char *dir = g_path_get_dirname (program ? program : "/nonexistent");
	g_autofree char *installed = g_build_filename (dir, "..", "share", "bakeoff", NULL);

	if (given && *given)
		return g_canonicalize_filename (given, NULL);
	if (has_data (dir))
		return g_steal_pointer (&dir);
	return g_canonicalize_filename (has_data (installed) ? installed : BAKEOFF_DATADIR, NULL);
}

const char *files_data_dir (void)
{
	static GOnce once = G_ONCE_INIT;

	return g_once (&once, find_data_dir, NULL);
}

gboolean files_make_dir (const char *path, GError **error)
{
	if (g_mkdir_with_parents (path, 0777) == 0)
		return TRUE;
	return fail (error, BAKEOFF_ERROR_FAILED, "cannot make folder '%s': %s", path,
		     g_strerror (errno));
}

char *files_read (const char *path, gsize *out_length, GError **error)
{
	char *data = NULL;
	g_autoptr (GError) local = NULL;

	if (g_file_get_contents (path, &data, out_length, &local))
		return data;
	return fail_null (error, BAKEOFF_ERROR_FAILED, "cannot read '%s': %s", path,
			  g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT)
				  ? "no such file"
				  : local->message);
}

gboolean files_write (const char *path, const char *data, gssize length, GError **error)
{
	g_autoptr (GError) local = NULL;

	if (g_file_set_contents_full (path, data, length, G_FILE_SET_CONTENTS_CONSISTENT, 0666,
				      &local))
		return TRUE;
	return fail (error, BAKEOFF_ERROR_FAILED, "cannot write '%s': %s", path, local->message);
}

gboolean files_write_if_changed (const char *path, const char *data, gsize length,
				 gboolean *out_changed, GError **error)
{
	g_autofree char *old = NULL;
	gsize old_length = 0;
	gboolean equal = g_file_get_contents (path, &old, &old_length, NULL) &&
			 old_length == length && memcmp (old, data, length) == 0;

	if (out_changed)
		*out_changed = !equal;
	return equal || files_write (path, data, (gssize) length, error);
}

gboolean files_copy (const char *from, const char *to, GError **error)
{
	g_autofree char *partial = g_strdup_printf ("%s.%d-%p.partial", to, (int) getpid (),
						    (void *) g_thread_self ());
	g_autoptr (GFile) source = g_file_new_for_path (from);
	g_autoptr (GFile) target = g_file_new_for_path (partial);
	g_autoptr (GError) local = NULL;

	if (!g_file_copy (source, target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &local)) {
		g_unlink (partial);
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot copy '%s' to '%s': %s", from, to,
			     local->message);
	}
	if (g_rename (partial, to) != 0)
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot rename '%s' to '%s': %s", partial,
			     to, g_strerror (errno));
	return TRUE;
}

gboolean files_remove_tree (const char *path, GError **error)
{
	struct stat info;
	g_autoptr (GDir) dir = NULL;
	const char *name;

	if (lstat (path, &info) != 0 && errno == ENOENT)
		return TRUE;
	if (S_ISDIR (info.st_mode)) {
		if (!(info.st_mode & S_IWUSR)) /* as overlayfs leaves its work folder */
			g_chmod (path, 0700);
		dir = g_dir_open (path, 0, NULL);
		while (dir && (name = g_dir_read_name (dir))) {
			g_autofree char *child = g_build_filename (path, name, NULL);

			if (!files_remove_tree (child, error))
				return FALSE;
		}
	}
	if (g_remove (path) != 0)
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot remove '%s': %s", path,
			     g_strerror (errno));
	return TRUE;
}

gboolean files_touch (const char *path)
{
	return utimensat (AT_FDCWD, path, NULL, 0) == 0 || g_file_test (path, G_FILE_TEST_EXISTS);
}

char *files_sha256 (const char *path, GError **error)
{
	g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
	g_autoptr (GMappedFile) map = NULL;
	g_autoptr (GError) local = NULL;

	map = g_mapped_file_new (path, FALSE, &local);
	if (!map)
		return fail_null (error, BAKEOFF_ERROR_FAILED, "cannot read '%s': %s", path,
				  local->message);
	g_checksum_update (sum, (const guchar *) g_mapped_file_get_contents (map),
			   (gssize) g_mapped_file_get_length (map));
	return g_strdup (g_checksum_get_string (sum));
}

char *files_last_line (const char *path)
{
	g_autofree char *data = NULL;
	g_auto (GStrv) lines = NULL;
	guint i;

	if (!g_file_get_contents (path, &data, NULL, NULL))
		return NULL;
	lines = g_strsplit (data, "\n", -1);
	for (i = g_strv_length (lines); i > 0; i--) {
		g_strstrip (lines[i - 1]);
		if (*lines[i - 1])
			return g_strdup (lines[i - 1]);
	}
	return NULL;
}
