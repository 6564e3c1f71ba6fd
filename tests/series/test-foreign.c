/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Diffs that nobody should believe: malformed, cut, edited below their index lines, with links,
 * NUL bytes and characters that deceive. Each refusal has a counterpart that is taken.
 */
#include "base/error.h"
#include "series/import.h"
#include "series/variant.h"
#include "tests/series/fixture.h"

#define MAIL                                                                                       \
	"From: Ada Byte <ada@example.org>\nDate: Mon, 1 Mar 2021 10:10:00 +0000\n"                 \
	"Message-ID: <1@example.org>\nSubject: [PATCH] led: blink\n\nIt blinks.\n---\n\n"

static Import *import_bytes (Fixture *fixture, const char *diff, gsize length, GError **error)
{
	g_autoptr (Repo) repo = repo_open (fixture->repo, NULL);
	g_autofree char *base = repo_resolve (repo, "v1", NULL);
	g_autofree char *path = g_build_filename (fixture->dir, "mail.txt", NULL);
	g_autoptr (GString) mail = g_string_new (MAIL);

	g_string_append_len (mail, diff, (gssize) length);
	g_assert_true (g_file_set_contents (path, mail->str, (gssize) mail->len, NULL));
	return import_read (path, &(ImportOptions){ .repo = repo, .base = base }, error);
}

/* The only candidate of a mail with @diff. */
static const PostedPatch *import_diff (Fixture *fixture, const char *diff, Import **out_import)
{
	g_autoptr (GError) error = NULL;

	*out_import = import_bytes (fixture, diff, strlen (diff), &error);
	g_assert_no_error (error);
	g_assert_cmpuint ((*out_import)->patches->len, ==, 1);
	return (*out_import)->patches->pdata[0];
}

static Applied *apply_texts (Fixture *fixture, const char *const *texts)
{
	g_autoptr (Repo) repo = repo_open (fixture->repo, NULL);
	g_autofree char *base = repo_resolve (repo, "v1", NULL);
	GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (Variant) variant = NULL;
	g_autoptr (GError) error = NULL;
	Applied *applied;
	guint i;

	for (i = 0; texts[i]; i++) {
		g_autofree char *name = g_strdup_printf ("p/%u.patch", i);

		g_ptr_array_add (paths, fixture_write (fixture->dir, name, texts[i]));
	}
	variant = variant_new ("v", paths, &error);
	g_assert_no_error (error);
	applied = variant_apply (repo, base, NULL, variant, 2, &error);
	g_assert_no_error (error);
	return applied;
}

static void assert_has (const char *text, const char *part)
{
	if (!text || !strstr (text, part))
		g_error ("'%s' is not in: %s", part, text ? text : "nothing");
}

/* ---- malformed ---- */

#define LED "--- a/drivers/led.c\n+++ b/drivers/led.c\n"

/* What is wrong is told with the mail, the line and the reason, and the patch is not used. */
static void test_malformed (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const cases[][2] = {
		{ LED "@@ -99999999,3 +1,3 @@\n x\n", "mail.txt:11: this is no hunk header" },
		{ LED "@@ -1,3 +1,99999999999999999999 @@\n x\n",
		  "mail.txt:11: this is no hunk header" },
		{ LED "@@ -1,3 +1,-3 @@\n x\n", "mail.txt:11: this is no hunk header" },
		/* ten million lines are promised: nothing is reserved for them */
		{ LED "@@ -1,9999999 +1,9999999 @@\n /* A lamp that blinks. */\n",
		  "hunk 1 ends after 1 of 9999999 old lines: see mail.txt:12" },
		{ LED "@@ -4,3 +4,3 @@\n struct led {\n-\tint pin;\n+\tlong pin;\n \tint on;\n"
		      "@@ -6,2 +6,2 @@\n-\tint on;\n+\tlong on;\n };\n",
		  "mail.txt:16: this hunk begins above the end of the one before it" },
		{ LED "@@ -4,3 +4,3 @@\n struct led {\n-\tint pin;\n+\tlong p",
		  "hunk 1 ends after 2 of 3 old lines: see mail.txt:14" },
		{ "diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\nliteral 3\n",
		  "mail.txt:11: a binary patch" },
		{ "diff --cc x\nindex 1,2..3\n", "mail.txt:9: a merge's combined diff" },
		{ "diff --git a/Makefile b/Makefile\nold mode 100644\nnew mode 10075 100755\n",
		  "mail.txt:11: this is no file's mode" },
		{ "diff --git a/Makefile b/Makefile\nold mode 100644\nnew mode 100644\n",
		  "mail.txt:11: this file's header has no hunk below it" },
		{ "diff --git a/Makefile b/makefile\nsimilarity index 100%\nrename from Makefile\n"
		  "rename to make\n",
		  "mail.txt:12: this is not the name that the 'diff --git' line gives" },
	};
	guint i;

	fixture_commit_base (fixture);
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (Import) in = NULL;
		const PostedPatch *candidate = import_diff (fixture, cases[i][0], &in);
		const char *texts[] = { candidate->text, NULL };
		g_autoptr (Applied) applied = apply_texts (fixture, texts);

		assert_has (candidate->malformed, cases[i][1]);
		g_assert_false (applied->ok);
	}
}

/* Hunks that follow each other closely, as diff -U0 and -U1 write them, do not overlap; a mode
 * alone is a change. */
static void test_close (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char close[] = LED
		"@@ -5 +5 @@\n-\tint pin;\n+\tlong pin;\n@@ -6 +6 @@\n-\tint on;\n+\tlong on;\n";
	static const char sides[] =
		LED "@@ -4,2 +4,2 @@\n struct led {\n-\tint pin;\n+\tlong pin;\n"
		    "@@ -6,2 +6,2 @@\n-\tint on;\n+\tlong on;\n };\n";
	static const char mode[] =
		"diff --git a/Makefile b/Makefile\nold mode 100644\nnew mode 100755\n";
	const char *const all[] = { close, sides, mode };
	guint i;

	fixture_commit_base (fixture);
	for (i = 0; i < G_N_ELEMENTS (all); i++) {
		g_autoptr (Import) in = NULL;

		g_assert_null (import_diff (fixture, all[i], &in)->malformed);
	}
}

/* ---- the index line ---- */

/* What git makes of @script, a sed script, on drivers/led.c. */
static char *git_diff (Fixture *fixture, const char *script)
{
	g_autofree char *command = g_strdup_printf (
		"sed -i '%s' drivers/led.c && git diff && git checkout -q .", script);

	return fixture_shell (fixture->repo, command, NULL);
}

static char *replaced (const char *text, const char *what, const char *by)
{
	g_auto (GStrv) parts = g_strsplit (text, what, 2);

	g_assert_cmpuint (g_strv_length (parts), ==, 2);
	return g_strjoinv (by, parts);
}

/* A blank that an added line lost shows in no context, only in what the index line promises: the
 * patch is refused, its file remembers it, and who takes the header away has decided otherwise.
 * Without the line, or on another base, nobody can tell. */
static void test_index (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *whole = NULL, *damaged = NULL, *other = NULL, *none = NULL, *edited = NULL;
	g_autoptr (Import) in = NULL, in2 = NULL, in3 = NULL, in4 = NULL;
	g_autoptr (Applied) refused = NULL, taken = NULL;
	const PostedPatch *candidate;
	const char *index;

	fixture_commit_base (fixture);
	whole = git_diff (fixture, "s/value & 1/value \\& 3/");
	damaged = replaced (whole, "return value & 3;", "return value& 3;");
	index = strstr (damaged, "index ");
	other = replaced (damaged, "index ", "index f");
	none = g_strdup_printf ("%.*s%s", (int) (index - damaged), damaged,
				strchr (index, '\n') + 1);
	g_assert_null (import_diff (fixture, whole, &in)->malformed);
	g_assert_null (import_diff (fixture, other, &in2)->malformed);
	g_assert_null (import_diff (fixture, none, &in3)->malformed);
	candidate = import_diff (fixture, damaged, &in4);
	assert_has (candidate->malformed, "mail.txt:9: drivers/led.c: the hunks do not make ");
	{
		const char *texts[] = { candidate->text, NULL };

		refused = apply_texts (fixture, texts);
		g_assert_false (refused->ok);
		assert_has (refused->detail, "0.patch: refused when it was imported: mail.txt:9: ");
		edited = replaced (candidate->text, "X-Bakeoff-Refused: ", "X-Seen: ");
		texts[0] = edited;
		taken = apply_texts (fixture, texts);
		g_assert_true (taken->ok);
	}
}

/* Patch 2 of 2 is made on what patch 1 makes: its index line is held against that. */
static void test_index_of_stack (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *mails = NULL, *damaged = NULL, *path = NULL, *broken = NULL;
	g_autoptr (Repo) repo = NULL;
	g_autofree char *base = NULL;
	g_autoptr (Import) sound = NULL, unsound = NULL;
	g_autoptr (GError) error = NULL;

	fixture_commit_base (fixture);
	mails = fixture_shell (
		fixture->repo,
		"sed -i 's/int pin;/long pin;/' drivers/led.c && git commit -qam one &&"
		"sed -i 's/long pin;/u64 pin;/' drivers/led.c && git commit -qam two &&"
		"git format-patch --stdout -2",
		NULL);
	repo = repo_open (fixture->repo, NULL);
	base = repo_resolve (repo, "v1", NULL);
	path = fixture_write (fixture->dir, "mails", mails);
	sound = import_read (path, &(ImportOptions){ .repo = repo, .base = base }, &error);
	g_assert_no_error (error);
	damaged = replaced (mails, "+\tu64 pin;", "+\tu64  pin;");
	broken = fixture_write (fixture->dir, "broken", damaged);
	unsound = import_read (broken, &(ImportOptions){ .repo = repo, .base = base }, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (sound->patches->len, ==, 2);
	g_assert_cmpuint (unsound->patches->len, ==, 2);
	g_assert_null (((PostedPatch *) sound->patches->pdata[1])->malformed);
	g_assert_null (((PostedPatch *) unsound->patches->pdata[0])->malformed);
	assert_has (((PostedPatch *) unsound->patches->pdata[1])->malformed,
		    "drivers/led.c: the hunks do not make ");
}

/* Blanks for tabs are made tabs again where the index line proves it. Without it the context could
 * be had from the base, but nothing would say what the added line was: it is left alone. */
static void test_tabs (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *whole = NULL, *none = NULL;
	g_autoptr (Import) in = NULL, in2 = NULL;
	g_auto (GStrv) parts = NULL;
	g_autofree char *blanks = NULL;
	const PostedPatch *candidate;
	const char *index;

	fixture_commit_base (fixture);
	whole = git_diff (fixture, "s/value & 1;/value \\& 1 ?\\t2 : 3;/");
	parts = g_strsplit (whole, "\t", -1);
	blanks = g_strjoinv ("        ", parts);
	index = strstr (blanks, "index ");
	none = g_strdup_printf ("%.*s%s", (int) (index - blanks), blanks, strchr (index, '\n') + 1);
	candidate = import_diff (fixture, blanks, &in);
	g_assert_null (candidate->malformed);
	assert_has (candidate->text, "\n+\treturn value & 1 ?\t2 : 3;\n");
	assert_has (candidate->text, "X-Bakeoff-Repair: blanks in added lines made tabs in 1 file: "
				     "the index lines' blobs prove it\n");
	candidate = import_diff (fixture, none, &in2);
	g_assert_null (candidate->malformed);
	assert_has (candidate->problem, "fits nowhere");
}

/* Context that was broken is joined where the base has it whole, index line or not; an added line
 * only where that is proven. */
static void test_broken (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char context[] = LED
		"@@ -8,3 +8,3 @@\n \n-static int led_read (struct led *led)\n"
		"+static long led_read (struct led *led)\n {\n"
		"@@ -18,4 +18,4 @@\n }\n \n static void led_write\n(struct led *led, int on)\n {\n";
	static const char added[] =
		LED "@@ -8,3 +8,3 @@\n \n-static int led_read (struct led *led)\n"
		    "+static long led_read\n(struct led *led)\n {\n";
	g_autoptr (Import) in = NULL, in2 = NULL;
	const PostedPatch *candidate;

	fixture_commit_base (fixture);
	candidate = import_diff (fixture, context, &in);
	g_assert_null (candidate->malformed);
	assert_has (candidate->text, "\n static void led_write (struct led *led, int on)\n");
	assert_has (candidate->text,
		    "1 line joined to the broken one above: the base has it whole");
	candidate = import_diff (fixture, added, &in2);
	assert_has (candidate->malformed, "drivers/led.c: hunk 1 ends after 2 of 3 old lines");
}

/* A name that ends in a blank keeps it in the patch file that is written. */
static void test_blank_at_end (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char diff[] = "diff --git \"a/x \" \"b/x \"\nnew file mode 100644\n"
				   "--- /dev/null\n+++ \"b/x \"\n@@ -0,0 +1 @@\n+a\n";
	g_autoptr (Import) in = NULL;
	const char *texts[] = { NULL, NULL };
	g_autoptr (Applied) applied = NULL;
	g_autofree char *command = NULL, *names = NULL;

	fixture_commit_base (fixture);
	texts[0] = import_diff (fixture, diff, &in)->text;
	applied = apply_texts (fixture, texts);
	g_assert_true (applied->ok);
	command = g_strdup_printf ("git diff --name-only v1 %s", applied->commit);
	names = fixture_shell (fixture->repo, command, NULL);
	g_assert_cmpstr (names, ==, "x \n");
}

/* ---- links ---- */

#define NEW_LINK(name, target)                                                                     \
	"diff --git a/" name " b/" name "\nnew file mode 120000\n--- /dev/null\n+++ b/" name       \
	"\n@@ -0,0 +1 @@\n+" target "\n\\ No newline at end of file\n"
#define NEW_FILE(name)                                                                             \
	"diff --git a/" name " b/" name "\nnew file mode 100644\n--- /dev/null\n+++ b/" name       \
	"\n@@ -0,0 +1 @@\n+owned\n"

/* Nothing is written through a link that a patch makes: in the same patch, in one above it, by a
 * rename. The link alone, and a file beside it, are fine. */
static void test_links (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const bad[][3] = {
		{ NEW_LINK ("out", "/etc") NEW_FILE ("out/passwd"), NULL, NULL },
		{ NEW_FILE ("out/passwd") NEW_LINK ("out", "/etc"), NULL, NULL },
		{ NEW_LINK ("out", "../.."), NEW_FILE ("out/x/y"), NULL },
		{ NEW_LINK ("out", "drivers"),
		  "--- a/out/led.c\n+++ b/out/led.c\n@@ -1 +1 @@\n-/* A lamp that blinks. */\n+x\n",
		  NULL },
		{ NEW_LINK ("out", "/etc"),
		  "diff --git a/Makefile b/out/Makefile\nsimilarity index 100%\n"
		  "rename from Makefile\nrename to out/Makefile\n",
		  NULL },
		/* a submodule is no file */
		{ "diff --git a/m b/m\nnew file mode 160000\n--- /dev/null\n+++ b/m\n"
		  "@@ -0,0 +1 @@\n+Subproject commit 0123456789abcdef0123456789abcdef01234567\n",
		  NULL, NULL },
	};
	static const char *const good[] = { NEW_LINK ("out", "drivers"), NEW_FILE ("beside/x"),
					    NULL };
	static const char *const whys[] = { "'out' is a file there", "out: is a folder there",
					    "'out' is a file there", "there is no such file",
					    "'out' is a file there", "a submodule?" };
	g_autoptr (Applied) fine = NULL;
	guint i;

	fixture_commit_base (fixture);
	for (i = 0; i < G_N_ELEMENTS (bad); i++) {
		g_autoptr (Applied) applied = apply_texts (fixture, bad[i]);

		g_assert_false (applied->ok);
		g_assert_null (applied->tree);
		assert_has (applied->detail, whys[i]);
	}
	fine = apply_texts (fixture, good);
	g_assert_true (fine->ok);
}

/* Of a mail with one diff in its text and another attached each is a patch by itself: the text's
 * diff does not get into the description of the other one. */
static void test_two_in_a_mail (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char mail[] =
		"From: Ada Byte <ada@example.org>\nSubject: [PATCH] two\nMIME-Version: 1.0\n"
		"Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\n"
		"Words.\n\n" NEW_FILE ("a") "\n--b\nContent-Type: text/x-patch\n\n" NEW_FILE (
			"b") "\n--b--\n";
	g_autofree char *path = fixture_write (fixture->dir, "two", mail);
	g_autoptr (GError) error = NULL;
	g_autoptr (Import) in = import_read (path, &(ImportOptions){ 0 }, &error);
	const PostedPatch *second;

	g_assert_no_error (error);
	g_assert_cmpuint (in->patches->len, ==, 2);
	second = in->patches->pdata[1];
	assert_has (second->text, "Words.\n---\n");
	assert_has (second->text, "diff --git a/b b/b\n");
	g_assert_null (strstr (second->text, "diff --git a/a b/a\n"));
}

/* ---- bytes ---- */

/* A NUL ends no text silently: a mail's part with one is not read and that is told, and so is an
 * archive's page, and a patch file. */
static void test_nul (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char diff[] = NEW_FILE ("a") "+\0\n" NEW_FILE ("b");
	static const char page[] =
		"Page\n\nFrom: Ada Byte\nDate: Monday, March 1, 2021 - 10:10 am\n\n" NEW_FILE (
			"a") "\0" NEW_FILE ("b");
	g_autofree char *file = g_build_filename (fixture->dir, "p/nul.patch", NULL);
	g_autofree char *archive = g_build_filename (fixture->dir, "page", NULL);
	GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (Variant) variant = NULL;
	g_autoptr (Applied) applied = NULL;
	g_autoptr (GError) error = NULL, error2 = NULL, error3 = NULL;
	g_autoptr (Repo) repo = NULL;
	g_autofree char *base = NULL;

	fixture_commit_base (fixture);
	g_assert_null (import_bytes (fixture, diff, sizeof diff - 1, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	assert_has (error->message, "is no text and was not read");
	g_assert_true (g_file_set_contents (archive, page, sizeof page - 1, NULL));
	g_assert_null (import_read (archive, &(ImportOptions){ 0 }, &error2));
	g_assert_error (error2, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	assert_has (error2->message, "'page' has a NUL byte");
	fixture_put (fixture->dir, "p/x", "");
	g_assert_true (g_file_set_contents (file, diff, sizeof diff - 1, NULL));
	g_ptr_array_add (paths, g_strdup (file));
	variant = variant_new ("v", paths, &error3);
	g_assert_no_error (error3);
	repo = repo_open (fixture->repo, NULL);
	base = repo_resolve (repo, "v1", NULL);
	applied = variant_apply (repo, base, NULL, variant, 0, &error3);
	g_assert_no_error (error3);
	g_assert_false (applied->ok);
	/* six lines of the file's diff, and the NUL is in the next */
	assert_has (applied->detail, "nul.patch:7: there is a NUL byte in it");
}

#define ADDED(text)                                                                                \
	"diff --git a/new b/new\nnew file mode 100644\n--- /dev/null\n+++ b/new\n"                 \
	"@@ -0,0 +1,2 @@\n+int a;\n+" text "\n"

/* Characters that make a diff look like another one are found, with line and name, in what is added
 * and in a path's escapes; those that sources do have are let through. */
static void test_control (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const bad[][2] = {
		{ ADDED ("/*\xe2\x80\xae } \xe2\x81\xa6if (a)*/"), "mail.txt:15: U+202E" },
		{ ADDED ("x\xe2\x80\xaa"), "mail.txt:15: U+202A" },
		{ ADDED ("x\xe2\x81\xa9"), "mail.txt:15: U+2069" },
		{ ADDED ("x\xe2\x80\x8b"), "mail.txt:15: U+200B" },
		{ ADDED ("x\xe2\x80\x8f"), "mail.txt:15: U+200F" },
		{ ADDED ("x\xef\xbb\xbf"), "mail.txt:15: U+FEFF" },
		{ ADDED ("\xef\xbb\xbfx"), "mail.txt:15: U+FEFF" },
		{ ADDED ("\x1b[2K"), "mail.txt:15: U+001B" },
		{ ADDED ("x\b\b"), "mail.txt:15: U+0008" },
		{ ADDED ("\xc2\x9b"), "mail.txt:15: U+009B" },
		{ "--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -1,2 +1,2 @@\n"
		  "-/* A lamp that blinks. */\n+/* \xe2\x80\xad */\n #include <led.h>\n",
		  "mail.txt:13: U+202D" },
		{ "diff --git \"a/x\\342\\200\\256c\" \"b/x\\342\\200\\256c\"\n"
		  "new file mode 100644\n--- /dev/null\n+++ \"b/x\\342\\200\\256c\"\n"
		  "@@ -0,0 +1 @@\n+a\n",
		  "mail.txt:9: U+202E" },
	};
	static const char *const good[] = {
		ADDED ("\ta\f"),
		ADDED ("caf\xc3\xa9 \xe2\x80\x94 \xd7\xa9"), /* Hebrew turns the direction by itself
							      */
		ADDED ("caf\xe9 \x9b"),			     /* Latin 1, or whatever it is */
		"diff --git a/new b/new\nnew file mode 100644\n--- /dev/null\n+++ b/new\n"
		"@@ -0,0 +1 @@\n+\xef\xbb\xbfint a;\n", /* a file's first character */
		/* below the diff */
		ADDED ("x") "-- \n\xe2\x80\xae\n",
	};
	guint i;

	fixture_commit_base (fixture);
	for (i = 0; i < G_N_ELEMENTS (bad); i++) {
		g_autoptr (Import) in = NULL;

		assert_has (import_diff (fixture, bad[i][0], &in)->control, bad[i][1]);
	}
	for (i = 0; i < G_N_ELEMENTS (good); i++) {
		g_autoptr (Import) in = NULL;

		g_assert_cmpstr (import_diff (fixture, good[i], &in)->control, ==, NULL);
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/foreign/malformed", test_malformed);
	fixture_add ("/foreign/close", test_close);
	fixture_add ("/foreign/index", test_index);
	fixture_add ("/foreign/index-of-stack", test_index_of_stack);
	fixture_add ("/foreign/tabs", test_tabs);
	fixture_add ("/foreign/broken", test_broken);
	fixture_add ("/foreign/blank-at-end", test_blank_at_end);
	fixture_add ("/foreign/links", test_links);
	fixture_add ("/foreign/two-in-a-mail", test_two_in_a_mail);
	fixture_add ("/foreign/nul", test_nul);
	fixture_add ("/foreign/control", test_control);
	return g_test_run ();
}
