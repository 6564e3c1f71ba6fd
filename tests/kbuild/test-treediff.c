/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What changed between two object folders, in figures and in words.
 */
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "kbuild/treediff.h"
#include "tests/kbuild/compile.h"

static char *dir;

#define CC	"gcc"
#define HEADER	"extern int y; static inline int twice (int a) { return a * 2; }\n"
#define HEADER2 "extern int y; static inline int twice (int a) { return a * 3; }\n"
#define USER(n) "int use_" n " (int a) { return twice (a) + y; }\n"
#define BUG                                                                                        \
	"extern void __bug (const char *, int) __attribute__ ((noreturn)); extern int z;\n"        \
	"void f (int a) { if (a) __bug (__FILE__, __LINE__); z++; }\n"

static void build (const char *tree, const char *name, const char *source)
{
	g_autofree char *path = g_build_filename (tree, name, NULL);
	g_autofree char *full = g_build_filename (dir, path, NULL);
	g_autofree char *folder = g_path_get_dirname (full);

	g_assert_true (files_make_dir (folder, NULL));
	compile_object (CC, dir, path, source);
}

static void put (const char *tree, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename (dir, tree, name, NULL);
	g_autofree char *folder = g_path_get_dirname (path);

	g_assert_true (files_make_dir (folder, NULL));
	g_assert_true (files_write (path, text, -1, NULL));
}

static void copy (const char *name)
{
	g_autofree char *from = g_build_filename (dir, "base", name, NULL);
	g_autofree char *to = g_build_filename (dir, "variant", name, NULL);

	g_assert_true (files_copy (from, to, NULL));
}

static void empty (void)
{
	g_autofree char *base = g_build_filename (dir, "base", NULL);
	g_autofree char *variant = g_build_filename (dir, "variant", NULL);

	g_assert_true (files_remove_tree (base, NULL));
	g_assert_true (files_remove_tree (variant, NULL));
	g_assert_true (files_make_dir (base, NULL));
	g_assert_true (files_make_dir (variant, NULL));
}

static TreeDiff *diff (gboolean removed, GError **error)
{
	g_autofree char *base = g_build_filename (dir, "base", NULL);
	g_autofree char *variant = g_build_filename (dir, "variant", NULL);
	TreeDiffOptions options = { NULL, 0, removed };

	return tree_diff (base, variant, &options, error);
}

static void assert_summary (const TreeDiff *found, const char *expected)
{
	g_autoptr (GString) text = tree_diff_summary (found);

	g_assert_cmpstr (text->str, ==, expected);
}

static void assert_tree (const char *expected)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (TreeDiff) found = diff (TRUE, &error);

	g_assert_no_error (error);
	assert_summary (found, expected);
}

/* Equal trees, one function, a header that reaches three objects of four. */
static void test_summaries (void)
{
	static const char *const names[] = { "kernel/a", "kernel/b", "mm/c" };
	g_autoptr (TreeDiff) found = NULL;
	g_autoptr (GString) listing = NULL;
	guint i;

	empty ();
	for (i = 0; i < G_N_ELEMENTS (names); i++) {
		build ("base", names[i], HEADER USER ("it"));
		build ("variant", names[i], HEADER USER ("it"));
	}
	build ("base", "mm/other", "int other (int a) { return a + 1; }\n");
	build ("variant", "mm/other", "int other (int a) { return a + 1; }\n");
	assert_tree ("changes no object");
	build ("variant", "mm/other", "int other (int a) { return a + 2; }\n");
	assert_tree ("touches other (mm/other.o) only");
	copy ("mm/other.o");
	for (i = 0; i < G_N_ELEMENTS (names); i++)
		build ("variant", names[i], HEADER2 USER ("it"));
	found = diff (TRUE, NULL);
	assert_summary (found, "touches 3 objects: 3 functions");
	g_assert_cmpuint (found->compared, ==, 4);
	g_assert_cmpuint (found->differing, ==, 3);
	g_assert_cmpuint (found->layout_only, ==, 0);
	listing = tree_diff_listing (found);
	g_assert_cmpstr (listing->str, ==,
			 "kernel/a.o\n  function changed  use_it in .text\n"
			 "kernel/b.o\n  function changed  use_it in .text\n"
			 "mm/c.o\n  function changed  use_it in .text\n");
}

/* Lines alone, lines beside something else, and what differs but does not run. */
static void test_lines_and_layout (void)
{
	static const LineHunk hunk = { 0, 0, 1, 1 };
	static const LineMap map = { "file.c", &hunk, 1, NULL };
	const TreeDiffOptions mapped = { &map, 1, TRUE };
	g_autofree char *base = g_build_filename (dir, "base", NULL);
	g_autofree char *variant = g_build_filename (dir, "variant", NULL);
	g_autoptr (TreeDiff) found = NULL;

	empty ();
	build ("base", "fork", BUG);
	build ("variant", "fork", "\n" BUG);
	assert_tree ("changes line numbers only, in 1 function of 1 object, shifted by +1");
	found = tree_diff (base, variant, &mapped, NULL);
	assert_summary (found, "changes line numbers only, in 1 function of 1 object");
	g_assert_cmpuint (found->lines_only, ==, 1);
	build ("base", "exit", "int g (void) { return 1; }\n");
	build ("variant", "exit", "int g (void) { return 2; }\n");
	assert_tree ("touches g (exit.o); line numbers in 1 function of 1 object, shifted by +1");
	empty ();
	build ("base", "a", "int f (int a) { return a; } int g (int a) { return a * 3; }\n");
	build ("variant", "a", "int g (int a) { return a * 3; } int f (int a) { return a; }\n");
	assert_tree ("changes debugging data or layout only, in 1 object");
}

/* An overlay's upper folder holds what was written anew: what is not there is not removed. */
static void test_added_and_removed (void)
{
	g_autoptr (TreeDiff) upper = NULL;

	empty ();
	build ("base", "kept", "int kept;\n");
	build ("base", "gone", "int gone;\n");
	build ("variant", "new", "int new;\n");
	build ("variant", "kept", "int kept;\n");
	assert_tree ("adds 1 object, removes 1 object");
	upper = diff (FALSE, NULL);
	assert_summary (upper, "adds 1 object");
	g_assert_cmpuint (upper->removed, ==, 0);
}

/* Objects joined of others, and those of programs that build the kernel, tell nothing. */
static void test_skipped (void)
{
	static const char *const names[] = { "built-in",      "vmlinux", ".tmp_x",  "x.mod",
					     "scripts/mod/y", "tools/z", "mmc_core" };
	guint i;

	empty ();
	for (i = 0; i < G_N_ELEMENTS (names); i++) {
		build ("base", names[i], "int a = 1;\n");
		build ("variant", names[i], "int a = 2;\n");
	}
	assert_tree ("touches a (mmc_core.o) only");
	put ("variant", ".mmc_core.o.cmd",
	     "cmd_mmc_core.o := ld -EL -r -o mmc_core.o core.o sysfs.o\n");
	assert_tree ("changes no object");
	put ("variant", ".mmc_core.o.cmd",
	     "cmd_mmc_core.o := gcc -r -c -o mmc_core.o mmc_core.c\n");
	assert_tree ("touches a (mmc_core.o) only");
}

/* What is for another machine than the kernel runs on the one that builds. */
static void test_host_objects (void)
{
	g_autofree char *path = g_build_filename (dir, "variant", "gen.o", NULL);
	g_autofree char *kernel = g_build_filename (dir, "variant", "vmlinux", NULL);
	g_autofree char *bytes = NULL;
	gsize length = 0;

	empty ();
	build ("base", "gen", "int a = 1;\n");
	build ("variant", "gen", "int a = 2;\n");
	assert_tree ("touches a (gen.o) only");
	bytes = files_read (path, &length, NULL);
	bytes[18] ^= 0x55; /* e_machine */
	g_assert_true (files_write (kernel, bytes, (gssize) length, NULL));
	assert_tree ("changes no object");
}

/* A damaged object is an error with its name, one that is equal in both is none. */
static void test_errors (void)
{
	g_autofree char *none = g_build_filename (dir, "none", NULL);
	g_autofree char *loop = g_build_filename (dir, "variant", "loop", NULL);
	g_autoptr (GError) error = NULL;

	empty ();
	build ("base", "a", "int a = 1;\n");
	put ("variant", "a.o", "damaged");
	g_assert_null (diff (TRUE, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, "variant/a.o' is no ELF file"));
	g_clear_error (&error);
	put ("base", "a.o", "damaged");
	g_assert_cmpint (symlink (".", loop), ==, 0);
	assert_tree ("changes no object");
	g_assert_null (tree_diff (none, none, NULL, &error));
	g_assert_nonnull (strstr (error->message, none));
}

/* A name may hold anything; a terminal gets characters. */
static void test_names (void)
{
	empty ();
	build ("base", "a",
	       "int f (int) __asm__ (\"\\\"f\\x1b[2J\\\"\"); int f (int a) { return a; }\n");
	build ("variant", "a",
	       "int f (int) __asm__ (\"\\\"f\\x1b[2J\\\"\"); int f (int a) { return -a; }\n");
	assert_tree ("touches f?[2J (a.o) only");
}

int main (int argc, char **argv)
{
	int status;

	g_test_init (&argc, &argv, NULL);
	dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	g_test_add_func ("/treediff/summaries", test_summaries);
	g_test_add_func ("/treediff/lines-and-layout", test_lines_and_layout);
	g_test_add_func ("/treediff/added-and-removed", test_added_and_removed);
	g_test_add_func ("/treediff/skipped", test_skipped);
	g_test_add_func ("/treediff/host-objects", test_host_objects);
	g_test_add_func ("/treediff/errors", test_errors);
	g_test_add_func ("/treediff/names", test_names);
	status = g_test_run ();
	g_assert_true (files_remove_tree (dir, NULL));
	g_free (dir);
	return status;
}
