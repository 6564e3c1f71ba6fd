/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /init that shows a kernel to be alive: it runs programs, mounts file systems, and what is written
 * to its disk comes back.
 *
 * Kernel parameters:  disk=NAME   the disk to use, /dev/NAME; without it there is no such test
 */
#include "guest.h"

enum { BLOCK = 4096, PATIENCE = 50 /* tenths of a second for the disk to come */ };

static long open_disk (const char *name, int flags)
{
	char path[64] = "/dev/";
	size_t used = guest_strlen (path);
	long fd = -1;

	while (*name != '\0' && used < sizeof path - 1)
		path[used++] = *name++;
	path[used] = '\0';
	for (int i = 0; i < PATIENCE && (fd = sys_open (path, flags)) < 0; i++)
		guest_sleep (100);
	return fd;
}

/* Returns NULL when all went well, or what went wrong. */
static const char *try_disk (const char *name)
{
	static char written[BLOCK], got[BLOCK];
	long fd;

	for (int i = 0; i < BLOCK; i++)
		written[i] = (char) (i * 31 + 7);
	fd = open_disk (name, OPEN_WRITE);
	if (fd < 0)
		return "no such disk";
	if (sys_write ((int) fd, written, BLOCK) != BLOCK)
		return "cannot write";
	/* the last to close a disk writes it back and forgets what it read */
	sys_close ((int) fd);
	fd = open_disk (name, OPEN_READ);
	if (fd < 0 || sys_read ((int) fd, got, BLOCK) != BLOCK)
		return "cannot read";
	for (int i = 0; i < BLOCK; i++)
		if (got[i] != written[i])
			return "it reads back otherwise";
	return NULL;
}

static void guest_main (char **argv, char **envp)
{
	const char *disk = guest_option (envp, "disk", "");
	const char *problem;

	(void) argv;
	guest_say ("", NULL); /* what a printk() left on the line must not stick to ours */
	guest_say ("KTAP version 1", NULL);
	guest_say (*disk ? "1..2" : "1..1", NULL);
	if (sys_mount ("proc", "/proc") < 0)
		guest_say ("not ok 1 - user space # cannot mount /proc", NULL);
	else
		guest_say ("ok 1 - user space", NULL);
	if (sys_mount ("sysfs", "/sys") == 0)
		guest_identify ();
	if (*disk) {
		problem = sys_mount ("devtmpfs", "/dev") < 0 ? "cannot mount /dev"
							      : try_disk (disk);
		if (problem)
			guest_say ("not ok 2 - disk ", disk, " # ", problem, NULL);
		else
			guest_say ("ok 2 - disk ", disk, NULL);
	}
	guest_done ();
}
