/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "matrix/guest.h"

char *guest_build (const PlanBoard *board, const char *state_dir, GError **error)
{
	g_autofree char *dir = g_build_filename (state_dir, "guests", board->probe_digest, NULL);
	g_autofree char *init = g_build_filename (dir, "init", NULL);
	g_autofree char *partial = g_strdup_printf ("%s.%d.partial", init, (int) getpid ());
	g_autofree char *now = NULL;
	g_autofree char *log = g_build_filename (dir, "log", NULL);
	g_autofree char *out = g_shell_quote (partial);
	g_autofree char *source = g_shell_quote (board->guest);
	g_autofree char *command =
		g_strdup_printf ("%s -o %s %s", board->toolchain->guest_cc, out, source);
	const char *argv[] = { "sh", "-c", command, NULL };
	ProcessSpec compile = { .argv = argv, .log = log };
	int status;

	if (g_file_test (init, G_FILE_TEST_EXISTS))
		return g_steal_pointer (&init);
	if (!files_make_dir (dir, error) || !process_run (&compile, NULL, &status, error))
		return NULL;
	if (status != 0) {
		g_autofree char *last = files_last_line (log);

		return fail_null (error, BAKEOFF_ERROR_FAILED,
				  "guest '%s' of board '%s' does not compile: %s (see '%s')",
				  board->guest, board->board->name, last ? last : "", log);
	}
	now = plan_probe_digest (board, error);
	if (!now)
		return NULL;
	if (!g_str_equal (now, board->probe_digest)) {
		g_unlink (partial);
		return fail_null (
			error, BAKEOFF_ERROR_FAILED,
			"guest '%s' was changed while this ran: nothing is judged with it",
			board->guest);
	}
	if (g_rename (partial, init) != 0)
		return fail_null (error, BAKEOFF_ERROR_FAILED, "cannot rename '%s': %s", partial,
				  g_strerror (errno));
	return g_steal_pointer (&init);
}
