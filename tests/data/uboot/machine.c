/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program for QEMU's -M virt (32 bits, PL011 at 0x09000000) that behaves as a kernel does on a
 * console, for tests without Linux. U-Boot's bootm starts it as a kernel; `does=WORD` in bootargs
 * says what becomes of it. The guest protocol is done by boards/guest/guest.h itself, on system calls of our own.
 */
#define UART 0x09000000u

static void put (char c)
{
	while (*(volatile unsigned *) (UART + 0x18) & 0x20)
		;
	*(volatile unsigned *) UART = (unsigned char) c;
}

static void print (const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			put ('\r');
		put (*text);
	}
}

/* PSCI through hvc: SYSTEM_RESET. The assembler of an ARMv5 compiler does not know hvc. */
static void __attribute__ ((noreturn)) reset (void)
{
	register unsigned r0 __asm__("r0") = 0x84000009;

	__asm__ volatile (".inst 0xe1400070" : "+r"(r0)::"memory");
	for (;;)
		;
}

/* The one system call that matters to guest.h, as its own section for ARM would have it. */
enum {
	SYS_READ,
	SYS_WRITE,
	SYS_OPEN,
	SYS_CLOSE,
	SYS_MOUNT,
	SYS_SYNC,
	SYS_REBOOT,
	SYS_NANOSLEEP,
	SYS_GETDENTS64,
	SYS_MSGSND,
	SYS_MSGRCV,
	SYS_MSGGET,
	OPEN_DIRECTORY
};

static long guest_syscall (long number, long a, long b, long c, long d, long e)
{
	(void) a, (void) d, (void) e;
	if (number == SYS_WRITE)
		for (long i = 0; i < c; i++) {
			if (((const char *) b)[i] == '\n')
				put ('\r');
			put (((const char *) b)[i]);
		}
	return c;
}

#define GUEST_HAS_OWN_SYSCALLS
#include "../../../boards/guest/guest.h"

static void oops (void)
{
	print ("Unable to handle kernel NULL pointer dereference at virtual address 0000000d\n"
	       "pgd = (ptrval)\n[0000000d] *pgd=00000000\n"
	       "Internal error: Oops: 5 [#1] ARM\nModules linked in:\n"
	       "CPU: 0 PID: 1 Comm: swapper Not tainted 6.1.0 #1\n"
	       "PC is at try_fault+0x10/0x20\nLR is at do_one_initcall+0x40/0x80\n"
	       "Kernel panic - not syncing: Fatal exception\n"
	       "---[ end Kernel panic - not syncing: Fatal exception ]---\n");
	for (;;)
		;
}

static void guest_main (char **argv, char **envp)
{
	const char *word = argv[1];

	(void) envp;
	print ("Booting Linux on physical CPU 0x0\n"
	       "Linux version 6.1.0 (model, not Linux)\n"
	       "Kernel command line: console=ttyAMA0\n"
	       "Run /init as init process\n");
	if (guest_equal (word, "oops"))
		oops ();
	guest_say ("KTAP version 1", NULL);
	guest_say ("1..3", NULL);
	guest_say ("ok 1 - user space", NULL);
	if (guest_equal (word, "hang"))
		for (;;)
			;
	if (guest_equal (word, "reset"))
		reset ();
	guest_say (guest_equal (word, "fail") ? "not ok 2 - disk" : "ok 2 - disk", NULL);
	guest_say ("ok 3 - last", NULL);
	if (guest_equal (word, "old"))
		guest_say ("# bakeoff: done", NULL);
	else
		guest_done ();
	if (guest_equal (word, "late-reset"))
		reset ();
	for (;;)
		;
}

/* What follows `does=` in the device tree, wherever that is; there is one such text. */
static const char *find_word (const char *tree)
{
	const unsigned char *size = (const unsigned char *) tree + 4; /* totalsize, big endian */
	const char *end = tree + (size[0] << 24 | size[1] << 16 | size[2] << 8 | size[3]);

	for (; tree < end; tree++)
		if (guest_starts_with (tree, "does="))
			return tree + 5;
	return "nothing";
}

/* As the kernel is called: 0, machine type, device tree. */
void __attribute__ ((section (".text.startup"), noreturn)) start (int zero, int type, char *tree);

void start (int zero, int type, char *tree)
{
	char *argv[] = { (char *) "", (char *) find_word (tree), 0 };

	(void) zero, (void) type;
	guest_say ("\n# bakeoff: start", NULL);
	guest_main (argv, argv + 2);
	reset ();
}
