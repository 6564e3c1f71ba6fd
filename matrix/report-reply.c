/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report as a mail that answers the thread's first one. It carries no Tested-by line: a mail
 * about several candidates must not have one at column 0, or tools would put it on the wrong patch.
 */
#include "base/text.h"
#include "matrix/report.h"
#include "series/header.h"

/* A header is one line: a line end in a value would begin another header. */
static char *one_line (const char *value)
{
	g_autofree char *line = g_strdelimit (g_strdup (value), "\r\n", ' ');

	return text_printable (line, -1);
}

void report__reply (const Plan *plan, GString *out)
{
	const Project *project = plan->project;
	g_autofree char *words =
		one_line (project->subject ? project->subject : "fixes compared on real boots");
	g_autofree char *subject = header_encode (words);
	g_autofree char *id = project->in_reply_to ? one_line (project->in_reply_to) : NULL;

	g_string_append_printf (out, "Subject: Re: %s\n", subject);
	if (id)
		g_string_append_printf (out, "In-Reply-To: %s\nReferences: %s\n", id, id);
	g_string_append (out, "MIME-Version: 1.0\n"
			      "Content-Type: text/plain; charset=UTF-8\n"
			      "Content-Transfer-Encoding: 8bit\n\n"
			      "Hi all,\n\n");
	report__text (plan, out);
	g_string_append (out, "\n-- \nbakeoff\n");
}
