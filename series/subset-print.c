/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/text.h"
#include "series/patch-internal.h"
#include "series/subset-internal.h"

/* ---- names ---- */

static char *header_text (const Step *step)
{
	const FilePatch *file = step->file;

	switch (step->change) {
	case CHANGE_CREATE:
		return g_strdup ("created");
	case CHANGE_DELETE:
		return g_strdup ("deleted");
	case CHANGE_RENAME:
		return g_strdup_printf ("renamed from %s", file->old_path);
	case CHANGE_COPY:
		return g_strdup_printf ("copied from %s", file->old_path);
	default:
		return g_strdup_printf ("mode %o", file->new_mode);
	}
}

static char *hunk_text (const Step *step, const SubsetItem *item, guint run, guint runs)
{
	const Hunk *hunk = g_ptr_array_index (step->file->hunks, item->hunk);
	g_autofree char *section = g_strstrip (g_strdup (hunk->section));
	g_autofree char *which =
		runs > 1 ? g_strdup_printf (", change %u of %u,", run, runs) : g_strdup ("");

	return g_strdup_printf ("hunk %u%s at line %u%s%s%s", item->hunk + 1, which, item->line,
				*section ? " (" : "", section, *section ? ")" : "");
}

char *subset__name (const Subset *self, const Step *step, const SubsetItem *item, guint run,
		    guint runs)
{
	const Patch *patch = g_ptr_array_index (self->patches, step->patch);
	g_autofree char *what =
		item->hunk == G_MAXUINT ? header_text (step) : hunk_text (step, item, run, runs);
	g_autoptr (GString) name = g_string_new (NULL);

	if (self->patches->len > 1)
		g_string_append_printf (name, "%s: ", patch->name);
	g_string_append_printf (name, "%s: %s", patch_path (step->file), what);
	if (item->added || item->removed)
		g_string_append_printf (name, " (+%u -%u)", item->added, item->removed);
	return text_printable (name->str, -1);
}

/* ---- patches ---- */

guint subset__mode (const Body *body, const WeaveView *view)
{
	guint i, mode = body->mode;

	for (i = 0; i < body->modes->len; i++) {
		const ModeChange *change = &g_array_index (body->modes, ModeChange, i);

		if (change->item < view->end &&
		    (!view->kept || bits_has (view->kept, change->item)))
			mode = change->mode;
	}
	return mode;
}

static gboolean has_all (const Step *step, const Bits *kept)
{
	guint i;

	for (i = step->first; i < step->end; i++)
		if (!bits_has (kept, i))
			return FALSE;
	return TRUE;
}

static void set_modes (const Step *step, const WeaveView *before, const WeaveView *after,
		       FilePatch *file)
{
	guint old_mode = subset__mode (step->body, before);
	guint new_mode = subset__mode (step->body, after);

	if (step->change == CHANGE_CREATE) {
		file->new_mode = new_mode;
	} else if (step->change == CHANGE_DELETE) {
		file->old_mode = old_mode;
	} else if (old_mode != new_mode) {
		file->old_mode = old_mode;
		file->new_mode = new_mode;
	}
}

/* Returns: (transfer full) (nullable): NULL where nothing of it is kept. */
static FilePatch *print_step (const Subset *self, const Step *step, const Bits *kept)
{
	const WeaveView before = { kept, step->first }, after = { kept, step->end };
	gboolean deletes = step->change == CHANGE_DELETE;
	g_autoptr (FilePatch) file = NULL;

	if (step->change != CHANGE_MODIFY && !bits_has (kept, step->header))
		return NULL;
	file = file_patch__new ();
	file->change = step->change;
	file->git = TRUE;
	file->line = step->file->line;
	if (step->change != CHANGE_CREATE)
		file->old_path = g_strdup (step->file->old_path);
	if (!deletes)
		file->new_path = g_strdup (step->file->new_path);
	if (has_all (step, kept))
		file->similarity = step->file->similarity;
	set_modes (step, &before, &after, file);
	weave_hunks (step->body->weave, &before, deletes ? NULL : &after,
		     deletes ? NULL : self->origins, file->hunks);
	if (step->change == CHANGE_MODIFY && !file->hunks->len && !file->new_mode)
		return NULL;
	return g_steal_pointer (&file);
}

static Patch *empty_like (const Patch *original)
{
	Patch *patch = patch__new ();

	patch->name = g_strdup (original->name);
	patch->line = original->line;
	return patch;
}

GPtrArray *subset_patches (const Subset *self, const Bits *kept)
{
	GPtrArray *patches = g_ptr_array_new_with_free_func ((GDestroyNotify) patch_free);
	Patch *patch = NULL;
	guint i, last = G_MAXUINT;

	g_assert (subset_is_closed (self, kept));
	for (i = 0; i < self->steps->len; i++) {
		const Step *step = &g_array_index (self->steps, Step, i);
		FilePatch *file = print_step (self, step, kept);

		if (!file)
			continue;
		if (step->patch != last) {
			patch = empty_like (g_ptr_array_index (self->patches, step->patch));
			g_ptr_array_add (patches, patch);
			last = step->patch;
		}
		g_ptr_array_add (patch->files, file);
	}
	return patches;
}
