/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The caches of the ARM926EJ-S: virtually indexed and virtually tagged, 32 byte lines. QEMU models
 * no caches: the instructions are there, their effect is not.
 */
#ifndef __ASM_ARM_CACHEFLUSH_H
#define __ASM_ARM_CACHEFLUSH_H

struct page;
struct vm_area_struct;

#define CACHE_LINE_SIZE	32

#define cache_is_vivt()	1

/** flush_dcache_page: makes the kernel's and user space's views of a page cache page agree. */
void flush_dcache_page(struct page *page);

/** clean_dcache_area: writes changed lines of [start, start + size) back to memory. */
void clean_dcache_area(const void *start, unsigned long size);

#endif
