/* SPDX-License-Identifier: GPL-2.0-only */
#include "bisect/search.h"

#include "base/error.h"
#include "bisect/weigh.h"

struct Search {
	const Graph *graph;
	Bits *counting; /* nodes that count */
	Bits *left;	/* nodes that are in every new one and in no old one, counting or not */
	Bits *known_old;
	Bits *skipped;
	GArray *olds, *news; /* (element-type guint): as told; the graph's last node is new */
	guint last_told;
	Answer last_answer; /* old or new */
};

/* One suspect, and how many suspects a test of it tells for certain from the others. */
typedef struct {
	guint node, distance;
} Choice;

/* What would be left after some answers, and how likely they are. */
typedef struct {
	Bits *left;
	double probability;
} Future;

Search *search_new (const Graph *graph)
{
	guint i, size = graph_size (graph), last = size - 1;
	Search *self = g_new0 (Search, 1);

	g_assert (size > 0);
	self->graph = graph;
	self->counting = bits_new (size);
	for (i = 0; i < size; i++)
		if (graph_node (graph, i)->counts)
			bits_add (self->counting, i);
	self->left = graph_ancestors (graph, last);
	self->known_old = bits_new (size);
	self->skipped = bits_new (size);
	self->olds = g_array_new (FALSE, FALSE, sizeof (guint));
	self->news = g_array_new (FALSE, FALSE, sizeof (guint));
	g_array_append_val (self->news, last);
	self->last_told = last;
	self->last_answer = ANSWER_NEW;
	return self;
}

void search_free (Search *self)
{
	if (!self)
		return;
	g_free (self->counting);
	g_free (self->left);
	g_free (self->known_old);
	g_free (self->skipped);
	g_array_unref (self->olds);
	g_array_unref (self->news);
	g_free (self);
}

static const char *answer_name (Answer answer)
{
	return answer == ANSWER_OLD ? "old" : "new";
}

/* @other: what was told before and does not go with @answer to @node */
static gboolean contradict (const Search *self, guint node, Answer answer, guint other,
			    GError **error)
{
	const char *id = graph_node (self->graph, node)->id;
	const char *other_id = graph_node (self->graph, other)->id;
	static const char hint[] = "one of the two answers is wrong: test both again";

	if (node == other)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "'%s' cannot be %s: it was told to be %s\n%s", id,
			     answer_name (answer), answer == ANSWER_OLD ? "new" : "old", hint);
	return fail (error, BAKEOFF_ERROR_USAGE, "'%s' cannot be %s: %s '%s', which is %s\n%s", id,
		     answer_name (answer), answer == ANSWER_OLD ? "it contains" : "it is in",
		     other_id, answer == ANSWER_OLD ? "new" : "old", hint);
}

static gboolean check_old (const Search *self, guint node, const Bits *ancestors, GError **error)
{
	guint i;

	for (i = 0; i < self->news->len; i++) {
		guint other = g_array_index (self->news, guint, i);

		if (bits_has (ancestors, other))
			return contradict (self, node, ANSWER_OLD, other, error);
	}
	return TRUE;
}

static gboolean check_new (const Search *self, guint node, GError **error)
{
	guint i;

	for (i = 0; i < self->olds->len && bits_has (self->known_old, node); i++) {
		guint other = g_array_index (self->olds, guint, i);
		g_autofree Bits *ancestors = graph_ancestors (self->graph, other);

		if (bits_has (ancestors, node))
			return contradict (self, node, ANSWER_NEW, other, error);
	}
	return TRUE;
}

static gboolean any_of (const Bits *self, const Bits *other)
{
	guint i;

	for (i = 0; i < self->words; i++)
		if (self->bits[i] & other->bits[i])
			return TRUE;
	return FALSE;
}

/* Nothing is left though no pair of answers says why: three or more of them do. */
static gboolean check_left (const Search *self, guint node, Answer answer, const Bits *left,
			    GError **error)
{
	if (any_of (left, self->counting) || !any_of (self->left, self->counting))
		return TRUE;
	return fail (error, BAKEOFF_ERROR_USAGE,
		     "'%s' cannot be %s: with '%s' told to be %s before, no suspect would be left\n"
		     "one of the answers is wrong: test the last ones again",
		     graph_node (self->graph, node)->id, answer_name (answer),
		     graph_node (self->graph, self->last_told)->id,
		     answer_name (self->last_answer));
}

static void narrow (Bits *left, const Bits *ancestors, Answer answer)
{
	if (answer == ANSWER_NEW)
		bits_and (left, ancestors);
	else
		bits_and_not (left, ancestors);
}

gboolean search_tell (Search *self, guint node, Answer answer, GError **error)
{
	g_autofree Bits *ancestors = NULL;
	g_autofree Bits *left = NULL;

	g_return_val_if_fail (node < graph_size (self->graph), FALSE);
	if (answer == ANSWER_SKIP) {
		bits_add (self->skipped, node);
		return TRUE;
	}
	ancestors = graph_ancestors (self->graph, node);
	if (answer == ANSWER_OLD ? !check_old (self, node, ancestors, error)
				 : !check_new (self, node, error))
		return FALSE;
	left = bits_copy (self->left);
	narrow (left, ancestors, answer);
	if (!check_left (self, node, answer, left, error))
		return FALSE;
	g_free (self->left);
	self->left = g_steal_pointer (&left);
	if (answer == ANSWER_OLD)
		bits_or (self->known_old, ancestors);
	g_array_append_val (answer == ANSWER_OLD ? self->olds : self->news, node);
	self->last_told = node;
	self->last_answer = answer;
	return TRUE;
}

/* By distance, the greatest first; the first in the graph where it is equal. */
static int compare_choices (gconstpointer a, gconstpointer b)
{
	const Choice *one = a, *two = b;

	if (one->distance != two->distance)
		return one->distance > two->distance ? -1 : 1;
	return one->node < two->node ? -1 : one->node > two->node;
}

/*
 * What stands beside a commit that cannot be tested often cannot be tested either. So one further
 * away is taken, as if by chance, rather a good one than a bad one: the square of a number between
 * 0 and 1 says how far down the list. git does alike (skip_away() of its bisect.c, 2.39). Each skip
 * leaves one choice less and with it another number.
 */
static guint skip_away (GArray *choices)
{
	guint64 chance = (choices->len * 2654435761u) >> 16;
	guint place = (guint) (choices->len * chance * chance >> 32);

	g_array_sort (choices, compare_choices);
	return g_array_index (choices, Choice, place).node;
}

/* Returns: FALSE where no test would tell anything. @out_new: the part of suspects that an answer
 * of new would leave. */
static gboolean choose (const Search *self, const Bits *left, guint *out_node, double *out_new)
{
	g_autoptr (Weights) weights = weigh (self->graph, left, WEIGH_MEMORY);
	g_autoptr (GArray) choices = g_array_new (FALSE, FALSE, sizeof (Choice));
	Choice best = { .distance = 0 };
	guint i, low, high;

	for (i = 0; i < weights->len; i++) {
		guint weight = weights->weights[i];
		Choice choice = { weights->nodes[i], MIN (weight, weights->total - weight) };

		if (!choice.distance || !bits_has (self->counting, choice.node))
			continue;
		if (choice.distance > best.distance)
			best = choice;
		if (!bits_has (self->skipped, choice.node))
			g_array_append_val (choices, choice);
	}
	if (!choices->len)
		return FALSE;
	*out_node = bits_has (self->skipped, best.node) ? skip_away (choices) : best.node;
	for (low = 0, high = weights->len; high - low > 1;) {
		guint middle = low + (high - low) / 2;

		if (weights->nodes[middle] <= *out_node)
			low = middle;
		else
			high = middle;
	}
	*out_new = (double) weights->weights[low] / weights->total;
	return TRUE;
}

gboolean search_next (const Search *self, guint *out_node)
{
	double part_new;

	return choose (self, self->left, out_node, &part_new);
}

static void future_clear (gpointer data)
{
	g_free (((Future *) data)->left);
}

static void add_future (GArray *futures, const Bits *left, double probability)
{
	Future future = { bits_copy (left), probability };

	g_array_append_val (futures, future);
}

/* Takes the likeliest out; the first of equal ones. */
static Future take_future (GArray *futures)
{
	Future taken;
	guint i, likeliest = 0;

	for (i = 1; i < futures->len; i++)
		if (g_array_index (futures, Future, i).probability >
		    g_array_index (futures, Future, likeliest).probability)
			likeliest = i;
	taken = g_array_index (futures, Future, likeliest);
	g_array_index (futures, Future, likeliest).left = NULL;
	g_array_remove_index (futures, likeliest);
	return taken;
}

GArray *search_ahead (const Search *self, guint max)
{
	GArray *ahead = g_array_new (FALSE, FALSE, sizeof (guint));
	g_autoptr (GArray) futures = g_array_new (FALSE, FALSE, sizeof (Future));

	g_array_set_clear_func (futures, future_clear);
	add_future (futures, self->left, 1);
	while (futures->len && ahead->len < max) {
		Future future = take_future (futures);
		g_autofree Bits *left = future.left;
		g_autofree Bits *ancestors = NULL;
		double part_new;
		guint node;

		if (!choose (self, left, &node, &part_new))
			continue;
		g_array_append_val (ahead, node);
		ancestors = graph_ancestors (self->graph, node);
		add_future (futures, left, future.probability * part_new);
		narrow (g_array_index (futures, Future, futures->len - 1).left, ancestors,
			ANSWER_NEW);
		narrow (left, ancestors, ANSWER_OLD);
		add_future (futures, left, future.probability * (1 - part_new));
	}
	return ahead;
}

Bits *search_suspects (const Search *self)
{
	Bits *suspects = bits_copy (self->left);

	bits_and (suspects, self->counting);
	return suspects;
}

guint search_steps (const Search *self)
{
	g_autofree Bits *suspects = search_suspects (self);
	guint count = bits_count (suspects);

	return count > 1 ? g_bit_storage (count - 1) : 0;
}
