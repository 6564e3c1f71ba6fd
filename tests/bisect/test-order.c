/* SPDX-License-Identifier: GPL-2.0-only */
#include "bisect/order.h"

/* A series is a line: each node holds all below it, and none above. */
static void test_line (void)
{
	g_autoptr (GPtrArray) names = g_ptr_array_new ();
	g_autoptr (Graph) graph = NULL;
	guint i, found = 0;

	g_ptr_array_add (names, (char *) "a.patch");
	g_ptr_array_add (names, (char *) "b.patch");
	g_ptr_array_add (names, (char *) "c.patch");
	graph = order_of_patches (names);
	g_assert_cmpuint (graph_size (graph), ==, 3);
	for (i = 0; i < 3; i++) {
		g_autofree Bits *below = graph_ancestors (graph, i);

		g_assert_cmpuint (bits_count (below), ==, i + 1);
		g_assert_true (bits_has (below, 0) && bits_has (below, i));
		g_assert_true (graph_node (graph, i)->counts);
	}
	g_assert_true (graph_find (graph, "c.patch", &found));
	g_assert_cmpuint (found, ==, 2);
}

/* No patches, no nodes. */
static void test_empty (void)
{
	g_autoptr (GPtrArray) names = g_ptr_array_new ();
	g_autoptr (Graph) graph = order_of_patches (names);

	g_assert_cmpuint (graph_size (graph), ==, 0);
}

/* What does not apply or build is skipped; what a kernel did is an answer. */
static void test_skips (void)
{
	static const gboolean skipped[] = {
		[VERDICT_PENDING] = TRUE,      [VERDICT_PASS] = FALSE,
		[VERDICT_FAIL] = FALSE,	       [VERDICT_OOPS] = FALSE,
		[VERDICT_HANG] = FALSE,	       [VERDICT_BUILT] = FALSE,
		[VERDICT_BUILD_FAILED] = TRUE, [VERDICT_APPLY_FAILED] = TRUE,
		[VERDICT_INFRA] = TRUE,	       [VERDICT_UNDECIDED] = TRUE,
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (skipped); i++)
		g_assert_cmpint (order_skips (i), ==, skipped[i]);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/order/line", test_line);
	g_test_add_func ("/order/empty", test_empty);
	g_test_add_func ("/order/skips", test_skips);
	return g_test_run ();
}
