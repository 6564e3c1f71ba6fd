/* SPDX-License-Identifier: GPL-2.0-only */
/* What every file may use: printing, dying, and the usual macros. */
#ifndef _LINUX_KERNEL_H
#define _LINUX_KERNEL_H

#include <linux/types.h>

#define noinline		__attribute__((noinline))
#define asmlinkage		__attribute__((used))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define offsetof(type, member)	__builtin_offsetof(type, member)
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define min(a, b)		((a) < (b) ? (a) : (b))

/* A function that neither loses its name nor changes its frame, whatever optimises. */
#define plain_function		__attribute__((noipa))

/* Levels come before the text, as in Linux; printk() drops them. */
#define KERN_EMERG		"<0>"
#define KERN_ALERT		"<1>"
#define KERN_ERR		"<3>"
#define KERN_WARNING		"<4>"

/**
 * printk: prints on the console. Knows %c %s %p %d %u %x and %%, with 0, - and a width (a number
 * or *), and l. Numbers have 32 bits.
 */
int printk(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define pr_debug(format, ...) \
	do { if (0) printk(format, ##__VA_ARGS__); } while (0)

/** panic: prints why and restarts the machine. */
void panic(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/*
 * BUG() is an access that cannot succeed, so that the oops names the function. It takes neither
 * file nor line: a patch that only moves lines must give the same image.
 */
#define BUG()			do { *(volatile int *)0 = 0; __builtin_unreachable(); } while (0)
#define BUG_ON(condition)	do { if (unlikely(condition)) BUG(); } while (0)
#define BUILD_BUG_ON(condition)	((void)sizeof(char[1 - 2 * !!(condition)]))
#define WARN_ON(condition)						\
	do {								\
		if (unlikely(condition))				\
			printk(KERN_WARNING "Badness in %s()\n", __func__); \
	} while (0)

/** cmdline_option: whether the kernel's command line has the word "@name=@value". */
int cmdline_option(const char *name, const char *value);

#endif
