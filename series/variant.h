/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Variants: an ordered list of patch files put on a base commit, in memory.
 */
#pragma once

#include <glib.h>

#include "series/prelude.h"
#include "series/repo.h"

typedef struct {
	char *name;	    /* unique, typable; "base" is the variant without patches */
	char *title;	    /* subject of its topmost patch, without [PATCH] tags */
	char *author;	    /* `Name <address>` of its topmost patch */
	char *message_id;   /* (nullable): of its topmost patch, with the angle brackets */
	GPtrArray *patches; /* (element-type filename): bottom first, without the prelude */
} Variant;

/**
 * variant_new: reads the headers of the topmost patch for title, author and message_id.
 * @patches: (element-type filename) (transfer full): absolute paths, may be empty
 *
 * A patch that is missing is an error (USAGE). One whose diff is malformed is not: applying it will
 * say so.
 */
Variant *variant_new (const char *name, GPtrArray *patches, GError **error);
void variant_free (Variant *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Variant, variant_free)

/* What applying a variant came to. */
typedef struct {
	gboolean ok;
	gboolean prelude_failed; /* not ok, for what lies below the variant does not go onto @base:
				  * nothing is known of the variant's own patches */
	char *tree;		 /* id of base + prelude + patches; NULL unless ok */
	char *commit;		 /* id of the commit made on top of @base; NULL unless ok */
	char *detail;	  /* where not ok: which patch, file, hunk, line, and what differs there */
	GPtrArray *notes; /* (element-type utf8): see ApplyOptions; printable; those on the prelude
			   * and on fixes begin with PRELUDE_NOTE and FIX_NOTE */
} Applied;

void applied_free (Applied *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Applied, applied_free)

/**
 * variant_apply:
 * @base: commit id
 * @prelude: (nullable): what goes below every variant
 * @fuzz: lines of context that patch(1) may ignore where exact context is found nowhere; 0 forbids.
 *   For the variant's patches and for fixes; a prelude is more lenient on its own
 *
 * One commit for the prelude as a whole (author bakeoff, with the names of the patches that went
 * on; none where none did), then one per fix and per patch with the patch's author, date and
 * message. Committer and dates depend on the patches and the base alone, so equal input gives equal
 * commit ids. No ref is written: see repo_update_ref().
 *
 * Returns: (transfer full): also where a patch does not apply (ok is FALSE then), be it the
 * variant's or one below it. NULL with an error only for trouble that is no patch's fault: USAGE
 * from prelude_apply(), FAILED for a repository that cannot be written.
 */
Applied *variant_apply (Repo *repo, const char *base, const Prelude *prelude,
			const Variant *variant, int fuzz, GError **error);

/**
 * series_read: the patch files of a quilt folder, in the order of its `series` file.
 *
 * Returns: (transfer container) (element-type filename): absolute paths. A folder without `series`
 * is an error (USAGE), as is a patch that is named there and missing.
 */
GPtrArray *series_read (const char *dir, GError **error);
