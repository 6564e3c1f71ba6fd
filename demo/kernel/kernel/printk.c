// SPDX-License-Identifier: GPL-2.0-only
/* Printing goes to the serial port at once: nothing is kept that an oops could lose. */
#include <linux/console.h>
#include <linux/kernel.h>

int printk(const char *format, ...)
{
	__builtin_va_list args;

	if (format[0] == '<' && format[1] && format[2] == '>')
		format += 3;
	__builtin_va_start(args, format);
	format_text(console_putc, format, args);
	__builtin_va_end(args);
	return 0;
}
