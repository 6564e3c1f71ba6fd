/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Templates: `%{name}` in board and toolchain files becomes a value.
 */
#pragma once

#include <glib.h>

/**
 * template_expand:
 * @text: text with `%{name}`; a lone `%` stands for itself
 * @...: name, value pairs, ended by NULL
 *
 * Returns: (transfer full): the text; NULL with BAKEOFF_ERROR_USAGE for a name that is not given,
 * because a silent empty word in a command line is worse than an error.
 */
char *template_expand (GError **error, const char *text, ...) G_GNUC_NULL_TERMINATED;
