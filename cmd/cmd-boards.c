/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "cmd/cmd.h"
#include "cmd/options.h"

static void print_word (const char *name, const char *text)
{
	if (text)
		printf ("    %s: %s\n", name, text);
}

/* All that a real board is told, in its order. */
static void print_line (const BoardLine *line)
{
	char **command;

	print_word ("publish", line->publish);
	print_word ("shared as", line->place);
	if (line->cycle) {
		print_word ("power cycle", line->cycle);
	} else {
		print_word ("power off", line->off);
		print_word ("power on", line->on);
	}
	print_word ("power recover, before the last try", line->recover);
	if (line->prompt)
		printf ("    %s: stopped with '%s', prompt '%s'\n", line->kind, line->stop,
			line->prompt);
	for (command = line->commands; *command; command++)
		print_word ("loader", *command);
	print_word ("loader", line->boot);
	printf ("    loader: %d s for each step, %d tries, %d ms between characters\n",
		line->timeout, line->tries, line->delay);
	print_word ("login", line->user);
	print_word ("run", line->run);
	if (line->cycle)
		print_word ("power off, at the end", line->off);
}

static void print_board (const Board *board)
{
	char **setting;

	printf ("%s: %s\n    file %s\n", board->name, board->description, board->path);
	printf ("    make ARCH=%s %s, then %s; the image is %s; toolchain %s\n", board->arch,
		board->defconfig, board->target, board->image, board->toolchain);
	for (setting = board->settings; *setting; setting++)
		printf ("    %s\n", *setting);
	if (!board->bootable) {
		puts ("    build-only");
		return;
	}
	if (board->package)
		printf ("    package: %s\n", board->package);
	if (board->guest)
		printf ("    guest: %s\n", board->guest);
	if (board->success)
		printf ("    success: %s\n", board->success);
	printf ("    console: %s\n    at most %d s in all, %d s of silence\n", board->console,
		board->timeout, board->silence);
	if (board->line)
		print_line (board->line);
}

/* A board is given by its name, or by its file, which must be where boards are looked for: another
 * file of that name would be meant else. */
static Board *find_board (const char *word, const char *const *dirs, GError **error)
{
	g_autofree char *base = g_path_get_basename (word);
	g_autofree char *wanted = NULL, *found = NULL;
	g_autoptr (Board) board = NULL;

	if (!g_str_has_suffix (word, ".board"))
		return board_load (word, dirs, error);
	base[strlen (base) - strlen (".board")] = '\0';
	board = board_load (base, dirs, error);
	if (!board)
		return NULL;
	wanted = g_canonicalize_filename (word, NULL);
	found = g_canonicalize_filename (board->path, NULL);
	if (!g_str_equal (wanted, found))
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "'%s' is not the board '%s', which is '%s'\n"
				  "a board's file belongs into the project's folder boards/",
				  word, base, found);
	return g_steal_pointer (&board);
}

/* Shows @board and boots the base on it, once, with all that is printed. */
static gboolean check_board (const Board *board, const char *project, int *out_status,
			     GError **error)
{
	g_autofree char *name = g_strdup (board->name);
	char *argv[] = { (char *) "boot",
			 (char *) "--board",
			 name,
			 (char *) "--variant",
			 (char *) "base",
			 (char *) "--project",
			 (char *) project,
			 NULL };

	if (!project)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "'boards check' boots a base, so it needs a project\n"
			     "'bakeoff init' makes one");
	print_board (board);
	fflush (stdout);
	return cmd_boot (G_N_ELEMENTS (argv) - 1, argv, out_status, error);
}

gboolean cmd_boards (int argc, char **argv, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_autofree char *here = g_get_current_dir ();
	g_autoptr (GPtrArray) names = NULL;
	g_auto (GStrv) dirs = NULL;
	gboolean check;
	guint i;

	if (!options_parse (&selection, OPTIONS_PROJECT, NULL, 2, &argc, argv, error))
		return FALSE;
	check = argc > 2 && g_str_equal (argv[1], "check");
	if (argc > 2 && !check && !g_str_equal (argv[1], "show"))
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "'boards %s' is not known\n"
			     "there are 'boards show BOARD' and 'boards check BOARD'",
			     argv[1]);
	if (!selection.project_path)
		selection.project_path = project_find (here);
	if (selection.project_path && !selection_load (&selection, error))
		return FALSE;
	dirs = plan_board_dirs (selection.project, files_data_dir ());
	if (argc > 1) {
		g_autoptr (Board) board =
			find_board (argv[argc - 1], (const char *const *) dirs, error);

		if (!board)
			return FALSE;
		if (check)
			return check_board (board, selection.project_path, out_status, error);
		print_board (board);
		return TRUE;
	}
	names = board_list ((const char *const *) dirs);
	for (i = 0; i < names->len; i++) {
		g_autoptr (Board) board =
			board_load (names->pdata[i], (const char *const *) dirs, error);

		if (!board)
			return FALSE;
		printf ("%-16s %s%s\n", board->name, board->description,
			board->bootable ? "" : " (build only)");
	}
	return TRUE;
}
