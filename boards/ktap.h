/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reader of the guest protocol: KTAP (Documentation/dev-tools/ktap.rst) or TAP 13 on the console,
 * ended by `# bakeoff: done`.
 *
 * Only what stands at the start of a line counts, behind printk's time stamp; results of subtests
 * are indented and so are passed over. All other lines are somebody else's.
 */
#pragma once

#include <glib.h>

/* What was said so far. All zero is a good start; there is nothing to free. */
typedef struct {
	guint ok;      /* `ok N` that were run */
	guint skipped; /* `ok N # SKIP` */
	guint not_ok;  /* `not ok N` */
	int planned;   /* from `1..N`; only valid with has_plan */
	gboolean has_plan;
	gboolean bailed;       /* `Bail out!` */
	gboolean done;	       /* the end marker was seen */
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
