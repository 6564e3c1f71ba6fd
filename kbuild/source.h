/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sources: the base's tree on disk, which every build of a run reads.
 *
 * SLOTS/N/src holds one tree; SLOTS/N/source says which. Several bakeoffs that want the same tree
 * share it, one that wants another takes the next N. While a Source is open its files stay as they
 * are: a variant's files lie in a layer above (slot.h), or, where there are no layers, take their
 * place for the time of one build.
 *
 * All files get a time of access of zero when they are written. A file that still has it was read
 * by no build since, of any board, and a change to it can change no image (source_unread()).
 */
#pragma once

#include <gio/gio.h>

typedef struct Source Source;

/**
 * SourceFill: makes @dir hold @to_tree; @from_tree is what it holds, NULL for nothing that is
 * known. kbuild knows no git: whoever opens a source brings this. Called by several threads.
 * @out_changed: (transfer full) (element-type utf8): paths that were written or removed
 */
typedef gboolean (*SourceFill) (const char *from_tree, const char *to_tree, const char *dir,
				GPtrArray **out_changed, gpointer user_data, GError **error);

/**
 * source_open: finds a folder of @slots_dir that holds @tree, or makes one hold it. The time of its
 * `lock` tells when that was last done.
 * @shared: whether others may use it at the same time; FALSE where builds change it in place
 */
Source *source_open (const char *slots_dir, const char *tree, gboolean shared, SourceFill fill,
		     gpointer user_data, GError **error);
void source_free (Source *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Source, source_free)

/* (transfer none) */
const char *source_slot (const Source *self);	    /* absolute path of SLOTS/N */
const char *source_dir (const Source *self);	    /* of its src */
const char *source_generation (const Source *self); /* a new word each time that all is new */
const char *source_filling (const Source *self);    /* a new word each time that anything is */

/**
 * source_fill: writes what @tree has and the source's tree has not into @dir, which need not hold
 * the rest.
 */
gboolean source_fill (const Source *self, const char *tree, const char *dir,
		      GPtrArray **out_changed, GError **error);

/**
 * source_unread: whether no build has read any of @paths (relative) since the source was filled.
 *
 * FALSE also where it cannot be known: on other file systems than ext2 to ext4 and tmpfs, and where
 * no times of access are kept (noatime), seen by the top Makefile, which every build reads.
 */
gboolean source_unread (const Source *self, GPtrArray *paths);

/**
 * source_visit: for builds in place: makes the source hold @tree until source_leave(), which puts
 * files and their times back. One visit at a time, and no other build meanwhile.
 * Errors: as the fill function's; after one the source is filled anew when it is next opened.
 */
gboolean source_visit (Source *self, const char *tree, GPtrArray **out_changed, GError **error);
gboolean source_leave (Source *self, GError **error);
