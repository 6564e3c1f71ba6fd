/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The crash grammar's table.
 *
 * To teach bakeoff another crash, add an entry. The first that matches wins, so the particular ones
 * stand before the general ones. Wordings move between kernel versions: match what they have in
 * common. The comments say which files of Linux print the texts.
 *
 * A regex starts at the start of the message (behind time stamp and level), with ANYWHERE also
 * behind other text on the line: a guest or a driver may have left it open. So whatever is fatal is
 * ANYWHERE, if it has words or numbers in it that nobody writes who only talks about a crash. Its
 * named groups: what, file, addr, fn (see CrashPattern).
 */
#include "boards/crash-grammar.h"

#define FATAL	 CRASH_FATAL
#define IN	 CRASH_IN
#define ANYWHERE CRASH_ANYWHERE
/* the line before a die line, as `Unable to handle kernel`; fatal by itself */
#define OPENS (CRASH_FATAL | CRASH_IN | CRASH_OPENS)
/* the same, but only fatal when a die line follows: a user's process can cause it too */
#define MAYBE (CRASH_IN | CRASH_OPENS)
#define DIES  (CRASH_FATAL | CRASH_IN | CRASH_DIES | CRASH_ANYWHERE)
#define PANIC (CRASH_FATAL | CRASH_PANIC)

#define HEX "(?:0x)?(?<addr>[0-9a-fA-F]{3,16})\\b"
/* absolute and ../ paths come from builds out of tree, and differ from folder to folder */
#define FILE_LINE "(?:\\S*/\\.\\./|\\.\\./|/\\S*/)?(?<file>[^\\s:]+):\\d+"
#define FUNC	  "(?<fn>[A-Za-z_][\\w.]*)"

/* clang-format off */
const CrashPattern crash__patterns[] = {
	/* Faults: arch/.../mm/fault.c */
	{ "oops", "Unable to handle kernel NULL pointer dereference"
	  "(?: at virtual address " HEX "|\\s*$)", "NULL pointer dereference", OPENS | ANYWHERE },
	{ "oops", "Unable to handle kernel paging request(?: at virtual address " HEX "|\\s*$)",
	  "bad paging request", OPENS | ANYWHERE },
	/* x86_64 up to 2.6.24 says no "address"; unaligned accesses of sparc and a "handler" */
	{ "oops", "Unable to handle kernel NULL pointer dereference "
	  "(?:at " HEX " RIP:|in mna handler)",
	  "NULL pointer dereference", OPENS | ANYWHERE },
	{ "oops", "Unable to handle kernel paging request (?:at " HEX " RIP:|in mna handler)",
	  "bad paging request", OPENS | ANYWHERE },
	{ "oops", "Unable to handle kernel (?<what>.*?) at (?:virtual )?(?:kernel )?"
	  "address:? ?" HEX,
	  "{what}", OPENS | ANYWHERE },
	{ "oops", "Unable to handle kernel pointer dereference in virtual kernel address space",
	  "pointer dereference", OPENS | ANYWHERE },				/* s390 */
	{ "oops", "Unable to handle kernel paging request for (?<what>instruction fetch|"
	  "unaligned access|unknown fault)", "paging request for {what}", OPENS | ANYWHERE },
	{ "oops", "BUG: (?:unable to handle kernel|[Kk]ernel) NULL pointer dereference(?: on \\w+)?"
	  "(?:,? (?:at|address)(?: virtual address|:)? ?" HEX ")?",
	  "NULL pointer dereference", OPENS | ANYWHERE },
	{ "oops", "BUG: unable to handle (?:kernel paging request|page fault)(?: at| for)?"
	  "(?: virtual)?(?: address)?:? ?(?:" HEX ")?",
	  "bad paging request", OPENS | ANYWHERE },
	{ "oops", "BUG: Unable to handle kernel "
	  "(?<what>data access|instruction fetch|unaligned access)"
	  "(?:.* at " HEX ")?", "bad kernel {what}", OPENS | ANYWHERE },
	{ "oops", "Bad kernel stack pointer " HEX, "bad kernel stack pointer",
	  OPENS | ANYWHERE },
	{ "oops", "Insufficient stack space to handle exception!", "kernel stack overflow",
	  OPENS | ANYWHERE },				/* arm64, riscv, arm */
	{ "oops", "Kernel stack overflow(?: in process |\\.\\s*$)", "kernel stack overflow",
	  OPENS },					/* powerpc, s390 */
	{ "oops", "SError Interrupt on CPU\\d+, code 0x", "SError interrupt", OPENS | ANYWHERE },
	{ "oops", "Unhandled \\d+-bit (?<what>el\\d\\w? \\w+) exception on CPU\\d+, ESR ",
	  "unhandled {what} exception", OPENS | ANYWHERE },
	{ "oops", "rust_kernel: panicked at (?:'.*', )?" FILE_LINE, "rust panic at {file}",
	  OPENS | ANYWHERE },
	{ "fault", "Unhandled fault: (?<what>.*?) \\(0x[0-9a-f]+\\) at " HEX,
	  "unhandled fault: {what}", MAYBE },
	{ "fault", "Unhandled prefetch abort: (?<what>.*?) \\(0x[0-9a-f]+\\) at " HEX,
	  "unhandled prefetch abort: {what}", MAYBE },
	{ "fault", "Alignment trap: not handling", "alignment trap", MAYBE },
	{ "fault", "Bad mode in (?<what>.*?) handler detected", "bad mode in {what} handler",
	  CRASH_OPENS },
	{ "fault", "(?<what>Data|Instruction) bus error, epc == ", "{what} bus error", MAYBE },

	/* BUG(): lib/bug.c, arch/.../kernel/traps.c; the line number moves with every patch */
	{ "bug", "[Kk]ernel BUG at " FILE_LINE, "kernel BUG at {file}", OPENS | ANYWHERE },
	{ "bug", "[Kk]ernel BUG at ", "kernel BUG", OPENS },
	{ "bug", "Kernel (?:bug detected|BUG ?)\\[#\\d+\\]", "kernel BUG", DIES,
	  "[#" },

	/* Die lines: die() and die_if_kernel() in arch/.../kernel/traps.c */
	{ "oops", "Internal error: (?:Oops - )?(?<what>.*?):? ?[0-9a-fA-F]* ?\\[#\\d+\\]",
	  "{what}", DIES },
	{ "oops", "Oops(?: )?\\[#\\d+\\]", "Oops", DIES },
	{ "oops", "Oops - (?<what>[a-z].*?):? ?[0-9a-fA-F]* ?\\[#\\d+\\]",
	  "{what}", DIES },				/* riscv */
	{ "oops", "Oops: (?:(?<what>[A-Za-z][a-z][^,:\\[]*)(?:, probably.*?)?:? ?)?"
	  "[0-9a-fA-F]{0,16}(?:, sig: \\d+| ilc:\\d)? ?\\[#\\d+\\]", "{what}", DIES },
	/* x86_64 up to 2.6.24 counts without # */
	{ "oops", "Oops: [0-9a-f]{4} \\[\\d+\\]", "Oops", DIES },
	{ "oops", "(?<what>general protection fault|divide error|invalid opcode|int3|stack segment|"
	  "double fault|bounds|overflow|segment not present|invalid TSS): [0-9a-f]{4} \\[\\d+\\]",
	  "{what}", DIES,
	  "general protection fault|divide error|invalid opcode|int3|stack segment|double fault|"
	  "bounds|overflow|segment not present|invalid TSS" },
	{ "oops", "(?<what>(?:Break|Trap) instruction in kernel code|"
	  "Reserved instruction in kernel code|"
	  "Unhandled kernel unaligned access(?: or invalid instruction)?|"
	  "Kernel unaligned instruction access|FP exception in kernel code|Integer overflow|"
	  "do_cpu invoked from kernel context!|MIPS MT Thread exception in kernel)\\[#\\d+\\]",
	  "{what}", DIES,
	  "[#" },
	{ "oops", "(?<what>general protection fault|divide[ _]error|invalid opcode|int3|"
	  "stack segment|double fault|segment not present|invalid TSS|alignment check|bounds|"
	  "stack guard page|control protection|kernel stack overflow|"
	  "Exception in kernel mode|Machine check|"
	  "(?i:(?:un|non)recoverable exception))\\b.*\\[#\\d+\\]", "{what}", DIES,
	  "[#" },
	{ "oops", "\\S+\\(\\d+\\): (?<what>[A-Z].*?) \\[#\\d+\\]", "{what}", DIES,
	  " [#" }, /* sparc */
	{ "oops", "PANIC: double fault", "double fault", DIES },
	{ "oops", "(?<what>[a-z][a-z /-]+): [0-9a-f]{4} ilc:\\d \\[#\\d+\\]", "{what}",
	  DIES },					/* s390 */
	{ "oops", "(?<what>[A-Z][A-Za-z ,!()-]{3,60})\\[#\\d+\\]:\\s*$", "{what}",
	  FATAL | IN | CRASH_DIES,
	  "[#" },			/* mips */
	{ "oops", "die_if_kernel\\(\\) recursion detected\\.", "die_if_kernel() recursion",
	  FATAL },					/* parisc */

	/* parisc_terminate() and die_if_kernel(); an address behind `(code N)` is a user's */
	{ "oops", "(?<what>Kernel Fault|Bad Address \\(null pointer deref\\?\\)|"
	  "Unexpected interruption|High Priority Machine Check \\(HPMC\\)|"
	  "[A-Z][A-Za-z/ -]*(?:fault|trap|check)): "
	  "Code=\\d+ .*(?:Addr=|at addr )" HEX, "{what}", DIES | CRASH_TRACE_BEFORE },
	{ "oops", "\\S+ \\(pid \\d+\\): (?<what>[A-Z].*?) \\(code -?\\d+\\)\\s*$", "{what}",
	  FATAL | IN | CRASH_DIES },

	/* Sanitizers: mm/kasan/report.c, mm/kfence, mm/kmsan, kernel/kcsan, lib/ubsan.c */
	{ "kasan", "BUG: KASAN: (?<what>[a-z]+-[a-z -]*?) (?:in|on) " FUNC, "KASAN: {what}",
	  FATAL | IN | ANYWHERE },
	{ "kasan", "BUG: KASAN: (?<what>[a-z]+-[a-z -]*)", "KASAN: {what}",
	  FATAL | IN | ANYWHERE },
	{ "kfence", "BUG: KFENCE: (?<what>[a-z][a-z -]*?)(?: in " FUNC "|\\s*$)", "KFENCE: {what}",
	  FATAL | IN | ANYWHERE },
	{ "kmsan", "BUG: KMSAN: (?<what>[a-z][a-z -]*?) in " FUNC, "KMSAN: {what}",
	  FATAL | IN | ANYWHERE },
	{ "kcsan", "BUG: KCSAN: (?<what>[a-z][a-z: -]*?) in " FUNC, "KCSAN: {what}", IN },
	{ "ubsan", "UBSAN: (?<what>[A-Za-z -]+?) in " FILE_LINE, "UBSAN: {what} in {file}", 0 },
	/* where it traps: fatal if it dies of it */
	{ "ubsan", "UBSAN: (?<what>[a-z -]+?) at " FUNC "\\+0x", "UBSAN: {what}", MAYBE },

	/* Lockups and stalls: kernel/watchdog.c, softlockup.c, hung_task.c, rcu/ */
	{ "lockup", "(?:watchdog: )?BUG: soft lockup (?:- |detected on )CPU#\\d", "soft lockup",
	  FATAL | IN | ANYWHERE },
	{ "lockup", "(?:NMI watchdog: |watchdog: )?(?:CPU ?\\d+: )?"
	  "Watchdog detected hard LOCKUP on cpu "
	  "?\\d", "hard lockup", FATAL | IN | ANYWHERE },
	{ "lockup", "(?:BUG: )?NMI Watchdog detected LOCKUP(?: on CPU ?\\d|, CPU=)", "hard lockup",
	  FATAL | IN | ANYWHERE },			/* 2.6 */
	{ "lockup", "watchdog: CPU \\d+ (?:self-)?(?:detected hard|Hard) LOCKUP", "hard lockup",
	  FATAL | IN | ANYWHERE },			/* powerpc */
	{ "lockup", "BUG: workqueue lockup - pool", "workqueue lockup", FATAL | ANYWHERE },
	{ "lockup", "BUG: (?<what>(?:spinlock|rwlock|read-lock|write-lock) "
	  "(?:cpu )?(?:lockup|recursion))(?: suspected)? on CPU#\\d",
	  "{what}", FATAL | IN | ANYWHERE },
	{ "hung-task", "INFO: task \\S.*:\\d+ blocked (?:in I/O wait )?for more than \\d+ seconds",
	  "task hung", FATAL | IN | CRASH_SLEEPS | ANYWHERE },
	{ "hung-task", "INFO: task \\S.*:\\d+ can't die for more than", "task can't die",
	  FATAL | IN | CRASH_SLEEPS | ANYWHERE },
	{ "rcu-stall", "(?:rcu: )?INFO: rcu_\\w+ (?:self-)?detected .*stall", "RCU stall",
	  FATAL | ANYWHERE },
	{ "rcu-stall", "(?:INFO: )?RCU detected CPU (?:\\d+ stall|stalls: \\d)", "RCU stall",
	  FATAL | ANYWHERE },				/* 2.6 */

	/* Memory that somebody wrote to: mm/slub.c (2.6.22, then later), slab.c, page_alloc.c */
	{ "slab", "\\*\\*\\* SLUB (?<what>[^:]+: [A-Z][A-Za-z ]*)", "SLUB {what}",
	  FATAL | ANYWHERE },
	{ "slab", "BUG (?<what>[\\w-]+)(?: \\([^)]*\\))?: (?:(?:(?:Left |Right )?Redzone|Poison|"
	  "(?:[A-Z][a-z]+ )?[Pp]adding) overwritten|Object already free|"
	  "(?:Freepointer|Freechain|Freelist) corrupt|Invalid object pointer 0x|"
	  "Not a valid slab page|Wrong (?:object count|number of objects))",
	  "SLUB {what}", FATAL | ANYWHERE },
	{ "slab", "BUG (?<what>[\\w-]+)(?: \\(.*?\\))?: (?:Redzone|Poison|Object|Freepointer|"
	  "Freechain|Padding|Wrong|Invalid|Left|Right|Freelist|Slab|Not a)", "SLUB {what}", FATAL },
	{ "slab", "BUG (?<what>[^\\s(]+)(?:\\(\\S*\\))? \\([^)]*\\): "
	  "(?:(?:Left |Right )?Redzone overwritten|"
	  "Poison overwritten|Objects remaining (?:in|on) )", "SLUB {what}", FATAL | ANYWHERE },
	{ "slab", "slab: double free detected in cache '(?<what>[^']+)'",
	  "slab double free in cache {what}", OPENS | ANYWHERE },
	{ "slab", "slab error in (?<fn>\\w+)\\(\\): cache `(?<what>[^']+)'",
	  "slab error in cache {what}", FATAL | ANYWHERE },
	{ "slab", "Slab corruption(?: \\([^)]*\\))?: (?:\\S+ )?start=", "slab corruption",
	  FATAL | ANYWHERE },
	{ "slab", "Slab corruption: ", "slab corruption", FATAL },
	{ "bug", "(?:BUG: )?Bad page (?<what>state|map|cache) in process ", "bad page {what}",
	  FATAL | ANYWHERE },
	{ "bug", "(?:BUG: )?Bad page (?<what>state|map|cache)", "bad page {what}", FATAL },

	{ "bug", FILE_LINE ": bad (?<what>p[gmu4]d) [0-9a-fx(]+", "bad {what} in {file}", FATAL },

	/* CHECK_DATA_CORRUPTION() and WARN(): its text stands beside the line that says where.
	 * lib/list_debug.c, lib/refcount.c, lib/debugobjects.c, lib/kobject.c, fs/sysfs */
	{ "list", "list_(?<what>add|del) (?:corruption(?:\\. (?:next|prev)(?:->| is)|, \\S+->)|"
	  "double add: new=)",
	  "list_{what} corruption", OPENS | CRASH_NAMES | ANYWHERE },
	{ "bug", "VFS: Busy inodes after unmount of ", "VFS: Busy inodes after unmount",
	  OPENS | CRASH_NAMES | ANYWHERE },
	{ "bug", "VFS: Close: file count is (?:0|zero)", "VFS: Close: file count is zero",
	  OPENS | CRASH_NAMES | ANYWHERE },
	{ "refcount", "refcount_t: (?<what>[a-z][a-z0-9 -]+(?:; [a-z][a-z -]+)?)\\.?",
	  "refcount_t: {what}",
	  IN | CRASH_NAMES },
	{ "odebug", "ODEBUG: (?<what>\\w+ [a-z ]*?)(?:\\(active state \\d+\\) )?"
	  "(?:object: \\S+ )?object type: (?<file>\\w+)", "ODEBUG: {what} {file}",
	  IN | CRASH_NAMES },
	{ "kobject", "kobject(?: \\(\\w+\\)|: '[^']*' \\(\\w+\\)): "
	  "(?<what>tried to init an initialized object|"
	  "is not initialized, yet kobject_(?:put|get)\\(\\) is being called|"
	  "attempted to be registered with empty name!?)", "kobject: {what}", IN | CRASH_NAMES },
	{ "kobject", "kobject(?:: |_add(?:_internal)? failed for )[^:]* with -EEXIST",
	  "kobject: registered with the same name twice", IN | CRASH_NAMES },
	{ "kobject", "sysfs: "
	  "(?:cannot create duplicate filename|duplicate filename '[^']*' can not)",
	  "sysfs: duplicate filename", IN | CRASH_NAMES },
	{ "check", "unregister_netdevice: waiting for \\S+ to become free", "unregister_netdevice: "
	  "waiting for a device to become free", 0 },
	{ "check", "unchecked MSR access error: (?<what>RDMSR|WRMSR) ",
	  "unchecked MSR access error: {what}", IN },
	{ "check", "stackcheck: \\S+ (?:will most likely|has) overflow", "kernel stack overflow",
	  0 },						/* parisc */
	{ "check", "do_IRQ: (?:\\S+ )?(?:has overflown the kernel stack|stack overflow: )",
	  "kernel stack overflow", IN },

	/* Debug checks: a remark on code, and the machine goes on. kernel/sched.c, lockdep.c */
	{ "check", "(?:BUG|Debug): sleeping function called from invalid ?context at " FILE_LINE,
	  "sleeping function called from invalid context at {file}", IN },
	{ "check", "BUG: using (?<what>\\w+)\\(\\) in preemptible",
	  "using {what} in preemptible code", IN },
	{ "check", "BUG: Invalid wait context", "invalid wait context", IN },
	{ "check", "BUG: memory leak", "memory leak", 0 },
	{ "check", "kmemleak: \\d+ new suspected memory leaks?", "memory leak", 0 },
	{ "check", "BUG: workqueue leaked lock or atomic: ",
	  "workqueue leaked lock or atomic", IN },
	{ "check", "BUG: arch topology borken", "arch topology", 0 },
	{ "lockdep", "BUG: (?<what>MAX_\\w+) too low", "lockdep: {what} too low", 0 },
	{ "lockdep", "BUG: key \\S+ (?:not in \\.data|has not been registered)",
	  "lockdep: unregistered key", IN },
	{ "check", "Division by zero in kernel", "division by zero", IN },
	{ "lockdep", "(?:WARNING: |\\[? ?(?:INFO|BUG): )(?<what>possible "
	  "(?:circular locking dependency|irq lock inversion dependency|recursive locking)|"
	  "bad unlock balance|bad contention|circular locking deadlock|"
	  ".*-safe -> .*-unsafe lock order) detected", "{what}", IN },
	{ "lockdep", "(?:WARNING: |\\[ INFO: )inconsistent ", "inconsistent lock state", IN },
	{ "lockdep", "(?:WARNING: |\\[? ?INFO: )suspicious (?:RCU|rcu_dereference_check\\(\\)) "
	  "usage", "suspicious RCU usage", IN },
	{ "lockdep", "(?:WARNING: |\\[ BUG: )(?<what>held lock freed|Nested lock was not taken|"
	  "lock held (?:when returning to user space|at task exit time))", "{what}", IN,
	  "held lock freed|Nested lock was|lock held " },
	{ "lockdep", "(?:WARNING: |\\[ ?BUG: |BUG: )\\S+/\\d+ (?<what>still has locks held)",
	  "{what}",
	  IN,
	  "still has locks held" },
	{ "lockdep", "(?:\\[ ?)BUG: Invalid wait context", "invalid wait context", IN },
	{ "lockdep", "INFO: trying to register non-static key", "non-static lock key", IN },

	/* WARN_ON(): kernel/panic.c; `BUG: at` up to 2.6.21, `Badness at` on powerpc */
	{ "warning", "WARNING: (?:CPU: \\d+ PID: \\d+ )?at " FILE_LINE "(?: " FUNC ")?",
	  "WARNING at {file}", IN },
	{ "warning", "WARNING: " FILE_LINE " at " FUNC, "WARNING at {file}", IN },
	{ "warning", "BUG: (?:warning )?at " FILE_LINE "[ /]" FUNC, "WARNING at {file}", IN },
	{ "warning", "Badness (?:in " FUNC " )?at " FILE_LINE, "WARNING at {file}", IN },
	{ "warning", "WARNING: (?<what>kernel stack (?:regs|frame pointer)) at \\S+ in .* has bad ",
	  "WARNING: {what} bad", 0 },
	{ "warning", "WARNING: (?<what>.+)", "WARNING: {what}", IN },

	/* All others that call themselves bugs */
	{ "bug", "BUG: scheduling while atomic: \\S+/", "scheduling while atomic",
	  FATAL | IN | ANYWHERE },
	{ "bug", "(?:bad: )?scheduling while atomic(?:: \\S+/0x[0-9a-f]{8}/\\d+|!)",
	  "scheduling while atomic", FATAL | IN },	/* 2.6 up to 18 */
	{ "bug", "bad: scheduling from the idle thread!", "scheduling from the idle thread",
	  FATAL | ANYWHERE },
	{ "bug", "BUG: (?<what>(?:spinlock|rwlock) [a-z ]+?) on CPU#\\d", "{what}",
	  FATAL | IN | ANYWHERE },
	{ "bug", "BUG: (?:\\S+ )?(?<what>stack guard page was hit) at ", "BUG: {what}",
	  OPENS | ANYWHERE },
	{ "bug", "BUG: (?<what>Bad rss-counter state) mm:", "BUG: {what}", FATAL | ANYWHERE },
	{ "bug", "BUG: Dentry .* still in use \\(", "BUG: Dentry still in use", FATAL | ANYWHERE },
	{ "bug", "BUG: (?<what>[^:]{4,60})", "BUG: {what}", FATAL | IN },
	/* of any wording, where letters run into each other: nobody writes so */
	{ "bug", "(?<=[a-z0-9.])BUG: (?<what>[^:]{4,60})", "BUG: {what}", FATAL | IN | ANYWHERE },

	/* kernel/panic.c */
	{ "panic", "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: "
	  "(?<what>[A-Za-z_]\\w*)", "panic: stack-protector: Kernel stack is corrupted in {what}",
	  PANIC | ANYWHERE },
	{ "panic", "Kernel panic - not syncing: (?<what>.*)", "panic: {what}", PANIC | ANYWHERE },
	{ "panic", "Kernel panic(?: - not syncing)?:\\s*(?<what>.*)", "panic: {what}", PANIC },
};
/* clang-format on */

const gsize crash__pattern_count = G_N_ELEMENTS (crash__patterns);

/* Somebody names a crash behind these: a test's result, the command line, a selftest that prints
 * backtraces. */
const char *const crash__quoting[] = {
	"^\\s*(?:not )?ok \\d+ ",
	"[Cc]ommand line:",
	"\\[ backtrace testing \\]",
	NULL,
};

/* Remarks on a machine or its owner that look like a warning and are none. Searched in the whole
 * line, and only where it is not fatal: what is must not hide behind a remark. */
const char *const crash__harmless[] = {
	"WARNING: Unprivileged eBPF is enabled with eIBRS",
	"WARNING: See https?.* for mitigation options",
	"WARNING: kernel not compiled with CPU_SRSO",
	"WARNING: workqueue cpumask: online intersect > possible intersect",
	"WARNING: [Tt]he mand mount option",
	"fbcon: Driver .* missed to adjust",
	"uses (?:deprecated v2 capabilities|wireless extensions)",
	"Perf NMI watchdog permanently disabled",
	NULL,
};
