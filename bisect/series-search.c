/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "bisect/order.h"
#include "bisect/series-search.h"

/* A search under way. */
typedef struct {
	const SeriesSpec *spec;
	GCancellable *cancellable;
	SeriesFound *found;
	TrialAnswer new_answer; /* of the whole series */
} SeriesSearch;

static void series_search_clear (SeriesSearch *self)
{
	series_found_free (self->found);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SeriesSearch, series_search_clear)

static void series_trial_free (gpointer data)
{
	SeriesTrial *self = data;

	trial_result_free (self->result);
	g_free (self);
}

void series_found_free (SeriesFound *self)
{
	if (!self)
		return;
	g_ptr_array_unref (self->trials);
	g_array_unref (self->suspects);
	g_free (self);
}

static Answer answer_of (const SeriesSearch *self, const TrialResult *result)
{
	if (result->answer == TRIAL_UNTESTABLE)
		return ANSWER_SKIP;
	return result->answer == self->new_answer ? ANSWER_NEW : ANSWER_OLD;
}

/* Tries the first @count patches. Returns: (transfer none): what came of it; NULL with @error. */
static SeriesTrial *try_first (SeriesSearch *self, guint count, GError **error)
{
	static const char *const base[] = { "base", NULL };
	g_autofree char *name = g_strdup_printf ("%s-%u", self->spec->name, count);
	g_autofree char **patches = g_new0 (char *, count + 1); /* borrowed strings */
	const ProjectVariant extra = { .name = name, .patches = patches };
	TrialSpec spec = self->spec->trial;
	g_autoptr (TrialResult) result = NULL;
	SeriesTrial *trial;
	guint i;

	/* a signal is heard where nothing had to be done, too */
	while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
		;
	if (g_cancellable_is_cancelled (self->cancellable))
		return fail_null (error, BAKEOFF_ERROR_CANCELLED,
				  "stopped\nthe same command goes on where it was");
	for (i = 0; i < count; i++)
		patches[i] = g_ptr_array_index (self->spec->patches, i);
	spec.plan.variants = base;
	spec.plan.extra = &extra;
	result = trial_run (&spec, &self->spec->question, self->cancellable, error);
	if (!result)
		return NULL;
	if (result->answer == TRIAL_BROKEN)
		return fail_null (error, BAKEOFF_ERROR_FAILED, "%s: %s", name, result->reason);
	trial = g_new0 (SeriesTrial, 1);
	trial->patches = count;
	trial->answer = answer_of (self, result);
	trial->result = g_steal_pointer (&result);
	g_ptr_array_add (self->found->trials, trial);
	return trial;
}

/* The base is old and the whole series new, whichever of them is bad. */
static gboolean try_ends (SeriesSearch *self, GError **error)
{
	SeriesTrial *base = try_first (self, 0, error);
	SeriesTrial *whole = base ? try_first (self, self->spec->patches->len, error) : NULL;

	if (!whole)
		return FALSE;
	self->new_answer = whole->result->answer;
	base->answer = answer_of (self, base->result);
	whole->answer = answer_of (self, whole->result);
	self->found->differs = base->answer == ANSWER_OLD && whole->answer == ANSWER_NEW;
	self->found->cures = self->found->differs && base->result->answer == TRIAL_BAD;
	if (self->spec->wanted == (self->found->cures ? SERIES_BREAKS : SERIES_CURES))
		self->found->differs = FALSE;
	return TRUE;
}

static gboolean search (SeriesSearch *self, GError **error)
{
	g_autoptr (Graph) graph = order_of_patches (self->spec->patches);
	g_autoptr (Search) state = search_new (graph);
	g_autofree Bits *suspects = NULL;
	guint node;

	while (search_next (state, &node)) {
		const SeriesTrial *trial = try_first (self, node + 1, error);

		if (!trial || !search_tell (state, node, trial->answer, error))
			return FALSE;
	}
	suspects = search_suspects (state);
	for (node = bits_next (suspects, 0); node < suspects->size;
	     node = bits_next (suspects, node + 1))
		g_array_append_val (self->found->suspects, node);
	return TRUE;
}

static gboolean check_patches (GPtrArray *patches, GError **error)
{
	g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
	guint i;

	for (i = 0; i < patches->len; i++)
		if (!g_hash_table_add (seen, g_ptr_array_index (patches, i)))
			return fail (error, BAKEOFF_ERROR_USAGE,
				     "'%s' is in the series more than once",
				     (char *) g_ptr_array_index (patches, i));
	return patches->len > 0 ||
	       fail (error, BAKEOFF_ERROR_USAGE, "there is no patch in the series");
}

SeriesFound *series_search (const SeriesSpec *spec, GCancellable *cancellable, GError **error)
{
	g_auto (SeriesSearch) self = { .spec = spec, .cancellable = cancellable };

	self.found = g_new0 (SeriesFound, 1);
	self.found->trials = g_ptr_array_new_with_free_func (series_trial_free);
	self.found->suspects = g_array_new (FALSE, FALSE, sizeof (guint));
	if (!check_patches (spec->patches, error) || !try_ends (&self, error) ||
	    (self.found->differs && !search (&self, error)))
		return NULL;
	return g_steal_pointer (&self.found);
}
