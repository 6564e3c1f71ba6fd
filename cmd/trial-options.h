/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options of the commands that ask one question of many commits or stacks: `step` and `bisect`.
 */
#pragma once

#include "cmd/options.h"
#include "matrix/trial.h"

typedef struct {
	char *signature;  /* --signature */
	char **bad;	  /* --bad, repeatable, commas allowed */
	char **with;	  /* --with, absolute */
	char **without;	  /* --without */
	char *find;	  /* --find: bug (the default) or fix */
	int repeat;	  /* --repeat */
	GPtrArray *rules; /* (element-type TrialRule): of --without */
	gboolean fix;	  /* of --find */
} TrialOptions;

void trial_options_clear (TrialOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrialOptions, trial_options_clear)

enum {
	TRIAL_ENTRIES = 6
};

/** trial_options_entries: fills @entries, which has room for them and goes on behind. */
void trial_options_entries (TrialOptions *self, GOptionEntry entries[TRIAL_ENTRIES]);

/** trial_options_check: after options_parse(). Errors: USAGE. */
gboolean trial_options_check (TrialOptions *self, GError **error);

/** trial_options_question: what is asked, borrowing from @self. */
TrialQuestion trial_options_question (const TrialOptions *self);

/**
 * trial_options_spec: a TrialSpec without its commit, borrowing from both: base alone, with the
 * prelude and --with on it.
 */
TrialSpec trial_options_spec (const TrialOptions *self, Selection *selection);
