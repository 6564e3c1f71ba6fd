/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "series/quilt.h"
#include "series/variant.h"

/* A `#` starts a comment at the start of a line or after a blank, as quilt has it. */
static const char *find_comment (const char *line)
{
	const char *hash = strchr (line, '#');

	while (hash && hash > line && !g_ascii_isspace (hash[-1]))
		hash = strchr (hash + 1, '#');
	return hash;
}

static char **split_words (const char *line)
{
	const char *hash = find_comment (line);
	g_autofree char *text = NULL;

	text = hash ? g_strndup (line, (gsize) (hash - line)) : g_strdup (line);
	g_strdelimit (text, "\t\r", ' ');
	return g_strsplit (g_strstrip (text), " ", -1);
}

char *quilt_name_of (const char *line)
{
	g_auto (GStrv) words = split_words (line);

	return words[0] && *words[0] ? g_strdup (words[0]) : NULL;
}

static gboolean read_options (char **words, const char *file, guint line, guint *out_level,
			      GError **error)
{
	guint i;

	for (i = 1; words[i]; i++) {
		if (!*words[i] || strcmp (words[i], "-pab") == 0)
			continue;
		if (!g_str_has_prefix (words[i], "-p") || !g_ascii_isdigit (words[i][2]) ||
		    words[i][3])
			return fail (error, BAKEOFF_ERROR_USAGE,
				     "%s:%u: '%s' cannot be honoured\n"
				     "bakeoff knows -p0 to -p9 after a patch's name",
				     file, line, words[i]);
		*out_level = (guint) (words[i][2] - '0');
	}
	return TRUE;
}

/* Whether @file names @patch; if so its options are read. */
static gboolean look_up (const char *file, const char *patch, guint *out_level, gboolean *out_found,
			 GError **error)
{
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;
	guint i;

	*out_found = FALSE;
	if (!g_file_get_contents (file, &text, NULL, NULL))
		return TRUE;
	lines = g_strsplit (text, "\n", -1);
	for (i = 0; lines[i] && !*out_found; i++) {
		g_auto (GStrv) words = split_words (lines[i]);

		*out_found = words[0] && strcmp (words[0], patch) == 0;
		if (*out_found && !read_options (words, file, i + 1, out_level, error))
			return FALSE;
	}
	return TRUE;
}

gboolean quilt_strip_level (const char *path, guint *out_level, GError **error)
{
	g_autofree char *dir = g_path_get_dirname (path);
	g_autofree char *up = g_path_get_dirname (dir);
	g_autofree char *name = g_path_get_basename (path);
	g_autofree char *folder = g_path_get_basename (dir);
	g_autofree char *below = g_build_filename (folder, name, NULL);
	g_autofree char *here = g_build_filename (dir, "series", NULL);
	g_autofree char *above = g_build_filename (up, "series", NULL);
	gboolean found;

	*out_level = 1;
	return look_up (here, name, out_level, &found, error) &&
	       (found || look_up (above, below, out_level, &found, error));
}

static void quilt_entry_free (QuiltEntry *self)
{
	g_free (self->path);
	g_free (self->where);
	g_free (self->when);
	g_free (self);
}

/* `# when = RANGES`: a comment that begins otherwise is one. */
static char *when_of (const char *line)
{
	const char *at = find_comment (line);

	if (!at)
		return NULL;
	for (at++; g_ascii_isspace (*at); at++)
		;
	if (!g_str_has_prefix (at, "when"))
		return NULL;
	for (at += strlen ("when"); g_ascii_isspace (*at); at++)
		;
	return *at == '=' ? g_strstrip (g_strdup (at + 1)) : NULL;
}

static gboolean read_entry (GPtrArray *entries, const char *root, const char *line,
			    const char *where, GError **error)
{
	g_autofree char *name = quilt_name_of (line);
	g_autofree char *when = when_of (line);
	QuiltEntry *entry;

	if (!name && when)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "%s: there is no patch before this 'when ='", where);
	if (!name)
		return TRUE;
	entry = g_new0 (QuiltEntry, 1);
	g_ptr_array_add (entries, entry);
	entry->path = g_build_filename (root, name, NULL);
	entry->where = g_strdup (where);
	entry->when = g_steal_pointer (&when);
	if (!g_file_test (entry->path, G_FILE_TEST_IS_REGULAR))
		return fail (error, BAKEOFF_ERROR_USAGE, "%s: there is no patch '%s'", where, name);
	return TRUE;
}

GPtrArray *quilt_read (const char *dir, GError **error)
{
	g_autofree char *root = g_canonicalize_filename (dir, NULL);
	g_autofree char *file = g_build_filename (root, "series", NULL);
	g_autoptr (GPtrArray) entries =
		g_ptr_array_new_with_free_func ((GDestroyNotify) quilt_entry_free);
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;
	guint i;

	if (!g_file_get_contents (file, &text, NULL, NULL))
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "'%s' has no file 'series'\n"
				  "'bakeoff import' makes one, and so does 'quilt import'",
				  dir);
	lines = g_strsplit (text, "\n", -1);
	for (i = 0; lines[i]; i++) {
		g_autofree char *where = g_strdup_printf ("%s:%u", file, i + 1);

		if (!read_entry (entries, root, lines[i], where, error))
			return NULL;
	}
	return g_steal_pointer (&entries);
}

GPtrArray *series_read (const char *dir, GError **error)
{
	g_autoptr (GPtrArray) entries = quilt_read (dir, error);
	GPtrArray *patches;
	guint i;

	if (!entries)
		return NULL;
	patches = g_ptr_array_new_with_free_func (g_free);
	for (i = 0; i < entries->len; i++) {
		QuiltEntry *entry = entries->pdata[i];

		g_ptr_array_add (patches, g_steal_pointer (&entry->path));
	}
	return patches;
}
