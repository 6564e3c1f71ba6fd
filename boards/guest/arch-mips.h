/* SPDX-License-Identifier: GPL-2.0-only */
/* MIPS, o32, either endian, for guest.h: numbers of include/asm-mips/unistd.h. */
#pragma once

enum {
	SYS_READ = 4003,
	SYS_WRITE = 4004,
	SYS_OPEN = 4005,
	SYS_CLOSE = 4006,
	SYS_MOUNT = 4021,
	SYS_SYNC = 4036,
	SYS_REBOOT = 4088,
	SYS_NANOSLEEP = 4166,
	SYS_GETDENTS64 = 4219,
};

/* Messages go through ipc(2) alone. */
#define GUEST_HAS_NO_MESSAGES

/* include/asm-mips/fcntl.h */
enum { OPEN_DIRECTORY = 0x10000 };

/* The number in v0, arguments in a0 to a3 and on the stack, the result in v0: an errno where a3 is
 * set. */
static long guest_syscall (long number, long a, long b, long c, long d, long e)
{
	register long v0 __asm__("$2") = number;
	register long a0 __asm__("$4") = a;
	register long a1 __asm__("$5") = b;
	register long a2 __asm__("$6") = c;
	register long a3 __asm__("$7") = d;

	__asm__ volatile ("addiu	$29, $29, -32\n\t"
			  "sw	%5, 16($29)\n\t"
			  "syscall\n\t"
			  "addiu	$29, $29, 32"
			  : "+r"(v0), "+r"(a3)
			  : "r"(a0), "r"(a1), "r"(a2), "r"(e)
			  : "memory", "$1", "$3", "$8", "$9", "$10", "$11", "$12", "$13", "$14",
			    "$15", "$24", "$25", "hi", "lo");
	return a3 ? -v0 : v0;
}

/* GNU ld looks for __start here, not for _start. */
__asm__(".globl __start\n"
	".type __start, @function\n"
	".set push\n"
	".set noreorder\n"
	"__start:\n"
	"	move	$30, $0\n"
	"	move	$4, $29\n"
	"	jal	guest_start\n"
	"	addiu	$29, $29, -32\n"
	".set pop\n");
