/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Line maps: how a patch moved the lines of a source file, so that a number that changed with them
 * can be known for a line number.
 */
#pragma once

#include <glib.h>

/* One `@@` of a diff without context lines (`diff -U0`), as it stands there. */
typedef struct {
	guint old_start, old_lines; /* if old_lines is 0, what follows line old_start moves */
	guint new_start, new_lines;
} LineHunk;

/* How one source file's lines moved. Borrowed. */
typedef struct {
	const char *file;      /* path in the source tree, as "kernel/fork.c" */
	const LineHunk *hunks; /* in order */
	gsize n_hunks;
	const char *source; /* (nullable): the old file's text */
} LineMap;

/**
 * line_map_new_line: where the patch moved the line @old to.
 *
 * Returns: 0 if it took that line away or changed it.
 */
guint line_map_new_line (const LineMap *self, guint old);

/** line_map_is_file: whether @path, as __FILE__ gives it, ends as the map's file does. */
gboolean line_map_is_file (const LineMap *self, const char *path);

/**
 * line_map_may_hold_line: whether the statement in line @line of the old file calls a macro, which
 * may hold __LINE__. FALSE if there is no source.
 */
gboolean line_map_may_hold_line (const LineMap *self, guint line);
