/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads made to measure: who proposes what, and the same thread with one thing changed, where the
 * answer must be another one.
 *
 * The base is two files of sixty lines, `line 1` and so on; a change() gives one of them another
 * text.
 */
#include "series/import.h"
#include "series/variant.h"
#include "tests/series/fixture.h"

/* A thread while it is written. */
typedef struct {
	GString *mbox;
	guint mails;
} Writer;

typedef struct {
	const char *from; /* `Ada Byte`: ada@example.org */
	const char *subject;
	const char *body;
	guint answers; /* the number of the mail, from 1; 0 for none */
} Mail;

static void write_mail (Writer *self, const Mail *mail)
{
	g_autofree char *first = g_strndup (mail->from, strcspn (mail->from, " "));
	g_autofree char *user = g_ascii_strdown (first, -1);

	self->mails++;
	g_string_append_printf (self->mbox,
				"From mboxrd@z Thu Jan  1 00:00:00 1970\n"
				"From: %s <%s@example.org>\nSubject: %s\n"
				"Date: Mon, 1 Mar 2021 10:%02u:00 +0000\n"
				"Message-ID: <m%u@example.org>\n",
				mail->from, user, mail->subject, self->mails, self->mails);
	if (mail->answers)
		g_string_append_printf (self->mbox, "In-Reply-To: <m%u@example.org>\n",
					mail->answers);
	g_string_append_printf (self->mbox, "\n%s\n", mail->body);
}

/* A diff of file @name in which the text of line @n, which is @old, becomes @new. */
static char *replace (const char *name, guint n, const char *old, const char *new)
{
	GString *out = g_string_new (NULL);
	guint i;

	g_string_printf (out, "--- a/%s\n+++ b/%s\n@@ -%u,7 +%u,7 @@\n", name, name, n - 3, n - 3);
	for (i = n - 3; i < n; i++)
		g_string_append_printf (out, " line %u\n", i);
	g_string_append_printf (out, "-%s\n+%s\n", old, new);
	for (i = n + 1; i <= n + 3; i++)
		g_string_append_printf (out, " line %u\n", i);
	return g_string_free (out, FALSE);
}

/* The same, of line @n as the base has it. */
static char *change (const char *name, guint n, const char *new)
{
	g_autofree char *old = g_strdup_printf ("line %u", n);

	return replace (name, n, old, new);
}

static char *body (const char *words, const char *diff)
{
	return g_strdup_printf (
		"%s\n\nSigned-off-by: Somebody <some@example.org>\n---\n\n%s-- \n2.30.2\n", words,
		diff);
}

static void write_base (Fixture *self)
{
	GString *text = g_string_new (NULL);
	guint i;

	for (i = 1; i <= 60; i++)
		g_string_append_printf (text, "line %u\n", i);
	g_assert_true (files_make_dir (self->repo, NULL));
	fixture_put (self->repo, "f.c", text->str);
	fixture_put (self->repo, "g.c", text->str);
	g_string_free (text, TRUE);
	fixture_run (self->repo, "git init -q -b main . && git add -A && git commit -q -m base && "
				 "git tag v1");
}

static Import *import_with (Fixture *self, const char *mbox, gboolean all, gboolean suggest)
{
	g_autofree char *path = fixture_write (self->dir, "thread.mbox", mbox);
	g_autoptr (Repo) repo = repo_open (self->repo, NULL);
	g_autofree char *base = repo_resolve (repo, "v1", NULL);
	g_autoptr (GError) error = NULL;
	Import *in = import_read (
		path,
		&(ImportOptions){ .repo = repo, .base = base, .all = all, .suggest = suggest },
		&error);

	g_assert_no_error (error);
	return in;
}

static char *titles (const GPtrArray *patches)
{
	GString *out = g_string_new (NULL);
	guint i;

	for (i = 0; i < patches->len; i++)
		g_string_append_printf (out, "%s%s", i ? "," : "",
					((const PostedPatch *) patches->pdata[i])->title);
	return g_string_free (out, FALSE);
}

/* `NAME=STACK`, one a line, with `<NEWER` where it is superseded, `?` where it is incomplete, `!`
 * where it does not apply. */
static char *summary (const Import *in)
{
	GString *out = g_string_new (NULL);
	guint i;

	for (i = 0; i < in->candidates->len; i++) {
		const Candidate *candidate = in->candidates->pdata[i];
		g_autofree char *stack = titles (candidate->stack);

		g_string_append_printf (out, "%s%s=%s", i ? "\n" : "", candidate->name, stack);
		if (candidate->superseded)
			g_string_append_printf (out, "<%s", candidate->superseded);
		if (candidate->lacks)
			g_string_append_printf (out, "?%s", candidate->lacks);
		if (candidate->problem)
			g_string_append_c (out, '!');
	}
	return g_string_free (out, FALSE);
}

/* What is said of the candidate called @name: its kin and trailers, one a line. */
static char *said_of (const Import *in, const char *name)
{
	GString *out = g_string_new (NULL);
	guint i, j;

	for (i = 0; i < in->candidates->len; i++) {
		const Candidate *candidate = in->candidates->pdata[i];

		if (!g_str_equal (candidate->name, name))
			continue;
		for (j = 0; j < candidate->kin->len; j++)
			g_string_append_printf (out, "%s\n", (char *) candidate->kin->pdata[j]);
		for (j = 0; j < candidate->trailers->len; j++)
			g_string_append_printf (out, "%s\n",
						(char *) candidate->trailers->pdata[j]);
	}
	return g_string_free (out, FALSE);
}

static Import *import_mails (Fixture *self, const Mail *mails, gsize n, gboolean all)
{
	Writer writer = { g_string_new (NULL), 0 };
	Import *in;
	gsize i;

	for (i = 0; i < n; i++)
		write_mail (&writer, &mails[i]);
	in = import_with (self, writer.mbox->str, all, FALSE);
	g_string_free (writer.mbox, TRUE);
	return in;
}

static void assert_summary (Fixture *self, const Mail *mails, gsize n, const char *expected)
{
	g_autoptr (Import) in = import_mails (self, mails, n, FALSE);
	g_autofree char *is = summary (in);

	g_assert_cmpstr (is, ==, expected);
}

#define EXPECT(fixture, mails, expected)                                                           \
	assert_summary (fixture, mails, G_N_ELEMENTS (mails), expected)

/* Diffs that the cases share. */
static char *diff_a, *diff_a2, *diff_b, *diff_c, *diff_on_a;
static char *body_a, *body_a2, *body_b, *body_c;

static void make_bodies (void)
{
	diff_a = change ("f.c", 10, "a");
	diff_a2 = change ("f.c", 10, "another a");
	diff_b = change ("f.c", 30, "b");
	diff_c = change ("g.c", 50, "c");
	diff_on_a = replace ("f.c", 10, "a", "on a");
	body_a = body ("It does a.", diff_a);
	body_a2 = body ("It does a otherwise.", diff_a2);
	body_b = body ("It does b.", diff_b);
	body_c = body ("It does c.", diff_c);
}

/* A numbered series with its cover letter is one candidate, called what the cover letter says. */
static void test_series (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	const Mail whole[] = {
		{ "Ada Byte", "[PATCH 0/3] lamps: mend blinking", "What it is all about.", 0 },
		{ "Ada Byte", "[PATCH 1/3] lamps: paint a", body_a, 1 },
		{ "Ada Byte", "[PATCH 2/3] lamps: paint b", body_b, 1 },
		{ "Ada Byte", "[PATCH 3/3] lamps: paint c", body_c, 1 },
	};
	const Mail shuffled[] = { whole[3], whole[1], whole[0], whole[2] };
	const Mail gap[] = { whole[0], whole[1], whole[3] };
	Mail two_posters[4];

	write_base (self);
	EXPECT (self, whole, "lamps-mend-blinking=lamps: paint a,lamps: paint b,lamps: paint c");
	/* whatever order they came in */
	EXPECT (self, shuffled, "lamps-mend-blinking=lamps: paint a,lamps: paint b,lamps: paint c");
	/* one that nobody posted is told */
	EXPECT (self, gap, "lamps-mend-blinking=lamps: paint a,lamps: paint c?2/3");
	/* a number in the thread that somebody else took is no part of the series */
	memcpy (two_posters, whole, sizeof (two_posters));
	two_posters[2].from = "Bob Crate";
	EXPECT (self, two_posters,
		"lamps-mend-blinking=lamps: paint a,lamps: paint c?2/3\n"
		"lamps-paint=lamps: paint b?1/3, 3/3");
}

/* Parts that need each other go on in their order, and in no other. */
static void test_series_order (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *second = body ("More.", diff_on_a);
	const Mail mails[] = {
		{ "Ada Byte", "[PATCH 1/2] lamps: paint a", body_a, 0 },
		{ "Ada Byte", "[PATCH 2/2] lamps: on a", second, 1 },
	};
	const Mail swapped[] = {
		{ "Ada Byte", "[PATCH 1/2] lamps: on a", second, 0 },
		{ "Ada Byte", "[PATCH 2/2] lamps: paint a", body_a, 1 },
	};
	const Mail apart[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Bob Crate", "[PATCH] lamps: on a", second, 1 },
	};

	write_base (self);
	EXPECT (self, mails, "lamps-paint=lamps: paint a,lamps: on a");
	EXPECT (self, swapped, "lamps=lamps: on a,lamps: paint a!");
	/* by two people they are two candidates, of which one needs the other */
	EXPECT (self, apart, "lamps-paint=lamps: paint a\nlamps=lamps: paint a,lamps: on a");
}

/* A patch on top of a whole series needs all of it. */
static void test_on_series (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *on_b = replace ("f.c", 30, "b", "on b");
	g_autofree char *on_both = g_strconcat (diff_on_a, strstr (on_b, "@@"), NULL);
	g_autofree char *top = body ("On all of it.", on_both);
	const Mail mails[] = {
		{ "Ada Byte", "[PATCH 0/3] lamps: mend blinking", "About.", 0 },
		{ "Ada Byte", "[PATCH 1/3] lamps: paint a", body_a, 1 },
		{ "Ada Byte", "[PATCH 2/3] lamps: paint b", body_b, 1 },
		{ "Ada Byte", "[PATCH 3/3] lamps: paint c", body_c, 1 },
		{ "Bob Crate", "[PATCH] shades: both", top, 1 },
	};

	write_base (self);
	EXPECT (self, mails,
		"lamps-mend-blinking=lamps: paint a,lamps: paint b,lamps: paint c\n"
		"shades-both=lamps: paint a,lamps: paint b,shades: both");
}

/* A newer version stands for the older ones of the same poster, and of nobody else. */
static void test_versions (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	const Mail mails[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Ada Byte", "[PATCH v2] lamps: paint a", body_a2, 1 },
	};
	const Mail no_number[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a2, 1 },
	};
	const Mail other_poster[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Bob Crate", "[PATCH v2] lamps: paint a", body_a2, 1 },
	};
	const Mail other_words[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Ada Byte", "[PATCHv2] lamps: blink properly", body_a2, 1 },
	};
	const Mail take[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Ada Byte", "[PATCH] lamps: paint a (take 2)", body_a2, 1 },
	};
	const Mail two_works[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Ada Byte", "[PATCH] shades: paint b", body_b, 0 },
		{ "Ada Byte", "[PATCH v2] lamps: blink properly", body_a2, 1 },
	};
	const Mail resent[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Ada Byte", "[PATCH RESEND] lamps: paint a", body_a2, 1 },
	};
	const Mail same[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Ada Byte", "[PATCH RESEND] lamps: paint a", body_a, 1 },
	};
	/* the tags of the mail that is answered are not those of the patch in the answer */
	const Mail in_answer[] = {
		{ "Ada Byte", "[PATCH v2] lamps: paint a", body_a, 0 },
		{ "Ada Byte", "Re: [PATCH v2] lamps: paint a", body_a2, 1 },
	};
	g_autoptr (Import) all = NULL;
	g_autofree char *every = NULL;

	write_base (self);
	EXPECT (self, mails,
		"lamps-paint=lamps: paint a<lamps-paint-v2\nlamps-paint-v2=lamps: paint a");
	EXPECT (self, no_number, "lamps-paint=lamps: paint a\nlamps-paint-byte=lamps: paint a");
	EXPECT (self, other_poster, "lamps-paint=lamps: paint a\nlamps-paint-v2=lamps: paint a");
	EXPECT (self, other_words,
		"lamps-paint=lamps: paint a<lamps-blink-properly-v2\n"
		"lamps-blink-properly-v2=lamps: blink properly");
	EXPECT (self, take,
		"lamps-paint=lamps: paint a<lamps-paint-take-v2\n"
		"lamps-paint-take-v2=lamps: paint a (take 2)");
	EXPECT (self, two_works,
		"lamps-paint=lamps: paint a\nshades-paint=shades: paint b\n"
		"lamps-blink-properly-v2=lamps: blink properly");
	EXPECT (self, resent,
		"lamps-paint=lamps: paint a<lamps-paint-byte\nlamps-paint-byte=lamps: paint a");
	EXPECT (self, same, "lamps-paint=lamps: paint a");
	EXPECT (self, in_answer,
		"lamps-paint-v2=lamps: paint a\n"
		"otherwise=It does a otherwise.");
	all = import_mails (self, mails, G_N_ELEMENTS (mails), TRUE);
	every = summary (all);
	g_assert_cmpstr (every, ==, "lamps-paint=lamps: paint a\nlamps-paint-v2=lamps: paint a");
}

/* What cannot be used stands for nothing: the version before it stays. */
static void test_cut_version (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *cut =
		g_strndup (body_a2, (gsize) (strstr (body_a2, "+another") - body_a2));
	const Mail mails[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Ada Byte", "[PATCH v2] lamps: paint a", cut, 1 },
	};

	write_base (self);
	EXPECT (self, mails, "lamps-paint=lamps: paint a\nlamps-paint-v2=lamps: paint a");
}

/* `[PATCH v2 2/3]` alone has the rest from the version before. */
static void test_reroll (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *better = change ("f.c", 30, "a better b");
	g_autofree char *body_better = body ("It does b better.", better);
	const Mail mails[] = {
		{ "Ada Byte", "[PATCH 0/3] lamps: mend blinking", "About.", 0 },
		{ "Ada Byte", "[PATCH 1/3] lamps: paint a", body_a, 1 },
		{ "Ada Byte", "[PATCH 2/3] lamps: paint b", body_b, 1 },
		{ "Ada Byte", "[PATCH 3/3] lamps: paint c", body_c, 1 },
		{ "Ada Byte", "[PATCH v2 2/3] lamps: paint b, better", body_better, 3 },
	};
	Mail stranger[5];
	g_autoptr (Import) in = NULL;
	g_autofree char *is = NULL;
	g_autofree char *said = NULL;

	write_base (self);
	in = import_mails (self, mails, G_N_ELEMENTS (mails), FALSE);
	is = summary (in);
	g_assert_cmpstr (
		is, ==,
		"lamps-mend-blinking=lamps: paint a,lamps: paint b,lamps: paint "
		"c<lamps-mend-blinking-v2\n"
		"lamps-mend-blinking-v2=lamps: paint a,lamps: paint b, better,lamps: paint c");
	said = said_of (in, "lamps-mend-blinking-v2");
	g_assert_cmpstr (said, ==, "v2 = v1 with 2/3: hunk 1 of f.c changed\n");
	/* somebody else's 2/3 is a part of something that is not here */
	memcpy (stranger, mails, sizeof (stranger));
	stranger[4].from = "Bob Crate";
	EXPECT (self, stranger,
		"lamps-mend-blinking=lamps: paint a,lamps: paint b,lamps: paint c\n"
		"lamps-paint-better-v2=lamps: paint b, better?1/3, 3/3");
}

/* How a version differs from the one before. */
static void test_kin (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *f30 = change ("f.c", 30, "b");
	g_autofree char *f30_other = change ("f.c", 30, "not b");
	g_autofree char *f50 = change ("f.c", 50, "more");
	g_autofree char *first = g_strconcat (diff_a, strstr (f30, "@@"), NULL);
	g_autofree char *second = g_strconcat (diff_a, strstr (f30_other, "@@"), NULL);
	g_autofree char *third =
		g_strconcat (diff_a, strstr (f30, "@@"), strstr (f50, "@@"), diff_c, NULL);
	const struct {
		const char *diff, *kin;
	} cases[] = {
		{ second, "v2 = v1 with hunk 2 of f.c changed\n" },
		{ third, "v2 = v1 with hunk 3 of f.c added, g.c added\n" },
		{ diff_a, "v2 = v1 with hunk 2 of f.c dropped\n" },
		{ f30, "v2 = v1 with hunk 1 of f.c dropped\n" },
		{ diff_c, "v2 = v1 with g.c added, f.c dropped\n" },
	};
	g_autofree char *before = body ("One.", first);
	gsize i;

	write_base (self);
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *after = body ("Two.", cases[i].diff);
		const Mail mails[] = {
			{ "Ada Byte", "[PATCH] lamps: paint it", before, 0 },
			{ "Ada Byte", "[PATCH v2] lamps: paint it", after, 1 },
		};
		g_autoptr (Import) in = import_mails (self, mails, G_N_ELEMENTS (mails), FALSE);
		g_autofree char *said = said_of (in, "lamps-paint-v2");

		g_assert_cmpstr (said, ==, cases[i].kin);
	}
}

/* A diff in an answer is a candidate; a quoted one, a trace and a commit that is shown are none. */
static void test_answers (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *idea = g_strconcat ("How about this instead?\n\n", diff_b, NULL);
	g_autofree char *scissors = g_strconcat (
		"Or so.\n\n-- >8 --\nSubject: [PATCH] shades: paint b\n\nReally.\n---\n", diff_b,
		NULL);
	g_autofree char *unscissored = g_strconcat (
		"Or so.\n\nSubject: [PATCH] shades: paint b\n\nReally.\n---\n", diff_b, NULL);
	g_auto (GStrv) lines = g_strsplit (diff_b, "\n", -1);
	g_autofree char *joined = g_strjoinv ("\n> ", lines);
	g_autofree char *quoted =
		g_strconcat ("On Monday Ada wrote:\n> ", joined, "\nI do not like it.\n", NULL);
	g_autofree char *head = NULL;
	g_autofree char *shown = NULL;
	g_autofree char *unknown =
		g_strconcat ("As in my tree:\n\ncommit 1234567890123456789012345678901234567890\n"
			     "Author: Bob Crate <bob@example.org>\n\n    shades: paint b\n\n",
			     diff_b, NULL);
	const char *trace = "It says\nUnable to handle kernel NULL pointer dereference\n"
			    "--- interrupt: c00\n+++ what now\nPC is at f+0x1c/0x50\n";
	Mail mails[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Bob Crate", "Re: [PATCH] lamps: paint a", idea, 1 },
	};

	write_base (self);
	head = fixture_line (self->repo, "git rev-parse v1");
	shown = g_strdup_printf ("It came with\n\ncommit %s\nAuthor: Bob <bob@example.org>\n\n"
				 "    shades: paint b\n\n%s",
				 head, diff_b);
	EXPECT (self, mails, "lamps-paint=lamps: paint a\nlamps-paint-crate=lamps: paint a");
	mails[1].body = scissors;
	EXPECT (self, mails, "lamps-paint=lamps: paint a\nshades-paint=shades: paint b");
	mails[1].body = unscissored;
	EXPECT (self, mails, "lamps-paint=lamps: paint a\nlamps-paint-crate=lamps: paint a");
	mails[1].body = quoted;
	EXPECT (self, mails, "lamps-paint=lamps: paint a");
	mails[1].body = trace;
	EXPECT (self, mails, "lamps-paint=lamps: paint a");
	mails[1].body = shown;
	EXPECT (self, mails, "lamps-paint=lamps: paint a");
	/* one that nobody here has is a proposal */
	mails[1].body = unknown;
	EXPECT (self, mails, "lamps-paint=lamps: paint a\nlamps-paint-crate=lamps: paint a");
}

/* Several patches in one mail, each with its own header; diffs of two files under one are one. */
static void test_several (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *both =
		g_strconcat ("Two things.\n\n[PATCH] lamps: paint a\n\nFirst.\n---\n", diff_a,
			     "\n[PATCH] shades: paint b\n\nSecond.\n---\n", diff_b, NULL);
	g_autofree char *one = g_strconcat ("[PATCH] lamps: paint a\n\nFirst.\n---\n", diff_a,
					    "\nAnd the other file:\n\n", diff_c, NULL);
	Mail mails[] = { { "Ada Byte", "Re: it crashes", both, 0 } };

	write_base (self);
	EXPECT (self, mails, "lamps-paint=lamps: paint a\nshades-paint=shades: paint b");
	mails[0].body = one;
	EXPECT (self, mails, "lamps-paint=lamps: paint a");
}

/* A trailer counts from the person that it names, for what the mail answers. */
static void test_trailers (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Mail mails[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Bob Crate", "[PATCH] shades: paint b", body_b, 1 },
		{ "Carol Dune", "Re: [PATCH] lamps: paint a",
		  "Fine.\n\nAcked-by: Carol Dune <carol@example.org>\n-- \n"
		  "Tested-by: Carol Dune <carol@example.org>\n",
		  1 },
		{ "Dave Early", "Re: [PATCH] lamps: paint a",
		  "> Acked-by: Dave Early <dave@example.org>\nI thank both.\n", 3 },
		{ "Eve Fir", "Re: [PATCH] shades: paint b",
		  "Nacked-by: Eve Fir <EVE@example.org>\n", 2 },
		{ "Eve Fir", "Re: [PATCH] shades: paint b",
		  "Reviewed-by: Carol Dune <carol@example.org>\n", 5 },
	};
	g_autoptr (Import) in = NULL;
	g_autofree char *ada = NULL;
	g_autofree char *bob = NULL;
	guint i, ignored = 0;

	write_base (self);
	in = import_mails (self, mails, G_N_ELEMENTS (mails), FALSE);
	ada = said_of (in, "lamps-paint");
	bob = said_of (in, "shades-paint");
	g_assert_cmpstr (ada, ==, "Acked-by: Carol Dune <carol@example.org>\n");
	g_assert_cmpstr (bob, ==, "Nacked-by: Eve Fir <EVE@example.org>\n");
	for (i = 0; i < in->notes->len; i++)
		ignored += strstr (in->notes->pdata[i],
				   "Eve Fir, Mon, 1 Mar 2021 10:06: 'Reviewed-by: Carol Dune "
				   "<carol@example.org>' is ignored") != NULL;
	g_assert_cmpuint (ignored, ==, 1);
}

/* An answer to the cover letter is about the series; mails that answer each other in a circle end
 * nothing. */
static void test_cover_trailers (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	const Mail mails[] = {
		{ "Ada Byte", "[PATCH 0/2] lamps: mend blinking", "About.", 0 },
		{ "Ada Byte", "[PATCH 1/2] lamps: paint a", body_a, 1 },
		{ "Ada Byte", "[PATCH 2/2] lamps: paint b", body_b, 1 },
		{ "Bob Crate", "Re: [PATCH 0/2] lamps: mend blinking",
		  "Tested-by: Bob Crate <bob@example.org>\n", 1 },
		{ "Carol Dune", "Re: round", "Acked-by: Carol Dune <carol@example.org>\n", 6 },
		{ "Carol Dune", "Re: round", "Acked-by: Carol Dune <carol@example.org>\n", 5 },
	};
	g_autoptr (Import) in = NULL;
	g_autofree char *said = NULL;

	write_base (self);
	in = import_mails (self, mails, G_N_ELEMENTS (mails), FALSE);
	said = said_of (in, "lamps-mend-blinking");
	g_assert_cmpstr (said, ==, "Tested-by: Bob Crate <bob@example.org>\n");
}

/* `revert commit X` in words is told, and a candidate where that is asked for. */
static void test_suggestions (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *path = g_build_filename (self->dir, "out", NULL);
	g_autofree char *bad = NULL;
	g_autofree char *words = NULL;
	g_autofree char *split = NULL;
	g_autofree char *quoted = NULL;
	g_autofree char *in_diff = NULL;
	g_autofree char *tree = NULL;
	g_autofree char *first_tree = NULL;
	g_autofree char *note = NULL;
	const char *bodies[4];
	Mail mails[] = {
		{ "Ada Byte", "[PATCH] lamps: paint b", body_b, 0 },
		{ "Bob Crate", "Re: [PATCH] lamps: paint b", NULL, 1 },
	};
	guint i, j;

	write_base (self);
	first_tree = fixture_line (self->repo, "git rev-parse 'v1^{tree}'");
	fixture_run (self->repo,
		     "sed -i 's/^line 20$/a bug/' g.c && git commit -q -a -m 'g: add it' && "
		     "git tag -f v1");
	bad = fixture_line (self->repo, "git rev-parse --short=12 v1");
	words = g_strdup_printf ("Better revert commit %s, which broke it.\n", bad);
	in_diff = g_strdup_printf ("+ * so that nobody has to revert commit %s again\n", bad);
	split = g_strdup_printf ("It is easier to revert\n%s (\"g: add it\") at once.\n", bad);
	quoted = g_strdup_printf ("> Better revert commit %s, which broke it.\nNo.\n", bad);
	bodies[0] = words;
	bodies[1] = split;
	bodies[2] = quoted;
	bodies[3] = in_diff;
	note = g_strdup_printf ("suggests to revert %s (\"g: add it\")", bad);
	for (i = 0; i < G_N_ELEMENTS (bodies); i++) {
		Writer writer = { g_string_new (NULL), 0 };
		g_autoptr (Import) plain = NULL;
		g_autoptr (Import) suggested = NULL;
		g_autofree char *is = NULL;
		g_autofree char *with = NULL;
		gboolean told = FALSE;

		mails[1].body = bodies[i];
		write_mail (&writer, &mails[0]);
		write_mail (&writer, &mails[1]);
		plain = import_with (self, writer.mbox->str, FALSE, FALSE);
		suggested = import_with (self, writer.mbox->str, FALSE, TRUE);
		g_string_free (writer.mbox, TRUE);
		is = summary (plain);
		with = summary (suggested);
		for (j = 0; j < plain->notes->len; j++)
			told = told || strstr (plain->notes->pdata[j], note);
		g_assert_cmpstr (is, ==, "lamps-paint=lamps: paint b");
		g_assert_cmpint (told, ==, i < 2);
		g_assert_cmpstr (with, ==,
				 i < 2 ? "lamps-paint=lamps: paint b\n"
					 "revert-add=Revert \"g: add it\""
				       : "lamps-paint=lamps: paint b");
		if (i == 0)
			g_assert_true (import_write (suggested, path, NULL, NULL));
	}
	/* by git, what was written is the revert */
	fixture_run (self->repo, "git apply --index ../out/0002-*.patch");
	tree = fixture_line (self->repo, "git write-tree");
	g_assert_cmpstr (tree, ==, first_tree);
}

/* A commit that the base does not have, and one that nobody has, cannot be taken back. */
static void test_no_suggestion (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *later = NULL;
	g_autofree char *words = NULL;
	Mail mails[] = {
		{ "Ada Byte", "[PATCH] lamps: paint b", body_b, 0 },
		{ "Bob Crate", "Re: [PATCH] lamps: paint b", NULL, 1 },
	};
	Writer writer = { g_string_new (NULL), 0 };
	g_autoptr (Import) in = NULL;
	g_autofree char *is = NULL;
	guint i, told = 0;

	write_base (self);
	fixture_run (self->repo, "sed -i 's/^line 20$/a bug/' g.c && git commit -q -a -m later");
	later = fixture_line (self->repo, "git rev-parse HEAD");
	words = g_strdup_printf ("Revert %s.\nAnd please revert commit 1234567890ab too.\n", later);
	mails[1].body = words;
	write_mail (&writer, &mails[0]);
	write_mail (&writer, &mails[1]);
	in = import_with (self, writer.mbox->str, FALSE, TRUE);
	g_string_free (writer.mbox, TRUE);
	is = summary (in);
	g_assert_cmpstr (is, ==, "lamps-paint=lamps: paint b");
	for (i = 0; i < in->notes->len; i++)
		told += strstr (in->notes->pdata[i], "the base does not have it") ||
			strstr (in->notes->pdata[i], "the repository has no such commit");
	g_assert_cmpuint (told, ==, 2);
}

/* git format-patch --base names what lies below: that is tried before anything is guessed. */
static void test_prerequisites (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *ids = NULL;
	g_autofree char *base = NULL;
	g_autofree char *on_three = NULL;
	g_autofree char *f10 = replace ("f.c", 10, "a", "top");
	g_autofree char *f30 = replace ("f.c", 30, "b", "top");
	g_autofree char *g50 = replace ("g.c", 50, "c", "top");
	g_autofree char *all_of_it = g_strconcat (f10, strstr (f30, "@@"), g50, NULL);
	g_autofree char *plain = NULL;
	Mail mails[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Bob Crate", "[PATCH] lamps: paint b", body_b, 0 },
		{ "Carol Dune", "[PATCH] shades: paint c", body_c, 0 },
		{ "Dave Early", "[PATCH] shades: top", NULL, 0 },
	};

	write_base (self);
	fixture_put (self->dir, "a", diff_a);
	fixture_put (self->dir, "b", diff_b);
	fixture_put (self->dir, "c", diff_c);
	ids = fixture_line (
		self->dir,
		"for i in c:g a:f b:f; do f=${i#*:}.c; "
		"id=$({ echo diff --git a/$f b/$f; cat ${i%:*}; } | git patch-id --stable); "
		"echo prerequisite-patch-id: ${id% *}; done");
	base = fixture_line (self->repo, "git rev-parse HEAD");
	on_three =
		g_strdup_printf ("It needs three.\n---\n\n%s\nbase-commit: %s\n%s\n-- \n2.30.2\n",
				 all_of_it, base, ids);
	mails[3].body = on_three;
	EXPECT (self, mails,
		"lamps-paint=lamps: paint a\nlamps-paint-crate=lamps: paint b\n"
		"shades-paint=shades: paint c\n"
		"shades-top=shades: paint c,lamps: paint a,lamps: paint b,shades: top");
	/* without those lines three patches below are more than is guessed */
	plain = body ("It needs three.", all_of_it);
	mails[3].body = plain;
	EXPECT (self, mails,
		"lamps-paint=lamps: paint a\nlamps-paint-crate=lamps: paint b\n"
		"shades-paint=shades: paint c\nshades-top=shades: top!");
}

/* The base that is proposed: where all goes on, not younger than the thread; what the mail says
 * where that is true; the best where nothing takes all. */
static void test_propose (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char history[] = "commit() { GIT_COMMITTER_DATE=\"$2 00:00 +0000\" git commit "
				      "-q -a -m $1 && git tag $1; }; "
				      "git tag -d v1 >/dev/null; "
				      "GIT_COMMITTER_DATE='2021-01-01 00:00 +0000' git commit -q "
				      "--amend --no-edit && git tag r1; "
				      "sed -i 's/^line 1$/first/' g.c; commit r2 2021-01-10; "
				      "sed -i 's/^line 9$/in the way/' f.c; commit r3 2021-01-20; "
				      "sed -i 's/^in the way$/line 9/' f.c; commit r4 2021-04-20";
	g_autofree char *told = NULL;
	g_autofree char *untrue = NULL;
	g_autofree char *r1 = NULL;
	g_autofree char *r3 = NULL;
	const Mail both[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Bob Crate", "[PATCH] lamps: paint b", body_b, 0 },
	};
	struct {
		const Mail *mails;
		const char *base;
		guint n, fitting, all;
	} cases[] = {
		{ both, "r2", 2, 2, 2 },     /* r3 does not take a; r4 is younger than the mails */
		{ &both[1], "r3", 1, 1, 1 }, /* which takes b */
		{ NULL, "r1", 1, 1, 1 },     /* it says so */
		{ NULL, "r2", 1, 1, 1 },     /* it says r3, which does not take it */
	};
	Mail says[] = { { "Ada Byte", "[PATCH] lamps: paint a", NULL, 0 },
			{ "Ada Byte", "[PATCH] lamps: paint a", NULL, 0 } };
	g_autoptr (Repo) repo = NULL;
	guint i, j;

	write_base (self);
	fixture_run (self->repo, history);
	r1 = fixture_line (self->repo, "git rev-parse r1");
	r3 = fixture_line (self->repo, "git rev-parse r3");
	told = g_strdup_printf ("%sbase-commit: %s\n", body_a, r1);
	untrue = g_strdup_printf ("%sbase-commit: %s\n", body_a, r3);
	says[0].body = told;
	says[1].body = untrue;
	cases[2].mails = &says[0];
	cases[3].mails = &says[1];
	repo = repo_open (self->repo, NULL);
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		Writer writer = { g_string_new (NULL), 0 };
		g_autoptr (Thread) thread = NULL;
		g_autofree char *base = NULL;
		guint fitting, all;

		for (j = 0; j < cases[i].n; j++)
			write_mail (&writer, &cases[i].mails[j]);
		thread = thread_parse (writer.mbox->str, writer.mbox->len, "x", NULL);
		g_string_free (writer.mbox, TRUE);
		base = import_propose (thread, repo, NULL, &fitting, &all);
		g_assert_cmpstr (base, ==, cases[i].base);
		g_assert_cmpuint (fitting, ==, cases[i].fitting);
		g_assert_cmpuint (all, ==, cases[i].all);
	}
}

/* What supersedes is written, what is superseded is not, unless it is wanted. */
static void test_written (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	const Mail mails[] = {
		{ "Ada Byte", "[PATCH] lamps: paint a", body_a, 0 },
		{ "Ada Byte", "[PATCH v2] lamps: paint a", body_a2, 1 },
	};
	g_autofree char *some = g_build_filename (self->dir, "some", NULL);
	g_autofree char *every = g_build_filename (self->dir, "every", NULL);
	g_autoptr (Import) newest = NULL;
	g_autoptr (Import) all = NULL;
	g_autofree char *listed = NULL;

	write_base (self);
	newest = import_mails (self, mails, G_N_ELEMENTS (mails), FALSE);
	all = import_mails (self, mails, G_N_ELEMENTS (mails), TRUE);
	g_assert_true (import_write (newest, some, NULL, NULL));
	g_assert_true (import_write (all, every, NULL, NULL));
	listed = fixture_line (self->dir, "cat some/series | grep -v '^#' | tr '\\n' ' '; "
					  "ls some every | tr '\\n' ' '");
	g_assert_cmpstr (
		listed, ==,
		"0002-lamps-paint-a.patch every: 0001-lamps-paint-a.patch 0002-lamps-paint-a.patch "
		"series  some: 0002-lamps-paint-a.patch series");
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	make_bodies ();
	fixture_add ("/candidates/series", test_series);
	fixture_add ("/candidates/series-order", test_series_order);
	fixture_add ("/candidates/on-series", test_on_series);
	fixture_add ("/candidates/versions", test_versions);
	fixture_add ("/candidates/cut-version", test_cut_version);
	fixture_add ("/candidates/reroll", test_reroll);
	fixture_add ("/candidates/kin", test_kin);
	fixture_add ("/candidates/answers", test_answers);
	fixture_add ("/candidates/several", test_several);
	fixture_add ("/candidates/trailers", test_trailers);
	fixture_add ("/candidates/cover-trailers", test_cover_trailers);
	fixture_add ("/candidates/suggestions", test_suggestions);
	fixture_add ("/candidates/no-suggestion", test_no_suggestion);
	fixture_add ("/candidates/prerequisites", test_prerequisites);
	fixture_add ("/candidates/propose", test_propose);
	fixture_add ("/candidates/written", test_written);
	return g_test_run ();
}
