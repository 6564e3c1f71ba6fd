/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks between processes, and folders that vanish with the process that made them.
 *
 * A lock is a descriptor that flock(2) is held on: closing it gives the lock back, and so does the
 * kernel when its last holder is killed.
 */
#pragma once

#include <gio/gio.h>

typedef enum {
	LOCK_SHARED,
	LOCK_EXCLUSIVE
} LockMode;

/**
 * lock_try: takes @path's lock without waiting; the file is made where it is missing.
 *
 * Returns: a descriptor to close, or -1 with @error unset where others hold it.
 * Errors: FAILED where the file cannot be opened.
 */
int lock_try (const char *path, LockMode mode, GError **error);

/**
 * lock_wait: the same, waiting for others.
 * @out_waited: (optional): whether anybody held it
 *
 * Returns: a descriptor to close, or -1 with @error. Errors: FAILED, CANCELLED.
 */
int lock_wait (const char *path, LockMode mode, gboolean *out_waited, GCancellable *cancellable,
	       GError **error);

/**
 * lock_share: makes an exclusive lock @fd a shared one. Returns: FALSE where somebody came between:
 * the lock is lost then, and @fd still to be closed.
 */
gboolean lock_share (int fd);

/** lock_name: lock_wait() for a key instead of a file: one file @path serves all keys. */
int lock_name (const char *path, const char *key, gboolean *out_waited, GCancellable *cancellable,
	       GError **error);

/**
 * lock_place: an exclusive lock on what all users of this host share, as a board. Its file is in
 * /run/lock (or $BAKEOFF_LOCK_DIR) and says who holds it.
 * @name: what it is called; the file's name is made of it
 * @told: (nullable): called once with who holds it, if another process does: `pid 12 of ann on lab1
 * since 2026-01-02 03:04`
 *
 * Returns: a descriptor to close, or -1 with @error. Errors: FAILED, CANCELLED.
 */
int lock_place (const char *name, void (*told) (const char *holder, gpointer user_data),
		gpointer user_data, GCancellable *cancellable, GError **error);

/*
 * A scratch folder: removed when it is freed, or by the next one beside it where its process was
 * killed.
 */
typedef struct Scratch Scratch;

/** scratch_new: a new folder in @parent, which must hold nothing but such folders. Errors: FAILED.
 */
Scratch *scratch_new (const char *parent, GError **error);
const char *scratch_dir (const Scratch *self); /* (transfer none) */

/**
 * scratch_left: Returns: (transfer container) (element-type filename): folders in @parent that
 * killed processes have left. Nobody takes them up again. Errors: FAILED.
 */
GPtrArray *scratch_left (const char *parent, GError **error);

/** scratch_remove: removes @dir, one of those. */
gboolean scratch_remove (const char *dir, GError **error);

void scratch_free (Scratch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scratch, scratch_free)
