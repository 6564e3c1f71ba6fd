/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/options.h"

static gboolean print_variant (const PlanVariant *entry, Repo *repo, GError **error)
{
	const Applied *applied = entry->applied;
	guint i;

	if (!applied->ok) {
		printf ("%-26s apply-failed\n    %s\n", entry->variant->name, applied->detail);
		return TRUE;
	}
	if (!repo_update_ref (repo, entry->variant->name, applied->commit, error))
		return FALSE;
	printf ("%-26s %.12s refs/bakeoff/%s\n", entry->variant->name, applied->commit,
		entry->variant->name);
	for (i = 0; applied->notes && i < applied->notes->len; i++)
		printf ("    %s\n", (char *) applied->notes->pdata[i]);
	return TRUE;
}

gboolean cmd_apply (int argc, char **argv, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	gboolean fail_on_any = FALSE;
	const GOptionEntry own[] = { { "fail", 0, 0, G_OPTION_ARG_NONE, &fail_on_any,
				       "Exit with 1 if a variant does not apply", NULL },
				     { NULL } };
	guint i;

	if (!options_parse (&selection, OPTIONS_PROJECT | OPTIONS_REPO | OPTIONS_VARIANT, own, 0,
			    &argc, argv, error))
		return FALSE;
	if (!selection_plan (&selection, FALSE, error))
		return FALSE;
	for (i = 0; i < selection.plan->variants->len; i++) {
		const PlanVariant *entry = selection.plan->variants->pdata[i];

		if (!print_variant (entry, selection.plan->repo, error))
			return FALSE;
		if (fail_on_any && !entry->applied->ok)
			*out_status = EXIT_NO;
	}
	return TRUE;
}
