/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_SCATTERLIST_H
#define _LINUX_SCATTERLIST_H

#include <linux/mm.h>

/* A piece of a transfer's memory. */
struct scatterlist {
	struct page *page;
	unsigned int offset;
	dma_addr_t dma_address;
	unsigned int length;
};

static inline void sg_init_one(struct scatterlist *sg, const void *buffer, unsigned int length)
{
	sg->page = virt_to_page(buffer);
	sg->offset = (unsigned long)buffer & ~PAGE_MASK;
	sg->dma_address = 0;
	sg->length = length;
}

#endif
