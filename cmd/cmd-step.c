/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "cmd/trial-options.h"

/* What `git bisect run` makes of an exit status. Any other up to 127 would be "bad", 126 and 127
 * too: what the shell says of a command that it cannot start. */
enum {
	STEP_OLD = 0,
	STEP_NEW = 1,
	STEP_SKIP = 125,
};

/* The commit that `git bisect` in the current folder wants to have tested. */
static char *find_bisected (Selection *selection)
{
	g_autofree char *here = g_get_current_dir ();
	g_autofree char *path = selection->repo ? g_strdup (selection->repo) : repo_discover (here);
	g_autoptr (Repo) repo = path ? repo_open (path, NULL) : NULL;
	char *commit = repo ? repo_bisected (repo) : NULL;

	if (commit && !selection->repo)
		selection->repo = g_steal_pointer (&path);
	return commit;
}

/* The repository and the commit: what is named, else what is bisected. */
static char *choose_commit (Selection *selection, const char *revision, GError **error)
{
	g_autofree char *bisected = revision ? NULL : find_bisected (selection);

	if (!selection->repo)
		selection->repo = g_strdup (g_getenv ("BAKEOFF_REPO"));
	if (!bisected && !revision)
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "no 'git bisect' is under way here\n"
				  "start one, or give --commit REVISION");
	return bisected ? g_steal_pointer (&bisected) : g_strdup (revision);
}

static int status_of (const TrialResult *result, gboolean fix)
{
	switch (result->answer) {
	case TRIAL_GOOD:
		return fix ? STEP_NEW : STEP_OLD;
	case TRIAL_BAD:
		return fix ? STEP_OLD : STEP_NEW;
	case TRIAL_UNTESTABLE:
		return STEP_SKIP;
	case TRIAL_BROKEN:
		break;
	}
	return EXIT_STOP;
}

static void print_result (const char *commit, const TrialResult *result)
{
	g_autofree char *reason = text_printable (result->reason, -1);

	printf ("%.12s is %s: %s", commit, trial_answer_name (result->answer), reason);
	if (result->boots > 1)
		printf (" (%u of %u boots)", result->bad, result->boots);
	if (!result->new_builds && !result->new_boots)
		printf (", known already");
	putchar ('\n');
}

gboolean cmd_step (int argc, char **argv, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_auto (TrialOptions) options = { 0 };
	g_autofree char *revision = NULL, *commit = NULL;
	GOptionEntry own[TRIAL_ENTRIES + 2] = {
		[TRIAL_ENTRIES] = { "commit", 0, 0, G_OPTION_ARG_STRING, &revision,
				    "Test this one instead of what git bisect has chosen",
				    "REVISION" },
	};
	g_autoptr (GCancellable) cancellable = NULL;
	g_autoptr (TrialResult) result = NULL;
	TrialQuestion question;
	TrialSpec spec;

	trial_options_entries (&options, own);
	if (!options_parse (&selection,
			    OPTIONS_PROJECT | OPTIONS_REPO | OPTIONS_CELLS | OPTIONS_WORK, own, 0,
			    &argc, argv, error) ||
	    !trial_options_check (&options, error) || !selection_load (&selection, error))
		return FALSE;
	commit = choose_commit (&selection, revision, error);
	if (!commit || !selection_open_store (&selection, error))
		return FALSE;
	question = trial_options_question (&options);
	spec = trial_options_spec (&options, &selection);
	spec.plan.base = commit;
	spec.event = progress_event;
	cancellable = progress_cancellable ();
	result = trial_run (&spec, &question, cancellable, error);
	progress_finish ();
	if (!result)
		return FALSE;
	print_result (commit, result);
	*out_status = status_of (result, options.fix);
	return TRUE;
}
