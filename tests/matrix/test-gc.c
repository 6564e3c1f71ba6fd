/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What gc removes of a state folder, in what order, and what it leaves to whom.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/lock.h"
#include "matrix/gc.h"

enum {
	FILE_SIZE = 8192,
	NOBODY = 65534
};

typedef struct {
	char *dir, *state;
	GcReport report;
} Fixture;

static char *path_of (const Fixture *self, const char *name)
{
	return g_build_filename (self->state, name, NULL);
}

/* A file of FILE_SIZE bytes, last used at @time. */
static void put (const Fixture *self, const char *name, gint64 time)
{
	const struct timespec times[2] = { { .tv_sec = time }, { .tv_sec = time } };
	g_autofree char *path = path_of (self, name);
	g_autofree char *parent = g_path_get_dirname (path);
	g_autofree char *data = g_malloc0 (FILE_SIZE);

	g_assert_true (files_make_dir (parent, NULL));
	g_assert_true (files_write (path, data, FILE_SIZE, NULL));
	g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
}

static gboolean is_there (const Fixture *self, const char *name)
{
	g_autofree char *path = path_of (self, name);

	return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* An image of time 100, a log of 200, a slot of 300, a guest of 400, and the results. */
static void set_up (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	self->state = g_build_filename (self->dir, ".bakeoff", NULL);
	put (self, "images/a", 100);
	put (self, "logs/b", 200);
	put (self, "slots/0/source", 1);
	put (self, "slots/0/src/Makefile", 1);
	put (self, "slots/0/obj/board/config/lock", 1);
	put (self, "slots/0/lock", 300);
	put (self, "guests/c/init", 400);
	put (self, "results.db", 1);
}

static void tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_true (is_there (self, "results.db"));
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
	g_free (self->state);
}

static void run (Fixture *self, gint64 before, guint64 size)
{
	const GcOptions options = { .before = before, .size = size };
	g_autoptr (GError) error = NULL;
	gboolean done = gc_run (self->state, &options, &self->report, &error);

	g_assert_no_error (error);
	g_assert_true (done);
}

static void assert_there (const Fixture *self, gboolean image, gboolean log, gboolean slot,
			  gboolean guest)
{
	g_assert_cmpint (is_there (self, "images/a"), ==, image);
	g_assert_cmpint (is_there (self, "logs/b"), ==, log);
	g_assert_cmpint (is_there (self, "slots/0"), ==, slot);
	g_assert_cmpint (is_there (self, "guests/c"), ==, guest);
}

static guint64 bytes_left (const Fixture *self)
{
	guint64 bytes = 0;
	int kind;

	for (kind = 0; kind < GC_KINDS; kind++)
		bytes += self->report.left[kind].bytes;
	return bytes;
}

/* What was last used at a given time goes, what was used later stays, whatever it is. */
static void test_age (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	run (self, 99, G_MAXUINT64);
	assert_there (self, TRUE, TRUE, TRUE, TRUE);
	run (self, 100, G_MAXUINT64);
	assert_there (self, FALSE, TRUE, TRUE, TRUE);
	run (self, 299, G_MAXUINT64);
	assert_there (self, FALSE, FALSE, TRUE, TRUE);
	run (self, 300, G_MAXUINT64);
	assert_there (self, FALSE, FALSE, FALSE, TRUE);
	run (self, 400, G_MAXUINT64);
	assert_there (self, FALSE, FALSE, FALSE, FALSE);
	g_assert_cmpuint (self->report.removed[GC_GUESTS].count, ==, 1);
}

/* The oldest goes first, across kinds, until the rest fits; exactly that much is enough. */
static void test_size (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	guint64 all;

	put (self, "images/young", 500);
	run (self, G_MININT64, G_MAXUINT64);
	all = bytes_left (self);
	g_assert_cmpuint (all, >=, 6 * FILE_SIZE);
	run (self, G_MININT64, all);
	assert_there (self, TRUE, TRUE, TRUE, TRUE);
	run (self, G_MININT64, all - 1);
	assert_there (self, FALSE, TRUE, TRUE, TRUE);
	g_assert_cmpuint (bytes_left (self), <, all);
	run (self, G_MININT64, bytes_left (self) - FILE_SIZE - 1);
	assert_there (self, FALSE, FALSE, FALSE, TRUE);
	g_assert_true (is_there (self, "images/young"));
	run (self, G_MININT64, 0);
	assert_there (self, FALSE, FALSE, FALSE, FALSE);
}

/* Beside another bakeoff only slots go that it does not hold; alone, all. */
static void test_guard (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *path = path_of (self, "slots/0/lock");
	int guard = gc_guard (self->state, NULL);
	int slot = lock_try (path, LOCK_SHARED, NULL);

	g_assert_cmpint (guard, >=, 0);
	g_assert_cmpint (slot, >=, 0);
	run (self, G_MAXINT64, 0);
	assert_there (self, TRUE, TRUE, TRUE, TRUE);
	g_assert_true (self->report.shared);
	g_assert_cmpuint (self->report.in_use[GC_SLOTS], ==, 1);
	g_assert_true (is_there (self, "slots/0/source"));
	close (slot);
	run (self, G_MAXINT64, 0);
	assert_there (self, TRUE, TRUE, TRUE, TRUE);
	/* but for its lock, which others may be about to take */
	g_assert_false (is_there (self, "slots/0/source"));
	g_assert_false (is_there (self, "slots/0/src"));
	g_assert_true (is_there (self, "slots/0/lock"));
	close (guard);
	run (self, G_MAXINT64, 0);
	assert_there (self, FALSE, FALSE, FALSE, FALSE);
	g_assert_false (self->report.shared);
}

/* A slot whose objects a make holds, after its bakeoff was killed, is in use. */
static void test_orphan (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *path = path_of (self, "slots/0/obj/board/config/lock");
	int held = lock_try (path, LOCK_SHARED, NULL);

	run (self, G_MAXINT64, 0);
	assert_there (self, FALSE, FALSE, TRUE, FALSE);
	g_assert_true (is_there (self, "slots/0/source"));
	close (held);
	run (self, G_MAXINT64, 0);
	assert_there (self, FALSE, FALSE, FALSE, FALSE);
}

/* What killed runs have left goes whatever its age, counted once, and what lives stays. */
static void test_scratch (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *work = path_of (self, "work");
	g_autoptr (Scratch) living = scratch_new (work, NULL);
	guint64 slot;

	run (self, 0, G_MAXUINT64);
	slot = self->report.left[GC_SLOTS].bytes;
	g_assert_cmpuint (self->report.removed[GC_SCRATCH].count, ==, 0);
	put (self, "work/killed/lock", 1000);
	put (self, "work/killed/file", 1000);
	put (self, "slots/0/obj/board/config/variants/lock", 1000);
	put (self, "slots/0/obj/board/config/variants/killed/lock", 1000);
	put (self, "slots/0/obj/board/config/variants/killed/obj", 1000);
	put (self, "images/d.1-2.partial", 1000);
	run (self, 0, G_MAXUINT64);
	g_assert_cmpuint (self->report.removed[GC_SCRATCH].count, ==, 3);
	g_assert_false (is_there (self, "work/killed"));
	g_assert_false (is_there (self, "images/d.1-2.partial"));
	g_assert_false (is_there (self, "slots/0/obj/board/config/variants/killed"));
	g_assert_true (g_file_test (scratch_dir (living), G_FILE_TEST_IS_DIR));
	assert_there (self, TRUE, TRUE, TRUE, TRUE);
	/* a folder and a lock are left in the slot, and nothing of the scratch is counted there */
	g_assert_cmpuint (self->report.left[GC_SLOTS].bytes, <=, slot + 2 * FILE_SIZE);
}

/* A slot of an older bakeoff has no lock, and goes as any other. */
static void test_old_slot (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	put (self, "slots/board-config/src/Makefile", 1);
	run (self, G_MAXINT64, G_MAXUINT64);
	g_assert_false (is_there (self, "slots/board-config"));
}

/* What cannot be removed is named, and does not keep the rest. */
static void test_refused (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	const GcOptions options = { .before = G_MAXINT64, .size = 0 };
	g_autofree char *images = path_of (self, "images");
	g_autofree char *logs = path_of (self, "logs");
	g_autofree char *lock = path_of (self, "lock");
	g_autoptr (GError) error = NULL;
	gboolean done;

	put (self, "lock", 1);
	g_assert_cmpint (g_chmod (self->dir, 0755), ==, 0);
	g_assert_cmpint (g_chmod (lock, 0666), ==, 0);
	g_assert_cmpint (g_chmod (images, 0555), ==, 0);
	g_assert_cmpint (g_chmod (logs, 0777), ==, 0);
	/* root is refused nothing */
	if (getuid () == 0)
		g_assert_cmpint (seteuid (NOBODY), ==, 0);
	done = gc_run (self->state, &options, &self->report, &error);
	if (getuid () == 0)
		g_assert_cmpint (seteuid (0), ==, 0);
	g_assert_false (done);
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, "images/a'"));
	g_assert_true (is_there (self, "images/a"));
	g_assert_cmpuint (self->report.left[GC_IMAGES].count, ==, 1);
	g_assert_false (is_there (self, "logs/b"));
	g_assert_cmpint (g_chmod (images, 0755), ==, 0);
}

static void add (const char *path, void (*test) (Fixture *, gconstpointer))
{
	g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	add ("/gc/age", test_age);
	add ("/gc/size", test_size);
	add ("/gc/guard", test_guard);
	add ("/gc/orphan", test_orphan);
	add ("/gc/scratch", test_scratch);
	add ("/gc/old-slot", test_old_slot);
	add ("/gc/refused", test_refused);
	return g_test_run ();
}
