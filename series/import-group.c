/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which postings make one candidate, and which candidate is a newer version of which.
 */
#include <string.h>

#include "series/import-internal.h"
#include "series/subject.h"

gboolean import__same_poster (const Message *a, const Message *b)
{
	const char *left = a->from.address ? a->from.address : a->from.name;
	const char *right = b->from.address ? b->from.address : b->from.name;

	return left && right && g_ascii_strcasecmp (left, right) == 0;
}

Posted *import__rep (Posted *posted)
{
	return posted->same ? posted->same : posted;
}

static void group_free (gpointer data)
{
	Group *self = data;

	g_ptr_array_unref (self->members);
	g_ptr_array_unref (self->stack);
	g_ptr_array_unref (self->older);
	g_ptr_array_unref (self->rerolled);
	g_free (self->title);
	g_free (self->problem);
	g_free (self);
}

static Group *group_new (const Posted *posted)
{
	Group *self = g_new0 (Group, 1);

	self->first = posted->message;
	self->version = posted->posting->version;
	self->total = posted->posting->total > 1 ? posted->posting->total : 0;
	self->resend = posted->posting->resend;
	self->members = g_ptr_array_new ();
	g_ptr_array_set_size (self->members, (int) MAX (self->total, 1));
	self->stack = g_ptr_array_new ();
	self->older = g_ptr_array_new ();
	self->rerolled = g_ptr_array_new ();
	return self;
}

static gboolean is_numbered (const Posted *posted)
{
	const Posting *posting = posted->posting;

	return posting->total > 1 && posting->number >= 1 && posting->number <= posting->total;
}

/* The series under way that @posted is the next part of. */
static Group *find_series (GPtrArray *groups, const Posted *posted)
{
	const Posting *posting = posted->posting;
	guint i;

	for (i = groups->len; i > 0; i--) {
		Group *group = groups->pdata[i - 1];

		if (group->total == posting->total && group->version == posting->version &&
		    group->resend == posting->resend &&
		    import__same_poster (group->first, posted->message))
			return group->members->pdata[posting->number - 1] ? NULL : group;
	}
	return NULL;
}

static void collect (GPtrArray *groups, GPtrArray *all)
{
	guint i;

	for (i = 0; i < all->len; i++) {
		Posted *posted = all->pdata[i];
		gboolean numbered = is_numbered (posted);
		Group *group = numbered ? find_series (groups, posted) : NULL;

		if (!numbered && posted->same)
			continue;
		if (!group) {
			group = group_new (posted);
			if (!numbered)
				group->total = 0;
			g_ptr_array_add (groups, group);
		}
		group->members->pdata[numbered ? posted->posting->number - 1 : 0] =
			import__rep (posted);
	}
}

static guint count_missing (const Group *self)
{
	guint i, missing = 0;

	for (i = 0; i < self->members->len; i++)
		missing += self->members->pdata[i] == NULL;
	return missing;
}

static gboolean is_same_series (const Group *self, const Group *other)
{
	return self != other && self->total == other->total &&
	       import__same_poster (self->first, other->first);
}

/* `[PATCH v3 2/5]` alone: the other four are those of the last version before it. */
static void complete_reroll (GPtrArray *groups, guint index)
{
	Group *self = groups->pdata[index];
	const Group *rest = NULL;
	guint i;

	if (self->total == 0 || count_missing (self) == 0)
		return;
	for (i = 0; i < index; i++) {
		const Group *other = groups->pdata[i];

		if (is_same_series (self, other) && other->version < self->version &&
		    count_missing (other) == 0 && (!rest || other->version >= rest->version))
			rest = other;
	}
	for (i = 0; i < self->members->len && rest; i++) {
		if (self->members->pdata[i])
			g_ptr_array_add (self->rerolled, self->members->pdata[i]);
		else
			self->members->pdata[i] = rest->members->pdata[i];
	}
	self->rest = rest;
}

static gboolean has_equal_members (const Group *a, const Group *b)
{
	return a->members->len == b->members->len &&
	       memcmp (a->members->pdata, b->members->pdata, a->members->len * sizeof (gpointer)) ==
		       0;
}

/* A series that was sent again as it was is one candidate; the last mails count. */
static void drop_equal (GPtrArray *groups)
{
	guint i, j;

	for (i = 0; i < groups->len; i++) {
		for (j = i + 1; j < groups->len; j++) {
			Group *first = groups->pdata[i], *again = groups->pdata[j];

			if (!has_equal_members (first, again))
				continue;
			first->version = MAX (first->version, again->version);
			g_ptr_array_remove_index (groups, j--);
		}
	}
}

static const Message *find_cover (const Thread *thread, const Group *self)
{
	guint i;

	for (i = 0; i < thread->messages->len && self->total; i++) {
		const Message *message = thread->messages->pdata[i];
		g_auto (Subject) subject = subject_parse (message->subject ? message->subject : "");

		if (subject.numbered && subject.number == 0 && !subject.answer &&
		    subject.total == self->total && subject.version == self->version &&
		    subject.resend == self->resend && import__same_poster (message, self->first))
			return message;
	}
	return NULL;
}

static const Posted *first_member (const Group *self)
{
	guint i;

	for (i = 0; i < self->members->len; i++)
		if (self->members->pdata[i])
			return self->members->pdata[i];
	g_return_val_if_reached (NULL);
}

static char *title_of (const Group *self)
{
	const Message *cover = self->cover ? self->cover : self->rest ? self->rest->cover : NULL;

	if (cover)
		return header_title (cover->subject);
	return g_strdup (first_member (self)->title);
}

static gboolean share_member (const Group *a, const Group *b)
{
	guint i;

	for (i = 0; i < a->members->len; i++)
		if (a->members->pdata[i] &&
		    g_ptr_array_find (b->members, a->members->pdata[i], NULL))
			return TRUE;
	return FALSE;
}

static gboolean has_same_title (const Group *a, const Group *b)
{
	g_auto (Subject) left = subject_parse (a->title), right = subject_parse (b->title);

	return subject_same_work (left.title, right.title);
}

/* How many candidates of one poster, shape and version there are. */
static guint count_alike (const GPtrArray *groups, const Group *self)
{
	guint i, n = 0;

	for (i = 0; i < groups->len; i++) {
		const Group *other = groups->pdata[i];

		n += other->total == self->total && other->version == self->version &&
		     import__same_poster (other->first, self->first);
	}
	return n;
}

static gboolean is_usable (const Group *self)
{
	guint i;

	for (i = 0; i < self->members->len; i++) {
		const Posted *posted = self->members->pdata[i];

		if (!posted || posted->malformed || !posted->repaired ||
		    (posted->repaired->patch->defect && !posted->repaired->restored))
			return FALSE;
	}
	return TRUE;
}

/* Whether @newer is the same poster's next word on @older. Titles change; a version number with
 * only one thing before it that it can be a version of is proof enough. */
static gboolean is_newer (const GPtrArray *groups, const Group *newer, const Group *older,
			  gboolean later)
{
	if (!import__same_poster (newer->first, older->first))
		return FALSE;
	if (newer->version == older->version)
		return later && newer->resend && !older->resend && has_same_title (newer, older);
	if (newer->version < older->version)
		return FALSE;
	return newer->rest == older || has_same_title (newer, older) ||
	       share_member (newer, older) ||
	       (later && newer->total == older->total && count_alike (groups, newer) == 1 &&
		count_alike (groups, older) == 1);
}

static void forget_versions (GPtrArray *groups)
{
	guint i;

	for (i = 0; i < groups->len; i++) {
		Group *group = groups->pdata[i];

		group->newer = NULL;
		g_ptr_array_set_size (group->older, 0);
	}
}

/* What cannot be used, as a mail that was cut, stands for nothing else. */
static void find_versions (GPtrArray *groups)
{
	guint i, j;

	forget_versions (groups);
	for (i = 0; i < groups->len; i++) {
		Group *older = groups->pdata[i];

		for (j = 0; j < groups->len; j++) {
			Group *newer = groups->pdata[j];

			if (i == j || !is_newer (groups, newer, older, j > i))
				continue;
			g_ptr_array_add (newer->older, older);
			if (is_usable (newer) &&
			    (!older->newer || newer->version >= older->newer->version))
				older->newer = newer;
		}
	}
}

static void mark_outdated (GPtrArray *groups, GPtrArray *all)
{
	guint i, j;

	for (i = 0; i < all->len; i++)
		((Posted *) all->pdata[i])->outdated = TRUE;
	for (i = 0; i < groups->len; i++) {
		const Group *group = groups->pdata[i];

		for (j = 0; j < group->members->len && !group->newer; j++)
			if (group->members->pdata[j])
				((Posted *) group->members->pdata[j])->outdated = FALSE;
	}
}

void import__find_versions (GPtrArray *groups, GPtrArray *all)
{
	find_versions (groups);
	mark_outdated (groups, all);
}

GPtrArray *import__group (const Thread *thread, GPtrArray *all)
{
	GPtrArray *groups = g_ptr_array_new_with_free_func (group_free);
	guint i;

	collect (groups, all);
	for (i = 0; i < groups->len; i++)
		complete_reroll (groups, i);
	drop_equal (groups);
	for (i = 0; i < groups->len; i++) {
		Group *group = groups->pdata[i];

		group->cover = find_cover (thread, group);
		group->title = title_of (group);
	}
	import__find_versions (groups, all);
	return groups;
}
