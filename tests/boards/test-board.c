/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Board files: what they may say, and what is said of those that say something else.
 */
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "boards/board.h"

#define BUILD_PART                                                                                 \
	"[board]\n"                                                                                \
	"\tdescription = A board\n"                                                                \
	"\tarch = arm\n"                                                                           \
	"\ttoolchain = arm-linux-gnueabi\n"                                                        \
	"\tdefconfig = allnoconfig\n"                                                              \
	"\ttarget = Image\n"                                                                       \
	"\timage = arch/arm/boot/Image\n"

static char *dir;

static Board *load_text (const char *text, GError **error)
{
	g_autofree char *path = g_build_filename (dir, "test.board", NULL);
	const char *dirs[] = { dir, NULL };

	g_assert_true (files_write (path, text, -1, NULL));
	return board_load ("test", dirs, error);
}

/* Without [boot] a board only builds, and the defaults are there all the same. */
static void test_build_only (void)
{
	g_autoptr (Board) board = load_text (BUILD_PART, NULL);

	g_assert_nonnull (board);
	g_assert_cmpstr (board->name, ==, "test");
	g_assert_cmpstr (board->description, ==, "A board");
	g_assert_cmpstr (board->arch, ==, "arm");
	g_assert_cmpstr (board->image, ==, "arch/arm/boot/Image");
	g_assert_false (board->bootable);
	g_assert_null (board->console);
	g_assert_cmpuint (g_strv_length (board->settings), ==, 0);
}

/* Every key, with the units of its value. */
static void test_every_key (void)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (Board) board = load_text (
		BUILD_PART "\tset = CONFIG_A=y\n\tset = CONFIG_B_2=n\n\tset = CONFIG_C=m\n"
			   "\tset = CONFIG_D=-12\n\tset = CONFIG_E=0xc0008000\n"
			   "\tset = CONFIG_F=\\\"a b\\\"\n"
			   "[boot]\n\tpackage = mk %{image} %{kernel}\n\tguest = mmc-rebind\n"
			   "\tdisk = 64M\n\ttimeout = 90\n\tsilence = 5\n"
			   "\tconsole = run %{kernel} %{initrd} %{disk} 100%\n",
		&error);

	g_assert_no_error (error);
	g_assert_true (board->bootable);
	g_assert_cmpuint (g_strv_length (board->settings), ==, 6);
	g_assert_cmpstr (board->settings[0], ==, "CONFIG_A=y");
	g_assert_cmpstr (board->settings[5], ==, "CONFIG_F=\"a b\"");
	g_assert_cmpstr (board->guest, ==, "mmc-rebind");
	g_assert_cmpuint (board->disk, ==, 64 << 20);
	g_assert_cmpint (board->timeout, ==, 90);
	g_assert_cmpint (board->silence, ==, 5);
	g_assert_cmpstr (board->console, ==, "run %{kernel} %{initrd} %{disk} 100%");
}

/* A kernel that speaks KTAP by itself needs neither guest nor success; times have defaults. */
static void test_defaults (void)
{
	const char *text = BUILD_PART "[boot]\n\tconsole = run %{kernel}\n";
	g_autoptr (Board) board = load_text (text, NULL);

	g_assert_true (board->bootable);
	g_assert_cmpint (board->timeout, ==, 60);
	g_assert_cmpint (board->silence, ==, 20);
	g_assert_cmpuint (board->disk, ==, 0);
	g_assert_null (board->guest);
	g_assert_null (board->package);
}

/* What stands behind the good part, and what the error must hold. Good lines are 1 to 7. */
static const struct {
	const char *tail, *where, *what;
} mistakes[] = {
	{ "\tdefconfg = x\n", "test.board:8: ", "defconfg" },
	{ "[boot]\n\tconsole = x\n\tsucess = login:\n", "test.board:10: ", "sucess" },
	{ "[bot]\n\tconsole = x\n", "test.board:9: ", "bot.console" },
	{ "\tset = CONFIG_A\n", "test.board:8: ", "CONFIG_A" },
	{ "\tset = SLUB=y\n", "test.board:8: ", "SLUB=y" },
	{ "\tset = CONFIG_A=text\n", "test.board:8: ", "in quotes" },
	{ "\tset = CONFIG_A=y \\\\n b\n", "test.board:8: ", "CONFIG_A" },
	{ "[boot]\n\tguest = x\n", "test.board", "'boot.console' is missing" },
	{ "[boot]\n\tconsole = run %{kernal}\n", "test.board:9: ", "%{kernal}" },
	{ "[boot]\n\tconsole = run %{initrd}\n", "test.board:9: ", "boot.guest" },
	{ "[boot]\n\tconsole = run %{disk}\n", "test.board:9: ", "boot.disk" },
	{ "[boot]\n\tconsole = run\n\tpackage = mk %{img}\n", "test.board:10: ", "%{img}" },
	{ "[boot]\n\tconsole = run\n\tdisk = 64\n\tdisk = big\n", "test.board:11: ", "'big'" },
	{ "[boot]\n\tconsole = run\n\tdisk = 64T\n", "test.board:10: ", "'64T'" },
	{ "[boot]\n\tconsole = run\n\tdisk = 0\n", "test.board:10: ", "'0'" },
	{ "[boot]\n\tconsole = run\n\tdisk = -1M\n", "test.board:10: ", "'-1M'" },
	{ "[boot]\n\tconsole = run\n\tdisk = 2000G\n", "test.board:10: ", "'2000G'" },
	{ "[boot]\n\tconsole = run\n\tdisk = 99999999999G\n", "test.board:10: ", "1024G" },
	{ "[boot]\n\tconsole = run\n\ttimeout = 0\n", "test.board:10: ", "" },
	{ "[boot]\n\tconsole = run\n\tsilence = 3601\n", "test.board:10: ", "" },
	{ "[boot]\n\tconsole = run\n\tsilence = 5s\n", "test.board:10: ", "" },
	{ "[boot]\n\tconsole = run\n\tsuccess = (\n", "test.board:10: ", "regular expression" },
	{ "[boot]\n\tconsole = run\n\tguest = a\n\tsuccess = b\n", "test.board:11: ", "exclude" },
	{ "[boot]\n\tconsole = run\n\tguest = ../x\n", "test.board:10: ", "'../x'" },
	{ "[boot\n", "test.board", "" },
};

/* Each mistake is an error that says where it stands. */
static void test_mistakes (void)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (mistakes); i++) {
		g_autofree char *text = g_strconcat (BUILD_PART, mistakes[i].tail, NULL);
		g_autoptr (GError) error = NULL;

		g_assert_null (load_text (text, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_test_message ("%s", error->message);
		g_assert_nonnull (strstr (error->message, mistakes[i].where));
		g_assert_nonnull (strstr (error->message, mistakes[i].what));
	}
}

/* Each required key is missed when it is not there. */
static void test_required (void)
{
	static const char *const keys[] = { "description", "arch",   "toolchain",
					    "defconfig",   "target", "image" };
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (keys); i++) {
		g_autoptr (GString) text = g_string_new (BUILD_PART);
		g_autofree char *line = g_strdup_printf ("\t%s =", keys[i]);
		g_autofree char *word = g_strdup_printf ("board.%s", keys[i]);
		g_autofree char *comment = g_strdup_printf ("\t# %s =", keys[i]);
		g_autoptr (GError) error = NULL;

		g_string_replace (text, line, comment, 1);
		g_assert_null (load_text (text->str, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_assert_nonnull (strstr (error->message, word));
	}
}

/* What decides an image changes one digest, what decides a boot the other; words change none. */
static void test_digests (void)
{
	const char *boot = "[boot]\n\tconsole = run %{kernel}\n";
	g_autofree char *plain_text = g_strconcat (BUILD_PART, boot, NULL);
	g_autofree char *config_text = g_strconcat (BUILD_PART, "\tset = CONFIG_A=y\n", boot, NULL);
	g_autofree char *slow_text = g_strconcat (BUILD_PART, boot, "\ttimeout = 99\n", NULL);
	g_autofree char *words_text = g_strconcat ("# a comment\n", BUILD_PART, boot, NULL);
	g_autoptr (Board) plain = load_text (plain_text, NULL);
	g_autoptr (Board) config = load_text (config_text, NULL);
	g_autoptr (Board) slow = load_text (slow_text, NULL);
	g_autoptr (Board) words = load_text (words_text, NULL);

	g_assert_cmpstr (plain->build_digest, !=, config->build_digest);
	g_assert_cmpstr (plain->boot_digest, ==, config->boot_digest);
	g_assert_cmpstr (plain->build_digest, ==, slow->build_digest);
	g_assert_cmpstr (plain->boot_digest, !=, slow->boot_digest);
	g_assert_cmpstr (plain->build_digest, ==, words->build_digest);
	g_assert_cmpstr (plain->boot_digest, ==, words->boot_digest);
}

/* The project's own board hides the one that came with bakeoff; the list has each once. */
static void test_folders (void)
{
	g_autofree char *own = g_build_filename (dir, "own", NULL);
	g_autofree char *own_file = g_build_filename (own, "b.board", NULL);
	g_autofree char *other = g_build_filename (dir, "other", NULL);
	g_autofree char *other_b = g_build_filename (other, "b.board", NULL);
	g_autofree char *other_a = g_build_filename (other, "a.board", NULL);
	g_autofree char *no_board = g_build_filename (other, "README", NULL);
	const char *dirs[] = { own, "/nonexistent", other, NULL };
	g_autoptr (GPtrArray) names = NULL;
	g_autoptr (Board) board = NULL;
	g_autoptr (GError) error = NULL;

	g_assert_true (files_make_dir (own, NULL) && files_make_dir (other, NULL));
	g_assert_true (files_write (own_file, BUILD_PART, -1, NULL));
	g_assert_true (files_write (other_a, BUILD_PART, -1, NULL));
	g_assert_true (files_write (other_b, "[board]\n\tarch = wrong\n", -1, NULL));
	g_assert_true (files_write (no_board, "", -1, NULL));
	board = board_load ("b", dirs, NULL);
	g_assert_cmpstr (board->path, ==, own_file);
	names = board_list (dirs);
	g_assert_cmpuint (names->len, ==, 2);
	g_assert_cmpstr (names->pdata[0], ==, "a");
	g_assert_cmpstr (names->pdata[1], ==, "b");
	g_assert_null (board_load ("../own/b", dirs, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	g_assert_nonnull (strstr (error->message, "\nboards: a, b"));
}

/* A board that is like another says only what is different; its settings come on top. */
static void test_like (void)
{
	g_autofree char *path = g_build_filename (dir, "parent.board", NULL);
	g_autoptr (GError) missing = NULL, itself = NULL, wrong = NULL;
	g_autoptr (Board) board = NULL, parent = NULL;
	const char *dirs[] = { dir, NULL };

	g_assert_true (files_write (path,
				    BUILD_PART "\tset = CONFIG_A=y\n\tset = CONFIG_B=y\n"
					       "[boot]\n\tguest = smoke\n"
					       "\tconsole = qemu %{kernel} %{initrd}\n",
				    -1, NULL));
	parent = board_load ("parent", dirs, NULL);
	board = load_text ("[board]\n\tlike = parent\n\tset = CONFIG_A=n\n"
			   "[boot]\n\tconsole = tcp:lab:2001\n[power]\n\tcycle = pdu 1\n",
			   NULL);
	g_assert_cmpstr (board->name, ==, "test");
	g_assert_cmpstr (board->description, ==, "A board");
	g_assert_cmpstr (board->console, ==, "tcp:lab:2001");
	g_assert_cmpstr (board->guest, ==, "smoke");
	g_assert_cmpuint (g_strv_length (board->settings), ==, 3);
	g_assert_cmpstr (board->settings[0], ==, "CONFIG_A=y");
	g_assert_cmpstr (board->settings[2], ==, "CONFIG_A=n");
	g_assert_cmpstr (board->build_digest, !=, parent->build_digest);
	g_assert_cmpstr (board->boot_digest, !=, parent->boot_digest);
	g_clear_pointer (&board, board_free);

	/* what is built the same is the same build */
	board = load_text ("[board]\n\tlike = parent\n[boot]\n\ttimeout = 9\n", NULL);
	g_assert_cmpstr (board->build_digest, ==, parent->build_digest);

	g_assert_null (load_text ("[board]\n\tlike = none\n", &missing));
	g_assert_nonnull (strstr (missing->message, "test.board:2: there is no board 'none'"));
	g_assert_null (load_text ("[board]\n\tlike = test\n", &itself));
	g_assert_nonnull (strstr (itself->message, "test.board:2: the board is like itself"));
	g_assert_true (files_write (path, BUILD_PART "\tcpu = z80\n", -1, NULL));
	g_assert_null (load_text ("[board]\n\tlike = parent\n", &wrong));
	g_assert_nonnull (strstr (wrong->message, "parent.board:8:"));
	g_assert_true (files_remove_tree (path, NULL));
}

/* The boards that come with bakeoff are good. */
static void test_shipped (void)
{
	const char *dirs[] = { "boards", NULL };
	g_autoptr (GPtrArray) names = board_list (dirs);
	guint i;

	g_assert_cmpuint (names->len, >, 0);
	for (i = 0; i < names->len; i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (Board) board = board_load (names->pdata[i], dirs, &error);

		g_assert_no_error (error);
		g_assert_nonnull (board);
	}
}

/* The man page's example is a good board, and the page has every key. */
static void test_man_page (void)
{
	static const char *const keys[] = {
		"description", "arch",	"toolchain", "defconfig", "set",     "target",	"image",
		"package",     "guest", "disk",	     "console",	  "success", "timeout", "silence",
	};
	g_autofree char *page = files_read ("docs/bakeoff-board.5", NULL, NULL);
	char *start = strstr (page, ".Bd -literal -offset indent\n");
	char *end = start ? strstr (start, ".Ed\n") : NULL;
	g_autoptr (GString) text = NULL;
	g_autoptr (Board) board = NULL;
	g_autoptr (GError) error = NULL;
	gsize i;

	g_assert_nonnull (end);
	start = strchr (start, '\n') + 1;
	text = g_string_new_len (start, end - start);
	g_string_replace (text, "\\e", "\\", 0);
	board = load_text (text->str, &error);
	g_assert_no_error (error);
	g_assert_true (g_str_has_suffix (board->console, "-append \"console=ttyAMA0 panic=1\""));
	for (i = 0; i < G_N_ELEMENTS (keys); i++) {
		g_autofree char *item = g_strdup_printf ("\n.It Cm %s\n", keys[i]);

		g_assert_nonnull (strstr (page, item));
	}
}

int main (int argc, char **argv)
{
	int status;

	g_test_init (&argc, &argv, NULL);
	dir = g_dir_make_tmp ("bakeoff-board-XXXXXX", NULL);
	g_test_add_func ("/board/build-only", test_build_only);
	g_test_add_func ("/board/every-key", test_every_key);
	g_test_add_func ("/board/defaults", test_defaults);
	g_test_add_func ("/board/mistakes", test_mistakes);
	g_test_add_func ("/board/required", test_required);
	g_test_add_func ("/board/digests", test_digests);
	g_test_add_func ("/board/folders", test_folders);
	g_test_add_func ("/board/like", test_like);
	g_test_add_func ("/board/shipped", test_shipped);
	g_test_add_func ("/board/man-page", test_man_page);
	status = g_test_run ();
	files_remove_tree (dir, NULL);
	g_free (dir);
	return status;
}
