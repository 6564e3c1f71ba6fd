/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct page: what the kernel knows of one page of RAM, 32 bytes each. Its words are shared: what
 * they mean depends on who owns the page.
 */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/list.h>

struct address_space;
struct kmem_cache;

struct page {
	unsigned long flags;		/* bits PG_* */
	int _count;			/* users; 0 when the page is free */
	union {
		int _mapcount;
		struct {		/* SLUB */
			unsigned short inuse;
			unsigned short offset;
		};
	};
	union {
		struct {
			unsigned long private;
			struct address_space *mapping;	/* the page cache's: which file */
		};
		struct {		/* SLUB */
			void **lockless_freelist;
			struct kmem_cache *slab;	/* lies over mapping */
		};
	};
	union {
		pgoff_t index;		/* the page cache's: where in the file */
		void *freelist;		/* SLUB */
	};
	struct list_head lru;		/* SLUB: list of partial slabs; SLAB: cache and slab */
};

/* A mapping of (a part of) a file into user space. The model has no user space, only the type. */
struct mm_struct;
struct vm_area_struct {
	struct mm_struct *vm_mm;
	unsigned long vm_start;
	unsigned long vm_end;
	unsigned long vm_pgoff;
	union {
		struct {
			struct prio_tree_node *left, *right, *parent;
		} prio_tree_node;
	} shared;
};

#endif
