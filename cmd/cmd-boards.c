/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/files.h"
#include "cmd/cmd.h"
#include "cmd/options.h"

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
}

gboolean cmd_boards (int argc, char **argv, int *out_status G_GNUC_UNUSED, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_autofree char *here = g_get_current_dir ();
	g_autoptr (GPtrArray) names = NULL;
	g_auto (GStrv) dirs = NULL;
	guint i;

	if (!options_parse (&selection, OPTIONS_PROJECT, NULL, 1, &argc, argv, error))
		return FALSE;
	if (!selection.project_path)
		selection.project_path = project_find (here);
	if (selection.project_path && !selection_load (&selection, error))
		return FALSE;
	dirs = plan_board_dirs (selection.project, files_data_dir ());
	if (argc > 1) {
		g_autoptr (Board) board = board_load (argv[1], (const char *const *) dirs, error);

		if (board)
			print_board (board);
		return board != NULL;
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
