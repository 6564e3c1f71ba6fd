/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Weaves: all lines that a file has at any time while a stack of patches goes onto it, in one
 * order, each with the item that added it and the one that removed it.
 *
 * That is how SCCS keeps a file (Rochkind, The Source Code Control System, IEEE Transactions on
 * Software Engineering 1, 1975), and it gives the file that any part of the items makes, without
 * trying what still applies: a line is there if its adder is and its remover is not. Items are
 * numbered in the order in which they go onto the file, over the whole stack.
 *
 * Lines are borrowed: the file's content and the patches must outlive their weave.
 */
#pragma once

#include <glib.h>

#include "base/bits.h"
#include "series/patch.h"

#define WEAVE_NONE G_MAXUINT

typedef struct {
	const char *text; /* without the newline; no NUL ends it */
	gsize length;
	gboolean no_eol; /* no newline follows: the last line of its time */
	guint added;	 /* an item; WEAVE_NONE if it was there before the stack */
	guint removed;	 /* an item; WEAVE_NONE if it never goes */
} WeaveLine;

typedef struct {
	GArray *lines; /* (element-type WeaveLine) */
} Weave;

/* A run of added and removed lines without context in it: an item. */
typedef struct {
	guint hunk;	      /* index in its file's patch, of the run's first line */
	guint line;	      /* in the file before that patch, as the hunk's header counts */
	guint added, removed; /* lines */
	GArray *touches;      /* (element-type guint): items that it lies on or beside, ascending */
} WeaveRun;

/* What a file is at some time: with the items below @end that are in @kept. */
typedef struct {
	const Bits *kept; /* (nullable): NULL for all of them */
	guint end;
} WeaveView;

/** weave_new: of a file before the stack; NULL for one that is not there. */
Weave *weave_new (GBytes *content);

/** weave_copy: Returns: (transfer full): of a file that a patch copies. */
Weave *weave_copy (const Weave *self);
void weave_free (Weave *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Weave, weave_free)

/**
 * weave_put: puts the hunks of @file onto what all items so far make, where patch_apply() puts them
 * without fuzz.
 * @first: number of the first item
 * @whole: all runs are one item, as in a file that is created; else one item each
 * @out_runs: (element-type WeaveRun): gets one for each item, even if there is no hunk and @whole
 *
 * A run touches an item where it removes a line that the item added, or where nothing that both
 * leave alone lies between them.
 *
 * Errors: PATCH where a hunk does not fit; the weave is then unchanged.
 */
gboolean weave_put (Weave *self, const FilePatch *file, guint first, gboolean whole,
		    GArray *out_runs, GError **error);

/** weave_runs_new: Returns: (transfer full) (element-type WeaveRun): an empty array. */
GArray *weave_runs_new (void);

/** weave_content: Returns: (transfer full): the file. */
GBytes *weave_content (const Weave *self, WeaveView view);

/**
 * weave_hunks: adds what turns @before into @after to @hunks, with three lines of context.
 * @after: (nullable): NULL where the file is removed, with all that is then in it
 * @origins: (element-type Hunk): for each item the hunk that it came from, which gives the section
 *           and the line in the source; may be NULL
 */
void weave_hunks (const Weave *self, const WeaveView *before, const WeaveView *after,
		  GPtrArray *origins, GPtrArray *hunks);
