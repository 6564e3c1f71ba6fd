/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages. The body of page_mapping() is Linux's, because patches need it as their context.
 */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm_types.h>
#include <linux/page-flags.h>
#include <asm/memory.h>

#ifdef CONFIG_DEBUG_VM
#define VM_BUG_ON(condition)	BUG_ON(condition)
#else
#define VM_BUG_ON(condition)	do { } while (0)
#endif

/* One for each page of RAM, in order. */
extern struct page *mem_map;

/** mem_init: sets up mem_map and the page allocator. */
void mem_init(void);

/* A mapping with this bit is no struct address_space. */
#define PAGE_MAPPING_ANON	1

extern struct address_space swapper_space;

/**
 * page_mapping: Returns: the file that a page of the page cache belongs to, NULL for other pages.
 * And for slab pages? That is what the thread of 2007 is about.
 */
static inline struct address_space *page_mapping(struct page *page)
{
	struct address_space *mapping = page->mapping;

	if (unlikely(PageSwapCache(page)))
		mapping = &swapper_space;
	else if (unlikely((unsigned long)mapping & PAGE_MAPPING_ANON))
		mapping = NULL;
	return mapping;
}

/** prio_tree_vma: Returns: the mapping that a node of a raw tree lies in. */
static inline struct vm_area_struct *prio_tree_vma(const struct prio_tree_node *node)
{
	return container_of(node, struct vm_area_struct, shared.prio_tree_node);
}

#endif
