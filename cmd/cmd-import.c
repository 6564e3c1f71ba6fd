/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/import-quilt.h"
#include "cmd/options.h"
#include "matrix/mail-index.h"
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

/* Without a base one is looked for, told, and taken for this once. */
static char *propose_base (const Ground *ground, const Thread *thread)
{
	guint fitting = 0, all = 0;
	g_autofree char *base =
		import_propose (thread, ground->repo, ground->prelude, &fitting, &all);

	if (!base)
		return NULL;
	printf ("base: the project names none; %u of %u candidates go onto %s, which is taken now\n"
		"    git config -f bakeoff.conf bakeoff.base %s\n\n",
		fitting, all, base, base);
	return repo_resolve (ground->repo, base, NULL);
}

static gboolean open_ground (Ground *self, const Selection *selection, const Thread *thread,
			     GError **error)
{
	const Project *project = selection->project;
	const char *path = selection->repo ? selection->repo : project->repo;
	const char *base = selection->base ? selection->base : project->base;

	self->repo = path ? repo_open (path, error) : NULL;
	if (path && !self->repo)
		return FALSE;
	self->prelude = project->prelude ? prelude_read (project->prelude, error) : prelude_new ();
	if (!self->prelude)
		return FALSE;
	if (path && base) {
		self->base = repo_resolve (self->repo, base, error);
		return self->base != NULL;
	}
	if (path)
		self->base = propose_base (self, thread);
	if (!self->base)
		fprintf (stderr,
			 "bakeoff: warning: no %s: repairs are checked by the hunks' counts "
			 "alone\n",
			 path ? "base" : "repository");
	return TRUE;
}

static void write_lines (GString *out, const char *before, GPtrArray *lines)
{
	guint i;

	for (i = 0; lines && i < lines->len; i++)
		g_string_append_printf (out, "    %s%s\n", before, (char *) lines->pdata[i]);
}

static void write_patch (GString *out, const PostedPatch *patch)
{
	g_string_append_printf (out, "    by %s, %s, at %s\n", patch->author,
				patch->date ? patch->date : "no date", patch->where);
	if (patch->answers)
		g_string_append_printf (out, "    answers %s\n", patch->answers);
	write_lines (out, "same patch: ", patch->also);
	write_lines (out, "repaired: ", patch->repairs);
}

static void write_file (GString *out, const PostedPatch *patch, const char *number)
{
	if (patch->malformed)
		g_string_append_printf (out, "    %scannot be used: %s\n", number,
					patch->malformed);
	if (patch->problem)
		g_string_append_printf (out, "    %sdoes not apply: %s\n", number, patch->problem);
	g_string_append_printf (out, "    %s%s\n", number, patch->file);
}

static void write_series (GString *out, const Candidate *candidate)
{
	guint i;

	g_string_append_printf (out, "    by %s, a series of %u\n", candidate->author,
				candidate->patches->len);
	for (i = 0; i < candidate->patches->len; i++) {
		const PostedPatch *patch = candidate->patches->pdata[i];
		g_autofree char *number = g_strdup_printf ("%u: ", i + 1);

		g_string_append_printf (out, "    %s%s, at %s\n", number, patch->title,
					patch->where);
		write_lines (out, "   repaired: ", patch->repairs);
		write_file (out, patch, number);
	}
	if (candidate->lacks)
		g_string_append_printf (out, "    incomplete: nobody posted %s\n",
					candidate->lacks);
	if (candidate->problem)
		g_string_append_printf (out, "    does not apply as a whole: %s\n",
					candidate->problem);
}

/* What lies below the candidate's own patches. */
static void write_needs (GString *out, const Candidate *candidate)
{
	guint i;

	for (i = 0; i + candidate->patches->len < candidate->stack->len; i++)
		g_string_append_printf (out, "    needs %s\n",
					((PostedPatch *) candidate->stack->pdata[i])->file);
}

static void write_candidate (GString *out, const Candidate *candidate)
{
	const PostedPatch *only = candidate->patches->pdata[0];
	gboolean single = candidate->patches->len == 1 && !candidate->lacks;

	g_string_append_printf (out, "%s\n    %s\n", candidate->name, candidate->title);
	if (single)
		write_patch (out, only);
	else
		write_series (out, candidate);
	write_lines (out, "", candidate->kin);
	write_lines (out, "", candidate->trailers);
	write_needs (out, candidate);
	if (single)
		write_file (out, only, "");
	if (candidate->superseded)
		g_string_append_printf (out,
					"    left out: %s is newer; --all makes a variant of it\n",
					candidate->superseded);
}

static gboolean add_to_project (const Project *project, const Import *import, guint *out_added,
				GError **error)
{
	g_autoptr (GPtrArray) names = g_ptr_array_new ();
	g_autoptr (GPtrArray) titles = g_ptr_array_new ();
	g_autoptr (GPtrArray) stacks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
	ProjectAddition addition = { .subject = import->subject, .in_reply_to = import->root_id };
	guint i, j;

	for (i = 0; i < import->candidates->len; i++) {
		const Candidate *candidate = import->candidates->pdata[i];
		g_autoptr (GStrvBuilder) stack = g_strv_builder_new ();

		if (candidate->superseded)
			continue;
		for (j = 0; j < candidate->stack->len; j++)
			g_strv_builder_add (stack,
					    ((PostedPatch *) candidate->stack->pdata[j])->file);
		g_ptr_array_add (names, candidate->name);
		g_ptr_array_add (titles, candidate->patches->len > 1 ? candidate->title : NULL);
		g_ptr_array_add (stacks, g_strv_builder_end (stack));
	}
	addition.names = names;
	addition.titles = titles;
	addition.stacks = stacks;
	return project_add (project, &addition, out_added, error);
}

/* What a user has of a mail: its id, or the address of its page in an archive,
 * https://lore.kernel.org/LIST/MESSAGE-ID/. */
static char *message_id_of (const char *word)
{
	g_auto (GStrv) parts = g_strsplit (word, "/", -1);
	guint n = g_strv_length (parts);

	if (!g_str_has_prefix (word, "https://") && !g_str_has_prefix (word, "http://"))
		return g_strdup (word);
	return n > 4 ? g_uri_unescape_string (parts[4], NULL) : NULL;
}

static Thread *read_inbox (const Project *project, Inbox *inbox, const char *word, GError **error)
{
	g_autofree char *index = g_build_filename (project->state_dir, "mail-index.db", NULL);
	g_autofree char *id = message_id_of (word);

	if (!id)
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "'%s' names no mail\ngive a Message-ID, or "
				  "https://lore.kernel.org/LIST/MESSAGE-ID/",
				  word);
	if (!files_make_dir (project->state_dir, error))
		return NULL;
	return mail_index_thread (index, inbox, id, error);
}

/* The thread that the user's one or two words name. */
static Thread *read_source (const Project *project, const char *source, const char *id,
			    GError **error)
{
	g_autoptr (GError) local = NULL;
	g_autoptr (Inbox) inbox =
		g_file_test (source, G_FILE_TEST_IS_DIR) ? inbox_open (source, &local) : NULL;

	if (local) {
		g_propagate_error (error, g_steal_pointer (&local));
		return NULL;
	}
	if (inbox && !id)
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "'%s' is a public-inbox: which thread?\n"
				  "give the Message-ID of one of its mails behind it",
				  source);
	if (id && !inbox)
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "'%s' is no public-inbox repository, so it takes no Message-ID",
				  source);
	return inbox ? read_inbox (project, inbox, id, error) : thread_read (source, error);
}

static gboolean check_control (const Import *import, GError **error)
{
	guint i;

	for (i = 0; i < import->patches->len; i++) {
		const PostedPatch *patch = import->patches->pdata[i];

		if (patch->control)
			return fail (error, BAKEOFF_ERROR_USAGE,
				     "%s: it can make a diff look like another one\n"
				     "nothing was imported; remove that mail, or look at its bytes "
				     "and give --allow-control",
				     patch->control);
	}
	return TRUE;
}

gboolean cmd_import (int argc, char **argv, int *out_status G_GNUC_UNUSED, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_auto (Ground) ground = { 0 };
	gboolean dry_run = FALSE, all = FALSE, suggest = FALSE, allow_control = FALSE;
	const GOptionEntry own[] = { { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run,
				       "Say what is found, write nothing", NULL },
				     { "all", 0, 0, G_OPTION_ARG_NONE, &all,
				       "Make variants of superseded versions too", NULL },
				     { "suggest", 0, 0, G_OPTION_ARG_NONE, &suggest,
				       "Make variants of reverts that mails ask for in words",
				       NULL },
				     { "allow-control", 0, 0, G_OPTION_ARG_NONE, &allow_control,
				       "Take diffs with control and bidi characters", NULL },
				     { NULL } };
	ImportOptions options;
	g_autoptr (Thread) thread = NULL;
	g_autoptr (Import) import = NULL;
	g_autoptr (GString) out = g_string_new (NULL);
	g_autofree char *found = NULL;
	guint i, written = 0, added = 0;

	if (!options_parse (&selection, OPTIONS_PROJECT | OPTIONS_REPO | OPTIONS_BASE, own, 2,
			    &argc, argv, error))
		return FALSE;
	if (argc < 2)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "import what?\ngive an mbox, a mail, a maildir, a web archive's text, "
			     "'-', a public-inbox and a Message-ID, or a folder of quilt's");
	if (!selection_load (&selection, error))
		return FALSE;
	if (argc == 2 && import_is_quilt (argv[1]))
		return import_quilt (&selection, argv[1], dry_run, error);
	thread = read_source (selection.project, argv[1], argc > 2 ? argv[2] : NULL, error);
	if (!thread || !open_ground (&ground, &selection, thread, error))
		return FALSE;
	options = (ImportOptions){ .repo = ground.repo,
				   .base = ground.base,
				   .prelude = ground.prelude,
				   .all = all,
				   .suggest = suggest };
	import = import_thread (thread, &options, error);
	if (!import || (!allow_control && !check_control (import, error)))
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
