/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The crash scanner: a report's life from its first line to its last.
 *
 * At most one report is open, the latest. It takes registers and frames until its trace has ended,
 * the text says that it is over, or REPORT_LINES have gone by (2.6 dumps the whole stack of 8 KiB
 * between the registers and the trace). Nothing here grows with the length of a console.
 */
#include <string.h>

#include "boards/crash-grammar.h"
#include "boards/lines.h"
#include "boards/reboot.h"

#define REPORT_LINES 600
#define MAX_CRASHES  32
#define MAX_FRAMES   24
#define MAX_HEAD     16

/* How far a die line may stand below the line that opened its report; for one that a user's process
 * may have caused, and for parisc, whose backtrace comes first. */
#define DIE_LINES   64
#define MAYBE_LINES 8
#define LOOSE_LINES 8

/* How far the text of a WARN() stands from the line that says where. */
#define NAME_LINES 4

/* What is said on the next line, where others may speak in between. */
#define NEXT_LINES 3

/* A remark that has not printed its trace by then prints none. */
#define REMARK_LINES 64

struct CrashScanner {
	LineBuffer *lines;
	GPtrArray *all; /* (element-type Crash) */
	Crash *first;	/* (nullable): in all */
	gboolean complete;
	gboolean unfiltered;
	/* since the last banner, there was a fatal crash; a report without its first lines */
	gboolean dead, damaged;

	/* the open report */
	Crash *open;	   /* (nullable): in all */
	char *base;	   /* its title without ` in FUNCTION` */
	guint flags;	   /* CrashFlags of its first line */
	guint age;	   /* lines since then */
	gboolean died;	   /* its die line was seen */
	guint64 speaker;   /* line_caller() of its first line */
	gboolean at_next;  /* the next entry says where */
	gboolean has_pc;   /* frames[0] is where it happened */
	gboolean has_lr;   /* the last frame is only from a register */
	gboolean in_trace; /* below `Call Trace:` */
	guint traced;	   /* frames that the trace gave */
	gboolean trace_over;
	char *caller;	/* (nullable): whom the last `from` named */
	const char *at; /* the line that is being read */
	char *held;	/* (nullable): the last one, if another came into the middle of it */

	CrashOrphan *orphan;
	const Crash *corrupted; /* (nullable): in all */

	/* a trace outside of any report */
	GPtrArray *loose;
	GPtrArray *loose_lines; /* that they stand on */
	guint loose_age;
	gboolean loose_in_trace;
};

static gboolean on_line (const char *line, gpointer user_data)
{
	crash__scanner_line (user_data, line);
	return TRUE;
}

CrashScanner *crash_scanner_new (void)
{
	CrashScanner *self = g_new0 (CrashScanner, 1);

	self->lines = line_buffer_new (on_line, self);
	self->all = g_ptr_array_new_with_free_func ((GDestroyNotify) crash_free);
	self->loose = g_ptr_array_new_with_free_func (g_free);
	self->loose_lines = g_ptr_array_new_with_free_func (g_free);
	self->orphan = crash__orphan_new ();
	return self;
}

void crash_scanner_free (CrashScanner *self)
{
	if (!self)
		return;
	line_buffer_free (self->lines);
	g_ptr_array_unref (self->all);
	g_ptr_array_unref (self->loose);
	g_ptr_array_unref (self->loose_lines);
	crash__orphan_free (self->orphan);
	g_free (self->base);
	g_free (self->caller);
	g_free (self->held);
	g_free (self);
}

static void make_title (CrashScanner *self)
{
	Crash *crash = self->open;

	g_free (crash->title);
	if ((self->flags & CRASH_IN) && crash->frames->len > 0)
		crash->title =
			g_strdup_printf ("%s in %s", self->base, (char *) crash->frames->pdata[0]);
	else
		crash->title = g_strdup (self->base);
}

static void note_fatal (CrashScanner *self, Crash *crash)
{
	crash->fatal = TRUE;
	self->dead = TRUE;
	if (!self->first)
		self->first = crash;
}

/* A new report; it becomes the open one unless it is a remark inside of one that matters more. */
static void start_report (CrashScanner *self, const CrashMatch *match)
{
	Crash *crash;
	gboolean inside = self->open && self->open->fatal && !self->trace_over &&
			  !(match->pattern->flags & CRASH_FATAL);

	if (self->all->len >= MAX_CRASHES) {
		if (!inside)
			self->open = NULL;
		return;
	}
	crash = g_new0 (Crash, 1);
	crash->kind = g_strdup (match->pattern->kind);
	crash->title = g_strdup (match->title);
	crash->address = g_strdup (match->address);
	crash->frames = g_ptr_array_new_with_free_func (g_free);
	crash->places = g_ptr_array_new_with_free_func (g_free);
	crash->head = g_ptr_array_new_with_free_func (g_free);
	g_ptr_array_add (self->all, crash);
	if (match->pattern->flags & CRASH_FATAL)
		note_fatal (self, crash);
	if (inside)
		return;

	self->open = crash;
	self->speaker = 0;
	self->at_next = FALSE;
	g_free (self->base);
	self->base = g_strdup (match->title);
	self->flags = match->pattern->flags;
	self->age = 0;
	self->died = (self->flags & CRASH_DIES) != 0;
	self->has_pc = self->has_lr = self->in_trace = self->trace_over = FALSE;
	self->traced = 0;
	g_clear_pointer (&self->caller, g_free);
}

static void add_frame (CrashScanner *self, const char *function)
{
	g_ptr_array_add (self->open->frames, g_strdup (function));
	g_ptr_array_add (self->open->places, crash__trace_place (self->at, function));
}

/* Where the report happened, by a register or by its first line. */
static void take_pc (CrashScanner *self, const char *function)
{
	GPtrArray *frames = self->open->frames;

	if (self->has_pc || (self->flags & CRASH_PANIC) || crash__is_helper (function))
		return;
	self->has_pc = self->open->has_pc = TRUE;
	if (frames->len > 0 && strcmp (frames->pdata[0], function) == 0)
		return;
	g_ptr_array_insert (frames, 0, g_strdup (function));
	g_ptr_array_insert (self->open->places, 0, crash__trace_place (self->at, function));
	make_title (self);
}

static void take_lr (CrashScanner *self, const char *function)
{
	if (self->has_lr || self->traced > 0 || (self->flags & CRASH_PANIC) ||
	    crash__is_helper (function))
		return;
	self->has_lr = TRUE;
	add_frame (self, function);
	make_title (self);
}

static void take_frame (CrashScanner *self, const char *function)
{
	GPtrArray *frames = self->open->frames;
	gboolean is_first = self->traced == 0;

	if (crash__is_helper (function) || frames->len >= MAX_FRAMES ||
	    ((self->flags & CRASH_SLEEPS) && crash__is_sleeper (function)))
		return;
	if (self->has_lr) {
		g_ptr_array_set_size (frames, (int) frames->len - 1);
		g_ptr_array_set_size (self->open->places, (int) frames->len);
		self->has_lr = FALSE;
	}
	self->traced++;
	if (!is_first || !self->has_pc || strcmp (frames->pdata[0], function) != 0)
		add_frame (self, function);
	make_title (self);
}

/* `A from B`, `B from C` is A, B, C. */
static void take_entry (CrashScanner *self, const char *function, const char *caller)
{
	if (!self->caller || g_strcmp0 (self->caller, function) != 0)
		take_frame (self, function);
	g_clear_pointer (&self->caller, g_free);
	if (caller)
		take_frame (self, caller);
	self->caller = g_strdup (caller);
}

/* Whether @text is what a driver says in mid-report: `mmc0: new card`. */
static gboolean is_driver (const char *text)
{
	gsize name = strcspn (text, " :=");
	const char *c = text + name;

	if (!g_ascii_islower (text[0]))
		return FALSE;
	if (*c == ' ')
		c += 1 + strcspn (c + 1, " :=");
	return c[0] == ':' && c[1] == ' ' && c[-1] != ' ';
}

/* The trace of the open report gets @text, or ends by it. */
static void trace_report (CrashScanner *self, const char *text, const CrashHints *hints)
{
	g_autofree char *function = NULL;
	g_autofree char *caller = NULL;
	TraceKind kind;

	self->at = text;
	if (crash__may_trace (hints))
		kind = crash__trace_line (text, &function, &caller);
	else
		kind = crash__is_filler (text) ? TRACE_FILLER : TRACE_NONE;
	switch (kind) {
	case TRACE_PC:
		take_pc (self, function);
		break;
	case TRACE_LR:
		take_lr (self, function);
		break;
	case TRACE_HEADER:
		self->trace_over = self->trace_over || self->traced > 0;
		self->in_trace = TRUE;
		break;
	case TRACE_PLAIN:
		if (!self->in_trace)
			break;
		/* fall through */
	case TRACE_FRAME:
		/* `Preemption disabled at:`; x86_64 of 2.6: `Unable to handle kernel ... RIP:` and
		 * the next line says where */
		if (self->at_next || ((self->flags & CRASH_OPENS) && !self->in_trace &&
				      !self->died && self->age <= NEXT_LINES)) {
			self->at_next = FALSE;
			take_pc (self, function);
			break;
		}
		self->in_trace = TRUE;
		if (!self->trace_over)
			take_entry (self, function, caller);
		break;
	case TRACE_GUESS:
	case TRACE_FILLER:
		break;
	case TRACE_NONE:
		if (is_driver (text))
			break;
		self->at_next = g_str_has_prefix (text, "Preemption disabled at:");
		self->trace_over = self->trace_over || self->traced > 0;
		self->in_trace = FALSE;
	}
}

/* A line outside of any report. */
static void pass_loose (CrashScanner *self)
{
	if (++self->loose_age > LOOSE_LINES)
		self->loose_in_trace = FALSE;
}

/* Keeps the last trace that no report has claimed. */
static void trace_loose (CrashScanner *self, const char *text, const CrashHints *hints)
{
	g_autofree char *function = NULL;
	g_autofree char *caller = NULL;
	TraceKind kind = TRACE_NONE;

	if (crash__may_trace (hints))
		kind = crash__trace_line (text, &function, &caller);
	pass_loose (self);
	if (kind == TRACE_HEADER) {
		g_ptr_array_set_size (self->loose, 0);
		g_ptr_array_set_size (self->loose_lines, 0);
		self->loose_in_trace = TRUE;
	} else if (kind == TRACE_FRAME && self->loose_in_trace && self->loose->len < MAX_FRAMES) {
		g_ptr_array_add (self->loose, g_steal_pointer (&function));
		g_ptr_array_add (self->loose_lines, g_strdup (text));
		self->loose_age = 0;
	}
}

static void claim_loose_trace (CrashScanner *self)
{
	const char *at = self->at;
	guint i;

	for (i = 0; self->loose_age <= LOOSE_LINES && i < self->loose->len; i++) {
		self->at = self->loose_lines->pdata[i];
		take_frame (self, self->loose->pdata[i]);
	}
	self->at = at;
	g_ptr_array_set_size (self->loose, 0);
	g_ptr_array_set_size (self->loose_lines, 0);
	self->trace_over = self->traced > 0;
}

/* Whether @match only goes on with the open report. */
static gboolean belongs_to_open (const CrashScanner *self, const CrashMatch *match)
{
	guint flags = match->pattern->flags;

	if (!self->open || !(self->flags & CRASH_OPENS) || self->died || (flags & CRASH_NAMES))
		return FALSE;
	if (flags & CRASH_DIES)
		return self->age <= (self->open->fatal ? DIE_LINES : MAYBE_LINES);
	/* BUG() of 2.6 on arm is a write to NULL; two user faults in a row are nobody's business */
	return (flags & CRASH_OPENS) && self->age <= MAYBE_LINES &&
	       (self->open->fatal || !(flags & CRASH_FATAL));
}

static gboolean is_where (const CrashMatch *match)
{
	return strcmp (match->pattern->kind, "warning") == 0 ||
	       strcmp (match->pattern->kind, "bug") == 0;
}

/* The text of a WARN() or CHECK_DATA_CORRUPTION() and the line that says where it stands: in this
 * order since 4.10, in the other before. Whether @match is the second of the two. */
static gboolean take_name (CrashScanner *self, const CrashMatch *match)
{
	guint flags = match->pattern->flags;

	if (!self->open || self->age > NAME_LINES || !((flags ^ self->flags) & CRASH_NAMES) ||
	    self->died)
		return FALSE;
	if (self->flags & CRASH_NAMES) {
		if (!is_where (match))
			return FALSE;
		self->flags |= flags & CRASH_OPENS;
		if (match->fn)
			take_pc (self, match->fn);
	} else {
		if (strcmp (self->open->kind, "warning") != 0)
			return FALSE;
		g_free (self->open->kind);
		self->open->kind = g_strdup (match->pattern->kind);
		g_free (self->base);
		self->base = g_strdup (match->title);
		self->flags = flags;
		make_title (self);
	}
	if (flags & CRASH_FATAL)
		note_fatal (self, self->open);
	return TRUE;
}

static void take_match (CrashScanner *self, const CrashMatch *match)
{
	guint flags = match->pattern->flags;

	if (take_name (self, match))
		return;
	if ((flags & CRASH_PANIC) && self->dead) {
		self->complete = TRUE;
		self->open = NULL;
	} else if (belongs_to_open (self, match)) {
		if (flags & CRASH_DIES) {
			self->died = TRUE;
			note_fatal (self, self->open);
		}
		if (!self->open->address)
			self->open->address = g_strdup (match->address);
	} else {
		Crash *before = self->open;

		start_report (self, match);
		if (!self->open || self->open == before)
			return;
		if (flags & CRASH_TRACE_BEFORE)
			claim_loose_trace (self);
		if (match->fn)
			take_pc (self, match->fn);
	}
}

/* Whether a report without its first lines could begin here. Behind a crash it changes nothing;
 * and a remark prints registers of its own, until its trace is over, unless it is one that only
 * becomes serious by a die line, which may be lost. */
static gboolean may_be_orphan (const CrashScanner *self)
{
	if (self->dead || self->damaged)
		return FALSE;
	return !self->open || self->trace_over || self->age > REMARK_LINES ||
	       (self->flags & CRASH_OPENS);
}

/* @line may belong to a report that has lost its first lines; if so, it is opened. */
static void look_for_orphan (CrashScanner *self, const char *line, const char *text)
{
	static const CrashPattern pattern = { "corrupted", "", "corrupted report", CRASH_IN };
	CrashMatch match = { .pattern = &pattern, .title = (char *) pattern.title };
	const GPtrArray *lines = crash__orphan_lines (self->orphan);
	guint i;

	if (!may_be_orphan (self) || !crash__orphan_line (self->orphan, line, text))
		return;
	start_report (self, &match);
	if (self->open && strcmp (self->open->kind, pattern.kind) == 0) {
		self->open->corrupted = TRUE;
		self->damaged = TRUE;
		self->corrupted = self->corrupted ? self->corrupted : self->open;
		for (i = 0; i < lines->len; i++) {
			trace_report (self, line_text (lines->pdata[i]), NULL);
			/* the last is added as any other line */
			if (self->open->head->len < MAX_HEAD && i + 1 < lines->len)
				g_ptr_array_add (self->open->head, g_strdup (lines->pdata[i]));
		}
	}
	crash__orphan_reset (self->orphan);
}

static void add_head (Crash *crash, const char *line)
{
	if (crash->head->len < MAX_HEAD)
		g_ptr_array_add (crash->head, g_strdup (line));
}

static gboolean is_dropped (const char *text)
{
	const char *c = text + strspn (text, "* 0123456789");

	return g_str_has_prefix (text, "** ") && g_str_has_prefix (c, "printk messages dropped");
}

/* Whether @text says that a report is over. */
static gboolean is_end (const char *text)
{
	return g_str_has_prefix (text, "---[ end ") || line_is_banner (text) ||
	       reboot_is_announced (text);
}

/* The machine has said that the report is over, or starts anew. */
static void end_report (CrashScanner *self, const char *line, const char *text)
{
	self->complete = self->complete || self->first;
	if (line_is_banner (text))
		self->dead = self->damaged = FALSE;
	if (!self->open && g_str_has_prefix (text, "---["))
		look_for_orphan (self, line, text);
	else
		crash__orphan_reset (self->orphan);
	if (self->open)
		add_head (self->open, line);
	self->open = NULL;
}

/* A line that is no first line. Whether it counts: another CPU's, in between, does not. */
static gboolean take_other (CrashScanner *self, const char *line, const char *text,
			    const CrashHints *hints)
{
	guint64 speaker = self->open && self->speaker ? line_caller (line) : 0;

	if (self->open && is_dropped (text))
		self->open->corrupted = TRUE;
	else if (speaker && speaker != self->speaker)
		return FALSE;
	else if (self->open)
		trace_report (self, text, hints);
	else
		trace_loose (self, text, hints);
	if (crash__may_orphan (hints))
		look_for_orphan (self, line, text);
	else if (may_be_orphan (self))
		crash__orphan_pass (self->orphan);
	return TRUE;
}

void crash__scanner_set_filter (CrashScanner *self, gboolean filter)
{
	self->unfiltered = !filter;
}

static void scan_line (CrashScanner *self, const char *line)
{
	g_auto (CrashMatch) match = { 0 };
	CrashHints found;
	const CrashHints *hints = self->unfiltered ? NULL : &found;
	gboolean any = !hints || crash__filter (line, &found);
	const char *text;
	const Crash *last;

	if (!any && !self->open) {
		pass_loose (self);
		if (may_be_orphan (self))
			crash__orphan_pass (self->orphan);
		return;
	}
	self->at = text = line_text (line);
	if (any && crash__may_noise (hints) && line_is_noise (line))
		return;
	if (any && crash__may_end (hints) && is_end (text)) {
		end_report (self, line, text);
		return;
	}
	if (any && crash__match (text, hints, &match)) {
		take_match (self, &match);
		crash__orphan_reset (self->orphan);
	} else if (!take_other (self, line, text, hints)) {
		return;
	}
	/* a remark inside of a report has no more than its line */
	last = self->all->len > 0 ? self->all->pdata[self->all->len - 1] : NULL;
	if (last && last != self->open && last->head->len == 0)
		g_ptr_array_add (last->head, g_strdup (line));
	if (!self->open)
		return;
	if (self->age == 0)
		self->speaker = line_caller (line);
	add_head (self->open, line);
	if (self->age++ > REPORT_LINES)
		self->open = NULL;
}

/* A line that another came into the middle of waits for the next, which may be the rest of it. */
void crash__scanner_line (CrashScanner *self, const char *line)
{
	g_autofree char *held = g_steal_pointer (&self->held);
	gsize cut = held ? crash__cut (held) : 0;
	g_autofree char *mended = cut ? crash__mend (held, cut, line) : NULL;

	if (held)
		scan_line (self, mended ? held + cut : held);
	line = mended ? mended : line;
	self->held = crash__cut (line) ? g_strdup (line) : NULL;
	if (!self->held)
		scan_line (self, line);
}

void crash__scanner_flush (CrashScanner *self)
{
	g_autofree char *held = g_steal_pointer (&self->held);

	if (held)
		scan_line (self, held);
}

void crash_scanner_feed (CrashScanner *self, const char *data, gsize length)
{
	line_buffer_feed (self->lines, data, length);
}

void crash_scanner_finish (CrashScanner *self)
{
	line_buffer_finish (self->lines);
	crash__scanner_flush (self);
}

const Crash *crash_scanner_first (const CrashScanner *self)
{
	return self->first;
}

const Crash *crash_scanner_corrupted (const CrashScanner *self)
{
	return self->corrupted;
}

const GPtrArray *crash_scanner_all (const CrashScanner *self)
{
	return self->all;
}

gboolean crash_scanner_complete (const CrashScanner *self)
{
	return self->complete;
}
