/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files: whole or not at all, with errors that name them.
 */
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"

typedef struct {
	char *dir, *path;
} Fixture;

static void set_up (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	self->path = g_build_filename (self->dir, "file", NULL);
}

static void tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_assert_false (g_file_test (self->dir, G_FILE_TEST_EXISTS));
	g_free (self->dir);
	g_free (self->path);
}

static guint count_files (const char *dir)
{
	g_autoptr (GDir) open = g_dir_open (dir, 0, NULL);
	guint n = 0;

	while (g_dir_read_name (open))
		n++;
	return n;
}

/* What was written is read, NULs and all; a shorter text leaves nothing of the longer one. */
static void test_write_read (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *first = NULL, *second = NULL;
	gsize length;

	g_assert_true (files_write (self->path, "a\0long text", 11, NULL));
	first = files_read (self->path, &length, NULL);
	g_assert_cmpmem (first, length, "a\0long text", 11);
	g_assert_cmpint (first[length], ==, '\0');
	g_assert_true (files_write (self->path, "b", -1, NULL));
	second = files_read (self->path, NULL, NULL);
	g_assert_cmpstr (second, ==, "b");
	g_assert_cmpuint (count_files (self->dir), ==, 1);
}

/* A file that cannot be read or written is named, and what was there stays. */
static void test_errors (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *below = g_build_filename (self->path, "x", NULL);
	g_autofree char *text = NULL;
	g_autoptr (GError) error = NULL;

	g_assert_null (files_read (self->path, NULL, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, self->path));
	g_clear_error (&error);
	g_assert_true (files_write (self->path, "old", -1, NULL));
	g_assert_false (files_write (below, "new", -1, &error));
	g_assert_nonnull (strstr (error->message, below));
	g_clear_error (&error);
	g_assert_false (files_make_dir (below, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	text = files_read (self->path, NULL, NULL);
	g_assert_cmpstr (text, ==, "old");
	g_assert_cmpuint (count_files (self->dir), ==, 1);
}

/* An equal file is left alone, its time too; another one is replaced. */
static void test_if_changed (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	GStatBuf before, after;
	gboolean changed = FALSE;

	g_assert_true (files_write_if_changed (self->path, "one", 3, &changed, NULL));
	g_assert_true (changed);
	g_assert_cmpint (g_stat (self->path, &before), ==, 0);
	g_assert_true (files_write_if_changed (self->path, "one", 3, &changed, NULL));
	g_assert_false (changed);
	g_assert_cmpint (g_stat (self->path, &after), ==, 0);
	g_assert_cmpuint (before.st_ino, ==, after.st_ino);
	g_assert_cmpint (before.st_mtim.tv_nsec, ==, after.st_mtim.tv_nsec);
	g_assert_true (files_write_if_changed (self->path, "onE", 3, &changed, NULL));
	g_assert_true (changed);
	g_assert_true (files_write_if_changed (self->path, "on", 2, NULL, NULL));
}

/* A copy is whole, replaces what was there, and leaves no partial file where it fails. */
static void test_copy (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *to = g_build_filename (self->dir, "to", NULL);
	g_autofree char *none = g_build_filename (self->dir, "none", NULL);
	g_autofree char *text = NULL;
	g_autoptr (GError) error = NULL;

	g_assert_true (files_write (self->path, "new", -1, NULL) &&
		       files_write (to, "older", -1, NULL));
	g_assert_true (files_copy (self->path, to, NULL));
	text = files_read (to, NULL, NULL);
	g_assert_cmpstr (text, ==, "new");
	g_assert_false (files_copy (none, to, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, none));
	g_assert_cmpuint (count_files (self->dir), ==, 2);
}

/* Parents are made, and what is there is no error. */
static void test_make_dir (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *deep = g_build_filename (self->dir, "a", "b", "c", NULL);

	g_assert_true (files_make_dir (deep, NULL));
	g_assert_true (files_make_dir (deep, NULL));
	g_assert_true (g_file_test (deep, G_FILE_TEST_IS_DIR));
}

/* All below goes; what a symbolic link points at stays, and a missing folder is no error. */
static void test_remove_tree (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *tree = g_build_filename (self->dir, "tree", NULL);
	g_autofree char *deep = g_build_filename (tree, "a", "b", NULL);
	g_autofree char *kept = g_build_filename (self->dir, "kept", NULL);
	g_autofree char *inside = g_build_filename (kept, "inside", NULL);
	g_autofree char *link = g_build_filename (deep, "link", NULL);
	g_autofree char *dangling = g_build_filename (deep, "dangling", NULL);

	g_assert_true (files_make_dir (deep, NULL) && files_make_dir (kept, NULL));
	g_assert_true (files_write (inside, "x", -1, NULL));
	g_assert_cmpint (symlink (kept, link), ==, 0);
	g_assert_cmpint (symlink ("/nonexistent", dangling), ==, 0);
	g_assert_true (files_remove_tree (tree, NULL));
	g_assert_false (g_file_test (tree, G_FILE_TEST_EXISTS));
	g_assert_true (g_file_test (inside, G_FILE_TEST_EXISTS));
	g_assert_true (files_remove_tree (tree, NULL));
}

/* SHA-256 as FIPS 180-2 gives it for "abc", and of nothing at all. */
static void test_sha256 (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *abc = NULL, *empty = NULL;
	g_autoptr (GError) error = NULL;

	g_assert_null (files_sha256 (self->path, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_true (files_write (self->path, "abc", 3, NULL));
	abc = files_sha256 (self->path, NULL);
	g_assert_cmpstr (abc, ==,
			 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	g_assert_true (files_write (self->path, "", 0, NULL));
	empty = files_sha256 (self->path, NULL);
	g_assert_cmpstr (empty, ==,
			 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* The last line that says something. */
static void test_last_line (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const struct {
		const char *text, *line;
	} cases[] = { { "one\ntwo\n", "two" },
		      { "one\n  two \r\n\n \t\n", "two" },
		      { "one", "one" },
		      { "\n\n", NULL },
		      { "", NULL } };
	guint i;

	g_assert_null (files_last_line (self->path));
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *line = NULL;

		g_assert_true (files_write (self->path, cases[i].text, -1, NULL));
		line = files_last_line (self->path);
		g_assert_cmpstr (line, ==, cases[i].line);
	}
}

#define add(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	add ("/files/write-read", test_write_read);
	add ("/files/errors", test_errors);
	add ("/files/if-changed", test_if_changed);
	add ("/files/copy", test_copy);
	add ("/files/make-dir", test_make_dir);
	add ("/files/remove-tree", test_remove_tree);
	add ("/files/sha256", test_sha256);
	add ("/files/last-line", test_last_line);
	return g_test_run ();
}
