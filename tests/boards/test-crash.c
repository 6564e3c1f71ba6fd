/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The crash scanner on console logs: each NAME.log in tests/data/boards that has a NAME.crash
 * beside it, where a person wrote what there is to find.
 */
#include <string.h>

#include "boards/crash.h"
#include "boards/lines.h"

#include "tests/fuzz/crash-same.h"

#define DATA "tests/data/boards"

#define NULL_FAULT "Unable to handle kernel NULL pointer dereference at virtual address "

static CrashScanner *scan (const char *data, gsize length, gsize piece)
{
	CrashScanner *scanner = crash_scanner_new ();
	gsize at;

	for (at = 0; at < length; at += piece)
		crash_scanner_feed (scanner, data + at, MIN (piece, length - at));
	crash_scanner_finish (scanner);
	return scanner;
}

/* Beside each frame stands where in it that is, as far as the console told. */
static void check_places (const Crash *crash)
{
	guint i;

	g_assert_cmpuint (crash->places->len, ==, crash->frames->len);
	for (i = 0; i < crash->places->len; i++)
		g_assert_true (g_str_has_prefix (crash->places->pdata[i], crash->frames->pdata[i]));
}

/* The places of one real report, by its text: the first is where it happened, the others are where
 * calls return to; the functions that print reports are left out. */
static void test_places (void)
{
	static const char log[] =
		"BUG: kernel NULL pointer dereference, address: 000000000000000c\n"
		"Oops: 0002 [#1]\nRIP: 0010:guilty.isra.0+0x14/0x40\n"
		"Call Trace:\n <TASK>\n ? stale+0x1/0x2\n dump_stack+0x10/0x20\n"
		" caller+0x2c/0x90\n </TASK>\n";
	g_autoptr (CrashScanner) scanner = crash_scanner_new ();
	const Crash *crash;

	crash_scanner_feed (scanner, log, strlen (log));
	crash_scanner_finish (scanner);
	crash = crash_scanner_first (scanner);
	g_assert_true (crash->has_pc);
	g_assert_cmpuint (crash->places->len, ==, 2);
	g_assert_cmpstr (crash->places->pdata[0], ==, "guilty.isra.0+0x14/0x40");
	g_assert_cmpstr (crash->places->pdata[1], ==, "caller+0x2c/0x90");
}

static void check_frames (GKeyFile *expected, const char *group, const Crash *crash)
{
	g_autofree char *text = g_key_file_get_string (expected, group, "frames", NULL);
	g_auto (GStrv) frames = g_strsplit (text, " ", -1);
	guint count = *text ? g_strv_length (frames) : 0;
	guint i;

	g_assert_cmpuint (crash->frames->len, >=, count);
	for (i = 0; i < count; i++)
		g_assert_cmpstr (crash->frames->pdata[i], ==, frames[i]);
	if (count == 0 || g_key_file_get_boolean (expected, group, "exact", NULL))
		g_assert_cmpuint (crash->frames->len, ==, count);
}

static void check_crash (GKeyFile *expected, guint number, const Crash *crash)
{
	g_autofree char *group = g_strdup_printf ("%u", number);
	g_autofree char *title = g_key_file_get_string (expected, group, "title", NULL);
	g_autofree char *kind = g_key_file_get_string (expected, group, "kind", NULL);
	g_autofree char *address = g_key_file_get_string (expected, group, "address", NULL);

	g_assert_cmpstr (crash->title, ==, title);
	g_assert_cmpstr (crash->kind, ==, kind);
	g_assert_cmpstr (crash->address, ==, address);
	g_assert_cmpint (crash->fatal, ==, g_key_file_get_boolean (expected, group, "fatal", NULL));
	g_assert_cmpint (crash->corrupted, ==,
			 g_key_file_get_boolean (expected, group, "corrupted", NULL));
	g_assert_cmpuint (crash->head->len, >, 0);
	g_assert_cmpuint (crash->head->len, <=, 16);
	check_places (crash);
	check_frames (expected, group, crash);
}

static void check_scanner (GKeyFile *expected, CrashScanner *scanner)
{
	const GPtrArray *all = crash_scanner_all (scanner);
	const Crash *first = NULL;
	gsize groups;
	guint i;

	g_strfreev (g_key_file_get_groups (expected, &groups));
	g_assert_cmpuint (all->len, ==, groups - 1);
	for (i = 0; i < all->len; i++) {
		const Crash *crash = all->pdata[i];

		check_crash (expected, i + 1, crash);
		if (!first && crash->fatal)
			first = crash;
	}
	g_assert_true (crash_scanner_first (scanner) == first);
	g_assert_cmpint (crash_scanner_corrupted (scanner) != NULL, ==,
			 g_key_file_get_boolean (expected, "console", "corrupted", NULL));
	g_assert_cmpint (crash_scanner_complete (scanner), ==,
			 g_key_file_get_boolean (expected, "console", "complete", NULL));
}

/* Each log gives the reports written down for it, fed at once, by sevens or byte by byte. */
static void test_corpus (gconstpointer user_data)
{
	const char *name = user_data;
	g_autofree char *log = g_strdup_printf (DATA "/%s.log", name);
	g_autofree char *sidecar = g_strdup_printf (DATA "/%s.crash", name);
	g_autoptr (GKeyFile) expected = g_key_file_new ();
	g_autofree char *data = NULL;
	gsize length, pieces[] = { G_MAXINT, 7, 1 };
	guint i;

	g_assert_true (g_file_get_contents (log, &data, &length, NULL));
	g_assert_true (g_key_file_load_from_file (expected, sidecar, 0, NULL));
	for (i = 0; i < G_N_ELEMENTS (pieces); i++) {
		g_autoptr (CrashScanner) scanner = scan (data, length, pieces[i]);

		check_scanner (expected, scanner);
	}
}

/* The oops of the thread and the one of our boot are one crash; a fault elsewhere is another. */
static void test_equal (void)
{
	const char *a = NULL_FAULT "0000000d\nPC is at get_index+0x1c/0x50\n"
				   "LR is at prio_tree_next+0x60/0x194\n";
	const char *b = "[ 9.1] " NULL_FAULT "00000011\nPC is at get_index.isra.0+0x10/0x44\n"
			"LR is at prio_tree_next+0x4c/0x154\n";
	const char *c = NULL_FAULT "0000000d\nPC is at get_index+0x1c/0x50\n"
				   "LR is at other_caller+0x60/0x194\n";
	const char *d = "Unable to handle kernel paging request at virtual address 0000000d\n"
			"PC is at get_index+0x1c/0x50\nLR is at prio_tree_next+0x60/0x194\n";
	g_autoptr (CrashScanner) sa = scan (a, strlen (a), 100);
	g_autoptr (CrashScanner) sb = scan (b, strlen (b), 100);
	g_autoptr (CrashScanner) sc = scan (c, strlen (c), 100);
	g_autoptr (CrashScanner) sd = scan (d, strlen (d), 100);

	g_assert_true (crash_equal (crash_scanner_first (sa), crash_scanner_first (sb)));
	g_assert_false (crash_equal (crash_scanner_first (sa), crash_scanner_first (sc)));
	g_assert_false (crash_equal (crash_scanner_first (sa), crash_scanner_first (sd)));
}

/* First lines of reports that must be seen wherever they stand on a line. */
static const struct {
	const char *line, *title;
} anywhere[] = {
	{ NULL_FAULT "0000000d", "NULL pointer dereference" },
	{ "BUG: Unable to handle kernel data access at 0x10", "bad kernel data access" },
	{ "Bad kernel stack pointer 7fff0010 at c0001234", "bad kernel stack pointer" },
	{ "kernel BUG at mm/slub.c:1527!", "kernel BUG at mm/slub.c" },
	{ "Kernel bug detected[#1]:", "kernel BUG" },
	{ "Internal error: Oops: 805 [#1]", "Oops" },
	{ "Oops[#1]:", "Oops" },
	{ "Reserved instruction in kernel code[#1]:", "Reserved instruction in kernel code" },
	{ "general protection fault: 0000 [#1] SMP", "general protection fault" },
	{ "PANIC: double fault, error_code: 0x0", "double fault" },
	{ "Kernel Fault: Code=15 regs=10 (Addr=0000000d)", "Kernel Fault" },
	{ "BUG: KASAN: use-after-free in foo", "KASAN: use-after-free in foo" },
	{ "BUG: KASAN: null-ptr-deref", "KASAN: null-ptr-deref" },
	{ "BUG: KFENCE: memory corruption in foo+0x1/0x2", "KFENCE: memory corruption in foo" },
	{ "BUG: KMSAN: uninit-value in foo+0x1/0x2", "KMSAN: uninit-value in foo" },
	{ "BUG: soft lockup - CPU#0 stuck for 22s! [init:1]", "soft lockup" },
	{ "BUG: soft lockup detected on CPU#0!", "soft lockup" },
	{ "NMI watchdog: Watchdog detected hard LOCKUP on cpu 1", "hard lockup" },
	{ "BUG: workqueue lockup - pool cpus=0 node=0", "workqueue lockup" },
	{ "BUG: spinlock lockup on CPU#0, init/1, c0345678", "spinlock lockup" },
	{ "BUG: spinlock bad magic on CPU#0, init/1", "spinlock bad magic" },
	{ "INFO: task init:1 blocked for more than 120 seconds.", "task hung" },
	{ "INFO: task init:1 can't die for more than 143 seconds.", "task can't die" },
	{ "INFO: rcu_sched self-detected stall on CPU", "RCU stall" },
	{ "*** SLUB kmalloc-8: Redzone Active@0xc0 slab 0xc1", "SLUB kmalloc-8: Redzone Active" },
	{ "BUG kmalloc-64 (Not tainted): Poison overwritten", "SLUB kmalloc-64" },
	{ "BUG kmalloc-64: Object already free", "SLUB kmalloc-64" },
	{ "slab error in cache_free(): cache `size-64': double free",
	  "slab error in cache size-64" },
	{ "Slab corruption: start=c1000000, len=64", "slab corruption" },
	{ "Slab corruption (Not tainted): size-64 start=c1000000, len=64", "slab corruption" },
	{ "Bad page state in process 'init'", "bad page state" },
	{ "BUG: Bad page map in process init  pte:0a pmd:0b", "bad page map" },
	{ "BUG: scheduling while atomic: init/1/0x00000002", "scheduling while atomic" },
	{ "BUG: stack guard page was hit at c0 (stack is d0..d1)",
	  "BUG: stack guard page was hit" },
	{ "BUG: Dentry c1{i=2,n=foo} still in use (1)", "BUG: Dentry" },
	{ "Kernel panic - not syncing: Fatal exception", "panic: Fatal exception" },
	/* the harmless list is about remarks, not about a machine that is dead */
	{ "Kernel panic - not syncing: DEBUG: INFO: lockdep is turned off",
	  "panic: DEBUG: INFO: lockdep is turned off" },
};

/* What a guest or a driver may have left on the line when the kernel began to speak. */
static const char *const open_lines[] = {
	"",
	"card ",
	"x",
	"...",
	"mmc0: probing",
	"# rebind (",
	"ok 1 - rebi",
	"ok 1 - rebi",
	"mmc: DEBUG: on ",
	"EXT4-fs (sda1): mounting, EXT4-fs:",
};

static void assert_fatal (const char *line, const char *title)
{
	g_autoptr (CrashScanner) scanner = scan (line, strlen (line), 100);
	const Crash *crash = crash_scanner_first (scanner);

	if (!crash || !g_str_has_prefix (crash->title, title))
		g_error ("'%s' is not seen as '%s'", line, title);
	g_assert_cmpuint (crash_scanner_all (scanner)->len, ==, 1);
}

/* A report is seen behind an open line too, glued to it or not, with or without a level. */
static void test_anywhere (void)
{
	gsize i, j;

	for (i = 0; i < G_N_ELEMENTS (anywhere); i++) {
		for (j = 0; j < G_N_ELEMENTS (open_lines); j++) {
			g_autofree char *line = g_strconcat (open_lines[j], anywhere[i].line, NULL);

			assert_fatal (line, anywhere[i].title);
		}
	}
}

/* Any wording is seen behind what only printk prints, its time stamp, and where letters run into
 * each other: nobody writes so. */
static void test_open_line_stamp (void)
{
	assert_fatal ("probing [    1.234567] BUG: frobnication", "BUG: frobnication");
	assert_fatal ("ok 1 - a[    1.234567][   T12] BUG: frobnication", "BUG: frobnication");
	assert_fatal ("a <4>b <0>BUG: frobnication", "BUG: frobnication");
	assert_fatal ("a <0>BUG: frobnication <4>b", "BUG: frobnication");
	assert_fatal ("probingBUG: frobnication", "BUG: frobnication");
	assert_fatal ("probing...BUG: frobnication", "BUG: frobnication");
}

/* A copy is equal, and lives longer than its scanner. */
static void test_copy (void)
{
	const char *text = "kernel BUG at mm/slab.c:12!\nPC is at kfree+0x1c/0x50\n";
	g_autoptr (CrashScanner) scanner = scan (text, strlen (text), 100);
	g_autoptr (Crash) copy = crash_copy (crash_scanner_first (scanner));

	g_assert_true (crash_equal (copy, crash_scanner_first (scanner)));
	g_clear_pointer (&scanner, crash_scanner_free);
	g_assert_cmpstr (copy->title, ==, "kernel BUG at mm/slab.c in kfree");
	g_assert_cmpstr (copy->frames->pdata[0], ==, "kfree");
	g_assert_cmpstr (copy->head->pdata[0], ==, "kernel BUG at mm/slab.c:12!");
}

/* Bytes that are no text and titles that are cut stay valid UTF-8, which reports rely on. */
static void test_utf8 (void)
{
	g_autofree char *long_text = g_strnfill (99, 'x');
	g_autofree char *text = g_strdup_printf ("Kernel panic - not syncing: %s\303\244\303\244\n"
						 "BUG: \377\303 \344 thing\n",
						 long_text);
	g_autoptr (CrashScanner) scanner = scan (text, strlen (text), 5);
	const GPtrArray *all = crash_scanner_all (scanner);
	guint i;

	g_assert_cmpuint (all->len, ==, 2);
	for (i = 0; i < all->len; i++) {
		const Crash *crash = all->pdata[i];

		g_assert_true (g_utf8_validate (crash->title, -1, NULL));
	}
	g_assert_true (g_str_has_suffix (crash_scanner_first (scanner)->title, "x\303\244"));
}

/* The head is what was printed: with its time stamp, without CR and escapes, and valid UTF-8. */
static void test_head (void)
{
	const char *text = "[    1.5] \033[1mBUG: scheduling while atomic: \xff/1\033[0m\r\nnext\n";
	g_autoptr (CrashScanner) scanner = scan (text, strlen (text), 3);
	const Crash *crash = crash_scanner_first (scanner);

	g_assert_cmpstr (crash->head->pdata[0], ==,
			 "[    1.5] BUG: scheduling while atomic: \357\277\275/1");
	g_assert_cmpstr (crash->head->pdata[1], ==, "next");
}

/* An endless line and endless reports do not grow in memory, and the first report stays. */
static void test_bounds (void)
{
	g_autoptr (CrashScanner) scanner = crash_scanner_new ();
	g_autofree char *noise = g_strnfill (1 << 20, 'x');
	guint i;

	for (i = 0; i < 8; i++)
		crash_scanner_feed (scanner, noise, 1 << 20);
	crash_scanner_feed (scanner, "\n", 1);
	for (i = 0; i < 1000; i++) {
		g_autofree char *text = g_strdup_printf (
			"BUG: thing %c%c\n PC is at fn%u+0x1/0x2\n", 'a' + i % 26, 'a' + i / 40, i);

		crash_scanner_feed (scanner, text, strlen (text));
	}
	g_assert_cmpuint (crash_scanner_all (scanner)->len, ==, 32);
	g_assert_cmpstr (crash_scanner_first (scanner)->title, ==, "BUG: thing aa in fn0");
}

/* What happens to a console on its way; each makes another line of a line. */
typedef char *(*Change) (const char *line);

/* What @line says, without escapes and stamps of its own. */
static const char *message (const char *line)
{
	const char *next = line;

	do {
		line = line_text (next);
		next = line[0] == '\033' ? strchr (line, 'm') + 1 : line + (line[0] == '\r');
	} while (next != line);
	return line;
}

static char *add_stamp (const char *line)
{
	return line_text (line) == line ? g_strconcat ("[   12.345678] ", line, "\n", NULL)
					: g_strconcat (line, "\n", NULL);
}

static char *add_level (const char *line)
{
	return g_strconcat ("<4>", line, "\n", NULL);
}

static char *add_caller (const char *line)
{
	return g_strconcat ("[   12.345678][    T7] ", message (line), "\n", NULL);
}

static char *add_caller_apart (const char *line)
{
	return g_strconcat ("[   12.345678] [    C1] ", message (line), "\n", NULL);
}

static char *add_cr (const char *line)
{
	return g_strconcat (line, "\r\n", NULL);
}

static char *add_colours (const char *line)
{
	gsize prefix = (gsize) (line_text (line) - line);
	g_autofree char *start = g_strndup (line, prefix);

	return g_strconcat ("\033[32m", start, "\033[0m\033[1;31m", line + prefix,
			    "\033[0m\033[K\n", NULL);
}

static char *add_noise (const char *line)
{
	return g_strconcat (line, "\n\377\376\200\001\303\n", NULL);
}

static char *add_noise_stamped (const char *line)
{
	return g_strconcat (line,
			    "\n[   12.345679] \377\376\200\303x\377\376\200\303\377\376\200"
			    "\303\377\376\200\303\377\n",
			    NULL);
}

static char *add_driver (const char *line)
{
	return g_strconcat (line, "\n[   12.345679] usb 1-1: new high-speed device\n", NULL);
}

/* Another CPU says what would be part of a trace, and then what would end it. */
static char *add_other_cpu (const char *line)
{
	return g_strconcat ("[   12.345678][    T7] ", message (line),
			    "\n[   12.345679][    T8]  stray_frame+0x10/0x20\n"
			    "[   12.345679][    T8] This is in between\n",
			    NULL);
}

/* Another CPU's line comes into the middle of it. */
static char *add_cut (const char *line)
{
	const char *text = message (line);
	gsize half = (gsize) (text - line) + strlen (text) / 2;

	if (strlen (text) < 8)
		return g_strconcat (line, "\n", NULL);
	return g_strdup_printf ("%.*s[   12.345679] usb 1-1: new high-speed device\n%s\n",
				(int) half, line, line + half);
}

static const struct {
	const char *name;
	Change change;
} changes[] = {
	{ "stamps", add_stamp },   { "levels", add_level },
	{ "callers", add_caller }, { "callers-apart", add_caller_apart },
	{ "cr-lf", add_cr },	   { "colours", add_colours },
	{ "noise", add_noise },	   { "noise-stamped", add_noise_stamped },
	{ "driver", add_driver },  { "other-cpu", add_other_cpu },
};

/* Each log gives the same reports whatever its way has done to it. */
static void test_changed (gconstpointer user_data)
{
	const char *name = user_data;
	g_autofree char *log = g_strdup_printf (DATA "/%s.log", name);
	g_autofree char *sidecar = g_strdup_printf (DATA "/%s.crash", name);
	g_autoptr (GKeyFile) expected = g_key_file_new ();
	g_autofree char *data = NULL;
	g_auto (GStrv) lines = NULL;
	gsize length, i, j;

	g_assert_true (g_file_get_contents (log, &data, &length, NULL));
	g_assert_true (g_key_file_load_from_file (expected, sidecar, 0, NULL));
	for (i = 0; i < length; i++)
		data[i] = data[i] ? data[i] : '\r';
	lines = g_strsplit (data, "\n", -1);
	for (i = 0; i < G_N_ELEMENTS (changes); i++) {
		g_autoptr (GString) changed = g_string_new (NULL);
		g_autoptr (CrashScanner) scanner = NULL;

		for (j = 0; lines[j]; j++) {
			g_autofree char *line = changes[i].change (lines[j]);

			g_string_append (changed, line);
		}
		g_test_message ("%s: %s", name, changes[i].name);
		scanner = scan (changed->str, changed->len, 1000);
		check_scanner (expected, scanner);
	}
}

/* The first line of each report in which another CPU's line came into the middle: both are read. */
static void test_cut (gconstpointer user_data)
{
	const char *name = user_data;
	g_autofree char *log = g_strdup_printf (DATA "/%s.log", name);
	g_autofree char *data = NULL;
	g_autoptr (GString) changed = g_string_new (NULL);
	g_autoptr (GHashTable) heads = g_hash_table_new (g_str_hash, g_str_equal);
	g_autoptr (CrashScanner) whole = NULL;
	g_autoptr (CrashScanner) cut = NULL;
	g_auto (GStrv) lines = NULL;
	const GPtrArray *all, *again;
	gsize length, i;

	g_assert_true (g_file_get_contents (log, &data, &length, NULL));
	whole = scan (data, length, length);
	all = crash_scanner_all (whole);
	for (i = 0; i < all->len; i++)
		g_hash_table_add (heads, ((Crash *) all->pdata[i])->head->pdata[0]);
	for (i = 0; i < length; i++)
		data[i] = data[i] ? data[i] : '\r';
	lines = g_strsplit (data, "\n", -1);
	for (i = 0; lines[i]; i++) {
		g_autofree char *line = g_strdup (lines[i]);
		g_autofree char *made = g_hash_table_contains (heads, g_strchomp (line))
						? add_cut (line)
						: g_strconcat (lines[i], "\n", NULL);

		g_string_append (changed, made);
	}
	cut = scan (changed->str, changed->len, 1000);
	again = crash_scanner_all (cut);
	g_assert_cmpuint (again->len, ==, all->len);
	for (i = 0; i < all->len; i++)
		g_assert_true (crash_equal (again->pdata[i], all->pdata[i]));
}

/* The counterpart: a line with a stamp of its own is no rest of another. */
static void test_not_cut (void)
{
	static const char rest[] = "Unable to handle ker[   12.345678] usb 1-1: new device\n"
				   "nel NULL pointer dereference at virtual address 0000000d\n";
	static const char own[] = "Unable to handle ker[   12.345678] usb 1-1: new device\n"
				  "[   12.345679] nel NULL pointer dereference at virtual address "
				  "0000000d\n";
	g_autoptr (CrashScanner) mended = scan (rest, strlen (rest), 7);
	g_autoptr (CrashScanner) apart = scan (own, strlen (own), 7);

	g_assert_nonnull (crash_scanner_first (mended));
	g_assert_cmpstr (crash_scanner_first (mended)->title, ==, "NULL pointer dereference");
	g_assert_null (crash_scanner_first (apart));
}

static CrashScanner *scan_file (const char *name)
{
	g_autofree char *path = g_strdup_printf (DATA "/%s.log", name);
	g_autofree char *data = NULL;
	gsize length;

	g_assert_true (g_file_get_contents (path, &data, &length, NULL));
	return scan (data, length, length);
}

/* One bug has one title, by two compilers and two machines' byte orders; two bugs have two. */
static void test_pairs (void)
{
	static const struct {
		const char *a, *b;
		gboolean same;
	} pairs[] = {
		{ "real-pair-gcc", "real-pair-clang", TRUE },
		{ "real-mips-null", "real-mips-be-null", TRUE },
		{ "real-pair-gcc", "real-x86-list", FALSE },
		{ "real-mips-null", "real-mips-bug", FALSE },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (pairs); i++) {
		g_autoptr (CrashScanner) a = scan_file (pairs[i].a), b = scan_file (pairs[i].b);

		g_assert_cmpint (g_str_equal (crash_scanner_first (a)->title,
					      crash_scanner_first (b)->title),
				 ==, pairs[i].same);
	}
}

/* Two boots in one log: the second one's reports are found as if it were alone. */
static void test_second_boot (gconstpointer user_data)
{
	const char *name = user_data;
	const char *banner = "Linux version 6.1.0 (test@test) (gcc) #1\n";
	g_autofree char *log = g_strdup_printf (DATA "/%s.log", name);
	g_autofree char *data = NULL;
	g_autoptr (CrashScanner) alone = NULL;
	g_autoptr (CrashScanner) both = crash_scanner_new ();
	const GPtrArray *all, *twice;
	gsize length;
	guint i;

	g_assert_true (g_file_get_contents (log, &data, &length, NULL));
	alone = scan (data, length, length);
	all = crash_scanner_all (alone);
	if (2 * all->len > 32)
		return;
	for (i = 0; i < 2; i++) {
		crash_scanner_feed (both, banner, strlen (banner));
		crash_scanner_feed (both, data, length);
		crash_scanner_feed (both, "\n", 1);
	}
	crash_scanner_finish (both);
	twice = crash_scanner_all (both);
	g_assert_cmpuint (twice->len, ==, 2 * all->len);
	for (i = 0; i < twice->len; i++)
		g_assert_true (crash_equal (twice->pdata[i], all->pdata[i % all->len]));
}

/* The look for literals changes nothing: not on a log, nor on what a seeded random makes of it. */
static void test_filter (gconstpointer user_data)
{
	g_autofree char *log = g_strdup_printf (DATA "/%s.log", (const char *) user_data);
	g_autoptr (GRand) rand = g_rand_new_with_seed (7);
	g_autofree char *data = NULL;
	gsize length;
	guint round, i;

	g_assert_true (g_file_get_contents (log, &data, &length, NULL));
	for (round = 0; round < 6; round++) {
		g_autoptr (CrashScanner) quick = crash_same_scan (data, length, 100, TRUE);
		g_autoptr (CrashScanner) slow = crash_same_scan (data, length, 100, FALSE);

		g_assert_true (crash_same (quick, slow));
		for (i = 0; i < length / 100 + 1; i++)
			data[g_rand_int_range (rand, 0, (gint32) length)] =
				data[g_rand_int_range (rand, 0, (gint32) length)];
	}
}

/* What a regex needs is what stands outside of its groups and is not optional. */
static void test_literal (void)
{
	static const char *const cases[][2] = {
		{ "INFO: task \\S.*:\\d+ blocked (?:in I/O )?for more than \\d+",
		  "for more than " },
		{ "(?:rcu: )?INFO: rcu_\\w+ ", "INFO: rcu_" },
		{ "abcd?efgh", "efgh" },
		{ "a{2}bcd", "bcd" },
		{ "ab+(?:x[)]y|z\\))cde\\[#", "cde[#" },
		{ "abc|def", NULL },
		{ "\\(?abc", "abc" },
		{ "ab", NULL },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *literal = crash__literal (cases[i][0]);

		g_assert_cmpstr (literal, ==, cases[i][1]);
	}
}

static void add_test (const char *group, const char *name, GTestDataFunc test)
{
	g_autofree char *path = g_strdup_printf ("/crash/%s/%s", group, name);

	g_test_add_data_func_full (path, g_strdup (name), test, g_free);
}

static void add_corpus (void)
{
	g_autoptr (GDir) dir = g_dir_open (DATA, 0, NULL);
	const char *file;

	g_assert_nonnull (dir);
	while ((file = g_dir_read_name (dir))) {
		g_autofree char *name = NULL;

		if (!g_str_has_suffix (file, ".crash"))
			continue;
		name = g_strndup (file, strlen (file) - strlen (".crash"));
		add_test ("corpus", name, test_corpus);
		add_test ("changed", name, test_changed);
		add_test ("cut", name, test_cut);
		add_test ("second-boot", name, test_second_boot);
		add_test ("filter", name, test_filter);
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	add_corpus ();
	g_test_add_func ("/crash/literal", test_literal);
	g_test_add_func ("/crash/equal", test_equal);
	g_test_add_func ("/crash/anywhere", test_anywhere);
	g_test_add_func ("/crash/open-line-stamp", test_open_line_stamp);
	g_test_add_func ("/crash/copy", test_copy);
	g_test_add_func ("/crash/utf8", test_utf8);
	g_test_add_func ("/crash/head", test_head);
	g_test_add_func ("/crash/bounds", test_bounds);
	g_test_add_func ("/crash/places", test_places);
	g_test_add_func ("/crash/not-cut", test_not_cut);
	g_test_add_func ("/crash/pairs", test_pairs);
	return g_test_run ();
}
