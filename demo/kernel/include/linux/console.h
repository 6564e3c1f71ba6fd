/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_CONSOLE_H
#define _LINUX_CONSOLE_H

/** console_putc: one character to the serial port; waits until there is room. */
void console_putc(char c);

/** format_text: what printk() does with each character of its result (lib/vsprintf.c). */
void format_text(void (*put)(char c), const char *format, __builtin_va_list args);

#endif
