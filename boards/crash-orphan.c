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
};

struct CrashOrphan {
	guint seen;
	guint age;    /* lines since the last evidence */
	guint behind; /* lines for which a PC belongs to a backtrace that was begun */
	guint inside; /* lines for which registers belong to such a PC */
	guint quiet;
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
	{ SEEN_PROCESS, NULL, "^Process \\S.* \\(pid: \\d+, " },
	{ SEEN_FAULT,
	  "pgd = |*pgd=|*pud=|*pmd=|*p4d=|PGD |#PF: |Mem abort info|CR2: |Cause : |BadVA : |"
	  "IASQ: |IIR: |"
	  "YZrvWEST|*pde = |*pdpt = |Failing addr|Faulting instr|tsk->{mm|badaddr: |Last Breaking|"
	  "of size |Memory state around|\"echo 0 > |(t=",
	  "^\\s*(?:pgd = [0-9a-f]{8}|\\[[0-9a-f]{8,16}\\] \\*p[gmu4]d=|PGD [0-9a-f]+ |#PF: |"
	  "Mem abort info:|CR2: [0-9a-f]{8,16}\\s*$|Cause : |BadVA : |IASQ: |IIR: |"
	  "YZrvWESTHLNXBCVM|\\*pde = |\\*pdpt = |Failing address: |Faulting instruction address: |"
	  "tsk->\\{mm,active_mm\\}->|status: [0-9a-f]{16} badaddr: |Last Breaking-Event-Address|"
	  "(?:Read|Write) of size \\d+ at addr |Memory state around the buggy address|"
	  "\"echo 0 > /proc/sys/kernel/hung_task_timeout_secs\"|\\(t=\\d+ jiffies g=)" },
	{ SEEN_SLAB, "Bytes b4|Redzone|Object|Padding",
	  "^\\s*(?:Bytes b4|Redzone|Object|Padding)(?: \\(?[0-9a-fx]{8,18}\\)?| ?)? ?(?:0x)?"
	  "[0-9a-f]{8,16}: +(?:[0-9a-f]{2} ){4}" },
	{ SEEN_FAULT, "FIX |INFO: Slab|INFO: Object|inuse=",
	  "^(?:FIX \\S+: |INFO: (?:Slab|Object) 0x[0-9a-f]+ |"
	  "\\s*offset=\\d+ flags=0x[0-9a-f]+ inuse=)" },
	{ SEEN_END, NULL, "^---\\[ end trace [0-9a-f]" },
	{ SEEN_END | SEEN_DEATH, NULL, "^---\\[ end Kernel panic" },
};

/* Who may print registers and backtraces of a sound kernel, or of a user's process. */
static const char *const quiet[] = {
	"^sysrq: ", "^SysRq : ", "\\[ backtrace testing \\]", "vmalloc: allocation failure",
	"vmap allocation for size", "FAULT_INJECTION: forcing a failure",
	"FAULT_FLAG_ALLOW_RETRY missing", "page allocation failure", "^NMI backtrace for cpu",
	"invoked oom-killer", "do_page_fault\\(\\)", "^User fault ", "unhandled signal",
	"segfault at ", "sending SIG", "unhandled page fault", "unexpected fatal signal",
	"\\(code -?\\d+\\) at ", "undefined instruction: pc=", "^traps: ", "IP: 0033:", "IP: 0023:",
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
	GRegex *quiet;
} Words;

static gpointer make_words (gpointer unused G_GNUC_UNUSED)
{
	g_autofree char *text = g_strjoinv ("|", (char **) quiet);
	Words *words = g_new0 (Words, 1);
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (evidence); i++) {
		words->evidence[i] = g_regex_new (evidence[i].regex, G_REGEX_OPTIMIZE, 0, NULL);
		g_assert (words->evidence[i]);
	}
	words->quiet = g_regex_new (text, G_REGEX_OPTIMIZE, 0, NULL);
	g_assert (words->quiet);
	return words;
}

static const Words *get_words (void)
{
	static GOnce once = G_ONCE_INIT;

	return g_once (&once, make_words, NULL);
}

gboolean crash__orphan_regex (gsize i, const char **out_regex, const char **out_needs)
{
	gboolean is_evidence = i < G_N_ELEMENTS (evidence);

	*out_regex = is_evidence ? evidence[i].regex : quiet[i - G_N_ELEMENTS (evidence)];
	*out_needs = is_evidence ? evidence[i].needs : NULL;
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
	self->seen = self->age = self->behind = self->inside = 0;
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
		return SEEN_TRACE | SEEN_DEATH;
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
	if (g_regex_match (get_words ()->quiet, text, 0, NULL))
		self->quiet = QUIET_LINES;
	seen = see_trace (self, text, kind, function, caller) | see_line (self, text);
	/* even then nobody has die() in his backtrace who lives */
	if (self->quiet > 0 && !(seen & (SEEN_DEATH | SEEN_END)))
		return FALSE;
	if (seen)
		self->age = 0;
	self->seen |= seen;
	if ((seen || kind != TRACE_NONE) && kind != TRACE_FILLER && self->lines->len < MAX_KEPT)
		g_ptr_array_add (self->lines, g_strdup (line));
	return self->seen & (self->seen - 1);
}

void crash__orphan_pass (CrashOrphan *self)
{
	self->quiet -= self->quiet > 0;
	self->behind -= self->behind > 0;
	self->inside -= self->inside > 0;
	if (++self->age > APART_LINES && (self->seen || self->has_header))
		crash__orphan_reset (self);
}
