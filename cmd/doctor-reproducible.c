/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/error.h"
#include "cmd/cmd.h"
#include "cmd/doctor-reproducible.h"
#include "cmd/progress.h"
#include "kbuild/sandbox.h"
#include "matrix/reproduce.h"

/* For the thread that builds. */
typedef struct {
	const Selection *selection;
	const Cell *base;
	JobOptions options;
	GCancellable *cancellable;
	GError *error;
} Work;

static gpointer work (gpointer data)
{
	Work *self = data;

	return reproduce_base (self->selection->plan, self->base, self->selection->store,
			       &self->options, self->cancellable, &self->error);
}

/* One board and config. A base that does not build, or a compiler that is missing, is said and the
 * others go on. */
static gboolean check (Work *self, int *out_status, GError **error)
{
	const Cell *base = self->base;
	g_autoptr (Reproduction) result = NULL;

	printf ("%s, %s: ", base->board->board->name, base->config->name);
	fflush (stdout);
	result = base->key ? progress_in_thread (work, self) : NULL;
	if (g_error_matches (self->error, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED)) {
		g_propagate_error (error, g_steal_pointer (&self->error));
		return FALSE;
	}
	if (!result) {
		const char *why = base->applied->ok ? base->board->trouble : base->applied->detail;

		printf ("cannot be told: %s\n", self->error ? self->error->message : why);
		g_clear_error (&self->error);
		*out_status = EXIT_UNJUDGED;
	} else if (result->equal) {
		printf ("two builds of base gave the same image %.12s\n", result->images[0]);
	} else {
		printf ("two builds of base gave images %.12s and %.12s\n  they differ in %s\n"
			"  same_as is not claimed there\n",
			result->images[0], result->images[1], result->difference);
		if (*out_status == EXIT_DONE)
			*out_status = EXIT_NO;
	}
	return TRUE;
}

gboolean doctor_reproducible (Selection *selection, int *out_status, GError **error)
{
	g_autoptr (GCancellable) cancellable = progress_cancellable ();
	g_auto (GStrv) none = g_strsplit ("base", ",", -1);
	g_autofree char *work_dir = NULL;
	Work job = { .selection = selection, .cancellable = cancellable };
	guint i;

	g_strfreev (selection->variants);
	selection->variants = g_steal_pointer (&none);
	if (!selection_plan (selection, TRUE, error) || !selection_open_store (selection, error))
		return FALSE;
	job.options = selection_jobs (selection);
	work_dir = g_build_filename (selection->project->state_dir, "work", NULL);
	if (!job.options.unguarded && !sandbox_check (job.options.data_dir, work_dir, error))
		return FALSE;
	for (i = 0; i < selection->plan->cells->len; i++) {
		job.base = selection->plan->cells->pdata[i];
		if (!check (&job, out_status, error))
			return FALSE;
	}
	return TRUE;
}
