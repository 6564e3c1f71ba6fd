/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two unknown rates: how often a boot shows the sign on the new side of a change and on the old.
 *
 * Each side is a Bernoulli trial with a Beta(1/2, 1/2) prior (Jeffreys'), and the new side's rate
 * is the higher one: the prior is the product of the two, cut to p_new > p_old and doubled. What
 * was seen is four counts; its evidence, the chance of just these boots, is
 *
 *     2 * P(p_new > p_old | counts) * B(a, b) / B(1/2, 1/2) * B(c, d) / B(1/2, 1/2)
 *
 * with a, b = 1/2 + shown, hidden of the new side and c, d of the old. P(p_new > p_old) of two
 * Betas has no closed form at halves, but one more boot changes it by a term that has: with g = B(a
 * + c, b + d) / (B(a, b) * B(c, d)) it grows by g / a or g / d and falls by g / b or g / c (J.
 * Cook, "Exact calculation of beta inequalities", 2005). It starts at 1/2, and each count goes up
 * by one, so all is kept up to date by a few products a boot.
 */
#pragma once

#include <glib.h>

typedef enum {
	SIDE_OLD, /* without the change */
	SIDE_NEW, /* with it */
} Side;

typedef struct {
	guint shown[2]; /* boots by Side that showed the sign */
	guint hidden[2];
	double order;	 /* P(p_new > p_old) with the prior not cut, 0 to 1 */
	double log_g;	 /* the g above */
	double log_beta; /* of both B(,) / B(1/2, 1/2) */
} Rates;

/** rates_init: nothing was booted. */
void rates_init (Rates *self);

void rates_see (Rates *self, Side side, gboolean shown);

/** rates_log_evidence: natural logarithm of the chance of the boots, in the order they came in. */
double rates_log_evidence (const Rates *self);

/** rates_predict: the chance that one more boot on @side shows the sign. */
double rates_predict (const Rates *self, Side side);

/** rates_mean: the rate to expect on @side: the Beta's mean, not cut. */
double rates_mean (const Rates *self, Side side);
