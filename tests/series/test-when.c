/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which commits a patch of a prelude is for. The oracles are git rev-list and quilt.
 */
#include "base/error.h"
#include "series/lineage.h"
#include "series/prelude.h"
#include "series/when.h"
#include "tests/series/fixture.h"

#define RANDOM_COMMITS 70

/* a - b - m - c, where m merges s, which left at a; lone shares nothing with them. */
static void make_history (Fixture *self)
{
	fixture_run (
		self->dir,
		"mkdir p && git init -q -b main repo && cd repo && "
		"c() { git commit -q --allow-empty -m $1 && git tag $1; } && "
		"echo one >f && git add f && c a && git checkout -q -b side && c s && "
		"git checkout -q main && c b && git merge -q --no-ff -m m side && git tag m && "
		"c c && git checkout -q --orphan other && c lone && git checkout -q main");
}

static gboolean holds (Repo *repo, const char *text, const char *rev)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (When) when = when_parse (text, "series:1", &error);
	g_autofree char *id = repo_resolve (repo, rev, NULL);
	gboolean out = FALSE;

	g_assert_no_error (error);
	when_holds (when, repo, id, &out, &error);
	g_assert_no_error (error);
	return out;
}

/* Both ends, one end, merges, a side branch that has neither, ranges of which one holds. */
static void test_ranges (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const cases[][2] = {
		{ "a..c", "a b m s" },
		{ "b..c", "b m" },
		{ "b..", "b m c" },
		{ "..b", "a s lone" },
		{ "..a", "lone" },
		{ "s..", "s m c" },
		{ "s..c", "s m" },
		{ "b..m", "b" },
		{ "c..b", "" },
		{ "a..b,c..", "a s c" },
		{ "..a , m..", "m c lone" },
		{ "b..b", "" },
	};
	static const char *const all[] = { "a", "b", "m", "c", "s", "lone" };
	g_autoptr (Repo) repo = NULL;
	guint i, j;

	make_history (self);
	repo = repo_open (self->repo, NULL);
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_auto (GStrv) want = g_strsplit (cases[i][1], " ", -1);

		for (j = 0; j < G_N_ELEMENTS (all); j++) {
			gboolean wanted = g_strv_contains ((const char *const *) want, all[j]);

			if (holds (repo, cases[i][0], all[j]) != wanted)
				g_error ("%s on %s", cases[i][0], all[j]);
		}
	}
}

/* What is no range is an error that names file and line; so is a revision that is not there, also
 * where the other end would decide. */
static void test_errors (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const bad[] = { "",	     "a",     "a...b", "..",	"a..b..c",
					   "a..b c", "a..b,", ",a..b", "a .. b" };
	static const char *const unknown[] = { "nowhere..", "..nowhere", "c..nowhere",
					       "lone..nowhere", "a..,nowhere.." };
	g_autoptr (Repo) repo = NULL;
	g_autofree char *id = NULL;
	guint i;

	make_history (self);
	repo = repo_open (self->repo, NULL);
	id = repo_resolve (repo, "b", NULL);
	for (i = 0; i < G_N_ELEMENTS (bad); i++) {
		g_autoptr (GError) error = NULL;

		g_assert_null (when_parse (bad[i], "series:7", &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_assert_true (g_str_has_prefix (error->message, "series:7: "));
	}
	for (i = 0; i < G_N_ELEMENTS (unknown); i++) {
		g_autoptr (When) when = when_parse (unknown[i], "series:7", NULL);
		g_autoptr (GError) error = NULL;
		gboolean out;

		g_assert_false (when_holds (when, repo, id, &out, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_assert_true (g_str_has_prefix (error->message, "series:7: 'nowhere' is no "));
	}
}

/* A random graph with merges and several roots, whose clocks are wrong now and then. */
static void make_random (Fixture *self, GRand *rand)
{
	g_autoptr (GString) text = g_string_new (NULL);
	int i;

	for (i = 1; i <= RANDOM_COMMITS; i++) {
		int date = g_rand_int_range (rand, 0, 4) ? i * 86400 * 20
							 : g_rand_int_range (rand, 1, 2000000000);

		g_string_append_printf (text,
					"commit refs/tags/t%d\nmark :%d\n"
					"committer T <t@example.org> %d +0000\ndata 0\n",
					i, i, date);
		if (i == 1 || !g_rand_int_range (rand, 0, 15)) {
			g_string_append (text, "\n");
			continue;
		}
		g_string_append_printf (text, "from :%d\n",
					g_rand_int_range (rand, MAX (1, i - 6), i));
		if (i > 2 && !g_rand_int_range (rand, 0, 3))
			g_string_append_printf (text, "merge :%d\n", g_rand_int_range (rand, 1, i));
		g_string_append (text, "\n");
	}
	fixture_put (self->dir, "import", text->str);
	fixture_run (self->dir, "git init -q -b main repo && cd repo && "
				"git fast-import --quiet <../import && git gc -q");
}

/* Every commit against every other, in random order, as git rev-list says. */
static void test_lineage (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (20070621);
	g_autoptr (Repo) repo = NULL;
	char *ids[RANDOM_COMMITS], *before[RANDOM_COMMITS];
	guint i;

	make_random (self, rand);
	repo = repo_open (self->repo, NULL);
	for (i = 0; i < RANDOM_COMMITS; i++) {
		g_autofree char *name = g_strdup_printf ("t%u", i + 1);
		g_autofree char *command = g_strdup_printf ("git rev-list %s", name);

		ids[i] = repo_resolve (repo, name, NULL);
		before[i] = fixture_shell (self->repo, command, NULL);
	}
	for (i = 0; i < 3 * RANDOM_COMMITS * RANDOM_COMMITS; i++) {
		guint one = (guint) g_rand_int_range (rand, 0, RANDOM_COMMITS);
		guint other = (guint) g_rand_int_range (rand, 0, RANDOM_COMMITS);
		gboolean contains = FALSE;

		g_assert_true (lineage_contains (repo, ids[one], ids[other], &contains, NULL));
		g_assert_true (contains == !!strstr (before[one], ids[other]));
	}
	for (i = 0; i < RANDOM_COMMITS; i++) {
		g_free (ids[i]);
		g_free (before[i]);
	}
}

/* Where a shallow clone ends, history does; elsewhere a commit that is missing is trouble. */
static void test_holes (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *path = g_build_filename (self->dir, "shallow", NULL);
	g_autofree char *here = NULL, *side = NULL;
	g_autoptr (Repo) shallow = NULL, holed = NULL;
	g_autoptr (GError) error = NULL;
	gboolean contains = TRUE;

	make_history (self);
	fixture_run (self->dir, "git clone -q --depth 2 file://$PWD/repo shallow");
	shallow = repo_open (path, NULL);
	here = repo_resolve (shallow, "HEAD", NULL);
	side = repo_resolve (shallow, "HEAD~1", NULL);
	g_assert_true (lineage_contains (shallow, here, side, &contains, NULL) && contains);
	g_assert_true (lineage_contains (shallow, side, here, &contains, NULL) && !contains);

	g_free (side);
	fixture_run (self->repo, "id=$(git rev-parse b) && "
				 "rm -f .git/objects/$(echo $id | sed 's,^..,&/,')");
	holed = repo_open (self->repo, NULL);
	side = repo_resolve (holed, "lone", NULL);
	g_assert_false (lineage_contains (holed, here, side, &contains, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
}

/* A series with ranges: each patch where it belongs, told; quilt takes the range for a comment. */
static void test_series (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char one[] = "--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n one\n+early\n";
	static const char two[] = "--- f\n+++ f\n@@ -1 +1,2 @@\n one\n+late\n";
	g_autofree char *dir = g_build_filename (self->dir, "p", NULL);
	g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GPtrArray) used = g_ptr_array_new_with_free_func (g_free);
	g_autofree char *names = NULL, *pushed = NULL, *id = NULL, *tree = NULL;
	g_autoptr (Prelude) prelude = NULL;
	g_autoptr (Overlay) overlay = NULL;
	g_autoptr (Repo) repo = NULL;

	make_history (self);
	fixture_put (dir, "early.patch", one);
	fixture_put (dir, "late.patch", two);
	fixture_put (dir, "series",
		     "# both are needed, when = is explained elsewhere\n"
		     "early.patch # when = ..b\nlate.patch -p0 #when=b.., lone..\n");
	prelude = prelude_read (dir, NULL);
	repo = repo_open (self->repo, NULL);
	id = repo_resolve (repo, "c", NULL);
	tree = repo_tree_of (repo, id, NULL);
	overlay = overlay_new (repo, tree, NULL);
	g_assert_true (prelude_apply (prelude, repo, id, overlay, notes, used, NULL));
	g_assert_cmpuint (used->len, ==, 1);
	g_assert_cmpstr (used->pdata[0], ==, "late.patch");
	g_assert_cmpuint (notes->len, ==, 1);
	g_assert_cmpstr (notes->pdata[0], ==, "prelude: early.patch: left out: when = ..b");

	names = fixture_line (self->repo, "QUILT_PATCHES=$PWD/../p quilt --quiltrc=- series | "
					  "sed 's,.*/,,'");
	g_assert_cmpstr (names, ==, "early.patch\nlate.patch");
	pushed = fixture_line (self->repo, "export QUILT_PATCHES=$PWD/../p && "
					   "quilt --quiltrc=- push -q early.patch >&2 && cat f");
	g_assert_cmpstr (pushed, ==, "one\nearly");
}

/* In a series, bad syntax is found when it is read, with its line; an unknown revision when it is
 * asked about a commit. */
static void test_bad_series (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const cases[][2] = {
		{ "\na.patch # when = a\n", "p/series:2: 'a' is no range of commits" },
		{ "a.patch # when =\n", "p/series:1: 'when =' names no range" },
		{ "a.patch\n# when = a..b\n",
		  "p/series:2: there is no patch before this 'when ='" },
	};
	g_autofree char *dir = g_build_filename (self->dir, "p", NULL);
	guint i;

	fixture_put (dir, "a.patch", "--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n one\n+x\n");
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GError) error = NULL;

		fixture_put (dir, "series", cases[i][0]);
		g_assert_null (prelude_read (dir, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_assert_nonnull (strstr (error->message, cases[i][1]));
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/when/ranges", test_ranges);
	fixture_add ("/when/errors", test_errors);
	fixture_add ("/when/lineage", test_lineage);
	fixture_add ("/when/holes", test_holes);
	fixture_add ("/when/series", test_series);
	fixture_add ("/when/bad-series", test_bad_series);
	return g_test_run ();
}
