/* SPDX-License-Identifier: GPL-2.0-only */
/* PA-RISC, 32 bits, for guest.h: numbers of include/asm-parisc/unistd.h. */
#pragma once

enum {
	SYS_READ = 3,
	SYS_WRITE = 4,
	SYS_OPEN = 5,
	SYS_CLOSE = 6,
	SYS_MOUNT = 21,
	SYS_SYNC = 36,
	SYS_REBOOT = 88,
	SYS_NANOSLEEP = 162,
	SYS_MSGSND = 188,
	SYS_MSGRCV = 189,
	SYS_MSGGET = 190,
	SYS_GETDENTS64 = 201,
};

/* include/asm-parisc/fcntl.h */
enum { OPEN_DIRECTORY = 0x1000 };

/* Through the gateway page: the number in r20, arguments in r26 down to r22, the result in r28. */
static long guest_syscall (long number, long a, long b, long c, long d, long e)
{
	register long r20 __asm__("r20") = number;
	register long r26 __asm__("r26") = a;
	register long r25 __asm__("r25") = b;
	register long r24 __asm__("r24") = c;
	register long r23 __asm__("r23") = d;
	register long r22 __asm__("r22") = e;
	register long r28 __asm__("r28");

	__asm__ volatile ("ble	0x100(%%sr2, %%r0)\n\t"
			  "nop"
			  : "=r"(r28), "+r"(r20), "+r"(r22)
			  : "r"(r26), "r"(r25), "r"(r24), "r"(r23)
			  : "memory", "r1", "r2", "r21", "r29", "r31");
	return r28;
}

/* The kernel gives argv in r24, with argc in memory before it; stacks grow upwards. */
__asm__(".import $global$, data\n"
	".globl _start\n"
	".type _start, @function\n"
	"_start:\n"
	"	ldil	L%$global$, %dp\n"
	"	ldo	R%$global$(%dp), %dp\n"
	"	ldo	64(%sp), %sp\n"
	"	b,l	guest_start, %r2\n"
	"	ldo	-4(%r24), %r26\n");
