/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing a tree into a folder, or only what differs between two trees.
 *
 * libgit2's own checkout looks at the repository's index and stats every file. Here the two trees
 * are walked side by side, and equal subtrees are never opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/files.h"
#include "series/git.h"

typedef struct {
	Repo *repo;
	git_odb *odb;
	const char *dir;
	GPtrArray *changed; /* (nullable) (element-type utf8) */
} Checkout;

static gboolean walk (const Checkout *self, const git_oid *from, const git_oid *to,
		      const char *path, GError **error);

static gboolean trouble (const Checkout *self, GError **error, const char *doing, const char *path)
{
	int number = errno;

	return fail (error, BAKEOFF_ERROR_FAILED, "cannot %s '%s/%s': %s", doing, self->dir, path,
		     g_strerror (number));
}

static void tell (const Checkout *self, const char *path)
{
	if (self->changed)
		g_ptr_array_add (self->changed, g_strdup (path));
}

static gboolean write_all (int fd, const char *data, gsize length)
{
	while (length > 0) {
		gssize done = write (fd, data, length);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return FALSE;
		data += done;
		length -= (gsize) done;
	}
	return TRUE;
}

static gboolean write_content (const Checkout *self, const char *path, const char *full,
			       git_odb_object *object, guint mode, GError **error)
{
	const char *data = git_odb_object_data (object);
	gsize length = git_odb_object_size (object);
	gboolean done;
	int fd;

	if (mode == GIT_FILEMODE_LINK) {
		g_autofree char *target = g_strndup (data, length);

		return symlink (target, full) == 0 || trouble (self, error, "make link", path);
	}
	fd = open (full, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		   mode == GIT_FILEMODE_BLOB_EXECUTABLE ? 0777 : 0666);
	if (fd < 0)
		return trouble (self, error, "write", path);
	done = write_all (fd, data, length) || trouble (self, error, "write", path);
	if (close (fd) != 0 && done)
		return trouble (self, error, "write", path);
	return done;
}

/* The old file is unlinked, not overwritten: another slot may hold a hard link to it. */
static gboolean write_blob (const Checkout *self, const char *path, const git_tree_entry *entry,
			    GError **error)
{
	g_autofree char *full = g_build_filename (self->dir, path, NULL);
	g_autoptr (git_odb_object) object = NULL;
	struct stat info;

	if (git_odb_read (&object, self->odb, git_tree_entry_id (entry)) != 0)
		return git__fail (error, path);
	if (lstat (full, &info) == 0 && !files_remove_tree (full, error))
		return FALSE;
	tell (self, path);
	return write_content (self, path, full, object, git_tree_entry_filemode (entry), error);
}

static gboolean remove_file (const Checkout *self, const char *path, GError **error)
{
	g_autofree char *full = g_build_filename (self->dir, path, NULL);

	tell (self, path);
	return unlink (full) == 0 || errno == ENOENT || errno == ENOTDIR ||
	       trouble (self, error, "remove", path);
}

static gboolean is_folder (const git_tree_entry *entry)
{
	return entry && git_tree_entry_type (entry) == GIT_OBJECT_TREE;
}

static gboolean make_folder (const Checkout *self, const char *path, GError **error)
{
	g_autofree char *full = g_build_filename (self->dir, path, NULL);
	struct stat info;

	if (lstat (full, &info) == 0) {
		if (S_ISDIR (info.st_mode))
			return TRUE;
		if (unlink (full) != 0)
			return trouble (self, error, "remove", path);
	}
	return mkdir (full, 0777) == 0 || trouble (self, error, "make folder", path);
}

/* Files of a build may still be in it: a folder that is not empty stays. */
static gboolean remove_folder (const Checkout *self, const git_oid *from, const char *path,
			       GError **error)
{
	g_autofree char *full = g_build_filename (self->dir, path, NULL);

	if (!walk (self, from, NULL, path, error))
		return FALSE;
	return rmdir (full) == 0 || errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST ||
	       errno == ENOTDIR || trouble (self, error, "remove", path);
}

static gboolean name_is_safe (const char *name)
{
	return *name && !strchr (name, '/') && strcmp (name, ".") != 0 &&
	       strcmp (name, "..") != 0 && g_ascii_strcasecmp (name, ".git") != 0;
}

static gboolean same_entry (const git_tree_entry *a, const git_tree_entry *b)
{
	return a && b && git_tree_entry_filemode (a) == git_tree_entry_filemode (b) &&
	       git_oid_equal (git_tree_entry_id (a), git_tree_entry_id (b));
}

/* One name: @have is what the folder has, @want what it shall have; either may be NULL. */
static gboolean change_entry (const Checkout *self, const git_tree_entry *have,
			      const git_tree_entry *want, const char *path, GError **error)
{
	if (same_entry (have, want))
		return TRUE;
	if (is_folder (have) && !is_folder (want) &&
	    !remove_folder (self, git_tree_entry_id (have), path, error))
		return FALSE;
	if (have && !is_folder (have) && !want && git_tree_entry_type (have) == GIT_OBJECT_BLOB)
		return remove_file (self, path, error);
	if (!want)
		return TRUE;
	if (git_tree_entry_type (want) == GIT_OBJECT_BLOB)
		return write_blob (self, path, want, error);
	if (!make_folder (self, path, error))
		return FALSE;
	if (!is_folder (want))
		return TRUE;
	return walk (self, is_folder (have) ? git_tree_entry_id (have) : NULL,
		     git_tree_entry_id (want), path, error);
}

static gboolean visit (const Checkout *self, const git_tree_entry *have, const git_tree_entry *want,
		       const char *path, GError **error)
{
	const char *name = git_tree_entry_name (want ? want : have);
	g_autofree char *child = *path ? g_strconcat (path, "/", name, NULL) : g_strdup (name);

	if (!name_is_safe (name))
		return fail (error, BAKEOFF_ERROR_USAGE, "the tree holds a file called '%s'",
			     child);
	return change_entry (self, have, want, child, error);
}

static git_tree *open_tree (const Checkout *self, const git_oid *id, GError **error)
{
	g_autoptr (git_tree) tree = NULL;

	if (git_tree_lookup (&tree, repo__git (self->repo), id) != 0)
		git__fail (error, "cannot read a tree");
	return g_steal_pointer (&tree);
}

/* What goes is removed before what comes is written, so that a file can take a folder's place. */
static gboolean walk (const Checkout *self, const git_oid *from, const git_oid *to,
		      const char *path, GError **error)
{
	g_autoptr (git_tree) have = from ? open_tree (self, from, error) : NULL;
	g_autoptr (git_tree) want = to ? open_tree (self, to, error) : NULL;
	gsize i;

	if ((from && !have) || (to && !want))
		return FALSE;
	for (i = 0; have && i < git_tree_entrycount (have); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex (have, i);

		if ((!want || !git_tree_entry_byname (want, git_tree_entry_name (entry))) &&
		    !visit (self, entry, NULL, path, error))
			return FALSE;
	}
	for (i = 0; want && i < git_tree_entrycount (want); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex (want, i);
		const git_tree_entry *had =
			have ? git_tree_entry_byname (have, git_tree_entry_name (entry)) : NULL;

		if (!visit (self, had, entry, path, error))
			return FALSE;
	}
	return TRUE;
}

/* A folder with a .git is somebody's work tree, never a slot of ours. */
static gboolean empty_folder (const char *path, GError **error)
{
	g_autofree char *git = g_build_filename (path, ".git", NULL);
	g_autoptr (GDir) dir = NULL;
	const char *name;

	if (g_file_test (git, G_FILE_TEST_EXISTS))
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "'%s' is a git work tree and will not be emptied", path);
	dir = g_dir_open (path, 0, NULL);
	while (dir && (name = g_dir_read_name (dir))) {
		g_autofree char *child = g_build_filename (path, name, NULL);

		if (!files_remove_tree (child, error))
			return FALSE;
	}
	return files_make_dir (path, error);
}

gboolean repo_checkout (Repo *self, const char *from_tree, const char *to_tree, const char *dir,
			GPtrArray **out_changed, GError **error)
{
	g_autoptr (GPtrArray) changed = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (git_odb) odb = NULL;
	Checkout checkout = { self, NULL, dir, changed };
	git_oid from, to;

	if (git_repository_odb (&odb, repo__git (self)) != 0)
		return git__fail (error, "cannot read objects");
	checkout.odb = odb;
	if (git_oid_fromstr (&to, to_tree) != 0 ||
	    (from_tree && git_oid_fromstr (&from, from_tree) != 0))
		return git__fail (error, "no tree's id");
	if (from_tree ? !files_make_dir (dir, error) : !empty_folder (dir, error))
		return FALSE;
	if (!(from_tree && git_oid_equal (&from, &to)) &&
	    !walk (&checkout, from_tree ? &from : NULL, &to, "", error))
		return FALSE;
	if (out_changed)
		*out_changed = g_steal_pointer (&changed);
	return TRUE;
}
