/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One jobserver for all that runs: GNU make's protocol, with bakeoff as the owner of the tokens.
 *
 * There are as many tokens as -j allows. Whoever starts a make or a boot takes one first, which is
 * what make's protocol calls the implicit job of the one that it starts; each further compiler
 * takes another. The tokens lie in a FIFO: make before 4.4 gets it as two descriptors, make
 * from 4.4 on by its path. All functions may be called by any thread.
 */
#pragma once

#include <gio/gio.h>

typedef struct Jobserver Jobserver;

enum {
	/* under which numbers a make finds the FIFO */
	JOBSERVER_READ_FD = 17,
	JOBSERVER_WRITE_FD = 18
};

/** jobserver_new: @jobs tokens, in a FIFO of its own below @dir. Errors: FAILED. */
Jobserver *jobserver_new (const char *dir, int jobs, GError **error);
void jobserver_free (Jobserver *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Jobserver, jobserver_free)

/**
 * jobserver_acquire: waits for a token. Where nothing of ours runs, all tokens are put back first:
 * a make that was killed returns none.
 *
 * Errors: CANCELLED.
 */
gboolean jobserver_acquire (Jobserver *self, GCancellable *cancellable, GError **error);
void jobserver_release (Jobserver *self);

const char *jobserver_path (const Jobserver *self); /* (transfer none): of the FIFO */

/**
 * jobserver_makeflags: Returns: (transfer full): MAKEFLAGS for a make that finds the FIFO at @path.
 * From make 4.4 on it is told the path, before that the two descriptors.
 */
char *jobserver_makeflags (const Jobserver *self, const char *path);

/** jobserver_takes_path: whether the make that calls itself @version understands `fifo:`. */
gboolean jobserver_takes_path (const char *version);

/**
 * jobserver_open: the two ends, for one make: descriptors to close. Descriptions of their own, for
 * makes put them into non-blocking mode or rely on its absence.
 */
gboolean jobserver_open (const Jobserver *self, int *out_read, int *out_write, GError **error);
