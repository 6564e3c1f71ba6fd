/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "boards/build-id.h"
#include "boards/crash.h"
#include "boards/symbols.h"
#include "cmd/cmd.h"
#include "cmd/options.h"

/* The frame @place with where it is in the source; what was inlined there comes before it. */
static void print_place (GString *out, Symbols *symbols, const char *place, gboolean is_return)
{
	g_autoptr (GPtrArray) found = symbols_find (symbols, place, is_return);
	guint i;

	for (i = 0; found && i < found->len; i++) {
		const SourcePlace *at = found->pdata[i];
		gboolean inlined = i + 1 < found->len;

		g_string_append_printf (out, "    %s (%s:", inlined ? at->function : place,
					at->file ? at->file : "?");
		if (at->line)
			g_string_append_printf (out, "%u)", at->line);
		else
			g_string_append (out, "?)");
		g_string_append (out, inlined ? " [inlined]\n" : "\n");
	}
	if (!found)
		g_string_append_printf (out, "    %s (?)\n", place);
}

/* @symbols: (nullable) */
static void print_crash (const char *path, const Crash *crash, Symbols *symbols)
{
	g_autoptr (GString) out = g_string_new (NULL);
	g_autofree char *text = NULL;
	guint i;

	g_string_append_printf (out, "%s: %s: %s", path, crash->kind, crash->title);
	if (crash->address)
		g_string_append_printf (out, " (address %s)", crash->address);
	g_string_append (out, crash->corrupted ? " (corrupted)\n" : "\n");
	for (i = 0; i < crash->frames->len; i++) {
		if (symbols)
			print_place (out, symbols, crash->places->pdata[i],
				     i > 0 || !crash->has_pc);
		else
			g_string_append_printf (out, "    %s\n", (char *) crash->frames->pdata[i]);
	}
	text = text_printable (out->str, (gssize) out->len);
	fputs (text, stdout);
}

/* Lines of another kernel are worse than none. */
static void check_build_id (const char *path, const char *log, const Symbols *symbols,
			    const char *vmlinux)
{
	const char *own = symbols_build_id (symbols);
	const char *told = strstr (log, BUILD_ID_LINE);
	gsize length;

	if (!own || !told)
		return;
	told += strlen (BUILD_ID_LINE);
	length = strspn (told, "0123456789abcdef");
	if (strlen (own) != length || strncmp (own, told, length) != 0)
		fprintf (stderr,
			 "bakeoff: warning: %s is of the kernel with build id %.*s, and '%s' has "
			 "%s: its lines are other ones\n",
			 path, (int) length, told, vmlinux, own);
}

static Symbols *open_symbols (const char *vmlinux, GError **error)
{
	Symbols *symbols = symbols_open (vmlinux, error);

	if (symbols && !symbols_has_lines (symbols))
		fprintf (stderr,
			 "bakeoff: warning: '%s' has no debugging information, so there are no "
			 "lines: build with CONFIG_DEBUG_INFO=y\n",
			 vmlinux);
	return symbols;
}

gboolean cmd_decode (int argc, char **argv, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_autofree char *vmlinux = NULL;
	const GOptionEntry own[] = { { "vmlinux", 0, 0, G_OPTION_ARG_FILENAME, &vmlinux,
				       "Tell file and line of each frame, by this kernel's "
				       "debugging information",
				       "FILE" },
				     { NULL } };
	g_autoptr (Symbols) symbols = NULL;
	int i;

	if (!options_parse (&selection, 0, own, -1, &argc, argv, error))
		return FALSE;
	if (argc < 2)
		return fail (error, BAKEOFF_ERROR_USAGE, "decode which logs?");
	if (vmlinux && !(symbols = open_symbols (vmlinux, error)))
		return FALSE;
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
		if (symbols)
			check_build_id (argv[i], text, symbols, vmlinux);
		crash_scanner_feed (scanner, text, length);
		crash_scanner_finish (scanner);
		crashes = crash_scanner_all (scanner);
		for (j = 0; j < crashes->len; j++)
			print_crash (argv[i], crashes->pdata[j], symbols);
		if (crashes->len)
			*out_status = EXIT_DONE;
		else
			printf ("%s: no crash\n", argv[i]);
	}
	return TRUE;
}
