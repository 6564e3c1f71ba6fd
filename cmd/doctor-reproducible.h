/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bakeoff doctor --reproducible: whether equal sources give equal images here.
 */
#pragma once

#include "cmd/options.h"

/**
 * doctor_reproducible: builds the base of each board and config of @selection twice, and prints
 * what came of it. @out_status: EXIT_NO where images differ.
 */
gboolean doctor_reproducible (Selection *selection, int *out_status, GError **error);
