/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The jobserver, with real makes: never more compilers than tokens.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "kbuild/jobserver.h"

/* Twelve jobs that note when they begin and end; O_APPEND keeps the lines whole and in order. */
#define MAKEFILE                                                                                   \
	"jobs := 1 2 3 4 5 6 7 8 9 10 11 12\n"                                                     \
	"all: $(jobs)\n"                                                                           \
	"$(jobs): ; @echo + >>$(LOG); sleep 0.1; echo - >>$(LOG)\n"

typedef struct {
	char *dir, *log;
} Fixture;

static void set_up (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *makefile = NULL;

	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	self->log = g_build_filename (self->dir, "log", NULL);
	makefile = g_build_filename (self->dir, "Makefile", NULL);
	g_assert_true (files_write (makefile, MAKEFILE, -1, NULL));
}

static void tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
	g_free (self->log);
}

/* Starts make as build.c does; whoever calls has taken a token. */
static int run_make (const Fixture *self, const Jobserver *jobserver, const char *target)
{
	g_autofree char *flags = jobserver_makeflags (jobserver, jobserver_path (jobserver));
	g_autofree char *log = g_strconcat ("LOG=", self->log, NULL);
	const char *argv[] = { "make", "-s", log, target, NULL };
	ProcessFd fds[] = { { -1, JOBSERVER_READ_FD }, { -1, JOBSERVER_WRITE_FD }, { 0 } };
	g_auto (GStrv) env = g_environ_setenv (g_get_environ (), "MAKEFLAGS", flags, TRUE);
	g_autofree char *said = g_build_filename (self->dir, "said", NULL);
	ProcessSpec spec = { .argv = argv, .dir = self->dir, .env = env, .log = said, .fds = fds };
	g_autoptr (GError) error = NULL;
	g_autofree char *text = NULL;
	int status = -1;

	g_assert_true (jobserver_open (jobserver, &fds[0].fd, &fds[1].fd, &error));
	g_assert_no_error (error);
	g_assert_true (process_run (&spec, NULL, &status, &error));
	g_assert_no_error (error);
	close (fds[0].fd);
	close (fds[1].fd);
	text = files_read (said, NULL, NULL);
	g_assert_null (strstr (text, "jobserver unavailable"));
	return status;
}

/* The most jobs that ran at one time, by their notes; *out_jobs: how many there were. */
static int most_at_a_time (const Fixture *self, int *out_jobs)
{
	g_autofree char *text = files_read (self->log, NULL, NULL);
	int now = 0, most = 0;
	const char *c;

	*out_jobs = 0;
	for (c = text; c && *c; c++) {
		now += (*c == '+') - (*c == '-');
		*out_jobs += *c == '+';
		most = MAX (most, now);
	}
	g_assert_cmpint (now, ==, 0);
	return most;
}

static void acquire (Jobserver *jobserver)
{
	g_autoptr (GError) error = NULL;

	g_assert_true (jobserver_acquire (jobserver, NULL, &error));
	g_assert_no_error (error);
}

/* How many tokens lie in the FIFO: they are taken out and put back. */
static int count_tokens (const Jobserver *jobserver)
{
	int fd = open (jobserver_path (jobserver), O_RDWR | O_NONBLOCK | O_CLOEXEC);
	char tokens[64];
	gssize got = read (fd, tokens, sizeof tokens);

	g_assert_cmpint (fd, >=, 0);
	if (got > 0)
		g_assert_cmpint (write (fd, tokens, (gsize) got), ==, got);
	close (fd);
	return (int) MAX (got, 0);
}

/* One make has all tokens and no more, and uses them: with N it runs N jobs at a time. */
static void test_one_make (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const int tokens[] = { 1, 2, 3 };
	guint i;

	for (i = 0; i < G_N_ELEMENTS (tokens); i++) {
		g_autoptr (Jobserver) jobserver = jobserver_new (self->dir, tokens[i], NULL);
		int jobs;

		acquire (jobserver);
		g_assert_cmpint (run_make (self, jobserver, "all"), ==, 0);
		g_assert_cmpint (most_at_a_time (self, &jobs), ==, tokens[i]);
		g_assert_cmpint (jobs, ==, 12);
		g_assert_cmpint (count_tokens (jobserver), ==, tokens[i] - 1);
		jobserver_release (jobserver);
		g_assert_cmpint (count_tokens (jobserver), ==, tokens[i]);
		g_unlink (self->log);
	}
}

typedef struct {
	const Fixture *fixture;
	Jobserver *jobserver;
} Maker;

static gpointer make_in_thread (gpointer data)
{
	Maker *self = data;

	acquire (self->jobserver);
	g_assert_cmpint (run_make (self->fixture, self->jobserver, "all"), ==, 0);
	jobserver_release (self->jobserver);
	return NULL;
}

/* Three makes on one jobserver are never more than its tokens together. */
static void test_makes_together (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Jobserver) jobserver = jobserver_new (self->dir, 3, NULL);
	Maker maker = { self, jobserver };
	GThread *threads[3];
	guint i;
	int jobs, most;

	for (i = 0; i < G_N_ELEMENTS (threads); i++)
		threads[i] = g_thread_new ("maker", make_in_thread, &maker);
	for (i = 0; i < G_N_ELEMENTS (threads); i++)
		g_thread_join (threads[i]);
	most = most_at_a_time (self, &jobs);
	g_assert_cmpint (jobs, ==, 36);
	g_assert_cmpint (most, <=, 3);
	g_assert_cmpint (most, >, 1);
	g_assert_cmpint (count_tokens (jobserver), ==, 3);
}

/* What a killed make has taken is back when nothing runs, and not before: others still hold theirs.
 */
static void test_lost_tokens (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Jobserver) jobserver = jobserver_new (self->dir, 3, NULL);
	int in, out;
	char stolen[2];

	acquire (jobserver);
	acquire (jobserver);
	g_assert_cmpint (count_tokens (jobserver), ==, 1);
	/* a make takes the last, and is killed */
	g_assert_true (jobserver_open (jobserver, &in, &out, NULL));
	g_assert_cmpint (read (in, stolen, 1), ==, 1);
	close (in);
	close (out);
	jobserver_release (jobserver);
	acquire (jobserver);
	g_assert_cmpint (count_tokens (jobserver), ==, 0);
	jobserver_release (jobserver);
	jobserver_release (jobserver);
	g_assert_cmpint (count_tokens (jobserver), ==, 2);
	acquire (jobserver);
	g_assert_cmpint (count_tokens (jobserver), ==, 2);
	jobserver_release (jobserver);
	g_assert_cmpint (count_tokens (jobserver), ==, 3);
}

/* The same with a make that is really killed while it holds tokens. */
static void test_killed_make (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Jobserver) jobserver = jobserver_new (self->dir, 3, NULL);
	g_autofree char *makefile = g_build_filename (self->dir, "Makefile", NULL);
	int jobs;

	g_assert_true (files_write (makefile,
				    "all: 1 2 3\n1 2: ; @sleep 5\n"
				    "3: ; @sleep 0.3; kill -KILL $$PPID\n",
				    -1, NULL));
	acquire (jobserver);
	g_assert_cmpint (run_make (self, jobserver, "all"), >, 128);
	jobserver_release (jobserver);
	g_assert_cmpint (count_tokens (jobserver), <, 3);
	g_assert_true (files_write (makefile, MAKEFILE, -1, NULL));
	acquire (jobserver);
	g_assert_cmpint (run_make (self, jobserver, "all"), ==, 0);
	jobserver_release (jobserver);
	g_assert_cmpint (most_at_a_time (self, &jobs), ==, 3);
}

/* Who waits for a token can be stopped, and takes none then. */
static void test_cancelled (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Jobserver) jobserver = jobserver_new (self->dir, 1, NULL);
	g_autoptr (GCancellable) cancellable = g_cancellable_new ();
	g_autoptr (GError) error = NULL;

	acquire (jobserver);
	g_cancellable_cancel (cancellable);
	g_assert_false (jobserver_acquire (jobserver, cancellable, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED);
	jobserver_release (jobserver);
	g_assert_cmpint (count_tokens (jobserver), ==, 1);
}

/* From make 4.4 on MAKEFLAGS names the path, before that the two descriptors. The first word is for
 * letters and empty. */
static void test_makeflags (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Jobserver) jobserver = jobserver_new (self->dir, 2, NULL);
	g_autofree char *version = process_version ("make");
	g_autofree char *flags = jobserver_makeflags (jobserver, "/some/where");

	g_assert_cmpstr (flags, ==,
			 jobserver_takes_path (version) ? " -j --jobserver-auth=fifo:/some/where"
							: " -j --jobserver-auth=17,18");
}

/* What `fifo:` stands for: a process that knows nothing but the path takes a token and gives it
 * back. */
static void test_path (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Jobserver) jobserver = jobserver_new (self->dir, 2, NULL);
	const char *argv[] = { "sh",
			       "-c",
			       "exec 5<>\"$1\"; t=$(dd bs=1 count=1 <&5 2>/dev/null); "
			       "echo took >\"$2\"; while test -e \"$2\"; do sleep 0.02; done; "
			       "printf %s \"$t\" >&5",
			       "sh",
			       jobserver_path (jobserver),
			       self->log,
			       NULL };
	g_autoptr (GSubprocess) taker = NULL;

	acquire (jobserver);
	taker = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, NULL);
	while (!g_file_test (self->log, G_FILE_TEST_EXISTS))
		g_usleep (10 * 1000);
	g_assert_cmpint (count_tokens (jobserver), ==, 0);
	g_unlink (self->log);
	g_assert_true (g_subprocess_wait_check (taker, NULL, NULL));
	g_assert_cmpint (count_tokens (jobserver), ==, 1);
	jobserver_release (jobserver);
	g_assert_cmpint (count_tokens (jobserver), ==, 2);
}

/* By what make says of itself (its NEWS: fifo came with 4.4). */
static void test_takes_path (void)
{
	static const struct {
		const char *version;
		gboolean takes;
	} cases[] = {
		{ "GNU Make 4.2.1", FALSE }, { "GNU Make 4.3", FALSE }, { "GNU Make 4.4", TRUE },
		{ "GNU Make 4.4.1", TRUE },  { "GNU Make 4.10", TRUE }, { "GNU Make 5.0", TRUE },
		{ "GNU Make 3.99", FALSE },  { NULL, FALSE },		{ "", FALSE },
		{ "bmake 20200710", FALSE }, { "GNU Make", FALSE },	{ "GNU Make four", FALSE },
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (cases); i++)
		g_assert_cmpint (jobserver_takes_path (cases[i].version), ==, cases[i].takes);
}

/* As many as were asked for, from 1 up to what a FIFO holds; and no FIFO is left behind. */
static void test_numbers (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *below = g_build_filename (self->dir, "Makefile", "below", NULL);
	g_autofree char *path = NULL;
	g_autoptr (GError) error = NULL;
	Jobserver *jobserver = jobserver_new (self->dir, 0, NULL);

	path = g_strdup (jobserver_path (jobserver));
	acquire (jobserver);
	g_assert_cmpint (count_tokens (jobserver), ==, 0);
	jobserver_release (jobserver);
	jobserver_free (jobserver);
	g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
	g_assert_null (jobserver_new (below, 1, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
}

#define add(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	add ("/jobserver/one-make", test_one_make);
	add ("/jobserver/makes-together", test_makes_together);
	add ("/jobserver/lost-tokens", test_lost_tokens);
	add ("/jobserver/killed-make", test_killed_make);
	add ("/jobserver/cancelled", test_cancelled);
	add ("/jobserver/makeflags", test_makeflags);
	add ("/jobserver/path", test_path);
	add ("/jobserver/numbers", test_numbers);
	g_test_add_func ("/jobserver/takes-path", test_takes_path);
	return g_test_run ();
}
