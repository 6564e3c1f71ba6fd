/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One processor, no preemption: locks are empty. That they take no room is part of the bug, see
 * mm/slub.c.
 */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

typedef struct { } spinlock_t;
typedef struct { } rwlock_t;

#endif
