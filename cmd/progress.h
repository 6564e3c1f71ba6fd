/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Progress of a run: a status line that is rewritten on a terminal, plain lines elsewhere.
 */
#pragma once

#include "matrix/run.h"

/** progress_event: for RunOptions; writes to stderr. */
void progress_event (const RunEvent *event, gpointer unused);

/** progress_held: says on stderr who has @board (a name), in any thread: see JobOptions. */
void progress_held (const char *holder, gpointer board);

/** progress_finish: takes the status line away. */
void progress_finish (void);

/**
 * progress_cancellable: Returns: (transfer full): cancelled by SIGINT and SIGTERM, from now on.
 */
GCancellable *progress_cancellable (void);

/** progress_in_thread: Returns: what @work gives, which runs while the main context hears signals.
 */
gpointer progress_in_thread (GThreadFunc work, gpointer data);
