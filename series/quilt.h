/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The `series` file of a quilt folder, see quilt(1). series_read() in series/variant.h reads the
 * patches it names; here is what else stands in it.
 */
#pragma once

#include <glib.h>

/* What is found in a quilt folder's work tree beside the patches. */
#define QUILT_PATCHES "patches"
#define QUILT_SERIES  "series"
#define QUILT_PC      ".pc"

/* A line of `series` that names a patch. */
typedef struct {
	char *name;  /* as it stands there: relative to the folder, may hold slashes */
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

/* What a line of `series` tells patch(1) besides the patch's name. */
typedef struct {
	guint level; /* -pN: leading names to strip from paths; 1. -pab, which quilt writes, is 1 */
	gboolean reverse; /* -R: the patch is to be undone */
} QuiltOptions;

/**
 * quilt_options: of the patch file @path: what the nearest `series` that names it says, in its
 * folder or in one above; that of `patches/` may lie beside that folder. The defaults where none
 * does.
 *
 * Errors: USAGE for options that bakeoff cannot honour, naming file and line.
 */
gboolean quilt_options (const char *path, QuiltOptions *out, GError **error);

/**
 * quilt_comment: Returns: (transfer full): what stands behind the options there, with the blanks
 * before it: a comment, a guard as ` #+tag`, or nothing.
 */
char *quilt_comment (const char *path);

/**
 * quilt_put: a `series` with @name in it, under @options.
 * @text: what stands in `series` so far
 * @comment: what a line that is new gets at its end, see quilt_comment()
 * @after: (nullable): the patch in whose next line @name goes if it is not there yet; at the end
 *   where that one is not there either
 *
 * A line that names the patch keeps all but its options, and those too where they say the same; all
 * other lines stay as they are, be they comments, guards or blank.
 *
 * Returns: (transfer full)
 */
char *quilt_put (const char *text, const char *name, const QuiltOptions *options,
		 const char *comment, const char *after);

/**
 * quilt_locate: where the patches of a folder made with quilt are.
 * @dir: a folder with `series` and patches, or one in whose `patches` they are, as in a work tree
 * @out_series: (transfer full): the file
 * @out_patches: (transfer full): the folder that its names are relative to
 *
 * Returns: FALSE where there is no `series`.
 */
gboolean quilt_locate (const char *dir, char **out_series, char **out_patches);

/** quilt_read_file: quilt_read(), with the patches of @series in @patches. */
GPtrArray *quilt_read_file (const char *series, const char *patches, GError **error);
