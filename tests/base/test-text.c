/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Foreign text: what comes out is UTF-8 that a terminal only prints.
 *
 * g_utf8_validate() and g_unichar_type() are the second opinion.
 */
#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define TEXTS	 2000
#define TEXT_MAX 40

/* What harms is shown as what it is; everything else, in whatever script, stays byte for byte. */
static void test_cases (void)
{
	static const struct {
		const char *bytes, *expected;
	} cases[] = {
		{ "", "" },
		{ "plain %s \\ \"quoted\"\n\ttwo", "plain %s \\ \"quoted\"\n\ttwo" },
		{ "Grüße, 日本語, ‘x’ … 👍🏽 न\u200dा",
		  "Grüße, 日本語, ‘x’ … 👍🏽 न\u200dा" },
		{ "\x1b[2Jgone\x07\x08\r\x7f", "\\x1b[2Jgone\\x07\\x08\\x0d\\x7f" },
		/* C1 as a character and as a lone byte; Latin 1 */
		{ "\xc2\x9b"
		  "31m",
		  "\\u009b31m" },
		{ "\x9b"
		  "31m",
		  "\\x9b31m" },
		{ "Gr\xfc\xdf"
		  "e",
		  "Gr\\xfc\\xdfe" },
		/* cut, overlong, surrogate, beyond Unicode */
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "\xc0\xaf", "\\xc0\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "if (a\u202e) \u2066b\u2069\u200f\u061c",
		  "if (a\\u202e) \\u2066b\\u2069\\u200f\\u061c" },
		{ "a\u2028b\u2029", "a\\u2028b\\u2029" },
		/* the neighbours of what is taken out */
		{ "\u200d\u2010\u2027\u202f\u2065\u206a\u00a0",
		  "\u200d\u2010\u2027\u202f\u2065\u206a\u00a0" },
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *text = text_printable (cases[i].bytes, -1);
		g_autofree char *again = text_printable (text, -1);

		g_assert_cmpstr (text, ==, cases[i].expected);
		g_assert_cmpstr (again, ==, text);
	}
}

/* A length ends the text before its NUL, and reaches over others; NULL stays NULL. */
static void test_length (void)
{
	g_autofree char *part = text_printable ("abc", 2);
	g_autofree char *whole = text_printable ("a\0b\0", 4);
	g_autofree char *cut = text_printable ("a\xc3\xbc", 2);
	g_autofree char *none = text_printable ("abc", 0);

	g_assert_cmpstr (part, ==, "ab");
	g_assert_cmpstr (whole, ==, "a\\x00b\\x00");
	g_assert_cmpstr (cut, ==, "a\\xc3");
	g_assert_cmpstr (none, ==, "");
	g_assert_null (text_printable (NULL, -1));
}

/* Whatever the bytes: valid UTF-8, no control but newline and tab, and no change the second time.
 */
static void test_any_bytes (void)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (25);
	guint i, j;

	for (i = 0; i < TEXTS; i++) {
		gint32 length = g_rand_int_range (rand, 0, TEXT_MAX);
		g_autofree char *bytes = g_malloc ((gsize) length + 1);
		g_autofree char *text = NULL, *again = NULL;
		const char *at;

		for (j = 0; j < (guint) length; j++)
			bytes[j] = (char) g_rand_int_range (rand, 0, 256);
		text = text_printable (bytes, length);
		again = text_printable (text, -1);
		g_assert_true (g_utf8_validate (text, -1, NULL));
		g_assert_cmpstr (text, ==, again);
		for (at = text; *at; at = g_utf8_next_char (at))
			g_assert_true (*at == '\n' || *at == '\t' ||
				       g_unichar_type (g_utf8_get_char (at)) != G_UNICODE_CONTROL);
	}
}

/* An error's message is printable, whatever it quotes. */
static void test_errors (void)
{
	g_autoptr (GError) error = NULL, null_error = NULL;

	g_assert_false (fail (&error, BAKEOFF_ERROR_PATCH, "'%s' at %d\nhint", "\x1b[2J\xff", 1));
	g_assert_cmpstr (error->message, ==, "'\\x1b[2J\\xff' at 1\nhint");
	g_assert_null (fail_null (&null_error, BAKEOFF_ERROR_PATCH, "%s", "\r’"));
	g_assert_cmpstr (null_error->message, ==, "\\x0d’");
	g_assert_false (fail (NULL, BAKEOFF_ERROR_PATCH, "nobody listens"));
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/text/cases", test_cases);
	g_test_add_func ("/text/length", test_length);
	g_test_add_func ("/text/any-bytes", test_any_bytes);
	g_test_add_func ("/text/errors", test_errors);
	return g_test_run ();
}
