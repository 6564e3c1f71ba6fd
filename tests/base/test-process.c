/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes: how they ended, what they printed, and that none is left.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"

typedef struct {
	char *dir, *log, *pid;
} Fixture;

static void set_up (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	self->log = g_build_filename (self->dir, "log", NULL);
	self->pid = g_build_filename (self->dir, "pid", NULL);
}

static void tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
	g_free (self->log);
	g_free (self->pid);
}

/* Runs a shell script in the fixture's folder, which must end by itself; its status. */
static int run (const Fixture *self, const char *script, const char *log)
{
	const char *argv[] = { "sh", "-c", script, NULL };
	ProcessSpec spec = { .argv = argv, .dir = self->dir, .log = log, .quiet_start = TRUE };
	g_autoptr (GError) error = NULL;
	int status = -1;

	g_assert_true (process_run (&spec, NULL, &status, &error));
	g_assert_no_error (error);
	return status;
}

static void assert_log (const Fixture *self, const char *expected)
{
	g_autofree char *text = files_read (self->log, NULL, NULL);

	g_assert_cmpstr (text, ==, expected);
}

/* Statuses as the shell tells them: the exit status, or 128 and the signal. */
static void test_status (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_cmpint (run (self, "exit 0", NULL), ==, 0);
	g_assert_cmpint (run (self, "exit 3", NULL), ==, 3);
	g_assert_cmpint (run (self, "exit 255", NULL), ==, 255);
	g_assert_cmpint (run (self, "kill -KILL $$", NULL), ==, 137);
	g_assert_cmpint (run (self, "kill -SEGV $$", NULL), ==, 139);
}

/* Both streams go to the log in the order of writing, behind what was there. */
static void test_log (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_cmpint (run (self, "echo out; echo err >&2; echo out", self->log), ==, 0);
	g_assert_cmpint (run (self, "echo more; exit 1", self->log), ==, 1);
	assert_log (self, "out\nerr\nout\nmore\n");
}

/* The log begins with the command, quoted so that a shell takes it back. */
static void test_command_line (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	const char *argv[] = { "echo", "a b", "it's", "", "$x", "plain=1", NULL };
	ProcessSpec spec = { .argv = argv, .log = self->log };
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL, words = NULL;
	int status;

	g_assert_true (process_run (&spec, NULL, &status, NULL));
	text = files_read (self->log, NULL, NULL);
	lines = g_strsplit (text, "\n", 2);
	g_assert_true (g_str_has_prefix (lines[0], "$ echo "));
	g_assert_true (g_shell_parse_argv (lines[0] + 2, NULL, &words, NULL));
	g_assert_true (g_strv_equal ((const char *const *) words, argv));
	g_assert_cmpstr (lines[1], ==, "a b it's  $x plain=1\n");
}

/* Folder and environment are those that were given, and the input is empty. */
static void test_surroundings (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *here = g_build_filename (self->dir, "here", NULL);
	g_autofree char *path = g_strconcat ("PATH=", g_getenv ("PATH"), NULL);
	char *env[] = { path, (char *) "ONLY=this", NULL };
	const char *argv[] = { "sh", "-c", "cat; echo $ONLY $HOME; cat here", NULL };
	ProcessSpec spec = {
		.argv = argv, .dir = self->dir, .env = env, .log = self->log, .quiet_start = TRUE
	};
	int status;

	g_assert_true (files_write (here, "file\n", -1, NULL));
	g_assert_true (process_run (&spec, NULL, &status, NULL));
	assert_log (self, "this\nfile\n");
}

/* A program that is not there, a folder that is not, a log that cannot be: our side failed. */
static void test_cannot_start (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	const char *none[] = { "bakeoff-no-such-program", NULL };
	const char *good[] = { "true", NULL };
	g_autofree char *below = g_build_filename (self->dir, "none", "log", NULL);
	ProcessSpec specs[] = { { .argv = none },
				{ .argv = good, .dir = below },
				{ .argv = good, .log = below } };
	guint i;

	for (i = 0; i < G_N_ELEMENTS (specs); i++) {
		g_autoptr (GError) error = NULL;
		int status;

		g_assert_false (process_run (&specs[i], NULL, &status, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
		if (i == 0)
			g_assert_nonnull (strstr (error->message, "'bakeoff-no-such-program'"));
	}
}

/* Whether a process of the id in the fixture's pid file is there, and no zombie. */
static gboolean lives (const Fixture *self)
{
	g_autofree char *text = files_read (self->pid, NULL, NULL);
	g_autofree char *path = NULL, *status = NULL;

	if (!text || !*text)
		return FALSE;
	path = g_strdup_printf ("/proc/%d/stat", atoi (text));
	return g_file_get_contents (path, &status, NULL, NULL) && !strstr (status, ") Z ");
}

static gboolean dies_within (const Fixture *self, guint milliseconds)
{
	for (; milliseconds >= 10 && lives (self); milliseconds -= 10)
		g_usleep (10 * 1000);
	return !lives (self);
}

static gpointer cancel_when_it_lives (gpointer data)
{
	gpointer *both = data;

	while (!lives (both[0]))
		g_usleep (10 * 1000);
	g_cancellable_cancel (both[1]);
	return NULL;
}

/* Cancelling ends the whole group: also a grandchild, and one that does not heed SIGTERM. */
static void test_cancel (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const scripts[] = {
		"sleep 60 & echo $! >pid; wait",
		"sh -c 'trap \"\" TERM; echo $$ >pid; while :; do sleep 1; done'; true",
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (scripts); i++) {
		const char *argv[] = { "sh", "-c", scripts[i], NULL };
		ProcessSpec spec = { .argv = argv, .dir = self->dir };
		g_autoptr (GCancellable) cancellable = g_cancellable_new ();
		g_autoptr (GError) error = NULL;
		gpointer both[] = { self, cancellable };
		GThread *thread = g_thread_new ("user", cancel_when_it_lives, both);
		gint64 start = g_get_monotonic_time ();
		int status;

		g_assert_false (process_run (&spec, cancellable, &status, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED);
		g_thread_join (thread);
		g_assert_true (dies_within (self, 1000));
		g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_USEC_PER_SEC);
		g_unlink (self->pid);
	}
}

/* Cancelled before it began: nothing is started. */
static void test_cancelled_before (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	const char *argv[] = { "touch", self->pid, NULL };
	ProcessSpec spec = { .argv = argv };
	g_autoptr (GCancellable) cancellable = g_cancellable_new ();
	g_autoptr (GError) error = NULL;
	int status;

	g_cancellable_cancel (cancellable);
	g_assert_false (process_run (&spec, cancellable, &status, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED);
	g_assert_false (g_file_test (self->pid, G_FILE_TEST_EXISTS));
}

/* This program again, as the parent that is killed: see main(). */
static GPid start_parent (const Fixture *self, const char *script)
{
	g_autofree char *self_path = g_file_read_link ("/proc/self/exe", NULL);
	const char *argv[] = { self_path, "--run", self->dir, script, NULL };
	g_autoptr (GError) error = NULL;
	GPid parent;

	g_spawn_async (NULL, (char **) argv, NULL,
		       G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, &parent,
		       &error);
	g_assert_no_error (error);
	return parent;
}

/* A parent that is killed takes its child with it. */
static void test_parent_killed (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	GPid parent = start_parent (self, "echo $$ >pid; exec sleep 60");

	while (!lives (self))
		g_usleep (10 * 1000);
	kill (parent, SIGKILL);
	waitpid (parent, NULL, 0);
	g_assert_true (dies_within (self, 3000));
}

static int open_kept (const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename (dir, name, NULL);
	int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	g_assert_cmpint (fd, >=, 0);
	return fd;
}

/* Descriptors that are given stay open in the child under their numbers, each the one that was
 * meant, and those that are not are closed: a lock lives as long as who holds it. */
static void test_fds (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	const char *argv[] = { "sh", "-c",
			       "for n in 17 19; do readlink /proc/$$/fd/$n; done; "
			       "ls -l /proc/$$/fd | grep -c kept; true",
			       NULL };
	g_autofree char *expected =
		g_strdup_printf ("%s/kept-two\n%s/kept-one\n2\n", self->dir, self->dir);
	ProcessFd fds[] = { { open_kept (self->dir, "kept-one"), 19 },
			    { open_kept (self->dir, "kept-two"), 17 },
			    { 0 } };
	ProcessSpec spec = { .argv = argv, .log = self->log, .quiet_start = TRUE };
	int status;

	g_assert_true (process_run (&spec, NULL, &status, NULL));
	assert_log (self, "0\n");
	g_unlink (self->log);
	spec.fds = fds;
	g_assert_true (process_run (&spec, NULL, &status, NULL));
	assert_log (self, expected);
	/* ours stay ours */
	g_assert_cmpint (close (fds[0].fd), ==, 0);
	g_assert_cmpint (close (fds[1].fd), ==, 0);
}

/* The first line of --version, and nothing where there is no such program. */
static void test_version (void)
{
	g_autofree char *version = process_version ("make");
	g_autofree char *none = process_version ("bakeoff-no-such-program");

	g_assert_true (g_str_has_prefix (version, "GNU Make "));
	g_assert_null (strchr (version, '\n'));
	g_assert_null (none);
}

#define add(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int main (int argc, char **argv)
{
	if (argc == 4 && g_str_equal (argv[1], "--run")) {
		const char *shell[] = { "sh", "-c", argv[3], NULL };
		ProcessSpec spec = { .argv = shell, .dir = argv[2] };
		int status;

		return process_run (&spec, NULL, &status, NULL) ? status : 1;
	}
	g_test_init (&argc, &argv, NULL);
	add ("/process/status", test_status);
	add ("/process/log", test_log);
	add ("/process/command-line", test_command_line);
	add ("/process/surroundings", test_surroundings);
	add ("/process/cannot-start", test_cannot_start);
	add ("/process/cancel", test_cancel);
	add ("/process/cancelled-before", test_cancelled_before);
	add ("/process/parent-killed", test_parent_killed);
	add ("/process/fds", test_fds);
	g_test_add_func ("/process/version", test_version);
	return g_test_run ();
}
