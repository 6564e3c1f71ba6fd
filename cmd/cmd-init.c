/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "series/repo.h"

/* The repository that is meant: the one named, else the one that we stand in. */
static Repo *open_repo (const Selection *selection, GError **error)
{
	const char *path = selection->repo ? selection->repo : g_getenv ("BAKEOFF_REPO");
	g_autofree char *here = g_get_current_dir ();
	g_autofree char *around = path ? NULL : repo_discover (here);

	if (!path)
		path = around;
	return path ? repo_open (path, error)
		    : fail_null (error, BAKEOFF_ERROR_USAGE,
				 "which Linux repository?\n"
				 "give --repo PATH, set BAKEOFF_REPO, or go into a clone");
}

/* Boards are checked now: a project that names one that is not there is of no use. */
static gboolean check_boards (const char *path, char **names, GError **error)
{
	g_autofree char *dir = g_path_get_dirname (path);
	const Project project = { .dir = dir };
	g_auto (GStrv) dirs = plan_board_dirs (&project, files_data_dir ());
	g_autoptr (GPtrArray) known = board_list ((const char *const *) dirs);

	if (!names) {
		g_autofree char *list = NULL;

		g_ptr_array_add (known, NULL);
		list = g_strjoinv (", ", (char **) known->pdata);
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "which board?\ngive --board NAME; there are: %s", list);
	}
	for (; *names; names++) {
		g_autoptr (Board) board = board_load (*names, (const char *const *) dirs, error);

		if (!board)
			return FALSE;
	}
	return TRUE;
}

/* A tag's name, where @commit has one; else its id: `v6.1-3-gabc` is no name that stays. */
static const char *name_of (const char *commit, const char *described)
{
	const char *id = g_strrstr (described, "-g");

	id = id ? id + strlen ("-g") : described;
	return g_str_has_prefix (commit, id) ? commit : described;
}

static gboolean create (const Selection *selection, Repo *repo, GError **error)
{
	const char *path = selection->project_path;
	g_autofree char *commit =
		repo_resolve (repo, selection->base ? selection->base : "HEAD", error);
	g_autofree char *described = commit ? repo_describe (repo, commit) : NULL;
	g_autofree char *subject = commit ? repo_subject (repo, commit) : NULL;
	g_autofree char *about = NULL, *shown = NULL, *absolute = NULL;
	ProjectStart start = { .boards = selection->boards };

	if (!commit)
		return FALSE;
	shown = text_printable (subject ? subject : "", -1);
	about = g_strdup_printf ("%s (\"%s\"); see bakeoff.conf(5)", described, shown);
	absolute = g_canonicalize_filename (repo_path (repo), NULL);
	start.repo = absolute;
	start.base = name_of (commit, described);
	start.about = about;
	if (!project_create (path, &start, error))
		return FALSE;
	printf ("wrote '%s': base %s\nnext: bakeoff doctor, then bakeoff import THREAD\n", path,
		described);
	return TRUE;
}

gboolean cmd_init (int argc, char **argv, int *out_status G_GNUC_UNUSED, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_autoptr (Repo) repo = NULL;
	const GOptionEntry own[] = { { "board", 'b', 0, G_OPTION_ARG_STRING_ARRAY,
				       &selection.boards, "The board to try kernels on",
				       "NAME[,...]" },
				     { NULL } };

	if (!options_parse (&selection, OPTIONS_PROJECT | OPTIONS_REPO | OPTIONS_BASE, own, 0,
			    &argc, argv, error))
		return FALSE;
	split_commas (&selection.boards);
	if (!selection.project_path)
		selection.project_path = g_strdup ("bakeoff.conf");
	if (!check_boards (selection.project_path, selection.boards, error))
		return FALSE;
	repo = open_repo (&selection, error);
	return repo && create (&selection, repo, error);
}
