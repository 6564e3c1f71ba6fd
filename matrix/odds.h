/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Odds: how much a count of bad boots tells.
 *
 * Boots of one image are taken as independent and alike: bad with one unknown rate. Everything here
 * is exact, so it holds for three boots as for three hundred.
 */
#pragma once

#include <glib.h>

/* How often each of the answers below may be wrong, and what an interval leaves out. */
#define ODDS_ERROR 0.05

typedef struct {
	double low, high; /* from 0 to 1 */
} OddsInterval;

/**
 * odds_interval: the rates that @bad of @runs boots leave open: Clopper and Pearson's interval, as
 * wide at either end as a miss of ODDS_ERROR / 2 asks for.
 * @runs: at least 1
 */
OddsInterval odds_interval (guint bad, guint runs);

/**
 * odds_fisher: Fisher's exact test, one-sided: the chance that of all these boots so few of the bad
 * ones, or fewer, fall to the candidate, if its rate is base's.
 */
double odds_fisher (guint base_bad, guint base_runs, guint bad, guint runs);

/**
 * odds_needed: how many boots, all good, tell a candidate from such a base: odds_fisher() is then
 * at most ODDS_ERROR. Returns: 0 where base was never bad, and nothing can tell them apart.
 */
guint odds_needed (guint base_bad, guint base_runs);
