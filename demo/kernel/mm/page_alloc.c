// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages. The first megabyte is the kernel's, mem_map comes next, and the rest can be had. Free
 * pages are found by looking from where the last ones were: no buddies, no zones.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <asm/setup.h>

struct page *mem_map;

static unsigned long first_pfn, end_pfn, next_pfn;

void mem_init(void)
{
	unsigned long size;

	end_pfn = memory_size >> PAGE_SHIFT;
	size = PAGE_ALIGN(end_pfn * sizeof(struct page));
	mem_map = __va(SECTION_SIZE);
	memset(mem_map, 0, size);
	first_pfn = (SECTION_SIZE + size) >> PAGE_SHIFT;
	next_pfn = first_pfn;
	printk("Memory: %luKB available\n", (end_pfn - first_pfn) << (PAGE_SHIFT - 10));
}

static int all_free(unsigned long pfn, unsigned long count)
{
	unsigned long i;

	for (i = 0; i < count; i++) {
		if (mem_map[pfn + i]._count)
			return 0;
	}
	return 1;
}

/* The first free row of @count pages in [from, to), 0 if there is none. */
static unsigned long find_row(unsigned long from, unsigned long to, unsigned long count)
{
	unsigned long pfn;

	for (pfn = (from + count - 1) & ~(count - 1); pfn + count <= to; pfn += count) {
		if (all_free(pfn, count))
			return pfn;
	}
	return 0;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	unsigned long i, count = 1UL << order;
	unsigned long pfn = find_row(next_pfn, end_pfn, count);

	if (!pfn)
		pfn = find_row(first_pfn, end_pfn, count);
	if (!pfn)
		return NULL;
	for (i = 0; i < count; i++) {
		memset(&mem_map[pfn + i], 0, sizeof(struct page));
		mem_map[pfn + i]._count = 1;
		mem_map[pfn + i]._mapcount = -1;
	}
	next_pfn = pfn + count;
	if (gfp & __GFP_ZERO)
		memset(page_address(mem_map + pfn), 0, PAGE_SIZE << order);
	return mem_map + pfn;
}

void __free_pages(struct page *page, unsigned int order)
{
	unsigned long i;

	for (i = 0; i < 1UL << order; i++) {
		BUG_ON(page[i]._count != 1);
		page[i]._count = 0;
		page[i].mapping = NULL;
	}
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? (unsigned long)page_address(page) : 0;
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (addr)
		__free_pages(virt_to_page(addr), order);
}

unsigned int get_order(size_t size)
{
	unsigned int order = 0;

	while (PAGE_SIZE << order < size)
		order++;
	return order;
}
