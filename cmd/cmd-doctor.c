/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "cmd/cmd.h"
#include "cmd/doctor-reproducible.h"
#include "cmd/options.h"
#include "kbuild/sandbox.h"

/* Programs, who needs them, and Debian's packages. Libraries are linked: without them we do not
 * run. */
static const struct {
	const char *program;
	const char *needed_by;
	const char *package;
	gboolean required;
} tools[] = {
	{ "make", "build", "make", TRUE },
	{ "gcc", "build: host programs of the kernel", "gcc", TRUE },
	{ "unshare", "build: the sandbox", "util-linux", TRUE },
	{ "bwrap", "build: the sandbox", "bubblewrap", TRUE },
	{ "ccache", "build: again, what was built once", "ccache", FALSE },
	{ "bc", "build: kernels since 3.9", "bc", FALSE },
	{ "flex", "build: kernels since 4.16", "flex", FALSE },
	{ "bison", "build: kernels since 4.16", "bison", FALSE },
	{ "patch", "apply with fuzz", "patch", FALSE },
	{ "quilt", "the patches folder as a quilt series", "quilt", FALSE },
	{ "git", "the repository that bakeoff is pointed at", "git", FALSE },
	{ "expect", "boot: the console", "expect", TRUE },
	{ "setpriv", "boot: a console dies with bakeoff", "util-linux", TRUE },
	{ "qemu-system-arm", "boot: ARM boards", "qemu-system-arm", FALSE },
	{ "mkimage", "boot: U-Boot images", "u-boot-tools", FALSE },
};

/* What boards' consoles start, and no board has to. */
static const struct {
	const char *program, *package;
} emulators[] = {
	{ "qemu-system-aarch64", "qemu-system-arm" },	{ "qemu-system-x86_64", "qemu-system-x86" },
	{ "qemu-system-riscv64", "qemu-system-misc" },	{ "qemu-system-hppa", "qemu-system-misc" },
	{ "qemu-system-sparc64", "qemu-system-sparc" }, { "qemu-system-mips", "qemu-system-mips" },
	{ "qemu-system-mipsel", "qemu-system-mips" },
};

typedef struct {
	guint missing;	    /* programs without which the project at hand cannot run */
	GPtrArray *install; /* (element-type utf8): packages */
} Findings;

static void report (Findings *findings, const char *program, const char *needed_by,
		    const char *package, gboolean required)
{
	g_autofree char *path = g_find_program_in_path (program);

	printf ("%-26s %-8s %s\n", program,
		path	   ? "ok"
		: required ? "MISSING"
			   : "missing",
		needed_by);
	if (path)
		return;
	findings->missing += required;
	if (package &&
	    !g_ptr_array_find_with_equal_func (findings->install, package, g_str_equal, NULL))
		g_ptr_array_add (findings->install, g_strdup (package));
}

static const char *package_of (const char *program)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (tools); i++) {
		if (g_str_equal (tools[i].program, program))
			return tools[i].package;
	}
	for (i = 0; i < G_N_ELEMENTS (emulators); i++) {
		if (g_str_equal (emulators[i].program, program))
			return emulators[i].package;
	}
	return NULL;
}

/* The program that a board's shell command starts with. */
static void check_command (Findings *findings, const Board *board, const char *command)
{
	g_auto (GStrv) words = g_strsplit_set (command ? command : "", " \t", 2);
	g_autofree char *who = g_strdup_printf ("board %s", board->name);

	if (words[0])
		report (findings, words[0], who, package_of (words[0]), TRUE);
}

static gboolean check_board (Findings *findings, const Selection *selection, const char *name,
			     GError **error)
{
	g_auto (GStrv) dirs = plan_board_dirs (selection->project, files_data_dir ());
	g_auto (GStrv) places = plan_toolchain_dirs (selection->project, files_data_dir ());
	g_autoptr (Board) board = board_load (name, (const char *const *) dirs, error);
	g_autoptr (Toolchain) toolchain = NULL;
	g_autofree char *compiler = NULL, *who = NULL;

	if (!board)
		return FALSE;
	toolchain = toolchain_load (board->toolchain, (const char *const *) places,
				    files_data_dir (), error);
	if (!toolchain)
		return FALSE;
	compiler = g_strconcat (toolchain->cross, "gcc", NULL);
	who = g_strdup_printf ("toolchain %s, board %s", toolchain->name, name);
	report (findings, compiler, who, toolchain->apt, TRUE);
	check_command (findings, board, board->package);
	check_command (findings, board, board->console);
	return TRUE;
}

static gboolean check_project (Findings *findings, Selection *selection, GError **error)
{
	g_auto (GStrv) boards = NULL;
	char **board;

	if (!selection_load (selection, error))
		return FALSE;
	boards = plan_boards (selection->project, (const char *const *) selection->boards);
	for (board = boards; *board; board++) {
		if (!check_board (findings, selection, *board, error))
			return FALSE;
	}
	return TRUE;
}

/* Tries what the programs alone do not tell: whether the kernel lets us make a sandbox, and one of
 * overlays where the project is. */
static gboolean try_sandbox (Findings *findings, const Selection *selection, GError **error)
{
	g_autofree char *bwrap = g_find_program_in_path ("bwrap");
	g_autofree char *unshare = g_find_program_in_path ("unshare");
	g_autofree char *elsewhere = NULL, *work = NULL;
	g_autoptr (GError) local = NULL;

	if (!bwrap || !unshare) /* told already */
		return TRUE;
	if (selection->project)
		work = g_build_filename (selection->project->state_dir, "work", NULL);
	else
		elsewhere = g_dir_make_tmp ("bakeoff-XXXXXX", error);
	if (!work && !elsewhere)
		return FALSE;
	if (sandbox_check (files_data_dir (), work ? work : elsewhere, &local)) {
		printf ("%-26s %-8s %s\n", "sandbox", "ok", "build: what a patch makes it run");
	} else {
		findings->missing++;
		printf ("%-26s %-8s %s\n", "sandbox", "MISSING", local->message);
	}
	return !elsewhere || files_remove_tree (elsewhere, error);
}

gboolean cmd_doctor (int argc, char **argv, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_autofree char *here = g_get_current_dir ();
	g_autoptr (GPtrArray) install = g_ptr_array_new_with_free_func (g_free);
	Findings findings = { .install = install };
	gboolean reproducible = FALSE;
	const GOptionEntry own[] = { { "reproducible", 0, 0, G_OPTION_ARG_NONE, &reproducible,
				       "Build base twice in different ways and compare the images",
				       NULL },
				     { NULL } };
	gsize i;

	if (!options_parse (&selection,
			    OPTIONS_PROJECT | OPTIONS_REPO | OPTIONS_BASE | OPTIONS_CELLS |
				    OPTIONS_WORK,
			    own, 0, &argc, argv, error))
		return FALSE;
	if (reproducible)
		return doctor_reproducible (&selection, out_status, error);
	for (i = 0; i < G_N_ELEMENTS (tools); i++)
		report (&findings, tools[i].program, tools[i].needed_by, tools[i].package,
			tools[i].required);
	if (!selection.project_path)
		selection.project_path = project_find (here);
	if (selection.project_path && !check_project (&findings, &selection, error))
		return FALSE;
	if (!try_sandbox (&findings, &selection, error))
		return FALSE;
	if (install->len) {
		g_autofree char *packages = NULL;

		g_ptr_array_add (install, NULL);
		packages = g_strjoinv (" ", (char **) install->pdata);
		printf ("\ninstall what is missing: apt-get install %s\n", packages);
	}
	if (findings.missing)
		*out_status = EXIT_UNJUDGED;
	return TRUE;
}
