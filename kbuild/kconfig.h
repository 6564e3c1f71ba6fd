/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel configurations: settings put into a .config, and whether they held.
 *
 * A setting is `CONFIG_NAME=value`; `=n` means "is not set". With `?` in front it is a wish: what
 * only some kernels have need not take. Old kernels take the first line of a
 * symbol and drop without a word what does not suit them, so every line of a symbol is replaced,
 * and the result of `make oldconfig` is checked.
 */
#pragma once

#include <glib.h>

/** kconfig_setting_valid: whether @setting is `CONFIG_` + name + `=` + value, or that behind `?`.
 */
gboolean kconfig_setting_valid (const char *setting);

/**
 * kconfig_merge: Returns: (transfer full): @text of a .config with @settings put in; of two
 * settings of one symbol the later one wins.
 */
char *kconfig_merge (const char *text, const char *const *settings);

/** kconfig_has_modules: whether the .config @text makes anything a module. */
gboolean kconfig_has_modules (const char *text);

/**
 * kconfig_check: whether each of @settings holds in the .config @text.
 * @source: the source tree, in whose Kconfig files the reason is looked for
 *
 * Errors: CONFIG, naming every option that did not take with the value that it has, and its
 * `depends on` lines.
 */
gboolean kconfig_check (const char *text, const char *const *settings, const char *source,
			GError **error);

/**
 * kconfig_refuses: whether @message, one of kconfig_check()'s, says that @symbol (`CONFIG_NAME`)
 * did not take.
 */
gboolean kconfig_refuses (const char *message, const char *symbol);
