/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "series/apply.h"
#include "tests/series/fixture.h"

#define TREES 300

static Patch *parse (const char *text)
{
	g_autoptr (GPtrArray) lines = source_lines_new (text, 1);
	g_autoptr (GError) error = NULL;
	Patch *patch = patch_parse (lines, 0, "p.patch", FALSE, &error);

	g_assert_no_error (error);
	g_assert_true (patch_strip (patch, 1, &error));
	return patch;
}

static Overlay *open_base (Fixture *fixture, Repo **out_repo)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *commit = NULL;
	g_autofree char *tree = NULL;
	Overlay *overlay;

	*out_repo = repo_open (fixture->repo, &error);
	g_assert_no_error (error);
	commit = repo_resolve (*out_repo, "HEAD", &error);
	g_assert_no_error (error);
	tree = repo_tree_of (*out_repo, commit, &error);
	overlay = overlay_new (*out_repo, tree, &error);
	g_assert_no_error (error);
	return overlay;
}

/* ---- placing, against git apply ---- */

/* A file of @n lines; few different lines where @repeat, all different otherwise. */
static GPtrArray *make_lines (GRand *rand, guint n, gboolean repeat)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
	guint i;

	for (i = 0; i < n; i++)
		g_ptr_array_add (lines,
				 repeat ? g_strdup_printf ("\t%d;", g_rand_int_range (rand, 0, 4))
					: g_strdup_printf ("line %u of %u;", i, g_rand_int (rand)));
	return lines;
}

/* Removes, changes and adds lines at @times places. */
static void disturb (GRand *rand, GPtrArray *lines, guint times)
{
	while (times-- > 0 && lines->len > 2) {
		int at = g_rand_int_range (rand, 0, (gint32) lines->len);

		switch (g_rand_int_range (rand, 0, 3)) {
		case 0:
			g_ptr_array_remove_index (lines, (guint) at);
			break;
		case 1:
			g_ptr_array_insert (lines, at,
					    g_strdup_printf ("new %u", g_rand_int (rand)));
			break;
		default:
			g_free (lines->pdata[at]);
			lines->pdata[at] = g_strdup_printf ("other %u", g_rand_int (rand));
		}
	}
}

static gpointer copy_string (gconstpointer text, gpointer unused G_GNUC_UNUSED)
{
	return g_strdup (text);
}

static char *join (GRand *rand, GPtrArray *lines)
{
	GString *text = g_string_new (NULL);
	guint i;

	for (i = 0; i < lines->len; i++)
		g_string_append_printf (text, "%s\n", (char *) lines->pdata[i]);
	if (text->len && g_rand_int_range (rand, 0, 10) == 0)
		g_string_truncate (text, text->len - 1);
	return g_string_free (text, FALSE);
}

typedef struct {
	char *before, *target; /* the patch was made of `before`; it is to go onto `target` */
	char *diff;
} Case;

static void case_clear (Case *self)
{
	g_free (self->before);
	g_free (self->target);
	g_free (self->diff);
}

static void case_make (Case *self, const char *dir, GRand *rand, gboolean repeat)
{
	g_autoptr (GPtrArray) lines =
		make_lines (rand, (guint) g_rand_int_range (rand, 3, 60), repeat);
	g_autoptr (GPtrArray) after = g_ptr_array_copy (lines, copy_string, NULL);
	g_autoptr (GPtrArray) moved = g_ptr_array_copy (lines, copy_string, NULL);
	g_autofree char *new_text = NULL;
	int status;

	g_ptr_array_set_free_func (after, g_free);
	g_ptr_array_set_free_func (moved, g_free);
	disturb (rand, after, (guint) g_rand_int_range (rand, 1, 5));
	disturb (rand, moved, (guint) g_rand_int_range (rand, 0, 4));
	self->before = join (rand, lines);
	new_text = join (rand, after);
	self->target = join (rand, moved);
	fixture_put (dir, "a/f", self->before);
	fixture_put (dir, "b/f", new_text);
	self->diff = fixture_shell (dir, "diff -u a/f b/f", &status);
}

/* What we make of a case; NULL where we say that it does not apply. */
static char *apply_ours (Overlay *base, const Case *test)
{
	g_autoptr (Overlay) overlay = overlay_fork (base);
	g_autoptr (GBytes) target = g_bytes_new (test->target, strlen (test->target));
	g_autoptr (Patch) patch = parse (test->diff);
	g_autoptr (GBytes) result = NULL;
	g_autoptr (GError) error = NULL;
	const ApplyOptions options = { 0, NULL };

	overlay_put (overlay, "f", target, 0100644);
	if (!patch_apply (patch, overlay, &options, &error)) {
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_PATCH);
		return NULL;
	}
	result = overlay_read (overlay, "f", NULL, NULL);
	return g_strndup (g_bytes_get_data (result, NULL), g_bytes_get_size (result));
}

static char *apply_theirs (const char *dir, const Case *test, const char *command)
{
	g_autofree char *printed = NULL;
	int status;

	fixture_put (dir, "work/f", test->target);
	fixture_put (dir, "diff", test->diff);
	printed = fixture_shell (dir, command, &status);
	return status == 0 ? fixture_read (dir, "work/f") : NULL;
}

/* With all lines different there is one place at most: git apply and we agree byte for byte, on the
 * patches that fit and on those that do not. */
static void test_like_git_apply (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (188);
	g_autoptr (Repo) repo = NULL;
	g_autoptr (Overlay) base = NULL;
	guint i, fitted = 0, refused = 0;

	fixture_commit_base (fixture);
	base = open_base (fixture, &repo);
	for (i = 0; i < TREES; i++) {
		Case test = { NULL, NULL, NULL };
		g_autofree char *ours = NULL;
		g_autofree char *theirs = NULL;

		case_make (&test, fixture->dir, rand, FALSE);
		if (*test.diff) {
			ours = apply_ours (base, &test);
			theirs = apply_theirs (fixture->dir, &test,
					       "cd work && git apply --whitespace=nowarn ../diff");
			if (g_strcmp0 (ours, theirs) != 0)
				g_test_message ("case %u:\n%s\nonto\n%s", i, test.diff,
						test.target);
			g_assert_cmpstr (ours, ==, theirs);
			fitted += ours != NULL;
			refused += ours == NULL;
		}
		case_clear (&test);
	}
	g_test_message ("%u fitted, %u refused", fitted, refused);
	g_assert_cmpuint (fitted, >, TREES / 4);
	g_assert_cmpuint (refused, >, TREES / 10);
}

/* With few different lines many places fit: we choose the one that patch(1) chooses. */
static void test_like_patch (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (1);
	g_autoptr (Repo) repo = NULL;
	g_autoptr (Overlay) base = NULL;
	guint i, both = 0;

	fixture_commit_base (fixture);
	base = open_base (fixture, &repo);
	for (i = 0; i < TREES; i++) {
		Case test = { NULL, NULL, NULL };
		g_autofree char *ours = NULL;
		g_autofree char *theirs = NULL;

		case_make (&test, fixture->dir, rand, TRUE);
		if (*test.diff) {
			ours = apply_ours (base, &test);
			theirs = apply_theirs (fixture->dir, &test,
					       "cd work && patch -s -f -p1 --fuzz=0 "
					       "--no-backup-if-mismatch -r - < ../diff");
			if (ours && theirs && strcmp (ours, theirs) != 0)
				g_test_message ("case %u:\n%s\nonto\n%s", i, test.diff,
						test.target);
			if (ours && theirs)
				g_assert_cmpstr (ours, ==, theirs);
			both += ours && theirs;
		}
		case_clear (&test);
	}
	g_test_message ("%u applied by both", both);
	g_assert_cmpuint (both, >, TREES / 4);
}

/* ---- trees, against git apply --index ---- */

static void assert_same_tree (Fixture *fixture, const char *change)
{
	g_autofree char *make = g_strdup_printf ("git reset -q --hard && git clean -qfd && %s && "
						 "git add -A && git diff --cached -M",
						 change);
	g_autofree char *diff = fixture_shell (fixture->repo, make, NULL);
	g_autofree char *expected = fixture_line (fixture->repo, "git write-tree");
	g_autoptr (Repo) repo = NULL;
	g_autoptr (Overlay) overlay = open_base (fixture, &repo);
	g_autoptr (Patch) patch = NULL;
	g_autoptr (GError) error = NULL;
	g_autofree char *tree = NULL;
	const ApplyOptions options = { 0, NULL };

	fixture_run (fixture->repo, "git reset -q --hard && git clean -qfd");
	patch = parse (diff);
	patch_apply (patch, overlay, &options, &error);
	g_assert_no_error (error);
	tree = overlay_write (overlay, &error);
	g_assert_no_error (error);
	g_assert_cmpstr (tree, ==, expected);
}

/* Every kind of change leaves the tree that git would write, down to folders that become empty. */
static void test_trees (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const changes[] = {
		"sed -i s/pin/leg/ drivers/led.c include/led.h",
		"mkdir -p new/deep/er && echo x > new/deep/er/file",
		"echo top > aaa && echo last > zzz",
		"git rm -q doc/dos.txt",
		"git rm -rq drivers include",
		"git mv drivers/led.c drivers/lamp.c && sed -i s/blink/flash/ drivers/lamp.c",
		"mkdir a && git mv Makefile a/Makefile",
		"chmod +x Makefile",
		"ln -s Makefile link",
		"printf 'no newline' > doc/none && echo two >> doc/dos.txt",
		"git rm -q Makefile && mkdir Makefile && echo x > Makefile/x",
		"git rm -rq doc && echo x > doc",
		": > empty",
		"sed -i 's/two/deux/' doc/dos.txt",
	};
	guint i;

	fixture_commit_base (fixture);
	for (i = 0; i < G_N_ELEMENTS (changes); i++)
		assert_same_tree (fixture, changes[i]);
}

typedef struct {
	const char *text;
	const char *says; /* a part of the error */
} Refusal;

#define LED_HUNK "@@ -4,3 +4,4 @@\n struct led {\n \tint pin;\n+\tint more;\n \tint on;\n"

static const Refusal refusals[] = {
	{ "--- a/none.c\n+++ b/none.c\n" LED_HUNK, "there is no such file in the base" },
	{ "--- /dev/null\n+++ b/Makefile\n@@ -0,0 +1 @@\n+x\n", "it is there already" },
	{ "--- /dev/null\n+++ b/Makefile/x\n@@ -0,0 +1 @@\n+x\n", "'Makefile' is a file there" },
	{ "--- /dev/null\n+++ b/drivers\n@@ -0,0 +1 @@\n+x\n", "is a folder there" },
	{ "--- /dev/null\n+++ b/doc\n@@ -0,0 +1 @@\n+x\n--- a/doc/unix.txt\n+++ /dev/null\n"
	  "@@ -1,2 +0,0 @@\n-alpha\n-beta\n",
	  "is a folder there" },
	{ "--- a/drivers\n+++ b/drivers\n@@ -1 +1 @@\n-x\n+y\n", "is a folder there" },
	{ "--- a/Makefile\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-obj-y += drivers/led.o\n-\n",
	  "fits nowhere" },
	{ "diff --git a/Makefile b/Makefile\ndeleted file mode 100644\n", "there is more in it" },
	{ "--- a/drivers/led.c\n+++ b/drivers/led.c\n"
	  "@@ -5,3 +5,3 @@\n \tint pin;\n-\tint off;\n+\tint more;\n };\n",
	  "p.patch:5: drivers/led.c: hunk 1 fits nowhere: nearest at line 5 (2 of 3 lines alike), "
	  "but "
	  "line 6 is 'int on;' and the patch has 'int off;'" },
	{ "--- a/drivers/led.c\n+++ b/drivers/led.c\n"
	  "@@ -4,3 +4,3 @@\n struct led {\n-\tint leg;\n+\tint pin;\n \tint on;\n",
	  "what it would change is there already" },
	{ "--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -6 +6 @@\n-\tint on;\n+\tint off;\n",
	  "without context below it must lie at the file's end" },
	{ "diff --git a/lib b/lib\nnew file mode 160000\n--- /dev/null\n+++ b/lib\n@@ -0,0 +1 @@\n"
	  "+Subproject commit 1234\n",
	  "has a mode that is no file's" },
	{ "diff --git a/Makefile b/drivers/led.c\nrename from Makefile\nrename to drivers/led.c\n",
	  "it is there already" },
	{ "--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -4,9 +4,9 @@\n struct led {\n-\tint "
	  "pin;\n+x ...\n",
	  "ends after 2 of 9 old lines: the mail was cut at p.patch:6" },
};

/* What does not apply says why and where, and leaves the overlay as it was, even if it is only the
 * last file of several that fails. */
static void test_refusals (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Repo) repo = NULL;
	g_autoptr (Overlay) overlay = NULL;
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	guint i;

	fixture_commit_base (fixture);
	overlay = open_base (fixture, &repo);
	before = overlay_write (overlay, NULL);
	for (i = 0; i < G_N_ELEMENTS (refusals); i++) {
		g_autofree char *text =
			g_strconcat ("--- /dev/null\n+++ b/first\n@@ -0,0 +1 @@\n+first\n",
				     refusals[i].text, NULL);
		g_autoptr (Patch) alone = parse (refusals[i].text);
		g_autoptr (Patch) patch = parse (text);
		g_autoptr (GError) error = NULL;
		const ApplyOptions options = { 0, NULL };

		g_assert_false (patch_apply (alone, overlay, &options, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_PATCH);
		if (!strstr (error->message, refusals[i].says))
			g_error ("case %u: %s", i, error->message);
		g_assert_false (patch_apply (patch, overlay, &options, NULL));
	}
	after = overlay_write (overlay, NULL);
	g_assert_cmpstr (after, ==, before);
}

#define TWICE "one\nopen\nclose\ntwo\nthree\nopen\nclose\nfour\nfive\nopen\nclose\nsix\n"
#define ON_F  "--- a/f\n+++ b/f\n"

typedef struct {
	const char *hunks;
	const char *notes; /* joined */
	const char
		*line; /* the file's line that the last hunk's `+new` became, as `sed -n` has it */
} Ambiguity;

static const Ambiguity ambiguities[] = {
	/* two places at the same distance: the lower one, as patch(1) and git choose */
	{ "@@ -4,2 +4,3 @@\n open\n+new\n close\n",
	  "p.patch: f: hunk 1 fits at line 6, 2 lines below where the patch says; ambiguous: also "
	  "fits at line 2",
	  "7" },
	/* one is nearer */
	{ "@@ -9,2 +9,3 @@\n open\n+new\n close\n",
	  "p.patch: f: hunk 1 fits at line 10, 1 line below where the patch says; ambiguous: also "
	  "fits at line 6",
	  "11" },
	/* its own line is no doubt, though it would fit elsewhere */
	{ "@@ -6,2 +6,3 @@\n open\n+new\n close\n", "", "7" },
	/* an offset to the only place is none either */
	{ "@@ -3,2 +3,3 @@\n three\n+new\n open\n",
	  "p.patch: f: hunk 1 fits at line 5, 2 lines below where the patch says", "6" },
	/* its own line where the hunk above was moved: one of both is wrong */
	{ "@@ -2,2 +2,3 @@\n one\n+n\n open\n@@ -6,2 +7,3 @@\n open\n+new\n close\n",
	  "p.patch: f: hunk 1 fits at line 1, 1 line above where the patch says|"
	  "p.patch: f: hunk 2 fits at line 6, where the patch says; ambiguous: also fits at line "
	  "10",
	  "8" },
};

/* A hunk that was moved and fits at several places goes to the nearest and is called ambiguous; one
 * that fits where it says, or at one place alone, is not. */
static void test_ambiguous (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Repo) repo = NULL;
	g_autoptr (Overlay) base = NULL;
	guint i;

	fixture_commit_base (fixture);
	base = open_base (fixture, &repo);
	for (i = 0; i < G_N_ELEMENTS (ambiguities); i++) {
		g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
		g_autoptr (Overlay) overlay = overlay_fork (base);
		g_autoptr (GBytes) text = g_bytes_new_static (TWICE, strlen (TWICE));
		g_autofree char *diff = g_strconcat (ON_F, ambiguities[i].hunks, NULL);
		g_autoptr (Patch) patch = parse (diff);
		g_autoptr (GError) error = NULL;
		g_autoptr (GBytes) result = NULL;
		g_autofree char *joined = NULL, *found = NULL;
		const ApplyOptions options = { 0, notes };

		overlay_put (overlay, "f", text, 0100644);
		patch_apply (patch, overlay, &options, &error);
		g_assert_no_error (error);
		g_ptr_array_add (notes, NULL);
		joined = g_strjoinv ("|", (char **) notes->pdata);
		g_assert_cmpstr (joined, ==, ambiguities[i].notes);
		result = overlay_read (overlay, "f", NULL, NULL);
		found = g_strndup (g_bytes_get_data (result, NULL), g_bytes_get_size (result));
		fixture_put (fixture->dir, "result", found);
		g_free (found);
		found = fixture_line (fixture->dir, "sed -n /new/= result");
		g_assert_cmpstr (found, ==, ambiguities[i].line);
	}
}

/* An offset is allowed and told. */
static void test_offset_note (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (Repo) repo = NULL;
	g_autoptr (Overlay) overlay = NULL;
	g_autoptr (GError) error = NULL;
	g_autoptr (Patch) patch =
		parse ("--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -35,2 +35,3 @@\n"
		       " \t\twait (10);\n+\t\tcount ();\n \t\tled_write (led, 0);\n"
		       "@@ -50,2 +51,3 @@\n \tport_close (led->pin);\n+\tx ();\n \n");
	const ApplyOptions options = { 0, notes };

	fixture_commit_base (fixture);
	overlay = open_base (fixture, &repo);
	patch_apply (patch, overlay, &options, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (notes->len, ==, 2);
	g_assert_cmpstr (
		g_ptr_array_index (notes, 0), ==,
		"p.patch: drivers/led.c: hunk 1 fits at line 33, 2 lines above where the patch "
		"says");
	g_assert_nonnull (
		strstr (g_ptr_array_index (notes, 1), "hunk 2 fits at line 43, 7 lines above"));
}

/* Fuzz is used only where it is allowed, by patch(1), and is told. */
static void test_fuzz (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (Repo) repo = NULL;
	g_autoptr (Overlay) overlay = NULL;
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) content = NULL;
	g_autoptr (Patch) patch =
		parse ("--- a/drivers/led.c\n+++ b/drivers/led.c\n@@ -4,4 +4,5 @@\n"
		       " struct lamp {\n \tint pin;\n+\tint more;\n \tint on;\n };\n");
	const ApplyOptions strict = { 0, notes };
	const ApplyOptions lenient = { 2, notes };

	fixture_commit_base (fixture);
	overlay = open_base (fixture, &repo);
	g_assert_false (patch_apply (patch, overlay, &strict, NULL));
	patch_apply (patch, overlay, &lenient, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (notes->len, ==, 1);
	g_assert_nonnull (strstr (g_ptr_array_index (notes, 0), "with fuzz"));
	content = overlay_read (overlay, "drivers/led.c", NULL, NULL);
	g_assert_nonnull (strstr (g_bytes_get_data (content, NULL), "\tint pin;\n\tint more;\n"));
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/apply/like-git-apply", test_like_git_apply);
	fixture_add ("/apply/like-patch", test_like_patch);
	fixture_add ("/apply/trees", test_trees);
	fixture_add ("/apply/refusals", test_refusals);
	fixture_add ("/apply/offset-note", test_offset_note);
	fixture_add ("/apply/ambiguous", test_ambiguous);
	fixture_add ("/apply/fuzz", test_fuzz);
	return g_test_run ();
}
