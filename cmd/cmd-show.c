/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/options.h"

/* The variant before @index whose tree is equal, as two postings of one patch have. */
static const char *equal_to (const Plan *plan, guint index)
{
	const PlanVariant *entry = plan->variants->pdata[index];
	guint i;

	for (i = 0; i < index && entry->applied->ok; i++) {
		const PlanVariant *other = plan->variants->pdata[i];

		if (g_strcmp0 (other->applied->tree, entry->applied->tree) == 0)
			return other->variant->name;
	}
	return NULL;
}

static void write_variant (const Plan *plan, guint index, GString *out)
{
	const PlanVariant *entry = plan->variants->pdata[index];
	const Variant *variant = entry->variant;
	const char *equal = equal_to (plan, index);
	guint i;

	g_string_append_printf (out, "%s\n", variant->name);
	if (variant->title && index > 0)
		g_string_append_printf (out, "    %s\n    by %s\n", variant->title,
					variant->author);
	for (i = 0; i < variant->patches->len; i++) {
		g_autofree char *file = g_path_get_basename (variant->patches->pdata[i]);

		g_string_append_printf (out, "    %s %s\n",
					i + 1 < variant->patches->len ? "needs" : "patch", file);
	}
	if (equal)
		g_string_append_printf (out, "    gives the same tree as %s\n", equal);
	if (entry->applied->ok)
		g_string_append_printf (out, "    applies: tree %.12s\n", entry->applied->tree);
	else
		g_string_append_printf (out, "    apply-failed: %s\n", entry->applied->detail);
	for (i = 0; entry->applied->notes && i < entry->applied->notes->len; i++)
		g_string_append_printf (out, "    %s\n", (char *) entry->applied->notes->pdata[i]);
}

gboolean cmd_show (int argc, char **argv, int *out_status G_GNUC_UNUSED, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_autoptr (GString) out = g_string_new (NULL);
	g_autofree char *text = NULL;
	const Plan *plan;
	guint i;

	if (!options_parse (&selection, OPTIONS_PROJECT | OPTIONS_REPO, NULL, 0, &argc, argv,
			    error) ||
	    !selection_plan (&selection, FALSE, error))
		return FALSE;
	plan = selection.plan;
	g_string_append_printf (out, "base %s %.12s (\"%s\")\n\n", plan->base_describe, plan->base,
				plan->base_subject ? plan->base_subject : "");
	for (i = 0; i < plan->variants->len; i++)
		write_variant (plan, i, out);
	text = text_printable (out->str, (gssize) out->len);
	fputs (text, stdout);
	return TRUE;
}
