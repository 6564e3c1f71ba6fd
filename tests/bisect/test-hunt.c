/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whole bisections over repositories made by chance, with a test that needs no kernel: files say
 * which commits are bad and which cannot be tested, and what was tested is written down as the
 * store of results would. git itself replays the logs.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "bisect/hunt.h"
#include "bisect/noisy.h"
#include "tests/bisect/graphs.h"
#include "tests/series/fixture.h"

enum {
	REPOSITORIES = 12,
	KILLS = 50
};

/* A repository and what is true of it. */
typedef struct {
	const char *dir; /* with `repo`, `bad`, `skip`, `tested`, `log` in it */
	GPtrArray *ids;	 /* of its commits, the last contains all others */
	Graph *graph;
	guint culprit;
} World;

static void world_clear (World *self)
{
	g_ptr_array_unref (self->ids);
	graph_free (self->graph);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static char *in_dir (const char *dir, const char *name)
{
	return g_build_filename (dir, name, NULL);
}

static gboolean lists (const char *dir, const char *name, const char *commit)
{
	g_autofree char *path = in_dir (dir, name);
	g_autofree char *text = files_read (path, NULL, NULL);

	return text && strstr (text, commit);
}

static void write_down (const char *dir, const char *name, const char *line)
{
	g_autofree char *path = in_dir (dir, name);
	g_autofree char *text = g_strdup_printf ("%s\n", line);
	int fd = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize) strlen (text));
	close (fd);
}

/* What takes the place of a build and a boot. */
static TrialResult *fake_test (const char *commit, guint boots G_GNUC_UNUSED,
			       GCancellable *cancellable, gpointer user_data, GError **error)
{
	const char *dir = user_data;
	gboolean known = lists (dir, "tested", commit);
	TrialResult *result;

	if (!known) {
		g_usleep (1000);
		if (g_cancellable_is_cancelled (cancellable))
			return fail_null (error, BAKEOFF_ERROR_CANCELLED, "stopped");
		write_down (dir, "tested", commit);
	}
	result = g_new0 (TrialResult, 1);
	result->answer = lists (dir, "broken", commit) ? TRIAL_BROKEN
			 : lists (dir, "skip", commit) ? TRIAL_UNTESTABLE
			 : lists (dir, "bad", commit)  ? TRIAL_BAD
						       : TRIAL_GOOD;
	result->reason = g_strdup ("as the files say");
	result->new_builds = !known;
	return result;
}

static Hunt *hunt_in (const char *dir, Session **out_session, guint width, GError **error)
{
	g_autofree char *path = in_dir (dir, "log");
	g_autofree char *repo_dir = in_dir (dir, "repo");
	g_autoptr (Repo) repo = repo_open (repo_dir, NULL);
	g_autoptr (Session) session = session_load (path, error);
	HuntSpec spec = { .repo = repo, .width = width, .test = fake_test };
	Hunt *hunt;

	spec.user_data = (gpointer) dir;
	hunt = session ? hunt_run (session, &spec, error) : NULL;
	if (out_session)
		*out_session = g_steal_pointer (&session);
	return hunt;
}

/* A repository of @size commits and one more; every commit has a file of its own. */
static void make_world (World *self, Fixture *fixture, GRand *rand, guint size)
{
	const GraphShape shape = {
		.merges = 0.2, .forks = 0.1, .roots = 0, .counts = 1, .octopus = 3
	};
	g_autoptr (GString) stream = g_string_new (NULL);
	g_autofree char *marks = NULL;
	g_auto (GStrv) lines = NULL;
	guint i, j;

	self->dir = fixture->dir;
	self->graph = graphs_random (rand, &shape, size);
	self->ids = g_ptr_array_new_with_free_func (g_free);
	for (i = 0; i < graph_size (self->graph); i++) {
		const GraphNode *node = graph_node (self->graph, i);

		g_string_append_printf (
			stream,
			"reset refs/heads/main\n\ncommit refs/heads/main\nmark :%u\n"
			"committer T <t@example.org> %u +0000\ndata 5\n%s\n",
			i + 1, 1600000000 + 60 * i, node->id);
		for (j = 0; j < node->parents_len; j++)
			g_string_append_printf (stream, "%s :%u\n", j ? "merge" : "from",
						node->parents[j] + 1);
		g_string_append_printf (stream, "M 100644 inline f%u\ndata 2\nx\n", i);
	}
	fixture_put (fixture->dir, "stream", stream->str);
	marks = fixture_shell (fixture->dir,
			       "rm -rf repo tree marks bad skip tested log broken && "
			       "git init -q -b main --bare repo && git -C repo fast-import --quiet "
			       "--export-marks=../marks <stream && "
			       "sort -t : -k 2n marks | cut -d ' ' -f 2",
			       NULL);
	lines = g_strsplit (g_strchomp (marks), "\n", -1);
	for (i = 0; lines[i]; i++)
		g_ptr_array_add (self->ids, g_strdup (lines[i]));
}

/* Chooses the commit with which the bug came, and which commits cannot be tested. */
static void choose_truth (World *self, GRand *rand, double skips)
{
	guint size = graph_size (self->graph), i;

	self->culprit = (guint) g_rand_int_range (rand, 1, (gint) size);
	for (i = 0; i < size; i++) {
		g_autofree Bits *below = graph_ancestors (self->graph, i);

		if (bits_has (below, self->culprit))
			write_down (self->dir, "bad", self->ids->pdata[i]);
		if (i > 0 && i + 1 < size && g_rand_double (rand) < skips)
			write_down (self->dir, "skip", self->ids->pdata[i]);
	}
}

static char *no_subject (const char *commit G_GNUC_UNUSED, gpointer unused G_GNUC_UNUSED)
{
	return NULL;
}

static void start (const World *self, const char *old_end, const char *new_end)
{
	g_autofree char *text = g_strdup_printf ("git bisect start %s %s\n", new_end, old_end);
	g_autoptr (Session) session = session_parse (text, "test", NULL);
	g_autofree char *path = in_dir (self->dir, "log");
	g_autoptr (GError) error = NULL;

	unlink (path);
	session->path = g_steal_pointer (&path);
	session_start (session, no_subject, NULL, &error);
	g_assert_no_error (error);
}

static const char *last_of (const World *self)
{
	return self->ids->pdata[self->ids->len - 1];
}

static gboolean has_suspect (const Hunt *hunt, const char *commit)
{
	return g_ptr_array_find_with_equal_func (hunt->suspects, commit, g_str_equal, NULL);
}

/* How often each line is in `tested`: never twice. */
static void assert_tested_once (const char *dir)
{
	g_autofree char *twice = fixture_shell (dir, "sort tested | uniq -d", NULL);

	g_assert_cmpstr (twice, ==, "");
}

/* Whether the new end has the culprit's file: merges here take the first parent's files alone. */
static gboolean is_still_there (const World *self)
{
	g_autofree char *command =
		g_strdup_printf ("git -C repo cat-file -e %s:f%u", last_of (self), self->culprit);
	int status;

	g_free (fixture_shell (self->dir, command, &status));
	return status == 0;
}

/* Hunts find the commit that brought the bug, one test at a time and three; they check it by its
 * parents and by taking it back; and git, replaying the log, comes to the same commit. */
static void test_answer (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (41);
	guint i;

	for (i = 0; i < REPOSITORIES; i++) {
		g_auto (World) world = { 0 };
		g_autoptr (Session) session = NULL;
		g_autoptr (GError) error = NULL;
		g_autoptr (Hunt) hunt = NULL;
		g_autofree char *git = NULL, *wanted = NULL;

		make_world (&world, fixture, rand, (guint) g_rand_int_range (rand, 2, 60));
		choose_truth (&world, rand, 0);
		start (&world, world.ids->pdata[0], last_of (&world));
		hunt = hunt_in (world.dir, &session, i % 2 ? 3 : 1, &error);
		g_assert_no_error (error);
		g_assert_cmpuint (hunt->suspects->len, ==, 1);
		g_assert_cmpstr (hunt->suspects->pdata[0], ==, world.ids->pdata[world.culprit]);
		g_assert_cmpstr (session->end.verify, ==, "PASS");
		if (graph_node (world.graph, world.culprit)->parents_len == 1 &&
		    is_still_there (&world))
			g_assert_cmpstr (session->end.revert, ==, "PASS");
		assert_tested_once (world.dir);
		git = fixture_shell (
			world.dir,
			"git clone -q repo tree && cd tree && git bisect replay ../log "
			"2>&1 | grep 'is the first bad commit'",
			NULL);
		wanted = g_strdup_printf ("%s is the first bad commit\n",
					  (char *) world.ids->pdata[world.culprit]);
		g_assert_cmpstr (git, ==, wanted);
	}
}

/* Where commits cannot be tested, the answer is a set that has the culprit in it. */
static void test_skips (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (42);
	guint i, several = 0;

	for (i = 0; i < REPOSITORIES; i++) {
		g_auto (World) world = { 0 };
		g_autoptr (GError) error = NULL;
		g_autoptr (Hunt) hunt = NULL;

		make_world (&world, fixture, rand, (guint) g_rand_int_range (rand, 5, 60));
		choose_truth (&world, rand, 0.4);
		start (&world, world.ids->pdata[0], last_of (&world));
		hunt = hunt_in (world.dir, NULL, i % 2 ? 3 : 1, &error);
		g_assert_no_error (error);
		g_assert_true (has_suspect (hunt, world.ids->pdata[world.culprit]));
		several += hunt->suspects->len > 1;
	}
	g_assert_cmpuint (several, >, 0);
}

/* A log that git wrote becomes a session, whose search has come to git's answer. */
static void test_git_log (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (43);
	g_auto (World) world = { 0 };
	g_autofree char *log = NULL, *command = NULL, *repo_dir = NULL;
	g_autoptr (Repo) repo = NULL;
	g_autoptr (Session) session = NULL;
	g_autoptr (GError) error = NULL;
	g_autoptr (Graph) graph = NULL;
	g_autoptr (Search) search = NULL;
	g_autofree Bits *suspects = NULL;

	make_world (&world, fixture, rand, 40);
	choose_truth (&world, rand, 0);
	command = g_strdup_printf (
		"git clone -q repo tree && cd tree && git bisect start %s %s >/dev/null && git "
		"bisect run sh -c '! grep -q $(git rev-parse HEAD) ../bad' >/dev/null && "
		"git bisect log",
		last_of (&world), (char *) world.ids->pdata[0]);
	log = fixture_shell (world.dir, command, NULL);
	session = session_parse (log, "git", &error);
	g_assert_no_error (error);
	g_assert_cmpstr (session->new_end, ==, last_of (&world));
	repo_dir = in_dir (world.dir, "repo");
	repo = repo_open (repo_dir, NULL);
	g_assert_true (hunt_search (session, repo, &graph, &search, &error));
	suspects = search_suspects (search);
	g_assert_cmpuint (bits_count (suspects), ==, 1);
	g_assert_cmpstr (graph_node (graph, bits_next (suspects, 0))->id, ==,
			 world.ids->pdata[world.culprit]);
	g_assert_cmpstr (session->end.commit, ==, world.ids->pdata[world.culprit]);
}

static void hunt_fails (const World *world, int code, const char *part)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (Hunt) hunt = hunt_in (world->dir, NULL, 1, &error);

	g_assert_null (hunt);
	g_assert_error (error, BAKEOFF_ERROR, code);
	g_assert_nonnull (strstr (error->message, part));
}

/* An end that is not what it is said to be stops the hunt, and so does one that cannot be tested.
 */
static void test_wrong_ends (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (44);
	g_auto (World) world = { 0 };

	make_world (&world, fixture, rand, 20);
	start (&world, world.ids->pdata[0], last_of (&world));
	hunt_fails (&world, BAKEOFF_ERROR_USAGE, "the bad end");
	write_down (world.dir, "bad", world.ids->pdata[0]);
	write_down (world.dir, "bad", last_of (&world));
	start (&world, world.ids->pdata[0], last_of (&world));
	hunt_fails (&world, BAKEOFF_ERROR_USAGE, "the good end");
	write_down (world.dir, "skip", world.ids->pdata[0]);
	start (&world, world.ids->pdata[0], last_of (&world));
	hunt_fails (&world, BAKEOFF_ERROR_USAGE, "cannot be tested");
}

/* A broken lab convicts nobody: no answer is kept, and the same hunt goes on once it is mended. */
static void test_broken (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (45);
	g_auto (World) world = { 0 };
	g_autoptr (Hunt) hunt = NULL;
	g_autoptr (GError) error = NULL;
	g_autofree char *broken = in_dir (fixture->dir, "broken");
	guint i;

	make_world (&world, fixture, rand, 30);
	choose_truth (&world, rand, 0);
	for (i = 1; i + 1 < world.ids->len; i++)
		write_down (world.dir, "broken", world.ids->pdata[i]);
	start (&world, world.ids->pdata[0], last_of (&world));
	hunt_fails (&world, BAKEOFF_ERROR_FAILED, "could not be tested");
	unlink (broken);
	hunt = hunt_in (world.dir, NULL, 1, &error);
	g_assert_no_error (error);
	g_assert_cmpstr (hunt->suspects->pdata[0], ==, world.ids->pdata[world.culprit]);
}

/* Starts this program to hunt in @dir, and kills it after @us microseconds. Returns: whether it had
 * ended by itself. */
static gboolean hunt_and_kill (const char *dir, gulong us)
{
	pid_t child = fork ();
	int status;

	if (child == 0) {
		execl ("/proc/self/exe", "test-hunt", "--hunt", dir, NULL);
		_exit (99);
	}
	g_usleep (us);
	kill (child, SIGKILL);
	g_assert_cmpint (waitpid (child, &status, 0), ==, child);
	g_assert_true (WIFSIGNALED (status) || WEXITSTATUS (status) == 0);
	return WIFEXITED (status);
}

/* Killed at any moment and started again, a hunt comes to the same commit and tests none twice. */
static void test_kill (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (46);
	g_auto (World) world = { 0 };
	guint kills = 0;

	make_world (&world, fixture, rand, 120);
	choose_truth (&world, rand, 0.1);
	while (kills < KILLS) {
		g_autofree char *tested = in_dir (world.dir, "tested");
		g_autoptr (Hunt) whole = NULL, pieces = NULL;
		g_autoptr (GError) error = NULL;

		start (&world, world.ids->pdata[0], last_of (&world));
		unlink (tested);
		whole = hunt_in (world.dir, NULL, 2, &error);
		g_assert_no_error (error);
		unlink (tested);
		start (&world, world.ids->pdata[0], last_of (&world));
		while (!hunt_and_kill (world.dir, (gulong) g_rand_int_range (rand, 0, 40000)))
			kills++;
		pieces = hunt_in (world.dir, NULL, 2, &error);
		g_assert_no_error (error);
		g_assert_cmpuint (pieces->tested, ==, 0);
		g_assert_cmpuint (pieces->suspects->len, ==, whole->suspects->len);
		g_assert_true (has_suspect (pieces, whole->suspects->pdata[0]));
		assert_tested_once (world.dir);
	}
}

/* Chance: bad commits fail in @rates[1] of their boots, others in @rates[0]. */
typedef struct {
	const char *dir;
	GRand *rand;
	double rates[2];
	GHashTable *patterns; /* commit -> GString of its boots */
} Chance;

static TrialResult *flaky_test (const char *commit, guint boots, GCancellable *unused G_GNUC_UNUSED,
				gpointer user_data, GError **error G_GNUC_UNUSED)
{
	Chance *self = user_data;
	TrialResult *result = g_new0 (TrialResult, 1);
	GString *pattern = g_hash_table_lookup (self->patterns, commit);
	double rate = self->rates[lists (self->dir, "bad", commit)];

	if (!pattern) {
		pattern = g_string_new (NULL);
		g_hash_table_insert (self->patterns, g_strdup (commit), pattern);
		result->new_builds = 1;
	}
	while (pattern->len < boots) {
		g_string_append_c (pattern, g_rand_double (self->rand) < rate ? 'b' : 'g');
		result->new_boots++;
	}
	result->pattern = g_strdup (pattern->str);
	result->image = g_strdup (commit);
	result->reason = g_strdup ("by chance");
	result->answer = strchr (pattern->str, 'b') ? TRIAL_BAD : TRIAL_GOOD;
	result->build_seconds = 20;
	result->boot_seconds = 1;
	return result;
}

static void free_pattern (gpointer pattern)
{
	g_string_free (pattern, TRUE);
}

static NoisyResult *hunt_by_chance (const World *world, GRand *rand, double old, double new,
				    guint boots_max, Session **out_session)
{
	g_autoptr (GHashTable) patterns =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_pattern);
	Chance chance = { world->dir, rand, { old, new }, patterns };
	g_autofree char *path = in_dir (world->dir, "log");
	g_autofree char *repo_dir = in_dir (world->dir, "repo");
	g_autoptr (Repo) repo = repo_open (repo_dir, NULL);
	g_autoptr (Session) session = session_load (path, NULL);
	NoisySpec spec = { .hunt = { .repo = repo, .test = flaky_test },
			   .confidence = 0.95,
			   .boots_max = boots_max };
	g_autoptr (GError) error = NULL;
	NoisyResult *result;

	spec.hunt.user_data = &chance;
	result = noisy_run (session, &spec, &error);
	g_assert_no_error (error);
	*out_session = g_steal_pointer (&session);
	return result;
}

/* A bug that shows in three boots of ten is found with the confidence that it says, checked with
 * numbers; and a session that is read again has its answer without another boot. */
static void test_noisy (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (47);
	guint i, right = 0;

	for (i = 0; i < REPOSITORIES; i++) {
		g_auto (World) world = { 0 };
		g_autoptr (Session) session = NULL, again = NULL;
		g_autoptr (NoisyResult) found = NULL, known = NULL;

		make_world (&world, fixture, rand, 30);
		choose_truth (&world, rand, 0);
		start (&world, world.ids->pdata[0], last_of (&world));
		found = hunt_by_chance (&world, rand, 0.02, 0.3, 2000, &session);
		g_assert_true (found->sure);
		g_assert_cmpuint (found->hunt->tested, ==, found->hunt->built);
		g_assert_cmpfloat (found->confidence, >=, 0.95);
		right += g_str_equal (found->hunt->suspects->pdata[0],
				      world.ids->pdata[world.culprit]);
		known = hunt_by_chance (&world, rand, 0.02, 0.3, 2000, &again);
		g_assert_true (known->sure);
		g_assert_cmpuint (known->hunt->booted, ==, 0);
		g_assert_cmpstr (known->hunt->suspects->pdata[0], ==,
				 found->hunt->suspects->pdata[0]);
	}
	g_assert_cmpuint (right, >=, REPOSITORIES - 2);
}

/* Where both ends fail equally often there is nothing to be found, and nothing is claimed. */
static void test_no_change (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (48);
	g_auto (World) world = { 0 };
	g_autoptr (Session) session = NULL;
	g_autoptr (NoisyResult) found = NULL;

	make_world (&world, fixture, rand, 15);
	choose_truth (&world, rand, 0);
	start (&world, world.ids->pdata[0], last_of (&world));
	found = hunt_by_chance (&world, rand, 0.2, 0.2, 150, &session);
	g_assert_false (found->sure);
	g_assert_null (session->end.commit);
	g_assert_cmpuint (session->boots->len, ==, 150);
}

/* What is no log is refused with its line; a last line that was cut is as if it were not there. */
static void test_bad_logs (Fixture *fixture G_GNUC_UNUSED, gconstpointer unused G_GNUC_UNUSED)
{
	const char *a = "1111111111111111111111111111111111111111";
	const char *b = "2222222222222222222222222222222222222222";
	const struct {
		const char *text, *part;
	} bad[] = { { "git bisect start\nrm -rf /\n", "log:2: this is no 'git bisect' command" },
		    { "git bisect start\ngit bisect good v1\n", "log:2: a commit's full id" },
		    { "git bisect start\n", "names no good commit" },
		    { "# bakeoff: boot 12 b x\n", "log:1: this is no boot" },
		    { "git bisect start a b c\n", "more than one old end" } };
	g_autofree char *cut = NULL;
	g_autoptr (Session) session = NULL;
	guint i;

	for (i = 0; i < G_N_ELEMENTS (bad); i++) {
		g_autoptr (GError) error = NULL;

		g_assert_null (session_parse (bad[i].text, "log", &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_assert_nonnull (strstr (error->message, bad[i].part));
	}
	cut = g_strdup_printf ("git bisect start %s %s\ngit bisect good %s\ngit bisect bad %.20s",
			       a, b, b, a);
	session = session_parse (cut, "log", NULL);
	g_assert_cmpuint (session->entries->len, ==, 1);
	g_assert_cmpstr (session->new_end, ==, a);
	g_assert_cmpstr (session->old_end, ==, b);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int main (int argc, char **argv)
{
	if (argc == 3 && g_str_equal (argv[1], "--hunt")) {
		g_autoptr (Hunt) hunt = hunt_in (argv[2], NULL, 2, NULL);

		return hunt ? 0 : 1;
	}
	g_test_init (&argc, &argv, NULL);
	ADD ("/hunt/answer", test_answer);
	ADD ("/hunt/skips", test_skips);
	ADD ("/hunt/git-log", test_git_log);
	ADD ("/hunt/wrong-ends", test_wrong_ends);
	ADD ("/hunt/broken", test_broken);
	ADD ("/hunt/kill", test_kill);
	ADD ("/hunt/noisy", test_noisy);
	ADD ("/hunt/no-change", test_no_change);
	ADD ("/hunt/bad-logs", test_bad_logs);
	return g_test_run ();
}
