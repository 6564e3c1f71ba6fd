/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/error.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/progress.h"
#include "matrix/campaign.h"
#include "matrix/report.h"
#include "matrix/results.h"

/* Whether --fail-on asks to answer no because of this cell. Base is expected to fail. */
static gboolean is_no (const Cell *cell, const char *fail_on)
{
	if (g_str_equal (cell->variant->variant->name, "base"))
		return FALSE;
	if (g_str_equal (fail_on, "any"))
		return verdict_is_no (cell->verdict);
	/* any crash; `oops-new` is the other ones alone */
	if (g_str_equal (fail_on, "oops") && cell->verdict == VERDICT_OOPS_NEW)
		return TRUE;
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

		for (verdict = VERDICT_PASS; verdict <= VERDICT_OOPS_NEW && !known; verdict++)
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

static gboolean read_campaign (int repeat, gboolean until_sure, CampaignSpec *out_campaign,
			       GError **error)
{
	enum {
		MOST = 10000,
		SHARE = 10
	};

	if (repeat < 0 || repeat > MOST)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "--repeat takes a number from 1 to %d, not '%d'", MOST, repeat);
	/* with less of base seen, it would be believed as where nobody asked to be sure */
	if (until_sure && repeat && repeat < CAMPAIGN_BAD)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "--until-sure needs boots: --repeat %d at least, not '%d'",
			     CAMPAIGN_BAD, repeat);
	out_campaign->until_sure = until_sure;
	out_campaign->boots = repeat ? (guint) repeat : until_sure ? SHARE : 1;
	return TRUE;
}

static gboolean work (int argc, char **argv, gboolean build_only, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_auto (GStrv) fail_on = NULL;
	int repeat = 0;
	gboolean until_sure = FALSE;
	enum {
		BOOT_OPTIONS = 2 /* the first of: */
	};
	const GOptionEntry own[] = {
		{ "repeat", 0, 0, G_OPTION_ARG_INT, &repeat,
		  "Boot every cell so often; with --until-sure, so often on average at most", "N" },
		{ "until-sure", 0, 0, G_OPTION_ARG_NONE, &until_sure,
		  "Boot as often as answers need that err in 5 % of the cases at most", NULL },
		{ "fail-on", 0, 0, G_OPTION_ARG_STRING_ARRAY, &fail_on,
		  "Exit with 1 if a candidate's verdict is this, or for 'any' no", "VERDICT" },
		{ NULL }
	};
	g_autoptr (GCancellable) cancellable = NULL;
	g_autoptr (GString) text = g_string_new (NULL);
	RunOptions options = { .event = progress_event, .build_only = build_only };
	CampaignSpec campaign;
	gboolean done;

	if (!options_parse (&selection, OPTIONS_MATRIX | OPTIONS_WORK,
			    build_only ? own + BOOT_OPTIONS : own, 0, &argc, argv, error) ||
	    !read_campaign (repeat, until_sure, &campaign, error) ||
	    !check_fail_on (fail_on, error) || !selection_plan (&selection, TRUE, error) ||
	    !selection_open_store (&selection, error) || !keep_refs (selection.plan, error))
		return FALSE;
	cancellable = progress_cancellable ();
	options.cancellable = cancellable;
	options.jobs = selection_jobs (&selection);
	done = campaign_run (selection.plan, selection.store, &campaign, &options, error);
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
