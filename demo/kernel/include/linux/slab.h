/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory by the byte. mm/slab.c or mm/slub.c does it, as CONFIG_SLAB or CONFIG_SLUB says. */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/gfp.h>

struct kmem_cache;

#define KMALLOC_SHIFT_LOW	5	/* kmalloc-32, a cache line */
#define KMALLOC_SHIFT_HIGH	11	/* kmalloc-2048 */
#define KMALLOC_CACHES		(KMALLOC_SHIFT_HIGH - KMALLOC_SHIFT_LOW + 1)

/** kmem_cache_init: makes the caches of kmalloc(). */
void kmem_cache_init(void);

/** kmalloc: Returns: at least @size bytes, aligned to a cache line; NULL if there is no memory. */
void *kmalloc(size_t size, gfp_t gfp);
void kfree(const void *object);

/** kzalloc: the same, filled with zeros. */
void *kzalloc(size_t size, gfp_t gfp);

/** kmalloc_index: Returns: which kmalloc cache serves @size, -1 for none. */
int kmalloc_index(size_t size);

#endif
