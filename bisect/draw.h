/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Drawing a graph in text, newest node first, with lanes for branches as `git log --graph` has
 * them. Nodes that are not worth a line of their own become one line that says how many they are,
 * so that what is known of thousands of commits fits on a terminal.
 */
#pragma once

#include "bisect/graph.h"

typedef struct {
	const Graph *graph; /* its last node contains all others */
	const Bits *shown;  /* nodes with a line of their own; the last one has to be among them */
	const Bits *suspects; /* (nullable): of hidden nodes these are counted apart */
	/* (transfer full): what stands beside a shown node, one line */
	char *(*label) (guint node, gpointer user_data);
	gpointer user_data;
} DrawSpec;

/**
 * draw_graph: appends the drawing to @out, no blanks at the ends of its lines.
 *
 * A merge is above its parents, the last parent's branch first. Hidden nodes are told at a `:`,
 * each once: those together that the same shown nodes reach without passing another shown one.
 */
void draw_graph (const DrawSpec *spec, GString *out);
