/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /init that has the MMC host probe its card again, with the slab allocator in a chosen state.
 *
 * SLUB of 2.6.22-rc keeps page->slab where others keep page->mapping. flush_dcache_page() of a
 * slab page takes the kmem_cache for an address_space, and its number of partial slabs for the root
 * of a tree. With none it walks nothing; with one it reads address 1 + 0xc and oopses.
 *
 * A card is read twice while it is probed: 8 bytes into struct mmc_card (kmalloc-512), then the
 * answer to CMD6 into a buffer of its own (kmalloc-64), which is where the 2007 report crashed. So
 * kmalloc-512 is left without a partial slab, and kmalloc-64 with one.
 *
 * Kernel parameters:  probe=nogroom   probe and leave the allocator alone: chance decides
 *                     probe=none      probe nothing and never print the end marker: shows that a
 *                                     guest which does nothing is not taken for one that passed
 */
#include "guest.h"

#define DRIVER "/sys/bus/amba/drivers/mmci-pl18x"
#define DEVICE "fpga:05" /* the first PL181 of Versatile: arch/arm/mach-versatile/core.c */
#define CARDS "/sys/bus/mmc/devices"

enum {
	/* The kernel puts its struct msg_msg of 24 bytes before each text: a message is an object. */
	TEXT_OF_64 = 64 - 24,
	TEXT_OF_512 = 512 - 24,
	/* More than are free in all partial slabs; a queue takes 16384 bytes (MSGMNB). */
	OBJECTS_OF_64 = 150,
	OBJECTS_OF_512 = 32,
	/* Freed again, first come first: full slabs, of which they make a partial one. */
	RELEASED = 3,
	PATIENCE = 100, /* tenths of a second for a card to come or go */
};

struct message {
	long type;
	char text[TEXT_OF_512];
};

/* Waits until there is a card (or none). Returns 0 when patience ran out. */
static int wait_for_card (int wanted)
{
	for (int i = 0; i < PATIENCE; i++) {
		if ((guest_count_entries (CARDS, "mmc") > 0) == wanted)
			return 1;
		guest_sleep (100);
	}
	return 0;
}

/* Allocates @count objects, then frees the first @released. Returns 0 if the kernel refused. */
static int groom (size_t text_size, int count, int released)
{
	static struct message message = { .type = 1 };
	long queue = sys_msgget_private ();

	if (queue < 0)
		return 0;
	for (int i = 0; i < count; i++)
		if (sys_msgsnd ((int) queue, &message, text_size) < 0)
			return 0;
	for (int i = 0; i < released; i++)
		if (sys_msgrcv ((int) queue, &message, text_size) < 0)
			return 0;
	return 1;
}

/* Returns NULL when all went well, or what went wrong. */
static const char *rebind (int groomed)
{
	if (!wait_for_card (1))
		return "no card at boot";
	if (guest_write_file (DRIVER "/unbind", DEVICE) < 0)
		return "cannot unbind " DEVICE;
	if (!wait_for_card (0))
		return "the card did not go";
	/* After unbind, which frees into these caches, and before bind, which allocates from them. */
	if (groomed && !(groom (TEXT_OF_512, OBJECTS_OF_512, 0) &&
			 groom (TEXT_OF_64, OBJECTS_OF_64, RELEASED)))
		return "System V messages do not work";
	if (guest_write_file (DRIVER "/bind", DEVICE) < 0)
		return "cannot bind " DEVICE;
	if (!wait_for_card (1))
		return "the card did not come back";
	return NULL;
}

static void guest_main (char **argv, char **envp)
{
	const char *probe = guest_option (envp, "probe", "groom");
	const char *problem;

	(void) argv;
	if (sys_mount ("sysfs", "/sys") < 0) {
		guest_say ("Bail out! cannot mount /sys", NULL);
		return;
	}
	guest_say ("", NULL); /* what the driver or a printk() left on the line must not stick to ours */
	guest_say ("KTAP version 1", NULL);
	guest_say ("1..1", NULL);
	if (guest_equal (probe, "none"))
		for (;;)
			guest_sleep (999);

	problem = rebind (!guest_equal (probe, "nogroom"));
	if (problem)
		guest_say ("not ok 1 - mmc rebind # ", problem, NULL);
	else
		guest_say ("ok 1 - mmc rebind", NULL);
	guest_done ();
}
