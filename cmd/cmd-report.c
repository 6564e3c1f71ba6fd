/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/files.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "matrix/report.h"
#include "matrix/remarks.h"
#include "matrix/results.h"
#include "matrix/weigh.h"

gboolean cmd_report (int argc, char **argv, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_autofree char *name = NULL, *output = NULL;
	const GOptionEntry own[] = { { "format", 'f', 0, G_OPTION_ARG_STRING, &name,
				       "text, reply or json (text)", "FORMAT" },
				     { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
				       "Write to FILE, as a whole or not at all", "FILE" },
				     { NULL } };
	g_autoptr (GString) text = g_string_new (NULL);
	const ReportFormat *format;
	guint i;

	if (!options_parse (&selection, OPTIONS_MATRIX, own, 0, &argc, argv, error))
		return FALSE;
	format = report_format_find (name ? name : "text", error);
	if (!format || !selection_plan (&selection, TRUE, error) ||
	    !selection_open_store (&selection, error) ||
	    !results_judge_all (selection.plan, selection.store, error))
		return FALSE;
	weigh_plan (selection.plan);
	remarks_find (selection.plan);
	format->write (selection.plan, text);
	if (output) {
		if (!files_write (output, text->str, (gssize) text->len, error))
			return FALSE;
	} else {
		fputs (text->str, stdout);
	}
	for (i = 0; i < selection.plan->cells->len; i++) {
		const Cell *cell = selection.plan->cells->pdata[i];

		if (!results_is_judged (selection.plan, cell))
			*out_status = EXIT_UNJUDGED;
	}
	return TRUE;
}
