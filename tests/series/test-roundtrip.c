/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commits to mails and back: git format-patch, damage on the way, import, apply. The tree is the
 * commit's, or somebody says that it cannot be had: never another one.
 */
#include "series/import.h"
#include "series/variant.h"
#include "tests/series/damage.h"
#include "tests/series/fixture.h"

typedef enum {
	OUTCOME_EQUAL,
	OUTCOME_REFUSED,
	OUTCOME_WRONG,
	OUTCOME_LAST,
} Outcome;

/* One run over a history. */
typedef struct {
	const char *dir, *git; /* a folder for files; the repository */
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
	g_autofree char *show = g_strdup_printf ("format-patch -1 --stdout %s", commit);
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

/* ---- real history ---- */

static int compare_keys (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The first @most commits that `git log @filter` tells, in an order that only the ids determine. */
static void choose (const Trip *self, const char *filter, guint most, GHashTable *chosen)
{
	g_autofree char *command =
		g_strdup_printf ("log --no-merges --format=%%H %s v2.6.22-rc1..v2.6.22", filter);
	g_autofree char *printed = git (self, command);
	g_auto (GStrv) ids = g_strsplit (printed, "\n", -1);
	g_autoptr (GPtrArray) keyed = g_ptr_array_new_with_free_func (g_free);
	guint i;

	for (i = 0; ids[i] && *ids[i]; i++) {
		g_autofree char *salted = g_strconcat ("seed 2007 ", ids[i], NULL);
		g_autofree char *key = g_compute_checksum_for_string (G_CHECKSUM_SHA1, salted, -1);

		g_ptr_array_add (keyed, g_strconcat (key, ids[i], NULL));
	}
	g_ptr_array_sort (keyed, compare_keys);
	for (i = 0; i < keyed->len && most; i++) {
		char *id = g_strdup ((char *) keyed->pdata[i] + 40);

		most -= g_hash_table_add (chosen, id);
	}
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
	Trip trip = { .dir = fixture->dir, .git = fixture->repo };
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
	choose (&trip, "--diff-filter=R -M", 10, chosen);
	choose (&trip, "--diff-filter=A", 15, chosen);
	choose (&trip, "--diff-filter=D", 10, chosen);
	choose (&trip, "--summary -G'^$' --diff-filter=M", 5, chosen);
	choose (&trip, "", most - MIN (most, g_hash_table_size (chosen)), chosen);
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
	fixture_add ("/roundtrip/linux", test_linux);
	return g_test_run ();
}
