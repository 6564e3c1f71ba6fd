/* SPDX-License-Identifier: GPL-2.0-only */
/* x86_64, for guest.h: numbers of arch/x86/entry/syscalls/syscall_64.tbl. */
#pragma once

enum {
	SYS_READ = 0,
	SYS_WRITE = 1,
	SYS_OPEN = 2,
	SYS_CLOSE = 3,
	SYS_NANOSLEEP = 35,
	SYS_MSGGET = 68,
	SYS_MSGSND = 69,
	SYS_MSGRCV = 70,
	SYS_SYNC = 162,
	SYS_MOUNT = 165,
	SYS_REBOOT = 169,
	SYS_GETDENTS64 = 217,
};

enum { OPEN_DIRECTORY = 0200000 };

/* The number in rax, arguments in rdi, rsi, rdx, r10, r8; rcx and r11 are lost. */
static long guest_syscall (long number, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile ("syscall"
			  : "=a"(result)
			  : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			  : "memory", "cc", "rcx", "r11");
	return result;
}

/* A call wants the stack at 8 above a multiple of 16 in the function called. */
__asm__(".globl _start\n"
	".type _start, @function\n"
	"_start:\n"
	"	xor	%ebp, %ebp\n"
	"	mov	%rsp, %rdi\n"
	"	and	$-16, %rsp\n"
	"	call	guest_start\n");
