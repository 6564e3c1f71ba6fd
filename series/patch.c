/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "series/patch-internal.h"
#include "series/path.h"

void source_line_free (SourceLine *line)
{
	g_free (line->text);
	g_free (line);
}

GPtrArray *source_lines_new (const char *text, guint first)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) source_line_free);
	const char *end;

	while (*text) {
		SourceLine *line = g_new0 (SourceLine, 1);

		end = text + strcspn (text, "\n");
		line->text = g_strndup (text, (gsize) (end - text));
		line->line = first++;
		g_ptr_array_add (lines, line);
		text = *end ? end + 1 : end;
	}
	return lines;
}

PatchLine *patch_line_new (char kind, const char *text, guint line)
{
	PatchLine *self = g_new0 (PatchLine, 1);

	self->kind = kind;
	self->text = g_strdup (text);
	self->line = line;
	return self;
}

static void patch_line_free (PatchLine *line)
{
	g_free (line->text);
	g_free (line);
}

static void hunk_free (Hunk *hunk)
{
	g_free (hunk->section);
	g_ptr_array_unref (hunk->lines);
	g_free (hunk);
}

void file_patch_free (FilePatch *self)
{
	g_free (self->old_path);
	g_free (self->new_path);
	g_free (self->old_blob);
	g_free (self->new_blob);
	g_ptr_array_unref (self->hunks);
	g_free (self);
}

void patch_clear_defect (Patch *self)
{
	if (self->defect)
		g_free (self->defect->what);
	g_clear_pointer (&self->defect, g_free);
}

void patch_free (Patch *self)
{
	if (!self)
		return;
	g_ptr_array_unref (self->files);
	patch_clear_defect (self);
	g_free (self->name);
	g_free (self->mail);
	g_free (self);
}

Hunk *hunk__new (void)
{
	Hunk *hunk = g_new0 (Hunk, 1);

	hunk->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) patch_line_free);
	return hunk;
}

FilePatch *file_patch__new (void)
{
	FilePatch *file = g_new0 (FilePatch, 1);

	file->hunks = g_ptr_array_new_with_free_func ((GDestroyNotify) hunk_free);
	return file;
}

Patch *patch__new (void)
{
	Patch *patch = g_new0 (Patch, 1);

	patch->files = g_ptr_array_new_with_free_func ((GDestroyNotify) file_patch_free);
	return patch;
}

static gpointer copy_line (gconstpointer source, gpointer unused G_GNUC_UNUSED)
{
	PatchLine *line = g_memdup2 (source, sizeof *line);

	line->text = g_strdup (line->text);
	return line;
}

static gpointer copy_hunk (gconstpointer source, gpointer unused G_GNUC_UNUSED)
{
	Hunk *hunk = g_memdup2 (source, sizeof *hunk);

	hunk->section = g_strdup (hunk->section);
	hunk->lines = g_ptr_array_copy (hunk->lines, (GCopyFunc) copy_line, NULL);
	return hunk;
}

static gpointer copy_file (gconstpointer source, gpointer unused G_GNUC_UNUSED)
{
	FilePatch *file = g_memdup2 (source, sizeof *file);

	file->old_path = g_strdup (file->old_path);
	file->new_path = g_strdup (file->new_path);
	file->old_blob = g_strdup (file->old_blob);
	file->new_blob = g_strdup (file->new_blob);
	file->hunks = g_ptr_array_copy (file->hunks, (GCopyFunc) copy_hunk, NULL);
	return file;
}

FilePatch *file_patch_copy (const FilePatch *self)
{
	return copy_file (self, NULL);
}

Patch *patch_copy (const Patch *self)
{
	Patch *patch = g_memdup2 (self, sizeof *patch);

	patch->files = g_ptr_array_copy (self->files, (GCopyFunc) copy_file, NULL);
	patch->name = g_strdup (self->name);
	patch->mail = g_strdup (self->mail);
	if (self->defect) {
		patch->defect = g_memdup2 (self->defect, sizeof *self->defect);
		patch->defect->what = g_strdup (self->defect->what);
	}
	return patch;
}

const char *patch_path (const FilePatch *file)
{
	return file->new_path ? file->new_path : file->old_path;
}

/* As posted a path may start with `./` and leave names to strip, yet never climb or be absolute. */
static gboolean unsafe_as_posted (const char *path)
{
	if (!path)
		return FALSE;
	while (g_str_has_prefix (path, "./"))
		path += 2;
	return !path_is_safe (path);
}

const char *patch_unsafe_path (const Patch *self, guint *out_line)
{
	guint i;

	for (i = 0; i < self->files->len; i++) {
		const FilePatch *file = g_ptr_array_index (self->files, i);
		gboolean old_is_bad = unsafe_as_posted (file->old_path);

		if (out_line)
			*out_line = file->line;
		if (old_is_bad || unsafe_as_posted (file->new_path))
			return old_is_bad ? file->old_path : file->new_path;
	}
	return NULL;
}

static gboolean strip_path (const Patch *self, const FilePatch *file, char **path, guint level,
			    GError **error)
{
	const char *rest = *path ? path_strip (*path, level) : NULL;
	char *copy;

	if (!*path)
		return TRUE;
	if (!rest)
		return fail (error, BAKEOFF_ERROR_PATCH,
			     "%s:%u: path '%s' has fewer than %u names before the file's",
			     self->name, file->line, *path, level);
	if (!path_is_safe (rest))
		return fail (error, BAKEOFF_ERROR_PATCH,
			     "%s:%u: path '%s' does not stay inside the tree", self->name,
			     file->line, *path);
	copy = g_strdup (rest);
	g_free (*path);
	*path = copy;
	return TRUE;
}

gboolean patch_strip (Patch *self, guint level, GError **error)
{
	guint i, line = 0;
	const char *bad = patch_unsafe_path (self, &line);
	g_autofree char *quoted =
		bad ? path_quote ("", bad) : NULL; /* there may be newlines in it */

	if (bad)
		return fail (error, BAKEOFF_ERROR_PATCH,
			     "%s:%u: path '%s' does not stay inside the tree", self->name, line,
			     quoted);
	for (i = 0; i < self->files->len; i++) {
		FilePatch *file = g_ptr_array_index (self->files, i);

		if (!strip_path (self, file, &file->old_path, level, error) ||
		    !strip_path (self, file, &file->new_path, level, error))
			return FALSE;
		if (file->change != CHANGE_MODIFY || strcmp (file->old_path, file->new_path) == 0)
			continue;
		if (file->git)
			return fail (error, BAKEOFF_ERROR_PATCH,
				     "%s:%u: '%s' becomes '%s' without a rename", self->name,
				     file->line, file->old_path, file->new_path);
		g_free (file->old_path);
		file->old_path = g_strdup (file->new_path);
	}
	return TRUE;
}

char *patch_defect_text (const Patch *self)
{
	const Defect *defect = self->defect;
	const FilePatch *file = g_ptr_array_index (self->files, defect->file);
	g_autofree char *place =
		self->mail ? g_strdup_printf ("%s:%u", self->mail,
					      defect->line + self->mail_line - self->line)
			   : g_strdup_printf ("%s:%u", self->name, defect->line);

	return g_strdup_printf ("%s: hunk %u %s: %s %s", patch_path (file), defect->hunk + 1,
				defect->what, defect->cut ? "the mail was cut at" : "see", place);
}
