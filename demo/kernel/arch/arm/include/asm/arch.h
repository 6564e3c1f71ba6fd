/* SPDX-License-Identifier: GPL-2.0-only */
/* What the Versatile board gives to the kernel (arch/arm/mach-versatile/core.c). */
#ifndef __ASM_ARM_ARCH_H
#define __ASM_ARM_ARCH_H

#define VERSATILE_SYS_BASE	0x10000000	/* system registers */
#define VERSATILE_MMCI0_BASE	0x10005000	/* PL181, card interface */
#define VERSATILE_UART0_BASE	0x101f1000	/* PL011, console */

/** udelay: waits, by the board's 24 MHz counter. */
void udelay(unsigned long microseconds);

/** machine_restart: resets the board. Under QEMU's -no-reboot that is its end. */
void machine_restart(void) __attribute__((noreturn));

/** machine_halt: stops for good; the machine stays on. */
void machine_halt(void) __attribute__((noreturn));

/** versatile_init: announces the board's devices to their buses. */
void versatile_init(void);

#endif
