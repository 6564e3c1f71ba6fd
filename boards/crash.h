/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The crash grammar: what a dying Linux prints.
 *
 * One table (crash-table.c) serves the live console, `bakeoff decode` and the tests. A CrashScanner
 * is fed the bytes of a console as they come, in pieces of any size, and finds the first crash and
 * its signature: a title that stays the same from build to build ("NULL pointer dereference in
 * get_index") and the first frames of its backtrace. Addresses, offsets, time stamps, log levels,
 * CR and escape sequences do not matter.
 */
#pragma once

#include <glib.h>

/* One crash report. */
typedef struct {
	char *title;   /* normalised: no numbers that change from build to build */
	char *kind;    /* the grammar's word: oops, bug, panic, warning, lockup, hung-task … */
	char *address; /* (nullable): fault address in hex as printed, "0000000d" */
	GPtrArray
		*frames; /* (element-type utf8): function names, innermost first, without offsets */
	GPtrArray
		*places; /* (nullable) (element-type utf8): beside them, as printed:
			  * `get_index+0x14/0x48`; the name alone where the console told no more */
	gboolean has_pc; /* whether the first is where it happened, and not where a call returns to
			  */
	GPtrArray *head; /* (element-type utf8): its first lines as printed, cleaned of CR and
			  * escapes, for people; at most 16 */
	gboolean fatal;	 /* whether it condemns a boot: a warning does not */
	gboolean corrupted; /* its first lines are lost, or printk dropped messages inside of it */
} Crash;

void crash_free (Crash *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Crash, crash_free)
Crash *crash_copy (const Crash *self);

/** crash_equal: whether two crashes are the same one: equal titles and equal first three frames. */
gboolean crash_equal (const Crash *a, const Crash *b);

typedef struct CrashScanner CrashScanner;

CrashScanner *crash_scanner_new (void);
void crash_scanner_free (CrashScanner *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CrashScanner, crash_scanner_free)

/** crash_scanner_feed: takes the next @length bytes of the console. */
void crash_scanner_feed (CrashScanner *self, const char *data, gsize length);

/** crash_scanner_finish: the console has ended; an unfinished last line counts as a line. */
void crash_scanner_finish (CrashScanner *self);

/** crash_scanner_first: Returns: (transfer none) (nullable): the first fatal crash so far. */
const Crash *crash_scanner_first (const CrashScanner *self);

/**
 * crash_scanner_corrupted:
 *
 * Registers, a backtrace and the like without a line that says what happened: somebody died or
 * warned, and the console lost or mixed the first lines. Such a report is of kind `corrupted` and
 * not fatal, as nobody can tell; but a boot in which there is one has not passed either.
 *
 * Returns: (transfer none) (nullable): the first of them.
 */
const Crash *crash_scanner_corrupted (const CrashScanner *self);

/** crash_scanner_all: Returns: (transfer none) (element-type Crash): all of them, warnings too. */
const GPtrArray *crash_scanner_all (const CrashScanner *self);

/**
 * crash_scanner_complete: whether the first fatal crash has been printed to its end, as far as the
 * text tells (end of trace, end of panic, a reboot).
 */
gboolean crash_scanner_complete (const CrashScanner *self);
