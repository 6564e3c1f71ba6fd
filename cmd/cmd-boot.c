/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "boards/boot.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/progress.h"
#include "matrix/guest.h"
#include "matrix/results.h"

static void print_line (const char *line, gpointer unused G_GNUC_UNUSED)
{
	puts (line);
	fflush (stdout);
}

/* The one cell that the options name: the last variant, base being always among them. */
static Cell *choose_cell (const Plan *plan, GError **error)
{
	Cell *cell = plan->cells->pdata[plan->cells->len - 1];

	if (plan->cells->len > 2 || (plan->cells->len == 2 && plan->variants->len == 1))
		return fail_null (
			error, BAKEOFF_ERROR_USAGE,
			"boot takes one cell, and these are %u\ngive --variant, --board and "
			"--config",
			plan->cells->len);
	if (!cell->board->board->bootable)
		return fail_null (error, BAKEOFF_ERROR_USAGE, "board '%s' is build-only",
				  cell->board->board->name);
	return cell;
}

static BootResult *boot (const Selection *selection, const Cell *cell, gboolean interactive,
			 GCancellable *cancellable, char **out_log, GError **error)
{
	const char *state = selection->project->state_dir;
	g_autofree char *images = results_images_dir (selection->project);
	g_autofree char *image = g_build_filename (images, cell->image, NULL);
	g_autofree char *folder = g_strdup_printf ("boot-%d", (int) getpid ());
	g_autofree char *work = g_build_filename (state, "work", folder, NULL);
	g_autofree char *name =
		g_strdup_printf ("logs/%s-%s-%s-%d-%" G_GINT64_FORMAT ".boot.log",
				 cell->board->board->name, cell->config->name,
				 cell->variant->variant->name, (int) getpid (), g_get_real_time ());
	g_autofree char *log = g_build_filename (state, name, NULL);
	g_autofree char *init = NULL;
	g_autoptr (BootResult) result = NULL;
	BootSpec spec = {
		.board = cell->board->board,
		.image = image,
		.log = log,
		.work_dir = work,
		.data_dir = files_data_dir (),
		.interactive = interactive,
		.on_line = interactive ? NULL : print_line,
	};

	if (cell->board->board->guest) {
		init = guest_build (cell->board, state, error);
		if (!init)
			return NULL;
	}
	spec.init = init;
	if (!files_remove_tree (work, error) || !files_make_dir (work, error))
		return NULL;
	result = boot_run (&spec, cancellable, error);
	files_remove_tree (work, NULL);
	*out_log = g_steal_pointer (&name);
	return g_steal_pointer (&result);
}

gboolean cmd_boot (int argc, char **argv, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	gboolean interactive = FALSE;
	const GOptionEntry own[] = { { "interactive", 'i', 0, G_OPTION_ARG_NONE, &interactive,
				       "Put the terminal through to the console; nothing is judged",
				       NULL },
				     { NULL } };
	g_autoptr (GCancellable) cancellable = NULL;
	RunOptions options = { .event = progress_event, .build_only = TRUE };
	g_autoptr (BootResult) result = NULL;
	g_autofree char *log = NULL, *key = NULL;
	const Cell *cell;

	if (!options_parse (&selection, OPTIONS_MATRIX | OPTIONS_WORK, own, 0, &argc, argv, error))
		return FALSE;
	if (!selection.variants)
		selection.variants = g_strsplit ("base", ",", -1);
	if (!selection_plan (&selection, TRUE, error))
		return FALSE;
	cell = choose_cell (selection.plan, error);
	if (!cell || !selection_open_store (&selection, error))
		return FALSE;
	cancellable = progress_cancellable ();
	options.cancellable = cancellable;
	options.jobs = selection_jobs (&selection);
	if (!run_plan (selection.plan, selection.store, &options, error))
		return FALSE;
	progress_finish ();
	if (!cell->image) {
		printf ("nothing to boot: %s: %s\n", verdict_name (cell->verdict),
			cell->detail ? cell->detail : "");
		*out_status = verdict_is_no (cell->verdict) ? EXIT_NO : EXIT_UNJUDGED;
		return TRUE;
	}
	result = boot (&selection, cell, interactive, cancellable, &log, error);
	if (!result)
		return FALSE;
	if (interactive && result->outcome != BOOT_INFRA)
		return TRUE;
	printf ("%s: %s\n", boot_outcome_name (result->outcome), result->detail);
	if (result->outcome == BOOT_INFRA) {
		*out_status = EXIT_UNJUDGED;
		return TRUE;
	}
	key = plan_boot_key (cell);
	return store_add_boot (selection.store, key, result, log, error);
}
