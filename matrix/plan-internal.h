/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the plan*.c files share.
 */
#pragma once

#include "matrix/plan.h"

/** plan__apply_variants: opens the base and applies all variants. Errors: as plan_new(). */
gboolean plan__apply_variants (Plan *self, const PlanOptions *options, GError **error);

/** plan__apply_on_boards: the same again for boards that have preludes of their own. */
gboolean plan__apply_on_boards (const Plan *self, const PlanOptions *options, GError **error);
