/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether equal sources give equal images here, seen by building base twice.
 *
 * Only then does an equal image prove anything. The second build differs from the first in all that
 * must not matter: another folder, so other paths, nothing built before, no sandbox, no cache of
 * compilers, another number of jobs, a later time.
 */
#pragma once

#include "matrix/jobs.h"
#include "matrix/store.h"

typedef struct {
	gboolean equal;
	char *images[2];  /* SHA-256 */
	char *difference; /* (nullable): the first place where the two differ */
} Reproduction;

void reproduction_free (Reproduction *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reproduction, reproduction_free)

/**
 * reproduce_base: builds @base, the cell of a variant `base`, twice, and keeps in @store what came
 * of it: where the images differ, `same_as` is not claimed for that board and config any more.
 *
 * Errors: BUILD where base does not build; FAILED, CANCELLED.
 */
Reproduction *reproduce_base (const Plan *plan, const Cell *base, Store *store,
			      const JobOptions *options, GCancellable *cancellable, GError **error);
