/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/progress.h"
#include "matrix/gc.h"
#include "matrix/results.h"

enum {
	JOBS_MAX = 1024
};

void selection_clear (Selection *self)
{
	store_free (self->store);
	if (self->guard > 0)
		close (self->guard);
	plan_free (self->plan);
	project_free (self->project);
	g_free (self->project_path);
	g_free (self->repo);
	g_free (self->base);
	g_free (self->ccache_dir);
	g_strfreev (self->boards);
	g_strfreev (self->configs);
	g_strfreev (self->variants);
}

void split_commas (char ***list)
{
	g_autofree char *joined = *list ? g_strjoinv (",", *list) : NULL;

	if (!joined)
		return;
	g_strfreev (*list);
	*list = g_strsplit (joined, ",", -1);
}

static void add_groups (GOptionContext *context, Selection *self, OptionGroups groups)
{
	const GOptionEntry project[] = {
		{ "project", 'p', 0, G_OPTION_ARG_FILENAME, &self->project_path,
		  "The project file (bakeoff.conf here or in the nearest folder above)", "FILE" },
		{ NULL }
	};
	const GOptionEntry repo[] = { { "repo", 0, 0, G_OPTION_ARG_FILENAME, &self->repo,
					"The Linux repository ($BAKEOFF_REPO, bakeoff.repo)",
					"PATH" },
				      { NULL } };
	const GOptionEntry base[] = { { "base", 0, 0, G_OPTION_ARG_STRING, &self->base,
					"The commit to put variants on (bakeoff.base)",
					"REVISION" },
				      { NULL } };
	const GOptionEntry variant[] = { { "variant", 'v', 0, G_OPTION_ARG_STRING_ARRAY,
					   &self->variants, "Only these variants, and base",
					   "NAME[,...]" },
					 { NULL } };
	const GOptionEntry combine[] = { { "combine", 0, 0, G_OPTION_ARG_INT, &self->combine,
					   "Also each 2 variants that go on together, as A+B",
					   "2" },
					 { NULL } };
	const GOptionEntry cells[] = {
		{ "board", 'b', 0, G_OPTION_ARG_STRING_ARRAY, &self->boards,
		  "Only these boards (bakeoff.board)", "NAME[,...]" },
		{ "config", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &self->configs,
		  "Only these configurations (bakeoff.config)", "NAME[,...]" },
		{ NULL }
	};
	const GOptionEntry work[] = {
		{ "jobs", 'j', 0, G_OPTION_ARG_INT, &self->jobs,
		  "Compilers, links and boots at a time, all together (the number of cores)", "N" },
		{ "fresh", 0, 0, G_OPTION_ARG_NONE, &self->fresh,
		  "Build and boot again what is known", NULL },
		{ "no-ccache", 0, 0, G_OPTION_ARG_NONE, &self->no_ccache,
		  "Do not use ccache where it is installed", NULL },
		{ "no-sandbox", 0, 0, G_OPTION_ARG_NONE, &self->unguarded,
		  "Build where there are no namespaces; a patch's build can do what you can",
		  NULL },
		{ NULL }
	};

	if (groups & OPTIONS_PROJECT)
		g_option_context_add_main_entries (context, project, NULL);
	if (groups & OPTIONS_REPO)
		g_option_context_add_main_entries (context, repo, NULL);
	if (groups & OPTIONS_BASE)
		g_option_context_add_main_entries (context, base, NULL);
	if (groups & OPTIONS_VARIANT)
		g_option_context_add_main_entries (context, variant, NULL);
	if (groups & OPTIONS_COMBINE)
		g_option_context_add_main_entries (context, combine, NULL);
	if (groups & OPTIONS_CELLS)
		g_option_context_add_main_entries (context, cells, NULL);
	if (groups & OPTIONS_WORK)
		g_option_context_add_main_entries (context, work, NULL);
}

gboolean options_parse (Selection *self, OptionGroups groups, const GOptionEntry *own,
			int max_arguments, int *argc, char **argv, GError **error)
{
	const Command *command = command_find (argv[0]);
	g_autoptr (GOptionContext) context = g_option_context_new (command->arguments);
	g_autofree char *program = g_strdup_printf ("bakeoff %s", command->name);
	g_autofree char *name = g_strdup (argv[0]);
	g_autoptr (GError) local = NULL;

	self->jobs = (int) g_get_num_processors ();
	g_option_context_set_summary (context, command->summary);
	if (own)
		g_option_context_add_main_entries (context, own, NULL);
	add_groups (context, self, groups);
	g_set_prgname (program);
	if (!g_option_context_parse (context, argc, &argv, &local))
		return fail (error, BAKEOFF_ERROR_USAGE, "%s\nsee 'bakeoff %s --help'",
			     local->message, name);
	if (max_arguments >= 0 && *argc - 1 > max_arguments)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "'%s' is one word too many\nsee 'bakeoff %s --help'",
			     argv[max_arguments + 1], name);
	if (self->jobs < 1 || self->jobs > JOBS_MAX)
		return fail (error, BAKEOFF_ERROR_USAGE, "--jobs must be 1 to %d", JOBS_MAX);
	if (self->combine != 0 && self->combine != 2)
		return fail (error, BAKEOFF_ERROR_USAGE, "--combine takes 2: pairs, and no more");
	if (!self->repo && (groups & OPTIONS_BASE) && g_getenv ("BAKEOFF_REPO"))
		self->repo = g_strdup (g_getenv ("BAKEOFF_REPO"));
	split_commas (&self->boards);
	split_commas (&self->configs);
	split_commas (&self->variants);
	return TRUE;
}

gboolean selection_load (Selection *self, GError **error)
{
	g_autofree char *here = g_get_current_dir ();
	g_autofree char *path =
		self->project_path ? g_strdup (self->project_path) : project_find (here);

	if (!path)
		return fail (
			error, BAKEOFF_ERROR_USAGE,
			"no bakeoff.conf here or in a folder above\ngive --project FILE, or see "
			"'man bakeoff' for a first one");
	self->project = project_load (path, error);
	return self->project != NULL;
}

PlanOptions selection_fill (const Selection *self)
{
	return (PlanOptions){
		.repo = self->repo,
		.base = self->base,
		.data_dir = files_data_dir (),
		.boards = (const char *const *) self->boards,
		.configs = (const char *const *) self->configs,
		.variants = (const char *const *) self->variants,
		.combine = self->combine == 2,
	};
}

JobOptions selection_jobs (Selection *self)
{
	g_autofree char *folder = self->no_ccache ? NULL : build_ccache_folder ();

	/* not the user's own cache: the sandbox hides it, and a build must not write there */
	if (folder && !self->ccache_dir)
		self->ccache_dir =
			g_build_filename (g_get_user_cache_dir (), "bakeoff", "ccache", NULL);
	return (JobOptions){
		.data_dir = files_data_dir (),
		.ccache_dir = self->ccache_dir,
		.jobs = self->jobs,
		.held = progress_held,
		.unguarded = self->unguarded,
	};
}

gboolean selection_plan (Selection *self, gboolean cells, GError **error)
{
	PlanOptions options = selection_fill (self);

	if (!selection_load (self, error))
		return FALSE;
	self->plan = cells ? plan_new (self->project, &options, error)
			   : plan_apply (self->project, &options, error);
	return self->plan != NULL;
}

gboolean selection_open_store (Selection *self, GError **error)
{
	g_autofree char *path = results_store_path (self->project);

	if (!files_make_dir (self->project->state_dir, error))
		return FALSE;
	self->guard = gc_guard (self->project->state_dir, error);
	if (self->guard < 0)
		return FALSE;
	self->store = store_open (path, error);
	return self->store && (!self->fresh || store_ignore_known (self->store, error));
}
