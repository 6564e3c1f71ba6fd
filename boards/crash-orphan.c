/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Crash reports that lost their first lines.
 *
 * Two kinds of evidence close together are a report: registers and the code at the fault, say. A
 * backtrace and what follows it are none, as dump_stack() prints them too, and so does a WARNING:
 * on x86 and powerpc even with the registers of whatever was interrupted, behind the frames.
 */
#include <string.h>

#include "boards/crash-grammar.h"

/* Lines without evidence that part two reports; that the registers in a backtrace are behind its
 * frames; and for which somebody may dump what he likes who has said so. */
#define APART_LINES  40
#define BEHIND_LINES 24
#define QUIET_LINES  100
#define MAX_KEPT     32

/* What the lines of a report tell apart; any two of these. */
enum {
	SEEN_PC = 1 << 0,
	SEEN_REGISTERS = 1 << 1,
	SEEN_CODE = 1 << 2,
	SEEN_PROCESS = 1 << 3,
	SEEN_FAULT = 1 << 4, /* what only a fault or a checker prints */
	SEEN_TRACE = 1 << 5,
	SEEN_END = 1 << 6,
	SEEN_DEATH = 1 << 7, /* a backtrace through what a kernel dies in */
	SEEN_SLAB = 1 << 8,
	SEEN_GRAVE = 1 << 9, /* no evidence of its own: not even who dumps a task prints this */
};

struct CrashOrphan {
	guint seen;
	guint age;    /* lines since the last evidence */
	guint behind; /* lines for which a PC belongs to a backtrace that was begun */
	guint inside; /* lines for which registers belong to such a PC */
	guint quiet;
	guint dumping; /* lines for which a sound kernel's tasks and registers may be dumped */
	guint excused; /* what was seen in them */
	gboolean has_header, harmless;
	GPtrArray *lines; /* (element-type utf8): since the first evidence */
};

/* clang-format off */
static const struct {
	guint seen;
	const char *needs; /* literals, one of which a match holds */
	const char *regex;
} evidence[] = {
	/* show_regs() of arm, arm64, x86, mips, parisc, powerpc, s390, sparc, riscv; a backtrace of
	 * arm prints `r7:` without a blank */
	{ SEEN_REGISTERS,
	  "r9 : |r5 : |r1 : |sp : |pc : [<|x29: |x1 : |pstate: |RAX: |RSP: |RBP: |EAX: |eax: |"
	  "$ |Hi  |r00-03 |GPR0|Krnl GPRS|ra : |TSTATE: |g0: |o0: |MSR: |Status: ",
	  "^\\s*(?:r10: [0-9a-f]{8} +r9 : |r7 : [0-9a-f]{8}  r6 : [0-9a-f]{8}  r5 : |"
	  "r3 : [0-9a-f]{8}  r2 : [0-9a-f]{8}  r1 : |sp : [0-9a-f]{8}|pc : \\[<|"
	  "x29: [0-9a-f]{16}|(?:x2 : [0-9a-f]{16} )?x1 : [0-9a-f]{16}|pstate: |"
	  "RAX: [0-9a-f]{16}|RSP: [0-9a-f]{4}|RBP: [0-9a-f]{16}|EAX: [0-9a-f]{8}|"
	  "eax: [0-9a-f]{8}|\\$ +\\d+ *: [0-9a-f]{8}|Hi +: |r00-03  |GPR0\\d: |Krnl GPRS: |"
	  "epc : [0-9a-f]{8,16} ra : |TSTATE: |[go]0: [0-9a-f]{8}|MSR: +[0-9a-f]{8}|"
	  "Status: [0-9a-f]{8})" },
	{ SEEN_CODE, "Code: |nstruction ",
	  "^\\s*(?:Code: +[(<]?[0-9a-f]{2,8}\\b|Krnl Code: |Instruction (?:dump|DUMP): ?)" },
	{ SEEN_PROCESS | SEEN_GRAVE, NULL, "^Process \\S.* \\(pid: \\d+, " },
	{ SEEN_FAULT,
	  "Cause : |BadVA : |IASQ: |IIR: |YZrvWEST|badaddr: |Last Breaking",
	  "^\\s*(?:Cause : |BadVA : |IASQ: |IIR: |YZrvWESTHLNXBCVM|"
	  "status: [0-9a-f]{16} badaddr: |Last Breaking-Event-Address)" },
	/* show_regs() prints the above, and none of this */
	{ SEEN_FAULT | SEEN_GRAVE,
	  "pgd = |*pgd=|*pud=|*pmd=|*p4d=|PGD |#PF: |Mem abort info|CR2: |*pde = |*pdpt = |"
	  "Failing addr|Faulting instr|tsk->{mm|of size |Memory state around|\"echo 0 > |(t=",
	  "^\\s*(?:pgd = [0-9a-f]{8}|\\[[0-9a-f]{8,16}\\] \\*p[gmu4]d=|PGD [0-9a-f]+ |#PF: |"
	  "Mem abort info:|CR2: [0-9a-f]{8,16}\\s*$|"
	  "\\*pde = |\\*pdpt = |Failing address: |Faulting instruction address: |"
	  "tsk->\\{mm,active_mm\\}->|"
	  "(?:Read|Write) of size \\d+ at addr |Memory state around the buggy address|"
	  "\"echo 0 > /proc/sys/kernel/hung_task_timeout_secs\"|\\(t=\\d+ jiffies g=)" },
	{ SEEN_SLAB, "Bytes b4|Redzone|Object|Padding",
	  "^\\s*(?:Bytes b4|Redzone|Object|Padding)(?: \\(?[0-9a-fx]{8,18}\\)?| ?)? ?(?:0x)?"
	  "[0-9a-f]{8,16}: +(?:[0-9a-f]{2} ){4}" },
	{ SEEN_FAULT, "FIX |INFO: Slab|INFO: Object|inuse=",
	  "^(?:FIX \\S+: |INFO: (?:Slab|Object) 0x[0-9a-f]+ |"
	  "\\s*offset=\\d+ flags=0x[0-9a-f]+ inuse=)" },
	{ SEEN_END | SEEN_GRAVE, NULL, "^---\\[ end trace [0-9a-f]" },
	{ SEEN_END | SEEN_DEATH | SEEN_GRAVE, NULL, "^---\\[ end Kernel panic" },
};

/* Who may print registers and backtraces of a sound kernel, or of a user's process. */
static const char *const quiet[] = {
	"\\[ backtrace testing \\]", "vmalloc: allocation failure",
	"vmap allocation for size", "FAULT_INJECTION: forcing a failure",
	"FAULT_FLAG_ALLOW_RETRY missing", "page allocation failure",
	"invoked oom-killer", "do_page_fault\\(\\)", "^User fault ", "unhandled signal",
	"segfault at ", "sending SIG", "unhandled page fault", "unexpected fatal signal",
	"\\(code -?\\d+\\) at ", "undefined instruction: pc=", "^traps: ", NULL,
};

/* Who may print them in the middle of which somebody else may die: SysRq's `Show`, but not its
 * `Trigger a crash`; and where a task has left user space. */
static const char *const dumps[] = {
	"^sysrq: Show ", "^SysRq : Show ", "^NMI backtrace for cpu", "IP: 0033:", "IP: 0023:",
	"EIP: 0073:", NULL,
};

static const char *const deaths[] = {
	"die", "__die", "oops_end", "page_fault_oops", "die_kernel_fault", "panic", "vpanic",
	"kasan_report", "__kasan_report", "kasan_report_error", "kasan_object_err", "end_report",
	"__schedule_bug", "__warn", "warn_slowpath_common", "warn_slowpath_fmt",
	"warn_slowpath_null", "slab_err", "object_err", "do_kern_addr_fault",
	"kfence_report_error", "kmsan_report",
	NULL,
};
/* clang-format on */

typedef struct {
	GRegex *evidence[G_N_ELEMENTS (evidence)];
	GRegex *quiet, *dumps; /* the first takes what the second does, too */
} Words;

static gpointer make_words (gpointer unused G_GNUC_UNUSED)
{
	g_autofree char *dump = g_strjoinv ("|", (char **) dumps);
	g_autofree char *other = g_strjoinv ("|", (char **) quiet);
	g_autofree char *text = g_strconcat (other, "|", dump, NULL);
	Words *words = g_new0 (Words, 1);
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (evidence); i++) {
		words->evidence[i] = g_regex_new (evidence[i].regex, G_REGEX_OPTIMIZE, 0, NULL);
		g_assert (words->evidence[i]);
	}
	words->quiet = g_regex_new (text, G_REGEX_OPTIMIZE, 0, NULL);
	words->dumps = g_regex_new (dump, G_REGEX_OPTIMIZE, 0, NULL);
	g_assert (words->quiet && words->dumps);
	return words;
}

static const Words *get_words (void)
{
	static GOnce once = G_ONCE_INIT;

	return g_once (&once, make_words, NULL);
}

gboolean crash__orphan_regex (gsize i, const char **out_regex, const char **out_needs)
{
	gsize is_evidence = G_N_ELEMENTS (evidence),
	      is_dump = is_evidence + G_N_ELEMENTS (dumps) - 1;

	if (i < is_evidence)
		*out_regex = evidence[i].regex;
	else
		*out_regex = i < is_dump ? dumps[i - is_evidence] : quiet[i - is_dump];
	*out_needs = i < is_evidence ? evidence[i].needs : NULL;
	return *out_regex != NULL;
}

CrashOrphan *crash__orphan_new (void)
{
	CrashOrphan *self = g_new0 (CrashOrphan, 1);

	self->lines = g_ptr_array_new_with_free_func (g_free);
	return self;
}

void crash__orphan_free (CrashOrphan *self)
{
	g_ptr_array_unref (self->lines);
	g_free (self);
}

void crash__orphan_reset (CrashOrphan *self)
{
	self->seen = self->excused = self->age = self->behind = self->inside = 0;
	self->has_header = self->harmless = FALSE;
	g_ptr_array_set_size (self->lines, 0);
}

const GPtrArray *crash__orphan_lines (const CrashOrphan *self)
{
	return self->lines;
}

/* What a line of a backtrace, or one with a PC, is evidence of. */
static guint see_trace (CrashOrphan *self, const char *text, TraceKind kind, const char *function,
			const char *caller)
{
	if (kind == TRACE_HEADER) {
		self->has_header = TRUE;
		self->harmless = FALSE;
		return 0;
	}
	if (kind == TRACE_PC || kind == TRACE_LR) {
		/* x86 and powerpc print whom an interrupt met behind its frames */
		if (self->behind == 0 || !strchr ("RENL", text[0]) || text[1] == 'R')
			return SEEN_PC;
		self->inside = BEHIND_LINES;
		return 0;
	}
	if (kind != TRACE_FRAME && kind != TRACE_PLAIN)
		return 0;
	/* arm of today prints no header */
	if (g_strv_contains (deaths, function) || (caller && g_strv_contains (deaths, caller)))
		return SEEN_TRACE | SEEN_DEATH | SEEN_GRAVE;
	if (!self->has_header)
		return 0;
	if (self->behind == 0 && self->seen == 0)
		self->harmless = crash__is_helper (function);
	self->behind = BEHIND_LINES;
	return self->harmless ? 0 : SEEN_TRACE;
}

static guint see_line (const CrashOrphan *self, const char *text)
{
	const Words *words = get_words ();
	guint seen = 0;
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (evidence); i++)
		if (g_regex_match (words->evidence[i], text, 0, NULL))
			seen |= evidence[i].seen;
	if (self->inside > 0)
		seen &= ~(guint) (SEEN_REGISTERS | SEEN_CODE);
	return seen;
}

gboolean crash__orphan_line (CrashOrphan *self, const char *line, const char *text)
{
	g_autofree char *function = NULL;
	g_autofree char *caller = NULL;
	TraceKind kind = crash__trace_line (text, &function, &caller);
	guint seen;

	crash__orphan_pass (self);
	if (g_regex_match (get_words ()->quiet, text, 0, NULL)) {
		if (g_regex_match (get_words ()->dumps, text, 0, NULL))
			self->dumping = QUIET_LINES;
		else
			self->quiet = QUIET_LINES;
	}
	seen = see_trace (self, text, kind, function, caller) | see_line (self, text);
	if (self->quiet > 0)
		return FALSE;
	if (seen)
		self->age = 0;
	/* what a dump has printed is no evidence until something is that no dump prints */
	self->excused |= seen & ~(guint) SEEN_GRAVE;
	if (seen & SEEN_GRAVE)
		self->dumping = 0;
	if (self->dumping == 0)
		self->seen |= self->excused;
	if ((seen || kind != TRACE_NONE) && kind != TRACE_FILLER && self->lines->len < MAX_KEPT)
		g_ptr_array_add (self->lines, g_strdup (line));
	return self->seen & (self->seen - 1);
}

void crash__orphan_pass (CrashOrphan *self)
{
	self->quiet -= self->quiet > 0;
	self->dumping -= self->dumping > 0;
	self->behind -= self->behind > 0;
	self->inside -= self->inside > 0;
	if (++self->age > APART_LINES && (self->excused || self->has_header))
		crash__orphan_reset (self);
}
