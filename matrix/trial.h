/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A trial: one commit, or one stack of patches, asked one question: is the bug in it?
 *
 * It is a plan of one cell, run through the same store as the matrix: what was ever built or booted
 * costs nothing. The answer is one of git bisect's; a broken lab is none of them.
 */
#pragma once

#include "matrix/run.h"

typedef enum {
	TRIAL_GOOD,	  /* it was not seen in as many boots as were wanted */
	TRIAL_BAD,	  /* it was seen */
	TRIAL_UNTESTABLE, /* it cannot be told here, and never will: does not build, another crash
			   */
	TRIAL_BROKEN,	  /* our side broke: says nothing */
} TrialAnswer;

/* `CONFIG_NAME=ANSWER`: what a commit is where that option cannot be chosen. */
typedef struct {
	char *symbol;
	TrialAnswer answer; /* not TRIAL_BROKEN */
} TrialRule;

/* What is asked. Borrowed strings. */
typedef struct {
	const char *signature;	/* (nullable): only a crash whose title has this in it is bad */
	const char *const *bad; /* (nullable): names of the verdicts that are bad; by default fail,
				 * oops and hang, or build-failed where nothing can boot */
	guint boots;		/* that must have been good; at least 1 */
	gboolean all;		/* boot that often even if it was seen before */
	GPtrArray *rules;	/* (nullable) (element-type TrialRule) */
} TrialQuestion;

typedef struct {
	TrialAnswer answer;
	Verdict verdict;  /* of the cell */
	char *reason;	  /* one line for people: a signature, the first error …; never NULL */
	char *signature;  /* (nullable): title of the crash that decided */
	char *image;	  /* (nullable): SHA-256 */
	guint boots, bad; /* that said something, and those in which it was seen */
	char *pattern; /* of each boot, oldest first: `b` seen, `g` passed, `x` another failure */
	guint new_builds; /* done for this trial: the rest was known */
	guint new_boots;
	double build_seconds, boot_seconds; /* of the build and the last boot, whenever they were */
	char *log;			    /* (nullable): file, relative to the state folder */
} TrialResult;

void trial_result_free (TrialResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrialResult, trial_result_free)

typedef struct {
	const Project *project;
	PlanOptions plan; /* one board, one configuration; the last variant is tried */
	JobOptions jobs;
	Store *store;	/* (nullable): the calling thread's; else the project's is opened */
	gboolean fresh; /* believe nothing that a store opened here knew before */
	gboolean known; /* do nothing: pending is TRIAL_BROKEN */
	void (*event) (const RunEvent *event, gpointer user_data); /* (nullable), calling thread */
	gpointer user_data;
} TrialSpec;

/**
 * trial_run: brings @spec to an answer. May be called by several threads, each with a
 * thread-default main context of its own.
 *
 * Trouble of ours is tried again twice before it is TRIAL_BROKEN. Errors: USAGE, CANCELLED; FAILED
 * for trouble with the store, the disk or the repository.
 */
TrialResult *trial_run (const TrialSpec *spec, const TrialQuestion *question,
			GCancellable *cancellable, GError **error);

/** trial_answer_name: "good", "bad", "untestable", "broken". */
const char *trial_answer_name (TrialAnswer answer);

/** trial_rule_parse: reads `CONFIG_NAME=good`, `=bad` or `=skip`. Errors: USAGE. */
TrialRule *trial_rule_parse (const char *text, GError **error);
void trial_rule_free (TrialRule *self);

/** trial_check_verdicts: whether each of @names can be said to be bad. Errors: USAGE. */
gboolean trial_check_verdicts (const char *const *names, GError **error);
