/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beliefs against sums and integrals that are done the long way.
 */
#include <math.h>

#include "bisect/belief.h"
#include "bisect/rates.h"
#include "tests/bisect/random-history.h"

static double same_cost (guint node G_GNUC_UNUSED, gpointer user_data G_GNUC_UNUSED)
{
	return 1;
}

/* ---- the oracle: nothing of rates.c or belief.c is used ---- */

/* What a boot said. */
typedef struct {
	guint node;
	gboolean shown;
} Boot;

/* The weight of Simpson's rule at point @i of @steps, an even number. */
static double simpson (guint i, guint steps)
{
	return (i == 0 || i == steps ? 1 : i % 2 ? 4 : 2) / (3.0 * steps);
}

/* The chance of @counts, {hidden, shown}, at the rate sin^2 @angle: Jeffreys' prior is flat in it.
 */
static double likelihood (const guint *counts, double angle)
{
	return pow (sin (angle) * sin (angle), counts[1]) *
	       pow (cos (angle) * cos (angle), counts[0]);
}

/* Evidence with the new side's rate above the old one's, by integration over both. */
static double integrate_both (const guint *old_side, const guint *new_side)
{
	const guint steps = 120;
	double sum = 0;
	guint i, j;

	for (i = 0; i <= steps; i++) {
		double angle = G_PI / 2 * i / steps, inner = 0;

		for (j = 0; j <= steps; j++)
			inner += simpson (j, steps) * likelihood (old_side, angle * j / steps);
		/* twice the density over the half, and i / steps is how long the inner way is */
		sum += simpson (i, steps) * 2 * inner * i / steps * likelihood (new_side, angle);
	}
	return sum;
}

static double integrate_one (const guint *counts)
{
	const guint steps = 400;
	double sum = 0;
	guint i;

	for (i = 0; i <= steps; i++)
		sum += simpson (i, steps) * likelihood (counts, G_PI / 2 * i / steps);
	return sum;
}

/* Fills @out, a number a node and one more for `no change`. Returns: the chance of all the boots.
 */
static double oracle (const Graph *graph, const GArray *boots, double *out)
{
	guint size = graph_size (graph), suspects = 0, all[2] = { 0 }, i, j;
	double sum = 0;

	for (i = 0; i < size; i++)
		suspects += graph_node (graph, i)->counts;
	for (i = 0; i < size; i++) {
		guint sides[2][2] = { { 0 } };

		for (j = 0; j < boots->len; j++) {
			const Boot *boot = &g_array_index (boots, Boot, j);
			g_autofree Bits *inside = NULL;
			gboolean is_new = FALSE;

			if (boot->node != BELIEF_OLD_END) {
				inside = graph_ancestors (graph, boot->node);
				is_new = bits_has (inside, i);
			}
			sides[is_new][!!boot->shown]++;
		}
		out[i] = 0;
		if (graph_node (graph, i)->counts)
			out[i] = 0.5 / suspects * integrate_both (sides[0], sides[1]);
		sum += out[i];
	}
	for (j = 0; j < boots->len; j++)
		all[!!g_array_index (boots, Boot, j).shown]++;
	out[size] = 0.5 * integrate_one (all);
	sum += out[size];
	for (i = 0; i <= size; i++)
		out[i] /= sum;
	return sum;
}

static double entropy_of (const double *chances, guint len)
{
	double sum = 0;
	guint i;

	for (i = 0; i < len; i++)
		if (chances[i] > 0)
			sum -= chances[i] * log2 (chances[i]);
	return sum;
}

/* How far one more boot of @node brings the entropy down, on average over what it may say. */
static double oracle_gain (const Graph *graph, GArray *boots, guint node)
{
	guint len = graph_size (graph) + 1;
	g_autofree double *chances = g_new (double, len);
	double sum = oracle (graph, boots, chances);
	double gain = entropy_of (chances, len);
	gboolean shown;

	for (shown = FALSE; shown <= TRUE; shown++) {
		Boot boot = { node, shown };
		double after;

		g_array_append_val (boots, boot);
		after = oracle (graph, boots, chances);
		gain -= after / sum * entropy_of (chances, len);
		g_array_set_size (boots, boots->len - 1);
	}
	return gain;
}

static void assert_near (double a, double b, double error)
{
	if (!(fabs (a - b) <= error))
		g_error ("%.12g is not %.12g", a, b);
}

/* ---- rates ---- */

/* The evidence of counts, with the order of the rates in it, is what integration gives. */
static void test_evidence (void)
{
	guint a, b, c, d;

	for (a = 0; a < 12; a += 3)
		for (b = 0; b < 12; b += 3)
			for (c = 0; c < 12; c += 3)
				for (d = 0; d < 12; d += 3) {
					Rates rates;
					guint i, old_side[2] = { c, d }, new_side[2] = { a, b };
					double truth = integrate_both (old_side, new_side);

					rates_init (&rates);
					for (i = 0; i < a + b; i++)
						rates_see (&rates, SIDE_NEW, i < b);
					for (i = 0; i < c + d; i++)
						rates_see (&rates, SIDE_OLD, i < d);
					assert_near (rates_log_evidence (&rates), log (truth),
						     1e-6);
				}
}

/* Hundreds of boots are added up without a loss: both Betas are lgamma's. */
static void test_many (void)
{
	Rates rates;
	guint i;

	rates_init (&rates);
	for (i = 0; i < 2000; i++) {
		rates_see (&rates, SIDE_NEW, i % 5 == 0);
		rates_see (&rates, SIDE_OLD, i % 50 == 0);
	}
	assert_near (rates.log_beta,
		     lgamma (400.5) + lgamma (1600.5) + lgamma (40.5) + lgamma (1960.5) -
			     2 * lgamma (2001) - 2 * log (G_PI),
		     1e-8);
	assert_near (rates.order, 1, 1e-9);
	assert_near (rates_mean (&rates, SIDE_NEW), 0.2, 1e-3);
	/* turned round: all but impossible, and no number goes wrong */
	rates_init (&rates);
	for (i = 0; i < 2000; i++) {
		rates_see (&rates, SIDE_NEW, FALSE);
		rates_see (&rates, SIDE_OLD, TRUE);
	}
	g_assert_cmpfloat (rates.order, >, 0);
	g_assert_cmpfloat (rates.order, <, 1e-9);
	g_assert_true (isfinite (rates_log_evidence (&rates)));
	g_assert_cmpfloat (rates_predict (&rates, SIDE_NEW), <=, 1);
}

/* ---- beliefs ---- */

typedef struct {
	Graph *graph;
	Belief *belief;
	GArray *boots; /* (element-type Boot) */
} Fixture;

static void fixture_init (Fixture *self, GRand *rand, guint size, guint boots)
{
	guint i;

	self->graph = random_history (rand, size);
	self->belief = belief_new (self->graph);
	self->boots = g_array_new (FALSE, FALSE, sizeof (Boot));
	for (i = 0; i < boots; i++) {
		Boot boot = { (guint) g_rand_int_range (rand, 0, (gint32) size + 1),
			      g_rand_boolean (rand) };

		if (boot.node == size)
			boot.node = BELIEF_OLD_END;
		g_array_append_val (self->boots, boot);
		belief_see (self->belief, boot.node, boot.shown);
	}
}

static void fixture_clear (Fixture *self)
{
	belief_free (self->belief);
	graph_free (self->graph);
	g_array_unref (self->boots);
}

/* Every node's probability is Bayes' rule done the long way; they sum to 1 with `no change`. */
static void test_posterior (void)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (1);
	guint round, i;

	for (round = 0; round < 40; round++) {
		g_autofree double *chances = NULL;
		guint size = (guint) g_rand_int_range (rand, 1, 12);
		double sum = 0, most;
		Fixture self;

		fixture_init (&self, rand, size, (guint) g_rand_int_range (rand, 0, 14));
		chances = g_new (double, size + 1);
		oracle (self.graph, self.boots, chances);
		for (i = 0; i < size; i++) {
			assert_near (belief_of (self.belief, i), chances[i], 1e-6);
			sum += belief_of (self.belief, i);
		}
		assert_near (belief_no_change (self.belief), chances[size], 1e-6);
		assert_near (sum + belief_no_change (self.belief), 1, 1e-12);
		i = belief_leader (self.belief, &most);
		assert_near (most, belief_of (self.belief, i), 1e-15);
		while (i-- > 0)
			g_assert_cmpfloat (belief_of (self.belief, i), <, most);
		fixture_clear (&self);
	}
}

/* What a boot is said to tell is the drop of the entropy, and the best for its cost is chosen. */
static void test_gain (void)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (2);
	guint round, i;

	for (round = 0; round < 12; round++) {
		guint size = (guint) g_rand_int_range (rand, 2, 9), next;
		double best = 0, chosen = 0;
		Fixture self;

		fixture_init (&self, rand, size, (guint) g_rand_int_range (rand, 0, 10));
		belief_see (self.belief, size - 1, TRUE);
		g_array_append_val (self.boots, ((Boot){ size - 1, TRUE }));
		belief_see (self.belief, BELIEF_OLD_END, FALSE);
		g_array_append_val (self.boots, ((Boot){ BELIEF_OLD_END, FALSE }));
		g_assert_true (belief_next (self.belief, same_cost, NULL, &next));
		for (i = 0; i <= size; i++) {
			guint node = i == size ? BELIEF_OLD_END : i;
			double gain = oracle_gain (self.graph, self.boots, node);

			assert_near (belief_gain (self.belief, node), gain, 1e-6);
			best = MAX (best, gain);
			if (node == next)
				chosen = gain;
		}
		assert_near (chosen, best, 1e-6);
		fixture_clear (&self);
	}
}

static double dear_but_one (guint node, gpointer user_data)
{
	return node == GPOINTER_TO_UINT (user_data) ? 1 : 1000;
}

/* Both ends come first; then what costs little is booted, though another would tell more. */
static void test_order (void)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (3);
	g_autoptr (Graph) graph = random_history (rand, 40);
	g_autoptr (Belief) belief = belief_new (graph);
	guint next, i, shown;

	for (i = 0; i < 3; i++) {
		g_assert_true (belief_next (belief, same_cost, NULL, &next));
		g_assert_cmpuint (next, ==, 39);
		belief_see (belief, 39, i == 2);
	}
	g_assert_true (belief_next (belief, same_cost, NULL, &next));
	g_assert_cmpuint (next, ==, BELIEF_OLD_END);
	belief_see (belief, BELIEF_OLD_END, FALSE);
	g_assert_true (belief_next (belief, same_cost, NULL, &next));
	g_assert_cmpuint (next, <, 39);
	i = next == 20 ? 21 : 20;
	g_assert_true (belief_next (belief, dear_but_one, GUINT_TO_POINTER (i), &next));
	g_assert_cmpuint (next, ==, i);
	g_assert_cmpuint (belief_boots (belief, 39, &shown), ==, 3);
	g_assert_cmpuint (shown, ==, 1);
	g_assert_cmpuint (belief_boots (belief, BELIEF_OLD_END, NULL), ==, 1);
}

/* The fewest nodes with a share are the likeliest ones. */
static void test_likeliest (void)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (4);
	g_autoptr (GArray) some = NULL, all = NULL;
	double sum = 0, old_rate, new_rate;
	guint i, counting = 0;
	Fixture self;

	fixture_init (&self, rand, 30, 20);
	some = belief_likeliest (self.belief, 0.25);
	all = belief_likeliest (self.belief, 2);
	for (i = 0; i < 30; i++)
		counting += graph_node (self.graph, i)->counts;
	g_assert_cmpuint (all->len, ==, counting);
	g_assert_cmpuint (g_array_index (all, guint, 0), ==, belief_leader (self.belief, NULL));
	for (i = 0; i < all->len; i++) {
		guint node = g_array_index (all, guint, i);

		if (i)
			g_assert_cmpfloat (
				belief_of (self.belief, node), <=,
				belief_of (self.belief, g_array_index (all, guint, i - 1)));
		if (i < some->len) {
			g_assert_cmpuint (g_array_index (some, guint, i), ==, node);
			g_assert_cmpfloat (sum, <, 0.25);
		}
		sum += belief_of (self.belief, node);
		if (i + 1 == some->len)
			g_assert_cmpfloat (sum, >=, 0.25);
	}
	belief_rates (self.belief, &old_rate, &new_rate);
	g_assert_cmpfloat (old_rate, >, 0);
	g_assert_cmpfloat (new_rate, <, 1);
	fixture_clear (&self);
}

/* Boots one node after another till it is sure. Returns: how many; @out_suspects: owned. */
static guint search (Belief *belief, const Graph *graph, guint culprit, GArray **out_suspects)
{
	guint boots = 0, next;

	while (!belief_is_sure (belief, 0.95, out_suspects)) {
		g_autofree Bits *inside = NULL;

		g_assert_cmpuint (boots++, <, 500);
		g_assert_true (belief_next (belief, same_cost, NULL, &next));
		if (next != BELIEF_OLD_END)
			inside = graph_ancestors (graph, next);
		belief_see (belief, next, inside && bits_has (inside, culprit));
	}
	return boots;
}

/* A bug that always shows is found like by halving: at most a few boots more than its steps. */
static void test_certain (void)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (5);
	double more = 0;
	guint round;

	for (round = 0; round < 300; round++) {
		guint size = (guint) g_rand_int_range (rand, 2, 300), boots;
		g_autoptr (Graph) graph = random_history (rand, size);
		g_autoptr (Belief) belief = belief_new (graph);
		g_autoptr (GArray) found = NULL;
		guint culprit = random_suspect (rand, graph);

		boots = search (belief, graph, culprit, &found);
		g_assert_cmpuint (found->len, ==, 1);
		g_assert_cmpuint (g_array_index (found, guint, 0), ==, culprit);
		more += boots - log2 (size);
		g_assert_cmpfloat (boots, <, 2 * log2 (size) + 14);
	}
	g_test_message ("%.1f boots more than halving's steps", more / round);
	g_assert_cmpfloat (more / round, <, 10);
}

/* Whether a node that can be booted contains one of @a and @b and not the other. */
static gboolean apart (Bits *const *inside, const gboolean *skipped, guint size, guint a, guint b)
{
	guint i;

	for (i = 0; i < size; i++)
		if (!skipped[i] && bits_has (inside[i], a) != bits_has (inside[i], b))
			return TRUE;
	return FALSE;
}

/* Where a fifth of the nodes cannot be booted, or four fifths, or all: none of them is asked for,
 * and the answer is the culprit with just those that they hide.
 */
static void test_skips (gconstpointer data)
{
	double share = *(const double *) data;
	g_autoptr (GRand) rand = g_rand_new_with_seed (6);
	guint round, several = 0;

	for (round = 0; round < 100; round++) {
		guint size = (guint) g_rand_int_range (rand, 2, 80), i, expected = 0;
		g_autoptr (Graph) graph = random_history (rand, size);
		g_autoptr (Belief) belief = belief_new (graph);
		g_autoptr (GPtrArray) inside = g_ptr_array_new_with_free_func (g_free);
		g_autofree gboolean *skipped = g_new0 (gboolean, size);
		g_autoptr (GArray) found = NULL;
		guint culprit = random_suspect (rand, graph);

		for (i = 0; i < size; i++) {
			g_ptr_array_add (inside, graph_ancestors (graph, i));
			skipped[i] = i + 1 < size && g_rand_double (rand) < share;
			if (skipped[i])
				belief_skip (belief, i);
		}
		search (belief, graph, culprit, &found);
		for (i = 0; i < size; i++) {
			if (skipped[i])
				g_assert_cmpuint (belief_boots (belief, i, NULL), ==, 0);
			if (!graph_node (graph, i)->counts ||
			    apart ((Bits *const *) inside->pdata, skipped, size, culprit, i))
				continue;
			g_assert_cmpuint (expected, <, found->len);
			g_assert_cmpuint (g_array_index (found, guint, expected++), ==, i);
		}
		g_assert_cmpuint (found->len, ==, expected);
		several += expected > 1;
	}
	g_test_message ("%u of %u answers are one of several", several, round);
	g_assert_cmpuint (several, >, 5);
}

/* Nothing can be booted: nothing is asked for. One of one can be named without a doubt of which,
 * and what is asked then is whether there is a change at all.
 */
static void test_nothing (void)
{
	g_autoptr (Graph) graph = graph_new ();
	g_autoptr (Belief) belief = NULL;
	guint next, boots;

	graph_add (graph, "only", NULL, 0, TRUE);
	belief = belief_new (graph);
	g_assert_false (belief_is_sure (belief, 0.95, NULL));
	boots = search (belief, graph, 0, NULL);
	g_assert_cmpuint (boots, >, 2);
	g_assert_cmpfloat (belief_no_change (belief), <=, 0.05);
	belief_skip (belief, 0);
	g_assert_true (belief_next (belief, same_cost, NULL, &next));
	g_assert_cmpuint (next, ==, BELIEF_OLD_END);
	belief_skip (belief, BELIEF_OLD_END);
	g_assert_false (belief_next (belief, same_cost, NULL, &next));
}

/* A search that is told its boots again asks on where it was. */
static void test_again (void)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (7);
	g_autoptr (Graph) graph = random_history (rand, 120);
	g_autoptr (Belief) first = belief_new (graph);
	g_autoptr (GArray) boots = g_array_new (FALSE, FALSE, sizeof (Boot));
	guint i, j, next, again;

	for (i = 0; i < 60; i++) {
		g_autoptr (Belief) second = belief_new (graph);

		for (j = 0; j < boots->len; j++)
			belief_see (second, g_array_index (boots, Boot, j).node,
				    g_array_index (boots, Boot, j).shown);
		g_assert_true (belief_next (first, same_cost, NULL, &next));
		g_assert_true (belief_next (second, same_cost, NULL, &again));
		g_assert_cmpuint (next, ==, again);
		g_array_append_val (boots, ((Boot){ next, g_rand_boolean (rand) }));
		belief_see (first, next, g_array_index (boots, Boot, i).shown);
	}
}

/* The end said to be new shows the sign less often: no one is blamed. */
static void test_reversed (void)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (8);
	g_autoptr (Graph) graph = random_history (rand, 60);
	g_autoptr (Belief) belief = belief_new (graph);
	guint i, next;

	for (i = 0; i < 200; i++) {
		gboolean old_end;

		g_assert_true (belief_next (belief, same_cost, NULL, &next));
		old_end = next == BELIEF_OLD_END;
		belief_see (belief, next, g_rand_double (rand) < (old_end ? 0.9 : 0.1));
		g_assert_false (belief_is_sure (belief, 0.95, NULL));
	}
	g_assert_cmpfloat (belief_no_change (belief), >, 0.5);
}

/* A boot is chosen in less time than the shortest boot takes. */
static void test_speed (gconstpointer data)
{
	guint size = *(const guint *) data, i, next;
	g_autoptr (GRand) rand = g_rand_new_with_seed (9);
	g_autoptr (Graph) graph = random_history (rand, size);
	g_autoptr (Belief) belief = belief_new (graph);
	guint culprit = random_suspect (rand, graph);
	double most = 0, start;

	for (i = 0; i < 60; i++) {
		g_autofree Bits *inside = NULL;

		start = g_get_monotonic_time ();
		g_assert_true (belief_next (belief, same_cost, NULL, &next));
		most = MAX (most, (g_get_monotonic_time () - start) / 1e6);
		if (next != BELIEF_OLD_END)
			inside = graph_ancestors (graph, next);
		belief_see (belief, next,
			    inside && bits_has (inside, culprit) && g_rand_double (rand) < 0.5);
		belief_is_sure (belief, 0.95, NULL);
	}
	g_test_message ("%u nodes: at most %.3f s", size, most);
	/* ten times what it takes: machines and sanitizers differ */
	g_assert_cmpfloat (most, <, size> 10000 ? 60 : 2);
}

int main (int argc, char **argv)
{
	static const double shares[] = { 0.2, 0.8, 1 };
	static const guint sizes[] = { 4000, 150000 };

	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/rates/evidence", test_evidence);
	g_test_add_func ("/rates/many", test_many);
	g_test_add_func ("/belief/posterior", test_posterior);
	g_test_add_func ("/belief/gain", test_gain);
	g_test_add_func ("/belief/order", test_order);
	g_test_add_func ("/belief/likeliest", test_likeliest);
	g_test_add_func ("/belief/certain", test_certain);
	g_test_add_data_func ("/belief/skips/some", &shares[0], test_skips);
	g_test_add_data_func ("/belief/skips/most", &shares[1], test_skips);
	g_test_add_data_func ("/belief/skips/all", &shares[2], test_skips);
	g_test_add_func ("/belief/nothing", test_nothing);
	g_test_add_func ("/belief/again", test_again);
	g_test_add_func ("/belief/reversed", test_reversed);
	g_test_add_data_func ("/belief/speed", &sizes[0], test_speed);
	if (g_test_slow ())
		g_test_add_data_func ("/belief/speed-history", &sizes[1], test_speed);
	return g_test_run ();
}
