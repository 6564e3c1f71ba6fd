/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "series/apply.h"
#include "series/patch-file.h"
#include "series/stacker.h"

struct Stacker {
	Overlay *ground;
	GHashTable *patches; /* path -> Patch */
	int fuzz;
};

void stacker_free (Stacker *self)
{
	if (!self)
		return;
	overlay_free (self->ground);
	g_hash_table_unref (self->patches);
	g_free (self);
}

static gboolean lay_prelude (Stacker *self, Repo *repo, const char *base, const Prelude *prelude,
			     GError **error)
{
	g_autoptr (GPtrArray) used = g_ptr_array_new_with_free_func (g_free);
	guint i;

	if (!prelude_apply (prelude, repo, base, self->ground, NULL, used, error))
		return FALSE;
	for (i = 0; i < prelude_n_fixes (prelude); i++) {
		const PatchFile *file = NULL;

		if (!prelude_apply_fix (prelude, i, self->ground, self->fuzz, NULL, &file, error))
			return FALSE;
	}
	return TRUE;
}

Stacker *stacker_new (Repo *repo, const char *base, const Prelude *prelude, int fuzz,
		      GError **error)
{
	g_autoptr (Stacker) self = g_new0 (Stacker, 1);
	g_autofree char *tree = repo_tree_of (repo, base, error);

	self->fuzz = fuzz;
	self->patches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					       (GDestroyNotify) patch_free);
	self->ground = tree ? overlay_new (repo, tree, error) : NULL;
	if (!self->ground || (prelude && !lay_prelude (self, repo, base, prelude, error)))
		return NULL;
	return g_steal_pointer (&self);
}

static const Patch *get_patch (Stacker *self, const char *path, GError **error)
{
	Patch *patch = g_hash_table_lookup (self->patches, path);
	g_autoptr (PatchFile) file = NULL;

	if (patch)
		return patch;
	file = patch_file_read (path, error);
	if (!file)
		return NULL;
	if (!file->has_diff)
		return fail_null (error, BAKEOFF_ERROR_PATCH, "%s: there is no diff in it",
				  file->name);
	patch = patch_file_parse (file, error);
	if (patch)
		g_hash_table_insert (self->patches, g_strdup (path), patch);
	return patch;
}

gboolean stacker_fits (Stacker *self, const GPtrArray *paths, char **out_why)
{
	const ApplyOptions options = { .fuzz = self->fuzz };
	g_autoptr (Overlay) fork = overlay_fork (self->ground);
	g_autoptr (GError) error = NULL;
	guint i;

	for (i = 0; i < paths->len; i++) {
		const Patch *patch = get_patch (self, paths->pdata[i], &error);

		if (patch && patch_apply (patch, fork, &options, &error))
			continue;
		if (out_why)
			*out_why = g_strdup (error->message);
		return FALSE;
	}
	return TRUE;
}

GPtrArray *stacker_join (const GPtrArray *below, const GPtrArray *top)
{
	GPtrArray *joined = g_ptr_array_new_with_free_func (g_free);
	guint i;

	for (i = 0; i < below->len; i++)
		g_ptr_array_add (joined, g_strdup (below->pdata[i]));
	for (i = 0; i < top->len; i++)
		if (!g_ptr_array_find_with_equal_func ((GPtrArray *) below, top->pdata[i],
						       g_str_equal, NULL))
			g_ptr_array_add (joined, g_strdup (top->pdata[i]));
	return joined;
}
