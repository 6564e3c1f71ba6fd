/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/path.h"

/* diff -u writes a tab before the time, archives make it spaces; svn writes (revision 5). */
#define TIME_STAMP                                                                                 \
	"[ \t]+((?:[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]+.*)|"                                     \
	"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} .*)|\\((?:revision|working copy).*\\))$"

static const char *find_stamp (const char *text)
{
	static GRegex *regex;
	g_autoptr (GMatchInfo) match = NULL;
	const char *tab = strchr (text, '\t');
	int start, end;

	if (tab)
		return tab;
	if (g_once_init_enter (&regex))
		g_once_init_leave (&regex, g_regex_new (TIME_STAMP, G_REGEX_RAW, 0, NULL));
	if (g_regex_match (regex, text, 0, &match) &&
	    g_match_info_fetch_pos (match, 0, &start, &end))
		return text + start;
	return NULL;
}

char *path_from_header (const char *text, gboolean *out_epoch)
{
	const char *stamp = *text == '"' ? NULL : find_stamp (text);
	g_autofree char *raw = stamp ? g_strndup (text, (gsize) (stamp - text)) : g_strdup (text);
	g_autofree char *path = NULL;

	g_strchomp (raw);
	while (stamp && g_ascii_isspace (*stamp))
		stamp++;
	if (out_epoch)
		*out_epoch = stamp && (g_str_has_prefix (stamp, "1970-01-01") ||
				       g_str_has_prefix (stamp, "1969-12-31") ||
				       g_str_has_prefix (stamp, "Thu Jan 1 00:00:00 1970") ||
				       g_str_has_prefix (stamp, "Thu Jan  1 00:00:00 1970"));
	path = path_unquote (raw);
	return strcmp (path, "/dev/null") == 0 ? NULL : g_steal_pointer (&path);
}

/* One escaped character after the backslash at @at. Returns what follows it. */
static const char *unescape (const char *at, GString *out)
{
	static const char names[] = "abtnvfr";
	const char *name = *at ? strchr (names, *at) : NULL;
	guint i, code = 0;

	if (name) {
		g_string_append_c (out, (char) (0x07 + (name - names)));
		return at + 1;
	}
	for (i = 0; i < 3 && at[i] >= '0' && at[i] <= '7'; i++)
		code = code * 8 + (guint) (at[i] - '0');
	if (i > 0) {
		g_string_append_c (out, (char) code);
		return at + i;
	}
	if (*at)
		g_string_append_c (out, *at++);
	return at;
}

char *path_unquote (const char *text)
{
	GString *out;

	if (*text != '"')
		return g_strdup (text);
	out = g_string_new (NULL);
	for (text++; *text && *text != '"';) {
		if (*text == '\\')
			text = unescape (text + 1, out);
		else
			g_string_append_c (out, *text++);
	}
	return g_string_free (out, FALSE);
}

/* A blank at a name's end gets lost where no quote follows it. */
static gboolean needs_quotes (const char *path)
{
	const guchar *at;

	if (g_str_has_suffix (path, " "))
		return TRUE;
	for (at = (const guchar *) path; *at; at++)
		if (*at < 0x20 || *at >= 0x7f || *at == '"' || *at == '\\')
			return TRUE;
	return FALSE;
}

char *path_quote (const char *prefix, const char *path)
{
	g_autoptr (GString) out = NULL;
	const guchar *at;

	if (!needs_quotes (path))
		return g_strconcat (prefix, path, NULL);
	out = g_string_new ("\"");
	g_string_append (out, prefix);
	for (at = (const guchar *) path; *at; at++) {
		const char *plain = "abtnvfr";

		if (*at >= 0x07 && *at <= 0x0d)
			g_string_append_printf (out, "\\%c", plain[*at - 0x07]);
		else if (*at == '"' || *at == '\\')
			g_string_append_printf (out, "\\%c", *at);
		else if (*at < 0x20 || *at >= 0x7f)
			g_string_append_printf (out, "\\%03o", *at);
		else
			g_string_append_c (out, (char) *at);
	}
	g_string_append_c (out, '"');
	return g_string_free (g_steal_pointer (&out), FALSE);
}

gboolean path_is_safe (const char *path)
{
	g_auto (GStrv) names = g_strsplit (path, "/", -1);
	const guchar *at;
	guint i;

	for (at = (const guchar *) path; *at; at++)
		if (*at < 0x20 || *at == 0x7f)
			return FALSE;
	for (i = 0; names[i]; i++)
		if (!*names[i] || strcmp (names[i], ".") == 0 || strcmp (names[i], "..") == 0 ||
		    g_ascii_strcasecmp (names[i], ".git") == 0)
			return FALSE;
	return i > 0;
}

const char *path_strip (const char *path, guint level)
{
	for (; level > 0; level--) {
		path = strchr (path, '/');
		if (!path)
			return NULL;
		path++;
	}
	return *path ? path : NULL;
}

guint path_depth (const char *path)
{
	guint depth = 1;

	for (; *path; path++)
		depth += *path == '/';
	return depth;
}

char *path_without_suffix (const char *path)
{
	static GRegex *regex;
	g_autofree char *out = NULL;

	if (g_once_init_enter (&regex))
		g_once_init_leave (&regex, g_regex_new ("(?:\\.orig|\\.old|\\.bak|~)?"
							"(?:-v?[0-9]+\\.[0-9]+(?:\\.[0-9]+)*"
							"(?:-[a-z]+[0-9]*)*)?"
							"(?:\\.orig|\\.old|\\.bak|~)?$",
							G_REGEX_RAW, 0, NULL));
	out = g_regex_replace_literal (regex, path, -1, 0, "", 0, NULL);
	if (!out || !*out || g_str_has_suffix (out, "/") || strcmp (out, path) == 0)
		return NULL;
	return g_steal_pointer (&out);
}
