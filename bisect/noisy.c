/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "bisect/history.h"
#include "bisect/noisy.h"
#include "bisect/revert.h"

enum {
	LISTEN_US = 20000, /* how often signals are heard while a test runs */
	FIRST_BUILD = 30,  /* seconds, until one was seen */
	FIRST_BOOT = 3,
	CHECKS_MAX = 100, /* boots of each commit that is checked afterwards */
};

typedef struct {
	Session *session;
	const NoisySpec *spec;
	Hunt *hunt;
	Graph *graph;
	Belief *belief;
	GHashTable *built; /* commits that have an image */
	GHashTable *asked; /* commits that were tested now */
	double build_seconds, boot_seconds;
} Noisy;

void noisy_result_free (NoisyResult *self)
{
	if (!self)
		return;
	hunt_free (self->hunt);
	g_free (self);
}

/* ---- one boot ---- */

typedef struct {
	const Noisy *noisy;
	const char *commit;
	guint boots;
	GCancellable *cancellable;
	TrialResult *result;
	GError *error;
	GAsyncQueue *ended; /* gets the test itself */
} Test;

static gpointer test_in_thread (gpointer data)
{
	Test *self = data;
	const HuntSpec *spec = &self->noisy->spec->hunt;
	g_autoptr (GMainContext) context = g_main_context_new ();

	g_main_context_push_thread_default (context);
	self->result = spec->test (self->commit, self->boots, self->cancellable, spec->user_data,
				   &self->error);
	g_main_context_pop_thread_default (context);
	g_async_queue_push (self->ended, self);
	return NULL;
}

/* Tests while the main context hears signals. */
static TrialResult *test (Noisy *self, const char *commit, guint boots, GError **error)
{
	g_autoptr (GCancellable) cancellable = g_cancellable_new ();
	g_autoptr (GAsyncQueue) ended = g_async_queue_new ();
	Test test = { .noisy = self,
		      .commit = commit,
		      .boots = boots,
		      .cancellable = cancellable,
		      .ended = ended };
	GThread *thread = g_thread_new ("boot", test_in_thread, &test);

	while (!g_async_queue_timeout_pop (ended, LISTEN_US)) {
		while (g_main_context_iteration (NULL, FALSE))
			;
		if (g_cancellable_is_cancelled (self->spec->hunt.cancellable))
			g_cancellable_cancel (cancellable);
	}
	g_thread_join (thread);
	if (!test.result) {
		g_propagate_error (error, test.error);
		return NULL;
	}
	if (test.result->answer == TRIAL_BROKEN) {
		fail (error, BAKEOFF_ERROR_FAILED,
		      "%.12s could not be tested: %s\n"
		      "when that is mended, 'bakeoff bisect run' goes on",
		      commit, test.result->reason);
		g_clear_pointer (&test.result, trial_result_free);
	}
	return test.result;
}

/* How many boots of @image this session has made use of: the others in the store are still new. */
static guint count_used (const Noisy *self, const char *image)
{
	guint i, used = 0;

	for (i = 0; i < self->session->boots->len; i++) {
		const SessionBoot *boot = self->session->boots->pdata[i];

		used += g_str_equal (boot->image, image);
	}
	return used;
}

static void count (Noisy *self, const TrialResult *result)
{
	self->hunt->built += result->new_builds;
	self->hunt->booted += result->new_boots;
	if (result->new_builds)
		self->build_seconds = result->build_seconds;
	if (result->new_boots)
		self->boot_seconds = result->boot_seconds;
}

/* What has no image has its answer without a boot: by a rule, or it cannot be tested at all. */
static char outcome_without_boot (const TrialResult *result)
{
	switch (result->answer) {
	case TRIAL_BAD:
		return 'b';
	case TRIAL_GOOD:
		return 'g';
	case TRIAL_UNTESTABLE:
	case TRIAL_BROKEN:
		break;
	}
	return 'x';
}

/* One boot of @commit that this session has not used yet. Returns: its outcome, 0 with an error. */
static char boot (Noisy *self, const char *commit, GError **error)
{
	g_autoptr (TrialResult) result = test (self, commit, 1, error);
	guint before = self->hunt->built + self->hunt->booted;
	const char *image;
	guint used;
	char outcome;

	if (!result)
		return 0;
	count (self, result);
	image = result->image ? result->image : "-";
	used = count_used (self, image);
	if (result->image && result->pattern && strlen (result->pattern) <= used) {
		TrialResult *more = test (self, commit, used + 1, error);

		if (!more)
			return 0;
		count (self, more);
		trial_result_free (result);
		result = more;
		image = result->image;
	}
	outcome = result->pattern && strlen (result->pattern) > used
			  ? result->pattern[used]
			  : outcome_without_boot (result);
	if (result->image)
		g_hash_table_add (self->built, g_strdup (commit));
	if (g_hash_table_add (self->asked, g_strdup (commit))) {
		self->hunt->tested++;
		self->hunt->known += self->hunt->built + self->hunt->booted == before;
	}
	if (!session_add_boot (self->session, commit, image, outcome, error))
		return 0;
	return outcome;
}

/* ---- beliefs ---- */

static gboolean shows (const Noisy *self, char outcome)
{
	return (outcome == 'b') != self->spec->hunt.fix;
}

static void see (Noisy *self, guint node, const SessionBoot *boot)
{
	if (boot->outcome == 'x')
		belief_skip (self->belief, node);
	else
		belief_see (self->belief, node, shows (self, boot->outcome));
}

/* Whether @commit is in the search; others were booted to check its answer. */
static gboolean find_node (const Noisy *self, const char *commit, guint *out_node)
{
	if (graph_find (self->graph, commit, out_node))
		return TRUE;
	*out_node = BELIEF_OLD_END;
	return g_str_equal (commit, self->session->old_end);
}

static double cost (guint node, gpointer user_data)
{
	Noisy *self = user_data;

	if (node == BELIEF_OLD_END ||
	    g_hash_table_contains (self->built, graph_node (self->graph, node)->id))
		return self->boot_seconds;
	return self->boot_seconds + self->build_seconds;
}

static const char *commit_of (const Noisy *self, guint node)
{
	return node == BELIEF_OLD_END ? self->session->old_end : graph_node (self->graph, node)->id;
}

static gboolean search (Noisy *self, GArray **out_suspects, gboolean *out_sure, GError **error)
{
	guint node;

	while (!(*out_sure = belief_is_sure (self->belief, self->spec->confidence, out_suspects)) &&
	       self->spec->hunt.test && self->session->boots->len < self->spec->boots_max &&
	       belief_next (self->belief, cost, self, &node)) {
		char outcome = boot (self, commit_of (self, node), error);

		if (!outcome)
			return FALSE;
		see (self, node, self->session->boots->pdata[self->session->boots->len - 1]);
		if (self->spec->booted)
			self->spec->booted (commit_of (self, node), outcome, self->graph,
					    self->belief, self->spec->hunt.user_data);
	}
	if (!*out_sure)
		*out_suspects = belief_likeliest (self->belief, self->spec->confidence);
	return TRUE;
}

/* ---- the checks afterwards ---- */

/* Boots @commit until it is certain on which side it is, by the rates that were found. The sum is
 * Wald's: of the logarithms of how much likelier each boot is on the new side. */
static gboolean weigh (Noisy *self, const char *commit, double rate_old, double rate_new,
		       guint *out_boots, guint *out_shown, double *out_weight, GError **error)
{
	const double enough = log (self->spec->confidence / (1 - self->spec->confidence));
	double weight = 0;
	guint boots = 0, shown = 0;

	while (fabs (weight) < enough && boots < CHECKS_MAX) {
		char outcome = boot (self, commit, error);

		if (!outcome)
			return FALSE;
		if (outcome == 'x')
			break;
		boots++;
		if (shows (self, outcome)) {
			shown++;
			weight += log (rate_new / rate_old);
		} else {
			weight += log ((1 - rate_new) / (1 - rate_old));
		}
	}
	*out_boots = boots;
	*out_shown = shown;
	*out_weight = weight;
	return TRUE;
}

static gboolean check (Noisy *self, const char *commit, gboolean is_new, const NoisyResult *found,
		       GString *failures, GString *counts, GError **error)
{
	guint boots, shown;
	double weight;

	if (!weigh (self, commit, found->rate_old, found->rate_new, &boots, &shown, &weight, error))
		return FALSE;
	g_string_append_printf (counts, "%s%.12s %u of %u", counts->len ? ", " : "", commit, shown,
				boots);
	if (is_new ? weight <= 0 : weight >= 0)
		g_string_append_printf (failures, "%s%.12s shows it in %u of %u boots",
					failures->len ? ", " : "", commit, shown, boots);
	return TRUE;
}

static char *conclusion (const GString *failures, const GString *counts)
{
	return failures->len ? g_strdup (failures->str)
			     : g_strdup_printf ("PASS (shown by %s boots)", counts->str);
}

static gboolean verify (Noisy *self, const char *commit, const NoisyResult *found, SessionEnd *end,
			GError **error)
{
	g_auto (GStrv) parents =
		revert_parents (self->spec->hunt.repo, commit, self->session->first_parent, error);
	g_autoptr (GString) failures = g_string_new (NULL), counts = g_string_new (NULL);
	char **parent;

	if (!parents || !check (self, commit, TRUE, found, failures, counts, error))
		return FALSE;
	for (parent = parents; *parent; parent++) {
		if (!check (self, *parent, FALSE, found, failures, counts, error))
			return FALSE;
	}
	end->verify = conclusion (failures, counts);
	return TRUE;
}

static gboolean check_revert (Noisy *self, const char *commit, const NoisyResult *found,
			      SessionEnd *end, GError **error)
{
	g_autoptr (GString) failures = g_string_new (NULL), counts = g_string_new (NULL);
	g_autoptr (GError) local = NULL;
	g_autofree char *reverted =
		revert_commit (self->spec->hunt.repo, commit, self->session->new_end, &local);

	if (local) {
		g_propagate_error (error, g_steal_pointer (&local));
		return FALSE;
	}
	if (!reverted) {
		end->revert = g_strdup ("it cannot be taken back there as it is");
		return TRUE;
	}
	if (!check (self, reverted, FALSE, found, failures, counts, error))
		return FALSE;
	end->revert = conclusion (failures, counts);
	return TRUE;
}

static gboolean check_answer (Noisy *self, const NoisyResult *found, GError **error)
{
	const char *commit = self->hunt->suspects->pdata[0];
	g_autofree char *subject = repo_subject (self->spec->hunt.repo, commit);
	SessionEnd end = { .commit = (char *) commit };
	gboolean done = verify (self, commit, found, &end, error) &&
			check_revert (self, commit, found, &end, error) &&
			session_finish (self->session, &end, subject, error);

	g_free (end.verify);
	g_free (end.revert);
	return done;
}

/* ---- all of it ---- */

static gboolean begin (Noisy *self, GError **error)
{
	const Session *session = self->session;
	const char *old_ends[] = { session->old_end, NULL };
	guint i, node;

	self->graph =
		history_load (self->spec->hunt.repo, session->new_end, old_ends,
			      session->first_parent, (const char *const *) session->paths, error);
	if (!self->graph)
		return FALSE;
	self->belief = belief_new (self->graph);
	for (i = 0; i < session->boots->len; i++) {
		const SessionBoot *boot = session->boots->pdata[i];

		if (!g_str_equal (boot->image, "-"))
			g_hash_table_add (self->built, g_strdup (boot->commit));
		if (find_node (self, boot->commit, &node))
			see (self, node, boot);
	}
	return TRUE;
}

static gboolean run (Noisy *self, NoisyResult *result, GError **error)
{
	const char *end = self->session->end.commit;
	g_autoptr (GArray) suspects = NULL;
	guint i, node;

	if (!begin (self, error))
		return FALSE;
	if (end && find_node (self, end, &node)) { /* told already */
		suspects = g_array_new (FALSE, FALSE, sizeof node);
		g_array_append_val (suspects, node);
		result->sure = TRUE;
	} else if (!search (self, &suspects, &result->sure, error)) {
		return FALSE;
	}
	for (i = 0; i < suspects->len; i++) {
		node = g_array_index (suspects, guint, i);
		g_ptr_array_add (self->hunt->suspects, g_strdup (commit_of (self, node)));
		result->confidence += belief_of (self->belief, node);
	}
	result->no_change = belief_no_change (self->belief);
	belief_rates (self->belief, &result->rate_old, &result->rate_new);
	return end || !self->spec->hunt.test || !result->sure || suspects->len != 1 ||
	       check_answer (self, result, error);
}

NoisyResult *noisy_run (Session *session, const NoisySpec *spec, GError **error)
{
	g_autoptr (NoisyResult) result = g_new0 (NoisyResult, 1);
	Noisy self = { .session = session, .spec = spec };
	gboolean done;

	result->hunt = self.hunt = g_new0 (Hunt, 1);
	self.hunt->suspects = g_ptr_array_new_with_free_func (g_free);
	self.built = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	self.asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	self.build_seconds = FIRST_BUILD;
	self.boot_seconds = FIRST_BOOT;
	done = run (&self, result, error);
	g_hash_table_unref (self.built);
	g_hash_table_unref (self.asked);
	belief_free (self.belief);
	graph_free (self.graph);
	return done ? g_steal_pointer (&result) : NULL;
}
