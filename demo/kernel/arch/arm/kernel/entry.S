/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exceptions. trap_init() copies the vector page to 0xffff0000. The model lets nothing return from
 * an exception: there are no page faults to repair, no system calls and no interrupts, so each one
 * is an oops.
 */
#include <asm/memory.h>
#include <asm/ptrace.h>

/*
 * One exception: in its own processor mode, save what the mode banks, go to supervisor mode and
 * call the handler with registers as struct pt_regs.
 */
	.macro	exception name, handler, correction
	.align	2
vector_\name:
	sub	lr, lr, #\correction
	ldr	sp, =exception_save
	stmia	sp, {r0, lr}			@ r0 and pc of the interrupted code
	mrs	lr, spsr
	str	lr, [sp, #8]			@ its psr
	mov	r0, sp
	ldr	lr, =\handler
	str	lr, [sp, #12]
	msr	cpsr_c, #0xd3			@ supervisor mode: its sp and lr are visible again
	b	exception_common
	.ltorg
	.endm

	.text
	exception und, do_undefinstr, 4
	exception pabt, do_PrefetchAbort, 4
	exception dabt, do_DataAbort, 8
	exception irq, bad_mode, 4

/*
 * A system call comes in supervisor mode, so there is only one sp. What the other entries save
 * aside goes below it, to the end of the frame that exception_common makes and fills last.
 */
	.align	2
vector_swi:
	sub	lr, lr, #4
	sub	sp, sp, #16
	stmia	sp, {r0, lr}
	mrs	r0, spsr
	str	r0, [sp, #8]
	ldr	r0, =bad_mode
	str	r0, [sp, #12]
	mov	r0, sp
	add	sp, sp, #16
	b	exception_common
	.ltorg

exception_common:
	sub	sp, sp, #S_FRAME_SIZE
	stmib	sp, {r1 - r12}
	ldmia	r0, {r3 - r6}			@ r0, pc, psr, handler
	add	r1, sp, #S_FRAME_SIZE
	mov	r2, lr
	str	r3, [sp]
	add	r7, sp, #S_SP
	stmia	r7, {r1, r2, r4, r5}
	str	r3, [sp, #S_OLD_R0]
	mov	r0, sp
	mov	fp, #0
	mov	lr, pc
	mov	pc, r6
1:	b	1b				@ handlers do not return

/* The vector page: eight jumps and their targets. */
	.section .rodata, "a"
	.align	2
	.globl	__vectors_start
	.globl	__vectors_end
__vectors_start:
	ldr	pc, [pc, #24]			@ reset
	ldr	pc, [pc, #24]			@ undefined instruction
	ldr	pc, [pc, #24]			@ software interrupt
	ldr	pc, [pc, #24]			@ prefetch abort
	ldr	pc, [pc, #24]			@ data abort
	ldr	pc, [pc, #24]			@ unused
	ldr	pc, [pc, #24]			@ interrupt
	ldr	pc, [pc, #24]			@ fast interrupt
	.word	vector_und, vector_und, vector_swi, vector_pabt
	.word	vector_dabt, vector_und, vector_irq, vector_irq
__vectors_end:

	.bss
	.align	2
exception_save:
	.space	16
