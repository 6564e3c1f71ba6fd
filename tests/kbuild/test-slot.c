/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Base's slots: what they remember, when they must not trust it, and who waits for whom.
 * tests/kbuild/test-variant.c has what is built over them.
 */
#include <unistd.h>

#include "base/lock.h"
#include "tests/kbuild/fixture.h"

static void make_base (Fixture *self)
{
	fixture_put (self, "base", "Makefile", "all:\n");
	fixture_put (self, "base", "mm/slub.c", "slub\n");
}

/* The base's slot, ours alone; the source is returned too. */
static Slot *own_slot (Fixture *self, Source **out_source)
{
	g_autoptr (GError) error = NULL;
	Slot *slot;

	*out_source = fixture_open_source (self, "base");
	slot = fixture_open_slot (self, *out_source);
	g_assert_true (slot_own (slot, NULL, &error));
	g_assert_no_error (error);
	return slot;
}

static void close_slot (Slot *slot, Source *source)
{
	slot_free (slot);
	source_free (source);
}

static void put_object (const Slot *slot, const char *name)
{
	g_autofree char *path = slot_object_new (slot, name);

	g_assert_true (files_write (path, "object\n", -1, NULL));
}

static gboolean has_object (const Slot *slot, const char *name)
{
	g_autofree char *path = slot_object (slot, name);

	return path != NULL;
}

/* Source and objects have paths of their own: the same for every slot in a sandbox, where the
 * folders really are in place. */
static void test_folders (Fixture *self)
{
	g_autoptr (Source) source = NULL;
	g_autoptr (Slot) slot = NULL;

	make_base (self);
	slot = own_slot (self, &source);
	g_assert_true (g_path_is_absolute (slot_source (slot)));
	g_assert_cmpstr (slot_source (slot), !=, slot_objects (slot));
	g_assert_true (g_file_test (slot_real_source (slot), G_FILE_TEST_IS_DIR));
	g_assert_true (g_file_test (slot_new_objects (slot), G_FILE_TEST_IS_DIR));
	g_assert_false (slot_is_variant (slot));
	if (self->guarded) {
		g_assert_true (g_str_has_prefix (slot_source (slot), SANDBOX_ROOT "/"));
		g_assert_true (g_str_has_prefix (slot_objects (slot), SANDBOX_ROOT "/"));
	} else {
		g_assert_cmpstr (slot_source (slot), ==, slot_real_source (slot));
		g_assert_cmpstr (slot_objects (slot), ==, slot_new_objects (slot));
	}
}

/* What a slot holds is known after it was closed and opened again, once its build has ended. */
static void test_state_survives (Fixture *self)
{
	Source *source = NULL;
	Slot *slot;

	make_base (self);
	slot = own_slot (self, &source);
	g_assert_true (slot_set_tools (slot, "gcc 1", NULL));
	g_assert_true (slot_set_busy (slot, TRUE, NULL));
	g_assert_true (slot_set_config (slot, "digest", NULL));
	put_object (slot, ".config");
	g_assert_false (slot_is_ready (slot, "digest", "gcc 1"));
	g_assert_true (slot_set_busy (slot, FALSE, NULL));
	close_slot (slot, source);

	source = fixture_open_source (self, "base");
	slot = fixture_open_slot (self, source);
	g_assert_true (slot_config_stands (slot, "digest"));
	g_assert_false (slot_config_stands (slot, "other"));
	g_assert_true (slot_is_ready (slot, "digest", "gcc 1"));
	g_assert_false (slot_is_ready (slot, "other", "gcc 1"));
	g_assert_false (slot_is_ready (slot, "digest", "gcc 2"));
	close_slot (slot, source);
}

/* Another base in the same folder: objects stay to start from, and the .config does not stand. Nor
 * do they when the source comes back: its files are unread, and the objects older than that. */
static void test_another_base (Fixture *self)
{
	Source *source = NULL;
	Slot *slot;

	make_base (self);
	slot = own_slot (self, &source);
	g_assert_true (slot_set_tools (slot, "gcc 1", NULL));
	g_assert_true (slot_set_config (slot, "digest", NULL));
	put_object (slot, ".config");
	put_object (slot, "slub.o");
	g_assert_true (slot_is_ready (slot, "digest", "gcc 1"));
	g_assert_true (slot_is_whole (slot));
	close_slot (slot, source);

	fixture_derive (self, "next", "base");
	fixture_put (self, "next", "mm/slub.c", "slub of the next release\n");
	source = fixture_open_source (self, "next");
	slot = fixture_open_slot (self, source);
	g_assert_false (slot_config_stands (slot, "digest"));
	g_assert_false (slot_is_ready (slot, "digest", "gcc 1"));
	g_assert_true (slot_own (slot, NULL, NULL));
	g_assert_true (has_object (slot, "slub.o"));
	g_assert_false (slot_is_whole (slot));
	close_slot (slot, source);

	slot = own_slot (self, &source);
	g_assert_false (slot_config_stands (slot, "digest"));
	g_assert_false (slot_is_ready (slot, "digest", "gcc 1"));
	g_assert_true (slot_set_config (slot, "digest", NULL));
	g_assert_true (slot_is_ready (slot, "digest", "gcc 1"));
	g_assert_false (slot_is_whole (slot));
	/* from nothing, all of it is of this filling */
	g_assert_true (slot_set_tools (slot, "gcc 2", NULL));
	g_assert_true (slot_is_whole (slot));
	close_slot (slot, source);
}

/* Objects of a source that was written anew are thrown away: they tell nothing of what was read. */
static void test_new_source (Fixture *self)
{
	Source *source = NULL;
	Slot *slot;
	g_autofree char *src = NULL;

	make_base (self);
	slot = own_slot (self, &source);
	put_object (slot, "slub.o");
	src = g_strdup (slot_real_source (slot));
	close_slot (slot, source);
	slot = own_slot (self, &source);
	g_assert_true (has_object (slot, "slub.o"));
	close_slot (slot, source);

	g_assert_true (files_remove_tree (src, NULL));
	slot = own_slot (self, &source);
	g_assert_false (has_object (slot, "slub.o"));
	close_slot (slot, source);
}

/* A digest without a .config is worth nothing, and NULL takes it back. */
static void test_config_needs_its_file (Fixture *self)
{
	g_autoptr (Source) source = NULL;
	g_autoptr (Slot) slot = NULL;

	make_base (self);
	slot = own_slot (self, &source);
	g_assert_true (slot_set_config (slot, "digest", NULL));
	g_assert_false (slot_config_stands (slot, "digest"));
	put_object (slot, ".config");
	g_assert_true (slot_config_stands (slot, "digest"));
	g_assert_true (slot_set_config (slot, NULL, NULL));
	g_assert_false (slot_config_stands (slot, "digest"));
}

/* A slot that was busy when its process died loses its objects and its .config at the next build,
 * not its source. */
static void test_killed_build (Fixture *self)
{
	Source *source = NULL;
	Slot *slot;

	make_base (self);
	slot = own_slot (self, &source);
	g_assert_true (slot_set_config (slot, "digest", NULL));
	put_object (slot, ".config");
	put_object (slot, "half.o");
	/* a build that ends is no reason … */
	g_assert_true (slot_set_busy (slot, TRUE, NULL) && slot_set_busy (slot, FALSE, NULL));
	close_slot (slot, source);
	slot = own_slot (self, &source);
	g_assert_true (slot_set_busy (slot, TRUE, NULL));
	g_assert_true (has_object (slot, "half.o"));
	g_assert_true (slot_config_stands (slot, "digest"));
	/* … one that does not is */
	close_slot (slot, source);
	slot = own_slot (self, &source);
	g_assert_false (slot_is_ready (slot, "digest", ""));
	g_assert_true (slot_set_busy (slot, TRUE, NULL));
	g_assert_false (has_object (slot, "half.o"));
	g_assert_true (g_file_test (slot_new_objects (slot), G_FILE_TEST_IS_DIR));
	g_assert_false (slot_config_stands (slot, "digest"));
	g_assert_cmpuint (self->fills, ==, 1);
	close_slot (slot, source);
}

/* A state file of nonsense is no state, and its objects are nobody's. */
static void test_damaged_state (Fixture *self)
{
	Source *source = NULL;
	Slot *slot;
	g_autofree char *state = NULL;

	make_base (self);
	slot = own_slot (self, &source);
	g_assert_true (slot_set_tools (slot, "gcc 1", NULL));
	g_assert_true (slot_set_config (slot, "digest", NULL));
	put_object (slot, ".config");
	g_assert_true (slot_is_ready (slot, "digest", "gcc 1"));
	state = g_build_filename (slot_new_objects (slot), "..", "state", NULL);
	close_slot (slot, source);
	g_assert_true (files_write (state, "\n\ngenerationone\ntreeone\nconfigdigest\n", -1, NULL));
	slot = own_slot (self, &source);
	g_assert_false (slot_is_ready (slot, "digest", "gcc 1"));
	g_assert_false (has_object (slot, ".config"));
	close_slot (slot, source);
}

/* Objects that another compiler has made are thrown away with the configuration, and those of the
 * same one are kept, also by the next process. */
static void test_tools (Fixture *self)
{
	Source *source = NULL;
	Slot *slot;

	make_base (self);
	slot = own_slot (self, &source);
	g_assert_true (slot_set_tools (slot, "gcc 1", NULL));
	put_object (slot, "a.o");
	g_assert_true (slot_set_tools (slot, "gcc 1", NULL));
	close_slot (slot, source);
	slot = own_slot (self, &source);
	g_assert_true (slot_set_tools (slot, "gcc 1", NULL));
	g_assert_true (has_object (slot, "a.o"));
	/* the counterpart */
	g_assert_true (slot_set_tools (slot, "gcc 2", NULL));
	g_assert_false (has_object (slot, "a.o"));
	close_slot (slot, source);
}

/* Objects hold the paths that they were made at: what a sandbox has made is nothing for builds in
 * place. */
static void test_other_paths (Fixture *self)
{
	Source *source = NULL;
	Slot *slot;

	make_base (self);
	slot = own_slot (self, &source);
	g_assert_true (slot_set_tools (slot, "gcc 1", NULL));
	put_object (slot, "a.o");
	close_slot (slot, source);
	self->guarded = !self->guarded;
	slot = own_slot (self, &source);
	g_assert_true (slot_set_tools (slot, "gcc 1", NULL));
	g_assert_false (has_object (slot, "a.o"));
	close_slot (slot, source);
}

/* ---- locks ---- */

/* Whether others could have the slot exclusively or, with LOCK_SHARED, beside us. */
static gboolean others_get_it (const Slot *slot, LockMode mode)
{
	g_autofree char *path = g_build_filename (slot_new_objects (slot), "..", "lock", NULL);
	g_autoptr (GError) error = NULL;
	int fd = lock_try (path, mode, &error);

	g_assert_no_error (error);
	if (fd >= 0)
		close (fd);
	return fd >= 0;
}

/* Who builds in a slot has it alone; who builds over it shares it, and nobody changes it then. */
static void test_lock (Fixture *self)
{
	Source *source = NULL;
	Slot *slot;

	make_base (self);
	slot = own_slot (self, &source);
	g_assert_false (others_get_it (slot, LOCK_SHARED));
	g_assert_true (slot_share (slot, NULL, NULL));
	g_assert_true (others_get_it (slot, LOCK_SHARED));
	g_assert_false (others_get_it (slot, LOCK_EXCLUSIVE));
	close_slot (slot, source);
}

static gpointer close_later (gpointer fd)
{
	g_usleep (300 * 1000);
	close (GPOINTER_TO_INT (fd));
	return NULL;
}

/* A compiler that outlives its bakeoff holds the descriptor, and so the slot: whoever wants it
 * waits, and then has it. */
static void test_lock_is_waited_for (Fixture *self)
{
	Source *source = NULL;
	Slot *slot;
	int held;
	gint64 start;
	GThread *thread;

	make_base (self);
	slot = own_slot (self, &source);
	held = dup (slot_lock (slot));
	close_slot (slot, source);
	start = g_get_monotonic_time ();
	thread = g_thread_new ("holder", close_later, GINT_TO_POINTER (held));
	slot = own_slot (self, &source);
	g_assert_cmpint (g_get_monotonic_time () - start, >=, 300 * 1000);
	g_thread_join (thread);
	close_slot (slot, source);
}

/* Who waits for a slot can be stopped. */
static void test_lock_cancelled (Fixture *self)
{
	g_autoptr (GCancellable) cancellable = g_cancellable_new ();
	g_autoptr (GError) error = NULL;
	g_autoptr (Source) source = NULL;
	g_autoptr (Slot) slot = NULL, second = NULL;

	make_base (self);
	slot = own_slot (self, &source);
	g_cancellable_cancel (cancellable);
	second = slot_open (source, "board", "config", self->data, self->guarded, cancellable,
			    &error);
	g_assert_null (second);
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED);
}

/* Names of boards and configurations are no paths: each has a slot of its own, below the source's.
 */
static void test_names (Fixture *self)
{
	static const char *const names[] = { "a/../..", "a:b", "a,b", "a b", "a%b", "ä", NULL };
	g_autoptr (Source) source = NULL;
	g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	guint i;

	make_base (self);
	source = fixture_open_source (self, "base");
	for (i = 0; names[i]; i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (Slot) slot = slot_open (source, names[i], names[i], self->data,
						   self->guarded, NULL, &error);
		g_autofree char *prefix = g_strconcat (source_slot (source), "/obj/", NULL);

		g_assert_no_error (error);
		g_assert_true (g_str_has_prefix (slot_new_objects (slot), prefix));
		g_assert_null (strstr (slot_new_objects (slot), "/.."));
		g_assert_null (strpbrk (slot_new_objects (slot) + strlen (prefix), ":,"));
		g_assert_true (g_hash_table_add (seen, g_strdup (slot_new_objects (slot))));
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/slot", "folders", test_folders);
	fixture_add ("/slot", "names", test_names);
	fixture_add ("/slot", "tools", test_tools);
	fixture_add ("/slot", "other-paths", test_other_paths);
	fixture_add ("/slot", "state-survives", test_state_survives);
	fixture_add ("/slot", "another-base", test_another_base);
	fixture_add ("/slot", "new-source", test_new_source);
	fixture_add ("/slot", "config-needs-its-file", test_config_needs_its_file);
	fixture_add ("/slot", "killed-build", test_killed_build);
	fixture_add ("/slot", "damaged-state", test_damaged_state);
	fixture_add ("/slot", "lock", test_lock);
	fixture_add ("/slot", "lock-is-waited-for", test_lock_is_waited_for);
	fixture_add ("/slot", "lock-cancelled", test_lock_cancelled);
	return g_test_run ();
}
