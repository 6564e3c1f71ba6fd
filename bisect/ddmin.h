/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Delta debugging: the smallest part of a set of changes that still has its effect.
 *
 * This is ddmin of Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input (IEEE
 * Transactions on Software Engineering 28, 2002): drop a half, else a quarter, and so on down to
 * single items. What differs from the paper:
 *
 * - Items may need others. Only closed sets are asked: who drops an item drops all that need it.
 * - Complements come first, and a part alone is asked only where no set that holds it lost the
 *   effect before: with oracles that are monotone, which most patches are, that never pays.
 * - Down to single items each part is tried once at each granularity; only among single items it
 *   is gone round until none can be dropped any more.
 *
 * Nothing is random: equal answers give equal questions in equal order. So a search that was
 * interrupted is resumed by starting it anew with an oracle that remembers its answers; the store
 * of results is such a one. Within one search no set is asked twice.
 */
#pragma once

#include <glib.h>

#include "base/bits.h"

typedef enum {
	OUTCOME_ERROR = -1, /* the oracle set its error: the search stops */
	OUTCOME_KEEPS,	    /* the effect is there */
	OUTCOME_LOSES,	    /* it is not */
	OUTCOME_UNRESOLVED, /* cannot be told: does not build or apply. Is not kept either */
} Outcome;

/** outcome_name: "keeps", "loses", "unresolved". */
const char *outcome_name (Outcome outcome);

/**
 * DdminTest: whether the effect is there with @kept alone, which is closed and may be empty.
 *
 * Errors: any; it must be set where OUTCOME_ERROR is returned, and only there.
 */
typedef Outcome (*DdminTest) (const Bits *kept, gpointer data, GError **error);

typedef struct {
	Bits *kept;
	Outcome outcome; /* never OUTCOME_ERROR */
} Question;

typedef struct {
	guint size;	      /* how many items there are */
	Bits *kept;	      /* the answer: closed; known to keep the effect */
	GPtrArray *questions; /* (element-type Question): all that were asked, in order */
	guint *shown_by; /* for each item, an index into @questions; see reduction_shown_by() */
	guint repeats;	 /* how often an answer was known already, and not asked again */
} Reduction;

/**
 * ddmin:
 * @size: how many items there are
 * @needs: (nullable) (element-type Bits): for each item those that it needs; what those need in
 *         turn need not be told. Items that need each other are kept or dropped together
 *
 * First it asks for all items, then for none. The result is 1-minimal: from its `kept` no item can
 * be dropped, with those that need it, without losing the effect or becoming unresolved. A smaller
 * set may still exist, where several items must go at once.
 *
 * The number of questions is size² + 3 size at worst; with a monotone oracle that needs k items
 * about 2k log2 (size).
 *
 * Returns: (transfer full). Errors: USAGE where all items together do not keep the effect; those of
 * @test.
 */
Reduction *ddmin (guint size, GPtrArray *needs, DdminTest test, gpointer data, GError **error);

void reduction_free (Reduction *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reduction, reduction_free)

/**
 * reduction_shown_by: what was shown about @item.
 *
 * Where it was dropped: the question at which it went. Its set is without @item and KEEPS: with all
 * else that was there at that time the effect does not need it.
 * Where it is kept: the question without @item and what needs it, and with all else that is kept.
 * It LOSES, or is UNRESOLVED: then @item is needed to build, and nothing is known about the effect.
 *
 * Returns: (transfer none)
 */
const Question *reduction_shown_by (const Reduction *self, guint item);

/** reduction_count: how many questions had @outcome. */
guint reduction_count (const Reduction *self, Outcome outcome);
