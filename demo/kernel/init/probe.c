// SPDX-License-Identifier: GPL-2.0-only
/*
 * The probe: provokes the bug and reports as KTAP, what a guest program does on real Linux.
 *
 * The bug shows only while kmalloc-64 has a partial slab. So: 150 objects of 64 bytes are
 * allocated, more than two slabs, and three of the oldest are freed, which leaves one slab that is
 * neither full nor current. (On Linux these objects are System V messages.) Then the card is
 * probed again, and its switch status is read into an object of the same cache.
 *
 * Command line: probe=none does nothing and stops without an end marker; probe=nogroom leaves out
 * the objects, and then nothing happens on any kernel.
 */
#include <linux/amba/bus.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <asm/arch.h>

#define MESSAGES	150
#define RECEIVED	3
#define MESSAGE_SIZE	64

static void groom(void)
{
	static void *messages[MESSAGES];
	int i;

	for (i = 0; i < MESSAGES; i++) {
		messages[i] = kmalloc(MESSAGE_SIZE, GFP_KERNEL);
		BUG_ON(!messages[i]);
	}
	for (i = 0; i < RECEIVED; i++)
		kfree(messages[i]);
}

void run_probe(void)
{
	struct amba_device *dev = amba_find("fpga:05");
	struct amba_driver *driver = dev ? dev->driver : NULL;
	int error;

	if (cmdline_option("probe", "none"))
		return;

	printk("KTAP version 1\n1..1\n");
	if (!driver) {
		printk("not ok 1 - mmc rebind\n# no card: give QEMU -drive if=sd\n");
	} else {
		if (!cmdline_option("probe", "nogroom"))
			groom();
		amba_unbind(dev);
		error = amba_bind(dev, driver);
		printk("%s 1 - mmc rebind\n", error ? "not ok" : "ok");
		if (error)
			printk("# bind: error %d\n", error);
	}
	printk("# bakeoff: done\n");
	machine_restart();
}
