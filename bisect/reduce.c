/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/lock.h"
#include "bisect/reduce.h"
#include "series/patch-file.h"

/* A reduction under way. */
typedef struct {
	const ReduceSpec *spec;
	GCancellable *cancellable;
	Reduced *result;
	Scratch *scratch; /* where the patches that are tried lie */
} Reduce;

static void reduce_clear (Reduce *self)
{
	scratch_free (self->scratch);
	reduced_free (self->result);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reduce, reduce_clear)

void reduced_free (Reduced *self)
{
	if (!self)
		return;
	trial_result_free (self->whole);
	g_clear_pointer (&self->files, g_ptr_array_unref);
	g_clear_pointer (&self->reasons, g_ptr_array_unref);
	g_clear_pointer (&self->patches, g_ptr_array_unref);
	reduction_free (self->reduction);
	subset_free (self->subset);
	overlay_free (self->base);
	plan_free (self->plan);
	g_free (self);
}

const char *reduced_reason (const Reduced *self, guint item)
{
	g_return_val_if_fail (item < self->reduction->size, NULL);
	return g_ptr_array_index (self->reasons, self->reduction->shown_by[item]);
}

static const char *const only_base[] = { "base", NULL };

/* What @variant comes to. Our own trouble is an error here: it would make a change look needed. */
static TrialResult *try_out (const Reduce *self, const ProjectVariant *variant, GError **error)
{
	static const TrialQuestion question = { .boots = 1 };
	TrialSpec spec = self->spec->trial;
	g_autoptr (TrialResult) result = NULL;

	/* a signal is heard where nothing had to be done, too */
	while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
		;
	if (g_cancellable_is_cancelled (self->cancellable))
		return fail_null (error, BAKEOFF_ERROR_CANCELLED,
				  "stopped\nthe same command goes on where it was");
	spec.plan.variants = only_base;
	spec.plan.extra = variant;
	result = trial_run (&spec, &question, self->cancellable, error);
	if (result && result->answer == TRIAL_BROKEN)
		return fail_null (error, BAKEOFF_ERROR_FAILED, "%s: %s", variant->name,
				  result->reason);
	return g_steal_pointer (&result);
}

/* ---- what is looked for ---- */

static Verdict wanted_verdict (const Reduce *self)
{
	return self->spec->verdict == VERDICT_PENDING ? self->result->whole->verdict
						      : self->spec->verdict;
}

static gboolean has_crash (const Reduce *self, const TrialResult *result)
{
	if (self->spec->signature)
		return result->signature && strstr (result->signature, self->spec->signature);
	return g_strcmp0 (result->signature, self->result->whole->signature) == 0;
}

static Outcome outcome_of (const Reduce *self, const TrialResult *result)
{
	Verdict verdict = result->verdict;

	if (verdict == wanted_verdict (self))
		return verdict != VERDICT_OOPS || has_crash (self, result) ? OUTCOME_KEEPS
									   : OUTCOME_LOSES;
	/* where it is judged and yet infra, it cannot be configured */
	return verdict == VERDICT_BUILD_FAILED || verdict == VERDICT_APPLY_FAILED ||
			       verdict == VERDICT_INFRA
		       ? OUTCOME_UNRESOLVED
		       : OUTCOME_LOSES;
}

/* ---- the oracle ---- */

/* Returns: (transfer full): names of files that hold @patches; NULL with @error. */
static char **write_patches (const Reduce *self, GPtrArray *patches, GError **error)
{
	g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
	guint i;

	for (i = 0; i < patches->len; i++) {
		g_autofree char *name = g_strdup_printf ("%04u.patch", i + 1);
		g_autofree char *path = g_build_filename (scratch_dir (self->scratch), name, NULL);
		g_autofree char *text = patch_to_string (g_ptr_array_index (patches, i));

		if (!files_write (path, text, -1, error))
			return NULL;
		g_strv_builder_add (paths, path);
	}
	return g_strv_builder_end (paths);
}

/* DdminTest: @kept as a variant of its own. */
static Outcome ask (const Bits *kept, gpointer data, GError **error)
{
	Reduce *self = data;
	g_autoptr (GPtrArray) patches = subset_patches (self->result->subset, kept);
	g_auto (GStrv) paths = write_patches (self, patches, error);
	g_autofree char *name = g_strdup_printf ("%s-part", self->spec->variant->name);
	const ProjectVariant part = { .name = name, .patches = paths };
	g_autoptr (TrialResult) result = paths ? try_out (self, &part, error) : NULL;

	if (!result)
		return OUTCOME_ERROR;
	g_ptr_array_add (self->result->reasons, g_strdup (result->reason));
	return outcome_of (self, result);
}

/* ---- a reduction ---- */

static gboolean try_whole (Reduce *self, GError **error)
{
	TrialResult *whole = try_out (self, self->spec->variant, error);

	self->result->whole = whole;
	if (!whole)
		return FALSE;
	if (whole->verdict == VERDICT_INFRA || whole->verdict == VERDICT_APPLY_FAILED)
		return fail (error, BAKEOFF_ERROR_FAILED, "%s: %s", self->spec->variant->name,
			     whole->reason);
	self->result->found = outcome_of (self, whole) == OUTCOME_KEEPS;
	return TRUE;
}

/* The tree that all patches go onto: the base with the prelude. */
static gboolean open_base (Reduce *self, GError **error)
{
	PlanOptions options = self->spec->trial.plan;
	const PlanVariant *base;
	Reduced *result = self->result;

	options.variants = only_base;
	options.extra = NULL;
	result->plan = plan_apply (self->spec->trial.project, &options, error);
	if (!result->plan)
		return FALSE;
	base = g_ptr_array_index (result->plan->variants, 0);
	result->base = overlay_new (result->plan->repo, base->applied->tree, error);
	return result->base != NULL;
}

static gboolean take_apart (Reduce *self, GError **error)
{
	const TrialSpec *trial = &self->spec->trial;
	g_autoptr (GPtrArray) patches =
		g_ptr_array_new_with_free_func ((GDestroyNotify) patch_free);
	Reduced *result = self->result;
	g_autoptr (GError) local = NULL;
	char **name;

	result->files = g_ptr_array_new_with_free_func ((GDestroyNotify) patch_file_free);
	for (name = self->spec->variant->patches; *name; name++) {
		g_autofree char *path = project_patch_path (trial->project, *name);
		PatchFile *file = patch_file_read (path, error);
		Patch *patch = file ? patch_file_parse (file, error) : NULL;

		if (file)
			g_ptr_array_add (result->files, file);
		if (!patch)
			return FALSE;
		g_ptr_array_add (patches, patch);
	}
	result->subset = subset_new (patches, result->base, &local);
	if (g_error_matches (local, BAKEOFF_ERROR, BAKEOFF_ERROR_PATCH))
		return fail (error, BAKEOFF_ERROR_USAGE, "variant '%s' cannot be taken apart: %s",
			     self->spec->variant->name, local->message);
	if (local)
		g_propagate_error (error, g_steal_pointer (&local));
	return result->subset != NULL;
}

static gboolean open_scratch (Reduce *self, GError **error)
{
	g_autofree char *work =
		g_build_filename (self->spec->trial.project->state_dir, "work", NULL);

	self->scratch = scratch_new (work, error);
	return self->scratch != NULL;
}

Reduced *reduce_variant (const ReduceSpec *spec, GCancellable *cancellable, GError **error)
{
	g_auto (Reduce) self = { .spec = spec, .cancellable = cancellable };
	Reduced *result = g_new0 (Reduced, 1);

	self.result = result;
	/* what cannot be taken apart is not built first */
	if (!open_base (&self, error) || !take_apart (&self, error) || !try_whole (&self, error))
		return NULL;
	if (!result->found)
		return g_steal_pointer (&self.result);
	if (!open_scratch (&self, error))
		return NULL;
	result->reasons = g_ptr_array_new_with_free_func (g_free);
	result->reduction = ddmin (subset_size (result->subset), subset_needs (result->subset), ask,
				   &self, error);
	if (!result->reduction)
		return NULL;
	result->patches = subset_patches (result->subset, result->reduction->kept);
	return g_steal_pointer (&self.result);
}
