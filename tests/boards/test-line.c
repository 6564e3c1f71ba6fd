/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boots on a real board's line: Debian's U-Boot under QEMU behind a terminal server
 * (tests/data/uboot/lab), whose line can be noisy. BAKEOFF_CAMPAIGN is how many boots the campaign
 * over the noisy line makes.
 */
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "boards/boot.h"

#define LAB   "tests/data/uboot/lab"
#define UBOOT "/usr/lib/u-boot/qemu_arm/u-boot.bin"

/* A lab with one board, and where its files are. */
typedef struct {
	char *dir, *lab, *port, *log;
	GSubprocess *server;
} Lab;

static char *lab_file (const Lab *self, const char *name)
{
	return g_build_filename (self->dir, name, NULL);
}

static void run (const char *command)
{
	int status = -1;

	g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, &status, NULL));
	g_assert_cmpint (status, ==, 0);
}

/* @noise: seed and rate, as `lab serve` takes them; NULL for a good line. */
static void lab_start (Lab *self, const char *seed, const char *rate)
{
	g_autofree char *tftp = NULL, *kernel = NULL, *make = NULL, *port = NULL;
	int i;

	self->dir = g_dir_make_tmp ("bakeoff-line-XXXXXX", NULL);
	self->lab = g_strdup_printf ("%s %s", LAB, self->dir);
	self->log = lab_file (self, "console.log");
	tftp = lab_file (self, "tftp");
	kernel = lab_file (self, "image");
	port = lab_file (self, "port");
	g_assert_true (files_make_dir (tftp, NULL));
	make = g_strdup_printf ("tests/data/uboot/make-machine %s", kernel);
	run (make);
	self->server = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, NULL, LAB, self->dir,
					 "serve", seed ? seed : "0", rate ? rate : "0", NULL);
	g_assert_nonnull (self->server);
	for (i = 0; i < 100 && !g_file_test (port, G_FILE_TEST_EXISTS); i++)
		g_usleep (100000);
	g_assert_true (g_file_get_contents (port, &self->port, NULL, NULL));
}

static void lab_clear (Lab *self)
{
	g_autofree char *off = g_strdup_printf ("%s off", self->lab);

	run (off);
	g_subprocess_force_exit (self->server);
	g_subprocess_wait (self->server, NULL, NULL);
	g_object_unref (self->server);
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
	g_free (self->lab);
	g_free (self->port);
	g_free (self->log);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lab, lab_clear)

/* The board of a lab, as a user writes it. @edit: (nullable): FROM|TO|FROM|TO..., changes
 * of its text */
static Board *lab_board (const Lab *self, const char *does, const char *edit)
{
	const char *dirs[] = { self->dir, NULL };
	g_autofree char *path = lab_file (self, "lab.board");
	g_autofree char *console = g_strdup_printf ("tcp:127.0.0.1:%s", self->port);
	g_autofree char *template = NULL;
	g_auto (GStrv) parts = edit ? g_strsplit (edit, "|", 0) : NULL;
	g_autoptr (GString) text = NULL;
	g_autoptr (GError) error = NULL;
	Board *board;
	gsize i;

	g_assert_true (g_file_get_contents ("tests/data/uboot/lab.board", &template, NULL, NULL));
	text = g_string_new (template);
	for (i = 0; parts && parts[i]; i += 2)
		g_assert_cmpuint (g_string_replace (text, parts[i], parts[i + 1], 0), ==, 1);
	g_string_replace (text, "@console@", console, 0);
	g_string_replace (text, "@dir@", self->dir, 0);
	g_string_replace (text, "@lab@", self->lab, 0);
	g_string_replace (text, "@does@", does, 0);
	g_assert_true (files_write (path, text->str, -1, NULL));
	board = board_load ("lab", dirs, &error);
	g_assert_no_error (error);
	return board;
}

static BootResult *lab_boot (const Lab *self, const Board *board)
{
	g_autofree char *image = lab_file (self, "image");
	g_autoptr (GError) error = NULL;
	BootSpec spec = { .board = board,
			  .image = image,
			  .log = self->log,
			  .work_dir = self->dir,
			  .data_dir = "." };
	BootResult *result = boot_run (&spec, NULL, &error);

	g_assert_no_error (error);
	g_test_message ("%s after %.2f s: %s", boot_outcome_name (result->outcome), result->seconds,
			result->detail);
	return result;
}

static gboolean can_run (void)
{
	static const char *const programs[] = { "qemu-system-arm", "arm-linux-gnueabi-gcc",
						"mkimage", "python3", "expect" };
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (programs); i++) {
		g_autofree char *found = g_find_program_in_path (programs[i]);

		if (!found) {
			g_autofree char *why = g_strdup_printf ("there is no %s", programs[i]);

			g_test_skip (why);
			return FALSE;
		}
	}
	if (!g_file_test (UBOOT, G_FILE_TEST_EXISTS)) {
		g_test_skip ("there is no " UBOOT ": install u-boot-qemu");
		return FALSE;
	}
	return TRUE;
}

typedef struct {
	const char *name;
	const char *does, *edit;
	BootOutcome outcome;
	const char *detail;
} Case;

/* Edits of a board that stays dark until somebody fixes it. */
#define DEAD	  "\ton = @lab@ on\n|\ton = \"test -e @dir@/fixed && @lab@ on; true\"\n"
#define TWO_TRIES "|tries = 1|tries = 2|timeout = 10|timeout = 8"

static const Case cases[] = {
	/* the machine's own verdicts */
	{ "pass", "pass", NULL, BOOT_PASS, "3 ok" },
	{ "fail", "fail", NULL, BOOT_FAIL, "not ok: disk (1 of 3 failed)" },
	{ "oops", "oops", NULL, BOOT_OOPS, "NULL pointer dereference in try_fault" },
	{ "hang", "hang", NULL, BOOT_HANG, "no output for 3 s after: ok 1 - user space" },
	/* a board that resets itself fails, but not behind its end marker */
	{ "reset", "reset", NULL, BOOT_FAIL, "the board reset itself" },
	{ "late-reset", "late-reset", NULL, BOOT_PASS, "3 ok" },
	/* a guest without the sum cannot be believed on a line */
	{ "old-guest", "old", NULL, BOOT_INFRA, "carries no sum" },
	/* the same board on a serial port of this host */
	{ "tty", "pass", "@console@|tty:@dir@/tty:115200", BOOT_PASS, "3 ok" },
	/* a character delay, the longer way through */
	{ "delay", "pass", "delay = 0|delay = 3", BOOT_PASS, "3 ok" },
	/* what the loader prints and what is typed is no result */
	{ "not-the-loader", "hang",
	  "setenv autoload no|setenv autoload no\n\tcommand = \"echo ok 1; "
	  "echo '# bakeoff: done'\"",
	  BOOT_HANG, "no output for 3 s after: ok 1 - user space" },
	/* our side: each says where it stopped */
	{ "prompt", "pass", "prompt = \"=> \"|prompt = \"uboot# \"", BOOT_INFRA,
	  "u-boot did not stop at its prompt 'uboot# '" },
	{ "command", "pass", "tftpboot 0x41000000 kernel|tftpboot 0x41000000 none", BOOT_INFRA,
	  "u-boot: 'tftpboot 0x41000000 none' failed: 'Not retrying...'" },
	{ "boot", "pass", "boot = bootm 0x41000000|boot = bootm 0x42000000", BOOT_INFRA,
	  "u-boot came back from 'bootm 0x42000000" },
	{ "power", "pass", " on\n|refuse\n", BOOT_INFRA, "power 'on' failed with status 1" },
	/* a board that does not come back, until the last try brings it back */
	{ "dead", "pass", DEAD "\trecover = true\n" TWO_TRIES, BOOT_INFRA,
	  "u-boot did not stop at its prompt" },
	{ "recover", "pass", DEAD "\trecover = touch @dir@/fixed\n" TWO_TRIES, BOOT_PASS, "3 ok" },
	{ "publish", "pass", "publish = cp|publish = false", BOOT_INFRA,
	  "'publish' ended with status 1" },
};

/* A system that is logged in to: what the command says is the verdict, and nothing that is typed.
 */
static const Case logins[] = {
	{ "status-0", "secret", "true", BOOT_PASS, "1 ok" },
	{ "status-1", "secret", "false", BOOT_FAIL, "status 1" },
	{ "ktap", "secret", "echo ok 1; echo not ok 2 - b", BOOT_FAIL, "not ok: b" },
	{ "ktap-status-1", "secret", "echo ok 1; false", BOOT_FAIL, "status 1" },
	{ "hang", "secret", "echo ok 1; sleep 30; echo ok 2", BOOT_HANG, "no output for 3 s" },
	/* the line loses the first `!`: what would pass without it must not */
	{ "lossy", "secret", "! true", BOOT_FAIL, "status 1" },
	/* a place gives console and power */
	{ "labgrid:shelf-1", "secret", "true", BOOT_PASS, "1 ok" },
	{ "labgrid:shelf-2", "secret", "true", BOOT_INFRA, "power 'cycle' failed with status 1" },
	{ "refused", "other", "true", BOOT_INFRA, "the login as 'root' was refused" },
};

static void test_login (gconstpointer data)
{
	const Case *test = data;
	const char *place = g_str_has_prefix (test->name, "labgrid:") ? test->name : NULL;
	g_autofree char *dir = g_dir_make_tmp ("bakeoff-login-XXXXXX", NULL);
	g_autofree char *path = g_build_filename (dir, "login.board", NULL);
	g_autofree char *log = g_build_filename (dir, "console.log", NULL);
	g_autofree char *power = g_build_filename (dir, "power", NULL);
	g_autofree char *text = g_strdup_printf (
		"[board]\ndescription = d\narch = arm\ntoolchain = t\ndefconfig = d\n"
		"target = Image\nimage = Image\n"
		"[boot]\nconsole = %s\nsilence = 3\ntimeout = 20\n"
		"[power]\n%s\n"
		"[loader]\ntries = 1\ntimeout = 5\n"
		"[login]\nuser = root\npassword = %s\nrun = \"%s\"\n",
		place ? place : "tests/data/uboot/login secret", place ? "" : "cycle = true",
		test->does, test->edit);
	const char *dirs[] = { dir, NULL };
	g_autoptr (GError) error = NULL;
	g_autoptr (Board) board = NULL;
	g_autoptr (BootResult) result = NULL;
	BootSpec spec = { .image = path, .log = log, .work_dir = dir, .data_dir = "." };

	g_setenv ("LOGIN_LOSES", g_str_equal (test->name, "lossy") ? "! true" : "", TRUE);
	g_setenv ("LABGRID_POWER", power, TRUE);
	g_assert_true (files_write (path, text, -1, NULL));
	board = board_load ("login", dirs, &error);
	g_assert_no_error (error);
	spec.board = board;
	result = boot_run (&spec, NULL, &error);
	g_assert_no_error (error);
	g_test_message ("%s: %s", boot_outcome_name (result->outcome), result->detail);
	g_assert_cmpstr (boot_outcome_name (result->outcome), ==,
			 boot_outcome_name (test->outcome));
	g_assert_nonnull (strstr (result->detail, test->detail));
	/* left without power */
	g_assert_false (g_file_test (power, G_FILE_TEST_EXISTS));
	g_assert_true (files_remove_tree (dir, NULL));
}

/* Damages a line in a thousand ways: no verdict may become another one, but for infra, and most
 * must come through. */
static void test_campaign (void)
{
	static const struct {
		const char *does;
		BootOutcome outcome;
	} machines[] = {
		{ "pass", BOOT_PASS }, { "fail", BOOT_FAIL },  { "oops", BOOT_OOPS },
		{ "hang", BOOT_HANG }, { "reset", BOOT_FAIL },
	};
	const char *wish = g_getenv ("BAKEOFF_CAMPAIGN");
	int boots = wish ? atoi (wish) : 5;
	int told = 0, i;
	g_auto (Lab) lab = { 0 };

	if (!can_run ())
		return;
	lab_start (&lab, "1", "3");
	for (i = 0; i < boots; i++) {
		gsize machine = (gsize) i % G_N_ELEMENTS (machines);
		g_autoptr (Board) board =
			lab_board (&lab, machines[machine].does, "tries = 1|tries = 3");
		g_autoptr (BootResult) result = lab_boot (&lab, board);

		g_test_message ("boot %d: %s", i, machines[machine].does);
		if (result->outcome == BOOT_INFRA)
			continue;
		g_assert_cmpstr (boot_outcome_name (result->outcome), ==,
				 boot_outcome_name (machines[machine].outcome));
		told++;
	}
	g_test_message ("%d of %d boots have a verdict", told, boots);
	g_assert_cmpint (told, >, boots / 3);
}

static void test_case (gconstpointer data)
{
	const Case *test = data;
	g_auto (Lab) lab = { 0 };
	g_autoptr (Board) board = NULL;
	g_autoptr (BootResult) result = NULL;

	if (!can_run ())
		return;
	lab_start (&lab, NULL, NULL);
	board = lab_board (&lab, test->does, test->edit);
	result = lab_boot (&lab, board);
	g_assert_cmpstr (boot_outcome_name (result->outcome), ==,
			 boot_outcome_name (test->outcome));
	g_assert_nonnull (strstr (result->detail, test->detail));
}

/* barebox, as it is built for QEMU: a coloured prompt that is only the end of its line. */
#define BAREBOX                                                                                    \
	"kind = u-boot\n\tprompt = \"=> \"|kind = barebox|setenv autoload no|true|"                \
	"tftpboot 0x41000000 kernel|tftp kernel /kernel|"                                          \
	"setenv bootargs does=|global linux.bootargs.does=does=|"                                  \
	"bootm 0x41000000 - ${fdtcontroladdr}|bootm /kernel"

static const Case bareboxes[] = {
	{ "pass", "pass", BAREBOX, BOOT_PASS, "3 ok" },
	{ "oops", "oops", BAREBOX, BOOT_OOPS, "NULL pointer dereference in try_fault" },
	{ "reset", "reset", BAREBOX, BOOT_FAIL, "the board reset itself" },
	{ "command", "pass", BAREBOX "|tftp kernel /kernel|tftp none /kernel", BOOT_INFRA,
	  "barebox: 'tftp none /kernel' failed" },
	{ "boot", "pass", BAREBOX "|bootm /kernel|bootm /none", BOOT_INFRA,
	  "barebox came back from 'bootm /none'" },
};

static void test_barebox (gconstpointer data)
{
	const char *image = g_getenv ("BAKEOFF_BAREBOX");

	if (!image) {
		g_test_skip ("BAKEOFF_BAREBOX is not set: it names a barebox-dt-2nd.img with "
			     "DRIVER_NET_VIRTIO");
		return;
	}
	g_setenv ("LAB_BAREBOX", image, TRUE);
	test_case (data);
	g_unsetenv ("LAB_BAREBOX");
}

int main (int argc, char **argv)
{
	g_autofree char *path_env = g_strconcat ("tests/data/uboot/bin:", g_getenv ("PATH"), NULL);
	gsize i;

	g_test_init (&argc, &argv, NULL);
	if (g_getenv ("G_TEST_SRCDIR"))
		g_assert_cmpint (g_chdir (g_getenv ("G_TEST_SRCDIR")), ==, 0);
	g_setenv ("PATH", path_env, TRUE);
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *path = g_strconcat ("/line/", cases[i].name, NULL);

		g_test_add_data_func (path, &cases[i], test_case);
	}
	for (i = 0; i < G_N_ELEMENTS (bareboxes); i++) {
		g_autofree char *path = g_strconcat ("/line/barebox/", bareboxes[i].name, NULL);

		g_test_add_data_func (path, &bareboxes[i], test_barebox);
	}
	for (i = 0; i < G_N_ELEMENTS (logins); i++) {
		g_autofree char *path = g_strconcat ("/line/login/", logins[i].name, NULL);

		g_test_add_data_func (path, &logins[i], test_login);
	}
	g_test_add_func ("/line/campaign", test_campaign);
	return g_test_run ();
}
