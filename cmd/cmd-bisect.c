/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/lock.h"
#include "base/text.h"
#include "bisect/history.h"
#include "bisect/hunt.h"
#include "bisect/noisy.h"
#include "bisect/report.h"
#include "cmd/bisect-series.h"
#include "cmd/bisect-words.h"
#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "cmd/trial-options.h"

enum {
	AHEAD_JOBS = 8, /* of -j for each further commit that is tested at the same time */
	AHEAD_MAX = 64,
	DRAWN = 40,
	LEADING = 3
};

/* A command line, and what it is about. */
typedef struct {
	Selection selection;
	TrialOptions options;
	gboolean first_parent;
	gboolean regzbot;
	gboolean noisy;
	double confidence;
	int boots_max;
	char **paths;
	char *format;
	char *series;
	int ahead;
	Session *session;
	Repo *repo;
	Jobserver *jobserver;
	Scratch *scratch; /* of the jobserver */
} Bisect;

static void bisect_clear (Bisect *self)
{
	selection_clear (&self->selection);
	trial_options_clear (&self->options);
	g_strfreev (self->paths);
	g_free (self->format);
	g_free (self->series);
	session_free (self->session);
	repo_free (self->repo);
	jobserver_free (self->jobserver);
	scratch_free (self->scratch);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bisect, bisect_clear)

static gboolean parse (Bisect *self, int *argc, char **argv, GError **error)
{
	GOptionEntry own[TRIAL_ENTRIES + 10] = {
		[TRIAL_ENTRIES] = { "first-parent", 0, 0, G_OPTION_ARG_NONE, &self->first_parent,
				    "Take a merged branch for one commit: its merge", NULL },
		{ "path", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->paths,
		  "Only commits that touch this file or folder", "PATH" },
		{ "ahead", 0, 0, G_OPTION_ARG_INT, &self->ahead,
		  "Commits to test at a time (1 for each 8 of --jobs)", "N" },
		{ "noisy", 0, 0, G_OPTION_ARG_NONE, &self->noisy,
		  "The bug shows in some boots only: boot until it is sure", NULL },
		{ "confidence", 0, 0, G_OPTION_ARG_DOUBLE, &self->confidence,
		  "How sure, with --noisy (0.95)", "P" },
		{ "max-boots", 0, 0, G_OPTION_ARG_INT, &self->boots_max,
		  "Give up after so many, with --noisy (1000)", "N" },
		{ "series", 0, 0, G_OPTION_ARG_FILENAME, &self->series,
		  "Instead of commits: which patch of this quilt folder or variant", "SERIES" },
		{ "regzbot", 0, 0, G_OPTION_ARG_NONE, &self->regzbot,
		  "report: with a line for the regression bot", NULL },
		{ "format", 'f', 0, G_OPTION_ARG_STRING, &self->format,
		  "report: text or reply (text)", "FORMAT" },
	};

	self->confidence = 0.95;
	self->boots_max = 1000;
	trial_options_entries (&self->options, own);
	return options_parse (&self->selection,
			      OPTIONS_PROJECT | OPTIONS_REPO | OPTIONS_BASE | OPTIONS_CELLS |
				      OPTIONS_WORK,
			      own, 3, argc, argv, error) &&
	       trial_options_check (&self->options, error);
}

static gboolean open_repo (Bisect *self, GError **error)
{
	const char *path = self->selection.repo;

	if (!path)
		path = g_getenv ("BAKEOFF_REPO");
	if (!path)
		path = self->selection.project->repo;
	if (!path)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "which Linux repository?\ngive --repo PATH, or set BAKEOFF_REPO, or "
			     "'bakeoff.repo' in '%s'",
			     self->selection.project->path);
	self->repo = repo_open (path, error);
	if (!self->repo)
		return FALSE;
	if (path != self->selection.repo)
		self->selection.repo = g_strdup (path);
	return TRUE;
}

static char *subject_of (const char *commit, gpointer repo)
{
	return repo_subject (repo, commit);
}

/* ---- run ---- */

static gboolean resolve (const Bisect *self, char **name, GError **error)
{
	char *id = repo_resolve (self->repo, *name, error);

	if (!id)
		return FALSE;
	g_free (*name);
	*name = id;
	return TRUE;
}

/* Whether there is anything to look for: before a lab is asked, and the session is begun. */
static gboolean check_history (const Bisect *self, const Session *session, GError **error)
{
	const char *old_ends[] = { session->old_end, NULL };
	g_autoptr (Graph) graph =
		history_load (self->repo, session->new_end, old_ends, session->first_parent,
			      (const char *const *) session->paths, error);
	g_autofree char *paths = g_strjoinv ("', '", session->paths);
	guint i;

	if (!graph)
		return FALSE;
	for (i = 0; i < graph_size (graph); i++) {
		if (graph_node (graph, i)->counts)
			return TRUE;
	}
	return fail (error, BAKEOFF_ERROR_USAGE,
		     "no commit between %.12s and %.12s touches '%s'\n"
		     "paths are from the root of the repository",
		     session->old_end, session->new_end, paths);
}

/* Whether the words choose one cell; nothing is built. */
static gboolean check_cell (Bisect *self, const Session *session, GError **error)
{
	TrialQuestion question = trial_options_question (&self->options);
	TrialSpec spec = trial_options_spec (&self->options, &self->selection);
	g_autoptr (TrialResult) known = NULL;

	spec.plan.base = session->old_end;
	spec.store = self->selection.store;
	spec.known = TRUE;
	known = trial_run (&spec, &question, NULL, error);
	return known != NULL;
}

/* A new session between @old_end and @new_end; @words are those that chose it. */
static gboolean begin (Bisect *self, char **words, const char *old_end, const char *new_end,
		       GError **error)
{
	g_autoptr (Session) session = g_new0 (Session, 1);

	session->path = session_path (self->selection.project->state_dir);
	session->words = g_strdupv (words);
	session->old_end = g_strdup (old_end);
	session->new_end = g_strdup (new_end);
	session->term_old = g_strdup (self->options.fix ? "broken" : "good");
	session->term_new = g_strdup (self->options.fix ? "fixed" : "bad");
	session->first_parent = self->first_parent;
	session->paths = self->paths ? g_strdupv (self->paths) : g_new0 (char *, 1);
	session->entries = g_ptr_array_new ();
	if (!resolve (self, &session->old_end, error) ||
	    !resolve (self, &session->new_end, error) || !check_history (self, session, error) ||
	    !selection_open_store (&self->selection, error) || !check_cell (self, session, error))
		return FALSE;
	if (!session_start (session, subject_of, self->repo, error))
		return FALSE;
	self->session = session_load (session->path, error);
	return self->session != NULL;
}

static TrialResult *test (const char *commit, guint boots, GCancellable *cancellable,
			  gpointer user_data, GError **error)
{
	Bisect *self = user_data;
	TrialQuestion question = trial_options_question (&self->options);
	TrialSpec spec = trial_options_spec (&self->options, &self->selection);

	if (boots) {
		question.boots = boots;
		question.all = TRUE;
	}
	spec.plan.base = commit;
	spec.jobs.jobserver = self->jobserver;
	return trial_run (&spec, &question, cancellable, error);
}

static void on_event (const HuntEvent *event, gpointer user_data)
{
	Bisect *self = user_data;
	g_autofree char *subject = repo_subject (self->repo, event->commit);
	g_autofree char *shown = text_printable (subject ? subject : "", -1);
	g_autofree char *reason = event->result ? text_printable (event->result->reason, -1) : NULL;

	switch (event->kind) {
	case HUNT_ASKING:
		if (event->suspects > 1)
			fprintf (stderr, "%u suspects, about %u step%s: ", event->suspects,
				 event->steps, event->steps == 1 ? "" : "s");
		fprintf (stderr, "testing %.12s (\"%s\")\n", event->commit, shown);
		break;
	case HUNT_ANSWERED:
		fprintf (stderr, "    %.12s is %s: %s", event->commit,
			 trial_answer_name (event->result->answer), reason);
		if (!event->result->new_builds && !event->result->new_boots)
			fputs (", known already", stderr);
		fputc ('\n', stderr);
		break;
	case HUNT_DROPPED:
		fprintf (stderr, "    %.12s is not needed any more\n", event->commit);
		break;
	case HUNT_VERIFYING:
		fprintf (stderr, "checking %.12s (\"%s\")\n", event->commit, shown);
		break;
	}
	fflush (stderr);
}

static gboolean open_jobserver (Bisect *self, GError **error)
{
	g_autofree char *work = g_build_filename (self->selection.project->state_dir, "work", NULL);

	self->scratch = scratch_new (work, error);
	if (!self->scratch)
		return FALSE;
	self->jobserver = jobserver_new (scratch_dir (self->scratch), self->selection.jobs, error);
	return self->jobserver != NULL;
}

static BisectReport report_of (const Bisect *self, char **out_what)
{
	const Project *project = self->selection.project;
	const char *const *boards = self->selection.boards
					    ? (const char *const *) self->selection.boards
					    : (const char *const *) project->boards;
	const ProjectConfig *config = project->configs->pdata[0];

	*out_what = g_strdup_printf ("%s, configuration %s", boards[0] ? boards[0] : "?",
				     self->selection.configs ? self->selection.configs[0]
							     : config->name);
	return (BisectReport){
		.repo = self->repo,
		.what = *out_what,
		.fix = !g_str_equal (self->session->term_new, "bad") && self->options.fix,
		.regzbot = self->regzbot,
		.thread = project->subject,
		.in_reply_to = project->in_reply_to,
	};
}

/* @certainty: (nullable) */
static void print_hunt (const Bisect *self, const Hunt *hunt, const char *certainty)
{
	g_autoptr (GString) text = g_string_new (NULL);
	g_autofree char *what = NULL;
	BisectReport report = report_of (self, &what);

	report.certainty = certainty;
	fprintf (stderr,
		 "%u commits tested, %u of them known already: %u builds, %u boots; %u begun "
		 "ahead of time, %u of them in vain\n",
		 hunt->tested, hunt->known, hunt->built, hunt->booted, hunt->ahead, hunt->dropped);
	bisect_report (&report, self->session, hunt->suspects, text);
	fputs (text->str, stdout);
}

static void on_boot (const char *commit, char outcome, const Graph *graph, const Belief *belief,
		     gpointer user_data)
{
	const Bisect *self = user_data;
	g_autoptr (GArray) leading = belief_likeliest (belief, 0.9);
	guint i;

	fprintf (stderr, "boot %u: %.12s is %s;", self->session->boots->len, commit,
		 outcome == 'b'	  ? "bad"
		 : outcome == 'g' ? "good"
				  : "untestable");
	for (i = 0; i < leading->len && i < LEADING; i++) {
		guint node = g_array_index (leading, guint, i);

		fprintf (stderr, " %.12s %.2f", graph_node (graph, node)->id,
			 belief_of (belief, node));
	}
	fprintf (stderr, " no change %.2f\n", belief_no_change (belief));
	fflush (stderr);
}

static NoisyResult *run_noisy (const Bisect *self, const HuntSpec *spec, GError **error)
{
	const NoisySpec noisy = { .hunt = *spec,
				  .confidence = self->confidence,
				  .boots_max = (guint) self->boots_max,
				  .booted = on_boot };

	return noisy_run (self->session, &noisy, error);
}

static char *describe_noisy (const Bisect *self, const NoisyResult *found)
{
	return g_strdup_printf (
		"%s: confidence %.3f after %u boots; %s in %.0f %% of boots before it and in "
		"%.0f %% from it on; no change at all: %.3f",
		found->sure ? "sure" : "not sure", found->confidence, self->session->boots->len,
		self->options.fix ? "passes" : "fails", 100 * found->rate_old,
		100 * found->rate_new, found->no_change);
}

static gboolean hunt_noisy (Bisect *self, const HuntSpec *spec, int *out_status, GError **error)
{
	g_autoptr (NoisyResult) found = run_noisy (self, spec, error);
	g_autofree char *certainty = NULL;

	if (!found)
		return FALSE;
	certainty = describe_noisy (self, found);
	print_hunt (self, found->hunt, certainty);
	*out_status =
		found->sure && session_is_verified (self->session) ? EXIT_DONE : EXIT_UNJUDGED;
	return TRUE;
}

static gboolean hunt (Bisect *self, int *out_status, GError **error)
{
	g_autoptr (GCancellable) cancellable = progress_cancellable ();
	HuntSpec spec = { .repo = self->repo,
			  .width = (guint) self->ahead,
			  .fix = self->options.fix,
			  .test = test,
			  .event = on_event,
			  .user_data = self,
			  .cancellable = cancellable };
	g_autoptr (Hunt) found = NULL;

	if (!self->ahead)
		spec.width = 1 + (guint) self->selection.jobs / AHEAD_JOBS;
	if ((!self->selection.store && !selection_open_store (&self->selection, error)) ||
	    !open_jobserver (self, error))
		return FALSE;
	selection_jobs (&self->selection); /* before threads ask for it */
	if (self->noisy)
		return hunt_noisy (self, &spec, out_status, error);
	found = hunt_run (self->session, &spec, error);
	if (!found)
		return FALSE;
	print_hunt (self, found, NULL);
	*out_status = session_is_verified (self->session) ? EXIT_DONE : EXIT_UNJUDGED;
	return TRUE;
}

/* A command line is parsed twice where a session goes on: its own words come before today's. */
static gboolean resume (Bisect *self, char **now, GError **error)
{
	g_autofree char *path = session_path (self->selection.project->state_dir);
	g_autofree char *project = g_canonicalize_filename (self->selection.project->path, NULL);
	g_autoptr (Session) session = session_load (path, error);
	g_auto (GStrv) words = NULL;
	g_autofree char **argv = NULL;
	int argc;

	if (!session)
		return FALSE;
	if (session->words) {
		words = bisect_words_again (session->words, now, project);
		argv = g_memdup2 (words, (g_strv_length (words) + 1) * sizeof *words);
		argc = (int) g_strv_length (words);
		bisect_clear (self);
		*self = (Bisect){ 0 };
		if (!parse (self, &argc, argv, error) || !selection_load (&self->selection, error))
			return FALSE;
	}
	self->session = g_steal_pointer (&session);
	return open_repo (self, error);
}

static gboolean run (Bisect *self, char **words, char **ends, int *out_status, GError **error)
{
	if (ends[0] ? !open_repo (self, error) || !begin (self, words, ends[0], ends[1], error)
		    : !resume (self, words, error))
		return FALSE;
	return hunt (self, out_status, error);
}

/* ---- the others ---- */

static gboolean print_log (Bisect *self, GError **error)
{
	g_autofree char *path = session_path (self->selection.project->state_dir);
	g_autoptr (Session) session = session_load (path, error);
	g_autofree char *text = session ? files_read (path, NULL, error) : NULL;

	if (text)
		fputs (text, stdout);
	return text != NULL;
}

/* A log of git's may name its ends as git was told them. */
static gboolean resolve_all (const Bisect *self, Session *session, GError **error)
{
	guint i;

	if (!resolve (self, &session->old_end, error) || !resolve (self, &session->new_end, error))
		return FALSE;
	for (i = 0; i < session->entries->len; i++) {
		SessionEntry *entry = session->entries->pdata[i];

		if (!resolve (self, &entry->commit, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean replay (Bisect *self, const char *file, char **words, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr (Session) session = NULL;

	if (!g_file_test (file, G_FILE_TEST_EXISTS))
		return fail (error, BAKEOFF_ERROR_USAGE, "there is no log '%s'", file);
	text = files_read (file, NULL, error);
	session = text ? session_parse (text, file, error) : NULL;
	if (!session || !open_repo (self, error))
		return FALSE;
	session->path = session_path (self->selection.project->state_dir);
	if (!session->words)
		session->words = g_strdupv (words);
	if (!resolve_all (self, session, error) || !check_history (self, session, error)) {
		g_prefix_error (error, "%s: ", file);
		return FALSE;
	}
	return session_start (session, subject_of, self->repo, error);
}

static gboolean reset (Bisect *self, GError **error)
{
	g_autofree char *path = session_path (self->selection.project->state_dir);

	if (g_unlink (path) != 0)
		return fail (error, BAKEOFF_ERROR_USAGE, "no bisection is under way");
	return TRUE;
}

static gboolean visualize (Bisect *self, char **words, GError **error)
{
	g_autoptr (Graph) graph = NULL;
	g_autoptr (Search) found = NULL;
	g_autoptr (GString) text = g_string_new (NULL);

	if (!resume (self, words, error) ||
	    !hunt_search (self->session, self->repo, &graph, &found, error))
		return FALSE;
	bisect_draw (self->repo, self->session, graph, found, DRAWN, text);
	fputs (text->str, stdout);
	return TRUE;
}

/* What is left, by what the session has been told: nothing is tested. */
static GPtrArray *known_suspects (const Bisect *self, char **out_certainty, GError **error)
{
	const HuntSpec untested = { .repo = self->repo, .fix = self->options.fix };
	g_autoptr (NoisyResult) found = NULL;

	if (!self->noisy)
		return hunt_suspects (self->session, self->repo, error);
	found = run_noisy (self, &untested, error);
	if (!found)
		return NULL;
	*out_certainty = describe_noisy (self, found);
	return g_ptr_array_ref (found->hunt->suspects);
}

static gboolean report (Bisect *self, char **words, GError **error)
{
	g_autoptr (GPtrArray) suspects = NULL;
	g_autoptr (GString) text = g_string_new (NULL);
	g_autofree char *what = NULL, *certainty = NULL;
	const char *format;
	BisectReport spec;

	if (!resume (self, words, error))
		return FALSE;
	format = self->format ? self->format : "text";
	if (!g_str_equal (format, "text") && !g_str_equal (format, "reply"))
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "--format takes 'text' or 'reply', not '%s'", format);
	suspects = known_suspects (self, &certainty, error);
	if (!suspects)
		return FALSE;
	spec = report_of (self, &what);
	spec.certainty = certainty;
	(g_str_equal (format, "text") ? bisect_report : bisect_report_mail) (&spec, self->session,
									     suspects, text);
	fputs (text->str, stdout);
	return TRUE;
}

/* The verbs that change the session, one bakeoff at a time. */
static gboolean change (Bisect *self, const char *verb, char **arguments, char **words,
			int *out_status, GError **error)
{
	g_autofree char *path = session_path (self->selection.project->state_dir);
	g_autofree char *dir = g_path_get_dirname (path);
	g_autofree char *lock_path = g_build_filename (dir, "lock", NULL);
	g_autoptr (GError) local = NULL;
	gboolean done;
	int lock;

	if (!files_make_dir (dir, error))
		return FALSE;
	lock = lock_try (lock_path, LOCK_EXCLUSIVE, &local);
	if (local) {
		g_propagate_error (error, g_steal_pointer (&local));
		return FALSE;
	}
	if (lock < 0)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "another bakeoff is at work on this bisection");
	if (g_str_equal (verb, "run"))
		done = run (self, words, arguments, out_status, error);
	else if (g_str_equal (verb, "replay"))
		done = replay (self, arguments[0], words, error);
	else
		done = reset (self, error);
	close (lock);
	return done;
}

static gboolean dispatch (Bisect *self, int argc, char **argv, char **words, int *out_status,
			  GError **error)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if ((g_str_equal (verb, "run") && (argc == 2 || argc == 4)) ||
	    (g_str_equal (verb, "replay") && argc == 3) ||
	    (g_str_equal (verb, "reset") && argc == 2))
		return change (self, verb, argv + 2, words, out_status, error);
	if (g_str_equal (verb, "log") && argc == 2)
		return print_log (self, error);
	if (g_str_equal (verb, "visualize") && argc == 2)
		return visualize (self, words, error);
	if (g_str_equal (verb, "report") && argc == 2)
		return report (self, words, error);
	return fail (error, BAKEOFF_ERROR_USAGE,
		     "bisect takes 'run GOOD BAD', 'run', 'log', 'replay FILE', 'reset', "
		     "'visualize' or 'report'\nsee 'bakeoff bisect --help'");
}

/* To pass over --noisy would be to take one boot for proof. */
static gboolean check_series (const Bisect *self, int argc, GError **error)
{
	gboolean commits = argc > 1 || self->first_parent || self->paths || self->ahead ||
			   self->noisy || self->regzbot || self->format;

	return !(self->series ? commits : self->selection.base != NULL) ||
	       fail (error, BAKEOFF_ERROR_USAGE, "%s",
		     self->series ? "--series takes no word and no option about commits"
				  : "--base is for --series alone");
}

gboolean cmd_bisect (int argc, char **argv, int *out_status, GError **error)
{
	g_auto (Bisect) self = { 0 };
	g_autofree char **all = g_memdup2 (argv + 1, (gsize) argc * sizeof *argv);
	g_auto (GStrv) words = NULL;

	if (!parse (&self, &argc, argv, error))
		return FALSE;
	argv[argc] = NULL;
	words = bisect_words_to_keep (all, argc > 1 ? argv[1] : NULL);
	if (self.ahead < 0 || self.ahead > AHEAD_MAX)
		return fail (error, BAKEOFF_ERROR_USAGE, "--ahead must be 1 to %d", AHEAD_MAX);
	if (!(self.confidence > 0.5 && self.confidence < 1) || self.boots_max < 1)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "--confidence is above 0.5 and below 1, --max-boots at least 1");
	return check_series (&self, argc, error) && selection_load (&self.selection, error) &&
	       (self.series ? bisect_series (&self.selection, &self.options, self.series,
					     out_status, error)
			    : dispatch (&self, argc, argv, words, out_status, error));
}
