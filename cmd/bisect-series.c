/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "bisect/series-search.h"
#include "cmd/bisect-series.h"
#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "series/patch-file.h"
#include "series/quilt.h"

/* ---- what is searched ---- */

static GPtrArray *patches_of_variant (const Project *project, const char *name)
{
	guint i, j;

	for (i = 0; i < project->variants->len; i++) {
		const ProjectVariant *variant = project->variants->pdata[i];
		GPtrArray *paths;

		if (!g_str_equal (variant->name, name))
			continue;
		paths = g_ptr_array_new_with_free_func (g_free);
		for (j = 0; variant->patches[j]; j++)
			g_ptr_array_add (paths, project_patch_path (project, variant->patches[j]));
		return paths;
	}
	return NULL;
}

/* A patch that is for some commits only has no place among those that are told apart, and none has
 * two, however it is spelt. */
static GPtrArray *patches_of_folder (const char *dir, GError **error)
{
	g_autoptr (GPtrArray) entries = quilt_read (dir, error);
	g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GHashTable) lines = g_hash_table_new (g_str_hash, g_str_equal);
	guint i;

	for (i = 0; entries && i < entries->len; i++) {
		const QuiltEntry *entry = entries->pdata[i];
		const char *before;
		char *path;

		if (entry->when)
			return fail_null (error, BAKEOFF_ERROR_USAGE,
					  "%s: a series that is searched has no '# when ='\n"
					  "what is for some commits belongs into the prelude",
					  entry->where);
		path = g_canonicalize_filename (entry->path, NULL);
		g_ptr_array_add (paths, path);
		before = g_hash_table_lookup (lines, path);
		if (before)
			return fail_null (error, BAKEOFF_ERROR_USAGE,
					  "%s: '%s' is there a second time, see %s", entry->where,
					  path, before);
		g_hash_table_insert (lines, path, entry->where);
	}
	if (entries && entries->len == 0)
		return fail_null (error, BAKEOFF_ERROR_USAGE, "'%s/series' names no patch", dir);
	return entries ? g_steal_pointer (&paths) : NULL;
}

static GPtrArray *find_patches (const Project *project, const char *name, GError **error)
{
	g_autofree char *path = g_canonicalize_filename (name, NULL);
	g_autofree char *file = g_path_get_basename (path);
	g_autofree char *dir = NULL;

	if (g_file_test (path, G_FILE_TEST_IS_DIR))
		dir = g_strdup (path);
	else if (g_str_equal (file, "series") && g_file_test (path, G_FILE_TEST_EXISTS))
		dir = g_path_get_dirname (path);
	else {
		GPtrArray *patches = patches_of_variant (project, name);

		return patches ? patches
			       : fail_null (error, BAKEOFF_ERROR_USAGE,
					    "'%s' is no quilt folder, no 'series' file, and no "
					    "variant in '%s'\n'bakeoff show' lists variants",
					    name, project->path);
	}
	return patches_of_folder (dir, error);
}

/* ---- what is printed ---- */

/* A patch with its subject and author, as far as it has them. */
static char *describe_patch (const SeriesSpec *spec, guint index)
{
	const char *path = spec->patches->pdata[index];
	g_autofree char *name = g_path_get_basename (path);
	g_autoptr (PatchFile) file = patch_file_read (path, NULL);
	g_autofree char *author = file ? person_to_string (&file->author) : NULL;
	g_autofree char *text = NULL;

	if (!file)
		return text_printable (name, -1);
	text = g_strdup_printf ("%s (\"%s\"%s%s)", name, file->title ? file->title : "",
				author && *author ? ", " : "", author ? author : "");
	return text_printable (text, -1);
}

static char *describe_stack (const SeriesSpec *spec, guint patches)
{
	return patches == 0		       ? g_strdup ("without any")
	       : patches == spec->patches->len ? g_strdup_printf ("with all %u", patches)
					       : g_strdup_printf ("with the first %u", patches);
}

static void print_trial (const SeriesSpec *spec, const SeriesTrial *trial)
{
	g_autofree char *stack = describe_stack (spec, trial->patches);
	g_autofree char *reason = text_printable (trial->result->reason, -1);

	printf ("    %s: %s%s\n", stack, reason,
		trial->result->answer == TRIAL_UNTESTABLE ? " (skipped)" : "");
}

/* All that was tried, the smallest stack first: what the answer rests on. */
static void print_trials (const SeriesSpec *spec, const SeriesFound *found)
{
	guint patches, i;

	for (patches = 0; patches <= spec->patches->len; patches++) {
		for (i = 0; i < found->trials->len; i++) {
			const SeriesTrial *trial = found->trials->pdata[i];

			if (trial->patches == patches)
				print_trial (spec, trial);
		}
	}
}

static void print_cost (const SeriesFound *found)
{
	guint i, builds = 0, boots = 0, known = 0;

	for (i = 0; i < found->trials->len; i++) {
		const SeriesTrial *trial = found->trials->pdata[i];

		builds += trial->result->new_builds;
		boots += trial->result->new_boots;
		known += !trial->result->new_builds && !trial->result->new_boots;
	}
	fprintf (stderr, "%u stacks tested, %u of them known already: %u builds, %u boots\n",
		 found->trials->len, known, builds, boots);
}

static int print_alike (const SeriesFound *found)
{
	const SeriesTrial *base = found->trials->pdata[0], *whole = found->trials->pdata[1];
	guint i;

	for (i = 0; i < found->trials->len; i++) {
		const SeriesTrial *trial = found->trials->pdata[i];

		if (trial->result->answer == TRIAL_UNTESTABLE) {
			printf ("%s cannot be tested: nothing can be said of the series.\n\n",
				trial->patches == 0 ? "The base" : "The whole series");
			return EXIT_UNJUDGED;
		}
	}
	if (base->result->answer == whole->result->answer)
		puts ("The base and the whole series are alike: no patch of it breaks or "
		      "cures.\n");
	else
		printf ("The series %s.\n\n",
			found->cures ? "cures; '--find bug' looks for what breaks"
				     : "breaks; '--find fix' looks for what cures");
	return EXIT_NO;
}

/* Returns: the exit status. */
static int print_found (const SeriesSpec *spec, const SeriesFound *found)
{
	int status = EXIT_DONE;
	guint i;

	print_cost (found);
	if (!found->differs) {
		status = print_alike (found);
		print_trials (spec, found);
		return status;
	}
	if (found->suspects->len > 1) {
		printf ("one of these %u %s; stacks between them cannot be tested:\n",
			found->suspects->len, found->cures ? "cures" : "breaks");
		status = EXIT_UNJUDGED;
	}
	for (i = 0; i < found->suspects->len; i++) {
		g_autofree char *patch =
			describe_patch (spec, g_array_index (found->suspects, guint, i));

		printf ("%s\n", patch);
	}
	if (found->suspects->len == 1)
		printf ("is the patch that %s.\n", found->cures ? "cures" : "breaks");
	putchar ('\n');
	print_trials (spec, found);
	return status;
}

gboolean bisect_series (Selection *selection, const TrialOptions *options, const char *name,
			int *out_status, GError **error)
{
	g_autoptr (GPtrArray) patches = find_patches (selection->project, name, error);
	g_autofree char *label = NULL;
	g_autoptr (GCancellable) cancellable = NULL;
	g_autoptr (SeriesFound) found = NULL;
	SeriesSpec spec = { .patches = patches };

	if (!patches || !selection_open_store (selection, error))
		return FALSE;
	label = g_path_get_basename (name);
	spec.name = label;
	spec.question = trial_options_question (options);
	if (options->find)
		spec.wanted = options->fix ? SERIES_CURES : SERIES_BREAKS;
	spec.trial = trial_options_spec (options, selection);
	spec.trial.plan.history = FALSE;
	spec.trial.store = selection->store;
	spec.trial.event = progress_event;
	cancellable = progress_cancellable ();
	found = series_search (&spec, cancellable, error);
	progress_finish ();
	if (!found)
		return FALSE;
	*out_status = print_found (&spec, found);
	return TRUE;
}
