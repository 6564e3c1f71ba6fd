// SPDX-License-Identifier: GPL-2.0-only
/*
 * flush_dcache_page(), the place of the oops. It asks page_mapping() which file the page belongs to
 * and walks that file's tree of mappings. For a slab page there is no file, and all depends on what
 * page_mapping() answers.
 */
#include <linux/kernel.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/prio_tree.h>
#include <asm/cacheflush.h>
#include <asm/thread_info.h>

void clean_dcache_area(const void *start, unsigned long size)
{
	unsigned long p = (unsigned long)start & ~(CACHE_LINE_SIZE - 1UL);
	unsigned long end = (unsigned long)start + size;

	for (; p < end; p += CACHE_LINE_SIZE)
		asm volatile("mcr p15, 0, %0, c7, c10, 1" : : "r" (p) : "memory");
	asm volatile("mcr p15, 0, %0, c7, c10, 4" : : "r" (0) : "memory");
}

/* Write back and invalidate one page's worth of lines. */
static void flush_area(unsigned long start)
{
	unsigned long p;

	for (p = start; p < start + PAGE_SIZE; p += CACHE_LINE_SIZE)
		asm volatile("mcr p15, 0, %0, c7, c14, 1" : : "r" (p) : "memory");
	asm volatile("mcr p15, 0, %0, c7, c10, 4" : : "r" (0) : "memory");
}

/* The same page seen at user space addresses of the current address space. */
static inline void __flush_dcache_aliases(struct address_space *mapping, struct page *page)
{
	struct mm_struct *mm = current->active_mm;
	struct prio_tree_node *node;
	struct prio_tree_iter iter;

	prio_tree_iter_init(&iter, &mapping->i_mmap, page->index, page->index);
	while ((node = prio_tree_next(&iter)) != NULL) {
		struct vm_area_struct *vma = prio_tree_vma(node);

		if (vma->vm_mm == mm)
			flush_area(vma->vm_start + ((page->index - vma->vm_pgoff) << PAGE_SHIFT));
	}
}

void noinline flush_dcache_page(struct page *page)
{
	struct address_space *mapping = page_mapping(page);

	if (mapping && !mapping_mapped(mapping)) {
		/* No user of it yet: remember, and flush when one comes. */
		set_bit(PG_dcache_dirty, &page->flags);
		return;
	}
	flush_area((unsigned long)page_address(page));
	if (mapping && cache_is_vivt())
		__flush_dcache_aliases(mapping, page);
}
