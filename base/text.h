/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of others on its way to people: what a mail, a patch, a compiler or a console says, before
 * it goes into a message, a report or JSON.
 */
#pragma once

#include <glib.h>

/**
 * text_printable: @bytes as valid UTF-8 that moves nobody's cursor.
 * @length: of @bytes; -1 where a NUL ends them
 *
 * Bytes that are no UTF-8 and ASCII's control characters (NUL, BEL, backspace, CR, ESC, DEL …)
 * become `\x1b`; C1's controls, line and paragraph separators and those that change the direction
 * of writing become `\u202e`: an ESC or a CR can hide what stands before it, and U+202E shows code
 * in another order than the compiler reads it (CVE-2021-42574). Newline and tab stay: who makes one
 * line of it takes them out. Applying it again changes nothing.
 *
 * Returns: (transfer full) (nullable): NULL for NULL.
 */
char *text_printable (const char *bytes, gssize length);
