/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The `series` file. quilt itself is the oracle: what it makes of one is what we must make of it.
 */
#include "base/error.h"
#include "series/quilt.h"
#include "series/variant.h"
#include "tests/series/fixture.h"

/* What quilt -p0 writes: the old name ends in .orig. */
#define TIMES_P0                                                                                   \
	"Index: drivers/led.c\n--- drivers/led.c.orig\n+++ drivers/led.c\n@@ -4,4 +4,5 @@\n"       \
	" struct led {\n \tint pin;\n \tint on;\n+\tint times;\n };\n"
/* Undone, it makes two fields unsigned and adds a line. */
#define UNSIGNED_REVERSED                                                                          \
	"Index: b/drivers/led.c\n--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -4,5 +4,5 @@\n"      \
	" struct led {\n \tint pin;\n-\tunsigned on;\n-\tunsigned times;\n+\tint on;\n"            \
	"+\tint times;\n };\n@@ -11,7 +11,6 @@\n {\n \tint value;\n \n-\tvalue = 0;\n"             \
	" \tvalue = port_read (led->pin);\n \tif (value < 0)\n \t\treturn value;\n"
/* Undone, one file goes and one comes, which has no newline at its end. */
#define FILES_REVERSED                                                                             \
	"--- /dev/null\n+++ b/gone.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n"                             \
	"--- a/come.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-three\n\\ No newline at end of file\n"

#define GONE "--- /dev/null\n+++ b/gone.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n"

/* All of them in one series: a comment, blank lines, guards of guilt, a folder, blanks before. */
#define SERIES                                                                                     \
	"# This series applies on GIT commit 1234567\n\n"                                          \
	"sub/deep/times.diff -p0 #+slub\n"                                                         \
	"  unsigned.patch\t-R  #-arm # and why\n"                                                  \
	"#off.patch -p9\n"                                                                         \
	"gone.patch\n"                                                                             \
	"files.patch -R -p1"

static void put_patches (const char *dir)
{
	fixture_put (dir, "sub/deep/times.diff", TIMES_P0);
	fixture_put (dir, "unsigned.patch", UNSIGNED_REVERSED);
	fixture_put (dir, "gone.patch", GONE);
	fixture_put (dir, "files.patch", FILES_REVERSED);
	fixture_put (dir, "series", SERIES);
}

static Applied *apply (Fixture *fixture, const Prelude *prelude, GPtrArray *patches)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (Repo) repo = repo_open (fixture->repo, &error);
	g_autofree char *base = repo_resolve (repo, "v1", &error);
	g_autoptr (Variant) variant = variant_new ("test", patches, &error);
	Applied *applied;

	g_assert_no_error (error);
	applied = variant_apply (repo, base, prelude, variant, 0, &error);
	g_assert_no_error (error);
	return applied;
}

static char *pushed_by_quilt (Fixture *fixture)
{
	return fixture_line (
		fixture->repo,
		"QUILT_PATCHES=$PWD/../p quilt --quiltrc=- push -qa >&2 && rm -rf .pc && "
		"git add -A && git write-tree && git reset -q --hard");
}

/* -p0, -R and guards mean in a variant what they mean to quilt. */
static void test_variant (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *dir = g_build_filename (fixture->dir, "p", NULL);
	g_autofree char *expected = NULL;
	g_autoptr (Applied) applied = NULL;
	g_autoptr (GError) error = NULL;
	GPtrArray *patches;

	fixture_commit_base (fixture);
	put_patches (dir);
	patches = series_read (dir, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (patches->len, ==, 4);
	applied = apply (fixture, NULL, patches);
	g_assert_cmpstr (applied->detail, ==, NULL);
	expected = pushed_by_quilt (fixture);
	g_assert_cmpstr (applied->tree, ==, expected);
}

/* The same as a prelude. */
static void test_prelude (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *dir = g_build_filename (fixture->dir, "p", NULL);
	g_autofree char *expected = NULL;
	g_autoptr (Prelude) prelude = NULL;
	g_autoptr (Applied) applied = NULL;
	g_autoptr (GError) error = NULL;

	fixture_commit_base (fixture);
	put_patches (dir);
	prelude = prelude_read (dir, &error);
	g_assert_no_error (error);
	applied = apply (fixture, prelude, g_ptr_array_new ());
	g_assert_cmpstr (applied->detail, ==, NULL);
	expected = pushed_by_quilt (fixture);
	g_assert_cmpstr (applied->tree, ==, expected);
}

/* Without its -R the patch is another one, which does not apply: neither does it for quilt. */
static void test_forwards (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *dir = g_build_filename (fixture->dir, "p", NULL);
	g_autoptr (Applied) applied = NULL;
	int status = 0;

	fixture_commit_base (fixture);
	put_patches (dir);
	fixture_put (dir, "series", "sub/deep/times.diff -p0\nunsigned.patch\n");
	applied = apply (fixture, NULL, series_read (dir, NULL));
	g_assert_false (applied->ok);
	g_assert_nonnull (strstr (applied->detail, "drivers/led.c: hunk 1 fits nowhere"));
	g_free (fixture_shell (fixture->repo, "QUILT_PATCHES=../p quilt --quiltrc=- push -qa",
			       &status));
	g_assert_cmpint (status, !=, 0);
}

/* `quilt import -p ab` writes -pab, of which patch(1) knows nothing: it means -p1. */
static void test_ab (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *dir = g_build_filename (fixture->dir, "p", NULL);
	g_autofree char *series = NULL, *expected = NULL;
	g_autoptr (Applied) applied = NULL;

	fixture_commit_base (fixture);
	fixture_put (fixture->dir, "gone.diff", GONE);
	fixture_run (fixture->repo, "QUILT_PATCHES=$PWD/../p quilt --quiltrc=- import -p ab "
				    "../gone.diff >&2 && rm -rf .pc");
	series = fixture_read (dir, "series");
	g_assert_cmpstr (series, ==, "gone.diff -pab\n");
	applied = apply (fixture, NULL, series_read (dir, NULL));
	g_assert_cmpstr (applied->detail, ==, NULL);
	expected = fixture_line (fixture->repo,
				 "patch -s -p1 -i ../gone.diff && git add -A && git write-tree");
	g_assert_cmpstr (applied->tree, ==, expected);
}

/* A copy has no reverse that is a patch; it is refused, with its place. */
static void test_copy (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *dir = g_build_filename (fixture->dir, "p", NULL);
	g_autoptr (Applied) applied = NULL;

	fixture_commit_base (fixture);
	fixture_put (dir, "copy.patch",
		     "diff --git a/Makefile b/Makefile.old\nsimilarity index 100%\n"
		     "copy from Makefile\ncopy to Makefile.old\n");
	fixture_put (dir, "series", "copy.patch -R\n");
	applied = apply (fixture, NULL, series_read (dir, NULL));
	g_assert_nonnull (strstr (applied->detail, "copy.patch:1: Makefile.old: a copy cannot"));
}

/* What cannot be honoured is told with file and line. */
static void test_damaged (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	const char *const bad[] = { "-q", "-p", "-px", "-p10", "--fuzz=3", "x", "-P1" };
	g_autofree char *dir = g_build_filename (fixture->dir, "p", NULL);
	g_autofree char *path = fixture_write (dir, "gone.patch", GONE);
	guint i;

	for (i = 0; i < G_N_ELEMENTS (bad); i++) {
		g_autofree char *text = g_strdup_printf ("# one\n\ngone.patch %s\n", bad[i]);
		g_autofree char *told = g_strdup_printf ("/p/series:3: '%s' cannot be", bad[i]);
		g_autoptr (GError) error = NULL;
		QuiltOptions options;

		fixture_put (dir, "series", text);
		g_assert_false (quilt_options (path, &options, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_assert_nonnull (strstr (error->message, told));
	}
}

static void check_put (const char *name, QuiltOptions options, const char *after,
		       const char *expected)
{
	g_autofree char *text = quilt_put (SERIES, name, &options, " #+new", after);

	g_assert_cmpstr (text, ==, expected);
}

/* A guard or a comment goes along with its blanks; options are no part of it. */
static void test_comment (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	const char *const names[] = { "sub/deep/times.diff", "unsigned.patch", "gone.patch",
				      "files.patch" };
	const char *const comments[] = { " #+slub", "  #-arm # and why", "", "" };
	guint i;

	put_patches (fixture->dir);
	for (i = 0; i < G_N_ELEMENTS (names); i++) {
		g_autofree char *path = g_build_filename (fixture->dir, names[i], NULL);
		g_autofree char *comment = quilt_comment (path);

		g_assert_cmpstr (comment, ==, comments[i]);
	}
}

/* Writing what is there already changes no byte, whatever else stands in the file. */
static void test_put_nothing (void)
{
	check_put ("sub/deep/times.diff", (QuiltOptions){ 0, FALSE }, "gone.patch", SERIES);
	check_put ("unsigned.patch", (QuiltOptions){ 1, TRUE }, NULL, SERIES);
	check_put ("gone.patch", (QuiltOptions){ 1, FALSE }, NULL, SERIES);
	check_put ("files.patch", (QuiltOptions){ 1, TRUE }, NULL, SERIES);
}

/* Options change in their line alone, and its comment stays; a new patch gets a line of its own. */
static void test_put (void)
{
	const char *head = "# This series applies on GIT commit 1234567\n\n"
			   "sub/deep/times.diff -p0 #+slub\n";
	g_autofree char *unreversed =
		g_strconcat (head,
			     "unsigned.patch  #-arm # and why\n#off.patch -p9\n"
			     "gone.patch\nfiles.patch -R -p1",
			     NULL);
	g_autofree char *between =
		g_strconcat (head,
			     "new.patch -p0 -R #+new\n  unsigned.patch\t-R  #-arm # and why\n"
			     "#off.patch -p9\ngone.patch\nfiles.patch -R -p1\n",
			     NULL);
	g_autofree char *first = quilt_put ("", "a.patch", &(QuiltOptions){ 1, FALSE }, "", NULL);

	check_put ("unsigned.patch", (QuiltOptions){ 1, FALSE }, NULL, unreversed);
	check_put ("new.patch", (QuiltOptions){ 0, TRUE }, "sub/deep/times.diff", between);
	check_put ("off.patch", (QuiltOptions){ 1, FALSE }, "none.patch",
		   SERIES "\noff.patch #+new\n");
	g_assert_cmpstr (first, ==, "a.patch\n");
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/quilt/variant", test_variant);
	fixture_add ("/quilt/prelude", test_prelude);
	fixture_add ("/quilt/forwards", test_forwards);
	fixture_add ("/quilt/ab", test_ab);
	fixture_add ("/quilt/copy", test_copy);
	fixture_add ("/quilt/damaged", test_damaged);
	fixture_add ("/quilt/comment", test_comment);
	g_test_add_func ("/quilt/put-nothing", test_put_nothing);
	g_test_add_func ("/quilt/put", test_put);
	return g_test_run ();
}
