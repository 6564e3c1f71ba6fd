/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The `series` file of a quilt folder, see quilt(1). series_read() in series/variant.h reads the
 * patches it names; here is what else stands in it.
 */
#pragma once

#include <glib.h>

/** quilt_name_of: Returns: (transfer full) (nullable): the patch that a line of `series` names. */
char *quilt_name_of (const char *line);

/**
 * quilt_strip_level: how many leading names to strip from the paths in the patch file @path: what
 * the `series` beside it, or one folder up, says by -pN; 1 where nothing is said.
 *
 * Errors: USAGE for -R and other options that bakeoff cannot honour, naming file and line.
 */
gboolean quilt_strip_level (const char *path, guint *out_level, GError **error);
