/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The judge of a boot: from what a console prints to a verdict. It knows no clock and no process.
 *
 * A boot that would pass is infra where a crash report came too damaged to be read.
 *
 * What counts, in this order: a fatal crash before the end marker; `not ok` or a broken plan; how
 * the console ended, or that it did not. What comes after the end marker is not heard.
 *
 * A real board's line may lose, double and hold up bytes. There the end marker must carry the right
 * sum; where all that came are damaged, the boot is infra whatever came with them. A loader that
 * speaks again after the kernel has started means that the board reset itself.
 */
#pragma once

#include "boards/boot.h"
#include "boards/console.h"

typedef struct Judge Judge;

/** judge_new: @spec must outlive it. */
Judge *judge_new (const BootSpec *spec);
void judge_free (Judge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Judge, judge_free)

/** judge_feed: takes console bytes. Returns: FALSE once the verdict does not depend on more. */
gboolean judge_feed (Judge *self, const char *data, gsize length);

/** judge_crashed: whether a fatal crash was seen: time to hear it out, and no more. */
gboolean judge_crashed (const Judge *self);

/** judge_ending: whether a damaged end marker was seen: another may follow at once, or never. */
gboolean judge_ending (const Judge *self);

/** judge_end: the console has ended by itself. */
void judge_end (Judge *self, const ConsoleEnd *end);

/** judge_timeout: nothing was printed for too long, if @silent; else time was up. */
void judge_timeout (Judge *self, gboolean silent);

/**
 * judge_told: nothing more is known of the boot. Returns: whether what was printed tells its
 * verdict, whatever ended it.
 */
gboolean judge_told (Judge *self);

/** judge_build_id: Returns: (transfer none) (nullable): the kernel's own, as the guest told it. */
const char *judge_build_id (const Judge *self);

/** judge_result: Returns: (transfer full): the verdict, with no time in it. */
BootResult *judge_result (Judge *self);
