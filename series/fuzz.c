/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/text.h"
#include "series/apply.h"

/* The file is called `file` in a folder of its own: patch(1) never sees a path from a mail. */
static gboolean lay_out (const char *dir, const FilePatch *file, GBytes *content, GError **error)
{
	g_autofree char *target = g_build_filename (dir, "file", NULL);
	g_autofree char *diff = g_build_filename (dir, "diff", NULL);
	g_autoptr (GString) text = g_string_new (NULL);
	FilePatch plain = *file;
	gconstpointer data;
	gsize length;

	plain.old_path = plain.new_path = (char *) "file";
	plain.change = CHANGE_MODIFY;
	plain.old_mode = plain.new_mode = 0;
	file_patch_print (&plain, text);
	data = g_bytes_get_data (content, &length);
	return files_write (target, data ? data : "", (gssize) length, error) &&
	       files_write (diff, text->str, (gssize) text->len, error);
}

static void take_notes (const char *log, const char *label, const ApplyOptions *options)
{
	g_autofree char *text = NULL;
	g_autofree char *shown =
		text_printable (label, -1); /* there is a path of the patch's in it */
	g_auto (GStrv) lines = NULL;
	guint i;

	if (!options->notes || !g_file_get_contents (log, &text, NULL, NULL))
		return;
	lines = g_strsplit (text, "\n", -1);
	for (i = 0; lines[i]; i++)
		if (strstr (lines[i], " with fuzz ") || strstr (lines[i], " (offset "))
			g_ptr_array_add (options->notes,
					 g_strdup_printf ("%s: %s", shown, g_strstrip (lines[i])));
}

static gboolean run_patch (const char *dir, int fuzz, const char *log, int *out_status,
			   GError **error)
{
	g_autofree char *program = g_find_program_in_path ("patch");
	g_autofree char *allowed = g_strdup_printf ("--fuzz=%d", fuzz);
	/* patch(1) listens to a dozen variables: give it none of the user's. */
	char *env[] = { (char *) "LC_ALL=C", (char *) "TZ=UTC", NULL };
	const char *const argv[] = { program, "-p1", "-f", "--no-backup-if-mismatch",
				     "-r",    "-",   "-i", "diff",
				     allowed, NULL };
	const ProcessSpec spec = { .argv = argv, .dir = dir, .env = env, .log = log };

	if (!program)
		return fail (error, BAKEOFF_ERROR_FAILED,
			     "fuzz needs patch(1), which is not installed\n"
			     "apt install patch, or allow no fuzz");
	return process_run (&spec, NULL, out_status, error);
}

GBytes *patch_apply__with_fuzz (const FilePatch *file, GBytes *content, const char *label,
				const ApplyOptions *options, gboolean *out_rejected, GError **error)
{
	g_autofree char *dir = g_dir_make_tmp ("bakeoff-fuzz-XXXXXX", NULL);
	g_autofree char *target = dir ? g_build_filename (dir, "file", NULL) : NULL;
	g_autofree char *log = dir ? g_build_filename (dir, "log", NULL) : NULL;
	g_autofree char *data = NULL;
	gsize length = 0;
	int status = 0;
	gboolean done;

	*out_rejected = FALSE;
	if (!dir)
		return fail_null (error, BAKEOFF_ERROR_FAILED, "cannot make a folder in '%s': %s",
				  g_get_tmp_dir (), g_strerror (errno));
	done = lay_out (dir, file, content, error) &&
	       run_patch (dir, options->fuzz, log, &status, error) &&
	       (data = files_read (target, &length, error));
	if (done && status == 0)
		take_notes (log, label, options);
	files_remove_tree (dir, NULL);
	*out_rejected = done && status != 0;
	if (!done || status != 0)
		return NULL;
	return g_bytes_new_take (g_steal_pointer (&data), length);
}
