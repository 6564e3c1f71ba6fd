/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The variants of a plan: base, those of the project, and their combinations, each applied.
 */
#include "base/error.h"
#include "matrix/plan-internal.h"

static gboolean open_base (Plan *self, const PlanOptions *options, GError **error)
{
	const Project *project = self->project;
	const char *path = options->repo ? options->repo : project->repo;
	const char *base = options->base ? options->base : project->base;

	if (!path)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "which Linux repository?\ngive --repo PATH, or set BAKEOFF_REPO, or "
			     "'bakeoff.repo' in '%s'",
			     project->path);
	if (!base)
		return fail (
			error, BAKEOFF_ERROR_USAGE,
			"which base commit?\ngive --base REVISION or set 'bakeoff.base' in '%s'",
			project->path);
	self->repo = repo_open (path, error);
	if (!self->repo)
		return FALSE;
	self->base = repo_resolve (self->repo, base, error);
	if (!self->base)
		return FALSE;
	self->base_describe = repo_describe (self->repo, self->base);
	self->base_subject = repo_subject (self->repo, self->base);
	return TRUE;
}

static gboolean add_variant (Plan *self, const char *name, const char *title,
			     const char *const *files, const Prelude *prelude, GError **error)
{
	PlanVariant *entry = g_new0 (PlanVariant, 1);
	GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

	g_ptr_array_add (self->variants, entry);
	for (; files && *files; files++)
		g_ptr_array_add (paths, project_patch_path (self->project, *files));
	entry->variant = variant_new (name, paths, error);
	if (!entry->variant)
		return FALSE;
	if (title) {
		g_free (entry->variant->title);
		entry->variant->title = g_strdup (title);
	}
	entry->applied = variant_apply (self->repo, self->base, prelude, entry->variant,
					self->project->fuzz, error);
	return entry->applied != NULL;
}

static gboolean is_wanted (const char *const *wanted, const char *name)
{
	return !wanted || !*wanted || g_strv_contains (wanted, name);
}

static gboolean check_variant_names (const Plan *self, const char *const *wanted, GError **error)
{
	for (; wanted && *wanted; wanted++) {
		gboolean found = g_str_equal (*wanted, "base");
		guint i;

		for (i = 0; i < self->project->variants->len && !found; i++) {
			const ProjectVariant *variant = self->project->variants->pdata[i];

			found = g_str_equal (variant->name, *wanted);
		}
		if (!found)
			return fail (error, BAKEOFF_ERROR_USAGE,
				     "no variant '%s' in '%s'\n'bakeoff show' lists them", *wanted,
				     self->project->path);
	}
	return TRUE;
}

/* A board's quilt folder: the project's own goes before the one that came with us. */
static char *find_series (const Project *project, const char *data_dir, const char *name)
{
	g_autofree char *own = g_canonicalize_filename (name, project->dir);
	g_autofree char *ours = g_canonicalize_filename (name, data_dir);
	gboolean is_ours =
		!g_file_test (own, G_FILE_TEST_EXISTS) && g_file_test (ours, G_FILE_TEST_EXISTS);

	return is_ours ? g_steal_pointer (&ours) : g_steal_pointer (&own);
}

/* The project's prelude, the board's, and what is tried out. @board: (nullable) */
static Prelude *read_prelude (const Project *project, const Board *board,
			      const PlanOptions *options, GError **error)
{
	g_autoptr (Prelude) prelude = prelude_new ();
	const char *const *with = options->with;
	char **series;

	if (project->prelude && !prelude_add (prelude, project->prelude, error))
		return NULL;
	for (series = board ? board->preludes : NULL; series && *series; series++) {
		g_autofree char *dir = find_series (project, options->data_dir, *series);

		if (!prelude_add (prelude, dir, error))
			return NULL;
	}
	for (; with && *with; with++)
		if (!prelude_add_fix (prelude, *with, error))
			return NULL;
	return g_steal_pointer (&prelude);
}

/* The base, on which all others lie. */
static gboolean add_base (Plan *self, const Prelude *prelude, gboolean history, GError **error)
{
	const PlanVariant *base;

	if (!add_variant (self, "base", NULL, NULL, prelude, error))
		return FALSE;
	base = self->variants->pdata[0];
	if (!history && base->applied->prelude_failed)
		return fail (error, BAKEOFF_ERROR_USAGE, "%s", base->applied->detail);
	return TRUE;
}

static Stacker *make_stacker (const Plan *self, const Prelude *prelude, GError **error)
{
	return stacker_new (self->repo, self->base, prelude, self->project->fuzz, error);
}

Stacker *plan_stacker (const Plan *self, const PlanOptions *options, GError **error)
{
	g_autoptr (Prelude) prelude = read_prelude (self->project, NULL, options, error);

	return prelude ? make_stacker (self, prelude, error) : NULL;
}

/* ---- combinations ---- */

/* Whether one of them is a part of the other: there is nothing to combine. */
static gboolean contains (const GPtrArray *whole, const GPtrArray *part)
{
	g_autoptr (GPtrArray) joined = stacker_join (whole, part);

	return joined->len == whole->len;
}

/* Both of @a and @b, one on top of the other, in whichever order goes on; NULL for none. */
static GPtrArray *join_fitting (Stacker *stacker, const GPtrArray *a, const GPtrArray *b)
{
	g_autoptr (GPtrArray) joined = NULL;

	if (contains (a, b) || contains (b, a))
		return NULL;
	joined = stacker_join (a, b);
	if (stacker_fits (stacker, joined, NULL))
		return g_steal_pointer (&joined);
	g_ptr_array_unref (joined);
	joined = stacker_join (b, a);
	return stacker_fits (stacker, joined, NULL) ? g_steal_pointer (&joined) : NULL;
}

static gboolean has_name (const Plan *self, const char *name)
{
	guint i;

	for (i = 0; i < self->variants->len; i++) {
		const PlanVariant *entry = self->variants->pdata[i];

		if (entry->variant && g_str_equal (entry->variant->name, name))
			return TRUE;
	}
	return FALSE;
}

/* A variant of the user's that has the pair's name is what that name means. */
static gboolean add_combination (Plan *self, const Variant *a, const Variant *b, GPtrArray *joined,
				 const Prelude *prelude, GError **error)
{
	g_autoptr (GPtrArray) patches = joined;
	g_autofree char *name = g_strdup_printf ("%s+%s", a->name, b->name);
	PlanVariant *entry;

	if (has_name (self, name))
		return TRUE;
	entry = g_new0 (PlanVariant, 1);
	entry->combined = TRUE;
	g_ptr_array_add (self->variants, entry);
	entry->variant = variant_new (name, g_steal_pointer (&patches), error);
	if (!entry->variant)
		return FALSE;
	g_free (entry->variant->title);
	entry->variant->title = g_strdup_printf ("%s; and: %s", a->title, b->title);
	if (g_strcmp0 (a->author, b->author) != 0) {
		g_free (entry->variant->author);
		entry->variant->author = g_strdup_printf ("%s; %s", a->author, b->author);
	}
	g_clear_pointer (&entry->variant->message_id, g_free);
	entry->applied = variant_apply (self->repo, self->base, prelude, entry->variant,
					self->project->fuzz, error);
	return entry->applied != NULL;
}

/* Where a candidate stands in for others is a question of pairs, of which there are few enough;
 * base is the first variant. */
static gboolean add_combinations (Plan *self, const Prelude *prelude, GError **error)
{
	g_autoptr (Stacker) stacker = make_stacker (self, prelude, error);
	guint i, j, n = self->variants->len;

	if (!stacker)
		return FALSE;
	for (i = 1; i < n; i++) {
		for (j = i + 1; j < n; j++) {
			const PlanVariant *a = self->variants->pdata[i];
			const PlanVariant *b = self->variants->pdata[j];
			GPtrArray *patches = a->applied->ok && b->applied->ok
						     ? join_fitting (stacker, a->variant->patches,
								     b->variant->patches)
						     : NULL;

			if (patches && !add_combination (self, a->variant, b->variant, patches,
							 prelude, error))
				return FALSE;
		}
	}
	return TRUE;
}

/* ---- variants ---- */

gboolean plan__apply_variants (Plan *self, const PlanOptions *options, GError **error)
{
	const Project *project = self->project;
	g_autoptr (Prelude) prelude = NULL;
	guint i;

	if (!check_variant_names (self, options->variants, error) ||
	    !open_base (self, options, error))
		return FALSE;
	prelude = read_prelude (project, NULL, options, error);
	if (!prelude || !add_base (self, prelude, options->history, error))
		return FALSE;
	for (i = 0; i < project->variants->len; i++) {
		const ProjectVariant *variant = project->variants->pdata[i];

		if (is_wanted (options->variants, variant->name) &&
		    !add_variant (self, variant->name, variant->title,
				  (const char *const *) variant->patches, prelude, error))
			return FALSE;
	}
	if (options->combine && !add_combinations (self, prelude, error))
		return FALSE;
	return !options->extra ||
	       add_variant (self, options->extra->name, NULL,
			    (const char *const *) options->extra->patches, prelude, error);
}

/* All variants once more, with @entry's own preludes below them. */
static gboolean apply_on_board (const Plan *self, PlanBoard *entry, const PlanOptions *options,
				GError **error)
{
	g_autoptr (Prelude) prelude = read_prelude (self->project, entry->board, options, error);
	const Applied *base;
	guint i;

	if (!prelude)
		return FALSE;
	entry->applied = g_ptr_array_new_with_free_func ((GDestroyNotify) applied_free);
	for (i = 0; i < self->variants->len; i++) {
		const PlanVariant *variant = self->variants->pdata[i];
		Applied *applied = variant_apply (self->repo, self->base, prelude, variant->variant,
						  self->project->fuzz, error);

		if (!applied)
			return FALSE;
		g_ptr_array_add (entry->applied, applied);
	}
	base = entry->applied->pdata[0];
	return options->history || !base->prelude_failed ||
	       fail (error, BAKEOFF_ERROR_USAGE, "%s", base->detail);
}

gboolean plan__apply_on_boards (const Plan *self, const PlanOptions *options, GError **error)
{
	guint i;

	for (i = 0; i < self->boards->len; i++) {
		PlanBoard *entry = self->boards->pdata[i];

		if (*entry->board->preludes && !apply_on_board (self, entry, options, error)) {
			g_prefix_error (error, "board '%s': ", entry->board->name);
			return FALSE;
		}
	}
	return TRUE;
}
