/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "bisect/history.h"
#include "bisect/hunt.h"
#include "bisect/revert.h"

enum {
	LISTEN_US = 20000 /* how often signals are heard while tests run */
};

/* A hunt under way. It is the calling thread's; workers have their Asked. */
typedef struct {
	Session *session;
	const HuntSpec *spec;
	Hunt *hunt;
	Graph *graph;	/* (nullable): once the ends are known to be what they are said to be */
	Search *search; /* (nullable) */
	GThreadPool *pool;
	GAsyncQueue *answers; /* of Asked */
	GHashTable *running;  /* commit -> Asked */
} Hunting;

/* A test, and then its result. */
typedef struct {
	char *commit;
	gboolean ahead; /* begun before it was certain to be needed */
	gboolean dropped;
	GCancellable *cancellable;
	TrialResult *result;
	GError *error;
} Asked;

static void asked_free (gpointer data)
{
	Asked *self = data;

	g_free (self->commit);
	g_object_unref (self->cancellable);
	trial_result_free (self->result);
	g_clear_error (&self->error);
	g_free (self);
}

void hunt_free (Hunt *self)
{
	if (!self)
		return;
	g_ptr_array_unref (self->suspects);
	g_free (self);
}

/* ---- tests, several at a time ---- */

static void work (gpointer data, gpointer user_data)
{
	Asked *asked = data;
	Hunting *self = user_data;
	g_autoptr (GMainContext) context = g_main_context_new ();

	g_main_context_push_thread_default (context);
	if (g_cancellable_is_cancelled (asked->cancellable))
		fail (&asked->error, BAKEOFF_ERROR_CANCELLED, "stopped");
	else
		asked->result = self->spec->test (asked->commit, 0, asked->cancellable,
						  self->spec->user_data, &asked->error);
	g_main_context_pop_thread_default (context);
	g_async_queue_push (self->answers, asked);
}

static void tell (const Hunting *self, HuntEventKind kind, const char *commit,
		  const TrialResult *result)
{
	HuntEvent event = { .kind = kind, .commit = commit, .result = result };
	g_autofree Bits *suspects = self->search ? search_suspects (self->search) : NULL;

	if (suspects) {
		event.suspects = bits_count (suspects);
		event.steps = search_steps (self->search);
	}
	if (self->spec->event)
		self->spec->event (&event, self->spec->user_data);
}

static gboolean is_running (const Hunting *self, const char *commit)
{
	return g_hash_table_contains (self->running, commit);
}

static void ask (Hunting *self, const char *commit, gboolean ahead)
{
	Asked *asked = g_new0 (Asked, 1);

	asked->commit = g_strdup (commit);
	asked->ahead = ahead;
	asked->cancellable = g_cancellable_new ();
	g_hash_table_insert (self->running, asked->commit, asked);
	if (ahead)
		self->hunt->ahead++;
	tell (self, HUNT_ASKING, commit, NULL);
	g_thread_pool_push (self->pool, asked, NULL);
}

static void stop_all (Hunting *self)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init (&iter, self->running);
	while (g_hash_table_iter_next (&iter, NULL, &value))
		g_cancellable_cancel (((Asked *) value)->cancellable);
}

/* Waits for one test to end while the main context hears signals. */
static Asked *wait_for_answer (Hunting *self)
{
	Asked *asked;

	while (!(asked = g_async_queue_timeout_pop (self->answers, LISTEN_US))) {
		while (g_main_context_iteration (NULL, FALSE))
			;
		if (g_cancellable_is_cancelled (self->spec->cancellable))
			stop_all (self);
	}
	g_hash_table_remove (self->running, asked->commit);
	return asked;
}

static Answer answer_of (const Hunting *self, const TrialResult *result)
{
	if (result->answer == TRIAL_UNTESTABLE)
		return ANSWER_SKIP;
	return (result->answer == TRIAL_BAD) != self->spec->fix ? ANSWER_NEW : ANSWER_OLD;
}

/* Whether a test came to anything at all; counts what it cost. */
static gboolean check_result (Hunting *self, const Asked *asked, GError **error)
{
	if (!asked->result) {
		g_propagate_error (error, g_error_copy (asked->error));
		return FALSE;
	}
	if (asked->result->answer == TRIAL_BROKEN)
		return fail (error, BAKEOFF_ERROR_FAILED,
			     "%.12s could not be tested: %s\n"
			     "when that is mended, 'bakeoff bisect run' goes on",
			     asked->commit, asked->result->reason);
	self->hunt->built += asked->result->new_builds;
	self->hunt->booted += asked->result->new_boots;
	return TRUE;
}

/*
 * Puts what a test came to into the session. FALSE stops the hunt.
 *
 * What is new but no suspect any more is left out: git takes the last such commit of a log for the
 * one to search below, and would go back to more suspects.
 */
static gboolean keep (Hunting *self, const Asked *asked, GError **error)
{
	g_autofree char *subject = NULL;
	Answer answer;

	self->hunt->dropped += asked->dropped;
	if (asked->dropped && !asked->result) {
		tell (self, HUNT_DROPPED, asked->commit, NULL);
		return TRUE;
	}
	if (!check_result (self, asked, error))
		return FALSE;
	self->hunt->tested++;
	self->hunt->known += !asked->result->new_builds && !asked->result->new_boots;
	answer = answer_of (self, asked->result);
	subject = repo_subject (self->spec->repo, asked->commit);
	if (!(asked->dropped && answer == ANSWER_NEW) &&
	    !session_add (self->session, asked->commit, answer, asked->result->reason, subject,
			  error))
		return FALSE;
	tell (self, HUNT_ANSWERED, asked->commit, asked->result);
	return TRUE;
}

/* Tests @commits that the session has no answer for, all of them. */
static gboolean ask_all (Hunting *self, char **commits, GError **error)
{
	gboolean done = TRUE;

	for (; *commits; commits++) {
		if (!session_find (self->session, *commits) && !is_running (self, *commits))
			ask (self, *commits, FALSE);
	}
	while (g_hash_table_size (self->running) > 0) {
		Asked *asked = wait_for_answer (self);

		if (done && !keep (self, asked, error)) {
			done = FALSE;
			stop_all (self);
		}
		asked_free (asked);
	}
	return done;
}

/* ---- the ends ---- */

static gboolean refuse_end (const Hunting *self, const char *commit, Answer said, GError **error)
{
	const SessionEntry *entry = session_find (self->session, commit);
	const char *reason = entry->reason;

	if (entry->answer == ANSWER_SKIP)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "the %s end %.12s cannot be tested: %s\n"
			     "give a commit near it, or what it needs with --with PATCH",
			     session_term (self->session, said), commit, reason);
	return fail (error, BAKEOFF_ERROR_USAGE,
		     "the %s end %.12s is %s: %s\n"
		     "'--find fix' looks for the commit that cured a bug, its ends the other way "
		     "round",
		     session_term (self->session, said), commit,
		     session_term (self->session, entry->answer), reason);
}

static gboolean check_end (const Hunting *self, const char *commit, Answer said, GError **error)
{
	return session_find (self->session, commit)->answer == said ||
	       refuse_end (self, commit, said, error);
}

/* What lies below both ends must be old; else the change came and went elsewhere. */
static gboolean check_bases (Hunting *self, GError **error)
{
	const Session *session = self->session;
	g_auto (GStrv) bases =
		history_merge_bases (self->spec->repo, session->old_end, session->new_end, error);
	char **base;

	if (!bases || !ask_all (self, bases, error))
		return FALSE;
	for (base = bases; *base; base++) {
		if (session_find (session, *base)->answer == ANSWER_NEW)
			return fail (error, BAKEOFF_ERROR_USAGE,
				     "%.12s, which both ends come from, is %s already\n"
				     "what was looked for is not between them: on the way to %.12s "
				     "it was undone",
				     *base, session->term_new, session->old_end);
	}
	return TRUE;
}

static gboolean check_ends (Hunting *self, GError **error)
{
	const Session *session = self->session;
	char *ends[] = { session->old_end, session->new_end, NULL };

	return ask_all (self, ends, error) &&
	       check_end (self, session->old_end, ANSWER_OLD, error) &&
	       check_end (self, session->new_end, ANSWER_NEW, error) && check_bases (self, error);
}

/* ---- the search ---- */

/* Answers for commits that are not searched say nothing. */
static gboolean tell_search (Search *search, const Graph *graph, const char *commit, Answer answer,
			     GError **error)
{
	guint node;

	if (!graph_find (graph, commit, &node) || search_tell (search, node, answer, error))
		return TRUE;
	g_prefix_error (error, "answers contradict each other, the bug comes and goes: ");
	return FALSE;
}

/* Whether @commit was tested as the search's answer or one of its parents. What that comes to may
 * contradict the search, and verify() says so. */
static gboolean is_check (const Session *session, Repo *repo, const Graph *graph,
			  const Search *search, const char *commit)
{
	g_autofree Bits *suspects = search_suspects (search);
	g_auto (GStrv) parents = NULL;
	const char *answer;

	if (bits_count (suspects) != 1)
		return FALSE;
	answer = graph_node (graph, bits_next (suspects, 0))->id;
	parents = revert_parents (repo, answer, session->first_parent, NULL);
	return g_str_equal (answer, commit) ||
	       (parents && g_strv_contains ((const char *const *) parents, commit));
}

gboolean hunt_search (const Session *session, Repo *repo, Graph **out_graph, Search **out_search,
		      GError **error)
{
	const char *old_ends[] = { session->old_end, NULL };
	g_autoptr (Graph) graph =
		history_load (repo, session->new_end, old_ends, session->first_parent,
			      (const char *const *) session->paths, error);
	g_autoptr (Search) search = graph ? search_new (graph) : NULL;
	guint i;

	if (!search)
		return FALSE;
	for (i = 0; i < session->entries->len; i++) {
		const SessionEntry *entry = session->entries->pdata[i];
		g_autoptr (GError) local = NULL;

		if (tell_search (search, graph, entry->commit, entry->answer, &local) ||
		    is_check (session, repo, graph, search, entry->commit))
			continue;
		g_propagate_error (error, g_steal_pointer (&local));
		return FALSE;
	}
	*out_graph = g_steal_pointer (&graph);
	*out_search = g_steal_pointer (&search);
	return TRUE;
}

/* Starts what is worth asking now and stops what is not worth it any more. FALSE: nothing is. */
static gboolean ask_next (Hunting *self)
{
	g_autoptr (GArray) ahead = search_ahead (self->search, self->spec->width);
	g_autofree Bits *suspects = search_suspects (self->search);
	GHashTableIter iter;
	gpointer value;
	guint i, node;

	g_hash_table_iter_init (&iter, self->running);
	while (g_hash_table_iter_next (&iter, NULL, &value)) {
		Asked *asked = value;

		if (ahead->len > 0 && graph_find (self->graph, asked->commit, &node) &&
		    bits_has (suspects, node))
			continue;
		asked->dropped = TRUE;
		g_cancellable_cancel (asked->cancellable);
	}
	for (i = 0; i < ahead->len; i++) {
		const char *id = graph_node (self->graph, g_array_index (ahead, guint, i))->id;

		if (!is_running (self, id) && g_hash_table_size (self->running) < self->spec->width)
			ask (self, id, i > 0);
	}
	return ahead->len > 0;
}

static gboolean search_all (Hunting *self, GError **error)
{
	gboolean done = TRUE;

	while (done && (ask_next (self) || g_hash_table_size (self->running) > 0)) {
		Asked *asked = wait_for_answer (self);

		done = keep (self, asked, error) &&
		       (!asked->result || tell_search (self->search, self->graph, asked->commit,
						       answer_of (self, asked->result), error));
		asked_free (asked);
	}
	stop_all (self);
	while (g_hash_table_size (self->running) > 0)
		asked_free (wait_for_answer (self));
	return done;
}

static void list_suspects (const Graph *graph, const Search *search, GPtrArray *out)
{
	g_autofree Bits *suspects = search_suspects (search);
	guint node;

	for (node = bits_next (suspects, 0); node < suspects->size;
	     node = bits_next (suspects, node + 1))
		g_ptr_array_add (out, g_strdup (graph_node (graph, node)->id));
}

GPtrArray *hunt_suspects (const Session *session, Repo *repo, GError **error)
{
	g_autoptr (GPtrArray) suspects = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (Graph) graph = NULL;
	g_autoptr (Search) search = NULL;

	if (session->end.commit)
		g_ptr_array_add (suspects, g_strdup (session->end.commit));
	else if (hunt_search (session, repo, &graph, &search, error))
		list_suspects (graph, search, suspects);
	else
		return NULL;
	return g_steal_pointer (&suspects);
}

/* ---- the checks afterwards ---- */

static void differs (const Hunting *self, const char *commit, Answer wanted, const char *whose,
		     SessionEnd *end)
{
	const SessionEntry *entry = session_find (self->session, commit);

	if (entry->answer == wanted)
		return;
	g_free (end->verify);
	end->verify = g_strdup_printf ("%s%.12s is %s: %s", whose, commit,
				       session_term (self->session, entry->answer), entry->reason);
}

/* The answer shows it, and none of its parents does: a branch that is taken for one commit may. */
static gboolean verify (Hunting *self, const char *commit, SessionEnd *end, GError **error)
{
	g_auto (GStrv) parents =
		revert_parents (self->spec->repo, commit, self->session->first_parent, error);
	g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
	char **parent;

	if (!parents)
		return FALSE;
	g_ptr_array_add (wanted, (gpointer) commit);
	for (parent = parents; *parent; parent++)
		g_ptr_array_add (wanted, *parent);
	g_ptr_array_add (wanted, NULL);
	if (!ask_all (self, (char **) wanted->pdata, error))
		return FALSE;
	end->verify = g_strdup ("PASS");
	for (parent = parents; *parent; parent++)
		differs (self, *parent, ANSWER_OLD, "its parent ", end);
	differs (self, commit, ANSWER_NEW, "", end);
	return TRUE;
}

/* The new end without the answer is old again. */
static gboolean check_revert (Hunting *self, const char *commit, SessionEnd *end, GError **error)
{
	g_autoptr (GError) local = NULL;
	g_autofree char *reverted =
		revert_commit (self->spec->repo, commit, self->session->new_end, &local);
	Asked *asked;
	Answer answer;
	gboolean done;

	if (local) {
		g_propagate_error (error, g_steal_pointer (&local));
		return FALSE;
	}
	if (!reverted) {
		end->revert = g_strdup ("it cannot be taken back there as it is");
		return TRUE;
	}
	ask (self, reverted, FALSE);
	asked = wait_for_answer (self);
	done = check_result (self, asked, error);
	if (done) {
		tell (self, HUNT_ANSWERED, reverted, asked->result);
		answer = answer_of (self, asked->result);
		end->revert = answer == ANSWER_OLD
				      ? g_strdup ("PASS")
				      : g_strdup_printf ("without it %.12s is %s: %s",
							 self->session->new_end,
							 session_term (self->session, answer),
							 asked->result->reason);
	}
	asked_free (asked);
	return done;
}

static gboolean check_answer (Hunting *self, GError **error)
{
	const char *commit = self->hunt->suspects->pdata[0];
	g_autofree char *subject = repo_subject (self->spec->repo, commit);
	SessionEnd end = { .commit = (char *) commit };
	gboolean done;

	tell (self, HUNT_VERIFYING, commit, NULL);
	done = verify (self, commit, &end, error) && check_revert (self, commit, &end, error) &&
	       session_finish (self->session, &end, subject, error);
	g_free (end.verify);
	g_free (end.revert);
	return done;
}

static gboolean run (Hunting *self, GError **error)
{
	Hunt *hunt = self->hunt;

	if (self->session->end.commit) {
		g_ptr_array_add (hunt->suspects, g_strdup (self->session->end.commit));
		return TRUE;
	}
	if (!check_ends (self, error) ||
	    !hunt_search (self->session, self->spec->repo, &self->graph, &self->search, error) ||
	    !search_all (self, error))
		return FALSE;
	list_suspects (self->graph, self->search, hunt->suspects);
	return hunt->suspects->len != 1 || check_answer (self, error);
}

Hunt *hunt_run (Session *session, const HuntSpec *spec, GError **error)
{
	g_autoptr (Hunt) hunt = g_new0 (Hunt, 1);
	Hunting self = { .session = session, .spec = spec, .hunt = hunt };
	gboolean done;

	hunt->suspects = g_ptr_array_new_with_free_func (g_free);
	self.answers = g_async_queue_new ();
	self.running = g_hash_table_new (g_str_hash, g_str_equal);
	self.pool = g_thread_pool_new (work, &self, (int) MAX (spec->width, 1), FALSE, NULL);
	done = run (&self, error);
	g_thread_pool_free (self.pool, FALSE, TRUE);
	g_async_queue_unref (self.answers);
	g_hash_table_unref (self.running);
	search_free (self.search);
	graph_free (self.graph);
	return done ? g_steal_pointer (&hunt) : NULL;
}
