/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/text.h"

#define BIDI_MARKS    0x200e /* LRM, RLM */
#define SEPARATORS    0x2028 /* line, paragraph, then LRE RLE PDF LRO RLO */
#define BIDI_ISOLATES 0x2066 /* LRI RLI FSI PDI */
#define ARABIC_MARK   0x061c

static gboolean is_control (gunichar c)
{
	return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c <= 0x9f) ||
	       c == ARABIC_MARK || c == BIDI_MARKS || c == BIDI_MARKS + 1 ||
	       (c >= SEPARATORS && c <= SEPARATORS + 6) ||
	       (c >= BIDI_ISOLATES && c <= BIDI_ISOLATES + 3);
}

char *text_printable (const char *bytes, gssize length)
{
	const char *at = bytes, *end;
	GString *out;

	if (!bytes)
		return NULL;
	end = bytes + (length < 0 ? strlen (bytes) : (gsize) length);
	out = g_string_sized_new ((gsize) (end - bytes));
	while (at < end) {
		gunichar c = *at ? g_utf8_get_char_validated (at, end - at) : 0;

		if (c >= 0x110000) { /* (gunichar) -1 and -2: no UTF-8, or not all of it */
			g_string_append_printf (out, "\\x%02x", (guchar) *at++);
			continue;
		}
		if (!is_control (c))
			g_string_append_unichar (out, c);
		else
			g_string_append_printf (out, c < 0x80 ? "\\x%02x" : "\\u%04x", c);
		at += g_unichar_to_utf8 (c, NULL);
	}
	return g_string_free (out, FALSE);
}
