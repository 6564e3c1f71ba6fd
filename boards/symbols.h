/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where in the source a place of a backtrace is: vmlinux and its debugging information, by libdw.
 *
 * A place is what kernels print, `get_index+0x14/0x48`: an offset into a function and its size.
 * It is looked up by the function's name, so it does not matter where the kernel ran (KASLR).
 */
#pragma once

#include <glib.h>

typedef struct Symbols Symbols;

typedef struct {
	char *function;
	char *file; /* (nullable): relative to the kernel's tree where that can be told */
	guint line; /* 0 where it is not known */
} SourcePlace;

void source_place_free (SourcePlace *self);

/** symbols_open: reads the ELF file @path of any machine. Errors: USAGE: no such file, or no ELF.
 */
Symbols *symbols_open (const char *path, GError **error);
void symbols_free (Symbols *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Symbols, symbols_free)

/** symbols_has_lines: whether there is debugging information at all. */
gboolean symbols_has_lines (const Symbols *self);

/** symbols_build_id: Returns: (transfer none) (nullable): in hex. */
const char *symbols_build_id (const Symbols *self);

/**
 * symbols_find:
 * @place: `FUNCTION+0xOFFSET/0xSIZE`; of functions with one name the size tells which; it may lack
 * @is_return: whether it is where a call returns to: the call itself, before it, is what is wanted
 *
 * Returns: (transfer full) (nullable) (element-type SourcePlace): innermost first: functions that
 * were inlined there, and at last the function itself; NULL where there is no such place.
 */
GPtrArray *symbols_find (Symbols *self, const char *place, gboolean is_return);
