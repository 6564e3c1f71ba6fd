/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/lock.h"
#include "kbuild/source.h"

enum {
	SLOTS_MAX = 16 /* folders with different trees in use at one time */
};

/* Times that a visit will put back. */
typedef struct {
	char *path;
	struct timespec times[2];
} Times;

struct Source {
	char *slot;
	char *dir;   /* SLOT/src */
	char *state; /* SLOT/source: lines `tree ID`, `generation WORD`, `filling WORD` */
	char *tree;
	char *generation;
	char *filling;
	SourceFill fill;
	gpointer user_data;
	int lock;
	char *visited;	  /* (nullable): tree that took our place */
	GPtrArray *times; /* (nullable) (element-type Times) */
};

static void times_free (gpointer data)
{
	Times *self = data;

	g_free (self->path);
	g_free (self);
}

void source_free (Source *self)
{
	if (!self)
		return;
	if (self->lock >= 0)
		close (self->lock);
	g_clear_pointer (&self->times, g_ptr_array_unref);
	g_free (self->visited);
	g_free (self->slot);
	g_free (self->dir);
	g_free (self->state);
	g_free (self->tree);
	g_free (self->generation);
	g_free (self->filling);
	g_free (self);
}

static void read_state (Source *self)
{
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;

	g_clear_pointer (&self->tree, g_free);
	g_clear_pointer (&self->generation, g_free);
	g_clear_pointer (&self->filling, g_free);
	if (!g_file_get_contents (self->state, &text, NULL, NULL))
		return;
	lines = g_strsplit (text, "\n", -1);
	if (g_strv_length (lines) < 3 || !g_str_has_prefix (lines[0], "tree ") ||
	    !g_str_has_prefix (lines[1], "generation ") ||
	    !g_str_has_prefix (lines[2], "filling ") ||
	    !g_file_test (self->dir, G_FILE_TEST_IS_DIR)) /* deleted: it is made again */
		return;
	self->tree = g_strdup (lines[0] + strlen ("tree "));
	self->generation = g_strdup (lines[1] + strlen ("generation "));
	self->filling = g_strdup (lines[2] + strlen ("filling "));
}

static gboolean write_state (const Source *self, const char *tree, GError **error)
{
	g_autofree char *text = g_strdup_printf ("tree %s\ngeneration %s\nfilling %s\n", tree,
						 self->generation, self->filling);

	return files_write (self->state, text, -1, error);
}

/* Notes that nobody has read @paths. */
static void forget_reads (const Source *self, GPtrArray *paths)
{
	const struct timespec times[2] = { { .tv_sec = 0 }, { .tv_nsec = UTIME_OMIT } };
	guint i;

	for (i = 0; i < paths->len; i++) {
		g_autofree char *path = g_build_filename (self->dir, paths->pdata[i], NULL);

		/* where it does not succeed, the file counts as read */
		utimensat (AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
	}
}

/* Brings the folder to @tree, from what it held or from nothing. Nobody else uses it. */
static gboolean refill (Source *self, const char *tree, GError **error)
{
	g_autoptr (GPtrArray) changed = NULL;
	g_autofree char *from = g_steal_pointer (&self->tree);

	/* whoever is killed here leaves a folder of which nothing is known */
	if (g_unlink (self->state) != 0 && errno != ENOENT)
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot remove '%s': %s", self->state,
			     g_strerror (errno));
	if (!files_make_dir (self->dir, error))
		return FALSE;
	/* what it held may be unknown by now: another repository, or a cleaned one */
	if (from && !self->fill (from, tree, self->dir, &changed, self->user_data, NULL))
		g_clear_pointer (&from, g_free);
	if (!from) {
		g_free (self->generation);
		self->generation = g_uuid_string_random ();
		if (!self->fill (NULL, tree, self->dir, &changed, self->user_data, error))
			return FALSE;
	}
	/* what tells that times of access are kept must tell it anew: see source_unread() */
	g_ptr_array_add (changed, g_strdup ("Makefile"));
	forget_reads (self, changed);
	g_free (self->filling);
	self->filling = g_uuid_string_random ();
	self->tree = g_strdup (tree);
	return write_state (self, tree, error);
}

static gboolean holds (Source *self, const char *tree)
{
	read_state (self);
	return g_strcmp0 (self->tree, tree) == 0;
}

/* Whether SLOTS/N is ours now; FALSE without an error where others use it for another tree. */
static gboolean take (Source *self, const char *tree, gboolean shared, GError **error)
{
	g_autofree char *path = g_build_filename (self->slot, "lock", NULL);

	/* what keeps this one from being opened keeps the next, which says so */
	self->lock = shared ? lock_try (path, LOCK_SHARED, NULL) : -1;
	if (self->lock >= 0) {
		if (holds (self, tree))
			return TRUE;
		close (self->lock);
	}
	self->lock = lock_try (path, LOCK_EXCLUSIVE, error);
	if (self->lock < 0 || !(holds (self, tree) || refill (self, tree, error)))
		return FALSE;
	return !shared || lock_share (self->lock);
}

static Source *find_slot (const char *slots, const char *tree, gboolean shared, SourceFill fill,
			  gpointer user_data, GError **error)
{
	int i;

	for (i = 0; i < SLOTS_MAX; i++) {
		g_autoptr (Source) self = g_new0 (Source, 1);
		g_autoptr (GError) local = NULL;

		self->lock = -1;
		self->fill = fill;
		self->user_data = user_data;
		self->slot = g_strdup_printf ("%s/%d", slots, i);
		self->dir = g_build_filename (self->slot, "src", NULL);
		self->state = g_build_filename (self->slot, "source", NULL);
		if (!files_make_dir (self->slot, error))
			return NULL;
		if (take (self, tree, shared, &local)) {
			futimens (self->lock, NULL); /* when it was last used */
			return g_steal_pointer (&self);
		}
		if (local) {
			g_propagate_error (error, g_steal_pointer (&local));
			return NULL;
		}
	}
	return fail_null (error, BAKEOFF_ERROR_FAILED,
			  "%d other bakeoffs are building in '%s'\nwait for one to end", SLOTS_MAX,
			  slots);
}

Source *source_open (const char *slots_dir, const char *tree, gboolean shared, SourceFill fill,
		     gpointer user_data, GError **error)
{
	g_autofree char *slots = g_canonicalize_filename (slots_dir, NULL);
	g_autofree char *path = g_build_filename (slots, "lock", NULL);
	Source *self;
	int guard;

	/* one looks for a slot at a time: who wants the same tree as another waits until it is
	 * there, and nobody comes between an exclusive lock and the shared one that it becomes */
	guard = files_make_dir (slots, error) ? lock_wait (path, LOCK_EXCLUSIVE, NULL, NULL, error)
					      : -1;
	if (guard < 0)
		return NULL;
	self = find_slot (slots, tree, shared, fill, user_data, error);
	close (guard);
	return self;
}

const char *source_slot (const Source *self)
{
	return self->slot;
}

const char *source_dir (const Source *self)
{
	return self->dir;
}

const char *source_generation (const Source *self)
{
	return self->generation;
}

const char *source_filling (const Source *self)
{
	return self->filling;
}

gboolean source_fill (const Source *self, const char *tree, const char *dir,
		      GPtrArray **out_changed, GError **error)
{
	return self->fill (self->tree, tree, dir, out_changed, self->user_data, error);
}

static gboolean is_unread (const Source *self, const char *relative)
{
	g_autofree char *path = g_build_filename (self->dir, relative, NULL);
	struct stat info;

	return lstat (path, &info) == 0 && S_ISREG (info.st_mode) && info.st_atim.tv_sec == 0 &&
	       info.st_atim.tv_nsec == 0;
}

/* Whether whoever reads a file leaves a time of access. Where files can be cloned, cp(1) copies one
 * without reading it, and servers copy by themselves. */
static gboolean notes_reads (const Source *self)
{
	struct statfs info;

	return statfs (self->dir, &info) == 0 &&
	       (info.f_type == EXT4_SUPER_MAGIC || info.f_type == TMPFS_MAGIC);
}

gboolean source_unread (const Source *self, GPtrArray *paths)
{
	guint i;

	for (i = 0; i < paths->len; i++) {
		if (!is_unread (self, paths->pdata[i]))
			return FALSE;
	}
	return notes_reads (self) && !is_unread (self, "Makefile");
}

/* The file that is there at @relative, or that a folder of its path takes the place of: full path.
 */
static char *file_at (const Source *self, const char *relative, struct stat *info)
{
	g_autofree char *path = g_build_filename (self->dir, relative, NULL);

	while (lstat (path, info) != 0) {
		char *parent;

		if (errno != ENOTDIR)
			return NULL;
		parent = g_path_get_dirname (path);
		g_free (path);
		path = parent;
	}
	return g_steal_pointer (&path);
}

/* Keeps the times of the files that @tree will replace. */
static void keep_times (Source *self, GPtrArray *paths)
{
	guint i;

	self->times = g_ptr_array_new_with_free_func (times_free);
	for (i = 0; i < paths->len; i++) {
		struct stat info;
		g_autofree char *path = file_at (self, paths->pdata[i], &info);
		Times *entry;

		if (!path)
			continue;
		entry = g_new0 (Times, 1);
		entry->path = g_steal_pointer (&path);
		entry->times[0] = info.st_atim;
		entry->times[1] = info.st_mtim;
		g_ptr_array_add (self->times, entry);
	}
}

gboolean source_visit (Source *self, const char *tree, GPtrArray **out_changed, GError **error)
{
	g_autofree char *parent = g_build_filename (self->slot, "scratch", NULL);
	/* what will change is asked of a folder that does not matter */
	g_autoptr (Scratch) scratch = scratch_new (parent, error);
	g_autoptr (GPtrArray) paths = NULL;

	if (!scratch || !source_fill (self, tree, scratch_dir (scratch), &paths, error))
		return FALSE;
	keep_times (self, paths);
	self->visited = g_strdup (tree);
	if (g_unlink (self->state) != 0)
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot remove '%s': %s", self->state,
			     g_strerror (errno));
	return source_fill (self, tree, self->dir, out_changed, error);
}

gboolean source_leave (Source *self, GError **error)
{
	g_autofree char *visited = g_steal_pointer (&self->visited);
	g_autoptr (GPtrArray) times = g_steal_pointer (&self->times);
	g_autoptr (GPtrArray) changed = NULL;
	gboolean done;
	guint i;

	if (!visited)
		return TRUE;
	done = self->fill (visited, self->tree, self->dir, &changed, self->user_data, error);
	for (i = 0; done && i < times->len; i++) {
		const Times *entry = times->pdata[i];

		done = utimensat (AT_FDCWD, entry->path, entry->times, AT_SYMLINK_NOFOLLOW) == 0 ||
		       fail (error, BAKEOFF_ERROR_FAILED, "cannot set the times of '%s': %s",
			     entry->path, g_strerror (errno));
	}
	return done && write_state (self, self->tree, error);
}
