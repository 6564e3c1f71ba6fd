/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Subsets: a stack of patches taken apart into items, and patches made of any part of these.
 *
 * An item is a run of added and removed lines without context in it: what mails and diff glue into
 * one hunk is taken apart too. A file's creation, removal, rename, copy or change of mode is an
 * item of its own; creation and removal with all their lines. Items are numbered as they stand in
 * the patches.
 *
 * An item needs another one
 * - where it lies in a file that the other one creates, copies or gives its name;
 * - where it takes the place of a file or folder that the other one takes away;
 * - where, in a later patch, it touches the lines of the other one: removes what it added, or has
 *   nothing between them that both leave alone. Changes that git would merge do not need each
 *   other, though one is in the other's context: context is made anew.
 *
 * A set of items is closed where it has all that its items need. Every closed set gives patches
 * that apply exactly and at the lines that they say; all items give the original's tree.
 */
#pragma once

#include <glib.h>

#include "base/bits.h"
#include "series/overlay.h"
#include "series/patch.h"

typedef struct Subset Subset;

typedef struct {
	guint patch; /* index in the stack */
	guint file;  /* index in the patch */
	guint hunk;  /* index in the file; G_MAXUINT for a file's creation, name or mode */
	guint line;  /* in the file before the patch, as its hunk counts; 0 where no hunk */
	guint added, removed; /* lines */
	char *name; /* for people: `mm/slub.c: hunk 2 at line 123 (new_slab) (+3 -1)`; unique */
} SubsetItem;

/**
 * subset_new:
 * @patches: (element-type Patch): bottom first; stripped, see patch_strip(). They are copied
 * @base: what the lowest one goes onto; must outlive the subset
 *
 * Errors: PATCH where the stack does not apply there without fuzz, or changes what is no text.
 */
Subset *subset_new (GPtrArray *patches, const Overlay *base, GError **error);
void subset_free (Subset *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Subset, subset_free)

/** subset_size: how many items there are; sets below have this size. */
guint subset_size (const Subset *self);
const SubsetItem *subset_item (const Subset *self, guint item);

/**
 * subset_needs: Returns: (transfer none) (element-type Bits): for each item those that it needs,
 * without what these need in turn.
 */
GPtrArray *subset_needs (const Subset *self);

/** subset_is_closed: whether @kept has all that its items need. */
gboolean subset_is_closed (const Subset *self, const Bits *kept);

/**
 * subset_patches: the stack with the items in @kept alone, which must be closed.
 *
 * Returns: (transfer full) (element-type Patch): those that still change something, bottom first,
 * with the names of the originals; empty where nothing is kept. Each is ready for patch_apply() on
 * top of those before it and for patch_to_string().
 */
GPtrArray *subset_patches (const Subset *self, const Bits *kept);
