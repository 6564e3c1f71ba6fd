/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/header.h"
#include "series/subject.h"

#define VERSION_MAX 99 /* more is a date or a number of something else */

void subject_clear (Subject *self)
{
	g_clear_pointer (&self->title, g_free);
}

/* The number that group 1 of @pattern finds in @text; 0 for none. */
static guint find_number (const char *text, const char *pattern, gboolean *out_found)
{
	g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_CASELESS, 0, NULL);
	g_autoptr (GMatchInfo) match = NULL;
	g_autofree char *digits = NULL;

	*out_found = g_regex_match (regex, text, 0, &match);
	if (!*out_found)
		return 0;
	digits = g_match_info_fetch (match, 1);
	return (guint) MIN (g_ascii_strtoull (digits, NULL, 10), G_MAXINT);
}

/* The tags in brackets before the title: all of them, with blanks between. */
static char *take_tags (const char **at)
{
	GString *tags = g_string_new (NULL);

	for (;;) {
		const char *end;

		while (g_ascii_isspace (**at))
			(*at)++;
		end = **at == '[' ? strchr (*at, ']') : NULL;
		if (!end)
			break;
		g_string_append_printf (tags, " %.*s ", (int) (end - *at - 1), *at + 1);
		*at = end + 1;
	}
	return g_string_free (tags, FALSE);
}

/* Old threads say `mm: fix it, v2` and `(take 2)`. */
static void take_trailing_version (Subject *self)
{
	static const char trailing[] =
		"[\\s,;:(\\[-]+(?:v|version\\s*|take\\s*#?)(\\d{1,2})[)\\]]*\\s*$";
	g_autoptr (GRegex) regex = g_regex_new (trailing, G_REGEX_CASELESS, 0, NULL);
	gboolean found;
	guint version = find_number (self->title, trailing, &found);
	char *rest;

	if (!found || version == 0)
		return;
	self->version = MAX (self->version, version);
	rest = g_regex_replace_literal (regex, self->title, -1, 0, "", 0, NULL);
	g_free (self->title);
	self->title = rest;
}

Subject subject_parse (const char *text)
{
	Subject self = { .version = 1 };
	g_autofree char *tags = NULL;
	gboolean found;
	guint version;
	const char *whole = text;

	self.answer = g_regex_match_simple ("^\\s*(re|aw|sv)(\\[\\d+\\])?\\s*:", text,
					    G_REGEX_CASELESS, 0);
	while (g_regex_match_simple ("^\\s*(re|aw|sv|fwd?)(\\[\\d+\\])?\\s*:", text,
				     G_REGEX_CASELESS, 0))
		text = strchr (text, ':') + 1;
	tags = take_tags (&text);
	self.number =
		find_number (tags, "(?<![\\w./])(\\d{1,4})/\\d{1,4}(?![\\w/])", &self.numbered);
	self.total = find_number (tags, "(?<![\\w./])\\d{1,4}/(\\d{1,4})(?![\\w/])", &found);
	if (self.total == 0 || self.number > self.total) {
		self.numbered = FALSE;
		self.number = self.total = 0;
	}
	version = find_number (tags, "(?:\\b|PATCH|RFC)v\\.?(\\d{1,2})(?![\\w.])", &found);
	if (found && version > 0 && version <= VERSION_MAX)
		self.version = version;
	self.resend =
		g_regex_match_simple ("\\bRESE?ND\\b|\\brepost\\b", tags, G_REGEX_CASELESS, 0);
	self.title = header_title (whole);
	take_trailing_version (&self);
	return self;
}

/* Letters and digits alone, in lower case. */
static char *essence (const char *title)
{
	g_autofree char *folded = g_utf8_casefold (title, -1);
	GString *out = g_string_new (NULL);
	const char *at;

	for (at = folded; *at; at = g_utf8_next_char (at))
		if (g_unichar_isalnum (g_utf8_get_char (at)))
			g_string_append_unichar (out, g_utf8_get_char (at));
	return g_string_free (out, FALSE);
}

gboolean subject_same_work (const char *a, const char *b)
{
	g_autofree char *left = essence (a ? a : ""), *right = essence (b ? b : "");

	return *left && strcmp (left, right) == 0;
}
