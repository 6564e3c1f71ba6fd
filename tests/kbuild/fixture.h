/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of kbuild/ share: trees without git, and slots over them, guarded or in place.
 *
 * A tree is a name and its files. fixture_fill() stands where series/ would bring a git tree; it
 * writes and tells what repo_checkout() does (tests/series/test-repo.c).
 */
#pragma once

#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "kbuild/sandbox.h"
#include "kbuild/slot.h"

typedef struct {
	char *dir;   /* a folder of its own */
	char *slots; /* dir/slots */
	char *data;  /* where kbuild/tools is */
	gboolean guarded;
	GHashTable *trees; /* name -> (path -> text) */
	/* what fixture_fill() was asked for, and what it is to answer */
	guint fills;
	char *from, *to;
	gboolean fails;
} Fixture;

/* Whether a sandbox can be made on this machine; else the test is skipped with the reason. */
static inline gboolean fixture_can_guard (const Fixture *self)
{
	g_autofree char *dir = g_build_filename (self->dir, "check", NULL);
	g_autoptr (GError) error = NULL;

	if (sandbox_check (self->data, dir, &error))
		return TRUE;
	g_strdelimit (error->message, "\n", ';');
	g_test_skip (error->message);
	return FALSE;
}

static inline void fixture_init (Fixture *self, gboolean guarded)
{
	const char *root = g_getenv ("G_TEST_SRCDIR");

	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	self->slots = g_build_filename (self->dir, "slots", NULL);
	self->data = g_canonicalize_filename (root ? root : ".", NULL);
	self->guarded = guarded;
	self->trees = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					     (GDestroyNotify) g_hash_table_unref);
}

static inline void fixture_clear (Fixture *self)
{
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_hash_table_unref (self->trees);
	g_free (self->dir);
	g_free (self->slots);
	g_free (self->data);
	g_free (self->from);
	g_free (self->to);
}

static inline GHashTable *fixture_tree (Fixture *self, const char *tree)
{
	GHashTable *files = g_hash_table_lookup (self->trees, tree);

	if (!files) {
		files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
		g_hash_table_insert (self->trees, g_strdup (tree), files);
	}
	return files;
}

/* Puts a file into a tree; NULL for @text takes it out. */
static inline void fixture_put (Fixture *self, const char *tree, const char *path, const char *text)
{
	if (text)
		g_hash_table_insert (fixture_tree (self, tree), g_strdup (path), g_strdup (text));
	else
		g_hash_table_remove (fixture_tree (self, tree), path);
}

/* Makes @tree a copy of @other. */
static inline void fixture_derive (Fixture *self, const char *tree, const char *other)
{
	GHashTableIter iter;
	gpointer path, text;

	g_hash_table_iter_init (&iter, fixture_tree (self, other));
	while (g_hash_table_iter_next (&iter, &path, &text))
		fixture_put (self, tree, path, text);
}

static inline void fixture__remove (const char *dir, const char *path)
{
	g_autofree char *full = g_build_filename (dir, path, NULL);
	g_autofree char *parent = g_path_get_dirname (full);

	g_unlink (full);
	while (strlen (parent) > strlen (dir) && g_rmdir (parent) == 0) {
		char *above = g_path_get_dirname (parent);

		g_free (parent);
		parent = above;
	}
}

static inline void fixture__write (const char *dir, const char *path, const char *text)
{
	g_autofree char *full = g_build_filename (dir, path, NULL);
	g_autofree char *parent = g_path_get_dirname (full);

	if (!g_file_test (parent, G_FILE_TEST_IS_DIR))
		g_unlink (parent); /* a file that becomes a folder */
	g_assert_true (files_make_dir (parent, NULL));
	g_assert_true (files_remove_tree (full, NULL));
	g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

/* Whether @tree has files below @path: then git tells of those alone. */
static inline gboolean fixture__is_folder (GHashTable *tree, const char *path)
{
	g_autofree char *prefix = g_strconcat (path, "/", NULL);
	GHashTableIter iter;
	gpointer other;

	g_hash_table_iter_init (&iter, tree);
	while (g_hash_table_iter_next (&iter, &other, NULL)) {
		if (g_str_has_prefix (other, prefix))
			return TRUE;
	}
	return FALSE;
}

static inline gboolean fixture_fill (const char *from, const char *to, const char *dir,
				     GPtrArray **out_changed, gpointer user_data, GError **error)
{
	Fixture *self = user_data;
	g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);
	GHashTable *have = from ? g_hash_table_lookup (self->trees, from) : none;
	GHashTable *want = g_hash_table_lookup (self->trees, to);
	GHashTableIter iter;
	gpointer path, text;

	self->fills++;
	g_free (self->from);
	g_free (self->to);
	self->from = g_strdup (from);
	self->to = g_strdup (to);
	if (self->fails || !have || !want)
		return fail (error, BAKEOFF_ERROR_FAILED, "no space");
	*out_changed = g_ptr_array_new_with_free_func (g_free);
	if (!from)
		g_assert_true (files_remove_tree (dir, NULL) && files_make_dir (dir, NULL));
	g_hash_table_iter_init (&iter, have);
	while (g_hash_table_iter_next (&iter, &path, NULL)) {
		if (g_hash_table_contains (want, path))
			continue;
		fixture__remove (dir, path);
		if (!fixture__is_folder (want, path))
			g_ptr_array_add (*out_changed, g_strdup (path));
	}
	g_hash_table_iter_init (&iter, want);
	while (g_hash_table_iter_next (&iter, &path, &text)) {
		if (g_strcmp0 (g_hash_table_lookup (have, path), text) == 0)
			continue;
		fixture__write (dir, path, text);
		g_ptr_array_add (*out_changed, g_strdup (path));
	}
	return TRUE;
}

static inline Source *fixture_open_source (Fixture *self, const char *tree)
{
	g_autoptr (GError) error = NULL;
	Source *source = source_open (self->slots, tree, self->guarded, fixture_fill, self, &error);

	g_assert_no_error (error);
	return source;
}

static inline Slot *fixture_open_slot (Fixture *self, Source *source)
{
	g_autoptr (GError) error = NULL;
	Slot *slot = slot_open (source, "board", "config", self->data, self->guarded, NULL, &error);

	g_assert_no_error (error);
	return slot;
}

/* Returns: (nullable): what file @name below @dir holds. */
static inline char *fixture_read (const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename (dir, name, NULL);
	char *text = NULL;

	g_file_get_contents (path, &text, NULL, NULL);
	return text;
}

/* ---- tests that are run twice: in place and in a sandbox ---- */

typedef struct {
	void (*test) (Fixture *self);
	gboolean guarded;
} FixtureCase;

static inline void fixture__run (gconstpointer data)
{
	const FixtureCase *chosen = data;
	Fixture self = { 0 };

	fixture_init (&self, chosen->guarded);
	if (!chosen->guarded || fixture_can_guard (&self))
		chosen->test (&self);
	fixture_clear (&self);
}

/* @test runs as FOLDER/in-place/NAME and as FOLDER/guarded/NAME. */
static inline void fixture_add (const char *folder, const char *name, void (*test) (Fixture *self))
{
	int guarded;

	for (guarded = FALSE; guarded <= TRUE; guarded++) {
		g_autofree char *path = g_strdup_printf ("%s/%s/%s", folder,
							 guarded ? "guarded" : "in-place", name);
		FixtureCase *chosen = g_new0 (FixtureCase, 1);

		chosen->test = test;
		chosen->guarded = guarded;
		g_test_add_data_func_full (path, chosen, fixture__run, g_free);
	}
}
