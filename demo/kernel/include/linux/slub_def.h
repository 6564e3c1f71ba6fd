/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SLUB's cache, with Linux 2.6.22's order of members as far as it matters. Byte 20 is
 * local_node.nr_partial.
 */
#ifndef _LINUX_SLUB_DEF_H
#define _LINUX_SLUB_DEF_H

#include <linux/list.h>
#include <linux/spinlock.h>

struct kmem_cache_node {
	spinlock_t list_lock;
	unsigned long nr_partial;	/* slabs with used and free objects, but the current one */
	unsigned long nr_slabs;		/* all slabs */
	struct list_head partial;
};

struct kmem_cache {
	unsigned long flags;
	int size;			/* of an object, with what belongs to it */
	int objsize;			/* of an object */
	int offset;			/* in a free object: where the pointer to the next one is */
	int order;			/* pages in a slab: 2^order */
	struct kmem_cache_node local_node;
	int objects;			/* in a slab */
	const char *name;
	struct page *cpu_slab;		/* the current slab, which allocations come from */
};

#endif
