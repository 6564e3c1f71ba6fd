/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Weights: how many suspects each node of a part of a graph contains. A test of a node tells its
 * weight of suspects from all others, so that the one which weighs half of them tells most.
 *
 * Exact also where branches share ancestors, which no sum over parents is. Nodes that follow each
 * other without a branch or a merge are a chain and weighed as one; a set of chains is moved along
 * and dropped when nothing needs it any more.
 */
#pragma once

#include "bisect/graph.h"

/* What the sets of weigh() may take, in bytes, where nothing asks for another bound. */
#define WEIGH_MEMORY ((gsize) 64 << 20)

typedef struct {
	guint *nodes;	/* of the part, from the lowest number on */
	guint *weights; /* of each of them, in that order */
	guint len;	/* of both */
	guint total;	/* suspects in the part: no node of several newest ones weighs as much */
} Weights;

/**
 * weigh: counts, for each node of @part, those nodes of @part that it contains and that count; it
 * contains itself.
 * @part: holds with two nodes also all those between them
 * @memory: bytes that sets may take together; where they would take more they are made in several
 *   goes, each for some of the chains. It changes no weight.
 *
 * Returns: (transfer full)
 */
Weights *weigh (const Graph *graph, const Bits *part, gsize memory);
void weights_free (Weights *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Weights, weights_free)
