/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks and scratch folders between processes. The other process is this program again: see main().
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/lock.h"

typedef struct {
	char *dir, *path;
} Fixture;

static void set_up (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	self->path = g_build_filename (self->dir, "lock", NULL);
}

static void tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
	g_free (self->path);
}

/* Another process, and the end of its input that it waits for. */
typedef struct {
	GPid pid;
	int in, out;
	char *said; /* its first line */
} Other;

/* Starts `test-lock VERB PATH KEY` and waits until it has said a line: it has the lock by then. */
static Other other_start (const char *verb, const char *path, const char *key)
{
	g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
	const char *argv[] = { program, "--other", verb, path, key, NULL };
	g_autoptr (GError) error = NULL;
	g_autoptr (GString) line = g_string_new (NULL);
	Other other = { 0 };
	char c;

	g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
				  &other.pid, &other.in, &other.out, NULL, &error);
	g_assert_no_error (error);
	while (read (other.out, &c, 1) == 1 && c != '\n')
		g_string_append_c (line, c);
	other.said = g_strdup (line->str);
	return other;
}

/* @number: 0 to let it end by itself. */
static void other_end (Other *other, int number)
{
	if (number)
		kill (other->pid, number);
	close (other->in);
	waitpid (other->pid, NULL, 0);
	close (other->out);
	g_free (other->said);
}

static int other_main (char **words)
{
	const char *verb = words[0], *path = words[1], *key = words[2];
	g_autoptr (Scratch) scratch = NULL;
	char c;
	int fd = -1;

	if (g_str_equal (verb, "scratch")) {
		scratch = scratch_new (path, NULL);
		g_print ("%s\n", scratch_dir (scratch));
	} else {
		fd = g_str_equal (verb, "name") ? lock_name (path, key, NULL, NULL, NULL)
		     : g_str_equal (verb, "place")
			     ? lock_place (path, NULL, NULL, NULL, NULL)
			     : lock_wait (path,
					  g_str_equal (verb, "shared") ? LOCK_SHARED
								       : LOCK_EXCLUSIVE,
					  NULL, NULL, NULL);
		g_print ("%s\n", fd >= 0 ? "locked" : "no lock");
	}
	/* to the end of our input, or of our life */
	while (read (STDIN_FILENO, &c, 1) > 0)
		;
	if (fd >= 0)
		close (fd);
	return 0;
}

/* Whether we could have the lock now. */
static gboolean is_free (const char *path, LockMode mode)
{
	g_autoptr (GError) error = NULL;
	int fd = lock_try (path, mode, &error);

	g_assert_no_error (error);
	return fd >= 0 && close (fd) == 0;
}

/* An exclusive lock keeps all others out, shared ones only the exclusive. */
static void test_modes (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Other one, two;

	g_assert_true (is_free (self->path, LOCK_EXCLUSIVE));
	one = other_start ("exclusive", self->path, "");
	g_assert_false (is_free (self->path, LOCK_EXCLUSIVE));
	g_assert_false (is_free (self->path, LOCK_SHARED));
	other_end (&one, 0);
	g_assert_true (is_free (self->path, LOCK_EXCLUSIVE));

	one = other_start ("shared", self->path, "");
	two = other_start ("shared", self->path, "");
	g_assert_true (is_free (self->path, LOCK_SHARED));
	g_assert_false (is_free (self->path, LOCK_EXCLUSIVE));
	other_end (&one, 0);
	g_assert_false (is_free (self->path, LOCK_EXCLUSIVE));
	other_end (&two, 0);
	g_assert_true (is_free (self->path, LOCK_EXCLUSIVE));
}

/* A holder that is killed holds nothing any more. */
static void test_killed_holder (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Other one = other_start ("exclusive", self->path, "");

	g_assert_false (is_free (self->path, LOCK_SHARED));
	other_end (&one, SIGKILL);
	g_assert_true (is_free (self->path, LOCK_EXCLUSIVE));
	one = other_start ("name", self->path, "key");
	other_end (&one, SIGKILL);
	close (lock_name (self->path, "key", NULL, NULL, NULL));
}

/* An exclusive lock becomes a shared one; where others share it, no shared one becomes exclusive
 * by that. */
static void test_share (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	int fd = lock_wait (self->path, LOCK_EXCLUSIVE, NULL, NULL, NULL);

	g_assert_cmpint (fd, >=, 0);
	g_assert_false (is_free (self->path, LOCK_SHARED));
	g_assert_true (lock_share (fd));
	g_assert_true (is_free (self->path, LOCK_SHARED));
	g_assert_false (is_free (self->path, LOCK_EXCLUSIVE));
	close (fd);
}

static gpointer end_later (gpointer other)
{
	g_usleep (200 * 1000);
	other_end (other, 0);
	return NULL;
}

/* Who waits is told that it had to, and gets the lock when the other has ended; who need not wait
 * is told that too. */
static void test_wait (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Other one = other_start ("exclusive", self->path, "");
	gint64 start = g_get_monotonic_time ();
	GThread *thread = g_thread_new ("other", end_later, &one);
	gboolean waited = FALSE;
	int fd = lock_wait (self->path, LOCK_EXCLUSIVE, &waited, NULL, NULL);

	g_assert_cmpint (fd, >=, 0);
	g_assert_true (waited);
	g_assert_cmpint (g_get_monotonic_time () - start, >=, 200 * 1000);
	g_thread_join (thread);
	close (fd);
	fd = lock_wait (self->path, LOCK_EXCLUSIVE, &waited, NULL, NULL);
	g_assert_cmpint (fd, >=, 0);
	g_assert_false (waited);
	close (fd);
}

/* Whether process @pid or thread of ours would have to wait for the name. */
static gboolean name_is_free (const char *path, const char *key)
{
	g_autoptr (GCancellable) cancellable = g_cancellable_new ();
	g_autoptr (GError) error = NULL;
	int fd;

	/* cancelled, it tries once */
	g_cancellable_cancel (cancellable);
	fd = lock_name (path, key, NULL, cancellable, &error);
	if (fd < 0)
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED);
	return fd >= 0 && close (fd) == 0;
}

/* Names in one file are locks of their own, between processes and inside of one. */
static void test_names (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Other one = other_start ("name", self->path, "key one");
	int fd;

	g_assert_cmpstr (one.said, ==, "locked");
	g_assert_false (name_is_free (self->path, "key one"));
	g_assert_true (name_is_free (self->path, "key two"));
	/* closing another's lock in the same file gives this one not back */
	g_assert_false (name_is_free (self->path, "key one"));
	other_end (&one, 0);
	fd = lock_name (self->path, "key one", NULL, NULL, NULL);
	g_assert_cmpint (fd, >=, 0);
	g_assert_false (name_is_free (self->path, "key one"));
	close (fd);
	g_assert_true (name_is_free (self->path, "key one"));
}

/* A file that cannot be is an error that names it, not a lock that others hold. */
static void test_no_file (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *path = g_build_filename (self->dir, "none", "lock", NULL);
	g_autoptr (GError) error = NULL;

	g_assert_cmpint (lock_try (path, LOCK_SHARED, &error), <, 0);
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, path));
	g_clear_error (&error);
	g_assert_cmpint (lock_wait (path, LOCK_SHARED, NULL, NULL, &error), <, 0);
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_clear_error (&error);
	g_assert_cmpint (lock_name (path, "key", NULL, NULL, &error), <, 0);
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
}

/* ---- scratch folders ---- */

/* Freed, a scratch folder is gone with all that is in it, also what has no permissions. */
static void test_scratch (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *parent = g_build_filename (self->dir, "work", NULL);
	g_autoptr (Scratch) one = scratch_new (parent, NULL);
	g_autoptr (Scratch) two = scratch_new (parent, NULL);
	g_autofree char *dir = g_strdup (scratch_dir (one));
	g_autofree char *closed = g_build_filename (dir, "closed", NULL);
	g_autofree char *inside = g_build_filename (closed, "inside", NULL);

	g_assert_cmpstr (scratch_dir (one), !=, scratch_dir (two));
	g_assert_true (files_make_dir (inside, NULL));
	g_assert_cmpint (g_chmod (closed, 0), ==, 0);
	g_clear_pointer (&one, scratch_free);
	g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
	g_assert_true (g_file_test (scratch_dir (two), G_FILE_TEST_IS_DIR));
}

static guint count_left (const char *parent)
{
	g_autoptr (GPtrArray) left = scratch_left (parent, NULL);

	g_assert_nonnull (left);
	return left->len;
}

/* Where there never was a folder nothing is left, and nothing is made by asking. */
static void test_nothing_left (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *parent = g_build_filename (self->dir, "work", NULL);

	g_assert_cmpuint (count_left (parent), ==, 0);
	g_assert_false (g_file_test (parent, G_FILE_TEST_EXISTS));
}

/* What a killed process has left is told, which removes nothing, and swept by the next; what a
 * living one uses is neither, and what its owner removed is not left. */
static void test_sweep (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *parent = g_build_filename (self->dir, "work", NULL);
	g_autofree char *killed = NULL, *alive = NULL;
	Other one = other_start ("scratch", parent, "");
	Other two = other_start ("scratch", parent, "");
	g_autoptr (Scratch) mine = NULL;

	killed = g_strdup (one.said);
	alive = g_strdup (two.said);
	g_assert_true (g_file_test (killed, G_FILE_TEST_IS_DIR));
	g_assert_cmpuint (count_left (parent), ==, 0);
	other_end (&one, SIGKILL);
	g_assert_cmpuint (count_left (parent), ==, 1);
	g_assert_cmpuint (count_left (parent), ==, 1);
	g_assert_true (g_file_test (killed, G_FILE_TEST_IS_DIR));
	mine = scratch_new (parent, NULL);
	g_assert_cmpuint (count_left (parent), ==, 0);
	g_assert_false (g_file_test (killed, G_FILE_TEST_EXISTS));
	g_assert_true (g_file_test (alive, G_FILE_TEST_IS_DIR));
	g_assert_true (g_file_test (scratch_dir (mine), G_FILE_TEST_IS_DIR));
	other_end (&two, 0);
	g_assert_false (g_file_test (alive, G_FILE_TEST_EXISTS));
	g_assert_cmpuint (count_left (parent), ==, 0);
}

static gpointer make_many (gpointer parent)
{
	int i, j;

	for (i = 0; i < 20; i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (Scratch) scratch = scratch_new (parent, &error);

		g_assert_no_error (error);
		for (j = 0; j < 20; j++) {
			g_autofree char *name = g_strdup_printf ("%d", j);
			g_autofree char *file =
				g_build_filename (scratch_dir (scratch), name, NULL);

			g_assert_true (g_file_set_contents (file, "x", 1, NULL));
		}
	}
	return NULL;
}

/* Threads that make and free folders side by side never take one from another, nor are they in the
 * way of one that is just being freed. */
static void test_scratch_threads (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *parent = g_build_filename (self->dir, "work", NULL);
	g_autofree char *lock = g_build_filename (parent, "lock", NULL);
	GThread *threads[4];
	guint i;

	for (i = 0; i < G_N_ELEMENTS (threads); i++)
		threads[i] = g_thread_new ("maker", make_many, parent);
	for (i = 0; i < G_N_ELEMENTS (threads); i++)
		g_thread_join (threads[i]);
	/* and none is left */
	g_unlink (lock);
	g_assert_cmpint (g_rmdir (parent), ==, 0);
}

/* What was killed before its folder had a lock, or when only that was gone, is swept as well. */
static void test_sweep_bare (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *bare = g_build_filename (self->dir, "work", "bare", NULL);
	g_autofree char *parent = g_path_get_dirname (bare);
	g_autoptr (Scratch) scratch = NULL;

	g_assert_true (files_make_dir (bare, NULL));
	scratch = scratch_new (parent, NULL);
	g_assert_nonnull (scratch);
	g_assert_false (g_file_test (bare, G_FILE_TEST_EXISTS));
}

/* What lock_place() tells of the holder, who then gives it back. */
typedef struct {
	Other other;
	char *said;
} Holder;

static void take_over (const char *holder, gpointer user_data)
{
	Holder *self = user_data;

	self->said = g_strdup (holder);
	other_end (&self->other, 0);
}

static gpointer close_later (gpointer fd)
{
	g_usleep (300 * 1000);
	close (GPOINTER_TO_INT (fd));
	return NULL;
}

/* A place is told apart by its name, who waits is told who has it, and then gets it; of another
 * thread of its own process nobody is told. */
static void test_place (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *begin = NULL;
	Holder holder = { 0 };
	GThread *thread;
	int other, fd;

	g_setenv ("BAKEOFF_LOCK_DIR", self->dir, TRUE);
	holder.other = other_start ("place", "tcp:lab:1", "");
	begin = g_strdup_printf ("pid %d of %s on ", (int) holder.other.pid, g_get_user_name ());
	other = lock_place ("tcp:lab:2", take_over, &holder, NULL, NULL);
	g_assert_cmpint (other, >=, 0);
	g_assert_null (holder.said);
	fd = lock_place ("tcp:lab:1", take_over, &holder, NULL, NULL);
	g_assert_cmpint (fd, >=, 0);
	g_assert_nonnull (holder.said);
	g_assert_true (g_str_has_prefix (holder.said, begin));
	g_assert_nonnull (strstr (holder.said, " since 20"));
	g_clear_pointer (&holder.said, g_free);

	thread = g_thread_new ("holder", close_later, GINT_TO_POINTER (fd));
	fd = lock_place ("tcp:lab:1", take_over, &holder, NULL, NULL);
	g_assert_cmpint (fd, >=, 0);
	g_assert_null (holder.said);
	g_thread_join (thread);
	close (other);
	close (fd);
	g_unsetenv ("BAKEOFF_LOCK_DIR");
}

/* Who does not want to wait any more does not. */
static void test_place_cancelled (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GCancellable) cancellable = g_cancellable_new ();
	g_autoptr (GError) error = NULL;
	int fd;

	g_setenv ("BAKEOFF_LOCK_DIR", self->dir, TRUE);
	fd = lock_place ("board", NULL, NULL, NULL, NULL);
	g_cancellable_cancel (cancellable);
	g_assert_cmpint (lock_place ("board", NULL, NULL, cancellable, &error), ==, -1);
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED);
	close (fd);
	g_unsetenv ("BAKEOFF_LOCK_DIR");
}

#define add(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int main (int argc, char **argv)
{
	if (argc == 5 && g_str_equal (argv[1], "--other"))
		return other_main (argv + 2);
	g_test_init (&argc, &argv, NULL);
	add ("/lock/modes", test_modes);
	add ("/lock/killed-holder", test_killed_holder);
	add ("/lock/share", test_share);
	add ("/lock/wait", test_wait);
	add ("/lock/names", test_names);
	add ("/lock/place", test_place);
	add ("/lock/place/cancelled", test_place_cancelled);
	add ("/lock/no-file", test_no_file);
	add ("/lock/scratch", test_scratch);
	add ("/lock/scratch/nothing-left", test_nothing_left);
	add ("/lock/scratch/sweep", test_sweep);
	add ("/lock/scratch/sweep-bare", test_sweep_bare);
	add ("/lock/scratch/threads", test_scratch_threads);
	return g_test_run ();
}
