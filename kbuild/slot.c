/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "kbuild/slot.h"

struct Slot {
	char *dir;
	char *source;
	char *objects;
	char *state; /* file: lines `tree ID`, `config DIGEST`, `tools DIGEST`, `busy`; each may
			miss */
	char *tree;
	char *config;
	char *tools;
	gboolean busy;
	int lock;
};

enum {
	LOCK_WAIT_MS = 30000,
	LOCK_POLL_MS = 100
};

void slot_free (Slot *self)
{
	if (!self)
		return;
	if (self->lock >= 0)
		close (self->lock);
	g_free (self->dir);
	g_free (self->source);
	g_free (self->objects);
	g_free (self->state);
	g_free (self->tree);
	g_free (self->config);
	g_free (self->tools);
	g_free (self);
}

static void read_state (Slot *self)
{
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;
	guint i;

	if (!g_file_get_contents (self->state, &text, NULL, NULL))
		return;
	lines = g_strsplit (text, "\n", -1);
	for (i = 0; lines[i]; i++) {
		if (g_str_has_prefix (lines[i], "tree ") && !self->tree)
			self->tree = g_strdup (lines[i] + 5);
		else if (g_str_has_prefix (lines[i], "config ") && !self->config)
			self->config = g_strdup (lines[i] + 7);
		else if (g_str_has_prefix (lines[i], "tools ") && !self->tools)
			self->tools = g_strdup (lines[i] + 6);
		else if (g_str_equal (lines[i], "busy"))
			self->busy = TRUE;
	}
}

static gboolean write_state (Slot *self, GError **error)
{
	g_autoptr (GString) text = g_string_new (NULL);

	if (self->tree)
		g_string_append_printf (text, "tree %s\n", self->tree);
	if (self->config)
		g_string_append_printf (text, "config %s\n", self->config);
	if (self->tools)
		g_string_append_printf (text, "tools %s\n", self->tools);
	if (self->busy)
		g_string_append (text, "busy\n");
	return files_write (self->state, text->str, (gssize) text->len, error);
}

static gboolean take_lock (Slot *self, GError **error)
{
	g_autofree char *path = g_build_filename (self->dir, "lock", NULL);
	int waited;

	self->lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (self->lock < 0)
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot open '%s': %s", path,
			     g_strerror (errno));
	for (waited = 0; flock (self->lock, LOCK_EX | LOCK_NB) != 0; waited += LOCK_POLL_MS) {
		if (waited >= LOCK_WAIT_MS)
			return fail (error, BAKEOFF_ERROR_FAILED,
				     "another bakeoff is building in '%s'\nwait for it to end",
				     self->dir);
		g_usleep (LOCK_POLL_MS * 1000);
	}
	return TRUE;
}

/* After a build that was killed. */
static gboolean drop_objects (Slot *self, GError **error)
{
	g_clear_pointer (&self->config, g_free);
	if (!files_remove_tree (self->objects, error) || !files_make_dir (self->objects, error))
		return FALSE;
	self->busy = FALSE;
	return write_state (self, error);
}

Slot *slot_open (const char *dir, GError **error)
{
	g_autoptr (Slot) self = g_new0 (Slot, 1);
	gboolean emptied;

	self->lock = -1;
	self->dir = g_canonicalize_filename (dir, NULL);
	self->source = g_build_filename (self->dir, "src", NULL);
	self->objects = g_build_filename (self->dir, "obj", NULL);
	self->state = g_build_filename (self->dir, "state", NULL);
	emptied = !g_file_test (self->source, G_FILE_TEST_IS_DIR);
	if (!files_make_dir (self->source, error) || !files_make_dir (self->objects, error) ||
	    !take_lock (self, error))
		return NULL;
	read_state (self);
	if (emptied) /* everything below .bakeoff may be deleted: what was, is made again */
		g_clear_pointer (&self->tree, g_free);
	if (self->busy && !drop_objects (self, error))
		return NULL;
	return g_steal_pointer (&self);
}

const char *slot_source (const Slot *self)
{
	return self->source;
}

const char *slot_objects (const Slot *self)
{
	return self->objects;
}

/* Whether a changed file may change what `make oldconfig` comes to. */
static gboolean decides_config (const char *path)
{
	const char *name = strrchr (path, '/');

	return g_str_has_prefix (name ? name + 1 : path, "Kconfig") || strstr (path, "defconfig") ||
	       g_str_has_prefix (path, "scripts/");
}

gboolean slot_switch (Slot *self, const char *tree, SlotFill fill, gpointer user_data,
		      GError **error)
{
	g_autoptr (GPtrArray) changed = NULL;
	g_autofree char *from = g_steal_pointer (&self->tree);
	g_autofree char *config = g_steal_pointer (&self->config);
	guint i;

	if (g_strcmp0 (from, tree) != 0) {
		if (!write_state (self, error))
			return FALSE;
		/* what it held may be unknown by now: another repository, or a cleaned one */
		if (from && !fill (from, tree, self->source, &changed, user_data, NULL)) {
			g_clear_pointer (&from, g_free);
			g_clear_pointer (&config, g_free);
		}
		if (!from && !fill (NULL, tree, self->source, &changed, user_data, error))
			return FALSE;
	}
	for (i = 0; from && changed && i < changed->len; i++) {
		if (decides_config (changed->pdata[i]))
			g_clear_pointer (&config, g_free);
	}
	self->tree = g_strdup (tree);
	self->config = g_steal_pointer (&config);
	return write_state (self, error);
}

gboolean slot_config_stands (const Slot *self, const char *digest)
{
	g_autofree char *path = g_build_filename (self->objects, ".config", NULL);

	return g_strcmp0 (self->config, digest) == 0 && g_file_test (path, G_FILE_TEST_EXISTS);
}

gboolean slot_set_config (Slot *self, const char *digest, GError **error)
{
	g_free (self->config);
	self->config = g_strdup (digest);
	return write_state (self, error);
}

gboolean slot_set_busy (Slot *self, gboolean busy, GError **error)
{
	if (busy && self->busy && !drop_objects (self, error))
		return FALSE;
	self->busy = busy;
	return write_state (self, error);
}

int slot_lock (const Slot *self)
{
	return self->lock;
}

gboolean slot_set_tools (Slot *self, const char *digest, GError **error)
{
	if (g_strcmp0 (self->tools, digest) == 0)
		return TRUE;
	if (!drop_objects (self, error))
		return FALSE;
	g_free (self->tools);
	self->tools = g_strdup (digest);
	return write_state (self, error);
}
