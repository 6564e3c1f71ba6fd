/* SPDX-License-Identifier: GPL-2.0-only */
#include "boards/console-log.h"
#include "matrix/clocks.h"
#include "matrix/weigh.h"

/* Of more than so many boots of a cell, only the last tell its pace. */
#define MAX_BOOTS 40

static void add_paces (const Plan *plan, const Cell *cell, GArray *paces)
{
	guint i;

	if (!cell->counted)
		return;
	for (i = cell->counted->len - MIN (cell->counted->len, MAX_BOOTS); i < cell->counted->len;
	     i++) {
		const CellBoot *boot = cell->counted->pdata[i];
		BootPace pace = { .seconds = boot->seconds };
		g_autofree char *log = NULL;

		if (boot->outcome != BOOT_PASS || !boot->log)
			continue;
		log = g_build_filename (plan->project->state_dir, boot->log, NULL);
		if (console_log_silence (log, &pace.silence))
			g_array_append_val (paces, pace);
	}
}

BootClock clocks_learn (const Plan *plan, const Cell *cell)
{
	g_autoptr (GArray) paces = g_array_new (FALSE, FALSE, sizeof (BootPace));
	guint i;

	add_paces (plan, weigh_base (plan, cell), paces);
	for (i = 0; i < plan->cells->len && paces->len == 0; i++) {
		const Cell *other = plan->cells->pdata[i];

		if (other->board == cell->board && other->config == cell->config)
			add_paces (plan, other, paces);
	}
	return boot_clock_learn (cell->board->board, paces);
}

/* The quickest, or the slowest, boot of @cell that passed; 0 where none did. */
static double passed_in (const Cell *cell, gboolean slowest)
{
	double seconds = 0;
	guint i;

	for (i = 0; cell->counted && i < cell->counted->len; i++) {
		const CellBoot *boot = cell->counted->pdata[i];

		if (boot->outcome == BOOT_PASS &&
		    (seconds == 0 || (boot->seconds > seconds) == slowest))
			seconds = boot->seconds;
	}
	return seconds;
}

double clocks_slowness (const Cell *cell, const Cell *base)
{
	double quickest = passed_in (cell, FALSE), slowest = passed_in (base, TRUE);

	if (slowest == 0 || quickest < CLOCKS_SLOW_TIMES * slowest ||
	    quickest < slowest + CLOCKS_SLOW_SECONDS)
		return 0;
	return quickest / slowest;
}
