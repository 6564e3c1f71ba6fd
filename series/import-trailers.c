/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Acked-by: and the like that replies give. As with b4, one counts only if the mail is from the
 * person whom it names: everybody can write somebody else's name.
 */
#include <string.h>

#include "series/import-internal.h"

/* Who wrote @message may speak for @person. A web archive tells names alone. */
static gboolean speaks_for (const Message *message, const Person *person)
{
	if (message->from.address && person->address)
		return g_ascii_strcasecmp (message->from.address, person->address) == 0;
	if (message->from.name && person->name) {
		g_autofree char *left = g_utf8_casefold (message->from.name, -1);
		g_autofree char *right = g_utf8_casefold (person->name, -1);

		return g_str_equal (left, right);
	}
	return FALSE;
}

static gboolean has_message (const Group *group, const Message *message)
{
	guint i;

	for (i = 0; i < group->members->len; i++) {
		const Posted *posted = group->members->pdata[i];

		if (posted && posted->message == message)
			return TRUE;
	}
	return group->cover == message;
}

/* Whether any group has it. */
static gboolean is_posting (const GPtrArray *groups, const Message *message)
{
	guint i;

	for (i = 0; i < groups->len; i++)
		if (has_message (groups->pdata[i], message))
			return TRUE;
	return FALSE;
}

/* Whether @group is what @message answers, over however many mails without a patch. */
static gboolean answers (const Thread *thread, const GPtrArray *groups, const Group *group,
			 const Message *message)
{
	const Message *at = thread_parent (thread, message);
	guint steps;

	/* ids that go in a circle end somewhere */
	for (steps = 0; at && steps < thread->messages->len; steps++) {
		if (is_posting (groups, at))
			return has_message (group, at);
		at = thread_parent (thread, at);
	}
	return FALSE;
}

static void take_trailer (const Message *message, const char *text, GPtrArray *out,
			  GPtrArray *notes)
{
	g_auto (Person) person = header_person (strchr (text, ':') + 1);
	g_autofree char *who = import__who_when (message);

	if (!speaks_for (message, &person))
		g_ptr_array_add (notes, g_strdup_printf ("%s: '%s' is ignored: the mail is from "
							 "somebody else",
							 who, text));
	else if (!g_ptr_array_find_with_equal_func (out, text, g_str_equal, NULL))
		g_ptr_array_add (out, g_strdup (text));
}

static void read_message (const Message *message, GPtrArray *out, GPtrArray *notes)
{
	guint i, j;

	for (i = 0; i < message->parts->len; i++) {
		GPtrArray *part = message->parts->pdata[i];

		for (j = 0; j < part->len; j++) {
			const SourceLine *line = part->pdata[j];
			g_autofree char *text = g_strchomp (header_utf8 (line->text));

			if (strcmp (line->text, "-- ") == 0)
				break;
			if (g_regex_match_simple ("^[A-Z][A-Za-z]*(-[A-Za-z]+)*-by: +\\S", text, 0,
						  0))
				take_trailer (message, text, out, notes);
		}
	}
}

GPtrArray *import__trailers (const Thread *thread, const GPtrArray *groups, const Group *group,
			     GPtrArray *notes)
{
	GPtrArray *out = g_ptr_array_new_with_free_func (g_free);
	guint i;

	for (i = 0; i < thread->messages->len; i++) {
		const Message *message = thread->messages->pdata[i];

		if (!is_posting (groups, message) && answers (thread, groups, group, message))
			read_message (message, out, notes);
	}
	return out;
}
