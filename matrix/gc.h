/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trimming .bakeoff: what can be made again, and nobody uses.
 *
 * Results are no such thing: results.db is never touched, and a verdict stands without its image
 * and its logs. What a run uses is kept from us by locks: STATE/lock, which every command that
 * works with results holds shared (gc_guard()), a slot's own, and a scratch folder's own.
 */
#pragma once

#include <gio/gio.h>

typedef enum {
	GC_IMAGES,  /* last used when it was last built or booted */
	GC_LOGS,    /* when it was written */
	GC_SLOTS,   /* SLOTS/N whole: when something was last built there */
	GC_GUESTS,  /* when a run last asked for it */
	GC_SCRATCH, /* of killed runs: removed whatever its age */
	GC_KINDS
} GcKind;

typedef struct {
	gint64 before;	  /* remove what was last used then or before, in seconds since 1970 */
	guint64 size;	  /* then the oldest, until all is at most so many bytes of disk */
	gboolean dry_run; /* only say what would be removed */
} GcOptions;

typedef struct {
	guint count;
	guint64 bytes; /* on disk */
} GcAmount;

typedef struct {
	GcAmount removed[GC_KINDS];
	GcAmount left[GC_KINDS];
	guint in_use[GC_KINDS]; /* of those left, what would have been removed */
	gboolean shared;	/* another bakeoff is at work */
} GcReport;

/**
 * gc_guard: keeps gc_run() away, in any process, from all that the caller will use; waits for one
 * that is at work.
 * @state_dir: .bakeoff, which exists
 *
 * Returns: a descriptor to close, or -1 with @error. Errors: FAILED.
 */
int gc_guard (const char *state_dir, GError **error);

/**
 * gc_run: trims @state_dir, which need not exist.
 * @out_report: filled in with an error too
 *
 * Errors: FAILED, naming the first file that cannot be removed; all others are removed still.
 */
gboolean gc_run (const char *state_dir, const GcOptions *options, GcReport *out_report,
		 GError **error);

/** gc_kind_name: "images" …, as its folder in .bakeoff is called; (transfer none). */
const char *gc_kind_name (GcKind kind);
