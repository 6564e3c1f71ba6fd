/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The patch that undoes a patch: quilt's -R.
 */
#include "base/error.h"
#include "series/patch.h"

#define SWAP(type, a, b)                                                                           \
	do {                                                                                       \
		type kept = (a);                                                                   \
		(a) = (b);                                                                         \
		(b) = kept;                                                                        \
	} while (0)

/* Moves the lines of @kind in a run of changes to the end of @out. */
static void take_kind (GPtrArray *out, GPtrArray *run, char kind)
{
	guint i;

	for (i = 0; i < run->len; i++) {
		PatchLine *line = run->pdata[i];

		if (line->kind == kind)
			g_ptr_array_add (out, line);
	}
}

static void end_run (GPtrArray *out, GPtrArray *run)
{
	take_kind (out, run, '-');
	take_kind (out, run, '+');
	g_ptr_array_set_size (run, 0);
}

/* What is removed stands above what is added, as diff has it, also the other way round. */
static void reverse_lines (Hunk *hunk)
{
	GPtrArray *out = g_ptr_array_new ();
	g_autoptr (GPtrArray) run = g_ptr_array_new ();
	guint i;

	for (i = 0; i < hunk->lines->len; i++) {
		PatchLine *line = hunk->lines->pdata[i];

		if (line->kind != ' ') {
			line->kind = line->kind == '-' ? '+' : '-';
			g_ptr_array_add (run, line);
			continue;
		}
		end_run (out, run);
		g_ptr_array_add (out, line);
	}
	end_run (out, run);
	for (i = 0; i < out->len; i++)
		hunk->lines->pdata[i] = out->pdata[i];
	g_ptr_array_unref (out);
}

static void reverse_hunk (Hunk *hunk)
{
	SWAP (guint, hunk->old_start, hunk->new_start);
	SWAP (guint, hunk->old_count, hunk->new_count);
	reverse_lines (hunk);
}

static void reverse_file (FilePatch *file)
{
	guint i;

	SWAP (char *, file->old_path, file->new_path);
	SWAP (char *, file->old_blob, file->new_blob);
	SWAP (guint, file->old_mode, file->new_mode);
	if (file->change == CHANGE_CREATE)
		file->change = CHANGE_DELETE;
	else if (file->change == CHANGE_DELETE)
		file->change = CHANGE_CREATE;
	for (i = 0; i < file->hunks->len; i++)
		reverse_hunk (file->hunks->pdata[i]);
}

gboolean patch_reverse (Patch *self, GError **error)
{
	guint i, j;

	for (i = 0; i < self->files->len; i++) {
		const FilePatch *file = self->files->pdata[i];

		if (file->change == CHANGE_COPY)
			return fail (error, BAKEOFF_ERROR_PATCH,
				     "%s:%u: %s: a copy cannot be put on in reverse", self->name,
				     file->line, file->new_path);
	}
	for (i = 0; i < self->files->len; i++)
		reverse_file (self->files->pdata[i]);
	/* where two parts change one file, the last one is undone first */
	for (i = 0, j = self->files->len; i + 1 < j; i++)
		SWAP (gpointer, self->files->pdata[i], self->files->pdata[--j]);
	return TRUE;
}
