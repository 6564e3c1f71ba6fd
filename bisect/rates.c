/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>

#include "bisect/rates.h"

/* The order's own rounding errors add up to about this; below, it is all but impossible. */
#define ORDER_LEAST 1e-12

void rates_init (Rates *self)
{
	*self = (Rates){ .order = 0.5 };
	/* B(1, 1) / B(1/2, 1/2)^2 */
	self->log_g = -2 * log (G_PI);
}

/* The order after one more boot. */
static double order_after (const Rates *self, Side side, gboolean shown)
{
	double count = 0.5 + (shown ? self->shown[side] : self->hidden[side]);
	double step = exp (self->log_g) / count;
	double order = self->order + ((side == SIDE_NEW) == !!shown ? step : -step);

	return CLAMP (order, ORDER_LEAST, 1);
}

void rates_see (Rates *self, Side side, gboolean shown)
{
	const guint *counts = shown ? self->shown : self->hidden;
	double own = 0.5 + counts[side], pooled = 1.0 + counts[0] + counts[1];
	double side_all = 1.0 + self->shown[side] + self->hidden[side];
	double all = 2.0 + self->shown[0] + self->hidden[0] + self->shown[1] + self->hidden[1];

	self->order = order_after (self, side, shown);
	self->log_g += log (pooled / all) - log (own / side_all);
	self->log_beta += log (own / side_all);
	if (shown)
		self->shown[side]++;
	else
		self->hidden[side]++;
}

double rates_log_evidence (const Rates *self)
{
	return self->log_beta + log (2 * self->order);
}

double rates_predict (const Rates *self, Side side)
{
	double chance = rates_mean (self, side) * order_after (self, side, TRUE) / self->order;

	return CLAMP (chance, 0, 1);
}

double rates_mean (const Rates *self, Side side)
{
	return (0.5 + self->shown[side]) / (1.0 + self->shown[side] + self->hidden[side]);
}
