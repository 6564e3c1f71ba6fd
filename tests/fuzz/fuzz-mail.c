/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any bytes as a mailbox, for libFuzzer: thread, posting and import without a base. What import
 * makes of it is text, each patch file has a name of its own that stays in its folder, and the
 * file of a sound one can be read again as what was imported.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib.h>

#include "series/import.h"
#include "series/posting.h"
#include "series/thread.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize length);

static void check_postings (const Thread *thread)
{
	guint i, j;

	for (i = 0; i < thread->messages->len; i++) {
		const Message *message = thread->messages->pdata[i];

		for (j = 0; j < message->parts->len; j++) {
			GPtrArray *part = message->parts->pdata[j];
			int diff = patch_find (part, 0);
			g_autoptr (Posting) posting =
				diff < 0 ? NULL : posting_read (message, part, (guint) diff);

			if (posting)
				g_assert_true (g_utf8_validate (posting->description, -1, NULL));
		}
		thread_parent (thread, message);
	}
}

static void check_candidate (const PostedPatch *candidate)
{
	g_autoptr (GPtrArray) lines = source_lines_new (candidate->text, 1);
	int diff = patch_find (lines, 0);

	g_assert_false (strchr (candidate->file, '/') || *candidate->file == '.');
	g_assert_true (g_str_has_suffix (candidate->file, ".patch"));
	g_assert_true (g_utf8_validate (candidate->name, -1, NULL));
	if (!candidate->malformed) {
		g_autoptr (GError) error = NULL;
		g_autoptr (Patch) patch =
			patch_parse (lines, (guint) MAX (diff, 0), "again", FALSE, &error);

		g_assert_no_error (error);
		g_assert_null (patch->defect);
	}
}

int LLVMFuzzerTestOneInput (const guint8 *data, gsize length)
{
	g_autofree char *copy = g_malloc0 (length + 1), *path = NULL;
	int fd = memfd_create ("mail", MFD_CLOEXEC);
	g_autoptr (Thread) thread = NULL;
	g_autoptr (Import) in = NULL;
	guint i;

	memcpy (copy, data, length);
	g_assert_cmpint (write (fd, data, length), ==, (gssize) length);
	path = g_strdup_printf ("/proc/self/fd/%d", fd);
	thread = thread_parse (copy, length, "fuzz", NULL);
	if (thread)
		check_postings (thread);
	in = import_read (path, &(ImportOptions){ 0 }, NULL);
	close (fd);
	for (i = 0; in && i < in->patches->len; i++)
		check_candidate (in->patches->pdata[i]);
	if (in)
		import_drop_descriptions (in);
	return 0;
}
