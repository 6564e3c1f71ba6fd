/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text of a diff as it was, found with the help of the base.
 *
 * Mailers break long lines, turn tabs into blanks, drop blanks at line ends and write `&lt;`. What
 * a hunk removes or leaves alone stands in the base, byte for byte: so line by line the hunk's text
 * is laid beside the file's, white space aside, and as many lines are joined as it takes. What it
 * adds stands nowhere else: its lines are joined where the counts leave no other way, and its white
 * space is no more than a guess, which the caller must have proven (series/proof.h).
 */
#pragma once

#include <glib.h>

#include "series/overlay.h"
#include "series/patch.h"

typedef struct {
	GPtrArray *lines; /* (element-type SourceLine): the diff, from its first line on */
	guint joined;	  /* lines of the source that were the rest of the one above, … */
	guint joined_new; /* … of these, such as the diff adds */
	guint spaced;	  /* lines that got their white space back from the base */
	guint unescaped;  /* lines with entities */
} Mended;

void mended_free (Mended *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Mended, mended_free)

/**
 * mend_read:
 * @lines: (element-type SourceLine)
 * @from: index of the diff's first line
 * @unescape: read HTML's entities
 *
 * Returns: (transfer full) (nullable): NULL where some hunk cannot be laid beside the base.
 */
Mended *mend_read (GPtrArray *lines, guint from, const Overlay *base, gboolean unescape);

/* How blanks may become tabs again in the lines that a diff adds. */
#define MEND_STYLES 6

/** mend_tabs: makes a guess, @style of MEND_STYLES, at the white space of what @file adds. */
void mend_tabs (FilePatch *file, guint style);
