/* SPDX-License-Identifier: GPL-2.0-only */
/* The page allocator. */
#ifndef _LINUX_GFP_H
#define _LINUX_GFP_H

#include <linux/types.h>

struct page;

#define GFP_KERNEL	0xd0u
#define GFP_ATOMIC	0x20u
#define __GFP_ZERO	0x8000u

/** alloc_pages: Returns: the first of 2^@order pages in a row; NULL if there are none. */
struct page *alloc_pages(gfp_t gfp, unsigned int order);
void __free_pages(struct page *page, unsigned int order);

/** __get_free_pages: the same by address; 0 if there are none. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
void free_pages(unsigned long addr, unsigned int order);

/** get_order: Returns: the smallest order whose pages hold @size bytes. */
unsigned int get_order(size_t size);

#endif
