/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests: compiled once, never believed unread. The compilers are shell scripts that keep count.
 */
#include <stdlib.h>

#include "base/error.h"
#include "matrix/guest.h"
#include "tests/series/fixture.h"

typedef struct {
	Fixture files;
	Board board;
	Toolchain toolchain;
	PlanBoard entry;
	char *state;
} Guest;

/* A guest whose compiler is the shell's @script; $2 is what it makes of $3. */
static void set_up (Guest *self, const char *script)
{
	g_autofree char *file = NULL;

	fixture_set_up (&self->files, NULL);
	file = fixture_write (self->files.dir, "cc.sh", script);
	self->state = g_build_filename (self->files.dir, "state", NULL);
	self->board.name = (char *) "b";
	self->toolchain.guest_cc = g_strdup_printf ("cd %s; sh %s", self->files.dir, file);
	self->entry = (PlanBoard){ .board = &self->board,
				   .toolchain = &self->toolchain,
				   .identity = (char *) "cc" };
	self->entry.guest = fixture_write (self->files.dir, "guest/g.c", "source\n");
	self->entry.probe_digest = plan_probe_digest (&self->entry, NULL);
}

static void tear_down (Guest *self)
{
	fixture_tear_down (&self->files, NULL);
	g_free (self->state);
	g_free (self->toolchain.guest_cc);
	g_free (self->entry.guest);
	g_free (self->entry.probe_digest);
}

#define COUNTING "echo x >>calls; (cat \"$3\"; echo made) >\"$2\"\n"

/* Asserts that a build gives what the compiler makes, and how often that was called in all. */
static char *build (const Guest *self, const char *calls)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GCancellable) cancellable = g_cancellable_new ();
	char *path = guest_build (&self->entry, self->state, cancellable, &error);
	g_autofree char *text = NULL, *counted = NULL;

	g_assert_no_error (error);
	text = files_read (path, NULL, NULL);
	g_assert_cmpstr (text, ==, "source\nmade\n");
	counted = fixture_read (self->files.dir, "calls");
	g_assert_cmpstr (counted, ==, calls);
	return path;
}

/* What was compiled is used again as long as it is what was compiled. */
static void test_kept (void)
{
	Guest guest = { 0 };
	g_autofree char *first = NULL, *second = NULL;

	set_up (&guest, COUNTING);
	first = build (&guest, "x\n");
	second = build (&guest, "x\n");
	g_assert_cmpstr (first, ==, second);
	tear_down (&guest);
}

/* A program that somebody changed, cut or put there judges nothing: it is made anew. */
static void test_tampered (void)
{
	Guest guest = { 0 };
	g_autofree char *first = NULL, *second = NULL, *third = NULL, *fourth = NULL, *sum = NULL;

	set_up (&guest, COUNTING);
	first = build (&guest, "x\n");
	g_assert_true (files_write (first, "tampered\n", -1, NULL));
	second = build (&guest, "x\nx\n");
	g_assert_true (files_write (first, "", 0, NULL));
	third = build (&guest, "x\nx\nx\n");
	/* without its hash nobody knows what it is, as with one of an older bakeoff */
	sum = g_strconcat (first, ".sha256", NULL);
	g_assert_cmpint (g_unlink (sum), ==, 0);
	fourth = build (&guest, "x\nx\nx\nx\n");
	tear_down (&guest);
}

/* sha256sum(1) agrees with what is kept beside the program. */
static void test_sum (void)
{
	Guest guest = { 0 };
	g_autofree char *path = NULL, *dir = NULL;

	set_up (&guest, COUNTING);
	path = build (&guest, "x\n");
	dir = g_path_get_dirname (path);
	fixture_run (dir, "sha256sum -c --quiet --strict init.sha256");
	tear_down (&guest);
}

static gpointer cancel_once_there (gpointer data)
{
	GCancellable *cancellable = data;
	const char *file = g_object_get_data (data, "file");

	while (!g_file_test (file, G_FILE_TEST_EXISTS))
		g_usleep (10000);
	g_cancellable_cancel (cancellable);
	return NULL;
}

/* Whether it runs: one that has ended and whom nobody asked how has no command line. */
static gboolean is_running (const char *id)
{
	g_autofree char *path = g_strdup_printf ("/proc/%d/cmdline", atoi (id));
	g_autofree char *line = NULL;
	gsize length = 0;

	return g_file_get_contents (path, &line, &length, NULL) && length > 0;
}

/* A compiler that hangs is ended when the run is stopped, and leaves nothing to be used later. */
static void test_cancelled (void)
{
	Guest guest = { 0 };
	g_autoptr (GCancellable) cancellable = g_cancellable_new ();
	g_autoptr (GError) error = NULL;
	g_autofree char *id = NULL, *left = NULL;
	GThread *thread;
	guint i;

	set_up (&guest, "echo half >\"$2\"; echo $$ >id.new; mv id.new id; exec sleep 60\n");
	g_object_set_data_full (G_OBJECT (cancellable), "file",
				g_build_filename (guest.files.dir, "id", NULL), g_free);
	thread = g_thread_new ("cancel", cancel_once_there, cancellable);
	g_assert_null (guest_build (&guest.entry, guest.state, cancellable, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED);
	g_thread_join (thread);
	id = fixture_read (guest.files.dir, "id");
	for (i = 0; i < 50 && is_running (id); i++)
		g_usleep (100000);
	g_assert_false (is_running (id));
	left = fixture_line (guest.files.dir, "find state -name 'init*'");
	g_assert_cmpstr (left, ==, "");
	tear_down (&guest);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/guest/kept", test_kept);
	g_test_add_func ("/guest/tampered", test_tampered);
	g_test_add_func ("/guest/sum", test_sum);
	g_test_add_func ("/guest/cancelled", test_cancelled);
	return g_test_run ();
}
