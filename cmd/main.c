/* SPDX-License-Identifier: GPL-2.0-only */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cmd/cmd.h"

#define VERSION "0.1"

static const Command commands[] = {
	{ "import", "THREAD [MESSAGE-ID] | DIR",
	  "Turn a mail thread, or a folder of quilt's, into patches and variants", cmd_import },
	{ "show", "", "List candidates and variants, and who depends on whom", cmd_show },
	{ "apply", "", "Make variants commits under refs/bakeoff/", cmd_apply },
	{ "quilt", "VARIANT DIR", "Make a variant a work tree for quilt push, pop and refresh",
	  cmd_quilt },
	{ "build", "", "Build variants for boards", cmd_build },
	{ "boot", "", "Boot one cell, its console on the terminal", cmd_boot },
	{ "run", "", "Build and boot the whole matrix, and print it", cmd_run },
	{ "bisect", "run GOOD BAD", "Find the commit that brought a bug, or its fix", cmd_bisect },
	{ "step", "", "Test one commit, for git bisect run", cmd_step, .trouble = EXIT_STOP },
	{ "reduce", "VARIANT", "Print the smallest part of a variant that gets its verdict",
	  cmd_reduce },
	{ "report", "", "Report what is known: text, reply (a mail), json", cmd_report },
	{ "decode", "LOG...", "Say what crashed in console logs", cmd_decode },
	{ "replay", "", "Judge the kept console logs again, and say what would change",
	  cmd_replay },
	{ "init", "", "Write a project file for a Linux repository and a board", cmd_init },
	{ "boards", "[[show|check] NAME]", "List boards, show or try one", cmd_boards },
	{ "gc", "", "Remove from .bakeoff what can be made again, and no result", cmd_gc },
	{ "doctor", "", "Name what is missing on this machine, and what installs it", cmd_doctor },
	{ NULL },
};

const Command *command_find (const char *name)
{
	const Command *command;

	for (command = commands; command->name; command++) {
		if (g_str_equal (command->name, name))
			return command;
	}
	return NULL;
}

static void print_help (FILE *out)
{
	const Command *command;

	fputs ("bakeoff: which of the fixes posted in a thread cure the bug?\n\n"
	       "usage: bakeoff COMMAND [OPTION...]\n\n",
	       out);
	for (command = commands; command->name; command++)
		fprintf (out, "  %-8s %s\n", command->name, command->summary);
	fputs ("\n'bakeoff COMMAND --help' lists a command's options; 'man bakeoff' tells more.\n",
	       out);
}

/* The first line is the error, the rest what can be done about it. */
static void print_error (const GError *error)
{
	g_auto (GStrv) parts = g_strsplit (error->message, "\n", 2);

	fflush (stdout);
	fprintf (stderr, "bakeoff: error: %s\n", parts[0]);
	if (parts[0] && parts[1])
		fprintf (stderr, "bakeoff: hint: %s\n", parts[1]);
}

static int status_of (const GError *error)
{
	return g_error_matches (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE) ? EXIT_USAGE
									   : EXIT_UNJUDGED;
}

int main (int argc, char **argv)
{
	const Command *command;
	g_autoptr (GError) error = NULL;
	int status = EXIT_DONE;
	char help[] = "--help";

	setlocale (LC_CTYPE, "");
	if (argc < 2) {
		print_help (stderr);
		return EXIT_USAGE;
	}
	if (g_str_equal (argv[1], "help") && argc > 2) { /* `help run` is `run --help` */
		argv[1] = argv[2];
		argv[2] = help;
		argc = 3;
	}
	if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "help")) {
		print_help (stdout);
		return EXIT_DONE;
	}
	if (g_str_equal (argv[1], "--version")) {
		puts ("bakeoff " VERSION);
		return EXIT_DONE;
	}
	command = command_find (argv[1]);
	if (!command) {
		fail (&error, BAKEOFF_ERROR_USAGE, "no command '%s'\n'bakeoff --help' lists them",
		      argv[1]);
	} else if (command->run (argc - 1, argv + 1, &status, &error)) {
		if (fflush (stdout) == 0 && !ferror (stdout))
			return status;
		fail (&error, BAKEOFF_ERROR_FAILED, "cannot write to standard output");
	}
	print_error (error);
	return command && command->trouble ? command->trouble : status_of (error);
}
