/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `bakeoff bisect --series`: which patch of a series breaks or cures.
 */
#pragma once

#include "cmd/trial-options.h"

/**
 * bisect_series: asks for stacks of patches, and prints the answer.
 * @name: a quilt folder, its `series` file, or a variant of the project
 * @out_status: EXIT_DONE for one patch, EXIT_NO where base and the whole are alike, EXIT_UNJUDGED
 *   for several patches, or an end that cannot be tested
 *
 * Errors: USAGE, FAILED where our side breaks, CANCELLED.
 */
gboolean bisect_series (Selection *selection, const TrialOptions *options, const char *name,
			int *out_status, GError **error);
