/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Graphs: what a search looks through: the commits of a history, or the patches of a series, and
 * which of them contains which.
 *
 * Nodes are numbers from 0 on; parents come before their children, so that one pass in the order of
 * numbers sees every ancestor first. A graph knows neither git nor verdicts: history.h makes one of
 * a repository, tests make them at random.
 */
#pragma once

#include <glib.h>

#include "base/bits.h"

typedef struct {
	char *id;	/* of a commit: 40 hex digits */
	guint *parents; /* those that are in the graph */
	guint parents_len;
	gboolean counts; /* whether it may be the answer; not so where it touches no wanted path */
} GraphNode;

typedef struct {
	GPtrArray *nodes;  /* (element-type GraphNode) */
	GHashTable *by_id; /* id -> number + 1 */
} Graph;

Graph *graph_new (void);
void graph_free (Graph *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Graph, graph_free)

/** graph_add: @id is copied; @parents are numbers that were given before. Returns: its number. */
guint graph_add (Graph *self, const char *id, const guint *parents, guint parents_len,
		 gboolean counts);

guint graph_size (const Graph *self);
const GraphNode *graph_node (const Graph *self, guint node);

/** graph_find: Returns: whether there is a node called @id. */
gboolean graph_find (const Graph *self, const char *id, guint *out_node);

/** graph_ancestors: Returns: (transfer full): @node and all that it contains; g_free(). */
Bits *graph_ancestors (const Graph *self, guint node);
