/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /init for kernels with patches/probe-flush, which flushes a slab's page before this starts: says
 * whether it did.
 */
#include "guest.h"

#define FLUSHED "/sys/module/flush_probe/parameters/flushed"

static void guest_main (char **argv, char **envp)
{
	char text[8] = "";

	(void) argv;
	(void) envp;
	guest_say ("", NULL); /* what a printk() left on the line must not stick to ours */
	guest_say ("KTAP version 1", NULL);
	guest_say ("1..1", NULL);
	if (sys_mount ("sysfs", "/sys") < 0)
		guest_say ("not ok 1 - flush # cannot mount /sys", NULL);
	else if (guest_read_file (FLUSHED, text, sizeof text) < 1)
		guest_say ("not ok 1 - flush # cannot read " FLUSHED, NULL);
	else if (text[0] != '1')
		guest_say ("not ok 1 - flush # the kernel flushed nothing", NULL);
	else
		guest_say ("ok 1 - flush", NULL);
	guest_done ();
}
