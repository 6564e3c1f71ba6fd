/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes: which objects and functions of a variant differ from base's, and how.
 */
#pragma once

#include "kbuild/slot.h"
#include "series/repo.h"

/**
 * changes_describe: compares what make has written in @slot, a variant's, with base's objects.
 * @base_tree, @tree: of base and of the variant, whose changed lines tell line numbers from others
 *
 * Returns: (transfer full): a line that sums up, then a listing, a line for each object and change.
 * Errors: FAILED, for an object that cannot be read.
 */
char *changes_describe (Repo *repo, const char *base_tree, const char *tree, const Slot *slot,
			GError **error);
