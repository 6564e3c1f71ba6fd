/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text report. Prose and tables keep to 72 columns, which is what mailing lists ask for; lines
 * that the kernel or the compiler printed are never broken.
 */
#include <string.h>

#include "base/text.h"
#include "matrix/results.h"
#include "matrix/report.h"
#include "series/apply.h"

enum {
	WIDTH = REPORT_WIDTH,
	NAME_WIDTH = 26,
	MAX_HEAD_LINES = 7
};

void report__wrap (GString *out, const char *first, const char *rest, const char *text)
{
	g_autofree char *printable = text_printable (text, -1);
	g_auto (GStrv) words = g_strsplit_set (printable, " \n", -1);
	gsize column = strlen (first), indent = strlen (rest);
	gboolean fresh = TRUE;
	guint i;

	g_string_append (out, first);
	for (i = 0; words[i]; i++) {
		gsize length = (gsize) g_utf8_strlen (words[i], -1);

		if (length == 0)
			continue;
		if (!fresh && column + 1 + length > WIDTH) {
			g_string_append_printf (out, "\n%s", rest);
			column = indent;
			fresh = TRUE;
		}
		g_string_append_printf (out, "%s%s", fresh ? "" : " ", words[i]);
		column += length + (fresh ? 0 : 1);
		fresh = FALSE;
	}
	g_string_append_c (out, '\n');
}

/* ---- notes: what stands behind a [1] in the tables ---- */

/* The first cell of every distinct crash or refusal; its place is the note's number less one. */
typedef GPtrArray Notes;

static gboolean has_remarks (const Cell *cell)
{
	return cell->slowness > 0 || (cell->remarks && cell->remarks->len > 0);
}

static char *join_remarks (const Cell *cell)
{
	GString *text = g_string_new (NULL);
	guint i;

	for (i = 0; cell->remarks && i < cell->remarks->len; i++)
		g_string_append_printf (text, "%s%s", i ? "; " : "prints what base does not: ",
					(char *) cell->remarks->pdata[i]);
	if (cell->slowness > 0)
		g_string_append_printf (text, "%stakes %.0f times as long as base",
					text->len ? "; " : "", cell->slowness);
	return g_string_free (text, FALSE);
}

static gboolean same_remarks (const Cell *a, const Cell *b)
{
	g_autofree char *left = join_remarks (a), *right = join_remarks (b);

	return g_str_equal (left, right);
}

static gboolean same_note (const Cell *a, const Cell *b)
{
	if (a->verdict != b->verdict || !same_remarks (a, b))
		return FALSE;
	if (a->crash && b->crash)
		return crash_equal (a->crash, b->crash);
	return has_remarks (a) || g_strcmp0 (a->detail, b->detail) == 0;
}

static gboolean wants_note (const Cell *cell)
{
	return has_remarks (cell) ||
	       (cell->detail && cell->verdict != VERDICT_PASS && cell->verdict != VERDICT_BUILT &&
		cell->verdict != VERDICT_PENDING);
}

/* The number of the cell's note, from 1; 0 for none. Adds it where it is new. */
static guint note_of (Notes *notes, const Cell *cell)
{
	guint i;

	if (!wants_note (cell))
		return 0;
	for (i = 0; i < notes->len; i++) {
		if (same_note (notes->pdata[i], cell))
			return i + 1;
	}
	g_ptr_array_add (notes, (gpointer) cell);
	return notes->len;
}

static char *join_frames (const Crash *crash)
{
	GString *text = g_string_new (NULL);
	guint i;

	for (i = 0; i < crash->frames->len && i < 6; i++)
		g_string_append_printf (text, "%s%s", i ? " < " : "",
					(char *) crash->frames->pdata[i]);
	return g_string_free (text, FALSE);
}

static void write_crash (const Crash *crash, const char *number, GString *out)
{
	g_autofree char *frames = join_frames (crash);
	g_autofree char *title =
		crash->address ? g_strdup_printf ("%s (address %s)", crash->title, crash->address)
			       : g_strdup (crash->title);
	guint i;

	report__wrap (out, number, "    ", title);
	if (*frames)
		report__wrap (out, "    in ", "       ", frames);
	for (i = 0; i < crash->head->len && i < MAX_HEAD_LINES; i++) {
		g_autofree char *line = text_printable (crash->head->pdata[i], -1);

		g_string_append_printf (out, "    | %s\n", line);
	}
}

static void write_notes (const Notes *notes, GString *out)
{
	guint i;

	for (i = 0; i < notes->len; i++) {
		const Cell *cell = notes->pdata[i];
		g_autofree char *number = g_strdup_printf ("[%u] ", i + 1);

		g_string_append_c (out, '\n');
		if (has_remarks (cell)) {
			g_autofree char *remarks = join_remarks (cell);
			g_autofree char *text = g_strdup_printf ("passes, but %s", remarks);

			report__wrap (out, number, "    ", text);
		} else if (cell->crash) {
			write_crash (cell->crash, number, out);
		} else {
			g_autofree char *text = g_strdup_printf (
				"%s: %s", verdict_name (cell->verdict), cell->detail);

			report__wrap (out, number, "    ", text);
		}
	}
}

/* ---- tables ---- */

/* Nothing that rests on an unusable base is told of a candidate: neither blame nor praise. That a
 * patch does not apply does not. */
static gboolean is_told (const Plan *plan, const Cell *cell)
{
	g_autofree char *unusable = results_unusable (plan, cell);

	return !unusable || cell->variant == plan->variants->pdata[0] ||
	       cell->verdict == VERDICT_APPLY_FAILED;
}

static char *cell_text (const Plan *plan, Notes *notes, const Cell *cell)
{
	GString *text;
	guint note;

	if (!is_told (plan, cell))
		return g_strdup (verdict_name (VERDICT_PENDING));
	text = g_string_new (verdict_name (cell->verdict));
	note = note_of (notes, cell);

	if (cell->runs > 1)
		g_string_append_printf (text, " %u/%u", cell->bad, cell->runs);
	if (note)
		g_string_append_printf (text, " [%u]", note);
	if (g_strcmp0 (cell->same_as, "base") == 0)
		g_string_append (text, " =");
	return g_string_free (text, FALSE);
}

/* The configs that the plan has cells for on @board, in order. */
static GPtrArray *configs_of (const Plan *plan, const PlanBoard *board)
{
	GPtrArray *configs = g_ptr_array_new ();
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		const Cell *cell = plan->cells->pdata[i];

		if (cell->board == board && !g_ptr_array_find (configs, cell->config, NULL))
			g_ptr_array_add (configs, (gpointer) cell->config);
	}
	return configs;
}

static void trim_line (GString *out)
{
	while (out->len && out->str[out->len - 1] == ' ')
		g_string_truncate (out, out->len - 1);
	g_string_append_c (out, '\n');
}

/* A name that is too long for its column, as a combination's, has a line of its own. */
static void write_name (const char *name, GString *out)
{
	if (strlen (name) >= NAME_WIDTH) {
		g_string_append_printf (out, "  %s\n", name);
		name = "";
	}
	g_string_append_printf (out, "  %-*s", NAME_WIDTH, name);
}

/* One table for a board; more configs than fit beside each other go into further blocks. */
static void write_table (const Plan *plan, const PlanBoard *board, Notes *notes, GString *out)
{
	enum {
		COLUMN = 19,
		PER_BLOCK = (WIDTH - NAME_WIDTH - 2) / COLUMN
	};
	g_autoptr (GPtrArray) configs = configs_of (plan, board);
	guint first, i, j;

	for (first = 0; first < configs->len; first += PER_BLOCK) {
		guint last = MIN (first + PER_BLOCK, configs->len);

		g_string_append_printf (out, "\n%-*s", NAME_WIDTH + 2, board->board->name);
		for (j = first; j < last; j++) {
			const ProjectConfig *config = configs->pdata[j];

			g_string_append_printf (out, "%-*s", COLUMN, config->name);
		}
		trim_line (out);
		for (i = 0; i < plan->variants->len; i++) {
			const PlanVariant *variant = plan->variants->pdata[i];

			write_name (variant->variant->name, out);
			for (j = first; j < last; j++) {
				const Cell *cell =
					plan_cell (plan, variant, board, configs->pdata[j]);
				g_autofree char *text = cell ? cell_text (plan, notes, cell) : NULL;

				g_string_append_printf (out, "%-*s", COLUMN, text ? text : "");
			}
			trim_line (out);
		}
	}
}

static void write_unusable (const Plan *plan, GString *out)
{
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		const Cell *cell = plan->cells->pdata[i];
		g_autofree char *unusable = results_unusable (plan, cell);
		g_autofree char *where = NULL;

		if (!unusable || cell->variant != plan->variants->pdata[0])
			continue;
		where = g_strdup_printf ("%s, %s: base unusable here: ", cell->board->board->name,
					 cell->config->name);
		g_string_append_c (out, '\n');
		report__wrap (out, where, "  ", unusable);
	}
}

static void write_matrix (const Plan *plan, Notes *notes, GString *out)
{
	guint i;

	for (i = 0; i < plan->boards->len; i++)
		write_table (plan, plan->boards->pdata[i], notes, out);
	write_unusable (plan, out);
	report__claims (plan, out);
}

void report_matrix (const Plan *plan, GString *out)
{
	g_autoptr (GPtrArray) notes = g_ptr_array_new ();

	write_matrix (plan, notes, out);
	write_notes (notes, out);
}

/* ---- what was tested ---- */

/* How what lies below every variant was made to fit. */
static void write_below (const Plan *plan, GString *out)
{
	const PlanVariant *base = plan->variants->len ? plan->variants->pdata[0] : NULL;
	guint i;

	for (i = 0; base && base->applied->notes && i < base->applied->notes->len; i++)
		report__wrap (out, "  ", "    ", base->applied->notes->pdata[i]);
}

static void write_base (const Plan *plan, GString *out)
{
	g_autofree char *line =
		g_strdup_printf ("%s %.12s (\"%s\")", plan->base_describe, plan->base,
				 plan->base_subject ? plan->base_subject : "");
	g_autofree char *prelude =
		plan->project->prelude ? g_path_get_basename (plan->project->prelude) : NULL;

	report__wrap (out, "base:    ", "         ", line);
	if (prelude) {
		g_autofree char *name = text_printable (prelude, -1);

		g_string_append_printf (out, "prelude: quilt series '%s' below every variant\n",
					name);
	}
	write_below (plan, out);
}

static void write_boards (const Plan *plan, GString *out)
{
	guint i;

	for (i = 0; i < plan->boards->len; i++) {
		const PlanBoard *board = plan->boards->pdata[i];
		g_auto (GStrv) lines = g_strsplit (board->identity ? board->identity : "", "\n", 2);
		g_autofree char *text = g_strdup_printf (
			"%s: %s%s; %s%s%s", board->board->name, board->board->description,
			board->board->bootable ? "" : " (build only)",
			lines[0] && *lines[0] ? lines[0] : board->trouble,
			board->emulator ? "; " : "", board->emulator ? board->emulator : "");

		report__wrap (out, i ? "         " : "boards:  ", "           ", text);
	}
}

static void write_configs (const Plan *plan, GString *out)
{
	g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
	guint i;

	for (i = 0; i < plan->cells->len; i++) {
		const ProjectConfig *config = ((const Cell *) plan->cells->pdata[i])->config;
		g_autofree char *settings = g_strjoinv (" ", config->settings);
		g_autofree char *text = g_strdup_printf ("%s: %s", config->name, settings);

		if (!g_hash_table_add (seen, (gpointer) config))
			continue;
		report__wrap (out, g_hash_table_size (seen) > 1 ? "         " : "configs: ",
			      "           ", *settings ? text : "the boards' own");
	}
}

/* Fuzz and doubt are told in full, for a hunk may be misplaced; of mere offsets, how many there
 * were. What lies below is told once, not of every candidate. */
static void write_fit (const Applied *applied, GString *out)
{
	guint i, offsets = 0;

	for (i = 0; applied->notes && i < applied->notes->len; i++) {
		const char *note = applied->notes->pdata[i];

		if (g_str_has_prefix (note, PRELUDE_NOTE) || g_str_has_prefix (note, FIX_NOTE))
			continue;
		if (strstr (note, " with fuzz ") || strstr (note, APPLY_AMBIGUOUS))
			report__wrap (out, "    ", "      ", note);
		else
			offsets++;
	}
	if (offsets)
		g_string_append_printf (out, "    %u hunk%s at another line than posted\n", offsets,
					offsets == 1 ? "" : "s");
}

static void write_candidate (const PlanVariant *entry, GString *out)
{
	const Variant *variant = entry->variant;
	g_autofree char *text = g_strdup_printf (
		"%s: \"%s\", %s%s%s", variant->name, variant->title, variant->author,
		variant->message_id ? " " : "", variant->message_id ? variant->message_id : "");

	report__wrap (out, "  ", "    ", text);
	if (variant->patches->len == 2) {
		g_autofree char *below = g_path_get_basename (variant->patches->pdata[0]);

		report__wrap (out, "    on top of ", "      ", below);
	} else if (variant->patches->len > 2) {
		g_string_append_printf (out, "    %u patches\n", variant->patches->len);
	}
	write_fit (entry->applied, out);
}

/* A combination has nothing to tell that its parts have not. */
static void write_candidates (const Plan *plan, GString *out)
{
	guint i;

	g_string_append_c (out, '\n');
	for (i = 1; i < plan->variants->len; i++) {
		const PlanVariant *entry = plan->variants->pdata[i];

		if (!entry->combined)
			write_candidate (entry, out);
	}
}

static guint count_combined (const Plan *plan)
{
	guint i, n = 0;

	for (i = 0; i < plan->variants->len; i++)
		n += ((const PlanVariant *) plan->variants->pdata[i])->combined;
	return n;
}

void report__text (const Plan *plan, GString *out)
{
	g_autoptr (GPtrArray) notes = g_ptr_array_new ();
	guint combined = count_combined (plan);

	g_string_append_printf (out, "Tested %u candidate fixes ",
				plan->variants->len - 1 - combined);
	if (combined)
		g_string_append_printf (out, "and %u pairs of them ", combined);
	g_string_append_printf (out, "on %u board%s.\n\n", plan->boards->len,
				plan->boards->len == 1 ? "" : "s");
	write_base (plan, out);
	write_boards (plan, out);
	write_configs (plan, out);
	write_candidates (plan, out);
	write_matrix (plan, notes, out);
	write_notes (notes, out);
	report__images (plan, out);
}
