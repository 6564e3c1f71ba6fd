/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "series/patch.h"
#include "series/path.h"
#include "tests/series/fixture.h"

static Patch *parse (const char *text, GError **error)
{
	g_autoptr (GPtrArray) lines = source_lines_new (text, 1);

	return patch_parse (lines, 0, "mail", FALSE, error);
}

static void assert_defect (const char *text, guint line, const char *what)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (Patch) patch = parse (text, &error);

	g_assert_no_error (error);
	g_assert_nonnull (patch->defect);
	g_assert_cmpstr (patch->defect->what, ==, what);
	g_assert_cmpuint (patch->defect->line, ==, line);
}

/* A repository with every kind of change that git diff can write as text. */
static const char every_change[] =
	"git init -q -b main repo && cd repo && mkdir -p a/b c && "
	"seq 1 40 > a/b/long && printf 'no newline' > c/end && printf 'x\\n' > gone && "
	"seq 1 30 > old-name && echo tool > run.sh && echo 'two words' > 'two words' && "
	"printf 'caf\\303\\251\\n' > 'caf\303\251' && : > empty && printf 'a\\r\\nb\\r\\n' > dos "
	"&& "
	"ln -s gone link && git add -A && git commit -q -m one && "
	"sed -i -e 3d -e 's/^20$/twenty\\n20b/' -e '$a end' a/b/long && "
	"printf 'no newline\\nnow one' > c/end && rm gone && git mv old-name new-name && "
	"sed -i s/15/fifteen/ new-name && chmod +x run.sh && echo more >> 'two words' && "
	"echo au >> 'caf\303\251' && rm empty && : > fresh && printf 'a\\r\\nc\\r\\n' > dos && "
	"echo '#!/bin/sh' > new.sh && chmod +x new.sh && rm link && ln -s new-name link && "
	"git add -A";

/* What we parse and print has the patch-id that git gives to its own diff, and ours is the same. */
static void test_round_trip (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const ways[] = { "", "-U0", "-U7", "-M", "--no-renames" };
	guint i;

	fixture_run (fixture->dir, every_change);
	for (i = 0; i < G_N_ELEMENTS (ways); i++) {
		g_autofree char *diff_command = g_strdup_printf ("git diff --cached %s", ways[i]);
		g_autofree char *id_command = g_strdup_printf (
			"%s | git patch-id --stable | cut -d' ' -f1", diff_command);
		g_autofree char *text = fixture_shell (fixture->repo, diff_command, NULL);
		g_autofree char *expected = fixture_line (fixture->repo, id_command);
		g_autoptr (GError) error = NULL;
		g_autoptr (Patch) patch = parse (text, &error);
		g_autoptr (Patch) again = NULL;
		g_autofree char *printed = NULL;
		g_autofree char *reprinted = NULL;
		g_autofree char *id = NULL;

		g_assert_no_error (error);
		g_assert_null (patch->defect);
		g_assert_true (patch_strip (patch, 1, &error));
		id = patch_id (patch);
		g_assert_cmpstr (id, ==, expected);
		printed = patch_to_string (patch);
		again = parse (printed, &error);
		g_assert_no_error (error);
		g_assert_true (patch_strip (again, 1, &error));
		g_assert_true (patch_equal (patch, again));
		reprinted = patch_to_string (again);
		g_assert_cmpstr (printed, ==, reprinted);
	}
}

/* git apply takes what we print, and it leaves the very tree that git's own diff leaves. */
static void test_printed_applies (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *text = NULL;
	g_autofree char *printed = NULL;
	g_autofree char *expected = NULL;
	g_autofree char *tree = NULL;
	g_autoptr (Patch) patch = NULL;

	fixture_run (fixture->dir, every_change);
	text = fixture_shell (fixture->repo, "git diff --cached -M", NULL);
	expected = fixture_line (fixture->repo, "git write-tree");
	patch = parse (text, NULL);
	g_assert_true (patch_strip (patch, 1, NULL));
	printed = patch_to_string (patch);
	fixture_put (fixture->dir, "ours.diff", printed);
	tree = fixture_line (fixture->repo, "git reset -q --hard && git apply --index ../ours.diff "
					    "&& git write-tree");
	g_assert_cmpstr (tree, ==, expected);
}

/* Plain diff -u, with time stamps after the paths and with /dev/null or the epoch for no file. */
static void test_plain_diff (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *text = NULL;
	g_autoptr (Patch) patch = NULL;
	const FilePatch *first, *second, *third;
	int status;

	fixture_run (fixture->dir, "mkdir x y && seq 9 > x/m && seq 2 9 > y/m && echo n > y/new && "
				   "echo o > x/old");
	text = fixture_shell (fixture->dir, "diff -urN x y", &status);
	patch = parse (text, NULL);
	g_assert_cmpuint (patch->files->len, ==, 3);
	first = g_ptr_array_index (patch->files, 0);
	second = g_ptr_array_index (patch->files, 1);
	third = g_ptr_array_index (patch->files, 2);
	g_assert_cmpstr (first->old_path, ==, "x/m");
	g_assert_cmpstr (first->new_path, ==, "y/m");
	g_assert_cmpint (second->change, ==, CHANGE_CREATE);
	g_assert_cmpstr (second->new_path, ==, "y/new");
	g_assert_cmpint (third->change, ==, CHANGE_DELETE);
	g_assert_cmpstr (third->old_path, ==, "x/old");
}

#define HEADER "--- a/f\n+++ b/f\n"

/* Blank context that lost its space is taken where the counts demand a line, and only there. */
static void test_bare_lines (void)
{
	g_autoptr (Patch) patch =
		parse (HEADER "@@ -1,3 +1,3 @@\n\n-b\n+B\n\n\nchat below\n", NULL);
	const FilePatch *file = g_ptr_array_index (patch->files, 0);
	const Hunk *hunk = g_ptr_array_index (file->hunks, 0);

	g_assert_null (patch->defect);
	g_assert_cmpuint (patch->bare, ==, 2);
	g_assert_cmpuint (hunk->lines->len, ==, 4);
	assert_defect (HEADER "@@ -1,4 +1,5 @@\n a\n-b\n+B\n\nchat\n", 7,
		       "ends after 3 of 4 old lines");
}

/* A list's footer and a signature are no removed lines where the counts leave none to remove. */
static void test_footers (void)
{
	static const char *const feet[] = { "-\n", "-\nTo unsubscribe\n", "-- \n2.30.2\n", "",
					    "\n-\n" };
	guint i;

	for (i = 0; i < G_N_ELEMENTS (feet); i++) {
		g_autofree char *full =
			g_strconcat (HEADER "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n", feet[i], NULL);
		g_autofree char *short_by_two =
			g_strconcat (HEADER "@@ -1,5 +1,5 @@\n a\n-b\n+B\n c\n", feet[i], NULL);
		g_autoptr (Patch) patch = parse (full, NULL);
		g_autoptr (Patch) lacking = parse (short_by_two, NULL);
		const FilePatch *file = g_ptr_array_index (lacking->files, 0);
		const Hunk *hunk = g_ptr_array_index (file->hunks, 0);

		g_assert_null (patch->defect);
		g_assert_nonnull (lacking->defect);
		g_assert_false (lacking->hopeless);
		/* A blank line above the footer is context already. */
		g_assert_cmpuint (hunk->missing, ==, *feet[i] == '\n' ? 1 : 2);
	}
}

/* Hunks that are cut, too short on one side, or too long are told with their line. */
static void test_defects (void)
{
	g_autoptr (Patch) cut = NULL;
	g_autofree char *text = NULL;

	assert_defect (HEADER "@@ -1,3 +1,3 @@\n a\n-b\nchat\n", 5, "ends after 2 of 3 old lines");
	assert_defect (HEADER "@@ -1,2 +1,4 @@\n a\n b\n+c\n", 6, "ends after 3 of 4 new lines");
	assert_defect (HEADER "@@ -1,2 +1,2 @@\n a\n-b\n+c\n+d\n", 7,
		       "goes on below the lines that its header counts");
	assert_defect (HEADER "@@ -1,2 +1,2 @@\n a\n-b\n+c\n@@ -9,3 +9,3 @@\n x\n", 8,
		       "ends after 1 of 3 old lines");
	/* However much a header promises, no memory is spent on it. */
	assert_defect (HEADER "@@ -1,9999999 +1,9999999 @@\n a\n", 4,
		       "ends after 1 of 9999999 old lines");
	cut = parse (HEADER "@@ -1,9 +1,9 @@\n a\n-b ...\n+c ...\n", NULL);
	g_assert_true (cut->defect->cut);
	g_assert_true (cut->hopeless);
	text = patch_defect_text (cut);
	g_assert_cmpstr (text, ==,
			 "b/f: hunk 1 ends after 2 of 9 old lines: the mail was cut at mail:6");
}

/* Rulers that lists put right below a patch are no part of it. */
static void test_rulers (void)
{
	g_autoptr (Patch) patch = parse (HEADER "@@ -1 +1 @@\n-b\n+c\n-------------------\n"
						"Some list\n",
					 NULL);

	g_assert_null (patch->defect);
}

/* What can never be applied as text is an error that names the line. */
static void test_refused (void)
{
	static const char *const texts[] = {
		"diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\nliteral 1\n",
		"diff --git a/x b/x\nindex 1..2 100644\nBinary files a/x and b/x differ\n",
		"x\n\ndiff --cc x\nindex 1,2..3\n",
		HEADER "@@ -1,x +1 @@\n a\n",
		HEADER "@@ -1 +1\n a\n",
		HEADER "@@ -99999999999,1 +1 @@\n a\n",
		"--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n",
	};
	static const guint lines[] = { 3, 3, 3, 3, 3, 3, 3 };
	guint i;

	for (i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (Patch) patch = parse (texts[i], &error);
		g_autofree char *place = g_strdup_printf ("mail:%u: ", lines[i]);

		g_assert_null (patch);
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_PATCH);
		g_assert_true (g_str_has_prefix (error->message, place));
	}
}

/* Paths that leave the tree are found as posted and refused when stripped. */
static void test_unsafe (void)
{
	static const char *const bad[] = {
		"../../etc/passwd", "/etc/passwd", "a/../b", ".git/config", "a/.git/config",
		"a/.GIT/hooks/x",   "a//b",	   "a/b/",   "..",	    "\"a/\\056\\056/x\"",
		"\"a/x\\ny\""
	};
	static const char *const good[] = {
		"a/b", "./a/b", "a/..b", "a/.github/x", "a/b.git", "x"
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (bad); i++) {
		g_autofree char *text =
			g_strdup_printf ("--- %s\n+++ %s\n@@ -1 +1 @@\n-a\n+b\n", bad[i], bad[i]);
		g_autoptr (Patch) patch = parse (text, NULL);
		g_autoptr (GError) error = NULL;
		guint line = 0;

		g_assert_nonnull (patch);
		g_assert_nonnull (patch_unsafe_path (patch, &line));
		g_assert_cmpuint (line, ==, 1);
		g_assert_false (patch_strip (patch, 0, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_PATCH);
	}
	for (i = 0; i < G_N_ELEMENTS (good); i++) {
		g_autofree char *text =
			g_strdup_printf ("--- %s\n+++ %s\n@@ -1 +1 @@\n-a\n+b\n", good[i], good[i]);
		g_autoptr (Patch) patch = parse (text, NULL);

		g_assert_null (patch_unsafe_path (patch, NULL));
	}
}

/* Time stamps go, with a tab before them or, after an archive, a blank; names with blanks stay. */
static void test_time_stamps (void)
{
	static const char *const cases[][2] = {
		{ "a/x.c\t2007-06-21 16:27:31.000000000 +0200", "a/x.c" },
		{ "a/x.c 2007-06-21 16:27:31.000000000 +0200", "a/x.c" },
		{ "a/x.c\tThu Jun 21 16:27:31 2007", "a/x.c" },
		{ "a/x.c Thu Jun 21 16:27:31 2007", "a/x.c" },
		{ "x.c (revision 12)", "x.c" },
		{ "x.c\t(working copy)", "x.c" },
		{ "a/two words", "a/two words" },
		{ "a/two words\t", "a/two words" },
		{ "\"a/t\\ta\\303\\251\"", "a/t\ta\303\251" },
		{ "/dev/null", NULL },
		{ "/dev/null\t1970-01-01 00:00:00 +0000", NULL },
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *path = path_from_header (cases[i][0], NULL);

		g_assert_cmpstr (path, ==, cases[i][1]);
	}
}

/* Suffixes of copies and of kernel versions go; what only looks like one stays. */
static void test_suffixes (void)
{
	static const char *const cases[][2] = {
		{ "at91_mci.c-2.6.22-rc5.orig", "at91_mci.c" },
		{ "at91_mci.c-2.6.22-rc5", "at91_mci.c" },
		{ "x.c.orig", "x.c" },
		{ "x.c~", "x.c" },
		{ "x.c.orig-2.6.22", "x.c" },
		{ "x-v5.10.c", NULL },
		{ "x.c", NULL },
		{ "dir-2.6/x.c", NULL },
		{ "dir/.orig", NULL },
		{ "8250-16550.c", NULL },
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *path = path_without_suffix (cases[i][0]);

		g_assert_cmpstr (path, ==, cases[i][1]);
	}
}

/* Any bytes whatever are parsed or refused, and what is parsed and complete survives printing. */
static void test_mutations (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (20070621);
	g_autofree char *text = NULL;
	guint i, j, parsed = 0;

	fixture_run (fixture->dir, every_change);
	text = fixture_shell (fixture->repo, "git diff --cached -M", NULL);
	for (i = 0; i < 2000; i++) {
		g_autofree char *broken = g_strdup (text);
		g_autofree char *printed = NULL;
		g_autoptr (Patch) patch = NULL;
		g_autoptr (Patch) again = NULL;

		for (j = 0; j < 3; j++)
			broken[g_rand_int_range (rand, 0, (gint32) strlen (text))] =
				"\n -+@\\a/\"0"[g_rand_int_range (rand, 0, 10)];
		patch = parse (broken, NULL);
		if (!patch || patch->defect || !patch_strip (patch, 1, NULL))
			continue;
		parsed++;
		printed = patch_to_string (patch);
		again = parse (printed, NULL);
		if (!again || !patch_strip (again, 1, NULL) || !patch_equal (patch, again)) {
			g_test_message ("%s\n----\n%s", broken, printed);
			g_test_fail ();
		}
	}
	g_assert_cmpuint (parsed, >, 100);
}

static void assert_blobs (const char *index, const char *old_blob, const char *new_blob)
{
	g_autofree char *text = g_strdup_printf (
		"diff --git a/f b/f\n%s\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n", index);
	g_autoptr (Patch) patch = parse (text, NULL);
	g_autoptr (Patch) copy = patch_copy (patch);
	const FilePatch *file = g_ptr_array_index (copy->files, 0);
	g_autofree char *printed = NULL;

	g_assert_cmpstr (file->old_blob, ==, old_blob);
	g_assert_cmpstr (file->new_blob, ==, new_blob);
	g_assert_true (patch_strip (patch, 1, NULL));
	printed = patch_to_string (patch);
	g_assert_null (strstr (printed, "index"));
}

/* The ids of an `index` line are kept by a copy and not printed; zeros are no file, and what is no
 * id is passed over. */
static void test_blobs (void)
{
	static const char full[] = "0123456789abcdef0123456789abcdef01234567";
	g_autofree char *longest = g_strdup_printf ("index %s..abcd", full);
	g_autofree char *too_long = g_strdup_printf ("index %s0..abcd", full);

	assert_blobs ("index b76ee94..41f8172 100644", "b76ee94", "41f8172");
	assert_blobs ("index b76ee94..41f8172\r", "b76ee94", "41f8172");
	assert_blobs (longest, full, "abcd");
	assert_blobs (too_long, NULL, "abcd");
	assert_blobs ("index 0000000..41f8172", NULL, "41f8172");
	assert_blobs ("index b76ee94..0000000", "b76ee94", NULL);
	assert_blobs ("index abc..41f8172", NULL, "41f8172");
	assert_blobs ("index b76ee94", "b76ee94", NULL);
	assert_blobs ("index b76ee94,41f8172..1234567", NULL, NULL);
	assert_blobs ("index b76ee94..41f8172/x", NULL, NULL);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/patch/round-trip", test_round_trip);
	fixture_add ("/patch/printed-applies", test_printed_applies);
	fixture_add ("/patch/plain-diff", test_plain_diff);
	g_test_add_func ("/patch/bare-lines", test_bare_lines);
	g_test_add_func ("/patch/blobs", test_blobs);
	g_test_add_func ("/patch/footers", test_footers);
	g_test_add_func ("/patch/defects", test_defects);
	g_test_add_func ("/patch/rulers", test_rulers);
	g_test_add_func ("/patch/refused", test_refused);
	g_test_add_func ("/patch/unsafe", test_unsafe);
	g_test_add_func ("/patch/time-stamps", test_time_stamps);
	g_test_add_func ("/patch/suffixes", test_suffixes);
	fixture_add ("/patch/mutations", test_mutations);
	return g_test_run ();
}
