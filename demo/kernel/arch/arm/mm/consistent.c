// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that a device may read and write by itself. Compiled, as on every ARM, but not coherent:
 * arch_is_coherent() is 0, and the compiler drops what stands under it. That is why a patch to
 * those lines cannot change the image.
 *
 * The few lines that patches to the real file need as context are Linux's; the rest is not, and
 * __dma_alloc() here is only whole pages.
 */
#include <linux/kernel.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <asm/memory.h>
#include <asm/pgtable.h>

static void *__dma_alloc(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
			 pgprot_t prot)
{
	unsigned long virt = __get_free_pages(gfp, get_order(size));

	if (!virt)
		return NULL;
	*handle = virt_to_dma(dev, (void *)virt);
	return (void *)virt;
}

/** dma_alloc_coherent: memory for the processor and a device at once, see linux/dma-mapping.h. */
void *
dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp)
{
	if (arch_is_coherent()) {
		void *virt;

		virt = kmalloc(size, gfp);
		if (!virt)
			return NULL;
		*handle =  virt_to_dma(dev, virt);

		return virt;
	}

	return __dma_alloc(dev, size, handle, gfp,
			   pgprot_noncached(pgprot_kernel));
}

void dma_free_coherent(struct device *dev, size_t size, void *cpu_addr, dma_addr_t handle)
{
	WARN_ON(irqs_disabled());

	if (arch_is_coherent()) {
		kfree(cpu_addr);
		return;
	}

	free_pages((unsigned long)cpu_addr, get_order(size));
}
