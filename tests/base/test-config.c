/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Configuration files: read as git reads them, and complained about by file and line.
 */
#include <string.h>

#include <glib/gstdio.h>

#include "base/config.h"
#include "base/error.h"
#include "base/files.h"

static char *dir, *path;

static Config *load (const char *text)
{
	g_autoptr (GError) error = NULL;
	Config *config;

	g_assert_true (files_write (path, text, -1, NULL));
	config = config_load (path, &error);
	g_assert_no_error (error);
	return config;
}

static const char text[] = "# a comment\n"		 /* 1 */
			   "[board]\n"			 /* 2 */
			   "\tArch = arm ; comment\n"	 /* 3 */
			   "\tset = CONFIG_A=y\n"	 /* 4 */
			   "\tset = \"a  b # c\"\n"	 /* 5 */
			   "\tbare\n"			 /* 6 */
			   "[variant \"a.b\"]\n"	 /* 7 */
			   "\tpatch = one\n"		 /* 8 */
			   "[BOARD]\n"			 /* 9 */
			   "\tset = last\\t\\\"q\\\"\n"	 /* 10 */
			   "[variant \"C\"] patch = x\n" /* 11 */
			   "[variant \"a.b\"]\n"	 /* 12 */
			   "\tpatch = two\n"		 /* 13 */
			   "\tpatches = no\n";		 /* 14 */

/* Names of sections and keys know no case, those of subsections do; the last of many wins. */
static void test_values (void)
{
	g_autoptr (Config) config = load (text);
	const char *const *all = config_get_all (config, "board.set");

	g_assert_cmpstr (config_path (config), ==, path);
	g_assert_cmpstr (config_get (config, "board.arch"), ==, "arm");
	g_assert_cmpstr (config_get (config, "board.bare"), ==, "true");
	g_assert_cmpuint (g_strv_length ((char **) all), ==, 3);
	g_assert_cmpstr (all[0], ==, "CONFIG_A=y");
	g_assert_cmpstr (all[1], ==, "a  b # c");
	g_assert_cmpstr (all[2], ==, "last\t\"q\"");
	g_assert_cmpstr (config_get (config, "board.set"), ==, "last\t\"q\"");
	g_assert_cmpstr (config_get (config, "variant.a.b.patch"), ==, "two");
	g_assert_cmpstr (config_get (config, "variant.C.patch"), ==, "x");
	g_assert_null (config_get (config, "variant.c.patch"));
	g_assert_null (config_get (config, "board.none"));
	g_assert_null (config_get_all (config, "board.none")[0]);
}

/* Subsections, once each, as they come. */
static void test_subsections (void)
{
	g_autoptr (Config) config = load (text);
	g_autoptr (GPtrArray) variants = config_subsections (config, "variant");
	g_autoptr (GPtrArray) boards = config_subsections (config, "board");

	g_assert_cmpuint (variants->len, ==, 2);
	g_assert_cmpstr (variants->pdata[0], ==, "a.b");
	g_assert_cmpstr (variants->pdata[1], ==, "C");
	g_assert_cmpuint (boards->len, ==, 0);
}

/* The line of a key's last value, counted in the file above by hand. */
static void test_lines (void)
{
	g_autoptr (Config) config = load (text);

	g_assert_cmpuint (config_line (config, "board.arch"), ==, 3);
	g_assert_cmpuint (config_line (config, "board.bare"), ==, 6);
	g_assert_cmpuint (config_line (config, "board.set"), ==, 10);
	g_assert_cmpuint (config_line (config, "variant.a.b.patch"), ==, 13);
	g_assert_cmpuint (config_line (config, "variant.a.b.patches"), ==, 14);
	g_assert_cmpuint (config_line (config, "board.none"), ==, 0);
}

/* Numbers: the whole value, within its range, or an error with the line. */
static void test_numbers (void)
{
	g_autoptr (Config) config = load ("[a]\n\tgood = 12\n\tlow = 0\n\ttext = 5s\n\tempty =\n"
					  "\thuge = 99999999999999999999\n\thex = 0x10\n");
	static const char *const bad[] = { "a.low", "a.text", "a.empty", "a.huge", "a.hex" };
	int value = 0;
	guint i;

	g_assert_true (config_get_int (config, "a.good", 1, 12, 7, &value, NULL));
	g_assert_cmpint (value, ==, 12);
	g_assert_true (config_get_int (config, "a.none", 1, 12, 7, &value, NULL));
	g_assert_cmpint (value, ==, 7);
	for (i = 0; i < G_N_ELEMENTS (bad); i++) {
		g_autoptr (GError) error = NULL;
		g_autofree char *where = g_strdup_printf ("%s:%u: ", path, i + 3);

		g_assert_false (config_get_int (config, bad[i], 1, 100, 7, &value, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_assert_true (g_str_has_prefix (error->message, where));
	}
}

/* Truth as git reads it. */
static void test_bools (void)
{
	g_autoptr (Config) config =
		load ("[a]\n\ty1 = true\n\ty2 = YES\n\ty3 = on\n\ty4 = 1\n\ty5\n"
		      "\tn1 = false\n\tn2 = no\n\tn3 = Off\n\tn4 = 0\n\tbad = maybe\n");
	static const struct {
		const char *key;
		gboolean expected;
	} cases[] = { { "a.y1", TRUE },	 { "a.y2", TRUE },  { "a.y3", TRUE },
		      { "a.y4", TRUE },	 { "a.y5", TRUE },  { "a.n1", FALSE },
		      { "a.n2", FALSE }, { "a.n3", FALSE }, { "a.n4", FALSE } };
	g_autoptr (GError) error = NULL;
	gboolean value;
	guint i;

	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_assert_true (
			config_get_bool (config, cases[i].key, !cases[i].expected, &value, NULL));
		g_assert_cmpint (value, ==, cases[i].expected);
	}
	g_assert_true (config_get_bool (config, "a.none", TRUE, &value, NULL));
	g_assert_true (value);
	g_assert_false (config_get_bool (config, "a.bad", TRUE, &value, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	g_assert_nonnull (strstr (error->message, ":11: "));
}

/* A file of allowed keys is silent; one other key is named with its line and the nearest one. */
static void test_check (void)
{
	const char *const allowed[] = { "board.arch",	   "board.set",		"board.bare",
					"variant.*.patch", "variant.*.patches", NULL };
	const char *const fewer[] = { "board.arch",	 "board.sets",	      "board.bare",
				      "variant.*.patch", "variant.*.patches", NULL };
	g_autoptr (Config) config = load (text);
	g_autoptr (Config) flat = load ("[variant]\n\tpatch = x\n");
	g_autoptr (Config) nested = load ("[board \"x\"]\n\tset = x\n");
	g_autoptr (GError) error = NULL;

	g_assert_true (config_check (config, allowed, NULL));
	g_assert_false (config_check (config, fewer, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	g_assert_nonnull (strstr (error->message, "'board.set'"));
	g_assert_nonnull (strstr (error->message, "'board.sets'"));
	g_assert_nonnull (strstr (error->message, "test.conf:"));
	/* a subsection is part of the name: neither too few nor too many */
	g_assert_false (config_check (flat, allowed, NULL));
	g_assert_false (config_check (nested, allowed, NULL));
}

/* What is not git-config syntax, and what is not there, is an error that names the file. */
static void test_bad_files (void)
{
	static const char *const bad[] = { "[open\n", "no section\n", "[a]\n\t= x\n" };
	guint i;

	for (i = 0; i < G_N_ELEMENTS (bad); i++) {
		g_autoptr (GError) error = NULL;

		g_assert_true (files_write (path, bad[i], -1, NULL));
		if (config_load (path, &error)) {
			g_test_message ("accepted: %s", bad[i]);
			g_test_fail ();
			continue;
		}
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_assert_nonnull (strstr (error->message, "test.conf"));
	}
}

/* Nothing of the user's own git configuration gets in, and an include is an unknown key: what a
 * file says stands in that file. */
static void test_own_file_only (void)
{
	const char *const allowed[] = { "board.arch", NULL };
	g_autofree char *other = g_build_filename (dir, "other.conf", NULL);
	g_autoptr (Config) config = NULL;
	g_autoptr (GError) error = NULL;

	g_assert_true (files_write (other, "[board]\n\tarch = other\n", -1, NULL));
	config = load ("[board]\n\tarch = arm\n[include]\n\tpath = other.conf\n");
	g_assert_null (config_get (config, "user.name"));
	g_assert_false (config_check (config, allowed, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	g_assert_nonnull (strstr (error->message, "test.conf:4: unknown key 'include.path'"));
}

int main (int argc, char **argv)
{
	int status;

	g_test_init (&argc, &argv, NULL);
	dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	path = g_build_filename (dir, "test.conf", NULL);
	g_test_add_func ("/config/values", test_values);
	g_test_add_func ("/config/subsections", test_subsections);
	g_test_add_func ("/config/lines", test_lines);
	g_test_add_func ("/config/numbers", test_numbers);
	g_test_add_func ("/config/bools", test_bools);
	g_test_add_func ("/config/check", test_check);
	g_test_add_func ("/config/bad-files", test_bad_files);
	g_test_add_func ("/config/own-file-only", test_own_file_only);
	status = g_test_run ();
	files_remove_tree (dir, NULL);
	g_free (dir);
	g_free (path);
	return status;
}
