/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/options.h"

/* A ref of an earlier state would be taken for the variant as it is. */
static gboolean print_refused (const PlanVariant *entry, Repo *repo, GError **error)
{
	const char *name = entry->variant->name;
	RefRemoval removal;

	printf ("%-26s apply-failed\n    %s\n", name, entry->applied->detail);
	if (!repo_remove_ref (repo, name, &removal, error))
		return FALSE;
	if (removal == REF_REMOVED)
		printf ("    removed refs/bakeoff/%s: it did apply when that was made\n", name);
	else if (removal == REF_FOREIGN)
		printf ("    refs/bakeoff/%s was not made by bakeoff: it is left alone\n", name);
	return TRUE;
}

static gboolean print_variant (const PlanVariant *entry, Repo *repo, GError **error)
{
	const Applied *applied = entry->applied;
	guint i;

	if (!applied->ok)
		return print_refused (entry, repo, error);
	if (!repo_update_ref (repo, entry->variant->name, applied->commit, error))
		return FALSE;
	printf ("%-26s %.12s refs/bakeoff/%s\n", entry->variant->name, applied->commit,
		entry->variant->name);
	for (i = 0; applied->notes && i < applied->notes->len; i++)
		printf ("    %s\n", (char *) applied->notes->pdata[i]);
	return TRUE;
}

static gboolean is_variant (const Plan *plan, const char *name)
{
	guint i;

	for (i = 0; i < plan->variants->len; i++) {
		const PlanVariant *entry = plan->variants->pdata[i];

		if (g_str_equal (entry->variant->name, name))
			return TRUE;
	}
	return FALSE;
}

/* They may be another project's on the same clone, so they are told and kept. */
static void print_other_refs (const Plan *plan)
{
	g_autoptr (GPtrArray) names = repo_list_refs (plan->repo);
	guint i;

	for (i = 0; i < names->len; i++) {
		g_autofree char *name = text_printable (names->pdata[i], -1);

		if (!is_variant (plan, names->pdata[i]))
			printf ("note: refs/bakeoff/%s is no variant of this project: "
				"it is left alone\n",
				name);
	}
}

gboolean cmd_apply (int argc, char **argv, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	gboolean fail_on_any = FALSE;
	const GOptionEntry own[] = { { "fail", 0, 0, G_OPTION_ARG_NONE, &fail_on_any,
				       "Exit with 1 if a variant does not apply", NULL },
				     { NULL } };
	guint i;

	if (!options_parse (&selection,
			    OPTIONS_PROJECT | OPTIONS_REPO | OPTIONS_BASE | OPTIONS_VARIANT, own, 0,
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
	if (!selection.variants)
		print_other_refs (selection.plan);
	return TRUE;
}
