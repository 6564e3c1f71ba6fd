/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Jobs: what the threads of a run do, one function each: bring base's objects to where variants can
 * start, build a variant, boot an image.
 *
 * Jobs read the plan and write nothing of it; what they found goes back as an answer. Each waits
 * for a token of the one jobserver before it starts a make or a boot, and holds a lock on the key
 * that it works for, so that two bakeoffs never do the same work side by side.
 */
#pragma once

#include <gio/gio.h>

#include "boards/boot.h"
#include "kbuild/build.h"
#include "matrix/plan.h"

typedef struct {
	const char *data_dir;
	const char *slots;	/* (nullable): folder of slots; that of the project by default */
	const char *ccache_dir; /* (nullable): where ccache(1) keeps what it knows */
	int jobs;		/* compilers, links and boots at a time, all together */
	Jobserver *jobserver;	/* (nullable): of several runs side by side; else one of @jobs */
	gboolean unguarded;	/* build without a sandbox */
	/* (nullable): called in a job's thread that has to wait for board @board, as lock_place()
	 */
	void (*held) (const char *holder, gpointer board);
} JobOptions;

/* What the jobs of a run share. */
typedef struct Workshop Workshop;

/**
 * JobKnown: asked by a job that has just locked the key of @cell's build (or boot): whether another
 * bakeoff has done it meanwhile, so that the store knows it.
 */
typedef gboolean (*JobKnown) (const Cell *cell, gboolean boot, gpointer user_data);

/** workshop_new: @plan must outlive it. Errors: FAILED. */
Workshop *workshop_new (const Plan *plan, const JobOptions *options, JobKnown known,
			gpointer user_data, GCancellable *cancellable, GError **error);
void workshop_free (Workshop *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Workshop, workshop_free)

/* The objects of base for one board and configuration. */
typedef struct {
	const PlanBoard *board;
	const ProjectConfig *config;
	const Cell *base;
	GPtrArray *cells; /* (element-type Cell): variants to build here */
	Slot *slot;	  /* once job_prepare() has opened it */
	char *image;	  /* (nullable): SHA-256 of base's image */
	gboolean modules;
	Source *source; /* (transfer none): of base's tree on this board */
} Layer;

Layer *layer_new (const Cell *base);
void layer_free (Layer *self);

/** layers_of: Returns: (transfer full): a Layer for each board and config with something to build.
 */
GPtrArray *layers_of (const Plan *plan);

typedef struct {
	BuildResult *build; /* NULL with an error, or where nothing was built */
	gboolean unread;    /* no make was needed: see source_unread() */
	gboolean known;	    /* nothing was done: the store knows it now, see JobKnown */
	int lock;	    /* on the key, or -1: held until the store knows */
	char *log;	    /* relative to the state folder */
	char *changes;	    /* (nullable): of a variant: see changes_describe() */
	GArray *costs;	    /* of job_prepare(): guint for each of the layer's cells */
	GError *error;
} BuildAnswer;

void build_answer_clear (BuildAnswer *self);

/**
 * job_prepare: opens @layer's slot and sees that variants can start from it.
 * @wanted: whether base's own build is asked for
 *
 * The answer's costs are how many objects each variant will have to make again. An error of BUILD
 * is base's own; variants can be built after it. After any other, they cannot.
 */
void job_prepare (Workshop *self, Layer *layer, gboolean wanted, BuildAnswer *answer);

/** job_build: builds variant @cell over @layer. */
void job_build (Workshop *self, const Layer *layer, const Cell *cell, BuildAnswer *answer);

typedef struct {
	char *key; /* plan_boot_key() */
	char *image;
	char *init; /* (nullable) */
	char *log;  /* relative to the state folder */
	BootClock clock;
	gboolean known;
	int lock;
	BootResult *result;
	GError *error;
} BootAnswer;

BootAnswer *boot_answer_new (void);
void boot_answer_free (BootAnswer *self);

/** job_boot: boots @cell as @answer's first five fields say, and fills in the others. */
void job_boot (Workshop *self, const Cell *cell, BootAnswer *answer);

/** job_log_name: Returns: (transfer full): logs/…, relative to the state folder. */
char *job_log_name (const Cell *cell, const char *key, const char *kind);
