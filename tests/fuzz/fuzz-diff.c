/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any bytes as a diff, for libFuzzer: what can be read prints as what reads the same, with the same
 * patch-id; on a small tree it applies or is refused, and what it makes is inside the tree; mending
 * makes nothing that its proof denies.
 */
#include <string.h>

#include <glib/gstdio.h>

#include "base/files.h"
#include "series/apply.h"
#include "series/git.h"
#include "series/path.h"
#include "series/proof.h"
#include "series/repair.h"
#include "tests/fuzz/tree.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize length);

static void check_print (const Patch *patch)
{
	g_autofree char *text = patch_to_string (patch), *again = NULL;
	g_autofree char *id = patch_id (patch), *same_id = NULL;
	g_autoptr (GPtrArray) lines = source_lines_new (text, 1);
	g_autoptr (GError) error = NULL;
	g_autoptr (Patch) copy = patch_parse (lines, 0, "again", TRUE, &error);

	g_assert_no_error (error);
	g_assert_null (copy->defect);
	g_assert_true (patch_strip (copy, 1, NULL));
	again = patch_to_string (copy);
	same_id = patch_id (copy);
	g_assert_cmpstr (text, ==, again);
	g_assert_cmpstr (id, ==, same_id);
	g_assert_true (patch_equal (patch, copy));
}

int LLVMFuzzerTestOneInput (const guint8 *data, gsize length)
{
	g_autofree char *text = g_strndup ((const char *) data, length);
	g_autoptr (GPtrArray) lines = source_lines_new (text, 1);
	int from = patch_find (lines, 0);
	g_autoptr (Patch) plain = from < 0 ? NULL : patch_parse (lines, from, "fuzz", FALSE, NULL);
	const Overlay *tree = fuzz_tree ();
	g_autoptr (Repaired) repaired =
		from < 0 ? NULL : repair_read (lines, from, "fuzz", tree, NULL);
	const ApplyOptions options = { 0, NULL };

	if (plain && patch_strip (plain, 1, NULL) && !plain->defect)
		check_print (plain);
	if (repaired && !repaired->refused && !repaired->patch->defect) {
		g_autoptr (Overlay) fork = overlay_fork (tree);
		guint i;

		g_assert_cmpint (patch_prove (repaired->patch, tree, NULL), !=, PROOF_FAILS);
		for (i = 0; i < repaired->patch->files->len; i++) {
			const FilePatch *file = repaired->patch->files->pdata[i];

			g_assert_false (!file->old_path && !file->new_path);
		}
		if (patch_apply (repaired->patch, fork, &options, NULL))
			for (i = 0; i < repaired->patch->files->len; i++)
				g_assert_true (path_is_safe (
					patch_path (repaired->patch->files->pdata[i])));
	}
	return 0;
}
