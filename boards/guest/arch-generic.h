/* SPDX-License-Identifier: GPL-2.0-only */
/* Architectures with the common table, include/uapi/asm-generic/unistd.h, for guest.h. */
#pragma once

enum {
	SYS_MOUNT = 40,
	SYS_OPENAT = 56,
	SYS_CLOSE = 57,
	SYS_GETDENTS64 = 61,
	SYS_READ = 63,
	SYS_WRITE = 64,
	SYS_SYNC = 81,
	SYS_NANOSLEEP = 101,
	SYS_REBOOT = 142,
	SYS_MSGGET = 186,
	SYS_MSGRCV = 188,
	SYS_MSGSND = 189,
};

/* There is no open(). */
#define GUEST_HAS_OPENAT_ONLY

#if defined(__aarch64__)

/* arch/arm64/include/uapi/asm/fcntl.h: as on ARM */
enum { OPEN_DIRECTORY = 040000 };

/* The number in x8, arguments in x0 to x5, the result in x0. */
static long guest_syscall (long number, long a, long b, long c, long d, long e)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;

	__asm__ volatile ("svc 0"
			  : "+r"(x0)
			  : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			  : "memory", "cc");
	return x0;
}

__asm__(".globl _start\n"
	".type _start, %function\n"
	"_start:\n"
	"	mov	x29, xzr\n"
	"	mov	x30, xzr\n"
	"	mov	x0, sp\n"
	"	b	guest_start\n");

#elif defined(__riscv) && __riscv_xlen == 64

enum { OPEN_DIRECTORY = 0200000 };

/* The number in a7, arguments in a0 to a5, the result in a0. */
static long guest_syscall (long number, long a, long b, long c, long d, long e)
{
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;

	__asm__ volatile ("ecall"
			  : "+r"(a0)
			  : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4)
			  : "memory");
	return a0;
}

/* gp is what linked code finds its small data by. */
__asm__(".globl _start\n"
	".type _start, @function\n"
	"_start:\n"
	"	.option push\n"
	"	.option norelax\n"
	"	la	gp, __global_pointer$\n"
	"	.option pop\n"
	"	mv	s0, zero\n"
	"	mv	a0, sp\n"
	"	andi	sp, sp, -16\n"
	"	tail	guest_start\n");

#else
#error "boards/guest/arch-generic.h: this architecture has no section yet"
#endif
