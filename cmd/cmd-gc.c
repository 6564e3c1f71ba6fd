/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "matrix/gc.h"

enum {
	DEFAULT_DAYS = 30,
	NOT_GIVEN = G_MININT,
	DAY = 24 * 60 * 60
};

static gboolean parse_size (const char *text, guint64 *out_size, GError **error)
{
	static const char units[] = "KMGT";
	const char *unit;
	guint64 factor = 1, number;
	char *end = NULL;

	number = g_ascii_strtoull (text, &end, 10);
	unit = *end ? strchr (units, g_ascii_toupper (*end)) : NULL;
	if (unit) {
		factor = (guint64) 1 << (10 * (unit - units + 1));
		end++;
	}
	if (!g_ascii_isdigit (*text) || *end || number > G_MAXUINT64 / factor)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "--size takes a size as 500M or 2G, not '%s'", text);
	*out_size = number * factor;
	return TRUE;
}

/* Age is asked for by a number of days, or where nothing else is. */
static gboolean fill_options (GcOptions *options, int days, const char *size, gboolean all,
			      GError **error)
{
	gint64 now = g_get_real_time () / G_USEC_PER_SEC;
	gboolean by_age = days != NOT_GIVEN;

	if (all && (by_age || size))
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "--all leaves nothing to --older and --size");
	if (by_age && days < 0)
		return fail (error, BAKEOFF_ERROR_USAGE, "--older takes days, not '%d'", days);
	options->before = G_MININT64;
	options->size = G_MAXUINT64;
	if (all)
		options->before = G_MAXINT64;
	else if (by_age || !size)
		options->before = now - (gint64) (by_age ? days : DEFAULT_DAYS) * DAY;
	return !size || parse_size (size, &options->size, error);
}

static char *size_text (guint64 bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double size = (double) bytes / 1024;
	guint i;

	for (i = 0; size >= 1000 && i + 1 < G_N_ELEMENTS (units); i++)
		size /= 1024;
	return g_strdup_printf ("%.1f %s", size, units[i]);
}

static void print_line (const char *name, gboolean dry_run, GcAmount removed, GcAmount left,
			guint in_use)
{
	g_autofree char *gone = size_text (removed.bytes), *kept = size_text (left.bytes);

	printf ("%-8s %s %5u (%s), leaves %u (%s)", name, dry_run ? "would remove" : "removed",
		removed.count, gone, left.count, kept);
	if (in_use)
		printf (", of them %u in use", in_use);
	putchar ('\n');
}

static void print_report (const GcReport *report, gboolean dry_run)
{
	GcAmount removed = { 0 }, left = { 0 };
	guint in_use = 0;
	int kind;

	for (kind = 0; kind < GC_KINDS; kind++) {
		print_line (gc_kind_name ((GcKind) kind), dry_run, report->removed[kind],
			    report->left[kind], report->in_use[kind]);
		removed.count += report->removed[kind].count;
		removed.bytes += report->removed[kind].bytes;
		left.count += report->left[kind].count;
		left.bytes += report->left[kind].bytes;
		in_use += report->in_use[kind];
	}
	print_line ("total", dry_run, removed, left, in_use);
	if (report->shared)
		puts ("another bakeoff is at work here, and keeps what it may use");
}

gboolean cmd_gc (int argc, char **argv, int *out_status G_GNUC_UNUSED, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_autofree char *size = NULL;
	gboolean all = FALSE;
	int days = NOT_GIVEN;
	GcOptions options = { 0 };
	const GOptionEntry own[] = {
		{ "older", 0, 0, G_OPTION_ARG_INT, &days,
		  "Remove what was not used for DAYS days (30, without --size and --all)", "DAYS" },
		{ "size", 0, 0, G_OPTION_ARG_STRING, &size,
		  "Remove the oldest until the rest takes at most SIZE, as 500M or 2G", "SIZE" },
		{ "all", 0, 0, G_OPTION_ARG_NONE, &all, "Remove everything that can be made again",
		  NULL },
		{ "dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry_run,
		  "Say what would be removed, remove nothing", NULL },
		{ NULL }
	};
	GcReport report;
	gboolean done;

	if (!options_parse (&selection, OPTIONS_PROJECT, own, 0, &argc, argv, error) ||
	    !fill_options (&options, days, size, all, error) || !selection_load (&selection, error))
		return FALSE;
	done = gc_run (selection.project->state_dir, &options, &report, error);
	print_report (&report, options.dry_run);
	return done;
}
