/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest program needs instead of a C library: start code, system calls, a little text.
 *
 * A guest is one C file that becomes /init of the initramfs. Today's C libraries refuse the kernels
 * that we test, so it is freestanding: it includes this header once, defines guest_main(), and is
 * linked with nothing else. System calls return a value, or minus an errno, as the kernel does.
 *
 * To add an architecture, add its section under "the architecture" and, where its constants differ
 * from ARM's, beside them.
 */
#ifndef BAKEOFF_GUEST_H
#define BAKEOFF_GUEST_H

#include <stdarg.h>
#include <stddef.h>

/** guest_main: the program; it does not return to anybody, so neither does it give a value. */
static void guest_main (char **argv, char **envp);

/* ---- the architecture ---- */

#if defined(GUEST_HAS_OWN_SYSCALLS)
/* the file that includes us brings them */
#elif defined(__arm__) && defined(__ARM_EABI__)

/* include/asm-arm/unistd.h */
enum {
	SYS_READ = 3,
	SYS_WRITE = 4,
	SYS_OPEN = 5,
	SYS_CLOSE = 6,
	SYS_MOUNT = 21,
	SYS_SYNC = 36,
	SYS_REBOOT = 88,
	SYS_NANOSLEEP = 162,
	SYS_GETDENTS64 = 217,
	SYS_MSGSND = 301,
	SYS_MSGRCV = 302,
	SYS_MSGGET = 303,
};

/* include/asm-arm/fcntl.h: not the common value of most other architectures */
enum { OPEN_DIRECTORY = 040000 };

/* EABI: the number in r7, arguments in r0 to r5, the result in r0. */
static long guest_syscall (long number, long a, long b, long c, long d, long e)
{
	register long r7 __asm__("r7") = number;
	register long r0 __asm__("r0") = a;
	register long r1 __asm__("r1") = b;
	register long r2 __asm__("r2") = c;
	register long r3 __asm__("r3") = d;
	register long r4 __asm__("r4") = e;

	__asm__ volatile ("svc 0"
			  : "+r"(r0)
			  : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4)
			  : "memory", "cc");
	return r0;
}

/* The kernel leaves argc, argv and envp on the stack; the compiler gets them as one pointer. */
__asm__(".globl _start\n"
	".type _start, %function\n"
	"_start:\n"
	"	mov	fp, #0\n"
	"	mov	lr, #0\n"
	"	mov	r0, sp\n"
	"	bic	sp, sp, #7\n"
	"	b	guest_start\n");

#elif defined(__x86_64__)
#include "arch-x86_64.h"
#elif defined(__hppa__) && !defined(__LP64__)
#include "arch-hppa.h"
#elif defined(__sparc__) && defined(__arch64__)
#include "arch-sparc64.h"
#elif defined(__mips__) && _MIPS_SIM == _ABIO32
#include "arch-mips.h"
#elif defined(__aarch64__) || defined(__riscv)
#include "arch-generic.h"
#else
#error "boards/guest/guest.h: this architecture has no section yet"
#endif

/* ---- system calls ---- */

enum { OPEN_READ = 0, OPEN_WRITE = 1 };

static inline long sys_open (const char *path, int flags)
{
#ifdef GUEST_HAS_OPENAT_ONLY
	return guest_syscall (SYS_OPENAT, -100 /* AT_FDCWD */, (long) path, flags, 0, 0);
#else
	return guest_syscall (SYS_OPEN, (long) path, flags, 0, 0, 0);
#endif
}

static inline long sys_close (int fd)
{
	return guest_syscall (SYS_CLOSE, fd, 0, 0, 0, 0);
}

static inline long sys_read (int fd, void *bytes, size_t size)
{
	return guest_syscall (SYS_READ, fd, (long) bytes, (long) size, 0, 0);
}

static inline long sys_write (int fd, const void *bytes, size_t size)
{
	return guest_syscall (SYS_WRITE, fd, (long) bytes, (long) size, 0, 0);
}

static inline long sys_mount (const char *type, const char *where)
{
	return guest_syscall (SYS_MOUNT, (long) type, (long) where, (long) type, 0, 0);
}

/* One entry of a directory, as getdents64() packs them; `size` leads to the next. */
struct guest_dirent {
	unsigned long long inode;
	long long offset;
	unsigned short size;
	unsigned char type;
	char name[];
};

static inline long sys_getdents64 (int fd, void *buffer, size_t size)
{
	return guest_syscall (SYS_GETDENTS64, fd, (long) buffer, (long) size, 0, 0);
}

#ifndef GUEST_HAS_NO_MESSAGES

/* ipc/msg.c: a private queue, made for nobody else */
static inline long sys_msgget_private (void)
{
	return guest_syscall (SYS_MSGGET, 0, 0600, 0, 0, 0);
}

static inline long sys_msgsnd (int queue, const void *message, size_t text_size)
{
	return guest_syscall (SYS_MSGSND, queue, (long) message, (long) text_size, 0, 0);
}

static inline long sys_msgrcv (int queue, void *message, size_t text_size)
{
	return guest_syscall (SYS_MSGRCV, queue, (long) message, (long) text_size, 0, 0);
}

#endif

/** guest_sleep: for @milliseconds, below 1000. */
static inline void guest_sleep (unsigned milliseconds)
{
	long wish[2] = { 0, (long) milliseconds * 1000000 };

	guest_syscall (SYS_NANOSLEEP, (long) wish, 0, 0, 0, 0);
}

/** guest_reboot: ends the machine: QEMU is run with -no-reboot. Sleeps for ever if that fails. */
static inline void __attribute__ ((noreturn)) guest_reboot (void)
{
	guest_syscall (SYS_SYNC, 0, 0, 0, 0, 0);
	/* LINUX_REBOOT_MAGIC1, MAGIC2 and CMD_RESTART of include/linux/reboot.h */
	guest_syscall (SYS_REBOOT, (long) 0xfee1dead, 672274793, 0x01234567, 0, 0);
	for (;;)
		guest_sleep (999);
}

/* ---- text ---- */

static inline size_t guest_strlen (const char *text)
{
	size_t size = 0;

	while (text[size] != '\0')
		size++;
	return size;
}

static inline int guest_starts_with (const char *text, const char *prefix)
{
	while (*prefix != '\0')
		if (*text++ != *prefix++)
			return 0;
	return 1;
}

static inline int guest_equal (const char *a, const char *b)
{
	return guest_starts_with (a, b) && guest_strlen (a) == guest_strlen (b);
}

/* cksum(1) of the KTAP lines that were said, for the end marker. */
static unsigned guest_crc;
static unsigned guest_crc_bytes;

static inline unsigned guest_crc_byte (unsigned crc, unsigned byte)
{
	crc ^= byte << 24;
	for (int bit = 0; bit < 8; bit++)
		crc = crc << 1 ^ (crc & 0x80000000u ? 0x04c11db7u : 0);
	return crc;
}

/* What counts is told by bakeoff-board(5). */
static inline void guest_sum (const char *line, size_t size)
{
	static const char *const counted[] = { "ok ",		"not ok",	"1..",
					       "KTAP version ", "TAP version ", "Bail out!" };
	int counts = 0;

	for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
		counts |= guest_starts_with (line, counted[i]);
	for (size_t i = 0; counts && i <= size; i++, guest_crc_bytes++)
		guest_crc = guest_crc_byte (guest_crc, i < size ? (unsigned char) line[i] : '\n');
}

/** guest_say: prints the strings given, up to NULL, and a newline in one write. */
static inline void __attribute__ ((sentinel)) guest_say (const char *text, ...)
{
	char line[256];
	size_t used = 0;
	va_list more;

	va_start (more, text);
	for (; text; text = va_arg (more, const char *))
		while (*text != '\0' && used < sizeof line - 1)
			line[used++] = *text++;
	va_end (more);
	line[used] = '\0';
	guest_sum (line, used);
	line[used++] = '\n';
	sys_write (1, line, used);
}

/* @number in decimal, at the end of @text, which has room for it. */
static inline const char *guest_number (unsigned number, char text[12])
{
	char *at = text + 11;

	*at = '\0';
	do
		*--at = (char) ('0' + number % 10);
	while ((number /= 10) > 0);
	return at;
}

/**
 * guest_done: prints the end marker, with its sum: thrice, because a serial line may damage it, and
 * each on a line of its own.
 */
static inline void guest_done (void)
{
	unsigned crc = guest_crc;
	char sum[12], bytes[12];

	for (unsigned length = guest_crc_bytes; length > 0; length >>= 8)
		crc = guest_crc_byte (crc, length & 0xff);
	for (int i = 0; i < 3; i++)
		guest_say (i ? "\n" : "", "# bakeoff: done ", guest_number (~crc, sum), " ",
			   guest_number (guest_crc_bytes, bytes), NULL);
}

/** guest_read_file: reads the beginning of @path. Returns the number of bytes or minus an errno. */
static inline long guest_read_file (const char *path, char *buffer, size_t size)
{
	long fd = sys_open (path, OPEN_READ);
	long result;

	if (fd < 0)
		return fd;
	result = sys_read ((int) fd, buffer, size);
	sys_close ((int) fd);
	return result;
}

/** guest_write_file: writes @text to @path. Returns 0 or minus an errno. */
static inline long guest_write_file (const char *path, const char *text)
{
	long fd = sys_open (path, OPEN_WRITE);
	long result;

	if (fd < 0)
		return fd;
	result = sys_write ((int) fd, text, guest_strlen (text));
	sys_close ((int) fd);
	return result < 0 ? result : 0;
}

/**
 * guest_identify: says which kernel runs, by the build id in its notes (elf(5)); nothing where it has
 * none, as before 2008. sysfs must be mounted.
 */
static inline void guest_identify (void)
{
	enum { ID_BYTES = 20, TYPE = 3 };
	static unsigned notes[512];
	const unsigned char *bytes = (const unsigned char *) notes;
	long size = guest_read_file ("/sys/kernel/notes", (char *) notes, sizeof notes);
	char hex[2 * ID_BYTES + 1];

	for (long at = 0; at + 16 + ID_BYTES <= size; at += 4) {
		if (notes[at / 4] != 4 || notes[at / 4 + 1] != ID_BYTES ||
		    notes[at / 4 + 2] != TYPE || !guest_equal ((const char *) bytes + at + 12, "GNU"))
			continue;
		for (int i = 0; i < 2 * ID_BYTES; i++) {
			unsigned byte = bytes[at + 16 + i / 2];

			hex[i] = "0123456789abcdef"[i % 2 ? byte & 15 : byte >> 4];
		}
		hex[2 * ID_BYTES] = '\0';
		guest_say ("# bakeoff: build-id ", hex, NULL);
		return;
	}
}

/** guest_count_entries: names in the directory @path that start with @prefix; 0 without one. */
static inline int guest_count_entries (const char *path, const char *prefix)
{
	static char buffer[4096] __attribute__ ((aligned (8)));
	long fd = sys_open (path, OPEN_READ | OPEN_DIRECTORY);
	long size;
	int count = 0;

	if (fd < 0)
		return 0;
	while ((size = sys_getdents64 ((int) fd, buffer, sizeof buffer)) > 0) {
		for (long at = 0; at < size;) {
			struct guest_dirent *entry = (struct guest_dirent *) (buffer + at);

			count += guest_starts_with (entry->name, prefix);
			at += entry->size;
		}
	}
	sys_close ((int) fd);
	return count;
}

/**
 * guest_option: the kernel hands the `name=value` parameters that it does not know to /init, as
 * environment. Returns the value of @name, or @fallback.
 */
static inline const char *guest_option (char **envp, const char *name, const char *fallback)
{
	for (; *envp; envp++)
		if (guest_starts_with (*envp, name) && (*envp)[guest_strlen (name)] == '=')
			return *envp + guest_strlen (name) + 1;
	return fallback;
}

/* ---- start ---- */

/* The compiler may call these for what the source does not spell out. */
void *memset (void *where, int byte, size_t size);
void *memcpy (void *to, const void *from, size_t size);

void *memset (void *where, int byte, size_t size)
{
	for (char *at = where; size > 0; size--)
		*at++ = (char) byte;
	return where;
}

void *memcpy (void *to, const void *from, size_t size)
{
	const char *source = from;

	for (char *at = to; size > 0; size--)
		*at++ = *source++;
	return to;
}

void guest_start (long *stack) __attribute__ ((noreturn, used));

void guest_start (long *stack)
{
	char **argv = (char **) (stack + 1);

	guest_say ("\n# bakeoff: start", NULL);
	guest_main (argv, argv + stack[0] + 1);
	guest_reboot ();
}

#endif
