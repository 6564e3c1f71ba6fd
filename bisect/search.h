/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Searching a graph for the node that turned old into new.
 *
 * Words are git's neutral ones: a node is `old` until the change came and `new` from then on; the
 * change came with one node, the first new one, and all that contain it are new. A search is pure:
 * it is told answers and says what to ask next. Equal answers in equal order give equal questions,
 * so that a search is resumed by telling it all of its answers again.
 *
 * A suspect is a node that counts, is in every new node and in no old one. Only suspects are asked
 * for; any node may be told.
 */
#pragma once

#include "bisect/graph.h"

typedef enum {
	ANSWER_OLD,  /* without the change */
	ANSWER_NEW,  /* with it */
	ANSWER_SKIP, /* cannot be told here */
} Answer;

typedef struct Search Search;

/**
 * search_new: @graph must outlive it and not be empty. Its last node contains all others and is
 * known to be new; what has no parents in the graph has only old ones, if any.
 */
Search *search_new (const Graph *graph);
void search_free (Search *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Search, search_free)

/**
 * search_tell: @node need not be the one that was to be asked. Old or new takes the place of a skip
 * that was told before; a skip changes nothing of a node that is known to be one of them.
 *
 * Errors: USAGE where that contradicts what was told before: an old node that contains a new one,
 * or no suspect left. Both nodes are named, and the search stays what it was.
 */
gboolean search_tell (Search *self, guint node, Answer answer, GError **error);

/**
 * search_next: Returns: FALSE where nothing is left to ask: one suspect is left, or those whose
 * tests would tell them apart were skipped. @out_node otherwise: the suspect that leaves the fewest
 * suspects in the worse case, merges included; one away from skipped ones where that one was
 * skipped.
 *
 * Takes about a second for a million nodes, half as long after each answer.
 */
gboolean search_next (const Search *self, guint *out_node);

/**
 * search_ahead: what is worth asking at the same time, for whoever can test several at once.
 * @max: of them at most
 *
 * Every suspect is taken for as likely as any other. Takes as long as search_next() for each one.
 *
 * Returns: (transfer full) (element-type guint): search_next() first; then what would be asked
 * after each answer to those before, the likeliest first. Empty where nothing is left to ask.
 */
GArray *search_ahead (const Search *self, guint max);

/**
 * search_suspects: Returns: (transfer full): nodes that count and may be the first new one;
 * g_free(). Where search_next() has nothing left it is the answer alone, or with it those that
 * skips hide. Empty only where no node counts.
 */
Bits *search_suspects (const Search *self);

/** search_steps: how many questions are left at most, about, and without skips. */
guint search_steps (const Search *self);
