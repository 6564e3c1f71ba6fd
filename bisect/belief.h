/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Searching a graph where answers are chance: a bug that shows in some boots only.
 *
 * Every node that counts is a suspect: it may be the first new one, each as likely as any other
 * before the first boot. A boot of a node that contains the culprit shows the sign with one rate,
 * a boot of any other with another; both are unknown, and rates.h says what boots make of them.
 * One more hypothesis is there from the start, and weighs as much as all suspects together: that
 * nothing changed, and both ends show the sign at one rate.
 *
 * The new side's rate is taken for the higher one. Who searches says which end shows the sign more
 * often, so nothing is assumed that was not told, and without it a run of boots that came out the
 * wrong way round would speak for a suspect. Where a fix is searched for the sign is a boot that
 * passes. A sign that is in truth rarer on the new side is seen: `no change` stays likely.
 *
 * A search may stop as soon as belief_is_sure(), though boots are looked at one by one: a posterior
 * does not mind when it is looked at. It is right as often as it says when rates are drawn from its
 * prior, and no rates are: so it was measured at fixed ones, docs/noisy-bisection.md. There the
 * weight of `no change` is what keeps close rates (0.2 and 0.1) honest: at a tenth of it the named
 * node was right in 93 % of searches at 0.95. A rule that asked for the confidence at all rates
 * that the boots leave plausible, and not on average over them, changed neither that nor the boots.
 *
 * Beliefs are pure: equal calls in equal order give equal answers, so that a search is resumed by
 * telling all of its boots again.
 */
#pragma once

#include "bisect/graph.h"

typedef struct Belief Belief;

/* The old end, which contains no node of the graph: its boots teach the old side's rate. */
#define BELIEF_OLD_END G_MAXUINT

/**
 * BeliefCost: what one more boot of @node, or of BELIEF_OLD_END, takes: seconds, above 0; with the
 * build where there is no image yet. Called for every node there is, so it should be quick.
 */
typedef double (*BeliefCost) (guint node, gpointer user_data);

/**
 * belief_new: @graph must outlive it; it must not change. Its last node contains all others and is
 * the new end; at least one node counts. Nodes that do not count may be booted all the same.
 */
Belief *belief_new (const Graph *graph);
void belief_free (Belief *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Belief, belief_free)

/** belief_see: one boot of @node, or of BELIEF_OLD_END. @shown: whether it showed the sign. */
void belief_see (Belief *self, guint node, gboolean shown);

/**
 * belief_skip: @node, or BELIEF_OLD_END, cannot be booted: belief_next() never asks for it. It may
 * be the culprit all the same, and boots of it that were seen before still count.
 */
void belief_skip (Belief *self, guint node);

/** belief_boots: how many boots of @node, or of BELIEF_OLD_END, were seen. @out_shown: with the
 * sign */
guint belief_boots (const Belief *self, guint node, guint *out_shown);

/** belief_of: the probability that @node is the first new one. */
double belief_of (const Belief *self, guint node);

/**
 * belief_no_change: the probability that the ends do not differ: what is missing to 1 in the sum of
 * all belief_of(). 0.5 before the first boot. Where it stays high, or the new end never shows the
 * sign, belief_is_sure() will not come true: who boots sets a limit, and says this number.
 */
double belief_no_change (const Belief *self);

/** belief_leader: the likeliest node, of equal ones the first. @out_probability: (optional) */
guint belief_leader (const Belief *self, double *out_probability);

/**
 * belief_likeliest: (transfer full) (element-type guint): the fewest nodes, likeliest first, that
 * together have the probability @share; all suspects where @share is more than they have.
 */
GArray *belief_likeliest (const Belief *self, double share);

/**
 * belief_rates: how often the sign shows if the leader is the culprit: means of the posteriors.
 * @out_old: of nodes without the change. @out_new: of nodes with it.
 */
void belief_rates (const Belief *self, double *out_old, double *out_new);

/**
 * belief_gain: what one more boot of @node, or of BELIEF_OLD_END, is expected to tell of who is the
 * culprit, and whether any node is: bits. As slow as belief_next().
 */
double belief_gain (const Belief *self, guint node);

/**
 * belief_next: what to boot next. Both ends come first: the new end until it showed the sign once,
 * the old end until it did without once. Then the most belief_gain() for a second of @cost; of
 * equal ones the lowest number, the old end last.
 *
 * Returns: FALSE where nothing that is not skipped would tell anything.
 */
gboolean belief_next (const Belief *self, BeliefCost cost, gpointer user_data, guint *out_node);

/**
 * belief_is_sure: whether to stop.
 * @confidence: above 0.5, below 1
 * @out_suspects: (optional) (transfer full) (element-type guint): where TRUE, the culprit alone, or
 *	it and those that nothing but skipped nodes would tell from it, in the order of numbers:
 *they have the confidence together, and no boot that may be asked for would change that.
 *
 * Returns: whether such a set has @confidence. `No change` counts against it.
 */
gboolean belief_is_sure (const Belief *self, double confidence, GArray **out_suspects);
