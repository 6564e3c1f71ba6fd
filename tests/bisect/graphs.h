/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of bisect/ share: graphs made by chance, and who contains whom in them, found the
 * plainest way.
 */
#pragma once

#include <glib.h>

#include "bisect/graph.h"

typedef struct {
	double merges; /* chance of a node with several parents */
	double forks;  /* chance that a parent is any earlier node and not an end */
	double roots;  /* chance of a node without parents */
	double counts; /* chance that a node counts */
	guint octopus; /* parents at most, 2 or more */
} GraphShape;

/* Parents of node @number, none twice. @ends: what no node contains yet */
static inline GArray *graphs_parents (GRand *rand, const GraphShape *shape, guint number,
				      const GArray *ends)
{
	GArray *parents = g_array_new (FALSE, FALSE, sizeof (guint));
	guint i, j, wanted = 1;

	if (!number || g_rand_double (rand) < shape->roots)
		return parents;
	if (g_rand_double (rand) < shape->merges)
		wanted = (guint) g_rand_int_range (rand, 2, (gint) shape->octopus + 1);
	for (i = 0; i < wanted; i++) {
		guint parent = (guint) g_rand_int_range (rand, 0, (gint) ends->len);

		parent = g_array_index (ends, guint, parent);
		if (g_rand_double (rand) < shape->forks)
			parent = (guint) g_rand_int_range (rand, 0, (gint) number);
		for (j = 0; j < parents->len && g_array_index (parents, guint, j) != parent; j++)
			;
		if (j == parents->len)
			g_array_append_val (parents, parent);
	}
	return parents;
}

/* A graph of @size nodes and one more, which merges all ends; n0000 and on are their names. */
static inline Graph *graphs_random (GRand *rand, const GraphShape *shape, guint size)
{
	Graph *graph = graph_new ();
	g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (guint));
	guint i, j, k;

	for (i = 0; i <= size; i++) {
		g_autofree char *id = g_strdup_printf ("n%04u", i);
		g_autoptr (GArray) parents =
			i < size ? graphs_parents (rand, shape, i, ends) : g_array_ref (ends);

		graph_add (graph, id, (guint *) parents->data, parents->len,
			   g_rand_double (rand) < shape->counts);
		for (j = 0; i < size && j < parents->len; j++)
			for (k = 0; k < ends->len; k++)
				if (g_array_index (ends, guint, k) ==
				    g_array_index (parents, guint, j))
					g_array_remove_index_fast (ends, k);
		if (i < size)
			g_array_append_val (ends, i);
	}
	return graph;
}

/* A shape by chance: lines, few merges, many, octopuses, several roots, nodes that do not count. */
static inline GraphShape graphs_shape (GRand *rand)
{
	static const double chances[] = { 0, 0.07, 0.3, 0.6 };
	GraphShape shape = {
		.merges = chances[g_rand_int_range (rand, 0, G_N_ELEMENTS (chances))],
		.forks = chances[g_rand_int_range (rand, 0, G_N_ELEMENTS (chances))],
		.roots = g_rand_boolean (rand) ? 0.05 : 0,
		.counts = g_rand_boolean (rand) ? 1 : g_rand_double_range (rand, 0.1, 1),
		.octopus = g_rand_boolean (rand) ? 2 : 5,
	};

	return shape;
}

/* Who contains whom: a row of @graph's size for each node, TRUE for what it contains. */
static inline gboolean *graphs_contains (const Graph *graph)
{
	guint size = graph_size (graph);
	gboolean *contains = g_new0 (gboolean, (gsize) size * size);
	guint i, j, k;

	for (i = 0; i < size; i++) {
		const GraphNode *node = graph_node (graph, i);

		contains[i * size + i] = TRUE;
		for (j = 0; j < node->parents_len; j++)
			for (k = 0; k < size; k++)
				if (contains[node->parents[j] * size + k])
					contains[i * size + k] = TRUE;
	}
	return contains;
}
