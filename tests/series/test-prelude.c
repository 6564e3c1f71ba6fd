/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Preludes over history. The oracles are git apply, git apply --3way, patch(1) and quilt. Whatever
 * goes onto a commit is put on once more afterwards: nothing may be there twice.
 */
#include "base/error.h"
#include "series/variant.h"
#include "tests/series/fixture.h"

#define RANDOM_PATCHES 60

/* What a prelude came to on a commit. */
typedef struct {
	Applied *applied;
	char *notes; /* joined by newlines */
	char *below; /* subject and body of the commits that were made */
} Outcome;

static void outcome_clear (Outcome *self)
{
	g_clear_pointer (&self->applied, applied_free);
	g_free (self->notes);
	g_free (self->below);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

/* f: forty lines, all different; g: equal blocks of four. The commit is called `base`. */
static void start (Fixture *self)
{
	fixture_run (
		self->dir,
		"mkdir p && git init -q -b main repo && cd repo && seq -f 'line %g' 40 >f && "
		"for i in 1 2 3 4 5 6; do printf 'case {\\n\\tread\\n\\twrite\\n}\\n'; done >g && "
		"git add -A && git commit -q -m base && git tag base");
}

/* Makes the commit @name on top of @from by a shell script that edits the work tree. */
static void commit (Fixture *self, const char *from, const char *name, const char *edit)
{
	g_autofree char *command = g_strdup_printf (
		"git checkout -q %s && { %s ; } && git add -A && git commit -q --allow-empty -m %s "
		"&& git tag %s",
		from, edit, name, name);

	fixture_run (self->repo, command);
}

/* Makes p/@name of an edit to the commit @from, as git diff writes it. */
static void make_patch (Fixture *self, const char *from, const char *name, const char *edit)
{
	g_autofree char *command = g_strdup_printf (
		"git checkout -q %s && { %s ; } && git add -A && git diff -M -C --cached >../p/%s "
		"&& git reset -q --hard",
		from, edit, name);

	fixture_run (self->repo, command);
}

static Prelude *read_prelude (Fixture *self, const char *series)
{
	g_autofree char *dir = g_build_filename (self->dir, "p", NULL);
	g_autoptr (GError) error = NULL;
	Prelude *prelude;

	fixture_put (dir, "series", series);
	prelude = prelude_read (dir, &error);
	g_assert_no_error (error);
	return prelude;
}

static Applied *apply_on (Fixture *self, const char *rev, const Prelude *prelude, int fuzz)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (Repo) repo = repo_open (self->repo, &error);
	g_autofree char *base = repo_resolve (repo, rev, &error);
	g_autoptr (Variant) variant =
		variant_new ("base", g_ptr_array_new_with_free_func (g_free), &error);
	Applied *applied;

	g_assert_no_error (error);
	applied = variant_apply (repo, base, prelude, variant, fuzz, &error);
	g_assert_no_error (error);
	g_assert_true (applied->ok == !applied->prelude_failed);
	return applied;
}

static Outcome put_on (Fixture *self, const char *rev, const Prelude *prelude, int fuzz)
{
	Outcome out = { apply_on (self, rev, prelude, fuzz), NULL, NULL };
	g_autofree char *command = NULL;

	g_ptr_array_add (out.applied->notes, NULL);
	out.notes = g_strjoinv ("\n", (char **) out.applied->notes->pdata);
	g_ptr_array_set_size (out.applied->notes, (int) out.applied->notes->len - 1);
	if (out.applied->ok) {
		g_autoptr (Applied) again = apply_on (self, out.applied->commit, prelude, fuzz);

		/* after fuzz it may be refused the second time */
		if (again->ok && strcmp (again->tree, out.applied->tree) != 0)
			g_error ("on %s something is there twice: %s", rev,
				 again->notes->len ? (char *) again->notes->pdata[0] : out.notes);
		command = g_strdup_printf ("git log --format=%%B %s..%s", rev, out.applied->commit);
		out.below = fixture_line (self->repo, command);
	}
	return out;
}

/* The tree that a shell command, the oracle, makes of the commit @rev; NULL where it fails. */
static char *tree_by (Fixture *self, const char *rev, const char *command)
{
	g_autofree char *whole = g_strdup_printf (
		"git checkout -q %s && { %s >/dev/null ; } && git add -A && git write-tree", rev,
		command);
	int status = 0;
	g_autofree char *tree = g_strchomp (fixture_shell (self->repo, whole, &status));

	fixture_run (self->repo, "git reset -q --hard && git clean -qfdx");
	return status == 0 ? g_steal_pointer (&tree) : NULL;
}

static void assert_has (const char *text, const char *part)
{
	if (!text || !strstr (text, part))
		g_error ("'%s' is not in: %s", part, text ? text : "nothing");
}

/* ---- ways to fit ---- */

/* Where the patch says it goes on without a word; its name is in the commit's message. */
static void test_exact (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Prelude) prelude = NULL;
	g_autofree char *tree = NULL;
	g_auto (Outcome) got = { 0 };

	start (self);
	make_patch (self, "base", "a.patch", "sed -i 's/line 20$/& new/' f");
	prelude = read_prelude (self, "a.patch\n");
	got = put_on (self, "base", prelude, 0);
	tree = tree_by (self, "base", "git apply ../p/a.patch");
	g_assert_cmpstr (got.applied->tree, ==, tree);
	g_assert_cmpstr (got.notes, ==, "");
	g_assert_cmpstr (got.below, ==, "bakeoff: prelude\n\na.patch");
}

/* Context that moved is found, as git apply finds it, and told. */
static void test_offset (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Prelude) prelude = NULL;
	g_autofree char *tree = NULL;
	g_auto (Outcome) got = { 0 };

	start (self);
	make_patch (self, "base", "a.patch", "sed -i 's/line 20$/& new/' f");
	commit (self, "base", "moved", "sed -i '1i one\\ntwo' f");
	prelude = read_prelude (self, "a.patch\n");
	got = put_on (self, "moved", prelude, 0);
	tree = tree_by (self, "moved", "git apply ../p/a.patch");
	g_assert_cmpstr (got.applied->tree, ==, tree);
	g_assert_cmpstr (got.notes, ==,
			 "prelude: a.patch: f: hunk 1 fits at line 19, 2 lines below where the "
			 "patch says");
}

/* A prelude has two lines of fuzz whatever the project allows its candidates, and not three; what
 * patch(1) makes of it is the result. A fix is a candidate. */
static void test_fuzz (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *path = g_build_filename (self->dir, "p", "a.patch", NULL);
	g_autoptr (Prelude) prelude = NULL, fix = prelude_new ();
	g_autofree char *tree = NULL;
	g_auto (Outcome) got = { 0 }, none = { 0 }, strict = { 0 }, lenient = { 0 };

	start (self);
	make_patch (self, "base", "a.patch", "sed -i 's/line 20$/& new/' f");
	fixture_run (self->dir, "sed -i '/^index/d' p/a.patch");
	commit (self, "base", "near", "sed -i 's/line 1[78]$/other/' f");
	commit (self, "base", "beside", "sed -i 's/line 1[789]$/other/' f");
	prelude = read_prelude (self, "a.patch\n");
	got = put_on (self, "near", prelude, 0);
	tree = tree_by (self, "near", "patch -p1 -F2 --no-backup-if-mismatch -i ../p/a.patch");
	g_assert_cmpstr (got.applied->tree, ==, tree);
	g_assert_cmpstr (got.notes, ==,
			 "prelude: a.patch: f: Hunk #1 succeeded at 17 with fuzz 2.");
	none = put_on (self, "beside", prelude, 3);
	g_assert_true (none.applied->prelude_failed);
	assert_has (none.applied->detail, "prelude: a.patch:5: f: hunk 1 fits nowhere");

	g_assert_true (prelude_add_fix (fix, path, NULL));
	strict = put_on (self, "near", fix, 0);
	g_assert_true (strict.applied->prelude_failed);
	assert_has (strict.applied->detail, "with: a.patch:5: f: hunk 1 fits nowhere");
	lenient = put_on (self, "near", fix, 2);
	g_assert_cmpstr (lenient.applied->tree, ==, tree);
	assert_has (lenient.notes, "with: a.patch: f: Hunk #1 succeeded");
}

/* What changed between the lines of a hunk is merged as `git apply --3way` does, by the blob's
 * abbreviated id; what changed in its place is a conflict there and no merge here. */
static void test_merge (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Prelude) prelude = NULL;
	g_autofree char *tree = NULL, *conflict = NULL;
	g_auto (Outcome) clean = { 0 }, refused = { 0 };

	start (self);
	make_patch (self, "base", "a.patch", "sed -i 's/line 2[06]$/& new/' f");
	commit (self, "base", "between", "sed -i 's/line 23$/other/; 1i first' f");
	commit (self, "base", "in", "sed -i 's/line 20$/other/' f");
	prelude = read_prelude (self, "a.patch\n");
	clean = put_on (self, "between", prelude, 0);
	tree = tree_by (self, "between", "git apply -q --3way ../p/a.patch");
	g_assert_cmpstr (clean.applied->tree, ==, tree);
	assert_has (clean.notes, "prelude: a.patch: f: merged three-way over blob ");
	g_assert_cmpstr (clean.below, ==, "bakeoff: prelude\n\na.patch");
	refused = put_on (self, "in", prelude, 0);
	conflict = tree_by (self, "in", "git apply -q --3way ../p/a.patch");
	g_assert_null (conflict);
	g_assert_true (refused.applied->prelude_failed);
	assert_has (refused.applied->detail, "; merged over blob ");
	assert_has (refused.applied->detail, " there are conflicts");
}

/* Without the blob, or without the line that names it, nothing is merged, and why is told. */
static void test_no_blob (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const cases[][2] = {
		{ "s/^index .*/index 1234567..7654321 100644/", "; there is no blob 1234567 " },
		{ "/^index /d", "; without an index line it cannot be merged" },
		{ "s/^index .*/index 12..34/", "; without an index line it cannot be merged" },
	};
	guint i;

	start (self);
	make_patch (self, "base", "a.patch", "sed -i 's/line 2[06]$/& new/' f");
	commit (self, "base", "between", "sed -i 's/line 23$/other/' f");
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *command =
			g_strdup_printf ("sed '%s' a.patch >b.patch", cases[i][0]);
		g_autofree char *dir = g_build_filename (self->dir, "p", NULL);
		g_autoptr (Prelude) prelude = NULL;
		g_auto (Outcome) got = { 0 };

		fixture_run (dir, command);
		prelude = read_prelude (self, "b.patch\n");
		got = put_on (self, "between", prelude, 0);
		g_assert_true (got.applied->prelude_failed);
		assert_has (got.applied->detail, cases[i][1]);
	}
}

/* Text that, as an object of @type, has an id that begins as @id does in 4 digits. */
static char *text_called (const char *id, const char *type, const char *head)
{
	guint i;

	for (i = 0; i < 4000000; i++) {
		g_autofree char *text = g_strdup_printf ("%s%u\n", head, i);
		g_autofree char *header = g_strdup_printf ("%s %zu", type, strlen (text));
		g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);

		g_checksum_update (sum, (const guchar *) header, (gssize) strlen (header) + 1);
		g_checksum_update (sum, (const guchar *) text, -1);
		if (strncmp (g_checksum_get_string (sum), id, 4) == 0)
			return g_steal_pointer (&text);
	}
	g_assert_not_reached ();
}

/* An id that is short counts if it is one blob's: what else is called so does not matter, a second
 * blob does. */
static void test_short_id (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *id = NULL, *head = NULL, *object = NULL, *blob = NULL, *cut = NULL;
	g_autofree char *kind = NULL;
	g_autoptr (Prelude) prelude = NULL;
	g_auto (Outcome) one = { 0 }, two = { 0 };

	start (self);
	make_patch (self, "base", "a.patch", "sed -i 's/line 2[06]$/& new/' f");
	commit (self, "base", "between", "sed -i 's/line 23$/other/' f");
	id = fixture_line (self->repo, "git rev-parse base:f");
	cut = g_strdup_printf ("sed -i 's/^index .*/index %.4s..0001 100644/' p/a.patch", id);
	fixture_run (self->dir, cut);
	head = fixture_shell (self->repo, "git cat-file commit base", NULL);
	object = text_called (id, "commit", head);
	fixture_put (self->dir, "object", object);
	kind = fixture_line (self->repo,
			     "git cat-file -t $(git hash-object -w -t commit ../object)");
	g_assert_cmpstr (kind, ==, "commit");
	prelude = read_prelude (self, "a.patch\n");
	one = put_on (self, "between", prelude, 0);
	g_assert_true (one.applied->ok);

	blob = text_called (id, "blob", "");
	fixture_put (self->dir, "object", blob);
	fixture_run (self->repo, "git hash-object -w ../object");
	two = put_on (self, "between", prelude, 0);
	g_assert_true (two.applied->prelude_failed);
	assert_has (two.applied->detail, "there are several, so it cannot be merged");
}

/* The second patch was made on what the first one makes, a blob that no commit has. It is merged,
 * and to the same, whether or not the repository happens to have it. */
static void test_chain (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Prelude) prelude = NULL;
	g_autofree char *missing = NULL;
	g_auto (Outcome) without = { 0 }, with = { 0 };

	start (self);
	make_patch (self, "base", "a.patch", "sed -i 's/line 5$/& new/' f");
	make_patch (self, "base", "b.patch",
		    "git apply ../p/a.patch && git add f && git commit -q -m x && "
		    "sed -i 's/line 2[06]$/& new/' f");
	fixture_run (self->repo,
		     "git checkout -q main && rm -r .git/logs && git gc -q --prune=now");
	commit (self, "base", "between", "sed -i 's/line 23$/other/' f");
	missing = fixture_line (self->repo,
				"sed -n 's/^index \\([0-9a-f]*\\)\\.\\..*/\\1/p' ../p/b.patch | "
				"git cat-file --batch-check | cut -d' ' -f2");
	g_assert_cmpstr (missing, ==, "missing");
	prelude = read_prelude (self, "a.patch\nb.patch\n");
	without = put_on (self, "between", prelude, 0);
	g_assert_true (without.applied->ok);
	assert_has (without.notes, "prelude: b.patch: f: merged three-way");
	fixture_run (self->repo,
		     "git show base:f | sed 's/line 5$/& new/' | git hash-object -w --stdin");
	with = put_on (self, "between", prelude, 0);
	g_assert_cmpstr (with.applied->commit, ==, without.applied->commit);
}

/* ---- what is there already ---- */

typedef struct {
	const char *patch; /* an edit of base that makes the patch … */
	const char *have;  /* … and one that makes the commit that it meets */
	const char *says;  /* in the note of a patch that is left out; NULL where it goes on */
	const char *fails; /* in the detail */
} There;

static const There theres[] = {
	/* a change, in its place and elsewhere; of two hunks; lines that are only added, or removed
	 */
	{ "sed -i 's/line 20$/& new/' f", "sed -i 's/line 20$/& new/' f", "is there", NULL },
	{ "sed -i 's/line 20$/& new/' f", "sed -i 's/line 20$/& new/; 1i x' f", "is there", NULL },
	{ "sed -i 's/line [37]0*$/& new/' f", "sed -i 's/line [37]0*$/& new/' f", "is there",
	  NULL },
	{ "sed -i '20a new' f", "sed -i '20a new' f", "is there", NULL },
	{ "sed -i '$a new' f", "sed -i '$a new' f", "is there", NULL },
	{ "sed -i '1i new' f", "sed -i '1i new' f", "is there", NULL },
	{ "sed -i 20d f", "sed -i '20d; 1i x' f", "is there", NULL },
	/* files that come, go, move, are copied and change their mode */
	{ "echo new >n", "echo new >n", "is there", NULL },
	{ ">n", ">n", "is there", NULL },
	{ "git rm -q g", "git rm -q g", "is there", NULL },
	{ "git mv g h", "git mv g h", "is there", NULL },
	{ "git mv f h && sed -i 's/20/new/' h", "git mv f h && sed -i -e 's/20/new/' -e '1i x' h",
	  "is there", NULL },
	{ "chmod +x f", "chmod +x f", "is there", NULL },
	{ "chmod +x f && sed -i 's/20/new/' f", "chmod +x f && sed -i 's/20/new/' f", "is there",
	  NULL },
	{ "cp f h && sed -i 's/20/new/' h f", "cp f h && sed -i 's/20/new/' h f", "is there",
	  NULL },
	/* changed in its surroundings as well: a merge shows that nothing is left to do */
	{ "sed -i 's/line 20$/& new/' f", "sed -i 's/line 20$/& new/; s/line 18$/x/' f",
	  "it changes nothing that is not there", NULL },
	/* negative twins: similar is not equal */
	{ "sed -i 's/line 20$/& new/' f", "sed -i 's/line 20$/& New/' f", NULL, "fits nowhere" },
	{ "echo new >n", "echo New >n", NULL, "it is there already" },
	{ "echo new >n", "echo new >n; chmod +x n", NULL, "it is there already" },
	{ "git rm -q f", "sed -i 1d f", NULL, "fits nowhere" },
	{ "git mv f h && sed -i 's/20/new/' h", "git mv f h && sed -i 's/20/New/' h", NULL,
	  "no such file" },
	{ "git mv f h && sed -i 's/20/new/' h", "sed 's/20/new/' f >h", NULL, "is there already" },
	/* half of it is there: the whole patch or nothing, unless a merge shows which half */
	{ "chmod +x f && sed -i 's/20/new/' f", "sed -i 's/20/new/' f", NULL, NULL },
	{ "echo new >n && sed -i 's/20/new/' f", "echo new >n", NULL, "is there already" },
	{ "sed -i 's/line 5/new/' f && echo x >>g", "sed -i 's/line 5/new/' f && git rm -q g", NULL,
	  "no such file" },
	/* equal blocks: the second one has room for what the first one has, and the other way round
	 */
	{ "sed -i '10i \\\\tnew' g", "sed -i '10i \\\\tnew' g", "is there", NULL },
	{ "sed -i '10i \\\\tnew' g", "sed -i -e '10i \\\\tnew' -e '1i x' g", "is there", NULL },
	{ "sed -i '10i \\\\tnew' g", "sed -i '14i \\\\tnew' g", NULL, NULL },
	{ "sed -i '10i \\\\tnew' g", "sed -i -e '14i \\\\tnew' -e '1i x' g", NULL, NULL },
	{ "sed -i '10i \\\\tnew' g", "sed -i '1i x' g", NULL, NULL },
};

/* What history has is left out, and told; what it has not goes on or is refused. git apply -R
 * agrees that what is left out can be taken back. */
static void test_there (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	guint i;

	start (self);
	for (i = 0; i < G_N_ELEMENTS (theres); i++) {
		const There *at = &theres[i];
		g_autofree char *tag = g_strdup_printf ("t%u", i);
		g_autofree char *head = NULL, *command = g_strdup_printf ("git rev-parse %s", tag);
		g_autoptr (Prelude) prelude = NULL;
		g_auto (Outcome) got = { 0 };
		g_autofree char *reverse = NULL;

		make_patch (self, "base", "a.patch", at->patch);
		commit (self, "base", tag, at->have);
		prelude = read_prelude (self, "a.patch\n");
		got = put_on (self, tag, prelude, 0);
		head = fixture_line (self->repo, command);
		g_test_message ("case %u: %s %s", i, got.notes, got.applied->detail);
		g_assert_true (got.applied->ok == !at->fails);
		if (at->fails)
			assert_has (got.applied->detail, at->fails);
		g_assert_true (!!strstr (got.notes, "left out: ") == !!at->says);
		if (!at->says)
			continue;
		assert_has (got.notes, at->says);
		g_assert_cmpstr (got.applied->commit, ==, head);
		reverse = tree_by (self, tag, "git apply -R ../p/a.patch");
		/* it cannot take back a copy */
		g_assert_true (reverse || strstr (at->says, "changes nothing") ||
			       strstr (at->patch, "cp f h"));
	}
}

/* What history has in another shape at the file's end: patch(1) would add it a second time. */
static void test_fuzz_once (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Prelude) prelude = NULL;
	g_autofree char *twice = NULL;
	g_auto (Outcome) got = { 0 };

	start (self);
	make_patch (self, "base", "a.patch", "echo new >>f");
	fixture_run (self->dir, "sed -i '/^index/d' p/a.patch");
	commit (self, "base", "more", "sed -i 's/line 38/x/; $a new\\nmore' f");
	twice = tree_by (self, "more", "patch -p1 -f -F3 --no-backup-if-mismatch -i ../p/a.patch");
	g_assert_nonnull (twice);
	prelude = read_prelude (self, "a.patch\n");
	got = put_on (self, "more", prelude, 0);
	g_assert_true (got.applied->prelude_failed);
}

/* Random patches on files that changed at random, many lines alike: what goes on, goes on once. */
static void test_random_once (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char edit[] =
		"awk -v seed=%u 'BEGIN { srand (seed) } rand () < %s { if (rand () < .5) next; "
		"print \"x\" int (3 * rand ()) } { print }' %s >t; mv t %s";
	guint i, went_on = 0, left_out = 0, failed = 0;

	start (self);
	for (i = 0; i < RANDOM_PATCHES; i++) {
		const char *file = i % 2 ? "g" : "f";
		g_autofree char *tag = g_strdup_printf ("r%u", i);
		g_autofree char *change = g_strdup_printf (edit, 2 * i, ".1", file, file);
		g_autofree char *drift = g_strdup_printf (edit, 2 * i + 1, ".05", file, file);
		g_autofree char *both = g_strdup_printf ("%s; %s", change, drift);
		g_autoptr (Prelude) prelude = NULL;
		g_auto (Outcome) got = { 0 };

		g_autofree char *dir = g_build_filename (self->dir, "p", NULL);
		g_autofree char *text = NULL;

		make_patch (self, "base", "a.patch", change);
		text = fixture_read (dir, "a.patch");
		if (!*text)
			continue;
		commit (self, "base", tag, i % 3 ? drift : both);
		prelude = read_prelude (self, "a.patch\n");
		got = put_on (self, tag, prelude, 0);
		failed += !got.applied->ok;
		left_out += !!strstr (got.notes, "left out: ");
		went_on += got.applied->ok && !strstr (got.notes, "left out: ");
	}
	g_test_message ("%u went on, %u left out, %u refused", went_on, left_out, failed);
	g_assert_cmpuint (went_on, >, 0);
	g_assert_cmpuint (left_out, >, 0);
	g_assert_cmpuint (failed, >, 0);
}

/* ---- several patches, and fixes ---- */

/* The message names what went on; without any there is no commit. Fixes lie above, each with its
 * author, and one that is there already is told and makes none. */
static void test_below (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *path = g_build_filename (self->dir, "p", "fix.patch", NULL);
	g_autofree char *log = NULL, *command = NULL;
	g_autoptr (Prelude) prelude = NULL;
	g_auto (Outcome) got = { 0 }, there = { 0 };

	start (self);
	make_patch (self, "base", "a.patch", "sed -i 's/line 10$/& a/' f");
	make_patch (self, "base", "b.patch", "sed -i 's/line 30$/& b/' f");
	make_patch (self, "base", "fix.patch", "sed -i 's/line 20$/& fix/' f");
	fixture_run (self->dir, "sed -i '1i From: Bob <bob@example.org>\\nSubject: fix it\\n' "
				"p/fix.patch");
	commit (self, "base", "has", "sed -i 's/line 10$/& a/' f");
	commit (self, "base", "all", "sed -i 's/line 10$/& a/; s/line 30$/& b/; s/20$/& fix/' f");
	prelude = read_prelude (self, "a.patch\nb.patch\n");
	g_assert_true (prelude_add_fix (prelude, path, NULL));
	got = put_on (self, "has", prelude, 0);
	command = g_strdup_printf ("git log --format='%%an: %%B' has..%s", got.applied->commit);
	log = fixture_line (self->repo, command);
	g_assert_cmpstr (log, ==, "Bob: fix it\n\nbakeoff: bakeoff: prelude\n\nb.patch");
	g_assert_cmpstr (got.notes, ==, "prelude: a.patch: left out: is there already");
	there = put_on (self, "all", prelude, 0);
	g_assert_cmpstr (there.below, ==, "");
	assert_has (there.notes, "with: fix.patch: left out: is there already");
}

/* Patches that go onto no commit at all are errors before any is looked at. */
static void test_malformed (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const texts[] = {
		"nothing here\n",
		"--- a/f\n+++ b/f\n@@ -1,3 +1,4 @@\n line 1\n+x\n",
		"--- a/../f\n+++ b/../f\n@@ -1 +1 @@\n-line 1\n+x\n",
	};
	g_autofree char *dir = g_build_filename (self->dir, "p", NULL);
	g_autofree char *path = g_build_filename (dir, "a.patch", NULL);
	guint i;

	start (self);
	fixture_put (dir, "series", "a.patch\n");
	for (i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_autoptr (Prelude) prelude = prelude_new ();
		g_autoptr (GError) error = NULL, other = NULL;

		fixture_put (dir, "a.patch", texts[i]);
		g_assert_null (prelude_read (dir, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		assert_has (error->message, "prelude: a.patch:");
		g_assert_false (prelude_add_fix (prelude, path, &other));
		g_assert_error (other, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		assert_has (other->message, "with: a.patch:");
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/prelude/exact", test_exact);
	fixture_add ("/prelude/offset", test_offset);
	fixture_add ("/prelude/fuzz", test_fuzz);
	fixture_add ("/prelude/merge", test_merge);
	fixture_add ("/prelude/no-blob", test_no_blob);
	fixture_add ("/prelude/short-id", test_short_id);
	fixture_add ("/prelude/chain", test_chain);
	fixture_add ("/prelude/there", test_there);
	fixture_add ("/prelude/fuzz-once", test_fuzz_once);
	fixture_add ("/prelude/random-once", test_random_once);
	fixture_add ("/prelude/below", test_below);
	fixture_add ("/prelude/malformed", test_malformed);
	return g_test_run ();
}
