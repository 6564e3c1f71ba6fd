/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/patch.h"
#include "series/path.h"

#define ID_LENGTH 20

static void print_modes (const FilePatch *file, GString *out)
{
	if (file->change == CHANGE_CREATE)
		g_string_append_printf (out, "new file mode %06o\n",
					file->new_mode ? file->new_mode : 0100644);
	else if (file->change == CHANGE_DELETE)
		g_string_append_printf (out, "deleted file mode %06o\n",
					file->old_mode ? file->old_mode : 0100644);
	else if (file->old_mode && file->new_mode && file->old_mode != file->new_mode)
		g_string_append_printf (out, "old mode %06o\nnew mode %06o\n", file->old_mode,
					file->new_mode);
}

static void print_rename (const FilePatch *file, GString *out)
{
	const char *verb = file->change == CHANGE_COPY ? "copy" : "rename";
	g_autofree char *from = path_quote ("", file->old_path);
	g_autofree char *to = path_quote ("", file->new_path);

	g_string_append_printf (out, "similarity index %u%%\n%s from %s\n%s to %s\n",
				file->similarity   ? file->similarity
				: file->hunks->len ? 50
						   : 100,
				verb, from, verb, to);
}

static void print_range (GString *out, char sign, guint start, guint count)
{
	if (count == 1)
		g_string_append_printf (out, "%c%u", sign, start);
	else
		g_string_append_printf (out, "%c%u,%u", sign, start, count);
}

static void print_hunk (const Hunk *hunk, GString *out)
{
	guint i;

	g_string_append (out, "@@ ");
	print_range (out, '-', hunk->old_start, hunk->old_count);
	g_string_append_c (out, ' ');
	print_range (out, '+', hunk->new_start, hunk->new_count);
	g_string_append_printf (out, " @@%s\n", hunk->section);
	for (i = 0; i < hunk->lines->len; i++) {
		const PatchLine *line = g_ptr_array_index (hunk->lines, i);

		g_string_append_printf (out, "%c%s\n", line->kind, line->text);
		if (line->no_eol)
			g_string_append (out, "\\ No newline at end of file\n");
	}
}

/* git ends a path with blanks in it by a tab, so that no one takes the rest for a time stamp. */
static void print_side (GString *out, const char *mark, const char *path)
{
	g_string_append_printf (out, "%s %s%s\n", mark, path, strchr (path, ' ') ? "\t" : "");
}

void file_patch_print (const FilePatch *file, GString *out)
{
	g_autofree char *a = path_quote ("a/", file->old_path ? file->old_path : file->new_path);
	g_autofree char *b = path_quote ("b/", file->new_path ? file->new_path : file->old_path);
	guint i;

	g_string_append_printf (out, "diff --git %s %s\n", a, b);
	print_modes (file, out);
	if (file->change == CHANGE_RENAME || file->change == CHANGE_COPY)
		print_rename (file, out);
	if (!file->hunks->len)
		return;
	print_side (out, "---", file->change == CHANGE_CREATE ? "/dev/null" : a);
	print_side (out, "+++", file->change == CHANGE_DELETE ? "/dev/null" : b);
	for (i = 0; i < file->hunks->len; i++)
		print_hunk (g_ptr_array_index (file->hunks, i), out);
}

char *patch_to_string (const Patch *self)
{
	GString *out = g_string_new (NULL);
	guint i;

	for (i = 0; i < self->files->len; i++)
		file_patch_print (g_ptr_array_index (self->files, i), out);
	return g_string_free (out, FALSE);
}

/* git-patch-id(1) hashes the text without blanks, `@@` lines, `index` lines and `\ No newline`. */
static void hash_without_blanks (GChecksum *sum, const char *text)
{
	gsize length;

	while (*text) {
		text += strspn (text, " \t\n\r");
		length = strcspn (text, " \t\n\r");
		g_checksum_update (sum, (const guchar *) text, (gssize) length);
		text += length;
	}
}

static void hash_file (const FilePatch *file, GChecksum *sum)
{
	g_autoptr (GString) text = g_string_new (NULL);
	g_auto (GStrv) lines = NULL;
	gboolean in_hunks = FALSE;
	guint i;

	file_patch_print (file, text);
	lines = g_strsplit (text->str, "\n", -1);
	for (i = 0; lines[i]; i++) {
		in_hunks = in_hunks || g_str_has_prefix (lines[i], "@@ -");
		if (!g_str_has_prefix (lines[i], "@@ -") &&
		    !(in_hunks && g_str_has_prefix (lines[i], "\\ No newline")))
			hash_without_blanks (sum, lines[i]);
	}
}

static void add_digest (guint8 *total, GChecksum *sum)
{
	guint8 digest[ID_LENGTH];
	gsize length = sizeof digest;
	guint i, carry = 0;

	g_checksum_get_digest (sum, digest, &length);
	for (i = 0; i < ID_LENGTH; i++) {
		carry += (guint) total[i] + digest[i];
		total[i] = (guint8) carry;
		carry >>= 8;
	}
}

/* The stable form adds up the files' hashes, lowest byte first, so that their order is no matter. A
 * file without hunks is hashed together with the one after it: git 2.39 does so. */
char *patch_id (const Patch *self)
{
	guint8 total[ID_LENGTH] = { 0 };
	GString *out = g_string_new (NULL);
	g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
	guint i;

	for (i = 0; i < self->files->len; i++) {
		const FilePatch *file = g_ptr_array_index (self->files, i);

		hash_file (file, sum);
		if (!file->hunks->len && i + 1 < self->files->len)
			continue;
		add_digest (total, sum);
		g_checksum_reset (sum);
	}
	for (i = 0; i < ID_LENGTH; i++)
		g_string_append_printf (out, "%02x", total[i]);
	return g_string_free (out, FALSE);
}

static gboolean lines_equal (const Hunk *a, const Hunk *b)
{
	guint i;

	if (a->lines->len != b->lines->len)
		return FALSE;
	for (i = 0; i < a->lines->len; i++) {
		const PatchLine *x = g_ptr_array_index (a->lines, i);
		const PatchLine *y = g_ptr_array_index (b->lines, i);

		if (x->kind != y->kind || x->no_eol != y->no_eol || strcmp (x->text, y->text) != 0)
			return FALSE;
	}
	return TRUE;
}

static gboolean files_equal (const FilePatch *a, const FilePatch *b)
{
	guint i;

	if (a->change != b->change || g_strcmp0 (a->old_path, b->old_path) != 0 ||
	    g_strcmp0 (a->new_path, b->new_path) != 0 || a->hunks->len != b->hunks->len)
		return FALSE;
	for (i = 0; i < a->hunks->len; i++)
		if (!lines_equal (g_ptr_array_index (a->hunks, i), g_ptr_array_index (b->hunks, i)))
			return FALSE;
	return TRUE;
}

gboolean patch_equal (const Patch *a, const Patch *b)
{
	guint i;

	if (a->files->len != b->files->len)
		return FALSE;
	for (i = 0; i < a->files->len; i++)
		if (!files_equal (g_ptr_array_index (a->files, i), g_ptr_array_index (b->files, i)))
			return FALSE;
	return TRUE;
}
