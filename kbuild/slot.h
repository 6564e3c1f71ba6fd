/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Source slots: a source tree and the objects built from it, that go from variant to variant.
 *
 * DIR/src holds the source, DIR/obj what make leaves, DIR/state says which tree and which
 * configuration they are at. The state is taken away before anything is changed and written after:
 * a slot that was interrupted is filled anew. One process and one thread at a time use a slot; the
 * lock file DIR/lock keeps others out, and compilers that outlived a killed bakeoff too.
 */
#pragma once

#include <glib.h>

typedef struct Slot Slot;

/**
 * SlotFill: makes @dir hold @to_tree; @from_tree is what it holds, NULL for nothing that is known.
 * @out_changed: (transfer full) (element-type utf8): paths that were written or removed
 *
 * kbuild knows no git: whoever opens a slot brings this.
 */
typedef gboolean (*SlotFill) (const char *from_tree, const char *to_tree, const char *dir,
			      GPtrArray **out_changed, gpointer user_data, GError **error);

/** slot_open: makes @dir where it is missing. Waits
 * half a minute for another bakeoff that holds it; FAILED after that. */
Slot *slot_open (const char *dir, GError **error);
void slot_free (Slot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Slot, slot_free)

const char *slot_source (const Slot *self);  /* (transfer none): absolute path of DIR/src */
const char *slot_objects (const Slot *self); /* (transfer none): absolute path of DIR/obj */

/**
 * slot_set_tools: says that make will use the tools of hash @digest. Objects that others have made
 * are thrown away: a new compiler under an old name changes no command line, and make would keep
 * them.
 */
gboolean slot_set_tools (Slot *self, const char *digest, GError **error);

int slot_lock (const Slot *self); /* descriptor of DIR/lock, for make's processes to hold */

/**
 * slot_set_busy: notes that make is at work, or has come to an end that it knew of. A slot that is
 * found busy was killed in the middle, or its make did not end by itself: slot_open(), or setting
 * it busy again, throws its objects away, for one may be half written and look finished.
 */
gboolean slot_set_busy (Slot *self, gboolean busy, GError **error);

/**
 * slot_switch: brings the source to @tree. Files that do not differ keep their times, so that make
 * rebuilds what differs and no more.
 */
gboolean slot_switch (Slot *self, const char *tree, SlotFill fill, gpointer user_data,
		      GError **error);

/**
 * slot_config_stands: whether the slot's .config was made from inputs of hash @digest, and no
 * Kconfig or defconfig file has changed since.
 */
gboolean slot_config_stands (const Slot *self, const char *digest);

/** slot_set_config: notes that it is so now; NULL that it is not, before the .config is changed. */
gboolean slot_set_config (Slot *self, const char *digest, GError **error);
