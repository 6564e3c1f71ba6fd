/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <gmime/gmime.h>

#include "series/header.h"

void person_clear (Person *self)
{
	g_clear_pointer (&self->name, g_free);
	g_clear_pointer (&self->address, g_free);
}

static gpointer start_gmime (gpointer unused G_GNUC_UNUSED)
{
	g_mime_init ();
	return NULL;
}

void header_init (void)
{
	static GOnce once = G_ONCE_INIT;

	g_once (&once, start_gmime, NULL);
}

char *header_utf8 (const char *text)
{
	char *converted;

	if (g_utf8_validate (text, -1, NULL))
		return g_strdup (text);
	converted = g_convert (text, -1, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
	return converted ? converted : g_utf8_make_valid (text, -1);
}

char *header_line (const char *text)
{
	return g_strdelimit (header_utf8 (text), "\r\n", ' ');
}

char *header_decode (const char *text)
{
	g_autofree char *decoded = NULL;

	header_init ();
	decoded = g_mime_utils_header_decode_text (NULL, text);
	return header_line (decoded ? decoded : text);
}

char *header_encode (const char *text)
{
	header_init ();
	return g_mime_utils_header_encode_text (NULL, text, "UTF-8");
}

static gboolean read_mailbox (const char *text, Person *out)
{
	InternetAddressList *list = internet_address_list_parse (NULL, text);
	InternetAddress *first = NULL;
	const char *name;

	if (list && internet_address_list_length (list) > 0)
		first = internet_address_list_get_address (list, 0);
	if (first && INTERNET_ADDRESS_IS_MAILBOX (first)) {
		name = internet_address_get_name (first);
		out->name = name && *name ? header_line (name) : NULL;
		out->address = g_strdup (
			internet_address_mailbox_get_addr (INTERNET_ADDRESS_MAILBOX (first)));
	}
	if (list)
		g_object_unref (list);
	return out->address != NULL;
}

/* `Name <address>` by hand: GMime stumbles over names with dots or brackets that nobody quoted. */
static gboolean read_brackets (const char *text, Person *out)
{
	const char *open = strrchr (text, '<');
	const char *close = open ? strchr (open, '>') : NULL;
	g_autofree char *before = NULL;
	g_autofree char *name = NULL;

	if (!close || close == open + 1)
		return FALSE;
	before = g_strndup (text, (gsize) (open - text));
	name = header_decode (g_strstrip (before));
	if (*name == '"' && g_str_has_suffix (name, "\"") && strlen (name) > 1) {
		name[strlen (name) - 1] = '\0';
		memmove (name, name + 1, strlen (name));
	}
	out->name = *name ? g_steal_pointer (&name) : NULL;
	out->address = g_strstrip (g_strndup (open + 1, (gsize) (close - open - 1)));
	return TRUE;
}

Person header_person (const char *text)
{
	Person person = { NULL, NULL };
	g_autofree char *copy = g_strstrip (g_strdup (text));

	header_init ();
	if (read_brackets (copy, &person))
		return person;
	if (strchr (copy, '@') && read_mailbox (copy, &person))
		return person;
	person.name = *copy ? header_decode (copy) : NULL;
	return person;
}

char *person_to_string (const Person *self)
{
	if (!self->address)
		return g_strdup (self->name ? self->name : "");
	if (!self->name)
		return g_strdup_printf ("<%s>", self->address);
	return g_strdup_printf ("%s <%s>", self->name, self->address);
}

char *person_to_header (const Person *self)
{
	g_autofree char *name = NULL;

	header_init ();
	if (self->name)
		name = g_mime_utils_header_encode_phrase (NULL, self->name, "UTF-8");
	if (!self->address)
		return g_strdup (name ? name : "");
	return name ? g_strdup_printf ("%s <%s>", name, self->address)
		    : g_strdup_printf ("<%s>", self->address);
}

GDateTime *header_date (const char *text)
{
	header_init ();
	return text ? g_mime_utils_header_decode_date (text) : NULL;
}

char *header_date_short (const char *text)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	g_autoptr (GDateTime) date = header_date (text);

	if (!date)
		return g_strdup (text ? text : "without a date");
	return g_strdup_printf (
		"%s, %d %s %d %02d:%02d", days[g_date_time_get_day_of_week (date) - 1],
		g_date_time_get_day_of_month (date), months[g_date_time_get_month (date) - 1],
		g_date_time_get_year (date), g_date_time_get_hour (date),
		g_date_time_get_minute (date));
}

/* Only tags of mailing are dropped: `[ARM]` is a prefix that the author means to keep. */
char *header_title (const char *subject)
{
	static GRegex *regex;
	g_autofree char *rest = NULL;

	if (g_once_init_enter (&regex))
		g_once_init_leave (
			&regex, g_regex_new ("^(?:\\s*(?:(?:re|fwd?|aw|sv)\\s*:|"
					     "\\[[^\\]]*(?:patch|rfc|resend|rft)[^\\]]*\\]))+\\s*",
					     G_REGEX_CASELESS | G_REGEX_RAW, 0, NULL));
	rest = g_regex_replace_literal (regex, subject, -1, 0, "", 0, NULL);
	if (!rest)
		rest = g_strdup (subject);
	return g_strstrip (g_steal_pointer (&rest));
}
