/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "base/files.h"
#include "kbuild/sandbox.h"
#include "matrix/clocks.h"
#include "matrix/guest.h"
#include "matrix/jobs.h"
#include "matrix/results.h"
#include "matrix/run.h"

/* All of a run. It is the calling thread's; workers have their Task and the workshop. */
typedef struct {
	Plan *plan;
	Store *store;
	const RunOptions *options;
	GCancellable *cancellable;
	Workshop *workshop;
	char *images;
	GMainContext *context;
	GThreadPool *builders;
	GThreadPool *booters;
	GPtrArray *layers;	   /* (element-type Layer) */
	GHashTable *builds;	   /* build key -> GPtrArray of Cell that wait for it */
	GHashTable *boots;	   /* boot key -> the same */
	GHashTable *guests;	   /* PlanBoard -> path of its /init */
	guint judged, outstanding; /* cells; tasks that have not answered */
	gboolean stuck;		   /* no thread can be started */
	GError *error;		   /* the first that stops the run */
} Run;

/* What a worker is to do, and then its answer, handed back to the main thread. */
typedef struct {
	Run *run;
	enum {
		TASK_PREPARE,
		TASK_BUILD,
		TASK_BOOT
	} kind;
	Layer *layer; /* of a build */
	Cell *cell;   /* of TASK_PREPARE: base's */
	gboolean wanted;
	guint cost; /* objects to make; cheap ones go first */
	BuildAnswer build;
	BootAnswer *boot;
} Task;

static void task_free (gpointer data)
{
	Task *self = data;

	build_answer_clear (&self->build);
	boot_answer_free (self->boot);
	g_free (self);
}

/* ---- workers ---- */

static gboolean on_answer (gpointer data);

/* Has the main thread call @function. */
static void post (const Run *run, GSourceFunc function, gpointer data, GDestroyNotify destroy)
{
	g_autoptr (GSource) source = g_idle_source_new ();

	g_source_set_priority (source, G_PRIORITY_DEFAULT);
	g_source_set_callback (source, function, data, destroy);
	g_source_attach (source, run->context);
}

static void work (gpointer data, gpointer user_data)
{
	Task *task = data;
	Run *run = user_data;

	if (g_cancellable_is_cancelled (run->cancellable)) {
		fail (task->boot ? &task->boot->error : &task->build.error, BAKEOFF_ERROR_CANCELLED,
		      "stopped");
		post (run, on_answer, task, task_free);
		return;
	}
	if (task->kind == TASK_PREPARE)
		job_prepare (run->workshop, task->layer, task->wanted, &task->build);
	else if (task->kind == TASK_BUILD)
		job_build (run->workshop, task->layer, task->cell, &task->build);
	else
		job_boot (run->workshop, task->cell, task->boot);
	post (run, on_answer, task, task_free);
}

static int compare_costs (gconstpointer a, gconstpointer b, gpointer unused G_GNUC_UNUSED)
{
	const Task *left = a, *right = b;

	return (left->cost > right->cost) - (left->cost < right->cost);
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
		path = guest_build (board, run->plan->project->state_dir, run->cancellable, error);
		if (path)
			g_hash_table_insert (run->guests, (gpointer) board, path);
	}
	return path;
}

static void start (Run *run, GThreadPool *pool, Task *task)
{
	g_autoptr (GError) error = NULL;

	run->outstanding++;
	/* where this fails the task waits for another thread, of which there may be none */
	if (!g_thread_pool_push (pool, task, &error) && g_thread_pool_get_num_threads (pool) == 0) {
		run->stuck = TRUE;
		abort_run (run, g_steal_pointer (&error));
	}
}

/* Has @cell wait for @key in @table. Returns: whether it is the first that does. */
static gboolean wait_for (GHashTable *table, const char *key, Cell *cell)
{
	GPtrArray *waiting = g_hash_table_lookup (table, key);
	gboolean first = waiting == NULL;

	if (first) {
		waiting = g_ptr_array_new ();
		g_hash_table_insert (table, g_strdup (key), waiting);
	}
	g_ptr_array_add (waiting, cell);
	return first;
}

/* Returns: (transfer container): the cells that waited for @key in @table. */
static GPtrArray *take_waiting (GHashTable *table, const char *key)
{
	GPtrArray *waiting = NULL;
	g_autofree char *stolen = NULL;

	g_hash_table_steal_extended (table, key, (gpointer *) &stolen, (gpointer *) &waiting);
	return waiting ? waiting : g_ptr_array_new ();
}

static void start_boot (Run *run, Cell *cell)
{
	g_autofree char *key = plan_boot_key (cell);
	guint number = cell->runs + cell->infra + 1;
	g_autofree char *kind =
		number > 1 ? g_strdup_printf ("boot-%u", number) : g_strdup ("boot");
	g_autoptr (GError) error = NULL;
	const char *init = NULL;
	Task *task;

	if (cell->board->board->guest)
		init = guest_of (run, cell->board, &error);
	if (error) {
		set_infra (run, cell, error->message);
		return;
	}
	if (!wait_for (run->boots, key, cell))
		return;
	task = g_new0 (Task, 1);
	task->run = run;
	task->kind = TASK_BOOT;
	task->cell = cell;
	task->boot = boot_answer_new ();
	task->boot->image = g_build_filename (run->images, cell->image, NULL);
	task->boot->init = g_strdup (init);
	task->boot->log = job_log_name (cell, key, kind);
	task->boot->key = g_steal_pointer (&key);
	task->boot->clock = clocks_learn (run->plan, cell);
	start (run, run->booters, task);
}

/* After a build or a boot: what is known of @cell now, and what is to be done next for it. */
static void advance (Run *run, Cell *cell)
{
	g_autoptr (GError) error = NULL;

	if (!results_judge (cell, run->store, run->images, &error)) {
		abort_run (run, g_steal_pointer (&error));
	} else if (cell->verdict != VERDICT_PENDING) {
		run->judged++;
		tell (run, RUN_JUDGED, cell);
	} else if (!cell->image) {
		set_infra (run, cell, "the image was deleted or damaged while this ran");
	} else if (!run->options->build_only && !cell->unbooted &&
		   !g_cancellable_is_cancelled (run->cancellable)) {
		start_boot (run, cell);
	}
}

/* ---- builds ---- */

static Task *build_task (Run *run, int kind, Layer *layer, Cell *cell)
{
	Task *task = g_new0 (Task, 1);

	task->run = run;
	task->kind = kind;
	task->layer = layer;
	task->cell = cell;
	task->build.lock = -1;
	return task;
}

static void start_prepare (Run *run, Layer *layer, gboolean wanted)
{
	Task *task = build_task (run, TASK_PREPARE, layer, (Cell *) layer->base);

	task->wanted = wanted;
	start (run, run->builders, task);
}

static void start_build (Run *run, Layer *layer, Cell *cell, guint cost)
{
	Task *task = build_task (run, TASK_BUILD, layer, cell);

	task->cost = cost;
	start (run, run->builders, task);
}

static void start_variants (Run *run, Layer *layer, const GArray *costs)
{
	guint i;

	for (i = 0; i < layer->cells->len; i++) {
		Cell *cell = layer->cells->pdata[i];

		if (wait_for (run->builds, cell->key, cell))
			start_build (run, layer, cell, g_array_index (costs, guint, i));
	}
}

/* Keeps what a build came to. FALSE where @cells have no verdict from it. */
static gboolean keep_build (Run *run, const Cell *cell, const BuildAnswer *answer)
{
	StoredBuild build = { .ok = answer->build != NULL,
			      .log = answer->log,
			      .unread = answer->unread,
			      .changes = answer->changes,
			      .unconfigured = g_error_matches (answer->error, BAKEOFF_ERROR,
							       BAKEOFF_ERROR_CONFIG),
			      .unguarded = run->options->jobs.unguarded };
	g_autofree char *detail = NULL;
	g_autoptr (GError) error = NULL;

	if (answer->build) {
		build.image = answer->build->sha256;
		build.modules = answer->build->modules;
		build.seconds = answer->build->seconds;
	} else {
		detail = without_folder (run, answer->error->message);
		build.detail = detail;
	}
	if (store_put_build (run->store, cell->key, &build, &error))
		return TRUE;
	abort_run (run, g_steal_pointer (&error));
	return FALSE;
}

static gboolean is_error (const GError *error, BakeoffErrorCode code)
{
	return g_error_matches (error, BAKEOFF_ERROR, code);
}

/* Whether it says nothing of what was built. */
static gboolean is_ours (const GError *error)
{
	return error && !is_error (error, BAKEOFF_ERROR_BUILD) &&
	       !is_error (error, BAKEOFF_ERROR_CONFIG);
}

/* Nobody's patch is to blame. */
static void set_all_infra (Run *run, GPtrArray *cells, const GError *error)
{
	guint i;

	for (i = 0; i < cells->len && !is_error (error, BAKEOFF_ERROR_CANCELLED); i++) {
		((Cell *) cells->pdata[i])->cached = FALSE;
		set_infra (run, cells->pdata[i], error->message);
	}
}

/* @answer is what @cells waited for. */
static void on_built (Run *run, GPtrArray *cells, const BuildAnswer *answer)
{
	guint i;

	if (is_ours (answer->error)) {
		set_all_infra (run, cells, answer->error);
		return;
	}
	if (cells->len == 0 || !keep_build (run, cells->pdata[0], answer))
		return;
	for (i = 0; i < cells->len; i++) {
		Cell *cell = cells->pdata[i];

		cell->cached = FALSE;
		tell (run, RUN_BUILT, cell);
		advance (run, cell);
	}
}

static void on_prepared (Run *run, Task *task)
{
	Layer *layer = task->layer;
	g_autoptr (GPtrArray) base = g_ptr_array_new ();

	if (task->build.known) {
		g_free (layer->image);
		layer->image = g_strdup (task->cell->image);
		layer->modules = task->cell->modules;
		advance (run, task->cell);
		start_prepare (run, layer, FALSE);
		return;
	}
	if (task->wanted) {
		g_ptr_array_add (base, task->cell);
		on_built (run, base, &task->build);
	}
	if (is_ours (task->build.error) || is_error (task->build.error, BAKEOFF_ERROR_CONFIG))
		set_all_infra (run, layer->cells, task->build.error);
	else if (task->build.costs)
		start_variants (run, layer, task->build.costs);
}

static void on_variant_built (Run *run, Task *task)
{
	g_autoptr (GPtrArray) cells = take_waiting (run->builds, task->cell->key);
	guint i;

	if (!task->build.known)
		on_built (run, cells, &task->build);
	for (i = 0; i < cells->len && task->build.known; i++)
		advance (run, cells->pdata[i]);
}

/* ---- boots ---- */

/* Whether a boot's end may be the end that we brought about by stopping it. */
static gboolean is_doubtful (const Run *run, const BootResult *boot)
{
	return boot && boot->outcome != BOOT_PASS && boot->outcome != BOOT_OOPS &&
	       g_cancellable_is_cancelled (run->cancellable);
}

static void on_booted (Run *run, Task *task)
{
	BootAnswer *answer = task->boot;
	g_autoptr (GPtrArray) waiting = take_waiting (run->boots, answer->key);
	const BootResult *boot = answer->result;
	g_autoptr (GError) error = NULL;
	guint i;

	if (is_error (answer->error, BAKEOFF_ERROR_CANCELLED) || is_doubtful (run, boot))
		return;
	/* what broke on our side too: it is counted, apart */
	if (boot && !store_add_boot (run->store, answer->key, boot, answer->log, &error)) {
		abort_run (run, g_steal_pointer (&error));
		return;
	}
	for (i = 0; i < waiting->len; i++) {
		Cell *cell = waiting->pdata[i];

		cell->cached = FALSE;
		if (answer->error || (boot && boot->outcome == BOOT_INFRA))
			set_infra (run, cell, boot ? boot->detail : answer->error->message);
		else
			advance (run, cell); /* again where another bakeoff's came to nothing */
	}
}

static gboolean on_answer (gpointer data)
{
	Task *task = data;
	Run *run = task->run;

	run->outstanding--;
	if (task->kind == TASK_PREPARE)
		on_prepared (run, task);
	else if (task->kind == TASK_BUILD)
		on_variant_built (run, task);
	else
		on_booted (run, task);
	return G_SOURCE_REMOVE;
}

/* ---- what jobs ask ---- */

typedef struct {
	Run *run;
	Cell *cell;
	gboolean boot;
	gboolean known, answered;
	GMutex mutex;
	GCond cond;
} Question;

/* In the main thread, which owns the store and the cells. */
static gboolean on_question (gpointer data)
{
	Question *self = data;
	g_autoptr (GError) error = NULL;
	gboolean known;

	if (!results_judge (self->cell, self->run->store, self->run->images, &error))
		abort_run (self->run, g_steal_pointer (&error));
	known = self->cell->verdict != VERDICT_PENDING || (!self->boot && self->cell->image);
	if (!known)
		tell (self->run, self->boot ? RUN_BOOTING : RUN_BUILDING, self->cell);
	g_mutex_lock (&self->mutex);
	self->known = known;
	self->answered = TRUE;
	g_cond_signal (&self->cond);
	g_mutex_unlock (&self->mutex);
	return G_SOURCE_REMOVE;
}

/* JobKnown: the job waits until the main thread has looked. */
static gboolean ask_known (const Cell *cell, gboolean boot, gpointer user_data)
{
	Question question = { .run = user_data, .cell = (Cell *) cell, .boot = boot };

	g_mutex_init (&question.mutex);
	g_cond_init (&question.cond);
	post (question.run, on_question, &question, NULL);
	g_mutex_lock (&question.mutex);
	while (!question.answered)
		g_cond_wait (&question.cond, &question.mutex);
	g_mutex_unlock (&question.mutex);
	g_cond_clear (&question.cond);
	g_mutex_clear (&question.mutex);
	return question.known;
}

/* ---- a run ---- */

static void start_builds (Run *run)
{
	guint i;

	run->layers = layers_of (run->plan);
	for (i = 0; i < run->layers->len; i++) {
		Layer *layer = run->layers->pdata[i];

		start_prepare (run, layer,
			       layer->base->verdict == VERDICT_PENDING && !layer->base->image);
	}
}

static void start_known_images (Run *run)
{
	guint i;

	for (i = 0; i < run->plan->cells->len; i++) {
		Cell *cell = run->plan->cells->pdata[i];

		if (cell->verdict != VERDICT_PENDING)
			run->judged++;
		else if (cell->image && !run->options->build_only && !cell->unbooted)
			start_boot (run, cell);
	}
}

static gboolean run_init (Run *run, GError **error)
{
	const char *state = run->plan->project->state_dir;
	const RunOptions *options = run->options;
	g_autofree char *logs = g_build_filename (state, "logs", NULL);
	/* without layers, variants take turns */
	int builders = options->jobs.unguarded ? 1 : options->jobs.jobs;

	run->cancellable =
		options->cancellable ? g_object_ref (options->cancellable) : g_cancellable_new ();
	run->images = results_images_dir (run->plan->project);
	run->context = g_main_context_ref_thread_default ();
	g_main_context_push_thread_default (run->context);
	run->builds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					     (GDestroyNotify) g_ptr_array_unref);
	run->boots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					    (GDestroyNotify) g_ptr_array_unref);
	run->guests = g_hash_table_new_full (NULL, NULL, NULL, g_free);
	run->builders = g_thread_pool_new (work, run, builders, FALSE, NULL);
	run->booters = g_thread_pool_new (work, run, options->jobs.jobs, FALSE, NULL);
	g_thread_pool_set_sort_function (run->builders, compare_costs, NULL);
	if (!files_make_dir (run->images, error) || !files_make_dir (logs, error))
		return FALSE;
	run->workshop =
		workshop_new (run->plan, &options->jobs, ask_known, run, run->cancellable, error);
	return run->workshop != NULL;
}

static void run_clear (Run *run)
{
	/* wait TRUE: every worker that has begun answers and ends */
	g_thread_pool_free (run->builders, run->stuck, TRUE);
	g_thread_pool_free (run->booters, run->stuck, TRUE);
	g_clear_pointer (&run->layers, g_ptr_array_unref);
	workshop_free (run->workshop);
	g_hash_table_unref (run->builds);
	g_hash_table_unref (run->boots);
	g_hash_table_unref (run->guests);
	g_main_context_pop_thread_default (run->context);
	g_main_context_unref (run->context);
	g_object_unref (run->cancellable);
	g_free (run->images);
}

/* Whether a build is needed, and cannot be had in the way that was asked for. */
static gboolean check_sandbox (const Run *run, GError **error)
{
	g_autofree char *dir = NULL;
	guint i;

	for (i = 0; i < run->plan->cells->len && !dir; i++) {
		const Cell *cell = run->plan->cells->pdata[i];

		if (cell->verdict == VERDICT_PENDING && !cell->image)
			dir = g_build_filename (run->plan->project->state_dir, "work", NULL);
	}
	return !dir || run->options->jobs.unguarded ||
	       sandbox_check (run->options->jobs.data_dir, dir, error);
}

/* Those that are at work when no other can be started still ask and answer. */
static guint count_workers (const Run *run)
{
	return g_thread_pool_get_num_threads (run->builders) +
	       g_thread_pool_get_num_threads (run->booters);
}

gboolean run_plan (Plan *plan, Store *store, const RunOptions *options, GError **error)
{
	Run run = { .plan = plan, .store = store, .options = options };
	gboolean cancelled;

	if (!results_judge_all (plan, store, error) || !check_sandbox (&run, error))
		return FALSE;
	if (run_init (&run, &run.error)) {
		start_known_images (&run);
		start_builds (&run);
	}
	while (run.outstanding > 0 && !(run.stuck && count_workers (&run) == 0)) {
		if (!g_main_context_iteration (run.context, !run.stuck))
			g_usleep (10000);
	}
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
