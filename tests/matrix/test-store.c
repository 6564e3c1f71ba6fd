/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The results store: what goes in comes out, and files that are not ours are refused.
 *
 * sqlite3's own API is the second opinion: it makes the files that a later version would.
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "base/error.h"
#include "base/files.h"
#include "matrix/store.h"

#define RACES  40
#define RACERS 4

typedef struct {
	char *dir, *path;
} Fixture;

static void set_up (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	self->path = g_build_filename (self->dir, "results.db", NULL);
}

static void tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
	g_free (self->path);
}

static Store *open_store (const Fixture *self)
{
	g_autoptr (GError) error = NULL;
	Store *store = store_open (self->path, &error);

	g_assert_no_error (error);
	return store;
}

static void assert_lines (const GPtrArray *lines, const char *const *expected)
{
	guint i;

	g_assert_cmpuint (lines->len, ==, g_strv_length ((char **) expected));
	for (i = 0; i < lines->len; i++)
		g_assert_cmpstr (lines->pdata[i], ==, expected[i]);
}

/* A build, good or bad, comes back from the same store and from one opened later. */
static void test_build_round_trip (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	StoredBuild good = {
		.ok = TRUE, .image = (char *) "abc", .seconds = 1.25, .log = (char *) "logs/a"
	};
	StoredBuild bad = { .detail = (char *) "a.c:1:1: error: ‘x’ ' \" ; DROP TABLE build",
			    .log = (char *) "logs/b" };
	Store *store = open_store (self);
	int pass;

	g_assert_true (store_put_build (store, "good", &good, NULL));
	g_assert_true (store_put_build (store, "bad", &bad, NULL));
	for (pass = 0; pass < 2; pass++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (StoredBuild) first = store_get_build (store, "good", &error);
		g_autoptr (StoredBuild) second = store_get_build (store, "bad", &error);

		g_assert_no_error (error);
		g_assert_true (first->ok);
		g_assert_cmpstr (first->image, ==, "abc");
		g_assert_null (first->detail);
		g_assert_cmpfloat (first->seconds, ==, 1.25);
		g_assert_cmpstr (first->log, ==, "logs/a");
		g_assert_false (second->ok);
		g_assert_null (second->image);
		g_assert_cmpstr (second->detail, ==, bad.detail);
		store_free (store);
		store = open_store (self);
	}
	store_free (store);
}

/* What is not known is no error; a build put again replaces, one forgotten is gone, others stay. */
static void test_build_replace_forget (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	StoredBuild build = { .ok = TRUE, .image = (char *) "one", .log = (char *) "log" };
	g_autoptr (Store) store = open_store (self);
	g_autoptr (StoredBuild) got = NULL;
	g_autoptr (GError) error = NULL;

	g_assert_null (store_get_build (store, "key", &error));
	g_assert_no_error (error);
	g_assert_true (store_put_build (store, "key", &build, NULL));
	g_assert_true (store_put_build (store, "other", &build, NULL));
	build.image = (char *) "two";
	g_assert_true (store_put_build (store, "key", &build, NULL));
	got = store_get_build (store, "key", NULL);
	g_assert_cmpstr (got->image, ==, "two");
	g_assert_true (store_forget_build (store, "key", NULL));
	g_assert_true (store_forget_build (store, "never was", NULL));
	g_assert_null (store_get_build (store, "key", &error));
	g_assert_no_error (error);
	g_clear_pointer (&got, stored_build_free);
	got = store_get_build (store, "other", NULL);
	g_assert_cmpstr (got->image, ==, "one");
}

/* Boots come back oldest first, each outcome as it was, a crash with all its lines. */
static void test_boot_round_trip (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const frames[] = { "get_index", "prio_tree_next", NULL };
	static const char *const head[] = { "Unable to handle kernel", "pgd = c0004000", NULL };
	static const BootOutcome outcomes[] = { BOOT_PASS, BOOT_OOPS, BOOT_FAIL, BOOT_HANG };
	Store *store = open_store (self);
	g_autoptr (GPtrArray) boots = NULL;
	guint i, j;

	for (i = 0; i < G_N_ELEMENTS (outcomes); i++) {
		BootResult result = { .outcome = outcomes[i], .seconds = i + 0.5 };
		Crash crash = { .title = (char *) "NULL pointer dereference in get_index",
				.kind = (char *) "oops",
				.address = (char *) "0000000d",
				.fatal = TRUE };
		g_autofree char *log = g_strdup_printf ("logs/%u", i);
		g_autofree char *detail = g_strdup_printf ("detail %u", i);

		crash.frames = g_ptr_array_new ();
		crash.head = g_ptr_array_new ();
		for (j = 0; frames[j]; j++)
			g_ptr_array_add (crash.frames, (gpointer) frames[j]);
		for (j = 0; head[j]; j++)
			g_ptr_array_add (crash.head, (gpointer) head[j]);
		result.detail = detail;
		result.crash = outcomes[i] == BOOT_OOPS ? &crash : NULL;
		g_assert_true (store_add_boot (store, "key", &result, log, NULL));
		g_ptr_array_unref (crash.frames);
		g_ptr_array_unref (crash.head);
	}
	store_free (store);
	store = open_store (self);
	boots = store_get_boots (store, "key", NULL);
	g_assert_cmpuint (boots->len, ==, 4);
	for (i = 0; i < boots->len; i++) {
		const StoredBoot *boot = boots->pdata[i];
		g_autofree char *log = g_strdup_printf ("logs/%u", i);

		g_assert_cmpint (boot->result->outcome, ==, outcomes[i]);
		g_assert_cmpfloat (boot->result->seconds, ==, i + 0.5);
		g_assert_cmpstr (boot->log, ==, log);
		if (outcomes[i] != BOOT_OOPS) {
			g_assert_null (boot->result->crash);
			continue;
		}
		g_assert_cmpstr (boot->result->crash->title, ==,
				 "NULL pointer dereference in get_index");
		g_assert_cmpstr (boot->result->crash->kind, ==, "oops");
		g_assert_cmpstr (boot->result->crash->address, ==, "0000000d");
		g_assert_true (boot->result->crash->fatal);
		assert_lines (boot->result->crash->frames, frames);
		assert_lines (boot->result->crash->head, head);
	}
	store_free (store);
}

/* A crash without an address and without a frame has none afterwards either. */
static void test_bare_crash (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Store) store = open_store (self);
	g_autoptr (GPtrArray) none = g_ptr_array_new ();
	Crash crash = { .title = (char *) "panic",
			.kind = (char *) "panic",
			.frames = none,
			.head = none,
			.fatal = TRUE };
	BootResult result = { .outcome = BOOT_OOPS, .detail = (char *) "panic", .crash = &crash };
	g_autoptr (GPtrArray) boots = NULL;
	const StoredBoot *boot;

	g_assert_true (store_add_boot (store, "key", &result, "log", NULL));
	boots = store_get_boots (store, "key", NULL);
	boot = boots->pdata[0];
	g_assert_null (boot->result->crash->address);
	g_assert_cmpuint (boot->result->crash->frames->len, ==, 0);
	g_assert_cmpuint (boot->result->crash->head->len, ==, 0);
}

/* Boots of another key are not this one's. */
static void test_no_boots (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Store) store = open_store (self);
	BootResult result = { .outcome = BOOT_PASS, .detail = (char *) "ok" };
	g_autoptr (GPtrArray) boots = NULL;

	g_assert_true (store_add_boot (store, "key", &result, "log", NULL));
	boots = store_get_boots (store, "ke", NULL);
	g_assert_cmpuint (boots->len, ==, 0);
}

static void run_sql (const Fixture *self, const char *sql)
{
	sqlite3 *db = NULL;

	g_assert_cmpint (sqlite3_open (self->path, &db), ==, SQLITE_OK);
	g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	sqlite3_close (db);
}

/* An outcome that a later program wrote judges nothing here: it is never a pass. */
static void test_unknown_outcome (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Store *store = open_store (self);
	g_autoptr (GPtrArray) boots = NULL;
	const StoredBoot *boot;

	store_free (store);
	run_sql (self, "INSERT INTO boot (key, outcome, detail, seconds, log) "
		       "VALUES ('key', 'melted', 'd', 1, 'log')");
	store = open_store (self);
	boots = store_get_boots (store, "key", NULL);
	boot = boots->pdata[0];
	g_assert_cmpint (boot->result->outcome, ==, BOOT_INFRA);
	store_free (store);
}

/* A file of a newer version is refused and left as it is; the hint says that it may be deleted. */
static void test_newer_version (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *before = NULL, *after = NULL;

	run_sql (self, "CREATE TABLE build (key, more); PRAGMA user_version = 99");
	before = files_sha256 (self->path, NULL);
	g_assert_null (store_open (self->path, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, "99"));
	g_assert_nonnull (strstr (error->message, self->path));
	g_assert_nonnull (strstr (error->message, "\ndelete it"));
	after = files_sha256 (self->path, NULL);
	g_assert_cmpstr (before, ==, after);
}

/* A file that is no database, or that lost its middle, is an error that names it. */
static void test_damaged (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *noise = g_strnfill (8192, 'x');
	g_autoptr (GError) error = NULL;

	g_assert_true (files_write (self->path, noise, 8192, NULL));
	g_assert_null (store_open (self->path, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, self->path));
	g_assert_nonnull (strstr (error->message, "deleted"));
	/* the counterpart: an empty file is a new store */
	g_assert_true (files_write (self->path, "", 0, NULL));
	store_free (open_store (self));
}

/* A folder that is not there is no place for a store. */
static void test_no_folder (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *path = g_build_filename (self->dir, "none", "results.db", NULL);
	g_autoptr (GError) error = NULL;

	g_assert_null (store_open (path, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
}

/* Two programs may have it open: what one puts the other sees. */
static void test_two_at_a_time (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Store) one = open_store (self);
	g_autoptr (Store) two = open_store (self);
	StoredBuild build = { .ok = TRUE, .image = (char *) "i", .log = (char *) "l" };
	g_autoptr (StoredBuild) got = NULL;

	g_assert_true (store_put_build (one, "a", &build, NULL));
	g_assert_true (store_put_build (two, "b", &build, NULL));
	got = store_get_build (one, "b", NULL);
	g_assert_nonnull (got);
}

/* Opens the store once @gate is closed, and puts a build of its own there; never returns. */
static void race (const Fixture *self, int gate, guint number)
{
	g_autofree char *key = g_strdup_printf ("racer %u", number);
	StoredBuild build = { .ok = TRUE, .image = (char *) "i", .log = (char *) "l" };
	g_autoptr (GError) error = NULL;
	Store *store;
	char byte;

	while (read (gate, &byte, 1) > 0)
		;
	store = store_open (self->path, &error);
	if (!store || !store_put_build (store, key, &build, &error))
		g_printerr ("# %s: %s\n", key, error->message);
	store_free (store);
	_exit (error ? 1 : 0);
}

/* Programs that make one store at the same moment all get it, every time. */
static void test_race (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	guint i, j, lost = 0;

	for (i = 0; i < RACES; i++) {
		g_autoptr (Store) store = NULL;
		int gate[2], status;

		g_assert_true (files_remove_tree (self->dir, NULL));
		g_assert_true (files_make_dir (self->dir, NULL));
		g_assert_cmpint (pipe (gate), ==, 0);
		for (j = 0; j < RACERS; j++) {
			if (fork () == 0) {
				close (gate[1]);
				race (self, gate[0], j);
			}
		}
		close (gate[0]);
		close (gate[1]);
		for (j = 0; j < RACERS; j++) {
			g_assert_cmpint (wait (&status), >, 0);
			lost += status != 0;
		}
		store = open_store (self);
		for (j = 0; j < RACERS && lost == 0; j++) {
			g_autofree char *key = g_strdup_printf ("racer %u", j);
			g_autoptr (StoredBuild) got = store_get_build (store, key, NULL);

			g_assert_nonnull (got);
		}
	}
	g_assert_cmpuint (lost, ==, 0);
}

#define add(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	add ("/store/build/round-trip", test_build_round_trip);
	add ("/store/build/replace-forget", test_build_replace_forget);
	add ("/store/boot/round-trip", test_boot_round_trip);
	add ("/store/boot/bare-crash", test_bare_crash);
	add ("/store/boot/none", test_no_boots);
	add ("/store/boot/unknown-outcome", test_unknown_outcome);
	add ("/store/newer-version", test_newer_version);
	add ("/store/damaged", test_damaged);
	add ("/store/no-folder", test_no_folder);
	add ("/store/two-at-a-time", test_two_at_a_time);
	add ("/store/race", test_race);
	return g_test_run ();
}
