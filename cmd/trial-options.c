/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "cmd/trial-options.h"

enum {
	REPEAT_MAX = 10000
};

void trial_options_clear (TrialOptions *self)
{
	g_free (self->signature);
	g_free (self->find);
	g_strfreev (self->bad);
	g_strfreev (self->with);
	g_strfreev (self->without);
	g_clear_pointer (&self->rules, g_ptr_array_unref);
}

void trial_options_entries (TrialOptions *self, GOptionEntry entries[TRIAL_ENTRIES])
{
	const GOptionEntry own[TRIAL_ENTRIES] = {
		{ "signature", 's', 0, G_OPTION_ARG_STRING, &self->signature,
		  "Only a crash whose title has this in it is the bug", "TEXT" },
		{ "bad", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->bad,
		  "The verdicts that are the bug (fail, oops, hang)", "VERDICT[,...]" },
		{ "repeat", 'n', 0, G_OPTION_ARG_INT, &self->repeat,
		  "Boots without the bug before a commit is good (1)", "N" },
		{ "with", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->with,
		  "A patch to put on every commit, above the prelude", "PATCH" },
		{ "without", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->without,
		  "What a commit is where an option cannot be chosen: good, bad or skip",
		  "CONFIG_NAME=ANSWER" },
		{ "find", 0, 0, G_OPTION_ARG_STRING, &self->find,
		  "Whether the bug comes or goes: bug or fix (bug)", "WHAT" },
	};

	self->repeat = 1;
	memcpy (entries, own, sizeof own);
}

static gboolean read_rules (TrialOptions *self, GError **error)
{
	char **text;

	self->rules = g_ptr_array_new_with_free_func ((GDestroyNotify) trial_rule_free);
	for (text = self->without; text && *text; text++) {
		TrialRule *rule = trial_rule_parse (*text, error);

		if (!rule)
			return FALSE;
		g_ptr_array_add (self->rules, rule);
	}
	return TRUE;
}

static gboolean find_patches (TrialOptions *self, GError **error)
{
	char **path;

	for (path = self->with; path && *path; path++) {
		char *full = g_canonicalize_filename (*path, NULL);

		g_free (*path);
		*path = full;
		if (!g_file_test (full, G_FILE_TEST_IS_REGULAR))
			return fail (error, BAKEOFF_ERROR_USAGE, "there is no patch '%s'", full);
	}
	return TRUE;
}

gboolean trial_options_check (TrialOptions *self, GError **error)
{
	split_commas (&self->bad);
	if (self->find && !g_str_equal (self->find, "bug") && !g_str_equal (self->find, "fix"))
		return fail (error, BAKEOFF_ERROR_USAGE, "--find takes 'bug' or 'fix', not '%s'",
			     self->find);
	self->fix = g_strcmp0 (self->find, "fix") == 0;
	if (self->repeat < 1 || self->repeat > REPEAT_MAX)
		return fail (error, BAKEOFF_ERROR_USAGE, "--repeat must be 1 to %d", REPEAT_MAX);
	return trial_check_verdicts ((const char *const *) self->bad, error) &&
	       read_rules (self, error) && find_patches (self, error);
}

TrialQuestion trial_options_question (const TrialOptions *self)
{
	return (TrialQuestion){
		.signature = self->signature,
		.bad = (const char *const *) self->bad,
		.boots = (guint) self->repeat,
		.rules = self->rules,
	};
}

TrialSpec trial_options_spec (const TrialOptions *self, Selection *selection)
{
	static const char *const base[] = { "base", NULL };
	TrialSpec spec = { .project = selection->project,
			   .plan = selection_fill (selection),
			   .jobs = selection_jobs (selection),
			   .fresh = selection->fresh };

	spec.plan.variants = base;
	spec.plan.with = (const char *const *) self->with;
	spec.plan.history = TRUE;
	return spec;
}
