/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What depends on what, from the `.NAME.o.cmd` files that Kbuild leaves beside objects: the command
 * and every file that the compiler read (scripts/basic/fixdep.c).
 */
#pragma once

#include <glib.h>

typedef struct Depends Depends;

/** depends_read: all of them below @objects; files that cannot be read are left out. */
Depends *depends_read (const char *objects);
void depends_free (Depends *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Depends, depends_free)

/**
 * depends_count: how many objects were made from any of @paths, relative to the source tree that
 * make knows as @source: what make will have to make again.
 */
guint depends_count (const Depends *self, const char *source, GPtrArray *paths);
