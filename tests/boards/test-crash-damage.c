/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Real consoles, damaged: a crash whose first lines are lost makes no pass.
 */
#include <string.h>

#include "base/files.h"
#include "boards/crash-grammar.h"
#include "boards/judge.h"
#include "boards/lines.h"

#define DATA   "tests/data/boards"
#define TRIALS 40

#define PASSING "KTAP version 1\n1..1\nok 1 - a\n# bakeoff: done\n"

static BootOutcome judge (const char *text, char **out_detail)
{
	static char *no_dtbs[] = { NULL };
	Board board = { .name = (char *) "fake", .dtbs = no_dtbs, .bootable = TRUE };
	BootSpec spec = { .board = &board };
	ConsoleEnd end = { .kind = CONSOLE_END_EXIT };
	g_autoptr (Judge) self = judge_new (&spec);
	g_autoptr (BootResult) result = NULL;

	if (judge_feed (self, text, strlen (text)))
		judge_end (self, &end);
	result = judge_result (self);
	if (out_detail)
		*out_detail = g_strdup (result->detail);
	return result->outcome;
}

/* Those with a fatal crash in a kernel's own words, and more than its first lines. */
static const char *const logs[] = {
	"arm-2.6-bug",
	"arm-2.6-undefined",
	"arm-2.6.22-slub",
	"arm-6.1",
	"arm-at91-cut",
	"arm64",
	"i386-2.6",
	"mips-2.6.22",
	"mips-bug",
	"parisc-2.6.22",
	"parisc-sparc",
	"powerpc",
	"riscv",
	"s390",
	"sparc64",
	"x86-bug",
	"x86-gpf-2025",
	"x86-kasan",
	"x86_64",
	"arm-noise",
	"arm-2.6-external",
	"real-mips-bug",
	"real-mips-null",
	"real-mips-be-null",
	"real-parisc-bug",
	"real-parisc-null",
	"real-x86-list",
	"real-x86-sched",
	"real-x86-softlockup",
	"real-x86-kasan",
	"real-arm-list",
	"real-arm-sched",
	"real-arm-softlockup",
	"real-arm-exec",
};

static gboolean is_head (const char *line)
{
	g_auto (CrashMatch) match = { 0 };
	g_autofree char *clean = g_strdup (line);

	g_strdelimit (clean, "\r\033", ' ');
	return crash__match (line_text (clean), NULL, &match) ||
	       strstr (line, "Unable to handle") || strstr (line, "Linux version") ||
	       strstr (line, "Rebooting in");
}

/* Deletes @line, cuts it, overwrites a part, or lets another line into it; what still reads as a
 * first line goes. */
static void damage (GString *line, GRand *rand)
{
	gsize i, at = line->len > 0 ? (gsize) g_rand_int_range (rand, 0, (gint32) line->len) : 0;

	switch (g_rand_int_range (rand, 0, 4)) {
	case 0:
		g_string_truncate (line, 0);
		break;
	case 1:
		g_string_truncate (line, at);
		break;
	case 2:
		for (i = at; i < MIN (at + 20, line->len); i++)
			line->str[i] = (char) g_rand_int_range (rand, 'a', 'z' + 1);
		break;
	default:
		g_string_insert (line, (gssize) at, "mmc0: new SD card\n");
	}
	if (is_head (line->str))
		g_string_truncate (line, 0);
}

/* The lines of the log @name; NULs are blanks. */
static char **read_log (const char *name)
{
	g_autofree char *path = g_strdup_printf (DATA "/%s.log", name);
	gsize at, length = 0;
	g_autofree char *text = files_read (path, &length, NULL);

	g_assert_nonnull (text);
	for (at = 0; at < length; at++)
		text[at] = text[at] ? text[at] : ' ';
	return g_strsplit (text, "\n", -1);
}

static void test_damaged (gconstpointer user_data)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (22);
	g_auto (GStrv) lines = read_log (user_data);
	guint trial, i;

	for (trial = 0; trial < TRIALS; trial++) {
		g_autoptr (GString) damaged = g_string_new (NULL);
		g_autofree char *detail = NULL;

		for (i = 0; lines[i]; i++) {
			g_autoptr (GString) line = g_string_new (lines[i]);

			if (is_head (line->str))
				damage (line, rand);
			g_string_append_printf (damaged, "%s\n", line->str);
		}
		g_string_append (damaged, PASSING);
		if (judge (damaged->str, &detail) == BOOT_PASS)
			g_error ("a damaged %s passes:\n%s", (const char *) user_data,
				 damaged->str);
	}
}

/* Somebody else's whole line comes in the middle of every fourth one, wherever it stands. */
static void test_cut_lines (gconstpointer user_data)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (6);
	g_auto (GStrv) lines = read_log (user_data);
	guint trial, i;

	for (trial = 0; trial < TRIALS; trial++) {
		g_autoptr (GString) cut = g_string_new (NULL);

		for (i = 0; lines[i]; i++) {
			gsize size = strlen (lines[i]);

			g_string_append_printf (cut, "%s\n", lines[i]);
			if (size > 1 && g_rand_int_range (rand, 0, 4) == 0)
				g_string_insert (cut,
						 (gssize) (cut->len - 1 -
							   (gsize) g_rand_int_range (
								   rand, 1, (gint32) size)),
						 "[   12.345679] usb 1-1: new device\n");
		}
		g_string_append (cut, PASSING);
		if (judge (cut->str, NULL) == BOOT_PASS)
			g_error ("a cut %s passes:\n%s", (const char *) user_data, cut->str);
	}
}

/* Our own trouble, and said so; with the line that makes it whole it is the kernel's. */
static void test_detail (void)
{
	g_autofree char *text = files_read (DATA "/corrupted-x86.log", NULL, NULL);
	g_autofree char *whole = g_strconcat ("Oops: 0000 [#1] SMP\n", text, PASSING, NULL);
	g_autofree char *all = g_strconcat (text, PASSING, NULL);
	g_autofree char *detail = NULL;

	g_assert_cmpint (judge (all, &detail), ==, BOOT_INFRA);
	g_assert_cmpstr (detail, ==,
			 "a crash report came too damaged to be read: corrupted report in "
			 "probe_card");
	g_assert_cmpint (judge (whole, NULL), ==, BOOT_OOPS);
}

/* Who fails, fails; and a sound kernel may print backtraces. */
static void test_counterparts (void)
{
	g_autofree char *text = files_read (DATA "/corrupted-x86.log", NULL, NULL);
	g_autofree char *traces = files_read (DATA "/traces.log", NULL, NULL);
	g_autofree char *warnings = files_read (DATA "/warnings.log", NULL, NULL);
	g_autofree char *failing = g_strconcat (text, "not ok 2 - b\n" PASSING, NULL);
	g_autofree char *sound = g_strconcat (traces, PASSING, NULL);
	g_autofree char *warned = NULL;

	*strstr (warnings, "ok 1") = '\0';
	g_assert_cmpint (judge (failing, NULL), ==, BOOT_FAIL);
	g_assert_cmpint (judge (sound, NULL), ==, BOOT_PASS);
	warned = g_strconcat (warnings, PASSING, NULL);
	g_assert_cmpint (judge (warned, NULL), ==, BOOT_PASS);
}

/* Two hundred backtraces that SysRq asks for are no crash; one that has die() in it is, though its
 * first lines were lost among them. */
static void test_sysrq_arm (void)
{
	static const char lost[] =
		"Modules linked in:\n"
		"[<c0034a4c>] (die) from [<c0034b00>] (arm_notify_die+0x30/0x60)\n"
		"[<c0034b00>] (arm_notify_die) from [<c00301e4>] (do_undefinstr+0x1c/0x98)\n"
		"Code: e3a03000 e5833000 e12fff1e e92d4010 (e5933000)\n";
	g_autoptr (GString) dump = g_string_new ("SysRq : Show State\n");
	g_autofree char *alone = NULL;
	g_autofree char *with = NULL;
	guint i;

	for (i = 0; i < 200; i++)
		g_string_append_printf (dump,
					"task%u      S c00b1234     0   %u      2\nBacktrace:\n"
					"[<c0034a4c>] (schedule+0x0/0x60) from [<c00301e4>] "
					"(worker_thread+0x1c/0x98)\n"
					"[<c00301e4>] (worker_thread+0x0/0x98) from [<c00301e4>] "
					"(kthread+0x1c/0x98)\n",
					i, i);
	alone = g_strconcat (dump->str, PASSING, NULL);
	with = g_strconcat ("SysRq : Show State\n", lost, PASSING, NULL);
	g_assert_cmpint (judge (alone, NULL), ==, BOOT_PASS);
	g_assert_cmpint (judge (with, NULL), ==, BOOT_INFRA);
	g_string_free (g_steal_pointer (&dump), TRUE);
}

/* What SysRq-t of x86 prints of @count tasks asleep in user space's calls. */
static char *dump_tasks (guint count)
{
	GString *text = g_string_new ("sysrq: Show State\n");
	guint i;

	for (i = 0; i < count; i++)
		g_string_append_printf (text,
					"task:worker%-8u state:S stack:0     pid:%-5u ppid:2      "
					"flags:0x00004000\nCall Trace:\n <TASK>\n"
					" __schedule+0x34e/0x12d0\n schedule+0x5a/0xd0\n"
					" do_nanosleep+0x64/0x180\n do_syscall_64+0x58/0x80\n"
					" entry_SYSCALL_64_after_hwframe+0x64/0xce\n"
					"RIP: 0033:0x7f1d2c0aa3c3\n"
					"RSP: 002b:00007ffd8d1b9bc8 EFLAGS: 00000246\n"
					"RAX: ffffffffffffffda RBX: 00007ffd8d1b9c10\n"
					"RBP: 00007ffd8d1b9c10 R08: 0000000000000000\n </TASK>\n",
					i, i + 10);
	return g_string_free (text, FALSE);
}

static CrashScanner *scan (const char *before, const char *report, const char *after)
{
	CrashScanner *self = crash_scanner_new ();

	crash_scanner_feed (self, before, strlen (before));
	crash_scanner_feed (self, report, strlen (report));
	crash_scanner_feed (self, after, strlen (after));
	crash_scanner_finish (self);
	return self;
}

/* A dump of all tasks is no report; one in its midst or right behind it is, whole or damaged. */
static void test_sysrq (void)
{
	static const char *const reports[] = { DATA "/corrupted-x86.log",
					       DATA "/corrupted-arm.log" };
	g_autofree char *tasks = dump_tasks (200);
	g_autofree char *some = dump_tasks (3);
	g_autoptr (CrashScanner) sound = scan (tasks, "", PASSING);
	gsize i;

	g_assert_cmpuint (crash_scanner_all (sound)->len, ==, 0);
	for (i = 0; i < G_N_ELEMENTS (reports); i++) {
		g_autofree char *text = files_read (reports[i], NULL, NULL);
		g_autofree char *whole = g_strconcat ("Oops: 0000 [#1] SMP\n", text, NULL);
		g_autoptr (CrashScanner) midst = scan (some, text, strchr (some, '\n') + 1);
		g_autoptr (CrashScanner) behind = scan (tasks, text, PASSING);
		g_autoptr (CrashScanner) fatal = scan (some, whole, strchr (some, '\n') + 1);

		g_assert_nonnull (crash_scanner_corrupted (midst));
		g_assert_nonnull (crash_scanner_corrupted (behind));
		g_assert_nonnull (crash_scanner_first (fatal));
		g_assert_null (crash_scanner_corrupted (fatal));
	}
}

/* Registers that somebody asked for are no report, a crash that somebody asked for is. */
static void test_sysrq_registers (void)
{
	const char *mips = "epc   : 80101234 cpu_idle+0x30/0x60\nra    : 80101230 "
			   "cpu_idle+0x2c/0x60\nStatus: 1000fc03\nCause : 00800400\n";
	g_autoptr (CrashScanner) asked = scan ("SysRq : Show Regs\n", mips, PASSING);
	g_autoptr (CrashScanner) other = scan ("SysRq : Trigger a crash\n", mips, PASSING);

	g_assert_cmpuint (crash_scanner_all (asked)->len, ==, 0);
	g_assert_nonnull (crash_scanner_corrupted (other));
}

int main (int argc, char **argv)
{
	gsize i;

	g_test_init (&argc, &argv, NULL);
	for (i = 0; i < G_N_ELEMENTS (logs); i++) {
		g_autofree char *path = g_strconcat ("/damage/", logs[i], NULL);

		g_autofree char *cut = g_strconcat ("/damage/cut-lines/", logs[i], NULL);

		g_test_add_data_func (path, logs[i], test_damaged);
		g_test_add_data_func (cut, logs[i], test_cut_lines);
	}
	g_test_add_func ("/damage/detail", test_detail);
	g_test_add_func ("/damage/counterparts", test_counterparts);
	g_test_add_func ("/damage/sysrq", test_sysrq);
	g_test_add_func ("/damage/sysrq-registers", test_sysrq_registers);
	g_test_add_func ("/damage/sysrq-arm", test_sysrq_arm);
	return g_test_run ();
}
