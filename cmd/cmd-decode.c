/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "boards/crash.h"
#include "cmd/cmd.h"
#include "cmd/options.h"

static void print_crash (const char *path, const Crash *crash)
{
	g_autoptr (GString) out = g_string_new (NULL);
	g_autofree char *text = NULL;
	guint i;

	g_string_append_printf (out, "%s: %s: %s", path, crash->kind, crash->title);
	if (crash->address)
		g_string_append_printf (out, " (address %s)", crash->address);
	g_string_append (out, crash->corrupted ? " (corrupted)\n" : "\n");
	for (i = 0; i < crash->frames->len; i++)
		g_string_append_printf (out, "    %s\n", (char *) crash->frames->pdata[i]);
	text = text_printable (out->str, (gssize) out->len);
	fputs (text, stdout);
}

gboolean cmd_decode (int argc, char **argv, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	int i;

	if (!options_parse (&selection, 0, NULL, -1, &argc, argv, error))
		return FALSE;
	if (argc < 2)
		return fail (error, BAKEOFF_ERROR_USAGE, "decode which logs?");
	*out_status = EXIT_NO; /* no crash anywhere */
	for (i = 1; i < argc; i++) {
		g_autoptr (CrashScanner) scanner = crash_scanner_new ();
		const GPtrArray *crashes;
		g_autofree char *text = NULL;
		gsize length;
		guint j;

		if (!g_file_test (argv[i], G_FILE_TEST_EXISTS))
			return fail (error, BAKEOFF_ERROR_USAGE, "there is no '%s'", argv[i]);
		text = files_read (argv[i], &length, error);
		if (!text)
			return FALSE;
		crash_scanner_feed (scanner, text, length);
		crash_scanner_finish (scanner);
		crashes = crash_scanner_all (scanner);
		for (j = 0; j < crashes->len; j++)
			print_crash (argv[i], crashes->pdata[j]);
		if (crashes->len)
			*out_status = EXIT_DONE;
		else
			printf ("%s: no crash\n", argv[i]);
	}
	return TRUE;
}
