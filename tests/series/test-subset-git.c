/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of stacks at random: git and patch are asked what they make of them. */
#include "series/patch-file.h"
#include "tests/series/stack.h"

#define STACKS 100
#define DEPTH  3

static const ApplyOptions exact = { 0, NULL };

/* ---- at random, against git and patch ---- */

static GPtrArray *random_lines (GRand *rand, guint n, gboolean repeat)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

	while (n-- > 0)
		g_ptr_array_add (lines,
				 repeat ? g_strdup_printf ("%d", g_rand_int_range (rand, 0, 3))
					: g_strdup_printf ("%u", g_rand_int (rand)));
	return lines;
}

static void disturb (GRand *rand, GPtrArray *lines)
{
	guint times = (guint) g_rand_int_range (rand, 1, 6);

	while (times-- > 0) {
		int at = g_rand_int_range (rand, 0, (gint32) lines->len + 1);
		int kind = g_rand_int_range (rand, 0, 3);

		if (kind > 0 && at < (int) lines->len)
			g_ptr_array_remove_index (lines, (guint) at);
		if (kind < 2)
			g_ptr_array_insert (lines, at,
					    g_strdup_printf ("new %u", g_rand_int (rand)));
	}
}

/* @cut: whether the newline at the end may be missing */
static char *joined (GRand *rand, GPtrArray *lines, gboolean cut)
{
	GString *text = g_string_new (NULL);
	guint i;

	for (i = 0; i < lines->len; i++)
		g_string_append_printf (text, "%s\n", (char *) lines->pdata[i]);
	if (cut && text->len && g_rand_int_range (rand, 0, 4) == 0)
		g_string_truncate (text, text->len - 1);
	return g_string_free (text, FALSE);
}

/* A file `f` that changes DEPTH times, told with more or less context. */
static GPtrArray *random_stack (Fixture *fixture, GRand *rand, gboolean repeat, gboolean cut,
				char **out_first)
{
	g_autoptr (GPtrArray) lines =
		random_lines (rand, (guint) g_rand_int_range (rand, 1, 40), repeat);
	GPtrArray *stack = stack_new ();
	char *before = joined (rand, lines, cut);
	guint i;

	*out_first = g_strdup (before);
	for (i = 0; i < DEPTH; i++) {
		g_autofree char *name = g_strdup_printf ("%u.patch", i + 1);
		g_autofree char *diff = NULL, *command = NULL;
		char *after;
		int status;

		disturb (rand, lines);
		after = joined (rand, lines, cut);
		fixture_put (fixture->dir, "a/f", before);
		fixture_put (fixture->dir, "b/f", after);
		command = g_strdup_printf ("diff -U%d a/f b/f", g_rand_int_range (rand, 1, 6));
		diff = fixture_shell (fixture->dir, command, &status);
		if (*diff)
			g_ptr_array_add (stack, parse (diff, name));
		g_free (before);
		before = after;
	}
	g_free (before);
	return stack;
}

/* git apply and patch take the text as it is, without offset and fuzz, and make of the file @path
 * what we do. */
static void assert_like_git (Fixture *fixture, const char *path, const Subset *subset,
			     const Bits *kept, const Overlay *base)
{
	g_autoptr (GPtrArray) patches = subset_patches (subset, kept);
	g_autoptr (Overlay) overlay = apply (patches, base);
	g_autofree char *first = text_at (base, path), *ours = text_at (overlay, path);
	g_autofree char *in_git = g_strconcat ("git/", path, NULL), *git = NULL;
	g_autofree char *in_gnu = g_strconcat ("gnu/", path, NULL), *gnu = NULL;
	g_autofree char *said = NULL;
	guint i;

	fixture_put (fixture->dir, in_git, first);
	fixture_put (fixture->dir, in_gnu, first);
	fixture_run (fixture->dir, "rm -f kept-*.diff");
	for (i = 0; i < patches->len; i++) {
		g_autofree char *text = patch_to_string (g_ptr_array_index (patches, i));
		g_autofree char *name = g_strdup_printf ("kept-%u.diff", i);

		fixture_put (fixture->dir, name, text);
	}
	said = fixture_shell (fixture->dir,
			      "for p in kept-*.diff; do [ -e $p ] || continue;"
			      "(cd git && git apply --check ../$p && "
			      "git apply --whitespace=nowarn ../$p) || exit 1;"
			      "(cd gnu && patch --dry-run -p1 -f --fuzz=0 <../$p && "
			      "patch -p1 -f --fuzz=0 --no-backup-if-mismatch -s <../$p) || exit 1;"
			      "done",
			      NULL);
	g_assert_null (strstr (said, "offset"));
	g_assert_null (strstr (said, "fuzz"));
	git = fixture_read (fixture->dir, in_git);
	gnu = fixture_read (fixture->dir, in_gnu);
	g_assert_cmpstr (ours, ==, git);
	g_assert_cmpstr (ours, ==, gnu);
}

/* Random parts of random stacks. */
static void test_random (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (603);
	g_auto (Base) base = { 0 };
	guint i, items = 0, dropped = 0;

	base_open (&base, fixture);
	for (i = 0; i < STACKS; i++) {
		g_autofree char *first = NULL;
		g_autoptr (GPtrArray) stack = random_stack (fixture, rand, i % 2, TRUE, &first);
		g_autoptr (Overlay) overlay = overlay_fork (base.base);
		g_autoptr (Subset) subset = NULL;
		g_autofree Bits *all = NULL, *some = NULL;

		put (overlay, "f", first);
		subset = take (stack, overlay);
		all = all_of (subset);
		some = some_of (subset, rand);
		assert_like_git (fixture, "f", subset, all, overlay);
		assert_like_git (fixture, "f", subset, some, overlay);
		items += subset_size (subset);
		dropped += subset_size (subset) - bits_count (some);
	}
	g_test_message ("%u items, %u dropped", items, dropped);
	g_assert_cmpuint (items, >, 3 * STACKS);
	g_assert_cmpuint (dropped, >, items / 3);
}

/* Drops runs from a patch's own hunks: removed lines become context, added ones go. */
static void drop_runs (Patch *patch, const Bits *kept)
{
	guint item = 0, i, j;

	for (i = 0; i < ((FilePatch *) patch->files->pdata[0])->hunks->len; i++) {
		Hunk *hunk = ((FilePatch *) patch->files->pdata[0])->hunks->pdata[i];
		gboolean in_run = FALSE;

		for (j = 0; j < hunk->lines->len; j++) {
			PatchLine *line = hunk->lines->pdata[j];
			gboolean drop;

			item += in_run && line->kind == ' ';
			in_run = line->kind != ' ';
			drop = in_run && !bits_has (kept, item);
			hunk->new_count += drop ? (line->kind == '-' ? 1u : -1u) : 0;
			if (drop && line->kind == '-')
				line->kind = ' ';
			else if (drop)
				g_ptr_array_remove_index (hunk->lines, j--);
		}
		item += in_run;
	}
}

/* A part of one patch makes the file that the patch makes whose own hunks were edited by hand. */
static void test_like_edited (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (22);
	g_auto (Base) base = { 0 };
	guint i;

	base_open (&base, fixture);
	for (i = 0; i < STACKS; i++) {
		g_autofree char *first = NULL, *ours = NULL, *edited = NULL;
		g_autoptr (GPtrArray) stack = random_stack (fixture, rand, FALSE, TRUE, &first);
		g_autoptr (Overlay) overlay = overlay_fork (base.base);
		g_autoptr (Overlay) by_subset = NULL;
		g_autoptr (GPtrArray) patches = NULL;
		g_autoptr (Subset) subset = NULL;
		g_autofree Bits *some = NULL;
		g_autoptr (GError) error = NULL;

		put (overlay, "f", first);
		if (!stack->len)
			continue;
		g_ptr_array_set_size (stack, 1);
		subset = take (stack, overlay);
		some = some_of (subset, rand);
		patches = subset_patches (subset, some);
		by_subset = apply (patches, overlay);
		ours = text_at (by_subset, "f");
		drop_runs (stack->pdata[0], some);
		patch_apply (stack->pdata[0], overlay, &exact, &error);
		g_assert_no_error (error);
		edited = text_at (overlay, "f");
		g_assert_cmpstr (ours, ==, edited);
	}
}

/* @states: what the first patch makes, without item i, and with item j on top. */
static void assert_like_merge (Fixture *fixture, const Subset *subset, const Overlay *base, guint i,
			       guint j, guint second)
{
	g_autofree Bits *kept = bits_new (subset_size (subset));
	g_autofree char *merged = NULL;
	const char *const names[] = { "merge/base", "merge/with-j", "merge/without-i" };
	gboolean conflicts, needs = bits_has (g_ptr_array_index (subset_needs (subset), j), i);
	guint k, n;
	int status;

	for (k = 0; k < second; k++)
		bits_add (kept, k);
	for (n = 0; n < G_N_ELEMENTS (names); n++) {
		g_autoptr (GPtrArray) patches = NULL;
		g_autoptr (Overlay) overlay = NULL;
		g_autofree char *text = NULL;

		if (n == 1)
			bits_add (kept, j);
		if (n == 2) {
			bits_remove (kept, j);
			bits_remove (kept, i);
		}
		patches = subset_patches (subset, kept);
		overlay = apply (patches, base);
		text = text_at (overlay, "f");
		fixture_put (fixture->dir, names[n], text);
	}
	merged = fixture_shell (fixture->dir,
				"git merge-file -q -p merge/without-i merge/base merge/with-j",
				&status);
	conflicts = status != 0;
	g_assert_cmpint (conflicts, ==, needs);
	if (!needs) {
		g_autoptr (GPtrArray) patches = NULL;
		g_autoptr (Overlay) overlay = NULL;
		g_autofree char *text = NULL;

		bits_add (kept, j);
		patches = subset_patches (subset, kept);
		overlay = apply (patches, base);
		text = text_at (overlay, "f");
		g_assert_cmpstr (text, ==, merged);
	}
}

/* An item of a second patch needs one of the first exactly where git cannot merge them, and what
 * they make without each other is what git merges. */
static void test_like_merge (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (7);
	g_auto (Base) base = { 0 };
	guint round, needed = 0, free = 0;

	base_open (&base, fixture);
	for (round = 0; round < STACKS / 3; round++) {
		g_autofree char *first = NULL;
		g_autoptr (GPtrArray) stack = random_stack (fixture, rand, FALSE, FALSE, &first);
		g_autoptr (Overlay) overlay = overlay_fork (base.base);
		g_autoptr (Subset) subset = NULL;
		guint i, j, second = 0;

		put (overlay, "f", first);
		g_ptr_array_set_size (stack, MIN (2, (gint) stack->len));
		subset = take (stack, overlay);
		while (second < subset_size (subset) && subset_item (subset, second)->patch == 0)
			second++;
		for (i = 0; i < second; i++)
			for (j = second; j < subset_size (subset); j++) {
				const Bits *needs = g_ptr_array_index (subset_needs (subset), j);

				assert_like_merge (fixture, subset, overlay, i, j, second);
				needed += bits_has (needs, i);
				free += !bits_has (needs, i);
			}
	}
	g_test_message ("%u pairs need each other, %u do not", needed, free);
	g_assert_cmpuint (needed, >, 10);
	g_assert_cmpuint (free, >, 10);
}

/* ---- trees, against git apply --index ---- */

static void assert_like_git_tree (Fixture *fixture, const Overlay *base, const Subset *subset,
				  const Bits *kept)
{
	g_autoptr (GPtrArray) patches = subset_patches (subset, kept);
	g_autoptr (Overlay) overlay = apply (patches, base);
	g_autofree char *ours = overlay_write (overlay, NULL), *theirs = NULL;
	guint i;

	fixture_run (fixture->repo, "git reset -q --hard && git clean -qfd");
	for (i = 0; i < patches->len; i++) {
		g_autofree char *text = patch_to_string (g_ptr_array_index (patches, i));

		fixture_put (fixture->dir, "diff", text);
		fixture_run (fixture->repo, "git apply --index --whitespace=nowarn ../diff");
	}
	theirs = fixture_line (fixture->repo, "git write-tree");
	g_assert_cmpstr (ours, ==, theirs);
}

/* Whole trees: random parts of patches that git made are to git what they are to us, and all items
 * give the original's patch-id. */
static void test_trees (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const changes[] = {
		"sed -i s/pin/leg/ drivers/led.c include/led.h",
		"mkdir -p new/deep && echo x > new/deep/file && echo y >> Makefile",
		"git rm -q doc/dos.txt && echo last > zzz",
		"git rm -rq include && sed -i s/blink/flash/ drivers/led.c",
		"git mv drivers/led.c drivers/lamp.c && sed -i s/blink/flash/ drivers/lamp.c",
		"mkdir a && git mv Makefile a/Makefile && chmod +x a/Makefile",
		"chmod +x Makefile && echo y >> Makefile",
		"ln -s Makefile link && printf 'no newline' >> doc/unix.txt",
		"git rm -q Makefile && mkdir Makefile && echo x > Makefile/x",
		"git rm -rq doc && echo x > doc",
		"git rm -q doc/unix.txt && ln -s dos.txt doc/unix.txt",
		": > empty",
	};
	g_autoptr (GRand) rand = g_rand_new_with_seed (12);
	g_auto (Base) base = { 0 };
	guint i, j;

	base_open (&base, fixture);
	for (i = 0; i < G_N_ELEMENTS (changes) * 3; i++) {
		/* one change alone, then two in a stack */
		const char *next = i < G_N_ELEMENTS (changes)
					   ? "true"
					   : "{ echo more >> drivers/led.c; git mv -f zzz yyy; "
					     "chmod -x Makefile; sed -i s/x/z/ empty doc; true; }";
		g_autofree char *make = g_strdup_printf (
			"git reset -q --hard && git clean -qfd && %s && git add -A && "
			"git diff --cached -M > ../one && git write-tree > ../tree && "
			"%s 2>/dev/null && git add -A && "
			"git diff -M $(cat ../tree) $(git write-tree) > ../two",
			changes[i % G_N_ELEMENTS (changes)], next);
		g_autofree char *one = NULL, *two = NULL, *id = NULL, *original = NULL;
		g_autoptr (GPtrArray) stack = stack_new (), patches = NULL;
		g_autoptr (Subset) subset = NULL;
		g_autofree Bits *all = NULL;

		fixture_run (fixture->repo, make);
		one = fixture_read (fixture->dir, "one");
		two = fixture_read (fixture->dir, "two");
		g_ptr_array_add (stack, parse (one, "one"));
		if (*two)
			g_ptr_array_add (stack, parse (two, "two"));
		subset = take (stack, base.base);
		all = all_of (subset);
		assert_like_git_tree (fixture, base.base, subset, all);
		for (j = 0; j < 3; j++) {
			g_autofree Bits *some = some_of (subset, rand);

			assert_like_git_tree (fixture, base.base, subset, some);
		}
		patches = subset_patches (subset, all);
		id = patch_id (g_ptr_array_index (patches, 0));
		original = patch_id (g_ptr_array_index (stack, 0));
		g_assert_cmpstr (id, ==, original);
	}
}

/* ---- real patches ---- */

static void check_real (const Base *base, const char *path, GRand *rand)
{
	g_autoptr (PatchFile) file = patch_file_read (path, NULL);
	g_autoptr (Patch) patch = file->has_diff ? patch_file_parse (file, NULL) : NULL;
	g_autoptr (GPtrArray) stack = stack_new (), patches = NULL;
	g_autoptr (Overlay) overlay = overlay_fork (base->base);
	g_autoptr (Subset) subset = NULL;
	g_autofree Bits *all = NULL;
	g_autofree char *id = patch ? patch_id (patch) : NULL, *all_id = NULL;
	const char *in;
	guint i;

	if (!patch || patch->defect)
		return;
	g_assert_cmpuint (patch->files->len, ==, 1);
	in = patch_path (patch->files->pdata[0]);
	put_old_side (overlay, patch->files->pdata[0]);
	g_ptr_array_add (stack, g_steal_pointer (&patch));
	subset = take (stack, overlay);
	all = all_of (subset);
	patches = subset_patches (subset, all);
	all_id = patch_id (patches->pdata[0]);
	g_assert_cmpstr (all_id, ==, id);
	assert_like_git (base->fixture, in, subset, all, overlay);
	for (i = 0; i < 3; i++) {
		g_autofree Bits *some = some_of (subset, rand);

		assert_like_git (base->fixture, in, subset, some, overlay);
	}
}

/* The patches that come with bakeoff, each on a file made for it: all items are the patch that was
 * posted, by its patch-id; parts of it are to git and to patch what they are to us. */
static void test_real (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const folders[] = { "patches/slub-flush", "patches/toolchain" };
	g_autoptr (GRand) rand = g_rand_new_with_seed (2007);
	g_auto (Base) base = { 0 };
	guint i, taken = 0;

	base_open (&base, fixture);
	for (i = 0; i < G_N_ELEMENTS (folders); i++) {
		g_autofree char *folder = g_canonicalize_filename (folders[i], NULL);
		g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
		const char *name;

		while ((name = g_dir_read_name (dir))) {
			g_autofree char *path = g_build_filename (folder, name, NULL);

			if (!g_str_has_suffix (name, ".patch"))
				continue;
			check_real (&base, path, rand);
			taken++;
		}
	}
	g_assert_cmpuint (taken, >=, 10);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/subset/random", test_random);
	fixture_add ("/subset/like-edited", test_like_edited);
	fixture_add ("/subset/like-merge", test_like_merge);
	fixture_add ("/subset/trees", test_trees);
	fixture_add ("/subset/real", test_real);
	return g_test_run ();
}
