/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names made of titles: of patch files and of variants.
 */
#pragma once

#include <glib.h>

/**
 * names_file: `0004-page_mapping-must-avoid-slub-pages.patch`, as git format-patch would call it:
 * 64 characters at most, the number and `.patch` included.
 */
char *names_file (guint number, const char *title);

/**
 * names_variant: `page-mapping-avoid-slub`: the title's words that carry meaning, in lower case, as
 * many whole ones as 24 characters hold.
 * @version: adds `-v2` for 2, and so on
 * @author: (nullable): whose last name is added where the short name is taken; then a number is
 * @taken: (element-type utf8): set of names; the new one is added
 */
char *names_variant (const char *title, guint version, const char *author, GHashTable *taken);
