/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "series/apply.h"
#include "series/already.h"
#include "series/place.h"

#define SHOWN_MAX 60
#define SHOWN_ID  12

/* What the functions below need to know, so that they need not be told one by one. */
typedef struct {
	const Patch *patch;
	const FilePatch *file;
	Overlay *overlay; /* a fork: thrown away where something fails */
	const ApplyOptions *options;
} Applying;

static gboolean refuse (const Applying *self, GError **error, const char *what)
{
	return fail (error, BAKEOFF_ERROR_PATCH, "%s:%u: %s: %s", self->patch->name,
		     self->file->line, patch_path (self->file), what);
}

static void note (const Applying *self, char *text)
{
	if (self->options->notes)
		g_ptr_array_add (self->options->notes, text_printable (text, -1));
	g_free (text);
}

/* A line as it is shown in a message: printable, without white space at its ends, not too long. */
static char *shown (const char *data, gsize length)
{
	g_autofree char *text = g_strstrip (text_printable (data, (gssize) length));
	g_autofree char *start = NULL;

	if (g_utf8_strlen (text, -1) <= SHOWN_MAX)
		return g_strdup_printf ("'%s'", text);
	start = g_utf8_substring (text, 0, SHOWN_MAX);
	return g_strdup_printf ("'%s…'", start);
}

static gboolean refuse_hunk (const Applying *self, guint index, GArray *lines, const Place *place,
			     GError **error)
{
	const Hunk *hunk = g_ptr_array_index (self->file->hunks, index);
	const Slice *have =
		place->differ < lines->len ? &g_array_index (lines, Slice, place->differ) : NULL;
	g_autofree char *is = have ? shown (have->data, have->length) : g_strdup ("the file's end");
	g_autofree char *want = NULL;
	const char *already =
		hunk_is_there (lines, hunk) ? "; what it would change is there already" : "";

	if (!place->wanted)
		return fail (
			error, BAKEOFF_ERROR_PATCH,
			"%s:%u: %s: hunk %u fits nowhere: without context %s it must lie at the "
			"file's %s, and does not%s",
			self->patch->name, hunk->line, patch_path (self->file), index + 1,
			hunk->old_start <= 1 ? "above" : "below",
			hunk->old_start <= 1 ? "start" : "end", already);
	want = shown (place->wanted->text, strlen (place->wanted->text));
	return fail (error, BAKEOFF_ERROR_PATCH,
		     "%s:%u: %s: hunk %u fits nowhere: nearest at line %u (%u of %u lines alike), "
		     "but line %u is %s and the patch has %s%s",
		     self->patch->name, place->wanted->line ? place->wanted->line : hunk->line,
		     patch_path (self->file), index + 1, place->at + 1, place->alike,
		     hunk->old_count, place->differ + 1, is, want, already);
}

/* @shift: how far the hunk before was moved. Where neither it nor this one was, the patch was made
 * of such a file, and that it would fit elsewhere too is no doubt. */
static void note_place (const Applying *self, guint index, const Hunk *hunk, const Place *place,
			gint64 shift)
{
	gint64 away = (gint64) place->at - place_expected (hunk);
	guint distance = (guint) ABS (away);
	gboolean ambiguous = place->also != G_MAXUINT && (away || shift);
	g_autofree char *moved = NULL, *also = NULL;

	if (!away && !ambiguous)
		return;
	if (away)
		moved = g_strdup_printf ("%u line%s %s ", distance, distance == 1 ? "" : "s",
					 away > 0 ? "below" : "above");
	if (ambiguous)
		also = g_strdup_printf (APPLY_AMBIGUOUS "%u", place->also + 1);
	note (self, g_strdup_printf ("%s: %s: hunk %u fits at line %u, %swhere the patch says%s",
				     self->patch->name, patch_path (self->file), index + 1,
				     place->at + 1, moved ? moved : "", also ? also : ""));
}

static void emit (GByteArray *out, const Slice *line)
{
	g_byte_array_append (out, (const guint8 *) line->data, (guint) line->length);
}

static void emit_added (GByteArray *out, const PatchLine *line)
{
	g_byte_array_append (out, (const guint8 *) line->text, (guint) strlen (line->text));
	if (!line->no_eol)
		g_byte_array_append (out, (const guint8 *) "\n", 1);
}

/* Copies the file up to the hunk, then the hunk's new side. Returns the first line left to copy. */
static guint splice_hunk (GByteArray *out, GArray *lines, guint from, guint at, const Hunk *hunk)
{
	guint i;

	for (; from < at; from++)
		emit (out, &g_array_index (lines, Slice, from));
	for (i = 0; i < hunk->lines->len; i++) {
		const PatchLine *line = g_ptr_array_index (hunk->lines, i);

		if (line->kind == '+') {
			emit_added (out, line);
			continue;
		}
		if (line->kind == ' ')
			emit (out, &g_array_index (lines, Slice, from));
		from++;
	}
	return from;
}

static GBytes *splice (const Applying *self, GBytes *content, GError **error)
{
	gsize length;
	const char *data = g_bytes_get_data (content, &length);
	g_autoptr (GArray) lines = slices_new (data, length);
	g_autoptr (GByteArray) out = g_byte_array_new ();
	gint64 shift = 0;
	guint i, from = 0;

	for (i = 0; i < self->file->hunks->len; i++) {
		const Hunk *hunk = g_ptr_array_index (self->file->hunks, i);
		Place place;

		if (!place_hunk (lines, from, shift, hunk, &place))
			return refuse_hunk (self, i, lines, &place, error), NULL;
		note_place (self, i, hunk, &place, shift);
		shift = (gint64) place.at - place_expected (hunk);
		if (self->options->moved)
			*self->options->moved += (guint64) ABS (shift);
		from = splice_hunk (out, lines, from, place.at, hunk);
	}
	for (; from < lines->len; from++)
		emit (out, &g_array_index (lines, Slice, from));
	return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

GBytes *file_patch__apply (const Patch *patch, const FilePatch *file, GBytes *content,
			   GError **error)
{
	const ApplyOptions exactly = { 0 };
	const Applying applying = { patch, file, NULL, &exactly };

	return splice (&applying, content, error);
}

/* A file that exact context does not place may have some of the change already, with something else
 * changed beside it: fuzz might find room for it a second time. */
static gboolean would_be_twice (const Applying *self, GBytes *content, gboolean *out_twice,
				GError **error)
{
	guint i;

	*out_twice = FALSE;
	for (i = 0; i < self->file->hunks->len && !*out_twice; i++)
		if (!hunk_is_there_with_fuzz (content, self->file->hunks->pdata[i], self->options,
					      out_twice, error))
			return FALSE;
	return TRUE;
}

/* Returns NULL without an error where patch(1) refuses. */
static GBytes *change_with_fuzz (const Applying *self, GBytes *content, GError **error)
{
	g_autofree char *label =
		g_strdup_printf ("%s: %s", self->patch->name, patch_path (self->file));
	gboolean rejected = FALSE, twice = FALSE;

	if (self->options->fuzz <= 0 ||
	    (self->options->once && !would_be_twice (self, content, &twice, error)) || twice)
		return NULL;
	return patch_apply__with_fuzz (self->file, content, label, self->options, &rejected, error);
}

/* Each hunk on its own, in whatever order. */
static gboolean all_are_there (const Applying *self, GBytes *content)
{
	gsize length;
	const char *data = g_bytes_get_data (content, &length);
	g_autoptr (GArray) lines = slices_new (data, length);
	guint i;

	for (i = 0; i < self->file->hunks->len; i++)
		if (!hunk_is_there (lines, self->file->hunks->pdata[i]))
			return FALSE;
	return self->file->hunks->len > 0;
}

/* Returns NULL without an error where the merge is not clean; *@out_why tells why. */
static GBytes *change_by_merge (const Applying *self, GBytes *content, char **out_why,
				GError **error)
{
	g_autoptr (GBytes) merged = NULL;

	if (!self->options->merger)
		return NULL;
	merged = merger_merge (self->options->merger, self->patch, self->file, content, out_why,
			       error);
	if (!merged)
		return NULL;
	if (!g_bytes_equal (merged, content) && all_are_there (self, content)) {
		*out_why = g_strdup ("a merge would make it once more");
		return NULL;
	}
	note (self, g_strdup_printf ("%s: %s: " APPLY_MERGED "%.*s", self->patch->name,
				     patch_path (self->file), SHOWN_ID, self->file->old_blob));
	return g_steal_pointer (&merged);
}

static GBytes *change_content (const Applying *self, GBytes *content, GError **error)
{
	g_autoptr (GError) exact = NULL, local = NULL;
	guint noted = self->options->notes ? self->options->notes->len : 0;
	g_autoptr (GBytes) changed = splice (self, content, &exact);
	g_autofree char *why = NULL;

	/* where the hunks above the one that fits nowhere would have gone is no news */
	if (!changed && self->options->notes)
		g_ptr_array_set_size (self->options->notes, (int) noted);
	if (!changed)
		changed = change_with_fuzz (self, content, &local);
	if (!changed && !local)
		changed = change_by_merge (self, content, &why, &local);
	if (changed)
		return g_steal_pointer (&changed);
	if (!local && why)
		local = g_error_new (BAKEOFF_ERROR, BAKEOFF_ERROR_PATCH, "%s; %s", exact->message,
				     why);
	if (local)
		g_propagate_error (error, g_steal_pointer (&local));
	else
		g_propagate_error (error, g_steal_pointer (&exact));
	return NULL;
}

static gboolean check_free (const Applying *self, const char *path, GError **error)
{
	g_autofree char *above = overlay_file_above (self->overlay, path);
	g_autofree char *what = NULL;

	if (above)
		what = g_strdup_printf ("'%s' is a file there, no folder", above);
	else if (overlay_kind (self->overlay, path) == ENTRY_FOLDER)
		what = g_strdup ("is a folder there");
	else if (overlay_kind (self->overlay, path) != ENTRY_NONE)
		what = g_strdup ("the patch creates this file, and it is there already");
	return !what || refuse (self, error, what);
}

static GBytes *read_old (const Applying *self, guint *out_mode, GError **error)
{
	switch (overlay_kind (self->overlay, self->file->old_path)) {
	case ENTRY_FILE:
		return overlay_read (self->overlay, self->file->old_path, out_mode, error);
	case ENTRY_FOLDER:
		return refuse (self, error, "is a folder there"), NULL;
	case ENTRY_MODULE:
		return refuse (self, error, "is a submodule there"), NULL;
	default:
		return refuse (self, error, "there is no such file in the base"), NULL;
	}
}

static gboolean create_file (const Applying *self, GError **error)
{
	g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
	g_autoptr (GBytes) content = NULL;

	if (!check_free (self, self->file->new_path, error))
		return FALSE;
	content = splice (self, nothing, error);
	if (!content)
		return FALSE;
	overlay_put (self->overlay, self->file->new_path, content,
		     self->file->new_mode ? self->file->new_mode : 0100644);
	return TRUE;
}

static gboolean delete_file (const Applying *self, GError **error)
{
	g_autoptr (GBytes) old = read_old (self, NULL, error);
	g_autoptr (GBytes) rest = old ? splice (self, old, error) : NULL;

	if (!rest)
		return FALSE;
	if (g_bytes_get_size (rest) > 0)
		return refuse (
			self, error,
			"the patch deletes this file, and there is more in it than the patch has");
	overlay_remove (self->overlay, self->file->old_path);
	return TRUE;
}

/* `@@ -0,0` on a file that is not there creates it, though the header names it on both sides. */
static gboolean creates_silently (const Applying *self)
{
	const FilePatch *file = self->file;
	const Hunk *hunk = file->hunks->len == 1 ? g_ptr_array_index (file->hunks, 0) : NULL;

	return hunk && hunk->old_start == 0 && hunk->old_count == 0 &&
	       overlay_kind (self->overlay, file->new_path) == ENTRY_NONE;
}

static gboolean change_file (const Applying *self, GError **error)
{
	const FilePatch *file = self->file;
	g_autoptr (GBytes) old = NULL;
	g_autoptr (GBytes) content = NULL;
	guint mode = 0;

	if (file->change == CHANGE_MODIFY && creates_silently (self))
		return create_file (self, error);
	old = read_old (self, &mode, error);
	if (!old)
		return FALSE;
	if (file->change != CHANGE_MODIFY && !check_free (self, file->new_path, error))
		return FALSE;
	content = change_content (self, old, error);
	if (!content)
		return FALSE;
	if (file->change == CHANGE_RENAME)
		overlay_remove (self->overlay, file->old_path);
	overlay_put (self->overlay, file->new_path, content,
		     file->new_mode ? file->new_mode : mode);
	return TRUE;
}

static gboolean mode_is_sane (guint mode)
{
	return mode == 0 || mode == 0100644 || mode == 0100755 || mode == 0120000;
}

static gboolean apply_file (const Applying *self, GError **error)
{
	if (!mode_is_sane (self->file->old_mode) || !mode_is_sane (self->file->new_mode))
		return refuse (self, error, "has a mode that is no file's (a submodule?)");
	switch (self->file->change) {
	case CHANGE_CREATE:
		return create_file (self, error);
	case CHANGE_DELETE:
		return delete_file (self, error);
	default:
		return change_file (self, error);
	}
}

/* A file that the patch names only to delete it: its place may be wanted by another one. */
static gboolean is_mere_deletion (const Patch *self, guint index)
{
	const FilePatch *file = g_ptr_array_index (self->files, index);
	guint i;

	if (file->change != CHANGE_DELETE)
		return FALSE;
	for (i = 0; i < self->files->len; i++) {
		const FilePatch *other = g_ptr_array_index (self->files, i);

		if (i != index && (g_strcmp0 (other->old_path, file->old_path) == 0 ||
				   g_strcmp0 (other->new_path, file->old_path) == 0))
			return FALSE;
	}
	return TRUE;
}

static gboolean apply_pass (const Patch *self, Overlay *fork, const ApplyOptions *options,
			    gboolean deletions, GError **error)
{
	guint i;

	for (i = 0; i < self->files->len; i++) {
		const Applying applying = { self, g_ptr_array_index (self->files, i), fork,
					    options };

		if (is_mere_deletion (self, i) == deletions && !apply_file (&applying, error))
			return FALSE;
	}
	return TRUE;
}

gboolean patch_apply (const Patch *self, Overlay *overlay, const ApplyOptions *options,
		      GError **error)
{
	g_autoptr (Overlay) fork = overlay_fork (overlay);

	if (self->defect) {
		g_autofree char *text = patch_defect_text (self);

		return fail (error, BAKEOFF_ERROR_PATCH, "%s:%u: %s", self->name,
			     self->defect->line, text);
	}
	if (!apply_pass (self, fork, options, TRUE, error) ||
	    !apply_pass (self, fork, options, FALSE, error))
		return FALSE;
	overlay_take (overlay, fork);
	return TRUE;
}
