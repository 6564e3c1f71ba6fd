/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Histories as git tells them: `git rev-list` says which commits there are, how many each contains
 * and what a bisection asks for, of repositories made by chance and of Linux.
 */
#include <stdlib.h>

#include "base/error.h"
#include "bisect/history.h"
#include "bisect/search.h"
#include "bisect/weigh.h"
#include "tests/bisect/graphs.h"
#include "tests/series/fixture.h"

/* A range of commits, as git and as history_load() are told of it. */
typedef struct {
	const char *dir;
	char *new_end;
	char *old_ends[3];
	gboolean first_parent;
	const char *paths[3];
} Range;

static const char *const all_paths[] = { "a", "a/y/z", "b", "./a/y/", "none", "." };

/* What a commit does: it may write some files, with one of few contents, so that branches and
 * merges often come to the same. */
static void write_files (GString *stream, GRand *rand)
{
	static const char *const files[] = { "a/x", "a/y/z", "b", "c" };
	guint i;

	for (i = 0; i < G_N_ELEMENTS (files); i++) {
		gint content = g_rand_int_range (rand, 0, 10);

		if (content == 0)
			g_string_append_printf (stream, "D %s\n", files[i]);
		else if (content < 4)
			g_string_append_printf (stream, "M %s inline %s\ndata 2\n%d\n",
						g_rand_boolean (rand) ? "100644" : "100755",
						files[i], content);
	}
}

/* Makes a repository with a commit for each node of a graph made by chance, their dates up to 20
 * places out of order. Returns: (transfer full): ids of all commits, the one that contains all
 * others last. */
static GPtrArray *make_repository (Fixture *fixture, GRand *rand, GraphShape shape, guint size)
{
	g_autoptr (Graph) graph = graphs_random (rand, &shape, size);
	g_autoptr (GString) stream = g_string_new (NULL);
	g_autofree char *marks = NULL;
	g_auto (GStrv) lines = NULL;
	GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
	guint i, j;

	for (i = 0; i < graph_size (graph); i++) {
		const GraphNode *node = graph_node (graph, i);

		g_string_append_printf (
			stream,
			"reset refs/heads/main\n\ncommit refs/heads/main\nmark :%u\n"
			"committer T <t@example.org> %u +0000\ndata 5\n%s\n",
			i + 1, 1600000000 + 60 * i + (guint) g_rand_int_range (rand, 0, 1200),
			node->id);
		for (j = 0; j < node->parents_len; j++)
			g_string_append_printf (stream, "%s :%u\n", j ? "merge" : "from",
						node->parents[j] + 1);
		write_files (stream, rand);
	}
	fixture_put (fixture->dir, "stream", stream->str);
	marks = fixture_shell (
		fixture->dir,
		"rm -rf repo marks && git init -q -b main --bare repo && git -C repo "
		"fast-import --quiet --export-marks=../marks <stream && "
		"sort -t : -k 2n marks | cut -d ' ' -f 2",
		NULL);
	lines = g_strsplit (g_strchomp (marks), "\n", -1);
	for (i = 0; lines[i]; i++)
		g_ptr_array_add (ids, g_strdup (lines[i]));
	g_assert_cmpuint (ids->len, ==, graph_size (graph));
	return ids;
}

static void range_clear (Range *self)
{
	guint i;

	g_free (self->new_end);
	for (i = 0; self->old_ends[i]; i++)
		g_free (self->old_ends[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Range, range_clear)

/* What git prints of a range with @options: lines. */
static char **git_range (const Range *self, const char *options)
{
	g_autoptr (GString) command = g_string_new (NULL);
	g_autofree char *printed = NULL;
	guint i;

	g_string_append_printf (command, "exec git rev-list %s%s %s",
				self->first_parent ? "--first-parent " : "", options,
				self->new_end);
	for (i = 0; self->old_ends[i]; i++)
		g_string_append_printf (command, " ^%s", self->old_ends[i]);
	for (i = 0; self->paths[i]; i++)
		g_string_append_printf (command, "%s%s", i ? " " : " -- ", self->paths[i]);
	printed = fixture_line (self->dir, command->str);
	return g_strsplit (printed, "\n", -1);
}

static Graph *load (const Range *self, GError **error)
{
	g_autoptr (Repo) repo = repo_open (self->dir, NULL);

	g_assert_nonnull (repo);
	return history_load (repo, self->new_end, (const char *const *) self->old_ends,
			     self->first_parent, self->paths, error);
}

static Graph *load_well (const Range *self)
{
	g_autoptr (GError) error = NULL;
	Graph *graph = load (self, &error);

	g_assert_no_error (error);
	return graph;
}

static void pick_range (Range *self, GRand *rand, const GPtrArray *ids)
{
	gint last = (gint) ids->len - 1;
	gint new_end = g_rand_boolean (rand) ? last : g_rand_int_range (rand, last / 2, last + 1);
	gint i, olds = g_rand_int_range (rand, 0, 3);

	self->new_end = g_strdup (ids->pdata[new_end]);
	for (i = 0; i < olds && new_end > 0; i++)
		self->old_ends[i] = g_strdup (ids->pdata[g_rand_int_range (rand, 0, new_end)]);
	self->first_parent = g_rand_int_range (rand, 0, 4) == 0;
}

/* Each commit of the range is a node, and no other; its parents are those of git that are in the
 * range. The new end comes last. */
static void assert_commits (const Range *range, const Graph *graph)
{
	g_auto (GStrv) lines = git_range (range, "--parents");
	guint i, j, node, parent;

	g_assert_cmpuint (g_strv_length (lines), ==, graph_size (graph));
	g_assert_cmpstr (graph_node (graph, graph_size (graph) - 1)->id, ==, range->new_end);
	for (i = 0; lines[i]; i++) {
		g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
		const GraphNode *entry;
		guint parents = 0;

		g_assert_true (graph_find (graph, words[0], &node));
		entry = graph_node (graph, node);
		for (j = 1; words[j] && (j == 1 || !range->first_parent); j++)
			if (graph_find (graph, words[j], &parent)) {
				g_assert_cmpuint (parents, <, entry->parents_len);
				g_assert_cmpuint (entry->parents[parents++], ==, parent);
			}
		g_assert_cmpuint (parents, ==, entry->parents_len);
	}
}

/* Nodes that count are those that git lists; each is as far from the middle as git says. What is
 * asked first is the nearest of all, and no worse than what git asks. */
static void assert_bisection (const Range *range, const Graph *graph)
{
	g_auto (GStrv) lines = git_range (range, "--bisect-all");
	g_auto (GStrv) chosen = git_range (range, "--bisect");
	g_autoptr (Search) search = search_new (graph);
	g_autofree Bits *all = graph_ancestors (graph, graph_size (graph) - 1);
	g_autoptr (Weights) weights = weigh (graph, all, WEIGH_MEMORY);
	g_autofree Bits *suspects = search_suspects (search);
	guint i, node, asked = G_MAXUINT, best = 0, ours = 0, theirs = 0;

	search_next (search, &asked);
	g_assert_cmpuint (weights->len, ==, graph_size (graph));
	for (i = 0; lines[i] && *lines[i]; i++) {
		const char *told = strstr (lines[i], "dist=");
		guint distance;

		g_assert_nonnull (told);
		distance = (guint) strtoul (told + strlen ("dist="), NULL, 10);
		lines[i][40] = '\0';
		g_assert_true (graph_find (graph, lines[i], &node));
		g_assert_true (bits_has (suspects, node));
		g_assert_cmpuint (
			MIN (weights->weights[node], weights->total - weights->weights[node]), ==,
			distance);
		best = MAX (best, distance);
		if (node == asked)
			ours = distance;
		if (g_str_equal (lines[i], chosen[0]))
			theirs = distance;
	}
	g_assert_cmpuint (i, ==, bits_count (suspects));
	g_assert_cmpuint (ours, ==, best);
	g_assert_cmpuint (ours, >=, theirs);
}

/* Whether git has any commit in the range: where not, it is an error to load it. */
static gboolean has_commits (const Range *self)
{
	Range all = *self;
	g_auto (GStrv) lines = NULL;

	all.paths[0] = NULL;
	lines = git_range (&all, "-1");
	return lines[0] && *lines[0];
}

static void assert_empty (const Range *self)
{
	g_autoptr (GError) error = NULL;

	g_assert_null (load (self, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	g_assert_nonnull (strstr (error->message, self->new_end));
}

/* Commits, parents, weights and the first question are git's, with none, one or two old ends, and
 * with first parents only. */
static void test_load (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	guint i, j;

	for (i = 0; i < 10; i++) {
		g_autoptr (GRand) rand = g_rand_new_with_seed (i);
		g_autoptr (GPtrArray) ids =
			make_repository (fixture, rand, graphs_shape (rand), 10 + 10 * i);

		for (j = 0; j < 6; j++) {
			g_auto (Range) range = { .dir = fixture->repo };
			g_autoptr (Graph) graph = NULL;

			pick_range (&range, rand, ids);
			if (!has_commits (&range)) {
				assert_empty (&range);
				continue;
			}
			graph = load_well (&range);
			assert_commits (&range, graph);
			assert_bisection (&range, graph);
		}
	}
}

/* Nodes that count are those of the range that git lists for the paths where there is no old end.
 * (With one, git's answer on a merge depends on dates.) */
static void assert_counting (const Range *range, const Graph *graph)
{
	Range whole = *range;
	g_auto (GStrv) touching = NULL, inside = NULL;
	guint i, node, counting = 0, expected = 0;

	whole.old_ends[0] = NULL;
	touching = git_range (&whole, "");
	whole = *range;
	whole.paths[0] = NULL;
	inside = git_range (&whole, "");
	for (i = 0; touching[i]; i++) {
		if (!g_strv_contains ((const char *const *) inside, touching[i]))
			continue;
		expected++;
		g_assert_true (graph_find (graph, touching[i], &node));
		g_assert_true (graph_node (graph, node)->counts);
	}
	for (node = 0; node < graph_size (graph); node++)
		counting += graph_node (graph, node)->counts != FALSE;
	g_assert_cmpuint (counting, ==, expected);
}

/* With paths, those commits count that git lists, and weigh what git says; merges that come to the
 * same as a parent do not. */
static void test_paths (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	guint i, j;

	for (i = 0; i < 10; i++) {
		g_autoptr (GRand) rand = g_rand_new_with_seed (i);
		g_autoptr (GPtrArray) ids =
			make_repository (fixture, rand, graphs_shape (rand), 10 + 10 * i);

		for (j = 0; j < 10; j++) {
			g_auto (Range) range = { .dir = fixture->repo };
			g_autoptr (Graph) graph = NULL;

			pick_range (&range, rand, ids);
			range.paths[0] = all_paths[j % G_N_ELEMENTS (all_paths)];
			if (j > 6)
				range.paths[1] = all_paths[2];
			if (!has_commits (&range)) {
				assert_empty (&range);
				continue;
			}
			graph = load_well (&range);
			g_assert_cmpstr (graph_node (graph, graph_size (graph) - 1)->id, ==,
					 range.new_end);
			assert_counting (&range, graph);
			if (!range.old_ends[0])
				assert_bisection (&range, graph);
		}
	}
}

/* All searches that git makes from @bad and @goods on, as `git bisect` does: the number of first
 * bad commits that they end at is returned, the tests of all of them are added to @tests. */
static guint git_searches (const char *dir, const char *bad, const char *goods, guint depth,
			   guint *tests)
{
	g_autofree char *command = g_strdup_printf ("exec git rev-list --bisect %s %s", bad, goods);
	g_autofree char *rev = fixture_line (dir, command);
	g_autofree char *more = g_strdup_printf ("%s ^%s", goods, rev);

	if (g_str_equal (rev, bad)) {
		*tests += depth;
		return 1;
	}
	return git_searches (dir, rev, goods, depth + 1, tests) +
	       git_searches (dir, bad, more, depth + 1, tests);
}

static guint our_searches (const Graph *graph)
{
	guint culprit, node, tests = 0;

	for (culprit = 0; culprit < graph_size (graph); culprit++) {
		g_autoptr (Search) search = search_new (graph);

		for (; search_next (search, &node); tests++) {
			g_autofree Bits *inside = graph_ancestors (graph, node);

			search_tell (search, node,
				     bits_has (inside, culprit) ? ANSWER_NEW : ANSWER_OLD, NULL);
		}
	}
	return tests;
}

/* Over all commits that may be the first bad one, searches take no more tests than git's would, a
 * tenth of a test aside: the two break ties otherwise. */
static void test_tests_of_git (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	guint i, all = 0, all_git = 0, commits = 0;

	for (i = 0; i < 12; i++) {
		g_autoptr (GRand) rand = g_rand_new_with_seed (100 + i);
		g_autoptr (GPtrArray) ids =
			make_repository (fixture, rand, graphs_shape (rand), 5 + 5 * i);
		g_auto (Range) range = { .dir = fixture->repo };
		g_autoptr (Graph) graph = NULL;
		g_autofree char *old = NULL;
		guint ours, gits = 0;

		range.new_end = g_strdup (ids->pdata[ids->len - 1]);
		range.old_ends[0] = g_strdup (ids->pdata[i % 4]);
		old = g_strconcat ("^", range.old_ends[0], NULL);
		graph = load_well (&range);
		ours = our_searches (graph);
		g_assert_cmpuint (git_searches (range.dir, range.new_end, old, 0, &gits), ==,
				  graph_size (graph));
		g_assert_cmpuint (ours, <=, gits + graph_size (graph));
		all += ours;
		all_git += gits;
		commits += graph_size (graph);
	}
	g_test_message ("%u searches: %.3f tests each, git's %.3f", commits, (double) all / commits,
			(double) all_git / commits);
	g_assert_cmpuint (all, <=, all_git + commits / 10);
}

/* Merge bases are git's; where the new end contains the old one there is nothing to test first. */
static void test_merge_bases (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const GraphShape shape = {
		.merges = 0.6, .forks = 0.6, .roots = 0.05, .octopus = 3
	};
	g_autoptr (GRand) rand = g_rand_new_with_seed (6);
	guint i, j, several = 0;

	for (i = 0; i < 100; i++) {
		static GPtrArray *ids;
		g_autoptr (Repo) repo = NULL;
		g_autoptr (GError) error = NULL;
		g_autofree char *command = NULL, *printed = NULL;
		g_auto (GStrv) bases = NULL, wanted = NULL;
		const char *old_end, *new_end;

		if (i % 20 == 0) {
			g_clear_pointer (&ids, g_ptr_array_unref);
			ids = make_repository (fixture, rand, shape, 60);
		}
		repo = repo_open (fixture->repo, NULL);
		old_end = ids->pdata[g_rand_int_range (rand, 0, (gint) ids->len)];
		new_end = ids->pdata[g_rand_int_range (rand, 0, (gint) ids->len)];
		bases = history_merge_bases (repo, old_end, new_end, &error);
		g_assert_no_error (error);
		command = g_strdup_printf ("git merge-base --is-ancestor %s %s || "
					   "git merge-base --all %s %s || true",
					   old_end, new_end, old_end, new_end);
		printed = fixture_line (fixture->repo, command);
		wanted = g_strsplit (printed, "\n", -1);
		g_assert_cmpuint (g_strv_length (bases), ==, g_strv_length (wanted));
		for (j = 0; wanted[j]; j++)
			g_assert_true (g_strv_contains ((const char *const *) bases, wanted[j]));
		several += j > 1;
		if (i == 99)
			g_clear_pointer (&ids, g_ptr_array_unref);
	}
	g_assert_cmpuint (several, >, 0);
}

/* What is not there, and a history that a shallow clone has not whole, are errors that say so. */
static void test_missing (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (1);
	g_autoptr (GPtrArray) ids = make_repository (fixture, rand, graphs_shape (rand), 20);
	g_autofree char *shallow = g_build_filename (fixture->dir, "shallow", NULL);
	g_autoptr (GError) error = NULL;
	g_auto (Range) range = { .dir = fixture->repo };

	range.new_end = g_strdup ("0123456789012345678901234567890123456789");
	g_assert_null (load (&range, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, range.new_end));
	g_clear_error (&error);

	fixture_run (fixture->dir, "git clone -q --bare --depth 1 \"file://$PWD/repo\" shallow");
	g_free (range.new_end);
	range.new_end = g_strdup (ids->pdata[ids->len - 1]);
	range.dir = shallow;
	g_assert_null (load (&range, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, "shallow"));
}

/* The same of Linux: 4,937 commits with their merges, and those that touch mm/. */
static void test_linux (Fixture *fixture G_GNUC_UNUSED, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const paths[] = { NULL, "mm", "include/linux/slub_def.h" };
	const char *linux_repo = g_getenv ("BAKEOFF_LINUX");
	guint i;

	if (!linux_repo) {
		g_test_skip ("BAKEOFF_LINUX names no git repository of Linux");
		return;
	}
	for (i = 0; i < G_N_ELEMENTS (paths) + 1; i++) {
		g_auto (Range) range = { .dir = linux_repo };
		g_autoptr (Graph) graph = NULL;
		gint64 start = g_get_monotonic_time ();

		range.new_end = fixture_line (linux_repo, "git rev-parse v2.6.22-rc1^{commit}");
		range.old_ends[0] = fixture_line (linux_repo, "git rev-parse v2.6.21^{commit}");
		range.first_parent = i == G_N_ELEMENTS (paths);
		range.paths[0] = range.first_parent ? NULL : paths[i];
		graph = load_well (&range);
		g_test_message ("%u commits: %.2f s", graph_size (graph),
				(double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
		if (!range.paths[0])
			assert_commits (&range, graph);
		assert_bisection (&range, graph);
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/history/load", test_load);
	fixture_add ("/history/paths", test_paths);
	fixture_add ("/history/tests-of-git", test_tests_of_git);
	fixture_add ("/history/merge-bases", test_merge_bases);
	fixture_add ("/history/missing", test_missing);
	fixture_add ("/history/linux", test_linux);
	return g_test_run ();
}
