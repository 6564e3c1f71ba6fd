/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of a trial: rules for options that cannot be chosen, and verdicts that can be bad. What
 * a trial comes to is shown by tests/cmd/t1300-step.bats.
 */
#include "base/error.h"
#include "matrix/trial.h"

/* Every answer can be said of an option, and the option's name is kept as it is. */
static void test_rules (void)
{
	static const struct {
		const char *text, *symbol;
		TrialAnswer answer;
	} cases[] = {
		{ "CONFIG_SLUB=good", "CONFIG_SLUB", TRIAL_GOOD },
		{ "CONFIG_SLUB_DEBUG=bad", "CONFIG_SLUB_DEBUG", TRIAL_BAD },
		{ "CONFIG_64BIT=skip", "CONFIG_64BIT", TRIAL_UNTESTABLE },
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GError) error = NULL;
		TrialRule *rule = trial_rule_parse (cases[i].text, &error);

		g_assert_no_error (error);
		g_assert_cmpstr (rule->symbol, ==, cases[i].symbol);
		g_assert_cmpint (rule->answer, ==, cases[i].answer);
		trial_rule_free (rule);
	}
}

/* Nothing else is a rule, and least of all a setting: `=y` would be a wish. */
static void test_no_rules (void)
{
	static const char *const texts[] = {
		"",
		"CONFIG_SLUB",
		"CONFIG_SLUB=",
		"CONFIG_SLUB=y",
		"CONFIG_SLUB=Good",
		"CONFIG_SLUB=good ",
		"CONFIG_SLUB=goodbad",
		"CONFIG_SLUB=broken",
		"SLUB=good",
		"CONFIG_=good",
		"=good",
		" CONFIG_SLUB=good",
		"CONFIG_S-B=good",
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_autoptr (GError) error = NULL;

		g_assert_null (trial_rule_parse (texts[i], &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	}
}

/* Whether one verdict can be said to be bad. */
static gboolean can_be_bad (const char *name)
{
	const char *const names[] = { "oops", name, NULL };
	g_autoptr (GError) error = NULL;
	gboolean can = trial_check_verdicts (names, &error);

	g_assert_true (can == !error);
	if (error)
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	return can;
}

/* A no can be bad; a yes, trouble of ours and what is no verdict cannot. */
static void test_verdicts (void)
{
	static const char *const bad[] = { "fail", "oops", "hang", "build-failed", "apply-failed" };
	static const char *const not_bad[] = { "pass", "built", "infra", "undecided",
					       "any",  "",	"OOPS" };
	guint i;

	g_assert_true (trial_check_verdicts (NULL, NULL));
	for (i = 0; i < G_N_ELEMENTS (bad); i++)
		g_assert_true (can_be_bad (bad[i]));
	for (i = 0; i < G_N_ELEMENTS (not_bad); i++)
		g_assert_false (can_be_bad (not_bad[i]));
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/trial/rules", test_rules);
	g_test_add_func ("/trial/no-rules", test_no_rules);
	g_test_add_func ("/trial/verdicts", test_verdicts);
	return g_test_run ();
}
