/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/files.h"
#include "kbuild/build.h"
#include "matrix/results.h"

char *results_images_dir (const Project *project)
{
	return g_build_filename (project->state_dir, "images", NULL);
}

char *results_store_path (const Project *project)
{
	return g_build_filename (project->state_dir, "results.db", NULL);
}

static void set_verdict (Cell *cell, Verdict verdict, const char *detail)
{
	cell->verdict = verdict;
	g_free (cell->detail);
	cell->detail = g_strdup (detail);
}

static void set_log (Cell *cell, const char *log)
{
	g_free (cell->log);
	cell->log = g_strdup (log);
}

static CellBoot *cell_boot_new (const BootResult *result, const char *log)
{
	CellBoot *self = g_new0 (CellBoot, 1);

	self->outcome = result->outcome;
	self->seconds = result->seconds;
	self->log = g_strdup (log);
	return self;
}

static void cell_boot_free (gpointer data)
{
	CellBoot *self = data;

	g_free (self->log);
	g_free (self);
}

/* One boot that was bad makes the cell bad: the first of them is its verdict, once there are as
 * many as are wanted. */
static void judge_boots (Cell *cell, GPtrArray *boots)
{
	guint i;

	cell->runs = cell->bad = cell->infra = 0;
	g_clear_pointer (&cell->crash, crash_free);
	g_clear_pointer (&cell->titles, g_ptr_array_unref);
	cell->titles = g_ptr_array_new_with_free_func (g_free);
	g_clear_pointer (&cell->counted, g_ptr_array_unref);
	cell->counted = g_ptr_array_new_with_free_func (cell_boot_free);
	for (i = 0; i < boots->len; i++) {
		const StoredBoot *boot = boots->pdata[i];
		const BootResult *result = boot->result;

		if (result->outcome == BOOT_INFRA) {
			cell->infra++;
			continue;
		}
		cell->runs++;
		g_ptr_array_add (cell->counted, cell_boot_new (result, boot->log));
		if (result->crash)
			g_ptr_array_add (cell->titles, g_strdup (result->crash->title));
		cell->boot_seconds = result->seconds;
		if (result->outcome == BOOT_PASS) {
			if (cell->bad)
				continue;
		} else if (cell->bad++) {
			continue;
		}
		set_verdict (cell, verdict_of_boot (result->outcome), result->detail);
		set_log (cell, boot->log);
		if (result->crash)
			cell->crash = crash_copy (result->crash);
	}
	if (cell->runs < cell->boots)
		set_verdict (cell, VERDICT_PENDING, NULL);
}

/* What is known of a cell whose image lies there, or once lay there. */
static gboolean judge_known (Cell *cell, Store *store, GError **error)
{
	g_autofree char *boot_key = plan_boot_key (cell);
	g_autoptr (GPtrArray) boots = NULL;

	if (!cell->board->board->bootable) {
		set_verdict (cell, VERDICT_BUILT, NULL);
		return TRUE;
	}
	boots = store_get_boots (store, boot_key, error);
	if (!boots)
		return FALSE;
	judge_boots (cell, boots);
	return TRUE;
}

/* A verdict outlives its image; what is damaged is not believed. */
static gboolean judge_image (Cell *cell, Store *store, const char *images_dir, GError **error)
{
	g_autofree char *path = g_build_filename (images_dir, cell->image, NULL);
	gboolean gone = !g_file_test (path, G_FILE_TEST_EXISTS);

	if (gone || image_is_sound (images_dir, cell->image)) {
		if (!judge_known (cell, store, error))
			return FALSE;
		if (!gone || cell->verdict != VERDICT_PENDING)
			return TRUE;
	}
	g_clear_pointer (&cell->image, g_free);
	return store_forget_build (store, cell->key, error);
}

gboolean results_judge (Cell *cell, Store *store, const char *images_dir, GError **error)
{
	const Applied *applied = cell->applied;
	g_autoptr (StoredBuild) build = NULL;
	g_autoptr (GError) local = NULL;

	set_verdict (cell, VERDICT_PENDING, NULL);
	if (!applied->ok) {
		set_verdict (cell, VERDICT_APPLY_FAILED, applied->detail);
		return TRUE;
	}
	if (!cell->key) {
		set_verdict (cell, VERDICT_INFRA, cell->board->trouble);
		return TRUE;
	}
	build = store_get_build (store, cell->key, &local);
	if (local) {
		g_propagate_error (error, g_steal_pointer (&local));
		return FALSE;
	}
	if (!build)
		return TRUE;
	cell->build_seconds = build->seconds;
	cell->unread = build->unread;
	cell->unguarded = build->unguarded;
	g_free (cell->changes);
	cell->changes = g_strdup (build->changes);
	set_log (cell, build->log);
	cell->unconfigured = build->unconfigured;
	if (!build->ok) {
		set_verdict (cell, build->unconfigured ? VERDICT_INFRA : VERDICT_BUILD_FAILED,
			     build->detail);
		return TRUE;
	}
	g_free (cell->image);
	cell->modules = build->modules;
	cell->image = g_strdup (build->image);
	return judge_image (cell, store, images_dir, error);
}

gboolean results_need_image (const Cell *cell, Store *store, const char *images_dir, GError **error)
{
	g_autoptr (GError) local = NULL;
	g_autoptr (StoredBuild) build =
		cell->key ? store_get_build (store, cell->key, &local) : NULL;
	g_autofree char *path = NULL;

	if (local) {
		g_propagate_error (error, g_steal_pointer (&local));
		return FALSE;
	}
	if (!build || !build->ok)
		return TRUE;
	if (!image_is_sound (images_dir, build->image))
		return store_forget_build (store, cell->key, error);
	path = g_build_filename (images_dir, build->image, NULL);
	files_touch (path);
	return TRUE;
}

/* Whether an equal image proves that nothing changed: what differs may be in a module, and where
 * base does not give its own image again, equal ones are luck. */
static gboolean proves_sameness (const Cell *base, const Cell *cell)
{
	return cell->image && !cell->modules && !base->irreproducible;
}

void results_compare_images (Plan *plan)
{
	const Cell *base = NULL;
	guint i, j;

	for (i = 0; i < plan->cells->len; i++) {
		Cell *cell = plan->cells->pdata[i];

		g_clear_pointer (&cell->same_as, g_free);
		/* cells of one board and config follow each other, base first */
		if (!base || base->board != cell->board || base->config != cell->config)
			base = cell;
		if (!proves_sameness (base, cell))
			continue;
		for (j = base->index; j < i && !cell->same_as; j++) {
			const Cell *other = plan->cells->pdata[j];

			if (g_strcmp0 (other->image, cell->image) == 0)
				cell->same_as = g_strdup (other->variant->variant->name);
		}
	}
}

/* What bakeoff doctor --reproducible has found out about base. */
static gboolean read_reproducible (Cell *cell, Store *store, GError **error)
{
	g_autoptr (GError) local = NULL;

	if (!cell->key || !g_str_equal (cell->variant->variant->name, "base"))
		return TRUE;
	g_free (cell->irreproducible);
	cell->irreproducible = store_get_irreproducible (store, cell->key, &local);
	if (!local)
		return TRUE;
	g_propagate_error (error, g_steal_pointer (&local));
	return FALSE;
}

static gboolean tells_signature (const Project *project)
{
	return project->signatures && *project->signatures;
}

/* Whether @crash is one that the project is about. */
static gboolean is_wanted (const Project *project, const Crash *crash)
{
	char **signature;

	for (signature = project->signatures; crash && signature && *signature; signature++) {
		if (strstr (crash->title, *signature))
			return TRUE;
	}
	return FALSE;
}

static char *describe (const Cell *base)
{
	const char *what = base->crash ? base->crash->title : base->detail;

	return what ? g_strdup_printf ("%s: %s", verdict_name (base->verdict), what)
		    : g_strdup (verdict_name (base->verdict));
}

char *results_unusable (const Plan *plan, const Cell *cell)
{
	const Cell *base = plan_cell (plan, plan->variants->pdata[0], cell->board, cell->config);

	switch (base->verdict) {
	case VERDICT_BUILD_FAILED:
	case VERDICT_APPLY_FAILED:
		return describe (base);
	case VERDICT_FAIL:
	case VERDICT_OOPS:
	case VERDICT_OOPS_NEW:
	case VERDICT_HANG:
		return !tells_signature (plan->project) || is_wanted (plan->project, base->crash)
			       ? NULL
			       : describe (base);
	case VERDICT_PENDING:
	case VERDICT_PASS:
	case VERDICT_BUILT:
	case VERDICT_INFRA:
	case VERDICT_UNDECIDED:
		break;
	}
	return NULL;
}

gboolean results_is_judged (const Plan *plan, const Cell *cell)
{
	g_autofree char *unusable = results_unusable (plan, cell);

	return !unusable && verdict_is_judged (cell->verdict);
}

gboolean results_judge_all (Plan *plan, Store *store, GError **error)
{
	g_autofree char *images = results_images_dir (plan->project);
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		Cell *cell = plan->cells->pdata[i];

		if (!results_judge (cell, store, images, error) ||
		    !read_reproducible (cell, store, error))
			return FALSE;
		cell->cached = cell->verdict != VERDICT_PENDING;
	}
	results_compare_images (plan);
	return TRUE;
}
