/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "series/names.h"
#include "series/posting.h"
#include "series/thread.h"
#include "tests/series/fixture.h"

static Thread *read_data (const char *name)
{
	g_autofree char *path = fixture_data (name);
	g_autoptr (GError) error = NULL;
	Thread *thread = thread_read (path, &error);

	g_assert_no_error (error);
	return thread;
}

static const Message *message_at (const Thread *thread, guint i)
{
	return g_ptr_array_index (thread->messages, i);
}

/* The line of the file @name where @text stands, by grep. */
static guint line_of (const char *name, const char *text)
{
	g_autofree char *path = fixture_data (name);
	g_autofree char *data = NULL;
	g_auto (GStrv) lines = NULL;
	guint i;

	g_assert_true (g_file_get_contents (path, &data, NULL, NULL));
	lines = g_strsplit (data, "\n", -1);
	for (i = 0; lines[i]; i++)
		if (strstr (lines[i], text))
			return i + 1;
	g_assert_not_reached ();
}

static guint diff_line (const Message *message, guint part)
{
	GPtrArray *lines = g_ptr_array_index (message->parts, part);
	int diff = patch_find (lines, 0);

	g_assert_cmpint (diff, >=, 0);
	return ((SourceLine *) g_ptr_array_index (lines, (guint) diff))->line;
}

/* A web archive's text gives names and local times, the page's subject, and nothing made up. */
static void test_archive (void)
{
	g_autoptr (Thread) thread = read_data ("archive.txt");
	const Message *first = message_at (thread, 0);

	g_assert_cmpuint (thread->messages->len, ==, 7);
	g_assert_cmpstr (thread->subject, ==, "The lamp stays on");
	g_assert_cmpstr (first->from.name, ==, "Eve Asker");
	g_assert_null (first->from.address);
	g_assert_cmpstr (first->date, ==, "Mon, 1 Mar 2021 00:05:00 -0000");
	g_assert_cmpstr (message_at (thread, 2)->date, ==, "Mon, 1 Mar 2021 12:30:00 -0000");
	g_assert_cmpstr (message_at (thread, 3)->date, ==, "Mon, 1 Mar 2021 13:15:00 -0000");
	g_assert_null (first->message_id);
	g_assert_null (first->subject);
	g_assert_null (thread_parent (thread, message_at (thread, 1)));
	g_assert_cmpuint (diff_line (message_at (thread, 1), 0), ==,
			  line_of ("archive.txt", "--- drivers/led.c-1.2.3.orig"));
}

/* An mbox gives ids, and who answers whom: by In-Reply-To, else by the nearest known reference. */
static void test_mbox (void)
{
	g_autoptr (Thread) thread = read_data ("thread.mbox");
	const Message *root = message_at (thread, 0), *ada = message_at (thread, 1);
	const Message *bob = message_at (thread, 2), *carol = message_at (thread, 3);

	g_assert_cmpuint (thread->messages->len, ==, 7);
	g_assert_cmpstr (thread->subject, ==, "[BUG] the lamp stays on");
	g_assert_cmpstr (root->message_id, ==, "<root@example.org>");
	g_assert_cmpstr (root->date, ==, "Mon, 01 Mar 2021 00:05:00 +0100");
	g_assert_null (thread_parent (thread, root));
	g_assert_true (thread_parent (thread, ada) == root);
	g_assert_true (thread_parent (thread, bob) == root);
	g_assert_true (thread_parent (thread, carol) == ada);
	g_assert_cmpstr (bob->from.name, ==, "Bøb Crate");
	g_assert_cmpstr (bob->from.address, ==, "bob@example.org");
	g_assert_cmpstr (carol->subject, ==, "[PATCH 1/1] led: éxplain i");
}

/* Lines keep their numbers in the source through attachments and quoted-printable; for base64 the
 * block's first line stands for all of it. */
static void test_line_numbers (void)
{
	g_autoptr (Thread) thread = read_data ("thread.mbox");
	const Message *carol = message_at (thread, 3);
	GPtrArray *lines = g_ptr_array_index (carol->parts, 0);
	guint i, wrapped = 0;

	g_assert_cmpuint (diff_line (message_at (thread, 1), 0), ==,
			  line_of ("thread.mbox", "diff --git a/drivers/led.c"));
	g_assert_cmpuint (diff_line (message_at (thread, 2), 1), ==,
			  line_of ("thread.mbox", "filename=led.patch") + 2);
	for (i = 0; i < lines->len; i++) {
		const SourceLine *line = g_ptr_array_index (lines, i);

		if (strstr (line->text, "counts how often") && strstr (line->text, "mañana"))
			wrapped = line->line;
		if (wrapped && strstr (line->text, "for (i = 0;"))
			g_assert_cmpuint (line->line, ==, wrapped + 3);
	}
	g_assert_cmpuint (wrapped, ==, line_of ("thread.mbox", "counts how often"));
}

/* An attachment that is no text is named, not parsed; a quoted diff is not the answerer's own. */
static void test_attachments (void)
{
	g_autoptr (Thread) thread = read_data ("thread.mbox");
	const Message *dave = message_at (thread, 4), *eve = message_at (thread, 5);

	g_assert_cmpuint (dave->unread->len, ==, 1);
	g_assert_cmpstr (g_ptr_array_index (dave->unread, 0), ==,
			 "'fix.patch.gz' (application/gzip, 260 bytes)");
	g_assert_cmpuint (dave->parts->len, ==, 1);
	g_assert_cmpint (patch_find (g_ptr_array_index (eve->parts, 0), 0), ==, -1);
}

/* What is no mail is a usage error with a hint, whatever its bytes. */
static void test_no_mail (void)
{
	static const char *const texts[] = { "",
					     "\n \n",
					     "just words\n",
					     "diff --git a/x b/x\n",
					     "Index: x\n====\n--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b\n",
					     "From here on\nnothing is a mail\n",
					     "\377\376\001\n" };
	guint i;

	for (i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (Thread) thread =
			thread_parse (texts[i], strlen (texts[i]), "file", &error);

		g_assert_null (thread);
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_assert_nonnull (strstr (error->message, "\ngive an mbox"));
	}
}

/* ---- what a mail says about its patch ---- */

typedef struct {
	const char *subject; /* NULL as in an archive */
	const char *body;
	const char *title, *description;
} Telling;

#define DIFF   "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n"
#define SIGNED "Signed-off-by: Ann Other <ann@example.org>\n"

static const Telling tellings[] = {
	/* archive: chat above, a title by itself, a description */
	{ NULL,
	  "Maybe this helps?\n\n\nf: make it b\n\nLong words.\n\n" SIGNED "\n---\nchat\n" DIFF,
	  "f: make it b", "Long words.\n\n" SIGNED },
	/* the top of the mail is as good as two blank lines */
	{ NULL, "f: make it b\n\nLong words.\n\n" SIGNED "\n---\n f | 2 +-\n\n" DIFF,
	  "f: make it b", "Long words.\n\n" SIGNED },
	/* a [PATCH] line outranks what stands above it */
	{ NULL, "Here it is.\n\n[PATCH] f: b\nLong words.\n" SIGNED "---\n" DIFF, "f: b",
	  "Long words.\n" SIGNED },
	/* chat alone is no description */
	{ NULL, "Hello!\n\nI think this is it.\n\n" DIFF, NULL, "" },
	/* an introduction is no title */
	{ NULL, "Please try:\n\nIt makes b.\n\n" SIGNED "\n" DIFF, NULL,
	  "Please try:\n\nIt makes b.\n\n" SIGNED },
	/* a first paragraph of two lines is no title */
	{ NULL, "Words that go\non here.\n\n" SIGNED "\n" DIFF, NULL,
	  "Words that go\non here.\n\n" SIGNED },
	/* a mail of its own: the subject */
	{ "[PATCH v2 3/7] f: b", "Long words.\n\n" SIGNED "---\nchat\n" DIFF, "f: b",
	  "Long words.\n\n" SIGNED },
	/* an answer with a signed block */
	{ "Re: [BUG] f", "> quoted\n\nWell.\n\n\nf: b it is\n\n" SIGNED "---\n" DIFF, "f: b it is",
	  SIGNED },
	/* an answer without: the subject must do, the chat does not */
	{ "Re: f is a", "How about this?\n\n" DIFF, "f is a", "" },
	/* in-body headers outrank the mail's, and scissors what is above them */
	{ "Re: [BUG] f",
	  "Chat.\n-- >8 --\nFrom: Ann Other <ann@example.org>\nSubject: [PATCH] f: b\n\n"
	  "Words.\n---\n" DIFF,
	  "f: b", "Words.\n" },
	/* a prefix in brackets that is no mailing tag stays */
	{ "[PATCH] [ARM] f: b", "Words.\n" DIFF, "[ARM] f: b", "Words.\n" },
	/* without `---` the diffstat ends the description */
	{ "[PATCH] f", "Words.\n\n f | 2 +-\n 1 file changed, 1 insertion(+)\n\n" DIFF, "f",
	  "Words.\n" },
};

static void test_tellings (void)
{
	guint i;

	for (i = 0; i < G_N_ELEMENTS (tellings); i++) {
		GPtrArray *lines = source_lines_new (tellings[i].body, 1);
		Message *message = message_new (1);
		g_autoptr (Posting) posting = NULL;

		message->from.name = g_strdup ("Ann Other");
		message->subject = g_strdup (tellings[i].subject);
		g_ptr_array_add (message->parts, lines);
		posting = posting_read (message, lines, (guint) patch_find (lines, 0));
		g_assert_cmpstr (posting->title, ==, tellings[i].title);
		g_assert_cmpstr (posting->description, ==, tellings[i].description);
		g_assert_true (posting->signed_off == (strstr (tellings[i].body, SIGNED) != NULL));
		message_free (message);
	}
}

/* Names of files are those of git format-patch for short titles, and never longer than 64. */
static void test_file_names (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const titles[] = { "page_mapping must avoid slub pages",
					      "ARM: fix it.",
					      "a/b: c -- d",
					      "..dots...in it",
					      "Umlaut öäü here",
					      "[ARM] x" };
	guint i;

	fixture_commit_base (fixture);
	for (i = 0; i < G_N_ELEMENTS (titles); i++) {
		g_autofree char *command =
			g_strdup_printf ("git commit -q --allow-empty -m '%s' && "
					 ""
					 "git log -1 --format=0007-%%f.patch",
					 titles[i]);
		g_autofree char *expected = fixture_line (fixture->repo, command);
		g_autofree char *ours = names_file (7, titles[i]);

		g_assert_cmpstr (ours, ==, expected);
	}
	for (i = 0; i < 200; i++) {
		g_autofree char *title = g_strnfill (i, 'x');
		g_autofree char *name = names_file (9999, title);

		g_assert_cmpuint (strlen (name), <=, 64);
	}
}

/* Variants are called by the words that matter; who is second gets a name, then a number. */
static void test_variant_names (void)
{
	static const char *const cases[][2] = {
		{ "page_mapping must avoid slub pages", "page-mapping-avoid-slub" },
		{ "page_mapping must avoid slub pages", "page-mapping-avoid-slub-lamp" },
		{ "page_mapping must avoid slub pages", "page-mapping-avoid-slub-2" },
		{ "PA-RISC: Use page allocator instead of slab allocator.",
		  "pa-risc-page-allocator" },
		{ "Add VM_BUG_ON in case someone uses page_mapping", "add-vm-bug-on" },
		{ "base", "base-lamp" },
		{ "the of and", "patch" },
		{ "äöü", "patch-lamp" },
	};
	g_autoptr (GHashTable) taken =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	guint i;

	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *name = names_variant (cases[i][0], 1, "Ada Lamp", taken);

		g_assert_cmpstr (name, ==, cases[i][1]);
	}
}

/* Names survive a header: what is encoded is decoded to the same. */
static void test_persons (void)
{
	static const char *const texts[] = { "Ann Other <ann@example.org>",
					     "Bøb Crate <b@example.org>",
					     "J. R. Dot <j@example.org>",
					     "<only@example.org>",
					     "Name Alone",
					     "Ødd Alone",
					     "O'Neill, Ann <a@example.org>" };
	guint i;

	for (i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_auto (Person) person = header_person (texts[i]);
		g_autofree char *header = person_to_header (&person);
		g_auto (Person) again = header_person (header);
		g_autofree char *text = person_to_string (&again);

		g_assert_true (g_str_is_ascii (header));
		g_assert_cmpstr (text, ==, texts[i]);
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/thread/archive", test_archive);
	g_test_add_func ("/thread/mbox", test_mbox);
	g_test_add_func ("/thread/line-numbers", test_line_numbers);
	g_test_add_func ("/thread/attachments", test_attachments);
	g_test_add_func ("/thread/no-mail", test_no_mail);
	g_test_add_func ("/posting/tellings", test_tellings);
	fixture_add ("/names/files", test_file_names);
	g_test_add_func ("/names/variants", test_variant_names);
	g_test_add_func ("/header/persons", test_persons);
	return g_test_run ();
}
