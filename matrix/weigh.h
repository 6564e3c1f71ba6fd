/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Weighing: what a candidate's boots say beside the base's.
 *
 * A crash that base does not have is another one. And no candidate passes because nobody looked
 * long enough: so many good boots are needed that a candidate as bad as base would have as many
 * with a chance of at most ODDS_ERROR. Only a base that failed in each of one or two boots is taken
 * to fail always, and asks for as many good ones.
 */
#pragma once

#include "matrix/plan.h"

/**
 * weigh_plan: to be called when all that is known stands in the cells: makes VERDICT_OOPS_NEW and
 * VERDICT_UNDECIDED of verdicts that single boots gave. Calling it again changes nothing.
 */
void weigh_plan (Plan *plan);

/** weigh_base: Returns: (transfer none): the base's cell on @cell's board and config. */
const Cell *weigh_base (const Plan *plan, const Cell *cell);

/**
 * weigh_needed: how many good boots @cell needs in all to pass. Returns: 0 where any number will
 * do: of base itself, and where base never failed.
 */
guint weigh_needed (const Plan *plan, const Cell *cell);
