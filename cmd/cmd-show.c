/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "matrix/pairs.h"
#include "matrix/report.h"
#include "matrix/results.h"

/* The variant before @index whose tree is equal, as two postings of one patch have. */
static const char *equal_to (const Plan *plan, guint index)
{
	const PlanVariant *entry = plan->variants->pdata[index];
	guint i;

	for (i = 0; i < index && entry->applied->ok; i++) {
		const PlanVariant *other = plan->variants->pdata[i];

		if (g_strcmp0 (other->applied->tree, entry->applied->tree) == 0)
			return other->variant->name;
	}
	return NULL;
}

static void write_variant (const Plan *plan, guint index, GString *out)
{
	const PlanVariant *entry = plan->variants->pdata[index];
	const Variant *variant = entry->variant;
	const char *equal = equal_to (plan, index);
	guint i;

	g_string_append_printf (out, "%s\n", variant->name);
	if (variant->title && index > 0)
		g_string_append_printf (out, "    %s\n    by %s\n", variant->title,
					variant->author);
	for (i = 0; i < variant->patches->len; i++) {
		g_autofree char *file = g_path_get_basename (variant->patches->pdata[i]);

		g_string_append_printf (out, "    %s %s\n",
					i + 1 < variant->patches->len ? "needs" : "patch", file);
	}
	if (equal)
		g_string_append_printf (out, "    gives the same tree as %s\n", equal);
	if (entry->applied->ok)
		g_string_append_printf (out, "    applies: tree %.12s\n", entry->applied->tree);
	else
		g_string_append_printf (out, "    apply-failed: %s\n", entry->applied->detail);
	for (i = 0; entry->applied->notes && i < entry->applied->notes->len; i++)
		g_string_append_printf (out, "    %s\n", (char *) entry->applied->notes->pdata[i]);
}

/* What one cell's build changed, @whole: with every object and function. */
static void write_changes (const Cell *cell, gboolean whole, GString *out)
{
	g_auto (GStrv) lines = g_strsplit (cell->changes ? cell->changes : "", "\n", -1);
	g_autofree char *proof = report_proof (cell);
	guint i;

	g_string_append_printf (out, "    %s, %s: ", cell->board->board->name, cell->config->name);
	if (proof)
		g_string_append_printf (out, "%s\n", proof);
	else if (cell->changes)
		g_string_append_printf (out, "%s\n", lines[0]);
	else if (cell->image)
		g_string_append (out, "another image than base's\n");
	else if (cell->verdict == VERDICT_PENDING)
		g_string_append (out, "not built yet: 'bakeoff build' builds it\n");
	else
		g_string_append_printf (out, "%s\n", verdict_name (cell->verdict));
	for (i = 1; whole && !proof && lines[0] && lines[i]; i++) {
		if (*lines[i])
			g_string_append_printf (out, "        %s\n", lines[i]);
	}
}

static void write_changed (const Plan *plan, gboolean whole, GString *out)
{
	guint i, j;

	for (i = 1; i < plan->variants->len; i++) {
		const PlanVariant *entry = plan->variants->pdata[i];

		g_string_append_printf (out, "%s\n", entry->variant->name);
		for (j = 0; j < plan->cells->len; j++) {
			const Cell *cell = plan->cells->pdata[j];

			if (cell->variant == entry)
				write_changes (cell, whole, out);
		}
	}
}

/* Which variants go on together. */
static gboolean write_conflicts (const Selection *selection, GString *out, GError **error)
{
	const PlanOptions options = selection_fill (selection);
	g_autoptr (Stacker) stacker = plan_stacker (selection->plan, &options, error);
	g_autoptr (Pairs) pairs = stacker ? pairs_find (selection->plan, stacker) : NULL;

	if (!pairs)
		return FALSE;
	pairs_print (pairs, selection->plan, out);
	return TRUE;
}

gboolean cmd_show (int argc, char **argv, int *out_status G_GNUC_UNUSED, GError **error)
{
	g_auto (Selection) selection = { 0 };
	gboolean changed = FALSE, functions = FALSE, conflicts = FALSE, builds;
	const GOptionEntry own[] = {
		{ "changed", 0, 0, G_OPTION_ARG_NONE, &changed,
		  "What each variant's build changed, compared with base's", NULL },
		{ "functions", 0, 0, G_OPTION_ARG_NONE, &functions,
		  "The same, with every object and function", NULL },
		{ "conflicts", 0, 0, G_OPTION_ARG_NONE, &conflicts,
		  "Which variants go on together, each on top of each other", NULL },
		{ NULL }
	};
	g_autoptr (GString) out = g_string_new (NULL);
	g_autofree char *text = NULL;
	const Plan *plan;
	guint i;

	if (!options_parse (&selection, OPTIONS_MATRIX, own, 0, &argc, argv, error))
		return FALSE;
	builds = changed || functions;
	if (builds && conflicts)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "--conflicts does not go with --changed and --functions");
	if (!selection_plan (&selection, builds, error))
		return FALSE;
	plan = selection.plan;
	if (builds && (!selection_open_store (&selection, error) ||
		       !results_judge_all (selection.plan, selection.store, error)))
		return FALSE;
	g_string_append_printf (out, "base %s %.12s (\"%s\")\n\n", plan->base_describe, plan->base,
				plan->base_subject ? plan->base_subject : "");
	if (builds)
		write_changed (plan, functions, out);
	else if (conflicts && !write_conflicts (&selection, out, error))
		return FALSE;
	for (i = 0; !builds && !conflicts && i < plan->variants->len; i++)
		write_variant (plan, i, out);
	text = text_printable (out->str, (gssize) out->len);
	fputs (text, stdout);
	return TRUE;
}
