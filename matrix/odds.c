/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>

#include "matrix/odds.h"

static double log_choose (guint n, guint k)
{
	return lgamma (n + 1.0) - lgamma (k + 1.0) - lgamma (n - k + 1.0);
}

/* The chance of at most @bad bad boots of @runs at @rate, which is neither 0 nor 1. */
static double at_most (guint bad, guint runs, double rate)
{
	double sum = 0;
	guint i;

	for (i = 0; i <= bad; i++)
		sum += exp (log_choose (runs, i) + i * log (rate) + (runs - i) * log1p (-rate));
	return MIN (sum, 1);
}

/* The rate at which at most @bad of @runs has the chance @chance, which falls as the rate grows. */
static double solve (guint bad, guint runs, double chance)
{
	double low = 0, high = 1;
	int i;

	for (i = 0; i < 60; i++) {
		double rate = (low + high) / 2;

		if (at_most (bad, runs, rate) > chance)
			low = rate;
		else
			high = rate;
	}
	return (low + high) / 2;
}

OddsInterval odds_interval (guint bad, guint runs)
{
	OddsInterval all = { 0, 1 };

	g_return_val_if_fail (runs > 0 && bad <= runs, all);
	return (OddsInterval){
		bad == 0 ? 0 : solve (bad - 1, runs, 1 - ODDS_ERROR / 2),
		bad == runs ? 1 : solve (bad, runs, ODDS_ERROR / 2),
	};
}

double odds_fisher (guint base_bad, guint base_runs, guint bad, guint runs)
{
	guint all_bad = base_bad + bad, all = base_runs + runs, i;
	double sum = 0;

	/* base can take no more of the bad ones than it has boots */
	for (i = all_bad > base_runs ? all_bad - base_runs : 0; i <= bad; i++)
		sum += exp (log_choose (all_bad, i) + log_choose (all - all_bad, runs - i) -
			    log_choose (all, runs));
	return MIN (sum, 1);
}

guint odds_needed (guint base_bad, guint base_runs)
{
	double chance = 1;
	guint needed = 0;

	if (base_bad == 0)
		return 0;
	/* 1/20 is such a chance, and must not be missed by rounding */
	while (chance > ODDS_ERROR * (1 + 1e-9)) {
		needed++;
		chance *= (double) (base_runs - base_bad + needed) / (base_runs + needed);
	}
	return needed;
}
