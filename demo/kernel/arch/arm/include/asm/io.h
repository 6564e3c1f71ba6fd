/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_ARM_IO_H
#define __ASM_ARM_IO_H

#include <linux/types.h>
#include <asm/memory.h>

#define readl(addr)		(*(volatile u32 *)(addr))
#define writel(value, addr)	(*(volatile u32 *)(addr) = (value))

#endif
