/* SPDX-License-Identifier: GPL-2.0-only */
/* The model takes no interrupts, so nobody ever disables them. */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

#define irqs_disabled()	0

#endif
