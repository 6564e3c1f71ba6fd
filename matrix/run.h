/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running a plan: build and boot what the store does not know yet.
 *
 * The base of each board and config is built first, and every variant over its objects, those that
 * make few objects again before those that make many. What a patch changes and no build of base has
 * read is not built at all. Builds and boots run side by side, as many as the one jobserver has
 * tokens for. Images that are equal bit for bit share their boots. The calling thread owns the plan
 * and the store; threads (jobs.h) answer to it.
 */
#pragma once

#include <gio/gio.h>

#include "matrix/jobs.h"
#include "matrix/plan.h"
#include "matrix/store.h"

typedef enum {
	RUN_BUILDING, /* a build has started */
	RUN_BUILT,    /* it has ended, well or not; the cell may still need a boot */
	RUN_BOOTING,  /* a boot has started */
	RUN_JUDGED,   /* the cell has its verdict */
} RunEventKind;

typedef struct {
	RunEventKind kind;
	const Cell *cell;
	guint judged; /* cells that have a verdict */
	guint total;
} RunEvent;

typedef struct {
	JobOptions jobs;
	gboolean build_only;
	GCancellable *cancellable;				   /* (nullable) */
	void (*event) (const RunEvent *event, gpointer user_data); /* (nullable), calling thread */
	gpointer user_data;
} RunOptions;

/**
 * run_plan: brings every cell of @plan to a verdict.
 *
 * What was judged is in the store at once: a run that is stopped goes on where it was.
 * Errors: CANCELLED, with all children ended; FAILED for trouble with the store or the disk.
 */
gboolean run_plan (Plan *plan, Store *store, const RunOptions *options, GError **error);
