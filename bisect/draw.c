/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "bisect/draw.h"

/* One line with a sign in its lane: a shown node, or hidden ones. */
typedef struct {
	guint node;	 /* that is shown, where none is hidden */
	guint hidden;	 /* how many nodes this stands for */
	guint suspects;	 /* and how many of them are suspects */
	GArray *parents; /* (element-type guint): numbers of marks */
} Mark;

typedef struct {
	const DrawSpec *spec;
	GPtrArray *marks; /* (element-type Mark) */
	guint *mark_of;	  /* number of a mark by node */
	GArray *lanes;	  /* (element-type guint): the mark that each lane leads down to */
	GString *above;	  /* the last row, unless it is a mark's */
	GString *out;
} Drawing;

/* A line on its way from a lane to another, between two marks. */
typedef struct {
	guint at, to;
} Edge;

static void mark_free (gpointer data)
{
	Mark *self = data;

	g_array_unref (self->parents);
	g_free (self);
}

static Mark *mark_new (guint node)
{
	Mark *self = g_new0 (Mark, 1);

	self->node = node;
	self->parents = g_array_new (FALSE, FALSE, sizeof (guint));
	return self;
}

/* Returns: where @value is, or was put. */
static guint put_once (GArray *array, guint value)
{
	guint i;

	for (i = 0; i < array->len; i++)
		if (g_array_index (array, guint, i) == value)
			return i;
	g_array_append_val (array, value);
	return i;
}

/* ---- what is hidden ---- */

static guint add_mark (Drawing *self, guint node)
{
	g_ptr_array_add (self->marks, mark_new (node));
	return self->marks->len - 1;
}

/* The mark of hidden nodes that the same shown ones reach. */
static guint find_mark (Drawing *self, GHashTable *by_reach, const Bits *reach, guint node)
{
	g_autoptr (GBytes) key = g_bytes_new (reach->bits, reach->words * sizeof *reach->bits);
	gpointer value;
	guint number;

	if (g_hash_table_lookup_extended (by_reach, key, NULL, &value))
		return GPOINTER_TO_UINT (value);
	number = add_mark (self, node);
	g_hash_table_insert (by_reach, g_steal_pointer (&key), GUINT_TO_POINTER (number));
	return number;
}

/*
 * What reaches a hidden node through hidden ones alone also reaches its parents: marks by what
 * reaches them can be above one another, and never go round.
 */
static void find_marks (Drawing *self)
{
	const Graph *graph = self->spec->graph;
	guint i, j, size = graph_size (graph), seen = 0, count = bits_count (self->spec->shown);
	g_autofree Bits **reach = g_new0 (Bits *, size);
	g_autoptr (GHashTable) by_reach = g_hash_table_new_full (
		g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);

	for (i = size; i-- > 0;) {
		const GraphNode *node = graph_node (graph, i);
		gboolean shown = bits_has (self->spec->shown, i);
		g_autofree Bits *own = g_steal_pointer (&reach[i]);

		if (shown) {
			g_free (own);
			own = bits_new (count);
			bits_add (own, seen++);
			self->mark_of[i] = add_mark (self, i);
		} else {
			Mark *mark;

			self->mark_of[i] = find_mark (self, by_reach, own, i);
			mark = self->marks->pdata[self->mark_of[i]];
			mark->hidden++;
			mark->suspects +=
				self->spec->suspects && bits_has (self->spec->suspects, i);
		}
		for (j = 0; j < node->parents_len; j++) {
			guint parent = node->parents[j];

			if (bits_has (self->spec->shown, parent))
				continue;
			if (!reach[parent])
				reach[parent] = bits_new (count);
			bits_or (reach[parent], own);
		}
	}
}

/* First parents first, so that their lane is the left one. */
static void find_parents (Drawing *self)
{
	guint i, node = graph_size (self->spec->graph) - 1;
	g_autofree Bits *seen = bits_new (node + 1);
	g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof node);

	g_array_append_val (stack, node);
	while (stack->len) {
		const GraphNode *entry;
		Mark *mark;

		node = g_array_index (stack, guint, stack->len - 1);
		entry = graph_node (self->spec->graph, node);
		mark = self->marks->pdata[self->mark_of[node]];
		g_array_set_size (stack, stack->len - 1);
		if (bits_has (seen, node))
			continue;
		bits_add (seen, node);
		for (i = 0; i < entry->parents_len; i++)
			if (self->mark_of[entry->parents[i]] != self->mark_of[node])
				put_once (mark->parents, self->mark_of[entry->parents[i]]);
		for (i = entry->parents_len; i-- > 0;)
			g_array_append_val (stack, entry->parents[i]);
	}
}

static gboolean leads_to (const Drawing *self, guint from, guint to, Bits *seen)
{
	const Mark *mark = self->marks->pdata[from];
	guint i;

	if (from == to)
		return TRUE;
	if (bits_has (seen, from))
		return FALSE;
	bits_add (seen, from);
	for (i = 0; i < mark->parents->len; i++)
		if (leads_to (self, g_array_index (mark->parents, guint, i), to, seen))
			return TRUE;
	return FALSE;
}

/* Drops what another parent leads to as well, unless it is a parent in the graph itself. */
static void drop_parents (Drawing *self, Mark *mark)
{
	guint i, j;

	for (i = mark->parents->len; i-- > 0 && mark->parents->len > 1;) {
		guint parent = g_array_index (mark->parents, guint, i);
		const Mark *other = self->marks->pdata[parent];
		g_autofree Bits *seen = bits_new (self->marks->len);
		gboolean again = FALSE;

		for (j = 0; (mark->hidden || other->hidden) && j < mark->parents->len; j++)
			again |= j != i && leads_to (self, g_array_index (mark->parents, guint, j),
						     parent, seen);
		if (again)
			g_array_remove_index (mark->parents, i);
	}
}

/* How many marks are right above each. Returns: (transfer full) */
static guint *count_above (const Drawing *self)
{
	guint *above = g_new0 (guint, self->marks->len);
	guint i, j;

	for (i = 0; i < self->marks->len; i++) {
		const Mark *mark = self->marks->pdata[i];

		for (j = 0; j < mark->parents->len; j++)
			above[g_array_index (mark->parents, guint, j)]++;
	}
	return above;
}

/* Hidden nodes above nothing but other hidden ones are told together with those. */
static void join_stretch (Drawing *self, Mark *mark, const guint *above)
{
	while (mark->hidden && mark->parents->len == 1) {
		guint number = g_array_index (mark->parents, guint, 0);
		Mark *below = self->marks->pdata[number];

		if (!below->hidden || above[number] != 1)
			return;
		mark->hidden += below->hidden;
		mark->suspects += below->suspects;
		g_array_set_size (mark->parents, 0);
		g_array_append_vals (mark->parents, below->parents->data, below->parents->len);
		g_array_set_size (below->parents, 0); /* nothing leads there any more */
	}
}

/* ---- lanes ---- */

static void put (GString *row, guint at, char sign)
{
	while (row->len <= at)
		g_string_append_c (row, ' ');
	row->str[at] = sign;
}

static char get (const GString *row, guint at)
{
	return at < row->len ? row->str[at] : ' ';
}

static void end_row (Drawing *self, GString *row)
{
	while (row->len > 0 && row->str[row->len - 1] == ' ')
		g_string_truncate (row, row->len - 1);
	g_string_append_printf (self->out, "%s\n", row->str);
	g_string_assign (self->above, row->str);
	g_string_truncate (row, 0);
}

/* Whether a line may run along the bottom of the row from lane @to + 1 to lane @at - 1. */
static gboolean is_free (const GString *row, guint at, guint to)
{
	guint i;

	for (i = 2 * to + 3; i + 3 <= 2 * at; i += 2)
		if (get (row, i) != ' ')
			return FALSE;
	return TRUE;
}

/* One row in which each edge that is not where it leads to goes a lane to the left, and one of them
 * as far as it can. */
static void step (Drawing *self, GArray *edges, GString *row)
{
	gboolean ran = FALSE;
	guint i, j;

	for (i = 0; i < edges->len; i++) {
		Edge *edge = &g_array_index (edges, Edge, i);

		if (edge->at == edge->to || get (row, 2 * edge->at - 1) != ' ') {
			put (row, 2 * edge->at, '|');
			continue;
		}
		put (row, 2 * edge->at - 1, '/');
		if (ran || edge->at - edge->to < 3 || !is_free (row, edge->at, edge->to)) {
			edge->at--;
			continue;
		}
		for (j = 2 * edge->to + 3; j + 3 <= 2 * edge->at; j += 2)
			put (row, j, '_');
		edge->at = edge->to + 1;
		ran = TRUE;
	}
	end_row (self, row);
}

/* Edges that came together are one; they stay in the order of their lanes. */
static gboolean tidy (GArray *edges)
{
	gboolean moving = FALSE;
	guint i, j;

	for (i = 0; i < edges->len; i++) {
		const Edge *edge = &g_array_index (edges, Edge, i);

		for (j = edges->len; --j > i;) {
			const Edge *other = &g_array_index (edges, Edge, j);

			if (other->at == edge->at && other->to == edge->to)
				g_array_remove_index (edges, j);
		}
		moving |= edge->at != edge->to;
	}
	return moving;
}

static int compare_edges (gconstpointer a, gconstpointer b)
{
	const Edge *one = a, *two = b;

	return one->at < two->at ? -1 : one->at > two->at;
}

/* Makes room right of @lane for the dashes of a merge of more than two. */
static void make_room (Drawing *self, guint lane, guint dashes, GString *row)
{
	guint i, j;

	for (i = 0; i < dashes && lane + 1 < self->lanes->len; i++) {
		for (j = 0; j < self->lanes->len; j++)
			put (row, j <= lane ? 2 * j : 2 * (j + i) + 1, j <= lane ? '|' : '\\');
		end_row (self, row);
	}
}

static char *label_of (const Drawing *self, const Mark *mark)
{
	GString *text;

	if (!mark->hidden)
		return self->spec->label (mark->node, self->spec->user_data);
	text = g_string_new (NULL);
	g_string_printf (text, "… %u commit%s", mark->hidden, mark->hidden == 1 ? "" : "s");
	if (mark->suspects && mark->suspects < mark->hidden)
		g_string_append_printf (text, ", %u of them suspect", mark->suspects);
	else if (mark->suspects)
		g_string_append (text, ", suspect");
	return g_string_free (text, FALSE);
}

static gboolean goes_left (const Drawing *self, GArray *lanes, guint lane)
{
	return put_once (lanes, g_array_index (self->lanes, guint, lane)) < lane;
}

/* The row of @mark itself, @lanes below it; its label stands behind all lanes of this row and the
 * next. */
static void draw_mark (Drawing *self, const Mark *mark, guint lane, guint dashes, GArray *lanes,
		       GString *row)
{
	const guint width = MAX (self->lanes->len + dashes, lanes->len);
	g_autofree char *label = label_of (self, mark);
	guint i;

	make_room (self, lane, dashes, row);
	for (i = 0; i < self->lanes->len; i++) {
		/* what came from the right and goes on to the left need not stop here */
		gboolean slants = i > lane && mark->parents->len < 2 &&
				  get (self->above, 2 * i + 1) == '/' && goes_left (self, lanes, i);

		put (row, 2 * (i > lane ? i + dashes : i), slants ? '/' : '|');
	}
	put (row, 2 * lane, mark->hidden ? ':' : '*');
	for (i = 1; i <= 2 * dashes; i++)
		put (row, 2 * lane + i, i == 2 * dashes ? '.' : '-');
	put (row, 2 * width - 1, ' ');
	g_string_append (row, label);
	end_row (self, row);
	g_string_truncate (self->above, 0);
}

/* The row below a merge: one edge to each parent, and what is right of them makes room. Returns:
 * how many lanes that is. @skewed: the first parent is in the lane to the left */
static guint spread (Drawing *self, const Mark *mark, guint lane, gboolean skewed, GString *row)
{
	guint i, parents = mark->parents->len, dashes = parents - 2, shift = parents - 1;
	guint last = g_array_index (mark->parents, guint, parents - 1);

	if (skewed ||
	    (lane + 1 < self->lanes->len && g_array_index (self->lanes, guint, lane + 1) == last))
		shift = dashes;
	for (i = 0; i < self->lanes->len; i++) {
		gboolean moves = i > lane && shift > dashes;

		put (row, 2 * (i > lane ? i + dashes : i) + moves, moves ? '\\' : '|');
	}
	if (skewed)
		put (row, 2 * lane - 1, '/');
	for (i = 1; i < parents && !skewed; i++)
		put (row, 2 * (lane + i) - 1, '\\');
	end_row (self, row);
	return shift;
}

static void add_edge (GArray *edges, GArray *lanes, guint at, guint mark)
{
	Edge edge = { at, put_once (lanes, mark) };

	g_array_append_val (edges, edge);
}

static void draw (Drawing *self, guint number)
{
	const Mark *mark = self->marks->pdata[number];
	const guint parents = mark->parents->len, dashes = parents > 2 ? parents - 2 : 0;
	const guint lane = put_once (self->lanes, number);
	const guint *first = (const guint *) mark->parents->data;
	gboolean skewed =
		parents == 2 && lane > 0 && g_array_index (self->lanes, guint, lane - 1) == *first;
	GArray *lanes = g_array_new (FALSE, FALSE, sizeof (guint));
	g_autoptr (GArray) edges = g_array_new (FALSE, FALSE, sizeof (Edge));
	g_autoptr (GString) row = g_string_new (NULL);
	guint i, shift = 0;

	for (i = 0; i < lane; i++)
		put_once (lanes, g_array_index (self->lanes, guint, i));
	for (i = 0; i < parents; i++)
		put_once (lanes, first[i]);
	for (i = lane + 1; i < self->lanes->len; i++)
		put_once (lanes, g_array_index (self->lanes, guint, i));
	draw_mark (self, mark, lane, dashes, lanes, row);
	if (parents > 1)
		shift = spread (self, mark, lane, skewed, row);
	for (i = 0; i < self->lanes->len; i++)
		if (i != lane)
			add_edge (edges, lanes, i > lane ? i + shift : i,
				  g_array_index (self->lanes, guint, i));
	for (i = 0; i < parents; i++)
		add_edge (edges, lanes, lane + i - skewed, first[i]);
	g_array_sort (edges, compare_edges);
	while (tidy (edges))
		step (self, edges, row);
	g_array_unref (self->lanes);
	self->lanes = lanes;
}

/* A mark comes when all above it have come, and the last parent's branch before the others'. */
static void draw_all (Drawing *self, guint number)
{
	g_autofree guint *above = count_above (self);
	g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (guint));
	guint i, j;

	for (i = 0; i < self->marks->len; i++)
		join_stretch (self, self->marks->pdata[i], above);
	g_array_append_val (stack, number);
	while (stack->len) {
		const Mark *mark;

		number = g_array_index (stack, guint, stack->len - 1);
		mark = self->marks->pdata[number];
		g_array_set_size (stack, stack->len - 1);
		draw (self, number);
		for (j = 0; j < mark->parents->len; j++) {
			guint parent = g_array_index (mark->parents, guint, j);

			if (--above[parent] == 0)
				g_array_append_val (stack, parent);
		}
	}
}

void draw_graph (const DrawSpec *spec, GString *out)
{
	guint i, size = graph_size (spec->graph);
	Drawing self = { .spec = spec, .out = out };

	g_return_if_fail (size > 0 && bits_has (spec->shown, size - 1));
	self.marks = g_ptr_array_new_with_free_func (mark_free);
	self.mark_of = g_new0 (guint, size);
	self.above = g_string_new (NULL);
	self.lanes = g_array_new (FALSE, FALSE, sizeof (guint));
	find_marks (&self);
	find_parents (&self);
	for (i = 0; i < self.marks->len; i++)
		drop_parents (&self, self.marks->pdata[i]);
	draw_all (&self, self.mark_of[size - 1]);
	g_ptr_array_unref (self.marks);
	g_free (self.mark_of);
	g_string_free (self.above, TRUE);
	g_array_unref (self.lanes);
}
