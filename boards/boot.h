/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One boot of an image on a board, and what it came to.
 *
 * The console is driven by an expect script (boards/expect/console.exp), which starts what the
 * board names and passes bytes on; judging is done here, as they come, so that a verdict does not
 * wait for a time-out. Whatever the console printed goes to a log.
 */
#pragma once

#include <gio/gio.h>

#include "boards/board.h"
#include "boards/clock.h"
#include "boards/crash.h"

/* Goes up with every change of what is judged how, so that no older verdict outlives it. */
#define BOOT_JUDGE_VERSION 6

typedef enum {
	BOOT_INFRA, /* our side: the console could not be started, died by a signal …; 0, so that
		     * nothing that was forgotten is a verdict */
	BOOT_PASS,  /* the guest's tests were ok and its end marker (or `success`) was seen */
	BOOT_FAIL,  /* the guest said `not ok`, or the machine stopped before the end marker */
	BOOT_OOPS,  /* a fatal crash was printed */
	BOOT_HANG,  /* silence, or out of time */
} BootOutcome;

typedef struct {
	BootOutcome outcome;
	char *detail;	/* one line for people, never NULL */
	Crash *crash;	/* (nullable): with BOOT_OOPS */
	double seconds; /* from start to verdict */
} BootResult;

void boot_result_free (BootResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BootResult, boot_result_free)

/* What a boot needs. */
typedef struct {
	const Board *board;
	BootClock clock;      /* with zeros, the board's own limits */
	const char *image;    /* file: the kernel as Kbuild made it */
	const char *init;     /* (nullable): file: static program that becomes /init */
	const char *log;      /* file: gets all that the console printed, raw */
	const char *work_dir; /* folder that exists, for the card, the initramfs and the package */
	const char *data_dir; /* where boards/expect/console.exp is */
	gboolean interactive; /* the user's terminal is put through to the console; nothing is
				 judged */
	void (*on_line) (const char *line, gpointer user_data); /* (nullable): each console line */
	gpointer user_data;
} BootSpec;

/**
 * boot_run: boots once, to a verdict.
 *
 * Returns: (transfer full): a result for every way a boot can go, BOOT_INFRA included. NULL only
 * with BAKEOFF_ERROR_CANCELLED, or where @spec cannot be used at all.
 */
BootResult *boot_run (const BootSpec *spec, GCancellable *cancellable, GError **error);

/**
 * boot_replay: judges again what a boot of @board has printed, from its log.
 * @image: file of the kernel that it was given; it may be gone
 *
 * Returns: (transfer full) (nullable): what the text alone tells; NULL where it was the clock or
 * how the console ended that told. The result has no time in it.
 */
BootResult *boot_replay (const Board *board, const char *image, const char *text, gsize length);

/**
 * boot_claim_board: waits until nobody else uses a real board; others can be used by many.
 * @told: (nullable): see lock_place()
 * @out_lock: a descriptor to close when the boot is over, or -1
 *
 * Errors: FAILED, CANCELLED.
 */
gboolean boot_claim_board (const Board *board,
			   void (*told) (const char *holder, gpointer user_data),
			   gpointer user_data, int *out_lock, GCancellable *cancellable,
			   GError **error);

/** boot_outcome_name: "pass", "fail", "oops", "hang", "infra". */
const char *boot_outcome_name (BootOutcome outcome);
gboolean boot_outcome_parse (const char *name, BootOutcome *out_outcome);
