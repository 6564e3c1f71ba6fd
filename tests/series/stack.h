/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of subsets share: stacks of patches, and something for them to go onto.
 */
#pragma once

#include "series/apply.h"
#include "series/subset.h"
#include "tests/series/fixture.h"

static inline Patch *parse (const char *text, const char *name)
{
	g_autoptr (GPtrArray) lines = source_lines_new (text, 1);
	g_autoptr (GError) error = NULL;
	Patch *patch = patch_parse (lines, 0, name, FALSE, &error);

	g_assert_no_error (error);
	g_assert_true (patch_strip (patch, 1, &error));
	return patch;
}

static inline GPtrArray *stack_new (void)
{
	return g_ptr_array_new_with_free_func ((GDestroyNotify) patch_free);
}

static inline GPtrArray *stack_of (const char *const *texts)
{
	GPtrArray *stack = stack_new ();
	guint i;

	for (i = 0; texts[i]; i++) {
		g_autofree char *name = g_strdup_printf ("%u.patch", i + 1);

		g_ptr_array_add (stack, parse (texts[i], name));
	}
	return stack;
}

typedef struct {
	Fixture *fixture;
	Repo *repo;
	Overlay *base;
} Base;

static inline void base_open (Base *self, Fixture *fixture)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *commit = NULL, *tree = NULL;

	fixture_commit_base (fixture);
	self->fixture = fixture;
	self->repo = repo_open (fixture->repo, &error);
	g_assert_no_error (error);
	commit = repo_resolve (self->repo, "HEAD", &error);
	tree = repo_tree_of (self->repo, commit, &error);
	self->base = overlay_new (self->repo, tree, &error);
	g_assert_no_error (error);
}

static inline void base_clear (Base *self)
{
	g_clear_pointer (&self->base, overlay_free);
	g_clear_pointer (&self->repo, repo_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Base, base_clear)

static inline void put (Overlay *overlay, const char *path, const char *text)
{
	g_autoptr (GBytes) content = g_bytes_new (text, strlen (text));

	overlay_put (overlay, path, content, 0100644);
}

static inline char *text_at (const Overlay *overlay, const char *path)
{
	g_autoptr (GBytes) content = overlay_read (overlay, path, NULL, NULL);

	g_assert_nonnull (content);
	if (g_bytes_get_size (content) == 0)
		return g_strdup ("");
	return g_strndup (g_bytes_get_data (content, NULL), g_bytes_get_size (content));
}

static inline Subset *take (GPtrArray *stack, const Overlay *base)
{
	g_autoptr (GError) error = NULL;
	Subset *subset = subset_new (stack, base, &error);

	g_assert_no_error (error);
	return subset;
}

static inline Bits *all_of (const Subset *subset)
{
	Bits *all = bits_new (subset_size (subset));
	guint i;

	for (i = 0; i < all->size; i++)
		bits_add (all, i);
	return all;
}

/* A random closed set: what is not there takes what needs it with it. */
static inline Bits *some_of (const Subset *subset, GRand *rand)
{
	Bits *kept = all_of (subset);
	gboolean again = TRUE;
	guint i;

	for (i = 0; i < kept->size; i++)
		if (g_rand_boolean (rand))
			bits_remove (kept, i);
	while (again) {
		again = FALSE;
		for (i = 0; i < kept->size; i++) {
			g_autofree Bits *lacking =
				bits_copy (g_ptr_array_index (subset_needs (subset), i));

			bits_and_not (lacking, kept);
			if (!bits_has (kept, i) || bits_count (lacking) == 0)
				continue;
			bits_remove (kept, i);
			again = TRUE;
		}
	}
	g_assert_true (subset_is_closed (subset, kept));
	return kept;
}

/* No hunk may have to be searched for: it lies where it says. */
static inline Overlay *apply (GPtrArray *patches, const Overlay *base)
{
	g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
	const ApplyOptions options = { 0, notes };
	Overlay *overlay = overlay_fork (base);
	g_autoptr (GError) error = NULL;
	guint i;

	for (i = 0; i < patches->len; i++) {
		patch_apply (g_ptr_array_index (patches, i), overlay, &options, &error);
		g_assert_no_error (error);
	}
	for (i = 0; i < notes->len; i++)
		g_error ("%s", (char *) g_ptr_array_index (notes, i));
	return overlay;
}

/* Puts a file there that @file's hunks fit onto: their old sides, and other lines between them. */
static inline void put_old_side (Overlay *overlay, const FilePatch *file)
{
	g_autoptr (GString) text = g_string_new (NULL);
	guint i, j, line = 1;

	for (i = 0; i < file->hunks->len; i++) {
		const Hunk *hunk = g_ptr_array_index (file->hunks, i);

		for (; line < hunk->old_start; line++)
			g_string_append_printf (text, "filler %u\n", line);
		for (j = 0; j < hunk->lines->len; j++) {
			const PatchLine *at = g_ptr_array_index (hunk->lines, j);

			if (at->kind != '+')
				g_string_append_printf (text, "%s\n", at->text);
		}
		line += hunk->old_count;
	}
	for (i = 0; i < 9; i++)
		g_string_append_printf (text, "filler %u\n", line + i);
	put (overlay, file->old_path, text->str);
}
