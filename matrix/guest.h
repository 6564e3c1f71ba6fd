/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest programs: a board's probe, compiled with its toolchain.
 */
#pragma once

#include <gio/gio.h>

#include "matrix/plan.h"

/**
 * guest_build: compiles @board's guest, unless the same sources were compiled before and what came
 * of it is unchanged: its SHA-256 is kept beside it.
 * @cancellable: (nullable): ends the compiler
 *
 * Returns: (transfer full): path of the static program. Errors: FAILED where the compiler says no;
 * CANCELLED.
 */
char *guest_build (const PlanBoard *board, const char *state_dir, GCancellable *cancellable,
		   GError **error);
