/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "series/already.h"
#include "series/patch-internal.h"
#include "series/place.h"

/* ---- reversing ---- */

static Hunk *reverse_hunk (const Hunk *hunk)
{
	Hunk *back = hunk__new ();
	guint i;

	back->old_start = hunk->new_start;
	back->old_count = hunk->new_count;
	back->new_start = hunk->old_start;
	back->new_count = hunk->old_count;
	back->line = hunk->line;
	back->section = g_strdup (hunk->section);
	for (i = 0; i < hunk->lines->len; i++) {
		const PatchLine *line = hunk->lines->pdata[i];
		char kind = line->kind == '+' ? '-' : line->kind == '-' ? '+' : ' ';
		PatchLine *other = patch_line_new (kind, line->text, line->line);

		other->no_eol = line->no_eol;
		g_ptr_array_add (back->lines, other);
	}
	return back;
}

static FilePatch *reverse_file (const FilePatch *file)
{
	FilePatch *back = file_patch__new ();
	guint i;

	back->change = file->change == CHANGE_CREATE   ? CHANGE_DELETE
		       : file->change == CHANGE_DELETE ? CHANGE_CREATE
						       : file->change;
	back->old_path = g_strdup (file->new_path);
	back->new_path = g_strdup (file->old_path);
	back->old_mode = file->new_mode;
	back->new_mode = file->old_mode;
	back->git = file->git;
	back->line = file->line;
	for (i = 0; i < file->hunks->len; i++)
		g_ptr_array_add (back->hunks, reverse_hunk (file->hunks->pdata[i]));
	return back;
}

/* ---- asking ---- */

gboolean hunk_is_there (GArray *lines, const Hunk *hunk)
{
	Hunk *back = reverse_hunk (hunk);
	g_autoptr (FilePatch) owner = file_patch__new ();
	Place place;

	g_ptr_array_add (owner->hunks, back);
	return back->old_count > 0 && place_hunk (lines, 0, 0, back, &place);
}

gboolean hunk_is_there_with_fuzz (GBytes *content, const Hunk *hunk, const ApplyOptions *options,
				  gboolean *out_there, GError **error)
{
	g_autoptr (FilePatch) file = file_patch__new ();
	g_autoptr (GBytes) without = NULL;
	const ApplyOptions quiet = { .fuzz = options->fuzz };
	gboolean rejected = FALSE;

	g_ptr_array_add (file->hunks, reverse_hunk (hunk));
	without = patch_apply__with_fuzz (file, content, "", &quiet, &rejected, error);
	*out_there = without != NULL;
	return without || rejected;
}

static gboolean is_not (gboolean *out_there, GError *local, GError **error)
{
	gboolean plainly = g_error_matches (local, BAKEOFF_ERROR, BAKEOFF_ERROR_PATCH);

	*out_there = FALSE;
	if (plainly)
		g_error_free (local);
	else
		g_propagate_error (error, local);
	return plainly;
}

/* A copy is of the file as it was before the patch: of what it is in @before. */
static gboolean copy_is_there (const Patch *patch, const FilePatch *file, const Overlay *before,
			       const Overlay *now, gboolean *out_there, GError **error)
{
	g_autoptr (GBytes) have = NULL, from = NULL, made = NULL;
	g_autoptr (GError) local = NULL;
	guint mode = 0;

	*out_there = FALSE;
	if (overlay_kind (now, file->new_path) != ENTRY_FILE ||
	    overlay_kind (before, file->old_path) != ENTRY_FILE)
		return TRUE;
	have = overlay_read (now, file->new_path, &mode, error);
	from = have ? overlay_read (before, file->old_path, NULL, error) : NULL;
	if (!from)
		return FALSE;
	made = file_patch__apply (patch, file, from, &local);
	if (!made)
		return is_not (out_there, g_steal_pointer (&local), error);
	*out_there = g_bytes_equal (have, made) && (!file->new_mode || file->new_mode == mode);
	return TRUE;
}

static gboolean copies_are_there (const Patch *self, const Overlay *before, const Overlay *now,
				  gboolean *out_there, GError **error)
{
	guint i;

	for (i = 0; i < self->files->len && *out_there; i++) {
		const FilePatch *file = self->files->pdata[i];

		if (file->change == CHANGE_COPY &&
		    !copy_is_there (self, file, before, now, out_there, error))
			return FALSE;
	}
	return TRUE;
}

/* What a reverse that applies does not show: the file's mode, and a hunk that says nothing. */
static gboolean shows (const FilePatch *back, const Overlay *overlay, gboolean *out_shows,
		       GError **error)
{
	g_autoptr (GBytes) content = NULL;
	guint mode = 0, i;

	*out_shows = TRUE;
	for (i = 0; back->change != CHANGE_CREATE && i < back->hunks->len; i++) {
		const Hunk *hunk = back->hunks->pdata[i];

		*out_shows = *out_shows && hunk->old_count > 0;
	}
	if (!back->old_mode || !back->old_path ||
	    overlay_kind (overlay, back->old_path) != ENTRY_FILE)
		return TRUE;
	content = overlay_read (overlay, back->old_path, &mode, error);
	*out_shows = *out_shows && mode == back->old_mode;
	return content != NULL;
}

/* The last file first: a patch may change one twice. */
static gboolean reverse_patch (const Patch *self, const Overlay *overlay, Patch *back,
			       gboolean *out_there, GError **error)
{
	guint i;

	*out_there = TRUE;
	for (i = self->files->len; i > 0 && *out_there; i--) {
		const FilePatch *file = self->files->pdata[i - 1];
		FilePatch *other;

		if (file->change == CHANGE_COPY)
			continue;
		other = reverse_file (file);
		g_ptr_array_add (back->files, other);
		if (!shows (other, overlay, out_there, error))
			return FALSE;
	}
	return TRUE;
}

gboolean patch_is_there (const Patch *self, const Overlay *overlay, gboolean *out_there,
			 guint64 *out_moved, GError **error)
{
	g_autoptr (Overlay) fork = overlay_fork (overlay);
	g_autoptr (Patch) back = patch__new ();
	const ApplyOptions options = { .moved = out_moved };
	g_autoptr (GError) local = NULL;

	*out_moved = 0;
	back->name = g_strdup (self->name);
	if (!reverse_patch (self, overlay, back, out_there, error))
		return FALSE;
	if (!*out_there)
		return TRUE;
	if (!patch_apply (back, fork, &options, &local))
		return is_not (out_there, g_steal_pointer (&local), error);
	return copies_are_there (self, fork, overlay, out_there, error);
}
