/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Consoles on which a second banner stands: of a machine that boots again, or of a guest that
 * prints /proc/version.
 */
#include <string.h>

#include "boards/ktap.h"
#include "boards/lines.h"
#include "boards/reboot.h"

#define BANNER	"Linux version 2.6.22-rc5 (test@test) (gcc version 12.2.0) #1\n"
#define STAMPED "[    0.000000] " BANNER
#define GUEST	"Freeing init memory: 52K\n"
#define KTAP	"KTAP version 1\n1..2\nok 1\n"

typedef struct {
	Reboot reboot;
	Ktap ktap;
	LineBuffer *lines;
} Listener;

static gboolean on_line (const char *line, gpointer user_data)
{
	Listener *self = user_data;

	reboot_line (&self->reboot, line, ktap_line (&self->ktap, line));
	return TRUE;
}

static gboolean reboots (const char *text, gsize length)
{
	Listener listener = { .ktap = { 0 } };

	listener.lines = line_buffer_new (on_line, &listener);
	line_buffer_feed (listener.lines, text, length);
	line_buffer_finish (listener.lines);
	line_buffer_free (listener.lines);
	return listener.reboot.rebooted;
}

/* Each machine has booted again. */
static const char *const again[] = {
	/* nobody but the kernel can have spoken */
	BANNER "CPU: ARM926EJ-S\n" BANNER,
	/* what stands behind the banner */
	BANNER GUEST KTAP BANNER "CPU: ARM926EJ-S [41069265] revision 5 (ARMv5TEJ)\n",
	BANNER GUEST KTAP BANNER "BIOS-provided physical RAM map:\n",
	BANNER GUEST KTAP BANNER "CPU revision is: 00019300 (MIPS 24Kc)\n",
	BANNER GUEST KTAP BANNER "one\ntwo\nthree\nKernel command line: console=ttyAMA0\n",
	BANNER GUEST KTAP BANNER "Memory: 128MB = 128MB total\n",
	BANNER GUEST KTAP BANNER "Memory: 123456K/131072K available (4096K kernel code)\n",
	/* what stands before it */
	BANNER GUEST KTAP "Restarting system.\n" BANNER,
	BANNER GUEST KTAP "U-Boot 2023.01 (Jan 1 2023)\n\nStarting kernel ...\n\n" BANNER,
	BANNER GUEST KTAP "Uncompressing Linux... done, booting the kernel.\n" BANNER,
	/* printk's clock */
	STAMPED "[    1.500000] Run /init as init process\n" KTAP STAMPED,
	STAMPED "[    1.500000] Run /init as init process\n" KTAP "[    0.000010] " BANNER,
	/* the guest's line was open when the machine was reset */
	BANNER GUEST KTAP "ok 2 - rebi" BANNER "Kernel command line: panic=1\n",
	STAMPED "[    1.500000] " GUEST KTAP "ok 2 - rebi[    0.000000][    T0] " BANNER,
	/* the guest had printed it before */
	BANNER GUEST BANNER KTAP BANNER "PID hash table entries: 512 (order: 9, 2048 bytes)\n",
};

static void test_again (void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (again); i++)
		if (!reboots (again[i], strlen (again[i])))
			g_error ("not seen: %s", again[i]);
}

/* Each machine has booted once. */
static const char *const once[] = {
	BANNER "Kernel command line: console=ttyAMA0\nPID hash table entries: 512 (order: 9)\n",
	"U-Boot 2023.01 (Jan 1 2023)\nStarting kernel ...\n" BANNER GUEST KTAP,
	BANNER GUEST BANNER KTAP,
	BANNER GUEST KTAP BANNER BANNER BANNER,
	BANNER KTAP BANNER,
	BANNER GUEST KTAP BANNER
	"Processor\t: ARM926EJ-S rev 5 (v5l)\nCPU implementer\t: 0x41\n"
	"CPU: 1\nMachine: versatile\nMemory: 128 MB\nMemTotal: 128852 kB\n",
	BANNER GUEST KTAP BANNER "ok 2\nKernel command line: as the guest has read it\n",
	BANNER GUEST KTAP "uname: " BANNER,
	/* a kernel with time stamps does not forget them; a guest may write to /dev/kmsg */
	STAMPED BANNER KTAP,
	STAMPED "[    1.500000] mmc0: new card\n[    1.700000] " BANNER KTAP,
	"",
};

static void test_once (void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (once); i++)
		if (reboots (once[i], strlen (once[i])))
			g_error ("a reboot: %s", once[i]);
}

/* What real machines print is one boot; the same twice is two, wherever the first was cut off. */
static void test_real (void)
{
	g_autofree char *log = NULL;
	gsize length, cut;

	g_assert_true (
		g_file_get_contents ("tests/data/boards/arm-2.6.22-hugh.log", &log, &length, NULL));
	g_assert_false (reboots (log, length));
	for (cut = 200; cut < length; cut += 37) {
		g_autoptr (GString) twice = g_string_new_len (log, (gssize) cut);

		g_string_append_len (twice, log, (gssize) length);
		g_assert_true (reboots (twice->str, twice->len));
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/reboot/again", test_again);
	g_test_add_func ("/reboot/once", test_once);
	g_test_add_func ("/reboot/real", test_real);
	return g_test_run ();
}
