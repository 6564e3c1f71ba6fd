/* SPDX-License-Identifier: GPL-2.0-only */
#include "bisect/graph.h"

static void node_free (gpointer data)
{
	GraphNode *self = data;

	g_free (self->id);
	g_free (self->parents);
	g_free (self);
}

Graph *graph_new (void)
{
	Graph *self = g_new0 (Graph, 1);

	self->nodes = g_ptr_array_new_with_free_func (node_free);
	self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
	return self;
}

void graph_free (Graph *self)
{
	if (!self)
		return;
	g_hash_table_unref (self->by_id);
	g_ptr_array_unref (self->nodes);
	g_free (self);
}

guint graph_add (Graph *self, const char *id, const guint *parents, guint parents_len,
		 gboolean counts)
{
	GraphNode *node = g_new0 (GraphNode, 1);
	guint number = self->nodes->len;
	guint i;

	for (i = 0; i < parents_len; i++)
		g_assert (parents[i] < number);
	node->id = g_strdup (id);
	node->parents = g_memdup2 (parents, parents_len * sizeof *parents);
	node->parents_len = parents_len;
	node->counts = counts;
	g_ptr_array_add (self->nodes, node);
	g_hash_table_insert (self->by_id, node->id, GUINT_TO_POINTER (number + 1));
	return number;
}

guint graph_size (const Graph *self)
{
	return self->nodes->len;
}

const GraphNode *graph_node (const Graph *self, guint node)
{
	return self->nodes->pdata[node];
}

gboolean graph_find (const Graph *self, const char *id, guint *out_node)
{
	guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_id, id));

	if (number)
		*out_node = number - 1;
	return number != 0;
}

Bits *graph_ancestors (const Graph *self, guint node)
{
	Bits *found = bits_new (graph_size (self));
	guint i = node + 1;

	bits_add (found, node);
	while (i-- > 0) {
		const GraphNode *entry = graph_node (self, i);
		guint j;

		for (j = 0; j < entry->parents_len && bits_has (found, i); j++)
			bits_add (found, entry->parents[j]);
	}
	return found;
}
