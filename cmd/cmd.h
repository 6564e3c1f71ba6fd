/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Subcommands. Only this folder reads argv and the environment, prints to stdout, and exits.
 *
 * To add a command:
 *   1. write cmd/cmd-NAME.c with `gboolean cmd_NAME (int argc, char **argv, int *out_status,
 *      GError **error)`, which parses its options with options_parse();
 *   2. declare it below and add its line to the table in cmd/main.c;
 *   3. describe it in docs/bakeoff.1 and in docs/completion.bash.
 * tests/cmd/t0000-self.bats fails until table, --help, man page and completion agree.
 */
#pragma once

#include <glib.h>

#include "matrix/plan.h"

/* Exit statuses: a promise to users. */
enum {
	EXIT_DONE = 0,	   /* done */
	EXIT_NO = 1,	   /* done, and the answer is no */
	EXIT_USAGE = 2,	   /* the user's words or files are wrong */
	EXIT_UNJUDGED = 3, /* our side broke, or not all cells could be judged */
	EXIT_STOP = 128, /* of `step`, for any trouble: `git bisect run` stops and blames nobody */
};

typedef struct {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *summary;
	/* @argv[0] is the command's name. Errors become `bakeoff: error:` and an exit status. */
	gboolean (*run) (int argc, char **argv, int *out_status, GError **error);
	int trouble; /* exit status of every error; 0: by its code */
} Command;

/** command_find: Returns: (transfer none) (nullable): the command of that name. */
const Command *command_find (const char *name);

gboolean cmd_init (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_import (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_show (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_apply (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_quilt (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_build (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_boot (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_run (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_bisect (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_step (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_reduce (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_report (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_decode (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_replay (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_boards (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_gc (int argc, char **argv, int *out_status, GError **error);
gboolean cmd_doctor (int argc, char **argv, int *out_status, GError **error);
