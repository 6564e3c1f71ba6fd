/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Histories at random, for tests: branches, merges of two, several roots, nodes that do not count,
 * and a last node that contains all others.
 */
#pragma once

#include "bisect/graph.h"

#define MAX_HEADS 32

/* Heads are nodes that nothing contains yet. */
static inline void random_history_take (guint *heads, guint *heads_len, guint which, guint *parents,
					guint *parents_len)
{
	parents[(*parents_len)++] = heads[which];
	heads[which] = heads[--*heads_len];
}

/** random_history: (transfer full): @size nodes, 1 at least. */
static inline Graph *random_history (GRand *rand, guint size)
{
	Graph *graph = graph_new ();
	double merging = g_rand_double_range (rand, 0, 0.4);
	double forking = g_rand_double_range (rand, 0, 0.4);
	guint heads[MAX_HEADS + 1], parents[MAX_HEADS + 1], heads_len = 0, i;

	for (i = 0; i < size; i++) {
		g_autofree char *id = g_strdup_printf ("%u", i);
		guint len = 0, first;
		double dice = g_rand_double (rand);

		if (i + 1 == size) {
			while (heads_len)
				random_history_take (heads, &heads_len, 0, parents, &len);
		} else if (heads_len == MAX_HEADS || (heads_len > 1 && dice < merging)) {
			first = (guint) g_rand_int_range (rand, 0, (gint32) heads_len);
			random_history_take (heads, &heads_len, first, parents, &len);
			first = (guint) g_rand_int_range (rand, 0, (gint32) heads_len);
			random_history_take (heads, &heads_len, first, parents, &len);
		} else if (i && dice < merging + forking) {
			/* from something older, that may be a head */
			parents[len++] = (guint) g_rand_int_range (rand, MAX ((gint32) i - 30, 0),
								   (gint32) i);
			for (first = 0; first < heads_len; first++)
				if (heads[first] == parents[0])
					heads[first--] = heads[--heads_len];
		} else if (i && dice < 0.98) {
			first = (guint) g_rand_int_range (rand, 0, (gint32) heads_len);
			random_history_take (heads, &heads_len, first, parents, &len);
		}
		graph_add (graph, id, parents, len, i + 1 == size || g_rand_double (rand) < 0.9);
		heads[heads_len++] = i;
	}
	return graph;
}

/** random_suspect: one of the nodes that count. */
static inline guint random_suspect (GRand *rand, const Graph *graph)
{
	guint node;

	do
		node = (guint) g_rand_int_range (rand, 0, (gint32) graph_size (graph));
	while (!graph_node (graph, node)->counts);
	return node;
}
