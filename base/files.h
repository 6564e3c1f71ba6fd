/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files and folders: what GLib does not have in one call, with errors that name the file.
 */
#pragma once

#include <glib.h>

/**
 * files_data_dir:
 *
 * Where boards/, kbuild/ and the expect scripts are: $BAKEOFF_DATADIR, else the folder of the
 * running program if it is a source tree, else ../share/bakeoff beside it, else the PREFIX that it
 * was compiled for.
 *
 * Returns: (transfer none): an absolute path, the same for the life of the process.
 */
const char *files_data_dir (void);

/** files_make_dir: makes @path and its parents. An existing folder is no error. */
gboolean files_make_dir (const char *path, GError **error);

/**
 * files_read:
 * @out_length: (nullable): length in bytes
 *
 * Returns: (transfer full): the whole file, with a NUL after it; free with g_free().
 */
char *files_read (const char *path, gsize *out_length, GError **error);

/** files_write: replaces @path as a whole or not at all (a temporary file and a rename). */
gboolean files_write (const char *path, const char *data, gssize length, GError **error);

/**
 * files_write_if_changed: files_write(), but leaves an equal file and its times alone.
 * @out_changed: (nullable): whether anything was written
 */
gboolean files_write_if_changed (const char *path, const char *data, gsize length,
				 gboolean *out_changed, GError **error);

/** files_copy: copies @from to @to, atomically as files_write(). */
gboolean files_copy (const char *from, const char *to, GError **error);

/** files_remove_tree: removes @path and all below it, never following a symbolic link. */
gboolean files_remove_tree (const char *path, GError **error);

/**
 * files_touch: makes the file's time now: when it was last used, by which `gc` goes. Where it may
 * not be changed it stays. Returns: whether the file is there.
 */
gboolean files_touch (const char *path);

/** files_sha256: Returns: (transfer full): the file's SHA-256 in 64 hex digits. */
char *files_sha256 (const char *path, GError **error);

/** files_last_line: Returns: (transfer full) (nullable): the last line that is not blank. */
char *files_last_line (const char *path);
