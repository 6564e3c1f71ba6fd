/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clocks: learned from boots that went to their end, and stopped while nobody can listen.
 *
 * The program is also its own victim: `test-clock --boot FOLDER` boots a machine that is silent for
 * four seconds, of which three are allowed, for the test that halts it.
 */
#include <math.h>
#include <signal.h>
#include <string.h>

#include "base/files.h"
#include "boards/boot.h"
#include "boards/console-log.h"

#define FAKE "tests/data/boards/fake.sh"

static const char *program;

/* Learned from @n boots whose times are the first of @seconds and @silences. */
static BootClock learn (int timeout, int silence, guint n, const double *seconds,
			const double *silences)
{
	Board board = { .timeout = timeout, .silence = silence };
	g_autoptr (GArray) paces = g_array_new (FALSE, FALSE, sizeof (BootPace));
	guint i;

	for (i = 0; i < n; i++) {
		BootPace pace = { seconds[i], silences[i] };

		g_array_append_val (paces, pace);
	}
	return boot_clock_learn (&board, paces);
}

/* Ten times what is usual, between the floor and what the board gives. */
static void test_learn (void)
{
	static const double seconds[] = { 8.0, 12.5, 9.0 }, silences[] = { 0.2, 3.01, 1.0 };
	BootClock clock = learn (600, 300, 0, seconds, silences);

	g_assert_cmpint (clock.timeout, ==, 600);
	g_assert_cmpint (clock.silence, ==, 300);
	g_assert_true (clock.usual.seconds <= 0);
	clock = learn (600, 300, 3, seconds, silences);
	g_assert_cmpint (clock.timeout, ==, 125);
	g_assert_cmpint (clock.silence, ==, 31); /* 30.1 s, rounded up */
	g_assert_true (fabs (clock.usual.seconds - 12.5) < 1e-9);
	g_assert_true (fabs (clock.usual.silence - 3.01) < 1e-9);
	/* the ceiling */
	clock = learn (100, 20, 3, seconds, silences);
	g_assert_cmpint (clock.timeout, ==, 100);
	g_assert_cmpint (clock.silence, ==, 20);
	/* the floor, and a ceiling below it */
	clock = learn (600, 300, 1, (const double[]){ 0.5 }, (const double[]){ 0.1 });
	g_assert_cmpint (clock.timeout, ==, CLOCK_TIMEOUT_FLOOR);
	g_assert_cmpint (clock.silence, ==, CLOCK_SILENCE_FLOOR);
	clock = learn (4, 2, 1, (const double[]){ 0.5 }, (const double[]){ 0.1 });
	g_assert_cmpint (clock.timeout, ==, 4);
	g_assert_cmpint (clock.silence, ==, 2);
}

/* One boot of twenty may be an odd one; of nineteen it still counts. */
static void test_quantile (void)
{
	double seconds[20], silences[20];
	guint i;

	for (i = 0; i < 20; i++)
		seconds[i] = silences[i] = i == 3 ? 50 : 5;
	g_assert_cmpint (learn (3600, 3600, 20, seconds, silences).timeout, ==, 50);
	g_assert_cmpint (learn (3600, 3600, 19, seconds, silences).timeout, ==, 500);
}

/* The longest silence of a log is told by its times; the first line is waited for too. */
static void test_silence (void)
{
	static const struct {
		const char *times;
		double silence;
	} logs[] = {
		{ "0 0.500\n10 0.600\n20 2.100\n33 2.200\n", 1.5 },
		{ "0 7.250\n10 7.300\n", 7.25 },
		{ "0 0.100\n", 0.1 },
	};
	g_autofree char *dir = g_dir_make_tmp ("bakeoff-clock-XXXXXX", NULL);
	g_autofree char *log = g_build_filename (dir, "x.log", NULL);
	g_autofree char *times = g_strconcat (log, ".times", NULL);
	double silence;
	gsize i;

	g_assert_false (console_log_silence (log, &silence));
	for (i = 0; i < G_N_ELEMENTS (logs); i++) {
		g_assert_true (files_write (times, logs[i].times, -1, NULL));
		g_assert_true (console_log_silence (log, &silence));
		g_assert_true (fabs (silence - logs[i].silence) < 1e-9);
	}
	g_assert_true (files_write (times, "", 0, NULL));
	g_assert_false (console_log_silence (log, &silence));
	g_assert_true (files_remove_tree (dir, NULL));
}

/* Boots fake.sh's @scenario in @dir. */
static BootResult *boot (const char *dir, const char *scenario, BootClock clock)
{
	static char *no_dtbs[] = { NULL };
	g_autofree char *console = g_strconcat ("sh " FAKE " ", scenario, NULL);
	g_autofree char *log = g_build_filename (dir, "console.log", NULL);
	Board board = {
		.name = (char *) "fake",
		.dtbs = no_dtbs,
		.bootable = TRUE,
		.console = console,
		.timeout = 30,
		.silence = 3,
	};
	BootSpec spec = {
		.board = &board,
		.clock = clock,
		.image = "none",
		.log = log,
		.work_dir = dir,
		.data_dir = ".",
	};
	BootResult *result = boot_run (&spec, NULL, NULL);

	g_assert_nonnull (result);
	return result;
}

/* A learned clock is the one that counts, and says from what it was learned. */
static void test_learned (void)
{
	g_autofree char *dir = g_dir_make_tmp ("bakeoff-clock-XXXXXX", NULL);
	BootClock quiet = { .timeout = 20, .silence = 1, .usual = { 0.7, 0.13 } };
	BootClock quick = { .timeout = 2, .silence = 3, .usual = { 0.7, 0.13 } };
	g_autoptr (BootResult) silent = boot (dir, "silence", quiet);
	g_autoptr (BootResult) endless = boot (dir, "chatter", quick);
	g_autoptr (BootResult) passing = boot (dir, "pass", quiet);

	g_assert_cmpint (silent->outcome, ==, BOOT_HANG);
	g_assert_cmpstr (silent->detail, ==,
			 "no output for 1 s, where 0.1 s are usual, after: ok 1 - a");
	g_assert_cmpint (endless->outcome, ==, BOOT_HANG);
	g_assert_cmpstr (endless->detail, ==,
			 "not done after 2 s, where 0.7 s are usual: still here");
	g_assert_cmpint (passing->outcome, ==, BOOT_PASS);
	g_assert_true (files_remove_tree (dir, NULL));
}

/* An emulator that somebody has halted prints nothing, and that is not the kernel's fault. */
static void test_halted_console (void)
{
	g_autofree char *dir = g_dir_make_tmp ("bakeoff-clock-XXXXXX", NULL);
	BootClock clock = { .timeout = 20, .silence = 1 };
	g_autoptr (BootResult) halted = boot (dir, "halted", clock);
	g_autoptr (BootResult) child = boot (dir, "halted-child", clock);
	g_autoptr (BootResult) silent = boot (dir, "silence", clock);

	g_assert_cmpint (halted->outcome, ==, BOOT_INFRA);
	g_assert_cmpstr (halted->detail, ==, "the console was halted (SIGSTOP)");
	g_assert_cmpint (child->outcome, ==, BOOT_INFRA);
	g_assert_cmpint (silent->outcome, ==, BOOT_HANG);
	g_assert_true (files_remove_tree (dir, NULL));
}

/* The victim. */
static int boot_late (const char *dir)
{
	g_autoptr (BootResult) result = boot (dir, "late", (BootClock){ 0 });

	g_print ("%s", boot_outcome_name (result->outcome));
	return 0;
}

/* What a boot comes to in a process that is halted for @halt seconds soon after it began. */
static char *boot_halted (gulong halt)
{
	g_autofree char *dir = g_dir_make_tmp ("bakeoff-clock-XXXXXX", NULL);
	g_autofree char *log = g_build_filename (dir, "console.log", NULL);
	g_autoptr (GSubprocess) victim = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL,
							   program, "--boot", dir, NULL);
	gint64 deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
	char *said = NULL, *text = NULL;

	g_assert_nonnull (victim);
	/* its first line was heard */
	while (!g_file_get_contents (log, &text, NULL, NULL) || !strchr (text, '\n')) {
		g_clear_pointer (&text, g_free);
		g_assert_cmpint (g_get_monotonic_time (), <, deadline);
		g_usleep (20000);
	}
	g_free (text);
	if (halt) {
		g_subprocess_send_signal (victim, SIGSTOP);
		g_usleep (halt * G_USEC_PER_SEC);
		g_subprocess_send_signal (victim, SIGCONT);
	}
	g_assert_true (g_subprocess_communicate_utf8 (victim, NULL, NULL, &said, NULL, NULL));
	g_assert_true (files_remove_tree (dir, NULL));
	return said;
}

/* Ctrl-Z and fg: while we were halted no time has passed. Unhalted, it has. */
static void test_halted_us (void)
{
	g_autofree char *halted = boot_halted (3), *not = boot_halted (0);

	g_assert_cmpstr (halted, ==, "pass");
	g_assert_cmpstr (not, ==, "hang");
}

int main (int argc, char **argv)
{
	program = argv[0];
	if (argc == 3 && strcmp (argv[1], "--boot") == 0)
		return boot_late (argv[2]);
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/clock/learn", test_learn);
	g_test_add_func ("/clock/quantile", test_quantile);
	g_test_add_func ("/clock/silence", test_silence);
	g_test_add_func ("/clock/learned", test_learned);
	g_test_add_func ("/clock/halted-console", test_halted_console);
	g_test_add_func ("/clock/halted-us", test_halted_us);
	return g_test_run ();
}
