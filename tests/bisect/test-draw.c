/* SPDX-License-Identifier: GPL-2.0-only */
/* Graphs made by hand and drawings of them that were written by hand; git draws the whole ones too.
 */
#include <stdlib.h>

#include "bisect/draw.h"
#include "tests/bisect/graphs.h"
#include "tests/series/fixture.h"

typedef struct {
	const char *name;
	const char *graph;  /* `b:a` is a node b on a; in the order of numbers */
	const char *hidden; /* (nullable): nodes without a line of their own */
	const char *suspects;
	gboolean same_in_git;
	const char *drawing;
} Case;

static const Case cases[] = {
	{ "one", "a", NULL, NULL, TRUE, "* a\n" },
	{ "line", "a b:a c:b", NULL, NULL, TRUE,
	  "* c\n"
	  "* b\n"
	  "* a\n" },
	{ "merge", "a b:a s:a t:s m:b,t n:m", NULL, NULL, TRUE,
	  "* n\n"
	  "*   m\n"
	  "|\\\n"
	  "| * t\n"
	  "| * s\n"
	  "* | b\n"
	  "|/\n"
	  "* a\n" },
	/* a branch that was merged though it could have been fast-forwarded */
	{ "no-ff", "a s:a m:a,s", NULL, NULL, TRUE,
	  "*   m\n"
	  "|\\\n"
	  "| * s\n"
	  "|/\n"
	  "* a\n" },
	{ "merge-in-branch", "a s:a u:s v:s w:u,v b:a m:b,w", NULL, NULL, TRUE,
	  "*   m\n"
	  "|\\\n"
	  "| *   w\n"
	  "| |\\\n"
	  "| | * v\n"
	  "| * | u\n"
	  "| |/\n"
	  "| * s\n"
	  "* | b\n"
	  "|/\n"
	  "* a\n" },
	/* main is merged into the branch, which is merged into main */
	{ "back-merge", "a s:a b:a t:s,b c:b m:c,t", NULL, NULL, TRUE,
	  "*   m\n"
	  "|\\\n"
	  "| *   t\n"
	  "| |\\\n"
	  "| * | s\n"
	  "* | | c\n"
	  "| |/\n"
	  "|/|\n"
	  "* | b\n"
	  "|/\n"
	  "* a\n" },
	/* the first parent is in the lane to the left already */
	{ "skewed", "a b:a s:a t:b,s m:b,t", NULL, NULL, TRUE,
	  "*   m\n"
	  "|\\\n"
	  "| * t\n"
	  "|/|\n"
	  "| * s\n"
	  "* | b\n"
	  "|/\n"
	  "* a\n" },
	{ "two-roots", "a b m:a,b n:m", NULL, NULL, TRUE,
	  "* n\n"
	  "*   m\n"
	  "|\\\n"
	  "| * b\n"
	  "* a\n" },
	{ "octopus", "a x:a y:a z:a m:x,y,z", NULL, NULL, TRUE,
	  "*-.   m\n"
	  "|\\ \\\n"
	  "| | * z\n"
	  "| * | y\n"
	  "| |/\n"
	  "* / x\n"
	  "|/\n"
	  "* a\n" },
	/* a branch from far below crosses those that stay */
	{ "far", "a b:a c:a d:a e:a m:b,c n:m,d o:n,e", NULL, NULL, TRUE,
	  "*   o\n"
	  "|\\\n"
	  "| * e\n"
	  "* |   n\n"
	  "|\\ \\\n"
	  "| * | d\n"
	  "| |/\n"
	  "* |   m\n"
	  "|\\ \\\n"
	  "| * | c\n"
	  "| |/\n"
	  "* / b\n"
	  "|/\n"
	  "* a\n" },
	{ "under", "a x:a b:x c:x d:a m:b,c n:m,d e:a o:e,n", NULL, NULL, TRUE,
	  "*   o\n"
	  "|\\\n"
	  "| *   n\n"
	  "| |\\\n"
	  "| | * d\n"
	  "| * |   m\n"
	  "| |\\ \\\n"
	  "| | * | c\n"
	  "| * | | b\n"
	  "| |/ /\n"
	  "| * / x\n"
	  "| |/\n"
	  "* / e\n"
	  "|/\n"
	  "* a\n" },
	/* a stretch of a line, at both ends of it and in the middle */
	{ "stretch", "a b:a c:b d:c e:d f:e g:f", "a c d e f", NULL, FALSE,
	  "* g\n"
	  ": … 4 commits\n"
	  "* b\n"
	  ": … 1 commit\n" },
	{ "suspects", "a b:a c:b d:c e:d f:e g:f", "a c d e f", "d e", FALSE,
	  "* g\n"
	  ": … 4 commits, 2 of them suspect\n"
	  "* b\n"
	  ": … 1 commit\n" },
	{ "all-suspects", "a b:a c:b d:c", "b c", "b c d", FALSE,
	  "* d\n"
	  ": … 2 commits, suspect\n"
	  "* a\n" },
	/* what only some of the shown nodes reach is told together with what is below it alone */
	{ "one-stretch", "b a:b g:a h:g,b n:h", "b a h", NULL, FALSE,
	  "* n\n"
	  ": … 1 commit\n"
	  "* g\n"
	  ": … 2 commits\n" },
	/* but not with what another branch comes to as well */
	{ "two-stretches", "z c:z b:c s:z m:b,s n:m", "z c m", NULL, FALSE,
	  "* n\n"
	  ":   … 1 commit\n"
	  "|\\\n"
	  "| * s\n"
	  "* | b\n"
	  ": | … 1 commit\n"
	  "|/\n"
	  ": … 1 commit\n" },
	/* a merge that is hidden joins what is shown of both of its branches */
	{ "hidden-merge", "a b:a c:b s:a t:s m:c,t n:m", "a c t m", NULL, FALSE,
	  "* n\n"
	  ":   … 3 commits\n"
	  "|\\\n"
	  "| * s\n"
	  "* | b\n"
	  "|/\n"
	  ": … 1 commit\n" },
	/* a hidden branch beside a shown line has a lane of its own */
	{ "hidden-branch", "a b:a s:a t:s m:b,t", "s t", NULL, FALSE,
	  "*   m\n"
	  "|\\\n"
	  "| : … 2 commits\n"
	  "* | b\n"
	  "|/\n"
	  "* a\n" },
};

static gboolean is_in (const char *list, const char *name)
{
	g_auto (GStrv) words = g_strsplit (list ? list : "", " ", -1);

	return g_strv_contains ((const char *const *) words, name);
}

static Graph *read_graph (const char *text)
{
	g_auto (GStrv) words = g_strsplit (text, " ", -1);
	Graph *graph = graph_new ();
	guint i, j;

	for (i = 0; words[i]; i++) {
		g_auto (GStrv) parts = g_strsplit_set (words[i], ":,", -1);
		guint parents[8];

		for (j = 0; parts[j + 1]; j++)
			g_assert_true (graph_find (graph, parts[j + 1], &parents[j]));
		graph_add (graph, parts[0], parents, j, TRUE);
	}
	return graph;
}

static char *label (guint node, gpointer graph)
{
	return g_strdup (graph_node (graph, node)->id);
}

static char *draw (const Graph *graph, const char *hidden, const char *suspects)
{
	GString *out = g_string_new (NULL);
	guint i, size = graph_size (graph);
	g_autofree Bits *shown = bits_new (size), *marked = bits_new (size);
	const DrawSpec spec = { .graph = graph,
				.shown = shown,
				.suspects = suspects ? marked : NULL,
				.label = label,
				.user_data = (gpointer) graph };

	for (i = 0; i < size; i++) {
		if (!is_in (hidden, graph_node (graph, i)->id))
			bits_add (shown, i);
		if (is_in (suspects, graph_node (graph, i)->id))
			bits_add (marked, i);
	}
	draw_graph (&spec, out);
	return g_string_free (out, FALSE);
}

/* As written by hand. */
static void test_drawing (gconstpointer data)
{
	const Case *test = data;
	g_autoptr (Graph) graph = read_graph (test->graph);
	g_autofree char *drawn = draw (graph, test->hidden, test->suspects);

	g_assert_cmpstr (drawn, ==, test->drawing);
}

/* Whether what a lane has in one row leads to something in the row below: nothing ends in the air
 * but below a commit without parents, and nothing comes out of it but a commit. */
static void check_rows (const char *above, const char *below)
{
	static const char down[] = "|*:/\\";
	gsize i, above_len = strlen (above), below_len = strlen (below);

	for (i = 0; i < above_len; i++) {
		char sign = above[i];
		gsize low = sign == '/' ? i - 1 : sign == '\\' ? i + 1 : i;
		gboolean met;

		if (sign == '|' || sign == '/' || sign == '\\') {
			met = (low < below_len && strchr (down, below[low])) ||
			      (low > 0 && low - 1 < below_len && below[low - 1] == '/') ||
			      (low + 1 < below_len && below[low + 1] == '\\');
			if (!met)
				g_test_message ("'%s' above '%s'", above, below);
			g_assert_true (met);
		}
	}
}

/* Signs of a row, without its label, which begins with a letter. */
static char *signs_of (const char *row)
{
	return g_strndup (row, strcspn (row, "n\xe2"));
}

/* Of graphs at random, some of it hidden, every node is drawn or counted, once, and lines hang
 * together. */
static void test_random (void)
{
	const GraphShape shape = {
		.merges = 0.3, .forks = 0.3, .roots = 0.05, .counts = 1, .octopus = 4
	};
	g_autoptr (GRand) rand = g_rand_new_with_seed (20261123);
	guint round;

	for (round = 0; round < 500; round++) {
		g_autoptr (Graph) graph =
			graphs_random (rand, &shape, (guint) g_rand_int_range (rand, 1, 60));
		g_autoptr (GString) hidden = g_string_new (NULL);
		g_autofree char *drawn = NULL;
		g_auto (GStrv) rows = NULL;
		double share = g_rand_double (rand);
		guint i, nodes = 0;

		for (i = 0; i + 1 < graph_size (graph); i++)
			if (round % 2 && g_rand_double (rand) < share)
				g_string_append_printf (hidden, "%s ", graph_node (graph, i)->id);
		drawn = draw (graph, hidden->str, NULL);
		rows = g_strsplit (drawn, "\n", -1);
		for (i = 0; *rows[i]; i++) {
			g_autofree char *signs = signs_of (rows[i]);
			g_autofree char *next = signs_of (rows[i + 1]);
			const char *told = strstr (rows[i], "… ");

			nodes += told ? (guint) atoi (told + strlen ("… ")) : !!strchr (signs, '*');
			g_assert_false (told && strchr (signs, '*'));
			check_rows (signs, next);
		}
		g_assert_cmpuint (nodes, ==, graph_size (graph));
	}
}

/* What git makes of the same commits, without the blanks at its lines' ends. */
static char *draw_with_git (const Fixture *self, const Graph *graph)
{
	g_autoptr (GString) script = g_string_new ("git init -q repo && cd repo && "
						   "tree=$(git write-tree)");
	guint i, j;

	for (i = 0; i < graph_size (graph); i++) {
		const GraphNode *node = graph_node (graph, i);

		g_string_append_printf (script, " && %s=$(git commit-tree -m %s", node->id,
					node->id);
		for (j = 0; j < node->parents_len; j++)
			g_string_append_printf (script, " -p $%s",
						graph_node (graph, node->parents[j])->id);
		g_string_append (script, " $tree)");
	}
	g_string_append_printf (
		script,
		" && git log --graph --format=%%s $%s -- | sed 's/ *$//' && cd .. && "
		"rm -rf repo",
		graph_node (graph, i - 1)->id);
	return fixture_shell (self->dir, script->str, NULL);
}

/* Whole graphs look as git draws them. */
static void test_git (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	guint i, compared = 0;

	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (Graph) graph = read_graph (cases[i].graph);
		g_autofree char *drawn = NULL, *by_git = NULL;

		if (!cases[i].same_in_git)
			continue;
		drawn = draw (graph, NULL, NULL);
		by_git = draw_with_git (self, graph);
		g_assert_cmpstr (drawn, ==, by_git);
		compared++;
	}
	g_assert_cmpuint (compared, >=, 8);
}

int main (int argc, char **argv)
{
	guint i;

	g_test_init (&argc, &argv, NULL);
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *path = g_strconcat ("/draw/by-hand/", cases[i].name, NULL);

		g_test_add_data_func (path, &cases[i], test_drawing);
	}
	g_test_add_func ("/draw/at-random", test_random);
	fixture_add ("/draw/as-git-does", test_git);
	return g_test_run ();
}
