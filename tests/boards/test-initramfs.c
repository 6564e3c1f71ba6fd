/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The initramfs, read back.
 */
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>

#include "base/files.h"
#include "boards/initramfs.h"

static char *dir;

static char *in_dir (const char *name)
{
	return g_build_filename (dir, name, NULL);
}

/* One line for each entry: mode, owner, time, device, size and name. */
static char *list (const char *path)
{
	struct archive *archive = archive_read_new ();
	struct archive_entry *entry;
	GString *all = g_string_new (NULL);

	archive_read_support_format_cpio (archive);
	g_assert_cmpint (archive_read_open_filename (archive, path, 4096), ==, ARCHIVE_OK);
	while (archive_read_next_header (archive, &entry) == ARCHIVE_OK)
		g_string_append_printf (
			all, "%o %d:%d %d %u:%u %d %s\n", archive_entry_mode (entry),
			(int) archive_entry_uid (entry), (int) archive_entry_gid (entry),
			(int) archive_entry_mtime (entry), (guint) archive_entry_rdevmajor (entry),
			(guint) archive_entry_rdevminor (entry), (int) archive_entry_size (entry),
			archive_entry_pathname (entry));
	archive_read_free (archive);
	return g_string_free (all, FALSE);
}

/* What a kernel needs is there, owned by root, and is of the newc format that it reads. */
static void test_contents (void)
{
	g_autofree char *init = in_dir ("program");
	g_autofree char *path = in_dir ("initrd");
	g_autofree char *entries = NULL;
	g_autofree char *data = NULL;

	g_assert_true (files_write (init, "static program\n", -1, NULL));
	g_assert_true (initramfs_write (path, init, NULL));
	entries = list (path);
	g_assert_cmpstr (entries, ==,
			 "40755 0:0 0 0:0 0 dev\n"
			 "20600 0:0 0 5:1 0 dev/console\n"
			 "20666 0:0 0 1:3 0 dev/null\n"
			 "40755 0:0 0 0:0 0 proc\n"
			 "40755 0:0 0 0:0 0 sys\n"
			 "41777 0:0 0 0:0 0 tmp\n"
			 "100755 0:0 0 0:0 15 init\n");
	data = files_read (path, NULL, NULL);
	g_assert_true (g_str_has_prefix (data, "070701"));
}

/* Equal programs give equal archives, whatever their names and times; others give others. */
static void test_reproducible (void)
{
	g_autofree char *one = in_dir ("one");
	g_autofree char *two = in_dir ("two");
	g_autofree char *three = in_dir ("three");
	g_autofree char *a = in_dir ("a");
	g_autofree char *b = in_dir ("b");
	g_autofree char *c = in_dir ("c");
	g_autofree char *sum_a = NULL, *sum_b = NULL, *sum_c = NULL;

	g_assert_true (files_write (one, "same", -1, NULL));
	g_assert_true (files_write (two, "same", -1, NULL));
	g_assert_true (files_write (three, "other", -1, NULL));
	g_assert_cmpint (g_chmod (two, 0600), ==, 0);
	g_assert_true (initramfs_write (a, one, NULL));
	g_assert_true (initramfs_write (b, two, NULL));
	g_assert_true (initramfs_write (c, three, NULL));
	sum_a = files_sha256 (a, NULL);
	sum_b = files_sha256 (b, NULL);
	sum_c = files_sha256 (c, NULL);
	g_assert_cmpstr (sum_a, ==, sum_b);
	g_assert_cmpstr (sum_a, !=, sum_c);
}

/* A program that is not there and a place that is not writable are errors that name the file. */
static void test_errors (void)
{
	g_autofree char *init = in_dir ("program");
	g_autofree char *path = in_dir ("initrd");
	g_autoptr (GError) absent = NULL;
	g_autoptr (GError) unwritable = NULL;
	g_autoptr (GError) full = NULL;

	g_assert_false (initramfs_write (path, "/nonexistent/init", &absent));
	g_assert_nonnull (strstr (absent->message, "'/nonexistent/init'"));
	g_assert_true (files_write (init, "x", -1, NULL));
	g_assert_false (initramfs_write ("/nonexistent/initrd", init, &unwritable));
	g_assert_nonnull (strstr (unwritable->message, "'/nonexistent/initrd'"));
	g_assert_false (initramfs_write ("/dev/full", init, &full));
	g_assert_nonnull (strstr (full->message, "'/dev/full'"));
}

int main (int argc, char **argv)
{
	int status;

	g_test_init (&argc, &argv, NULL);
	dir = g_dir_make_tmp ("bakeoff-initramfs-XXXXXX", NULL);
	g_test_add_func ("/initramfs/contents", test_contents);
	g_test_add_func ("/initramfs/reproducible", test_reproducible);
	g_test_add_func ("/initramfs/errors", test_errors);
	status = g_test_run ();
	files_remove_tree (dir, NULL);
	g_free (dir);
	return status;
}
