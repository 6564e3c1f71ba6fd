/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "series/apply.h"
#include "series/import-internal.h"

/* Pairs are tried up to this many candidates: 40 make 1,560 trials, some tens of milliseconds. */
#define PAIRS_MAX 40

static gboolean is_usable (const Posted *posted)
{
	return posted->repaired && !posted->repaired->patch->defect && !posted->repaired->refused &&
	       !posted->same;
}

/* Whether @self may need @other: nothing that is new lies on what is outdated. */
static gboolean may_need (const Posted *self, const Posted *other)
{
	return self != other && is_usable (other) && (self->outdated || !other->outdated);
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

		if (may_need (self, one) && try_stack (base, self, &one, 1, top))
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

			if (i != j && may_need (self, pair[0]) && may_need (self, pair[1]) &&
			    try_stack (base, self, pair, 2, top))
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

/* What the mail itself says must lie below, where the thread has all of it. */
static gboolean try_prerequisites (GPtrArray *all, const Overlay *base, Posted *self,
				   const Patch *top)
{
	g_autoptr (GPtrArray) below = g_ptr_array_new ();
	guint i, j;

	for (i = 0; i < self->prerequisites->len; i++) {
		for (j = 0; j < all->len; j++) {
			Posted *other = g_ptr_array_index (all, j);

			if (other != self && is_usable (other) &&
			    g_strcmp0 (other->id, self->prerequisites->pdata[i]) == 0)
				g_ptr_array_add (below, other);
		}
	}
	return below->len > 0 && below->len == self->prerequisites->len &&
	       try_stack (base, self, (Posted *const *) below->pdata, below->len, top);
}

static gboolean find_stack (GPtrArray *all, const Overlay *base, Posted *self, const Patch *top)
{
	return try_stack (base, self, NULL, 0, top) || try_prerequisites (all, base, self, top) ||
	       try_singles (all, base, self, top) || try_pairs (all, base, self, top) ||
	       try_series (all, base, self, top);
}

/* On the stack below it a patch may turn out not to be what its index lines say. */
static void doubt (const Overlay *base, Posted *self)
{
	g_autoptr (Overlay) fork = overlay_fork (base);
	guint i;

	for (i = 0; i < self->needs->len; i++)
		push (fork, ((const Posted *) self->needs->pdata[i])->repaired->patch, NULL);
	if (self->needs->len)
		repair_doubt (self->repaired, fork);
}

static void settle_restored (GPtrArray *all, const Overlay *base, Posted *self)
{
	if (base && find_stack (all, base, self, self->repaired->restored)) {
		repair_accept (self->repaired);
		doubt (base, self);
		self->malformed = g_strdup (self->repaired->refused);
	} else {
		self->malformed = patch_defect_text (self->repaired->patch);
	}
}

static void settle (GPtrArray *all, const Overlay *base, Posted *self)
{
	const Patch *patch = self->repaired->patch;
	g_autoptr (GError) why = NULL;

	if (patch->defect)
		self->malformed = patch_defect_text (patch);
	else if (base && !self->repaired->refused && !find_stack (all, base, self, patch)) {
		fits_on (base, NULL, 0, patch, &why);
		self->problem = g_strdup (why ? why->message : "it fits on no stack");
	} else if (base && !self->repaired->refused) {
		doubt (base, self);
	}
	if (self->repaired->refused)
		self->malformed = g_strdup (self->repaired->refused);
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

/* ---- candidates ---- */

/* Whether @below and then all of @members go on, in order. */
static gboolean stack_fits (const Overlay *base, const GPtrArray *below, const GPtrArray *members,
			    GError **error)
{
	g_autoptr (Overlay) fork = overlay_fork (base);
	guint i;

	for (i = 0; below && i < below->len; i++) {
		const Posted *posted = below->pdata[i];

		if (!push (fork, posted->repaired->patch, NULL))
			return FALSE;
	}
	for (i = 0; i < members->len; i++) {
		const Posted *posted = members->pdata[i];

		if (!push (fork, posted->repaired->patch, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean is_sound (const GPtrArray *members)
{
	guint i;

	for (i = 0; i < members->len; i++) {
		const Posted *posted = members->pdata[i];

		if (!posted->repaired || posted->repaired->patch->defect || posted->malformed)
			return FALSE;
	}
	return TRUE;
}

static GPtrArray *list_members (const Group *self)
{
	GPtrArray *members = g_ptr_array_new ();
	guint i;

	for (i = 0; i < self->members->len; i++)
		if (self->members->pdata[i])
			g_ptr_array_add (members, self->members->pdata[i]);
	return members;
}

static gboolean overlap (const GPtrArray *a, const GPtrArray *b)
{
	guint i;

	for (i = 0; i < a->len; i++)
		if (g_ptr_array_find ((GPtrArray *) b, a->pdata[i], NULL))
			return TRUE;
	return FALSE;
}

/* The one other candidate on which @members go; NULL for none. */
static const Group *find_below (const GPtrArray *groups, const Group *self,
				const GPtrArray *members, const Overlay *base)
{
	guint i;

	for (i = 0; i < groups->len; i++) {
		const Group *other = groups->pdata[i];

		if (other != self && other->stack->len > 0 && !other->problem &&
		    (self->newer || !other->newer) && is_sound (other->stack) &&
		    !overlap (other->stack, members) &&
		    stack_fits (base, other->stack, members, NULL))
			return other;
	}
	return NULL;
}

static void set_stack (Group *self, const GPtrArray *below, const GPtrArray *members)
{
	guint i;

	g_ptr_array_set_size (self->stack, 0);
	for (i = 0; below && i < below->len; i++)
		g_ptr_array_add (self->stack, below->pdata[i]);
	for (i = 0; i < members->len; i++)
		g_ptr_array_add (self->stack, members->pdata[i]);
}

static void set_needs (Posted *posted, const GPtrArray *below)
{
	guint i;

	g_ptr_array_set_size (posted->needs, 0);
	for (i = 0; i < below->len; i++)
		g_ptr_array_add (posted->needs, below->pdata[i]);
}

/* The whole is what counts: that a part fits nowhere alone says nothing then. */
static void clear_problems (const GPtrArray *members)
{
	guint i;

	for (i = 0; i < members->len; i++)
		g_clear_pointer (&((Posted *) members->pdata[i])->problem, g_free);
}

static void settle_series (Group *self, const GPtrArray *members, const Overlay *base)
{
	const Posted *first = members->pdata[0];
	g_autoptr (GError) why = NULL;

	if (!base || !is_sound (members)) {
		set_stack (self, NULL, members);
	} else if (stack_fits (base, NULL, members, &why)) {
		set_stack (self, NULL, members);
		clear_problems (members);
	} else if (first->needs->len && !overlap (first->needs, members) &&
		   stack_fits (base, first->needs, members, NULL)) {
		set_stack (self, first->needs, members);
		clear_problems (members);
	} else {
		set_stack (self, NULL, members);
		self->problem = g_strdup (why->message);
	}
}

static void settle_group (Group *self, const Overlay *base)
{
	g_autoptr (GPtrArray) members = list_members (self);
	Posted *only = members->pdata[0];

	if (self->total) {
		settle_series (self, members, base);
	} else {
		set_stack (self, only->needs, members);
		self->problem = g_strdup (only->problem);
	}
}

void import__find_stacks (GPtrArray *groups, const Overlay *base)
{
	guint i;

	for (i = 0; i < groups->len; i++)
		settle_group (groups->pdata[i], base);
	for (i = 0; i < groups->len && base; i++) {
		Group *self = groups->pdata[i];
		g_autoptr (GPtrArray) members = list_members (self);
		const Group *below = self->problem && is_sound (members)
					     ? find_below (groups, self, members, base)
					     : NULL;

		if (!below)
			continue;
		set_stack (self, below->stack, members);
		if (!self->total)
			set_needs (members->pdata[0], below->stack);
		g_clear_pointer (&self->problem, g_free);
		clear_problems (members);
	}
}
