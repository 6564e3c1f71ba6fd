/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <git2.h>

#include "base/config.h"
#include "base/error.h"
#include "base/files.h"

struct Config {
	char *path;
	char *text;
	GPtrArray *keys;    /* (element-type utf8): every entry's key, in file order */
	GHashTable *values; /* key -> GPtrArray of values, NULL-terminated */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_config, git_config_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_config_iterator, git_config_iterator_free)

void config_free (Config *self)
{
	if (!self)
		return;
	g_free (self->path);
	g_free (self->text);
	g_clear_pointer (&self->keys, g_ptr_array_unref);
	g_clear_pointer (&self->values, g_hash_table_unref);
	g_free (self);
}

static void add_entry (Config *self, const git_config_entry *entry)
{
	GPtrArray *values = g_hash_table_lookup (self->values, entry->name);

	if (!values) {
		values = g_ptr_array_new_with_free_func (g_free);
		g_ptr_array_add (values, NULL);
		g_hash_table_insert (self->values, g_strdup (entry->name), values);
	}
	/* `key` without `=` is git's shorthand for true */
	g_ptr_array_insert (values, (gint) values->len - 1,
			    g_strdup (entry->value ? entry->value : "true"));
	g_ptr_array_add (self->keys, g_strdup (entry->name));
}

Config *config_load (const char *path, GError **error)
{
	g_autoptr (Config) self = g_new0 (Config, 1);
	g_autoptr (git_config) file = NULL;
	g_autoptr (git_config_iterator) iterator = NULL;
	git_config_entry *entry;

	self->path = g_strdup (path);
	self->keys = g_ptr_array_new_with_free_func (g_free);
	self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					      (GDestroyNotify) g_ptr_array_unref);
	self->text = files_read (path, NULL, error);
	if (!self->text) {
		if (error && *error) /* a file that the user named or wrote */
			(*error)->code = BAKEOFF_ERROR_USAGE;
		return NULL;
	}

	git_libgit2_init (); /* counted, and never undone: threads may still be in it at exit */
	if (git_config_open_ondisk (&file, path) < 0 ||
	    git_config_iterator_new (&iterator, file) < 0) {
		const git_error *git = git_error_last ();

		return fail_null (error, BAKEOFF_ERROR_USAGE, "'%s': %s", path,
				  git ? git->message : "not in git-config syntax");
	}
	while (git_config_next (&entry, iterator) == 0)
		add_entry (self, entry);
	return g_steal_pointer (&self);
}

static GPtrArray *copy_values (const Config *self, const char *key)
{
	GPtrArray *values = g_ptr_array_new_with_free_func (g_free);
	const char *const *value;

	for (value = config_get_all (self, key); *value; value++)
		g_ptr_array_add (values, g_strdup (*value));
	return values;
}

void config_inherit (Config *self, const Config *parent, const char *adds)
{
	g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
	guint i;

	for (i = 0; i < parent->keys->len; i++) {
		const char *key = parent->keys->pdata[i];
		gboolean own = g_hash_table_contains (self->values, key);
		GPtrArray *values;

		/* a key with several values comes several times */
		if (!g_hash_table_add (seen, (gpointer) key) || (own && !g_str_equal (key, adds)))
			continue;
		values = copy_values (parent, key);
		g_ptr_array_extend_and_steal (values, copy_values (self, key));
		g_ptr_array_add (values, NULL);
		g_hash_table_insert (self->values, g_strdup (key), values);
		if (!own)
			g_ptr_array_add (self->keys, g_strdup (key));
	}
}

const char *config_path (const Config *self)
{
	return self->path;
}

const char *const *config_get_all (const Config *self, const char *key)
{
	static const char *const none[] = { NULL };
	GPtrArray *values = g_hash_table_lookup (self->values, key);

	return values ? (const char *const *) values->pdata : none;
}

const char *config_get (const Config *self, const char *key)
{
	const char *const *values = config_get_all (self, key);
	guint n = g_strv_length ((char **) values);

	return n ? values[n - 1] : NULL;
}

gboolean config_get_int (const Config *self, const char *key, int min, int max, int fallback,
			 int *out_value, GError **error)
{
	const char *text = config_get (self, key);
	gint64 value;

	*out_value = fallback;
	if (!text)
		return TRUE;
	if (!g_ascii_string_to_signed (text, 10, min, max, &value, NULL))
		return config_fail (self, key, error,
				    "'%s' must be a number from %d to %d, not '%s'", key, min, max,
				    text);
	*out_value = (int) value;
	return TRUE;
}

gboolean config_get_bool (const Config *self, const char *key, gboolean fallback,
			  gboolean *out_value, GError **error)
{
	const char *text = config_get (self, key);
	int value;

	*out_value = fallback;
	if (!text)
		return TRUE;
	if (git_config_parse_bool (&value, text) < 0)
		return config_fail (self, key, error, "'%s' must be true or false, not '%s'", key,
				    text);
	*out_value = value != 0;
	return TRUE;
}

/* The parts of `section.subsection.key`; the subsection may hold dots itself. */
static void split_key (const char *key, char **out_section, char **out_sub, char **out_name)
{
	const char *first = strchr (key, '.');
	const char *last = strrchr (key, '.');

	*out_section = g_strndup (key, first ? (gsize) (first - key) : strlen (key));
	*out_name = g_strdup (last ? last + 1 : "");
	*out_sub = last && last > first ? g_strndup (first + 1, (gsize) (last - first - 1)) : NULL;
}

GPtrArray *config_subsections (const Config *self, const char *section)
{
	GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
	guint i;

	for (i = 0; i < self->keys->len; i++) {
		g_autofree char *head = NULL, *sub = NULL, *name = NULL;

		split_key (self->keys->pdata[i], &head, &sub, &name);
		if (sub && g_str_equal (head, section) &&
		    !g_ptr_array_find_with_equal_func (names, sub, g_str_equal, NULL))
			g_ptr_array_add (names, g_steal_pointer (&sub));
	}
	return names;
}

/* Whether @line is the header of [section] or [section "sub"]; headers of others give FALSE. */
static gboolean is_header_of (const char *line, const char *section, const char *sub)
{
	g_autofree char *head = NULL, *rest = NULL;
	const char *end = strpbrk (line, " \t\"]");

	if (!end || g_ascii_strncasecmp (line + 1, section, (gsize) (end - line - 1)) != 0 ||
	    strlen (section) != (gsize) (end - line - 1))
		return FALSE;
	if (!sub)
		return *end == ']';
	head = g_strescape (sub, NULL);
	rest = g_strdup_printf ("\"%s\"", head);
	return strstr (end, rest) != NULL;
}

guint config_line (const Config *self, const char *key)
{
	g_auto (GStrv) lines = g_strsplit (self->text, "\n", -1);
	g_autofree char *section = NULL, *sub = NULL, *name = NULL;
	gboolean inside = FALSE;
	guint i, found = 0;

	split_key (key, &section, &sub, &name);
	for (i = 0; lines[i]; i++) {
		char *line = g_strstrip (lines[i]);
		gsize length = strlen (name);

		if (*line == '[')
			inside = is_header_of (line, section, sub);
		else if (inside && g_ascii_strncasecmp (line, name, length) == 0 &&
			 !g_ascii_isalnum (line[length]) && line[length] != '-')
			found = i + 1;
	}
	return found;
}

static gboolean key_allowed (const char *key, const char *pattern)
{
	g_autofree char *section = NULL, *sub = NULL, *name = NULL;
	g_autofree char *wanted = NULL;

	split_key (key, &section, &sub, &name);
	wanted = sub ? g_strdup_printf ("%s.*.%s", section, name) : g_strdup (key);
	return g_str_equal (wanted, pattern);
}

/* Levenshtein's distance, for "did you mean". */
static guint distance (const char *a, const char *b)
{
	gsize n = strlen (b), i, j;
	g_autofree guint *row = g_new (guint, n + 1);

	for (j = 0; j <= n; j++)
		row[j] = (guint) j;
	for (i = 1; a[i - 1]; i++) {
		guint diagonal = row[0];

		row[0] = (guint) i;
		for (j = 1; j <= n; j++) {
			guint above = row[j];

			row[j] = MIN (MIN (above, row[j - 1]) + 1,
				      diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[n];
}

gboolean config_check (const Config *self, const char *const *allowed, GError **error)
{
	guint i, j;

	for (i = 0; i < self->keys->len; i++) {
		const char *key = self->keys->pdata[i];
		const char *nearest = allowed[0];

		for (j = 0; allowed[j] && !key_allowed (key, allowed[j]); j++) {
			if (distance (key, allowed[j]) < distance (key, nearest))
				nearest = allowed[j];
		}
		if (!allowed[j])
			return config_fail (self, key, error,
					    "unknown key '%s'\nthe nearest known one is '%s'", key,
					    nearest);
	}
	return TRUE;
}

gboolean config_fail (const Config *self, const char *key, GError **error, const char *format, ...)
{
	g_autofree char *message = NULL;
	guint line = config_line (self, key);
	va_list args;

	va_start (args, format);
	message = g_strdup_vprintf (format, args);
	va_end (args);
	if (line)
		return fail (error, BAKEOFF_ERROR_USAGE, "%s:%u: %s", self->path, line, message);
	return fail (error, BAKEOFF_ERROR_USAGE, "%s: %s", self->path, message);
}
