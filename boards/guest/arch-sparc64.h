/* SPDX-License-Identifier: GPL-2.0-only */
/* SPARC, 64 bits, for guest.h: numbers of include/asm-sparc64/unistd.h. */
#pragma once

enum {
	SYS_READ = 3,
	SYS_WRITE = 4,
	SYS_OPEN = 5,
	SYS_CLOSE = 6,
	SYS_SYNC = 36,
	SYS_REBOOT = 55,
	SYS_GETDENTS64 = 154,
	SYS_MOUNT = 167,
	SYS_NANOSLEEP = 249,
};

/* Messages go through ipc(2) alone. */
#define GUEST_HAS_NO_MESSAGES

/* include/asm-sparc64/fcntl.h */
enum { OPEN_DIRECTORY = 0x10000 };

/* The number in g1, arguments in o0 to o5, the result in o0: an errno where carry is set. */
static long guest_syscall (long number, long a, long b, long c, long d, long e)
{
	register long g1 __asm__("g1") = number;
	register long o0 __asm__("o0") = a;
	register long o1 __asm__("o1") = b;
	register long o2 __asm__("o2") = c;
	register long o3 __asm__("o3") = d;
	register long o4 __asm__("o4") = e;

	__asm__ volatile ("ta	0x6d\n\t"
			  "bcc,pt	%%xcc, 1f\n\t"
			  " nop\n\t"
			  "sub	%%g0, %0, %0\n"
			  "1:"
			  : "+r"(o0), "+r"(g1)
			  : "r"(o1), "r"(o2), "r"(o3), "r"(o4)
			  : "memory", "cc", "o5", "o7", "g2", "g3", "g4", "g5");
	return o0;
}

/* argc lies 16 registers above the stack pointer, which is 2047 too low; a frame has room for six
 * arguments. */
__asm__(".globl _start\n"
	".type _start, #function\n"
	"_start:\n"
	"	mov	0, %fp\n"
	"	add	%sp, 2047 + 16 * 8, %o0\n"
	"	call	guest_start\n"
	"	 sub	%sp, 6 * 8, %sp\n");
