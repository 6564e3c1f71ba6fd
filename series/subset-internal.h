/* SPDX-License-Identifier: GPL-2.0-only */
/* What subset.c, which takes a stack apart, and subset-print.c, which puts it together, share. */
#pragma once

#include "series/subset.h"
#include "series/weave.h"

/* From @item on a file has @mode. */
typedef struct {
	guint item;
	guint mode;
} ModeChange;

/* A file, under whatever names, from where it came up to its removal. */
typedef struct {
	Weave *weave;
	GBytes *content; /* (nullable): before the stack; lent to the weave */
	guint mode;	 /* before all changes of it */
	GArray *modes;	 /* (element-type ModeChange) */
	guint named;	 /* the item that gave it its last name, or created it; or WEAVE_NONE */
} Body;

/* What one file of one patch does. Its items are those from @first to before @end. */
typedef struct {
	guint patch, index; /* of the patch, and of the file in it */
	const FilePatch *file;
	Change change;	  /* as it was found to be: a file may be created without saying so */
	Body *body;	  /* of the new path; of the old one where it is deleted */
	guint first, end; /* items */
	guint header;	  /* the item of creation, name or mode; or WEAVE_NONE */
} Step;

struct Subset {
	GPtrArray *patches; /* (element-type Patch): copies */
	GPtrArray *bodies;  /* (element-type Body) */
	GArray *steps;	    /* (element-type Step) */
	GArray *items;	    /* (element-type SubsetItem) */
	GPtrArray *origins; /* (element-type Hunk) (nullable elements): for each item, borrowed */
	GPtrArray *needs;   /* (element-type Bits) */
};

/** subset__mode: the mode of @body with what is in @view. */
guint subset__mode (const Body *body, const WeaveView *view);

/**
 * subset__name: Returns: (transfer full): what an item is called.
 * @run: which change of its hunk it is, from 1
 * @runs: how many the hunk has
 */
char *subset__name (const Subset *self, const Step *step, const SubsetItem *item, guint run,
		    guint runs);
