/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/error.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/progress.h"
#include "matrix/report.h"
#include "matrix/results.h"

/* Whether --fail-on asks to answer no because of this cell. Base is expected to fail. */
static gboolean is_no (const Cell *cell, const char *fail_on)
{
	if (g_str_equal (cell->variant->variant->name, "base"))
		return FALSE;
	if (g_str_equal (fail_on, "any"))
		return verdict_is_no (cell->verdict);
	return g_str_equal (fail_on, verdict_name (cell->verdict));
}

static int status_of_plan (const Plan *plan, char **fail_on, gboolean build_only)
{
	int status = EXIT_DONE;
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		const Cell *cell = plan->cells->pdata[i];
		gboolean half = build_only && cell->verdict == VERDICT_PENDING && cell->image;
		char **word;

		if (!half && !results_is_judged (plan, cell))
			return EXIT_UNJUDGED;
		for (word = fail_on; word && *word; word++) {
			if (is_no (cell, *word))
				status = EXIT_NO;
		}
	}
	return status;
}

static gboolean check_fail_on (char **words, GError **error)
{
	for (; words && *words; words++) {
		gboolean known = g_str_equal (*words, "any");
		int verdict;

		for (verdict = VERDICT_PASS; verdict <= VERDICT_UNDECIDED && !known; verdict++)
			known = g_str_equal (*words, verdict_name ((Verdict) verdict));
		if (!known)
			return fail (error, BAKEOFF_ERROR_USAGE,
				     "--fail-on takes 'any' or a verdict, not '%s'", *words);
	}
	return TRUE;
}

static gboolean keep_refs (const Plan *plan, GError **error)
{
	guint i;

	for (i = 0; i < plan->variants->len; i++) {
		const PlanVariant *entry = plan->variants->pdata[i];

		if (entry->applied->ok && !repo_update_ref (plan->repo, entry->variant->name,
							    entry->applied->commit, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean work (int argc, char **argv, gboolean build_only, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_auto (GStrv) fail_on = NULL;
	const GOptionEntry own[] = {
		{ "fail-on", 0, 0, G_OPTION_ARG_STRING_ARRAY, &fail_on,
		  "Exit with 1 if a candidate's verdict is this, or for 'any' no", "VERDICT" },
		{ NULL }
	};
	g_autoptr (GCancellable) cancellable = NULL;
	g_autoptr (GString) text = g_string_new (NULL);
	RunOptions options = { .event = progress_event, .build_only = build_only };
	gboolean done;

	if (!options_parse (&selection, OPTIONS_MATRIX | OPTIONS_WORK, own, 0, &argc, argv,
			    error) ||
	    !check_fail_on (fail_on, error) || !selection_plan (&selection, TRUE, error) ||
	    !selection_open_store (&selection, error) || !keep_refs (selection.plan, error))
		return FALSE;
	cancellable = progress_cancellable ();
	options.cancellable = cancellable;
	options.jobs = selection_jobs (&selection);
	done = run_plan (selection.plan, selection.store, &options, error);
	progress_finish ();
	if (!done)
		return FALSE;
	report_matrix (selection.plan, text);
	fputs (text->str, stdout);
	*out_status = status_of_plan (selection.plan, fail_on, build_only);
	return TRUE;
}

gboolean cmd_run (int argc, char **argv, int *out_status, GError **error)
{
	return work (argc, argv, FALSE, out_status, error);
}

gboolean cmd_build (int argc, char **argv, int *out_status, GError **error)
{
	return work (argc, argv, TRUE, out_status, error);
}
