/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lies below every variant: the prelude, a quilt series of what today's tools need under an
 * old kernel, and on top of it fixes, patch files that a search tries out.
 *
 * A prelude is written against one commit and must go onto others, so it is applied leniently, and
 * what was done to fit it is told in notes. A fix is what is being tested: it is applied as a
 * variant's patch is. A Prelude does not change once it is complete; any number of repositories
 * and commits may be asked about it.
 */
#pragma once

#include <glib.h>

#include "series/overlay.h"
#include "series/patch-file.h"

/* How the notes of the two kinds of patches begin; so do the messages of what does not apply. */
#define PRELUDE_NOTE "prelude: "
#define FIX_NOTE     "with: "

/* In the note of a patch that did not go on; why follows. */
#define PRELUDE_LEFT_OUT "left out: "

typedef struct Prelude Prelude;

/** prelude_new: Returns: (transfer full): one without patches. */
Prelude *prelude_new (void);

/**
 * prelude_add: puts the patches of a quilt folder on top, in the order of its `series` file.
 *
 * Errors: USAGE for a folder without `series`, for a `# when =` that is no range, and for a patch
 * that is missing, has no diff, is malformed or cut: such a patch goes onto no commit.
 */
gboolean prelude_add (Prelude *self, const char *dir, GError **error);

/** prelude_read: Returns: (transfer full): prelude_new() with prelude_add(). */
Prelude *prelude_read (const char *dir, GError **error);
void prelude_free (Prelude *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Prelude, prelude_free)

/** prelude_add_fix: puts the patch file @path on top. Errors: as prelude_add(). */
gboolean prelude_add_fix (Prelude *self, const char *path, GError **error);

/** prelude_n_fixes: how many prelude_add_fix() added. */
guint prelude_n_fixes (const Prelude *self);

/**
 * prelude_apply: puts the prelude, without the fixes, on a commit.
 * @base: id of the commit
 * @overlay: its tree, without other changes; in an undefined state where this fails
 * @notes: (nullable) (element-type utf8): gets a line on each patch that was moved, fuzzed, merged
 *   or left out, printable
 * @used: (element-type utf8): gets the names of the patches that went on, lowest first
 *
 * Each patch, if its `when` holds for @base (series/when.h), is tried in this order:
 *
 * 1. where it says, at exact context;
 * 2. elsewhere at exact context, unless it is nearer as a change that is there already
 *    (series/already.h): then it is left out. So is one that changes nothing;
 * 3. file by file with two lines of fuzz, but never a hunk that is there already;
 * 4. merged three-way with the blob that it was made on (series/merge.h), if that is clean. A merge
 *    after which nothing differs means that it is there already.
 *
 * Errors: PATCH where a patch does not fit; USAGE for a `when` with an unknown revision, naming
 * file and line; FAILED for trouble with the repository or with patch(1).
 */
gboolean prelude_apply (const Prelude *self, Repo *repo, const char *base, Overlay *overlay,
			GPtrArray *notes, GPtrArray *used, GError **error);

/**
 * prelude_apply_fix: puts one fix on top.
 * @index: from 0, lowest first
 * @fuzz: see ApplyOptions
 * @out_file: (out) (transfer none) (nullable): the fix; NULL where it was left out, for what it
 *   changes is there already
 *
 * Errors: PATCH where it does not fit; FAILED.
 */
gboolean prelude_apply_fix (const Prelude *self, guint index, Overlay *overlay, int fuzz,
			    GPtrArray *notes, const PatchFile **out_file, GError **error);
