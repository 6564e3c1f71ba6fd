/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For which commits a patch of a prelude is: what stands behind `when =` in a series.
 *
 * `A..B` holds for a commit that contains A, or is A, and neither contains nor is B; `A..` and
 * `..B` ask for one of both alone. Of several ranges, with commas between them, one must hold. A
 * commit on a side branch that left before A and was merged after it does not contain A.
 */
#pragma once

#include <glib.h>

#include "series/repo.h"

typedef struct When When;

/**
 * when_parse:
 * @text: `v2.6.12..v2.6.22-rc3, v2.6.24..`
 * @where: `FILE:LINE`, for messages
 *
 * Errors: USAGE.
 */
When *when_parse (const char *text, const char *where, GError **error);
void when_free (When *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (When, when_free)

/** when_text: Returns: (transfer none): the ranges as they were written, printable. */
const char *when_text (const When *self);

/**
 * when_holds:
 * @commit: id
 *
 * Errors: USAGE for any of the revisions that is no commit, though it would not decide; FAILED.
 */
gboolean when_holds (const When *self, Repo *repo, const char *commit, gboolean *out_holds,
		     GError **error);
