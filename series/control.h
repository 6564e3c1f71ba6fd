/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Characters in a diff that make it look like another one.
 *
 * What turns the direction of writing, takes no room or moves a terminal's cursor shows a reader
 * code in another order than the compiler reads it, or hides some (CVE-2021-42574, "Trojan
 * Source"). Source code has no use for them but tab, form feed and, at a line's end or not, CR.
 */
#pragma once

#include <glib.h>

#include "series/patch.h"

/**
 * control_find:
 * @lines: (element-type SourceLine): of a mail's part
 * @from: index of the diff's first line
 * @patch: (nullable): what was read of it: says where it ends, and what escapes in its paths mean;
 *   without it all lines are looked at
 * @name: of the source
 *
 * Looks for C0 and C1 controls, DEL, U+200B to U+200F, U+202A to U+202E, U+2066 to U+2069, and
 * U+FEFF but as the first character of a file. Bytes that are no UTF-8 are somebody's Latin 1.
 *
 * Returns: (transfer full) (nullable): `thread.txt:140: U+202E, which turns the direction of
 * writing`: the first one.
 */
char *control_find (GPtrArray *lines, guint from, const Patch *patch, const char *name);
