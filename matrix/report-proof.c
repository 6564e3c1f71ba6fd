/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a report claims beside the verdicts: which images are equal and why that is known, and what
 * limits the matrix.
 */
#include "matrix/odds.h"
#include "matrix/report.h"

char *report_proof (const Cell *cell)
{
	if (!cell->same_as)
		return NULL;
	if (cell->unread)
		return g_strdup ("nothing that this patch changes is read by the build of base on "
				 "this board: it changes nothing there");
	if (g_str_equal (cell->same_as, "base"))
		return g_strdup ("bit-identical to base on this board: this patch changes nothing "
				 "there");
	return g_strdup_printf ("bit-identical to %s on this board", cell->same_as);
}

typedef gboolean (*CellTest) (const Cell *cell);

static gboolean is_same_as_base (const Cell *cell)
{
	return g_strcmp0 (cell->same_as, "base") == 0;
}

static gboolean is_unread (const Cell *cell)
{
	return is_same_as_base (cell) && cell->unread;
}

static gboolean has_modules (const Cell *cell)
{
	return cell->modules;
}

static gboolean is_unguarded (const Cell *cell)
{
	return cell->unguarded;
}

static const Cell *find (const Plan *plan, CellTest test)
{
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		if (test (plan->cells->pdata[i]))
			return plan->cells->pdata[i];
	}
	return NULL;
}

static void write_irreproducible (const Plan *plan, GString *out)
{
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		const Cell *cell = plan->cells->pdata[i];
		g_autofree char *text = NULL;

		if (!cell->irreproducible)
			continue;
		text = g_strdup_printf ("two builds of base for %s, %s gave different images (%s): "
					"equal images prove nothing there, and none is claimed.",
					cell->board->board->name, cell->config->name,
					cell->irreproducible);
		g_string_append_c (out, '\n');
		report__wrap (out, "Note: ", "  ", text);
	}
}

static gboolean is_repeated (const Cell *cell)
{
	return cell->runs > 1;
}

/* How often each was bad, where a matrix was booted more than once. */
static void write_rates (const Plan *plan, GString *out)
{
	guint i;

	if (!find (plan, is_repeated))
		return;
	g_string_append_c (out, '\n');
	report__wrap (out, "n/m ", "  ",
		      "n bad boots of m. A candidate passes when one that is as bad as base would "
		      "have so many good boots with a chance of 5 % at most (Fisher's exact test); "
		      "until then it is undecided. A base that failed in each of one or two "
		      "boots is taken to fail always. What the boots leave open (95 %, Clopper and "
		      "Pearson):");
	for (i = 0; i < plan->cells->len; i++) {
		const Cell *cell = plan->cells->pdata[i];
		g_autofree char *text = NULL;
		OddsInterval rate;

		if (cell->runs == 0 || cell->same_as)
			continue;
		rate = odds_interval (cell->bad, cell->runs);
		text = g_strdup_printf ("%s, %s, %s: bad in %.1f to %.1f %%",
					cell->board->board->name, cell->config->name,
					cell->variant->variant->name, 100 * rate.low,
					100 * rate.high);
		report__wrap (out, "  ", "    ", text);
	}
}

/* Where base was looked at more than once and never failed, nothing can be said of cures. */
static void write_quiet_bases (const Plan *plan, GString *out)
{
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		const Cell *cell = plan->cells->pdata[i];
		g_autofree char *text = NULL;

		if (cell->variant != plan->variants->pdata[0] || cell->bad > 0 || cell->runs < 2)
			continue;
		text = g_strdup_printf ("base did not fail in %u boots on %s, %s: to pass there is "
					"to break nothing, and no cure.",
					cell->runs, cell->board->board->name, cell->config->name);
		g_string_append_c (out, '\n');
		report__wrap (out, "Note: ", "  ", text);
	}
}

static gboolean is_new_crash (const Cell *cell)
{
	return cell->verdict == VERDICT_OOPS_NEW;
}

static void write_infra (const Plan *plan, GString *out)
{
	guint boots = 0, i;

	for (i = 0; i < plan->cells->len; i++)
		boots += ((const Cell *) plan->cells->pdata[i])->infra;
	if (boots > 0)
		g_string_append_printf (out, "\nNote: %u boot%s broke on our side; %s to nobody.\n",
					boots, boots == 1 ? "" : "s",
					boots == 1 ? "it counts" : "they count");
}

void report__claims (const Plan *plan, GString *out)
{
	if (find (plan, has_modules)) {
		g_string_append_c (out, '\n');
		report__wrap (out, "Note: ", "  ",
			      "a configuration here has modules. They were neither built nor "
			      "booted: nothing above says anything about a patch to one.");
	}
	write_irreproducible (plan, out);
	if (find (plan, is_unguarded)) {
		g_string_append_c (out, '\n');
		report__wrap (out, "Note: ", "  ",
			      "images here were built without a sandbox: what a patch's build "
			      "did to this machine, and to other images, was not kept in.");
	}
	write_rates (plan, out);
	write_quiet_bases (plan, out);
	write_infra (plan, out);
	if (find (plan, is_new_crash)) {
		g_string_append_c (out, '\n');
		report__wrap (out, "oops-new ", "  ", "a crash that base does not have.");
	}
	if (find (plan, is_same_as_base)) {
		g_string_append_c (out, '\n');
		report__wrap (out, "= ", "  ",
			      "bit-identical to base on this board and configuration: this patch "
			      "changes nothing there, and no test there can tell the two apart.");
	}
	if (find (plan, is_unread))
		report__wrap (out, "  ", "  ",
			      "(Known without a build where no file that a patch changes was read "
			      "when base was built.)");
}

/* ---- images ---- */

/* The variants of @first's board and config that have its image, and are not told yet. */
static char *owners (const Plan *plan, const Cell *first, GHashTable *told)
{
	g_autoptr (GString) names = g_string_new (NULL);
	guint i;

	for (i = first->index; i < plan->cells->len; i++) {
		const Cell *cell = plan->cells->pdata[i];

		if (cell->board != first->board || cell->config != first->config ||
		    g_strcmp0 (cell->image, first->image) != 0)
			continue;
		g_hash_table_add (told, (gpointer) cell);
		g_string_append_printf (names, "%s%s", names->len ? ", " : "",
					cell->variant->variant->name);
	}
	return g_string_free (g_steal_pointer (&names), FALSE);
}

void report__images (const Plan *plan, GString *out)
{
	g_autoptr (GHashTable) told = g_hash_table_new (NULL, NULL);
	const Cell *last = NULL;
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		const Cell *cell = plan->cells->pdata[i];
		g_autofree char *names = NULL, *image = NULL, *text = NULL;

		if (!cell->image || g_hash_table_contains (told, cell))
			continue;
		if (!last)
			g_string_append (out, "\nImages, by the start of their SHA-256:\n");
		if (!last || last->board != cell->board || last->config != cell->config)
			g_string_append_printf (out, "  %s, %s\n", cell->board->board->name,
						cell->config->name);
		last = cell;
		names = owners (plan, cell, told);
		image = g_utf8_substring (cell->image, 0,
					  MIN (g_utf8_strlen (cell->image, -1), 12));
		text = g_strdup_printf ("%s  %s", image, names);
		report__wrap (out, "    ", "                  ", text);
	}
}
