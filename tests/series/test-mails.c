/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One patch in many clothes: however a mailer packs it, the diff is the one that was written, byte
 * for byte, in whatever letters; and what is no text is told.
 */
#include "series/import.h"
#include "tests/series/fixture.h"

/* In UTF-8; the old line is in the base, and the new one has a letter of Latin 1 too. */
#define DIFF                                                                                       \
	"--- a/names.c\n+++ b/names.c\n@@ -1,5 +1,5 @@\n line 1\n line 2\n-line 3\n"               \
	"+\"J\303\266rg\"\t= 3;\n line 4\n line 5\n"

/* The same in Latin 1, as a kernel of 2007 has it in its files. */
#define DIFF_LATIN                                                                                 \
	"--- a/names.c\n+++ b/names.c\n@@ -1,5 +1,5 @@\n line 1\n line 2\n-line 3\n"               \
	"+\"J\366rg\"\t= 3;\n line 4\n line 5\n"

#define WORDS "It mends.\n\nSigned-off-by: Somebody <some@example.org>\n---\n\n"

static void write_base (Fixture *self)
{
	g_assert_true (files_make_dir (self->repo, NULL));
	fixture_put (self->repo, "names.c", "line 1\nline 2\nline 3\nline 4\nline 5\n");
	fixture_run (self->repo, "git init -q -b main . && git add -A && git commit -q -m base && "
				 "git tag v1");
}

/* All but letters and digits as =XX, and a soft line end in every line that is long enough. */
static char *quote (const char *text)
{
	GString *out = g_string_new (NULL);
	guint column = 0;

	for (; *text; text++) {
		if (*text == '\n') {
			g_string_append_c (out, '\n');
			column = 0;
			continue;
		}
		if (column > 12) {
			g_string_append (out, "=\n");
			column = 0;
		}
		if (g_ascii_isalnum (*text))
			g_string_append_c (out, *text);
		else
			g_string_append_printf (out, "=%02X", (guint8) *text);
		column++;
	}
	return g_string_free (out, FALSE);
}

static char *encode (const char *text)
{
	g_autofree char *whole = g_base64_encode ((const guchar *) text, strlen (text));
	GString *out = g_string_new (NULL);
	gsize i;

	for (i = 0; whole[i]; i++)
		g_string_append_printf (out, "%c%s", whole[i], i % 60 == 59 ? "\n" : "");
	g_string_append_c (out, '\n');
	return g_string_free (out, FALSE);
}

static Import *import (Fixture *self, const char *rest)
{
	g_autofree char *mail = g_strconcat ("From: Ada Byte <ada@example.org>\n"
					     "Subject: [PATCH] names: mend three\n"
					     "Date: Mon, 1 Mar 2021 10:00:00 +0000\n",
					     rest, NULL);
	g_autofree char *path = fixture_write (self->dir, "mail", mail);
	g_autoptr (Repo) repo = repo_open (self->repo, NULL);
	g_autofree char *base = repo_resolve (repo, "v1", NULL);

	return import_read (path, &(ImportOptions){ .repo = repo, .base = base }, NULL);
}

/* The bytes that the import gives the new line in the base's file, by git. */
static char *applied (Fixture *self, const Import *in)
{
	const PostedPatch *patch = in->patches->pdata[0];

	fixture_put (self->dir, "got.patch", patch->text);
	fixture_run (self->repo, "git reset -q --hard v1 && git apply ../got.patch");
	return fixture_read (self->repo, "names.c");
}

typedef struct {
	const char *name, *header; /* of the mail or of the attachment */
	const char *diff;
	char *(*pack) (const char *text); /* (nullable) */
	gboolean attached;
	gboolean unread; /* it is told, and not read */
} Clothes;

static const Clothes wardrobe[] = {
	{ "plain", "", DIFF, NULL, FALSE, FALSE },
	{ "utf-8", "Content-Type: text/plain; charset=utf-8\n", DIFF, NULL, FALSE, FALSE },
	{ "quoted",
	  "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n",
	  DIFF, quote, FALSE, FALSE },
	{ "base64", "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n",
	  DIFF, encode, FALSE, FALSE },
	{ "latin-1", "Content-Type: text/plain; charset=iso-8859-1\n", DIFF_LATIN, NULL, FALSE,
	  FALSE },
	/* labels that lie, and ones that nobody knows */
	{ "says-ascii", "Content-Type: text/plain; charset=us-ascii\n", DIFF_LATIN, NULL, FALSE,
	  FALSE },
	{ "says-utf-8", "Content-Type: text/plain; charset=utf-8\n", DIFF_LATIN, NULL, FALSE,
	  FALSE },
	{ "says-latin-1", "Content-Type: text/plain; charset=iso-8859-1\n", DIFF, NULL, FALSE,
	  FALSE },
	{ "unknown", "Content-Type: text/plain; charset=x-klingon\n", DIFF, NULL, FALSE, FALSE },
	/* attachments */
	{ "x-patch", "Content-Type: text/x-patch; name=\"fix.patch\"\n", DIFF, NULL, TRUE, FALSE },
	{ "x-diff-base64",
	  "Content-Type: text/x-diff; name=\"fix.diff\"\nContent-Transfer-Encoding: base64\n",
	  DIFF_LATIN, encode, TRUE, FALSE },
	{ "octets",
	  "Content-Type: application/octet-stream; name=\"fix.patch\"\n"
	  "Content-Transfer-Encoding: base64\n",
	  DIFF, encode, TRUE, FALSE },
	{ "octets-unnamed",
	  "Content-Type: application/octet-stream; name=\"fix.bin\"\n"
	  "Content-Transfer-Encoding: base64\n",
	  DIFF, encode, TRUE, TRUE },
	{ "html", "Content-Type: text/html; charset=utf-8\n", DIFF, NULL, FALSE, TRUE },
};

static char *dress (const Clothes *self)
{
	g_autofree char *text = g_strconcat (self->attached ? "" : WORDS, self->diff, NULL);
	g_autofree char *packed = self->pack ? self->pack (text) : g_strdup (text);

	if (!self->attached)
		return g_strdup_printf ("MIME-Version: 1.0\n%s\n%s", self->header, packed);
	return g_strdup_printf (
		"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"cut\"\n\n"
		"--cut\nContent-Type: text/plain\n\n%s\n--cut\n%s\n%s\n--cut--\n",
		WORDS, self->header, packed);
}

static void test_clothes (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	gsize i;

	write_base (self);
	for (i = 0; i < G_N_ELEMENTS (wardrobe); i++) {
		const Clothes *clothes = &wardrobe[i];
		g_autofree char *rest = dress (clothes);
		g_autoptr (Import) in = import (self, rest);
		g_autofree char *file = NULL;
		g_autofree char *expected = NULL;
		const char *line;

		g_test_message ("%s", clothes->name);
		if (clothes->unread) {
			g_assert_null (in);
			continue;
		}
		g_assert_nonnull (in);
		g_assert_cmpuint (in->patches->len, ==, 1);
		line = strstr (clothes->diff, "\n+\"") + strlen ("\n+");
		expected = g_strdup_printf ("line 1\nline 2\n%.*sline 4\nline 5\n",
					    (int) (strchr (line, '\n') - line + 1), line);
		file = applied (self, in);
		g_assert_cmpstr (file, ==, expected);
	}
}

/* Author and sign-off are in UTF-8, whatever the mail had. */
static void test_letters (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const froms[] = {
		"From: =?iso-8859-1?q?J=F6rg_Byte?= <j@example.org>",
		"From: =?utf-8?b?SsO2cmcgQnl0ZQ==?= <j@example.org>",
		"From: J\303\266rg Byte <j@example.org>",
		"From: J\366rg Byte <j@example.org>",
	};
	gsize i;

	write_base (self);
	for (i = 0; i < G_N_ELEMENTS (froms); i++) {
		g_autofree char *mail =
			g_strconcat (froms[i],
				     "\nSubject: [PATCH] names: mend three\n"
				     "Date: Mon, 1 Mar 2021 10:00:00 +0000\n\n" WORDS DIFF,
				     NULL);
		g_autofree char *path = fixture_write (self->dir, "mail", mail);
		g_autoptr (Import) in = import_read (path, &(ImportOptions){ 0 }, NULL);
		const PostedPatch *patch = in->patches->pdata[0];

		g_assert_cmpstr (patch->author, ==, "J\303\266rg Byte <j@example.org>");
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/mails/clothes", test_clothes);
	fixture_add ("/mails/letters", test_letters);
	return g_test_run ();
}
