/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Orders other than a history's: the patches of a quilt series, as a graph to search in.
 */
#pragma once

#include "bisect/graph.h"
#include "matrix/verdict.h"

/**
 * order_of_patches: a line: node i is what the first i + 1 patches make. The series without any
 * patch is no node: it is the end that a search knows to be old.
 * @names: (element-type utf8): bottom first; the ids of the nodes. No name may be there twice
 *
 * Returns: (transfer full): the first new node of it is the patch that breaks, or cures.
 */
Graph *order_of_patches (GPtrArray *names);

/**
 * order_skips: whether @verdict on the first patches of a series is one that a search skips,
 * because it tells neither old nor new. A series may pass through states that do not apply or
 * build, and nobody is to be blamed for what a lab did.
 */
gboolean order_skips (Verdict verdict);
