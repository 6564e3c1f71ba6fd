/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of a command line that a session of `bisect` remembers, and goes on with.
 */
#pragma once

#include <glib.h>

/**
 * bisect_words_to_keep: all of @words but @verb, which is one of them, not only equal to one; files
 * of --with and --repo are made absolute, so that they are found from any folder. Returns:
 * (transfer full)
 */
char **bisect_words_to_keep (char **words, const char *verb);

/**
 * bisect_words_again: a command line for options_parse().
 * @kept: of the session
 * @now: of today, which come after them and so go before them
 * @project: the project file that today's words chose
 *
 * Returns: (transfer full)
 */
char **bisect_words_again (char **kept, char **now, const char *project);
