/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paths as patches write them: quoted, with time stamps, version suffixes and leading folders.
 */
#pragma once

#include <glib.h>

/**
 * path_from_header: the path in what follows `--- ` or `+++ `: without the time stamp, unquoted.
 * @out_epoch: (out) (optional): whether the time stamp is the epoch in some time zone
 *
 * Returns: (transfer full) (nullable): NULL for /dev/null.
 */
char *path_from_header (const char *text, gboolean *out_epoch);

/** path_unquote: reads git's C-style `"a\tb"`; a plain @text is copied. */
char *path_unquote (const char *text);

/** path_quote: writes @prefix and @path as git with core.quotePath: quoted where needed. */
char *path_quote (const char *prefix, const char *path);

/** path_is_safe: FALSE for an absolute path, one with `..`, `.`, `.git` or an empty name in it. */
gboolean path_is_safe (const char *path);

/** path_strip: Returns: (transfer none) (nullable): @path without its first @level names. */
const char *path_strip (const char *path, guint level);

/** path_depth: how many names @path has. */
guint path_depth (const char *path);

/**
 * path_without_suffix: @path without `.orig`, `.old`, `.bak` or `~`, and then without a kernel
 * version as in `at91_mci.c-2.6.22-rc5`.
 *
 * Returns: (transfer full) (nullable): NULL where there is no such suffix.
 */
char *path_without_suffix (const char *path);
