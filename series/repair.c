/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "series/apply.h"
#include "series/mend.h"
#include "series/path.h"
#include "series/proof.h"
#include "series/repair.h"

void repaired_free (Repaired *self)
{
	if (!self)
		return;
	patch_free (self->patch);
	patch_free (self->restored);
	g_clear_pointer (&self->repairs, g_ptr_array_unref);
	g_free (self->refused);
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

/* ---- with the base's help ---- */

/* Every file with some guess at its tabs that its index line confirms. */
static gboolean prove_tabs (Patch *patch, const Overlay *base, guint *out_tabs)
{
	guint i, style;

	for (i = 0; i < patch->files->len && patch_prove (patch, base, NULL) != PROOF_HOLDS; i++) {
		g_autoptr (Patch) plain = patch_copy (patch);

		for (style = 0; style < MEND_STYLES; style++) {
			FilePatch *file = g_ptr_array_index (patch->files, i);

			if (file_patch_prove (patch, file, base, NULL) != PROOF_FAILS)
				break;
			file_patch_free (file);
			patch->files->pdata[i] = file_patch_copy (plain->files->pdata[i]);
			mend_tabs (patch->files->pdata[i], style);
		}
		*out_tabs += style > 1;
	}
	return patch_prove (patch, base, NULL) == PROOF_HOLDS;
}

static void tell_count (GPtrArray *repairs, guint count, const char *what, const char *why)
{
	if (count)
		g_ptr_array_add (repairs, g_strdup_printf ("%u line%s %s: %s", count,
							   count == 1 ? "" : "s", what, why));
}

static void take_mended (Repaired *self, const Mended *mended, Patch *patch, GPtrArray *told,
			 const char *why)
{
	guint i;

	patch_free (self->patch);
	g_clear_pointer (&self->restored, patch_free);
	self->patch = patch;
	g_ptr_array_set_size (self->repairs, 0);
	for (i = 0; i < told->len; i++)
		g_ptr_array_add (self->repairs, g_strdup (told->pdata[i]));
	tell_count (self->repairs, mended->joined, "joined to the broken one above", why);
	tell_count (self->repairs, mended->spaced, "with white space as the base has it", why);
	tell_count (self->repairs, mended->unescaped, "with HTML's entities read", why);
}

static gboolean try_mending (Repaired *self, GPtrArray *lines, guint from, const char *name,
			     const Overlay *base, gboolean unescape)
{
	static const char proven[] = "the index lines' blobs prove it";
	g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (Mended) mended = mend_read (lines, from, base, unescape);
	g_autoptr (Patch) patch = mended ? patch_parse (mended->lines, 0, name, TRUE, NULL) : NULL;
	guint tabs = 0;

	if (!patch || patch->defect || patch_unsafe_path (patch, NULL))
		return FALSE;
	/* among @lines: where the diff ends there is not known once some were joined */
	patch->first = from;
	patch->last = lines->len - 1;
	repair__paths (patch, base, told);
	if (prove_tabs (patch, base, &tabs)) {
		take_mended (self, mended, g_steal_pointer (&patch), told, proven);
		if (tabs)
			g_ptr_array_add (self->repairs,
					 g_strdup_printf ("blanks in added lines made tabs in %u "
							  "file%s: %s",
							  tabs, tabs == 1 ? "" : "s", proven));
		return TRUE;
	}
	/* broken lines that the base has whole, and nothing else amiss */
	if (unescape || mended->spaced || mended->joined_new || !mended->joined ||
	    patch_prove (patch, base, NULL) == PROOF_FAILS || !fits (patch, base))
		return FALSE;
	take_mended (self, mended, g_steal_pointer (&patch), told, "the base has it whole");
	return TRUE;
}

/* Whether the patch as it was read is to be believed; where not, *out_why may tell the reason. */
static gboolean is_sound (const Repaired *self, const Overlay *base, char **out_why)
{
	const Patch *patch = self->restored ? self->restored : self->patch;
	Proof proof;

	if (!self->patch || patch->defect)
		return FALSE;
	proof = patch_prove (patch, base, out_why);
	return proof == PROOF_HOLDS || (proof == PROOF_NONE && (!base || fits (patch, base)));
}

/* As the text stands. */
static gboolean read_plainly (Repaired *self, GPtrArray *lines, guint from, const char *name,
			      const Overlay *base, GError **error)
{
	const char *bad;
	guint line = 0;

	self->patch = patch_parse (lines, from, name, FALSE, error);
	if (!self->patch)
		return FALSE;
	bad = patch_unsafe_path (self->patch, &line);
	if (bad) {
		g_autofree char *quoted = path_quote ("", bad);

		return fail (error, BAKEOFF_ERROR_USAGE,
			     "%s:%u: path '%s' does not stay inside the tree\n"
			     "nothing was imported; remove that mail if it is not meant",
			     name, line, quoted);
	}
	repair__paths (self->patch, base, self->repairs);
	choose_line_ends (self, lines, from, name, base);
	tell_bare (self);
	self->restored = restore_blank (self->patch);
	return TRUE;
}

Repaired *repair_read (GPtrArray *lines, guint from, const char *name, const Overlay *base,
		       GError **error)
{
	g_autoptr (Repaired) self = g_new0 (Repaired, 1);
	g_autoptr (GError) local = NULL;
	g_autofree char *why = NULL;

	self->repairs = g_ptr_array_new_with_free_func (g_free);
	read_plainly (self, lines, from, name, base, &local);
	if (local && !g_error_matches (local, BAKEOFF_ERROR, BAKEOFF_ERROR_PATCH)) {
		g_propagate_error (error, g_steal_pointer (&local));
		return NULL;
	}
	if (is_sound (self, base, &why) ||
	    (base && (try_mending (self, lines, from, name, base, FALSE) ||
		      try_mending (self, lines, from, name, base, TRUE))))
		g_clear_pointer (&why, g_free);
	if (!self->patch) {
		g_propagate_error (error, g_steal_pointer (&local));
		return NULL;
	}
	if (!why)
		why = patch_prove_stat (self->patch, lines);
	/* a defect is reason enough */
	if (why && self->patch->defect)
		g_clear_pointer (&self->restored, patch_free);
	else
		self->refused = g_steal_pointer (&why);
	return g_steal_pointer (&self);
}

void repair_doubt (Repaired *self, const Overlay *below)
{
	if (!self->refused)
		patch_prove (self->patch, below, &self->refused);
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
