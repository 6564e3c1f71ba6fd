/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where two ELF files begin to differ.
 */
#include "base/error.h"
#include "base/files.h"
#include "kbuild/elf-first.h"
#include "tests/kbuild/compile.h"

static char *dir;

/* Compiles and links. */
static void build (const char *name, const char *source, const char *flags)
{
	g_autofree char *command = g_strdup_printf (
		"gcc -fno-pie -no-pie -nostdlib -static -Wl,--build-id=none -Wl,-e,f -o %s %s.o",
		name, name);

	g_assert_true (compile_try ("gcc", dir, name, source, flags));
	g_assert_true (compile_run (dir, command));
}

static char *first (const char *one, const char *two)
{
	g_autofree char *a = g_build_filename (dir, one, NULL);
	g_autofree char *b = g_build_filename (dir, two, NULL);
	g_autoptr (ElfDifference) difference = NULL;
	g_autoptr (GError) error = NULL;

	g_assert_true (elf_first_difference (a, b, &difference, &error));
	g_assert_no_error (error);
	return difference ? elf_difference_text (difference) : g_strdup ("equal");
}

static void assert_first (const char *one, const char *two, const char *expected)
{
	g_autofree char *found = first (one, two);

	g_assert_cmpstr (found, ==, expected);
}

#define CODE "int f (int a) { return a; }\n"

/* Linked files: the section, the symbol and the distance in it. */
static void test_linked (void)
{
	build ("a", CODE "const char other[16] = \"x\"; const char banner[16] = \"built 10:01\";\n",
	       "");
	build ("b", CODE "const char other[16] = \"x\"; const char banner[16] = \"built 10:02\";\n",
	       "");
	assert_first ("a", "a", "equal");
	assert_first ("a", "b", ".rodata, banner+0xa");
	/* code is before data in the file: it is told first */
	build ("b",
	       "int f (int a) { return a + 1; }\n"
	       "const char other[16] = \"x\"; const char banner[16] = \"built 10:02\";\n",
	       "");
	assert_first ("a", "b", ".text, f+0x0");
}

/* Objects that are not linked: symbols count from their sections' starts. */
static void test_relocatable (void)
{
	build ("a", CODE "int pad = 3; int t[4] = { 1, 2, 3 };\n", "");
	build ("b", CODE "int pad = 3; int t[4] = { 1, 2, 4 };\n", "");
	assert_first ("a.o", "b.o", ".data, t+0x8");
}

/* Debugging data comes last, and is said to be none of the program. */
static void test_debug (void)
{
	g_autofree char *found = NULL;

	build ("a", CODE, "-g -DX=1");
	build ("b", CODE, "-g -DX=2 -gdwarf-4");
	found = first ("a", "b");
	g_assert_true (g_str_has_prefix (found, ".debug_"));
	g_assert_true (g_str_has_suffix (found, "(no part of the program)"));
}

/* A section that one of them lacks, or that is longer in one of them. */
static void test_sections (void)
{
	build ("a", CODE "int d = 1;\n", "");
	build ("b", CODE "int d = 1; __attribute__ ((section (\".extra\"))) int e = 1;\n", "");
	assert_first ("a", "b", ".extra (in one of them only)");
	assert_first ("b", "a", ".extra (in one of them only)");
	build ("b", CODE "int d = 1; int z = 1;\n", "-fno-toplevel-reorder");
	build ("a", CODE "int d = 1;\n", "");
	assert_first ("a.o", "b.o", ".data, z+0x0");
}

/* Files of a stranger's: an answer, or an error that names one. */
static void test_damaged (void)
{
	g_autofree char *good = g_build_filename (dir, "a", NULL);
	g_autofree char *bad = g_build_filename (dir, "bad", NULL);
	g_autofree char *none = g_build_filename (dir, "none", NULL);
	g_autofree char *bytes = NULL;
	g_autoptr (GRand) random = g_rand_new_with_seed (2007);
	g_autoptr (GError) missing = NULL;
	g_autoptr (ElfDifference) difference = NULL;
	gsize length = 0;
	guint i;

	build ("a", CODE "int d = 1; char t[100];\n", "-g");
	bytes = files_read (good, &length, NULL);
	for (i = 0; i < 400; i++) {
		g_autofree char *changed = g_memdup2 (bytes, length);
		g_autoptr (ElfDifference) found = NULL;
		g_autoptr (GError) error = NULL;
		gsize size = i % 4 ? length : (gsize) g_rand_int_range (random, 0, (int) length);
		guint count = (guint) g_rand_int_range (random, 1, 9);
		/* headers of the file, of sections, anything */
		int from = i % 3 == 0 ? 0 : i % 3 == 1 ? (int) length - 1500 : 0;
		int to = i % 3 == 0 ? 64 : (int) length;
		gboolean answered;

		while (count--)
			changed[g_rand_int_range (random, from, to)] =
				(char) g_rand_int_range (random, 0, 256);
		g_assert_true (files_write (bad, changed, (gssize) size, NULL));
		answered = i & 1 ? elf_first_difference (good, bad, &found, &error)
				 : elf_first_difference (bad, good, &found, &error);
		g_assert_true (answered == (error == NULL));
		if (error)
			g_assert_nonnull (strstr (error->message, bad));
		if (found)
			g_free (elf_difference_text (found));
	}
	g_assert_false (elf_first_difference (good, none, &difference, &missing));
	g_assert_error (missing, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (missing->message, none));
}

int main (int argc, char **argv)
{
	int status;

	g_test_init (&argc, &argv, NULL);
	dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	g_test_add_func ("/elf-first/linked", test_linked);
	g_test_add_func ("/elf-first/relocatable", test_relocatable);
	g_test_add_func ("/elf-first/debug", test_debug);
	g_test_add_func ("/elf-first/sections", test_sections);
	g_test_add_func ("/elf-first/damaged", test_damaged);
	status = g_test_run ();
	g_assert_true (files_remove_tree (dir, NULL));
	g_free (dir);
	return status;
}
