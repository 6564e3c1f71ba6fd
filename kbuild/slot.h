/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slots: where one build happens, and the objects that it starts from.
 *
 * The base of each board and configuration is built in place: SLOT/obj/BOARD/CONFIG/base holds its
 * objects, `state` beside it tells of which tree, configuration and tools they are, and `busy` in
 * it that make is at work on them. A variant is built over them, in a slot of its own: what it
 * changes of source and objects lies in a layer (sandbox.h) that is thrown away afterwards. So make
 * finds the times of the base's build, rebuilds what the patch touches and no more, and no variant
 * inherits anything from another. Every build sees its source and objects at the same paths.
 *
 * Without a sandbox there are no layers: a variant's files take the place of the base's and go
 * again when its slot is freed, one variant at a time, at the paths where the folders really are.
 *
 * A Slot is used by one thread at a time.
 */
#pragma once

#include <gio/gio.h>

#include "kbuild/source.h"

typedef struct Slot Slot;

/**
 * slot_open: the base's slot for @board and @config over @source, which must outlive it.
 * @guarded: builds run in a sandbox
 *
 * Holds it shared: others may build variants over it, and nobody changes it.
 */
Slot *slot_open (Source *source, const char *board, const char *config, const char *data_dir,
		 gboolean guarded, GCancellable *cancellable, GError **error);

/**
 * slot_open_variant: a slot for @tree over @base, which must outlive it and is held shared.
 */
Slot *slot_open_variant (Slot *base, const char *tree, GError **error);
void slot_free (Slot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Slot, slot_free)

/**
 * slot_own, slot_share: for a base's slot: waits until nobody else uses it, to build in it; lets
 * others in again. What it holds may be another's work afterwards: ask slot_is_ready().
 */
gboolean slot_own (Slot *self, GCancellable *cancellable, GError **error);
gboolean slot_share (Slot *self, GCancellable *cancellable, GError **error);

/* Absolute paths (transfer none), as make finds them. */
const char *slot_source (const Slot *self);
const char *slot_objects (const Slot *self);

/** slot_real_source: (transfer none): where base's source really is, for us to look into. */
const char *slot_real_source (const Slot *self);

/** slot_object_new: Returns: (transfer full): where we must write object file @name. */
char *slot_object_new (const Slot *self, const char *name);

/** slot_object: Returns: (transfer full) (nullable): where object file @name is; NULL: nowhere. */
char *slot_object (const Slot *self, const char *name);

/**
 * slot_object_dirs: folders (transfer none) with the base's objects, and with what this variant
 * has made of them; the latter holds what was written, and all the rest too without a sandbox.
 */
const char *slot_base_objects (const Slot *self);
const char *slot_new_objects (const Slot *self);

typedef struct {
	const char *jobserver;	/* path of its FIFO */
	const char *ccache_dir; /* (nullable): written by bases, and only read by variants */
	char **readable;	/* see SandboxSpec */
} SlotView;

/* Where a command finds the jobserver's FIFO. (transfer none) */
const char *slot_jobserver (const Slot *self, const SlotView *view);

/** slot_command: Returns: (transfer full): @argv, as it must be started to run in the slot. */
char **slot_command (const Slot *self, const SlotView *view, const char *const *argv);

gboolean slot_is_variant (const Slot *self);
gboolean slot_is_guarded (const Slot *self);
int slot_lock (const Slot *self); /* descriptor, for make's processes to hold */

/**
 * slot_set_tools: says that make will use the tools of hash @digest. Objects that others have made,
 * or at other paths, are thrown away: a new compiler under an old name changes no command line, and
 * make would keep them.
 */
gboolean slot_set_tools (Slot *self, const char *digest, GError **error);

/**
 * slot_set_busy: notes that make is at work, or has come to an end that it knew of. A slot that is
 * found busy was killed in the middle, or its make did not end by itself: setting it busy again
 * throws its objects away, for one may be half written and look finished.
 */
gboolean slot_set_busy (Slot *self, gboolean busy, GError **error);

/**
 * slot_config_stands: whether the slot's .config was made from inputs of hash @digest and from the
 * Kconfig files that are there now.
 */
gboolean slot_config_stands (const Slot *self, const char *digest);

/** slot_set_config: notes that it is so now; NULL that it is not, before the .config is changed. */
gboolean slot_set_config (Slot *self, const char *digest, GError **error);

/** slot_is_ready: whether this base's build has come to its end, so that variants can start. */
gboolean slot_is_ready (const Slot *self, const char *config, const char *tools);

/**
 * slot_is_whole: whether all of this base's objects were made since its source was filled, so that
 * whatever they depend on was read since: see source_unread(). Not so where the source has been at
 * another tree in between, even if it came back.
 */
gboolean slot_is_whole (const Slot *self);
