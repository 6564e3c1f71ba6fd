/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_ARM_SETUP_H
#define __ASM_ARM_SETUP_H

/* What the boot loader said (arch/arm/kernel/setup.c). */
extern unsigned long machine_arch_type;
extern unsigned long atags_phys;
extern unsigned long memory_size;	/* bytes of RAM, from physical 0 */
extern char boot_command_line[];

/** setup_arch: reads the ATAGs, says what machine this is, maps all RAM and sets the vectors. */
void setup_arch(void);

/** paging_init: maps RAM and takes the first megabyte away. */
void paging_init(void);

/** trap_init: puts the vector page in place. */
void trap_init(void);

#endif
