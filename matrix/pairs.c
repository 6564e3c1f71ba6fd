/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "matrix/pairs.h"

void pairs_free (Pairs *self)
{
	guint i;

	if (!self)
		return;
	for (i = 0; i < self->n * self->n; i++)
		g_free (self->why[i]);
	g_free (self->why);
	g_free (self->kinds);
	g_free (self);
}

static const PlanVariant *variant_at (const Plan *plan, guint i)
{
	return plan->variants->pdata[i + 1];
}

static PairKind try (Stacker *stacker, const PlanVariant *below, const PlanVariant *top,
		     char **out_why)
{
	g_autoptr (GPtrArray) joined = NULL;

	if (below == top)
		return PAIR_SELF;
	if (!below->applied->ok || !top->applied->ok)
		return PAIR_ALONE;
	joined = stacker_join (below->variant->patches, top->variant->patches);
	if (joined->len == below->variant->patches->len)
		return PAIR_WITHIN;
	return stacker_fits (stacker, joined, out_why) ? PAIR_FITS : PAIR_CONFLICT;
}

Pairs *pairs_find (const Plan *plan, Stacker *stacker)
{
	Pairs *self = g_new0 (Pairs, 1);
	guint i, j;

	self->n = plan->variants->len - 1;
	self->kinds = g_new0 (PairKind, self->n * self->n);
	self->why = g_new0 (char *, self->n * self->n);
	for (i = 0; i < self->n; i++)
		for (j = 0; j < self->n; j++)
			self->kinds[i * self->n + j] =
				try (stacker, variant_at (plan, i), variant_at (plan, j),
				     &self->why[i * self->n + j]);
	return self;
}

static void print_row (const Pairs *self, const Plan *plan, guint row, guint width, GString *out)
{
	static const char marks[] = { [PAIR_SELF] = '.',
				      [PAIR_FITS] = '+',
				      [PAIR_WITHIN] = '=',
				      [PAIR_CONFLICT] = 'x',
				      [PAIR_ALONE] = '-' };
	guint i;

	g_string_append_printf (out, "%3u %-*s", row + 1, (int) width,
				variant_at (plan, row)->variant->name);
	for (i = 0; i < self->n; i++)
		g_string_append_printf (out, " %2c", marks[self->kinds[row * self->n + i]]);
	g_string_append_c (out, '\n');
}

static guint count (const Pairs *self, PairKind kind)
{
	guint i, n = 0;

	for (i = 0; i < self->n * self->n; i++)
		n += self->kinds[i] == kind;
	return n;
}

static void print_legend (const Pairs *self, GString *out)
{
	static const struct {
		PairKind kind;
		const char *text;
	} lines[] = {
		{ PAIR_FITS, "+ the column goes on top of the row" },
		{ PAIR_WITHIN, "= all of the column is in the row" },
		{ PAIR_CONFLICT, "x the column does not go on top of the row" },
		{ PAIR_ALONE, "- one of them does not go on alone" },
	};
	gsize i;

	g_string_append_c (out, '\n');
	for (i = 0; i < G_N_ELEMENTS (lines); i++)
		if (count (self, lines[i].kind))
			g_string_append_printf (out, "%s\n", lines[i].text);
}

void pairs_print (const Pairs *self, const Plan *plan, GString *out)
{
	guint i, width = 0;

	if (self->n == 0)
		return;
	for (i = 0; i < self->n; i++)
		width = MAX (width, (guint) strlen (variant_at (plan, i)->variant->name));
	g_string_append_printf (out, "%*s", (int) width + 4, "");
	for (i = 0; i < self->n; i++)
		g_string_append_printf (out, " %2u", i + 1);
	g_string_append_c (out, '\n');
	for (i = 0; i < self->n; i++)
		print_row (self, plan, i, width, out);
	print_legend (self, out);
	if (count (self, PAIR_CONFLICT))
		g_string_append_c (out, '\n');
	for (i = 0; i < self->n * self->n; i++)
		if (self->kinds[i] == PAIR_CONFLICT)
			g_string_append_printf (out, "%u on %u: %s\n", i % self->n + 1,
						i / self->n + 1, self->why[i]);
}
