/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sources: who shares which folder, when it is written anew, and what was read of it.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/kbuild/fixture.h"

static void set_up (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	fixture_init (self, TRUE);
	fixture_put (self, "one", "Makefile", "all:\n");
	fixture_put (self, "one", "mm/slub.c", "slub\n");
	fixture_put (self, "one", "mm/slab.c", "slab\n");
	fixture_put (self, "one", "doc", "words\n");
	fixture_derive (self, "two", "one");
	fixture_put (self, "two", "mm/slub.c", "slub, fixed\n");
	fixture_put (self, "two", "new/file", "new\n");
	fixture_put (self, "two", "mm/slab.c", NULL);
}

static void tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	fixture_clear (self);
}

/* Whether the folder holds @tree's files and no others. */
static void assert_holds (Fixture *self, const Source *source, const char *tree)
{
	g_autofree char *command =
		g_strdup_printf ("find '%s' -type f -printf . | wc -c", source_dir (source));
	const char *argv[] = { "sh", "-c", command, NULL };
	g_autofree char *counted = NULL;
	GHashTableIter iter;
	gpointer path, text;

	g_hash_table_iter_init (&iter, fixture_tree (self, tree));
	while (g_hash_table_iter_next (&iter, &path, &text)) {
		g_autofree char *got = fixture_read (source_dir (source), path);

		g_assert_cmpstr (got, ==, text);
	}
	g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				     &counted, NULL, NULL, NULL));
	g_assert_cmpint (atoi (counted), ==, (int) g_hash_table_size (fixture_tree (self, tree)));
}

/* Two that want the same tree share a folder, which is filled once. */
static void test_shared (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Source) first = fixture_open_source (self, "one");
	g_autoptr (Source) second = fixture_open_source (self, "one");

	g_assert_cmpstr (source_slot (first), ==, source_slot (second));
	g_assert_cmpstr (source_generation (first), ==, source_generation (second));
	g_assert_cmpuint (self->fills, ==, 1);
	g_assert_true (g_path_is_absolute (source_slot (first)));
	g_assert_true (g_str_has_prefix (source_dir (first), source_slot (first)));
	assert_holds (self, first, "one");
}

/* Who wants another tree takes the next folder, and the first stays as it is; once nobody uses the
 * first, it is brought to the other tree. */
static void test_another_tree (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Source) first = fixture_open_source (self, "one");
	g_autofree char *slot = g_strdup (source_slot (first));
	g_autofree char *generation = g_strdup (source_generation (first));
	g_autoptr (Source) second = fixture_open_source (self, "two");

	g_assert_cmpstr (source_slot (second), !=, slot);
	assert_holds (self, first, "one");
	assert_holds (self, second, "two");
	g_clear_pointer (&second, source_free);
	g_clear_pointer (&first, source_free);
	second = fixture_open_source (self, "two");
	g_assert_cmpstr (source_slot (second), ==, slot);
	g_assert_cmpstr (self->from, ==, "one");
	/* only what differs was written: what was read of the rest is still known */
	g_assert_cmpstr (source_generation (second), ==, generation);
	assert_holds (self, second, "two");
}

/* Builds in place share with nobody. */
static void test_exclusive (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Source) first = NULL, second = NULL, third = NULL;

	self->guarded = FALSE;
	first = fixture_open_source (self, "one");
	second = fixture_open_source (self, "one");
	self->guarded = TRUE;
	third = fixture_open_source (self, "one");
	g_assert_cmpstr (source_slot (first), !=, source_slot (second));
	g_assert_cmpstr (source_slot (first), !=, source_slot (third));
	g_assert_cmpstr (source_slot (second), !=, source_slot (third));
}

static gpointer open_in_thread (gpointer data)
{
	return source_open (((Fixture *) data)->slots, "one", TRUE, fixture_fill, data, NULL);
}

/* Those that come at the same moment share too: who comes second waits for the first to fill it. */
static void test_at_one_time (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	GThread *threads[4];
	Source *sources[G_N_ELEMENTS (threads)];
	guint i;

	for (i = 0; i < G_N_ELEMENTS (threads); i++)
		threads[i] = g_thread_new ("opener", open_in_thread, self);
	for (i = 0; i < G_N_ELEMENTS (threads); i++)
		sources[i] = g_thread_join (threads[i]);
	for (i = 0; i < G_N_ELEMENTS (threads); i++)
		g_assert_cmpstr (source_slot (sources[i]), ==, source_slot (sources[0]));
	g_assert_cmpuint (self->fills, ==, 1);
	for (i = 0; i < G_N_ELEMENTS (threads); i++)
		source_free (sources[i]);
}

/* ---- when it is written anew ---- */

static gboolean die_while_filling (const char *from, const char *to, const char *dir,
				   GPtrArray **out_changed, gpointer user_data, GError **error)
{
	fixture_fill (from, to, dir, out_changed, user_data, error);
	_exit (7);
}

/* Opens it for @tree in a process that is killed when half of it is written. */
static void be_killed_filling (Fixture *self, const char *tree)
{
	pid_t child = fork ();
	int status;

	if (child == 0) {
		source_open (self->slots, tree, TRUE, die_while_filling, self, NULL);
		_exit (0);
	}
	g_assert_cmpint (waitpid (child, &status, 0), ==, child);
	g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 7);
}

/* Killed in the middle of it, or failing, a folder is filled from nothing the next time, with a new
 * generation. */
static void test_interrupted (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Source *source = fixture_open_source (self, "one");
	g_autofree char *generation = g_strdup (source_generation (source));
	g_autoptr (GError) error = NULL;

	source_free (source);
	be_killed_filling (self, "two");
	/* even where it is to hold what it held before */
	source = fixture_open_source (self, "one");
	g_assert_null (self->from);
	g_assert_cmpstr (source_generation (source), !=, generation);
	assert_holds (self, source, "one");
	source_free (source);

	self->fails = TRUE;
	g_assert_null (source_open (self->slots, "two", TRUE, fixture_fill, self, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	self->fails = FALSE;
	source = fixture_open_source (self, "one");
	g_assert_null (self->from);
	assert_holds (self, source, "one");
	source_free (source);
}

/* So is one whose files were deleted, whose state is nonsense, or whose old tree nobody knows. */
static void test_damaged (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const states[] = { "",
					      "\n\n",
					      "tree one",
					      "tree one\n",
					      "treeone\ngeneration x\nfilling y\n",
					      "generation x\ntree one\nfilling y\n",
					      "tree one\ngeneration x\n",
					      "tree gone\ngeneration x\nfilling y\n" };
	Source *source = fixture_open_source (self, "one");
	g_autofree char *dir = g_strdup (source_dir (source));
	g_autofree char *state = g_build_filename (source_slot (source), "source", NULL);
	guint i;

	source_free (source);
	g_assert_true (files_remove_tree (dir, NULL));
	source = fixture_open_source (self, "one");
	g_assert_null (self->from);
	assert_holds (self, source, "one");
	source_free (source);
	for (i = 0; i < G_N_ELEMENTS (states); i++) {
		guint before = self->fills;

		g_assert_true (files_write (state, states[i], -1, NULL));
		source = fixture_open_source (self, "one");
		g_assert_cmpuint (self->fills, >, before);
		g_assert_null (self->from);
		assert_holds (self, source, "one");
		source_free (source);
	}
}

/* A folder that cannot be is an error that names it. */
static void test_no_folder (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *file = g_build_filename (self->dir, "file", NULL);
	g_autofree char *below = g_build_filename (file, "slots", NULL);
	g_autoptr (GError) error = NULL;

	g_assert_true (files_write (file, "", 0, NULL));
	g_assert_null (source_open (below, "one", TRUE, fixture_fill, self, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, below));
}

/* A lock that cannot be opened is an error as well, said once. */
static void test_no_lock (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *lock = g_build_filename (self->slots, "0", "lock", NULL);
	g_autoptr (GError) error = NULL;

	g_assert_true (files_make_dir (lock, NULL));
	g_assert_null (source_open (self->slots, "one", TRUE, fixture_fill, self, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, lock));
}

/* ---- what was read ---- */

static void read_file (const Source *source, const char *name)
{
	g_autofree char *text = fixture_read (source_dir (source), name);

	g_assert_nonnull (text);
}

static gboolean unread (const Source *source, const char *first, const char *second)
{
	g_autoptr (GPtrArray) paths = g_ptr_array_new ();

	g_ptr_array_add (paths, (gpointer) first);
	if (second)
		g_ptr_array_add (paths, (gpointer) second);
	return source_unread (source, paths);
}

/* Whether times of access are kept here at all; the test is skipped where they are not. */
static gboolean notes_reads (const Fixture *self, const Source *source)
{
	const struct timespec times[2] = { { .tv_sec = 0 }, { .tv_nsec = UTIME_OMIT } };
	g_autofree char *path = g_build_filename (self->dir, "probe", NULL);
	g_autofree char *text = NULL;
	struct statfs system;
	struct stat info;

	g_assert_cmpint (statfs (self->dir, &system), ==, 0);
	if (system.f_type != EXT4_SUPER_MAGIC && system.f_type != TMPFS_MAGIC) {
		g_assert_false (unread (source, "doc", NULL));
		g_test_skip ("times of access say nothing on this file system");
		return FALSE;
	}
	read_file (source, "Makefile");
	g_assert_true (files_write (path, "probe", -1, NULL));
	g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
	text = files_read (path, NULL, NULL);
	g_assert_cmpint (stat (path, &info), ==, 0);
	if (info.st_atim.tv_sec != 0)
		return TRUE;
	g_test_skip ("this file system keeps no times of access");
	return FALSE;
}

/* A file counts as unread until it is read, however long ago, by whoever; one of several is enough;
 * and nothing is unread where the Makefile is, or where there is no such file. */
static void test_unread (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Source) source = fixture_open_source (self, "one");

	/* Makefile itself was not read: nobody can tell */
	g_assert_false (unread (source, "doc", NULL));
	g_assert_false (unread (source, "mm/slub.c", NULL));
	if (!notes_reads (self, source))
		return;
	g_assert_true (unread (source, "mm/slub.c", "doc"));
	g_assert_false (unread (source, "Makefile", NULL));
	read_file (source, "mm/slub.c");
	g_assert_false (unread (source, "mm/slub.c", NULL));
	g_assert_false (unread (source, "mm/slub.c", "doc"));
	g_assert_false (unread (source, "doc", "mm/slub.c"));
	g_assert_true (unread (source, "doc", NULL));
	g_assert_false (unread (source, "nowhere", NULL));
	g_assert_false (unread (source, "mm", NULL));
	/* the next process knows it too */
	g_clear_pointer (&source, source_free);
	source = fixture_open_source (self, "one");
	g_assert_false (unread (source, "mm/slub.c", NULL));
	g_assert_true (unread (source, "doc", NULL));
}

/* Another tree: what it changed counts as unread again, all else stays read. That it is unread is
 * believed once a build has read the Makefile: the file system may have been mounted noatime since.
 */
static void test_unread_after_change (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Source *source = fixture_open_source (self, "one");
	gboolean can = notes_reads (self, source);

	if (can) {
		read_file (source, "mm/slub.c");
		read_file (source, "doc");
	}
	source_free (source);
	if (!can)
		return;
	source = fixture_open_source (self, "two");
	g_assert_false (unread (source, "mm/slub.c", "new/file"));
	read_file (source, "Makefile");
	g_assert_true (unread (source, "mm/slub.c", "new/file"));
	g_assert_false (unread (source, "doc", NULL));
	source_free (source);
}

/* ---- visits ---- */

/* Every file with what stat(1) says of it. */
static char *listing (const Source *source)
{
	g_autofree char *command = g_strdup_printf (
		"cd '%s' && find . -type f -exec stat -c '%%n %%a %%x %%y' {} + | sort",
		source_dir (source));
	const char *argv[] = { "sh", "-c", command, NULL };
	char *text = NULL;

	g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				     &text, NULL, NULL, NULL));
	return text;
}

/* What is there during a visit is the other tree as a whole. */
static void visit_and_look (Fixture *self, Source *source)
{
	g_autoptr (GPtrArray) changed = NULL;

	g_assert_true (source_visit (source, "two", &changed, NULL));
	assert_holds (self, source, "two");
	g_assert_true (source_leave (source, NULL));
	assert_holds (self, source, "one");
}

/* A visit ends with every file as it was, its times of change and of access too: of those that were
 * changed, removed, or gave their name to a folder. */
static void test_visit (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Source) source = NULL;
	g_autofree char *before = NULL, *after = NULL;
	g_autoptr (GError) error = NULL;
	int i;

	self->guarded = FALSE;
	fixture_put (self, "one", "folder/a", "a\n");
	fixture_put (self, "one", "folder/b", "b\n");
	fixture_put (self, "two", "folder", "a file now\n");
	fixture_put (self, "two", "doc", NULL);
	fixture_put (self, "two", "doc/chapter", "a folder now\n");
	source = fixture_open_source (self, "one");
	read_file (source, "Makefile");
	read_file (source, "mm/slub.c");
	before = listing (source);
	for (i = 0; i < 2; i++) {
		g_autoptr (GPtrArray) changed = NULL;

		g_usleep (20 * 1000);
		g_assert_true (source_visit (source, "two", &changed, &error));
		g_assert_no_error (error);
		/* as a build would */
		read_file (source, "mm/slub.c");
		read_file (source, "folder");
		read_file (source, "doc/chapter");
		g_assert_true (source_leave (source, &error));
		g_assert_no_error (error);
		after = listing (source);
		g_assert_cmpstr (after, ==, before);
		g_clear_pointer (&after, g_free);
	}
	assert_holds (self, source, "one");
	visit_and_look (self, source);
	/* to leave what nobody visits is nothing */
	g_assert_true (source_leave (source, &error));
}

/* Whoever is killed on a visit leaves a folder that is filled anew, not one that passes for base.
 */
static void test_killed_visitor (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Source *source;
	pid_t child;

	self->guarded = FALSE;
	source_free (fixture_open_source (self, "one"));
	child = fork ();
	if (child == 0) {
		GPtrArray *changed = NULL;

		source = fixture_open_source (self, "one");
		_exit (source_visit (source, "two", &changed, NULL) ? 0 : 1);
	}
	g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
	source = fixture_open_source (self, "one");
	g_assert_null (self->from);
	g_assert_cmpuint (self->fills, ==, 2);
	assert_holds (self, source, "one");
	source_free (source);
}

#define add(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	add ("/source/shared", test_shared);
	add ("/source/another-tree", test_another_tree);
	add ("/source/exclusive", test_exclusive);
	add ("/source/at-one-time", test_at_one_time);
	add ("/source/interrupted", test_interrupted);
	add ("/source/damaged", test_damaged);
	add ("/source/no-folder", test_no_folder);
	add ("/source/no-lock", test_no_lock);
	add ("/source/unread", test_unread);
	add ("/source/unread/after-change", test_unread_after_change);
	add ("/source/visit", test_visit);
	add ("/source/visit/killed", test_killed_visitor);
	return g_test_run ();
}
