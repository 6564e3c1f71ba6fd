/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "series/quilt-tree.h"

/* Lines of context that patch(1) may ignore when quilt push calls it. */
#define QUILT_FUZZ 2

typedef struct {
	gboolean pop;	    /* --pop */
	gboolean base_only; /* --base-only */
} TreeOptions;

static const PlanVariant *find_variant (const Plan *plan, const char *name)
{
	guint i;

	for (i = 0; i < plan->variants->len; i++) {
		const PlanVariant *entry = plan->variants->pdata[i];

		if (g_str_equal (entry->variant->name, name))
			return entry;
	}
	g_assert_not_reached (); /* the plan was made with it */
}

/* What quilt will find again in `patches/`. */
static GPtrArray *list_names (const Project *project, const char *variant)
{
	GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
	guint i, j;

	for (i = 0; i < project->variants->len; i++) {
		const ProjectVariant *entry = project->variants->pdata[i];

		for (j = 0; g_str_equal (entry->name, variant) && entry->patches[j]; j++)
			g_ptr_array_add (names, quilt_tree_name (entry->patches[j]));
	}
	return names;
}

/* A patch that quilt would refuse once it was popped must not be pushed for it. */
static gboolean check_fuzz (const Applied *applied, GError **error)
{
	guint i;

	for (i = 0; i < applied->notes->len; i++) {
		const char *note = applied->notes->pdata[i];
		const char *fuzz = strstr (note, " with fuzz ");

		if (fuzz && !g_str_has_prefix (note, PRELUDE_NOTE) &&
		    atoi (fuzz + strlen (" with fuzz ")) > QUILT_FUZZ)
			return fail (error, BAKEOFF_ERROR_USAGE,
				     "%s: quilt push allows a fuzz of %d\n"
				     "'--pop' makes a tree in which quilt push --fuzz=N, and quilt "
				     "refresh, can mend it",
				     note, QUILT_FUZZ);
	}
	return TRUE;
}

static gboolean check_applied (const PlanVariant *entry, const TreeOptions *options, GError **error)
{
	const Applied *applied = entry->applied;

	if (options->pop)
		return TRUE;
	if (applied->ok)
		return check_fuzz (applied, error);
	return fail (error, BAKEOFF_ERROR_USAGE,
		     "variant '%s' does not apply: %s\n"
		     "'--pop' makes a tree without its patches, for quilt push -f",
		     entry->variant->name, applied->detail);
}

static void print_tree (const Plan *plan, const PlanVariant *entry, const TreeOptions *options,
			const char *dir)
{
	g_autofree char *where = text_printable (dir, -1);
	guint i, n = entry->variant->patches->len;

	for (i = 0; !options->pop && i < entry->applied->notes->len; i++)
		printf ("note: %s\n", (char *) entry->applied->notes->pdata[i]);
	printf ("%s: %s%s, %u patch%s of %s, %s\n", where, plan->base_describe,
		plan->project->prelude ? " with the prelude" : "", n, n == 1 ? "" : "es",
		entry->variant->name, options->pop ? "none pushed" : "all pushed");
}

static gboolean write_tree (const Plan *plan, const char *name, const TreeOptions *options,
			    const char *dir, GError **error)
{
	const PlanVariant *base = plan->variants->pdata[0];
	const PlanVariant *entry = find_variant (plan, name);
	g_autoptr (GPtrArray) names = list_names (plan->project, name);
	const QuiltTree tree = {
		.repo = plan->repo,
		.commit = (options->pop ? base : entry)->applied->commit,
		.pushed = !options->pop,
		.names = names,
		.paths = entry->variant->patches,
		.mark = { (char *) name, plan->base, options->base_only },
	};

	if (!check_applied (entry, options, error) || !quilt_tree_write (&tree, dir, error))
		return FALSE;
	print_tree (plan, entry, options, dir);
	return TRUE;
}

gboolean cmd_quilt (int argc, char **argv, int *out_status G_GNUC_UNUSED, GError **error)
{
	g_auto (Selection) selection = { 0 };
	TreeOptions tree = { 0 };
	const GOptionEntry own[] = { { "pop", 0, 0, G_OPTION_ARG_NONE, &tree.pop,
				       "Leave no patch pushed", NULL },
				     { "base-only", 0, 0, G_OPTION_ARG_NONE, &tree.base_only,
				       "Put the patches on the base without the prelude", NULL },
				     { NULL } };
	const char *only[] = { NULL, NULL };
	PlanOptions options;

	if (!options_parse (&selection, OPTIONS_PROJECT | OPTIONS_REPO | OPTIONS_BASE, own, 2,
			    &argc, argv, error))
		return FALSE;
	if (argc < 3)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "give a variant and a folder to make\n'bakeoff show' lists variants");
	if (!selection_load (&selection, error))
		return FALSE;
	if (tree.base_only)
		g_clear_pointer (&selection.project->prelude, g_free);
	only[0] = argv[1];
	options = selection_fill (&selection);
	options.variants = only;
	selection.plan = plan_apply (selection.project, &options, error);
	return selection.plan && write_tree (selection.plan, argv[1], &tree, argv[2], error);
}
