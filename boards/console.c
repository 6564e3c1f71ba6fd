/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <gio/gunixinputstream.h>

#include "base/error.h"
#include "base/process.h"
#include "boards/console.h"

/* How long the script may take to end the console, which itself takes a second where the console
 * does not heed SIGTERM. */
#define STOP_SECONDS 4

/* The same where a board's power is switched off by a command of the user's. */
#define STOP_LINE_SECONDS 64

/* What console.exp tells on stderr begins so. */
#define TOLD "console: "

struct Console {
	GSubprocess *expect;
	int out; /* its stdout, owned by @expect; -1 for an interactive one */
	gboolean stopped;
	int patience; /* seconds that stopping may take */
};

/* A conversation with the user stays in the terminal's foreground group. */
static void interactive_child_setup (gpointer unused G_GNUC_UNUSED)
{
	prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocessLauncher *make_launcher (gboolean interactive)
{
	GSubprocessLauncher *launcher;

	if (interactive) {
		launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_INHERIT |
						      G_SUBPROCESS_FLAGS_STDERR_PIPE);
		g_subprocess_launcher_set_child_setup (launcher, interactive_child_setup, NULL,
						       NULL);
	} else {
		launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE |
						      G_SUBPROCESS_FLAGS_STDOUT_PIPE |
						      G_SUBPROCESS_FLAGS_STDERR_PIPE);
		g_subprocess_launcher_set_child_setup (launcher, process_child_setup, NULL, NULL);
	}
	return launcher;
}

static GPtrArray *make_argv (const char *script, const char *command, const GPtrArray *words,
			     const char *log)
{
	const char *const begin[] = { "expect", "-f", script, "--" };
	GPtrArray *argv = g_ptr_array_new ();
	guint i;

	for (i = 0; i < G_N_ELEMENTS (begin); i++)
		g_ptr_array_add (argv, (char *) begin[i]);
	if (log) {
		g_ptr_array_add (argv, (char *) "--interactive");
		g_ptr_array_add (argv, (char *) log);
	}
	g_ptr_array_add (argv, (char *) command);
	for (i = 0; words && i < words->len; i++)
		g_ptr_array_add (argv, words->pdata[i]);
	g_ptr_array_add (argv, NULL);
	return argv;
}

Console *console_start (const char *data_dir, const char *command, const GPtrArray *words,
			const char *log, GError **error)
{
	g_autofree char *script =
		g_build_filename (data_dir, "boards", "expect", "console.exp", NULL);
	g_autoptr (GPtrArray) argv = make_argv (script, command, words, log);
	g_autoptr (GSubprocessLauncher) launcher = make_launcher (log != NULL);
	g_autoptr (GError) local = NULL;
	g_autoptr (Console) self = g_new0 (Console, 1);

	if (!g_file_test (script, G_FILE_TEST_EXISTS))
		return fail_null (error, BAKEOFF_ERROR_FAILED, "there is no '%s'", script);
	self->out = -1;
	self->patience = words ? STOP_LINE_SECONDS : STOP_SECONDS;
	self->expect =
		g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &local);
	if (!self->expect)
		return fail_null (error, BAKEOFF_ERROR_FAILED,
				  "expect: cannot be started: %s\ninstall the package 'expect'",
				  local->message);
	if (!log)
		self->out = g_unix_input_stream_get_fd (
			G_UNIX_INPUT_STREAM (g_subprocess_get_stdout_pipe (self->expect)));
	return g_steal_pointer (&self);
}

/* Waits for an interactive console; it is its user who ends it. */
static ConsoleEvent wait_for_user (Console *self, GCancellable *cancellable)
{
	return g_subprocess_wait (self->expect, cancellable, NULL) ? CONSOLE_ENDED
								   : CONSOLE_CANCELLED;
}

ConsoleEvent console_wait (Console *self, int milliseconds, GCancellable *cancellable, char *buffer,
			   gsize size, gsize *out_length)
{
	GPollFD cancel = { .fd = -1 };
	struct pollfd fds[2] = { { .fd = self->out, .events = POLLIN } };
	gboolean watched;
	int ready;
	ssize_t got;

	*out_length = 0;
	if (self->out < 0)
		return wait_for_user (self, cancellable);
	watched = g_cancellable_make_pollfd (cancellable, &cancel);
	fds[1] = (struct pollfd){ .fd = watched ? cancel.fd : -1, .events = POLLIN };
	do
		ready = poll (fds, 2, milliseconds);
	while (ready < 0 && errno == EINTR);
	if (watched)
		g_cancellable_release_fd (cancellable);
	if (g_cancellable_is_cancelled (cancellable))
		return CONSOLE_CANCELLED;
	if (ready == 0 || fds[0].revents == 0)
		return CONSOLE_QUIET;
	do
		got = read (self->out, buffer, size);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return CONSOLE_ENDED;
	*out_length = (gsize) got;
	return CONSOLE_BYTES;
}

/* Reads what is still printed until all of the console has ended, but not for ever. */
static gboolean drain (Console *self, GString *rest)
{
	gint64 deadline = g_get_monotonic_time () + self->patience * G_USEC_PER_SEC;
	char buffer[4096];
	gsize length;

	while (TRUE) {
		gint64 left = (deadline - g_get_monotonic_time ()) / 1000;

		switch (console_wait (self, (int) MAX (left, 0), NULL, buffer, sizeof (buffer),
				      &length)) {
		case CONSOLE_BYTES:
			if (rest)
				g_string_append_len (rest, buffer, (gssize) length);
			if (left > 0)
				continue;
			return FALSE;
		case CONSOLE_ENDED:
			return TRUE;
		default:
			return FALSE;
		}
	}
}

/* Takes one line of the script's stderr. A word of the script's wins over Tcl's. */
static void parse_told (const char *line, ConsoleEnd *end)
{
	const char *told = g_str_has_prefix (line, TOLD) ? line + strlen (TOLD) : NULL;

	if (!told) {
		if (end->kind == CONSOLE_END_UNKNOWN && *line && !*end->text)
			g_strlcpy (end->text, line, sizeof (end->text));
	} else if (g_str_has_prefix (told, "exit ")) {
		end->kind = CONSOLE_END_EXIT;
		end->status = atoi (told + strlen ("exit "));
	} else if (g_str_has_prefix (told, "signal ")) {
		end->kind = CONSOLE_END_SIGNAL;
		g_strlcpy (end->text, told + strlen ("signal "), sizeof (end->text));
	} else if (g_str_has_prefix (told, "failed ")) {
		end->kind = CONSOLE_END_FAILED;
		g_strlcpy (end->text, told + strlen ("failed "), sizeof (end->text));
	} else if (g_str_has_prefix (told, "board ")) {
		end->kind = CONSOLE_END_BOARD;
		g_strlcpy (end->text, told + strlen ("board "), sizeof (end->text));
	} else if (g_str_equal (told, "halted")) {
		end->kind = CONSOLE_END_HALTED;
	} else if (strcmp (told, "stopped") == 0 && end->kind != CONSOLE_END_BOARD) {
		end->kind = CONSOLE_END_STOPPED;
	}
}

/* What the script told; it has ended, so this does not wait. */
static void read_end (Console *self, ConsoleEnd *out_end)
{
	GInputStream *errors = g_subprocess_get_stderr_pipe (self->expect);
	char text[8192];
	gsize length = 0;
	g_auto (GStrv) lines = NULL;
	gsize i;

	*out_end = (ConsoleEnd){ .kind = CONSOLE_END_UNKNOWN };
	g_input_stream_read_all (errors, text, sizeof (text) - 1, &length, NULL, NULL);
	text[length] = '\0';
	lines = g_strsplit (text, "\n", -1);
	for (i = 0; lines[i]; i++)
		parse_told (lines[i], out_end);
	if (out_end->kind == CONSOLE_END_UNKNOWN && !*out_end->text)
		g_strlcpy (out_end->text, "the expect script was killed", sizeof (out_end->text));
}

void console_stop (Console *self, GString *rest, ConsoleEnd *out_end)
{
	ConsoleEnd end;

	if (self->stopped)
		return;
	self->stopped = TRUE;
	if (self->out >= 0) {
		g_output_stream_close (g_subprocess_get_stdin_pipe (self->expect), NULL, NULL);
		if (!drain (self, rest))
			process_end_group (self->expect);
	} else if (g_subprocess_get_identifier (self->expect)) {
		g_subprocess_send_signal (self->expect, SIGTERM);
	}
	g_subprocess_wait (self->expect, NULL, NULL);
	read_end (self, out_end ? out_end : &end);
}

void console_free (Console *self)
{
	if (!self)
		return;
	if (self->expect)
		console_stop (self, NULL, NULL);
	g_clear_object (&self->expect);
	g_free (self);
}
