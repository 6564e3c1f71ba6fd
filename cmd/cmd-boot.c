/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/lock.h"
#include "base/text.h"
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

/* A boot under way, in a thread of its own. */
typedef struct {
	const Selection *selection;
	const Cell *cell;
	gboolean interactive;
	GCancellable *cancellable;

	BootResult *result; /* NULL with error */
	char *log;	    /* relative to the state folder */
	GError *error;
} Boot;

static void boot_clear (Boot *self)
{
	boot_result_free (self->result);
	g_free (self->log);
	g_clear_error (&self->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Boot, boot_clear)

static BootResult *boot (const Boot *self, const char *log, GError **error)
{
	const Cell *cell = self->cell;
	const char *state = self->selection->project->state_dir;
	g_autofree char *images = results_images_dir (self->selection->project);
	g_autofree char *image = g_build_filename (images, cell->image, NULL);
	g_autofree char *work = g_build_filename (state, "work", NULL);
	g_autoptr (Scratch) scratch = scratch_new (work, error);
	g_autofree char *log_path = g_build_filename (state, log, NULL);
	g_autofree char *init = NULL;
	BootSpec spec = {
		.board = cell->board->board,
		.image = image,
		.log = log_path,
		.data_dir = files_data_dir (),
		.interactive = self->interactive,
		.on_line = self->interactive ? NULL : print_line,
	};

	BootResult *result;
	int lock;

	if (!scratch)
		return NULL;
	if (cell->board->board->guest) {
		init = guest_build (cell->board, state, self->cancellable, error);
		if (!init)
			return NULL;
	}
	spec.init = init;
	spec.work_dir = scratch_dir (scratch);
	if (!boot_claim_board (spec.board, progress_held, spec.board->name, &lock,
			       self->cancellable, error))
		return NULL;
	result = boot_run (&spec, self->cancellable, error);
	if (lock >= 0)
		close (lock);
	return result;
}

static gpointer boot_in_thread (gpointer user_data)
{
	Boot *self = user_data;

	self->log = g_strdup_printf ("logs/%s-%s-%s-%d-%" G_GINT64_FORMAT ".boot.log",
				     self->cell->board->board->name, self->cell->config->name,
				     self->cell->variant->variant->name, (int) getpid (),
				     g_get_real_time ());
	self->result = boot (self, self->log, &self->error);
	return NULL;
}

/* Boots while the main context hears signals. What was cancelled is no result, even if there was a
 * verdict at the same moment: the user does not want it. */
static gboolean boot_and_listen (Boot *self, GError **error)
{
	progress_in_thread (boot_in_thread, self);
	if (g_cancellable_is_cancelled (self->cancellable))
		return fail (error, BAKEOFF_ERROR_CANCELLED, "stopped\nthis boot does not count");
	if (self->error)
		g_propagate_error (error, g_steal_pointer (&self->error));
	return self->result != NULL;
}

/* Prints the verdict and keeps it. */
static gboolean conclude (const Boot *self, int *out_status, GError **error)
{
	const BootResult *result = self->result;
	g_autofree char *key = NULL, *detail = NULL;

	if (self->interactive && result->outcome != BOOT_INFRA)
		return TRUE;
	detail = text_printable (result->detail, -1);
	printf ("%s: %s\n", boot_outcome_name (result->outcome), detail);
	if (result->outcome == BOOT_INFRA) {
		*out_status = EXIT_UNJUDGED;
		return TRUE;
	}
	key = plan_boot_key (self->cell);
	return store_add_boot (self->selection->store, key, result, self->log, error);
}

gboolean cmd_boot (int argc, char **argv, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_auto (Boot) job = { .selection = &selection };
	const GOptionEntry own[] = { { "interactive", 'i', 0, G_OPTION_ARG_NONE, &job.interactive,
				       "Put the terminal through to the console; nothing is judged",
				       NULL },
				     { NULL } };
	g_autoptr (GCancellable) cancellable = NULL;
	RunOptions options = { .event = progress_event, .build_only = TRUE };
	g_autofree char *images = NULL;
	const Cell *cell;

	if (!options_parse (&selection, (OPTIONS_MATRIX & ~OPTIONS_COMBINE) | OPTIONS_WORK, own, 0,
			    &argc, argv, error))
		return FALSE;
	if (!selection.variants)
		selection.variants = g_strsplit ("base", ",", -1);
	if (!selection_plan (&selection, TRUE, error))
		return FALSE;
	cell = choose_cell (selection.plan, error);
	if (!cell || !selection_open_store (&selection, error))
		return FALSE;
	images = results_images_dir (selection.project);
	if (!results_need_image (cell, selection.store, images, error))
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
	job.cell = cell;
	job.cancellable = cancellable;
	return boot_and_listen (&job, error) && conclude (&job, out_status, error);
}
