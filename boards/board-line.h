/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A real board: a line instead of a program, and what has to be said on it before a kernel runs.
 *
 * That is [power], [loader] and [login] of a board file, and the kinds of `boot.console` that are
 * no command. See bakeoff-board(5). What is in here is driven by boards/expect/loader.exp.
 */
#pragma once

#include "base/config.h"

typedef struct {
	char *place;   /* what two users must not hold at a time: lock_place() */
	char *publish; /* (nullable): shell command that puts %{kernel} where the loader looks */

	/* [power]: shell commands, all (nullable) */
	char *on, *off, *cycle;
	char *recover; /* before the last try */

	/* [loader] */
	char *kind; /* "u-boot", "barebox" or "none" */
	char *stop; /* keys that stop the autoboot, with ^C for control keys */
	char *prompt;
	char **commands; /* may be empty */
	char *boot;	 /* (nullable): the command that starts the kernel */
	int delay;	 /* milliseconds between two characters */
	int timeout;	 /* seconds for each step */
	int tries;	 /* of the whole dialogue, power included */

	/* [login]; NULL all, without */
	char *login, *user, *password, *shell, *run;
} BoardLine;

/** board_line_keys: all keys that are read here, NULL-terminated. */
extern const char *const board_line_keys[];

/**
 * board_line_read: Sets @out_line, to NULL for a board whose console is a plain command.
 *
 * Errors: USAGE, as FILE:LINE.
 */
gboolean board_line_read (const Config *config, BoardLine **out_line, GError **error);
void board_line_free (BoardLine *self);

/** board_line_hash: @hash is given each field that decides a boot's outcome. */
void board_line_hash (const BoardLine *self, void (*hash) (GChecksum *sum, const char *text),
		      GChecksum *sum);

/**
 * board_line_words: Returns: (transfer full): name, value, name, value … for the expect script.
 * @log: file that gets the dialogue
 */
GPtrArray *board_line_words (const BoardLine *self, const char *log);
