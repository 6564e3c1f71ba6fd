/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options that commands share: which project, which repository, which cells.
 */
#pragma once

#include <gio/gio.h>

#include "matrix/plan.h"
#include "matrix/run.h"
#include "matrix/store.h"

typedef struct {
	char *project_path; /* --project */
	char *repo;	    /* --repo, else $BAKEOFF_REPO */
	char *base;	    /* --base */
	char **boards;	    /* --board, repeatable, commas allowed */
	char **configs;	    /* --config */
	char **variants;    /* --variant */
	int combine;	    /* --combine: 2, or 0 */
	int jobs;	    /* --jobs; the number of cores */
	gboolean unguarded; /* --no-sandbox */
	gboolean no_ccache; /* --no-ccache */
	gboolean fresh;	    /* --fresh */
	char *ccache_dir;   /* set by selection_jobs() */
	Project *project;   /* loaded by selection_load() */
	Plan *plan;	    /* made by selection_plan() */
	Store *store;	    /* opened by selection_open_store() */
	int guard;	    /* of the same: gc_guard(); 0 before */
} Selection;

void selection_clear (Selection *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Selection, selection_clear)

/* Which groups of options a command takes. */
typedef enum {
	OPTIONS_PROJECT = 1 << 0, /* --project */
	OPTIONS_REPO = 1 << 1,	  /* --repo */
	OPTIONS_BASE = 1 << 5,	  /* --base; $BAKEOFF_REPO is heard */
	OPTIONS_VARIANT = 1 << 2, /* --variant */
	OPTIONS_CELLS = 1 << 3,	  /* --board, --config */
	OPTIONS_COMBINE = 1 << 6, /* --combine */
	OPTIONS_WORK = 1 << 4,	  /* --jobs, --no-sandbox, --no-ccache, --fresh */
	/* what chooses among a matrix's cells */
	OPTIONS_MATRIX = OPTIONS_PROJECT | OPTIONS_REPO | OPTIONS_BASE | OPTIONS_VARIANT |
			 OPTIONS_CELLS | OPTIONS_COMBINE,
} OptionGroups;

/**
 * options_parse: parses @argv.
 * @own: (nullable): options of this command alone
 * @max_arguments: words that may be left, which follow argv[0] afterwards; -1 for any number
 *
 * `--help` prints the help and exits. Errors: USAGE.
 */
gboolean options_parse (Selection *self, OptionGroups groups, const GOptionEntry *own,
			int max_arguments, int *argc, char **argv, GError **error);

/** split_commas: makes of `a,b` and `c`, or of NULL, what `--board a,b --board c` means. */
void split_commas (char ***list);

/** selection_load: finds and loads bakeoff.conf. */
gboolean selection_load (Selection *self, GError **error);

/** selection_plan: selection_load(), then the plan; with @cells its boards and cells too. */
gboolean selection_plan (Selection *self, gboolean cells, GError **error);

/** selection_jobs: JobOptions of this selection, borrowing its strings. */
JobOptions selection_jobs (Selection *self);

/** selection_open_store: the project's results.db, and no `gc` until selection_clear(). */
gboolean selection_open_store (Selection *self, GError **error);

/** selection_fill: PlanOptions of this selection, borrowing its strings. */
PlanOptions selection_fill (const Selection *self);
