/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first instructions. QEMU jumps here as a boot loader would: MMU off, physical 0x8000, r1 the
 * machine's number, r2 the physical address of the ATAGs.
 *
 * Builds a page table of sections, switches the MMU on and continues at the linked address. Until
 * then every address must be relative to pc.
 */
#include <asm/memory.h>

	.section .text.head, "ax"
	.globl	stext
stext:
	msr	cpsr_c, #0xd3			@ supervisor mode, interrupts off
	mov	r9, r1
	mov	r10, r2

	mov	r4, #PGD_PHYS			@ an empty table: 4096 words
	mov	r3, #0
	mov	r5, r4
	add	r6, r4, #0x4000
1:	str	r3, [r5], #4
	cmp	r5, r6
	blo	1b

	ldr	r7, =SECTION_MEMORY		@ physical 0
	str	r7, [r4]			@ where we run now; paging_init() takes it away
	add	r5, r4, #(PAGE_OFFSET >> 18)
	str	r7, [r5]			@ where we are linked; paging_init() adds the rest
	ldr	r5, =(PGD_PHYS + ((VECTORS_VIRT >> SECTION_SHIFT) << 2))
	str	r7, [r5]

	ldr	r7, =(0x10000000 | SECTION_DEVICE)
	ldr	r5, =(PGD_PHYS + (((0x10000000 + IO_OFFSET) >> SECTION_SHIFT) << 2))
	str	r7, [r5], #4
	add	r7, r7, #SECTION_SIZE
	str	r7, [r5]

	mov	r0, #0
	mcr	p15, 0, r0, c7, c7, 0		@ caches: invalidate
	mcr	p15, 0, r0, c7, c10, 4		@ write buffer: drain
	mcr	p15, 0, r0, c8, c7, 0		@ TLBs: invalidate
	mcr	p15, 0, r4, c2, c0, 0		@ the table
	mov	r0, #1
	mcr	p15, 0, r0, c3, c0, 0		@ domain 0: client, permissions count
	mrc	p15, 0, r0, c1, c0, 0
	ldr	r1, =0x3007			@ high vectors, caches, alignment check, MMU
	orr	r0, r0, r1
	ldr	r3, =__mmap_switched
	mcr	p15, 0, r0, c1, c0, 0
	mrc	p15, 0, r0, c0, c0, 0		@ wait until it has happened
	mov	r0, r0
	mov	pc, r3
	.ltorg

/* From here on at the linked addresses. */
__mmap_switched:
	ldr	r4, =__bss_start
	ldr	r5, =_end
	mov	r3, #0
1:	cmp	r4, r5
	strlo	r3, [r4], #4
	blo	1b

	ldr	r4, =machine_arch_type
	str	r9, [r4]
	ldr	r4, =atags_phys
	str	r10, [r4]
	ldr	sp, =(init_thread_union + THREAD_SIZE - 8)
	mov	fp, #0				@ a backtrace ends here
	bl	start_kernel
1:	b	1b
	.ltorg
