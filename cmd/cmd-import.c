/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "series/import.h"

/* What repairs are checked against; all NULL where the user has no repository at hand. */
typedef struct {
	Repo *repo;
	char *base;
	Prelude *prelude;
} Ground;

static void ground_clear (Ground *self)
{
	repo_free (self->repo);
	g_free (self->base);
	prelude_free (self->prelude);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ground, ground_clear)

static gboolean open_ground (Ground *self, const Selection *selection, GError **error)
{
	const Project *project = selection->project;
	const char *path = selection->repo ? selection->repo : project->repo;
	const char *base = selection->base ? selection->base : project->base;

	if (!path || !base) {
		fprintf (stderr,
			 "bakeoff: warning: no %s: repairs are checked by the hunks' counts "
			 "alone\n",
			 path ? "base" : "repository");
		return TRUE;
	}
	self->repo = repo_open (path, error);
	self->base = self->repo ? repo_resolve (self->repo, base, error) : NULL;
	if (!self->base)
		return FALSE;
	self->prelude = project->prelude ? prelude_read (project->prelude, error) : prelude_new ();
	return self->prelude != NULL;
}

static void write_lines (GString *out, const char *before, GPtrArray *lines)
{
	guint i;

	for (i = 0; lines && i < lines->len; i++)
		g_string_append_printf (out, "    %s%s\n", before, (char *) lines->pdata[i]);
}

static void write_candidate (GString *out, const Candidate *candidate)
{
	g_string_append_printf (out, "%s\n    %s\n    by %s, %s, at %s\n", candidate->name,
				candidate->title, candidate->author,
				candidate->date ? candidate->date : "no date", candidate->where);
	if (candidate->answers)
		g_string_append_printf (out, "    answers %s\n", candidate->answers);
	write_lines (out, "same patch: ", candidate->also);
	write_lines (out, "repaired: ", candidate->repairs);
	write_lines (out, "needs ", candidate->needs);
	if (candidate->malformed)
		g_string_append_printf (out, "    cannot be used: %s\n", candidate->malformed);
	if (candidate->problem)
		g_string_append_printf (out, "    does not apply: %s\n", candidate->problem);
	g_string_append_printf (out, "    %s\n", candidate->file);
}

static gboolean add_to_project (const Project *project, const Import *import, guint *out_added,
				GError **error)
{
	g_autoptr (GPtrArray) names = g_ptr_array_new ();
	g_autoptr (GPtrArray) stacks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
	ProjectAddition addition = { .subject = import->subject, .in_reply_to = import->root_id };
	guint i, j;

	for (i = 0; i < import->candidates->len; i++) {
		const Candidate *candidate = import->candidates->pdata[i];
		g_autoptr (GStrvBuilder) stack = g_strv_builder_new ();

		for (j = 0; candidate->needs && j < candidate->needs->len; j++)
			g_strv_builder_add (stack, candidate->needs->pdata[j]);
		g_strv_builder_add (stack, candidate->file);
		g_ptr_array_add (names, candidate->name);
		g_ptr_array_add (stacks, g_strv_builder_end (stack));
	}
	addition.names = names;
	addition.stacks = stacks;
	return project_add (project, &addition, out_added, error);
}

gboolean cmd_import (int argc, char **argv, int *out_status G_GNUC_UNUSED, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_auto (Ground) ground = { 0 };
	gboolean dry_run = FALSE;
	const GOptionEntry own[] = { { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run,
				       "Say what is found, write nothing", NULL },
				     { NULL } };
	g_autoptr (Import) import = NULL;
	g_autoptr (GString) out = g_string_new (NULL);
	g_autofree char *found = NULL;
	guint i, written = 0, added = 0;

	if (!options_parse (&selection, OPTIONS_PROJECT | OPTIONS_REPO | OPTIONS_BASE, own, 1,
			    &argc, argv, error))
		return FALSE;
	if (argc < 2)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "import what?\ngive an mbox, a mail, a web archive's text, or '-'");
	if (!selection_load (&selection, error) || !open_ground (&ground, &selection, error))
		return FALSE;
	import = import_read (argv[1], ground.repo, ground.base, ground.prelude, error);
	if (!import)
		return FALSE;
	if (!selection.project->descriptions)
		import_drop_descriptions (import);
	for (i = 0; i < import->candidates->len; i++)
		write_candidate (out, import->candidates->pdata[i]);
	for (i = 0; i < import->notes->len; i++)
		g_string_append_printf (out, "note: %s\n", (char *) import->notes->pdata[i]);
	found = text_printable (out->str, (gssize) out->len);
	fputs (found, stdout);
	if (!dry_run && (!import_write (import, selection.project->patches_dir, &written, error) ||
			 !add_to_project (selection.project, import, &added, error)))
		return FALSE;
	printf ("%u mails, %u with a diff, %u candidates; %u files written, %u variants added\n",
		import->n_messages, import->n_diffs, import->candidates->len, written, added);
	return TRUE;
}
