/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between two trees: `git diff-tree -r --name-only` is the oracle.
 */
#include "base/error.h"
#include "series/repo.h"
#include "tests/series/fixture.h"

static int compare_paths (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Commits what @script makes of v1 and compares. @content_only: what is to be said of it. */
static void check (Fixture *self, const char *script, gboolean content_only)
{
	g_autofree char *commit =
		g_strdup_printf ("git reset -q --hard v1 && { %s; } && git add -A && "
				 "git commit -q --allow-empty -m changed",
				 script);
	g_autoptr (GError) error = NULL;
	g_autoptr (Repo) repo = repo_open (self->repo, &error);
	const char *const ways[][2] = { { "v1", "main" }, { "main", "v1" } };
	guint i;

	g_assert_no_error (error);
	fixture_run (self->repo, commit);
	for (i = 0; i < G_N_ELEMENTS (ways); i++) {
		g_autofree char *from = repo_resolve (repo, ways[i][0], NULL);
		g_autofree char *to = repo_resolve (repo, ways[i][1], NULL);
		g_autofree char *from_tree = repo_tree_of (repo, from, NULL);
		g_autofree char *to_tree = repo_tree_of (repo, to, NULL);
		g_autofree char *command = g_strdup_printf (
			"git diff-tree -r --no-renames --name-only %s %s | LC_ALL=C sort",
			from_tree, to_tree);
		g_autofree char *expected = fixture_shell (self->repo, command, NULL);
		g_autoptr (GString) got = g_string_new (NULL);
		g_autoptr (GPtrArray) paths = NULL;
		gboolean said = !content_only;
		guint j;

		paths = repo_changed_paths (repo, from_tree, to_tree, &said, &error);
		g_assert_no_error (error);
		g_ptr_array_sort (paths, compare_paths);
		for (j = 0; j < paths->len; j++)
			g_string_append_printf (got, "%s\n", (const char *) paths->pdata[j]);
		g_assert_cmpstr (got->str, ==, expected);
		g_assert_cmpint (said, ==, content_only);
	}
}

/* Files that keep their names and modes: nothing but their content changes. */
static void test_content (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	fixture_commit_base (self);
	check (self, "true", TRUE);
	check (self, "echo x >>drivers/led.c", TRUE);
	check (self, "echo x >>drivers/led.c; echo x >Makefile; echo x >doc/dos.txt", TRUE);
	/* one other change is enough, before or behind */
	check (self, "echo x >>drivers/led.c; echo x >a", FALSE);
	check (self, "echo x >>drivers/led.c; echo x >z", FALSE);
}

/* A file that comes or goes, in a folder that is there or with it. */
static void test_names (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	fixture_commit_base (self);
	check (self, "echo x >drivers/new.c", FALSE);
	check (self, "mkdir -p a/b/c; echo x >a/b/c/new; echo x >a/b/d", FALSE);
	check (self, "git rm -q drivers/led.c", FALSE);
	check (self, "git rm -q -r doc include", FALSE);
	check (self, "git mv drivers/led.c drivers/lamp.c", FALSE);
	/* names that sort apart as folder and as file: git puts `drivers` behind `drivers-x` */
	check (self, "echo x >drivers-x; echo x >drivers.c; echo x >>drivers/led.c", FALSE);
	check (self, "git rm -q -r .", FALSE);
}

/* Modes count: what can be executed may be. So do symbolic links, also one that only leads
 * elsewhere. */
static void test_modes (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	fixture_commit_base (self);
	check (self, "chmod +x drivers/led.c", FALSE);
	check (self, "chmod +x drivers/led.c; echo x >>drivers/led.c", FALSE);
	check (self, "rm drivers/led.c; ln -s led.h drivers/led.c", FALSE);
	fixture_run (self->repo, "ln -s a link && chmod +x doc/unix.txt && git add -A && "
				 "git commit -q -m more && git tag -f v1");
	check (self, "ln -sf b link", FALSE);
	check (self, "echo x >>doc/unix.txt", TRUE);
}

/* A file becomes a folder, a folder a file, with the same names beside them. */
static void test_folders (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	fixture_commit_base (self);
	check (self, "rm drivers/led.c; mkdir drivers/led.c; echo x >drivers/led.c/x", FALSE);
	check (self, "rm -r drivers; echo x >drivers", FALSE);
	check (self, "rm -r doc; mkdir -p doc/dos.txt; echo x >doc/dos.txt/x; echo x >doc/a",
	       FALSE);
}

/* What is no tree is an error. */
static void test_no_tree (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *tree = NULL;
	static const char *const wrong[] = { "", "no id",
					     "0123456789012345678901234567890123456789" };
	g_autoptr (Repo) repo = NULL;
	gboolean said;
	guint i;

	fixture_commit_base (self);
	repo = repo_open (self->repo, NULL);
	tree = fixture_line (self->repo, "git rev-parse v1^{tree}");
	for (i = 0; i < G_N_ELEMENTS (wrong); i++) {
		g_autoptr (GError) error = NULL;

		g_assert_null (repo_changed_paths (repo, tree, wrong[i], &said, &error));
		g_assert_nonnull (error);
		g_assert_null (repo_changed_paths (repo, wrong[i], tree, &said, NULL));
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/tree-changes/content", test_content);
	fixture_add ("/tree-changes/names", test_names);
	fixture_add ("/tree-changes/modes", test_modes);
	fixture_add ("/tree-changes/folders", test_folders);
	fixture_add ("/tree-changes/no-tree", test_no_tree);
	return g_test_run ();
}
