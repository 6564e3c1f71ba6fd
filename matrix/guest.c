/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "matrix/guest.h"

/* A line as sha256sum(1) writes it. */
static char *sum_line (const char *program, GError **error)
{
	g_autofree char *sum = files_sha256 (program, error);

	return sum ? g_strdup_printf ("%s  init\n", sum) : NULL;
}

/* Whether @init is what was compiled: a run that was broken off, a full disk or somebody's hand may
 * have left something else. */
static gboolean is_sound (const char *init, const char *sum_path)
{
	g_autofree char *is = sum_line (init, NULL);
	g_autofree char *was = is ? files_read (sum_path, NULL, NULL) : NULL;

	return was && strcmp (was, is) == 0;
}

static gboolean compile (const PlanBoard *board, const char *out, const char *log,
			 GCancellable *cancellable, GError **error)
{
	g_autofree char *quoted_out = g_shell_quote (out);
	g_autofree char *source = g_shell_quote (board->guest);
	g_autofree char *command =
		g_strdup_printf ("%s -o %s %s", board->toolchain->guest_cc, quoted_out, source);
	const char *argv[] = { "sh", "-c", command, NULL };
	const ProcessSpec spec = { .argv = argv, .log = log };
	g_autofree char *now = NULL;
	int status;

	if (!process_run (&spec, cancellable, &status, error))
		return FALSE;
	if (status != 0) {
		g_autofree char *last = files_last_line (log);

		return fail (error, BAKEOFF_ERROR_FAILED,
			     "guest '%s' of board '%s' does not compile: %s (see '%s')",
			     board->guest, board->board->name, last ? last : "", log);
	}
	now = plan_probe_digest (board, error);
	if (!now)
		return FALSE;
	return g_str_equal (now, board->probe_digest) ||
	       fail (error, BAKEOFF_ERROR_FAILED,
		     "guest '%s' was changed while this ran: nothing is judged with it",
		     board->guest);
}

/* The program first: one whose hash is not its own is made again. */
static gboolean keep (const char *partial, const char *init, const char *sum_path, GError **error)
{
	g_autofree char *sum = sum_line (partial, error);

	if (!sum)
		return FALSE;
	if (g_rename (partial, init) != 0)
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot rename '%s': %s", partial,
			     g_strerror (errno));
	return files_write (sum_path, sum, -1, error);
}

char *guest_build (const PlanBoard *board, const char *state_dir, GCancellable *cancellable,
		   GError **error)
{
	g_autofree char *dir = g_build_filename (state_dir, "guests", board->probe_digest, NULL);
	g_autofree char *init = g_build_filename (dir, "init", NULL);
	g_autofree char *sum_path = g_strconcat (init, ".sha256", NULL);
	g_autofree char *partial = g_strdup_printf ("%s.%d.partial", init, (int) getpid ());
	g_autofree char *log = g_build_filename (dir, "log", NULL);

	if (is_sound (init, sum_path) && files_touch (init))
		return g_steal_pointer (&init);
	if (!files_make_dir (dir, error))
		return NULL;
	if (compile (board, partial, log, cancellable, error) &&
	    keep (partial, init, sum_path, error))
		return g_steal_pointer (&init);
	g_unlink (partial);
	return NULL;
}
