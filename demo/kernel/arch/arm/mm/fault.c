// SPDX-License-Identifier: GPL-2.0-only
/*
 * Aborts. The fault status register says what happened, the fault address register where
 * (ARM926EJ-S Technical Reference Manual, 3.4).
 */
#include <linux/kernel.h>
#include <asm/memory.h>
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <asm/ptrace.h>

#define FSR_ALIGNMENT(fsr)	(((fsr) & 0xd) == 1)

static const char *const fault_names[16] = {
	"vector exception",
	"alignment exception",
	"terminal exception",
	"alignment exception",
	"external abort on linefetch",
	"section translation fault",
	"external abort on linefetch",
	"page translation fault",
	"external abort on non-linefetch",
	"section domain fault",
	"external abort on non-linefetch",
	"page domain fault",
	"external abort on translation",
	"section permission fault",
	"external abort on translation",
	"page permission fault",
};

static unsigned long pgd_value(unsigned long addr)
{
	return swapper_pg_dir[addr >> SECTION_SHIFT];
}

static void __attribute__((noreturn))
do_kernel_fault(unsigned long addr, unsigned int fsr, const struct pt_regs *regs)
{
	printk(KERN_ALERT "Unable to handle kernel %s at virtual address %08lx\n",
	       addr < PAGE_SIZE ? "NULL pointer dereference" : "paging request", addr);
	printk(KERN_ALERT "pgd = %p\n", swapper_pg_dir);
	printk(KERN_ALERT "[%08lx] *pgd=%08lx\n", addr, pgd_value(addr));
	die("Oops", regs, fsr);
}

/*
 * The processor checks alignment before it translates. Linux then emulates the access, and it is
 * the emulation that faults if nothing is mapped; the model emulates nothing but tells the two
 * apart in the same way.
 */
asmlinkage void do_DataAbort(struct pt_regs *regs)
{
	unsigned long addr, fsr;

	asm("mrc p15, 0, %0, c6, c0, 0" : "=r" (addr));
	asm("mrc p15, 0, %0, c5, c0, 0" : "=r" (fsr));
	fsr &= 0xf;
	if (!pgd_value(addr) && (FSR_ALIGNMENT(fsr) || fsr == 5 || fsr == 7))
		do_kernel_fault(addr, fsr, regs);
	printk(KERN_ALERT "Unhandled fault: %s (0x%03lx) at 0x%08lx\n", fault_names[fsr], fsr,
	       addr);
	die("", regs, fsr);
}

asmlinkage void do_PrefetchAbort(struct pt_regs *regs)
{
	do_kernel_fault(regs->ARM_pc, 0, regs);
}
