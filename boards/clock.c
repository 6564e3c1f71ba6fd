/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>

#include "boards/clock.h"

static int compare_doubles (gconstpointer a, gconstpointer b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* The quantile of @values by nearest rank: of few, the greatest. */
static double usual (GArray *values)
{
	guint rank = (guint) ceil (CLOCK_QUANTILE * values->len);

	g_array_sort (values, compare_doubles);
	return g_array_index (values, double, rank - 1);
}

static int limit (double usual_seconds, int floor, int ceiling)
{
	double seconds = ceil (CLOCK_TIMES * usual_seconds);

	return seconds < ceiling ? MIN (MAX ((int) seconds, floor), ceiling) : ceiling;
}

BootClock boot_clock_learn (const Board *board, const GArray *paces)
{
	g_autoptr (GArray) seconds = g_array_new (FALSE, FALSE, sizeof (double));
	g_autoptr (GArray) silences = g_array_new (FALSE, FALSE, sizeof (double));
	BootClock clock = { .timeout = board->timeout, .silence = board->silence };
	guint i;

	for (i = 0; i < paces->len; i++) {
		const BootPace *pace = &g_array_index (paces, BootPace, i);

		g_array_append_val (seconds, pace->seconds);
		g_array_append_val (silences, pace->silence);
	}
	if (paces->len == 0)
		return clock;
	clock.usual = (BootPace){ usual (seconds), usual (silences) };
	clock.timeout = limit (clock.usual.seconds, CLOCK_TIMEOUT_FLOOR, board->timeout);
	clock.silence = limit (clock.usual.silence, CLOCK_SILENCE_FLOOR, board->silence);
	return clock;
}
