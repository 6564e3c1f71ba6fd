/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "boards/console-log.h"

/* No loader prints it; it stands on a line of its own. */
#define KERNEL_LINE "\n[bakeoff: the kernel has the console]\n"

struct ConsoleLog {
	char *path;
	int log, times;
	gint64 start;	  /* monotonic */
	gboolean in_line; /* the last byte ended no line */
};

static int open_new (const char *path, GError **error)
{
	int fd = open (path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);

	if (fd < 0)
		fail (error, BAKEOFF_ERROR_FAILED, "cannot write '%s': %s", path,
		      g_strerror (errno));
	return fd;
}

ConsoleLog *console_log_new (const char *path, GError **error)
{
	g_autoptr (ConsoleLog) self = g_new0 (ConsoleLog, 1);
	g_autofree char *times = g_strconcat (path, ".times", NULL);

	self->path = g_strdup (path);
	self->start = g_get_monotonic_time ();
	self->times = -1;
	self->log = open_new (path, error);
	if (self->log >= 0)
		self->times = open_new (times, error);
	return self->times >= 0 ? g_steal_pointer (&self) : NULL;
}

void console_log_free (ConsoleLog *self)
{
	if (!self)
		return;
	if (self->log >= 0)
		close (self->log);
	if (self->times >= 0)
		close (self->times);
	g_free (self->path);
	g_free (self);
}

static gboolean write_all (const ConsoleLog *self, int fd, const char *data, gsize length,
			   GError **error)
{
	while (length > 0) {
		ssize_t written = write (fd, data, length);

		if (written < 0 && errno != EINTR)
			return fail (error, BAKEOFF_ERROR_FAILED, "cannot write '%s': %s",
				     self->path, g_strerror (errno));
		if (written > 0) {
			data += written;
			length -= (gsize) written;
		}
	}
	return TRUE;
}

/* A line for each that begins in @data, whose first byte is at @offset. */
static gboolean write_times (ConsoleLog *self, const char *data, gsize length, gint64 offset,
			     GError **error)
{
	double now = (double) (g_get_monotonic_time () - self->start) / G_USEC_PER_SEC;
	g_autoptr (GString) lines = g_string_new (NULL);
	gsize i;

	for (i = 0; i < length; i++) {
		if (!self->in_line)
			g_string_append_printf (lines, "%" G_GINT64_FORMAT " %.3f\n",
						offset + (gint64) i, now);
		self->in_line = data[i] != '\n';
	}
	return write_all (self, self->times, lines->str, lines->len, error);
}

gboolean console_log_write (ConsoleLog *self, const char *data, gsize length, GError **error)
{
	/* the script that talks to a boot loader writes it too, before us */
	gint64 offset = lseek (self->log, 0, SEEK_END);

	return write_all (self, self->log, data, length, error) &&
	       write_times (self, data, length, MAX (offset, 0), error);
}

gboolean console_log_begin (ConsoleLog *self, GError **error)
{
	self->in_line = FALSE;
	return write_all (self, self->log, KERNEL_LINE, strlen (KERNEL_LINE), error);
}

const char *console_log_kernel (const char *text)
{
	const char *at = strstr (text, KERNEL_LINE);

	return at ? at + strlen (KERNEL_LINE) : text;
}

gboolean console_log_silence (const char *path, double *out_seconds)
{
	g_autofree char *times = g_strconcat (path, ".times", NULL);
	g_autofree char *text = NULL;
	double last = 0;
	char *line;

	*out_seconds = 0;
	if (!g_file_get_contents (times, &text, NULL, NULL))
		return FALSE;
	for (line = text; *line; line = *line ? line + 1 : line) {
		char *seconds = strchr (line, ' ');
		double now = seconds ? g_ascii_strtod (seconds, NULL) : last;

		*out_seconds = MAX (*out_seconds, now - last);
		last = now;
		line += strcspn (line, "\n");
	}
	return *text != '\0';
}
