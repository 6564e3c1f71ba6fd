/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of small numbers, a bit each. All sets that meet have the same size.
 */
#pragma once

#include <string.h>

#include <glib.h>

typedef struct {
	guint size;  /* numbers are 0 to size - 1 */
	guint words; /* how many of 64 bits */
	guint64 bits[];
} Bits;

/** bits_new: Returns: (transfer full): the empty set; g_free() frees it. */
static inline Bits *bits_new (guint size)
{
	guint words = (size + 63) / 64;
	Bits *self = g_malloc0 (sizeof *self + words * sizeof self->bits[0]);

	self->size = size;
	self->words = words;
	return self;
}

static inline Bits *bits_copy (const Bits *other)
{
	return g_memdup2 (other, sizeof *other + other->words * sizeof other->bits[0]);
}

static inline void bits_add (Bits *self, guint number)
{
	self->bits[number / 64] |= G_GUINT64_CONSTANT (1) << number % 64;
}

static inline void bits_remove (Bits *self, guint number)
{
	self->bits[number / 64] &= ~(G_GUINT64_CONSTANT (1) << number % 64);
}

static inline gboolean bits_has (const Bits *self, guint number)
{
	return self->bits[number / 64] >> number % 64 & 1;
}

/* Makes @self what is in both, in either, or not in @other. */
static inline void bits_and (Bits *self, const Bits *other)
{
	guint i;

	for (i = 0; i < self->words; i++)
		self->bits[i] &= other->bits[i];
}

static inline void bits_or (Bits *self, const Bits *other)
{
	guint i;

	for (i = 0; i < self->words; i++)
		self->bits[i] |= other->bits[i];
}

static inline void bits_and_not (Bits *self, const Bits *other)
{
	guint i;

	for (i = 0; i < self->words; i++)
		self->bits[i] &= ~other->bits[i];
}

/** bits_count: how many numbers are in it. */
static inline guint bits_count (const Bits *self)
{
	guint i, count = 0;

	for (i = 0; i < self->words; i++)
		count += (guint) __builtin_popcountll (self->bits[i]);
	return count;
}

/** bits_next: the first number in it that is not below @from; its size where there is none. */
static inline guint bits_next (const Bits *self, guint from)
{
	guint word = from / 64;
	guint64 left;

	if (from >= self->size)
		return self->size;
	left = self->bits[word] & ~G_GUINT64_CONSTANT (0) << from % 64;
	while (!left && ++word < self->words)
		left = self->bits[word];
	return left ? word * 64 + (guint) __builtin_ctzll (left) : self->size;
}
