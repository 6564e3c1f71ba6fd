/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_PAGE_FLAGS_H
#define _LINUX_PAGE_FLAGS_H

#define PG_slab			7	/* objects of a slab allocator */
#define PG_arch_1		9
#define PG_dcache_dirty		PG_arch_1

static inline void set_bit(int bit, unsigned long *word)
{
	*word |= 1UL << bit;
}

static inline void clear_bit(int bit, unsigned long *word)
{
	*word &= ~(1UL << bit);
}

static inline int test_bit(int bit, const unsigned long *word)
{
	return *word >> bit & 1;
}

#define PageSlab(page)		test_bit(PG_slab, &(page)->flags)
#define __SetPageSlab(page)	set_bit(PG_slab, &(page)->flags)
#define __ClearPageSlab(page)	clear_bit(PG_slab, &(page)->flags)

/* No swap. */
#define PageSwapCache(page)	0

#endif
