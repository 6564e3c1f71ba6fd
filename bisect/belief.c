/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>

#include "bisect/belief.h"
#include "bisect/rates.h"

#define NO_GROUP G_MAXUINT

/* How likely it is, before the first boot, that the ends do not differ: belief.h says why. */
#define NO_CHANGE_PRIOR 0.5

/* Fewer bits than that are rounding errors. */
#define LEAST_GAIN 1e-12

/* What is less likely than that is left out when the next boot is chosen. */
#define NEGLIGIBLE 1e-8

/* Suspects that lie in the same booted nodes: no boot has told them apart. */
typedef struct {
	guint size;
	guint first; /* its lowest number: it stands for all */
	Rates rates;
	double weight; /* the probability of all of it */
} Group;

struct Belief {
	const Graph *graph;
	guint size;
	guint *parents_from; /* per node, and one more: where its parents begin in: */
	guint *parents;
	guint *group_of; /* per node; NO_GROUP of those that do not count */
	guint suspects;
	GArray *groups;	   /* (element-type Group) */
	Bits **ancestors;  /* per node; NULL of those that were never booted */
	guint (*boots)[2]; /* per node, and one more, the old end: without the sign, with it */
	Bits *skipped;	   /* of size + 1, the old end last */
	Rates no_change;   /* all boots, as if of one side; its order means nothing */
	double no_change_weight;
};

static Group *group_at (const Belief *self, guint number)
{
	return &g_array_index (self->groups, Group, number);
}

/* Reading a graph's nodes one by one is slow for a whole history: their parents in one row. */
static void copy_parents (Belief *self)
{
	guint i, parents = 0;

	self->parents_from = g_new (guint, self->size + 1);
	for (i = 0; i < self->size; i++) {
		self->parents_from[i] = parents;
		parents += graph_node (self->graph, i)->parents_len;
	}
	self->parents_from[i] = parents;
	self->parents = g_new (guint, parents + 1);
	for (i = 0; i < self->size; i++) {
		const GraphNode *node = graph_node (self->graph, i);

		if (node->parents_len)
			memcpy (self->parents + self->parents_from[i], node->parents,
				node->parents_len * sizeof *node->parents);
	}
}

Belief *belief_new (const Graph *graph)
{
	Belief *self = g_new0 (Belief, 1);
	Group all = { .first = NO_GROUP, .weight = 1 - NO_CHANGE_PRIOR };
	guint i;

	self->graph = graph;
	self->size = graph_size (graph);
	copy_parents (self);
	self->group_of = g_new (guint, self->size);
	for (i = 0; i < self->size; i++) {
		gboolean counts = graph_node (graph, i)->counts;

		self->group_of[i] = counts ? 0 : NO_GROUP;
		if (counts && !all.size++)
			all.first = i;
	}
	g_assert (all.size > 0);
	self->suspects = all.size;
	rates_init (&all.rates);
	self->groups = g_array_new (FALSE, FALSE, sizeof (Group));
	g_array_append_val (self->groups, all);
	rates_init (&self->no_change);
	self->no_change_weight = NO_CHANGE_PRIOR;
	self->ancestors = g_new0 (Bits *, self->size);
	self->boots = g_malloc0_n (self->size + 1, sizeof *self->boots);
	self->skipped = bits_new (self->size + 1);
	return self;
}

void belief_free (Belief *self)
{
	guint i;

	if (!self)
		return;
	for (i = 0; i < self->size; i++)
		g_free (self->ancestors[i]);
	g_free (self->ancestors);
	g_free (self->boots);
	g_free (self->skipped);
	g_array_unref (self->groups);
	g_free (self->group_of);
	g_free (self->parents);
	g_free (self->parents_from);
	g_free (self);
}

/* Parts the suspects inside @inside from those of their group that are not. */
static void split_groups (Belief *self, const Bits *inside)
{
	guint len = self->groups->len, i;
	g_autofree guint *count = g_new0 (guint, len);
	g_autofree guint *part = g_new (guint, len); /* where those inside go */

	for (i = 0; i < self->size; i++)
		if (self->group_of[i] != NO_GROUP && bits_has (inside, i))
			count[self->group_of[i]]++;
	for (i = 0; i < len; i++) {
		Group copy = *group_at (self, i);

		part[i] = i;
		if (!count[i] || count[i] == copy.size)
			continue;
		part[i] = self->groups->len;
		copy.size = count[i];
		copy.first = NO_GROUP;
		g_array_append_val (self->groups, copy);
		group_at (self, i)->size -= count[i];
		group_at (self, i)->first = NO_GROUP;
	}
	for (i = 0; i < self->size; i++) {
		Group *group;

		if (self->group_of[i] == NO_GROUP)
			continue;
		if (bits_has (inside, i))
			self->group_of[i] = part[self->group_of[i]];
		group = group_at (self, self->group_of[i]);
		group->first = MIN (group->first, i);
	}
}

static double group_log_weight (const Belief *self, const Group *group)
{
	return log ((1 - NO_CHANGE_PRIOR) * group->size / self->suspects) +
	       rates_log_evidence (&group->rates);
}

/* Bayes' rule: prior times evidence, made to sum to 1. */
static void weigh (Belief *self)
{
	double no_change = log (NO_CHANGE_PRIOR) + self->no_change.log_beta;
	double most = no_change, sum = 0;
	guint i;

	for (i = 0; i < self->groups->len; i++)
		most = MAX (most, group_log_weight (self, group_at (self, i)));
	for (i = 0; i < self->groups->len; i++) {
		Group *group = group_at (self, i);

		group->weight = exp (group_log_weight (self, group) - most);
		sum += group->weight;
	}
	self->no_change_weight = exp (no_change - most);
	sum += self->no_change_weight;
	for (i = 0; i < self->groups->len; i++)
		group_at (self, i)->weight /= sum;
	self->no_change_weight /= sum;
}

void belief_see (Belief *self, guint node, gboolean shown)
{
	const Bits *inside = NULL;
	guint i;

	g_return_if_fail (node < self->size || node == BELIEF_OLD_END);
	if (node != BELIEF_OLD_END) {
		if (!self->ancestors[node]) {
			self->ancestors[node] = graph_ancestors (self->graph, node);
			split_groups (self, self->ancestors[node]);
		}
		inside = self->ancestors[node];
	}
	self->boots[MIN (node, self->size)][!!shown]++;
	rates_see (&self->no_change, SIDE_OLD, shown);
	for (i = 0; i < self->groups->len; i++) {
		Group *group = group_at (self, i);
		gboolean has = inside && bits_has (inside, group->first);

		rates_see (&group->rates, has ? SIDE_NEW : SIDE_OLD, shown);
	}
	weigh (self);
}

void belief_skip (Belief *self, guint node)
{
	g_return_if_fail (node < self->size || node == BELIEF_OLD_END);
	bits_add (self->skipped, MIN (node, self->size));
}

guint belief_boots (const Belief *self, guint node, guint *out_shown)
{
	const guint *boots = self->boots[MIN (node, self->size)];

	if (out_shown)
		*out_shown = boots[1];
	return boots[0] + boots[1];
}

static double group_each (const Group *group)
{
	return group->weight / group->size;
}

double belief_of (const Belief *self, guint node)
{
	g_return_val_if_fail (node < self->size, 0);
	if (self->group_of[node] == NO_GROUP)
		return 0;
	return group_each (group_at (self, self->group_of[node]));
}

double belief_no_change (const Belief *self)
{
	return self->no_change_weight;
}

guint belief_leader (const Belief *self, double *out_probability)
{
	const Group *best = group_at (self, 0);
	guint i;

	for (i = 1; i < self->groups->len; i++) {
		const Group *group = group_at (self, i);

		if (group_each (group) > group_each (best) ||
		    (group_each (group) >= group_each (best) && group->first < best->first))
			best = group;
	}
	if (out_probability)
		*out_probability = group_each (best);
	return best->first;
}

static gint compare_likelier (gconstpointer a, gconstpointer b, gpointer user_data)
{
	guint left = *(const guint *) a, right = *(const guint *) b;
	double more = belief_of (user_data, right) - belief_of (user_data, left);

	return more > 0 ? 1 : more < 0 ? -1 : left < right ? -1 : left > right;
}

GArray *belief_likeliest (const Belief *self, double share)
{
	GArray *nodes = g_array_new (FALSE, FALSE, sizeof (guint));
	double sum = 0;
	guint i;

	for (i = 0; i < self->size; i++)
		if (self->group_of[i] != NO_GROUP)
			g_array_append_val (nodes, i);
	g_array_sort_with_data (nodes, compare_likelier, (gpointer) self);
	for (i = 0; i < nodes->len && sum < share; i++)
		sum += belief_of (self, g_array_index (nodes, guint, i));
	g_array_set_size (nodes, i);
	return nodes;
}

void belief_rates (const Belief *self, double *out_old, double *out_new)
{
	guint leader = belief_leader (self, NULL);
	const Group *group = group_at (self, self->group_of[leader]);

	*out_old = rates_mean (&group->rates, SIDE_OLD);
	*out_new = rates_mean (&group->rates, SIDE_NEW);
}

static double entropy (double p)
{
	return p <= 0 || p >= 1 ? 0 : -p * log2 (p) - (1 - p) * log2 (1 - p);
}

/*
 * What one more boot of each node would say. The information between the culprit and the boot is
 * H(shown) - sum of P(culprit) * H(shown | culprit), and both terms are sums over suspects of one
 * number if the node contains the suspect and of another if not: so they are the sums of the
 * others, in @shown_outside and @known_outside, and for each node the differences of those it
 * contains.
 */
typedef struct {
	double *shown; /* per node, and one more, the old end, which contains none */
	double *known;
	double shown_outside, known_outside;
} Outlook;

static void outlook_clear (Outlook *self)
{
	g_free (self->shown);
	g_free (self->known);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outlook, outlook_clear)

static double outlook_gain (const Outlook *self, guint row)
{
	double shown = CLAMP (self->shown_outside + self->shown[row], 0, 1);

	return entropy (shown) - (self->known_outside + self->known[row]);
}

/*
 * Sums over what a node contains cannot be added up along a graph with merges: its parents'
 * ancestors overlap. Sets can: so suspects are taken 64 at a time, each a bit, all of one group and
 * of equal weights, and one pass carries the bits to every node that contains them.
 * @column: per node, all 0 but for the suspects' own bits; is left all 0
 */
static void add_column (const Belief *self, Outlook *out, guint64 *column, guint from, double shown,
			double known)
{
	guint i, j;

	for (i = from; i < self->size; i++) {
		guint64 bits = column[i];
		guint count;

		for (j = self->parents_from[i]; j < self->parents_from[i + 1]; j++)
			bits |= column[self->parents[j]];
		if (!bits)
			continue;
		column[i] = bits;
		count = (guint) __builtin_popcountll (bits);
		out->shown[i] += count * shown;
		out->known[i] += count * known;
	}
	memset (column + from, 0, (self->size - from) * sizeof *column);
}

static void add_group (const Belief *self, Outlook *out, guint64 *column, const Group *group,
		       const GArray *members)
{
	double inside = rates_predict (&group->rates, SIDE_NEW);
	double outside = rates_predict (&group->rates, SIDE_OLD);
	double shown = group_each (group) * (inside - outside);
	double known = group_each (group) * (entropy (inside) - entropy (outside));
	guint i, from = 0;

	for (i = 0; i < members->len; i++) {
		guint node = g_array_index (members, guint, i);

		if (i % 64 == 0)
			from = node;
		column[node] |= G_GUINT64_CONSTANT (1) << i % 64;
		if (i % 64 == 63 || i + 1 == members->len)
			add_column (self, out, column, from, shown, known);
	}
}

static void array_unref (gpointer data)
{
	g_array_unref (data);
}

static void look_out (const Belief *self, Outlook *out)
{
	g_autofree guint64 *column = g_new0 (guint64, self->size);
	g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (array_unref);
	double any = rates_mean (&self->no_change, SIDE_OLD);
	guint i;

	out->shown = g_new0 (double, self->size + 1);
	out->known = g_new0 (double, self->size + 1);
	out->shown_outside = self->no_change_weight * any;
	out->known_outside = self->no_change_weight * entropy (any);
	for (i = 0; i < self->groups->len; i++)
		g_ptr_array_add (members, g_array_new (FALSE, FALSE, sizeof (guint)));
	for (i = 0; i < self->size; i++)
		if (self->group_of[i] != NO_GROUP)
			g_array_append_val (members->pdata[self->group_of[i]], i);
	for (i = 0; i < self->groups->len; i++) {
		const Group *group = group_at (self, i);
		double outside = rates_predict (&group->rates, SIDE_OLD);

		out->shown_outside += group->weight * outside;
		out->known_outside += group->weight * entropy (outside);
		if (group->weight >= NEGLIGIBLE)
			add_group (self, out, column, group, members->pdata[i]);
	}
}

double belief_gain (const Belief *self, guint node)
{
	g_auto (Outlook) out = { 0 };

	look_out (self, &out);
	return MAX (outlook_gain (&out, MIN (node, self->size)), 0);
}

gboolean belief_next (const Belief *self, BeliefCost cost, gpointer user_data, guint *out_node)
{
	guint old_end = self->size, new_end = self->size - 1, i;
	g_auto (Outlook) out = { 0 };
	double best = 0;

	if (!self->boots[new_end][1] && !bits_has (self->skipped, new_end)) {
		*out_node = new_end;
		return TRUE;
	}
	if (!self->boots[old_end][0] && !bits_has (self->skipped, old_end)) {
		*out_node = BELIEF_OLD_END;
		return TRUE;
	}
	look_out (self, &out);
	for (i = 0; i <= self->size; i++) {
		guint node = i == old_end ? BELIEF_OLD_END : i;
		double gain = bits_has (self->skipped, i) ? 0 : outlook_gain (&out, i);
		double rate = gain > LEAST_GAIN ? gain / cost (node, user_data) : 0;

		if (rate > best) {
			best = rate;
			*out_node = node;
		}
	}
	return best > 0;
}

/* Whether boots tell, or could tell, what @node contains from what it does not. */
static gboolean tells (const Belief *self, guint node)
{
	return !bits_has (self->skipped, node) || self->boots[node][0] || self->boots[node][1];
}

/*
 * The suspects that lie in just those nodes that tell in which @suspect lies: in all of those that
 * contain it, for which the first ones on every way up from it are enough, and in no other.
 */
static GArray *hidden_with (const Belief *self, guint suspect)
{
	g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (guint));
	g_autofree Bits *above = bits_new (self->size);	 /* contain it */
	g_autofree Bits *hidden = bits_new (self->size); /* and no node that tells is between */
	g_autofree Bits *other = bits_new (self->size);	 /* lie in nodes that tell and do not */
	g_autofree Bits *common = NULL;
	guint i, j;

	for (i = suspect; i < self->size; i++) {
		gboolean first = i == suspect;

		for (j = self->parents_from[i]; j < self->parents_from[i + 1]; j++) {
			if (bits_has (above, self->parents[j]))
				bits_add (above, i);
			first |= bits_has (hidden, self->parents[j]);
		}
		if (i == suspect)
			bits_add (above, i);
		if (first && !tells (self, i)) {
			bits_add (hidden, i);
		} else if (first) {
			g_autofree Bits *inside = graph_ancestors (self->graph, i);

			if (common)
				bits_and (common, inside);
			else
				common = g_steal_pointer (&inside);
		}
	}
	for (i = self->size; i-- > 0;) {
		if (!bits_has (above, i) && tells (self, i))
			bits_add (other, i);
		for (j = self->parents_from[i]; j < self->parents_from[i + 1]; j++)
			if (bits_has (other, i))
				bits_add (other, self->parents[j]);
	}
	for (i = 0; i < self->size; i++)
		if (self->group_of[i] != NO_GROUP && !bits_has (other, i) &&
		    (!common || bits_has (common, i)))
			g_array_append_val (members, i);
	return g_steal_pointer (&members);
}

/* Of one group, the suspects that only skipped nodes tell apart and that have @confidence. Of two
 * such suspects one at least is skipped itself: if both told, the lower one would tell them apart.
 */
static GArray *sure_part (const Belief *self, guint number, double confidence)
{
	double each = group_each (group_at (self, number));
	double left = group_at (self, number)->weight;
	g_autofree Bits *tried = bits_new (self->size);
	guint most = 1, i, j;

	for (i = 0; i < self->size; i++)
		if (self->group_of[i] == number && !tells (self, i))
			most++;
	if (each * most < confidence)
		return NULL;
	for (i = 0; i < self->size && left >= confidence; i++) {
		g_autoptr (GArray) part = NULL;

		if (self->group_of[i] != number || bits_has (tried, i))
			continue;
		part = hidden_with (self, i);
		if (each * part->len >= confidence)
			return g_steal_pointer (&part);
		for (j = 0; j < part->len; j++)
			bits_add (tried, g_array_index (part, guint, j));
		left -= each * part->len;
	}
	return NULL;
}

gboolean belief_is_sure (const Belief *self, double confidence, GArray **out_suspects)
{
	guint i;

	g_return_val_if_fail (confidence > 0.5 && confidence < 1, FALSE);
	for (i = 0; i < self->groups->len; i++) {
		GArray *part = NULL;

		if (group_at (self, i)->weight >= confidence)
			part = sure_part (self, i, confidence);
		if (!part)
			continue;
		if (out_suspects)
			*out_suspects = part;
		else
			g_array_unref (part);
		return TRUE;
	}
	return FALSE;
}
