/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a thread's mails to the diffs in them, each with what its mail says of it.
 */
#include <string.h>

#include "base/error.h"
#include "series/import-internal.h"
#include "series/names.h"

void import__note (Importing *self, char *text)
{
	g_ptr_array_add (self->out->notes, text);
}

static char *make_title (const Posted *posted)
{
	const FilePatch *file;
	g_autofree char *name = NULL;

	if (posted->posting->title)
		return g_strdup (posted->posting->title);
	if (!posted->repaired)
		return g_strdup_printf ("patch by %s", posted->message->from.name);
	file = g_ptr_array_index (posted->repaired->patch->files, 0);
	name = g_path_get_basename (patch_path (file));
	return g_strdup_printf ("%s: fix by %s", name, posted->message->from.name);
}

static gboolean read_diff (Importing *self, Posted *posted, GError **error)
{
	g_autoptr (GError) local = NULL;

	posted->repaired = repair_read (posted->part, posted->diff, posted->message->source,
					self->base, &local);
	if (posted->repaired) {
		const Patch *patch = posted->repaired->patch;

		posted->line = patch->line;
		posted->id = patch->defect || posted->repaired->refused ? NULL : patch_id (patch);
		return TRUE;
	}
	if (!g_error_matches (local, BAKEOFF_ERROR, BAKEOFF_ERROR_PATCH)) {
		g_propagate_error (error, g_steal_pointer (&local));
		return FALSE;
	}
	posted->malformed = g_strdup (local->message);
	return TRUE;
}

static gboolean add_posted (Importing *self, const Message *message, GPtrArray *part, guint diff,
			    GError **error)
{
	Posted *posted = g_new0 (Posted, 1);
	Person *author;

	g_ptr_array_add (self->all, posted);
	posted->message = message;
	posted->part = part;
	posted->diff = diff;
	posted->line = ((SourceLine *) g_ptr_array_index (part, diff))->line;
	posted->number = self->all->len;
	posted->needs = g_ptr_array_new ();
	posted->prerequisites = g_ptr_array_new_with_free_func (g_free);
	posted->posting = posting_read (message, part, diff);
	if (!read_diff (self, posted, error))
		return FALSE;
	author = &posted->posting->author;
	if (!author->address && author->name)
		author->address = posting_find_address (self->thread, message, author->name);
	posted->title = make_title (posted);
	posted->file = names_file (posted->number, posted->title);
	return TRUE;
}

/* Whether the text of @part from @from on shows a commit that exists, as `git show` prints it: it
 * is talked about, not proposed. */
static gboolean shows_commit (const Importing *self, GPtrArray *part, guint from, guint diff)
{
	guint i;

	for (i = from; i + 1 < diff; i++) {
		const SourceLine *line = part->pdata[i], *next = part->pdata[i + 1];
		g_autofree char *id = NULL;
		g_autofree char *known = NULL;

		if (!g_regex_match_simple ("^commit [0-9a-f]{7,40}\\b", line->text, 0, 0) ||
		    !g_regex_match_simple ("^(Author|Merge|AuthorDate): ", next->text, 0, 0))
			continue;
		if (!self->options->repo)
			return TRUE;
		id = g_strndup (line->text + strlen ("commit "),
				strspn (line->text + strlen ("commit "), "0123456789abcdef"));
		known = repo_resolve (self->options->repo, id, NULL);
		if (known)
			return TRUE;
	}
	return FALSE;
}

/* Where the next patch of a mail begins behind the diff at @diff: a header of its own, or scissors.
 */
static guint next_patch (GPtrArray *part, guint diff)
{
	guint i;

	for (i = diff; i < part->len; i++) {
		const SourceLine *line = part->pdata[i];

		if (g_regex_match_simple (
			    "^(From [0-9a-f]{40} |From: .*@|Subject: \\S|\\[[^]]*PATCH[^]]*\\] "
			    "*\\S|[- ]*(>8|8<)[- ]*-+ *$)",
			    line->text, 0, 0) &&
		    patch_find (part, i) >= 0)
			return i;
	}
	return part->len;
}

static GPtrArray *cut_segment (Importing *self, GPtrArray *part, guint from, guint to)
{
	GPtrArray *segment;
	guint i;

	if (from == 0 && to == part->len)
		return part;
	segment = g_ptr_array_new ();
	for (i = from; i < to; i++)
		g_ptr_array_add (segment, part->pdata[i]);
	g_ptr_array_add (self->segments, segment);
	return segment;
}

static gboolean read_part (Importing *self, const Message *message, GPtrArray *part,
			   gboolean *out_found, GError **error)
{
	guint from = 0;
	int diff;

	while ((diff = patch_find (part, from)) >= 0) {
		guint to = next_patch (part, (guint) diff);

		if (shows_commit (self, part, from, (guint) diff)) {
			g_autofree char *who = import__who_when (message);

			import__note (self, g_strdup_printf (
						    "%s: shows a commit that exists, which is no "
						    "candidate (%s:%u)",
						    who, message->source,
						    ((SourceLine *) part->pdata[diff])->line));
		} else {
			*out_found = TRUE;
			if (!add_posted (self, message, cut_segment (self, part, from, to),
					 (guint) diff - from, error))
				return FALSE;
		}
		from = to;
	}
	return TRUE;
}

static gboolean read_message (Importing *self, const Message *message, GError **error)
{
	g_autofree char *who = import__who_when (message);
	gboolean found = FALSE;
	guint i;

	for (i = 0; i < message->parts->len; i++)
		if (!read_part (self, message, message->parts->pdata[i], &found, error))
			return FALSE;
	self->out->n_diffs += found;
	for (i = 0; i < message->unread->len; i++)
		import__note (self,
			      g_strdup_printf ("%s: attachment %s is no text and was not read", who,
					       (char *) g_ptr_array_index (message->unread, i)));
	return TRUE;
}

/* What the mail tells of the ground that its patch was made on, as git format-patch --base does. */
static void read_ground (Importing *self, const Message *message, GPtrArray *prerequisites)
{
	guint i, j;

	for (i = 0; i < message->parts->len; i++) {
		GPtrArray *part = message->parts->pdata[i];

		for (j = 0; j < part->len; j++) {
			const char *text = ((SourceLine *) part->pdata[j])->text;

			if (g_regex_match_simple ("^base-commit: [0-9a-f]{40}\\s*$", text, 0, 0) &&
			    !self->out->base_commit)
				self->out->base_commit =
					g_strndup (text + strlen ("base-commit: "), 40);
			else if (g_regex_match_simple ("^prerequisite-patch-id: [0-9a-f]{40}\\s*$",
						       text, 0, 0))
				g_ptr_array_add (
					prerequisites,
					g_strndup (text + strlen ("prerequisite-patch-id: "), 40));
		}
	}
}

void import__read_grounds (Importing *self)
{
	guint i;

	for (i = 0; i < self->all->len; i++) {
		Posted *posted = self->all->pdata[i];

		read_ground (self, posted->message, posted->prerequisites);
	}
	for (i = 0; i < self->groups->len; i++) {
		const Group *group = self->groups->pdata[i];

		if (group->cover && group->members->pdata[0])
			read_ground (self, group->cover,
				     ((Posted *) group->members->pdata[0])->prerequisites);
	}
}

void import__note_ground (Importing *self)
{
	const ImportOptions *options = self->options;
	const char *wanted = self->out->base_commit;
	g_autofree char *known =
		wanted && options->repo ? repo_resolve (options->repo, wanted, NULL) : NULL;
	g_autofree char *name = known ? repo_describe (options->repo, known) : NULL;

	if (!wanted || g_strcmp0 (known, options->base) == 0)
		return;
	if (known)
		import__note (self,
			      g_strdup_printf ("the thread says base-commit %.12s, which is %s: "
					       "--base %s tries it",
					       wanted, name, name));
	else
		import__note (self, g_strdup_printf ("the thread says base-commit %.12s, which the "
						     "repository does not have",
						     wanted));
}

/* ---- what is asked for in words ---- */

static gboolean add_suggestion (Importing *self, const Suggestion *suggestion, GError **error)
{
	g_autofree char *who = import__who_when (suggestion->message);
	GPtrArray *lines = NULL;

	if (!suggestion->why_not && self->options->suggest)
		lines = import__revert (suggestion, self->options->repo);
	if (lines) {
		int diff = patch_find (lines, 0);

		g_ptr_array_add (self->segments, lines);
		return diff < 0 ||
		       add_posted (self, suggestion->message, lines, (guint) diff, error);
	}
	import__note (self, g_strdup_printf ("%s: suggests to revert %.12s%s%s%s (%s:%u); %s", who,
					     suggestion->commit, suggestion->subject ? " (\"" : "",
					     suggestion->subject ? suggestion->subject : "",
					     suggestion->subject ? "\")" : "",
					     suggestion->message->source, suggestion->line,
					     suggestion->why_not ? suggestion->why_not
					     : self->options->suggest
						     ? "it is a merge"
						     : "--suggest makes a candidate of it"));
	return TRUE;
}

static gboolean read_suggestions (Importing *self, GError **error)
{
	g_autoptr (GPtrArray) suggestions = import__suggestions (self->thread, self->options);
	guint i;

	for (i = 0; i < suggestions->len; i++)
		if (!add_suggestion (self, suggestions->pdata[i], error))
			return FALSE;
	return TRUE;
}

gboolean import__read_all (Importing *self, GError **error)
{
	guint i;

	for (i = 0; i < self->thread->messages->len; i++)
		if (!read_message (self, g_ptr_array_index (self->thread->messages, i), error))
			return FALSE;
	return read_suggestions (self, error);
}
