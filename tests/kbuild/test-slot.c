/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Source slots: what they remember, and when they must not trust it.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "kbuild/slot.h"

/* What the fill function was asked for, and what it is to answer. */
typedef struct {
	guint calls;
	char *from, *to;
	const char *changes; /* (nullable): one path that it tells as changed */
	gboolean fails;
} Filling;

typedef struct {
	char *dir;
	Filling filling;
} Fixture;

static void set_up (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
}

static void tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
	g_free (self->filling.from);
	g_free (self->filling.to);
}

static gboolean fill (const char *from, const char *to, const char *dir, GPtrArray **out_changed,
		      gpointer user_data, GError **error)
{
	Filling *filling = user_data;

	g_assert_true (g_file_test (dir, G_FILE_TEST_IS_DIR));
	filling->calls++;
	g_free (filling->from);
	g_free (filling->to);
	filling->from = g_strdup (from);
	filling->to = g_strdup (to);
	if (filling->fails)
		return fail (error, BAKEOFF_ERROR_FAILED, "no space");
	*out_changed = g_ptr_array_new_with_free_func (g_free);
	if (filling->changes)
		g_ptr_array_add (*out_changed, g_strdup (filling->changes));
	return TRUE;
}

static Slot *open_slot (Fixture *self)
{
	g_autoptr (GError) error = NULL;
	Slot *slot = slot_open (self->dir, &error);

	g_assert_no_error (error);
	return slot;
}

static void switch_to (Fixture *self, Slot *slot, const char *tree)
{
	g_autoptr (GError) error = NULL;

	g_assert_true (slot_switch (slot, tree, fill, &self->filling, &error));
	g_assert_no_error (error);
}

static void put_config (const Slot *slot)
{
	g_autofree char *path = g_build_filename (slot_objects (slot), ".config", NULL);

	g_assert_true (files_write (path, "CONFIG_A=y\n", -1, NULL));
}

/* The folders are there, absolute, and two different ones. */
static void test_folders (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Slot) slot = open_slot (self);

	g_assert_true (g_path_is_absolute (slot_source (slot)));
	g_assert_true (g_file_test (slot_source (slot), G_FILE_TEST_IS_DIR));
	g_assert_true (g_file_test (slot_objects (slot), G_FILE_TEST_IS_DIR));
	g_assert_cmpstr (slot_source (slot), !=, slot_objects (slot));
}

/* What a slot holds is known after it was closed and opened again: the same tree is not filled
 * anew, another one starts from it. */
static void test_state_survives (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Slot *slot = open_slot (self);

	switch_to (self, slot, "one");
	g_assert_cmpuint (self->filling.calls, ==, 1);
	g_assert_null (self->filling.from);
	g_assert_true (slot_set_config (slot, "digest", NULL));
	put_config (slot);
	slot_free (slot);

	slot = open_slot (self);
	g_assert_true (slot_config_stands (slot, "digest"));
	g_assert_false (slot_config_stands (slot, "other"));
	switch_to (self, slot, "one");
	g_assert_cmpuint (self->filling.calls, ==, 1);
	switch_to (self, slot, "two");
	g_assert_cmpuint (self->filling.calls, ==, 2);
	g_assert_cmpstr (self->filling.from, ==, "one");
	g_assert_cmpstr (self->filling.to, ==, "two");
	slot_free (slot);
}

/* A switch that fails half-way, or in which we die, leaves a slot of which nothing is believed. */
static void test_interrupted_switch (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Slot *slot = open_slot (self);
	g_autoptr (GError) error = NULL;

	switch_to (self, slot, "one");
	self->filling.fails = TRUE;
	g_assert_false (slot_switch (slot, "two", fill, &self->filling, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	self->filling.fails = FALSE;
	/* in the same process … */
	switch_to (self, slot, "one");
	g_assert_null (self->filling.from);
	self->filling.fails = TRUE;
	g_assert_false (slot_switch (slot, "two", fill, &self->filling, NULL));
	self->filling.fails = FALSE;
	slot_free (slot);
	/* … and in the next */
	slot = open_slot (self);
	switch_to (self, slot, "one");
	g_assert_null (self->filling.from);
	slot_free (slot);
}

/* A .config does not outlive a change of what decides it; other changes it does. */
static void test_config_dropped (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const struct {
		const char *path;
		gboolean stands;
	} cases[] = {
		{ "mm/slub.c", TRUE },
		{ "drivers/mmc/Makefile", TRUE },
		{ NULL, TRUE },
		{ "drivers/mmc/Kconfig", FALSE },
		{ "lib/Kconfig.debug", FALSE },
		{ "arch/arm/configs/versatile_defconfig", FALSE },
		{ "arch/arm/defconfig", FALSE },
		{ "scripts/kconfig/conf.c", FALSE },
	};
	g_autoptr (Slot) slot = open_slot (self);
	guint i;

	switch_to (self, slot, "start");
	put_config (slot);
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *tree = g_strdup_printf ("tree-%u", i);

		g_assert_true (slot_set_config (slot, "digest", NULL));
		self->filling.changes = cases[i].path;
		switch_to (self, slot, tree);
		g_assert_cmpint (slot_config_stands (slot, "digest"), ==, cases[i].stands);
	}
}

/* A digest without a .config is worth nothing, and NULL takes it back. */
static void test_config_needs_its_file (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Slot) slot = open_slot (self);

	switch_to (self, slot, "one");
	g_assert_true (slot_set_config (slot, "digest", NULL));
	g_assert_false (slot_config_stands (slot, "digest"));
	put_config (slot);
	g_assert_true (slot_config_stands (slot, "digest"));
	g_assert_true (slot_set_config (slot, NULL, NULL));
	g_assert_false (slot_config_stands (slot, "digest"));
}

/* A slot that was busy when its process died loses its objects and its .config, not its source. */
static void test_killed_build (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Slot *slot = open_slot (self);
	g_autofree char *object = g_build_filename (slot_objects (slot), "half.o", NULL);
	g_autofree char *source = g_build_filename (slot_source (slot), "whole.c", NULL);

	switch_to (self, slot, "one");
	put_config (slot);
	g_assert_true (slot_set_config (slot, "digest", NULL));
	g_assert_true (files_write (object, "x", 1, NULL) && files_write (source, "x", 1, NULL));
	/* a build that ends is no reason … */
	g_assert_true (slot_set_busy (slot, TRUE, NULL) && slot_set_busy (slot, FALSE, NULL));
	slot_free (slot);
	slot = open_slot (self);
	g_assert_true (g_file_test (object, G_FILE_TEST_EXISTS));
	g_assert_true (slot_config_stands (slot, "digest"));
	/* … one that does not is */
	g_assert_true (slot_set_busy (slot, TRUE, NULL));
	slot_free (slot);
	slot = open_slot (self);
	g_assert_false (g_file_test (object, G_FILE_TEST_EXISTS));
	g_assert_true (g_file_test (slot_objects (slot), G_FILE_TEST_IS_DIR));
	g_assert_true (g_file_test (source, G_FILE_TEST_EXISTS));
	g_assert_false (slot_config_stands (slot, "digest"));
	switch_to (self, slot, "one");
	g_assert_cmpuint (self->filling.calls, ==, 1);
	slot_free (slot);
}

/* A state file of nonsense is no state. */
static void test_damaged_state (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *state = g_build_filename (self->dir, "state", NULL);
	Slot *slot;

	g_assert_true (files_write (state, "\n\nbranch one\ntreeone\n", -1, NULL));
	slot = open_slot (self);
	switch_to (self, slot, "one");
	g_assert_null (self->filling.from);
	g_assert_cmpuint (self->filling.calls, ==, 1);
	slot_free (slot);
}

static gboolean lock_is_free (const Fixture *self)
{
	g_autofree char *path = g_build_filename (self->dir, "lock", NULL);
	int fd = open (path, O_RDWR | O_CLOEXEC);
	gboolean taken = fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0;

	g_assert_cmpint (fd, >=, 0);
	close (fd);
	return taken;
}

/* An open slot is locked, a closed one is not, and a compiler that holds the descriptor keeps it.
 */
static void test_lock (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Slot *slot = open_slot (self);
	int held;

	g_assert_false (lock_is_free (self));
	held = dup (slot_lock (slot));
	slot_free (slot);
	g_assert_false (lock_is_free (self));
	close (held);
	g_assert_true (lock_is_free (self));
}

static gpointer close_later (gpointer fd)
{
	g_usleep (300 * 1000);
	close (GPOINTER_TO_INT (fd));
	return NULL;
}

/* Whoever finds it locked waits, and then has it. */
static void test_lock_is_waited_for (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	Slot *slot = open_slot (self);
	int held = dup (slot_lock (slot));
	gint64 start = g_get_monotonic_time ();
	GThread *thread;

	slot_free (slot);
	thread = g_thread_new ("holder", close_later, GINT_TO_POINTER (held));
	slot = open_slot (self);
	g_assert_cmpint (g_get_monotonic_time () - start, >=, 300 * 1000);
	g_thread_join (thread);
	slot_free (slot);
}

/* A folder that cannot be is an error that names it. */
static void test_no_folder (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *file = g_build_filename (self->dir, "file", NULL);
	g_autofree char *below = g_build_filename (file, "slot", NULL);
	g_autoptr (GError) error = NULL;

	g_assert_true (files_write (file, "", 0, NULL));
	g_assert_null (slot_open (below, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, below));
}

#define add(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

/* Objects that another compiler has made are thrown away with the configuration, and those of the
 * same one are kept, also by the next process. */
static void test_tools (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *dir = g_build_filename (self->dir, "slot", NULL);
	g_autofree char *object = g_build_filename (dir, "obj", "a.o", NULL);
	g_autoptr (Slot) slot = slot_open (dir, NULL);

	g_assert_true (slot_set_tools (slot, "gcc 1", NULL));
	g_assert_true (files_write (object, "1", -1, NULL));
	g_assert_true (slot_set_tools (slot, "gcc 1", NULL));
	g_clear_pointer (&slot, slot_free);
	slot = slot_open (dir, NULL);
	g_assert_true (slot_set_tools (slot, "gcc 1", NULL));
	g_assert_true (g_file_test (object, G_FILE_TEST_EXISTS));
	/* the counterpart */
	g_assert_true (slot_set_tools (slot, "gcc 2", NULL));
	g_assert_false (g_file_test (object, G_FILE_TEST_EXISTS));
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	add ("/slot/folders", test_folders);
	add ("/slot/tools", test_tools);
	add ("/slot/state-survives", test_state_survives);
	add ("/slot/interrupted-switch", test_interrupted_switch);
	add ("/slot/config/dropped", test_config_dropped);
	add ("/slot/config/needs-its-file", test_config_needs_its_file);
	add ("/slot/killed-build", test_killed_build);
	add ("/slot/damaged-state", test_damaged_state);
	add ("/slot/lock", test_lock);
	add ("/slot/lock/waited-for", test_lock_is_waited_for);
	add ("/slot/no-folder", test_no_folder);
	return g_test_run ();
}
