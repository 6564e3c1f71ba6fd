/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "series/variant.h"
#include "tests/series/fixture.h"

#define MAIL_HEAD                                                                                  \
	"From: =?UTF-8?B?QsO4YiBDcmF0ZQ==?= <bob@example.org>\n"                                   \
	"Date: Mon, 1 Mar 2021 13:15:00 +0130\n"                                                   \
	"Subject: [PATCH] led: remember\n how often\n"                                             \
	"Message-ID: <bob@example.org>\n\n"                                                        \
	"It forgets.\n\nSigned-off-by: Bob\n---\n drivers/led.c | 1 +\n\n"
#define LED_DIFF                                                                                   \
	"--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -4,4 +4,5 @@\n struct led {\n"               \
	" \tint pin;\n \tint on;\n+\tint times;\n };\n"
#define TOP_DIFF                                                                                   \
	"--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -6,3 +6,3 @@\n \tint on;\n-\tint times;\n"   \
	"+\tlong times;\n };\n"

static GPtrArray *list (const char *first, ...)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
	va_list args;
	const char *path;

	va_start (args, first);
	for (path = first; path; path = va_arg (args, const char *))
		g_ptr_array_add (paths, g_strdup (path));
	va_end (args);
	return paths;
}

static Applied *apply (Fixture *fixture, const Prelude *prelude, GPtrArray *patches, int fuzz)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (Repo) repo = repo_open (fixture->repo, &error);
	g_autofree char *base = repo_resolve (repo, "v1", &error);
	g_autoptr (Variant) variant = variant_new ("test", patches, &error);
	Applied *applied;

	g_assert_no_error (error);
	applied = variant_apply (repo, base, prelude, variant, fuzz, &error);
	g_assert_no_error (error);
	g_assert_true (applied->ok == (applied->tree && applied->commit));
	g_assert_true (applied->ok == !applied->detail);
	return applied;
}

/* A commit carries its patch's author, date, subject and words; all ids are the same every time. */
static void test_commits (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *one = fixture_write (fixture->dir, "p/one.patch", MAIL_HEAD LED_DIFF);
	g_autofree char *two = fixture_write (fixture->dir, "p/two.patch",
					      "led: a long name\n\nSome words.\n" TOP_DIFF);
	g_autoptr (Applied) first = NULL;
	g_autoptr (Applied) second = NULL;
	g_autofree char *show = NULL;
	g_autofree char *log = NULL;
	g_autofree char *tree = NULL;
	g_autofree char *expected = NULL;

	fixture_commit_base (fixture);
	first = apply (fixture, NULL, list (one, two, NULL), 0);
	second = apply (fixture, NULL, list (one, two, NULL), 0);
	g_assert_true (first->ok);
	g_assert_cmpstr (first->commit, ==, second->commit);
	show = g_strdup_printf ("git log --format='%%an|%%ae|%%ad|%%cn|%%ce|%%cd|%%B' v1..%s",
				first->commit);
	log = fixture_shell (fixture->repo, show, NULL);
	g_assert_cmpstr (
		log, ==,
		"bakeoff|unknown@localhost|Sun Sep 13 12:26:40 2020 +0000|bakeoff|"
		"bakeoff@localhost|Sun Sep 13 12:26:40 2020 +0000|led: a long name\n\nSome "
		"words.\n\n"
		"Bøb Crate|bob@example.org|Mon Mar 1 13:15:00 2021 +0130|bakeoff|"
		"bakeoff@localhost|Mon Mar 1 13:15:00 2021 +0130|led: remember how often\n\n"
		"It forgets.\n\nSigned-off-by: Bob\n\n");
	expected =
		fixture_line (fixture->repo, "git apply --index ../p/one.patch ../p/two.patch && "
					     "git write-tree && git reset -q --hard");
	g_assert_cmpstr (first->tree, ==, expected);
	tree = g_strdup_printf ("git fsck --strict --no-dangling && git cat-file -e %s^{tree}",
				first->commit);
	fixture_run (fixture->repo, tree);
}

/* Titles, authors and ids for reports come from the topmost patch; `base` has none. */
static void test_variant_new (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *one = fixture_write (fixture->dir, "p/one.patch", MAIL_HEAD LED_DIFF);
	g_autofree char *plain = fixture_write (fixture->dir, "p/plain.patch", LED_DIFF);
	g_autoptr (Variant) mail = variant_new ("mail", list (plain, one, NULL), NULL);
	g_autoptr (Variant) bare = variant_new ("bare", list (one, plain, NULL), NULL);
	g_autoptr (Variant) none = variant_new ("base", list (NULL, NULL), NULL);
	g_autoptr (GError) error = NULL;

	g_assert_cmpstr (mail->title, ==, "led: remember how often");
	g_assert_cmpstr (mail->author, ==, "Bøb Crate <bob@example.org>");
	g_assert_cmpstr (mail->message_id, ==, "<bob@example.org>");
	g_assert_cmpstr (bare->title, ==, "plain.patch");
	g_assert_null (bare->message_id);
	g_assert_cmpuint (none->patches->len, ==, 0);
	g_assert_null (variant_new ("x", list ("/nowhere/x.patch", NULL), &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
}

/* The prelude of p/series, which is written first. */
static Prelude *read_prelude (Fixture *fixture, const char *series)
{
	g_autofree char *dir = g_build_filename (fixture->dir, "p", NULL);
	g_autoptr (GError) error = NULL;
	Prelude *prelude;

	fixture_put (dir, "series", series);
	prelude = prelude_read (dir, &error);
	g_assert_no_error (error);
	return prelude;
}

/* The prelude lies below as one commit; the base without patches is the base. */
static void test_prelude (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Prelude) prelude = NULL;
	g_autoptr (Applied) bare = NULL;
	g_autoptr (Applied) prepared = NULL;
	g_autofree char *head = NULL;
	g_autofree char *command = NULL;
	g_autofree char *log = NULL;

	g_free (fixture_write (fixture->dir, "p/one.patch", MAIL_HEAD LED_DIFF));
	g_free (fixture_write (fixture->dir, "p/two.patch", TOP_DIFF));
	prelude = read_prelude (fixture, "one.patch\ntwo.patch\n");
	fixture_commit_base (fixture);
	bare = apply (fixture, NULL, list (NULL, NULL), 0);
	head = fixture_line (fixture->repo, "git rev-parse v1");
	g_assert_cmpstr (bare->commit, ==, head);
	prepared = apply (fixture, prelude, list (NULL, NULL), 0);
	command = g_strdup_printf ("git log --format='%%an %%B' v1..%s", prepared->commit);
	log = fixture_line (fixture->repo, command);
	g_assert_cmpstr (log, ==, "bakeoff bakeoff: prelude\n\none.patch\ntwo.patch");
}

/* A prelude that does not apply is told from a variant's patch that does not. */
static void test_bad_prelude (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *two = fixture_write (fixture->dir, "p/two.patch", TOP_DIFF);
	g_autoptr (Prelude) prelude = read_prelude (fixture, "two.patch\n");
	g_autoptr (Applied) below = NULL, above = NULL;

	fixture_commit_base (fixture);
	below = apply (fixture, prelude, list (NULL, NULL), 0);
	g_assert_false (below->ok);
	g_assert_true (below->prelude_failed);
	g_assert_true (g_str_has_prefix (below->detail, "prelude: two.patch:"));
	above = apply (fixture, NULL, list (two, NULL), 0);
	g_assert_false (above->ok);
	g_assert_false (above->prelude_failed);
	g_assert_true (g_str_has_prefix (above->detail, "two.patch:"));
}

/* What is wrong with a patch is a verdict that names the patch and the line, never an error. */
static void test_verdicts (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const cases[][2] = {
		{ TOP_DIFF, "bad.patch:5: drivers/led.c: hunk 1 fits nowhere" },
		{ "just words\n", "bad.patch: there is no diff in it" },
		{ "--- a/../../etc/passwd\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n-a\n+b\n",
		  "bad.patch:1: path 'a/../../etc/passwd' does not stay inside the tree" },
		{ "--- a/.git/config\n+++ b/.git/config\n@@ -1 +1 @@\n-a\n+b\n",
		  "does not stay inside the tree" },
		{ "--- /dev/null\n+++ /etc/x\n@@ -0,0 +1 @@\n+b\n",
		  "does not stay inside the tree" },
		{ "--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b\n", "path 'x' has fewer than 1 names" },
		{ "X-Bakeoff-Source: thread.txt:100\n\n"
		  "--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -4,9 +4,9 @@\n struct led "
		  "{\n-\tint ...\n",
		  "bad.patch:7: drivers/led.c: hunk 1 ends after 2 of 9 old lines: the mail was "
		  "cut at "
		  "thread.txt:104" },
		{ "diff --git a/x b/x\nnew file mode 100644\nGIT binary patch\nliteral 3\n",
		  "bad.patch:3: a binary patch cannot be compared as text" },
	};
	guint i;

	fixture_commit_base (fixture);
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *bad = fixture_write (fixture->dir, "p/bad.patch", cases[i][0]);
		g_autoptr (Applied) applied = apply (fixture, NULL, list (bad, NULL), 2);

		g_assert_false (applied->ok);
		if (!strstr (applied->detail, cases[i][1]))
			g_error ("case %u: %s", i, applied->detail);
	}
}

/* Nothing that is the user's changes: index, HEAD, branches, work tree, not even a file's time. */
static void test_untouched (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char look[] =
		"find . -path ./.git/objects -prune -o -path ./.git/refs/bakeoff -prune -o "
		"! -path ./.git/refs ! -type d -printf '%p %T@ %s %i\\n' | sort; "
		"find . -path ./.git/objects -prune -o -path ./.git/refs/bakeoff -prune -o -type f "
		"-exec sha1sum {} + | sort";
	g_autofree char *one = fixture_write (fixture->dir, "p/one.patch", MAIL_HEAD LED_DIFF);
	g_autoptr (Applied) applied = NULL;
	g_autoptr (Repo) repo = NULL;
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	fixture_commit_base (fixture);
	fixture_run (fixture->repo,
		     "echo staged >> Makefile && git add Makefile && "
		     "echo dirty >> drivers/led.c && echo stray > stray && git branch b");
	before = fixture_shell (fixture->repo, look, NULL);
	applied = apply (fixture, NULL, list (one, NULL), 0);
	repo = repo_open (fixture->repo, NULL);
	g_assert_true (repo_update_ref (repo, "one", applied->commit, NULL));
	after = fixture_shell (fixture->repo, look, NULL);
	g_assert_cmpstr (before, ==, after);
}

/* `series` is read as quilt reads it: comments, blank lines, folders, -p0. */
static void test_series (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *dir = g_build_filename (fixture->dir, "p", NULL);
	g_autofree char *expected = NULL;
	g_autoptr (GPtrArray) patches = NULL;
	g_autoptr (Applied) applied = NULL;
	g_autoptr (GError) error = NULL;

	fixture_commit_base (fixture);
	fixture_put (dir, "a.patch", MAIL_HEAD LED_DIFF);
	fixture_put (
		dir, "sub/b.patch",
		"--- drivers/led.c\n+++ drivers/led.c\n@@ -6,3 +6,3 @@\n \tint on;\n-\tint times;\n"
		"+\tlong times;\n };\n");
	fixture_put (dir, "series",
		     "# comment\n\na.patch # guard: +x\n  sub/b.patch -p0\n#c.patch\n");
	patches = series_read (dir, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (patches->len, ==, 2);
	g_assert_true (g_str_has_suffix (g_ptr_array_index (patches, 1), "/p/sub/b.patch"));
	applied = apply (fixture, NULL, g_ptr_array_ref (patches), 0);
	g_assert_cmpstr (applied->detail, ==, NULL);
	expected = fixture_line (
		fixture->repo,
		"QUILT_PATCHES=$PWD/../p quilt --quiltrc=- push -qa >&2 && rm -rf .pc && "
		"git add -A && git write-tree && git reset -q --hard");
	g_assert_cmpstr (applied->tree, ==, expected);
}

/* No series, a patch that is named and missing, and options that cannot be honoured are errors. */
static void test_bad_series (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *dir = g_build_filename (fixture->dir, "p", NULL);
	g_autofree char *patch = fixture_write (fixture->dir, "p/a.patch", LED_DIFF);
	g_autoptr (Repo) repo = NULL;
	g_autoptr (Variant) variant = variant_new ("a", list (patch, NULL), NULL);
	g_autofree char *base = NULL;
	g_autoptr (GError) error = NULL;

	g_assert_null (series_read (dir, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	g_clear_error (&error);
	fixture_put (dir, "series", "a.patch\nnone.patch\n");
	g_assert_null (series_read (dir, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	g_assert_nonnull (strstr (error->message, "series:2: there is no patch 'none.patch'"));
	g_clear_error (&error);
	fixture_put (dir, "series", "a.patch -E\n");
	fixture_commit_base (fixture);
	repo = repo_open (fixture->repo, NULL);
	base = repo_resolve (repo, "v1", NULL);
	g_assert_null (variant_apply (repo, base, NULL, variant, 0, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/variant/commits", test_commits);
	fixture_add ("/variant/new", test_variant_new);
	fixture_add ("/variant/prelude", test_prelude);
	fixture_add ("/variant/bad-prelude", test_bad_prelude);
	fixture_add ("/variant/verdicts", test_verdicts);
	fixture_add ("/variant/untouched", test_untouched);
	fixture_add ("/variant/series", test_series);
	fixture_add ("/variant/bad-series", test_bad_series);
	return g_test_run ();
}
