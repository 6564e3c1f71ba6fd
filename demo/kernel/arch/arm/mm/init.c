// SPDX-License-Identifier: GPL-2.0-only
/* Mappings. There are sections only and one table, so "page table" means the first level. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <asm/cacheflush.h>
#include <asm/memory.h>
#include <asm/pgtable.h>
#include <asm/setup.h>

unsigned long high_memory;

void paging_init(void)
{
	unsigned long phys;

	for (phys = 0; phys < memory_size; phys += SECTION_SIZE)
		swapper_pg_dir[(PAGE_OFFSET + phys) >> SECTION_SHIFT] = phys | SECTION_MEMORY;
	swapper_pg_dir[0] = 0;
	clean_dcache_area(swapper_pg_dir, 0x4000);
	asm volatile("mcr p15, 0, %0, c8, c7, 0" : : "r" (0) : "memory");
	high_memory = PAGE_OFFSET + memory_size;
}
