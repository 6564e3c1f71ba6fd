// SPDX-License-Identifier: GPL-2.0-only
#include <linux/console.h>
#include <linux/kernel.h>
#include <asm/arch.h>

void panic(const char *format, ...)
{
	__builtin_va_list args;

	printk(KERN_EMERG "Kernel panic - not syncing: ");
	__builtin_va_start(args, format);
	format_text(console_putc, format, args);
	__builtin_va_end(args);
	/* Linux waits for panic= seconds. The model has nobody who would read meanwhile. */
	printk("\nRebooting in 0 seconds..\n");
	machine_restart();
}
