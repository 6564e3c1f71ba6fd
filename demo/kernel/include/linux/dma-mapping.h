/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_DMA_MAPPING_H
#define _LINUX_DMA_MAPPING_H

#include <linux/types.h>
#include <asm/memory.h>

struct device;

enum dma_data_direction { DMA_TO_DEVICE = 1, DMA_FROM_DEVICE = 2 };

/* The board's caches do not see what devices write. */
#define arch_is_coherent()		0

#define virt_to_dma(dev, addr)		((void)(dev), (dma_addr_t)virt_to_phys(addr))
#define dma_unmap_page(dev, handle, size, direction)	do { } while (0)

/**
 * dma_alloc_coherent: memory that the processor and @dev see alike.
 * Returns: its address, NULL if there is none; @handle gets the address that @dev must use.
 */
void *dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp);
void dma_free_coherent(struct device *dev, size_t size, void *cpu_addr, dma_addr_t handle);

#endif
