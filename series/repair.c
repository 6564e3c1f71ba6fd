/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "series/apply.h"
#include "series/path.h"
#include "series/repair.h"

void repaired_free (Repaired *self)
{
	if (!self)
		return;
	patch_free (self->patch);
	patch_free (self->restored);
	g_ptr_array_unref (self->repairs);
	g_free (self);
}

static gboolean fits (const Patch *patch, const Overlay *base)
{
	g_autoptr (Overlay) fork = overlay_fork (base);
	const ApplyOptions options = { 0, NULL };

	return patch_apply (patch, fork, &options, NULL);
}

/* The patch with blank context at the ends of the hunks that lack lines on both sides alike. */
static Patch *restore_blank (const Patch *patch)
{
	Patch *copy;
	guint i, j, k;

	if (!patch->defect || patch->hopeless)
		return NULL;
	copy = patch_copy (patch);
	for (i = 0; i < copy->files->len; i++) {
		FilePatch *file = g_ptr_array_index (copy->files, i);

		for (j = 0; j < file->hunks->len; j++) {
			Hunk *hunk = g_ptr_array_index (file->hunks, j);

			for (k = 0; k < hunk->missing; k++)
				g_ptr_array_add (hunk->lines, patch_line_new (' ', "", 0));
		}
	}
	patch_clear_defect (copy);
	return copy;
}

static void tell_bare (Repaired *self)
{
	guint bare = self->patch->bare;

	if (bare)
		g_ptr_array_add (
			self->repairs,
			g_strdup_printf ("%u blank context line%s had lost the leading space: "
					 "the hunks' counts demand %s there",
					 bare, bare == 1 ? "" : "s",
					 bare == 1 ? "a line" : "lines"));
}

/* The same diff with its carriage returns kept, if that is what the base has. */
static void choose_line_ends (Repaired *self, GPtrArray *lines, guint from, const char *name,
			      const Overlay *base)
{
	g_autoptr (GPtrArray) ignored = g_ptr_array_new_with_free_func (g_free);
	Patch *kept;

	if (!self->patch->crlf)
		return;
	if (base && !fits (self->patch, base)) {
		kept = patch_parse (lines, from, name, TRUE, NULL);
		if (kept)
			repair__paths (kept, base, ignored);
		if (kept && fits (kept, base)) {
			patch_free (self->patch);
			self->patch = kept;
			return;
		}
		patch_free (kept);
	}
	g_ptr_array_add (
		self->repairs,
		g_strdup_printf ("CRLF line ends made LF: the diff's header lines had them "
				 "too%s",
				 base && fits (self->patch, base) ? ", and the base has LF there"
								  : ""));
}

Repaired *repair_read (GPtrArray *lines, guint from, const char *name, const Overlay *base,
		       GError **error)
{
	g_autoptr (Repaired) self = g_new0 (Repaired, 1);
	const char *bad;
	guint line = 0;

	self->repairs = g_ptr_array_new_with_free_func (g_free);
	self->patch = patch_parse (lines, from, name, FALSE, error);
	if (!self->patch)
		return NULL;
	bad = patch_unsafe_path (self->patch, &line);
	if (bad) {
		g_autofree char *quoted = path_quote ("", bad);

		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "%s:%u: path '%s' does not stay inside the tree\n"
				  "nothing was imported; remove that mail if it is not meant",
				  name, line, quoted);
	}
	repair__paths (self->patch, base, self->repairs);
	choose_line_ends (self, lines, from, name, base);
	tell_bare (self);
	self->restored = restore_blank (self->patch);
	return g_steal_pointer (&self);
}

void repair_accept (Repaired *self)
{
	guint i, j;

	for (i = 0; i < self->restored->files->len; i++) {
		const FilePatch *file = g_ptr_array_index (self->restored->files, i);

		for (j = 0; j < file->hunks->len; j++) {
			Hunk *hunk = g_ptr_array_index (file->hunks, j);

			if (!hunk->missing)
				continue;
			g_ptr_array_add (
				self->repairs,
				g_strdup_printf (
					"%u blank context line%s restored at the end of %s, "
					"hunk %u: its header counts %s, and the base has "
					"blank lines exactly there",
					hunk->missing, hunk->missing == 1 ? "" : "s",
					patch_path (file), j + 1,
					hunk->missing == 1 ? "it" : "them"));
			hunk->missing = 0;
		}
	}
	patch_free (self->patch);
	self->patch = g_steal_pointer (&self->restored);
}
