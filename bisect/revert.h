/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking a commit back, in memory: the counter-proof of a bisection.
 */
#pragma once

#include "series/repo.h"

/**
 * revert_parents: the parents of @commit, or the first alone.
 *
 * Returns: (transfer full) (array zero-terminated=1). Errors: FAILED.
 */
char **revert_parents (Repo *repo, const char *commit, gboolean first_only, GError **error);

/**
 * revert_commit: a commit on top of @onto that takes back what @commit did; no ref points to it.
 * Its dates are @onto's, so that equal input gives an equal id.
 *
 * Returns: (transfer full) (nullable): its id; NULL without an error where it does not apply
 * without conflicts, or where @commit is a merge. Errors: FAILED.
 */
char *revert_commit (Repo *repo, const char *commit, const char *onto, GError **error);
