/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/import-internal.h"
#include "series/patch-file.h"

char *import__who_when (const Message *message)
{
	g_autofree char *date = header_date_short (message->date);

	return g_strdup_printf ("%s, %s", message->from.name ? message->from.name : "somebody",
				date);
}

static void add_header (GString *out, const char *name, const char *value)
{
	g_autofree char *line = value ? g_strdup (value) : NULL;

	if (!line || !*line)
		return;
	g_string_append_printf (out, "%s: %s\n", name, g_strdelimit (line, "\r\n", ' '));
}

static void add_headers (GString *out, const Posted *posted, GPtrArray *also)
{
	const Message *message = posted->message;
	g_autofree char *from = person_to_header (&posted->posting->author);
	g_autofree char *subject = header_encode (posted->title);
	g_autofree char *tagged = g_strconcat ("[PATCH] ", subject, NULL);
	g_autofree char *source = g_strdup_printf ("%s:%u", posted->message->source, posted->line);
	guint i;

	add_header (out, "From", from);
	add_header (out, "Date", message->date);
	add_header (out, "Subject", tagged);
	add_header (out, "Message-ID", message->message_id);
	add_header (out, "In-Reply-To", message->in_reply_to);
	add_header (out, "References", message->references);
	add_header (out, "X-Bakeoff-Source", source);
	for (i = 0; posted->repaired && !posted->malformed && i < posted->repaired->repairs->len;
	     i++)
		add_header (out, "X-Bakeoff-Repair",
			    g_ptr_array_index (posted->repaired->repairs, i));
	if (posted->repaired)
		add_header (out, PATCH_FILE_REFUSED, posted->repaired->refused);
	for (i = 0; i < also->len; i++)
		add_header (out, "X-Bakeoff-Also", g_ptr_array_index (also, i));
}

/* What cannot be used stays as it was received, so that applying it fails with the same words. */
static void add_raw (GString *out, const Posted *posted)
{
	guint i, last = posted->repaired ? posted->repaired->patch->last : posted->part->len - 1;

	for (i = posted->diff; i <= last; i++) {
		const SourceLine *line = g_ptr_array_index (posted->part, i);

		g_string_append_printf (out, "%s\n", line->text);
	}
}

char *import__render (const Posted *posted, GPtrArray *also)
{
	GString *out = g_string_new (NULL);
	g_autofree char *diff = NULL;

	add_headers (out, posted, also);
	g_string_append_c (out, '\n');
	g_string_append (out, posted->posting->description);
	g_string_append (out, "---\n\n");
	if (posted->malformed) {
		add_raw (out, posted);
	} else {
		diff = patch_to_string (posted->repaired->patch);
		g_string_append (out, diff);
	}
	return g_string_free (out, FALSE);
}

/* `Signed-off-by: Name <address>`: a word of letters and dashes that ends in -by. */
static gboolean is_trailer (const char *line)
{
	const char *colon = strstr (line, "-by: ");
	const char *c;

	for (c = line; colon && c < colon; c++) {
		if (!g_ascii_isalpha (*c) && *c != '-')
			return FALSE;
	}
	return colon > line;
}

void import_drop_descriptions (Import *self)
{
	guint i, j;

	for (i = 0; i < self->patches->len; i++) {
		PostedPatch *patch = g_ptr_array_index (self->patches, i);
		char *body = strstr (patch->text, "\n\n");
		char *end = strstr (patch->text, "\n---\n");
		g_autoptr (GString) text = g_string_new (NULL);
		g_auto (GStrv) lines = NULL;

		if (!body || !end || end < body)
			continue;
		g_string_append_len (text, patch->text, body + 2 - patch->text);
		*end = '\0';
		lines = g_strsplit (body + 1, "\n", -1);
		for (j = 0; lines[j]; j++) {
			if (is_trailer (lines[j]))
				g_string_append_printf (text, "%s\n", lines[j]);
		}
		g_string_append (text, end + 1);
		g_free (patch->text);
		patch->text = g_string_free (g_steal_pointer (&text), FALSE);
	}
}
