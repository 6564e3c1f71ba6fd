// SPDX-License-Identifier: GPL-2.0-only
/* The one thread and what an oops says about its registers. */
#include <linux/kernel.h>
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <asm/processor.h>
#include <asm/ptrace.h>
#include <asm/thread_info.h>

static struct task_struct init_task = { .pid = 0, .comm = "swapper" };

union thread_union init_thread_union __attribute__((section(".data.init_task"))) = {
	.thread_info = { .task = &init_task },
};

static const char *mode_name(unsigned long psr)
{
	switch (psr & 0x1f) {
	case 0x10:
		return "USER_32";
	case 0x11:
		return "FIQ_32";
	case 0x12:
		return "IRQ_32";
	case 0x13:
		return "SVC_32";
	case 0x17:
		return "ABT_32";
	case 0x1b:
		return "UND_32";
	case 0x1f:
		return "SYS_32";
	}
	return "UK_32";
}

void __show_regs(const struct pt_regs *regs)
{
	unsigned long psr = regs->ARM_cpsr, control, table, domains;

	printk("CPU: 0    Not tainted  (%s #1)\n", UTS_RELEASE);
	print_symbol("PC is at %s\n", regs->ARM_pc);
	print_symbol("LR is at %s\n", regs->ARM_lr);
	printk("pc : [<%08lx>]    lr : [<%08lx>]    psr: %08lx\n", regs->ARM_pc, regs->ARM_lr, psr);
	printk("sp : %08lx  ip : %08lx  fp : %08lx\n", regs->ARM_sp, regs->ARM_ip, regs->ARM_fp);
	printk("r10: %08lx  r9 : %08lx  r8 : %08lx\n", regs->ARM_r10, regs->ARM_r9, regs->ARM_r8);
	printk("r7 : %08lx  r6 : %08lx  r5 : %08lx  r4 : %08lx\n", regs->ARM_r7, regs->ARM_r6,
	       regs->ARM_r5, regs->ARM_r4);
	printk("r3 : %08lx  r2 : %08lx  r1 : %08lx  r0 : %08lx\n", regs->ARM_r3, regs->ARM_r2,
	       regs->ARM_r1, regs->ARM_r0);
	printk("Flags: %c%c%c%c", psr & PSR_N_BIT ? 'N' : 'n', psr & PSR_Z_BIT ? 'Z' : 'z',
	       psr & PSR_C_BIT ? 'C' : 'c', psr & PSR_V_BIT ? 'V' : 'v');
	printk("  IRQs o%s  FIQs o%s  Mode %s%s  Segment kernel\n", psr & PSR_I_BIT ? "ff" : "n",
	       psr & PSR_F_BIT ? "ff" : "n", mode_name(psr), psr & PSR_T_BIT ? " (T)" : "");

	asm("mrc p15, 0, %0, c1, c0, 0" : "=r" (control));
	asm("mrc p15, 0, %0, c2, c0, 0" : "=r" (table));
	asm("mrc p15, 0, %0, c3, c0, 0" : "=r" (domains));
	printk("Control: %08lx  Table: %08lx  DAC: %08lx\n", control, table, domains);
}
