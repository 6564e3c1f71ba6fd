/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How fast a console is read: a GB of kernel log, made in memory, with a crash now and then, goes
 * through the crash scanner; and a part of it without the filter, as it was before there was one.
 *
 *     console [MEGABYTES]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "boards/crash-grammar.h"

#define BLOCK	     (1 << 20)
#define CRASH_EVERY  4000 /* lines */
#define PLAIN_BLOCKS 16	  /* for the slow way */

static const char *const ordinary[] = {
	"usb 1-1: new high-speed USB device number %u using xhci_hcd",
	"mmc0: new SD card at address %04x",
	"EXT4-fs (vda1): mounted filesystem with ordered data mode. Quota mode: none. %u",
	"systemd[1]: Started Session %u of User root.",
	"audit: type=1400 audit(1600000000.123:%u): apparmor=\"STATUS\" operation=\"profile_load\"",
	"pci 0000:00:%02x.0: [8086:2930] type 00 class 0x0c0500",
	"e1000e 0000:00:19.0 eth0: NIC Link is Up %u Mbps Full Duplex, Flow Control: Rx/Tx",
	"ok %u - a test's result line",
	"x86/fpu: Supporting XSAVE feature 0x%03x: 'x87 floating point registers'",
	"random: crng init done (%u)",
};

static const char crash[] =
	"BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
	"#PF: supervisor read access in kernel mode\n"
	"Oops: 0000 [#1] PREEMPT SMP NOPTI\n"
	"RIP: 0010:probe_card+0x1d/0x60\n"
	"Call Trace:\n <TASK>\n ? __die+0x1f/0x70\n attach_bus+0x42/0x90\n"
	" do_one_initcall+0x58/0x210\n </TASK>\n---[ end trace 0000000000000000 ]---\n";

/* A block of whole lines; another one for another @number. */
static GString *make_block (guint number)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (number);
	GString *block = g_string_sized_new (BLOCK + 1024);
	guint line;

	for (line = 1; block->len < BLOCK; line++) {
		guint which = (guint) g_rand_int_range (rand, 0, G_N_ELEMENTS (ordinary));

		if (line % CRASH_EVERY == 0)
			g_string_append (block, crash);
		g_string_append_printf (block, "[%5u.%06u] ", number, line);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		g_string_append_printf (block, ordinary[which], line);
#pragma GCC diagnostic pop
		g_string_append_c (block, '\n');
	}
	return block;
}

static double scan (gboolean filter, guint blocks, guint *out_crashes, gsize *out_bytes)
{
	g_autoptr (CrashScanner) scanner = crash_scanner_new ();
	gint64 spent = 0;
	guint i;

	*out_bytes = 0;
	crash__scanner_set_filter (scanner, filter);
	for (i = 0; i < blocks; i++) {
		GString *block = make_block (i % 64);
		gint64 start = g_get_monotonic_time ();

		crash_scanner_feed (scanner, block->str, block->len);
		spent += g_get_monotonic_time () - start;
		*out_bytes += block->len;
		g_string_free (block, TRUE);
	}
	*out_crashes = crash_scanner_all (scanner)->len;
	return (double) *out_bytes / (double) MAX (spent, 1);
}

int main (int argc, char **argv)
{
	guint megabytes = argc > 1 ? (guint) atoi (argv[1]) : 1024;
	guint before_crashes, after_crashes;
	double before, after;
	struct rusage usage;
	gsize bytes;

	before = scan (FALSE, MIN (PLAIN_BLOCKS, megabytes), &before_crashes, &bytes);
	printf ("every regex on every line: %7.1f MB/s (%zu MB, %u crashes kept)\n", before,
		bytes >> 20, before_crashes);
	after = scan (TRUE, megabytes, &after_crashes, &bytes);
	printf ("after a look for literals: %7.1f MB/s (%zu MB, %u crashes kept)\n", after,
		bytes >> 20, after_crashes);
	getrusage (RUSAGE_SELF, &usage);
	printf ("%.0f times as fast; peak memory %ld KB\n", after / before, usage.ru_maxrss);
	return 0;
}
