/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Configuration files in git-config syntax: bakeoff.conf, *.board, *.toolchain.
 *
 * They are read with libgit2, so `git config -f FILE` edits what we read. A Config is a frozen
 * copy of one file; nothing of the user's own git configuration is ever mixed in. libgit2 tells no
 * line numbers, so config_line() looks them up in the text for messages.
 *
 * Keys are written as git prints them: `section.key` or `section.subsection.key`, section and key
 * in lower case, the subsection as it stands.
 */
#pragma once

#include <glib.h>

typedef struct Config Config;

/** config_load: reads @path. Errors: BAKEOFF_ERROR_USAGE naming file and line for bad syntax. */
Config *config_load (const char *path, GError **error);
void config_free (Config *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Config, config_free)

/**
 * config_inherit: takes over every key of @parent that @self does not have.
 * @adds: a key whose values all count: @parent's stand before those of @self
 */
void config_inherit (Config *self, const Config *parent, const char *adds);

/** config_path: Returns: (transfer none): the path given to config_load(). */
const char *config_path (const Config *self);

/** config_get: Returns: (transfer none) (nullable): the last value of @key. */
const char *config_get (const Config *self, const char *key);

/** config_get_all: Returns: (transfer none): all values of @key in file order, NULL-terminated. */
const char *const *config_get_all (const Config *self, const char *key);

/**
 * config_get_int: the value of @key as a number from @min to @max.
 * @fallback: what to give where the key is not set
 *
 * Errors: BAKEOFF_ERROR_USAGE naming file and line where it is no number or out of range.
 */
gboolean config_get_int (const Config *self, const char *key, int min, int max, int fallback,
			 int *out_value, GError **error);

/** config_get_bool: the value of @key as git reads it: true, yes, on, 1 and their opposites. */
gboolean config_get_bool (const Config *self, const char *key, gboolean fallback,
			  gboolean *out_value, GError **error);

/** config_subsections: Returns: (transfer container): names of `[section "NAME"]`, file order. */
GPtrArray *config_subsections (const Config *self, const char *section);

/** config_line: the line, counted from 1, where the last value of @key stands; 0 if unknown. */
guint config_line (const Config *self, const char *key);

/**
 * config_check:
 * @allowed: NULL-terminated keys; a `*` stands for any subsection, as `variant.*.patch`
 *
 * Errors: BAKEOFF_ERROR_USAGE naming file, line and the nearest allowed key for the first key that
 * is not allowed: a typo is never ignored.
 */
gboolean config_check (const Config *self, const char *const *allowed, GError **error);

/** config_fail: sets BAKEOFF_ERROR_USAGE as `FILE:LINE: message` for @key. Returns FALSE. */
gboolean config_fail (const Config *self, const char *key, GError **error, const char *format, ...)
	G_GNUC_PRINTF (4, 5);
