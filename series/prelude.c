/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "base/text.h"
#include "series/already.h"
#include "series/apply.h"
#include "series/prelude.h"
#include "series/quilt.h"
#include "series/when.h"

/* Lines of context that patch(1) may ignore in a prelude: as many as it does when nobody says. */
#define PRELUDE_FUZZ 2

typedef struct {
	PatchFile *file;
	Patch *patch;
	When *when; /* (nullable): for all commits where it is NULL */
} Item;

struct Prelude {
	GPtrArray *items; /* (element-type Item): lowest first */
	GPtrArray *fixes; /* (element-type Item) */
};

static void item_free (Item *self)
{
	patch_file_free (self->file);
	patch_free (self->patch);
	when_free (self->when);
	g_free (self);
}

Prelude *prelude_new (void)
{
	Prelude *self = g_new0 (Prelude, 1);

	self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) item_free);
	self->fixes = g_ptr_array_new_with_free_func ((GDestroyNotify) item_free);
	return self;
}

void prelude_free (Prelude *self)
{
	if (!self)
		return;
	g_ptr_array_unref (self->items);
	g_ptr_array_unref (self->fixes);
	g_free (self);
}

static gboolean parse_item (Item *self, GError **error)
{
	g_autofree char *defect = NULL;

	if (!self->file->has_diff)
		return fail (error, BAKEOFF_ERROR_PATCH, "%s: there is no diff in it",
			     self->file->name);
	self->patch = patch_file_parse (self->file, error);
	if (!self->patch || !self->patch->defect)
		return self->patch != NULL;
	defect = patch_defect_text (self->patch);
	return fail (error, BAKEOFF_ERROR_PATCH, "%s:%u: %s", self->patch->name,
		     self->patch->defect->line, defect);
}

/* These patches are ours, not a candidate's: trouble in one is a usage error, never a verdict. */
static gboolean add_item (GPtrArray *items, const char *path, const char *prefix, GError **error)
{
	Item *item = g_new0 (Item, 1);
	g_autoptr (GError) local = NULL;

	g_ptr_array_add (items, item);
	item->file = patch_file_read (path, &local);
	if (item->file && parse_item (item, &local))
		return TRUE;
	if (local->code == BAKEOFF_ERROR_PATCH)
		local->code = BAKEOFF_ERROR_USAGE;
	g_propagate_prefixed_error (error, g_steal_pointer (&local), "%s", prefix);
	return FALSE;
}

static gboolean read_item (Prelude *self, const QuiltEntry *entry, GError **error)
{
	Item *item;

	if (!add_item (self->items, entry->path, PRELUDE_NOTE, error))
		return FALSE;
	if (!entry->when)
		return TRUE;
	item = self->items->pdata[self->items->len - 1];
	item->when = when_parse (entry->when, entry->where, error);
	return item->when != NULL;
}

gboolean prelude_add (Prelude *self, const char *dir, GError **error)
{
	g_autoptr (GPtrArray) entries = quilt_read (dir, error);
	guint i;

	for (i = 0; entries && i < entries->len; i++)
		if (!read_item (self, entries->pdata[i], error))
			return FALSE;
	return entries != NULL;
}

Prelude *prelude_read (const char *dir, GError **error)
{
	g_autoptr (Prelude) self = prelude_new ();

	return prelude_add (self, dir, error) ? g_steal_pointer (&self) : NULL;
}

gboolean prelude_add_fix (Prelude *self, const char *path, GError **error)
{
	return add_item (self->fixes, path, FIX_NOTE, error);
}

guint prelude_n_fixes (const Prelude *self)
{
	return self->fixes->len;
}

/* ---- how one patch goes on ---- */

typedef struct {
	const Item *item;
	Overlay *overlay;
	const char *prefix;   /* of notes and messages */
	int fuzz;	      /* see ApplyOptions */
	const Merger *merger; /* (nullable) */
	GPtrArray *notes;     /* (nullable) */
} Push;

static void take_notes (const Push *self, GPtrArray *notes)
{
	guint i;

	for (i = 0; self->notes && i < notes->len; i++)
		g_ptr_array_add (self->notes, g_strconcat (self->prefix, notes->pdata[i], NULL));
}

static void note_left_out (const Push *self, const char *why)
{
	g_autofree char *text = g_strdup_printf ("%s%s: " PRELUDE_LEFT_OUT "%s", self->prefix,
						 self->item->file->name, why);

	if (self->notes)
		g_ptr_array_add (self->notes, text_printable (text, -1));
}

static gboolean same_file (const Overlay *a, const Overlay *b, const char *path, gboolean *out_same,
			   GError **error)
{
	EntryKind kind = overlay_kind (a, path);
	g_autoptr (GBytes) one = NULL, other = NULL;
	guint mode, other_mode;

	*out_same = kind == overlay_kind (b, path);
	if (!*out_same || kind != ENTRY_FILE)
		return TRUE;
	one = overlay_read (a, path, &mode, error);
	other = one ? overlay_read (b, path, &other_mode, error) : NULL;
	if (!other)
		return FALSE;
	*out_same = mode == other_mode && g_bytes_equal (one, other);
	return TRUE;
}

/* A change of mode that was made already applies; a merge may find that all is there. */
static gboolean changes (const Push *self, const Overlay *after, gboolean *out_changes,
			 GError **error)
{
	GPtrArray *files = self->item->patch->files;
	gboolean same = TRUE;
	guint i;

	for (i = 0; i < files->len && same; i++) {
		const FilePatch *file = files->pdata[i];

		if (file->old_path &&
		    !same_file (self->overlay, after, file->old_path, &same, error))
			return FALSE;
		if (same && file->new_path &&
		    !same_file (self->overlay, after, file->new_path, &same, error))
			return FALSE;
	}
	*out_changes = !same;
	return TRUE;
}

/* What one way of applying the patch came to. */
typedef struct {
	Overlay *fork; /* NULL where it does not apply */
	GPtrArray *notes;
	guint64 moved;
	gboolean changes;
	GError *why; /* where it does not apply */
} Try;

static void try_clear (Try *self)
{
	g_clear_pointer (&self->fork, overlay_free);
	g_clear_pointer (&self->notes, g_ptr_array_unref);
	g_clear_error (&self->why);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Try, try_clear)

static gboolean try_apply (const Push *self, ApplyOptions options, Try *out, GError **error)
{
	g_autoptr (Overlay) fork = overlay_fork (self->overlay);

	out->notes = g_ptr_array_new_with_free_func (g_free);
	options.notes = out->notes;
	options.moved = &out->moved;
	if (patch_apply (self->item->patch, fork, &options, &out->why)) {
		out->fork = g_steal_pointer (&fork);
		return changes (self, out->fork, &out->changes, error);
	}
	if (g_error_matches (out->why, BAKEOFF_ERROR, BAKEOFF_ERROR_PATCH))
		return TRUE;
	g_propagate_prefixed_error (error, g_steal_pointer (&out->why), "%s", self->prefix);
	return FALSE;
}

static gboolean take (const Push *self, const Try *result)
{
	overlay_take (self->overlay, result->fork);
	take_notes (self, result->notes);
	return TRUE;
}

/* With all the leniency that is allowed. */
static gboolean push_leniently (const Push *self, gboolean *out_used, GError **error)
{
	const ApplyOptions options = { .fuzz = self->fuzz, .once = TRUE, .merger = self->merger };
	g_auto (Try) result = { 0 };

	if (!try_apply (self, options, &result, error))
		return FALSE;
	if (!result.fork) {
		g_propagate_prefixed_error (error, g_steal_pointer (&result.why), "%s",
					    self->prefix);
		return FALSE;
	}
	*out_used = result.changes;
	if (result.changes)
		return take (self, &result);
	note_left_out (self, "merged, it changes nothing that is not there already");
	return TRUE;
}

/* Where the patch says is where it goes. Elsewhere it might be a second time: then what is nearer
 * counts, the place to put it or the place where it is; of two that are as near the latter, for a
 * fix that is missing shows, and one that is there twice may not. */
static gboolean push (const Push *self, gboolean *out_used, GError **error)
{
	const ApplyOptions exactly = { 0 };
	g_auto (Try) result = { 0 };
	gboolean there = FALSE;
	guint64 away = 0;

	*out_used = TRUE;
	if (!try_apply (self, exactly, &result, error))
		return FALSE;
	if (result.fork && result.changes && result.moved == 0)
		return take (self, &result);
	if (!patch_is_there (self->item->patch, self->overlay, &there, &away, error))
		return FALSE;
	if (result.fork ? !result.changes || (there && away <= result.moved) : there) {
		*out_used = FALSE;
		note_left_out (self, "is there already");
		return TRUE;
	}
	return result.fork ? take (self, &result) : push_leniently (self, out_used, error);
}

/* ---- all of them ---- */

/* Whether the patch is for the commit @base at all. */
static gboolean is_meant (const Push *self, Repo *repo, const char *base, gboolean *out_meant,
			  GError **error)
{
	const When *when = self->item->when;
	g_autofree char *why = NULL;

	*out_meant = TRUE;
	if (!when)
		return TRUE;
	if (!when_holds (when, repo, base, out_meant, error))
		return FALSE;
	why = g_strdup_printf ("when = %s", when_text (when));
	if (!*out_meant)
		note_left_out (self, why);
	return TRUE;
}

gboolean prelude_apply (const Prelude *self, Repo *repo, const char *base, Overlay *overlay,
			GPtrArray *notes, GPtrArray *used, GError **error)
{
	g_autoptr (Merger) merger = merger_new (repo);
	guint i;

	for (i = 0; i < self->items->len; i++) {
		const Item *item = self->items->pdata[i];
		const Push one = { item, overlay, PRELUDE_NOTE, PRELUDE_FUZZ, merger, notes };
		gboolean goes_on = FALSE;

		merger_add (merger, item->patch);
		if (!is_meant (&one, repo, base, &goes_on, error) ||
		    (goes_on && !push (&one, &goes_on, error)))
			return FALSE;
		if (goes_on)
			g_ptr_array_add (used, g_strdup (item->file->name));
	}
	return TRUE;
}

gboolean prelude_apply_fix (const Prelude *self, guint index, Overlay *overlay, int fuzz,
			    GPtrArray *notes, const PatchFile **out_file, GError **error)
{
	const Item *item = self->fixes->pdata[index];
	const Push one = { item, overlay, FIX_NOTE, fuzz, NULL, notes };
	gboolean used = FALSE;

	*out_file = NULL;
	if (!push (&one, &used, error))
		return FALSE;
	if (used)
		*out_file = item->file;
	return TRUE;
}
