/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "series/patch-internal.h"
#include "series/place.h"
#include "series/weave.h"

#define CONTEXT 3

static Weave *new_empty (void)
{
	Weave *self = g_new0 (Weave, 1);

	self->lines = g_array_new (FALSE, FALSE, sizeof (WeaveLine));
	return self;
}

Weave *weave_new (GBytes *content)
{
	Weave *self = new_empty ();
	gsize length = 0;
	const char *data = content ? g_bytes_get_data (content, &length) : NULL;
	g_autoptr (GArray) slices = slices_new (data, length);
	guint i;

	for (i = 0; i < slices->len; i++) {
		const Slice *slice = &g_array_index (slices, Slice, i);
		gboolean no_eol = slice->data[slice->length - 1] != '\n';
		WeaveLine line = { slice->data, slice->length - !no_eol, no_eol, WEAVE_NONE,
				   WEAVE_NONE };

		g_array_append_val (self->lines, line);
	}
	return self;
}

Weave *weave_copy (const Weave *self)
{
	Weave *copy = new_empty ();

	g_array_append_vals (copy->lines, self->lines->data, self->lines->len);
	return copy;
}

void weave_free (Weave *self)
{
	if (!self)
		return;
	g_array_unref (self->lines);
	g_free (self);
}

static const WeaveLine *line_at (const Weave *self, guint i)
{
	return &g_array_index (self->lines, WeaveLine, i);
}

static gboolean has_item (const WeaveView *view, guint item)
{
	return item < view->end && (!view->kept || bits_has (view->kept, item));
}

static gboolean is_there (const WeaveView *view, const WeaveLine *line)
{
	if (line->added != WEAVE_NONE && !has_item (view, line->added))
		return FALSE;
	return line->removed == WEAVE_NONE || !has_item (view, line->removed);
}

GBytes *weave_content (const Weave *self, WeaveView view)
{
	g_autoptr (GByteArray) out = g_byte_array_new ();
	guint i;

	for (i = 0; i < self->lines->len; i++) {
		const WeaveLine *line = line_at (self, i);

		if (!is_there (&view, line))
			continue;
		g_byte_array_append (out, (const guint8 *) line->text, (guint) line->length);
		if (!line->no_eol)
			g_byte_array_append (out, (const guint8 *) "\n", 1);
	}
	return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

/* ---- putting hunks in ---- */

static void run_clear (gpointer data)
{
	WeaveRun *run = data;

	g_array_unref (run->touches);
}

GArray *weave_runs_new (void)
{
	GArray *runs = g_array_new (FALSE, FALSE, sizeof (WeaveRun));

	g_array_set_clear_func (runs, run_clear);
	return runs;
}

/* A weave while hunks are put into it: lines go from `old` to `lines`, new ones between them. */
typedef struct {
	const Weave *old;
	GArray *lines;	/* (element-type WeaveLine): the new weave's */
	GArray *live;	/* (element-type guint): which lines of `old` are in the file now */
	guint at;	/* the next line of the file, as an index into `live` */
	guint copied;	/* the next line of `old` to copy */
	guint item;	/* the one that is being put */
	guint first;	/* the first one of this file */
	guint run_from; /* `at` where the run began */
	guint run_end;	/* `at` where the last run ended; G_MAXUINT if there was none */
	gboolean whole;
	GArray *runs; /* (element-type WeaveRun) */
} Putting;

static void copy_to (Putting *self, guint end)
{
	if (end <= self->copied)
		return;
	g_array_append_vals (self->lines, line_at (self->old, self->copied), end - self->copied);
	self->copied = end;
}

static guint live_at (const Putting *self, guint i)
{
	return g_array_index (self->live, guint, i);
}

static void add_touch (const Putting *self, GArray *touches, guint item)
{
	guint at;

	if (item == WEAVE_NONE)
		return;
	g_assert (item < self->first);
	for (at = touches->len; at > 0; at--) {
		guint other = g_array_index (touches, guint, at - 1);

		if (other == item)
			return;
		if (other < item)
			break;
	}
	g_array_insert_val (touches, at, item);
}

/* The run lies from `run_from` to before `at`: on the lines between its two neighbours that stay,
 * and on those that earlier items removed there; beside the neighbours. */
static void end_run (Putting *self)
{
	WeaveRun *run = &g_array_index (self->runs, WeaveRun, self->item - self->first);
	guint i = self->run_from > 0 ? live_at (self, self->run_from - 1) : 0;
	guint end =
		self->at < self->live->len ? live_at (self, self->at) + 1 : self->old->lines->len;

	for (; i < end; i++) {
		add_touch (self, run->touches, line_at (self->old, i)->added);
		add_touch (self, run->touches, line_at (self->old, i)->removed);
	}
	self->run_end = self->at;
}

static void add_run (Putting *self, guint hunk, guint line)
{
	WeaveRun run = { hunk, line, 0, 0, g_array_new (FALSE, FALSE, sizeof (guint)) };

	g_array_append_val (self->runs, run);
	self->item = self->first + self->runs->len - 1;
}

static void put_line (Putting *self, const PatchLine *line)
{
	WeaveRun *run = &g_array_index (self->runs, WeaveRun, self->item - self->first);

	if (line->kind == '+') {
		WeaveLine added = { line->text, strlen (line->text), line->no_eol, self->item,
				    WEAVE_NONE };

		copy_to (self, self->at > 0 ? live_at (self, self->at - 1) + 1 : 0);
		g_array_append_val (self->lines, added);
		run->added++;
		return;
	}
	copy_to (self, live_at (self, self->at) + 1);
	g_array_index (self->lines, WeaveLine, self->lines->len - 1).removed = self->item;
	self->at++;
	run->removed++;
}

/* @at: the line of the file where the hunk begins */
static void put_hunk (Putting *self, const Hunk *hunk, guint index, guint at)
{
	guint number = hunk->old_start + (hunk->old_count == 0), i;
	gboolean in_run = FALSE;

	self->at = at;
	for (i = 0; i < hunk->lines->len; i++) {
		const PatchLine *line = g_ptr_array_index (hunk->lines, i);

		if (line->kind == ' ') {
			if (in_run)
				end_run (self);
			in_run = FALSE;
			self->at++;
			number++;
			continue;
		}
		if (!in_run) {
			self->run_from = self->at;
			if (!self->whole && self->run_end != self->at)
				add_run (self, index, number);
		}
		in_run = TRUE;
		put_line (self, line);
		number += line->kind == '-';
	}
	if (in_run)
		end_run (self);
}

static gboolean put_hunks (Putting *self, const FilePatch *file, GArray *slices, GError **error)
{
	gint64 shift = 0;
	guint i, from = 0;

	for (i = 0; i < file->hunks->len; i++) {
		const Hunk *hunk = g_ptr_array_index (file->hunks, i);
		Place place;

		if (!place_hunk (slices, from, shift, hunk, &place))
			return fail (error, BAKEOFF_ERROR_PATCH, "%s: hunk %u fits nowhere",
				     patch_path (file), i + 1);
		shift = (gint64) place.at - place_expected (hunk);
		put_hunk (self, hunk, i, place.at);
		from = self->at;
	}
	copy_to (self, self->old->lines->len);
	return TRUE;
}

gboolean weave_put (Weave *self, const FilePatch *file, guint first, gboolean whole,
		    GArray *out_runs, GError **error)
{
	const WeaveView now = { NULL, first };
	g_autoptr (GBytes) content = weave_content (self, now);
	gsize length;
	const char *data = g_bytes_get_data (content, &length);
	g_autoptr (GArray) slices = slices_new (data, length);
	g_autoptr (GArray) live = g_array_new (FALSE, FALSE, sizeof (guint));
	g_autoptr (GArray) lines = g_array_new (FALSE, FALSE, sizeof (WeaveLine));
	Putting putting = { .old = self,
			    .lines = lines,
			    .live = live,
			    .first = first,
			    .run_end = G_MAXUINT,
			    .whole = whole,
			    .runs = out_runs };
	guint i;

	for (i = 0; i < self->lines->len; i++)
		if (is_there (&now, line_at (self, i)))
			g_array_append_val (live, i);
	g_assert (live->len == slices->len);
	if (whole)
		add_run (&putting, 0, 1);
	if (!put_hunks (&putting, file, slices, error))
		return FALSE;
	g_array_unref (self->lines);
	self->lines = g_steal_pointer (&lines);
	return TRUE;
}

/* ---- printing hunks ---- */

typedef struct {
	char kind;
	const WeaveLine *line;
} Step;

/* The lines of both views. */
static GArray *steps_between (const Weave *self, const WeaveView *before, const WeaveView *after)
{
	GArray *steps = g_array_new (FALSE, FALSE, sizeof (Step));
	guint i;

	for (i = 0; i < self->lines->len; i++) {
		const WeaveLine *line = line_at (self, i);
		gboolean was = is_there (before, line), is = after && is_there (after, line);
		Step step = { was && is ? ' ' : was ? '-' : '+', line };

		if (was || is)
			g_array_append_val (steps, step);
	}
	return steps;
}

static guint next_change (GArray *steps, guint from)
{
	while (from < steps->len && g_array_index (steps, Step, from).kind == ' ')
		from++;
	return from;
}

/* Two changes are in one hunk where not more than twice the context lies between them. */
static guint hunk_end (GArray *steps, guint first)
{
	guint last = first, next = next_change (steps, first + 1);

	while (next < steps->len && next - last - 1 <= 2 * CONTEXT) {
		last = next;
		next = next_change (steps, last + 1);
	}
	return MIN (last + 1 + CONTEXT, steps->len);
}

static void add_line (Hunk *hunk, const Step *step)
{
	g_autofree char *text = g_strndup (step->line->text, step->line->length);
	PatchLine *line = patch_line_new (step->kind, text, 0);

	line->no_eol = step->line->no_eol;
	g_ptr_array_add (hunk->lines, line);
	hunk->old_count += step->kind != '+';
	hunk->new_count += step->kind != '-';
}

static const Hunk *origin_of (const Step *step, GPtrArray *origins)
{
	guint item = step->kind == '+' ? step->line->added : step->line->removed;

	if (!origins || item == WEAVE_NONE || item >= origins->len)
		return NULL;
	return g_ptr_array_index (origins, item);
}

void weave_hunks (const Weave *self, const WeaveView *before, const WeaveView *after,
		  GPtrArray *origins, GPtrArray *hunks)
{
	g_autoptr (GArray) steps = steps_between (self, before, after);
	guint first = next_change (steps, 0), at = 0, old_lines = 0, new_lines = 0;

	while (first < steps->len) {
		const Hunk *origin = origin_of (&g_array_index (steps, Step, first), origins);
		guint begin = first - MIN (first - at, CONTEXT), end = hunk_end (steps, first);
		Hunk *hunk = hunk__new ();

		old_lines += begin - at;
		new_lines += begin - at;
		for (at = begin; at < end; at++)
			add_line (hunk, &g_array_index (steps, Step, at));
		/* a side without lines is numbered by the line above it */
		hunk->old_start = old_lines + (hunk->old_count > 0);
		hunk->new_start = new_lines + (hunk->new_count > 0);
		hunk->section = g_strdup (origin ? origin->section : "");
		hunk->line = origin ? origin->line : 0;
		g_ptr_array_add (hunks, hunk);
		old_lines += hunk->old_count;
		new_lines += hunk->new_count;
		first = next_change (steps, at);
	}
}
