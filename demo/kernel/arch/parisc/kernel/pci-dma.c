// SPDX-License-Identifier: GPL-2.0-only
/*
 * Of PA-RISC's DMA memory only two functions, because a patch is for them. Another architecture:
 * never compiled here. The lines that the patch needs as context are Linux's, the rest is not.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/slab.h>

struct hppa_dma_ops {
	void *(*alloc_noncoherent)(struct device *dev, size_t size, dma_addr_t *handle, gfp_t flag);
	void (*free_noncoherent)(struct device *dev, size_t size, void *vaddr, dma_addr_t handle);
};

static void *pa11_dma_alloc_noncoherent(struct device *dev, size_t size,
					dma_addr_t *dma_handle, gfp_t flag)
{
	void *addr = NULL;

	/* rely on kmalloc to be cacheline aligned */
	addr = kmalloc(size, flag);
	if(addr)
		*dma_handle = (dma_addr_t)virt_to_phys(addr);

	return addr;
}

static void pa11_dma_free_noncoherent(struct device *dev, size_t size,
					void *vaddr, dma_addr_t iova)
{
	kfree(vaddr);
	return;
}

const struct hppa_dma_ops pcx_dma_ops = {
	.alloc_noncoherent = pa11_dma_alloc_noncoherent,
	.free_noncoherent = pa11_dma_free_noncoherent,
};
