/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Odds: numbers that tables and textbooks have, and the promise of campaign.h added up exactly.
 */
#include <math.h>

#include "matrix/campaign.h"
#include "matrix/odds.h"

static void check_interval (guint bad, guint runs, double low, double high)
{
	OddsInterval all = odds_interval (bad, runs);

	g_assert_cmpfloat_with_epsilon (all.low, low, 5e-5);
	g_assert_cmpfloat_with_epsilon (all.high, high, 5e-5);
}

/* Closed forms at the ends, and what tables of exact binomial limits have in between. */
static void test_interval (void)
{
	check_interval (0, 1, 0, 0.975);
	check_interval (0, 10, 0, 1 - pow (0.025, 0.1));
	check_interval (10, 10, pow (0.025, 0.1), 1);
	check_interval (2, 10, 0.0252, 0.5561);
	check_interval (18, 20, 0.6830, 0.9877);
	check_interval (50, 100, 0.3983, 0.6017);
}

/* Fisher's lady and her eight cups of tea; where base has all, where the candidate has more. */
static void test_fisher (void)
{
	g_assert_cmpfloat_with_epsilon (odds_fisher (4, 4, 0, 4), 1.0 / 70, 1e-12);
	g_assert_cmpfloat_with_epsilon (odds_fisher (3, 4, 1, 4), 17.0 / 70, 1e-12);
	g_assert_cmpfloat_with_epsilon (odds_fisher (0, 4, 4, 4), 1, 1e-12);
	g_assert_cmpfloat_with_epsilon (odds_fisher (0, 5, 0, 5), 1, 1e-12);
	g_assert_cmpfloat_with_epsilon (odds_fisher (1, 1, 0, 1), 0.5, 1e-12);
	/* 10 over 2, over 13 over 2 */
	g_assert_cmpfloat_with_epsilon (odds_fisher (2, 10, 0, 3), 45.0 / 78, 1e-12);
}

/* By hand: 6 over 3 is 20; 43 over 2 is 903, the first above 20 times 45. */
static void test_needed (void)
{
	guint base_runs, base_bad;

	g_assert_cmpuint (odds_needed (3, 3), ==, 3);
	g_assert_cmpuint (odds_needed (2, 10), ==, 33);
	g_assert_cmpuint (odds_needed (1, 1), ==, 19);
	g_assert_cmpuint (odds_needed (0, 10), ==, 0);
	for (base_runs = 1; base_runs < 30; base_runs++) {
		for (base_bad = 1; base_bad <= base_runs; base_bad++) {
			guint needed = odds_needed (base_bad, base_runs);

			g_assert_cmpfloat (odds_fisher (base_bad, base_runs, 0, needed), <=,
					   ODDS_ERROR + 1e-12);
			g_assert_cmpfloat (odds_fisher (base_bad, base_runs, 0, needed - 1), >,
					   ODDS_ERROR);
		}
	}
}

/* The chance of exactly @bad of @runs. */
static double chance (guint bad, guint runs, double rate)
{
	double ways = 1;
	guint i;

	for (i = 0; i < bad; i++)
		ways = ways * (runs - i) / (i + 1);
	return ways * pow (rate, bad) * pow (1 - rate, runs - bad);
}

/* How probably a candidate of base's rate passes, over all that base can show in @share boots: its
 * last bad boot ends it, or its share. @less: how many boots of those needed are left out. */
static double wrong_pass (double rate, guint share, guint less)
{
	double sum = 0;
	guint runs, bad;

	for (runs = CAMPAIGN_BAD; runs <= share; runs++)
		sum += chance (CAMPAIGN_BAD - 1, runs - 1, rate) * rate *
		       pow (1 - rate, odds_needed (CAMPAIGN_BAD, runs) - less);
	for (bad = 1; bad < CAMPAIGN_BAD; bad++)
		sum += chance (bad, share, rate) * pow (1 - rate, odds_needed (bad, share) - less);
	return sum;
}

/* Whatever base's rate is and whatever its share, the error stays below what is promised; with two
 * boots less it would not. */
static void test_promise (void)
{
	static const guint shares[] = { 3, 5, 10, 20, 50, 100 };
	double worst = 0, cheap = 0, rate;
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (shares); i++) {
		for (rate = 0.005; rate < 1; rate += 0.005) {
			worst = MAX (worst, wrong_pass (rate, shares[i], 0));
			cheap = MAX (cheap, wrong_pass (rate, shares[i], 2));
		}
	}
	g_test_message ("at worst %.4f; with two boots less %.4f", worst, cheap);
	g_assert_cmpfloat (worst, <=, ODDS_ERROR);
	g_assert_cmpfloat (cheap, >, ODDS_ERROR);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/odds/interval", test_interval);
	g_test_add_func ("/odds/fisher", test_fisher);
	g_test_add_func ("/odds/needed", test_needed);
	g_test_add_func ("/odds/promise", test_promise);
	return g_test_run ();
}
