/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Templates: names become values, and a name without a value is an error.
 */
#include <string.h>

#include "base/error.h"
#include "base/template.h"

/* Every name is replaced, as often as it stands there; a value is not looked at again. */
static void test_expand (void)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "%{a}", "A" },
		{ "x%{a}y%{b}%{a}z", "xAy%{a}Az" },
		{ "100% %d %%{a} {a} %", "100% %d %A {a} %" },
		{ "open %{a", "open %{a" },
		{ "%{empty}|", "|" },
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GError) error = NULL;
		g_autofree char *text = template_expand (&error, cases[i].text, "a", "A", "b",
							 "%{a}", "empty", "", NULL);

		g_assert_no_error (error);
		g_assert_cmpstr (text, ==, cases[i].expected);
	}
}

/* A name that is not given, or given without a value, names itself and the text it stands in. */
static void test_unknown (void)
{
	static const char *const texts[] = { "run %{kernal}", "run %{}", "run %{A}", "run %{none}",
					     "run %{a }" };
	guint i;

	for (i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_autoptr (GError) error = NULL;

		g_assert_null (template_expand (&error, texts[i], "a", "A", "none", NULL, NULL));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_assert_nonnull (strstr (error->message, texts[i]));
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/template/expand", test_expand);
	g_test_add_func ("/template/unknown", test_unknown);
	return g_test_run ();
}
