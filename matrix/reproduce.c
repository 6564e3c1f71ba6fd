/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "base/files.h"
#include "base/lock.h"
#include "kbuild/elf-first.h"
#include "matrix/reproduce.h"

/* One of the two builds, and where its vmlinux is; the folders last as long as this does. */
typedef struct {
	Scratch *scratch; /* (nullable) */
	Workshop *workshop;
	Layer *layer;
	char *image;
	char *vmlinux; /* (nullable) */
} Side;

static void side_clear (Side *self)
{
	layer_free (self->layer);
	workshop_free (self->workshop);
	scratch_free (self->scratch);
	g_free (self->image);
	g_free (self->vmlinux);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Side, side_clear)

void reproduction_free (Reproduction *self)
{
	if (!self)
		return;
	g_free (self->images[0]);
	g_free (self->images[1]);
	g_free (self->difference);
	g_free (self);
}

/* This is about builds of our own. */
static gboolean never_known (const Cell *cell G_GNUC_UNUSED, gboolean boot G_GNUC_UNUSED,
			     gpointer unused G_GNUC_UNUSED)
{
	return FALSE;
}

static gboolean build_side (Side *self, const Plan *plan, const Cell *base,
			    const JobOptions *options, GCancellable *cancellable, GError **error)
{
	BuildAnswer answer = { .lock = -1 };

	self->workshop = workshop_new (plan, options, never_known, NULL, cancellable, error);
	if (!self->workshop)
		return FALSE;
	self->layer = layer_new (base);
	job_prepare (self->workshop, self->layer, TRUE, &answer);
	if (answer.build) {
		self->image = g_strdup (answer.build->sha256);
		self->vmlinux = slot_object (self->layer->slot, "vmlinux");
	}
	if (answer.error)
		g_propagate_error (error, g_steal_pointer (&answer.error));
	build_answer_clear (&answer);
	return self->image != NULL;
}

/* Where the two differ first; a kernel says it better than its compressed image. */
static char *first_difference (const Side *a, const Side *b)
{
	g_autoptr (ElfDifference) difference = NULL;
	g_autoptr (GError) error = NULL;

	if (!a->vmlinux || !b->vmlinux)
		return g_strdup ("the image; there is no vmlinux to look into");
	if (!elf_first_difference (a->vmlinux, b->vmlinux, &difference, &error))
		return g_strdup_printf ("the image (%s)", error->message);
	return difference ? elf_difference_text (difference)
			  : g_strdup ("the image alone: vmlinux is the same");
}

Reproduction *reproduce_base (const Plan *plan, const Cell *base, Store *store,
			      const JobOptions *options, GCancellable *cancellable, GError **error)
{
	g_autofree char *work = g_build_filename (plan->project->state_dir, "work", NULL);
	g_autofree char *images = g_build_filename (plan->project->state_dir, "images", NULL);
	g_autofree char *logs = g_build_filename (plan->project->state_dir, "logs", NULL);
	g_autofree char *slots = NULL; /* not the scratch folder itself: both have a `lock` */
	g_autoptr (Reproduction) result = g_new0 (Reproduction, 1);
	g_auto (Side) first = { 0 }, second = { 0 };
	JobOptions other = *options;

	if (!files_make_dir (images, error) || !files_make_dir (logs, error) ||
	    !build_side (&first, plan, base, options, cancellable, error))
		return NULL;
	second.scratch = scratch_new (work, error);
	if (!second.scratch)
		return NULL;
	slots = g_build_filename (scratch_dir (second.scratch), "slots", NULL);
	other.slots = slots;
	other.ccache_dir = NULL;
	other.unguarded = TRUE;
	other.jobs = options->jobs + 1;
	if (!build_side (&second, plan, base, &other, cancellable, error))
		return NULL;
	result->images[0] = g_strdup (first.image);
	result->images[1] = g_strdup (second.image);
	result->equal = g_str_equal (first.image, second.image);
	if (!result->equal)
		result->difference = first_difference (&first, &second);
	if (!store_set_irreproducible (store, base->key, result->equal ? NULL : result->difference,
				       error))
		return NULL;
	return g_steal_pointer (&result);
}
