/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "kbuild/linemap.h"

enum {
	STATEMENT_LINES = 8 /* of one macro's call */
};

guint line_map_new_line (const LineMap *self, guint old)
{
	guint64 line = old;
	gsize i;

	for (i = 0; i < self->n_hunks; i++) {
		const LineHunk *hunk = &self->hunks[i];

		if (old < hunk->old_start || (!hunk->old_lines && old == hunk->old_start))
			break;
		if (old - hunk->old_start < hunk->old_lines)
			return 0;
		line += hunk->new_lines;
		line -= hunk->old_lines;
	}
	return line > G_MAXUINT ? 0 : (guint) line;
}

/* Paths of one file may be told from different folders. */
static gboolean same_file (const char *one, const char *two)
{
	gsize a = strlen (one), b = strlen (two);

	if (a < b)
		return same_file (two, one);
	return b > 0 && g_str_has_suffix (one, two) && (a == b || one[a - b - 1] == '/');
}

/* A macro that takes __LINE__ for its caller: its name is in capitals, or it is an assertion. */
static gboolean calls_macro (const char *text)
{
	gsize i, from, call;

	for (i = 0; text[i]; i = MAX (i, from + 1)) {
		from = i;
		if (!g_ascii_isalpha (text[i]) && text[i] != '_')
			continue;
		for (; g_ascii_isalnum (text[i]) || text[i] == '_'; i++)
			;
		if (i - from == 8 && !strncmp (text + from, "__LINE__", 8))
			return TRUE;
		call = i + strspn (text + i, " ");
		if (text[call] != '(')
			continue;
		if (g_str_has_prefix (text + from, "assert") ||
		    (i - from > 2 && g_ascii_isupper (text[from]) &&
		     g_ascii_isupper (text[from + 1])))
			return TRUE;
	}
	return FALSE;
}

/* Whether the statement in that line of the source can hold __LINE__. */
gboolean line_map_may_hold_line (const LineMap *self, guint line)
{
	const char *at = self->source;
	const char *starts[STATEMENT_LINES];
	guint number;
	guint i;

	for (number = 1; at; number++) {
		const char *end = at + strcspn (at, "\n");

		starts[number % STATEMENT_LINES] = at;
		if (number == line)
			break;
		at = *end ? end + 1 : NULL;
	}
	for (i = 0; at && i < STATEMENT_LINES && i < line; i++) {
		const char *start = starts[(line - i) % STATEMENT_LINES];
		g_autofree char *text = g_strstrip (g_strndup (start, strcspn (start, "\n")));

		if (i > 0 && (!*text || strchr (";{}", text[strlen (text) - 1])))
			return FALSE; /* the statement before */
		if (*text == '#' || *text == '*' || g_str_has_prefix (text, "/*") ||
		    g_str_has_prefix (text, "//"))
			return FALSE;
		if (calls_macro (text))
			return TRUE;
	}
	return FALSE;
}

gboolean line_map_is_file (const LineMap *self, const char *path)
{
	return same_file (self->file, path);
}
