/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "matrix/report.h"

static const ReportFormat formats[] = {
	{ "text", "for people: what was tested, the matrix, a note for each distinct crash",
	  report__text },
	{ "reply", "the text as a mail that answers the thread", report__reply },
	{ "json", "for programs: docs/bakeoff-report-1.schema.json describes it", report__json },
	{ NULL, NULL, NULL },
};

const ReportFormat *report_formats (void)
{
	return formats;
}

const ReportFormat *report_format_find (const char *name, GError **error)
{
	g_autoptr (GString) known = g_string_new (NULL);
	const ReportFormat *format;

	for (format = formats; format->name; format++) {
		if (g_str_equal (format->name, name))
			return format;
		g_string_append_printf (known, "%s%s", known->len ? ", " : "", format->name);
	}
	return fail_null (error, BAKEOFF_ERROR_USAGE, "no report format '%s'\nthere are: %s", name,
			  known->str);
}
