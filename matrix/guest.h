/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest programs: a board's probe, compiled with its toolchain.
 */
#pragma once

#include "matrix/plan.h"

/**
 * guest_build: compiles @board's guest, unless the same sources were compiled before.
 *
 * Returns: (transfer full): path of the static program; NULL with FAILED where the compiler says
 * no.
 */
char *guest_build (const PlanBoard *board, const char *state_dir, GError **error);
