/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/devicetree.h"
#include "base/error.h"
#include "base/files.h"
#include "base/lock.h"
#include "base/process.h"
#include "base/template.h"
#include "boards/boot.h"
#include "boards/build-id.h"
#include "boards/console-log.h"
#include "boards/console.h"
#include "boards/initramfs.h"
#include "boards/judge.h"

/* A crash is heard out for so long, in all and without a byte. */
#define CRASH_SECONDS	    10
#define CRASH_QUIET_SECONDS 2

/* So is a guest whose end marker came damaged, for its next. */
#define ENDING_QUIET_SECONDS 3

/* We look around so often. */
#define BEAT_MS 1000

static const char *const outcome_names[] = {
	[BOOT_PASS] = "pass", [BOOT_FAIL] = "fail",   [BOOT_OOPS] = "oops",
	[BOOT_HANG] = "hang", [BOOT_INFRA] = "infra",
};

/* The words of a board's commands, each quoted for the shell. */
typedef struct {
	char *image;
	char *kernel;
	char *dtb;    /* (nullable) */
	char *initrd; /* (nullable) */
	char *disk;   /* (nullable) */
} Names;

static void names_clear (Names *self)
{
	g_free (self->image);
	g_free (self->kernel);
	g_free (self->dtb);
	g_free (self->initrd);
	g_free (self->disk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Names, names_clear)

/* A boot under way. */
typedef struct {
	const BootSpec *spec;
	GCancellable *cancellable;
	Judge *judge;
	ConsoleLog *log;
	gboolean waiting; /* for a real board to start its kernel: it has its own limits */
	gint64 start, last_byte, crash; /* monotonic times; crash is 0 until there is one */
	GString *rest;			/* what was printed while it was ended */
} Boot;

static void boot_clear (Boot *self)
{
	judge_free (self->judge);
	console_log_free (self->log);
	g_string_free (self->rest, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Boot, boot_clear)

void boot_result_free (BootResult *self)
{
	if (!self)
		return;
	g_free (self->detail);
	crash_free (self->crash);
	g_free (self);
}

static char *expand (const char *command, const Names *names, GError **error)
{
	return template_expand (error, command, "image", names->image, "kernel", names->kernel,
				"dtb", names->dtb, "initrd", names->initrd, "disk", names->disk,
				NULL);
}

/* A file of @size bytes that takes no space until somebody writes to it. */
static gboolean make_disk (const char *path, guint64 size, GError **error)
{
	int fd = open (path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0666);
	gboolean made = fd >= 0 && ftruncate (fd, (off_t) size) == 0;
	int saved = errno;

	if (fd >= 0)
		close (fd);
	return made || fail (error, BAKEOFF_ERROR_FAILED, "cannot make disk '%s': %s", path,
			     g_strerror (saved));
}

/* Runs the board's own command @key, as `package`. */
static gboolean run_command (const BootSpec *spec, const char *key, const char *text,
			     const Names *names, GCancellable *cancellable, GError **error)
{
	g_autofree char *file = g_strconcat (key, ".log", NULL);
	g_autofree char *log = g_build_filename (spec->work_dir, file, NULL);
	g_autofree char *command = expand (text, names, error);
	const char *argv[] = { "sh", "-c", command, NULL };
	ProcessSpec process = { .argv = argv, .log = log, .quiet_start = TRUE };
	g_autofree char *last = NULL;
	int status;

	if (!command)
		return FALSE;
	g_unlink (log);
	if (!process_run (&process, cancellable, &status, error))
		return FALSE;
	last = files_last_line (log);
	return status == 0 || fail (error, BAKEOFF_ERROR_FAILED, "'%s' ended with status %d: %s",
				    key, status, last ? last : "it printed nothing");
}

/* Makes @kernel from the image. */
static gboolean run_package (const BootSpec *spec, const Names *names, const char *kernel,
			     GCancellable *cancellable, GError **error)
{
	g_unlink (kernel);
	return run_command (spec, "package", spec->board->package, names, cancellable, error) &&
	       (g_file_test (kernel, G_FILE_TEST_EXISTS) ||
		fail (error, BAKEOFF_ERROR_FAILED, "'package' made no %%{kernel}: %s",
		      spec->board->package));
}

/* Whether images have a device tree in front. A board made by hand has no list. */
static gboolean has_dtb (const Board *board)
{
	return board->dtbs && *board->dtbs;
}

/* Makes what the console's command names. Returns: (transfer full): that command, expanded. */
static char *prepare (const BootSpec *spec, GCancellable *cancellable, GError **error)
{
	const Board *board = spec->board;
	g_autofree char *disk = g_build_filename (spec->work_dir, "disk", NULL);
	g_autofree char *initrd = g_build_filename (spec->work_dir, "initrd", NULL);
	g_autofree char *dtb = g_build_filename (spec->work_dir, "dtb", NULL);
	g_autofree char *image = has_dtb (board) ? g_build_filename (spec->work_dir, "image", NULL)
						 : g_strdup (spec->image);
	g_autofree char *kernel = board->package ? g_build_filename (spec->work_dir, "kernel", NULL)
						 : g_strdup (image);
	g_auto (Names) names = { 0 };

	names.image = g_shell_quote (image);
	names.kernel = g_shell_quote (kernel);
	if (has_dtb (board)) {
		names.dtb = g_shell_quote (dtb);
		if (!devicetree_split (spec->image, dtb, image, error))
			return NULL;
	}
	if (board->guest) {
		names.initrd = g_shell_quote (initrd);
		if (!initramfs_write (initrd, spec->init, error))
			return NULL;
	}
	if (board->disk > 0) {
		names.disk = g_shell_quote (disk);
		if (!make_disk (disk, board->disk, error))
			return NULL;
	}
	if (board->package && !run_package (spec, &names, kernel, cancellable, error))
		return NULL;
	if (board->line && board->line->publish &&
	    !run_command (spec, "publish", board->line->publish, &names, cancellable, error))
		return NULL;
	return expand (board->console, &names, error);
}

/* Milliseconds from @now until the next limit, 0 if one has passed, -1 where there is none;
 * @out_silent: whether it is silence. */
static int time_left (const Boot *self, gint64 now, gboolean *out_silent)
{
	const BootClock *clock = &self->spec->clock;
	gint64 quiet = self->crash ? MIN (clock->silence, CRASH_QUIET_SECONDS) : clock->silence;
	gint64 silent = self->last_byte + quiet * G_USEC_PER_SEC;
	gint64 end = self->start + (gint64) clock->timeout * G_USEC_PER_SEC;
	gint64 left;

	if (self->waiting)
		return -1;
	if (judge_ending (self->judge))
		silent = self->last_byte + ENDING_QUIET_SECONDS * G_USEC_PER_SEC;
	if (self->crash)
		end = MIN (end, self->crash + CRASH_SECONDS * G_USEC_PER_SEC);
	left = MIN (silent, end) - now;
	*out_silent = silent < end;
	return left > 0 ? (int) ((left + 999) / 1000) : 0;
}

static gboolean take_bytes (Boot *self, const char *data, gsize length, gboolean *out_decided,
			    GError **error)
{
	self->last_byte = g_get_monotonic_time ();
	if (self->waiting) {
		self->waiting = FALSE;
		self->start = self->last_byte;
		if (!console_log_begin (self->log, error))
			return FALSE;
	}
	*out_decided = !judge_feed (self->judge, data, length);
	if (!self->crash && judge_crashed (self->judge))
		self->crash = self->last_byte;
	return console_log_write (self->log, data, length, error);
}

/* We were halted, as by Ctrl-Z, or starved, for @pause microseconds: a boot's time stands still
 * while nobody listens. */
static void skip_pause (Boot *self, gint64 pause)
{
	if (pause < BEAT_MS * 1000)
		return;
	self->start += pause;
	self->last_byte += pause;
	if (self->crash)
		self->crash += pause;
}

/* The time is up; what the console came to may say that it was not the kernel's. */
static void give_up (Boot *self, Console *console, gboolean silent)
{
	ConsoleEnd end;

	console_stop (console, self->rest, &end);
	if (end.kind == CONSOLE_END_HALTED)
		judge_end (self->judge, &end);
	else
		judge_timeout (self->judge, silent);
}

/* Listens until there is a verdict. Errors: CANCELLED; FAILED where the log cannot be written. */
static gboolean listen_to (Boot *self, Console *console, GError **error)
{
	gboolean decided = FALSE, silent = FALSE;
	ConsoleEnd end;
	char buffer[16384];
	gsize length;

	while (!decided) {
		gint64 now = g_get_monotonic_time ();
		int left = time_left (self, now, &silent);
		int beat = left < 0 ? BEAT_MS : MIN (left, BEAT_MS);

		switch (console_wait (console, beat, self->cancellable, buffer, sizeof (buffer),
				      &length)) {
		case CONSOLE_BYTES:
			skip_pause (self, g_get_monotonic_time () - now - beat * 1000);
			if (!take_bytes (self, buffer, length, &decided, error))
				return FALSE;
			silent = FALSE;
			break;
		case CONSOLE_QUIET:
			skip_pause (self, g_get_monotonic_time () - now - beat * 1000);
			break;
		case CONSOLE_ENDED:
			console_stop (console, NULL, &end);
			judge_end (self->judge, &end);
			return TRUE;
		case CONSOLE_CANCELLED:
			return fail (error, BAKEOFF_ERROR_CANCELLED, "the boot was cancelled");
		}
		if (!decided && time_left (self, g_get_monotonic_time (), &silent) == 0) {
			give_up (self, console, silent);
			break;
		}
	}
	return TRUE;
}

/* What a real board is told; NULL for any other. */
static GPtrArray *line_words (const BootSpec *spec)
{
	return spec->board->line ? board_line_words (spec->board->line, spec->log) : NULL;
}

static BootResult *make_result (BootOutcome outcome, char *detail)
{
	BootResult *result = g_new0 (BootResult, 1);

	result->outcome = outcome;
	result->detail = detail;
	return result;
}

/* The judge's result, if it is about the kernel that was given. */
static BootResult *judged_kernel (const BootSpec *spec, Judge *judge)
{
	const char *id = judge_build_id (judge);

	if (!id || build_id_fits (spec->image, id))
		return judge_result (judge);
	return make_result (BOOT_INFRA,
			    g_strdup_printf ("another kernel was booted: its build id %s is not "
					     "the image's",
					     id));
}

static BootResult *judged_boot (const BootSpec *spec, const char *command,
				GCancellable *cancellable, GError **error)
{
	g_auto (Boot)
		boot = { .spec = spec, .cancellable = cancellable, .rest = g_string_new (NULL) };
	g_autoptr (GPtrArray) words = line_words (spec);
	g_autoptr (Console) console = NULL;
	gint64 verdict;
	BootResult *result;

	boot.judge = judge_new (spec);
	boot.log = console_log_new (spec->log, error);
	if (!boot.log)
		return NULL;
	boot.waiting = words != NULL;
	boot.start = boot.last_byte = g_get_monotonic_time ();
	console = console_start (spec->data_dir, command, words, NULL, error);
	if (!console || !listen_to (&boot, console, error))
		return NULL;
	verdict = g_get_monotonic_time ();
	console_stop (console, boot.rest, NULL);
	/* the verdict stands, whatever becomes of the rest */
	console_log_write (boot.log, boot.rest->str, boot.rest->len, NULL);
	result = judged_kernel (spec, boot.judge);
	result->seconds = (double) (verdict - boot.start) / G_USEC_PER_SEC;
	return result;
}

/* The user judges. Only a console that could not be had is ours to tell. */
static BootResult *interactive_boot (const BootSpec *spec, const char *command,
				     GCancellable *cancellable, GError **error)
{
	gint64 start = g_get_monotonic_time ();
	g_autoptr (GPtrArray) words = line_words (spec);
	g_autoptr (Console) console =
		console_start (spec->data_dir, command, words, spec->log, error);
	ConsoleEnd end = { 0 };
	BootResult *result;
	gsize length;

	if (!console)
		return NULL;
	if (console_wait (console, -1, cancellable, NULL, 0, &length) == CONSOLE_CANCELLED)
		return fail_null (error, BAKEOFF_ERROR_CANCELLED, "the boot was cancelled");
	console_stop (console, NULL, &end);
	if (end.kind == CONSOLE_END_BOARD)
		result = make_result (BOOT_INFRA, g_strdup (end.text));
	else if (end.kind == CONSOLE_END_UNKNOWN || end.kind == CONSOLE_END_FAILED ||
		 (end.kind == CONSOLE_END_EXIT && end.status == 127))
		result = make_result (BOOT_INFRA,
				      g_strdup_printf ("the console failed: %s",
						       *end.text ? end.text : "not found"));
	else
		result = make_result (BOOT_PASS, g_strdup ("interactive, not judged"));
	result->seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
	return result;
}

/* What failed on our side is a result too; a senseless spec and the user's wish are none. */
static BootResult *infra_result (GError *local, GError **error)
{
	if (g_error_matches (local, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED) ||
	    g_error_matches (local, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE)) {
		g_propagate_error (error, g_error_copy (local));
		return NULL;
	}
	return make_result (BOOT_INFRA, g_strndup (local->message, strcspn (local->message, "\n")));
}

BootResult *boot_run (const BootSpec *asked, GCancellable *cancellable, GError **error)
{
	BootSpec own = *asked;
	const BootSpec *spec = &own;
	g_autofree char *command = NULL;
	g_autoptr (GError) local = NULL;
	BootResult *result = NULL;

	if (!spec->board->bootable)
		return fail_null (error, BAKEOFF_ERROR_USAGE, "board '%s' only builds",
				  spec->board->name);
	if (spec->board->guest && !spec->init)
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "board '%s' needs its guest program '%s'", spec->board->name,
				  spec->board->guest);
	if (g_cancellable_is_cancelled (cancellable))
		return fail_null (error, BAKEOFF_ERROR_CANCELLED, "the boot was cancelled");
	if (own.clock.timeout == 0)
		own.clock =
			(BootClock){ .timeout = own.board->timeout, .silence = own.board->silence };
	command = prepare (spec, cancellable, &local);
	if (command && spec->interactive)
		result = interactive_boot (spec, command, cancellable, &local);
	else if (command)
		result = judged_boot (spec, command, cancellable, &local);
	return result ? result : infra_result (local, error);
}

BootResult *boot_replay (const Board *board, const char *image, const char *text, gsize length)
{
	const BootSpec spec = { .board = board, .image = image };
	const char *kernel = console_log_kernel (text);
	Judge *judge = judge_new (&spec);
	BootResult *result = NULL;

	if (!judge_feed (judge, kernel, length - (gsize) (kernel - text)) || judge_told (judge))
		result = judged_kernel (&spec, judge);
	judge_free (judge);
	return result;
}

gboolean boot_claim_board (const Board *board,
			   void (*told) (const char *holder, gpointer user_data),
			   gpointer user_data, int *out_lock, GCancellable *cancellable,
			   GError **error)
{
	*out_lock = -1;
	if (!board->line)
		return TRUE;
	*out_lock = lock_place (board->line->place, told, user_data, cancellable, error);
	return *out_lock >= 0;
}

const char *boot_outcome_name (BootOutcome outcome)
{
	g_return_val_if_fail ((gsize) outcome < G_N_ELEMENTS (outcome_names), "infra");
	return outcome_names[outcome];
}

gboolean boot_outcome_parse (const char *name, BootOutcome *out_outcome)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (outcome_names); i++) {
		if (strcmp (name, outcome_names[i]) == 0) {
			*out_outcome = (BootOutcome) i;
			return TRUE;
		}
	}
	return FALSE;
}
