/* SPDX-License-Identifier: GPL-2.0-only */
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/lock.h"
#include "kbuild/depends.h"
#include "matrix/changes.h"
#include "matrix/jobs.h"
#include "matrix/results.h"

/* Each costs a real board's tries, with all their waiting. */
#define BROKEN_BOOTS 2

struct Workshop {
	const Plan *plan;
	JobOptions options;
	JobKnown known;
	gpointer user_data; /* of `known` */
	GCancellable *cancellable;
	char *state;
	char *images;
	char *locks;
	Scratch *scratch;
	Jobserver *jobserver;
	Jobserver *own_jobserver; /* (nullable): the same, where it ends with us */
	GMutex opening;		  /* of a source, by whoever needs it first */
	GHashTable *sources;	  /* tree -> Source; boards with preludes have trees of their own */
	GMutex counting;
	GHashTable *broken; /* real Board -> boots in a row that it broke */
};

Workshop *workshop_new (const Plan *plan, const JobOptions *options, JobKnown known,
			gpointer user_data, GCancellable *cancellable, GError **error)
{
	g_autoptr (Workshop) self = g_new0 (Workshop, 1);
	g_autofree char *work = NULL;

	g_mutex_init (&self->opening);
	g_mutex_init (&self->counting);
	self->broken = g_hash_table_new (NULL, NULL);
	self->sources = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					       (GDestroyNotify) source_free);
	self->plan = plan;
	self->options = *options;
	self->known = known;
	self->user_data = user_data;
	self->cancellable = cancellable;
	self->state = g_strdup (plan->project->state_dir);
	self->images = results_images_dir (plan->project);
	self->locks = g_build_filename (self->state, "locks", NULL);
	work = g_build_filename (self->state, "work", NULL);
	self->scratch = scratch_new (work, error);
	if (!self->scratch)
		return NULL;
	if (!options->jobserver)
		self->own_jobserver =
			jobserver_new (scratch_dir (self->scratch), options->jobs, error);
	self->jobserver = options->jobserver ? options->jobserver : self->own_jobserver;
	return self->jobserver ? g_steal_pointer (&self) : NULL;
}

void workshop_free (Workshop *self)
{
	if (!self)
		return;
	jobserver_free (self->own_jobserver);
	g_hash_table_unref (self->sources);
	scratch_free (self->scratch);
	g_mutex_clear (&self->opening);
	g_mutex_clear (&self->counting);
	g_hash_table_unref (self->broken);
	g_free (self->state);
	g_free (self->images);
	g_free (self->locks);
	g_free (self);
}

Layer *layer_new (const Cell *base)
{
	Layer *self = g_new0 (Layer, 1);

	self->board = base->board;
	self->config = base->config;
	self->base = base;
	self->image = g_strdup (base->image);
	self->modules = base->modules;
	self->cells = g_ptr_array_new ();
	return self;
}

void layer_free (Layer *self)
{
	if (!self)
		return;
	slot_free (self->slot);
	g_ptr_array_unref (self->cells);
	g_free (self->image);
	g_free (self);
}

/* Cells of one board and config follow each other in the plan, base first. */
GPtrArray *layers_of (const Plan *plan)
{
	GPtrArray *layers = g_ptr_array_new_with_free_func ((GDestroyNotify) layer_free);
	Layer *layer = NULL;
	const Cell *base = NULL;
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		Cell *cell = plan->cells->pdata[i];

		if (!base || base->board != cell->board || base->config != cell->config) {
			base = cell;
			layer = NULL;
		}
		if (cell->verdict != VERDICT_PENDING || cell->image)
			continue;
		if (!layer) {
			layer = layer_new (base);
			g_ptr_array_add (layers, layer);
		}
		if (cell != base)
			g_ptr_array_add (layer->cells, cell);
	}
	return layers;
}

void build_answer_clear (BuildAnswer *self)
{
	g_clear_pointer (&self->build, build_result_free);
	g_clear_pointer (&self->costs, g_array_unref);
	g_clear_pointer (&self->log, g_free);
	g_clear_pointer (&self->changes, g_free);
	g_clear_error (&self->error);
	if (self->lock > 0)
		close (self->lock);
	self->lock = -1;
}

BootAnswer *boot_answer_new (void)
{
	BootAnswer *self = g_new0 (BootAnswer, 1);

	self->lock = -1;
	return self;
}

void boot_answer_free (BootAnswer *self)
{
	if (!self)
		return;
	g_free (self->key);
	g_free (self->image);
	g_free (self->init);
	g_free (self->log);
	boot_result_free (self->result);
	g_clear_error (&self->error);
	if (self->lock >= 0)
		close (self->lock);
	g_free (self);
}

char *job_log_name (const Cell *cell, const char *key, const char *kind)
{
	return g_strdup_printf ("logs/%s-%s-%s-%.12s.%s.log", cell->board->board->name,
				cell->config->name, cell->variant->variant->name, key, kind);
}

/* A Repo belongs to one thread, and this is called by several. */
static gboolean fill_source (const char *from, const char *to, const char *dir,
			     GPtrArray **out_changed, gpointer user_data, GError **error)
{
	const Workshop *self = user_data;
	g_autoptr (Repo) repo = repo_open (repo_path (self->plan->repo), error);

	return repo && repo_checkout (repo, from, to, dir, out_changed, error);
}

static Source *open_source (Workshop *self, const char *tree, GError **error)
{
	g_autofree char *slots = self->options.slots
					 ? g_strdup (self->options.slots)
					 : g_build_filename (self->state, "slots", NULL);
	Source *source;

	g_mutex_lock (&self->opening);
	source = g_hash_table_lookup (self->sources, tree);
	if (!source) {
		source = source_open (slots, tree, !self->options.unguarded, fill_source, self,
				      error);
		if (source)
			g_hash_table_insert (self->sources, g_strdup (tree), source);
	}
	g_mutex_unlock (&self->opening);
	return source;
}

static BuildSpec build_spec (const Workshop *self, const Cell *cell, const char *log)
{
	const Board *board = cell->board->board;

	return (BuildSpec){
		.toolchain = cell->board->toolchain,
		.toolchain_identity = cell->board->identity,
		.data_dir = self->options.data_dir,
		.arch = board->arch,
		.defconfig = board->defconfig,
		.settings = (const char *const *) cell->settings,
		.target = board->target,
		.image = board->image,
		.dtbs = (const char *const *) board->dtbs,
		.images_dir = self->images,
		.log = log,
		.jobserver = self->jobserver,
		.ccache_dir = self->options.ccache_dir,
	};
}

/* Takes the lock on @cell's build. FALSE with `known` where there is nothing to be done any more:
 * another bakeoff may have begun and ended since the store was last asked. */
static gboolean claim_build (Workshop *self, const Cell *cell, BuildAnswer *answer)
{
	answer->lock = lock_name (self->locks, cell->key, NULL, self->cancellable, &answer->error);
	answer->known = answer->lock >= 0 && self->known (cell, FALSE, self->user_data);
	return answer->lock >= 0 && !answer->known;
}

static gboolean claim_boot (Workshop *self, const Cell *cell, BootAnswer *answer)
{
	answer->lock =
		lock_name (self->locks, answer->key, NULL, self->cancellable, &answer->error);
	answer->known = answer->lock >= 0 && self->known (cell, TRUE, self->user_data);
	return answer->lock >= 0 && !answer->known;
}

/* ---- base ---- */

static GPtrArray *changed_paths (const Layer *layer, Repo *repo, const Cell *cell,
				 gboolean *out_content_only, GError **error)
{
	return repo_changed_paths (repo, layer->base->applied->tree, cell->applied->tree,
				   out_content_only, error);
}

/* How many objects each variant makes again. It decides an order alone: 0 where it is not known. */
static GArray *count_costs (Workshop *self, const Layer *layer)
{
	GArray *costs = g_array_sized_new (FALSE, TRUE, sizeof (guint), layer->cells->len);
	g_autoptr (Depends) depends = depends_read (slot_base_objects (layer->slot));
	g_autoptr (Repo) repo = repo_open (repo_path (self->plan->repo), NULL);
	guint i;

	for (i = 0; i < layer->cells->len; i++) {
		gboolean content_only;
		g_autoptr (GPtrArray) paths =
			repo ? changed_paths (layer, repo, layer->cells->pdata[i], &content_only,
					      NULL)
			     : NULL;
		guint cost = paths ? depends_count (depends, slot_source (layer->slot), paths) : 0;

		g_array_append_val (costs, cost);
	}
	return costs;
}

/* Whether variants can start: base's objects are there, and the image that one may turn out to
 * have as well. */
static gboolean is_prepared (const BuildSpec *spec, const Layer *layer)
{
	return build_is_ready (spec, layer->slot) &&
	       (!layer->image || image_is_sound (spec->images_dir, layer->image));
}

static BuildResult *build_base (Workshop *self, Layer *layer, const BuildSpec *spec,
				gboolean wanted, GError **error)
{
	g_autoptr (BuildResult) result = NULL;
	g_autoptr (GError) local = NULL;

	if (!slot_own (layer->slot, self->cancellable, error))
		return NULL;
	if (wanted || !is_prepared (spec, layer)) {
		if (!files_write (spec->log, "", 0, error))
			return NULL;
		result = build_run (spec, layer->slot, self->cancellable, &local);
	}
	if (!slot_share (layer->slot, self->cancellable, error))
		return NULL;
	if (local)
		g_propagate_error (error, g_steal_pointer (&local));
	else if (!build_is_ready (spec, layer->slot))
		fail (error, BAKEOFF_ERROR_FAILED,
		      "the slot of board '%s' was changed by another bakeoff\nrun again",
		      layer->board->board->name);
	return g_steal_pointer (&result);
}

static gboolean open_layer (Workshop *self, Layer *layer, GError **error)
{
	if (layer->slot)
		return TRUE;
	layer->source = open_source (self, layer->base->applied->tree, error);
	if (!layer->source)
		return FALSE;
	layer->slot = slot_open (layer->source, layer->board->board->name, layer->config->name,
				 self->options.data_dir, !self->options.unguarded,
				 self->cancellable, error);
	return layer->slot != NULL;
}

void job_prepare (Workshop *self, Layer *layer, gboolean wanted, BuildAnswer *answer)
{
	g_autofree char *log = NULL;
	BuildSpec spec;

	answer->log = job_log_name (layer->base, layer->base->key, "build");
	log = g_build_filename (self->state, answer->log, NULL);
	spec = build_spec (self, layer->base, log);
	if (!open_layer (self, layer, &answer->error) ||
	    (wanted && !claim_build (self, layer->base, answer)))
		return;
	if (wanted || !is_prepared (&spec, layer))
		answer->build = build_base (self, layer, &spec, wanted, &answer->error);
	if (answer->build) {
		g_free (layer->image);
		layer->image = g_strdup (answer->build->sha256);
		layer->modules = answer->build->modules;
	}
	if (!answer->error || g_error_matches (answer->error, BAKEOFF_ERROR, BAKEOFF_ERROR_BUILD))
		answer->costs = count_costs (self, layer);
}

/* ---- variants ---- */

/* Whether nothing that @cell changes was read when base was built: its image is base's, then. */
static gboolean is_unread (Workshop *self, const Layer *layer, const Cell *cell, GError **error)
{
	g_autoptr (Repo) repo = repo_open (repo_path (self->plan->repo), error);
	gboolean content_only = FALSE;
	g_autoptr (GPtrArray) paths =
		repo ? changed_paths (layer, repo, cell, &content_only, error) : NULL;

	return paths && layer->image && content_only && slot_is_whole (layer->slot) &&
	       source_unread (layer->source, paths);
}

static BuildResult *as_base (const Layer *layer)
{
	BuildResult *result = g_new0 (BuildResult, 1);

	result->sha256 = g_strdup (layer->image);
	result->modules = layer->modules;
	return result;
}

/* What differs, where the image does. That it cannot be told is no reason to doubt the build. */
static char *describe_changes (Workshop *self, const Layer *layer, const Cell *cell,
			       const Slot *slot, const BuildResult *build)
{
	g_autoptr (Repo) repo = repo_open (repo_path (self->plan->repo), NULL);
	g_autoptr (GError) error = NULL;
	char *text;

	if (!repo || !layer->image || g_str_equal (build->sha256, layer->image))
		return NULL;
	text = changes_describe (repo, layer->base->applied->tree, cell->applied->tree, slot,
				 &error);
	return text ? text : g_strdup_printf ("cannot be told: %s\n", error->message);
}

void job_build (Workshop *self, const Layer *layer, const Cell *cell, BuildAnswer *answer)
{
	g_autofree char *log = NULL;
	g_autoptr (Slot) slot = NULL;
	BuildSpec spec;

	answer->log = job_log_name (cell, cell->key, "build");
	log = g_build_filename (self->state, answer->log, NULL);
	spec = build_spec (self, cell, log);
	if (is_unread (self, layer, cell, &answer->error)) {
		answer->unread = TRUE;
		answer->build = as_base (layer);
		g_clear_pointer (&answer->log, g_free);
		answer->log = job_log_name (layer->base, layer->base->key, "build");
		return;
	}
	if (answer->error || !claim_build (self, cell, answer) ||
	    !files_write (log, "", 0, &answer->error))
		return;
	slot = slot_open_variant (layer->slot, cell->applied->tree, &answer->error);
	if (slot)
		answer->build = build_run (&spec, slot, self->cancellable, &answer->error);
	if (answer->build)
		answer->changes = describe_changes (self, layer, cell, slot, answer->build);
}

/* ---- boots ---- */

/* Whether a real board has broken so many boots in a row that no other one has to wait for it. */
static gboolean is_given_up (Workshop *self, const Board *board)
{
	gboolean given_up;

	g_mutex_lock (&self->counting);
	given_up = GPOINTER_TO_INT (g_hash_table_lookup (self->broken, board)) >= BROKEN_BOOTS;
	g_mutex_unlock (&self->counting);
	return given_up;
}

static void count_boot (Workshop *self, const Board *board, const BootResult *result)
{
	int broken;

	if (!board->line || !result)
		return;
	g_mutex_lock (&self->counting);
	broken = GPOINTER_TO_INT (g_hash_table_lookup (self->broken, board));
	broken = result->outcome == BOOT_INFRA ? broken + 1 : 0;
	g_hash_table_insert (self->broken, (gpointer) board, GINT_TO_POINTER (broken));
	g_mutex_unlock (&self->counting);
}

/* Boots @spec, whose board is ours for as long. */
static void boot_on_board (Workshop *self, BootSpec *spec, BootAnswer *answer)
{
	g_autofree char *work = g_build_filename (self->state, "work", NULL);
	g_autoptr (Scratch) scratch = NULL;

	if (is_given_up (self, spec->board)) {
		fail (&answer->error, BAKEOFF_ERROR_FAILED,
		      "board '%s' is not tried again: it broke %d boots in a row",
		      spec->board->name, BROKEN_BOOTS);
		return;
	}
	scratch = scratch_new (work, &answer->error);
	if (!scratch || !jobserver_acquire (self->jobserver, self->cancellable, &answer->error))
		return;
	spec->work_dir = scratch_dir (scratch);
	files_touch (answer->image);
	answer->result = boot_run (spec, self->cancellable, &answer->error);
	jobserver_release (self->jobserver);
	count_boot (self, spec->board, answer->result);
}

void job_boot (Workshop *self, const Cell *cell, BootAnswer *answer)
{
	g_autofree char *log = g_build_filename (self->state, answer->log, NULL);
	BootSpec spec = {
		.board = cell->board->board,
		.clock = answer->clock,
		.image = answer->image,
		.init = answer->init,
		.log = log,
		.data_dir = self->options.data_dir,
	};
	int board;

	/* the board before the token: who waits for a board keeps no compiler waiting */
	if (!claim_boot (self, cell, answer) ||
	    !boot_claim_board (spec.board, self->options.held, spec.board->name, &board,
			       self->cancellable, &answer->error))
		return;
	boot_on_board (self, &spec, answer);
	if (board >= 0)
		close (board);
}
