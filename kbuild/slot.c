/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/lock.h"
#include "base/process.h"
#include "kbuild/sandbox.h"
#include "kbuild/slot.h"

#define SOURCE_AT    SANDBOX_ROOT "/src"
#define OBJECTS_AT   SANDBOX_ROOT "/obj"
#define JOBSERVER_AT SANDBOX_ROOT "/jobserver"

enum {
	TICK_US = 10000 /* more than the granularity of a file's times */
};

struct Slot {
	Source *source;
	const char *data_dir;
	gboolean guarded;
	char *name; /* obj/BOARD/CONFIG: below the source's slot */
	char *dir;  /* its absolute path */
	char *base_objects;
	int lock;

	char *state;	  /* file of a base's slot: lines as write_state() has them */
	char *generation; /* of the source, as is `filling` when the configuration was made ... */
	char *filling;
	char *begun; /* ... and `begun` when there were no objects */
	char *config;
	char *tools;
	gboolean busy;

	const Slot *base; /* (nullable): of a variant's slot; the rest is a variant's alone */
	Scratch *scratch; /* of a guarded one */
	char *layer;	  /* of its objects; `src` beside it is that of its source */
	char *new_objects;
	char *kept; /* of one in place: the base's objects meanwhile */
};

static gboolean leave_place (Slot *self, GError **error);

void slot_free (Slot *self)
{
	g_autoptr (GError) error = NULL;

	if (!self)
		return;
	/* what cannot be put back is found when the slot is next opened */
	if (self->kept && !leave_place (self, &error))
		g_warning ("%s", error->message);
	if (self->lock >= 0)
		close (self->lock);
	scratch_free (self->scratch);
	g_free (self->name);
	g_free (self->dir);
	g_free (self->base_objects);
	g_free (self->state);
	g_free (self->generation);
	g_free (self->filling);
	g_free (self->begun);
	g_free (self->config);
	g_free (self->tools);
	g_free (self->layer);
	g_free (self->new_objects);
	g_free (self->kept);
	g_free (self);
}

static void read_state (Slot *self)
{
	const struct {
		const char *word;
		char **value;
	} fields[] = { { "generation ", &self->generation },
		       { "filling ", &self->filling },
		       { "begun ", &self->begun },
		       { "config ", &self->config },
		       { "tools ", &self->tools } };
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;
	guint i, j;

	for (j = 0; j < G_N_ELEMENTS (fields); j++)
		g_clear_pointer (fields[j].value, g_free);
	self->busy = FALSE;
	if (!g_file_get_contents (self->state, &text, NULL, NULL))
		return;
	lines = g_strsplit (text, "\n", -1);
	for (i = 0; lines[i]; i++) {
		if (g_str_equal (lines[i], "busy"))
			self->busy = TRUE;
		for (j = 0; j < G_N_ELEMENTS (fields); j++) {
			if (g_str_has_prefix (lines[i], fields[j].word) && !*fields[j].value)
				*fields[j].value = g_strdup (lines[i] + strlen (fields[j].word));
		}
	}
}

static gboolean write_state (Slot *self, GError **error)
{
	g_autoptr (GString) text = g_string_new (NULL);

	if (self->base) /* gone when it is freed */
		return TRUE;
	g_string_append_printf (text, "generation %s\n", source_generation (self->source));
	if (self->filling)
		g_string_append_printf (text, "filling %s\n", self->filling);
	if (self->begun)
		g_string_append_printf (text, "begun %s\n", self->begun);
	if (self->config)
		g_string_append_printf (text, "config %s\n", self->config);
	if (self->tools)
		g_string_append_printf (text, "tools %s\n", self->tools);
	if (self->busy)
		g_string_append (text, "busy\n");
	return files_write (self->state, text->str, (gssize) text->len, error);
}

static gboolean drop_objects (Slot *self, GError **error)
{
	g_clear_pointer (&self->config, g_free);
	g_clear_pointer (&self->filling, g_free);
	if (!files_remove_tree (self->base_objects, error) ||
	    !files_make_dir (self->base_objects, error))
		return FALSE;
	self->busy = FALSE;
	g_free (self->generation);
	self->generation = g_strdup (source_generation (self->source));
	g_free (self->begun);
	self->begun = g_strdup (source_filling (self->source));
	return write_state (self, error);
}

static gboolean take_lock (Slot *self, LockMode mode, GCancellable *cancellable, GError **error)
{
	g_autofree char *path = g_build_filename (self->dir, "lock", NULL);

	if (self->lock >= 0)
		close (self->lock);
	self->lock = lock_wait (path, mode, NULL, cancellable, error);
	if (self->lock < 0)
		return FALSE;
	read_state (self);
	return TRUE;
}

/* Puts the base's objects back where a build in place was killed. */
static gboolean restore_kept (const char *kept, const char *objects, GError **error)
{
	if (!g_file_test (kept, G_FILE_TEST_IS_DIR))
		return TRUE;
	if (!files_remove_tree (objects, error))
		return FALSE;
	return g_rename (kept, objects) == 0 ||
	       fail (error, BAKEOFF_ERROR_FAILED, "cannot rename '%s': %s", kept,
		     g_strerror (errno));
}

Slot *slot_open (Source *source, const char *board, const char *config, const char *data_dir,
		 gboolean guarded, GCancellable *cancellable, GError **error)
{
	g_autoptr (Slot) self = g_new0 (Slot, 1);
	/* names may hold what mount(8) takes for its own */
	g_autofree char *board_name = g_uri_escape_string (board, NULL, FALSE);
	g_autofree char *config_name = g_uri_escape_string (config, NULL, FALSE);

	self->lock = -1;
	self->source = source;
	self->data_dir = data_dir;
	self->guarded = guarded;
	self->name = g_build_filename ("obj", board_name, config_name, NULL);
	self->dir = g_build_filename (source_slot (source), self->name, NULL);
	self->base_objects = g_build_filename (self->dir, "base", NULL);
	self->state = g_build_filename (self->dir, "state", NULL);
	if (!files_make_dir (self->dir, error) ||
	    !take_lock (self, LOCK_SHARED, cancellable, error))
		return NULL;
	return g_steal_pointer (&self);
}

gboolean slot_own (Slot *self, GCancellable *cancellable, GError **error)
{
	g_autofree char *kept = g_build_filename (self->dir, "kept", NULL);

	if (!take_lock (self, LOCK_EXCLUSIVE, cancellable, error) ||
	    !restore_kept (kept, self->base_objects, error) ||
	    !files_make_dir (self->base_objects, error))
		return FALSE;
	/* a source that was written anew tells nothing of what was read for these objects */
	if (g_strcmp0 (self->generation, source_generation (self->source)) != 0)
		return drop_objects (self, error);
	return TRUE;
}

gboolean slot_share (Slot *self, GCancellable *cancellable, GError **error)
{
	/* what a variant writes next must be younger than any object */
	g_usleep (TICK_US);
	return take_lock (self, LOCK_SHARED, cancellable, error);
}

/* ---- variants ---- */

/* Whether a changed file may change what `make oldconfig` comes to. */
static gboolean decides_config (const char *path)
{
	const char *name = strrchr (path, '/');

	return g_str_has_prefix (name ? name + 1 : path, "Kconfig") || strstr (path, "defconfig") ||
	       g_str_has_prefix (path, "scripts/");
}

/* Marks @relative as gone, in the layer whose upper folder is @upper. */
static gboolean white_out (const char *upper, const char *relative, GError **error)
{
	g_autofree char *path = g_build_filename (upper, relative, NULL);
	g_autofree char *parent = g_path_get_dirname (path);

	/* a file that took the place of the folder hides what was in it */
	if (g_mkdir_with_parents (parent, 0777) != 0 && (errno == ENOTDIR || errno == EEXIST))
		return TRUE;
	return mknod (path, S_IFCHR, 0) == 0 ||
	       fail (error, BAKEOFF_ERROR_FAILED, "cannot make whiteout '%s': %s", path,
		     g_strerror (errno));
}

static gboolean fill_layer (Slot *self, const char *tree, GPtrArray **out_changed, GError **error)
{
	g_autofree char *layer = g_build_filename (scratch_dir (self->scratch), "src", NULL);
	g_autofree char *upper = g_build_filename (layer, "up", NULL);
	guint i;

	if (!sandbox_make_layer (layer, error) || !sandbox_make_layer (self->layer, error) ||
	    !source_fill (self->source, tree, upper, out_changed, error))
		return FALSE;
	for (i = 0; i < (*out_changed)->len; i++) {
		const char *relative = (*out_changed)->pdata[i];
		g_autofree char *path = g_build_filename (upper, relative, NULL);
		struct stat info;

		if (lstat (path, &info) != 0 && !white_out (upper, relative, error))
			return FALSE;
	}
	return TRUE;
}

/* Copies the base's objects with their times, to be put back by leave_place(). */
static gboolean take_place (Slot *self, const char *tree, GPtrArray **out_changed, GError **error)
{
	g_autofree char *kept = g_build_filename (self->dir, "kept", NULL);
	const char *argv[] = { "cp", "-a", kept, self->base_objects, NULL };
	ProcessSpec copy = { .argv = argv };
	int status = 0;

	if (g_rename (self->base_objects, kept) != 0)
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot rename '%s': %s",
			     self->base_objects, g_strerror (errno));
	self->kept = g_steal_pointer (&kept);
	if (!process_run (&copy, NULL, &status, error))
		return FALSE;
	if (status != 0)
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot copy '%s'", self->kept);
	return source_visit (self->source, tree, out_changed, error);
}

static gboolean leave_place (Slot *self, GError **error)
{
	return restore_kept (self->kept, self->base_objects, error) &&
	       source_leave (self->source, error);
}

Slot *slot_open_variant (Slot *base, const char *tree, GError **error)
{
	g_autoptr (Slot) self = g_new0 (Slot, 1);
	g_autoptr (GPtrArray) changed = NULL;
	g_autofree char *parent = g_build_filename (base->dir, "variants", NULL);
	guint i;

	self->base = base;
	self->lock = -1;
	self->source = base->source;
	self->data_dir = base->data_dir;
	self->guarded = base->guarded;
	self->name = g_strdup (base->name);
	self->dir = g_strdup (base->dir);
	self->base_objects = g_strdup (base->base_objects);
	self->config = g_strdup (base->config);
	if (self->guarded) {
		self->scratch = scratch_new (parent, error);
		if (!self->scratch)
			return NULL;
		self->layer = g_build_filename (scratch_dir (self->scratch), "obj", NULL);
		self->new_objects = g_build_filename (self->layer, "up", NULL);
	} else {
		self->new_objects = g_strdup (base->base_objects);
	}
	if (!(self->guarded ? fill_layer (self, tree, &changed, error)
			    : take_place (self, tree, &changed, error)))
		return NULL;
	for (i = 0; i < changed->len; i++) {
		if (decides_config (changed->pdata[i]))
			g_clear_pointer (&self->config, g_free);
	}
	return g_steal_pointer (&self);
}

/* ---- what a build asks for ---- */

const char *slot_source (const Slot *self)
{
	return self->guarded ? SOURCE_AT : source_dir (self->source);
}

const char *slot_objects (const Slot *self)
{
	return self->guarded ? OBJECTS_AT : self->base_objects;
}

const char *slot_real_source (const Slot *self)
{
	return source_dir (self->source);
}

const char *slot_base_objects (const Slot *self)
{
	return self->kept ? self->kept : self->base_objects;
}

const char *slot_new_objects (const Slot *self)
{
	return self->base ? self->new_objects : self->base_objects;
}

char *slot_object_new (const Slot *self, const char *name)
{
	return g_build_filename (slot_new_objects (self), name, NULL);
}

char *slot_object (const Slot *self, const char *name)
{
	g_autofree char *path = slot_object_new (self, name);
	g_autofree char *below = g_build_filename (self->base_objects, name, NULL);
	struct stat info;

	if (lstat (path, &info) == 0)
		return S_ISREG (info.st_mode) ? g_steal_pointer (&path) : NULL;
	if (lstat (below, &info) == 0 && S_ISREG (info.st_mode))
		return g_steal_pointer (&below);
	return NULL;
}

const char *slot_jobserver (const Slot *self, const SlotView *view)
{
	return self->guarded ? JOBSERVER_AT : view->jobserver;
}

char **slot_command (const Slot *self, const SlotView *view, const char *const *argv)
{
	const char *dir = source_slot (self->source);
	g_autofree char *objects = g_build_filename (self->name, "base", NULL);
	/* layers are below `dir`, and named from there */
	const char *layer = self->layer ? self->layer + strlen (dir) + 1 : NULL;
	g_autofree char *parent = layer ? g_path_get_dirname (layer) : NULL;
	g_autofree char *source_layer = parent ? g_build_filename (parent, "src", NULL) : NULL;
	SandboxMount mounts[] = { { SOURCE_AT, "src", source_layer },
				  { OBJECTS_AT, objects, layer },
				  { JOBSERVER_AT, view->jobserver, NULL },
				  { self->base ? NULL : view->ccache_dir, view->ccache_dir, NULL },
				  { NULL } };
	g_autoptr (GStrvBuilder) readable = g_strv_builder_new ();
	g_auto (GStrv) shown = NULL;
	SandboxSpec spec = { .data_dir = self->data_dir, .dir = dir, .mounts = mounts };

	if (!self->guarded)
		return g_strdupv ((char **) argv);
	if (view->readable)
		g_strv_builder_addv (readable, (const char **) view->readable);
	if (view->ccache_dir && self->base)
		g_strv_builder_add (readable, view->ccache_dir);
	shown = g_strv_builder_end (readable);
	spec.readable = (const char *const *) shown;
	return sandbox_wrap (&spec, argv);
}

gboolean slot_is_variant (const Slot *self)
{
	return self->base != NULL;
}

gboolean slot_is_guarded (const Slot *self)
{
	return self->guarded;
}

int slot_lock (const Slot *self)
{
	return self->base ? self->base->lock : self->lock;
}

/* ---- state ---- */

/* Objects know the paths that they were made at. */
static char *tools_here (const Slot *self, const char *digest)
{
	return g_strdup_printf ("%s %s", digest, slot_objects (self));
}

gboolean slot_config_stands (const Slot *self, const char *digest)
{
	g_autofree char *path = slot_object (self, ".config");

	return path && g_strcmp0 (self->config, digest) == 0 &&
	       (self->base || g_strcmp0 (self->filling, source_filling (self->source)) == 0);
}

gboolean slot_set_config (Slot *self, const char *digest, GError **error)
{
	g_free (self->config);
	self->config = g_strdup (digest);
	g_free (self->filling);
	self->filling = g_strdup (digest ? source_filling (self->source) : NULL);
	return write_state (self, error);
}

gboolean slot_set_busy (Slot *self, gboolean busy, GError **error)
{
	if (!self->base && busy && self->busy && !drop_objects (self, error))
		return FALSE;
	self->busy = busy;
	return write_state (self, error);
}

gboolean slot_set_tools (Slot *self, const char *digest, GError **error)
{
	g_autofree char *tools = tools_here (self, digest);

	if (self->base || g_strcmp0 (self->tools, tools) == 0)
		return TRUE;
	if (!drop_objects (self, error))
		return FALSE;
	g_free (self->tools);
	self->tools = g_steal_pointer (&tools);
	return write_state (self, error);
}

gboolean slot_is_ready (const Slot *self, const char *config, const char *tools)
{
	g_autofree char *here = tools_here (self, tools);
	g_autofree char *kept = g_build_filename (self->dir, "kept", NULL);

	return !self->busy && slot_config_stands (self, config) &&
	       g_strcmp0 (self->tools, here) == 0 &&
	       g_strcmp0 (self->generation, source_generation (self->source)) == 0 &&
	       !g_file_test (kept, G_FILE_TEST_EXISTS);
}

gboolean slot_is_whole (const Slot *self)
{
	return g_strcmp0 (self->begun, source_filling (self->source)) == 0;
}
