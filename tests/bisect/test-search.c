/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The search against brute force: of all nodes that count, those which go with every answer, found
 * by looking at each; on thousands of graphs made by chance.
 */
#include <string.h>

#include "base/error.h"
#include "bisect/search.h"
#include "bisect/weigh.h"
#include "tests/bisect/graphs.h"

enum {
	GRAPHS = 5000,
	SIZE_MAX = 50
};

typedef struct {
	guint node;
	Answer answer;
} Told;

/* A graph with a first new node, and what was told of it. */
typedef struct {
	GRand *rand;
	Graph *graph;
	guint size;
	gboolean *contains;
	guint culprit;
	gboolean *untestable;
	GArray *log; /* (element-type Told) */
	Search *search;
} Case;

/* Returns: FALSE where no node counts: there is nothing to find. */
static gboolean case_init (Case *self, guint32 seed, double untestable)
{
	GraphShape shape;
	guint i;

	self->rand = g_rand_new_with_seed (seed);
	shape = graphs_shape (self->rand);
	self->graph = graphs_random (self->rand, &shape,
				     (guint) g_rand_int_range (self->rand, 1, SIZE_MAX));
	self->size = graph_size (self->graph);
	self->contains = graphs_contains (self->graph);
	self->untestable = g_new0 (gboolean, self->size);
	self->log = g_array_new (FALSE, FALSE, sizeof (Told));
	self->search = search_new (self->graph);
	for (i = 0; i + 1 < self->size; i++)
		self->untestable[i] = g_rand_double (self->rand) < untestable;
	for (i = 0; i < self->size && !graph_node (self->graph, i)->counts; i++)
		;
	if (i == self->size)
		return FALSE;
	do
		self->culprit = (guint) g_rand_int_range (self->rand, 0, (gint) self->size);
	while (!graph_node (self->graph, self->culprit)->counts);
	return TRUE;
}

static void case_clear (Case *self)
{
	g_rand_free (self->rand);
	graph_free (self->graph);
	g_free (self->contains);
	g_free (self->untestable);
	g_array_unref (self->log);
	search_free (self->search);
}

static gboolean contains (const Case *self, guint node, guint other)
{
	return self->contains[node * self->size + other];
}

static Answer truth (const Case *self, guint node)
{
	if (self->untestable[node])
		return ANSWER_SKIP;
	return contains (self, node, self->culprit) ? ANSWER_NEW : ANSWER_OLD;
}

static void tell (Case *self, guint node)
{
	Told told = { node, truth (self, node) };
	g_autoptr (GError) error = NULL;

	search_tell (self->search, told.node, told.answer, &error);
	g_assert_no_error (error);
	g_array_append_val (self->log, told);
}

/* Whether @suspect may be the first new one, by all that was told and @more. */
static gboolean may_be (const Case *self, guint suspect, const Told *more)
{
	guint i;

	if (!graph_node (self->graph, suspect)->counts)
		return FALSE;
	for (i = 0; i < self->log->len + (more != NULL); i++) {
		Told told = i < self->log->len ? g_array_index (self->log, Told, i) : *more;

		if (told.answer != ANSWER_SKIP &&
		    contains (self, told.node, suspect) != (told.answer == ANSWER_NEW))
			return FALSE;
	}
	return TRUE;
}

/* How many may be it, and how many of them @node contains. */
static guint count_suspects (const Case *self, guint node, guint *out_inside)
{
	guint i, count = 0, inside = 0;

	for (i = 0; i < self->size; i++) {
		if (!may_be (self, i, NULL))
			continue;
		count++;
		inside += contains (self, node, i);
	}
	*out_inside = inside;
	return count;
}

static guint distance (const Case *self, guint node)
{
	guint inside, count = count_suspects (self, node, &inside);

	return MIN (inside, count - inside);
}

static void assert_suspects (const Case *self)
{
	g_autofree Bits *suspects = search_suspects (self->search);
	guint i;

	for (i = 0; i < self->size; i++)
		g_assert_cmpint (bits_has (suspects, i), ==, may_be (self, i, NULL));
}

static gboolean was_told (const Case *self, guint node)
{
	guint i;

	for (i = 0; i < self->log->len; i++)
		if (g_array_index (self->log, Told, i).node == node)
			return TRUE;
	return FALSE;
}

/* The greatest distance of any suspect; of those that were not skipped with @testable. */
static guint best_distance (const Case *self, gboolean testable)
{
	guint i, best = 0;

	for (i = 0; i < self->size; i++)
		if (may_be (self, i, NULL) && !(testable && was_told (self, i)))
			best = MAX (best, distance (self, i));
	return best;
}

/* Without skips, every question is a suspect that halves the suspects best, and one search ends at
 * the first new node alone. What the user tells beside the questions is taken in. */
static void test_brute_force (void)
{
	guint i, node;

	for (i = 0; i < GRAPHS; i++) {
		Case self;
		gboolean found = !case_init (&self, i, 0);

		while (!found && search_next (self.search, &node)) {
			assert_suspects (&self);
			g_assert_true (may_be (&self, node, NULL));
			g_assert_false (was_told (&self, node));
			g_assert_cmpuint (distance (&self, node), ==, best_distance (&self, FALSE));
			if (g_rand_int_range (self.rand, 0, 4) == 0)
				node = (guint) g_rand_int_range (self.rand, 0, (gint) self.size);
			tell (&self, node);
		}
		if (!found) {
			assert_suspects (&self);
			g_assert_cmpuint (count_suspects (&self, self.culprit, &node), ==, 1);
			g_assert_true (may_be (&self, self.culprit, NULL));
			g_assert_cmpuint (search_steps (self.search), ==, 0);
		}
		case_clear (&self);
	}
}

/* With skips, what is left holds the first new node, and is all that goes with the answers; no
 * suspect that can be tested would tell any of it from the rest. Nothing is asked twice. */
static void test_skips (void)
{
	guint i, node, several = 0;

	for (i = 0; i < GRAPHS; i++) {
		Case self;
		gboolean found = !case_init (&self, i, i % 3 ? 0.2 : 0.7);

		while (!found && search_next (self.search, &node)) {
			g_assert_true (may_be (&self, node, NULL));
			g_assert_false (was_told (&self, node));
			g_assert_cmpuint (distance (&self, node), >, 0);
			tell (&self, node);
		}
		if (!found) {
			assert_suspects (&self);
			g_assert_true (may_be (&self, self.culprit, NULL));
			g_assert_cmpuint (best_distance (&self, TRUE), ==, 0);
			several += count_suspects (&self, self.culprit, &node) > 1;
		}
		case_clear (&self);
	}
	g_assert_cmpuint (several, >, GRAPHS / 20);
}

/* A search that is told all answers again asks the same next question; and in another order it
 * has the same suspects. An answer takes a skip's place. */
static void test_resume (void)
{
	guint i, j, node, again_node;

	for (i = 0; i < GRAPHS; i++) {
		Case self;
		gboolean found = !case_init (&self, i, 0.2);

		while (!found && search_next (self.search, &node)) {
			g_autoptr (Search) again = search_new (self.graph);
			g_autoptr (Search) reversed = search_new (self.graph);

			for (j = 0; j < self.log->len; j++) {
				Told told = g_array_index (self.log, Told, j);
				Told last = g_array_index (self.log, Told, self.log->len - 1 - j);

				if (told.answer != ANSWER_SKIP)
					search_tell (again, told.node, ANSWER_SKIP, NULL);
				g_assert_true (search_tell (again, told.node, told.answer, NULL));
				g_assert_true (
					search_tell (reversed, last.node, last.answer, NULL));
			}
			g_assert_true (search_next (again, &again_node));
			g_assert_cmpuint (again_node, ==, node);
			g_assert_true (search_next (reversed, &again_node));
			g_assert_cmpuint (again_node, ==, node);
			tell (&self, node);
		}
		case_clear (&self);
	}
}

/* Asserts that @message names @node first and then another that was told, or the new end, where it
 * is not itself the contradiction. */
static void assert_named (const Case *self, const char *message, const Told *lie)
{
	g_auto (GStrv) quoted = g_strsplit (message, "'", -1);
	guint other;

	g_assert_cmpuint (g_strv_length (quoted), >=, 3);
	g_assert_cmpstr (quoted[1], ==, graph_node (self->graph, lie->node)->id);
	if (g_strv_length (quoted) >= 5)
		g_assert_true (graph_find (self->graph, quoted[3], &other));
	else
		other = lie->node;
	g_assert_true (other == self->size - 1 || was_told (self, other));
	g_assert_nonnull (strchr (message, '\n'));
}

/* A lie is refused if and only if no node goes with it and all that was told before; the error
 * names two nodes, and the search goes on as if nothing had been said. */
static void test_contradiction (void)
{
	guint i, j, node, refused = 0, taken = 0;

	for (i = 0; i < GRAPHS; i++) {
		Case self;
		gboolean found = !case_init (&self, i, 0);

		for (j = 0; !found && j < 6; j++) {
			g_autoptr (GError) error = NULL;
			Told lie = { (guint) g_rand_int_range (self.rand, 0, (gint) self.size) };
			gboolean possible = FALSE;

			lie.answer =
				truth (&self, lie.node) == ANSWER_OLD ? ANSWER_NEW : ANSWER_OLD;
			for (node = 0; node < self.size; node++)
				possible |= may_be (&self, node, &lie);
			g_assert_cmpint (search_tell (self.search, lie.node, lie.answer, &error),
					 ==, possible);
			if (possible) {
				taken++;
				break;
			}
			refused++;
			g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
			assert_named (&self, error->message, &lie);
			assert_suspects (&self);
			tell (&self, (guint) g_rand_int_range (self.rand, 0, (gint) self.size));
		}
		case_clear (&self);
	}
	g_assert_cmpuint (refused, >, GRAPHS / 4);
	g_assert_cmpuint (taken, >, GRAPHS / 4);
}

/* What would be asked after each answer, told to searches that are thrown away: how likely each
 * question is to be asked, in @out_chance; 0 for those that are not. */
static void imagine (const Case *self, double chance, double *out_chance)
{
	Case one = *self;
	guint node, inside, count, answer;

	one.search = search_new (self->graph);
	for (node = 0; node < self->log->len; node++) {
		Told told = g_array_index (self->log, Told, node);

		search_tell (one.search, told.node, told.answer, NULL);
	}
	if (search_next (one.search, &node)) {
		out_chance[node] += chance;
		count = count_suspects (&one, node, &inside);
		for (answer = ANSWER_OLD; answer <= ANSWER_NEW; answer++) {
			Told told = { node, answer };
			guint left = answer == ANSWER_NEW ? inside : count - inside;

			g_array_append_val (one.log, told);
			imagine (&one, chance * left / count, out_chance);
			g_array_set_size (one.log, one.log->len - 1);
		}
	}
	search_free (one.search);
}

/* Questions ahead are the next one and then those that follow some answers, likeliest first, as
 * many as wanted and there are; each once, none decided or skipped; and nothing is told by it. */
static void test_ahead (void)
{
	guint i, j, node;

	for (i = 0; i < GRAPHS / 4; i++) {
		Case self;
		gboolean found = !case_init (&self, i, 0.1);

		for (j = 0; !found && j < i % 4 && search_next (self.search, &node); j++)
			tell (&self, node);
		if (!found && search_next (self.search, &node)) {
			g_autofree double *chance = g_new0 (double, self.size);
			g_autoptr (GArray) ahead = search_ahead (self.search, i % 9);
			g_autoptr (GArray) all = search_ahead (self.search, G_MAXUINT);
			guint questions = 0;

			imagine (&self, 1, chance);
			for (j = 0; j < self.size; j++)
				questions += chance[j] > 0;
			g_assert_cmpuint (all->len, ==, questions);
			g_assert_cmpuint (ahead->len, ==, MIN (i % 9, questions));
			g_assert_cmpuint (g_array_index (all, guint, 0), ==, node);
			for (j = 0; j < all->len; j++) {
				guint asked = g_array_index (all, guint, j);

				if (j < ahead->len)
					g_assert_cmpuint (g_array_index (ahead, guint, j), ==,
							  asked);
				g_assert_cmpfloat (chance[asked], >, 0);
				g_assert_true (j == 0 ||
					       chance[asked] <=
						       chance[g_array_index (all, guint, j - 1)] *
							       (1 + 1e-9));
				g_assert_false (was_told (&self, asked));
				g_assert_cmpuint (distance (&self, asked), >, 0);
			}
			for (j = 0; j < all->len; j++)
				chance[g_array_index (all, guint, j)] = 0;
			for (j = 0; j < self.size; j++)
				g_assert_cmpfloat (chance[j], ==, 0);
			g_assert_true (search_next (self.search, &j));
			g_assert_cmpuint (j, ==, node);
		}
		case_clear (&self);
	}
}

static Graph *line_graph (guint size)
{
	Graph *graph = graph_new ();
	guint i;

	for (i = 0; i < size; i++) {
		g_autofree char *id = g_strdup_printf ("n%04u", i);
		guint parent = i - 1;

		graph_add (graph, id, &parent, i > 0, TRUE);
	}
	return graph;
}

/* On a line no search takes more questions than the steps foretold, and one takes as many. */
static void test_steps (void)
{
	guint size, culprit, node;

	for (size = 1; size <= 70; size++) {
		g_autoptr (Graph) graph = line_graph (size);
		guint most = 0, foretold = 0;

		for (culprit = 0; culprit < size; culprit++) {
			g_autoptr (Search) search = search_new (graph);
			guint asked = 0;

			foretold = search_steps (search);
			for (; search_next (search, &node); asked++)
				search_tell (search, node, node < culprit ? ANSWER_OLD : ANSWER_NEW,
					     NULL);
			most = MAX (most, asked);
		}
		g_assert_cmpuint (most, ==, foretold);
	}
}

/* A hundred nodes in a row in the middle that cannot be tested do not make a search try each of
 * them: it gets out of them within a few skips, wherever the first new node is outside. */
static void test_skip_away (void)
{
	enum {
		SIZE = 1000,
		FROM = 450,
		TO = 550
	};
	g_autoptr (Graph) graph = line_graph (SIZE);
	guint culprit, node, all = 0, searches = 0;

	for (culprit = 0; culprit < SIZE; culprit += culprit == FROM - 50 ? TO - FROM + 60 : 10) {
		g_autoptr (Search) search = search_new (graph);
		g_autofree Bits *left = NULL;

		searches++;
		while (search_next (search, &node)) {
			gboolean skip = node >= FROM && node < TO;

			all += skip;
			search_tell (search, node,
				     skip	      ? ANSWER_SKIP
				     : node < culprit ? ANSWER_OLD
						      : ANSWER_NEW,
				     NULL);
		}
		left = search_suspects (search);
		g_assert_cmpuint (bits_count (left), ==, 1);
		g_assert_true (bits_has (left, culprit));
	}
	g_assert_cmpuint (all / searches, <, 10);
}

/* Where nothing counts nothing is asked and nobody is suspected; one node is its own answer. */
static void test_small (void)
{
	g_autoptr (Graph) none = graph_new ();
	g_autoptr (Graph) one = line_graph (1);
	g_autoptr (Search) nothing = NULL;
	g_autoptr (Search) alone = search_new (one);
	g_autoptr (GArray) ahead = NULL;
	g_autofree Bits *suspects = NULL, *answer = search_suspects (alone);
	guint node;

	graph_add (none, "only", NULL, 0, FALSE);
	nothing = search_new (none);
	suspects = search_suspects (nothing);
	ahead = search_ahead (nothing, 3);
	g_assert_false (search_next (nothing, &node));
	g_assert_true (search_tell (nothing, 0, ANSWER_NEW, NULL));
	g_assert_cmpuint (bits_count (suspects), ==, 0);
	g_assert_cmpuint (ahead->len, ==, 0);
	g_assert_false (search_next (alone, &node));
	g_assert_true (bits_has (answer, 0));
}

/* Asserts that each node of @part weighs what counting its ancestors one by one gives. */
static void assert_weights (const Graph *graph, const Bits *part, const Weights *weights)
{
	g_autofree Bits *counting = bits_copy (part);
	guint i;

	for (i = 0; i < graph_size (graph); i++)
		if (!graph_node (graph, i)->counts)
			bits_remove (counting, i);
	g_assert_cmpuint (weights->len, ==, bits_count (part));
	g_assert_cmpuint (weights->total, ==, bits_count (counting));
	for (i = 0; i < weights->len; i++) {
		g_autofree Bits *inside = graph_ancestors (graph, weights->nodes[i]);

		g_assert_true (bits_has (part, weights->nodes[i]));
		bits_and (inside, counting);
		g_assert_cmpuint (weights->weights[i], ==, bits_count (inside));
	}
}

/* Weights are the number of counting nodes among a node's ancestors in the part, one by one; and
 * they are the same where memory is so short that each go takes 64 chains. */
static void test_weights (void)
{
	guint i;

	for (i = 0; i < 100; i++) {
		g_autoptr (GRand) rand = g_rand_new_with_seed (i);
		GraphShape shape = graphs_shape (rand);
		gint most = i % 10 ? 500 : 5000;
		g_autoptr (Graph) graph =
			graphs_random (rand, &shape, (guint) g_rand_int_range (rand, 1, most));
		gint size = (gint) graph_size (graph);
		g_autofree Bits *part =
			graph_ancestors (graph, (guint) g_rand_int_range (rand, size / 2, size));
		g_autofree Bits *old =
			graph_ancestors (graph, (guint) g_rand_int_range (rand, 0, size / 2 + 1));
		g_autoptr (Weights) weights = NULL;
		g_autoptr (Weights) poor = NULL;

		if (i % 2)
			bits_and_not (part, old);
		weights = weigh (graph, part, WEIGH_MEMORY);
		poor = weigh (graph, part, 1);
		assert_weights (graph, part, weights);
		g_assert_cmpmem (weights->weights, weights->len * sizeof (guint), poor->weights,
				 poor->len * sizeof (guint));
	}
}

/* A history as long as four years of Linux, 7 % merges: the first question is no worse than any of
 * 200 others, and a whole search takes as many questions as a line would, and not minutes. */
static void test_large (void)
{
	static const GraphShape shape = {
		.merges = 0.07, .forks = 0.06, .counts = 1, .octopus = 2
	};
	enum {
		SIZE = 100000,
		CULPRIT = 30000
	};
	g_autoptr (GRand) rand = g_rand_new_with_seed (1);
	g_autoptr (Graph) graph = graphs_random (rand, &shape, SIZE);
	g_autoptr (Search) search = search_new (graph);
	g_autofree Bits *left = NULL;
	guint i, node, asked = 0, first = 0;

	while (search_next (search, &node)) {
		g_autofree Bits *inside = graph_ancestors (graph, node);

		if (asked++ == 0)
			first = MIN (bits_count (inside), SIZE - bits_count (inside));
		search_tell (search, node, bits_has (inside, CULPRIT) ? ANSWER_NEW : ANSWER_OLD,
			     NULL);
	}
	left = search_suspects (search);
	g_assert_cmpuint (bits_count (left), ==, 1);
	g_assert_true (bits_has (left, CULPRIT));
	g_assert_cmpuint (asked, <=, 20);
	for (i = 0; i < 200; i++) {
		g_autofree Bits *inside =
			graph_ancestors (graph, (guint) g_rand_int_range (rand, 0, SIZE));

		g_assert_cmpuint (MIN (bits_count (inside), SIZE - bits_count (inside)), <=, first);
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/search/brute-force", test_brute_force);
	g_test_add_func ("/search/skips", test_skips);
	g_test_add_func ("/search/resume", test_resume);
	g_test_add_func ("/search/contradiction", test_contradiction);
	g_test_add_func ("/search/ahead", test_ahead);
	g_test_add_func ("/search/steps", test_steps);
	g_test_add_func ("/search/skip-away", test_skip_away);
	g_test_add_func ("/search/small", test_small);
	g_test_add_func ("/search/weights", test_weights);
	g_test_add_func ("/search/large", test_large);
	return g_test_run ();
}
