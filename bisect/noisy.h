/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hunting where the bug shows in some boots only: a session brought to an answer of which one can
 * be so sure as was asked for. See belief.h for what is believed, hunt.h for what is shared.
 *
 * Boots come one by one. Each is in the session before the next; a boot counts for one commit only,
 * though commits with equal images share boots in the store.
 */
#pragma once

#include "bisect/belief.h"
#include "bisect/hunt.h"

typedef struct {
	HuntSpec hunt;
	double confidence; /* above 0.5, below 1 */
	guint boots_max;   /* then it ends without an answer */
	/* (nullable): after each boot; @node is BELIEF_OLD_END for the old end */
	void (*booted) (const char *commit, char outcome, const Graph *graph, const Belief *belief,
			gpointer user_data);
} NoisySpec;

typedef struct {
	Hunt *hunt; /* its suspects are those that have the confidence together, or, where
		     * `sure` is FALSE, the likeliest */
	gboolean sure;
	double confidence; /* that they have */
	double no_change;  /* the probability that the ends do not differ */
	double rate_old, rate_new;
} NoisyResult;

void noisy_result_free (NoisyResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NoisyResult, noisy_result_free)

/**
 * noisy_run: goes on with @session until it has its answer; one that has ended is not booted again.
 * Without a test in @spec it is only told what the boots so far come to. Errors: as hunt_run().
 */
NoisyResult *noisy_run (Session *session, const NoisySpec *spec, GError **error);
