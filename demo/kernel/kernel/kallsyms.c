// SPDX-License-Identifier: GPL-2.0-only
/* Names of functions, from the table that scripts/kallsyms.awk makes for the second link. */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/string.h>

extern const unsigned long kallsyms_num;
extern const unsigned long kallsyms_addresses[];
extern const unsigned long kallsyms_offsets[];
extern const char kallsyms_names[];
extern const char _etext[];

/* The last function that starts at or before @addr. A function ends where the next one starts. */
static const char *lookup(unsigned long addr, unsigned long *offset, unsigned long *size)
{
	unsigned long low = 0, high = kallsyms_num, middle, end;

	if (!high || addr < kallsyms_addresses[0] || addr >= (unsigned long)_etext)
		return NULL;
	while (high - low > 1) {
		middle = (low + high) / 2;
		if (kallsyms_addresses[middle] <= addr)
			low = middle;
		else
			high = middle;
	}
	end = low + 1 < kallsyms_num ? kallsyms_addresses[low + 1] : (unsigned long)_etext;
	*offset = addr - kallsyms_addresses[low];
	*size = end - kallsyms_addresses[low];
	return kallsyms_names + kallsyms_offsets[low];
}

/* The only %s of @format is where the name goes. */
void print_symbol(const char *format, unsigned long addr)
{
	unsigned long offset, size;
	const char *name = lookup(addr, &offset, &size);

	for (; *format; format++) {
		if (format[0] != '%' || format[1] != 's') {
			printk("%c", *format);
			continue;
		}
		if (name)
			printk("%s+0x%lx/0x%lx", name, offset, size);
		else
			printk("0x%lx", addr);
		format++;
	}
}
