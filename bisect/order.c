/* SPDX-License-Identifier: GPL-2.0-only */
#include "bisect/order.h"

Graph *order_of_patches (GPtrArray *names)
{
	Graph *graph = graph_new ();
	guint i, below, unused;

	for (i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index (names, i);

		g_assert (!graph_find (graph, name, &unused));
		below = i - 1;
		graph_add (graph, name, i > 0 ? &below : NULL, i > 0 ? 1 : 0, TRUE);
	}
	return graph;
}

gboolean order_skips (Verdict verdict)
{
	return verdict == VERDICT_PENDING || verdict == VERDICT_APPLY_FAILED ||
	       verdict == VERDICT_BUILD_FAILED || verdict == VERDICT_INFRA ||
	       verdict == VERDICT_UNDECIDED;
}
