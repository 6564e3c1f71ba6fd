/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A console that runs: the expect script and, below it, what the board names.
 *
 * A Console belongs to the thread that started it: its processes die with that thread. It is ended
 * by console_stop(), after which nothing of it runs any more.
 */
#pragma once

#include <gio/gio.h>

typedef struct Console Console;

typedef enum {
	CONSOLE_BYTES,	   /* something was printed */
	CONSOLE_QUIET,	   /* nothing was, in the time given */
	CONSOLE_ENDED,	   /* nothing will be any more */
	CONSOLE_CANCELLED, /* the user asked to stop */
} ConsoleEvent;

typedef enum {
	CONSOLE_END_UNKNOWN, /* the script itself failed; the text says how, as far as known */
	CONSOLE_END_FAILED,  /* could not be started; the text says why */
	CONSOLE_END_EXIT,    /* ended by itself; status */
	CONSOLE_END_SIGNAL,  /* ended by a signal; the text is its name */
	CONSOLE_END_STOPPED, /* console_stop() did it */
	CONSOLE_END_HALTED,  /* the same, to a program that somebody had halted (SIGSTOP) */
	CONSOLE_END_BOARD,   /* a real board's line or loader failed; the text says how */
} ConsoleEndKind;

typedef struct {
	ConsoleEndKind kind;
	int status;
	char text[200];
} ConsoleEnd;

/**
 * console_start:
 * @data_dir: where boards/expect/console.exp is
 * @command: one simple shell command, all its names expanded, or a line as in bakeoff-board(5)
 * @words: (nullable): what board_line_words() gives: the board is brought to start its kernel, and
 * only what is printed from there on can be read, behind one newline
 * @log: (nullable): put the user's terminal through, and keep what is printed in this file; there
 * are no bytes to read then, only the end to wait for
 *
 * Errors: BAKEOFF_ERROR_FAILED where expect cannot be started.
 */
Console *console_start (const char *data_dir, const char *command, const GPtrArray *words,
			const char *log, GError **error);

/**
 * console_wait: waits until something happens.
 * @milliseconds: how long at most; -1 for ever
 * @buffer: gets up to @size bytes, and @out_length says how many
 */
ConsoleEvent console_wait (Console *self, int milliseconds, GCancellable *cancellable, char *buffer,
			   gsize size, gsize *out_length);

/**
 * console_stop: ends it, if it still runs, and waits until all of it is gone.
 * @rest: (nullable): gets what was printed meanwhile
 * @out_end: (nullable): how it ended
 */
void console_stop (Console *self, GString *rest, ConsoleEnd *out_end);
void console_free (Console *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Console, console_free)
