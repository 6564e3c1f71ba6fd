/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/lock.h"
#include "base/process.h"
#include "kbuild/sandbox.h"

/* Homes, other programs' sockets (a read-only mount does not keep anybody from a socket), and
 * where files of other programs lie about. */
static const char *const hidden_places[] = { "/home", "/root",	  "/run",
					     "/tmp",  "/var/tmp", NULL /* the user's home */ };

static void add (GPtrArray *argv, const char *first, ...) G_GNUC_NULL_TERMINATED;

static void add (GPtrArray *argv, const char *first, ...)
{
	const char *word;
	va_list words;

	va_start (words, first);
	for (word = first; word; word = va_arg (words, const char *))
		g_ptr_array_add (argv, g_strdup (word));
	va_end (words);
}

static gboolean is_below (const char *path, const char *folder)
{
	gsize length = strlen (folder);

	return strncmp (path, folder, length) == 0 && (path[length] == '/' || !path[length]);
}

/* Real paths of folders to hide, none below another. */
static char **hidden (void)
{
	g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (free);
	guint i, j;

	for (i = 0; i < G_N_ELEMENTS (hidden_places); i++) {
		const char *place = hidden_places[i] ? hidden_places[i] : g_get_home_dir ();
		char *real = realpath (place, NULL);
		gboolean known = !real || g_str_equal (real, "/");

		for (j = 0; j < places->len && !known; j++)
			known = is_below (real, places->pdata[j]);
		if (known || !g_file_test (real, G_FILE_TEST_IS_DIR))
			free (real);
		else
			g_ptr_array_add (places, real);
	}
	g_ptr_array_add (places, NULL);
	return (char **) g_ptr_array_steal (places, NULL);
}

/* Adds the folder of @file, if it is hidden; @whole: with what lies beside it, as PREFIX/bin/gcc
 * needs PREFIX/lib as well. */
static void add_folder (GStrvBuilder *folders, const char *file, gboolean whole)
{
	g_autofree char *folder = g_path_get_dirname (file);
	g_autofree char *prefix = g_path_get_dirname (folder);
	g_auto (GStrv) places = hidden ();
	guint i;

	for (i = 0; places[i]; i++) {
		/* a home folder is no PREFIX */
		gboolean is_prefix = is_below (prefix, places[i]) &&
				     !is_below (g_get_home_dir (), prefix) &&
				     !g_str_equal (prefix, places[i]);

		if (is_below (folder, places[i]))
			g_strv_builder_add (folders, whole && is_prefix ? prefix : folder);
	}
}

char **sandbox_readable (const char *program)
{
	g_autofree char *found = g_find_program_in_path (program);
	char *real = found ? realpath (found, NULL) : NULL;
	g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();

	if (real && !g_str_equal (found, real))
		add_folder (folders, found, FALSE);
	if (real)
		add_folder (folders, real, TRUE);
	free (real);
	return g_strv_builder_end (folders);
}

static void add_isolation (GPtrArray *argv)
{
	g_auto (GStrv) places = hidden ();
	guint i;

	add (argv, "--unshare-user", "--disable-userns", "--unshare-ipc", "--unshare-pid",
	     "--unshare-net", "--unshare-uts", "--unshare-cgroup-try", "--cap-drop", "ALL",
	     "--hostname", "bakeoff", "--die-with-parent", "--new-session", "--ro-bind", "/", "/",
	     "--dev", "/dev", "--proc", "/proc", NULL);
	for (i = 0; places[i]; i++)
		add (argv, "--tmpfs", places[i], NULL);
}

char **sandbox_wrap (const SandboxSpec *spec, const char *const *argv)
{
	g_autoptr (GPtrArray) words = g_ptr_array_new ();
	g_autofree char *script =
		g_build_filename (spec->data_dir, "kbuild", "tools", "sandbox", NULL);
	g_autofree char *tools = g_build_filename (spec->data_dir, "kbuild", "tools", NULL);
	const SandboxMount *mount;
	const char *const *path;

	add (words, "unshare", "--user", "--map-root-user", "--mount", script, spec->dir, NULL);
	for (mount = spec->mounts; mount->at; mount++) {
		if (mount->layer)
			add (words, mount->lower, mount->layer, NULL);
	}
	add (words, "--", NULL);
	add_isolation (words);
	add (words, "--ro-bind", tools, tools, NULL);
	for (path = spec->readable; path && *path; path++)
		add (words, "--ro-bind", *path, *path, NULL);
	for (mount = spec->mounts; mount->at; mount++) {
		g_autofree char *from = g_canonicalize_filename (
			mount->layer ? mount->layer : mount->lower, spec->dir);
		g_autofree char *top = g_build_filename (from, mount->layer ? "top" : NULL, NULL);

		add (words, "--bind", top, mount->at, NULL);
	}
	add (words, "--chdir", SANDBOX_ROOT, "--", NULL);
	for (; *argv; argv++)
		add (words, *argv, NULL);
	g_ptr_array_add (words, NULL);
	return (char **) g_ptr_array_steal (words, NULL);
}

gboolean sandbox_make_layer (const char *layer, GError **error)
{
	static const char *const parts[] = { "up", "work", "top", NULL };
	guint i;

	for (i = 0; parts[i]; i++) {
		g_autofree char *dir = g_build_filename (layer, parts[i], NULL);

		if (!files_make_dir (dir, error))
			return FALSE;
	}
	return TRUE;
}

gboolean sandbox_check (const char *data_dir, const char *dir, GError **error)
{
	static const SandboxMount mounts[] = { { SANDBOX_ROOT "/x", "lower", "layer" }, { NULL } };
	/* by its path: ours may lead to what the sandbox hides */
	static const char *const argv[] = { "/bin/sh", "-c", ": >x/y", NULL };
	g_autoptr (Scratch) scratch = scratch_new (dir, error);
	g_autofree char *lower = NULL, *layer = NULL, *log = NULL, *last = NULL;
	g_auto (GStrv) wrapped = NULL;
	SandboxSpec spec = { .data_dir = data_dir, .mounts = mounts };
	ProcessSpec run = { .quiet_start = TRUE };
	g_autoptr (GError) local = NULL;
	int status = 0;

	if (!scratch)
		return FALSE;
	spec.dir = scratch_dir (scratch);
	lower = g_build_filename (spec.dir, "lower", NULL);
	layer = g_build_filename (spec.dir, "layer", NULL);
	log = g_build_filename (spec.dir, "log", NULL);
	if (!files_make_dir (lower, error) || !sandbox_make_layer (layer, error))
		return FALSE;
	wrapped = sandbox_wrap (&spec, argv);
	run.argv = (const char *const *) wrapped;
	run.log = log;
	if (process_run (&run, NULL, &status, &local) && status == 0)
		return TRUE;
	last = local ? g_strdelimit (g_strdup (local->message), "\n", ';') : files_last_line (log);
	return fail (error, BAKEOFF_ERROR_FAILED,
		     "no sandbox can be made here: %s\nbuilding a patch runs its author's code; "
		     "bubblewrap and user namespaces keep it in, and --no-sandbox builds without "
		     "them",
		     last ? last : "unshare fails");
}
