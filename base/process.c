/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/process.h"

enum {
	GRACE_MS = 2000 /* between SIGTERM and SIGKILL */
};

void process_child_setup (gpointer unused G_GNUC_UNUSED)
{
	/* Runs between fork and exec: system calls only. */
	prctl (PR_SET_PDEATHSIG, SIGKILL);
	setpgid (0, 0);
}

/* A guard outlives us, and no Ctrl-C at the terminal reaches it. */
static void guard_child_setup (gpointer unused G_GNUC_UNUSED)
{
	setpgid (0, 0);
}

/* Waits for @subprocess while this thread's own context runs, at most @ms; whether it ended. */
static gboolean wait_ended (GSubprocess *subprocess, guint ms)
{
	gint64 until = g_get_monotonic_time () + (gint64) ms * 1000;

	while (g_subprocess_get_identifier (subprocess)) {
		if (g_get_monotonic_time () >= until)
			return FALSE;
		g_usleep (10000);
	}
	return TRUE;
}

void process_end_group (GSubprocess *subprocess)
{
	const char *id = g_subprocess_get_identifier (subprocess);
	pid_t group = id ? (pid_t) g_ascii_strtoll (id, NULL, 10) : 0;

	if (group <= 0)
		return;
	kill (-group, SIGTERM);
	wait_ended (subprocess, GRACE_MS);
	kill (-group, SIGKILL); /* also what the leader left behind in its group */
}

/* A guard holds the other end of a pipe of ours, and when that closes because we were killed it
 * ends the whole group of @child: PR_SET_PDEATHSIG reaches @child alone, not what it has started.
 */
static GSubprocess *start_guard (GSubprocess *child)
{
	static const char script[] = "read -r word || kill -s KILL -- \"-$1\"";
	const char *id = g_subprocess_get_identifier (child);
	const char *argv[] = { "sh", "-c", script, "sh", id, NULL };
	g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
		G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
		G_SUBPROCESS_FLAGS_STDERR_SILENCE);

	g_subprocess_launcher_set_child_setup (launcher, guard_child_setup, NULL, NULL);
	return id ? g_subprocess_launcher_spawnv (launcher, argv, NULL) : NULL;
}

/* The group's number may belong to others from now on. */
static void dismiss_guard (GSubprocess *guard)
{
	if (!guard)
		return;
	g_subprocess_force_exit (guard);
	g_subprocess_wait (guard, NULL, NULL);
}

static char *shell_line (const char *const *argv)
{
	GString *line = g_string_new ("$");

	for (; *argv; argv++) {
		g_autofree char *quoted = g_shell_quote (*argv);
		gboolean plain = strpbrk (*argv, " '\"\\$&|;<>()*?[]#~`\n") == NULL && **argv;

		g_string_append_printf (line, " %s", plain ? *argv : quoted);
	}
	g_string_append_c (line, '\n');
	return g_string_free (line, FALSE);
}

static gboolean set_up_streams (GSubprocessLauncher *launcher, const ProcessSpec *spec,
				GError **error)
{
	g_autofree char *line = spec->quiet_start ? NULL : shell_line (spec->argv);
	int fd;

	if (!spec->log)
		return TRUE;
	fd = open (spec->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot open log '%s': %s", spec->log,
			     g_strerror (errno));
	if (line && write (fd, line, strlen (line)) < 0) {
		int saved = errno;

		close (fd);
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot write log '%s': %s", spec->log,
			     g_strerror (saved));
	}
	g_subprocess_launcher_take_stdout_fd (launcher, fd);
	return TRUE;
}

gboolean process_run (const ProcessSpec *spec, GCancellable *cancellable, int *out_status,
		      GError **error)
{
	GSubprocessFlags flags =
		spec->log ? G_SUBPROCESS_FLAGS_STDERR_MERGE
			  : G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE;
	g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
	g_autoptr (GSubprocess) child = NULL, guard = NULL;
	g_autoptr (GError) local = NULL;
	const ProcessFd *fd;
	gboolean ended;

	if (g_cancellable_is_cancelled (cancellable))
		return fail (error, BAKEOFF_ERROR_CANCELLED, "stopped");
	if (spec->env)
		g_subprocess_launcher_set_environ (launcher, spec->env);
	if (spec->dir)
		g_subprocess_launcher_set_cwd (launcher, spec->dir);
	for (fd = spec->fds; fd && fd->as; fd++) {
		int copy = fcntl (fd->fd, F_DUPFD_CLOEXEC, 3);

		if (copy >= 0)
			g_subprocess_launcher_take_fd (launcher, copy, fd->as);
	}
	g_subprocess_launcher_set_child_setup (launcher, process_child_setup, NULL, NULL);
	if (!set_up_streams (launcher, spec, error))
		return FALSE;

	child = g_subprocess_launcher_spawnv (launcher, spec->argv, &local);
	if (!child)
		return fail (
			error, BAKEOFF_ERROR_FAILED,
			"cannot start '%s': %s\n'bakeoff doctor' names the package that it is in",
			spec->argv[0], local->message);
	guard = start_guard (child);
	ended = g_subprocess_wait (child, cancellable, NULL);
	if (!ended) {
		process_end_group (child);
		g_subprocess_wait (child, NULL, NULL);
	}
	dismiss_guard (guard);
	if (!ended)
		return fail (error, BAKEOFF_ERROR_CANCELLED, "stopped");
	*out_status = g_subprocess_get_if_exited (child) ? g_subprocess_get_exit_status (child)
							 : 128 + g_subprocess_get_term_sig (child);
	return TRUE;
}

char *process_version (const char *program)
{
	const char *argv[] = { program, "--version", NULL };
	g_autoptr (GSubprocess) child = NULL;
	g_autofree char *text = NULL;

	child = g_subprocess_newv (
		argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
	if (!child || !g_subprocess_communicate_utf8 (child, NULL, NULL, &text, NULL, NULL) ||
	    !text || !*text)
		return NULL;
	text[strcspn (text, "\n")] = '\0';
	return g_steal_pointer (&text);
}
