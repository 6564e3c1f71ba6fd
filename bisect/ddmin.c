/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "bisect/ddmin.h"

/* A search while it runs. Parts and sets are Bits over the items. */
typedef struct {
	guint size;
	GPtrArray *below;  /* (element-type Bits): for each item, it and all that it needs */
	GPtrArray *above;  /* (element-type Bits): for each item, it and all that need it */
	GHashTable *known; /* set → index of its question + 1; the sets are the questions' */
	GPtrArray *parts;  /* (element-type Bits): what is kept, cut at one granularity */
	DdminTest test;
	gpointer data;
	Reduction *result; /* its `kept` is the smallest set so far */
} Run;

const char *outcome_name (Outcome outcome)
{
	switch (outcome) {
	case OUTCOME_KEEPS:
		return "keeps";
	case OUTCOME_LOSES:
		return "loses";
	case OUTCOME_UNRESOLVED:
		return "unresolved";
	default:
		g_return_val_if_reached ("error");
	}
}

static void question_free (gpointer data)
{
	Question *self = data;

	g_free (self->kept);
	g_free (self);
}

void reduction_free (Reduction *self)
{
	if (!self)
		return;
	g_free (self->kept);
	g_ptr_array_unref (self->questions);
	g_free (self->shown_by);
	g_free (self);
}

const Question *reduction_shown_by (const Reduction *self, guint item)
{
	g_return_val_if_fail (item < self->size, NULL);
	return g_ptr_array_index (self->questions, self->shown_by[item]);
}

guint reduction_count (const Reduction *self, Outcome outcome)
{
	guint i, count = 0;

	for (i = 0; i < self->questions->len; i++) {
		const Question *question = g_ptr_array_index (self->questions, i);

		count += question->outcome == outcome;
	}
	return count;
}

/* ---- what needs what ---- */

static GPtrArray *sets_new (void)
{
	return g_ptr_array_new_with_free_func (g_free);
}

static Bits *close_over (guint size, GPtrArray *needs, guint item)
{
	Bits *found = bits_new (size);
	g_autofree Bits *open = bits_new (size);
	guint i;

	bits_add (open, item);
	while ((i = bits_next (open, 0)) < size) {
		bits_add (found, i);
		if (needs)
			bits_or (open, g_ptr_array_index (needs, i));
		bits_and_not (open, found);
	}
	return found;
}

static void close_needs (Run *self, GPtrArray *needs)
{
	guint i, j;

	self->below = sets_new ();
	self->above = sets_new ();
	for (i = 0; i < self->size; i++) {
		g_ptr_array_add (self->below, close_over (self->size, needs, i));
		g_ptr_array_add (self->above, bits_new (self->size));
	}
	for (i = 0; i < self->size; i++)
		for (j = 0; j < self->size; j++)
			if (bits_has (g_ptr_array_index (self->below, i), j))
				bits_add (g_ptr_array_index (self->above, j), i);
}

/* Returns: (transfer full): what is kept but for @part and all that needs something of it. */
static Bits *without (const Run *self, const Bits *part)
{
	Bits *set = bits_copy (self->result->kept);
	guint i;

	for (i = bits_next (part, 0); i < self->size; i = bits_next (part, i + 1))
		bits_and_not (set, g_ptr_array_index (self->above, i));
	return set;
}

/* Returns: (transfer full): @part and all that it needs. */
static Bits *alone (const Run *self, const Bits *part)
{
	Bits *set = bits_new (self->size);
	guint i;

	for (i = bits_next (part, 0); i < self->size; i = bits_next (part, i + 1))
		bits_or (set, g_ptr_array_index (self->below, i));
	return set;
}

/* ---- asking ---- */

static guint hash_set (gconstpointer key)
{
	const Bits *set = key;
	guint64 hash = 0;
	guint i;

	for (i = 0; i < set->words; i++)
		hash = (hash ^ set->bits[i]) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
	return (guint) (hash >> 32);
}

static gboolean same_set (gconstpointer a, gconstpointer b)
{
	const Bits *x = a, *y = b;

	return x->size == y->size && memcmp (x->bits, y->bits, x->words * sizeof *x->bits) == 0;
}

/* Asks unless @set was asked before. @out_index is the question's. */
static gboolean ask (Run *self, const Bits *set, guint *out_index, Outcome *out_outcome,
		     GError **error)
{
	Reduction *result = self->result;
	guint known = GPOINTER_TO_UINT (g_hash_table_lookup (self->known, set));
	Question *question;
	Outcome outcome;

	if (known) {
		result->repeats++;
		*out_index = known - 1;
		question = g_ptr_array_index (result->questions, known - 1);
		*out_outcome = question->outcome;
		return TRUE;
	}
	outcome = self->test (set, self->data, error);
	if (outcome == OUTCOME_ERROR)
		return FALSE;
	question = g_new0 (Question, 1);
	question->kept = bits_copy (set);
	question->outcome = outcome;
	g_ptr_array_add (result->questions, question);
	g_hash_table_insert (self->known, question->kept,
			     GUINT_TO_POINTER (result->questions->len));
	*out_index = result->questions->len - 1;
	*out_outcome = outcome;
	return TRUE;
}

/* From now on @set is what is kept: question @index showed that the rest can go. */
static void keep_only (Run *self, const Bits *set, guint index)
{
	Reduction *result = self->result;
	g_autofree Bits *gone = bits_copy (result->kept);
	guint i;

	bits_and_not (gone, set);
	for (i = bits_next (gone, 0); i < self->size; i = bits_next (gone, i + 1))
		result->shown_by[i] = index;
	bits_and (result->kept, set);
}

/* Whether a set that holds @set has lost the effect: then @set alone hardly has it. */
static gboolean is_hopeless (const Run *self, const Bits *set)
{
	GPtrArray *questions = self->result->questions;
	guint i;

	for (i = 0; i < questions->len; i++) {
		const Question *question = g_ptr_array_index (questions, i);
		g_autofree Bits *outside = NULL;

		if (question->outcome != OUTCOME_LOSES)
			continue;
		outside = bits_copy (set);
		bits_and_not (outside, question->kept);
		if (bits_count (outside) == 0)
			return TRUE;
	}
	return FALSE;
}

/* ---- parts ---- */

/* All that is kept becomes the only part. */
static void join_parts (Run *self)
{
	g_ptr_array_set_size (self->parts, 0);
	if (bits_count (self->result->kept) > 0)
		g_ptr_array_add (self->parts, bits_copy (self->result->kept));
}

/* Takes what is no longer kept out of all parts, and removes parts without anything in them.
 * Returns: how many parts before @before were removed. */
static guint shrink_parts (Run *self, guint before)
{
	guint i, removed = 0;

	for (i = self->parts->len; i-- > 0;) {
		Bits *part = g_ptr_array_index (self->parts, i);

		bits_and (part, self->result->kept);
		if (bits_count (part) > 0)
			continue;
		g_ptr_array_remove_index (self->parts, i);
		removed += i < before;
	}
	return removed;
}

/* Halves every part that has more than one item. Returns: FALSE where none has. */
static gboolean split_parts (Run *self)
{
	g_autoptr (GPtrArray) parts = g_steal_pointer (&self->parts);
	guint i, item;

	self->parts = sets_new ();
	for (i = 0; i < parts->len; i++) {
		const Bits *part = g_ptr_array_index (parts, i);
		guint half = bits_count (part) / 2, seen = 0;
		Bits *halves[] = { bits_new (self->size), bits_new (self->size) };

		for (item = bits_next (part, 0); item < self->size;
		     item = bits_next (part, item + 1))
			bits_add (halves[seen++ >= half], item);
		if (half > 0)
			g_ptr_array_add (self->parts, halves[0]);
		else
			g_free (halves[0]);
		g_ptr_array_add (self->parts, halves[1]);
	}
	return self->parts->len > parts->len;
}

/* ---- searching ---- */

static gboolean are_single (const Run *self)
{
	return self->parts->len == bits_count (self->result->kept);
}

/* Tries to do without each part in turn. Among single items, which parts may become on the way, it
 * goes round until all that are left were tried against what is kept at last. */
static gboolean drop_parts (Run *self, GError **error)
{
	guint at = 0, in_vain = 0, index;
	Outcome outcome;

	while (in_vain < self->parts->len && (at < self->parts->len || are_single (self))) {
		g_autofree Bits *set = NULL;

		at %= self->parts->len;
		set = without (self, g_ptr_array_index (self->parts, at));
		if (!ask (self, set, &index, &outcome, error))
			return FALSE;
		if (outcome != OUTCOME_KEEPS) {
			in_vain++;
			at++;
			continue;
		}
		keep_only (self, set, index);
		at -= shrink_parts (self, at);
		in_vain = 0;
	}
	return TRUE;
}

/* Looks for a part that has the effect alone. One that is, with what it needs, more than half of
 * what is kept would not be worth its questions. */
static gboolean find_alone (Run *self, gboolean *out_found, GError **error)
{
	guint i, index;
	Outcome outcome;

	*out_found = FALSE;
	for (i = 0; i < self->parts->len && !*out_found; i++) {
		g_autofree Bits *set = alone (self, g_ptr_array_index (self->parts, i));

		if (bits_count (set) * 2 > bits_count (self->result->kept) ||
		    is_hopeless (self, set))
			continue;
		if (!ask (self, set, &index, &outcome, error))
			return FALSE;
		*out_found = outcome == OUTCOME_KEEPS;
		if (*out_found)
			keep_only (self, set, index);
	}
	return TRUE;
}

static gboolean search (Run *self, GError **error)
{
	gboolean found = FALSE;

	join_parts (self);
	do {
		if (!drop_parts (self, error) || !find_alone (self, &found, error))
			return FALSE;
		if (found)
			join_parts (self);
	} while (found || split_parts (self));
	return TRUE;
}

/* What shows that an item is needed was asked when the last round went in vain. */
static gboolean show_needed (Run *self, GError **error)
{
	Reduction *result = self->result;
	Outcome outcome;
	guint i;

	for (i = bits_next (result->kept, 0); i < self->size; i = bits_next (result->kept, i + 1)) {
		g_autofree Bits *part = bits_new (self->size);
		g_autofree Bits *set = NULL;

		bits_add (part, i);
		set = without (self, part);
		if (!ask (self, set, &result->shown_by[i], &outcome, error))
			return FALSE;
		g_assert (outcome != OUTCOME_KEEPS);
	}
	return TRUE;
}

static gboolean run (Run *self, GError **error)
{
	Outcome outcome;
	guint first;

	if (!ask (self, self->result->kept, &first, &outcome, error))
		return FALSE;
	if (outcome != OUTCOME_KEEPS)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     outcome == OUTCOME_LOSES
				     ? "there is nothing to reduce: all %u changes together do not "
				       "have that effect"
				     : "there is nothing to reduce: of all %u changes together the "
				       "effect cannot be told",
			     self->size);
	return search (self, error) && show_needed (self, error);
}

Reduction *ddmin (guint size, GPtrArray *needs, DdminTest test, gpointer data, GError **error)
{
	g_autoptr (Reduction) result = g_new0 (Reduction, 1);
	Run self = { .size = size, .test = test, .data = data, .result = result };
	gboolean ok;
	guint i;

	g_return_val_if_fail (!needs || needs->len == size, NULL);
	result->size = size;
	result->kept = bits_new (size);
	result->questions = g_ptr_array_new_with_free_func (question_free);
	result->shown_by = g_new0 (guint, size);
	for (i = 0; i < size; i++)
		bits_add (result->kept, i);
	self.known = g_hash_table_new (hash_set, same_set);
	self.parts = sets_new ();
	close_needs (&self, needs);
	ok = run (&self, error);
	g_hash_table_unref (self.known);
	g_ptr_array_unref (self.parts);
	g_ptr_array_unref (self.below);
	g_ptr_array_unref (self.above);
	return ok ? g_steal_pointer (&result) : NULL;
}
