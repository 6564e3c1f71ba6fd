/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The `series` file of a quilt folder, see quilt(1). series_read() in series/variant.h reads the
 * patches it names; here is what else stands in it.
 */
#pragma once

#include <glib.h>

/* A line of `series` that names a patch. */
typedef struct {
	char *path;  /* absolute */
	char *where; /* `FILE:LINE` of it, for messages */
	char *when; /* (nullable): what stands behind `# when =`, which quilt takes for a comment */
} QuiltEntry;

/**
 * quilt_read: Returns: (transfer container) (element-type QuiltEntry): the patches of the folder
 * @dir, lowest first.
 *
 * Errors: USAGE for a folder without `series`, for a patch that is named there and missing, for a
 * `# when =` with no patch before it.
 */
GPtrArray *quilt_read (const char *dir, GError **error);

/** quilt_name_of: Returns: (transfer full) (nullable): the patch that a line of `series` names. */
char *quilt_name_of (const char *line);

/**
 * quilt_strip_level: how many leading names to strip from the paths in the patch file @path: what
 * the `series` beside it, or one folder up, says by -pN; 1 where nothing is said.
 *
 * Errors: USAGE for -R and other options that bakeoff cannot honour, naming file and line.
 */
gboolean quilt_strip_level (const char *path, guint *out_level, GError **error);
