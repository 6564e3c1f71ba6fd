/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what the store remembers to a cell's verdict.
 */
#pragma once

#include "matrix/plan.h"
#include "matrix/store.h"

/**
 * results_judge: gives @cell its verdict from what is known, VERDICT_PENDING where a build or a
 * boot is missing.
 * @images_dir: where images are
 *
 * A verdict stands without its image: `gc` may have removed it. A build whose image is damaged, or
 * is gone before it was booted, is forgotten, so that it is done again.
 *
 * Never builds or boots. Errors: FAILED, of the store.
 */
gboolean results_judge (Cell *cell, Store *store, const char *images_dir, GError **error);

/**
 * results_need_image: for who boots a cell whatever its verdict: forgets its build where there is
 * no sound image of it. A run_plan() after that builds it again. Errors: FAILED, of the store.
 */
gboolean results_need_image (const Cell *cell, Store *store, const char *images_dir,
			     GError **error);

/** results_judge_all: results_judge() for every cell, then results_compare_images(). */
gboolean results_judge_all (Plan *plan, Store *store, GError **error);

/**
 * results_compare_images: fills in `same_as`: the first variant whose image on that board and
 * config is equal, base before all others. Not
 * claimed where a configuration has modules: they are not in the image, so a patch to one would
 * change nothing there.
 */
void results_compare_images (Plan *plan);

/**
 * results_unusable: why nothing can be said of any candidate on @cell's board and configuration:
 * the base does not build there, or, where the project tells a signature, it fails otherwise than
 * by that crash. A base that passes is usable: it shows what a candidate breaks.
 *
 * Returns: (transfer full) (nullable): one line; NULL where the base is what it should be, or is
 * not judged itself.
 */
char *results_unusable (const Plan *plan, const Cell *cell);

/** results_is_judged: whether @cell's verdict says anything, over a base that is usable. */
gboolean results_is_judged (const Plan *plan, const Cell *cell);

/** results_images_dir, results_store_path: Returns: (transfer full). */
char *results_images_dir (const Project *project);
char *results_store_path (const Project *project);
