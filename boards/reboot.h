/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tells a machine that boots again from a guest that prints /proc/version, which is the kernel's
 * banner, `Linux version ...`, once more.
 *
 * A second banner is a reboot's if printk's clock starts anew there, or if what only a booting
 * machine prints stands near it: just before it, a shutdown's or a boot loader's last words; behind
 * it, and before the guest has a word, the command line, the memory, the first caches. These have
 * the banner's own log level, so one is not seen without the other. Where nobody but the kernel can
 * have spoken, before /init is started, a second banner needs no such company.
 */
#pragma once

#include <glib.h>

/* What was printed so far. All zero is a good start; there is nothing to free. */
typedef struct {
	gboolean has_banner; /* the first, which only tells that the machine boots */
	gboolean has_stamps; /* the first had printk's time stamp */
	gboolean has_guest;  /* /init was started, or a guest has spoken */
	gboolean rebooted;   /* the answer */
	double clock;	     /* the last time stamp; 0 if there was none */
	guint announced;     /* lines that are left for a banner to follow an announcement */
	guint waiting;	     /* lines that are left for a second banner to be confirmed */
} Reboot;

/**
 * reboot_line: takes one line as line_buffer_feed() gives it.
 * @is_guest: whether only a guest prints such a line
 *
 * Returns: whether the machine has booted again by now.
 */
gboolean reboot_line (Reboot *self, const char *line, gboolean is_guest);

/** reboot_is_announced: whether machines print @line when they go down or have started anew. */
gboolean reboot_is_announced (const char *line);

/**
 * reboot_is_loader: whether @line is a boot loader's alone: where a kernel had a real board, the
 * board has been reset. Several lines of each loader, because one may come damaged.
 */
gboolean reboot_is_loader (const char *line);
