/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "boards/build-id.h"
#include "boards/crash-grammar.h"
#include "boards/judge.h"
#include "boards/ktap.h"
#include "boards/lines.h"
#include "boards/reboot.h"

/* How often a guest says its end. */
#define END_MARKERS 3

struct Judge {
	const BootSpec *spec;
	GRegex *success; /* (nullable) */
	LineBuffer *lines;
	CrashScanner *scanner;
	Ktap ktap;
	Reboot reboot;
	gboolean printed; /* any byte at all */
	char *last_line;  /* (nullable): the last that is not blank */
	char *build_id;	  /* (nullable) */

	gboolean decided;
	BootOutcome outcome;
	char *detail;
};

static void decide (Judge *self, BootOutcome outcome, char *detail)
{
	self->decided = TRUE;
	self->outcome = outcome;
	g_free (self->detail);
	self->detail = detail;
}

/* A guest says its end three times: none was whole. */
static gboolean decide_by_damage (Judge *self)
{
	if (self->ktap.done || !judge_ending (self))
		return FALSE;
	decide (self, BOOT_INFRA,
		g_strdup (self->ktap.damaged ? "the line damaged what the guest said"
					     : "the guest's end marker carries no sum; a guest on "
					       "a serial line must give it"));
	return TRUE;
}

/* The guest's own verdict, or a crash's, if there is one by now. */
static gboolean decide_by_guest (Judge *self)
{
	const Crash *crash;
	char *detail;

	crash__scanner_flush (self->scanner);
	crash = crash_scanner_first (self->scanner);
	if (crash) {
		decide (self, BOOT_OOPS, g_strdup (crash->title));
	} else if (decide_by_damage (self)) {
		return TRUE;
	} else if (self->ktap.not_ok > 0 || self->ktap.bailed) {
		ktap_verdict (&self->ktap, &detail);
		decide (self, BOOT_FAIL, detail);
	}
	return self->decided;
}

/* What would be a pass; but somebody died, or warned, whom the console let nobody read. */
static void decide_pass (Judge *self, char *detail)
{
	const Crash *crash = crash_scanner_corrupted (self->scanner);

	if (crash) {
		g_free (detail);
		decide (self, BOOT_INFRA,
			g_strdup_printf ("a crash report came too damaged to be read: %s",
					 crash->title));
	} else {
		decide (self, BOOT_PASS, detail);
	}
}

static void check_success (Judge *self, const char *line)
{
	if (!self->success || self->decided || crash_scanner_first (self->scanner) ||
	    !g_regex_match (self->success, line_text (line), 0, NULL))
		return;
	if (!decide_by_guest (self))
		decide_pass (self, g_strdup_printf ("'%s' was seen",
						    g_regex_get_pattern (self->success)));
}

/* Sees whether there is a verdict that more lines cannot change. */
static void check_line (Judge *self, const char *line)
{
	char *detail = NULL;

	if (crash_scanner_first (self->scanner)) {
		if (crash_scanner_complete (self->scanner) || self->ktap.done ||
		    self->reboot.rebooted)
			decide_by_guest (self);
	} else if (self->reboot.rebooted) {
		if (!decide_by_guest (self))
			decide (self, BOOT_FAIL,
				g_strdup (self->spec->board->line ? "the board reset itself"
								  : "the machine rebooted"));
	} else if (self->ktap.bailed) {
		decide_by_guest (self);
	} else if (!self->ktap.done && judge_ending (self) &&
		   self->ktap.damaged + self->ktap.bare >= END_MARKERS) {
		decide_by_damage (self);
	} else if (self->ktap.done && !self->success) {
		if (ktap_verdict (&self->ktap, &detail))
			decide_pass (self, detail);
		else
			decide (self, BOOT_FAIL, detail);
	} else {
		check_success (self, line);
	}
}

/* `# bakeoff: build-id HEX`; on a line that loses bytes it may come short. */
static void take_build_id (Judge *self, const char *line)
{
	static const char word[] = BUILD_ID_LINE;
	const char *id = line_text (line);

	if (!g_str_has_prefix (id, word))
		return;
	id += strlen (word);
	if (strspn (id, "0123456789abcdef") != 40 || id[40])
		return;
	g_free (self->build_id);
	self->build_id = g_strdup (id);
}

static gboolean on_line (const char *line, gpointer user_data)
{
	Judge *self = user_data;

	if (self->spec->on_line)
		self->spec->on_line (line, self->spec->user_data);
	if (line[strspn (line, " \t")]) {
		g_free (self->last_line);
		self->last_line = g_strdup (line);
	}
	crash__scanner_line (self->scanner, line);
	reboot_line (&self->reboot, line, ktap_line (&self->ktap, line));
	if (self->spec->board->line && reboot_is_loader (line))
		self->reboot.rebooted = TRUE;
	take_build_id (self, line);
	check_line (self, line);
	return !self->decided;
}

Judge *judge_new (const BootSpec *spec)
{
	Judge *self = g_new0 (Judge, 1);

	self->spec = spec;
	self->lines = line_buffer_new (on_line, self);
	self->scanner = crash_scanner_new ();
	/* board_load() has seen that it compiles */
	self->ktap.strict = spec->board->line && !spec->board->success;
	self->ktap.needs_start = spec->board->line && spec->board->line->run;
	if (spec->board->success)
		self->success = g_regex_new (spec->board->success, 0, 0, NULL);
	return self;
}

void judge_free (Judge *self)
{
	if (!self)
		return;
	line_buffer_free (self->lines);
	crash_scanner_free (self->scanner);
	g_clear_pointer (&self->success, g_regex_unref);
	g_free (self->last_line);
	g_free (self->build_id);
	g_free (self->detail);
	g_free (self);
}

gboolean judge_feed (Judge *self, const char *data, gsize length)
{
	g_autofree char *partial = NULL;

	self->printed = self->printed || length > 0;
	line_buffer_feed (self->lines, data, length);
	/* a prompt has no newline */
	partial = line_buffer_partial (self->lines);
	check_success (self, partial);
	return !self->decided;
}

gboolean judge_crashed (const Judge *self)
{
	return crash_scanner_first (self->scanner) != NULL;
}

gboolean judge_ending (const Judge *self)
{
	/* under an emulator nothing is damaged but by printk, which stands between the bytes */
	return self->ktap.strict ? self->ktap.damaged + self->ktap.bare > 0 : self->ktap.wrong > 0;
}

/* The shell's `sh: 1: exec: qemu-system-arm: not found` is about the program, not the shell. */
static char *describe_exit (const Judge *self, const ConsoleEnd *end)
{
	const char *why = self->last_line ? self->last_line : "it printed nothing";
	const char *exec = strstr (why, "exec: ");

	if ((end->status == 126 || end->status == 127) && exec)
		return g_strdup (exec + strlen ("exec: "));
	return g_strdup_printf ("the console ended with status %d: %s", end->status, why);
}

void judge_end (Judge *self, const ConsoleEnd *end)
{
	line_buffer_finish (self->lines);
	if (self->decided || decide_by_guest (self))
		return;
	switch (end->kind) {
	case CONSOLE_END_EXIT:
		/* QEMU that is told to end from outside ends with status 0 and says who told it */
		if (end->status != 0 || self->spec->board->line ||
		    (self->last_line && strstr (self->last_line, ": terminating on signal ")))
			decide (self, BOOT_INFRA, describe_exit (self, end));
		else if (!self->printed)
			decide (self, BOOT_FAIL,
				g_strdup ("the console ended without printing anything"));
		else
			decide (self, BOOT_FAIL,
				g_strdup (self->success ? "the machine stopped before it succeeded"
							: "the machine stopped before the end "
							  "marker"));
		break;
	case CONSOLE_END_SIGNAL:
		decide (self, BOOT_INFRA,
			g_strdup_printf ("the console was ended by %s", end->text));
		break;
	case CONSOLE_END_BOARD:
		decide (self, BOOT_INFRA, g_strdup (end->text));
		break;
	case CONSOLE_END_HALTED:
		decide (self, BOOT_INFRA, g_strdup ("the console was halted (SIGSTOP)"));
		break;
	default:
		decide (self, BOOT_INFRA,
			g_strdup_printf ("the console failed: %s",
					 *end->text ? end->text : "it was stopped"));
	}
}

/* Whether the last that was printed is the prompt of the loader. */
static gboolean stands_at_loader (const Judge *self)
{
	const BoardLine *line = self->spec->board->line;
	g_autofree char *partial = line_buffer_partial (self->lines);

	return line && line->prompt && g_str_equal (partial, line->prompt);
}

void judge_timeout (Judge *self, gboolean silent)
{
	const char *last = self->last_line ? self->last_line : "nothing was printed";
	const BootClock *clock = &self->spec->clock;

	if (self->decided || decide_by_guest (self))
		return;
	if (stands_at_loader (self))
		decide (self, BOOT_FAIL,
			g_strdup ("the board reset itself and stands at its loader's prompt"));
	else if (silent && clock->usual.seconds > 0)
		decide (self, BOOT_HANG,
			g_strdup_printf ("no output for %d s, where %.1f s are usual, after: %s",
					 clock->silence, clock->usual.silence, last));
	else if (silent)
		decide (self, BOOT_HANG,
			g_strdup_printf ("no output for %d s after: %s", clock->silence, last));
	else if (clock->usual.seconds > 0)
		decide (self, BOOT_HANG,
			g_strdup_printf ("not done after %d s, where %.1f s are usual: %s",
					 clock->timeout, clock->usual.seconds, last));
	else
		decide (self, BOOT_HANG,
			g_strdup_printf ("not done after %d s: %s", clock->timeout, last));
}

gboolean judge_told (Judge *self)
{
	line_buffer_finish (self->lines);
	return self->decided || decide_by_guest (self);
}

const char *judge_build_id (const Judge *self)
{
	return self->build_id;
}

BootResult *judge_result (Judge *self)
{
	BootResult *result = g_new0 (BootResult, 1);
	const Crash *crash = crash_scanner_first (self->scanner);

	g_return_val_if_fail (self->decided, result);
	result->outcome = self->outcome;
	result->detail = g_steal_pointer (&self->detail);
	if (self->outcome == BOOT_OOPS)
		result->crash = crash_copy (crash);
	return result;
}
