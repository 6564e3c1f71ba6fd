/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether stacks of patch files go onto a commit: tried in memory, nothing is written.
 */
#pragma once

#include <glib.h>

#include "series/prelude.h"
#include "series/repo.h"

typedef struct Stacker Stacker;

/**
 * stacker_new: @repo must outlive it.
 * @base: commit id
 * @prelude: (nullable): what lies below every stack, with its fixes
 * @fuzz: as for variant_apply()
 *
 * Errors: PATCH where the prelude does not go onto @base; USAGE, FAILED.
 */
Stacker *stacker_new (Repo *repo, const char *base, const Prelude *prelude, int fuzz,
		      GError **error);
void stacker_free (Stacker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stacker, stacker_free)

/**
 * stacker_fits: whether the patches @paths go on, one on top of the other.
 * @out_why: (out) (optional) (transfer full): where not, what does not fit
 */
gboolean stacker_fits (Stacker *self, const GPtrArray *paths, char **out_why);

/**
 * stacker_join: Returns: (transfer full) (element-type filename): @below, and on top what @top has
 * beside that.
 */
GPtrArray *stacker_join (const GPtrArray *below, const GPtrArray *top);
