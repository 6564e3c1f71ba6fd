/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plan: which cells there are, and what decides each.
 *
 * Making a plan applies every variant in memory and loads every board and toolchain; it builds and
 * boots nothing. A cell gets its verdict from the store (results_judge()) or from a run.
 */
#pragma once

#include <glib.h>

#include "boards/board.h"
#include "kbuild/toolchain.h"
#include "matrix/project.h"
#include "matrix/verdict.h"
#include "series/stacker.h"
#include "series/variant.h"

typedef struct {
	Variant *variant;
	Applied *applied;  /* over the project's prelude alone */
	gboolean combined; /* of two others */
} PlanVariant;

typedef struct {
	Board *board;
	Toolchain *toolchain;
	char *identity;	    /* of the toolchain; NULL where it cannot be run */
	char *emulator;	    /* (nullable): version of the QEMU that the console starts */
	char *named_files;  /* (nullable): hashes of the files that package and console name */
	char *trouble;	    /* (nullable): why nothing can be judged here: no compiler */
	char *guest;	    /* (nullable): source file of the guest program */
	char *probe_digest; /* of all that becomes /init */
	GPtrArray *applied; /* (nullable) (element-type Applied): each of the plan's variants, with
			     * the board's own preludes below; where it has any */
} PlanBoard;

/* One boot of a cell. */
typedef struct {
	BootOutcome outcome;
	double seconds;
	char *log; /* (nullable): relative to the state folder */
} CellBoot;

typedef struct {
	guint index; /* in plan->cells */
	const PlanVariant *variant;
	const PlanBoard *board;
	const ProjectConfig *config;
	const Applied *applied; /* the variant, on this board */
	char *key; /* of the build: tree, config, board, toolchain; NULL where there is none */
	char **settings; /* the board's, then the config's */
	guint boots;	 /* how many are wanted for a verdict; 1 */

	Verdict verdict;
	char *detail;	       /* (nullable): one line for people */
	Crash *crash;	       /* (nullable): with VERDICT_OOPS and VERDICT_OOPS_NEW */
	GPtrArray *titles;     /* (nullable) (element-type utf8): of all its boots' crashes */
	guint runs;	       /* boots that say something about the patch */
	guint bad;	       /* of them, those that did not pass */
	GPtrArray *counted;    /* (nullable) (element-type CellBoot): those boots, oldest first */
	GPtrArray *remarks;    /* (nullable) (element-type utf8): see remarks.h */
	double slowness;       /* see clocks_slowness() */
	guint infra;	       /* boots that broke on our side */
	char *trouble;	       /* (nullable): why it was given up after so many of them */
	char *image;	       /* (nullable): SHA-256 of the image */
	char *same_as;	       /* (nullable): name of the variant with an equal image */
	gboolean modules;      /* built without its modules: an equal image proves nothing */
	char *irreproducible;  /* (nullable): of base: where two builds of it differed */
	gboolean unread;       /* not built: no build of base read what differs */
	gboolean unguarded;    /* built without a sandbox */
	char *changes;	       /* (nullable): see StoredBuild */
	gboolean unconfigured; /* of VERDICT_INFRA: base cannot be configured as asked */
	gboolean unbooted;     /* never booted: base, where only one that lies on it is asked for */
	gboolean cached;       /* nothing was built or booted for it this time */
	double build_seconds;
	double boot_seconds;
	char *log; /* (nullable): file: of the boot, else of the build */
} Cell;

typedef struct {
	const Project *project;
	Repo *repo;
	char *base; /* commit id */
	char *base_describe;
	char *base_subject;
	GPtrArray *variants; /* (element-type PlanVariant): base first */
	GPtrArray *boards;   /* (element-type PlanBoard) */
	GPtrArray *cells;    /* (element-type Cell): by board, config, variant */
} Plan;

/* What the command line chooses; every field may be NULL for "as the project says". */
typedef struct {
	const char *repo;
	const char *base;
	const char *data_dir; /* never NULL */
	const char *const *boards;
	const char *const *configs;
	const char *const *variants; /* base is always among them */
	const char *const *with;     /* patch files that lie on the prelude, below every variant */
	gboolean history; /* the base is one of many: where prelude or @with does not go onto it,
			   * that is a verdict, VERDICT_APPLY_FAILED for every cell, and no error */
	gboolean combine; /* each two variants that go on together are one more,
			   * called A+B */
	const ProjectVariant *extra; /* one more variant, whatever the project has, the last of all;
				      * base is then built for its objects alone, and not booted */
} PlanOptions;

/**
 * plan_new: @project must outlive it.
 *
 * Errors: USAGE for names that do not exist, for a prelude or patch of @options->with that cannot
 * be used at all, and, unless @options->history, for one that does not apply to the base; FAILED.
 */
Plan *plan_new (const Project *project, const PlanOptions *options, GError **error);
void plan_free (Plan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Plan, plan_free)

/** plan_apply: the part of plan_new() that needs no boards: variants applied, no cells. */
Plan *plan_apply (const Project *project, const PlanOptions *options, GError **error);

/** plan_stacker: tries stacks on what lies below the variants of @self. Errors: as stacker_new().
 */
Stacker *plan_stacker (const Plan *self, const PlanOptions *options, GError **error);

/** plan_cell: Returns: (transfer none) (nullable): the cell of those three. */
Cell *plan_cell (const Plan *self, const PlanVariant *variant, const PlanBoard *board,
		 const ProjectConfig *config);

/**
 * plan_boards: Returns: (transfer full): the names of @names, or, where it is empty, those of the
 * project; of them `all` stands for the project's boards and its extra ones.
 */
char **plan_boards (const Project *project, const char *const *names);

/** plan_board_dirs: Returns: (transfer full): where board files are looked for. */
char **plan_board_dirs (const Project *project, const char *data_dir);

/** plan_toolchain_dirs: Returns: (transfer full): where toolchain files are looked for. */
char **plan_toolchain_dirs (const Project *project, const char *data_dir);

/**
 * plan_boot_key: Returns: (transfer full): hash of what decides a boot: image, board with the files
 * that it names, emulator, probe. Cells with equal keys share their boots.
 */
char *plan_boot_key (const Cell *cell);

/** plan_boot_key_of: the same for boots judged by BOOT_JUDGE_VERSION @version. */
char *plan_boot_key_of (const Cell *cell, int version);

/**
 * plan_probe_digest: Returns: (transfer full): hash of the sources of @board's guest as they are
 * now, and of what compiles them. Errors: FAILED where one cannot be read.
 */
char *plan_probe_digest (const PlanBoard *board, GError **error);
