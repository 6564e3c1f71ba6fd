/* SPDX-License-Identifier: GPL-2.0-only */
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "kbuild/build.h"
#include "matrix/guest.h"
#include "matrix/results.h"
#include "matrix/run.h"

/* All of a run. Workers read `plan`'s strings and `options`; the rest is the main thread's. */
typedef struct {
	Plan *plan;
	Store *store;
	const RunOptions *options;
	GCancellable *cancellable;
	char *images;
	char *logs;
	GMainContext *context;
	GThreadPool *builders;
	GThreadPool *booters;
	GHashTable *boots;  /* boot key -> GPtrArray of Cell that wait for it */
	GHashTable *guests; /* PlanBoard -> path of its /init */
	guint outstanding;  /* jobs that have not answered */
	guint judged;
	GError *error; /* the first that stops the run */
} Run;

/* The cells of one slot that must be built. */
typedef struct {
	const PlanBoard *board;
	const ProjectConfig *config;
	GPtrArray *cells;
} BuildJob;

typedef struct {
	Cell *cell;
	char *key;
	char *image;
	char *init; /* (nullable) */
	char *log;  /* relative to the state folder */
} BootJob;

/* A worker's answer, handed to the main thread. */
typedef struct {
	Run *run;
	enum {
		MESSAGE_BUILDING,
		MESSAGE_BUILT,
		MESSAGE_SLOT_DONE,
		MESSAGE_BOOTING,
		MESSAGE_BOOTED
	} kind;
	Cell *cell;
	BuildResult *build;
	BootResult *boot;
	BootJob *job; /* of a boot: freed with the message */
	char *log;
	GError *error;
} Message;

static void boot_job_free (BootJob *self)
{
	if (!self)
		return;
	g_free (self->key);
	g_free (self->image);
	g_free (self->init);
	g_free (self->log);
	g_free (self);
}

static void message_free (gpointer data)
{
	Message *self = data;

	build_result_free (self->build);
	boot_result_free (self->boot);
	boot_job_free (self->job);
	g_free (self->log);
	g_clear_error (&self->error);
	g_free (self);
}

static gboolean on_message (gpointer data);

static void post (const Message *message)
{
	Message *copy = g_memdup2 (message, sizeof *message);
	g_autoptr (GSource) source = g_idle_source_new ();

	g_source_set_priority (source, G_PRIORITY_DEFAULT);
	g_source_set_callback (source, on_message, copy, message_free);
	g_source_attach (source, message->run->context);
}

/* ---- workers ---- */

static char *log_name (const Cell *cell, const char *key, const char *kind)
{
	return g_strdup_printf ("logs/%s-%s-%s-%.12s.%s.log", cell->board->board->name,
				cell->config->name, cell->variant->variant->name, key, kind);
}

static gboolean fill_slot (const char *from, const char *to, const char *dir,
			   GPtrArray **out_changed, gpointer user_data, GError **error)
{
	return repo_checkout (user_data, from, to, dir, out_changed, error);
}

static BuildResult *build_cell (Run *run, const Cell *cell, Slot *slot, Repo *repo, const char *log,
				GError **error)
{
	const Board *board = cell->board->board;
	g_autofree char *log_path = g_build_filename (run->plan->project->state_dir, log, NULL);
	BuildSpec spec = {
		.toolchain = cell->board->toolchain,
		.toolchain_identity = cell->board->identity,
		.data_dir = run->options->data_dir,
		.arch = board->arch,
		.defconfig = board->defconfig,
		.settings = (const char *const *) cell->settings,
		.target = board->target,
		.image = board->image,
		.images_dir = run->images,
		.log = log_path,
		.jobs = run->options->jobs,
	};

	if (!files_write (log_path, "", 0, error) ||
	    !slot_switch (slot, cell->variant->applied->tree, fill_slot, repo, error))
		return NULL;
	return build_run (&spec, slot, run->cancellable, error);
}

static void build_slot (gpointer data, gpointer user_data)
{
	BuildJob *job = data;
	Run *run = user_data;
	g_autofree char *name =
		g_strdup_printf ("%s-%s", job->board->board->name, job->config->name);
	g_autofree char *dir =
		g_build_filename (run->plan->project->state_dir, "slots", name, NULL);
	g_autoptr (GError) trouble = NULL;
	g_autoptr (Slot) slot = slot_open (dir, &trouble);
	/* a Repo belongs to one thread */
	g_autoptr (Repo) repo = slot ? repo_open (repo_path (run->plan->repo), &trouble) : NULL;
	guint i;

	for (i = 0; i < job->cells->len; i++) {
		Message message = { .run = run, .kind = MESSAGE_BUILDING };

		message.cell = job->cells->pdata[i];
		if (repo && !g_cancellable_is_cancelled (run->cancellable)) {
			post (&message);
			message.log = log_name (message.cell, message.cell->key, "build");
			message.build = build_cell (run, message.cell, slot, repo, message.log,
						    &message.error);
		} else if (trouble) {
			message.error = g_error_copy (trouble);
		} else {
			fail (&message.error, BAKEOFF_ERROR_CANCELLED, "stopped");
		}
		message.kind = MESSAGE_BUILT;
		post (&message);
	}
	post (&(Message){ .run = run, .kind = MESSAGE_SLOT_DONE });
	g_ptr_array_unref (job->cells);
	g_free (job);
}

static void boot_cell (gpointer data, gpointer user_data)
{
	BootJob *job = data;
	Run *run = user_data;
	const char *state = run->plan->project->state_dir;
	g_autofree char *log = g_build_filename (state, job->log, NULL);
	g_autofree char *name = g_strdup_printf ("%d-%.16s", (int) getpid (), job->key);
	g_autofree char *work = g_build_filename (state, "work", name, NULL);
	BootSpec spec = {
		.board = job->cell->board->board,
		.image = job->image,
		.init = job->init,
		.log = log,
		.work_dir = work,
		.data_dir = run->options->data_dir,
	};
	Message message = { .run = run, .kind = MESSAGE_BOOTING, .cell = job->cell };

	post (&message);
	if (files_remove_tree (work, &message.error) && files_make_dir (work, &message.error))
		message.boot = boot_run (&spec, run->cancellable, &message.error);
	files_remove_tree (work, NULL);
	message.kind = MESSAGE_BOOTED;
	message.job = job;
	post (&message);
}

/* ---- main thread ---- */

static void tell (Run *run, RunEventKind kind, const Cell *cell)
{
	RunEvent event = {
		.kind = kind, .cell = cell, .judged = run->judged, .total = run->plan->cells->len
	};

	if (run->options->event)
		run->options->event (&event, run->options->user_data);
}

/* Stops the run: no verdict can be kept when the store or the disk fails. */
static void abort_run (Run *run, GError *error)
{
	if (!run->error)
		run->error = error;
	else
		g_error_free (error);
	g_cancellable_cancel (run->cancellable);
}

/* @text with paths relative to the project: it may be sent to a list. */
static char *without_folder (const Run *run, const char *text)
{
	g_autofree char *folder = g_strconcat (run->plan->project->dir, "/", NULL);
	g_auto (GStrv) parts = g_strsplit (text ? text : "", folder, -1);

	return g_strjoinv ("", parts);
}

static void set_infra (Run *run, Cell *cell, const char *detail)
{
	cell->verdict = VERDICT_INFRA;
	g_free (cell->detail);
	cell->detail = without_folder (run, detail);
	run->judged++;
	tell (run, RUN_JUDGED, cell);
}

/* The board's guest program, compiled at its first use; NULL with @error. */
static const char *guest_of (Run *run, const PlanBoard *board, GError **error)
{
	char *path = g_hash_table_lookup (run->guests, board);

	if (!path) {
		path = guest_build (board, run->plan->project->state_dir, error);
		if (path)
			g_hash_table_insert (run->guests, (gpointer) board, path);
	}
	return path;
}

static void start_boot (Run *run, Cell *cell)
{
	g_autofree char *key = plan_boot_key (cell);
	GPtrArray *waiting = g_hash_table_lookup (run->boots, key);
	g_autoptr (GError) error = NULL;
	const char *init = NULL;
	BootJob *job;

	if (waiting) {
		g_ptr_array_add (waiting, cell);
		return;
	}
	if (cell->board->board->guest) {
		init = guest_of (run, cell->board, &error);
		if (!init) {
			set_infra (run, cell, error->message);
			return;
		}
	}
	waiting = g_ptr_array_new ();
	g_ptr_array_add (waiting, cell);
	g_hash_table_insert (run->boots, g_strdup (key), waiting);

	job = g_new0 (BootJob, 1);
	job->cell = cell;
	job->image = g_build_filename (run->images, cell->image, NULL);
	job->init = g_strdup (init);
	job->log = log_name (cell, key, "boot");
	job->key = g_steal_pointer (&key);
	run->outstanding++;
	g_thread_pool_push (run->booters, job, NULL);
}

/* After a build or a boot: what is known of @cell now, and what is to be done next for it. */
static void advance (Run *run, Cell *cell)
{
	g_autoptr (GError) error = NULL;

	if (!results_judge (cell, run->store, run->images, &error)) {
		abort_run (run, g_steal_pointer (&error));
		return;
	}
	if (cell->verdict != VERDICT_PENDING) {
		run->judged++;
		tell (run, RUN_JUDGED, cell);
	} else if (cell->image && !run->options->build_only &&
		   !g_cancellable_is_cancelled (run->cancellable)) {
		start_boot (run, cell);
	}
}

static void on_built (Run *run, const Message *message)
{
	Cell *cell = message->cell;
	StoredBuild build = { .ok = message->build != NULL, .log = message->log };
	g_autofree char *detail = NULL;
	g_autoptr (GError) error = NULL;

	if (g_error_matches (message->error, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED))
		return;
	cell->cached = FALSE;
	if (message->error &&
	    !g_error_matches (message->error, BAKEOFF_ERROR, BAKEOFF_ERROR_BUILD)) {
		set_infra (run, cell, message->error->message);
		return;
	}
	if (message->build) {
		build.image = message->build->sha256;
		build.modules = message->build->modules;
		build.seconds = message->build->seconds;
	} else {
		detail = without_folder (run, message->error->message);
		build.detail = detail;
	}
	if (!store_put_build (run->store, cell->key, &build, &error)) {
		abort_run (run, g_steal_pointer (&error));
		return;
	}
	tell (run, RUN_BUILT, cell);
	advance (run, cell);
}

static void on_booted (Run *run, const Message *message)
{
	g_autoptr (GPtrArray) waiting = NULL;
	g_autoptr (GError) error = NULL;
	const BootResult *boot = message->boot;
	guint i;

	run->outstanding--;
	waiting = g_ptr_array_ref (g_hash_table_lookup (run->boots, message->job->key));
	g_hash_table_remove (run->boots, message->job->key);
	if (g_error_matches (message->error, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED))
		return;
	if (boot && boot->outcome != BOOT_INFRA &&
	    !store_add_boot (run->store, message->job->key, boot, message->job->log, &error)) {
		abort_run (run, g_steal_pointer (&error));
		return;
	}
	for (i = 0; i < waiting->len; i++) {
		Cell *cell = waiting->pdata[i];

		cell->cached = FALSE;
		if (!boot || boot->outcome == BOOT_INFRA)
			set_infra (run, cell, boot ? boot->detail : message->error->message);
		else
			advance (run, cell);
	}
}

static gboolean on_message (gpointer data)
{
	const Message *message = data;
	Run *run = message->run;

	switch (message->kind) {
	case MESSAGE_BUILDING:
		tell (run, RUN_BUILDING, message->cell);
		break;
	case MESSAGE_BUILT:
		on_built (run, message);
		break;
	case MESSAGE_SLOT_DONE:
		run->outstanding--;
		break;
	case MESSAGE_BOOTING:
		tell (run, RUN_BOOTING, message->cell);
		break;
	case MESSAGE_BOOTED:
		on_booted (run, message);
		break;
	}
	return G_SOURCE_REMOVE;
}

/* A job for each slot that has something to build; cells of a slot follow each other in the plan.
 */
static void start_builds (Run *run)
{
	BuildJob *job = NULL;
	guint i;

	for (i = 0; i < run->plan->cells->len; i++) {
		Cell *cell = run->plan->cells->pdata[i];

		if (cell->verdict != VERDICT_PENDING || cell->image)
			continue;
		if (!job || job->board != cell->board || job->config != cell->config) {
			if (job)
				g_thread_pool_push (run->builders, job, NULL);
			job = g_new0 (BuildJob, 1);
			job->board = cell->board;
			job->config = cell->config;
			job->cells = g_ptr_array_new ();
			run->outstanding++;
		}
		g_ptr_array_add (job->cells, cell);
	}
	if (job)
		g_thread_pool_push (run->builders, job, NULL);
}

static void start_known_images (Run *run)
{
	guint i;

	for (i = 0; i < run->plan->cells->len; i++) {
		Cell *cell = run->plan->cells->pdata[i];

		if (cell->verdict != VERDICT_PENDING)
			run->judged++;
		else if (cell->image && !run->options->build_only)
			start_boot (run, cell);
	}
}

static gboolean make_folders (const Run *run, GError **error)
{
	return files_make_dir (run->images, error) && files_make_dir (run->logs, error);
}

static void run_clear (Run *run)
{
	/* immediate FALSE, wait TRUE: every worker answers and ends */
	g_thread_pool_free (run->builders, FALSE, TRUE);
	g_thread_pool_free (run->booters, FALSE, TRUE);
	g_hash_table_unref (run->boots);
	g_hash_table_unref (run->guests);
	g_main_context_pop_thread_default (run->context);
	g_main_context_unref (run->context);
	g_object_unref (run->cancellable);
	g_free (run->images);
	g_free (run->logs);
}

gboolean run_plan (Plan *plan, Store *store, const RunOptions *options, GError **error)
{
	Run run = { .plan = plan, .store = store, .options = options };
	gboolean cancelled;

	if (!results_judge_all (plan, store, error))
		return FALSE;
	run.cancellable =
		options->cancellable ? g_object_ref (options->cancellable) : g_cancellable_new ();
	run.images = results_images_dir (plan->project);
	run.logs = g_build_filename (plan->project->state_dir, "logs", NULL);
	run.context = g_main_context_ref (g_main_context_default ());
	g_main_context_push_thread_default (run.context);
	run.boots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					   (GDestroyNotify) g_ptr_array_unref);
	run.guests = g_hash_table_new_full (NULL, NULL, NULL, g_free);
	run.builders = g_thread_pool_new (build_slot, &run, options->parallel, TRUE, NULL);
	run.booters = g_thread_pool_new (boot_cell, &run, options->parallel, TRUE, NULL);

	if (make_folders (&run, &run.error)) {
		start_known_images (&run);
		start_builds (&run);
	}
	while (run.outstanding > 0)
		g_main_context_iteration (run.context, TRUE);
	cancelled = g_cancellable_is_cancelled (run.cancellable);
	run_clear (&run);
	results_compare_images (plan);
	if (run.error) {
		g_propagate_error (error, run.error);
		return FALSE;
	}
	return cancelled ? fail (error, BAKEOFF_ERROR_CANCELLED,
				 "stopped\nthe same command goes on where it was")
			 : TRUE;
}
