// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boot parameters. ATAGs are a list of {length in words, tag, data}; the model reads the two that
 * it needs, the size of memory and the command line.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/setup.h>
#include <asm/memory.h>

#define ATAG_NONE	0x00000000
#define ATAG_MEM	0x54410002
#define ATAG_CMDLINE	0x54410009

#define COMMAND_LINE_SIZE	512
#define MEMORY_MAX		(256UL << 20)

struct tag {
	u32 words;
	u32 tag;
	union {
		struct {
			u32 size;
			u32 start;
		} mem;
		char cmdline[1];
	} u;
};

unsigned long machine_arch_type = ~0UL;
unsigned long atags_phys = ~0UL;
unsigned long memory_size = 64UL << 20;
char boot_command_line[COMMAND_LINE_SIZE];

static const struct tag *next_tag(const struct tag *tag)
{
	return (const void *)((const u32 *)tag + tag->words);
}

static void parse_tags(const struct tag *tag)
{
	for (; tag->tag != ATAG_NONE && tag->words; tag = next_tag(tag)) {
		if (tag->tag == ATAG_MEM && tag->u.mem.start == 0)
			memory_size = tag->u.mem.size;
		else if (tag->tag == ATAG_CMDLINE)
			strlcpy(boot_command_line, tag->u.cmdline, sizeof(boot_command_line));
	}
	if (memory_size > MEMORY_MAX)
		memory_size = MEMORY_MAX;
}

static void show_cpu(void)
{
	unsigned long id, control;

	asm("mrc p15, 0, %0, c0, c0, 0" : "=r" (id));
	asm("mrc p15, 0, %0, c1, c0, 0" : "=r" (control));
	printk("CPU: ARM926EJ-S [%08lx] revision %lu (ARMv5TEJ), cr=%08lx\n", id, id & 15, control);
}

void setup_arch(void)
{
	trap_init();
	/* The tags lie in the first megabyte, which is already mapped. */
	if (atags_phys < SECTION_SIZE)
		parse_tags(__va(atags_phys));
	paging_init();
	show_cpu();
	printk("Machine: model of ARM-Versatile PB, number %lu\n", machine_arch_type);
	printk("Memory: %luMB\n", memory_size >> 20);
	printk("Kernel command line: %s\n", boot_command_line);
}
