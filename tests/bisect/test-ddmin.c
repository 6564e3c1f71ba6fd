/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "bisect/ddmin.h"

#define CASES	 4000
#define MOST	 40
#define CULPRITS 4

typedef enum {
	ORACLE_ALL,	/* keeps where all culprits are there */
	ORACLE_ANY,	/* where one of them is: several answers are right */
	ORACLE_PAIRS,	/* as ALL; unresolved where an item is there without its partner */
	ORACLE_FRAGILE, /* as ALL; half of all that loses is unresolved */
	ORACLE_RANDOM,	/* anything, as long as the same set has the same answer */
	ORACLE_KINDS,
} OracleKind;

/* An oracle that is a function of the set alone, and that watches how it is asked. */
typedef struct {
	OracleKind kind;
	guint size;
	guint32 seed;
	Bits *culprits;
	GPtrArray *needs;  /* (element-type Bits) */
	GHashTable *asked; /* text of the set → Outcome + 1 */
	guint stop_after;  /* questions; 0 for never */
	gboolean forgives; /* whether a set may be asked again: a run that is resumed */
	guint calls;
} Oracle;

static char *text_of (const Bits *set)
{
	GString *text = g_string_new (NULL);
	guint i;

	for (i = 0; i < set->size; i++)
		g_string_append_c (text, bits_has (set, i) ? '1' : '0');
	return g_string_free (text, FALSE);
}

static gboolean is_within (const Bits *part, const Bits *whole)
{
	g_autofree Bits *outside = bits_copy (part);

	bits_and_not (outside, whole);
	return bits_count (outside) == 0;
}

static gboolean is_closed (const Bits *set, GPtrArray *needs)
{
	guint i;

	for (i = bits_next (set, 0); i < set->size; i = bits_next (set, i + 1))
		if (!is_within (g_ptr_array_index (needs, i), set))
			return FALSE;
	return TRUE;
}

static guint32 hash_of (const Oracle *self, const Bits *set)
{
	g_autofree char *text = text_of (set);

	return (g_str_hash (text) ^ self->seed) * 2654435761u >> 8;
}

static Outcome answer (const Oracle *self, const Bits *set)
{
	gboolean all = is_within (self->culprits, set);
	g_autofree Bits *some = bits_copy (self->culprits);
	guint i;

	bits_and (some, set);
	switch (self->kind) {
	case ORACLE_ANY:
		return bits_count (some) > 0 ? OUTCOME_KEEPS : OUTCOME_LOSES;
	case ORACLE_PAIRS:
		for (i = 0; i + 1 < self->size; i += 2)
			if (bits_has (set, i) != bits_has (set, i + 1))
				return OUTCOME_UNRESOLVED;
		return all ? OUTCOME_KEEPS : OUTCOME_LOSES;
	case ORACLE_FRAGILE:
		return all			 ? OUTCOME_KEEPS
		       : hash_of (self, set) % 2 ? OUTCOME_UNRESOLVED
						 : OUTCOME_LOSES;
	case ORACLE_RANDOM:
		return bits_count (set) == self->size ? OUTCOME_KEEPS
						      : (Outcome) (hash_of (self, set) % 3);
	default:
		return all ? OUTCOME_KEEPS : OUTCOME_LOSES;
	}
}

static Outcome ask (const Bits *set, gpointer data, GError **error)
{
	Oracle *self = data;
	Outcome outcome = answer (self, set);
	char *text = text_of (set);

	self->calls++;
	g_assert_true (is_closed (set, self->needs));
	if (g_hash_table_contains (self->asked, text)) {
		g_assert_true (self->forgives);
		g_free (text);
		return outcome;
	}
	if (self->stop_after && g_hash_table_size (self->asked) == self->stop_after) {
		g_free (text);
		fail (error, BAKEOFF_ERROR_CANCELLED, "stopped");
		return OUTCOME_ERROR;
	}
	g_hash_table_insert (self->asked, text, GINT_TO_POINTER (outcome + 1));
	return outcome;
}

/* Items need some of those before them; @often of 10 items do. */
static void oracle_init (Oracle *self, OracleKind kind, guint32 seed, guint size, int often)
{
	g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
	guint i, count = (guint) g_rand_int_range (rand, 1, CULPRITS + 1);

	memset (self, 0, sizeof *self);
	self->kind = kind;
	self->size = size;
	self->seed = seed;
	self->culprits = bits_new (size);
	self->needs = g_ptr_array_new_with_free_func (g_free);
	self->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	for (i = 0; i < count && size > 0; i++)
		bits_add (self->culprits, (guint) g_rand_int_range (rand, 0, (gint32) size));
	for (i = 0; i < size; i++) {
		Bits *needs = bits_new (size);

		if (i > 0 && g_rand_int_range (rand, 0, 10) < often)
			bits_add (needs, (guint) g_rand_int_range (rand, 0, (gint32) i));
		g_ptr_array_add (self->needs, needs);
	}
}

static void oracle_clear (Oracle *self)
{
	g_free (self->culprits);
	g_ptr_array_unref (self->needs);
	g_hash_table_unref (self->asked);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Oracle, oracle_clear)

static Reduction *reduce (Oracle *oracle)
{
	g_autoptr (GError) error = NULL;
	Reduction *result = ddmin (oracle->size, oracle->needs, ask, oracle, &error);

	g_assert_no_error (error);
	return result;
}

/* Returns: (transfer full): @set without @item and all that cannot be without it: brute force. */
static Bits *drop (const Oracle *oracle, const Bits *set, guint item)
{
	Bits *rest = bits_copy (set);
	gboolean again = TRUE;
	guint i;

	bits_remove (rest, item);
	while (again) {
		again = FALSE;
		for (i = bits_next (rest, 0); i < rest->size; i = bits_next (rest, i + 1)) {
			if (is_within (g_ptr_array_index (oracle->needs, i), rest))
				continue;
			bits_remove (rest, i);
			again = TRUE;
		}
	}
	return rest;
}

static gboolean is_one_minimal (const Oracle *oracle, const Bits *set)
{
	guint i;

	for (i = bits_next (set, 0); i < set->size; i = bits_next (set, i + 1)) {
		g_autofree Bits *rest = drop (oracle, set, i);

		if (answer (oracle, rest) == OUTCOME_KEEPS)
			return FALSE;
	}
	return TRUE;
}

static void assert_records_true (const Oracle *oracle, const Reduction *result)
{
	guint i;

	for (i = 0; i < result->questions->len; i++) {
		const Question *question = g_ptr_array_index (result->questions, i);
		g_autofree char *text = text_of (question->kept);

		g_assert_cmpint (GPOINTER_TO_INT (g_hash_table_lookup (oracle->asked, text)), ==,
				 question->outcome + 1);
	}
	for (i = 0; i < result->size; i++) {
		const Question *shown = reduction_shown_by (result, i);
		g_autofree Bits *rest = drop (oracle, result->kept, i);

		g_assert_false (bits_has (shown->kept, i));
		g_assert_cmpint (shown->outcome == OUTCOME_KEEPS, ==, !bits_has (result->kept, i));
		if (!bits_has (result->kept, i))
			g_assert_true (is_within (result->kept, shown->kept));
		else
			g_assert_true (memcmp (rest->bits, shown->kept->bits,
					       rest->words * sizeof *rest->bits) == 0);
	}
}

static void assert_sound (const Oracle *oracle, const Reduction *result)
{
	guint n = oracle->size;

	g_assert_cmpint (answer (oracle, result->kept), ==, OUTCOME_KEEPS);
	g_assert_true (is_closed (result->kept, oracle->needs));
	g_assert_true (is_one_minimal (oracle, result->kept));
	g_assert_cmpuint (result->questions->len, ==, g_hash_table_size (oracle->asked));
	g_assert_cmpuint (result->questions->len, <=, n * n + 3 * n);
	g_assert_cmpuint (reduction_count (result, OUTCOME_KEEPS) +
				  reduction_count (result, OUTCOME_LOSES) +
				  reduction_count (result, OUTCOME_UNRESOLVED),
			  ==, result->questions->len);
	assert_records_true (oracle, result);
}

/* Whatever the oracle: the result keeps, is closed and 1-minimal, no set is asked twice or open,
 * and every record is an answer that the oracle gave. */
static void test_properties (void)
{
	guint most[ORACLE_KINDS] = { 0 };
	guint32 seed;
	guint i;

	for (seed = 0; seed < CASES; seed++) {
		g_auto (Oracle) oracle = { 0 };
		g_autoptr (Reduction) result = NULL;
		OracleKind kind = seed % ORACLE_KINDS;
		guint size = 1 + seed / ORACLE_KINDS % MOST;

		oracle_init (&oracle, kind, seed, size, (int) (seed % 7));
		result = reduce (&oracle);
		assert_sound (&oracle, result);
		most[kind] = MAX (most[kind], result->questions->len);
	}
	for (i = 0; i < ORACLE_KINDS; i++)
		g_test_message ("oracle %u: %u questions at most for %d items", i, most[i], MOST);
}

/* With a monotone oracle without needs the culprits are found, neither more nor less, in about
 * 2k log n questions; with needs they come with what they need. */
static void test_monotone (void)
{
	double asked = 0, expected = 0;
	guint32 seed;
	guint i;

	for (seed = 0; seed < CASES; seed++) {
		g_auto (Oracle) oracle = { 0 };
		g_autoptr (Reduction) result = NULL;
		g_autofree Bits *all = NULL;
		guint size = 1 + seed % 200, depth = g_bit_storage (size - 1), k;

		oracle_init (&oracle, ORACLE_ALL, seed, size, seed % 2 ? 5 : 0);
		all = bits_new (size);
		for (i = 0; i < size; i++) {
			g_autofree Bits *whole = bits_new (size);
			g_autofree Bits *rest = NULL;
			guint j;

			for (j = 0; j < size; j++)
				bits_add (whole, j);
			rest = drop (&oracle, whole, i);
			if (!is_within (oracle.culprits, rest))
				bits_add (all, i);
		}
		result = reduce (&oracle);
		assert_sound (&oracle, result);
		g_assert_true (is_within (all, result->kept) && is_within (result->kept, all));
		k = bits_count (all);
		g_assert_cmpuint (result->questions->len, <=, 2 * k * (depth + 1) + k + 2);
		if (seed % 2 == 0) {
			asked += result->questions->len;
			expected += 2 * k * depth;
		}
	}
	g_test_message ("without needs: %.1f questions on average, 2k log n is %.1f", asked / CASES,
			expected / CASES);
	g_assert_cmpfloat (asked, <, 1.2 * expected);
}

/* The checks above can fail: what is not 1-minimal or not closed is seen. */
static void test_negative_twins (void)
{
	g_auto (Oracle) oracle = { 0 };
	g_autofree Bits *set = bits_new (4);

	oracle_init (&oracle, ORACLE_ALL, 1, 4, 0);
	memset (oracle.culprits->bits, 0, sizeof *oracle.culprits->bits);
	bits_add (oracle.culprits, 1);
	bits_add (set, 1);
	g_assert_true (is_one_minimal (&oracle, set));
	bits_add (set, 3);
	g_assert_false (is_one_minimal (&oracle, set));
	g_assert_true (is_closed (set, oracle.needs));
	bits_add (g_ptr_array_index (oracle.needs, 3), 2);
	g_assert_false (is_closed (set, oracle.needs));
}

/* Items that need each other go and stay together. */
static void test_cycle (void)
{
	g_auto (Oracle) oracle = { 0 };
	g_autoptr (Reduction) result = NULL;

	oracle_init (&oracle, ORACLE_ALL, 1, 6, 0);
	memset (oracle.culprits->bits, 0, sizeof *oracle.culprits->bits);
	bits_add (oracle.culprits, 4);
	bits_add (g_ptr_array_index (oracle.needs, 4), 1);
	bits_add (g_ptr_array_index (oracle.needs, 1), 4);
	bits_add (g_ptr_array_index (oracle.needs, 0), 5);
	bits_add (g_ptr_array_index (oracle.needs, 5), 0);
	result = reduce (&oracle);
	assert_sound (&oracle, result);
	g_assert_cmpuint (bits_count (result->kept), ==, 2);
	g_assert_true (bits_has (result->kept, 1) && bits_has (result->kept, 4));
}

/* The order of questions is a contract: a run is resumed by asking the same again. */
static void test_order (void)
{
	static const char *const expected[] = {
		"11111111", "00000000", "00001111", "11110000", "00110000", "00010000", "00100000",
	};
	g_auto (Oracle) oracle = { 0 };
	g_autoptr (Reduction) result = NULL;
	guint i;

	oracle_init (&oracle, ORACLE_ALL, 1, 8, 0);
	memset (oracle.culprits->bits, 0, sizeof *oracle.culprits->bits);
	bits_add (oracle.culprits, 2);
	result = reduce (&oracle);
	assert_sound (&oracle, result);
	for (i = 0; i < result->questions->len; i++) {
		const Question *question = g_ptr_array_index (result->questions, i);
		g_autofree char *text = text_of (question->kept);

		g_test_message ("%s %s", text, outcome_name (question->outcome));
		g_assert_cmpuint (i, <, G_N_ELEMENTS (expected));
		g_assert_cmpstr (text, ==, expected[i]);
	}
	g_assert_cmpuint (i, ==, G_N_ELEMENTS (expected));
}

/* Where nothing at all keeps the effect, nothing is what is left; no items are no trouble. */
static void test_nothing (void)
{
	guint size;

	for (size = 0; size < 5; size++) {
		g_auto (Oracle) oracle = { 0 };
		g_autoptr (Reduction) result = NULL;

		oracle_init (&oracle, ORACLE_ALL, 1, size, 0);
		if (size > 0)
			memset (oracle.culprits->bits, 0, sizeof *oracle.culprits->bits);
		result = reduce (&oracle);
		g_assert_cmpuint (bits_count (result->kept), ==, 0);
		g_assert_cmpuint (result->questions->len, ==, size > 0 ? 2 : 1);
	}
}

typedef struct {
	Outcome outcome;
	guint calls;
	const char *says;
} Refusal;

static Outcome refuse (const Bits *set G_GNUC_UNUSED, gpointer data, GError **error G_GNUC_UNUSED)
{
	Refusal *self = data;

	self->calls++;
	return self->outcome;
}

/* If all together do not have the effect, that is said, after one question. */
static void test_no_effect (void)
{
	Refusal refusals[] = {
		{ OUTCOME_LOSES, 0, "all 5 changes together do not have that effect" },
		{ OUTCOME_UNRESOLVED, 0, "the effect cannot be told" },
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (refusals); i++) {
		g_autoptr (GError) error = NULL;

		g_assert_null (ddmin (5, NULL, refuse, &refusals[i], &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		g_assert_nonnull (strstr (error->message, refusals[i].says));
		g_assert_cmpuint (refusals[i].calls, ==, 1);
	}
}

/* An error stops at once; a new run with an oracle that remembers asks for the rest alone, and
 * comes to the same end. */
static void test_stopped (void)
{
	guint32 seed;

	for (seed = 0; seed < CASES / 10; seed++) {
		g_auto (Oracle) whole = { 0 };
		g_auto (Oracle) part = { 0 };
		g_autoptr (Reduction) expected = NULL;
		g_autoptr (Reduction) result = NULL;
		g_autoptr (GError) error = NULL;
		guint calls;

		oracle_init (&whole, seed % ORACLE_KINDS, seed, 2 + seed % MOST, 3);
		oracle_init (&part, seed % ORACLE_KINDS, seed, 2 + seed % MOST, 3);
		expected = reduce (&whole);
		part.stop_after = 1 + seed % (whole.calls - 1);
		g_assert_null (ddmin (part.size, part.needs, ask, &part, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED);
		calls = g_hash_table_size (part.asked);
		g_assert_cmpuint (part.calls, ==, calls + 1);
		part.stop_after = 0;
		part.forgives = TRUE;
		result = reduce (&part);
		assert_sound (&part, result);
		g_assert_cmpuint (g_hash_table_size (part.asked), ==, whole.calls);
		g_assert_cmpint (memcmp (result->kept->bits, expected->kept->bits,
					 result->kept->words * sizeof *result->kept->bits),
				 ==, 0);
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/ddmin/properties", test_properties);
	g_test_add_func ("/ddmin/monotone", test_monotone);
	g_test_add_func ("/ddmin/negative-twins", test_negative_twins);
	g_test_add_func ("/ddmin/cycle", test_cycle);
	g_test_add_func ("/ddmin/order", test_order);
	g_test_add_func ("/ddmin/nothing", test_nothing);
	g_test_add_func ("/ddmin/no-effect", test_no_effect);
	g_test_add_func ("/ddmin/stopped", test_stopped);
	return g_test_run ();
}
