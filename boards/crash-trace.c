/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What registers and backtraces look like on the consoles of Linux's architectures.
 */
#include <string.h>

#include "boards/crash-grammar.h"

#define FN     "\\.?(?<fn>[A-Za-z_$][\\w.$]*)"
#define CALLER "(?<caller>[A-Za-z_$][\\w.$]*)"
#define OFF    "\\+0x[0-9a-f]+"
#define ADDR   "\\[?<?(?:0x)?[0-9a-f]{8,16}>?\\]?"

/* clang-format off */
static const struct {
	TraceKind kind;
	const char *regex; /* names the groups fn and caller */
} forms[] = {
	{ TRACE_PC, "^\\s*(?:PC|EIP|RIP|IP) is at " FN OFF },			/* arm, x86, sh */
	{ TRACE_PC, "^\\s*(?:EIP|RIP|IP): (?:[0-9a-f]{4}:)?(?:" ADDR "\\s*)*" FN OFF },
	{ TRACE_PC, "^\\s*(?:pc|epc) : " FN OFF },				/* arm64, riscv */
	{ TRACE_PC, "^epc\\s*: (?:0x)?[0-9a-f]+ " FN OFF },			/* mips */
	{ TRACE_PC, "^NIP \\[[0-9a-f]+\\] " FN OFF },				/* powerpc */
	{ TRACE_PC, "^\\s*IAOQ\\[0\\]: " FN OFF },				/* parisc */
	{ TRACE_PC, "^(?:TPC|PC): <" FN OFF },					/* sparc */
	{ TRACE_PC, "^Krnl PSW : .*\\(" FN OFF },				/* s390 */
	{ TRACE_LR, "^\\s*LR is at " FN OFF },
	{ TRACE_LR, "^\\s*(?:lr|ra) : " FN OFF },
	{ TRACE_LR, "^ra\\s*: (?:0x)?[0-9a-f]+ " FN OFF },
	{ TRACE_LR, "^LR \\[[0-9a-f]+\\] " FN OFF },
	{ TRACE_LR, "^\\s*RP\\(r2\\): " FN OFF },
	{ TRACE_LR, "^RPC: <" FN OFF },
	{ TRACE_HEADER, "^\\s*(?:Call [Tt]race|Backtrace|[Ss]tack backtrace):" },
	{ TRACE_GUESS, "^\\s*(?:" ADDR "\\s*)*\\? " },
	/* arm: `[<c01098ac>] (get_index+0x0/0x50) from [<c0109fc4>] (prio_tree_next+0x60/0x194)` */
	{ TRACE_FRAME, "^\\s*" ADDR " \\(" FN "(?:" OFF "[^)]*)?\\) from " ADDR " \\(" CALLER },
	{ TRACE_FRAME, "^\\s*" FN " from " CALLER OFF "/0x[0-9a-f]+" },	/* arm since 5.18 */
	{ TRACE_FRAME, "^\\s*Caller\\[[0-9a-f]+\\]: " FN OFF },			/* sparc64 */
	{ TRACE_FRAME, "^\\s*\\[[0-9a-f]{8} : " FN OFF },			/* sparc32 */
	{ TRACE_FRAME, "^\\s*\\(?(?:" ADDR "\\s*)+\\(?" FN OFF },
	{ TRACE_PLAIN, "^\\s*" FN OFF "/0x[0-9a-f]+" },
	/* the last: `<TASK>`, stack dumps, saved registers, rulers, blank lines */
	{ TRACE_FILLER, "^\\s*(?:<|[0-9a-f]{4}: |Exception stack|r\\d+:|=+$|--- interrupt|$)" },
};

/* Functions that print crashes or lead there, on any architecture. */
static const char *const helpers[] = {
	/* printing */
	"dump_stack", "dump_stack_lvl", "__dump_stack", "dump_backtrace", "show_stack",
	"show_stack_log_lvl", "show_trace", "show_trace_log_lvl", "show_registers", "show_regs",
	"unwind_backtrace", "print_address_description", "print_report", "save_stack_trace",
	"arch_stack_walk", "stack_trace_save", "do_show_stack",
	/* dying */
	"die", "__die", "oops_begin", "oops_end", "oops_enter", "arm_notify_die", "die_if_kernel",
	"die_nmi", "parisc_terminate", "panic", "vpanic", "nmi_panic", "bug_handler", "__bug",
	"__bug_unaligned_x", "bad_mode", "report_bug", "fixup_bug", "handle_bug", "bust_spinlocks",
	"exc_invalid_op", "asm_exc_invalid_op", "invalid_op", "do_invalid_op",
	/* warning */
	"warn_slowpath", "warn_slowpath_common", "warn_slowpath_fmt", "warn_slowpath_null",
	"__warn", "__warn_printk", "warn_on_slowpath",
	/* page faults and other traps */
	"do_page_fault", "__do_page_fault", "__do_kernel_fault", "die_kernel_fault",
	"do_translation_fault", "do_bad_area", "do_bad", "do_DataAbort", "do_PrefetchAbort",
	"do_undefinstr", "do_mem_abort", "do_alignment", "do_sect_fault", "__dabt_svc",
	"__pabt_svc", "__und_svc", "el1_da", "el1_abort", "el1_sync", "el1h_64_sync",
	"el1h_64_sync_handler",
	"exc_page_fault", "asm_exc_page_fault", "page_fault", "async_page_fault", "no_context",
	"page_fault_oops", "kernelmode_fixup_or_oops", "bad_area_nosemaphore",
	"__bad_area_nosemaphore", "error_code", "common_exception", "do_trap", "do_error_trap",
	"do_general_protection", "general_protection", "exc_general_protection",
	"asm_exc_general_protection", "handle_interruption", "intr_extint", "intr_return",
	"handle_page_fault", "do_bp", "do_ri", "ret_from_exception", "handle_exception",
	/* checkers */
	"kasan_report", "__kasan_report", "kasan_report_error", "check_memory_region",
	"kasan_check_range", "kasan_object_err", "check_panic_on_warn",
	"slab_err", "slab_bug", "object_err", "print_trailer", "slab_pad_check", "__might_sleep",
	"___might_sleep", "__might_resched", "__schedule_bug", "debug_smp_processor_id",
	"check_preemption_disabled", "spin_bug", "rwlock_bug", "print_circular_bug",
	"__list_add", "__list_add_valid", "__list_add_valid_or_report", "__list_del_entry",
	"__list_del_entry_valid", "__list_del_entry_valid_or_report", "refcount_warn_saturate",
	"refcount_error_report", "debug_print_object", "lockdep_rcu_suspicious", "print_bad_page",
	"bad_page", "__ubsan_handle_out_of_bounds", "ubsan_epilogue", "panic_double_fault",
	"__ubsan_handle_shift_out_of_bounds", "__stack_chk_fail",
	"preempt_count_add", "preempt_count_sub", "spin_dump", "do_raw_spin_lock", "_raw_spin_lock",
	"print_deadlock_bug", "register_lock_class", "assign_lock_key", "validate_chain",
	"debug_check_no_locks_freed", "Ldiv0", "Ldiv0_64", "check_noncircular",
	"__lock_acquire", "lock_acquire",
	"watchdog_timer_fn", "softlockup_tick", "rcu_check_callbacks", "rcu_dump_cpu_stacks",
	NULL,
};

static const char *const sleepers[] = {
	"__schedule", "schedule", "schedule_timeout", "schedule_preempt_disabled", "io_schedule",
	"schedule_timeout_uninterruptible", "do_wait_for_common", "__switch_to",
	"context_switch", "wait_for_common",
	"wait_for_completion", "__wait_for_common", "__mutex_lock", "__mutex_lock_slowpath",
	"mutex_lock", "__down", "down", "rwsem_down_read_failed", "rwsem_down_write_failed",
	"rwsem_down_read_slowpath", "rwsem_down_write_slowpath", "down_read", "down_write",
	"io_schedule_timeout", "bit_wait", "bit_wait_io", "__wait_on_bit",
	"out_of_line_wait_on_bit",
	NULL,
};
/* clang-format on */

gboolean crash__is_helper (const char *function)
{
	return g_strv_contains (helpers, function) || g_str_has_prefix (function, "__asan_");
}

gboolean crash__is_sleeper (const char *function)
{
	return g_strv_contains (sleepers, function);
}

static gpointer make_regexes (gpointer unused G_GNUC_UNUSED)
{
	GRegex **regexes = g_new0 (GRegex *, G_N_ELEMENTS (forms));
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (forms); i++) {
		regexes[i] = g_regex_new (forms[i].regex, G_REGEX_OPTIMIZE, 0, NULL);
		g_assert (regexes[i]);
	}
	return regexes;
}

static GRegex *const *get_regexes (void)
{
	static GOnce once = G_ONCE_INIT;

	return g_once (&once, make_regexes, NULL);
}

/* The function in the group @name without what the compiler put behind it: `.isra.0`, `.cold`. */
static char *fetch_function (const GMatchInfo *info, const char *name)
{
	char *function = g_match_info_fetch_named (info, name);

	if (function)
		function[strcspn (function, ".")] = '\0';
	if (function && !*function)
		g_clear_pointer (&function, g_free);
	return function;
}

gboolean crash__is_filler (const char *text)
{
	GRegex *const *regexes = get_regexes ();

	return g_regex_match (regexes[G_N_ELEMENTS (forms) - 1], text, 0, NULL);
}

TraceKind crash__trace_line (const char *text, char **out_function, char **out_caller)
{
	GRegex *const *regexes = get_regexes ();
	gsize i;

	*out_function = NULL;
	*out_caller = NULL;
	for (i = 0; i < G_N_ELEMENTS (forms); i++) {
		g_autoptr (GMatchInfo) info = NULL;

		if (!g_regex_match (regexes[i], text, 0, &info))
			continue;
		*out_function = fetch_function (info, "fn");
		*out_caller = fetch_function (info, "caller");
		return forms[i].kind;
	}
	return TRACE_NONE;
}

char *crash__trace_place (const char *text, const char *function)
{
	g_autofree char *quoted = g_regex_escape_string (function, -1);
	g_autofree char *pattern = g_strdup_printf (
		"(?<![\\w.$])%s(?:\\.[\\w.$]*)?\\+0x[0-9a-f]+(?:/0x[0-9a-f]+)?", quoted);
	g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_RAW, 0, NULL);
	g_autoptr (GMatchInfo) info = NULL;

	return g_regex_match (regex, text, 0, &info) ? g_match_info_fetch (info, 0)
						     : g_strdup (function);
}
