/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reducing a variant: the smallest part of its patches that still gets its verdict.
 *
 * The items of series/subset.h are dropped as bisect/ddmin.h says, and each set of them is tried as
 * one more variant, over base's objects. The store is what remembers: an interrupted reduction is
 * gone on with by asking again.
 */
#pragma once

#include "bisect/ddmin.h"
#include "matrix/trial.h"
#include "series/subset.h"

/* What is asked. Borrowed. */
typedef struct {
	TrialSpec trial; /* one board, one configuration; what is tried is chosen here */
	const ProjectVariant *variant;
	Verdict verdict;       /* VERDICT_PENDING: the one that the variant gets */
	const char *signature; /* (nullable): of an oops, that its title must have in it; by
				* default the title must be equal */
} ReduceSpec;

typedef struct {
	GPtrArray *files;   /* (element-type PatchFile): the variant's patches, bottom first */
	Subset *subset;	    /* of them */
	TrialResult *whole; /* what the variant itself gets */
	gboolean found;	    /* whether that is what was asked for; where not the next are NULL */
	Reduction
		*reduction; /* of the subset; keeps nothing where the base gets the same verdict */
	GPtrArray *reasons; /* (element-type utf8): for each question: `oops: …`, `pass` */
	GPtrArray *patches; /* (element-type Patch): what is left, bottom first */

	Plan *plan; /* of the base, which the subset lies on */
	Overlay *base;
} Reduced;

/**
 * reduce_variant: a set keeps the effect if it gets the verdict that is asked for, and the crash;
 * what does not build or cannot be configured is unresolved, unless that is asked for.
 *
 * Errors: USAGE where the variant's patches do not apply exactly; those of trial_run(); FAILED
 * where our side breaks, for nothing is known then.
 */
Reduced *reduce_variant (const ReduceSpec *spec, GCancellable *cancellable, GError **error);
void reduced_free (Reduced *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reduced, reduced_free)

/** reduced_reason: Returns: (transfer none): what came of the patches without @item. */
const char *reduced_reason (const Reduced *self, guint item);
