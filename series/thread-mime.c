/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RFC 5322 mails by GMime: one mail, or an mbox.
 */
#include <string.h>

#include <gmime/gmime.h>

#include "series/thread.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeStream, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeParser, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeMessage, g_object_unref)

/* The source, and where its lines begin: GMime tells offsets, people want line numbers. */
typedef struct {
	const char *data;
	gsize length;
	gsize offset; /* of `line`; both only grow */
	guint line;
	gboolean mboxrd; /* lines that begin with `From ` have a `>` before them, and one more if
			  * they have one already */
} Source;

static guint line_at (Source *self, gint64 offset)
{
	gsize end = (gsize) CLAMP (offset, 0, (gint64) self->length);

	if (end < self->offset) {
		self->offset = 0;
		self->line = 1;
	}
	for (; self->offset < end; self->offset++)
		self->line += self->data[self->offset] == '\n';
	return self->line;
}

static GByteArray *decode (GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content (part);
	g_autoptr (GMimeStream) memory = g_mime_stream_mem_new ();

	if (content)
		g_mime_data_wrapper_write_to_stream (content, memory);
	/* The bytes outlive the stream only if they are taken from it. */
	g_mime_stream_mem_set_owner (GMIME_STREAM_MEM (memory), FALSE);
	return g_mime_stream_mem_get_byte_array (GMIME_STREAM_MEM (memory));
}

/* Quoted-printable breaks long lines by a `=` at the end: a line of text is two of the source. */
static void number_quoted (GPtrArray *lines, const char *raw, const char *end, guint line)
{
	guint i = 0;
	gboolean fresh = TRUE;

	while (raw < end && i < lines->len) {
		const char *newline = memchr (raw, '\n', (gsize) (end - raw));
		const char *last = newline ? newline : end;

		if (fresh)
			((SourceLine *) g_ptr_array_index (lines, i))->line = line;
		while (last > raw && g_ascii_isspace (last[-1]))
			last--;
		fresh = last == raw || last[-1] != '=';
		i += fresh;
		line++;
		raw = newline ? newline + 1 : end;
	}
}

static void number_lines (GPtrArray *lines, GMimePart *part, Source *source)
{
	GMimeDataWrapper *content = g_mime_part_get_content (part);
	GMimeStream *stream = content ? g_mime_data_wrapper_get_stream (content) : NULL;
	guint first, i;

	if (!stream || stream->bound_start < 0 || stream->bound_start > (gint64) source->length)
		return;
	first = line_at (source, stream->bound_start);
	switch (g_mime_part_get_content_encoding (part)) {
	case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
		number_quoted (lines, source->data + stream->bound_start,
			       stream->bound_end < 0 ? source->data + source->length
						     : source->data + stream->bound_end,
			       first);
		break;
	case GMIME_CONTENT_ENCODING_BASE64:
	case GMIME_CONTENT_ENCODING_UUENCODE:
		/* A line of the text is nowhere in the source: its block's first line must do. */
		for (i = 0; i < lines->len; i++)
			((SourceLine *) g_ptr_array_index (lines, i))->line = first;
		break;
	default:
		for (i = 0; i < lines->len; i++)
			((SourceLine *) g_ptr_array_index (lines, i))->line = first + i;
	}
}

static void unquote_from (GPtrArray *lines)
{
	guint i;

	for (i = 0; i < lines->len; i++) {
		SourceLine *line = g_ptr_array_index (lines, i);
		gsize quotes = strspn (line->text, ">");

		if (quotes > 0 && g_str_has_prefix (line->text + quotes, "From "))
			memmove (line->text, line->text + 1, strlen (line->text));
	}
}

static gboolean is_patch_name (const char *name)
{
	return name && (g_str_has_suffix (name, ".patch") || g_str_has_suffix (name, ".diff"));
}

static void add_part (Message *message, GMimePart *part, Source *source)
{
	GMimeContentType *type = g_mime_object_get_content_type (GMIME_OBJECT (part));
	const char *name = g_mime_part_get_filename (part);
	g_autofree char *type_name = g_mime_content_type_get_mime_type (type);
	g_autoptr (GByteArray) data = NULL;
	GPtrArray *lines;

	if (g_mime_content_type_is_type (type, "text", "html") ||
	    g_mime_content_type_is_type (type, "application", "pgp-signature"))
		return;
	data = decode (part);
	if ((!g_mime_content_type_is_type (type, "text", "*") && !is_patch_name (name)) ||
	    data->len > THREAD_PART_MAX ||
	    memchr (data->data ? data->data : (guint8 *) "", 0, data->len)) {
		g_ptr_array_add (message->unread,
				 g_strdup_printf ("'%s' (%s, %u bytes)", name ? name : "unnamed",
						  type_name, data->len));
		return;
	}
	g_byte_array_append (data, (const guint8 *) "", 1);
	lines = source_lines_new ((const char *) data->data, 1);
	number_lines (lines, part, source);
	if (source->mboxrd)
		unquote_from (lines);
	g_ptr_array_add (message->parts, lines);
}

static void add_object (Message *message, GMimeObject *object, Source *source)
{
	int i;

	if (GMIME_IS_MULTIPART (object)) {
		for (i = 0; i < g_mime_multipart_get_count (GMIME_MULTIPART (object)); i++)
			add_object (message,
				    g_mime_multipart_get_part (GMIME_MULTIPART (object), i),
				    source);
	} else if (GMIME_IS_MESSAGE_PART (object)) {
		GMimeMessage *inner = g_mime_message_part_get_message (GMIME_MESSAGE_PART (object));

		if (inner && g_mime_message_get_mime_part (inner))
			add_object (message, g_mime_message_get_mime_part (inner), source);
	} else if (GMIME_IS_PART (object)) {
		add_part (message, GMIME_PART (object), source);
	}
}

char *thread_read_ids (const char *text)
{
	g_autoptr (GString) ids = g_string_new (NULL);
	const char *open, *close;

	while (text && (open = strchr (text, '<')) && (close = strchr (open, '>'))) {
		g_string_append_printf (ids, "%s%.*s", ids->len ? " " : "",
					(int) (close - open + 1), open);
		text = close + 1;
	}
	return ids->len ? g_string_free (g_steal_pointer (&ids), FALSE) : NULL;
}

static char *first_word (const char *text)
{
	return text ? g_strndup (text, strcspn (text, " ")) : NULL;
}

static void read_sender (Message *self, GMimeMessage *mail)
{
	InternetAddressList *from = g_mime_message_get_from (mail);
	InternetAddress *first = from && internet_address_list_length (from) > 0
					 ? internet_address_list_get_address (from, 0)
					 : NULL;
	const char *name = first ? internet_address_get_name (first) : NULL;

	if (!first)
		return;
	self->from.name = name && *name ? header_line (name) : NULL;
	if (INTERNET_ADDRESS_IS_MAILBOX (first))
		self->from.address = g_strdup (
			internet_address_mailbox_get_addr (INTERNET_ADDRESS_MAILBOX (first)));
	if (!self->from.name && self->from.address)
		self->from.name = g_strndup (self->from.address, strcspn (self->from.address, "@"));
}

static Message *read_mail (GMimeMessage *mail, guint line, Source *source)
{
	Message *self = message_new (line);
	GMimeObject *object = GMIME_OBJECT (mail);
	const char *subject = g_mime_message_get_subject (mail);
	GDateTime *date = g_mime_message_get_date (mail);
	g_autofree char *answered = NULL;

	read_sender (self, mail);
	self->date = date ? g_mime_utils_header_format_date (date) : NULL;
	self->subject = subject ? header_line (subject) : NULL;
	self->message_id = thread_read_ids (g_mime_object_get_header (object, "Message-ID"));
	answered = thread_read_ids (g_mime_object_get_header (object, "In-Reply-To"));
	self->in_reply_to = first_word (answered);
	self->references = thread_read_ids (g_mime_object_get_header (object, "References"));
	if (g_mime_message_get_mime_part (mail))
		add_object (self, g_mime_message_get_mime_part (mail), source);
	return self;
}

static gboolean looks_like_mail (const char *data)
{
	const char *end = data + strcspn (data, "\n");
	gsize name = strspn (data, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-");

	return g_str_has_prefix (data, "From ") ||
	       (name > 0 && data + name < end && data[name] == ':');
}

void thread__read_mails (Thread *self, const char *data, gsize length)
{
	g_autoptr (GMimeStream) stream = NULL;
	g_autoptr (GMimeParser) parser = NULL;
	/* the archives that write it say so, in their way */
	Source source = { data, length, 0, 1, g_str_has_prefix (data, "From mboxrd@z ") };

	header_init ();
	if (!looks_like_mail (data))
		return;
	stream = g_mime_stream_mem_new_with_buffer (data, length);
	parser = g_mime_parser_new_with_stream (stream);
	g_mime_parser_set_persist_stream (parser, TRUE);
	if (g_str_has_prefix (data, "From "))
		g_mime_parser_set_format (parser, GMIME_FORMAT_MBOX);
	while (!g_mime_parser_eos (parser)) {
		g_autoptr (GMimeMessage) mail = g_mime_parser_construct_message (parser, NULL);
		gint64 begin = g_mime_parser_get_headers_begin (parser);
		Message *message;

		if (!mail)
			break;
		message = read_mail (mail, line_at (&source, begin), &source);
		g_ptr_array_add (self->messages, message);
		/* Text whose first line happens to hold a colon is no mail. */
		if (!message->from.name && !message->date && !message->subject)
			g_ptr_array_set_size (self->messages, (int) self->messages->len - 1);
	}
}
