/* SPDX-License-Identifier: GPL-2.0-only */
#include "matrix/odds.h"
#include "matrix/weigh.h"

const Cell *weigh_base (const Plan *plan, const Cell *cell)
{
	return plan_cell (plan, plan->variants->pdata[0], cell->board, cell->config);
}

guint weigh_needed (const Plan *plan, const Cell *cell)
{
	const Cell *base = weigh_base (plan, cell);
	guint needed = cell == base ? 0 : odds_needed (base->bad, base->runs);

	return base->bad == base->runs ? MIN (needed, base->runs) : needed;
}

/* Whether base has a crash of that title in any of its boots. */
static gboolean has_crash (const Cell *base, const Crash *crash)
{
	return base->titles &&
	       g_ptr_array_find_with_equal_func (base->titles, crash->title, g_str_equal, NULL);
}

static void weigh (const Plan *plan, Cell *cell)
{
	const Cell *base = weigh_base (plan, cell);
	guint needed = weigh_needed (plan, cell);

	if (cell == base)
		return;
	if (cell->verdict == VERDICT_OOPS && !has_crash (base, cell->crash)) {
		cell->verdict = VERDICT_OOPS_NEW;
	} else if (cell->verdict == VERDICT_PASS && cell->runs < needed) {
		cell->verdict = VERDICT_UNDECIDED;
		g_free (cell->detail);
		cell->detail = g_strdup_printf (
			"0 of %u boots bad, and %u of %u of base: %u more good boot%s would decide",
			cell->runs, base->bad, base->runs, needed - cell->runs,
			needed - cell->runs == 1 ? "" : "s");
	}
}

void weigh_plan (Plan *plan)
{
	guint i;

	for (i = 0; i < plan->cells->len; i++)
		weigh (plan, plan->cells->pdata[i]);
}
