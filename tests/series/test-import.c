/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "series/import.h"
#include "series/variant.h"
#include "tests/series/fixture.h"

static Import *import (Fixture *fixture, const char *path, GError **error)
{
	g_autoptr (Repo) repo = repo_open (fixture->repo, NULL);
	g_autofree char *base = repo_resolve (repo, "v1", NULL);

	g_assert_nonnull (base);
	return import_read (path, &(ImportOptions){ .repo = repo, .base = base }, error);
}

static Import *import_data (Fixture *fixture, const char *name)
{
	g_autofree char *path = fixture_data (name);
	g_autoptr (GError) error = NULL;
	Import *out = import (fixture, path, &error);

	g_assert_no_error (error);
	return out;
}

static Import *import_text (Fixture *fixture, const char *text, GError **error)
{
	g_autofree char *path = fixture_write (fixture->dir, "mail.txt", text);

	return import (fixture, path, error);
}

static const PostedPatch *patch_at (const Import *self, guint i)
{
	g_assert_cmpuint (i, <, self->patches->len);
	return g_ptr_array_index (self->patches, i);
}

static const Candidate *candidate_at (const Import *self, guint i)
{
	g_assert_cmpuint (i, <, self->candidates->len);
	return g_ptr_array_index (self->candidates, i);
}

static gboolean has (GPtrArray *texts, const char *part)
{
	guint i;

	for (i = 0; i < texts->len; i++)
		if (strstr (g_ptr_array_index (texts, i), part))
			return TRUE;
	return FALSE;
}

/* The diff of an archive mail around @diff; the archive's own date line makes it one. */
static char *archive_mail (const char *diff)
{
	return g_strconcat ("Subject of the page\n\nFrom: Ada Byte\n"
			    "Date: Monday, March 1, 2021 - 10:10 am\n\nTry this.\n\n",
			    diff, NULL);
}

/* A whole archived thread: numbers, names, authors, the patch posted twice, the one that needs
 * another, the cut one, and what was repaired. */
static void test_archive (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Import) in = NULL;
	const PostedPatch *ada, *bob, *carol, *cut;

	fixture_commit_base (fixture);
	in = import_data (fixture, "archive.txt");
	g_assert_cmpuint (in->n_messages, ==, 7);
	g_assert_cmpuint (in->n_diffs, ==, 5);
	g_assert_cmpuint (in->patches->len, ==, 4);
	g_assert_null (in->root_id);
	ada = patch_at (in, 0);
	g_assert_cmpstr (ada->file, ==, "0002-led-take-any-number-for-on.patch");
	g_assert_cmpstr (candidate_at (in, 0)->name, ==, "led-take-any-number");
	g_assert_cmpstr (ada->author, ==, "Ada Byte <ada@example.org>");
	g_assert_cmpuint (ada->also->len, ==, 1);
	g_assert_true (has (ada->also, "Ada Byte, Mon, 1 Mar 2021 10:10 (archive.txt:"));
	g_assert_true (has (ada->repairs, "'drivers/led.c-1.2.3' read as 'drivers/led.c'"));
	g_assert_true (has (ada->repairs, "4 blank context lines had lost the leading space"));
	g_assert_null (strstr (ada->text, "The same as before"));
	bob = patch_at (in, 1);
	g_assert_cmpstr (bob->file, ==, "0003-led-remember-how-often_to-blink.patch");
	g_assert_true (
		has (bob->repairs, "1 blank context line restored at the end of drivers/led.c"));
	g_assert_null (bob->malformed);
	g_assert_true (has (in->notes, "its diffstat names 'include/led.h' (archive.txt:"));
	carol = patch_at (in, 2);
	g_assert_cmpuint (carol->needs->len, ==, 1);
	g_assert_cmpstr (g_ptr_array_index (carol->needs, 0), ==, bob->file);
	cut = patch_at (in, 3);
	g_assert_true (g_str_has_suffix (cut->malformed, "archive.txt:166"));
	g_assert_nonnull (strstr (cut->malformed,
				  "drivers/led.c: hunk 1 ends after 4 of 7 old lines: "
				  "the mail was cut at "));
	g_assert_cmpstr (candidate_at (in, 3)->name, ==, "led-times-never-negative-dune");
}

/* An mbox: ids, answers, attachments; the RESEND of a patch is the same patch. */
static void test_mbox (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Import) in = NULL;
	const PostedPatch *bob, *carol, *ada;

	fixture_commit_base (fixture);
	in = import_data (fixture, "thread.mbox");
	g_assert_cmpuint (in->n_diffs, ==, 4);
	g_assert_cmpuint (in->patches->len, ==, 3);
	g_assert_cmpstr (in->root_id, ==, "<root@example.org>");
	bob = patch_at (in, 0);
	g_assert_cmpstr (bob->file, ==, "0002-led-say-that-blinking-blocks.patch");
	g_assert_cmpstr (bob->author, ==, "Bøb Crate <bob@example.org>");
	g_assert_cmpstr (bob->answers, ==, "Eve Asker, Mon, 1 Mar 2021 00:05");
	g_assert_nonnull (
		strstr (bob->text, "\nReferences: <root@example.org> <gone@example.org>\n"));
	g_assert_cmpuint (bob->repairs->len, ==, 0);
	carol = patch_at (in, 1);
	g_assert_cmpstr (carol->title, ==, "led: éxplain i");
	g_assert_cmpstr (carol->answers, ==, "Ada Byte, Mon, 1 Mar 2021 10:10");
	g_assert_nonnull (strstr (carol->text, "\nIn-Reply-To: <ada@example.org>\n"));
	ada = patch_at (in, 2);
	g_assert_cmpstr (ada->file, ==, "0004-led-take-any-number-for-on.patch");
	g_assert_cmpstr (ada->message_id, ==, "<ada2@example.org>");
	g_assert_true (has (ada->also, "Ada Byte, Mon, 1 Mar 2021 10:10 (thread.mbox:"));
	g_assert_true (has (in->notes,
			    "Dave Early, Mon, 1 Mar 2021 15:00: attachment 'fix.patch.gz' "
			    "(application/gzip, 260 bytes) is no text"));
}

/* A mail with CRLF line ends makes the very patch that it makes with LF. */
static void test_crlf (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Import) crlf = NULL;
	g_autofree char *unix_text = NULL;
	g_autofree char *dos_text = NULL;
	g_autofree char *path = fixture_data ("crlf.eml");
	g_autoptr (Import) plain = NULL;
	g_auto (GStrv) words = NULL;

	fixture_commit_base (fixture);
	dos_text = files_read (path, NULL, NULL);
	words = g_strsplit (dos_text, "\r", -1);
	unix_text = g_strjoinv ("", words);
	crlf = import_data (fixture, "crlf.eml");
	plain = import_text (fixture, unix_text, NULL);
	g_assert_true (has (patch_at (crlf, 0)->repairs, "CRLF line ends made LF"));
	g_assert_true (has (patch_at (crlf, 0)->repairs, "and the base has LF there"));
	g_assert_null (strchr (patch_at (crlf, 0)->text, '\r'));
	g_assert_cmpstr (strstr (patch_at (crlf, 0)->text, "diff --git"), ==,
			 strstr (patch_at (plain, 0)->text, "diff --git"));
}

/* ... and stays CRLF where that is what the base has. */
static void test_crlf_kept (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *mail =
		archive_mail ("--- a/doc/dos.txt\r\n+++ b/doc/dos.txt\r\n"
			      "@@ -2,3 +2,3 @@\r\n two\r\n-three\r\n+drei\r\n four\r\n");
	g_autoptr (Import) in = NULL;

	fixture_commit_base (fixture);
	in = import_text (fixture, mail, NULL);
	g_assert_cmpstr (patch_at (in, 0)->problem, ==, NULL);
	g_assert_false (has (patch_at (in, 0)->repairs, "CRLF"));
	g_assert_nonnull (strstr (patch_at (in, 0)->text, "+drei\r\n"));
}

typedef struct {
	const char *diff;
	const char *malformed; /* a part of it, or NULL */
	const char *problem;
	const char *repair;
} Case;

static const Case cases[] = {
	/* blank context at the end is gone, and the base has it there */
	{ "--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -20,4 +20,4 @@\n static void led_write "
	  "(struct led "
	  "*led, int on)\n {\n-\tled->on = on;\n+\tled->on = !on;\n-\n\n",
	  NULL, NULL, "1 blank context line restored" },
	/* the same counts where the base has something else: refused */
	{ "--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -4,4 +4,4 @@\n struct led {\n \tint pin;\n"
	  "-\tint on;\n+\tint off;\n-\n\n",
	  "hunk 1 ends after 3 of 4 old lines", NULL, NULL },
	/* two lines lack, the base has one blank line there: refused */
	{ "--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -20,5 +20,5 @@\n static void led_write "
	  "(struct led "
	  "*led, int on)\n {\n-\tled->on = on;\n+\tled->on = !on;\n-\n\n",
	  "ends after 3 of 5 old lines", NULL, NULL },
	/* the base has a blank line there, but the mail is cut: refused */
	{ "--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -20,4 +20,4 @@\n static void led_write "
	  "(struct led "
	  "*led, int on)\n {\n-\tled->on = on;\n+\tled->on = ...\n",
	  "the mail was cut at mail.txt:14", NULL, NULL },
	/* a lost space is a blank line where the counts want one, and must fit the base */
	{ "--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -21,4 +21,4 @@\n {\n-\tled->on = on;\n"
	  "+\tled->on = !on;\n\n \tport_write (led->pin, on);\n",
	  NULL, NULL, "1 blank context line had lost" },
	{ "--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -5,3 +5,3 @@\n \tint pin;\n-\tint on;\n"
	  "+\tint off;\n\n",
	  NULL, "hunk 1 fits nowhere", "1 blank context line had lost" },
	/* strip levels: what the base has decides */
	{ "--- drivers/led.c.orig\n+++ drivers/led.c\n@@ -5,3 +5,3 @@\n \tint pin;\n-\tint "
	  "on;\n+\tint "
	  "off;\n };\n",
	  NULL, NULL, "path 'drivers/led.c' read as 'drivers/led.c' (strip level 0)" },
	{ "--- /dev/null\n+++ new/include/more.h\n@@ -0,0 +1 @@\n+x\n", NULL, NULL,
	  "read as 'include/more.h' (strip level 1): the base has its folder" },
	{ "--- x/y/z/drivers/led.c\n+++ x/y/z/drivers/led.c\n@@ -5,3 +5,3 @@\n \tint pin;\n-\tint "
	  "on;\n"
	  "+\tint off;\n };\n",
	  NULL, NULL, "read as 'drivers/led.c' (strip level 3)" },
	/* a base without the file */
	{ "--- a/lib/none.c\n+++ b/lib/none.c\n@@ -1 +1 @@\n-a\n+b\n", NULL,
	  "lib/none.c: there is no such file in the base", NULL },
	{ "diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\nliteral 3\n",
	  "a binary patch cannot be compared as text", NULL, NULL },
};

/* Each repair, and the like of it that must be refused. What is malformed keeps its text. */
static void test_repairs (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	guint i;

	fixture_commit_base (fixture);
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *mail = archive_mail (cases[i].diff);
		g_autoptr (GError) error = NULL;
		g_autoptr (Import) in = import_text (fixture, mail, &error);
		const PostedPatch *patch;

		g_assert_no_error (error);
		patch = patch_at (in, 0);
		g_test_message ("case %u: %s | %s", i, patch->malformed, patch->problem);
		g_assert_true (!patch->malformed == !cases[i].malformed);
		g_assert_true (!patch->problem == !cases[i].problem);
		if (patch->malformed)
			g_assert_nonnull (strstr (patch->malformed, cases[i].malformed));
		if (patch->problem)
			g_assert_nonnull (strstr (patch->problem, cases[i].problem));
		g_assert_cmpint (patch->repairs->len > 0, ==, cases[i].repair != NULL);
		if (cases[i].repair)
			g_assert_true (has (patch->repairs, cases[i].repair));
	}
}

/* A file of the base that really is called so keeps its suffix. */
static void test_suffix_kept (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *mail =
		archive_mail ("--- x/led.c.orig\n+++ y/led.c.orig\n@@ -1 +1 @@\n-a\n+b\n");
	g_autoptr (Import) in = NULL;

	fixture_commit_base (fixture);
	fixture_run (fixture->repo, "echo a > led.c && echo a > led.c.orig && git add -A && "
				    "git commit -q -m more && git tag -f v1 >/dev/null");
	in = import_text (fixture, mail, NULL);
	g_assert_nonnull (strstr (patch_at (in, 0)->text, "+++ b/led.c.orig\n"));
}

/* Without a base only what the counts prove is repaired, and a note says so. */
static void test_no_base (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *path = fixture_data ("archive.txt");
	g_autoptr (GError) error = NULL;
	g_autoptr (Import) in = import_read (path, &(ImportOptions){ 0 }, &error);

	(void) fixture;
	g_assert_no_error (error);
	g_assert_true (has (in->notes, "there is no base to check against"));
	g_assert_cmpuint (in->patches->len, ==, 4);
	g_assert_nonnull (strstr (patch_at (in, 0)->text, "+++ b/drivers/led.c\n"));
	g_assert_nonnull (patch_at (in, 1)->malformed);
	g_assert_cmpuint (patch_at (in, 2)->needs->len, ==, 0);
}

/* Bad input is one error with a way out, and nothing is written. */
static void test_bad_input (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const diffs[][2] = {
		{ "", "no mail of 'mail.txt' carries a diff" },
		{ "--- a/../../etc/passwd\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n-a\n+b\n",
		  "mail.txt:8: path 'a/../../etc/passwd' does not stay inside the tree" },
		{ "--- /etc/passwd\n+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n", "mail.txt:8: path" },
		{ "--- a/.git/config\n+++ b/.git/config\n@@ -1 +1 @@\n-a\n+b\n",
		  "mail.txt:8: path" },
		{ "diff --git a/x b/.GIT/x\nrename from x\nrename to .GIT/x\n",
		  "mail.txt:8: path" },
	};
	g_autofree char *none = g_build_filename (fixture->dir, "none", NULL);
	guint i;

	fixture_commit_base (fixture);
	for (i = 0; i < G_N_ELEMENTS (diffs); i++) {
		g_autofree char *mail = archive_mail (diffs[i][0]);
		g_autoptr (GError) error = NULL;
		g_autoptr (Import) in = import_text (fixture, mail, &error);

		g_assert_null (in);
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_assert_true (g_str_has_prefix (error->message, diffs[i][1]));
		g_assert_nonnull (strchr (error->message, '\n'));
	}
	for (i = 0; i < 2; i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (Import) in = import (fixture, i ? none : fixture->dir, &error);

		g_assert_null (in);
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	}
}

static char *listing (Fixture *fixture)
{
	return fixture_shell (fixture->dir, "find out -printf '%p %T@ %i %s\\n' | sort; cat out/*",
			      NULL);
}

/* Writing twice changes nothing; patches that are in the series already keep their places. */
static void test_write_twice (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *dir = g_build_filename (fixture->dir, "out", NULL);
	g_autoptr (Import) in = NULL;
	g_autoptr (Import) again = NULL;
	g_autofree char *first = NULL;
	g_autofree char *second = NULL;
	g_autofree char *series = NULL;
	guint written = 0;

	fixture_commit_base (fixture);
	fixture_put (fixture->dir, "out/mine.patch", "--- a/Makefile\n+++ b/Makefile\n");
	fixture_put (fixture->dir, "out/series", "# mine\nmine.patch -p0\n");
	in = import_data (fixture, "archive.txt");
	g_assert_true (import_write (in, dir, &written, NULL));
	g_assert_cmpuint (written, ==, 5);
	first = listing (fixture);
	again = import_data (fixture, "archive.txt");
	g_assert_true (import_write (again, dir, &written, NULL));
	g_assert_cmpuint (written, ==, 0);
	second = listing (fixture);
	/* The folder's own time may move: a folder for new text was made in it. */
	g_assert_cmpstr (strstr (first, "out/"), ==, strstr (second, "out/"));
	series = fixture_read (dir, "series");
	g_assert_cmpstr (series, ==,
			 "# mine\nmine.patch -p0\n0002-led-take-any-number-for-on.patch\n"
			 "0003-led-remember-how-often_to-blink.patch\n"
			 "0004-led-times-is-never-negative.patch\n"
			 "0005-led-times-is-never-negative.patch\n");
}

/* A folder that cannot be written leaves what was there, and no crumbs. */
static void test_write_fails (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *file = fixture_write (fixture->dir, "out", "a file");
	g_autoptr (Import) in = NULL;
	g_autoptr (GError) error = NULL;

	fixture_commit_base (fixture);
	in = import_data (fixture, "archive.txt");
	g_assert_false (import_write (in, file, NULL, &error));
	g_assert_nonnull (error);
}

/* git am reads what we write: author, date, subject and tree are those of our own commits. */
static void test_git_am (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *dir = g_build_filename (fixture->dir, "out", NULL);
	g_autoptr (Import) in = NULL;
	guint i;

	fixture_commit_base (fixture);
	in = import_data (fixture, "thread.mbox");
	g_assert_true (import_write (in, dir, NULL, NULL));
	for (i = 0; i < in->patches->len; i++) {
		const PostedPatch *patch = patch_at (in, i);
		GPtrArray *patches = g_ptr_array_new_with_free_func (g_free);
		g_autoptr (Repo) repo = repo_open (fixture->repo, NULL);
		g_autofree char *base = repo_resolve (repo, "v1", NULL);
		g_autoptr (Variant) variant = NULL;
		g_autoptr (Applied) applied = NULL;
		g_autofree char *command = NULL;
		g_autofree char *theirs = NULL;
		g_autofree char *show = NULL;
		g_autofree char *ours = NULL;

		g_ptr_array_add (patches, g_build_filename (dir, patch->file, NULL));
		variant = variant_new ("it", patches, NULL);
		applied = variant_apply (repo, base, NULL, variant, 0, NULL);
		g_assert_true (applied->ok);
		show = g_strdup_printf ("git log -1 --format='%%an|%%ae|%%aD|%%s|%%b|%%T' %s",
					applied->commit);
		ours = fixture_line (fixture->repo, show);
		command = g_strdup_printf ("git checkout -q --detach v1 && git am -q ../out/%s && "
					   "git log -1 --format='%%an|%%ae|%%aD|%%s|%%b|%%T'",
					   patch->file);
		theirs = fixture_line (fixture->repo, command);
		g_assert_cmpstr (ours, ==, theirs);
	}
}

/* A series of four by git format-patch, each on the one before: every patch finds what it needs
 * below it, and the topmost stack is the tree that git has. */
static void test_series (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char make[] =
		"for i in 1 2 3 4; do sed -i \"s/times.*;/times, int n$i);/\" include/led.h && "
		"sed -i \"s/for (i = 0; i < .*; i++)/for (i = 0; i < $i; i++)/\" drivers/led.c && "
		"echo $i > new$i && git add -A && git commit -q -m \"led: step $i\"; done; "
		"git mv drivers/led.c drivers/lamp.c && git commit -q --amend --no-edit && "
		"git format-patch -q --stdout -M v1 > ../series.mbox";
	g_autofree char *path = g_build_filename (fixture->dir, "series.mbox", NULL);
	g_autofree char *dir = g_build_filename (fixture->dir, "out", NULL);
	g_autofree char *base = NULL;
	g_autofree char *expected_tree = NULL;
	g_autoptr (Import) in = NULL;
	g_autoptr (Repo) repo = NULL;
	g_autoptr (GPtrArray) paths = NULL;
	g_autoptr (Variant) variant = NULL;
	g_autoptr (Applied) applied = NULL;
	guint i;

	fixture_commit_base (fixture);
	fixture_run (fixture->repo, make);
	expected_tree = fixture_line (fixture->repo, "git rev-parse 'HEAD^{tree}'");
	in = import (fixture, path, NULL);
	g_assert_cmpuint (in->patches->len, ==, 4);
	for (i = 0; i < 4; i++) {
		g_assert_null (patch_at (in, i)->problem);
		g_assert_cmpuint (patch_at (in, i)->needs->len, ==, i);
		g_assert_cmpuint (patch_at (in, i)->repairs->len, ==, 0);
	}
	g_assert_true (import_write (in, dir, NULL, NULL));
	repo = repo_open (fixture->repo, NULL);
	base = repo_resolve (repo, "v1", NULL);
	paths = series_read (dir, NULL);
	variant = variant_new ("all", g_ptr_array_ref (paths), NULL);
	applied = variant_apply (repo, base, NULL, variant, 0, NULL);
	g_assert_cmpstr (applied->tree, ==, expected_tree);
}

/* ---- whatever bytes ---- */

/* What an import calls sound can be written, read again and applied; nothing else is promised. */
static guint check_sound (Fixture *fixture, const Import *in)
{
	g_autofree char *dir = g_build_filename (fixture->dir, "out", NULL);
	g_autoptr (Repo) repo = repo_open (fixture->repo, NULL);
	g_autofree char *base = repo_resolve (repo, "v1", NULL);
	guint i, sound = 0;

	g_assert_true (import_write (in, dir, NULL, NULL));
	for (i = 0; i < in->patches->len; i++) {
		const PostedPatch *patch = patch_at (in, i);
		GPtrArray *patches = g_ptr_array_new_with_free_func (g_free);
		g_autoptr (Variant) variant = NULL;
		g_autoptr (Applied) applied = NULL;
		g_autoptr (GError) error = NULL;
		guint j;

		if (patch->left_out) {
			g_ptr_array_unref (patches);
			continue;
		}
		for (j = 0; j < patch->needs->len; j++)
			g_ptr_array_add (patches,
					 g_build_filename (dir, patch->needs->pdata[j], NULL));
		g_ptr_array_add (patches, g_build_filename (dir, patch->file, NULL));
		variant = variant_new ("it", patches, &error);
		g_assert_no_error (error);
		applied = variant_apply (repo, base, NULL, variant, 0, &error);
		g_assert_no_error (error);
		if (applied->ok != (!patch->malformed && !patch->problem))
			g_error ("%s: %s | %s | %s", patch->file, applied->detail, patch->malformed,
				 patch->problem);
		sound += applied->ok;
	}
	g_assert_true (files_remove_tree (dir, NULL));
	return sound;
}

/* Sources with any byte changed are read or refused; what is called sound is. */
static void test_mutations (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const sources[] = { "archive.txt", "thread.mbox", "crlf.eml" };
	g_autoptr (GRand) rand = g_rand_new_with_seed (22);
	guint i, j, read = 0, sound = 0;

	fixture_commit_base (fixture);
	for (i = 0; i < 240; i++) {
		g_autofree char *path = fixture_data (sources[i % G_N_ELEMENTS (sources)]);
		g_autofree char *text = files_read (path, NULL, NULL);
		g_autoptr (Import) in = NULL;
		g_autoptr (GError) error = NULL;

		for (j = 0; j < 8; j++)
			text[g_rand_int_range (rand, 0, (gint32) strlen (text))] =
				"\n -+@.\r\"<>=:\t0\377"[g_rand_int_range (rand, 0, 15)];
		in = import_text (fixture, text, &error);
		g_assert_true (!in == (error != NULL));
		if (!in)
			continue;
		read++;
		sound += check_sound (fixture, in);
	}
	g_test_message ("%u read, %u sound patches", read, sound);
	g_assert_cmpuint (read, >, 100);
	g_assert_cmpuint (sound, >, 100);
}

/* ---- the thread that bakeoff was born from ---- */

typedef struct {
	const char *file, *name, *author, *needs, *malformed;
} Expected;

static const Expected expected[] = {
	{ "0001-at91_mci.c-fix-by-Marc-Pignat.patch", "at91-mci-fix-marc-pignat",
	  "Marc Pignat <marc.pignat@hevs.ch>", NULL, NULL },
	{ "0003-kunmap-must-be-called-on-the-pointer-returned-by-kmap.patch",
	  "kunmap-called-pointer", "Marc Pignat <marc.pignat@hevs.ch>", NULL, NULL },
	{ "0004-page_mapping-must-avoid-slub-pages.patch", "page-mapping-avoid-slub",
	  "Hugh Dickins <hugh@veritas.com>", NULL, NULL },
	{ "0005-ARM-Allocate-dma-pages-via-the-page-allocator-and-not.patch",
	  "arm-allocate-dma-pages", "Christoph Lameter <clameter@sgi.com>", NULL, NULL },
	{ "0006-Add-VM_BUG_ON-in-case-someone-uses-page_mapping-on-a.patch", "add-vm-bug-on",
	  "Christoph Lameter <clameter@sgi.com>", "0004-page_mapping-must-avoid-slub-pages.patch",
	  NULL },
	{ "0007-Add-VM_BUG_ON-in-case-someone-uses-page_mapping-on-a.patch",
	  "add-vm-bug-on-lameter", "Christoph Lameter <clameter@sgi.com>", NULL,
	  "include/linux/mm.h: hunk 1 ends after 7 of 12 old lines: the mail was cut at "
	  "slub-flush-dcache-page.txt:648" },
	{ "0008-PA-RISC-Use-page-allocator-instead-of-slab-allocator.patch",
	  "pa-risc-page-allocator", "Christoph Lameter <clameter@sgi.com>", NULL, NULL },
};

static char *thread_path (void)
{
	const char *given = g_getenv ("BAKEOFF_THREADS");
	g_autofree char *path = g_build_filename (given ? given : "../shared/threads",
						  "slub-flush-dcache-page.txt", NULL);

	return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

static void check_thread (const Import *in, gboolean with_base)
{
	guint i;

	g_assert_cmpuint (in->n_messages, ==, 50);
	g_assert_cmpuint (in->n_diffs, ==, 8);
	g_assert_cmpuint (in->patches->len, ==, G_N_ELEMENTS (expected));
	for (i = 0; i < G_N_ELEMENTS (expected); i++) {
		const PostedPatch *patch = patch_at (in, i);

		g_assert_cmpstr (patch->file, ==, expected[i].file);
		g_assert_cmpstr (candidate_at (in, i)->name, ==, expected[i].name);
		g_assert_cmpstr (patch->author, ==, expected[i].author);
		g_assert_cmpstr (patch->malformed, ==, expected[i].malformed);
		g_assert_null (patch->problem);
		g_assert_null (patch->answers);
		g_assert_null (strstr (patch->text, "Fixed"));
		g_assert_null (strstr (patch->text, "Maybe"));
		g_assert_cmpint (patch->needs->len, ==, with_base && expected[i].needs);
		if (patch->needs->len)
			g_assert_cmpstr (g_ptr_array_index (patch->needs, 0), ==,
					 expected[i].needs);
	}
	g_assert_true (has (patch_at (in, 1)->also, "Marc Pignat, Thu, 21 Jun 2007 07:57 ("));
	g_assert_true (has (in->notes, "its diffstat names 'include/linux/mm.h'"));
}

/* The real thread: eight mails with a diff, seven patches, one posted twice, one cut. */
static void test_real_thread (void)
{
	g_autofree char *path = thread_path ();
	g_autoptr (GError) error = NULL;
	g_autoptr (Import) in = NULL;

	if (!path) {
		g_test_skip ("the thread is not here: set BAKEOFF_THREADS");
		return;
	}
	in = import_read (path, &(ImportOptions){ 0 }, &error);
	g_assert_no_error (error);
	check_thread (in, FALSE);
}

static void apply_candidate (Repo *repo, const char *base, const char *dir,
			     const PostedPatch *patch)
{
	GPtrArray *patches = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (Variant) variant = NULL;
	g_autoptr (Applied) applied = NULL;
	g_autoptr (GError) error = NULL;
	guint i;

	for (i = 0; i < patch->needs->len; i++)
		g_ptr_array_add (patches,
				 g_build_filename (dir, g_ptr_array_index (patch->needs, i), NULL));
	g_ptr_array_add (patches, g_build_filename (dir, patch->file, NULL));
	variant = variant_new ("it", patches, &error);
	g_assert_no_error (error);
	applied = variant_apply (repo, base, NULL, variant, 0, &error);
	g_assert_no_error (error);
	g_assert_true (applied->ok == !patch->malformed);
	if (!applied->ok)
		g_assert_true (g_str_has_suffix (applied->detail, patch->malformed));
}

/* The same on the real tree: the first VM_BUG_ON needs Hugh Dickins' patch, and all that is not cut
 * applies. */
static void test_real_tree (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	const char *linux_path = g_getenv ("BAKEOFF_LINUX");
	g_autofree char *path = thread_path ();
	g_autofree char *dir = g_build_filename (fixture->dir, "out", NULL);
	g_autoptr (GError) error = NULL;
	g_autoptr (Repo) repo = NULL;
	g_autofree char *base = NULL;
	g_autoptr (Import) in = NULL;
	guint i;

	if (!path || !linux_path) {
		g_test_skip ("set BAKEOFF_THREADS and BAKEOFF_LINUX, a clone with v2.6.22-rc5");
		return;
	}
	repo = repo_open (linux_path, &error);
	g_assert_no_error (error);
	base = repo_resolve (repo, "v2.6.22-rc5", &error);
	g_assert_no_error (error);
	in = import_read (path, &(ImportOptions){ .repo = repo, .base = base }, &error);
	g_assert_no_error (error);
	check_thread (in, TRUE);
	g_assert_true (import_write (in, dir, NULL, &error));
	for (i = 0; i < in->patches->len; i++)
		apply_candidate (repo, base, dir, patch_at (in, i));
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/import/archive", test_archive);
	fixture_add ("/import/mbox", test_mbox);
	fixture_add ("/import/crlf", test_crlf);
	fixture_add ("/import/crlf-kept", test_crlf_kept);
	fixture_add ("/import/repairs", test_repairs);
	fixture_add ("/import/suffix-kept", test_suffix_kept);
	fixture_add ("/import/no-base", test_no_base);
	fixture_add ("/import/bad-input", test_bad_input);
	fixture_add ("/import/write-twice", test_write_twice);
	fixture_add ("/import/write-fails", test_write_fails);
	fixture_add ("/import/git-am", test_git_am);
	fixture_add ("/import/series", test_series);
	fixture_add ("/import/mutations", test_mutations);
	g_test_add_func ("/import/real-thread", test_real_thread);
	fixture_add ("/import/real-tree", test_real_tree);
	return g_test_run ();
}
