/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "series/apply.h"
#include "series/import-internal.h"

/* Pairs are tried up to this many candidates: 40 make 1,560 trials, some tens of milliseconds. */
#define PAIRS_MAX 40

static gboolean is_usable (const Posted *posted)
{
	return posted->repaired && !posted->repaired->patch->defect && !posted->same;
}

static gboolean push (Overlay *overlay, const Patch *patch, GError **error)
{
	const ApplyOptions options = { 0, NULL };

	return patch_apply (patch, overlay, &options, error);
}

/* Whether @top goes onto @below, both in order, all on @base. */
static gboolean fits_on (const Overlay *base, Posted *const *below, guint n, const Patch *top,
			 GError **error)
{
	g_autoptr (Overlay) fork = overlay_fork (base);
	guint i;

	for (i = 0; i < n; i++)
		if (!push (fork, below[i]->repaired->patch, NULL))
			return FALSE;
	return push (fork, top, error);
}

static gboolean try_stack (const Overlay *base, Posted *self, Posted *const *below, guint n,
			   const Patch *top)
{
	guint i;

	if (!fits_on (base, below, n, top, NULL))
		return FALSE;
	for (i = 0; i < n; i++)
		g_ptr_array_add (self->needs, below[i]);
	return TRUE;
}

static gboolean try_singles (GPtrArray *all, const Overlay *base, Posted *self, const Patch *top)
{
	guint i;

	for (i = 0; i < all->len; i++) {
		Posted *one = g_ptr_array_index (all, i);

		if (one != self && is_usable (one) && try_stack (base, self, &one, 1, top))
			return TRUE;
	}
	return FALSE;
}

static gboolean try_pairs (GPtrArray *all, const Overlay *base, Posted *self, const Patch *top)
{
	guint i, j;

	for (i = 0; i < all->len && all->len <= PAIRS_MAX; i++) {
		for (j = 0; j < all->len; j++) {
			Posted *pair[] = { g_ptr_array_index (all, i), g_ptr_array_index (all, j) };

			if (i != j && pair[0] != self && pair[1] != self && is_usable (pair[0]) &&
			    is_usable (pair[1]) && try_stack (base, self, pair, 2, top))
				return TRUE;
		}
	}
	return FALSE;
}

/* Patch N of `[PATCH N/M]` on patches 1 to N-1 of the same author and M, the nearest above it. */
static gboolean try_series (GPtrArray *all, const Overlay *base, Posted *self, const Patch *top)
{
	g_autoptr (GPtrArray) below = g_ptr_array_new ();
	const Posting *mine = self->posting;
	guint i, wanted;

	for (wanted = 1; wanted < mine->number; wanted++) {
		Posted *found = NULL;

		for (i = 0; i < all->len; i++) {
			Posted *other = g_ptr_array_index (all, i);

			if (other == self)
				break;
			if (is_usable (other) && other->posting->number == wanted &&
			    other->posting->total == mine->total &&
			    g_strcmp0 (other->message->from.name, self->message->from.name) == 0)
				found = other;
		}
		if (!found)
			return FALSE;
		g_ptr_array_add (below, found);
	}
	return below->len > 0 &&
	       try_stack (base, self, (Posted *const *) below->pdata, below->len, top);
}

static gboolean find_stack (GPtrArray *all, const Overlay *base, Posted *self, const Patch *top)
{
	return try_stack (base, self, NULL, 0, top) || try_singles (all, base, self, top) ||
	       try_pairs (all, base, self, top) || try_series (all, base, self, top);
}

static void settle_restored (GPtrArray *all, const Overlay *base, Posted *self)
{
	if (base && find_stack (all, base, self, self->repaired->restored))
		repair_accept (self->repaired);
	else
		self->malformed = patch_defect_text (self->repaired->patch);
}

static void settle (GPtrArray *all, const Overlay *base, Posted *self)
{
	const Patch *patch = self->repaired->patch;
	g_autoptr (GError) why = NULL;

	if (patch->defect)
		self->malformed = patch_defect_text (patch);
	else if (base && !find_stack (all, base, self, patch)) {
		fits_on (base, NULL, 0, patch, &why);
		self->problem = g_strdup (why ? why->message : "it fits on no stack");
	}
}

/* Patches to be restored come first: once proven they can lie below others. */
void import__find_needs (GPtrArray *all, const Overlay *base)
{
	g_autoptr (GPtrArray) settled = g_ptr_array_new ();
	guint i;

	for (i = 0; i < all->len; i++) {
		Posted *self = g_ptr_array_index (all, i);

		if (!self->repaired || self->same || !self->repaired->restored)
			continue;
		settle_restored (all, base, self);
		g_ptr_array_add (settled, self);
	}
	for (i = 0; i < all->len; i++) {
		Posted *self = g_ptr_array_index (all, i);

		if (self->repaired && !self->same && !g_ptr_array_find (settled, self, NULL))
			settle (all, base, self);
	}
}
