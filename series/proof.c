/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/apply.h"
#include "series/git.h"
#include "series/proof.h"

/* Fewer digits than git writes by default could be met by chance, or were made up. */
#define DIGITS_MIN 7
#define SHOWN_ID   12

static gboolean is_blob (GBytes *content, const char *id, git_oid *out_real)
{
	gsize length;
	gconstpointer data = g_bytes_get_data (content, &length);

	git_odb_hash (out_real, data ? data : "", length, GIT_OBJECT_BLOB);
	return g_str_has_prefix (git_oid_tostr_s (out_real), id);
}

static gboolean is_told (const char *id)
{
	return id && strlen (id) >= DIGITS_MIN;
}

/* What the diff was made on, where the base has just that. */
static GBytes *old_content (const FilePatch *file, const Overlay *base)
{
	g_autoptr (GBytes) content = NULL;
	git_oid real;

	if (file->change == CHANGE_CREATE)
		return g_bytes_new_static ("", 0);
	if (!base || !is_told (file->old_blob) || !file->old_path ||
	    overlay_kind (base, file->old_path) != ENTRY_FILE)
		return NULL;
	content = overlay_read (base, file->old_path, NULL, NULL);
	if (!content || !is_blob (content, file->old_blob, &real))
		return NULL;
	return g_steal_pointer (&content);
}

Proof file_patch_prove (const Patch *patch, const FilePatch *file, const Overlay *base,
			char **out_why)
{
	g_autoptr (GBytes) old = old_content (file, base), made = NULL;
	g_autoptr (GError) error = NULL;
	char *why;
	git_oid real;

	if (!old || (!is_told (file->new_blob) && file->change != CHANGE_DELETE))
		return PROOF_NONE;
	made = file_patch__apply (patch, file, old, &error);
	if (made && file->change == CHANGE_DELETE && g_bytes_get_size (made) == 0)
		return PROOF_HOLDS;
	if (made && file->new_blob && is_blob (made, file->new_blob, &real))
		return PROOF_HOLDS;
	if (!made)
		why = g_strdup_printf ("%s, though the base has the very file that the diff was "
				       "made on: the mail was damaged on its way",
				       error->message);
	else
		why = g_strdup_printf ("%s:%u: %s: the hunks do not make %.*s of it, as the index "
				       "line promises: the mail was damaged or cut on its way, or "
				       "the diff edited: without that line it is taken as it is",
				       patch->name, file->line, patch_path (file), SHOWN_ID,
				       file->new_blob ? file->new_blob : "an empty file");
	if (out_why && !*out_why)
		*out_why = g_steal_pointer (&why);
	g_free (why);
	return PROOF_FAILS;
}

static gboolean is_named_once (const Patch *self, guint index)
{
	const FilePatch *file = g_ptr_array_index (self->files, index);
	guint i;

	for (i = 0; i < self->files->len; i++) {
		const FilePatch *other = g_ptr_array_index (self->files, i);

		if (i != index && g_strcmp0 (patch_path (other), patch_path (file)) == 0)
			return FALSE;
	}
	return TRUE;
}

Proof patch_prove (const Patch *self, const Overlay *base, char **out_why)
{
	Proof all = PROOF_HOLDS;
	guint i;

	if (self->defect)
		return PROOF_NONE;
	for (i = 0; i < self->files->len; i++) {
		const FilePatch *file = g_ptr_array_index (self->files, i);
		Proof one = PROOF_HOLDS;

		if (file->hunks->len || file->old_blob || file->new_blob)
			one = is_named_once (self, i) ? file_patch_prove (self, file, base, out_why)
						      : PROOF_NONE;
		if (one == PROOF_FAILS)
			return PROOF_FAILS;
		if (one == PROOF_NONE)
			all = PROOF_NONE;
	}
	return all;
}

/* ---- the diffstat ---- */

typedef struct {
	guint files, added, removed;
} Totals;

static guint group_number (const GMatchInfo *match, int group)
{
	g_autofree char *text = g_match_info_fetch (match, group);

	return text ? (guint) g_ascii_strtoull (text, NULL, 10) : 0;
}

/* The last line of a diffstat above the diff. */
static gboolean read_totals (GPtrArray *lines, guint diff, Totals *out)
{
	g_autoptr (GRegex) regex =
		g_regex_new ("^ ?([0-9]+) files? changed(?:, ([0-9]+) insertions?\\(\\+\\))?"
			     "(?:, ([0-9]+) deletions?\\(-\\))?\\s*$",
			     G_REGEX_RAW, 0, NULL);
	guint i;

	for (i = diff; i > 0; i--) {
		const SourceLine *line = g_ptr_array_index (lines, i - 1);
		g_autoptr (GMatchInfo) match = NULL;

		if (!g_regex_match (regex, line->text, 0, &match))
			continue;
		out->files = group_number (match, 1);
		out->added = group_number (match, 2);
		out->removed = group_number (match, 3);
		return TRUE;
	}
	return FALSE;
}

static void add_hunk (Totals *self, const Hunk *hunk)
{
	guint i;

	for (i = 0; i < hunk->lines->len; i++) {
		const PatchLine *line = g_ptr_array_index (hunk->lines, i);

		self->added += line->kind == '+';
		self->removed += line->kind == '-';
	}
}

static Totals count_patch (const Patch *self)
{
	Totals totals = { .files = self->files->len };
	guint i, j;

	for (i = 0; i < self->files->len; i++) {
		const FilePatch *file = g_ptr_array_index (self->files, i);

		for (j = 0; j < file->hunks->len; j++)
			add_hunk (&totals, g_ptr_array_index (file->hunks, j));
	}
	return totals;
}

/* A line of a file's header, or what a cut left of it. */
static gboolean is_header_rest (const char *text)
{
	static const char *const words[] = { "diff --git ",
					     "index ",
					     "--- ",
					     "+++ ",
					     "@@ -",
					     "new file mode ",
					     "old mode ",
					     "new mode ",
					     "deleted file mode ",
					     "rename from ",
					     "rename to ",
					     "copy from ",
					     "copy to ",
					     "similarity index ",
					     "GIT binary patch",
					     "dissimilarity " };
	guint i;

	for (i = 0; i < G_N_ELEMENTS (words); i++)
		if (g_str_has_prefix (text, words[i]) || g_str_has_prefix (words[i], text))
			return TRUE;
	return strcmp (text, "\r") == 0;
}

/* A dash by itself is what lists put below a mail; a hunk that was too short had taken it first. */
static gboolean ends_the_mail (const Patch *self, GPtrArray *lines)
{
	guint i, below = self->last + !self->defect;

	for (i = self->last + 1; i < lines->len; i++)
		if (!is_header_rest (((SourceLine *) g_ptr_array_index (lines, i))->text))
			return FALSE;
	return below >= lines->len ||
	       !g_regex_match_simple ("^-\\r?$",
				      ((SourceLine *) g_ptr_array_index (lines, below))->text,
				      G_REGEX_RAW, 0);
}

static gboolean tells_binary (GPtrArray *lines, guint diff)
{
	guint i;

	for (i = 0; i < diff; i++)
		if (g_regex_match_simple ("^ \\S.* \\| +Bin [0-9]+ -> [0-9]+ bytes\\s*$",
					  ((SourceLine *) g_ptr_array_index (lines, i))->text,
					  G_REGEX_RAW, 0))
			return TRUE;
	return FALSE;
}

/* Of an empty file git tells the blob. */
static gboolean ends_in_header (const Patch *self)
{
	const FilePatch *last = g_ptr_array_index (self->files, self->files->len - 1);

	return last->git && last->change == CHANGE_CREATE && !last->hunks->len && !last->new_blob;
}

char *patch_prove_stat (const Patch *self, GPtrArray *lines)
{
	Totals promised = { 0 }, found = count_patch (self);
	const SourceLine *last = g_ptr_array_index (lines, MIN (self->last, lines->len - 1));

	if (!((const FilePatch *) g_ptr_array_index (self->files, 0))->git ||
	    !ends_the_mail (self, lines))
		return NULL;
	if (ends_in_header (self) || tells_binary (lines, self->first))
		return g_strdup_printf ("the diff of a file is missing: the mail was cut at %s:%u",
					self->name, last->line);
	if (!read_totals (lines, self->first, &promised) ||
	    (found.files >= promised.files && found.added >= promised.added &&
	     found.removed >= promised.removed))
		return NULL;
	return g_strdup_printf ("the diffstat counts %u files, %u insertions and %u deletions, the "
				"diff has %u, %u and %u: the mail was cut at %s:%u",
				promised.files, promised.added, promised.removed, found.files,
				found.added, found.removed, self->name, last->line);
}
