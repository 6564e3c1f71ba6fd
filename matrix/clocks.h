/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a board's boots have shown of its pace: clocks for the next, and who is slow.
 */
#pragma once

#include "matrix/plan.h"

/* A variant that boots in so many times base's time, and in so many seconds more, is told. */
#define CLOCKS_SLOW_TIMES   5
#define CLOCKS_SLOW_SECONDS 3

/**
 * clocks_learn: the limits for a boot of @cell, from the boots of base that passed on its board and
 * configuration; where base has none there, from those of all variants. All cells have been judged.
 */
BootClock clocks_learn (const Plan *plan, const Cell *cell);

/**
 * clocks_slowness: how many times longer @cell's quickest pass took than @base's slowest; 0 where
 * that is no finding, or one of them never passed.
 */
double clocks_slowness (const Cell *cell, const Cell *base);
