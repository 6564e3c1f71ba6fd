/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reader of the guest protocol: KTAP (Documentation/dev-tools/ktap.rst) or TAP 13 on the console,
 * ended by `# bakeoff: done`.
 *
 * The end marker may carry what cksum(1) says of the lines of the protocol before it,
 * `# bakeoff: done SUM BYTES`, so that a line that loses or doubles bytes is found out.
 *
 * Only what stands at the start of a line counts, behind printk's time stamp; results of subtests
 * are indented and so are passed over. All other lines are somebody else's.
 */
#pragma once

#include <glib.h>

/* What was said so far. All zero is a good start; there is nothing to free. */
typedef struct {
	gboolean strict;      /* set by the caller: an end marker without a sum does not count */
	gboolean needs_start; /* set by the caller: neither does what precedes `# bakeoff: start` */
	gboolean started;     /* that line was seen */
	guint ok;	      /* `ok N` that were run */
	guint skipped;	      /* `ok N # SKIP` */
	guint not_ok;	      /* `not ok N` */
	int planned;	      /* from `1..N`; only valid with has_plan */
	gboolean has_plan;
	gboolean bailed;       /* `Bail out!` */
	gboolean done;	       /* the end marker was seen, and its sum was right if it had one */
	gboolean summed;       /* that marker had a sum */
	guint bare;	       /* end markers without a sum, with `strict` */
	guint damaged;	       /* end markers that were wrong, or only looked like one */
	guint wrong;	       /* those of them whose sum was wrong */
	guint32 crc;	       /* of the lines so far, as in cksum(1) */
	gsize bytes;	       /* of the same */
	char first_not_ok[80]; /* what the first `not ok` was about, as far as it fits */
} Ktap;

/**
 * ktap_line: takes one line as line_buffer_feed() gives it.
 *
 * Returns: whether it is of the protocol, so that a guest must have said it.
 */
gboolean ktap_line (Ktap *self, const char *line);

/**
 * ktap_verdict: whether what was said is a pass.
 * @out_detail: (transfer full): one line that says why, or why not
 */
gboolean ktap_verdict (const Ktap *self, char **out_detail);
