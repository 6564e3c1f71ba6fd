/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include "base/error.h"
#include "base/files.h"
#include "series/thread.h"

void message_free (Message *self)
{
	person_clear (&self->from);
	g_free (self->date);
	g_free (self->subject);
	g_free (self->message_id);
	g_free (self->in_reply_to);
	g_free (self->references);
	g_free (self->source);
	g_ptr_array_unref (self->parts);
	g_ptr_array_unref (self->unread);
	g_free (self);
}

Message *message_new (guint line)
{
	Message *self = g_new0 (Message, 1);

	self->line = line;
	self->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
	self->unread = g_ptr_array_new_with_free_func (g_free);
	return self;
}

void thread_free (Thread *self)
{
	if (!self)
		return;
	g_free (self->source);
	g_free (self->subject);
	g_clear_pointer (&self->by_id, g_hash_table_unref);
	g_ptr_array_unref (self->messages);
	g_free (self);
}

static gboolean is_blank (const char *data, gsize length)
{
	gsize i;

	for (i = 0; i < length; i++)
		if (!g_ascii_isspace (data[i]) && data[i])
			return FALSE;
	return TRUE;
}

Thread *thread_new (const char *source)
{
	Thread *self = g_new0 (Thread, 1);

	self->source = g_strdup (source);
	self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_free);
	return self;
}

/* What is known once all mails are there. Of mails with one id the first counts. */
static void index_mails (Thread *self)
{
	guint i;

	self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
	for (i = 0; i < self->messages->len; i++) {
		Message *message = g_ptr_array_index (self->messages, i);

		if (!message->source)
			message->source = g_strdup (self->source);
		if (message->message_id &&
		    !g_hash_table_contains (self->by_id, message->message_id))
			g_hash_table_insert (self->by_id, message->message_id, message);
		if (i == 0 && !self->subject && message->subject)
			self->subject = header_title (message->subject);
	}
}

Thread *thread_parse (const char *data, gsize length, const char *source, GError **error)
{
	g_autoptr (Thread) self = thread_new (source);

	if (is_blank (data, length))
		return fail_null (
			error, BAKEOFF_ERROR_USAGE,
			"'%s' is empty\ngive an mbox, a mail, or the text of a web archive",
			source);
	thread__read_archive (self, data);
	if (self->messages->len && memchr (data, 0, length))
		return fail_null (
			error, BAKEOFF_ERROR_USAGE,
			"'%s' has a NUL byte at %zu: it is no text\n"
			"nothing was imported; take the page's text from the archive again",
			source, strlen (data));
	if (!self->messages->len)
		thread__read_mails (self, data, length);
	if (!self->messages->len)
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "'%s' holds no mail\n"
				  "give an mbox, a mail with its headers, or the text of a web "
				  "archive",
				  source);
	index_mails (self);
	return g_steal_pointer (&self);
}

void thread_add_mail (Thread *self, const char *data, gsize length, const char *source)
{
	guint i = self->messages->len;

	thread__read_mails (self, data, length);
	for (; i < self->messages->len; i++)
		((Message *) g_ptr_array_index (self->messages, i))->source = g_strdup (source);
}

static gint64 date_of (const Message *message)
{
	g_autoptr (GDateTime) date = message->date ? header_date (message->date) : NULL;

	return date ? g_date_time_to_unix (date) : 0;
}

static int compare_dates (gconstpointer a, gconstpointer b)
{
	const Message *left = *(Message *const *) a, *right = *(Message *const *) b;
	gint64 first = date_of (left), second = date_of (right);

	if (first != second)
		return first < second ? -1 : 1;
	return g_strcmp0 (left->source, right->source);
}

void thread_finish (Thread *self)
{
	g_ptr_array_sort (self->messages, compare_dates);
	index_mails (self);
}

static char *read_stdin (gsize *out_length, GError **error)
{
	g_autoptr (GByteArray) data = g_byte_array_new ();
	guint8 buffer[65536];
	gssize got;

	while ((got = read (STDIN_FILENO, buffer, sizeof buffer)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_null (error, BAKEOFF_ERROR_FAILED,
					  "cannot read standard input: %s", g_strerror (errno));
		g_byte_array_append (data, buffer, (guint) got);
	}
	*out_length = data->len;
	g_byte_array_append (data, (const guint8 *) "", 1);
	return (char *) g_byte_array_free (g_steal_pointer (&data), FALSE);
}

static gboolean is_gzip (const char *data, gsize length)
{
	return length > 2 && (guchar) data[0] == 0x1f && (guchar) data[1] == 0x8b;
}

static char *unpack (const char *data, gsize length, const char *name, gsize *out_length,
		     GError **error)
{
	g_autoptr (GInputStream) packed =
		g_memory_input_stream_new_from_data (data, (gssize) length, NULL);
	g_autoptr (GZlibDecompressor) gzip =
		g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
	g_autoptr (GInputStream) plain = g_converter_input_stream_new (packed, G_CONVERTER (gzip));
	g_autoptr (GByteArray) text = g_byte_array_new ();
	g_autoptr (GError) local = NULL;
	guint8 buffer[65536];
	gssize got;

	while ((got = g_input_stream_read (plain, buffer, sizeof (buffer), NULL, &local)) > 0)
		g_byte_array_append (text, buffer, (guint) got);
	if (got < 0)
		return fail_null (
			error, BAKEOFF_ERROR_USAGE,
			"'%s' cannot be unpacked: %s\nit may have been cut: fetch it again", name,
			local->message);
	*out_length = text->len;
	g_byte_array_append (text, (const guint8 *) "", 1);
	return (char *) g_byte_array_free (g_steal_pointer (&text), FALSE);
}

static Thread *parse_any (const char *data, gsize length, const char *name, GError **error)
{
	g_autofree char *text = NULL;
	gsize size;

	if (!is_gzip (data, length))
		return thread_parse (data, length, name, error);
	text = unpack (data, length, name, &size, error);
	return text ? thread_parse (text, size, name, error) : NULL;
}

/* Adds the mails in the files of @dir whose names end in @suffix. */
static gboolean add_files (Thread *self, const char *dir, const char *suffix, GError **error)
{
	g_autoptr (GDir) files = g_dir_open (dir, 0, NULL);
	const char *name;

	while (files && (name = g_dir_read_name (files))) {
		g_autofree char *path = g_build_filename (dir, name, NULL);
		g_autofree char *text = NULL;
		gsize length;

		if (*name == '.' || !g_str_has_suffix (name, suffix) ||
		    !g_file_test (path, G_FILE_TEST_IS_REGULAR))
			continue;
		text = files_read (path, &length, error);
		if (!text)
			return FALSE;
		thread_add_mail (self, text, length, name);
	}
	return TRUE;
}

/* In a maildir's tmp/ are mails that are still being delivered. */
static Thread *read_folder (const char *path, const char *name, GError **error)
{
	g_autoptr (Thread) self = thread_new (name);
	g_autofree char *cur = g_build_filename (path, "cur", NULL);
	g_autofree char *new = g_build_filename (path, "new", NULL);

	if (!add_files (self, cur, "", error) || !add_files (self, new, "", error) ||
	    !add_files (self, path, ".eml", error))
		return NULL;
	if (!self->messages->len)
		return fail_null (
			error, BAKEOFF_ERROR_USAGE,
			"no mail in folder '%s'\ngive a maildir (cur/, new/), a folder of "
			"*.eml files, an mbox, or a public-inbox and a Message-ID",
			path);
	thread_finish (self);
	return g_steal_pointer (&self);
}

Thread *thread_read (const char *path, GError **error)
{
	g_autofree char *name = g_path_get_basename (path);
	g_autofree char *data = NULL;
	gsize length = 0;

	if (strcmp (path, "-") == 0) {
		data = read_stdin (&length, error);
		return data ? parse_any (data, length, "-", error) : NULL;
	}
	if (!g_file_test (path, G_FILE_TEST_EXISTS))
		return fail_null (error, BAKEOFF_ERROR_USAGE, "there is no file '%s'", path);
	if (g_file_test (path, G_FILE_TEST_IS_DIR))
		return read_folder (path, name, error);
	data = files_read (path, &length, error);
	return data ? parse_any (data, length, name, error) : NULL;
}

static const Message *find_message (const Thread *self, const char *id)
{
	return self->by_id ? g_hash_table_lookup (self->by_id, id) : NULL;
}

const Message *thread_parent (const Thread *self, const Message *message)
{
	const Message *parent = NULL;
	g_auto (GStrv) ids = NULL;
	guint i;

	if (message->in_reply_to)
		parent = find_message (self, message->in_reply_to);
	if (parent || !message->references)
		return parent;
	ids = g_strsplit (message->references, " ", -1);
	for (i = g_strv_length (ids); i > 0 && !parent; i--)
		parent = find_message (self, ids[i - 1]);
	return parent;
}
