/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory map of the model.
 *
 *	0xc0000000  RAM, by sections of 1 MB, from physical 0
 *	0xf1000000  the board's devices, physical 0x10000000, 2 MB
 *	0xfff00000  physical 0 again, so that 0xffff0000, where the processor looks for its
 *		    vectors, is physical 0xf0000
 *
 * Nothing else is mapped, above all not the first megabyte: a pointer that is a small number
 * faults.
 */
#ifndef __ASM_ARM_MEMORY_H
#define __ASM_ARM_MEMORY_H

#define PAGE_OFFSET		0xc0000000
#define IO_OFFSET		0xe1000000	/* virtual minus physical, for devices */
#define VECTORS_VIRT		0xffff0000
#define VECTORS_PHYS		0x000f0000

#define PGD_PHYS		0x4000
#define SECTION_SHIFT		20
#define SECTION_SIZE		(1 << SECTION_SHIFT)

/* ARM926EJ-S Technical Reference Manual, 3.2: section, supervisor read and write, domain 0. */
#define SECTION_MEMORY		0x41e	/* cached, write back */
#define SECTION_DEVICE		0x412	/* neither cached nor buffered */

#define PAGE_SHIFT		12
#define THREAD_SIZE		8192

#ifndef __ASSEMBLY__
#define PAGE_SIZE		(1UL << PAGE_SHIFT)
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#define PAGE_ALIGN(addr)	(((addr) + PAGE_SIZE - 1) & PAGE_MASK)

#define __pa(x)			((unsigned long)(x) - PAGE_OFFSET)
#define __va(x)			((void *)((unsigned long)(x) + PAGE_OFFSET))
#define virt_to_phys(x)		__pa(x)
#define IO_ADDRESS(x)		((void *)((x) + IO_OFFSET))

/* Where RAM ends, as a virtual address. */
extern unsigned long high_memory;

#define virt_to_page(addr)	(mem_map + (__pa(addr) >> PAGE_SHIFT))
#define page_address(page)	__va((unsigned long)((page) - mem_map) << PAGE_SHIFT)
#define page_to_pfn(page)	((unsigned long)((page) - mem_map))
#endif

#endif
