/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "series/import.h"
#include "series/quilt.h"

static gboolean is_named (const char *series, const char *file)
{
	g_auto (GStrv) lines = g_strsplit (series, "\n", -1);
	guint i;

	for (i = 0; lines[i]; i++) {
		g_autofree char *name = quilt_name_of (lines[i]);

		if (g_strcmp0 (name, file) == 0)
			return TRUE;
	}
	return FALSE;
}

/* The file `series` with what it lacks at its end. Lines that are there stay, comments too. */
static char *extend_series (const Import *self, const char *old)
{
	GString *series = g_string_new (old);
	guint i;

	if (!series->len && self->subject)
		g_string_append_printf (series, "# %s\n", self->subject);
	if (series->len && series->str[series->len - 1] != '\n')
		g_string_append_c (series, '\n');
	for (i = 0; i < self->patches->len; i++) {
		const PostedPatch *patch = g_ptr_array_index (self->patches, i);

		if (!patch->left_out && !is_named (series->str, patch->file))
			g_string_append_printf (series, "%s\n", patch->file);
	}
	return g_string_free (series, FALSE);
}

static gboolean is_equal (const char *path, const char *text)
{
	g_autofree char *old = NULL;

	return g_file_get_contents (path, &old, NULL, NULL) && strcmp (old, text) == 0;
}

/* All new text goes to a folder of its own first: a full disk leaves nothing half-written. */
static gboolean stage (const Import *self, const char *dir, const char *staging,
		       GPtrArray *out_names, GError **error)
{
	guint i;

	for (i = 0; i < self->patches->len; i++) {
		const PostedPatch *patch = g_ptr_array_index (self->patches, i);
		g_autofree char *target = g_build_filename (dir, patch->file, NULL);
		g_autofree char *path = g_build_filename (staging, patch->file, NULL);

		if (patch->left_out || is_equal (target, patch->text))
			continue;
		if (!files_write (path, patch->text, -1, error))
			return FALSE;
		g_ptr_array_add (out_names, patch->file);
	}
	return TRUE;
}

static gboolean publish (const char *dir, const char *staging, GPtrArray *names, GError **error)
{
	guint i;

	for (i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index (names, i);
		g_autofree char *from = g_build_filename (staging, name, NULL);
		g_autofree char *to = g_build_filename (dir, name, NULL);

		if (g_rename (from, to) != 0)
			return fail (error, BAKEOFF_ERROR_FAILED, "cannot write '%s': %s", to,
				     g_strerror (errno));
	}
	return TRUE;
}

static gboolean write_patches (const Import *self, const char *dir, guint *out_written,
			       GError **error)
{
	g_autofree char *staging = g_build_filename (dir, ".import-XXXXXX", NULL);
	g_autoptr (GPtrArray) names = g_ptr_array_new ();
	gboolean done;

	if (!g_mkdtemp (staging))
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot write in '%s': %s", dir,
			     g_strerror (errno));
	done = stage (self, dir, staging, names, error) && publish (dir, staging, names, error);
	files_remove_tree (staging, NULL);
	*out_written = names->len;
	return done;
}

gboolean import_write (const Import *self, const char *dir, guint *out_written, GError **error)
{
	g_autofree char *path = g_build_filename (dir, "series", NULL);
	g_autofree char *old = NULL;
	g_autofree char *series = NULL;
	gboolean changed = FALSE;
	guint written = 0;

	if (!files_make_dir (dir, error) || !write_patches (self, dir, &written, error))
		return FALSE;
	g_file_get_contents (path, &old, NULL, NULL);
	series = extend_series (self, old ? old : "");
	if (!files_write_if_changed (path, series, strlen (series), &changed, error))
		return FALSE;
	if (out_written)
		*out_written = written + changed;
	return TRUE;
}
