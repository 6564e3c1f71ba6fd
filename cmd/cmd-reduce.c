/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "bisect/reduce.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/progress.h"
#include "series/patch-file.h"

static const ProjectVariant *find_variant (const Project *project, const char *name, GError **error)
{
	guint i;

	for (i = 0; name && i < project->variants->len; i++) {
		const ProjectVariant *variant = g_ptr_array_index (project->variants, i);

		if (g_str_equal (variant->name, name))
			return variant;
	}
	if (!name)
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "which variant?\n'bakeoff show' lists them");
	return fail_null (error, BAKEOFF_ERROR_USAGE,
			  g_str_equal (name, "base")
				  ? "'%s' has no patch to reduce"
				  : "no variant '%s' in '%s'\n'bakeoff show' lists them",
			  name, project->path);
}

/* The verdicts that a part of a patch can get again. */
static gboolean read_verdict (const char *name, const char *signature, Verdict *out_verdict,
			      GError **error)
{
	static const Verdict verdicts[] = { VERDICT_PASS, VERDICT_FAIL,	 VERDICT_OOPS,
					    VERDICT_HANG, VERDICT_BUILT, VERDICT_BUILD_FAILED };
	guint i;

	*out_verdict = signature ? VERDICT_OOPS : VERDICT_PENDING;
	if (!name)
		return TRUE;
	if (signature && !g_str_equal (name, verdict_name (VERDICT_OOPS)))
		return fail (error, BAKEOFF_ERROR_USAGE, "only an oops has a signature, not '%s'",
			     name);
	for (i = 0; i < G_N_ELEMENTS (verdicts); i++)
		if (g_str_equal (name, verdict_name (verdicts[i])))
			*out_verdict = verdicts[i];
	return *out_verdict != VERDICT_PENDING ||
	       fail (error, BAKEOFF_ERROR_USAGE,
		     "--verdict does not take '%s'\nit takes pass, fail, oops, hang, built and "
		     "build-failed",
		     name);
}

/* ---- what is printed ---- */

/* The file that @patch is a part of. */
static const PatchFile *file_of (const Reduced *reduced, const Patch *patch)
{
	guint i;

	for (i = 0; i < reduced->files->len; i++) {
		const PatchFile *file = g_ptr_array_index (reduced->files, i);

		if (g_strcmp0 (file->name, patch->name) == 0)
			return file;
	}
	return NULL;
}

/* No sign-off: nobody signed what is left. */
static void print_header (const PatchFile *file)
{
	g_autofree char *author = person_to_string (&file->author);
	g_autofree char *from = text_printable (author, -1);
	g_autofree char *title = text_printable (file->title, -1);
	g_autofree char *date = text_printable (file->date, -1);

	puts ("From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001");
	if (from && *from)
		printf ("From: %s\n", from);
	if (date)
		printf ("Date: %s\n", date);
	printf ("Subject: [PATCH] %s\n\n---\n\n", title);
}

static void print_patches (const Reduced *reduced)
{
	guint i;

	for (i = 0; i < reduced->patches->len; i++) {
		const Patch *patch = g_ptr_array_index (reduced->patches, i);
		const PatchFile *file = file_of (reduced, patch);
		g_autofree char *text = patch_to_string (patch);

		if (file)
			print_header (file);
		fputs (text, stdout);
	}
}

static void print_changes (const Reduced *reduced)
{
	guint i;

	for (i = 0; i < subset_size (reduced->subset); i++) {
		g_autofree char *name = text_printable (subset_item (reduced->subset, i)->name, -1);
		g_autofree char *reason = text_printable (reduced_reason (reduced, i), -1);

		fprintf (stderr, "%-8s %s: without it: %s\n",
			 bits_has (reduced->reduction->kept, i) ? "kept" : "dropped", name, reason);
	}
}

/* Returns: the exit status. */
static int print_result (const ReduceSpec *spec, const Reduced *reduced)
{
	g_autofree char *whole = text_printable (reduced->whole->reason, -1);

	if (!reduced->found) {
		fprintf (stderr, "%s is not %s%s%s: %s\n", spec->variant->name,
			 verdict_name (spec->verdict), spec->signature ? ": " : "",
			 spec->signature ? spec->signature : "", whole);
		return EXIT_NO;
	}
	if (reduced->patches->len == 0) {
		fprintf (stderr, "without any patch it is the same: %s\n", whole);
		return EXIT_NO;
	}
	print_changes (reduced);
	print_patches (reduced);
	return EXIT_DONE;
}

gboolean cmd_reduce (int argc, char **argv, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_autofree char *signature = NULL, *verdict = NULL;
	const GOptionEntry own[] = { { "verdict", 0, 0, G_OPTION_ARG_STRING, &verdict,
				       "The verdict to look for (that of the variant)", "VERDICT" },
				     { "signature", 's', 0, G_OPTION_ARG_STRING, &signature,
				       "An oops whose title has this in it (that of the variant)",
				       "TEXT" },
				     { NULL } };
	g_autoptr (GCancellable) cancellable = NULL;
	g_autoptr (Reduced) reduced = NULL;
	ReduceSpec spec = { .trial = { .event = progress_event } };

	if (!options_parse (&selection,
			    OPTIONS_PROJECT | OPTIONS_REPO | OPTIONS_BASE | OPTIONS_CELLS |
				    OPTIONS_WORK,
			    own, 1, &argc, argv, error) ||
	    !read_verdict (verdict, signature, &spec.verdict, error) ||
	    !selection_load (&selection, error))
		return FALSE;
	spec.variant = find_variant (selection.project, argc > 1 ? argv[1] : NULL, error);
	if (!spec.variant || !selection_open_store (&selection, error))
		return FALSE;
	spec.signature = signature;
	spec.trial.project = selection.project;
	spec.trial.plan = selection_fill (&selection);
	spec.trial.jobs = selection_jobs (&selection);
	spec.trial.store = selection.store;
	cancellable = progress_cancellable ();
	reduced = reduce_variant (&spec, cancellable, error);
	progress_finish ();
	if (!reduced)
		return FALSE;
	*out_status = print_result (&spec, reduced);
	return TRUE;
}
