/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verdicts: what is said of a cell.
 */
#pragma once

#include <glib.h>

#include "boards/boot.h"

typedef enum {
	VERDICT_PENDING,      /* not judged yet; shown as `-` */
	VERDICT_PASS,	      /* the guest's tests were ok and its end marker was seen */
	VERDICT_FAIL,	      /* the guest said so, or the machine stopped before the end */
	VERDICT_OOPS,	      /* a crash, with a signature */
	VERDICT_HANG,	      /* silence, or out of time */
	VERDICT_BUILT,	      /* build-only board: it compiles */
	VERDICT_BUILD_FAILED, /* the compiler or Kbuild said no */
	VERDICT_APPLY_FAILED, /* the patch is malformed or does not fit */
	VERDICT_INFRA,	      /* our side broke: never held against a patch */
	VERDICT_UNDECIDED,    /* too few boots for an answer: see weigh.h */
	VERDICT_OOPS_NEW,     /* a crash that base does not have */
} Verdict;

/** verdict_name: "pass", "build-failed", … as in JSON and in tables; "-" for VERDICT_PENDING. */
const char *verdict_name (Verdict verdict);

/** verdict_is_no: whether it answers "does this patch do?" with no. */
gboolean verdict_is_no (Verdict verdict);

/** verdict_is_judged: whether it says anything about the patch at all. */
gboolean verdict_is_judged (Verdict verdict);

Verdict verdict_of_boot (BootOutcome outcome);
