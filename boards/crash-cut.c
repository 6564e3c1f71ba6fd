/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines that another CPU's came into the middle of:
 *
 *	Unable to handle kernel NULL poi[   12.345678] usb 1-1: new device
 *	nter dereference at virtual address 0000000d
 */
#include <string.h>

#include "boards/crash-grammar.h"
#include "boards/lines.h"

gsize crash__cut (const char *line)
{
	const char *text = line_text (line), *at;

	for (at = strchr (text, '['); at; at = strchr (at + 1, '['))
		if (at > text && line_text (at) != at)
			return (gsize) (at - line);
	return 0;
}

static gboolean means_something (const char *line)
{
	g_auto (CrashMatch) match = { 0 };
	g_autofree char *function = NULL;
	g_autofree char *caller = NULL;
	const char *text = line_text (line);
	TraceKind kind;

	if (crash__match (text, NULL, &match))
		return TRUE;
	kind = crash__trace_line (text, &function, &caller);
	return kind != TRACE_NONE && kind != TRACE_FILLER;
}

char *crash__mend (const char *line, gsize cut, const char *next)
{
	g_autofree char *joined = NULL;

	/* with a stamp it is a line of its own */
	if (line_text (next) != next)
		return NULL;
	joined = g_strdup_printf ("%.*s%s", (int) cut, line, next);
	return means_something (joined) ? g_steal_pointer (&joined) : NULL;
}
