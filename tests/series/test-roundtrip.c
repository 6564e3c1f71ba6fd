/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commits to mails and back: git format-patch, damage on the way, import, apply. The tree is the
 * commit's, or somebody says that it cannot be had: never another one.
 */
#include "series/import.h"
#include "series/variant.h"
#include "tests/series/damage.h"
#include "tests/series/fixture.h"

#define LIST	   "log --no-merges --format='commit %H'"
#define KEY_LENGTH 40
#define CUT_STEP   7

typedef enum {
	OUTCOME_EQUAL,
	OUTCOME_REFUSED,
	OUTCOME_WRONG,
	OUTCOME_LAST,
} Outcome;

/* One run over a history. */
typedef struct {
	const char *dir, *git; /* a folder for files; the repository */
	const char *options;   /* of git format-patch */
	Repo *repo;
	guint table[DAMAGE_LAST][OUTCOME_LAST];
} Trip;

static char *git (const Trip *self, const char *arguments)
{
	g_autofree char *command = g_strdup_printf ("git -C '%s' %s", self->git, arguments);

	return g_strchomp (fixture_shell (self->dir, command, NULL));
}

/* The patch files of @in, one above the other. */
static Variant *stack_of (const Trip *self, const Import *in)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
	guint i;

	for (i = 0; i < in->patches->len; i++) {
		const PostedPatch *candidate = in->patches->pdata[i];

		g_ptr_array_add (paths,
				 fixture_write (self->dir, candidate->file, candidate->text));
	}
	return variant_new ("trip", paths, NULL);
}

static Outcome bring_home (const Trip *self, const char *mail, const char *parent, const char *tree,
			   char **out_why)
{
	g_autofree char *path = fixture_write (self->dir, "mail", mail);
	g_autoptr (GError) error = NULL;
	g_autoptr (Import) in =
		import_read (path, &(ImportOptions){ .repo = self->repo, .base = parent }, &error);
	g_autoptr (Variant) variant = in ? stack_of (self, in) : NULL;
	g_autoptr (Applied) applied = NULL;
	guint i;

	*out_why = NULL;
	if (!in) {
		*out_why = g_strdup (error->message);
		return OUTCOME_REFUSED;
	}
	g_assert_nonnull (variant);
	/* fuzz as bakeoff.conf may allow it: leniency must not make another tree */
	applied = variant_apply (self->repo, parent, NULL, variant, 2, &error);
	g_assert_no_error (error);
	for (i = 0; i < variant->patches->len; i++)
		g_remove (variant->patches->pdata[i]);
	if (!applied->ok) {
		*out_why = g_strdup (applied->detail);
		return OUTCOME_REFUSED;
	}
	return strcmp (applied->tree, tree) == 0 ? OUTCOME_EQUAL : OUTCOME_WRONG;
}

/* A mail is cut somewhere between the diff's first line and its end, other for each commit. */
static guint cut_of (const char *mail, const char *commit)
{
	const char *body = strstr (mail, "\n\n") + 2, *diff = strstr (body, "\ndiff --git ");
	guint start = diff ? (guint) (diff - body) : 0, length = (guint) strlen (body) - start;

	return start + g_str_hash (commit) % length;
}

/* Returns how @commit came back from each kind of damage, a letter for each: e, r or W. */
static char *try_commit (Trip *self, const char *commit)
{
	g_autofree char *show =
		g_strdup_printf ("format-patch -1 --stdout %s %s", self->options, commit);
	g_autofree char *up = g_strdup_printf ("rev-parse '%s^'", commit);
	g_autofree char *its = g_strdup_printf ("rev-parse '%s^{tree}'", commit);
	g_autofree char *mail = git (self, show), *parent = git (self, up), *tree = git (self, its);
	GString *letters = g_string_new (NULL);
	guint kind;

	for (kind = 0; kind < DAMAGE_LAST; kind++) {
		g_autofree char *whole = g_strconcat (mail, "\n", NULL);
		g_autofree char *damaged = damage_mail (kind, whole, cut_of (whole, commit));
		g_autofree char *why = NULL;
		Outcome outcome = bring_home (self, damaged, parent, tree, &why);

		self->table[kind][outcome]++;
		g_string_append_c (letters, "erW"[outcome]);
		if (outcome == OUTCOME_WRONG || (outcome == OUTCOME_REFUSED && g_test_verbose ()))
			g_test_message ("%.12s, %s: %s", commit, damage_names[kind],
					why ? why : "WRONG");
	}
	return g_string_free (letters, FALSE);
}

static void print_table (const Trip *self)
{
	guint kind;

	g_print ("# %-20s %6s %8s %6s\n", "damage", "equal", "refused", "WRONG");
	for (kind = 0; kind < DAMAGE_LAST; kind++)
		g_print ("# %-20s %6u %8u %6u\n", damage_names[kind],
			 self->table[kind][OUTCOME_EQUAL], self->table[kind][OUTCOME_REFUSED],
			 self->table[kind][OUTCOME_WRONG]);
}

static guint count_wrong (const Trip *self)
{
	guint kind, wrong = 0;

	for (kind = 0; kind < DAMAGE_LAST; kind++)
		wrong += self->table[kind][OUTCOME_WRONG];
	return wrong;
}

/* ---- a history of our own ---- */

/* A commit on a copy of the model kernel, and how it must come back from each kind of damage, in
 * the order of Damage: e equal, r refused, ? one of the two. */
typedef struct {
	const char *name, *command, *outcomes;
} Step;

static const Step steps[] = {
	/* a long line, tabs, each of HTML's characters, blank context; blanks between tabs */
	{ "edit",
	  "sed -i 's/^\tkfree(host->card);$/\tif (host->card \\&\\& host->card->rca < 0xffff)\t"
	  "\\/* a comment that is long enough to be broken by a mailer *\\/\\n\t&/' "
	  "drivers/mmc/core/core.c",
	  "eeeeeeeeeeee?" },
	{ "create",
	  "printf '#include <linux/new.h>\\n\\nint f(int a)\\n{\\n\\treturn a && 1;\\n}\\n\\n' "
	  ">lib/new.c",
	  "eeeeeeeeeeee?" },
	/* only who has the line's end knows that there was a blank */
	{ "trailing blank", "sed -i 's/^\treturn to;$/\treturn (to); /' lib/string.c",
	  "eereeeeereee?" },
	{ "two files",
	  "sed -i 's/size_t size/size_t count/' lib/string.c && sed -i 's/0x/0X/' "
	  "drivers/amba/bus.c",
	  "eeeeeeeeeeee?" },
	{ "delete", "git rm -q lib/prio_tree.c", "eeeeeeeeeeee?" },
	{ "rename and edit",
	  "git mv lib/vsprintf.c lib/printf.c && sed -i '1a /* renamed */' lib/printf.c",
	  "eeeeeeeeeeee?" },
	{ "rename", "git mv lib/string.c lib/strings.c", "eeeeeeeeeeee?" },
	{ "copy", "cp lib/strings.c lib/copy.c && sed -i '1a /* copied */' lib/copy.c",
	  "eeeeeeeeeeee?" },
	{ "mode", "chmod +x lib/new.c", "eeeeeeeeeeee?" },
	{ "mode and edit", "chmod -x lib/new.c && sed -i 's/a && 1/a \\&\\& 2/' lib/new.c",
	  "eeeeeeeeeeee?" },
	{ "link", "ln -s new.c lib/link.c", "eeeeeeeeeeee?" },
	{ "other link", "ln -sf copy.c lib/link.c", "eeeeeeeeeeee?" },
	{ "no newline", "printf 'int x;\\nint y;' >lib/open.c", "eeeeeeeeeeee?" },
	{ "newline", "printf '\\n' >>lib/open.c", "eeeeeeeeeeee?" },
	{ "empty", ": >lib/empty.c", "eeeeeeeeeeee?" },
	{ "names", "echo 'int a;' >'lib/a b.c' && echo 'int b;' >lib/b\303\244.c",
	  "eeeeeeeeeeee?" },
	/* its description too: a line of a mailbox that looks like another mail's first */
	{ "From", "printf 'From here on\\nFrom there\\n' >lib/From", "???????eee???" },
	/* eight blanks that are no tab beside tabs: no guess at both is right */
	{ "blanks and tabs", "printf '\\ta\\n        b\\n' >lib/mixed", "eeeereeeeeee?" },
	/* lines that end in \r: where all the mail does, one of two is taken off */
	{ "CRLF file", "printf 'a\\r\\nb\\r\\n' >lib/dos", "eereeeeeeeee?" },
	/* bytes and commits are no text: refused with a reason, always */
	{ "binary", "printf '\\0\\1\\2' >lib/logo.bin", "rrrrrrrrrrrrr" },
	{ "submodule",
	  "mkdir lib/module && git update-index --add --cacheinfo "
	  "160000,0123456789abcdef0123456789abcdef01234567,lib/module",
	  "rrrrrrrrrrrrr" },
};

static void make_history (const Fixture *fixture)
{
	g_autofree char *kernel = g_canonicalize_filename ("demo/kernel", NULL);
	g_autofree char *base = g_strdup_printf (
		"cp -r '%s' repo && cd repo && git init -q -b main . && git add -A && "
		"git commit -q -m base",
		kernel);
	guint i;

	fixture_run (fixture->dir, base);
	for (i = 0; i < G_N_ELEMENTS (steps); i++) {
		g_autofree char *command = g_strdup_printf (
			"%s && git add -A . && git commit -q -m 'lib: %s' -m '%s' && "
			"git tag step-%u",
			steps[i].command, steps[i].name,
			strcmp (steps[i].name, "From") == 0 ? "From here on." : "Some words.", i);

		fixture_run (fixture->repo, command);
	}
}

static void check_outcomes (const Step *step, const char *got)
{
	guint i;

	for (i = 0; i < DAMAGE_LAST; i++)
		if (got[i] == 'W' || (step->outcomes[i] != '?' && step->outcomes[i] != got[i]))
			g_error ("%s after %s: %c, not %c", step->name, damage_names[i], got[i],
				 step->outcomes[i]);
}

/* Each kind of change that a commit can make comes back as what it was from each kind of damage
 * that can be proven away, and is refused after the others. */
static void test_generated (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	Trip trip = { .dir = fixture->dir,
		      .git = fixture->repo,
		      .options = "-C --find-copies-harder" };
	guint i;

	make_history (fixture);
	trip.repo = repo_open (fixture->repo, NULL);
	for (i = 0; i < G_N_ELEMENTS (steps); i++) {
		g_autofree char *tag = g_strdup_printf ("step-%u", i);
		g_autofree char *got = try_commit (&trip, tag);

		check_outcomes (&steps[i], got);
	}
	print_table (&trip);
	repo_free (trip.repo);
}

/* A mail that ends anywhere makes the commit's tree or none: between files, in a file's header, in
 * its name, in a hunk, between hunks. */
static void test_cut (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	Trip trip = { .dir = fixture->dir,
		      .git = fixture->repo,
		      .options = "-C --find-copies-harder" };
	guint i, at;

	make_history (fixture);
	trip.repo = repo_open (fixture->repo, NULL);
	for (i = 0; i < G_N_ELEMENTS (steps); i++) {
		g_autofree char *show = g_strdup_printf (
			"format-patch -1 --stdout -C --find-copies-harder step-%u", i);
		g_autofree char *its = g_strdup_printf ("rev-parse 'step-%u^{tree}'", i);
		g_autofree char *up = g_strdup_printf ("rev-parse 'step-%u^'", i);
		g_autofree char *mail = git (&trip, show), *tree = git (&trip, its);
		g_autofree char *parent = git (&trip, up);
		const char *diff = strstr (mail, "\ndiff --git ");

		for (at = (guint) (diff - mail) + i % CUT_STEP; at < strlen (mail);
		     at += CUT_STEP) {
			g_autofree char *part = g_strndup (mail, at), *why = NULL;
			Outcome outcome = bring_home (&trip, part, parent, tree, &why);

			if (outcome == OUTCOME_WRONG)
				g_error ("%s cut at byte %u: WRONG\n%s", steps[i].name, at, part);
		}
	}
	repo_free (trip.repo);
}

/* ---- real history ---- */

static int compare_keys (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* @most of the commits that `git @list` tells, the first in an order that only their ids tell. */
static void choose (const Trip *self, const char *list, guint most, GHashTable *chosen)
{
	g_autofree char *command = g_strdup_printf ("%s v2.6.22-rc1..v2.6.22", list);
	g_autofree char *printed = git (self, command);
	g_auto (GStrv) lines = g_strsplit (printed, "\n", -1);
	g_autoptr (GPtrArray) keyed = g_ptr_array_new_with_free_func (g_free);
	const char *id = NULL;
	guint i;

	for (i = 0; lines[i]; i++) {
		g_autofree char *salted = NULL, *key = NULL;

		if (g_str_has_prefix (lines[i], "commit "))
			id = lines[i] + strlen ("commit ");
		if (!g_str_has_prefix (lines[i], "commit ") &&
		    !g_str_has_prefix (lines[i], ":100644 100755 ") &&
		    !g_str_has_prefix (lines[i], ":100755 100644 "))
			continue;
		/* --raw: those that change a mode; else all */
		if (strstr (list, "--raw") && *lines[i] == 'c')
			continue;
		salted = g_strconcat ("seed 2007 ", id, NULL);
		key = g_compute_checksum_for_string (G_CHECKSUM_SHA1, salted, -1);
		g_ptr_array_add (keyed, g_strconcat (key, id, NULL));
	}
	g_ptr_array_sort (keyed, compare_keys);
	for (i = 0; i < keyed->len && most; i++)
		most -= g_hash_table_add (chosen, g_strdup ((char *) keyed->pdata[i] + KEY_LENGTH));
}

/* 200 commits of Linux between v2.6.22-rc1 and v2.6.22, after each kind of damage. */
static void test_linux (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	const char *linux_path = g_getenv ("BAKEOFF_LINUX");
	const char *wanted = g_getenv ("BAKEOFF_ROUNDTRIP");
	guint most = wanted ? (guint) g_ascii_strtoull (wanted, NULL, 10) : 200;
	g_autoptr (GHashTable) chosen =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *clone = NULL;
	Trip trip = { .dir = fixture->dir, .git = fixture->repo, .options = "" };
	GHashTableIter iter;
	gpointer id;

	if (!linux_path || !*linux_path) {
		g_test_skip ("BAKEOFF_LINUX names no repository of Linux");
		return;
	}
	/* what is written goes into a repository of our own */
	clone = g_strdup_printf ("git clone -q --bare --shared '%s' repo", linux_path);
	fixture_run (fixture->dir, clone);
	trip.repo = repo_open (fixture->repo, NULL);
	choose (&trip, LIST " -s -M --diff-filter=R", 10, chosen);
	choose (&trip, LIST " -s --diff-filter=A", 15, chosen);
	choose (&trip, LIST " -s --diff-filter=D", 10, chosen);
	choose (&trip, LIST " --raw", 10, chosen);
	choose (&trip, LIST " -s", most - MIN (most, g_hash_table_size (chosen)), chosen);
	g_hash_table_iter_init (&iter, chosen);
	while (g_hash_table_iter_next (&iter, &id, NULL))
		g_free (try_commit (&trip, id));
	print_table (&trip);
	g_assert_cmpuint (trip.table[DAMAGE_NONE][OUTCOME_EQUAL], ==, g_hash_table_size (chosen));
	g_assert_cmpuint (count_wrong (&trip), ==, 0);
	repo_free (trip.repo);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/roundtrip/generated", test_generated);
	fixture_add ("/roundtrip/cut", test_cut);
	fixture_add ("/roundtrip/linux", test_linux);
	return g_test_run ();
}
