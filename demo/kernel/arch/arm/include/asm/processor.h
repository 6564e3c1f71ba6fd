/* SPDX-License-Identifier: GPL-2.0-only */
/* Dying: shared by arch/arm/kernel and arch/arm/mm. */
#ifndef __ASM_ARM_PROCESSOR_H
#define __ASM_ARM_PROCESSOR_H

struct pt_regs;

/** __show_regs: prints registers, and what pc and lr are called. */
void __show_regs(const struct pt_regs *regs);

/** c_backtrace: prints the call chain that starts at frame pointer @fp. */
void c_backtrace(unsigned long fp);

/** die: prints an oops, "Internal error: @what: @code", and ends the machine. */
void die(const char *what, const struct pt_regs *regs, unsigned int code)
	__attribute__((noreturn));

/** kernel_readable: whether the word at @addr can be read without a fault. */
int kernel_readable(unsigned long addr);

#endif
