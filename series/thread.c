/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>
#include <unistd.h>

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

Thread *thread_parse (const char *data, gsize length, const char *source, GError **error)
{
	g_autoptr (Thread) self = g_new0 (Thread, 1);

	self->source = g_strdup (source);
	self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_free);
	if (is_blank (data, length))
		return fail_null (
			error, BAKEOFF_ERROR_USAGE,
			"'%s' is empty\ngive an mbox, a mail, or the text of a web archive",
			source);
	thread__read_archive (self, data);
	if (!self->messages->len)
		thread__read_mails (self, data, length);
	if (!self->messages->len)
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "'%s' holds no mail\n"
				  "give an mbox, a mail with its headers, or the text of a web "
				  "archive",
				  source);
	return g_steal_pointer (&self);
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

Thread *thread_read (const char *path, GError **error)
{
	g_autofree char *name = g_path_get_basename (path);
	g_autofree char *data = NULL;
	gsize length = 0;

	if (strcmp (path, "-") == 0) {
		data = read_stdin (&length, error);
		return data ? thread_parse (data, length, "-", error) : NULL;
	}
	if (!g_file_test (path, G_FILE_TEST_EXISTS))
		return fail_null (error, BAKEOFF_ERROR_USAGE, "there is no file '%s'", path);
	if (g_file_test (path, G_FILE_TEST_IS_DIR))
		return fail_null (
			error, BAKEOFF_ERROR_USAGE,
			"'%s' is a folder\ngive an mbox, a mail, or the text of a web archive",
			path);
	data = files_read (path, &length, error);
	return data ? thread_parse (data, length, name, error) : NULL;
}

static const Message *find_message (const Thread *self, const char *id)
{
	guint i;

	for (i = 0; i < self->messages->len; i++) {
		const Message *message = g_ptr_array_index (self->messages, i);

		if (g_strcmp0 (message->message_id, id) == 0)
			return message;
	}
	return NULL;
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
