/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/place.h"

/* A hunk's old side, and where in the file it may lie. */
typedef struct {
	GPtrArray *old;	 /* (element-type PatchLine), borrowed */
	guint low, high; /* first and last index allowed; nowhere where low > high */
} Pattern;

GArray *slices_new (const char *data, gsize length)
{
	GArray *lines = g_array_new (FALSE, FALSE, sizeof (Slice));
	const char *end = length ? data + length : data; /* NULL for an empty file */

	while (data < end) {
		const char *newline = memchr (data, '\n', (gsize) (end - data));
		Slice line = { data, (gsize) ((newline ? newline + 1 : end) - data) };

		g_array_append_val (lines, line);
		data += line.length;
	}
	return lines;
}

static gboolean same_line (const Slice *have, const PatchLine *want)
{
	gsize length = strlen (want->text);

	if (have->length != length + !want->no_eol || memcmp (have->data, want->text, length) != 0)
		return FALSE;
	return want->no_eol || have->data[length] == '\n';
}

static guint count_alike (GArray *lines, const Pattern *pattern, guint at)
{
	guint i, alike = 0;

	for (i = 0; i < pattern->old->len && at + i < lines->len; i++)
		alike += same_line (&g_array_index (lines, Slice, at + i),
				    g_ptr_array_index (pattern->old, i));
	return alike;
}

static gboolean fits (GArray *lines, const Pattern *pattern, guint at)
{
	guint i;

	if (at < pattern->low || at > pattern->high)
		return FALSE;
	for (i = 0; i < pattern->old->len; i++)
		if (!same_line (&g_array_index (lines, Slice, at + i),
				g_ptr_array_index (pattern->old, i)))
			return FALSE;
	return TRUE;
}

static gboolean has_context_below (const Hunk *hunk)
{
	const PatchLine *last;

	if (!hunk->lines->len)
		return FALSE;
	last = g_ptr_array_index (hunk->lines, hunk->lines->len - 1);
	return last->kind == ' ';
}

static Pattern pattern_of (GArray *lines, guint from, const Hunk *hunk)
{
	Pattern pattern = { g_ptr_array_new (), from, 0 };
	guint i;

	for (i = 0; i < hunk->lines->len; i++) {
		PatchLine *line = g_ptr_array_index (hunk->lines, i);

		if (line->kind != '+')
			g_ptr_array_add (pattern.old, line);
	}
	if (pattern.old->len > lines->len) {
		pattern.low = 1;
		return pattern;
	}
	pattern.high = lines->len - pattern.old->len;
	if (!has_context_below (hunk))
		pattern.low = MAX (pattern.low, pattern.high);
	if (hunk->old_start <= 1)
		pattern.high = 0;
	return pattern;
}

/* The index nearest to @guess, other than @except, where the pattern fits; G_MAXUINT if none. */
static guint find_nearest (GArray *lines, const Pattern *pattern, guint guess, guint except)
{
	guint away, most = MAX (guess, lines->len);

	for (away = 0; away <= most; away++) {
		if (guess + away != except && fits (lines, pattern, guess + away))
			return guess + away;
		if (away && away <= guess && guess - away != except &&
		    fits (lines, pattern, guess - away))
			return guess - away;
	}
	return G_MAXUINT;
}

static guint most_alike (GArray *lines, const Pattern *pattern, guint from, guint guess)
{
	guint best = MIN (guess, lines->len), most = count_alike (lines, pattern, best);
	guint away, i;

	for (away = 1; away <= lines->len; away++) {
		const guint both[] = { guess + away, away <= guess ? guess - away : G_MAXUINT };

		for (i = 0; i < G_N_ELEMENTS (both); i++) {
			if (both[i] < from || both[i] >= lines->len ||
			    count_alike (lines, pattern, both[i]) <= most)
				continue;
			best = both[i];
			most = count_alike (lines, pattern, best);
		}
	}
	return best;
}

static void tell_difference (GArray *lines, const Pattern *pattern, Place *out)
{
	guint i;

	out->alike = count_alike (lines, pattern, out->at);
	for (i = 0; i < pattern->old->len; i++) {
		out->differ = out->at + i;
		out->wanted = g_ptr_array_index (pattern->old, i);
		if (out->differ >= lines->len ||
		    !same_line (&g_array_index (lines, Slice, out->differ), out->wanted))
			return;
	}
	out->wanted = NULL;
}

guint place_expected (const Hunk *hunk)
{
	if (hunk->old_count == 0)
		return hunk->old_start;
	return hunk->old_start ? hunk->old_start - 1 : 0;
}

gboolean place_hunk (GArray *lines, guint from, gint64 shift, const Hunk *hunk, Place *out)
{
	gint64 moved = (gint64) place_expected (hunk) + shift;
	guint guess = (guint) CLAMP (moved, 0, (gint64) lines->len);
	Pattern pattern = pattern_of (lines, from, hunk);
	guint at = find_nearest (lines, &pattern, guess, G_MAXUINT);
	gboolean found = at != G_MAXUINT;

	memset (out, 0, sizeof *out);
	out->at = found ? at : most_alike (lines, &pattern, from, guess);
	out->also = found ? find_nearest (lines, &pattern, guess, at) : G_MAXUINT;
	if (!found)
		tell_difference (lines, &pattern, out);
	g_ptr_array_unref (pattern.old);
	return found;
}
