/* SPDX-License-Identifier: GPL-2.0-only */
/* Both halves of a reduction together: a patch taken apart, and ddmin over its items. */
#include "bisect/ddmin.h"
#include "series/patch-file.h"
#include "tests/series/stack.h"

#define MM	"include/linux/mm.h"
#define DICKINS "patches/slub-flush/0004-page_mapping-must-avoid-slub-pages.patch"

/* Cures like the kernel of 2007: with the check, and where the file can still be compiled. */
typedef struct {
	const Subset *subset;
	const Overlay *base;
	guint calls;
} Oracle;

static Outcome ask (const Bits *kept, gpointer data, GError **error G_GNUC_UNUSED)
{
	Oracle *self = data;
	g_autoptr (GPtrArray) patches = subset_patches (self->subset, kept);
	g_autoptr (Overlay) overlay = apply (patches, self->base);
	g_autofree char *text = text_at (overlay, MM);

	self->calls++;
	if (strstr (text, "MASK (page)") && !strstr (text, "#define MASK"))
		return OUTCOME_UNRESOLVED;
	return strstr (text, "PageSlab(page)") ? OUTCOME_KEEPS : OUTCOME_LOSES;
}

/* Another change in the same hunk, hunks in this file and in another one, and a new file. */
static char *glue (const char *diff)
{
	g_autofree char *rest = g_strdup (strstr (diff, "@@ "));
	g_autofree char *body = NULL;
	char *last = strstr (rest, " \treturn mapping;\n");

	g_assert_nonnull (last);
	*last = '\0';
	body = g_strdup (strchr (rest, '\n') + 1);
	return g_strconcat ("--- a/" MM "\n+++ b/" MM "\n@@ -9,3 +9,4 @@\n filler 9\n"
			    "+#define MASK(x) x\n filler 10\n filler 11\n"
			    "@@ -603,7 +604,11 @@ static inline struct address_space *page\n",
			    body,
			    "-\treturn mapping;\n+\treturn MASK (page), mapping;\n filler 609\n"
			    "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-one\n+two\n"
			    "--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+new\n",
			    NULL);
}

/* Of the PageSlab patch with unrelated changes glued on the check alone stays, as it was posted,
 * and each item has what was shown about it. */
static void test_page_slab (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *path = g_canonicalize_filename (DICKINS, NULL);
	g_autoptr (PatchFile) file = patch_file_read (path, NULL);
	g_autoptr (Patch) posted = patch_file_parse (file, NULL);
	g_autofree char *diff = patch_to_string (posted), *text = glue (diff);
	g_autoptr (GPtrArray) stack = stack_new (), patches = NULL;
	g_auto (Base) base = { 0 };
	g_autoptr (Subset) subset = NULL;
	g_autoptr (Reduction) result = NULL;
	g_autoptr (GError) error = NULL;
	g_autofree char *left = NULL;
	Oracle oracle = { 0 };
	guint i;

	base_open (&base, fixture);
	put_old_side (base.base, posted->files->pdata[0]);
	put (base.base, "f", "one\n");
	g_ptr_array_add (stack, parse (text, "glued.patch"));
	subset = take (stack, base.base);
	g_assert_cmpuint (subset_size (subset), ==, 5);
	oracle.subset = subset;
	oracle.base = base.base;
	result = ddmin (subset_size (subset), subset_needs (subset), ask, &oracle, &error);
	g_assert_no_error (error);
	patches = subset_patches (subset, result->kept);
	g_assert_cmpuint (patches->len, ==, 1);
	left = patch_to_string (patches->pdata[0]);
	g_assert_cmpstr (left, ==, diff);
	for (i = 0; i < subset_size (subset); i++) {
		const Question *shown = reduction_shown_by (result, i);

		g_test_message ("%s: %s, without it: %s", subset_item (subset, i)->name,
				bits_has (result->kept, i) ? "kept" : "dropped",
				outcome_name (shown->outcome));
		g_assert_cmpint (bits_has (result->kept, i), ==, shown->outcome != OUTCOME_KEEPS);
	}
	g_test_message ("%u questions", oracle.calls);
	g_assert_cmpuint (oracle.calls, ==, result->questions->len);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/reduce/page-slab", test_page_slab);
	return g_test_run ();
}
