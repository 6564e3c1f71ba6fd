/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `bakeoff import DIR`: patches that quilt worked on become the project's.
 */
#pragma once

#include "cmd/options.h"

/** import_is_quilt: whether @path is a folder with `series` or `patches/series`. */
gboolean import_is_quilt (const char *path);

/**
 * import_quilt: takes the patches of the quilt folder @dir into the loaded project, prints what
 * became of each.
 * @dry_run: print, and write nothing
 *
 * Errors: USAGE for what quilt_stack_read() refuses, for patches that do not apply to the base that
 * they are for, for a new one whose name another patch of the project has; nothing is written then.
 */
gboolean import_quilt (Selection *selection, const char *dir, gboolean dry_run, GError **error);
