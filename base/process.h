/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes: run a program to its end, its output in a file.
 *
 * Every child is told to die with the thread that started it (PR_SET_PDEATHSIG), so a bakeoff that
 * is killed leaves nothing behind; the thread must therefore live as long as the child. Children
 * lead a process group of their own: a Ctrl-C at the terminal reaches bakeoff alone, which then
 * ends its children in order.
 */
#pragma once

#include <gio/gio.h>

/* A descriptor of ours that the child gets under a number of its own. */
typedef struct {
	int fd;
	int as;
} ProcessFd;

typedef struct {
	const char *const
		*argv;	      /* program and arguments, NULL-terminated; found through our PATH */
	const char *dir;      /* (nullable): working folder; ours by default */
	char **env;	      /* (nullable): whole environment; ours by default */
	const char *log;      /* (nullable): file that gets stdout and stderr, appended to */
	const ProcessFd *fds; /* (nullable): what else it holds open, up to one that is {0, 0} */
	gboolean quiet_start; /* do not write the `$ command` line into the log */
} ProcessSpec;

/**
 * process_run:
 * @cancellable: (nullable): cancelling it sends SIGTERM to the child's process group, then, after
 *   two seconds, SIGKILL
 * @out_status: the exit status, 0 to 255; 128 + N where signal N ended it
 *
 * Returns: TRUE if the program ran and ended by itself, whatever its status.
 * Errors: BAKEOFF_ERROR_FAILED where it could not be started, and the hint names the package
 * where we know it; BAKEOFF_ERROR_CANCELLED.
 */
gboolean process_run (const ProcessSpec *spec, GCancellable *cancellable, int *out_status,
		      GError **error);

/**
 * process_version: Returns: (transfer full) (nullable): the first line that `PROGRAM --version`
 * prints; NULL where it cannot be run.
 */
char *process_version (const char *program);

/** process_child_setup: for GSubprocessLauncher: own group, die with the parent. */
void process_child_setup (gpointer unused);

/** process_end_group: SIGTERM, then SIGKILL after two seconds, to the group of @subprocess. */
void process_end_group (GSubprocess *subprocess);
