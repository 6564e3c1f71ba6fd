/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside boards/: what one line of a console means to the crash scanner.
 *
 * crash-table.c holds the reports' first lines, crash-trace.c what registers and backtraces look
 * like, and crash-scan.c the life of a report from its first line to its last;
 * crash-filter.c says which lines are worth a look; crash-orphan.c tells a report by its body where
 * the first lines are lost.
 */
#pragma once

#include "boards/crash.h"

typedef enum {
	/* The machine, or the thread, cannot be trusted any more: condemns the boot. */
	CRASH_FATAL = 1 << 0,
	/* The title gets ` in FUNCTION`. */
	CRASH_IN = 1 << 1,
	/* The line before the die line of the same report, as `Unable to handle kernel` stands
	 * before `Internal error: Oops`. */
	CRASH_OPENS = 1 << 2,
	/* The die line: belongs to an open report that expects one, else it is one of its own. */
	CRASH_DIES = 1 << 3,
	/* A panic: belongs to any fatal report before it. Its registers are those of whoever was
	 * interrupted, so they give no frame. */
	CRASH_PANIC = 1 << 4,
	/* This architecture prints the backtrace before the line. */
	CRASH_TRACE_BEFORE = 1 << 5,
	/* Also counts in mid-line: behind a shell prompt, or where somebody left his line open. */
	CRASH_ANYWHERE = 1 << 6,
	/* Frames of waiting (schedule() and the like) say nothing. */
	CRASH_SLEEPS = 1 << 7,
	/* Says what a WARNING or BUG is about, beside whose line it stands: they are one report. */
	CRASH_NAMES = 1 << 8,
} CrashFlags;

/* One line of the table. */
typedef struct {
	const char *kind;  /* see Crash */
	const char *regex; /* Perl's; may name the groups what, addr, file and fn */
	const char *title; /* with {what} and {file}, numbers in which become N; `Oops` if empty */
	guint flags;	   /* of CrashFlags */
	/* (nullable): literals parted by `|`, one of which a match holds; where the regex has none
	 * that is long enough outside of its groups */
	const char *needs;
} CrashPattern;

extern const CrashPattern crash__patterns[];
extern const gsize crash__pattern_count;
/* regexes, NULL-terminated */
extern const char *const crash__quoting[], *const crash__harmless[];

/* What a line matched. */
typedef struct {
	const CrashPattern *pattern;
	char *title;   /* without ` in FUNCTION` */
	char *address; /* (nullable) */
	char *fn;      /* (nullable): the function, where the line names it */
} CrashMatch;

/* What a line may be, by the literals in it. NULL instead of one means that it may be anything. */
typedef struct {
	guint64 slots[3];
} CrashHints;

/** crash__filter: Returns: whether there is any hint at @line, or at a part of it. */
gboolean crash__filter (const char *line, CrashHints *out_hints);
gboolean crash__may_match (const CrashHints *self, gsize pattern);
gboolean crash__may_end (const CrashHints *self);
gboolean crash__may_trace (const CrashHints *self); /* but filler */
gboolean crash__may_orphan (const CrashHints *self);
gboolean crash__may_noise (const CrashHints *self);

/**
 * crash__literal: Returns: (transfer full) (nullable): a text that all that @regex matches holds.
 */
char *crash__literal (const char *regex);

/**
 * crash__match: Returns: whether @text, from line_text(), is a first or die line of a report.
 * @hints: (nullable): of the line
 */
gboolean crash__match (const char *text, const CrashHints *hints, CrashMatch *out_match);
void crash__match_clear (CrashMatch *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CrashMatch, crash__match_clear)

typedef enum {
	TRACE_NONE,
	TRACE_PC,     /* where it happened */
	TRACE_LR,     /* where it was called from, as far as a register tells */
	TRACE_HEADER, /* `Call Trace:` */
	TRACE_FRAME,  /* an entry with an address: valid anywhere in a report */
	TRACE_PLAIN,  /* an entry without: valid only below a header */
	TRACE_GUESS,  /* an entry with `?`: found on the stack, perhaps stale */
	TRACE_FILLER, /* what stands between entries and ends no trace */
} TraceKind;

/**
 * crash__trace_line: what @text is in a backtrace.
 * @out_function: (transfer full) (nullable): its function, without offset and `.isra.0`
 * @out_caller: (transfer full) (nullable): where it was called from, if the line says so
 */
TraceKind crash__trace_line (const char *text, char **out_function, char **out_caller);

/**
 * crash__trace_place: where in @function, as crash__trace_line() gave it, the line @text says:
 * `get_index.isra.0+0x1c/0x50`.
 *
 * Returns: (transfer full): the name alone where the line gives no offset.
 */
char *crash__trace_place (const char *text, const char *function);

/**
 * crash__cut: Returns: where in the middle of @line another one begins, told by its time stamp; 0
 * for nowhere.
 */
gsize crash__cut (const char *line);

/**
 * crash__mend: Returns: (transfer full) (nullable): the first @cut bytes of @line and @next as one,
 * where that is the rest of it and the two say something.
 */
char *crash__mend (const char *line, gsize cut, const char *next);

/** crash__is_filler: whether @text stands between entries of a backtrace and ends none. */
gboolean crash__is_filler (const char *text);

/** crash__is_helper: whether @function belongs to the printing of crashes. */
gboolean crash__is_helper (const char *function);

/** crash__is_sleeper: whether @function is part of how the kernel waits. */
gboolean crash__is_sleeper (const char *function);

/* Evidence of a report whose first lines are lost, while no report is open. */
typedef struct CrashOrphan CrashOrphan;

CrashOrphan *crash__orphan_new (void);
void crash__orphan_free (CrashOrphan *self);

/** crash__orphan_line: takes a line. Returns: whether there is enough evidence. */
gboolean crash__orphan_line (CrashOrphan *self, const char *line, const char *text);

/** crash__orphan_regex: the @i-th of what crash__orphan_line() looks for, see CrashPattern.needs.
 */
gboolean crash__orphan_regex (gsize i, const char **out_regex, const char **out_needs);

/** crash__orphan_pass: takes a line that is no evidence, and nothing of a backtrace. */
void crash__orphan_pass (CrashOrphan *self);

/** crash__orphan_reset: forgets the evidence: a report was read, or the machine started anew. */
void crash__orphan_reset (CrashOrphan *self);

/** crash__orphan_lines: Returns: (transfer none) (element-type utf8): those since the first. */
const GPtrArray *crash__orphan_lines (const CrashOrphan *self);

/** crash__scanner_set_filter: FALSE to try every regex on every line, for tests. */
void crash__scanner_set_filter (CrashScanner *self, gboolean filter);

/** crash__scanner_line: crash_scanner_feed() for one line that a LineBuffer gave. */
void crash__scanner_line (CrashScanner *self, const char *line);

/** crash__scanner_flush: no line follows, for now: what was held back is read. */
void crash__scanner_flush (CrashScanner *self);
