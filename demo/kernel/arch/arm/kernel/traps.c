// SPDX-License-Identifier: GPL-2.0-only
/*
 * Oopses, in the form that Linux 2.6.22 prints on ARM, so that what reads Linux's consoles reads
 * these too.
 */
#include <linux/kernel.h>
#include <linux/kallsyms.h>
#include <linux/string.h>
#include <asm/cacheflush.h>
#include <asm/memory.h>
#include <asm/processor.h>
#include <asm/ptrace.h>
#include <asm/setup.h>
#include <asm/thread_info.h>

extern const char __vectors_start[], __vectors_end[];
extern const char _text[], _etext[];

static unsigned long word_at(unsigned long addr)
{
	return *(const unsigned long *)addr;
}

static int in_text(unsigned long addr)
{
	return addr >= (unsigned long)_text && addr < (unsigned long)_etext && !(addr & 3);
}

int kernel_readable(unsigned long addr)
{
	return addr >= PAGE_OFFSET && addr <= high_memory - 4 && !(addr & 3);
}

/* The words in [bottom, top), eight in a line. */
static void dump_mem(const char *title, unsigned long bottom, unsigned long top)
{
	unsigned long p;
	int i;

	printk("%s(0x%08lx to 0x%08lx)\n", title, bottom, top);
	for (p = bottom & ~31UL; p < top;) {
		printk("%04lx: ", p & 0xffff);
		for (i = 0; i < 8; i++, p += 4) {
			if (p < bottom || p >= top)
				printk("         ");
			else
				printk("%08lx ", word_at(p));
		}
		printk("\n");
	}
}

/* The instruction at pc, in parentheses, and the four before it. */
static void dump_instr(const struct pt_regs *regs)
{
	unsigned long addr;

	printk("Code: ");
	for (addr = regs->ARM_pc - 16; addr != regs->ARM_pc + 4; addr += 4) {
		if (!kernel_readable(addr)) {
			printk("bad PC value.");
			break;
		}
		printk(addr == regs->ARM_pc ? "(%08lx) " : "%08lx ", word_at(addr));
	}
	printk("\n");
}

/*
 * The registers that a function's first store multiple saved: @registers is the instruction's list,
 * @at where the highest of them lies.
 */
static void dump_saved(unsigned long registers, unsigned long at)
{
	int reg, in_line = 0;

	for (reg = 10; reg >= 0; reg--) {
		if (!(registers & (1 << reg)))
			continue;
		if (!kernel_readable(at))
			break;
		printk("%sr%d:%08lx", in_line == 6 ? "\n " : " ", reg, word_at(at));
		in_line = in_line == 6 ? 1 : in_line + 1;
		at -= 4;
	}
	if (in_line)
		printk("\n");
}

/*
 * Frames of the ARM procedure call standard, which -mapcs-frame makes. fp points to the highest of
 * four words, downwards: pc, lr, sp and fp. A function starts with
 *
 *	mov	ip, sp
 *	stmfd	sp!, {r0 - r3}		only with variable arguments
 *	stmfd	sp!, {..., fp, ip, lr, pc}
 *
 * and the pc that is stored is the address of this last instruction plus 8, so the frame says which
 * function it belongs to.
 */
#define IS_SAVE(insn)	(((insn) & 0xfffff800) == 0xe92dd800)
#define IS_ARGS(insn)	(((insn) & 0xfffffff0) == 0xe92d0000)

void c_backtrace(unsigned long fp)
{
	unsigned long save, where, from, next;

	while (fp) {
		if (!kernel_readable(fp) || !kernel_readable(fp - 12)) {
			printk("Backtrace aborted due to bad frame pointer <%08lx>\n", fp);
			return;
		}
		save = word_at(fp) - 8;
		from = word_at(fp - 4);
		next = word_at(fp - 12);
		if (!in_text(save)) {
			printk("Backtrace aborted due to bad frame pointer <%08lx>\n", fp);
			return;
		}
		where = save - (IS_ARGS(word_at(save - 4)) ? 8 : 4);
#ifdef CONFIG_KALLSYMS
		printk("[<%08lx>] ", where);
		print_symbol("(%s) ", where);
		printk("from [<%08lx>] ", from);
		print_symbol("(%s)\n", from);
#else
		printk("Function entered at [<%08lx>] from [<%08lx>]\n", where, from);
#endif
		if (IS_SAVE(word_at(save)))
			dump_saved(word_at(save) & 0x7ff, fp - 16);
		/* Frames go up the stack; anything else is a loop or rubbish. */
		if (next && next <= fp) {
			printk("Backtrace aborted due to bad frame pointer <%08lx>\n", next);
			return;
		}
		fp = next;
	}
}

static void dump_backtrace(const struct pt_regs *regs)
{
	unsigned long fp = regs->ARM_fp;

	printk("Backtrace: ");
	if (!fp)
		printk("no frame pointer");
	else if (!kernel_readable(fp))
		printk("invalid frame pointer 0x%08lx", fp);
	else if (fp < (unsigned long)(current_thread_info() + 1))
		printk("frame pointer underflow");
	printk("\n");
	if (fp && kernel_readable(fp))
		c_backtrace(fp);
}

void die(const char *what, const struct pt_regs *regs, unsigned int code)
{
	struct thread_info *thread = current_thread_info();
	static int die_counter;

	printk(KERN_EMERG "Internal error: %s: %x [#%d]\n", what, code, ++die_counter);
	if (die_counter > 2)
		panic("Recursive oops");
	printk("Modules linked in:\n");
	__show_regs(regs);
	printk("Process %s (pid: %d, stack limit = 0x%p)\n", thread->task->comm, thread->task->pid,
	       thread + 1);
	if (kernel_readable(regs->ARM_sp))
		dump_mem("Stack: ", regs->ARM_sp, (unsigned long)thread + THREAD_SIZE);
	dump_backtrace(regs);
	dump_instr(regs);
	/* Linux kills the thread now; of the only one that there is, it says this. */
	panic("Attempted to kill init!");
}

asmlinkage void do_undefinstr(struct pt_regs *regs)
{
	die("Oops - undefined instruction", regs, 0);
}

/* Exceptions that nothing here may raise. */
asmlinkage void bad_mode(struct pt_regs *regs)
{
	die("Oops - bad mode", regs, 0);
}

void trap_init(void)
{
	char *page = __va(VECTORS_PHYS);

	memcpy(page, __vectors_start, __vectors_end - __vectors_start);
	/* Read through the other mapping, and as instructions. */
	clean_dcache_area(page, 64);
	asm volatile("mcr p15, 0, %0, c7, c5, 0" : : "r" (0) : "memory");
}
