/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/control.h"

#define BYTE_ORDER_MARK 0xfeff

static const char *effect_of (gunichar c)
{
	if (c == '\t' || c == '\r' || c == '\f')
		return NULL;
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
		return "a control character";
	if ((c >= 0x200b && c <= 0x200d) || c == BYTE_ORDER_MARK)
		return "which takes no room";
	if (c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069))
		return "which turns the direction of writing";
	return NULL;
}

/* The first such character of @text, or 0. */
static gunichar find_in (const char *text)
{
	while (*text) {
		gunichar c = g_utf8_get_char_validated (text, -1);

		if (c < 0x110000 && effect_of (c))
			return c;
		text += c < 0x110000 ? g_unichar_to_utf8 (c, NULL) : 1;
	}
	return 0;
}

/* A file may begin with a byte order mark: in the first line of a hunk that begins the file. */
static const char *after_mark (const char *text, const char *above)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (above && *text && g_str_has_prefix (text + 1, mark) &&
	    g_regex_match_simple ("^@@ -(0,0|1(,[0-9]+)?) ", above, G_REGEX_RAW, 0))
		return text + 1 + strlen (mark);
	return text;
}

static char *tell (const char *name, guint line, gunichar c)
{
	return g_strdup_printf ("%s:%u: U+%04X, %s", name, line, c, effect_of (c));
}

char *control_find (GPtrArray *lines, guint from, const Patch *patch, const char *name)
{
	guint i, end = patch ? MIN (patch->last + 1, lines->len) : lines->len;

	for (i = from; i < end; i++) {
		const SourceLine *line = g_ptr_array_index (lines, i);
		const SourceLine *above = i > from ? g_ptr_array_index (lines, i - 1) : NULL;
		gunichar c = find_in (after_mark (line->text, above ? above->text : NULL));

		if (c)
			return tell (name, line->line, c);
	}
	for (i = 0; patch && i < patch->files->len; i++) {
		const FilePatch *file = g_ptr_array_index (patch->files, i);
		gunichar c = file->old_path ? find_in (file->old_path) : 0;

		if (!c && file->new_path)
			c = find_in (file->new_path);
		if (c)
			return tell (name, file->line, c);
	}
	return NULL;
}
