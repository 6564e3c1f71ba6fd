/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "series/apply.h"
#include "series/import-internal.h"
#include "series/names.h"
#include "series/patch-file.h"

/* An import while it is made. */
typedef struct {
	Thread *thread;
	Overlay *base;	/* (nullable) */
	GPtrArray *all; /* (element-type Posted) */
	Import *out;
} Importing;

static void candidate_free (Candidate *self)
{
	g_free (self->name);
	g_free (self->file);
	g_free (self->title);
	g_free (self->author);
	g_free (self->date);
	g_free (self->message_id);
	g_free (self->where);
	g_free (self->answers);
	g_free (self->text);
	g_free (self->malformed);
	g_free (self->problem);
	g_ptr_array_unref (self->repairs);
	g_ptr_array_unref (self->also);
	g_ptr_array_unref (self->needs);
	g_free (self);
}

void import_free (Import *self)
{
	if (!self)
		return;
	g_free (self->source);
	g_free (self->subject);
	g_free (self->root_id);
	g_ptr_array_unref (self->candidates);
	g_ptr_array_unref (self->notes);
	g_free (self);
}

static void posted_free (Posted *self)
{
	posting_free (self->posting);
	repaired_free (self->repaired);
	g_free (self->id);
	g_free (self->title);
	g_free (self->file);
	g_free (self->malformed);
	g_free (self->problem);
	g_ptr_array_unref (self->needs);
	g_free (self);
}

static void importing_clear (Importing *self)
{
	g_clear_pointer (&self->all, g_ptr_array_unref);
	g_clear_pointer (&self->base, overlay_free);
	g_clear_pointer (&self->thread, thread_free);
	g_clear_pointer (&self->out, import_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Importing, importing_clear)

static void note (Importing *self, char *text)
{
	g_ptr_array_add (self->out->notes, text);
}

/* ---- reading ---- */

static Overlay *open_base (Repo *repo, const char *commit, const Prelude *prelude, GError **error)
{
	g_autofree char *tree = repo_tree_of (repo, commit, error);
	g_autoptr (Overlay) overlay = tree ? overlay_new (repo, tree, error) : NULL;
	g_autoptr (GPtrArray) used = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GError) local = NULL;

	if (!overlay || !prelude ||
	    prelude_apply (prelude, repo, commit, overlay, NULL, used, &local))
		return g_steal_pointer (&overlay);
	if (local->code == BAKEOFF_ERROR_PATCH)
		local->code = BAKEOFF_ERROR_USAGE;
	g_propagate_error (error, g_steal_pointer (&local));
	return NULL;
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

	posted->repaired =
		repair_read (posted->part, posted->diff, self->thread->source, self->base, &local);
	if (posted->repaired) {
		const Patch *patch = posted->repaired->patch;

		posted->line = patch->line;
		posted->id = patch->defect ? NULL : patch_id (patch);
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

static gboolean read_message (Importing *self, const Message *message, GError **error)
{
	g_autofree char *who = import__who_when (message);
	gboolean found = FALSE;
	guint i;

	for (i = 0; i < message->parts->len; i++) {
		GPtrArray *part = g_ptr_array_index (message->parts, i);
		int diff = patch_find (part, 0);

		if (diff < 0)
			continue;
		found = TRUE;
		if (!add_posted (self, message, part, (guint) diff, error))
			return FALSE;
	}
	self->out->n_diffs += found;
	for (i = 0; i < message->unread->len; i++)
		note (self, g_strdup_printf ("%s: attachment %s is no text and was not read", who,
					     (char *) g_ptr_array_index (message->unread, i)));
	return TRUE;
}

/* ---- equal patches ---- */

/* Of mails with one patch the signed one is kept, else the last. */
static gboolean is_better (const Posted *a, const Posted *b)
{
	if (a->posting->signed_off != b->posting->signed_off)
		return a->posting->signed_off;
	return a->number > b->number;
}

static void compare (Importing *self, Posted *a, Posted *b)
{
	if (!a->id || a->same || b->same || g_strcmp0 (a->id, b->id) != 0)
		return;
	if (!patch_equal (a->repaired->patch, b->repaired->patch))
		note (self, g_strdup_printf ("%s and %s differ in white space alone: both are kept",
					     a->file, b->file));
	else if (is_better (a, b))
		b->same = a;
	else
		a->same = b;
}

static void find_equal (Importing *self)
{
	guint i, j;

	for (i = 0; i < self->all->len; i++)
		for (j = i + 1; j < self->all->len; j++)
			compare (self, g_ptr_array_index (self->all, i),
				 g_ptr_array_index (self->all, j));
	/* a = b and b = c: all point to the one that is kept. */
	for (i = 0; i < self->all->len; i++) {
		Posted *posted = g_ptr_array_index (self->all, i);

		while (posted->same && posted->same->same)
			posted->same = posted->same->same;
	}
}

/* ---- what is handed out ---- */

static GPtrArray *list_also (const Importing *self, const Posted *kept)
{
	GPtrArray *also = g_ptr_array_new_with_free_func (g_free);
	guint i;

	for (i = 0; i < self->all->len; i++) {
		const Posted *other = g_ptr_array_index (self->all, i);
		g_autofree char *who = import__who_when (other->message);

		if (other->same == kept)
			g_ptr_array_add (also, g_strdup_printf ("%s (%s:%u)", who,
								self->thread->source, other->line));
	}
	return also;
}

static void note_stat (Importing *self, const Posted *posted)
{
	const Patch *patch = posted->repaired ? posted->repaired->patch : NULL;
	guint i, j;

	for (i = 0; patch && i < posted->posting->stat->len; i++) {
		const StatLine *stat = g_ptr_array_index (posted->posting->stat, i);
		gboolean found = FALSE;

		for (j = 0; j < patch->files->len && !found; j++)
			found = g_str_has_suffix (patch_path (g_ptr_array_index (patch->files, j)),
						  stat->path);
		if (!found)
			note (self,
			      g_strdup_printf ("%s: its diffstat names '%s' (%s:%u), which the "
					       "diff lacks",
					       posted->file, stat->path, self->thread->source,
					       stat->line));
	}
}

static Candidate *make_candidate (Importing *self, const Posted *posted, GHashTable *taken)
{
	Candidate *out = g_new0 (Candidate, 1);
	const Message *parent = thread_parent (self->thread, posted->message);
	guint i;

	out->name = names_variant (posted->title, posted->message->from.name, taken);
	out->file = g_strdup (posted->file);
	out->title = g_strdup (posted->title);
	out->author = person_to_string (&posted->posting->author);
	out->date = g_strdup (posted->message->date);
	out->message_id = g_strdup (posted->message->message_id);
	out->where = g_strdup_printf ("%s:%u", self->thread->source, posted->line);
	out->answers = parent ? import__who_when (parent) : NULL;
	out->malformed = g_strdup (posted->malformed);
	out->problem = g_strdup (posted->problem);
	out->also = list_also (self, posted);
	out->needs = g_ptr_array_new_with_free_func (g_free);
	for (i = 0; i < posted->needs->len; i++) {
		const Posted *below = g_ptr_array_index (posted->needs, i);

		g_ptr_array_add (out->needs, g_strdup (below->file));
	}
	out->repairs = g_ptr_array_new_with_free_func (g_free);
	for (i = 0; posted->repaired && !posted->malformed && i < posted->repaired->repairs->len;
	     i++)
		g_ptr_array_add (out->repairs,
				 g_strdup (g_ptr_array_index (posted->repaired->repairs, i)));
	out->text = import__render (posted, self->thread, out->also);
	return out;
}

static void fill (Importing *self)
{
	g_autoptr (GHashTable) taken =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	const Message *first = g_ptr_array_index (self->thread->messages, 0);
	guint i;

	self->out->source = g_strdup (self->thread->source);
	self->out->subject = g_strdup (self->thread->subject);
	self->out->root_id = g_strdup (first->message_id);
	self->out->n_messages = self->thread->messages->len;
	for (i = 0; i < self->all->len; i++) {
		Posted *posted = g_ptr_array_index (self->all, i);

		if (posted->same)
			continue;
		note_stat (self, posted);
		g_ptr_array_add (self->out->candidates, make_candidate (self, posted, taken));
	}
	if (!self->base)
		note (self, g_strdup ("there is no base to check against: hunks were repaired by "
				      "their own counts, paths by their form"));
}

static Import *import_new (void)
{
	Import *self = g_new0 (Import, 1);

	self->candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) candidate_free);
	self->notes = g_ptr_array_new_with_free_func (g_free);
	return self;
}

Import *import_read (const char *path, Repo *repo, const char *base, const Prelude *prelude,
		     GError **error)
{
	g_auto (Importing) self = { 0 };
	guint i;

	self.thread = thread_read (path, error);
	if (!self.thread)
		return NULL;
	self.all = g_ptr_array_new_with_free_func ((GDestroyNotify) posted_free);
	self.out = import_new ();
	if (repo && base && !(self.base = open_base (repo, base, prelude, error)))
		return NULL;
	for (i = 0; i < self.thread->messages->len; i++)
		if (!read_message (&self, g_ptr_array_index (self.thread->messages, i), error))
			return NULL;
	if (!self.all->len)
		return fail_null (
			error, BAKEOFF_ERROR_USAGE,
			"no mail of '%s' carries a diff that can be read\n%s", self.thread->source,
			self.out->notes->len
				? (char *) g_ptr_array_index (self.out->notes, 0)
				: "a patch must be in the mail's text or in an attachment "
				  "of a text type");
	find_equal (&self);
	import__find_needs (self.all, self.base);
	fill (&self);
	return g_steal_pointer (&self.out);
}
