/* SPDX-License-Identifier: GPL-2.0-only */
#include <gio/gio.h>
#include <string.h>

#include "cmd/bisect-words.h"

char **bisect_words_to_keep (char **words, const char *verb)
{
	static const char *const files[] = { "--with", "--repo", NULL };
	g_autoptr (GStrvBuilder) kept = g_strv_builder_new ();
	gboolean file = FALSE;

	for (; *words; words++) {
		const char *value = strchr (*words, '=');
		g_autofree char *option =
			value ? g_strndup (*words, (gsize) (value - *words)) : g_strdup (*words);
		gboolean names_file = g_strv_contains (files, option);
		g_autofree char *full = NULL, *word = NULL;

		if (file || (names_file && value)) {
			full = g_canonicalize_filename (file ? *words : value + 1, NULL);
			word = file ? g_strdup (full) : g_strconcat (option, "=", full, NULL);
			g_strv_builder_add (kept, word);
		} else if (*words != verb) {
			g_strv_builder_add (kept, *words);
		}
		file = !file && names_file && !value;
	}
	return g_strv_builder_end (kept);
}

char **bisect_words_again (char **kept, char **now, const char *project)
{
	g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

	g_strv_builder_add (words, "bisect");
	g_strv_builder_addv (words, (const char **) kept);
	g_strv_builder_addv (words, (const char **) now);
	g_strv_builder_add_many (words, "--project", project, NULL);
	return g_strv_builder_end (words);
}
