/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boots of machines made of printf (tests/data/boards/fake.sh), through the real expect script.
 *
 * The program is also its own victim: `test-boot --hold FOLDER` boots a machine that does not end,
 * for the test that kills it.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "boards/boot.h"

#define FAKE "tests/data/boards/fake.sh"

static const char *program;

/* A board without a file. Silence is short, because the fakes are quick. */
static Board make_board (const char *console)
{
	static char *no_dtbs[] = { NULL };

	return (Board){
		.name = (char *) "fake",
		.dtbs = no_dtbs,
		.bootable = TRUE,
		.console = (char *) console,
		.timeout = 30,
		.silence = 5,
	};
}

/* A folder whose name needs quoting, and the image in it. */
typedef struct {
	char *dir, *image, *log;
} Place;

static void place_init (Place *self)
{
	g_autofree char *top = g_dir_make_tmp ("bakeoff-boot-XXXXXX", NULL);

	self->dir = g_build_filename (top, "it's a \"folder\" $HOME", NULL);
	self->image = g_build_filename (self->dir, "Image", NULL);
	self->log = g_build_filename (self->dir, "console.log", NULL);
	g_assert_true (files_make_dir (self->dir, NULL));
	g_assert_true (files_write (self->image, "the image\n", -1, NULL));
}

static void place_clear (Place *self)
{
	g_autofree char *top = self->dir ? g_path_get_dirname (self->dir) : NULL;

	if (top)
		g_assert_true (files_remove_tree (top, NULL));
	g_free (self->dir);
	g_free (self->image);
	g_free (self->log);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static BootSpec make_spec (const Place *place, const Board *board)
{
	return (BootSpec){
		.board = board,
		.image = place->image,
		.log = place->log,
		.work_dir = place->dir,
		.data_dir = ".",
	};
}

static BootResult *boot_board (const Board *board)
{
	g_auto (Place) place = { 0 };
	g_autoptr (GError) error = NULL;
	BootSpec spec;
	BootResult *result;

	place_init (&place);
	spec = make_spec (&place, board);
	result = boot_run (&spec, NULL, &error);
	g_assert_no_error (error);
	g_assert_nonnull (result->detail);
	g_assert_cmpint (result->crash != NULL, ==, result->outcome == BOOT_OOPS);
	g_test_message ("%s after %.2f s: %s", boot_outcome_name (result->outcome), result->seconds,
			result->detail);
	return result;
}

#define BUILD_ID "0123456789abcdef0123456789abcdef01234567"

/* A verdict is about the image: a kernel that says to be another one gives none. */
static void test_build_id (void)
{
	static const char id[] = "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd"
				 "\xef\x01\x23\x45\x67";
	static const char little[] = "xyz\4\0\0\0\x14\0\0\0\3\0\0\0GNU";
	static const char big[] = "xyz\0\0\0\4\0\0\0\x14\0\0\0\3GNU";
	static const struct {
		const char *header, *told;
		BootOutcome outcome;
	} kernels[] = {
		{ little, BUILD_ID, BOOT_PASS },
		{ big, BUILD_ID, BOOT_PASS },
		{ little, "0123456789abcdef0123456789abcdef01234568", BOOT_INFRA },
		{ big, "ffff456789abcdef0123456789abcdef01234567", BOOT_INFRA },
		/* compressed */
		{ NULL, "0123456789abcdef0123456789abcdef01234568", BOOT_PASS },
		/* cut short on its way */
		{ little, "0123456789abcdef", BOOT_PASS },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (kernels); i++) {
		g_autofree char *console =
			g_strdup_printf ("sh " FAKE " build-id %s", kernels[i].told);
		g_autoptr (GString) image = g_string_new ("an image");
		g_autoptr (BootResult) result = NULL, again = NULL;
		g_auto (Place) place = { 0 };
		g_autofree char *log = NULL;
		Board board = make_board (console);
		BootSpec spec;
		gsize length;

		place_init (&place);
		if (kernels[i].header) {
			g_string_append_len (image, kernels[i].header, sizeof (little));
			g_string_append_len (image, id, sizeof (id) - 1);
		}
		g_assert_true (files_write (place.image, image->str, (gssize) image->len, NULL));
		spec = make_spec (&place, &board);
		result = boot_run (&spec, NULL, NULL);
		g_test_message ("%s", result->detail);
		g_assert_cmpint (result->outcome, ==, kernels[i].outcome);
		if (result->outcome == BOOT_INFRA)
			g_assert_nonnull (strstr (result->detail, "another kernel was booted"));
		/* and the log tells the same later */
		g_assert_true (g_file_get_contents (place.log, &log, &length, NULL));
		again = boot_replay (&board, place.image, log, length);
		g_assert_cmpint (again->outcome, ==, kernels[i].outcome);
	}
}

/* One scenario of fake.sh and the verdict on it. */
typedef struct {
	const char *scenario;
	BootOutcome outcome;
	const char *detail;   /* what the detail must hold */
	double seconds;	      /* at most; a machine under load needs some */
	int silence, timeout; /* 0 for the defaults above */
	const char *success;
} Case;

static const Case cases[] = {
	/* A pass is at least one ok, no not ok, the whole plan and the end marker; and it is taken
	 * at the marker, whatever comes after it, and though the machine lives on. */
	{ "pass", BOOT_PASS, "2 ok", 4 },
	{ "late-oops", BOOT_PASS, "2 ok", 4 },
	{ "warning", BOOT_PASS, "2 ok", 4 },
	{ "names-crash", BOOT_PASS, "2 ok", 4 },
	{ "crlf", BOOT_PASS, "1 ok, 1 skipped", 4 },
	{ "split", BOOT_PASS, "2 ok", 4 },
	{ "big", BOOT_PASS, "2 ok", 4 },
	/* A sum in the end marker is cksum(1)'s of the results, and binds. */
	{ "sum", BOOT_PASS, "2 ok", 4 },
	{ "sum-kunit", BOOT_PASS, "3 ok", 4 },
	{ "sum-third", BOOT_PASS, "2 ok", 4 },
	{ "sum-lost-line", BOOT_INFRA, "the line damaged", 4 },
	{ "sum-doubled-byte", BOOT_INFRA, "the line damaged", 4 },
	/* Each part of it is needed. */
	{ "not-ok", BOOT_FAIL, "mmc rebind (1 of 2 failed)", 4 },
	{ "not-ok-hang", BOOT_FAIL, "mmc rebind", 4, .silence = 1 },
	{ "bail", BOOT_FAIL, "bailed out", 4 },
	{ "no-marker", BOOT_FAIL, "before the end marker", 4 },
	{ "no-result", BOOT_FAIL, "no test result", 4 },
	{ "all-skipped", BOOT_FAIL, "every test was skipped", 4 },
	{ "short-plan", BOOT_FAIL, "2 results where 3", 4 },
	{ "mid-line", BOOT_FAIL, "before the end marker", 4 },
	{ "nothing", BOOT_FAIL, "without printing anything", 4 },
	{ "reboot", BOOT_FAIL, "rebooted", 4 },
	{ "reboot-early", BOOT_FAIL, "rebooted", 4 },
	{ "reboot-stamps", BOOT_FAIL, "rebooted", 4 },
	{ "reboot-real", BOOT_FAIL, "rebooted", 4 },
	/* /proc/version is the kernel's banner, printed by a guest. */
	{ "version", BOOT_PASS, "2 ok", 4 },
	{ "version-stamps", BOOT_PASS, "2 ok", 4 },
	/* A result line is lenient where it is bad news: no number, a tab. */
	{ "not-ok-bare", BOOT_FAIL, "not ok: b", 4 },
	{ "not-ok-tab", BOOT_FAIL, "not ok: b", 4 },
	/* Limits of an hour are limits of an hour. */
	{ "pass", BOOT_PASS, "2 ok", 4, .silence = 3600, .timeout = 3600 },
	/* A crash wins over all that comes after it, and is heard out, but not for long. */
	{ "oops-then-ok", BOOT_OOPS, "NULL pointer dereference in get_index", 4 },
	{ "oops-complete", BOOT_OOPS, "NULL pointer dereference in get_index", 4 },
	{ "oops-exit", BOOT_OOPS, "NULL pointer dereference in get_index", 4 },
	{ "oops-hang", BOOT_OOPS, "NULL pointer dereference in get_index", 4.5 },
	{ "oops-endless", BOOT_OOPS, "NULL pointer dereference in get_index", 4.5, .timeout = 2 },
	/* Silence, or noise without an end. */
	{ "silence", BOOT_HANG, "no output for 1 s after: ok 1 - a", 4, .silence = 1 },
	{ "chatter", BOOT_HANG, "not done after 2 s: still here", 4, .timeout = 2 },
	{ "login", BOOT_HANG, "no output", 4, .silence = 1 },
	/* Success by a prompt instead of KTAP. */
	{ "login", BOOT_PASS, "login: $", 4, .success = "^\\w+ login: $" },
	{ "pass", BOOT_PASS, "ok 2", 4, .success = "^ok 2" },
	{ "silence", BOOT_HANG, "no output", 4, .silence = 1, .success = "login:" },
	{ "no-marker", BOOT_FAIL, "before it succeeded", 4, .success = "login:" },
	{ "not-ok", BOOT_FAIL, "mmc rebind", 4, .success = "bakeoff: done" },
	{ "oops-hang", BOOT_OOPS, "get_index", 4, .success = "LR is at" },
	/* Our side. */
	{ "exit 1", BOOT_INFRA, "status 1: qemu: could not open card", 4 },
	{ "exit 0", BOOT_FAIL, "before the end marker", 4 },
	{ "signal SEGV", BOOT_INFRA, "SIGSEGV", 4 },
	{ "told-to-end", BOOT_INFRA, "terminating on signal 15", 4 },
};

/* Each scenario gets its verdict, in its time. */
static void test_case (gconstpointer user_data)
{
	const Case *test = user_data;
	g_autofree char *console = g_strconcat ("sh " FAKE " ", test->scenario, NULL);
	Board board = make_board (console);
	g_autoptr (BootResult) result = NULL;

	if (test->silence)
		board.silence = test->silence;
	if (test->timeout)
		board.timeout = test->timeout;
	board.success = (char *) test->success;
	result = boot_board (&board);
	g_assert_cmpstr (boot_outcome_name (result->outcome), ==,
			 boot_outcome_name (test->outcome));
	g_assert_nonnull (strstr (result->detail, test->detail));
	g_assert_cmpfloat (result->seconds, <, test->seconds);
	if (result->crash) {
		g_assert_cmpuint (result->crash->frames->len, ==, 2);
		g_assert_cmpstr (result->crash->address, ==, "0000000d");
	}
}

/* Crashes that are easily overlooked are seen: behind an open line, and naming what is harmless
 * elsewhere. The counterpart is `pass`, `warning` and `names-crash` above. */
static const char *const hidden[] = { "open-line", "open-line-kasan", "open-result", "ext4-panic" };

static void test_hidden_crash (gconstpointer scenario)
{
	g_autofree char *console = g_strconcat ("sh " FAKE " ", (const char *) scenario, NULL);
	Board board = make_board (console);
	g_autoptr (BootResult) result = boot_board (&board);

	g_assert_cmpint (result->outcome, ==, BOOT_OOPS);
}

/* A crash is heard out for two seconds of silence, but not where nothing of it can come any more:
 * the console has ended, or the machine has started anew. A machine under load may try again; the
 * counterpart is never so quick. */
static const char *const heard_out[] = { "oops-exit", "oops-exit-child", "oops-announced",
					 "oops-banner" };

static void test_heard_out (gconstpointer scenario)
{
	g_autofree char *console = g_strconcat ("sh " FAKE " ", (const char *) scenario, NULL);
	gboolean waits = strcmp (scenario, "oops-hang") == 0;
	Board board = make_board (console);
	double quickest = G_MAXDOUBLE;
	guint i;

	for (i = 0; i < (waits ? 1 : 3) && quickest >= 2; i++) {
		g_autoptr (BootResult) result = boot_board (&board);

		g_assert_cmpint (result->outcome, ==, BOOT_OOPS);
		g_assert_cmpuint (result->crash->frames->len, ==, 2);
		quickest = MIN (quickest, result->seconds);
	}
	if (waits)
		g_assert_cmpfloat (quickest, >=, 2);
	else
		g_assert_cmpfloat (quickest, <, 2);
}

/* A program that is not installed is our trouble, and is named. */
static void test_missing_program (void)
{
	Board board = make_board ("qemu-system-nonesuch -nographic");
	g_autoptr (BootResult) result = boot_board (&board);

	g_assert_cmpint (result->outcome, ==, BOOT_INFRA);
	g_assert_cmpstr (result->detail, ==, "qemu-system-nonesuch: not found");
}

/* Without expect, or without the script, nothing was learned about the kernel. */
static void test_missing_expect (void)
{
	Board board = make_board ("true");
	g_autofree char *path = g_strdup (g_getenv ("PATH"));
	g_autoptr (BootResult) result = NULL;

	g_setenv ("PATH", "/nonexistent", TRUE);
	result = boot_board (&board);
	g_setenv ("PATH", path, TRUE);
	g_assert_cmpint (result->outcome, ==, BOOT_INFRA);
	g_assert_nonnull (strstr (result->detail, "expect"));
}

/* The package command makes %{kernel} from %{image}, in a folder whose name needs quoting. */
static void test_package (void)
{
	Board board = make_board ("sh " FAKE " image %{kernel}");
	g_autoptr (BootResult) result = NULL;
	g_autoptr (BootResult) broken = NULL;
	g_autoptr (BootResult) empty = NULL;

	board.package = (char *) "sed s/the/packed/ %{image} > %{kernel}";
	board.success = (char *) "^ok 1 - packed image";
	result = boot_board (&board);
	g_assert_cmpint (result->outcome, ==, BOOT_PASS);

	board.package = (char *) "echo mkimage: bad header >&2; exit 3";
	broken = boot_board (&board);
	g_assert_cmpint (broken->outcome, ==, BOOT_INFRA);
	g_assert_cmpstr (broken->detail, ==, "'package' ended with status 3: mkimage: bad header");

	board.package = (char *) "true";
	empty = boot_board (&board);
	g_assert_cmpint (empty->outcome, ==, BOOT_INFRA);
	g_assert_nonnull (strstr (empty->detail, "made no %{kernel}"));
}

/* The card has the board's size and takes no space; the initramfs is an archive. */
static void test_disk_and_initrd (void)
{
	Board board = make_board ("sh -c 'stat -c \"size %s blocks %b\" \"$0\"; head -c 6 \"$1\"; "
				  "echo; echo end' %{disk} %{initrd}");
	g_auto (Place) place = { 0 };
	g_autoptr (BootResult) result = NULL;
	g_autofree char *log = NULL;
	BootSpec spec;

	place_init (&place);
	board.disk = 64 << 20;
	board.guest = (char *) "probe";
	spec = make_spec (&place, &board);
	g_assert_null (boot_run (&spec, NULL, NULL));
	spec.init = place.image;
	result = boot_run (&spec, NULL, NULL);
	log = files_read (place.log, NULL, NULL);
	g_assert_true (g_str_has_prefix (log, "size 67108864 blocks 0\n070701\nend\n"));
	g_assert_cmpint (result->outcome, ==, BOOT_FAIL);
}

/* The log has every byte, NUL and all that is no text included. */
static void test_log_is_raw (void)
{
	Board board = make_board ("printf 'a\\000b\\r\\r\\n\\377\\033[0m\\303\\244'");
	g_auto (Place) place = { 0 };
	g_autoptr (BootResult) result = NULL;
	g_autofree char *log = NULL;
	gsize length;
	BootSpec spec;

	place_init (&place);
	spec = make_spec (&place, &board);
	result = boot_run (&spec, NULL, NULL);
	log = files_read (place.log, &length, NULL);
	g_assert_cmpmem (log, length, "a\0b\r\r\n\377\033[0m\303\244", 13);
}

/* A full disk is our trouble; so is a log that cannot be made. */
static void test_full_disk (void)
{
	Board board = make_board ("sh " FAKE " pass");
	g_auto (Place) place = { 0 };
	g_autoptr (BootResult) full = NULL;
	g_autoptr (BootResult) absent = NULL;
	BootSpec spec;

	place_init (&place);
	spec = make_spec (&place, &board);
	spec.log = "/dev/full";
	full = boot_run (&spec, NULL, NULL);
	g_assert_cmpint (full->outcome, ==, BOOT_INFRA);
	g_assert_nonnull (strstr (full->detail, "No space left"));
	spec.log = "/nonexistent/log";
	absent = boot_run (&spec, NULL, NULL);
	g_assert_cmpint (absent->outcome, ==, BOOT_INFRA);
}

static void count_line (const char *line, gpointer user_data)
{
	g_ptr_array_add (user_data, g_strdup (line));
}

/* on_line gets whole lines as they come, cleaned, time stamps left in. */
static void test_on_line (void)
{
	Board board = make_board ("sh " FAKE " crlf");
	g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (BootResult) result = NULL;
	g_auto (Place) place = { 0 };
	BootSpec spec;

	place_init (&place);
	spec = make_spec (&place, &board);
	spec.on_line = count_line;
	spec.user_data = lines;
	result = boot_run (&spec, NULL, NULL);
	g_assert_cmpuint (lines->len, ==, 7);
	g_assert_cmpstr (lines->pdata[3], ==, "[    1.000000] ok 1 - a");
	g_assert_cmpstr (lines->pdata[4], ==, "<6>[    1.1] ok 2 - b # SKIP no card");
}

/* Processes that still run with @word in their command line, this program's own aside; @out_expect:
 * (nullable): the expect script among them. */
static guint list_processes (const char *word, pid_t *out_expect)
{
	g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
	const char *name;
	guint count = 0;

	while ((name = g_dir_read_name (dir))) {
		g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
		g_autofree char *text = NULL;
		gsize length, i;

		if (!g_ascii_isdigit (*name) || atoi (name) == getpid () ||
		    !g_file_get_contents (path, &text, &length, NULL))
			continue;
		for (i = 0; i + 1 < length; i++)
			if (text[i] == '\0')
				text[i] = ' ';
		if (!strstr (text, word))
			continue;
		count++;
		if (out_expect && g_str_has_prefix (text, "expect "))
			*out_expect = atoi (name);
	}
	return count;
}

static guint count_processes (const char *word)
{
	return list_processes (word, NULL);
}

/* Waits until none is left, but not longer than 3 s. */
static void assert_gone (const char *word)
{
	gint64 deadline = g_get_monotonic_time () + 3 * G_USEC_PER_SEC;

	while (count_processes (word) > 0 && g_get_monotonic_time () < deadline)
		g_usleep (20000);
	g_assert_cmpuint (count_processes (word), ==, 0);
}

/* A machine that heeds no signal and has children is gone when boot_run() returns. */
static void test_nothing_left (void)
{
	g_autofree char *word = g_strdup_printf ("mule left-%d", getpid ());
	g_autofree char *console = g_strdup_printf ("sh " FAKE " %s", word);
	Board board = make_board (console);
	g_autoptr (BootResult) result = NULL;

	board.silence = 1;
	result = boot_board (&board);
	g_assert_cmpint (result->outcome, ==, BOOT_HANG);
	g_assert_cmpuint (count_processes (word), ==, 0);
}

static gpointer cancel_soon (gpointer cancellable)
{
	g_usleep (300000);
	g_cancellable_cancel (cancellable);
	return NULL;
}

/* Cancelling ends a boot at once, says so, and leaves nothing running. */
static void test_cancel (void)
{
	g_autofree char *word = g_strdup_printf ("mule cancel-%d", getpid ());
	g_autofree char *console = g_strdup_printf ("sh " FAKE " %s", word);
	Board board = make_board (console);
	g_autoptr (GCancellable) cancellable = g_cancellable_new ();
	g_autoptr (GError) error = NULL;
	g_auto (Place) place = { 0 };
	gint64 start = g_get_monotonic_time ();
	GThread *thread;
	BootSpec spec;

	place_init (&place);
	spec = make_spec (&place, &board);
	thread = g_thread_new ("cancel", cancel_soon, cancellable);
	g_assert_null (boot_run (&spec, cancellable, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED);
	g_assert_cmpint (g_get_monotonic_time () - start, <, 3 * G_USEC_PER_SEC);
	g_assert_cmpuint (count_processes (word), ==, 0);
	g_thread_join (thread);
}

/* A bakeoff that is killed by SIGKILL takes its consoles along; so does the expect script, with all
 * of its process group. */
static void test_killed (gconstpointer who)
{
	g_auto (Place) place = { 0 };
	g_autoptr (GSubprocess) victim = NULL;
	g_autofree char *word = NULL;
	gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
	pid_t expect = 0;

	place_init (&place);
	word = g_strdup_printf ("mule %s-%d", (const char *) who, getpid ());
	victim = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, NULL, program, "--hold",
				   place.dir, word, NULL);
	g_assert_nonnull (victim);
	/* the victim, expect, the console and its two children, which ignore SIGHUP */
	while (list_processes (word, &expect) < 5 && g_get_monotonic_time () < deadline)
		g_usleep (20000);
	g_assert_cmpuint (list_processes (word, &expect), >=, 5);
	if (strcmp (who, "group") == 0)
		g_assert_cmpint (kill (-expect, SIGKILL), ==, 0);
	else
		g_subprocess_send_signal (victim, SIGKILL);
	assert_gone (word);
	g_subprocess_wait (victim, NULL, NULL);
}

/* The victim: boots `fake.sh @word` until it is killed. */
static int hold (char **argv)
{
	g_autofree char *console = g_strdup_printf ("sh " FAKE " %s", argv[3]);
	g_autofree char *log = g_build_filename (argv[2], "console.log", NULL);
	Board board = make_board (console);
	BootSpec spec = {
		.board = &board,
		.image = "none",
		.log = log,
		.work_dir = argv[2],
		.data_dir = ".",
	};

	board.silence = board.timeout = 300;
	boot_result_free (boot_run (&spec, NULL, NULL));
	return 0;
}

static gpointer boot_in_thread (gpointer scenario)
{
	g_autofree char *console = g_strconcat ("sh " FAKE " ", scenario, NULL);
	Board board = make_board (console);

	return boot_board (&board);
}

/* Boots in several threads at a time do not hear each other. */
static void test_threads (void)
{
	const char *scenarios[] = {
		"split", "oops-complete", "not-ok", "pass", "exit 1", "reboot"
	};
	BootOutcome outcomes[] = {
		BOOT_PASS, BOOT_OOPS, BOOT_FAIL, BOOT_PASS, BOOT_INFRA, BOOT_FAIL
	};
	GThread *threads[G_N_ELEMENTS (scenarios)];
	guint i;

	for (i = 0; i < G_N_ELEMENTS (scenarios); i++)
		threads[i] = g_thread_new ("boot", boot_in_thread, (gpointer) scenarios[i]);
	for (i = 0; i < G_N_ELEMENTS (scenarios); i++) {
		g_autoptr (BootResult) result = g_thread_join (threads[i]);

		g_assert_cmpint (result->outcome, ==, outcomes[i]);
	}
}

/* Outcomes have names, and names have outcomes. */
static void test_names (void)
{
	BootOutcome outcome, parsed;

	for (outcome = BOOT_PASS; outcome <= BOOT_INFRA; outcome++) {
		g_assert_true (boot_outcome_parse (boot_outcome_name (outcome), &parsed));
		g_assert_cmpint (parsed, ==, outcome);
	}
	g_assert_false (boot_outcome_parse ("passed", &parsed));
}

int main (int argc, char **argv)
{
	gsize i;

	program = argv[0];
	if (argc == 4 && strcmp (argv[1], "--hold") == 0)
		return hold (argv);
	g_test_init (&argc, &argv, NULL);
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *path =
			g_strdup_printf ("/boot/verdict/%02u-%s%s", (guint) i, cases[i].scenario,
					 cases[i].success ? "-success" : "");

		g_test_add_data_func (path, &cases[i], test_case);
	}
	for (i = 0; i < G_N_ELEMENTS (hidden); i++) {
		g_autofree char *path = g_strconcat ("/boot/hidden-crash/", hidden[i], NULL);

		g_test_add_data_func (path, hidden[i], test_hidden_crash);
	}
	for (i = 0; i < G_N_ELEMENTS (heard_out); i++) {
		g_autofree char *path = g_strconcat ("/boot/heard-out/", heard_out[i], NULL);

		g_test_add_data_func (path, heard_out[i], test_heard_out);
	}
	g_test_add_data_func ("/boot/heard-out/oops-hang", "oops-hang", test_heard_out);
	g_test_add_func ("/boot/build-id", test_build_id);
	g_test_add_func ("/boot/missing-program", test_missing_program);
	g_test_add_func ("/boot/missing-expect", test_missing_expect);
	g_test_add_func ("/boot/package", test_package);
	g_test_add_func ("/boot/disk-and-initrd", test_disk_and_initrd);
	g_test_add_func ("/boot/log-is-raw", test_log_is_raw);
	g_test_add_func ("/boot/full-disk", test_full_disk);
	g_test_add_func ("/boot/on-line", test_on_line);
	g_test_add_func ("/boot/nothing-left", test_nothing_left);
	g_test_add_func ("/boot/cancel", test_cancel);
	g_test_add_data_func ("/boot/killed/bakeoff", "bakeoff", test_killed);
	g_test_add_data_func ("/boot/killed/group", "group", test_killed);
	g_test_add_func ("/boot/threads", test_threads);
	g_test_add_func ("/boot/names", test_names);
	return g_test_run ();
}
