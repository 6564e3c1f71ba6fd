/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "kbuild/kconfig.h"

#define REFUSED " did not take"

static gboolean is_wish (const char *setting)
{
	return *setting == '?';
}

/* The symbol that @setting is about. */
static char *symbol_set (const char *setting)
{
	setting += is_wish (setting);
	return g_strndup (setting, strcspn (setting, "="));
}

gboolean kconfig_setting_valid (const char *setting)
{
	const char *bare = setting + is_wish (setting);
	const char *name = g_str_has_prefix (bare, "CONFIG_") ? bare + 7 : "=";
	const char *end = strchr (name, '=');
	const char *c;

	for (c = name; end && c < end; c++) {
		if (!g_ascii_isalnum (*c) && *c != '_')
			return FALSE;
	}
	return end && end > name && end[1];
}

/* The symbol that a line of a .config speaks of: `CONFIG_X=…` or `# CONFIG_X is not set`. */
static char *symbol_of (const char *line)
{
	if (g_str_has_prefix (line, "# CONFIG_") && g_str_has_suffix (line, " is not set"))
		return g_strndup (line + 2, strlen (line) - 2 - strlen (" is not set"));
	if (g_str_has_prefix (line, "CONFIG_") && strchr (line, '='))
		return g_strndup (line, strcspn (line, "="));
	return NULL;
}

/* symbol -> its last setting: the later one wins */
static GHashTable *settings_table (const char *const *settings)
{
	GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

	for (; *settings; settings++)
		g_hash_table_replace (table, symbol_set (*settings), (gpointer) *settings);
	return table;
}

/* (transfer none) (nullable): `n` is "is not set" */
static const char *value_of (const char *setting)
{
	return setting ? strchr (setting, '=') + 1 : NULL;
}

char *kconfig_merge (const char *text, const char *const *settings)
{
	g_autoptr (GHashTable) wanted = settings_table (settings);
	g_autoptr (GString) out = g_string_new (NULL);
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
	guint i;

	for (i = 0; lines[i]; i++) {
		g_autofree char *symbol = symbol_of (lines[i]);

		if (*lines[i] && (!symbol || !g_hash_table_contains (wanted, symbol)))
			g_string_append_printf (out, "%s\n", lines[i]);
	}
	for (i = 0; settings[i]; i++) {
		g_autofree char *symbol = symbol_set (settings[i]);
		const char *value = value_of (g_hash_table_lookup (wanted, symbol));

		if (!value)
			continue; /* said already */
		if (g_str_equal (value, "n"))
			g_string_append_printf (out, "# %s is not set\n", symbol);
		else
			g_string_append_printf (out, "%s=%s\n", symbol, value);
		g_hash_table_remove (wanted, symbol);
	}
	return g_string_free (g_steal_pointer (&out), FALSE);
}

gboolean kconfig_has_modules (const char *text)
{
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
	guint i;

	for (i = 0; lines[i]; i++) {
		if (g_str_has_prefix (lines[i], "CONFIG_") && g_str_has_suffix (lines[i], "=m"))
			return TRUE;
	}
	return FALSE;
}

/* Adds the `depends on` lines of `config NAME` in one Kconfig file to @out. */
static void collect_dependencies (const char *path, const char *name, GString *out)
{
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;
	gboolean inside = FALSE;
	guint i;

	if (!g_file_get_contents (path, &text, NULL, NULL) || !strstr (text, name))
		return;
	lines = g_strsplit (text, "\n", -1);
	for (i = 0; lines[i]; i++) {
		g_auto (GStrv) words = NULL;
		gboolean indented = g_ascii_isspace (*lines[i]);

		g_strstrip (lines[i]);
		words = g_strsplit_set (lines[i], " \t", 2);
		if (!indented && words[0] && words[1] &&
		    (g_str_equal (words[0], "config") || g_str_equal (words[0], "menuconfig")))
			inside = g_str_equal (g_strstrip (words[1]), name);
		else if (inside && g_str_has_prefix (lines[i], "depends on"))
			g_string_append_printf (out, "%s'%s'", out->len ? " and " : "", lines[i]);
	}
}

static void search_kconfig (const char *dir, const char *name, GString *out)
{
	g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
	const char *entry;

	while (entries && (entry = g_dir_read_name (entries))) {
		g_autofree char *path = g_build_filename (dir, entry, NULL);

		if (g_file_test (path, G_FILE_TEST_IS_SYMLINK))
			continue;
		if (g_str_has_prefix (entry, "Kconfig"))
			collect_dependencies (path, name, out);
		else if (*entry != '.' && !strchr (entry, '.') &&
			 g_file_test (path, G_FILE_TEST_IS_DIR))
			search_kconfig (path, name, out);
	}
}

static void explain (GString *message, const char *symbol, const char *value, const char *has,
		     const char *source)
{
	g_autoptr (GString) reasons = g_string_new (NULL);

	search_kconfig (source, symbol + strlen ("CONFIG_"), reasons);
	g_string_append_printf (message, "%s%s=%s" REFUSED " (it is %s", message->len ? "; " : "",
				symbol, value, has ? has : "not set");
	if (reasons->len)
		g_string_append_printf (message, "; its Kconfig says %s", reasons->str);
	else
		g_string_append (message,
				 "; no 'depends on' of it was found: it may not exist here, "
				 "or another option of its choice is on");
	g_string_append_c (message, ')');
}

gboolean kconfig_check (const char *text, const char *const *settings, const char *source,
			GError **error)
{
	g_autoptr (GHashTable) wanted = settings_table (settings);
	g_autoptr (GString) message = g_string_new (NULL);
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
	g_autoptr (GHashTable) real = NULL;
	guint i;

	real = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	for (i = 0; lines[i]; i++) {
		char *symbol = symbol_of (lines[i]);

		if (symbol && *lines[i] != '#')
			g_hash_table_replace (real, symbol, strchr (lines[i], '=') + 1);
		else
			g_free (symbol);
	}
	for (i = 0; settings[i]; i++) {
		g_autofree char *symbol = symbol_set (settings[i]);
		const char *setting = g_hash_table_lookup (wanted, symbol);
		const char *value = value_of (setting);
		const char *has = g_hash_table_lookup (real, symbol);

		if (value && !is_wish (setting) &&
		    g_strcmp0 (has, g_str_equal (value, "n") ? NULL : value) != 0)
			explain (message, symbol, value, has, source);
		g_hash_table_remove (wanted, symbol);
	}
	if (message->len == 0)
		return TRUE;
	return fail (error, BAKEOFF_ERROR_CONFIG, "%s", message->str);
}

gboolean kconfig_refuses (const char *message, const char *symbol)
{
	/* as explain() ends what it says of an option: a value may hold "; " as well */
	g_auto (GStrv) parts = g_strsplit (message, "); ", -1);
	guint i;

	for (i = 0; parts[i]; i++) {
		gsize length = strlen (symbol);

		if (strncmp (parts[i], symbol, length) == 0 && parts[i][length] == '=' &&
		    strstr (parts[i], REFUSED))
			return TRUE;
	}
	return FALSE;
}
