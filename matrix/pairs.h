/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which variants go on together: each on top of each other one.
 */
#pragma once

#include "matrix/plan.h"

typedef enum {
	PAIR_SELF,     /* the two are one */
	PAIR_FITS,     /* it goes on top */
	PAIR_WITHIN,   /* all of it is there already */
	PAIR_CONFLICT, /* it does not go on top */
	PAIR_ALONE,    /* one of the two does not even go on alone */
} PairKind;

typedef struct {
	guint n;	 /* variants, without base */
	PairKind *kinds; /* n * n: of BELOW * n + TOP */
	char **why;	 /* (nullable), each: of PAIR_CONFLICT */
} Pairs;

/** pairs_find: tries all of @plan's variants in memory. */
Pairs *pairs_find (const Plan *plan, Stacker *stacker);
void pairs_free (Pairs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pairs, pairs_free)

/** pairs_print: as a table with numbered rows and columns, and the conflicts below it. */
void pairs_print (const Pairs *self, const Plan *plan, GString *out);
