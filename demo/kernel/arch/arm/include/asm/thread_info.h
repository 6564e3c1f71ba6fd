/* SPDX-License-Identifier: GPL-2.0-only */
/* There is one thread. Its thread_info lies at the low end of its stack, as in Linux. */
#ifndef __ASM_ARM_THREAD_INFO_H
#define __ASM_ARM_THREAD_INFO_H

#include <asm/memory.h>

struct mm_struct;

struct task_struct {
	int pid;
	const char *comm;
	struct mm_struct *active_mm;
};

struct thread_info {
	struct task_struct *task;
};

union thread_union {
	struct thread_info thread_info;
	unsigned long stack[THREAD_SIZE / sizeof(long)];
};

extern union thread_union init_thread_union;

static inline struct thread_info *current_thread_info(void)
{
	unsigned long sp;

	asm("mov %0, sp" : "=r" (sp));
	return (struct thread_info *)(sp & ~(THREAD_SIZE - 1));
}

#define current		(current_thread_info()->task)

#endif
