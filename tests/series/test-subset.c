/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "series/patch-file.h"
#include "tests/series/stack.h"

static const ApplyOptions exact = { 0, NULL };

static char *subset_text (const Subset *subset, const Bits *kept)
{
	g_autoptr (GPtrArray) patches = subset_patches (subset, kept);
	GString *text = g_string_new (NULL);
	guint i;

	for (i = 0; i < patches->len; i++) {
		g_autofree char *one = patch_to_string (g_ptr_array_index (patches, i));

		g_string_append (text, one);
	}
	return g_string_free (text, FALSE);
}

static char *text_with (const Subset *subset, guint64 items)
{
	g_autofree Bits *kept = bits_new (subset_size (subset));

	kept->bits[0] = items;
	return subset_text (subset, kept);
}

static void assert_needs (const Subset *subset, guint item, guint64 items)
{
	const Bits *needs = g_ptr_array_index (subset_needs (subset), item);

	g_assert_cmphex (needs->bits[0], ==, items);
}

/* ---- by hand ---- */

#define TEN "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"

/* Two changes that a hunk glues together, and a third in a hunk of its own. */
static const char glued[] = "--- a/f\n+++ b/f\n"
			    "@@ -1,7 +1,8 @@ start (void)\n 1\n-2\n+two\n 3\n 4\n+new\n 5\n 6\n 7\n"
			    "@@ -9,2 +10,1 @@\n 9\n-10\n";

/* Items, their names, and the patch that is left of each part of them, to the letter. */
static void test_glued (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const names[] = {
		"f: hunk 1, change 1 of 2, at line 2 (start (void)) (+1 -1)",
		"f: hunk 1, change 2 of 2, at line 5 (start (void)) (+1 -0)",
		"f: hunk 2 at line 10 (+0 -1)",
	};
	static const char *const texts[] = {
		"",
		"@@ -1,5 +1,5 @@ start (void)\n 1\n-2\n+two\n 3\n 4\n 5\n",
		"@@ -2,6 +2,7 @@ start (void)\n 2\n 3\n 4\n+new\n 5\n 6\n 7\n",
		"@@ -1,7 +1,8 @@ start (void)\n 1\n-2\n+two\n 3\n 4\n+new\n 5\n 6\n 7\n",
		"@@ -7,4 +7,3 @@\n 7\n 8\n 9\n-10\n",
		("@@ -1,5 +1,5 @@ start (void)\n 1\n-2\n+two\n 3\n 4\n 5\n"
		 "@@ -7,4 +7,3 @@\n 7\n 8\n 9\n-10\n"),
		"@@ -2,9 +2,9 @@ start (void)\n 2\n 3\n 4\n+new\n 5\n 6\n 7\n 8\n 9\n-10\n",
	};
	static const char *const stack_texts[] = { glued, NULL };
	g_autoptr (GPtrArray) stack = stack_of (stack_texts);
	g_auto (Base) base = { 0 };
	g_autoptr (Subset) subset = NULL;
	guint i;

	base_open (&base, fixture);
	put (base.base, "f", TEN);
	subset = take (stack, base.base);
	g_assert_cmpuint (subset_size (subset), ==, G_N_ELEMENTS (names));
	for (i = 0; i < G_N_ELEMENTS (names); i++) {
		g_assert_cmpstr (subset_item (subset, i)->name, ==, names[i]);
		assert_needs (subset, i, 0);
	}
	for (i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_autofree char *text = text_with (subset, i);
		g_autofree char *expected = g_strconcat (
			i ? "diff --git a/f b/f\n--- a/f\n+++ b/f\n" : "", texts[i], NULL);

		g_assert_cmpstr (text, ==, expected);
	}
}

/* Changes with six lines between them are one hunk, as diff has it; with seven they are two. */
static void test_context (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const six[] = {
		"--- a/f\n+++ b/f\n@@ -1,10 +1,8 @@\n 1\n-2\n 3\n 4\n 5\n 6\n 7\n 8\n-9\n 10\n",
		NULL
	};
	static const char *const seven[] = {
		"--- a/f\n+++ b/f\n@@ -1,10 +1,8 @@\n-1\n 2\n 3\n 4\n 5\n 6\n 7\n 8\n-9\n 10\n",
		NULL
	};
	const char *const *const texts[] = { six, seven };
	g_auto (Base) base = { 0 };
	guint i;

	base_open (&base, fixture);
	put (base.base, "f", TEN);
	for (i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_autoptr (GPtrArray) stack = stack_of (texts[i]);
		g_autoptr (Subset) subset = take (stack, base.base);
		g_autofree char *text = text_with (subset, 3);
		const char *first = strstr (text, "\n@@ ");

		g_assert_cmpint (strstr (first + 1, "\n@@ ") != NULL, ==, i == 1);
	}
}

/* A patch made of another file: the second hunk fits at two places, and goes as far as the first
 * one was moved, as with patch_apply(). What is printed says the lines where it went. */
static void test_moved (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const texts[] = {
		"--- a/f\n+++ b/f\n@@ -2,2 +2,3 @@\n one\n+A\n two\n@@ -6,2 +7,3 @@\n x\n+B\n y\n",
		NULL
	};
	g_autoptr (GPtrArray) stack = stack_of (texts);
	g_auto (Base) base = { 0 };
	g_autoptr (Subset) subset = NULL;
	g_autofree char *text = NULL;

	base_open (&base, fixture);
	put (base.base, "f", "0\n0\n0\n0\n0\n0\none\ntwo\nx\ny\nx\ny\n");
	subset = take (stack, base.base);
	g_assert_cmpstr (subset_item (subset, 1)->name, ==, "f: hunk 2 at line 7 (+1 -0)");
	text = text_with (subset, 2);
	g_assert_cmpstr (strstr (text, "@@"), ==, "@@ -9,4 +9,5 @@\n x\n y\n x\n+B\n y\n");
}

/* What a later patch needs of an earlier one: what it removes and what it lies beside, not what is
 * in its context. And where a lower item is dropped, those above say other lines. */
static void test_stack (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const texts[] = {
		"--- a/f\n+++ b/f\n@@ -1,3 +1,4 @@\n 1\n+A\n 2\n 3\n@@ -7,2 +8,3 @@\n 7\n+B\n 8\n",
		/* beside A; removes B; with B's neighbours in its context */
		"--- a/f\n+++ b/f\n@@ -1,3 +1,4 @@\n 1\n A\n+beside\n 2\n"
		"@@ -8,3 +9,3 @@\n 7\n-B\n+b\n 8\n",
		"--- a/f\n+++ b/f\n@@ -10,4 +10,5 @@\n b\n 8\n 9\n+C\n 10\n",
		NULL,
	};
	g_autoptr (GPtrArray) stack = stack_of (texts);
	g_auto (Base) base = { 0 };
	g_autoptr (Subset) subset = NULL;
	g_autofree char *text = NULL;

	base_open (&base, fixture);
	put (base.base, "f", TEN);
	subset = take (stack, base.base);
	g_assert_cmpuint (subset_size (subset), ==, 5);
	assert_needs (subset, 0, 0);
	assert_needs (subset, 1, 0);
	assert_needs (subset, 2, 1 << 0);
	assert_needs (subset, 3, 1 << 1);
	assert_needs (subset, 4, 0);
	g_assert_cmpstr (subset_item (subset, 3)->name, ==, "2.patch: f: hunk 2 at line 9 (+1 -1)");
	text = text_with (subset, 1 << 4);
	g_assert_cmpstr (text, ==,
			 "diff --git a/f b/f\n--- a/f\n+++ b/f\n"
			 "@@ -7,4 +7,5 @@\n 7\n 8\n 9\n+C\n 10\n");
}

/* Negative twin: a set that lacks what its items need is seen. */
static void test_open_set (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const texts[] = {
		"--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n 1\n+A\n 2\n",
		"--- a/f\n+++ b/f\n@@ -1,3 +1,2 @@\n 1\n-A\n 2\n",
		NULL,
	};
	g_autoptr (GPtrArray) stack = stack_of (texts);
	g_autofree Bits *kept = bits_new (2);
	g_auto (Base) base = { 0 };
	g_autoptr (Subset) subset = NULL;

	base_open (&base, fixture);
	put (base.base, "f", TEN);
	subset = take (stack, base.base);
	bits_add (kept, 1);
	g_assert_false (subset_is_closed (subset, kept));
	bits_add (kept, 0);
	g_assert_true (subset_is_closed (subset, kept));
}

typedef struct {
	const char *texts[3];
	const char *names[5]; /* of the items */
	guint64 needs[5];
} FileCase;

#define NEW_FILE                                                                                   \
	"diff --git a/new b/new\nnew file mode 100644\n--- /dev/null\n+++ b/new\n"                 \
	"@@ -0,0 +1,3 @@\n+x\n+y\n+z\n"

static const FileCase file_cases[] = {
	/* a hunk needs the file that another patch creates; so does its removal */
	{ { NEW_FILE, "--- a/new\n+++ b/new\n@@ -3 +3,2 @@\n z\n+w\n" },
	  { "1.patch: new: created (+3 -0)", "2.patch: new: hunk 1 at line 4 (+1 -0)" },
	  { 0, 1 } },
	{ { NEW_FILE, "diff --git a/new b/new\ndeleted file mode 100644\n--- a/new\n+++ /dev/null\n"
		      "@@ -1,3 +0,0 @@\n-x\n-y\n-z\n" },
	  { "1.patch: new: created (+3 -0)", "2.patch: new: deleted (+0 -3)" },
	  { 0, 1 } },
	/* a created file is one item, however it is told */
	{ { "--- a/new\n+++ b/new\n@@ -0,0 +1 @@\n+x\n" }, { "new: created (+1 -0)" }, { 0 } },
	{ { "diff --git a/empty b/empty\nnew file mode 100755\n" }, { "empty: created" }, { 0 } },
	/* hunks of a renamed file need the rename; the mode is an item of its own */
	{ { "diff --git a/f b/g\nsimilarity index 90%\nrename from f\nrename to g\n"
	    "--- a/f\n+++ b/g\n@@ -1,2 +1,3 @@\n 1\n+A\n 2\n@@ -9,2 +10,3 @@\n 9\n+B\n 10\n",
	    "diff --git a/g b/g\nold mode 100644\nnew mode 100755\n"
	    "--- a/g\n+++ b/g\n@@ -6,3 +6,3 @@\n 5\n-6\n+six\n 7\n" },
	  { "1.patch: g: renamed from f", "1.patch: g: hunk 1 at line 2 (+1 -0)",
	    "1.patch: g: hunk 2 at line 10 (+1 -0)", "2.patch: g: mode 100755",
	    "2.patch: g: hunk 1 at line 7 (+1 -1)" },
	  { 0, 1, 1, 1, 1 } },
	{ { "diff --git a/f b/g\nsimilarity index 90%\ncopy from f\ncopy to g\n"
	    "--- a/f\n+++ b/g\n@@ -1,2 +1,3 @@\n 1\n+A\n 2\n",
	    "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n 1\n+B\n 2\n" },
	  { "1.patch: g: copied from f", "1.patch: g: hunk 1 at line 2 (+1 -0)",
	    "2.patch: f: hunk 1 at line 2 (+1 -0)" },
	  { 0, 1, 0 } },
	/* a file takes the place of a folder, a folder that of a file */
	{ { "--- a/sub/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n--- /dev/null\n+++ b/sub\n"
	    "@@ -0,0 +1 @@\n+x\n--- a/sub/b\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n",
	    "--- a/f\n+++ /dev/null\n@@ -1,10 +0,0 @@\n-1\n-2\n-3\n-4\n-5\n-6\n-7\n-8\n-9\n-10\n"
	    "--- /dev/null\n+++ b/f/x\n@@ -0,0 +1 @@\n+x\n" },
	  { "1.patch: sub/a: deleted (+0 -1)", "1.patch: sub: created (+1 -0)",
	    "1.patch: sub/b: deleted (+0 -1)", "2.patch: f: deleted (+0 -10)",
	    "2.patch: f/x: created (+1 -0)" },
	  { 0, 1 | 4, 0, 0, 8 } },
	/* a path is used again */
	{ { "--- a/sub/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
	    "--- /dev/null\n+++ b/sub/a\n@@ -0,0 +1 @@\n+x\n" },
	  { "1.patch: sub/a: deleted (+0 -1)", "2.patch: sub/a: created (+1 -0)" },
	  { 0, 1 } },
};

static void put_files (Overlay *overlay)
{
	put (overlay, "f", TEN);
	put (overlay, "sub/a", "a\n");
	put (overlay, "sub/b", "b\n");
}

/* All closed sets of a small stack apply, and all items give the original's tree. */
static void assert_all_sets_apply (const Subset *subset, GPtrArray *stack, const Overlay *base)
{
	guint64 items;
	g_autofree Bits *all = all_of (subset);
	g_autoptr (GPtrArray) patches = subset_patches (subset, all);
	g_autoptr (Overlay) ours = apply (patches, base);
	g_autoptr (Overlay) original = overlay_fork (base);
	g_autofree char *ours_id = overlay_write (ours, NULL), *original_id = NULL;
	guint i;

	for (i = 0; i < stack->len; i++)
		g_assert_true (patch_apply (g_ptr_array_index (stack, i), original, &exact, NULL));
	original_id = overlay_write (original, NULL);
	g_assert_cmpstr (ours_id, ==, original_id);
	for (items = 0; items < (guint64) 1 << subset_size (subset); items++) {
		g_autofree Bits *kept = bits_new (subset_size (subset));

		kept->bits[0] = items;
		if (subset_is_closed (subset, kept)) {
			g_autoptr (GPtrArray) some = subset_patches (subset, kept);

			overlay_free (apply (some, base));
			g_assert_cmpint (some->len > 0, ==, items > 0);
		}
	}
}

/* Files that come, go and get other names and modes. */
static void test_files (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_auto (Base) base = { 0 };
	guint i, j;

	base_open (&base, fixture);
	put_files (base.base);
	for (i = 0; i < G_N_ELEMENTS (file_cases); i++) {
		const FileCase *test = &file_cases[i];
		g_autoptr (GPtrArray) stack = stack_of (test->texts);
		g_autoptr (Subset) subset = take (stack, base.base);

		for (j = 0; j < subset_size (subset); j++) {
			g_assert_cmpstr (subset_item (subset, j)->name, ==, test->names[j]);
			assert_needs (subset, j, test->needs[j]);
		}
		g_assert_true (j == G_N_ELEMENTS (test->names) || !test->names[j]);
		assert_all_sets_apply (subset, stack, base.base);
	}
}

/* ---- real patches ---- */

/* Of Lameter's patch on top of Dickins', the only change needs the one below it. */
static void test_real_stack (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const names[] = {
		"patches/slub-flush/0004-page_mapping-must-avoid-slub-pages.patch",
		"patches/slub-flush/"
		"0006-Add-VM_BUG_ON-in-case-someone-uses-page_mapping-on-a.patch",
	};
	g_autoptr (GPtrArray) stack = stack_new ();
	g_auto (Base) base = { 0 };
	g_autoptr (Subset) subset = NULL;
	guint i;

	base_open (&base, fixture);
	for (i = 0; i < G_N_ELEMENTS (names); i++) {
		g_autofree char *path = g_canonicalize_filename (names[i], NULL);
		g_autoptr (PatchFile) file = patch_file_read (path, NULL);

		g_ptr_array_add (stack, patch_file_parse (file, NULL));
	}
	put_old_side (base.base, ((Patch *) stack->pdata[0])->files->pdata[0]);
	subset = take (stack, base.base);
	g_assert_cmpuint (subset_size (subset), ==, 2);
	assert_needs (subset, 0, 0);
	assert_needs (subset, 1, 1);
	assert_all_sets_apply (subset, stack, base.base);
}

/* ---- what cannot be taken apart ---- */

/* Negative twins: a stack that does not apply and what is no text are errors that say where; and
 * git refuses a patch whose counts are not those that we print. */
static void test_refusals (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const bad[][2] = {
		{ "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n one\n+A\n 2\n",
		  "1.patch:4: f: hunk 1 fits nowhere" },
		{ "--- a/f\n+++ b/f\n@@ -1,5 +1,6 @@\n 1\n+A\n 2\n", "ends after 2 of 5" },
		{ "--- a/nul\n+++ b/nul\n@@ -3,1 +3,2 @@\n text\n+A\n", "1.patch: nul: has a NUL" },
	};
	static const char *const good[] = { glued, NULL };
	g_auto (Base) base = { 0 };
	g_autoptr (GPtrArray) stack = stack_of (good);
	g_autoptr (GBytes) nul = g_bytes_new_static ("\0\n2\ntext\n", 9);
	g_autoptr (Subset) subset = NULL;
	g_autofree char *text = NULL;
	guint i;
	int status;

	base_open (&base, fixture);
	put (base.base, "f", TEN);
	overlay_put (base.base, "nul", nul, 0100644);
	for (i = 0; i < G_N_ELEMENTS (bad); i++) {
		const char *const texts[] = { bad[i][0], NULL };
		g_autoptr (GPtrArray) bad_stack = stack_of (texts);
		g_autoptr (GError) error = NULL;

		g_assert_null (subset_new (bad_stack, base.base, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_PATCH);
		if (!strstr (error->message, bad[i][1]))
			g_error ("%s", error->message);
	}
	subset = take (stack, base.base);
	text = text_with (subset, 1);
	*(strstr (text, "-1,5") + 3) = '6';
	fixture_put (fixture->dir, "git/f", TEN);
	fixture_put (fixture->dir, "diff", text);
	g_free (fixture_shell (fixture->dir, "cd git && git apply --check ../diff", &status));
	g_assert_cmpint (status, !=, 0);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/subset/glued", test_glued);
	fixture_add ("/subset/context", test_context);
	fixture_add ("/subset/moved", test_moved);
	fixture_add ("/subset/stack", test_stack);
	fixture_add ("/subset/open-set", test_open_set);
	fixture_add ("/subset/files", test_files);
	fixture_add ("/subset/real-stack", test_real_stack);
	fixture_add ("/subset/refusals", test_refusals);
	return g_test_run ();
}
