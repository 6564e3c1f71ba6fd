/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "series/quilt.h"
#include "series/variant.h"

/* How far above a patch the `series` may be that names it with its folders. */
#define FOLDERS_MAX 4

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

static gboolean read_options (char **words, const char *where, QuiltOptions *out, GError **error)
{
	guint i;

	*out = (QuiltOptions){ .level = 1 };
	for (i = 1; words[0] && words[i]; i++) {
		if (!*words[i] || strcmp (words[i], "-pab") == 0)
			continue;
		if (strcmp (words[i], "-R") == 0) {
			out->reverse = TRUE;
			continue;
		}
		if (!g_str_has_prefix (words[i], "-p") || !g_ascii_isdigit (words[i][2]) ||
		    words[i][3])
			return fail (error, BAKEOFF_ERROR_USAGE,
				     "%s: '%s' cannot be honoured\n"
				     "bakeoff knows -p0 to -p9, -pab and -R after a patch's name",
				     where, words[i]);
		out->level = (guint) (words[i][2] - '0');
	}
	return TRUE;
}

/* What stands behind name and options: blanks and a comment, or nothing. */
static const char *rest_of (const char *line)
{
	const char *rest = find_comment (line);

	if (!rest)
		return "";
	while (rest > line && g_ascii_isspace (rest[-1]))
		rest--;
	return rest;
}

/* The line of @file that names @patch. */
static char *look_up (const char *file, const char *patch, char **out_where)
{
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;
	guint i;

	if (!g_file_get_contents (file, &text, NULL, NULL))
		return NULL;
	lines = g_strsplit (text, "\n", -1);
	for (i = 0; lines[i]; i++) {
		g_autofree char *name = quilt_name_of (lines[i]);

		if (g_strcmp0 (name, patch) != 0)
			continue;
		*out_where = g_strdup_printf ("%s:%u", file, i + 1);
		return g_strdup (lines[i]);
	}
	return NULL;
}

/* The line that names the patch file @path, in the nearest `series` that has one; or NULL. */
static char *look_around (const char *path, char **out_where)
{
	g_autofree char *dir = g_path_get_dirname (path);
	g_autofree char *name = g_path_get_basename (path);
	char *line = NULL;
	guint depth;

	for (depth = 0; depth < FOLDERS_MAX && !line; depth++) {
		g_autofree char *file = g_build_filename (dir, QUILT_SERIES, NULL);
		g_autofree char *folder = g_path_get_basename (dir);
		char *up = g_path_get_dirname (dir);
		char *below = g_build_filename (folder, name, NULL);

		line = look_up (file, name, out_where);
		if (!line && g_str_has_prefix (name, QUILT_PATCHES "/"))
			line = look_up (file, name + strlen (QUILT_PATCHES "/"), out_where);
		g_free (dir);
		g_free (name);
		dir = up;
		name = below;
	}
	return line;
}

gboolean quilt_options (const char *path, QuiltOptions *out, GError **error)
{
	g_autofree char *where = NULL;
	g_autofree char *line = look_around (path, &where);
	g_auto (GStrv) words = split_words (line ? line : "");

	return read_options (words, where, out, error);
}

char *quilt_comment (const char *path)
{
	g_autofree char *where = NULL;
	g_autofree char *line = look_around (path, &where);

	return g_strdup (line ? rest_of (line) : "");
}

/* ---- writing ---- */

static char *print_entry (const char *name, const QuiltOptions *options, const char *rest)
{
	g_autofree char *level =
		options->level == 1 ? g_strdup ("") : g_strdup_printf (" -p%u", options->level);

	return g_strconcat (name, level, options->reverse ? " -R" : "", rest, NULL);
}

static void change_entry (char **line, const char *name, const QuiltOptions *options)
{
	g_auto (GStrv) words = split_words (*line);
	QuiltOptions old;
	char *changed;

	if (read_options (words, "", &old, NULL) && old.level == options->level &&
	    old.reverse == options->reverse)
		return;
	changed = print_entry (name, options, rest_of (*line));
	g_free (*line);
	*line = changed;
}

static int find_line (GPtrArray *lines, const char *name)
{
	guint i;

	for (i = 0; name && i < lines->len; i++) {
		g_autofree char *here = quilt_name_of (lines->pdata[i]);

		if (g_strcmp0 (here, name) == 0)
			return (int) i;
	}
	return -1;
}

static char *join_lines (GPtrArray *lines)
{
	GString *text = g_string_new (NULL);
	guint i;

	for (i = 0; i < lines->len; i++)
		g_string_append_printf (text, "%s%s", i ? "\n" : "", (char *) lines->pdata[i]);
	return g_string_free (text, FALSE);
}

char *quilt_put (const char *text, const char *name, const QuiltOptions *options,
		 const char *comment, const char *after)
{
	g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
	g_auto (GStrv) parts = g_strsplit (text, "\n", -1);
	int at, below;
	guint i;

	for (i = 0; parts[i]; i++)
		g_ptr_array_add (lines, g_strdup (parts[i]));
	at = find_line (lines, name);
	below = find_line (lines, after);
	if (at >= 0) {
		change_entry ((char **) &lines->pdata[at], name, options);
		return join_lines (lines);
	}
	if (!lines->len || *(char *) lines->pdata[lines->len - 1])
		g_ptr_array_add (lines, g_strdup ("")); /* the last line had no newline */
	g_ptr_array_insert (lines, below >= 0 ? below + 1 : (int) lines->len - 1,
			    print_entry (name, options, comment));
	return join_lines (lines);
}

/* ---- entries ---- */

static void quilt_entry_free (QuiltEntry *self)
{
	g_free (self->name);
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
	entry->name = g_strdup (name);
	entry->path = g_build_filename (root, name, NULL);
	entry->where = g_strdup (where);
	entry->when = g_steal_pointer (&when);
	if (!g_file_test (entry->path, G_FILE_TEST_IS_REGULAR))
		return fail (error, BAKEOFF_ERROR_USAGE, "%s: there is no patch '%s'", where, name);
	return TRUE;
}

GPtrArray *quilt_read_file (const char *series, const char *patches, GError **error)
{
	g_autoptr (GPtrArray) entries =
		g_ptr_array_new_with_free_func ((GDestroyNotify) quilt_entry_free);
	g_autofree char *text = files_read (series, NULL, error);
	g_auto (GStrv) lines = text ? g_strsplit (text, "\n", -1) : NULL;
	guint i;

	for (i = 0; lines && lines[i]; i++) {
		g_autofree char *where = g_strdup_printf ("%s:%u", series, i + 1);

		if (!read_entry (entries, patches, lines[i], where, error))
			return NULL;
	}
	return lines ? g_steal_pointer (&entries) : NULL;
}

GPtrArray *quilt_read (const char *dir, GError **error)
{
	g_autofree char *root = g_canonicalize_filename (dir, NULL);
	g_autofree char *file = g_build_filename (root, QUILT_SERIES, NULL);

	if (!g_file_test (file, G_FILE_TEST_IS_REGULAR))
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "'%s' has no file 'series'\n"
				  "'bakeoff import' makes one, and so does 'quilt import'",
				  dir);
	return quilt_read_file (file, root, error);
}

gboolean quilt_locate (const char *dir, char **out_series, char **out_patches)
{
	g_autofree char *root = g_canonicalize_filename (dir, NULL);
	g_autofree char *patches = g_build_filename (root, QUILT_PATCHES, NULL);
	g_autofree char *above = g_build_filename (root, QUILT_SERIES, NULL);
	g_autofree char *inside = g_build_filename (patches, QUILT_SERIES, NULL);
	gboolean is_above = g_file_test (above, G_FILE_TEST_IS_REGULAR);

	if (!is_above && !g_file_test (inside, G_FILE_TEST_IS_REGULAR))
		return FALSE;
	*out_series = g_strdup (is_above ? above : inside);
	*out_patches =
		g_strdup (is_above && !g_file_test (patches, G_FILE_TEST_IS_DIR) ? root : patches);
	return TRUE;
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
