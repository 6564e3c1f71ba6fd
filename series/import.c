/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "series/apply.h"
#include "series/control.h"
#include "series/import-internal.h"
#include "series/names.h"
#include "series/patch-file.h"

static void posted_patch_free (PostedPatch *self)
{
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
	g_free (self->control);
	g_ptr_array_unref (self->repairs);
	g_ptr_array_unref (self->also);
	g_ptr_array_unref (self->needs);
	g_free (self);
}

static void candidate_free (Candidate *self)
{
	g_free (self->name);
	g_free (self->title);
	g_free (self->author);
	g_free (self->superseded);
	g_free (self->lacks);
	g_free (self->problem);
	g_ptr_array_unref (self->patches);
	g_ptr_array_unref (self->stack);
	g_ptr_array_unref (self->kin);
	g_ptr_array_unref (self->trailers);
	g_free (self);
}

void import_free (Import *self)
{
	if (!self)
		return;
	g_free (self->source);
	g_free (self->subject);
	g_free (self->root_id);
	g_free (self->base_commit);
	g_ptr_array_unref (self->candidates);
	g_ptr_array_unref (self->patches);
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
	g_ptr_array_unref (self->prerequisites);
	g_free (self);
}

static void importing_clear (Importing *self)
{
	g_clear_pointer (&self->groups, g_ptr_array_unref);
	g_clear_pointer (&self->all, g_ptr_array_unref);
	g_clear_pointer (&self->segments, g_ptr_array_unref);
	g_clear_pointer (&self->base, overlay_free);
	g_clear_pointer (&self->out, import_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Importing, importing_clear)

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
		import__note (self, g_strdup_printf (
					    "%s and %s differ in white space alone: both are kept",
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
			g_ptr_array_add (also,
					 g_strdup_printf ("%s (%s:%u)", who, other->message->source,
							  other->line));
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
			import__note (
				self,
				g_strdup_printf ("%s: its diffstat names '%s' (%s:%u), which the "
						 "diff lacks",
						 posted->file, stat->path, posted->message->source,
						 stat->line));
	}
}

static PostedPatch *make_patch (Importing *self, const Posted *posted)
{
	PostedPatch *out = g_new0 (PostedPatch, 1);
	const Message *parent = thread_parent (self->thread, posted->message);
	guint i;

	out->file = g_strdup (posted->file);
	out->left_out = posted->outdated && !self->options->all;
	out->title = g_strdup (posted->title);
	out->author = person_to_string (&posted->posting->author);
	out->date = g_strdup (posted->message->date);
	out->message_id = g_strdup (posted->message->message_id);
	out->where = g_strdup_printf ("%s:%u", posted->message->source, posted->line);
	out->answers = parent ? import__who_when (parent) : NULL;
	out->malformed = g_strdup (posted->malformed);
	out->problem = g_strdup (posted->problem);
	out->control = control_find (posted->part, posted->diff,
				     posted->repaired ? posted->repaired->patch : NULL,
				     self->thread->source);
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
	out->text = import__render (posted, out->also);
	return out;
}

/* ---- candidates ---- */

/* `2/5, 3/5`: the numbers that @group lacks; NULL for none. */
static char *list_missing (const Group *group)
{
	GString *out = g_string_new (NULL);
	guint i;

	for (i = 0; i < group->members->len; i++)
		if (!group->members->pdata[i])
			g_string_append_printf (out, "%s%u/%u", out->len ? ", " : "", i + 1,
						group->total);
	return g_string_free (out, out->len == 0);
}

/* @patches: Posted -> PostedPatch */
static void add_patches (GPtrArray *out, const GPtrArray *posted, GHashTable *patches)
{
	guint i;

	for (i = 0; i < posted->len; i++)
		if (posted->pdata[i])
			g_ptr_array_add (out, g_hash_table_lookup (patches, posted->pdata[i]));
}

static Candidate *make_candidate (Importing *self, const Group *group, GHashTable *patches,
				  GHashTable *taken)
{
	Candidate *out = g_new0 (Candidate, 1);
	guint i;

	out->name = names_variant (group->title, group->version, group->first->from.name, taken);
	out->title = g_strdup (group->title);
	out->author = person_to_string (&group->first->from);
	out->patches = g_ptr_array_new ();
	out->stack = g_ptr_array_new ();
	add_patches (out->patches, group->members, patches);
	add_patches (out->stack, group->stack, patches);
	out->lacks = list_missing (group);
	out->problem = g_strdup (group->problem);
	out->trailers = import__trailers (self->thread, self->groups, group, self->out->notes);
	out->kin = g_ptr_array_new_with_free_func (g_free);
	for (i = 0; i < group->older->len; i++)
		g_ptr_array_add (out->kin, import__kin (group, group->older->pdata[i]));
	return out;
}

static void fill_patches (Importing *self, GHashTable *patches)
{
	guint i;

	for (i = 0; i < self->all->len; i++) {
		Posted *posted = g_ptr_array_index (self->all, i);
		PostedPatch *patch;

		if (posted->same)
			continue;
		note_stat (self, posted);
		patch = make_patch (self, posted);
		g_ptr_array_add (self->out->patches, patch);
		g_hash_table_insert (patches, posted, patch);
	}
}

static void fill_candidates (Importing *self, GHashTable *patches)
{
	g_autoptr (GHashTable) taken =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	guint i;

	for (i = 0; i < self->groups->len; i++)
		g_ptr_array_add (self->out->candidates,
				 make_candidate (self, self->groups->pdata[i], patches, taken));
	for (i = 0; i < self->groups->len; i++) {
		const Group *group = self->groups->pdata[i];
		Candidate *candidate = self->out->candidates->pdata[i];
		guint newer;

		if (group->newer && !self->options->all &&
		    g_ptr_array_find (self->groups, group->newer, &newer))
			candidate->superseded = g_strdup (
				((Candidate *) self->out->candidates->pdata[newer])->name);
	}
}

static void fill (Importing *self)
{
	g_autoptr (GHashTable) patches = g_hash_table_new (NULL, NULL);
	const Message *first = g_ptr_array_index (self->thread->messages, 0);

	self->out->source = g_strdup (self->thread->source);
	self->out->subject = g_strdup (self->thread->subject);
	self->out->root_id = g_strdup (first->message_id);
	self->out->n_messages = self->thread->messages->len;
	fill_patches (self, patches);
	fill_candidates (self, patches);
	import__note_ground (self);
	if (!self->base)
		import__note (self,
			      g_strdup ("there is no base to check against: hunks were repaired by "
					"their own counts, paths by their form"));
}

static Import *import_new (void)
{
	Import *self = g_new0 (Import, 1);

	self->patches = g_ptr_array_new_with_free_func ((GDestroyNotify) posted_patch_free);
	self->candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) candidate_free);
	self->notes = g_ptr_array_new_with_free_func (g_free);
	return self;
}

Import *import_thread (const Thread *thread, const ImportOptions *options, GError **error)
{
	g_auto (Importing) self = { .thread = thread, .options = options };

	if (options->repo && options->base &&
	    !(self.base = open_base (options->repo, options->base, options->prelude, error)))
		return NULL;
	self.all = g_ptr_array_new_with_free_func ((GDestroyNotify) posted_free);
	self.segments = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
	self.out = import_new ();
	if (!import__read_all (&self, error))
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
	self.groups = import__group (self.thread, self.all);
	import__read_grounds (&self);
	import__find_needs (self.all, self.base);
	import__find_versions (self.groups, self.all);
	import__find_stacks (self.groups, self.base);
	fill (&self);
	return g_steal_pointer (&self.out);
}

Import *import_read (const char *path, const ImportOptions *options, GError **error)
{
	g_autoptr (Thread) thread = thread_read (path, error);

	return thread ? import_thread (thread, options, error) : NULL;
}
