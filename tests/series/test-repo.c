/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/stat.h>

#include "base/error.h"
#include "series/repo.h"
#include "tests/series/fixture.h"

static Repo *open_repo (Fixture *fixture)
{
	g_autoptr (GError) error = NULL;
	Repo *repo = repo_open (fixture->repo, &error);

	g_assert_no_error (error);
	return repo;
}

static char *tree_of (Repo *repo, const char *rev)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *commit = repo_resolve (repo, rev, &error);

	g_assert_no_error (error);
	return repo_tree_of (repo, commit, &error);
}

/* A work tree, its .git and a bare clone open; anything else is a usage error with a way out. */
static void test_open (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const good[] = { "repo", "repo/.git", "bare.git" };
	static const char *const bad[] = { "none", "repo/drivers", "." };
	guint i;

	fixture_commit_base (fixture);
	fixture_run (fixture->dir, "git clone -q --bare repo bare.git");
	for (i = 0; i < G_N_ELEMENTS (good); i++) {
		g_autofree char *path = g_build_filename (fixture->dir, good[i], NULL);
		g_autoptr (Repo) repo = repo_open (path, NULL);

		g_assert_nonnull (repo);
		g_assert_true (g_path_is_absolute (repo_path (repo)));
	}
	for (i = 0; i < G_N_ELEMENTS (bad); i++) {
		g_autofree char *path = g_build_filename (fixture->dir, bad[i], NULL);
		g_autoptr (GError) error = NULL;
		g_autoptr (Repo) repo = repo_open (path, &error);

		g_assert_null (repo);
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_assert_nonnull (strstr (error->message, "\ngive a clone"));
	}
}

/* Revisions, subjects, descriptions and trees are those that git tells. */
static void test_resolve (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const revs[] = { "v1", "HEAD", "main", "HEAD~1", "v1^{}", "annotated" };
	g_autoptr (Repo) repo = NULL;
	g_autoptr (GError) error = NULL;
	guint i;

	fixture_commit_base (fixture);
	fixture_run (fixture->repo, "echo x > x && git add x && git commit -q -m 'x: add' && "
				    "git tag -a -m note annotated HEAD~1");
	repo = open_repo (fixture);
	for (i = 0; i < G_N_ELEMENTS (revs); i++) {
		g_autofree char *parse = g_strdup_printf ("git rev-parse '%s^{commit}'", revs[i]);
		g_autofree char *show = g_strdup_printf ("git log -1 --format=%%s '%s'", revs[i]);
		g_autofree char *expected = fixture_line (fixture->repo, parse);
		g_autofree char *subject = fixture_line (fixture->repo, show);
		g_autofree char *commit = repo_resolve (repo, revs[i], NULL);
		g_autofree char *told = repo_subject (repo, expected);
		g_autofree char *describe =
			g_strdup_printf ("git describe --tags --abbrev=12 %s", expected);
		g_autofree char *described = fixture_line (fixture->repo, describe);
		g_autofree char *ours = repo_describe (repo, expected);

		g_assert_cmpstr (commit, ==, expected);
		g_assert_cmpstr (told, ==, subject);
		g_assert_cmpstr (ours, ==, described);
	}
	g_assert_null (repo_resolve (repo, "v1.0", &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	g_assert_nonnull (strstr (error->message, "\nits nearest tags: v1"));
}

/* A user's own configuration and GIT_* variables reach nothing that we do. */
static void test_environment (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Repo) repo = NULL;
	g_autofree char *tree = NULL;
	g_autofree char *dir = g_build_filename (fixture->dir, "out", NULL);
	g_autofree char *text = NULL;

	fixture_commit_base (fixture);
	g_setenv ("GIT_DIR", "/nowhere", TRUE);
	g_setenv ("GIT_OBJECT_DIRECTORY", "/nowhere", TRUE);
	fixture_put (fixture->repo, ".git/info/attributes", "* text eol=crlf\n");
	fixture_run (fixture->repo, "git config core.autocrlf true");
	repo = open_repo (fixture);
	tree = tree_of (repo, "v1");
	g_assert_true (repo_checkout (repo, NULL, tree, dir, NULL, NULL));
	text = fixture_read (dir, "Makefile");
	g_assert_null (strchr (text, '\r'));
	g_unsetenv ("GIT_DIR");
	g_unsetenv ("GIT_OBJECT_DIRECTORY");
}

static void assert_equal_to_archive (Fixture *fixture, const char *rev)
{
	g_autofree char *command = g_strdup_printf (
		"rm -rf want && mkdir want && (cd repo && git -c tar.umask=022 archive %s) | tar "
		"-x -C want && "
		"(cd want && find . ! -type d -printf '%%P %%l %%m\\n' -o -type d -printf "
		"'%%P/\\n' | sort) > "
		"want.list && "
		"(cd out && find . ! -type d -printf '%%P %%l %%m\\n' -o -type d -printf '%%P/\\n' "
		"| sort) > "
		"out.list && diff want.list out.list && diff -r --no-dereference want out",
		rev);

	fixture_run (fixture->dir, command);
}

static const char second_commit[] =
	"git rm -q doc/dos.txt doc/unix.txt && mkdir -p deep/er && echo x > deep/er/x && "
	"chmod +x Makefile && ln -s Makefile link && git rm -q include/led.h && echo file > "
	"include && "
	"sed -i s/pin/leg/ drivers/led.c && git add -A && git commit -q -m two && git tag v2 && "
	"git rm -q include link && mkdir include && echo back > include/led.h && ln -s drivers "
	"link && "
	"git add -A && git commit -q -m three && git tag v3";

/* A checkout holds what git archive holds; going on to another tree writes only what differs, keeps
 * the other files' times and what a build left, and removes folders that become empty. */
static void test_checkout (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const path[] = { "v1", "v2", "v3", "v2", "v1" };
	g_autofree char *dir = g_build_filename (fixture->dir, "out", NULL);
	g_autofree char *from = NULL;
	g_autoptr (Repo) repo = NULL;
	guint i;

	fixture_commit_base (fixture);
	fixture_run (fixture->repo, second_commit);
	repo = open_repo (fixture);
	for (i = 0; i < G_N_ELEMENTS (path); i++) {
		g_autofree char *to = tree_of (repo, path[i]);
		g_autoptr (GPtrArray) changed = NULL;
		g_autoptr (GError) error = NULL;

		repo_checkout (repo, from, to, dir, &changed, &error);
		g_assert_no_error (error);
		g_assert_cmpuint (changed->len, >, 0);
		assert_equal_to_archive (fixture, path[i]);
		g_free (from);
		from = g_steal_pointer (&to);
	}
}

static gint64 modified (const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename (dir, name, NULL);
	struct stat info;

	return stat (path, &info) == 0 ? (gint64) info.st_mtim.tv_sec : -1;
}

/* Files that do not differ keep their times; what is told as changed is what git diff names. */
static void test_checkout_changes (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *dir = g_build_filename (fixture->dir, "out", NULL);
	g_autofree char *one = NULL;
	g_autofree char *two = NULL;
	g_autofree char *names = NULL;
	g_autofree char *told = NULL;
	g_autoptr (GPtrArray) changed = NULL;
	g_autoptr (Repo) repo = NULL;

	fixture_commit_base (fixture);
	fixture_run (fixture->repo,
		     "echo x >> drivers/led.c && git rm -q doc/dos.txt && "
		     "echo n > a-new && git add -A && git commit -q -m two && git tag v2");
	repo = open_repo (fixture);
	one = tree_of (repo, "v1");
	two = tree_of (repo, "v2");
	g_assert_true (repo_checkout (repo, NULL, one, dir, NULL, NULL));
	fixture_run (fixture->dir, "find out -type f -exec touch -d @1000000000 {} + && "
				   "echo o > out/drivers/led.o");
	g_assert_true (repo_checkout (repo, one, two, dir, &changed, NULL));
	g_assert_cmpint (modified (dir, "Makefile"), ==, 1000000000);
	g_assert_cmpint (modified (dir, "drivers/led.c"), >, 1000000000);
	g_assert_cmpint (modified (dir, "drivers/led.o"), >, 0);
	g_ptr_array_sort (changed, (GCompareFunc) (void (*) (void)) g_strcmp0);
	names = fixture_line (fixture->repo, "git diff --name-only v1 v2 | sort | wc -l");
	told = g_strdup_printf ("%u", changed->len);
	g_assert_cmpstr (told, ==, names);
	g_clear_pointer (&changed, g_ptr_array_unref);
	g_assert_true (repo_checkout (repo, two, two, dir, &changed, NULL));
	g_assert_cmpuint (changed->len, ==, 0);
}

/* An unknown folder is emptied first, but never one that is somebody's work tree. */
static void test_checkout_unknown (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *dir = g_build_filename (fixture->dir, "out", NULL);
	g_autofree char *tree = NULL;
	g_autoptr (Repo) repo = NULL;
	g_autoptr (GError) error = NULL;

	fixture_commit_base (fixture);
	fixture_run (fixture->dir, "mkdir -p out/junk/deep keep && touch keep/safe && "
				   "ln -s ../keep out/link && touch out/junk/deep/x");
	repo = open_repo (fixture);
	tree = tree_of (repo, "v1");
	g_assert_true (repo_checkout (repo, NULL, tree, dir, NULL, NULL));
	assert_equal_to_archive (fixture, "v1");
	fixture_run (fixture->dir, "test -e keep/safe");
	g_assert_false (repo_checkout (repo, NULL, tree, fixture->repo, NULL, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	fixture_run (fixture->repo, "git diff --quiet HEAD");
}

/* A ref is written where it differs, under refs/bakeoff/ only, and bad names are refused. */
static void test_update_ref (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Repo) repo = NULL;
	g_autoptr (GError) error = NULL;
	g_autofree char *commit = NULL;
	g_autofree char *ref = NULL;

	fixture_commit_base (fixture);
	repo = open_repo (fixture);
	commit = repo_resolve (repo, "v1", NULL);
	g_assert_true (repo_update_ref (repo, "some-name", commit, &error));
	g_assert_true (repo_update_ref (repo, "some-name", commit, &error));
	ref = fixture_line (fixture->repo, "git rev-parse refs/bakeoff/some-name");
	g_assert_cmpstr (ref, ==, commit);
	g_assert_false (repo_update_ref (repo, "../heads/main", commit, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
}

/* What a thread of test_update_together() needs. */
typedef struct {
	Fixture *fixture;
	const char *commits[2];
} Updating;

static gpointer update_often (gpointer data)
{
	const Updating *self = data;
	g_autoptr (Repo) repo = open_repo (self->fixture);
	guint i;

	for (i = 0; i < 60; i++) {
		g_autoptr (GError) error = NULL;

		repo_update_ref (repo, "shared", self->commits[i % 2], &error);
		g_assert_no_error (error);
	}
	return NULL;
}

/* Several may write one ref at a time. The counterpart: a lock that nobody gives back is an error
 * which names the ref. */
static void test_update_together (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Repo) repo = NULL;
	g_autofree char *first = NULL, *second = NULL, *lock = NULL;
	g_autoptr (GError) error = NULL;
	Updating updating = { .fixture = fixture };
	GThread *threads[4];
	guint i;

	fixture_commit_base (fixture);
	fixture_shell (fixture->repo, "git commit -q --allow-empty -m second", NULL);
	repo = open_repo (fixture);
	updating.commits[0] = first = repo_resolve (repo, "v1", NULL);
	updating.commits[1] = second = repo_resolve (repo, "HEAD", NULL);
	g_assert_cmpstr (first, !=, second);
	for (i = 0; i < G_N_ELEMENTS (threads); i++)
		threads[i] = g_thread_new (NULL, update_often, &updating);
	for (i = 0; i < G_N_ELEMENTS (threads); i++)
		g_thread_join (threads[i]);

	lock = g_build_filename (repo_path (repo), "refs/bakeoff/shared.lock", NULL);
	g_assert_true (repo_update_ref (repo, "shared", first, NULL));
	g_assert_true (g_file_set_contents (lock, "", 0, NULL));
	g_assert_false (repo_update_ref (repo, "shared", second, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, "refs/bakeoff/shared"));
	/* and where there is nothing to write, none is needed */
	g_assert_true (repo_update_ref (repo, "shared", first, NULL));
}

/* Asserts what becomes of refs/bakeoff/@name, and whether git still knows it afterwards. */
static void assert_removal (Fixture *fixture, Repo *repo, const char *name, RefRemoval expected)
{
	g_autofree char *look =
		g_strdup_printf ("git rev-parse -q --verify refs/bakeoff/%s || true", name);
	g_autofree char *before = fixture_line (fixture->repo, look);
	g_autofree char *after = NULL;
	g_autoptr (GError) error = NULL;
	RefRemoval removal;

	g_assert_true (repo_remove_ref (repo, name, &removal, &error));
	g_assert_no_error (error);
	after = fixture_line (fixture->repo, look);
	g_assert_cmpint (removal, ==, expected);
	g_assert_cmpstr (after, ==, expected == REF_REMOVED ? "" : before);
}

/* A ref goes away where it points to a commit that bakeoff made, loose or packed; one that is not
 * there is no error; what others made, or what is a name for a branch, stays. */
static void test_remove_ref (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Repo) repo = NULL;
	g_autofree char *head = NULL, *main_branch = NULL;

	fixture_commit_base (fixture);
	fixture_run (fixture->repo,
		     "ours=$(GIT_COMMITTER_NAME=bakeoff GIT_COMMITTER_EMAIL=bakeoff@localhost "
		     "git commit-tree -p v1 -m fix v1^{tree}) && "
		     "git update-ref refs/bakeoff/packed $ours && git pack-refs --all && "
		     "git update-ref refs/bakeoff/loose $ours && git branch ours $ours && "
		     "git update-ref refs/bakeoff/theirs v1 && "
		     "git update-ref refs/bakeoff/tree v1^{tree} && "
		     "git symbolic-ref refs/bakeoff/branch refs/heads/ours");
	repo = open_repo (fixture);
	assert_removal (fixture, repo, "loose", REF_REMOVED);
	assert_removal (fixture, repo, "packed", REF_REMOVED);
	assert_removal (fixture, repo, "packed", REF_NONE);
	assert_removal (fixture, repo, "theirs", REF_FOREIGN);
	assert_removal (fixture, repo, "tree", REF_FOREIGN);
	assert_removal (fixture, repo, "branch", REF_FOREIGN);
	assert_removal (fixture, repo, "../heads/ours", REF_NONE);
	head = fixture_line (fixture->repo, "git rev-parse -q --verify refs/heads/ours");
	main_branch = fixture_line (fixture->repo, "git rev-parse -q --verify refs/heads/main");
}

/* Names come without their folders, in order, those of refs in folders too; no other refs. */
static void test_list_refs (Fixture *fixture, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Repo) repo = NULL;
	g_autoptr (GPtrArray) none = NULL, names = NULL;
	g_autofree char *joined = NULL;

	fixture_commit_base (fixture);
	repo = open_repo (fixture);
	none = repo_list_refs (repo);
	g_assert_cmpuint (none->len, ==, 0);
	fixture_run (fixture->repo, "git update-ref refs/bakeoff/b v1 && "
				    "git update-ref refs/bakeoff/a/c v1 && git pack-refs --all && "
				    "git update-ref refs/bakeoff/c v1 && "
				    "git update-ref refs/bakeoffs/d v1 && git branch bakeoff");
	names = repo_list_refs (repo);
	g_ptr_array_add (names, NULL);
	joined = g_strjoinv (" ", (char **) names->pdata);
	g_assert_cmpstr (joined, ==, "a/c b c");
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	umask (022);
	fixture_add ("/repo/open", test_open);
	fixture_add ("/repo/resolve", test_resolve);
	fixture_add ("/repo/environment", test_environment);
	fixture_add ("/repo/checkout", test_checkout);
	fixture_add ("/repo/checkout-changes", test_checkout_changes);
	fixture_add ("/repo/checkout-unknown", test_checkout_unknown);
	fixture_add ("/repo/update-ref", test_update_ref);
	fixture_add ("/repo/update-ref/together", test_update_together);
	fixture_add ("/repo/remove-ref", test_remove_ref);
	fixture_add ("/repo/list-refs", test_list_refs);
	return g_test_run ();
}
