/* SPDX-License-Identifier: GPL-2.0-only */
#include "bisect/weigh.h"

/* Which numbers something leads up from: those of entry n are items[start[n]] to
 * items[start[n + 1] - 1]. */
typedef struct {
	GArray *start; /* (element-type guint) */
	GArray *items; /* (element-type guint) */
} Links;

/* Chains: nodes in a row, of which each but the last has one child and each but the first one
 * parent. Who contains one node of a chain from outside contains all of it. */
typedef struct {
	Links parents;
	guint len;
	guint *weight;	 /* of each: nodes in it that count */
	guint *before;	 /* of each: what weighs all that it has below it */
	guint *children; /* of each: how many chains have it as a parent */
} Chains;

/* A set of chains, of those that are looked at in one go. */
typedef struct {
	guint words; /* how many of bits are in use; all others stand for none */
	guint64 bits[];
} Set;

/* One go over all chains: it weighs those from @first to before @end in what lies above. */
typedef struct {
	const Chains *chains;
	guint first, end;
	guint *pending;	 /* of each chain: children that have not seen its set */
	guint *inside;	 /* of each: what its set weighs */
	Set **sets;	 /* of each: NULL where it is empty or no longer needed */
	GPtrArray *free; /* (element-type Set): to be used again */
} Go;

static void links_init (Links *self)
{
	self->start = g_array_new (FALSE, FALSE, sizeof (guint));
	self->items = g_array_new (FALSE, FALSE, sizeof (guint));
}

static void links_clear (Links *self)
{
	g_array_unref (self->start);
	g_array_unref (self->items);
}

/* Begins the next entry; after the last one it is called once more. */
static void links_begin (Links *self)
{
	g_array_append_val (self->start, self->items->len);
}

static inline const guint *links_of (const Links *self, guint entry, guint *out_len)
{
	const guint *start = (const guint *) self->start->data + entry;

	*out_len = start[1] - start[0];
	return (const guint *) self->items->data + start[0];
}

static void chains_clear (Chains *self)
{
	links_clear (&self->parents);
	g_free (self->weight);
	g_free (self->before);
	g_free (self->children);
}

void weights_free (Weights *self)
{
	if (!self)
		return;
	g_free (self->nodes);
	g_free (self->weights);
	g_free (self);
}

/* Gives the nodes of @part numbers without gaps: their places in @self. */
static void link_nodes (Weights *self, const Graph *graph, const Bits *part, Links *out_parents)
{
	g_autofree guint *below = g_new (guint, part->words);
	guint i, j, node;

	for (i = 0; i < part->words; i++) {
		below[i] = self->len;
		self->len += (guint) __builtin_popcountll (part->bits[i]);
	}
	self->nodes = g_new (guint, self->len);
	self->weights = g_new0 (guint, self->len);
	for (i = 0, node = bits_next (part, 0); i < self->len; node = bits_next (part, node + 1)) {
		const GraphNode *entry = graph_node (graph, node);

		self->nodes[i++] = node;
		self->total += entry->counts != FALSE;
		links_begin (out_parents);
		for (j = 0; j < entry->parents_len; j++) {
			guint parent = entry->parents[j];
			guint64 word = part->bits[parent / 64];
			guint number = below[parent / 64];

			if (!bits_has (part, parent))
				continue;
			word &= ~(~G_GUINT64_CONSTANT (0) << parent % 64);
			number += (guint) __builtin_popcountll (word);
			g_array_append_val (out_parents->items, number);
		}
	}
	links_begin (out_parents);
}

/* How often each of @len numbers is an item. */
static guint *count_children (const Links *parents, guint len)
{
	guint *children = g_new0 (guint, len);
	guint i;

	for (i = 0; i < parents->items->len; i++)
		children[g_array_index (parents->items, guint, i)]++;
	return children;
}

/* Makes chains of nodes. @out_chain_of: the chain of each node. Each node's weight becomes what it
 * weighs inside its chain. */
static void find_chains (Weights *self, const Graph *graph, const Links *parents, Links *out_links,
			 GArray *out_weight, guint *out_chain_of)
{
	g_autofree guint *children = count_children (parents, self->len);
	guint i, j, len;

	for (i = 0; i < self->len; i++) {
		const guint *up = links_of (parents, i, &len);
		guint counts = graph_node (graph, self->nodes[i])->counts != FALSE;

		if (len == 1 && children[up[0]] == 1) {
			out_chain_of[i] = out_chain_of[up[0]];
			self->weights[i] = self->weights[up[0]] + counts;
			g_array_index (out_weight, guint, out_chain_of[i]) = self->weights[i];
			continue;
		}
		out_chain_of[i] = out_weight->len;
		self->weights[i] = counts;
		g_array_append_val (out_weight, counts);
		links_begin (out_links);
		for (j = 0; j < len; j++)
			g_array_append_val (out_links->items, out_chain_of[up[j]]);
	}
	links_begin (out_links);
}

/* An order of chains in which a chain comes soon after its parents, so that few sets are needed at
 * a time: depth first, the first parent first. Returns: the place of each. */
static guint *order_chains (const Links *parents, guint chains)
{
	g_autofree guint *children = count_children (parents, chains);
	g_autofree guint *cursor = g_new0 (guint, chains);
	g_autofree gboolean *seen = g_new0 (gboolean, chains);
	g_autofree guint *stack = g_new (guint, chains);
	guint *place = g_new (guint, chains);
	guint depth = 0, placed = 0, i, len;

	for (i = chains; i-- > 0;) {
		if (children[i])
			continue;
		stack[depth++] = i;
		while (depth) {
			guint chain = stack[depth - 1];
			const guint *up = links_of (parents, chain, &len);

			while (cursor[chain] < len && seen[up[cursor[chain]]])
				cursor[chain]++;
			if (cursor[chain] == len) {
				place[chain] = placed++;
				depth--;
				continue;
			}
			stack[depth] = up[cursor[chain]];
			seen[stack[depth++]] = TRUE;
		}
	}
	return place;
}

/* Gives each chain its place as its number. */
static void place_chains (Chains *self, const Links *links, const GArray *weight,
			  const guint *place)
{
	g_autofree guint *chain_at = g_new (guint, weight->len);
	guint i, j, len;

	self->len = weight->len;
	self->weight = g_new (guint, self->len);
	self->before = g_new0 (guint, self->len);
	links_init (&self->parents);
	for (i = 0; i < self->len; i++)
		chain_at[place[i]] = i;
	for (i = 0; i < self->len; i++) {
		const guint *up = links_of (links, chain_at[i], &len);

		self->weight[i] = g_array_index (weight, guint, chain_at[i]);
		links_begin (&self->parents);
		for (j = 0; j < len; j++)
			g_array_append_val (self->parents.items, place[up[j]]);
	}
	links_begin (&self->parents);
	self->children = count_children (&self->parents, self->len);
}

/* How many sets are needed at one time. */
static guint most_sets (const Chains *self)
{
	g_autofree guint *pending = g_memdup2 (self->children, self->len * sizeof (guint));
	guint i, j, len, sets = 0, most = 1;

	for (i = 0; i < self->len; i++) {
		const guint *up = links_of (&self->parents, i, &len);

		most = MAX (most, ++sets);
		for (j = 0; j < len; j++)
			sets -= --pending[up[j]] == 0;
		sets -= pending[i] == 0;
	}
	return most;
}

static Set *take_set (Go *self)
{
	gsize words = (self->end - self->first + 63) / 64;
	Set *set;

	if (self->free->len)
		set = g_ptr_array_steal_index_fast (self->free, self->free->len - 1);
	else
		set = g_malloc (sizeof *set + words * sizeof set->bits[0]);
	set->words = 0;
	return set;
}

static void drop_set (Go *self, guint chain)
{
	if (self->sets[chain])
		g_ptr_array_add (self->free, self->sets[chain]);
	self->sets[chain] = NULL;
}

static inline void widen (Set *set, guint words)
{
	if (set->words >= words)
		return;
	memset (set->bits + set->words, 0, (words - set->words) * sizeof set->bits[0]);
	set->words = words;
}

/* Puts what @other has into @set. Returns: what weighs that which @set had not. */
static guint join (Set *set, const Set *other, const guint *weight)
{
	guint i, sum = 0;

	widen (set, other->words);
	for (i = 0; i < other->words; i++) {
		guint64 fresh = other->bits[i] & ~set->bits[i];

		set->bits[i] |= fresh;
		for (; fresh; fresh &= fresh - 1)
			sum += weight[i * 64 + (guint) __builtin_ctzll (fresh)];
	}
	return sum;
}

/* The heaviest of the parents' sets to go on with: the fewest are then to be added. It is moved
 * where nobody else needs it. Returns: (nullable): NULL where all are empty. */
static Set *inherit (Go *self, const guint *up, guint len, guint *out_base)
{
	guint i, base = G_MAXUINT;
	Set *set;

	for (i = 0; i < len; i++)
		if (up[i] >= self->first && self->sets[up[i]] &&
		    (base == G_MAXUINT || self->inside[up[i]] > self->inside[base]))
			base = up[i];
	*out_base = base;
	if (base == G_MAXUINT)
		return NULL;
	if (self->pending[base] == 1)
		return g_steal_pointer (&self->sets[base]);
	set = take_set (self);
	set->words = self->sets[base]->words;
	memcpy (set->bits, self->sets[base]->bits, set->words * sizeof set->bits[0]);
	return set;
}

static void go_on (Go *self, guint chain)
{
	const guint *weight = self->chains->weight;
	guint i, len, base, sum = 0;
	const guint *up = links_of (&self->chains->parents, chain, &len);
	Set *set = inherit (self, up, len, &base);

	if (set)
		sum = self->inside[base];
	for (i = 0; i < len; i++)
		if (up[i] >= self->first && up[i] != base && self->sets[up[i]])
			sum += join (set, self->sets[up[i]], weight + self->first);
	self->chains->before[chain] += sum;
	if (chain < self->end) {
		guint bit = chain - self->first;

		if (!set)
			set = take_set (self);
		widen (set, bit / 64 + 1);
		set->bits[bit / 64] |= G_GUINT64_CONSTANT (1) << bit % 64;
		sum += weight[chain];
	}
	self->inside[chain] = sum;
	self->sets[chain] = set;
	for (i = 0; i < len; i++)
		if (up[i] >= self->first && --self->pending[up[i]] == 0)
			drop_set (self, up[i]);
	if (!self->pending[chain])
		drop_set (self, chain);
}

/* What weighs all that lies below each chain: one go for as many chains as @memory allows. Nothing
 * before the first of them can hold any. */
static void weigh_chains (Chains *self, gsize memory)
{
	gsize together = memory / most_sets (self) * 8 / 64 * 64;
	guint i, step = (guint) CLAMP (together, 64, G_MAXUINT / 2);
	Go go = {
		.chains = self,
		.pending = g_new (guint, self->len),
		.inside = g_new (guint, self->len),
		.sets = g_new0 (Set *, self->len),
	};

	step = MIN (step, self->len);
	for (go.first = 0; go.first < self->len; go.first = go.end) {
		go.end = go.first + MIN (step, self->len - go.first);
		go.free = g_ptr_array_new_with_free_func (g_free);
		memcpy (go.pending, self->children, self->len * sizeof (guint));
		for (i = go.first; i < self->len; i++)
			go_on (&go, i);
		g_ptr_array_unref (go.free);
	}
	g_free (go.pending);
	g_free (go.inside);
	g_free (go.sets);
}

Weights *weigh (const Graph *graph, const Bits *part, gsize memory)
{
	Weights *self = g_new0 (Weights, 1);
	g_autoptr (GArray) weight = g_array_new (FALSE, FALSE, sizeof (guint));
	g_autofree guint *chain_of = NULL, *place = NULL;
	Links node_parents, chain_parents;
	Chains chains = { .len = 0 };
	guint i;

	links_init (&node_parents);
	links_init (&chain_parents);
	link_nodes (self, graph, part, &node_parents);
	chain_of = g_new (guint, self->len);
	find_chains (self, graph, &node_parents, &chain_parents, weight, chain_of);
	links_clear (&node_parents);
	place = order_chains (&chain_parents, weight->len);
	place_chains (&chains, &chain_parents, weight, place);
	links_clear (&chain_parents);
	weigh_chains (&chains, memory);
	for (i = 0; i < self->len; i++)
		self->weights[i] += chains.before[place[chain_of[i]]];
	chains_clear (&chains);
	return self;
}
