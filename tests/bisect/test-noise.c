/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often beliefs name the right node, and after how many boots, on histories at random and with
 * chance from a seed; beside halving that repeats each step up to ten times. `-m slow` takes more
 * searches, and `--verbose` prints the tables of docs/noisy-bisection.md.
 */
#include <math.h>

#include "bisect/belief.h"
#include "tests/bisect/random-history.h"

#define CONFIDENCE  0.95
#define BOOTS_MOST  6000
#define REPEATS	    10
#define BUILD_TAKES 30 /* seconds, where builds count; a boot takes one */

/* How often a boot shows the sign: of a bug `fail`, of a fix `pass`. */
typedef struct {
	double new_side, old_side;
} Chances;

/* A search that there is to do. */
typedef struct {
	GRand *rand;
	Graph *graph;
	GPtrArray *inside; /* (element-type Bits): per node, what it contains */
	guint culprit;
	Chances chances;
	double build; /* seconds */
	gboolean *built;
	double boots, seconds; /* that it took */
} Task;

/* What many came to. */
typedef struct {
	guint searches;
	guint claims; /* searches that ended sure */
	guint right;  /* whose answer holds the culprit */
	double boots, seconds;
	guint rival_right;
	double rival_boots, rival_seconds;
	double rival_full; /* boots, had it done all ten after a failure, too */
	double steps;	   /* log2 of the suspects: no halving needs fewer on average */
	double told;	   /* boots of halving that is told the rates, without ends */
} Tally;

static void task_init (Task *self, GRand *rand, guint size, Chances chances, double build)
{
	guint i;

	*self = (Task){ .rand = rand, .chances = chances, .build = build };
	self->graph = random_history (rand, size);
	self->inside = g_ptr_array_new_with_free_func (g_free);
	for (i = 0; i < size; i++)
		g_ptr_array_add (self->inside, graph_ancestors (self->graph, i));
	self->culprit = random_suspect (rand, self->graph);
	self->built = g_new0 (gboolean, size + 1);
}

static void task_clear (Task *self)
{
	graph_free (self->graph);
	g_ptr_array_unref (self->inside);
	g_free (self->built);
}

static guint task_size (const Task *self)
{
	return graph_size (self->graph);
}

static double boot_cost (guint node, gpointer user_data)
{
	const Task *self = user_data;

	return 1 + (self->built[MIN (node, task_size (self))] ? 0 : self->build);
}

/* Boots @node. Returns: whether the sign shows. */
static gboolean boot (Task *self, guint node)
{
	gboolean is_new = FALSE;

	self->seconds += boot_cost (node, self);
	self->boots++;
	self->built[MIN (node, task_size (self))] = TRUE;
	if (node != BELIEF_OLD_END)
		is_new = bits_has (self->inside->pdata[node], self->culprit);
	return g_rand_double (self->rand) <
	       (is_new ? self->chances.new_side : self->chances.old_side);
}

/* A share of @skips nodes cannot be booted, the ends can. */
static void believe (Task *self, double confidence, guint most, double skips, Tally *tally)
{
	g_autoptr (Belief) belief = belief_new (self->graph);
	g_autoptr (GArray) found = NULL;
	guint next, i;

	for (i = 0; i + 1 < task_size (self); i++)
		if (skips > 0 && g_rand_double (self->rand) < skips)
			belief_skip (belief, i);
	while (self->boots < most && !belief_is_sure (belief, confidence, &found)) {
		g_assert_true (belief_next (belief, boot_cost, self, &next));
		belief_see (belief, next, boot (self, next));
	}
	tally->searches++;
	tally->boots += self->boots;
	tally->seconds += self->seconds;
	if (!found)
		return;
	tally->claims++;
	for (i = 0; i < found->len; i++)
		tally->right += g_array_index (found, guint, i) == self->culprit;
}

/* Up to ten boots, and one that fails is enough to call a node bad: new where a bug is searched
 * for, old where a fix is. Returns: whether it is taken for new.
 */
static gboolean repeat (Task *self, guint node, gboolean is_fix)
{
	guint i;

	for (i = 0; i < REPEATS; i++)
		if (boot (self, node) != is_fix)
			return !is_fix;
	return is_fix;
}

/* The rival: the same ends, then always the node that halves best. */
static void halve (Task *self, gboolean is_fix, Tally *tally)
{
	g_autofree Bits *left = bits_new (task_size (self));
	guint count, i;

	for (i = 0; i < task_size (self); i++)
		if (graph_node (self->graph, i)->counts)
			bits_add (left, i);
	tally->steps += log2 (bits_count (left));
	repeat (self, task_size (self) - 1, is_fix);
	repeat (self, BELIEF_OLD_END, is_fix);
	tally->rival_full += 2 * REPEATS;
	while ((count = bits_count (left)) > 1) {
		guint best = 0, node = 0;

		for (i = 0; i < task_size (self); i++) {
			g_autofree Bits *both = bits_copy (left);
			guint within;

			bits_and (both, self->inside->pdata[i]);
			within = bits_count (both);
			within = MIN (within, count - within);
			if (within > best) {
				best = within;
				node = i;
			}
		}
		if (repeat (self, node, is_fix))
			bits_and (left, self->inside->pdata[node]);
		else
			bits_and_not (left, self->inside->pdata[node]);
		tally->rival_full += REPEATS;
	}
	tally->rival_right += bits_next (left, 0) == self->culprit;
	tally->rival_boots += self->boots;
	tally->rival_seconds += self->seconds;
}

/* One history, both ways. */
static void compare (GRand *rand, guint size, Chances chances, gboolean is_fix, double build,
		     Tally *tally)
{
	Task task;

	task_init (&task, rand, size, chances, build);
	believe (&task, CONFIDENCE, BOOTS_MOST, 0, tally);
	task.boots = task.seconds = 0;
	memset (task.built, 0, (size + 1) * sizeof *task.built);
	halve (&task, is_fix, tally);
	task_clear (&task);
}

/* As many small histories as large ones. */
static guint some_size (GRand *rand)
{
	return (guint) exp (g_rand_double_range (rand, log (2), log (301)));
}

static void add (Tally *self, const Tally *other)
{
	self->searches += other->searches;
	self->claims += other->claims;
	self->right += other->right;
	self->boots += other->boots;
	self->seconds += other->seconds;
	self->rival_right += other->rival_right;
	self->rival_boots += other->rival_boots;
	self->rival_seconds += other->rival_seconds;
	self->rival_full += other->rival_full;
	self->steps += other->steps;
	self->told += other->told;
}

/*
 * Whether as many claims are right as were promised. The count of right ones of an honest rule is
 * binomial, and three of its standard deviations are allowed: one honest rule in 740 is called a
 * liar, and one that is right in 92 % where it says 95 % is called one after 500 claims or so.
 */
static gboolean keeps_promise (const Tally *self, double confidence)
{
	double expected = self->claims * confidence;

	return self->right >= expected - 3 * sqrt (expected * (1 - confidence));
}

/* How many repeats a step halving needs that is told both rates, calls a node by the best number of
 * signs, and is to be right in all of @steps as often as we are to be.
 */
static guint repeats_needed (Chances chances, double steps)
{
	double most = 1 - pow (CONFIDENCE, 1 / steps);
	guint repeats, signs;

	for (repeats = 1;; repeats++) {
		/* each number of signs and its chance on both sides, added up from none on */
		double old_less = 0, new_less = 0, least = 1;

		for (signs = 0; signs <= repeats; signs++) {
			double ways = lgamma (repeats + 1) - lgamma (signs + 1) -
				      lgamma (repeats - signs + 1);
			guint left = repeats - signs;

			least = MIN (least, (new_less + 1 - old_less) / 2);
			old_less += exp (ways) * pow (chances.old_side, signs) *
				    pow (1 - chances.old_side, left);
			new_less += exp (ways) * pow (chances.new_side, signs) *
				    pow (1 - chances.new_side, left);
		}
		if (least <= most)
			return repeats;
	}
}

static void print (const char *name, const Tally *tally)
{
	double n = tally->searches;

	g_test_message ("%s: sure %u of %u, right %.1f %%, boots %.1f, seconds %.0f | halving "
			"right %.1f %%, boots %.1f (all ten: %.1f), seconds %.0f | told the rates "
			"boots %.1f",
			name, tally->claims, tally->searches, 100.0 * tally->right / tally->claims,
			tally->boots / n, tally->seconds / n, 100 * tally->rival_right / n,
			tally->rival_boots / n, tally->rival_full / n, tally->rival_seconds / n,
			tally->told / n);
}

/* One pair of rates: @bad and @good of a bug, mirrored for a fix. @out: zeroed */
static void run_cell (double bad, double good, gboolean is_fix, double build, guint seed,
		      Tally *out)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
	Chances chances = { is_fix ? 1 - good : bad, is_fix ? 1 - bad : good };
	g_autofree char *name = NULL;
	guint searches = g_test_slow () ? 1000 : 60, i;
	double steps;

	for (i = 0; i < searches; i++)
		compare (rand, some_size (rand), chances, is_fix, build, out);
	steps = out->steps / searches;
	out->told = searches * steps * repeats_needed (chances, steps);
	name = g_strdup_printf ("%s, new %.2f, old %.2f", is_fix ? "fix" : "bug", chances.new_side,
				chances.old_side);
	print (name, out);
	g_assert_true (keeps_promise (out, CONFIDENCE));
	g_assert_cmpuint (out->claims, >=, searches * 9 / 10);
}

/* At each pair of rates of the grid, for a bug and mirrored for a fix, the node named is the right
 * one as often as was asked, where builds take long, too. Where the bad side fails in half of its
 * boots and more, it takes less than ten boots a step would, and where builds take no time fewer
 * boots than halving that leaves a step at its first failure. Where both sides are chance it takes
 * fewer boots than halving as often right would, even if that knew both rates.
 */
static void test_grid (gconstpointer data)
{
	static const double bad[] = { 0.2, 0.3, 0.5, 0.8, 1 };
	static const double good[] = { 0, 0.02, 0.05, 0.1 };
	double build = *(const double *) data;
	Tally all = { 0 }, clear = { 0 }, both = { 0 };
	guint a, b, is_fix;

	for (is_fix = 0; is_fix < 2; is_fix++)
		for (a = 0; a < G_N_ELEMENTS (bad); a++)
			for (b = 0; b < G_N_ELEMENTS (good); b++) {
				Tally tally = { 0 };

				run_cell (bad[a], good[b], is_fix == 1, build,
					  1000 * is_fix + 10 * a + b, &tally);
				add (&all, &tally);
				if (bad[a] >= 0.5)
					add (&clear, &tally);
				if (bad[a] < 1 && good[b] > 0)
					add (&both, &tally);
			}
	print ("all", &all);
	print ("bad side 0.5 and more", &clear);
	print ("both sides uncertain", &both);
	g_assert_true (keeps_promise (&all, CONFIDENCE));
	/* seconds are boots where builds take none */
	g_assert_cmpfloat (clear.seconds, <,
			   clear.rival_seconds + clear.rival_full - clear.rival_boots);
	if (build <= 0) {
		g_assert_cmpfloat (clear.boots, <, clear.rival_boots);
		g_assert_cmpfloat (both.boots, <, both.told);
	}
}

/* Rates anywhere in 0.2 to 1.0 and 0 to 0.1, histories of any size up to 300: on average about as
 * many boots as ten at each step and each end, most of them where the rates are close. Halving that
 * leaves a step at its first failure boots less, and is wrong in two searches of three.
 */
static void test_average (void)
{
	guint searches = g_test_slow () ? 4000 : 200, i;
	g_autoptr (GRand) rand = g_rand_new_with_seed (11);
	Tally all = { 0 };

	for (i = 0; i < 2 * searches; i++) {
		gboolean is_fix = i % 2;
		double bad = g_rand_double_range (rand, 0.2, 1);
		double good = g_rand_double_range (rand, 0, 0.1);
		Chances chances = { is_fix ? 1 - good : bad, is_fix ? 1 - bad : good };

		compare (rand, (guint) g_rand_int_range (rand, 2, 301), chances, is_fix, 0, &all);
	}
	print ("any rates", &all);
	g_assert_true (keeps_promise (&all, CONFIDENCE));
	g_assert_cmpfloat (all.boots, <, 1.1 * all.rival_full);
	g_assert_cmpuint (all.rival_right, <, all.searches / 2);
}

/* The check can fail: who stops at little more than half is seen, and kept to his own word is not.
 */
static void test_overconfident (void)
{
	guint searches = g_test_slow () ? 2000 : 300, i;
	g_autoptr (GRand) rand = g_rand_new_with_seed (12);
	Tally tally = { 0 };

	for (i = 0; i < searches; i++) {
		Task task;

		task_init (&task, rand, some_size (rand), (Chances){ 0.5, 0.05 }, 0);
		believe (&task, 0.501, BOOTS_MOST, 0, &tally);
		task_clear (&task);
	}
	print ("sure at 0.501", &tally);
	g_assert_false (keeps_promise (&tally, CONFIDENCE));
	g_assert_true (keeps_promise (&tally, 0.501));
}

/* With a fifth of the nodes untestable the set that is named holds the culprit as often. */
static void test_skips (void)
{
	guint searches = g_test_slow () ? 2000 : 200, i;
	g_autoptr (GRand) rand = g_rand_new_with_seed (13);
	Tally tally = { 0 };

	for (i = 0; i < searches; i++) {
		double bad = g_rand_double_range (rand, 0.3, 1);
		Chances chances = { bad, g_rand_double_range (rand, 0, 0.1) };
		Task task;

		task_init (&task, rand, some_size (rand), chances, 0);
		believe (&task, CONFIDENCE, BOOTS_MOST, 0.2, &tally);
		task_clear (&task);
	}
	print ("a fifth skipped", &tally);
	g_assert_true (keeps_promise (&tally, CONFIDENCE));
	g_assert_cmpuint (tally.claims, >=, searches * 98 / 100);
}

/* Where the ends do not differ, hardly ever is anyone named: that would be wrong each time. */
static void test_no_change (void)
{
	static const double rates[] = { 0, 0.05, 0.2, 0.5, 0.9, 1 };
	guint searches = g_test_slow () ? 400 : 20, i, j;
	g_autoptr (GRand) rand = g_rand_new_with_seed (14);
	Tally all = { 0 };

	for (i = 0; i < G_N_ELEMENTS (rates); i++)
		for (j = 0; j < searches; j++) {
			Task task;

			task_init (&task, rand, some_size (rand), (Chances){ rates[i], rates[i] },
				   0);
			believe (&task, CONFIDENCE, 300, 0, &all);
			task_clear (&task);
		}
	print ("no change", &all);
	g_assert_cmpuint (all.claims, <=, all.searches / 20);
}

int main (int argc, char **argv)
{
	static const double builds[] = { 0, BUILD_TAKES };

	g_test_init (&argc, &argv, NULL);
	g_test_add_data_func ("/noise/grid/boots", &builds[0], test_grid);
	g_test_add_data_func ("/noise/grid/builds", &builds[1], test_grid);
	g_test_add_func ("/noise/average", test_average);
	g_test_add_func ("/noise/overconfident", test_overconfident);
	g_test_add_func ("/noise/skips", test_skips);
	g_test_add_func ("/noise/no-change", test_no_change);
	return g_test_run ();
}
