/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "kbuild/kconfig.h"
#include "matrix/results.h"
#include "matrix/trial.h"

enum {
	TRIES = 3 /* of what breaks on our side */
};

/* A trial under way. */
typedef struct {
	const TrialSpec *spec;
	const TrialQuestion *question;
	GCancellable *cancellable;
	Plan *plan;
	Store *store;
	Cell *cell;
	TrialResult *result;
} Trial;

static void trial_clear (Trial *self)
{
	if (!self->spec->store)
		store_free (self->store);
	plan_free (self->plan);
	trial_result_free (self->result);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trial, trial_clear)

void trial_result_free (TrialResult *self)
{
	if (!self)
		return;
	g_free (self->reason);
	g_free (self->signature);
	g_free (self->image);
	g_free (self->pattern);
	g_free (self->log);
	g_free (self);
}

static const char *const answers[] = { "good", "bad", "untestable", "broken" };

const char *trial_answer_name (TrialAnswer answer)
{
	g_return_val_if_fail (answer < G_N_ELEMENTS (answers), "broken");
	return answers[answer];
}

TrialRule *trial_rule_parse (const char *text, GError **error)
{
	static const struct {
		const char *word;
		TrialAnswer answer;
	} words[] = { { "good", TRIAL_GOOD }, { "bad", TRIAL_BAD }, { "skip", TRIAL_UNTESTABLE } };
	const char *equals = strchr (text, '=');
	TrialRule *rule;
	guint i;

	for (i = 0;
	     equals && *text != '?' && kconfig_setting_valid (text) && i < G_N_ELEMENTS (words);
	     i++) {
		if (!g_str_equal (equals + 1, words[i].word))
			continue;
		rule = g_new0 (TrialRule, 1);
		rule->symbol = g_strndup (text, (gsize) (equals - text));
		rule->answer = words[i].answer;
		return rule;
	}
	return fail_null (error, BAKEOFF_ERROR_USAGE,
			  "'%s' is no rule\nwrite CONFIG_NAME=good, =bad or =skip", text);
}

void trial_rule_free (TrialRule *self)
{
	g_free (self->symbol);
	g_free (self);
}

gboolean trial_check_verdicts (const char *const *names, GError **error)
{
	for (; names && *names; names++) {
		gboolean known = FALSE;
		int verdict;

		for (verdict = VERDICT_PASS; verdict <= VERDICT_UNDECIDED && !known; verdict++)
			known = verdict_is_no ((Verdict) verdict) &&
				g_str_equal (*names, verdict_name ((Verdict) verdict));
		if (!known)
			return fail (error, BAKEOFF_ERROR_USAGE,
				     "'%s' is no verdict that can be bad\n"
				     "those are fail, oops, hang, build-failed and apply-failed",
				     *names);
	}
	return TRUE;
}

/* ---- from verdicts to an answer ---- */

static gboolean is_bad_verdict (const Trial *self, Verdict verdict)
{
	const char *const *words = self->question->bad;

	if (words && *words)
		return g_strv_contains (words, verdict_name (verdict));
	if (!self->cell->board->board->bootable)
		return verdict == VERDICT_BUILD_FAILED;
	return verdict == VERDICT_FAIL || verdict == VERDICT_OOPS || verdict == VERDICT_HANG;
}

/* Whether one boot, or a cell that never came to boot, shows what is looked for. */
static gboolean shows (const Trial *self, Verdict verdict, const Crash *crash)
{
	const char *wanted = self->question->signature;

	if (!is_bad_verdict (self, verdict))
		return FALSE;
	return !wanted || (crash && strstr (crash->title, wanted));
}

static void answer (Trial *self, TrialAnswer answer, const char *reason)
{
	self->result->answer = answer;
	g_free (self->result->reason);
	self->result->reason = g_strdelimit (g_strdup (reason ? reason : ""), "\n", ' ');
}

/* What the boots so far come to. The first that shows it decides; another failure does not. */
static gboolean answer_by_boots (Trial *self, GError **error)
{
	g_autofree char *key = plan_boot_key (self->cell);
	g_autoptr (GPtrArray) boots = store_get_boots (self->store, key, error);
	const StoredBoot *shown = NULL, *other = NULL;
	TrialResult *result = self->result;
	g_autoptr (GString) pattern = g_string_new (NULL);
	g_autofree char *text = NULL;
	guint i;

	if (!boots)
		return FALSE;
	result->boots = 0;
	result->bad = 0;
	for (i = 0; i < boots->len; i++) {
		const StoredBoot *boot = boots->pdata[i];
		Verdict verdict = verdict_of_boot (boot->result->outcome);

		if (verdict == VERDICT_INFRA)
			continue;
		result->boots++;
		result->boot_seconds = boot->result->seconds;
		if (shows (self, verdict, boot->result->crash)) {
			result->bad++;
			shown = shown ? shown : boot;
			g_string_append_c (pattern, 'b');
		} else if (verdict != VERDICT_PASS) {
			other = other ? other : boot;
			g_string_append_c (pattern, 'x');
		} else {
			g_string_append_c (pattern, 'g');
		}
	}
	g_free (result->pattern);
	result->pattern = g_strdup (pattern->str);
	if (shown || other) {
		const StoredBoot *boot = shown ? shown : other;

		result->verdict = verdict_of_boot (boot->result->outcome);
		text = g_strdup_printf ("%s: %s", verdict_name (result->verdict),
					boot->result->detail);
		g_free (result->log);
		result->log = g_strdup (boot->log);
		if (boot->result->crash)
			result->signature = g_strdup (boot->result->crash->title);
	}
	answer (self,
		shown	? TRIAL_BAD
		: other ? TRIAL_UNTESTABLE
			: TRIAL_GOOD,
		text ? text : "pass");
	return TRUE;
}

static const TrialRule *find_rule (const Trial *self)
{
	GPtrArray *rules = self->question->rules;
	guint i;

	for (i = 0; rules && i < rules->len; i++) {
		const TrialRule *rule = rules->pdata[i];

		if (kconfig_refuses (self->cell->detail, rule->symbol))
			return rule;
	}
	return NULL;
}

/* Of a cell that came to no boot. */
static void answer_by_cell (Trial *self)
{
	const Cell *cell = self->cell;
	const TrialRule *rule = cell->unconfigured ? find_rule (self) : NULL;
	g_autofree char *text = NULL;

	if (rule)
		text = g_strdup_printf ("%s cannot be chosen here", rule->symbol);
	else if (cell->unconfigured)
		text = g_strdup_printf ("cannot be configured: %s", cell->detail);
	else if (cell->detail)
		text = g_strdup_printf ("%s: %s", verdict_name (cell->verdict), cell->detail);
	else
		text = g_strdup (verdict_name (cell->verdict));
	if (rule)
		answer (self, rule->answer, text);
	else if (cell->unconfigured)
		answer (self, TRIAL_UNTESTABLE, text);
	else if (!verdict_is_judged (cell->verdict))
		answer (self, TRIAL_BROKEN, text);
	else if (cell->verdict == VERDICT_BUILT)
		answer (self, TRIAL_GOOD, text);
	else
		answer (self, shows (self, cell->verdict, NULL) ? TRIAL_BAD : TRIAL_UNTESTABLE,
			text);
}

static gboolean conclude (Trial *self, GError **error)
{
	const Cell *cell = self->cell;
	TrialResult *result = self->result;

	result->verdict = cell->verdict;
	result->build_seconds = cell->build_seconds;
	g_clear_pointer (&result->signature, g_free);
	g_free (result->log);
	result->log = g_strdup (cell->log);
	g_free (result->image);
	result->image = g_strdup (cell->image);
	if (cell->image && cell->runs > 0 && cell->verdict != VERDICT_INFRA)
		return answer_by_boots (self, error);
	answer_by_cell (self);
	return TRUE;
}

/* ---- work ---- */

static void on_event (const RunEvent *event, gpointer user_data)
{
	Trial *self = user_data;

	/* base's too, where it is built for its objects */
	self->result->new_builds += event->kind == RUN_BUILDING;
	self->result->new_boots += event->kind == RUN_BOOTING;
	if (self->spec->event)
		self->spec->event (event, self->spec->user_data);
}

static gboolean work (Trial *self, GError **error)
{
	const RunOptions options = { .jobs = self->spec->jobs,
				     .cancellable = self->cancellable,
				     .event = on_event,
				     .user_data = self };
	guint left;

	if (self->spec->known)
		return results_judge_all (self->plan, self->store, error);
	for (left = TRIES; left > 0; left--) {
		if (!run_plan (self->plan, self->store, &options, error))
			return FALSE;
		if (verdict_is_judged (self->cell->verdict) || self->cell->unconfigured)
			break;
	}
	return TRUE;
}

/* One boot after the other, until the answer is certain. */
static gboolean boot_until_sure (Trial *self, GError **error)
{
	const TrialQuestion *question = self->question;
	guint wanted = MAX (question->boots, 1);

	self->cell->boots = question->all ? wanted : 1;
	for (;;) {
		if (!work (self, error) || !conclude (self, error))
			return FALSE;
		if (self->result->answer == TRIAL_BROKEN || self->cell->runs == 0 ||
		    self->cell->runs >= wanted ||
		    (self->result->answer == TRIAL_BAD && !question->all))
			return TRUE;
		self->cell->boots = self->cell->runs + 1;
	}
}

static gboolean open_store (Trial *self, GError **error)
{
	g_autofree char *path = results_store_path (self->spec->project);

	self->store = self->spec->store;
	if (self->store)
		return TRUE;
	self->store = store_open (path, error);
	return self->store && (!self->spec->fresh || store_ignore_known (self->store, error));
}

TrialResult *trial_run (const TrialSpec *spec, const TrialQuestion *question,
			GCancellable *cancellable, GError **error)
{
	g_auto (Trial) self = { .spec = spec, .question = question, .cancellable = cancellable };

	self.result = g_new0 (TrialResult, 1);
	self.plan = plan_new (spec->project, &spec->plan, error);
	if (!self.plan || !open_store (&self, error))
		return NULL;
	self.cell = self.plan->cells->pdata[self.plan->cells->len - 1];
	if (self.plan->boards->len != 1 || self.plan->cells->len != self.plan->variants->len)
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "one board and one configuration at a time\n"
				  "give --board NAME and --config NAME");
	if (!boot_until_sure (&self, error))
		return NULL;
	return g_steal_pointer (&self.result);
}
