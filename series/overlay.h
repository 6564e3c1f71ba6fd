/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tree of the repository with changes on top that live in memory.
 *
 * Trying whether patches fit costs no object. overlay_write() makes blobs and edits only the trees
 * on the way to changed files, so it takes time by their depth, not by the size of the tree.
 */
#pragma once

#include <glib.h>

#include "series/repo.h"

typedef struct Overlay Overlay;

typedef enum {
	ENTRY_NONE,
	ENTRY_FILE, /* a symbolic link too: its content is the target */
	ENTRY_FOLDER,
	ENTRY_MODULE, /* a submodule's commit */
} EntryKind;

/** overlay_new: @tree is a tree id. The repository must outlive the overlay. */
Overlay *overlay_new (Repo *repo, const char *tree, GError **error);

/** overlay_fork: Returns: (transfer full): an overlay with the same changes, now on its own. */
Overlay *overlay_fork (const Overlay *self);
void overlay_free (Overlay *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Overlay, overlay_free)

/** overlay_kind: what is at @path. A file in the place of a parent makes it ENTRY_NONE. */
EntryKind overlay_kind (const Overlay *self, const char *path);

/** overlay_file_above: Returns: (transfer full) (nullable): a parent of @path that is no folder. */
char *overlay_file_above (const Overlay *self, const char *path);

/**
 * overlay_read: content of the file @path, which must be ENTRY_FILE.
 * @out_mode: (out) (optional): as in a tree: 0100644, 0100755, 0120000
 *
 * Returns: (transfer full). Errors: FAILED.
 */
GBytes *overlay_read (const Overlay *self, const char *path, guint *out_mode, GError **error);

/** overlay_put: makes @path a file with @content. */
void overlay_put (Overlay *self, const char *path, GBytes *content, guint mode);
void overlay_remove (Overlay *self, const char *path);

/** overlay_take: makes the changes of @other, a fork of @self, its own. */
void overlay_take (Overlay *self, const Overlay *other);

/** overlay_write: Returns: (transfer full): id of the tree, written to the repository. */
char *overlay_write (Overlay *self, GError **error);
