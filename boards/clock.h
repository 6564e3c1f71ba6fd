/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clocks: how long a boot may take, and how long it may print nothing.
 *
 * A board file gives both with room for the slowest machine that anybody has. How a board really
 * boots is known once it did so to the end, and from then on a hang need not be waited for so long.
 * What is learned has a floor, because a machine with other work to do is slower at times, and the
 * board's own numbers are the ceiling.
 */
#pragma once

#include "boards/board.h"

/* A boot that went to its end. Seconds. */
typedef struct {
	double seconds; /* in all */
	double silence; /* the longest */
} BootPace;

typedef struct {
	int timeout, silence; /* seconds */
	BootPace usual;	      /* what they were learned from; zeros where they are the board's */
} BootClock;

/* A boot may take so many times what is usual, and is never given less than so many seconds. */
#define CLOCK_TIMES	    10
#define CLOCK_TIMEOUT_FLOOR 30
#define CLOCK_SILENCE_FLOOR 10

/* Nineteen boots of twenty are at most as slow as what is usual. */
#define CLOCK_QUANTILE 0.95

/** boot_clock_learn: @paces: (element-type BootPace): of boots of @board; may be empty. */
BootClock boot_clock_learn (const Board *board, const GArray *paces);
