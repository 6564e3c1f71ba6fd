/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A campaign: a plan that is run until its cells have as many boots as are wanted, or as many as an
 * answer needs.
 *
 * Until sure, on each board and configuration: base is booted until it was bad CAMPAIGN_BAD times,
 * or has had its share; from what it shows then follows how many good boots pass a candidate, and
 * one that is bad once has its answer. That number is fixed before it decides anything, so looking
 * after every boot costs no certainty: whatever base's rate is, a candidate that is as bad as base
 * passes with a chance below ODDS_ERROR, and one that is never bad is never called bad. (Exactly:
 * tests/matrix/test-campaign.c adds it up over all that base can show.)
 */
#pragma once

#include "matrix/run.h"

/* More would ask for fewer boots of each candidate and more of base; about as many in all. */
#define CAMPAIGN_BAD 3

/* How often a boot is tried that our side broke. */
#define CAMPAIGN_TRIES 3

typedef struct {
	guint boots; /* of each cell; until sure, its share: what some leave, others may use */
	gboolean until_sure;
} CampaignSpec;

/**
 * campaign_next: sets how many boots each cell is to have next, from those it has.
 * Returns: FALSE where nothing more is to be booted. All cells have been judged.
 */
gboolean campaign_next (Plan *plan, const CampaignSpec *spec);

/** campaign_run: run_plan() as often as it takes, then weigh_plan() and remarks_find(). Errors: as
 * run_plan(). */
gboolean campaign_run (Plan *plan, Store *store, const CampaignSpec *spec,
		       const RunOptions *options, GError **error);
