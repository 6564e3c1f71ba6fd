/* SPDX-License-Identifier: GPL-2.0-only */
#include "matrix/campaign.h"
#include "matrix/odds.h"
#include "matrix/remarks.h"
#include "matrix/results.h"
#include "matrix/weigh.h"

/* Whether boots can change what is said of @cell. */
static gboolean is_booted (const Cell *cell)
{
	return cell->image && cell->runs > 0 && cell->verdict != VERDICT_INFRA;
}

static gboolean is_base_done (const Cell *base, const CampaignSpec *spec)
{
	return base->bad >= CAMPAIGN_BAD || base->runs >= spec->boots;
}

/* How many good boots @cell will need, at least; exactly, once base is done. */
static guint needed_boots (const Plan *plan, const Cell *cell, const CampaignSpec *spec)
{
	const Cell *base = weigh_base (plan, cell);

	if (cell == base)
		return is_base_done (base, spec) ? base->runs : base->runs + 1;
	if (!is_booted (base) || base->bad == 0)
		return 1;
	if (is_base_done (base, spec))
		return MAX (weigh_needed (plan, cell), 1);
	/* no outcome of base asks for fewer than this one */
	return odds_needed (CAMPAIGN_BAD, base->runs + CAMPAIGN_BAD - base->bad);
}

static gboolean wants_boots (const Plan *plan, const Cell *cell, const CampaignSpec *spec)
{
	return is_booted (cell) && (cell->bad == 0 || cell == weigh_base (plan, cell)) &&
	       cell->runs < needed_boots (plan, cell, spec);
}

/* The boots that all cells may have together, less those they had. Equal images share theirs. */
static gint64 spare_boots (const Plan *plan, const CampaignSpec *spec)
{
	g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	gint64 spare = 0;
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		const Cell *cell = plan->cells->pdata[i];

		if (is_booted (cell) && g_hash_table_add (seen, plan_boot_key (cell)))
			spare += (gint64) spec->boots - cell->runs;
	}
	return spare;
}

/* The cell beyond its share that is nearest to an answer, if the spare boots may bring it there. */
static Cell *nearest (const Plan *plan, const CampaignSpec *spec)
{
	gint64 least = spare_boots (plan, spec) + 1;
	Cell *best = NULL;
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		Cell *cell = plan->cells->pdata[i];
		gint64 left;

		if (!wants_boots (plan, cell, spec))
			continue;
		left = (gint64) needed_boots (plan, cell, spec) - cell->runs;
		if (left < least) {
			least = left;
			best = cell;
		}
	}
	return best;
}

gboolean campaign_next (Plan *plan, const CampaignSpec *spec)
{
	gboolean any = FALSE;
	Cell *cell;
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		cell = plan->cells->pdata[i];
		if (!wants_boots (plan, cell, spec) || cell->runs >= spec->boots)
			continue;
		any = TRUE;
		cell->boots = cell->runs + 1;
	}
	if (any)
		return TRUE;
	cell = nearest (plan, spec);
	if (cell)
		cell->boots = cell->runs + 1;
	return cell != NULL;
}

static gboolean is_broken (const Cell *cell)
{
	return cell->verdict == VERDICT_INFRA && cell->image && !cell->unconfigured;
}

/* Those that our side breaks time and again: what they have shown until now must do. */
static GPtrArray *broken_cells (const Plan *plan)
{
	GPtrArray *cells = g_ptr_array_new ();
	guint i;

	for (i = 0; i < plan->cells->len; i++)
		if (is_broken (plan->cells->pdata[i]))
			g_ptr_array_add (cells, plan->cells->pdata[i]);
	return cells;
}

/* What broke on our side is tried again; what was answered is known and not done again. */
static gboolean run_through (Plan *plan, Store *store, const RunOptions *options, GError **error)
{
	guint tries, i;

	for (tries = 0; tries < CAMPAIGN_TRIES; tries++) {
		g_autoptr (GPtrArray) broken = NULL;

		if (!run_plan (plan, store, options, error))
			return FALSE;
		broken = broken_cells (plan);
		if (broken->len == 0)
			break;
		for (i = 0; i < broken->len && tries + 1 == CAMPAIGN_TRIES; i++) {
			Cell *cell = broken->pdata[i];

			cell->unbooted = TRUE;
			cell->boots = cell->runs;
			g_free (cell->trouble);
			cell->trouble = g_strdup (cell->detail);
		}
	}
	return TRUE;
}

/* The last word on those cells: a verdict of the boots that they had, if any. */
static gboolean settle_broken (Plan *plan, Store *store, GError **error)
{
	g_autofree char *images = results_images_dir (plan->project);
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		Cell *cell = plan->cells->pdata[i];

		if (!cell->trouble)
			continue;
		if (!results_judge (cell, store, images, error))
			return FALSE;
		if (cell->runs > 0)
			continue;
		cell->verdict = VERDICT_INFRA;
		g_free (cell->detail);
		cell->detail = g_strdup (cell->trouble);
	}
	return TRUE;
}

gboolean campaign_run (Plan *plan, Store *store, const CampaignSpec *spec,
		       const RunOptions *options, GError **error)
{
	guint i;

	for (i = 0; i < plan->cells->len; i++)
		((Cell *) plan->cells->pdata[i])->boots = spec->until_sure ? 1 : spec->boots;
	do {
		if (!run_through (plan, store, options, error))
			return FALSE;
	} while (spec->until_sure && !options->build_only && campaign_next (plan, spec));
	if (!settle_broken (plan, store, error))
		return FALSE;
	weigh_plan (plan);
	remarks_find (plan);
	return TRUE;
}
