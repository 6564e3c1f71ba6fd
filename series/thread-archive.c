/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text of a web archive (kerneltrap.org, as its pages were saved).
 */
#include <string.h>

#include "series/thread.h"

#define ARCHIVE_DATE                                                                               \
	"^Date: (Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, ([A-Z][a-z]+) ([0-9]{1,2}), "            \
	"([0-9]{4}) - ([0-9]{1,2}):([0-9]{2}) (am|pm)\\s*$"

static const char *const months[] = { "January",   "February", "March",	   "April",
				      "May",	   "June",     "July",	   "August",
				      "September", "October",  "November", "December" };

static int number (const GMatchInfo *match, int group)
{
	g_autofree char *text = g_match_info_fetch (match, group);

	return (int) g_ascii_strtoll (text, NULL, 10);
}

static guint month_of (const char *name)
{
	guint i;

	for (i = 0; i < G_N_ELEMENTS (months); i++)
		if (strcmp (name, months[i]) == 0)
			return i;
	return G_N_ELEMENTS (months);
}

/* `Date: Thursday, June 21, 2007 - 7:54 am` as RFC 5322 has it. Archives show the reader's time
 * zone and do not say which: -0000 means just that. NULL where @text is no such line. */
static char *read_date (const char *text)
{
	static GRegex *regex;
	g_autoptr (GMatchInfo) match = NULL;
	g_autofree char *day = NULL;
	g_autofree char *month = NULL;
	g_autofree char *half = NULL;
	int hour;

	if (g_once_init_enter (&regex))
		g_once_init_leave (&regex, g_regex_new (ARCHIVE_DATE, G_REGEX_RAW, 0, NULL));
	if (!g_regex_match (regex, text, 0, &match))
		return NULL;
	day = g_match_info_fetch (match, 1);
	month = g_match_info_fetch (match, 2);
	half = g_match_info_fetch (match, 7);
	if (month_of (month) == G_N_ELEMENTS (months))
		return NULL;
	hour = number (match, 5) % 12 + (strcmp (half, "pm") == 0 ? 12 : 0);
	return g_strdup_printf ("%.3s, %d %.3s %d %02d:%02d:00 -0000", day, number (match, 3),
				month, number (match, 4), hour, number (match, 6));
}

static const char *text_at (GPtrArray *lines, guint i)
{
	const SourceLine *line = i < lines->len ? g_ptr_array_index (lines, i) : NULL;

	return line ? line->text : "";
}

static gboolean is_navigation (const char *text)
{
	return g_str_has_prefix (text, "Previous thread:") ||
	       g_str_has_prefix (text, "Next thread:");
}

static char *starts_message (GPtrArray *lines, guint i)
{
	if (!g_str_has_prefix (text_at (lines, i), "From: "))
		return NULL;
	return read_date (text_at (lines, i + 1));
}

static void take_subject (Thread *self, const char *text)
{
	g_autofree char *line = g_strstrip (header_utf8 (text));

	if (!self->subject && *line && !is_navigation (line))
		self->subject = header_title (line);
}

static void add_line (GPtrArray *body, const SourceLine *line)
{
	SourceLine *copy;

	if (is_navigation (line->text))
		return;
	copy = g_memdup2 (line, sizeof *line);
	copy->text = g_strdup (line->text);
	g_ptr_array_add (body, copy);
}

void thread__read_archive (Thread *self, const char *data)
{
	g_autoptr (GPtrArray) lines = source_lines_new (data, 1);
	GPtrArray *body = NULL;
	guint i;

	for (i = 0; i < lines->len; i++) {
		g_autofree char *date = starts_message (lines, i);
		Message *message;

		if (!date) {
			if (body)
				add_line (body, g_ptr_array_index (lines, i));
			else
				take_subject (self, text_at (lines, i));
			continue;
		}
		message = message_new (i + 1);
		message->from = header_person (text_at (lines, i) + strlen ("From: "));
		message->date = g_steal_pointer (&date);
		body = g_ptr_array_new_with_free_func ((GDestroyNotify) source_line_free);
		g_ptr_array_add (message->parts, body);
		g_ptr_array_add (self->messages, message);
		i++;
	}
	if (!self->messages->len)
		g_clear_pointer (&self->subject, g_free);
}
