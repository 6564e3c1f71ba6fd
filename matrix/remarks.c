/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/files.h"
#include "boards/crash.h"
#include "matrix/clocks.h"
#include "matrix/remarks.h"
#include "matrix/weigh.h"

static void scan_log (const char *text, gsize length, GHashTable *titles)
{
	g_autoptr (CrashScanner) scanner = crash_scanner_new ();
	const GPtrArray *reports = crash_scanner_all (scanner);
	guint i;

	crash_scanner_feed (scanner, text, length);
	crash_scanner_finish (scanner);
	for (i = 0; i < reports->len; i++) {
		const Crash *report = reports->pdata[i];

		if (!report->fatal)
			g_hash_table_add (titles, g_strdup (report->title));
	}
}

/* The titles of all that @cell's boots printed and that condemns none; NULL where a log is gone. */
static GHashTable *read_titles (const Plan *plan, const Cell *cell)
{
	g_autoptr (GHashTable) titles =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	guint i;

	for (i = 0; cell->counted && i < cell->counted->len; i++) {
		const CellBoot *boot = cell->counted->pdata[i];
		g_autofree char *path = g_build_filename (plan->project->state_dir,
							  boot->log ? boot->log : "", NULL);
		g_autofree char *text = NULL;
		gsize length;

		text = files_read (path, &length, NULL);
		if (!text)
			return NULL;
		scan_log (text, length, titles);
	}
	return g_steal_pointer (&titles);
}

static void add_new (Cell *cell, GHashTable *titles, GHashTable *of_base)
{
	g_autoptr (GList) names =
		g_list_sort (g_hash_table_get_keys (titles), (GCompareFunc) g_strcmp0);
	GList *at;

	for (at = names; at; at = at->next)
		if (!g_hash_table_contains (of_base, at->data))
			g_ptr_array_add (cell->remarks, g_strdup (at->data));
}

void remarks_find (Plan *plan)
{
	g_autoptr (GHashTable) of_base = NULL;
	const Cell *base = NULL;
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		Cell *cell = plan->cells->pdata[i];
		g_autoptr (GHashTable) titles = NULL;

		g_clear_pointer (&cell->remarks, g_ptr_array_unref);
		cell->remarks = g_ptr_array_new_with_free_func (g_free);
		cell->slowness = 0;
		/* cells of one board and config follow each other, base first */
		if (cell == weigh_base (plan, cell)) {
			base = cell;
			g_clear_pointer (&of_base, g_hash_table_unref);
		} else if (cell->verdict == VERDICT_PASS && base && base->runs > 0 &&
			   g_strcmp0 (cell->image, base->image) != 0) {
			cell->slowness = clocks_slowness (cell, base);
			if (!of_base)
				of_base = read_titles (plan, base);
			titles = of_base ? read_titles (plan, cell) : NULL;
			if (titles)
				add_new (cell, titles, of_base);
		}
	}
}
