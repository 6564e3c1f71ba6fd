/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "kbuild/jobserver.h"

struct Jobserver {
	char *path;
	int jobs;
	gboolean by_path; /* what makes take here */
	int fifo;	  /* both ends, so that neither is ever without a partner; does not block */
	GMutex mutex;
	guint running; /* tokens that we have given out ourselves */
};

enum {
	POLL_MS = 20
};

static void fill (Jobserver *self)
{
	char tokens[64];
	int i;

	while (read (self->fifo, tokens, sizeof tokens) > 0) /* what is left of the last time */
		;
	for (i = 0; i < self->jobs; i++) {
		/* a FIFO holds 4096 bytes at least, and jobserver_new() allows no more */
		if (write (self->fifo, "+", 1) != 1)
			g_warning ("cannot fill the jobserver: %s", g_strerror (errno));
	}
}

Jobserver *jobserver_new (const char *dir, int jobs, GError **error)
{
	g_autoptr (Jobserver) self = g_new0 (Jobserver, 1);
	g_autofree char *version = process_version ("make");

	g_mutex_init (&self->mutex);
	self->fifo = -1;
	self->by_path = jobserver_takes_path (version);
	self->jobs = CLAMP (jobs, 1, 4096);
	self->path = g_build_filename (dir, "jobserver", NULL);
	if (!files_make_dir (dir, error))
		return NULL;
	if (mkfifo (self->path, 0600) != 0 ||
	    (self->fifo = open (self->path, O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0)
		return fail_null (error, BAKEOFF_ERROR_FAILED, "cannot make FIFO '%s': %s",
				  self->path, g_strerror (errno));
	return g_steal_pointer (&self);
}

void jobserver_free (Jobserver *self)
{
	if (!self)
		return;
	if (self->fifo >= 0)
		close (self->fifo);
	g_unlink (self->path);
	g_mutex_clear (&self->mutex);
	g_free (self->path);
	g_free (self);
}

static gboolean try_acquire (Jobserver *self)
{
	gboolean done;
	char token;

	g_mutex_lock (&self->mutex);
	if (self->running == 0)
		fill (self);
	done = read (self->fifo, &token, 1) == 1;
	if (done)
		self->running++;
	g_mutex_unlock (&self->mutex);
	return done;
}

gboolean jobserver_acquire (Jobserver *self, GCancellable *cancellable, GError **error)
{
	while (!try_acquire (self)) {
		GPollFD poll = { .fd = self->fifo, .events = G_IO_IN };

		if (g_cancellable_is_cancelled (cancellable))
			return fail (error, BAKEOFF_ERROR_CANCELLED, "stopped");
		g_poll (&poll, 1, POLL_MS);
	}
	return TRUE;
}

void jobserver_release (Jobserver *self)
{
	g_mutex_lock (&self->mutex);
	g_assert (self->running > 0);
	self->running--;
	if (write (self->fifo, "+", 1) != 1)
		g_warning ("cannot give a token back: %s", g_strerror (errno));
	g_mutex_unlock (&self->mutex);
}

const char *jobserver_path (const Jobserver *self)
{
	return self->path;
}

char *jobserver_makeflags (const Jobserver *self, const char *path)
{
	/* the first word of MAKEFLAGS is for letters of options: it is empty */
	return self->by_path ? g_strdup_printf (" -j --jobserver-auth=fifo:%s", path)
			     : g_strdup_printf (" -j --jobserver-auth=%d,%d", JOBSERVER_READ_FD,
						JOBSERVER_WRITE_FD);
}

gboolean jobserver_takes_path (const char *version)
{
	int major = 0, minor = 0;

	return version && sscanf (version, "GNU Make %d.%d", &major, &minor) == 2 &&
	       (major > 4 || (major == 4 && minor >= 4));
}

gboolean jobserver_open (const Jobserver *self, int *out_read, int *out_write, GError **error)
{
	/* not O_RDONLY, which would wait for a writer in another place than ours */
	*out_read = open (self->path, O_RDWR | O_CLOEXEC);
	*out_write = *out_read < 0 ? -1 : open (self->path, O_WRONLY | O_CLOEXEC);
	if (*out_write >= 0)
		return TRUE;
	if (*out_read >= 0)
		close (*out_read);
	return fail (error, BAKEOFF_ERROR_FAILED, "cannot open FIFO '%s': %s", self->path,
		     g_strerror (errno));
}
