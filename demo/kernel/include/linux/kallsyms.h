/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_KALLSYMS_H
#define _LINUX_KALLSYMS_H

/**
 * print_symbol: prints @addr as function+offset/size in place of the %s of @format, or as a number
 * where it has no name. Prints nothing without CONFIG_KALLSYMS.
 */
#ifdef CONFIG_KALLSYMS
void print_symbol(const char *format, unsigned long addr);
#else
static inline void print_symbol(const char *format, unsigned long addr)
{
}
#endif

#endif
