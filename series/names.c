/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/names.h"

#define FILE_MAX    64
#define VARIANT_MAX 24

static const char *const small_words[] = {
	"a",	"an",	   "and",  "are",  "as",    "at",      "be",	"by",	  "case",
	"do",	"does",	   "for",  "from", "in",    "instead", "is",	"it",	  "its",
	"must", "not",	   "of",   "on",   "only",  "or",      "shall", "should", "so",
	"some", "someone", "that", "the",  "then",  "this",    "to",	"use",	  "used",
	"uses", "using",   "via",  "when", "where", "with",    NULL
};

char *names_file (guint number, const char *title)
{
	g_autoptr (GString) name = g_string_new (NULL);
	gsize start;

	g_string_printf (name, "%04u-", number);
	start = name->len;
	for (; *title && name->len < FILE_MAX - strlen (".patch"); title++) {
		gboolean plain = g_ascii_isalnum (*title) || strchr ("._", *title);

		if (plain && !(*title == '.' && name->str[name->len - 1] == '.'))
			g_string_append_c (name, *title);
		else if (!plain && name->len > start && name->str[name->len - 1] != '-')
			g_string_append_c (name, '-');
	}
	while (name->len > start && strchr (".-", name->str[name->len - 1]))
		g_string_truncate (name, name->len - 1);
	if (name->len == start)
		g_string_append (name, "patch");
	g_string_append (name, ".patch");
	return g_string_free (g_steal_pointer (&name), FALSE);
}

/* Letters, digits, `_` and `-` make a word: VM_BUG_ON is one, PA-RISC another. */
static char *next_word (const char **at)
{
	GString *word = g_string_new (NULL);

	while (**at && !g_ascii_isalnum (**at))
		(*at)++;
	for (; g_ascii_isalnum (**at) || **at == '_' || **at == '-'; (*at)++)
		g_string_append_c (word, **at == '_' ? '-' : g_ascii_tolower (**at));
	while (g_str_has_suffix (word->str, "-"))
		g_string_truncate (word, word->len - 1);
	return g_string_free (word, FALSE);
}

static char *short_name (const char *title)
{
	g_autoptr (GString) name = g_string_new (NULL);

	for (;;) {
		g_autofree char *word = next_word (&title);

		if (!*word)
			break;
		if (strlen (word) < 2 || g_strv_contains (small_words, word))
			continue;
		if (name->len && name->len + 1 + strlen (word) > VARIANT_MAX)
			break;
		g_string_append_printf (name, "%s%.*s", name->len ? "-" : "", VARIANT_MAX, word);
	}
	if (!name->len)
		g_string_append (name, "patch");
	return g_string_free (g_steal_pointer (&name), FALSE);
}

static char *last_name (const char *author)
{
	const char *space = author ? strrchr (author, ' ') : NULL;
	const char *at = space ? space + 1 : author ? author : "";

	return next_word (&at);
}

char *names_variant (const char *title, guint version, const char *author, GHashTable *taken)
{
	g_autofree char *plain = short_name (title);
	g_autofree char *base =
		version > 1 ? g_strdup_printf ("%s-v%u", plain, version) : g_strdup (plain);
	g_autofree char *last = last_name (author);
	char *name = g_strdup (base);
	guint i;

	/* `base` is the variant without patches, everywhere. */
	if ((g_hash_table_contains (taken, name) || strcmp (name, "base") == 0) && *last) {
		g_free (name);
		name = g_strdup_printf ("%s-%s", base, last);
	}
	for (i = 2; g_hash_table_contains (taken, name) || strcmp (name, "base") == 0; i++) {
		g_free (name);
		name = g_strdup_printf ("%s-%u", base, i);
	}
	g_hash_table_add (taken, g_strdup (name));
	return name;
}
