/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel configurations: what is put into a .config, and whether it held.
 */
#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "kbuild/kconfig.h"

/* A symbol that has several lines in the .config keeps none of them: 2.6 takes the first. */
static void test_merge_replaces_every_line (void)
{
	const char *const settings[] = { "CONFIG_A=y", NULL };
	g_autofree char *merged =
		kconfig_merge ("# made by hand\nCONFIG_A=m\nCONFIG_AB=y\n# CONFIG_A is not set\n"
			       "CONFIG_A=\"text\"\nCONFIG_Z=1\n",
			       settings);

	g_assert_cmpstr (merged, ==, "# made by hand\nCONFIG_AB=y\nCONFIG_Z=1\nCONFIG_A=y\n");
}

/* Of two settings of one symbol the later one wins, and is written once. */
static void test_merge_later_wins (void)
{
	const char *const settings[] = { "CONFIG_A=y", "CONFIG_B=2", "CONFIG_A=m", NULL };
	g_autofree char *merged = kconfig_merge ("CONFIG_B=1\n", settings);

	g_assert_cmpstr (merged, ==, "CONFIG_A=m\nCONFIG_B=2\n");
}

/* A wish is put in as any other setting, and only a wish need not take. */
static void test_wish (void)
{
	const char *const settings[] = { "?CONFIG_A=y", "?CONFIG_B=n", NULL };
	const char *const overruled[] = { "?CONFIG_A=y", "CONFIG_A=m", NULL };
	g_autofree char *merged = kconfig_merge ("CONFIG_B=y\n", settings);
	g_autoptr (GError) error = NULL;

	g_assert_cmpstr (merged, ==, "CONFIG_A=y\n# CONFIG_B is not set\n");
	g_assert_true (kconfig_check ("CONFIG_B=y\n", settings, "/nowhere", &error));
	g_assert_no_error (error);
	g_assert_false (kconfig_check ("CONFIG_A=y\n", overruled, "/nowhere", &error));
	g_assert_true (kconfig_refuses (error->message, "CONFIG_A"));
}

/* `=n` is the line that Kconfig itself writes; a string keeps its quotes. */
static void test_merge_not_set (void)
{
	const char *const settings[] = { "CONFIG_A=n", "CONFIG_S=\"a=b c\"", NULL };
	g_autofree char *merged = kconfig_merge ("CONFIG_A=y\n# CONFIG_B is not set\n", settings);

	g_assert_cmpstr (merged, ==,
			 "# CONFIG_B is not set\n# CONFIG_A is not set\nCONFIG_S=\"a=b c\"\n");
}

/* Without settings, or in an empty .config, nothing else comes to be. */
static void test_merge_nothing (void)
{
	const char *const none[] = { NULL };
	const char *const one[] = { "CONFIG_A=y", NULL };
	g_autofree char *same = kconfig_merge ("CONFIG_A=y\n# comment\n", none);
	g_autofree char *only = kconfig_merge ("", one);

	g_assert_cmpstr (same, ==, "CONFIG_A=y\n# comment\n");
	g_assert_cmpstr (only, ==, "CONFIG_A=y\n");
}

/* CONFIG_, a name, `=` and a value; nothing else is a setting. */
static void test_valid (void)
{
	static const char *const good[] = { "CONFIG_A=y", "CONFIG_A_2=0x10", "CONFIG_A=\"\"",
					    "?CONFIG_A=y" };
	static const char *const bad[] = { "A=y",	"CONFIG_=y",	"CONFIG_A",
					   "CONFIG_A=", "CONFIG_A B=y", "CONFIG_A-B=y",
					   "",		"?A=y",		"??CONFIG_A=y" };
	guint i;

	for (i = 0; i < G_N_ELEMENTS (good); i++)
		g_assert_true (kconfig_setting_valid (good[i]));
	for (i = 0; i < G_N_ELEMENTS (bad); i++)
		g_assert_false (kconfig_setting_valid (bad[i]));
}

static gboolean check (const char *text, const char *first, const char *second, const char *source,
		       GError **error)
{
	const char *const settings[] = { first, second, NULL };

	return kconfig_check (text, settings, source, error);
}

/* What holds: the value itself, and for `=n` both ways in which a symbol can be absent. */
static void test_check_holds (void)
{
	const char *text = "CONFIG_Y=y\nCONFIG_S=\"a b\"\n# CONFIG_OFF is not set\nCONFIG_LONG=y\n";

	g_assert_true (check (text, "CONFIG_Y=y", "CONFIG_S=\"a b\"", ".", NULL));
	g_assert_true (check (text, "CONFIG_OFF=n", "CONFIG_NOWHERE=n", ".", NULL));
	g_assert_true (check (text, "CONFIG_Y=m", "CONFIG_Y=y", ".", NULL));
	/* a longer name is another symbol */
	g_assert_true (check (text, "CONFIG_LON=n", NULL, ".", NULL));
}

/* What did not take is named with the value that it has: the machine's trouble, no patch's. */
static void test_check_fails (void)
{
	static const struct {
		const char *setting, *says;
	} cases[] = {
		{ "CONFIG_Y=m", "CONFIG_Y=m did not take (it is y" },
		{ "CONFIG_Y=n", "CONFIG_Y=n did not take (it is y" },
		{ "CONFIG_OFF=y", "CONFIG_OFF=y did not take (it is not set" },
		{ "CONFIG_NOWHERE=y", "CONFIG_NOWHERE=y did not take (it is not set" },
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GError) error = NULL;

		g_assert_false (check ("CONFIG_Y=y\n# CONFIG_OFF is not set\n", cases[i].setting,
				       NULL, "/nonexistent", &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CONFIG);
		g_assert_nonnull (strstr (error->message, cases[i].says));
	}
}

static void put (const char *dir, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename (dir, name, NULL);
	g_autofree char *folder = g_path_get_dirname (path);

	g_assert_true (files_make_dir (folder, NULL));
	g_assert_true (files_write (path, text, -1, NULL));
}

/* The reason is looked for in the Kconfig files: this symbol's `depends on`, nobody else's. */
static void test_check_names_the_dependency (void)
{
	g_autofree char *dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	g_autoptr (GError) error = NULL;

	put (dir, "drivers/mmc/Kconfig",
	     "config MMC_OTHER\n\tbool \"other\"\n\tdepends on WRONG_ONE\n"
	     "config MMC_ARMMMCI\n\ttristate \"PL181\"\n\tdepends on ARM_AMBA && MMC\n"
	     "\tdefault y\nconfig AFTER\n\tdepends on WRONG_TWO\n");
	put (dir, "lib/Kconfig.debug", "config OTHER\n\tdepends on WRONG_THREE\n");
	g_assert_false (check ("", "CONFIG_MMC_ARMMMCI=y", "CONFIG_OTHER_ONE=y", dir, &error));
	g_assert_nonnull (strstr (error->message, "'depends on ARM_AMBA && MMC'"));
	g_assert_nonnull (strstr (error->message, "CONFIG_OTHER_ONE=y did not take"));
	g_assert_null (strstr (error->message, "WRONG"));
	/* one line: it becomes a cell's detail */
	g_assert_null (strchr (error->message, '\n'));
	g_assert_true (files_remove_tree (dir, NULL));
}

/* Of a message about several options each is found by its whole name, with whatever value was asked
 * for; one that a reason only mentions, or that is not there, is not. */
static void test_refuses (void)
{
	const char *const settings[] = { "CONFIG_SLUB=y", "CONFIG_SLAB=n",
					 "CONFIG_CMDLINE=\"a; b\"", "CONFIG_LAST=y", NULL };
	g_autofree char *dir = g_dir_make_tmp ("bakeoff-kconfig-XXXXXX", NULL);
	g_autofree char *path = g_build_filename (dir, "Kconfig", NULL);
	g_autoptr (GError) error = NULL;

	g_assert_true (g_file_set_contents (
		path, "config SLUB\n\tdepends on EMBEDDED && CONFIG_MMU=y\n", -1, NULL));
	g_assert_false (
		kconfig_check ("CONFIG_SLAB=y\nCONFIG_CMDLINE=\"c\"\n", settings, dir, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CONFIG);
	g_assert_nonnull (strstr (error->message, "depends on EMBEDDED"));
	g_assert_true (kconfig_refuses (error->message, "CONFIG_SLUB"));
	g_assert_true (kconfig_refuses (error->message, "CONFIG_SLAB"));
	g_assert_true (kconfig_refuses (error->message, "CONFIG_CMDLINE"));
	g_assert_true (kconfig_refuses (error->message, "CONFIG_LAST"));
	g_assert_false (kconfig_refuses (error->message, "CONFIG_SLU"));
	g_assert_false (kconfig_refuses (error->message, "CONFIG_SLUB_DEBUG"));
	g_assert_false (kconfig_refuses (error->message, "SLUB"));
	g_assert_false (kconfig_refuses (error->message, "CONFIG_MMU"));
	g_assert_false (kconfig_refuses (error->message, "CONFIG_EMBEDDED"));
	g_assert_false (kconfig_refuses ("make: *** [oldconfig] Error 1", "CONFIG_SLUB"));
	g_assert_cmpint (g_unlink (path), ==, 0);
	g_assert_cmpint (g_rmdir (dir), ==, 0);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/kconfig/merge/every-line", test_merge_replaces_every_line);
	g_test_add_func ("/kconfig/merge/later-wins", test_merge_later_wins);
	g_test_add_func ("/kconfig/merge/not-set", test_merge_not_set);
	g_test_add_func ("/kconfig/merge/nothing", test_merge_nothing);
	g_test_add_func ("/kconfig/valid", test_valid);
	g_test_add_func ("/kconfig/check/holds", test_check_holds);
	g_test_add_func ("/kconfig/check/fails", test_check_fails);
	g_test_add_func ("/kconfig/check/dependency", test_check_names_the_dependency);
	g_test_add_func ("/kconfig/refuses", test_refuses);
	g_test_add_func ("/kconfig/wish", test_wish);
	return g_test_run ();
}
