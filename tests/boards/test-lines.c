/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From console bytes to lines, and from lines to the guest's results.
 */
#include <string.h>

#include "boards/ktap.h"
#include "boards/lines.h"

static gboolean keep_line (const char *line, gpointer user_data)
{
	GString *all = user_data;

	g_string_append_printf (all, "%s|", line);
	return strcmp (line, "stop") != 0;
}

static char *cut (const char *data, gsize length, gsize piece)
{
	GString *all = g_string_new (NULL);
	g_autoptr (LineBuffer) lines = line_buffer_new (keep_line, all);
	gsize at;

	for (at = 0; at < length; at += piece)
		line_buffer_feed (lines, data + at, MIN (piece, length - at));
	line_buffer_finish (lines);
	return g_string_free (all, FALSE);
}

/* Console bytes and their lines, each ended by `|`. */
static const struct {
	const char *bytes, *lines;
} cleaning[] = {
	{ "a\nb\n", "a|b|" },
	{ "no newline", "no newline|" },
	{ "\n\n", "||" },
	{ "a\r\nb\r\r\n", "a|b|" },
	{ "\033[0;31mred\033[0m\n", "red|" },
	{ "\033[?2004hprompt\n", "prompt|" },
	{ "\033]0;title\007text\033]2;t\033\\more\n", "textmore|" },
	{ "\033(Bx\033=y\n", "xy|" },
	/* a newline ends what never ended */
	{ "\033]0;title\ntext\n", "|text|" },
	{ "\a\bbell\177\ttab\n", "bell\ttab|" },
	{ "\377\303\244\n", "\357\277\275\303\244|" },
	/* the receiver has had enough */
	{ "a\nstop\nb\nc", "a|stop|" },
};

/* Lines are clean, and the same however the bytes were cut. */
static void test_cleaning (void)
{
	gsize i, piece;

	for (i = 0; i < G_N_ELEMENTS (cleaning); i++) {
		for (piece = 1; piece < 8; piece++) {
			g_autofree char *lines =
				cut (cleaning[i].bytes, strlen (cleaning[i].bytes), piece);

			g_assert_cmpstr (lines, ==, cleaning[i].lines);
		}
	}
}

/* A NUL is no text and no end: 2.6's first user output begins with one. */
static void test_nul (void)
{
	g_autofree char *lines = cut ("\0KTAP\0 x\n", 9, 9);

	g_assert_cmpstr (lines, ==, "KTAP x|");
}

/* An endless line keeps its first LINES_MAX bytes, and an endless escape sequence ends. */
static void test_bounds (void)
{
	g_autofree char *noise = g_strnfill (100000, 'x');
	g_autofree char *escape = g_strdup_printf ("\033]%s\n", noise);
	g_autofree char *line = cut (noise, 100000, 999);
	g_autofree char *escaped = cut (escape, strlen (escape), 999);

	g_assert_cmpuint (strlen (line), ==, LINES_MAX + 1);
	g_assert_cmpuint (strlen (escaped), ==, LINES_MAX + 1);
}

/* What printk puts before a message goes, and nothing else does. */
static void test_text (void)
{
	static const char *const pairs[][2] = {
		{ "plain", "plain" },
		{ "[    0.000000] text", "text" },
		{ "[12345.678901]  indented", " indented" },
		{ "<4>[    1.5] [   T12] text", "text" },
		{ "[    1.5][    C0] text", "text" },
		{ " <0>Kernel panic", "Kernel panic" },
		{ "[ INFO: possible recursion ]", "[ INFO: possible recursion ]" },
		{ "[<c0094090>] (fn+0x0/0x44)", "[<c0094090>] (fn+0x0/0x44)" },
		{ "[c0000000] .fn+0x0", "[c0000000] .fn+0x0" },
		{ "[0000000d] *pgd=0", "[0000000d] *pgd=0" },
		{ "[1.5 no bracket", "[1.5 no bracket" },
		{ "[", "[" },
		{ "", "" },
		{ "<", "<" },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (pairs); i++)
		g_assert_cmpstr (line_text (pairs[i][0]), ==, pairs[i][1]);
}

/* A banner is the kernel's own first line, not talk about it. */
static void test_banner (void)
{
	g_assert_true (line_is_banner ("Linux version 2.6.22-rc5 (x@y)"));
	g_assert_true (line_is_banner ("[    0.000000] Linux version 6.1.0"));
	g_assert_false (line_is_banner ("Linux version"));
	g_assert_false (line_is_banner ("Linux version unknown"));
	g_assert_false (line_is_banner ("uname: Linux version 2.6.22"));
}

static void feed_ktap (const char *text, Ktap *ktap)
{
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
	gsize i;

	*ktap = (Ktap){ 0 };
	for (i = 0; lines[i]; i++)
		ktap_line (ktap, lines[i]);
}

/* What guests say, whether that passes, and why. */
static const struct {
	const char *said;
	gboolean done, passes;
	const char *detail;
} guests[] = {
	{ "KTAP version 1\n1..1\nok 1 - a\n# bakeoff: done", TRUE, TRUE, "1 ok, 0 skipped" },
	{ "ok 1\nok 2\n1..2\n# bakeoff: done", TRUE, TRUE, "2 ok, 0 skipped" },
	{ "ok 1\n# bakeoff: done", TRUE, TRUE, "1 ok, 0 skipped" },
	{ "ok 1\nok 2 # skip why\n# bakeoff: done", TRUE, TRUE, "1 ok, 1 skipped" },
	{ "[ 1.0] 1..1\n[ 1.1] ok 1 a\n[ 1.2] # bakeoff: done", TRUE, TRUE, "1 ok, 0 skipped" },
	{ "1..1\n    1..9\n    not ok 1 - inner\nok 1 - outer\n# bakeoff: done", TRUE, TRUE,
	  "1 ok, 0 skipped" },
	{ "ok 1\nnot ok 2 - b\n# bakeoff: done", TRUE, FALSE, "not ok: b (1 of 2 failed)" },
	{ "not ok 1\n# bakeoff: done", TRUE, FALSE, "not ok: a test (1 of 1 failed)" },
	{ "1..2\nok 1\n# bakeoff: done", TRUE, FALSE, "1 results where 2 were planned" },
	{ "1..1\nok 1\nok 2\n# bakeoff: done", TRUE, FALSE, "2 results where 1 were planned" },
	{ "ok 1 # SKIP\n# bakeoff: done", TRUE, FALSE, "every test was skipped" },
	{ "1..0 # SKIP\n# bakeoff: done", TRUE, FALSE, "no test result before the end marker" },
	{ "ok 1\nBail out!\n# bakeoff: done", TRUE, FALSE, "the guest bailed out" },
	{ "ok\nok, fine\nokay 1\n ok 1\nx ok 1\nOK 1\nok 1x", FALSE, FALSE,
	  "no test result before the end marker" },
	{ "ok 1\nx # bakeoff: done\n# bakeoff: done?\n#bakeoff: done", FALSE, TRUE,
	  "1 ok, 0 skipped" },
};

/* Each gives what is written beside it. */
static void test_ktap (void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (guests); i++) {
		g_autofree char *detail = NULL;
		Ktap ktap;

		feed_ktap (guests[i].said, &ktap);
		g_assert_cmpint (ktap.done, ==, guests[i].done);
		g_assert_cmpint (ktap_verdict (&ktap, &detail), ==, guests[i].passes);
		g_assert_cmpstr (detail, ==, guests[i].detail);
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/lines/cleaning", test_cleaning);
	g_test_add_func ("/lines/nul", test_nul);
	g_test_add_func ("/lines/bounds", test_bounds);
	g_test_add_func ("/lines/text", test_text);
	g_test_add_func ("/lines/banner", test_banner);
	g_test_add_func ("/lines/ktap", test_ktap);
	return g_test_run ();
}
