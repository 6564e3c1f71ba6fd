/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What mailers and archives do to a mail with a patch: each kind of damage by itself, on the text
 * that git format-patch prints.
 */
#pragma once

#include <string.h>

#include <glib.h>

#define WRAP_COLUMNS 76
#define QUOTED_MAX   72

typedef enum {
	DAMAGE_NONE,
	DAMAGE_CRLF,
	DAMAGE_STRIPPED, /* white space at the ends of lines */
	DAMAGE_BARE,	 /* blank context without its space */
	DAMAGE_TABS,	 /* eight blanks for each */
	DAMAGE_WRAPPED,
	DAMAGE_QUOTED,
	DAMAGE_BASE64,
	DAMAGE_FLOWED, /* space stuffing and soft breaks: RFC 3676 */
	DAMAGE_FROM,   /* `>From` */
	DAMAGE_FOOTER, /* blank context at the diff's end cut, a list's footer below */
	DAMAGE_HTML,
	DAMAGE_CUT,
	DAMAGE_LAST,
} Damage;

static const char *const damage_names[] = { "none",
					    "CRLF line ends",
					    "line ends stripped",
					    "blank context bare",
					    "tabs to 8 spaces",
					    "wrapped at 76",
					    "quoted-printable",
					    "base64",
					    "format=flowed",
					    ">From quoting",
					    "footer, end cut",
					    "HTML entities",
					    "cut in the middle" };

static inline char *damage_replace (const char *text, const char *what, const char *by)
{
	g_auto (GStrv) parts = g_strsplit (text, what, -1);

	return g_strjoinv (by, parts);
}

static inline void damage_strip (char *line)
{
	g_strchomp (line);
}

/* The last blank in the first WRAP_COLUMNS columns is where a mailer breaks; it goes. */
static inline void damage_wrap (GString *out, const char *line, const char *at_break)
{
	while (strlen (line) > WRAP_COLUMNS) {
		gsize at = WRAP_COLUMNS;

		while (at > 1 && line[at] != ' ')
			at--;
		if (at <= 1)
			break;
		g_string_append_len (out, line, (gssize) at);
		g_string_append (out, at_break);
		line += at + 1;
	}
	g_string_append (out, line);
}

/* A sender of format=flowed drops blanks before a fixed line end, for they would join lines. */
static inline void damage_flow (GString *out, const char *line)
{
	g_autoptr (GString) broken = g_string_new (NULL);
	g_autofree char *plain = g_strdup (line);
	g_auto (GStrv) lines = NULL;
	guint i;

	while (strcmp (plain, "-- ") != 0 && g_str_has_suffix (plain, " "))
		plain[strlen (plain) - 1] = '\0';
	damage_wrap (broken, plain, " \n");
	lines = g_strsplit (broken->str, "\n", -1);
	for (i = 0; lines[i]; i++)
		g_string_append_printf (out, "%s%s%s", i ? "\n" : "",
					*lines[i] == ' ' || *lines[i] == '>' ||
							g_str_has_prefix (lines[i], "From ")
						? " "
						: "",
					lines[i]);
}

static inline void damage_quote (GString *out, const char *line)
{
	const guchar *at;
	guint column = 0;

	for (at = (const guchar *) line; *at; at++) {
		gboolean plain = (*at > ' ' && *at < 0x7f && *at != '=') || (*at == ' ' && at[1]);

		if (column > QUOTED_MAX) {
			g_string_append (out, "=\n");
			column = 0;
		}
		if (plain)
			g_string_append_c (out, (char) *at);
		else
			g_string_append_printf (out, "=%02X", *at);
		column += plain ? 1 : 3;
	}
}

static inline void damage_line (Damage kind, char *line, GString *out)
{
	if (kind == DAMAGE_STRIPPED)
		damage_strip (line);
	if (kind == DAMAGE_BARE && strcmp (line, " ") == 0)
		*line = '\0';
	if (kind == DAMAGE_WRAPPED)
		damage_wrap (out, line, "\n");
	else if (kind == DAMAGE_FLOWED)
		damage_flow (out, line);
	else if (kind == DAMAGE_QUOTED)
		damage_quote (out, line);
	else if (kind == DAMAGE_FROM && g_str_has_prefix (line, "From "))
		g_string_append_printf (out, ">%s", line);
	else
		g_string_append (out, line);
}

/* What archives make of the end of a mail. */
static inline char *damage_end (const char *body)
{
	const char *end = g_strrstr (body, "\n-- \n");
	GString *out = g_string_new_len (body, end ? end - body : (gssize) strlen (body));

	while (g_str_has_suffix (out->str, "\n ") || g_str_has_suffix (out->str, "\n"))
		g_string_truncate (out, out->len - 1 - g_str_has_suffix (out->str, "\n "));
	g_string_append (out, "\n-\nTo unsubscribe from this list: send the line \"unsubscribe\"\n"
			      "in the body of a message to list@example.org\n");
	return g_string_free (out, FALSE);
}

static inline char *damage_encode (const char *body)
{
	g_autofree char *whole = g_base64_encode ((const guchar *) body, strlen (body));
	GString *out = g_string_new (NULL);
	const char *at;

	for (at = whole; *at; at += strnlen (at, WRAP_COLUMNS))
		g_string_append_printf (out, "%.*s\n", WRAP_COLUMNS, at);
	return g_string_free (out, FALSE);
}

static inline char *damage_body (Damage kind, const char *body, guint cut)
{
	g_autoptr (GString) out = g_string_new (NULL);
	g_autofree char *a = NULL, *b = NULL;
	g_auto (GStrv) lines = NULL;
	guint i;

	if (kind == DAMAGE_TABS)
		return damage_replace (body, "\t", "        ");
	if (kind == DAMAGE_BASE64)
		return damage_encode (body);
	if (kind == DAMAGE_FOOTER)
		return damage_end (body);
	if (kind == DAMAGE_CUT)
		return g_strndup (body, cut);
	if (kind == DAMAGE_HTML) {
		a = damage_replace (body, "&", "&amp;");
		b = damage_replace (a, "<", "&lt;");
		return damage_replace (b, ">", "&gt;");
	}
	lines = g_strsplit (body, "\n", -1);
	for (i = 0; lines[i]; i++) {
		damage_line (kind, lines[i], out);
		if (lines[i + 1])
			g_string_append_c (out, '\n');
	}
	return g_string_free (g_steal_pointer (&out), FALSE);
}

static inline const char *damage_headers (Damage kind)
{
	switch (kind) {
	case DAMAGE_QUOTED:
		return "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
		       "Content-Transfer-Encoding: quoted-printable\n";
	case DAMAGE_BASE64:
		return "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
		       "Content-Transfer-Encoding: base64\n";
	case DAMAGE_FLOWED:
		return "MIME-Version: 1.0\n"
		       "Content-Type: text/plain; charset=utf-8; format=flowed\n";
	default:
		return NULL;
	}
}

/**
 * damage_mail: @mail, as git format-patch prints it, after @kind of damage.
 * @cut: where DAMAGE_CUT ends its body, in bytes
 *
 * Returns: (transfer full)
 */
static inline char *damage_mail (Damage kind, const char *mail, guint cut)
{
	const char *blank = strstr (mail, "\n\n");
	g_autoptr (GString) out = g_string_new_len (mail, blank + 1 - mail);
	g_autofree char *body = damage_body (kind, blank + 2, cut);
	const char *own = damage_headers (kind);

	if (own) { /* instead of git's, which it writes where the text is no ASCII */
		g_auto (GStrv) lines = g_strsplit (out->str, "\n", -1);
		guint i;

		g_string_truncate (out, 0);
		for (i = 0; lines[i] && *lines[i]; i++)
			if (!g_str_has_prefix (lines[i], "Content-") &&
			    !g_str_has_prefix (lines[i], "MIME-"))
				g_string_append_printf (out, "%s\n", lines[i]);
		g_string_append (out, own);
	}
	g_string_append_printf (out, "\n%s", body);
	if (kind == DAMAGE_CRLF)
		return damage_replace (out->str, "\n", "\r\n");
	return g_string_free (g_steal_pointer (&out), FALSE);
}
