/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which patch of a series breaks, or cures: bisect/search.h over the order of its patches.
 *
 * The base and the whole series are tried first, and only where one is good and the other bad is
 * there something to look for. Each stack is tried as one more variant, over base's objects; the
 * store remembers, so that an interrupted search is gone on with by asking again.
 */
#pragma once

#include "bisect/search.h"
#include "matrix/trial.h"

/* Which change is looked for. */
typedef enum {
	SERIES_EITHER, /* the default */
	SERIES_BREAKS,
	SERIES_CURES,
} SeriesWanted;

/* What is asked. Borrowed. */
typedef struct {
	TrialSpec trial;	/* one board, one configuration; what is tried is chosen here */
	TrialQuestion question; /* what is bad. What is untestable is skipped */
	SeriesWanted wanted;
	const char *name;   /* of the series, for progress and logs */
	GPtrArray *patches; /* (element-type filename): bottom first, absolute: series_read() */
} SeriesSpec;

typedef struct {
	guint patches; /* the first so many of the series */
	TrialResult *result;
	Answer answer;
} SeriesTrial;

typedef struct {
	GPtrArray *trials; /* (element-type SeriesTrial): in order: base, the whole, all others */
	gboolean differs;  /* base and the whole are good and bad, and it is what was wanted; where
			    * not nothing was looked for */
	gboolean cures;	   /* it goes from bad to good, not from good to bad */
	GArray *suspects; /* (element-type guint): indices of patches: the one, or, where skips hide
			   * it, those that it is among; empty unless @differs */
} SeriesFound;

/**
 * series_search: tries a stack for each question, about log2 of the patches.
 *
 * Errors: USAGE for a series without patches or with one patch twice, and those of trial_run();
 * FAILED where our side breaks.
 */
SeriesFound *series_search (const SeriesSpec *spec, GCancellable *cancellable, GError **error);
void series_found_free (SeriesFound *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SeriesFound, series_found_free)
