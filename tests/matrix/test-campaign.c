/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Campaigns over machines whose rates are known: what single cells come to, and how often a
 * thousand matrices are wrong.
 */
#include <string.h>

#include "matrix/campaign.h"
#include "matrix/weigh.h"

enum {
	CANDIDATES = 5,
	CELLS = CANDIDATES + 1
};

/* One board, one configuration; every cell has an image of its own and a rate. */
typedef struct {
	Board machine;
	PlanBoard board;
	ProjectConfig config;
	PlanVariant variants[CELLS];
	char images[CELLS][8];
	Crash crashes[CELLS];
	Cell cells[CELLS];
	Plan plan;
	double rates[CELLS];
	GRand *random;
} Matrix;

static void matrix_init (Matrix *self, guint32 seed)
{
	guint i;

	memset (self, 0, sizeof (*self));
	self->random = g_rand_new_with_seed (seed);
	self->machine = (Board){ .name = (char *) "board", .boot_digest = (char *) "digest" };
	self->board = (PlanBoard){ .board = &self->machine, .probe_digest = (char *) "probe" };
	self->config.name = (char *) "config";
	self->plan.variants = g_ptr_array_new ();
	self->plan.cells = g_ptr_array_new ();
	for (i = 0; i < CELLS; i++) {
		g_snprintf (self->images[i], sizeof (self->images[i]), "i%u", i);
		self->crashes[i].title = (char *) "the crash";
		self->cells[i] = (Cell){ .index = i,
					 .variant = &self->variants[i],
					 .board = &self->board,
					 .config = &self->config,
					 .image = self->images[i],
					 .titles = g_ptr_array_new () };
		g_ptr_array_add (self->plan.variants, &self->variants[i]);
		g_ptr_array_add (self->plan.cells, &self->cells[i]);
	}
}

static void matrix_clear (Matrix *self)
{
	guint i;

	for (i = 0; i < CELLS; i++) {
		g_ptr_array_unref (self->cells[i].titles);
		g_free (self->cells[i].detail);
	}
	g_ptr_array_unref (self->plan.variants);
	g_ptr_array_unref (self->plan.cells);
	g_rand_free (self->random);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Matrix, matrix_clear)

/* Has cell @i be seen bad in @bad of @runs boots. */
static void show (Matrix *self, guint i, guint bad, guint runs)
{
	Cell *cell = &self->cells[i];

	cell->runs = runs;
	cell->bad = bad;
	cell->verdict = bad ? VERDICT_OOPS : VERDICT_PASS;
	cell->crash = bad ? &self->crashes[i] : NULL;
	if (bad)
		g_ptr_array_add (cell->titles, self->crashes[i].title);
}

static void boot (Matrix *self, guint i)
{
	Cell *cell = &self->cells[i];
	gboolean bad = g_rand_double (self->random) < self->rates[i];

	show (self, i, cell->bad + bad, cell->runs + 1);
}

/* Gives the number of all boots. */
static guint campaign (Matrix *self, const CampaignSpec *spec)
{
	guint boots = 0, i;

	for (i = 0; i < CELLS; i++)
		self->cells[i].boots = spec->until_sure ? 1 : spec->boots;
	do {
		for (i = 0; i < CELLS; i++)
			for (; self->cells[i].runs < self->cells[i].boots; boots++)
				boot (self, i);
	} while (spec->until_sure && campaign_next (&self->plan, spec));
	weigh_plan (&self->plan);
	return boots;
}

static const CampaignSpec until_sure = { .boots = 10, .until_sure = TRUE };

/* The example that everybody has in mind: 0 of 3 against 2 of 10 says nothing; 33 boots do. */
static void test_undecided (void)
{
	g_auto (Matrix) matrix;
	Cell *cells = matrix.cells;

	matrix_init (&matrix, 1);
	show (&matrix, 0, 2, 10);
	show (&matrix, 1, 0, 3);
	show (&matrix, 2, 0, 33);
	show (&matrix, 3, 1, 33);
	show (&matrix, 4, 0, 32);
	weigh_plan (&matrix.plan);
	g_assert_cmpint (cells[0].verdict, ==, VERDICT_OOPS);
	g_assert_cmpint (cells[1].verdict, ==, VERDICT_UNDECIDED);
	g_assert_cmpstr (cells[1].detail, ==,
			 "0 of 3 boots bad, and 2 of 10 of base: 30 more good boots would decide");
	g_assert_cmpint (cells[2].verdict, ==, VERDICT_PASS);
	g_assert_cmpint (cells[3].verdict, ==, VERDICT_OOPS);
	g_assert_cmpint (cells[4].verdict, ==, VERDICT_UNDECIDED);
}

/* One boot of base is taken at its word, and two; a base that never failed asks for nothing. */
static void test_plain (void)
{
	g_auto (Matrix) once, twice, never;

	matrix_init (&twice, 1);
	show (&twice, 0, 2, 2);
	show (&twice, 1, 0, 2);
	show (&twice, 2, 0, 1);
	weigh_plan (&twice.plan);
	g_assert_cmpint (twice.cells[1].verdict, ==, VERDICT_PASS);
	g_assert_cmpint (twice.cells[2].verdict, ==, VERDICT_UNDECIDED);

	matrix_init (&once, 1);
	show (&once, 0, 1, 1);
	show (&once, 1, 0, 1);
	weigh_plan (&once.plan);
	g_assert_cmpint (once.cells[1].verdict, ==, VERDICT_PASS);

	matrix_init (&never, 1);
	show (&never, 0, 0, 10);
	show (&never, 1, 0, 1);
	weigh_plan (&never.plan);
	g_assert_cmpint (never.cells[1].verdict, ==, VERDICT_PASS);
}

/* A crash is base's own if any boot of base had it, and new if none had. */
static void test_new_crash (void)
{
	g_auto (Matrix) matrix;
	guint i;

	matrix_init (&matrix, 1);
	matrix.crashes[2].title = (char *) "another crash";
	matrix.crashes[3].title = (char *) "base's second crash";
	show (&matrix, 0, 2, 2);
	g_ptr_array_add (matrix.cells[0].titles, (gpointer) "base's second crash");
	for (i = 1; i < 4; i++)
		show (&matrix, i, 1, 1);
	weigh_plan (&matrix.plan);
	g_assert_cmpint (matrix.cells[0].verdict, ==, VERDICT_OOPS);
	g_assert_cmpint (matrix.cells[1].verdict, ==, VERDICT_OOPS);
	g_assert_cmpint (matrix.cells[2].verdict, ==, VERDICT_OOPS_NEW);
	g_assert_cmpint (matrix.cells[3].verdict, ==, VERDICT_OOPS);

	/* where base passes every crash is new */
	g_ptr_array_set_size (matrix.cells[0].titles, 0);
	matrix.cells[0].verdict = VERDICT_PASS;
	weigh_plan (&matrix.plan);
	g_assert_cmpint (matrix.cells[1].verdict, ==, VERDICT_OOPS_NEW);
}

/* A bug that always shows costs three boots a cell, and its victims one. */
static void test_certain (void)
{
	g_auto (Matrix) matrix;
	guint i;

	matrix_init (&matrix, 1);
	for (i = 0; i < CELLS; i++)
		matrix.rates[i] = i < 3;
	g_assert_cmpuint (campaign (&matrix, &until_sure), ==, 3 + 2 * 1 + 3 * 3);
	for (i = 0; i < CELLS; i++)
		g_assert_cmpint (matrix.cells[i].verdict, ==, i < 3 ? VERDICT_OOPS : VERDICT_PASS);
}

/* Where nothing ever fails, base is watched for its share and the others are booted once. */
static void test_quiet (void)
{
	g_auto (Matrix) matrix;

	matrix_init (&matrix, 1);
	g_assert_cmpuint (campaign (&matrix, &until_sure), ==, 10 + CANDIDATES);
	g_assert_cmpint (matrix.cells[1].verdict, ==, VERDICT_PASS);
}

/* The share may be passed where others left boots, and not all of them together. */
static void test_share (void)
{
	g_auto (Matrix) matrix;
	guint boots, i;

	matrix_init (&matrix, 1);
	show (&matrix, 0, 2, 10); /* asks for 33 good boots */
	for (i = 1; i < CELLS; i++)
		show (&matrix, i, i == 1, 1);
	boots = campaign (&matrix, &until_sure);
	/* of 60 boots 15 had been; four times 9 come to the shares; what is left decides nobody */
	g_assert_cmpuint (boots, ==, 36);
	for (i = 2; i < CELLS; i++)
		g_assert_cmpint (matrix.cells[i].verdict, ==, VERDICT_UNDECIDED);

	/* with 27 to spare one of two gets the 23 that it needs, and the other none */
	show (&matrix, 3, 1, 1);
	show (&matrix, 4, 1, 1);
	g_assert_cmpuint (campaign (&matrix, &until_sure), ==, 23);
	g_assert_cmpint (matrix.cells[2].verdict, ==, VERDICT_PASS);
	g_assert_cmpint (matrix.cells[5].verdict, ==, VERDICT_UNDECIDED);
}

/* Boots that our side broke say nothing and ask for nothing. */
static void test_infra (void)
{
	g_auto (Matrix) matrix;

	matrix_init (&matrix, 1);
	show (&matrix, 0, 3, 3);
	show (&matrix, 1, 0, 0);
	matrix.cells[1].verdict = VERDICT_INFRA;
	matrix.cells[1].boots = 0;
	weigh_plan (&matrix.plan);
	g_assert_cmpint (matrix.cells[1].verdict, ==, VERDICT_INFRA);
	campaign_next (&matrix.plan, &until_sure);
	g_assert_cmpuint (matrix.cells[1].boots, ==, 0);
}

typedef struct {
	guint useless,
		passed_useless; /* as bad as base, which is bad in a tenth of its boots at least */
	guint cures, failed_cures, passed_cures;
	guint boots, cells;
} Score;

/* A thousand matrices: rates of base from 0.1 to 1; of five candidates some cure, some do nothing,
 * some do half. */
static Score play (const CampaignSpec *spec)
{
	Score score = { 0 };
	guint game, i;

	for (game = 0; game < 1000; game++) {
		g_auto (Matrix) matrix;

		matrix_init (&matrix, game);
		matrix.rates[0] = g_rand_double_range (matrix.random, 0.1, 1);
		for (i = 1; i < CELLS; i++) {
			int kind = g_rand_int_range (matrix.random, 0, 5);

			matrix.rates[i] = kind < 2   ? 0
					  : kind < 4 ? matrix.rates[0]
						     : matrix.rates[0] / 2;
		}
		score.boots += campaign (&matrix, spec);
		score.cells += CELLS;
		for (i = 1; i < CELLS; i++) {
			Verdict verdict = matrix.cells[i].verdict;

			if (matrix.rates[i] == 0) {
				score.cures++;
				score.failed_cures += verdict_is_no (verdict);
				score.passed_cures += verdict == VERDICT_PASS;
			} else if (matrix.rates[i] == matrix.rates[0]) {
				score.useless++;
				score.passed_useless += verdict == VERDICT_PASS;
			}
		}
	}
	g_test_message ("%u boots for %u cells; %u of %u useless ones passed; of %u cures %u "
			"passed, %u failed",
			score.boots, score.cells, score.passed_useless, score.useless, score.cures,
			score.passed_cures, score.failed_cures);
	return score;
}

/* Both errors stay below 5 %, even where base never failed in its share, with half the boots of ten
 * for each cell; most cures are found. Single boots, by the same count, are wrong far too often. */
static void test_simulation (void)
{
	const CampaignSpec once = { .boots = 1 };
	Score sure = play (&until_sure), single = play (&once);

	g_assert_cmpuint (sure.passed_useless * 100, <=, sure.useless * 5);
	g_assert_cmpuint (sure.failed_cures * 100, <=, sure.cures * 5);
	g_assert_cmpuint (sure.passed_cures * 100, >=, sure.cures * 75);
	g_assert_cmpuint (sure.boots, <=, sure.cells * 10 / 2);
	g_assert_cmpuint (single.passed_useless * 100, >, single.useless * 20);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/campaign/undecided", test_undecided);
	g_test_add_func ("/campaign/plain", test_plain);
	g_test_add_func ("/campaign/new-crash", test_new_crash);
	g_test_add_func ("/campaign/certain", test_certain);
	g_test_add_func ("/campaign/quiet", test_quiet);
	g_test_add_func ("/campaign/share", test_share);
	g_test_add_func ("/campaign/infra", test_infra);
	g_test_add_func ("/campaign/simulation", test_simulation);
	return g_test_run ();
}
