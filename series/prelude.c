/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "series/apply.h"
#include "series/prelude.h"
#include "series/variant.h"

/* Lines of context that patch(1) may ignore in a prelude: as many as it does when nobody says. */
#define PRELUDE_FUZZ 2

typedef struct {
	PatchFile *file;
	Patch *patch;
} Item;

struct Prelude {
	GPtrArray *items; /* (element-type Item): lowest first */
	GPtrArray *fixes; /* (element-type Item) */
};

static void item_free (Item *self)
{
	patch_file_free (self->file);
	patch_free (self->patch);
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

Prelude *prelude_read (const char *dir, GError **error)
{
	g_autoptr (Prelude) self = prelude_new ();
	g_autoptr (GPtrArray) paths = series_read (dir, error);
	guint i;

	for (i = 0; paths && i < paths->len; i++)
		if (!add_item (self->items, paths->pdata[i], PRELUDE_NOTE, error))
			return NULL;
	return paths ? g_steal_pointer (&self) : NULL;
}

gboolean prelude_add_fix (Prelude *self, const char *path, GError **error)
{
	return add_item (self->fixes, path, FIX_NOTE, error);
}

guint prelude_n_fixes (const Prelude *self)
{
	return self->fixes->len;
}

/* Puts @prefix before every note from the one called @from on. */
static void prefix_notes (GPtrArray *notes, guint from, const char *prefix)
{
	for (; notes && from < notes->len; from++) {
		g_autofree char *plain = notes->pdata[from];

		notes->pdata[from] = g_strconcat (prefix, plain, NULL);
	}
}

static gboolean push (const Item *item, Overlay *overlay, int fuzz, GPtrArray *notes,
		      const char *prefix, GError **error)
{
	const ApplyOptions options = { fuzz, notes };
	guint from = notes ? notes->len : 0;

	if (!patch_apply (item->patch, overlay, &options, error)) {
		g_prefix_error (error, "%s", prefix);
		return FALSE;
	}
	prefix_notes (notes, from, prefix);
	return TRUE;
}

gboolean prelude_apply (const Prelude *self, Repo *repo G_GNUC_UNUSED,
			const char *base G_GNUC_UNUSED, Overlay *overlay, GPtrArray *notes,
			GPtrArray *used, GError **error)
{
	guint i;

	for (i = 0; i < self->items->len; i++) {
		const Item *item = self->items->pdata[i];

		if (!push (item, overlay, PRELUDE_FUZZ, notes, PRELUDE_NOTE, error))
			return FALSE;
		g_ptr_array_add (used, g_strdup (item->file->name));
	}
	return TRUE;
}

gboolean prelude_apply_fix (const Prelude *self, guint index, Overlay *overlay, int fuzz,
			    GPtrArray *notes, const PatchFile **out_file, GError **error)
{
	const Item *item = self->fixes->pdata[index];

	*out_file = item->file;
	return push (item, overlay, fuzz, notes, FIX_NOTE, error);
}
