/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scratch folders: which of them a killed process has left.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/lock.h"

typedef struct {
	char *dir, *parent;
} Fixture;

static void set_up (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	self->parent = g_build_filename (self->dir, "work", NULL);
}

static void tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
	g_free (self->parent);
}

/* Makes a scratch folder in a process that is killed with it. */
static void leave_one (const char *parent)
{
	int ends[2];
	char ready;
	pid_t child;

	g_assert_cmpint (pipe (ends), ==, 0);
	child = fork ();
	if (child == 0) {
		Scratch *scratch = scratch_new (parent, NULL);

		if (!scratch || write (ends[1], "", 1) != 1)
			_exit (1);
		pause ();
		scratch_free (scratch);
		_exit (0);
	}
	close (ends[1]);
	g_assert_cmpint (read (ends[0], &ready, 1), ==, 1);
	kill (child, SIGKILL);
	waitpid (child, NULL, 0);
	close (ends[0]);
}

static guint count_left (const char *parent)
{
	g_autoptr (GPtrArray) left = scratch_left (parent, NULL);

	g_assert_nonnull (left);
	return left->len;
}

/* Where there never was a folder nothing is left, and nothing is made by asking. */
static void test_nowhere (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_cmpuint (count_left (self->parent), ==, 0);
	g_assert_false (g_file_test (self->parent, G_FILE_TEST_EXISTS));
}

/* A folder in use is not left, nor is one that its owner has removed. */
static void test_in_use (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Scratch *scratch = scratch_new (self->parent, NULL);

	g_assert_nonnull (scratch);
	g_assert_cmpuint (count_left (self->parent), ==, 0);
	g_assert_true (g_file_test (scratch_dir (scratch), G_FILE_TEST_IS_DIR));
	scratch_free (scratch);
	g_assert_cmpuint (count_left (self->parent), ==, 0);
}

/* A killed process leaves one; asking removes nothing, the next scratch folder does. */
static void test_killed (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Scratch *scratch;

	leave_one (self->parent);
	g_assert_cmpuint (count_left (self->parent), ==, 1);
	g_assert_cmpuint (count_left (self->parent), ==, 1);
	scratch = scratch_new (self->parent, NULL);
	g_assert_nonnull (scratch);
	g_assert_cmpuint (count_left (self->parent), ==, 0);
	scratch_free (scratch);
}

static gpointer come_and_go (gpointer parent)
{
	int i, j;

	for (i = 0; i < 20; i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (Scratch) scratch = scratch_new (parent, &error);

		g_assert_no_error (error);
		for (j = 0; j < 20; j++) {
			g_autofree char *name = g_strdup_printf ("%d/file", j);
			g_autofree char *path =
				g_build_filename (scratch_dir (scratch), name, NULL);
			g_autofree char *folder = g_path_get_dirname (path);

			g_assert_true (files_make_dir (folder, NULL));
			g_assert_true (g_file_set_contents (path, "", 0, NULL));
		}
	}
	return NULL;
}

/* Folders that are made and removed side by side do not take each other for left behind: nobody is
 * refused, and in the end nothing is there. */
static void test_side_by_side (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	GThread *threads[4];
	g_autoptr (GDir) dir = NULL;
	guint i;

	for (i = 0; i < G_N_ELEMENTS (threads); i++)
		threads[i] = g_thread_new (NULL, come_and_go, self->parent);
	for (i = 0; i < G_N_ELEMENTS (threads); i++)
		g_thread_join (threads[i]);
	dir = g_dir_open (self->parent, 0, NULL);
	g_assert_cmpstr (g_dir_read_name (dir), ==, "lock");
	g_assert_null (g_dir_read_name (dir));
}

static void add (const char *path, void (*test) (Fixture *, gconstpointer))
{
	g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	add ("/lock/scratch/nowhere", test_nowhere);
	add ("/lock/scratch/in-use", test_in_use);
	add ("/lock/scratch/killed", test_killed);
	add ("/lock/scratch/side-by-side", test_side_by_side);
	return g_test_run ();
}
