/* SPDX-License-Identifier: GPL-2.0-only */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <glib-unix.h>

#include "cmd/progress.h"

static char *describe (const RunEvent *event)
{
	static const char *const doing[] = {
		[RUN_BUILDING] = "building", [RUN_BUILT] = "built", [RUN_BOOTING] = "booting"
	};
	const Cell *cell = event->cell;
	const char *word =
		event->kind == RUN_JUDGED ? verdict_name (cell->verdict) : doing[event->kind];

	return g_strdup_printf ("%s %s/%s: %s", cell->variant->variant->name,
				cell->board->board->name, cell->config->name, word);
}

void progress_event (const RunEvent *event, gpointer unused G_GNUC_UNUSED)
{
	g_autofree char *text = describe (event);
	gboolean terminal = isatty (STDERR_FILENO);

	if (terminal && event->kind != RUN_JUDGED)
		fprintf (stderr, "\r\033[K[%u/%u] %s", event->judged, event->total, text);
	else if (event->kind == RUN_JUDGED || event->kind == RUN_BUILDING)
		fprintf (stderr, "%s[%u/%u] %s\n", terminal ? "\r\033[K" : "", event->judged,
			 event->total, text);
	fflush (stderr);
}

void progress_held (const char *holder, gpointer board)
{
	fprintf (stderr, "%sbakeoff: waiting for board '%s': %s has it\n",
		 isatty (STDERR_FILENO) ? "\r\033[K" : "", (const char *) board, holder);
}

void progress_finish (void)
{
	if (isatty (STDERR_FILENO))
		fputs ("\r\033[K", stderr);
}

static gboolean on_signal (gpointer cancellable)
{
	fputs ("\nbakeoff: stopping ...\n", stderr);
	g_cancellable_cancel (cancellable);
	return G_SOURCE_CONTINUE;
}

GCancellable *progress_cancellable (void)
{
	GCancellable *cancellable = g_cancellable_new ();

	g_unix_signal_add (SIGINT, on_signal, cancellable);
	g_unix_signal_add (SIGTERM, on_signal, cancellable);
	return cancellable;
}

typedef struct {
	GThreadFunc work;
	gpointer data;
	gint ended; /* atomic */
} Listening;

static gpointer work_and_wake (gpointer data)
{
	Listening *self = data;
	gpointer result = self->work (self->data);

	g_atomic_int_set (&self->ended, TRUE);
	g_main_context_wakeup (NULL);
	return result;
}

gpointer progress_in_thread (GThreadFunc work, gpointer data)
{
	Listening listening = { work, data, FALSE };
	GThread *thread = g_thread_new ("work", work_and_wake, &listening);

	while (!g_atomic_int_get (&listening.ended))
		g_main_context_iteration (NULL, TRUE);
	return g_thread_join (thread);
}
