/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hunting: a session brought to its end.
 *
 * First the ends are tested, and the merge bases where the old end is not below the new one; then
 * what halves the suspects best, several commits at a time where that is wanted; then whatever of
 * the answer and its parents was not tested itself, and the new end without the answer. Every
 * answer is in the session before the next question is put. HEAD, branches and work trees are left
 * alone.
 */
#pragma once

#include <gio/gio.h>

#include "bisect/session.h"
#include "matrix/trial.h"
#include "series/repo.h"

/**
 * HuntTest: tests @commit by so many @boots however they come out, or, with 0, until it is sure;
 * called in threads with a main context of their own, several at a time. A test in a test needs no
 * kernel: it is whatever gives an answer.
 */
typedef TrialResult *(*HuntTest) (const char *commit, guint boots, GCancellable *cancellable,
				  gpointer user_data, GError **error);

typedef enum {
	HUNT_ASKING,	/* a test begins; @result is NULL */
	HUNT_ANSWERED,	/* and has come to this */
	HUNT_DROPPED,	/* a test that was begun ahead of time, and is not needed any more */
	HUNT_VERIFYING, /* the search has its answer: what follows are checks of it */
} HuntEventKind;

typedef struct {
	HuntEventKind kind;
	const char *commit;
	const TrialResult *result;
	guint suspects; /* that are left */
	guint steps;	/* that are left, about */
} HuntEvent;

typedef struct {
	Repo *repo;
	guint width;  /* tests at a time */
	gboolean fix; /* the change looked for is from bad to good */
	HuntTest test;
	void (*event) (const HuntEvent *event, gpointer user_data); /* (nullable) */
	gpointer user_data;					    /* of both */
	GCancellable *cancellable;
} HuntSpec;

typedef struct {
	GPtrArray *suspects; /* (element-type utf8): ids: the answer alone, or those skips hide */
	guint tested;	     /* commits, of which some cost nothing: */
	guint built, booted; /* builds and boots that were done, the check by a revert included */
	guint known;	     /* commits that were in the store */
	guint ahead;	     /* tests that were begun ahead of time, */
	guint dropped;	     /* and those of them that nobody needed */
} Hunt;

void hunt_free (Hunt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Hunt, hunt_free)

/**
 * hunt_run: goes on with @session until it has its answer. A session that has ended is not tested
 * again: its suspects come back at once.
 *
 * Errors: USAGE where an end is not what it was said to be, or where answers contradict each other;
 * FAILED where our side broke; CANCELLED. The session keeps what was answered.
 */
Hunt *hunt_run (Session *session, const HuntSpec *spec, GError **error);

/**
 * hunt_search: what @session has come to: the graph between its ends, and a search that was told
 * all of its answers. Errors: USAGE where they contradict each other, but for those that are
 * checks of the answer; FAILED.
 */
gboolean hunt_search (const Session *session, Repo *repo, Graph **out_graph, Search **out_search,
		      GError **error);

/**
 * hunt_suspects: Returns: (transfer full) (element-type utf8): what is left: the answer of a
 * session that has ended, else what hunt_search() leaves. Errors: as that.
 */
GPtrArray *hunt_suspects (const Session *session, Repo *repo, GError **error);
