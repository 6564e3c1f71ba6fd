/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/lock.h"
#include "matrix/gc.h"

enum {
	BLOCK = 512 /* unit of st_blocks: stat(2) */
};

/* One thing that is removed as a whole, or not. */
typedef struct {
	GcKind kind;
	char *path;
	gint64 used;
	guint64 bytes;
} Item;

typedef struct {
	const char *state_dir;
	gboolean alone; /* nobody holds gc_guard() */
	GPtrArray *items;
	GHashTable *apart; /* paths of scratch folders: not counted with the slots they are in */
	guint64 bytes;	   /* of all that is there */
} Gc;

static void item_free (gpointer data)
{
	Item *self = data;

	g_free (self->path);
	g_free (self);
}

static void gc_clear (Gc *self)
{
	g_ptr_array_unref (self->items);
	g_hash_table_unref (self->apart);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Gc, gc_clear)

const char *gc_kind_name (GcKind kind)
{
	static const char *const names[GC_KINDS] = {
		[GC_IMAGES] = "images", [GC_LOGS] = "logs",	  [GC_SLOTS] = "slots",
		[GC_GUESTS] = "guests", [GC_SCRATCH] = "scratch",
	};

	return names[kind];
}

static char *guard_path (const char *state_dir)
{
	return g_build_filename (state_dir, "lock", NULL);
}

int gc_guard (const char *state_dir, GError **error)
{
	g_autofree char *path = guard_path (state_dir);

	return lock_wait (path, LOCK_SHARED, NULL, NULL, error);
}

/* ---- what is there ---- */

/* Disk space of @path and all below it; what vanishes meanwhile counts for nothing. */
static guint64 measure (const Gc *gc, const char *path)
{
	g_autoptr (GDir) dir = NULL;
	struct stat info;
	const char *name;
	guint64 bytes;

	if (g_hash_table_contains (gc->apart, path) || lstat (path, &info) != 0)
		return 0;
	bytes = (guint64) info.st_blocks * BLOCK;
	if (S_ISDIR (info.st_mode))
		dir = g_dir_open (path, 0, NULL);
	while (dir && (name = g_dir_read_name (dir))) {
		g_autofree char *child = g_build_filename (path, name, NULL);

		bytes += measure (gc, child);
	}
	return bytes;
}

/* The file in a folder whose time tells when that was last used. */
static gint64 last_use (GcKind kind, const char *path)
{
	const char *name = kind == GC_SLOTS ? "lock" : kind == GC_GUESTS ? "init" : NULL;
	g_autofree char *inner = name ? g_build_filename (path, name, NULL) : NULL;
	struct stat info;

	if ((inner && lstat (inner, &info) == 0) || lstat (path, &info) == 0)
		return info.st_mtim.tv_sec;
	return G_MAXINT64; /* somebody was quicker */
}

static void add_item (Gc *gc, GcKind kind, const char *path)
{
	Item *item = g_new0 (Item, 1);

	item->kind = kind;
	item->path = g_strdup (path);
	/* the oldest of all: what it holds counts before anything else goes */
	item->used = kind == GC_SCRATCH ? G_MININT64 : last_use (kind, path);
	item->bytes = measure (gc, path);
	gc->bytes += item->bytes;
	g_ptr_array_add (gc->items, item);
	if (kind == GC_SCRATCH)
		g_hash_table_add (gc->apart, g_strdup (path));
}

static gboolean add_scratch (Gc *gc, const char *dir, const char *name, GError **error)
{
	g_autofree char *parent = g_build_filename (dir, name, NULL);
	g_autoptr (GPtrArray) left = scratch_left (parent, error);
	guint i;

	for (i = 0; left && i < left->len; i++)
		add_item (gc, GC_SCRATCH, left->pdata[i]);
	return left != NULL;
}

/* Returns: (transfer full): the folders of builds in @slot: obj/BOARD/CONFIG. */
static GPtrArray *list_objects (const char *slot)
{
	GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
	g_autofree char *objects = g_build_filename (slot, "obj", NULL);
	g_autoptr (GDir) boards = g_dir_open (objects, 0, NULL);
	const char *name;

	while (boards && (name = g_dir_read_name (boards))) {
		g_autofree char *board = g_build_filename (objects, name, NULL);
		g_autoptr (GDir) configs = g_dir_open (board, 0, NULL);

		while (configs && (name = g_dir_read_name (configs)))
			g_ptr_array_add (found, g_build_filename (board, name, NULL));
	}
	return found;
}

static gboolean add_slot_scratch (Gc *gc, const char *slot, GError **error)
{
	g_autoptr (GPtrArray) objects = list_objects (slot);
	guint i;

	for (i = 0; i < objects->len; i++) {
		if (!add_scratch (gc, objects->pdata[i], "variants", error))
			return FALSE;
	}
	return add_scratch (gc, slot, "scratch", error);
}

static gboolean add_kind (Gc *gc, GcKind kind, GError **error)
{
	g_autofree char *parent = g_build_filename (gc->state_dir, gc_kind_name (kind), NULL);
	g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name (dir))) {
		g_autofree char *path = g_build_filename (parent, name, NULL);
		/* files_copy() was killed; what it copied to has no other name */
		gboolean torn = gc->alone && g_str_has_suffix (name, ".partial");

		if (kind == GC_SLOTS && g_str_equal (name, "lock")) /* see source_open() */
			continue;
		if (kind == GC_SLOTS && gc->alone && !add_slot_scratch (gc, path, error))
			return FALSE;
		add_item (gc, torn ? GC_SCRATCH : kind, path);
	}
	return TRUE;
}

static int compare_use (gconstpointer a, gconstpointer b)
{
	const Item *left = *(Item *const *) a, *right = *(Item *const *) b;

	return (left->used > right->used) - (left->used < right->used);
}

static gboolean collect (Gc *gc, GError **error)
{
	int kind;

	/* others' runs sweep theirs themselves */
	if (gc->alone && !add_scratch (gc, gc->state_dir, "work", error))
		return FALSE;
	for (kind = GC_IMAGES; kind < GC_SCRATCH; kind++) {
		if (!add_kind (gc, (GcKind) kind, error))
			return FALSE;
	}
	g_ptr_array_sort (gc->items, compare_use);
	return TRUE;
}

/* ---- removing ---- */

/* Whether a make is at work in @slot whose bakeoff was killed: it holds the lock of its objects. */
static gboolean has_orphan (const char *slot)
{
	g_autoptr (GPtrArray) objects = list_objects (slot);
	gboolean held = FALSE;
	guint i;

	for (i = 0; i < objects->len && !held; i++) {
		g_autofree char *path = g_build_filename (objects->pdata[i], "lock", NULL);
		int fd;

		if (!g_file_test (path, G_FILE_TEST_EXISTS))
			continue;
		fd = lock_try (path, LOCK_EXCLUSIVE, NULL);
		held = fd < 0;
		if (!held)
			close (fd);
	}
	return held;
}

/* Whether nobody uses @item. @out_lock: a descriptor to close, or -1. */
static gboolean claim (const Gc *gc, const Item *item, int *out_lock)
{
	g_autofree char *path = g_build_filename (item->path, "lock", NULL);

	*out_lock = -1;
	if (item->kind != GC_SLOTS || !g_file_test (path, G_FILE_TEST_EXISTS))
		return gc->alone;
	*out_lock = lock_try (path, LOCK_EXCLUSIVE, NULL);
	return *out_lock >= 0 && !has_orphan (item->path);
}

/* Says first that nothing is known of the slot, in case that we are killed in the middle. Its lock
 * stays where another bakeoff may have it open, to take it next. */
static gboolean remove_slot (const Gc *gc, const char *slot, GError **error)
{
	g_autofree char *state = g_build_filename (slot, "source", NULL);
	g_autoptr (GDir) dir = NULL;
	const char *name;

	if (g_unlink (state) != 0 && errno != ENOENT && errno != ENOTDIR)
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot remove '%s': %s", state,
			     g_strerror (errno));
	if (gc->alone)
		return files_remove_tree (slot, error);
	dir = g_dir_open (slot, 0, NULL);
	while (dir && (name = g_dir_read_name (dir))) {
		g_autofree char *path = g_build_filename (slot, name, NULL);

		if (!g_str_equal (name, "lock") && !files_remove_tree (path, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean remove_item (const Gc *gc, const Item *item, GError **error)
{
	if (item->kind == GC_SLOTS)
		return remove_slot (gc, item->path, error);
	if (item->kind == GC_SCRATCH)
		return scratch_remove (item->path, error);
	return files_remove_tree (item->path, error);
}

static void count (GcAmount *amount, const Item *item)
{
	amount->count++;
	amount->bytes += item->bytes;
}

/* Removes @item where it is wanted and nobody uses it. */
static gboolean trim_item (Gc *gc, const Item *item, const GcOptions *options, GcReport *report,
			   GError **error)
{
	gboolean wanted = item->kind == GC_SCRATCH || item->used <= options->before ||
			  gc->bytes > options->size;
	int lock = -1;
	gboolean ours = wanted && claim (gc, item, &lock);
	gboolean done = TRUE;

	if (ours && !options->dry_run)
		done = remove_item (gc, item, error);
	if (lock >= 0)
		close (lock);
	if (ours && done)
		gc->bytes -= item->bytes;
	count (ours && done ? &report->removed[item->kind] : &report->left[item->kind], item);
	report->in_use[item->kind] += wanted && !ours;
	return done;
}

/* What cannot be removed does not keep the rest: the first error is told at the end. */
static gboolean trim (Gc *gc, const GcOptions *options, GcReport *report, GError **error)
{
	GError *first = NULL;
	guint i;

	for (i = 0; i < gc->items->len; i++)
		trim_item (gc, gc->items->pdata[i], options, report, first ? NULL : &first);
	if (first)
		g_propagate_error (error, first);
	return !first;
}

gboolean gc_run (const char *state_dir, const GcOptions *options, GcReport *out_report,
		 GError **error)
{
	g_auto (Gc) gc = { .state_dir = state_dir };
	g_autofree char *path = guard_path (state_dir);
	g_autoptr (GError) local = NULL;
	gboolean done;
	int guard;

	*out_report = (GcReport){ 0 };
	gc.items = g_ptr_array_new_with_free_func (item_free);
	gc.apart = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	if (!g_file_test (state_dir, G_FILE_TEST_IS_DIR))
		return TRUE;
	guard = lock_try (path, LOCK_EXCLUSIVE, &local);
	if (local) {
		g_propagate_error (error, g_steal_pointer (&local));
		return FALSE;
	}
	gc.alone = guard >= 0;
	out_report->shared = !gc.alone;
	done = collect (&gc, error) && trim (&gc, options, out_report, error);
	if (guard >= 0)
		close (guard);
	return done;
}
