/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Remarks: what a passing candidate prints that base never did, and whether it is far slower.
 *
 * A warning fails no boot, for kernels print them for many reasons; but one that comes with the fix
 * is a finding. What base prints is learned from the logs of all its boots: the reports that
 * condemn nothing, by their titles.
 */
#pragma once

#include "matrix/plan.h"

/**
 * remarks_find: fills in the cells' `remarks` and `slowness`. To be called when all is judged and
 * weighed. A log that is gone says nothing; where one of base's is missing, nothing is told of its
 * candidates, for it may have said the same.
 */
void remarks_find (Plan *plan);
