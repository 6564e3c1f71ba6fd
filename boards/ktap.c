/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "boards/ktap.h"
#include "boards/lines.h"

#define END_MARKER "# bakeoff: done"

/* What follows `ok 12`; NULL if @text is no result line with the word @word. */
static const char *result_rest (const char *text, const char *word)
{
	const char *rest;

	if (!g_str_has_prefix (text, word))
		return NULL;
	text += strlen (word);
	rest = text + strspn (text, "0123456789");
	return rest > text && (*rest == '\0' || *rest == ' ') ? rest : NULL;
}

static gboolean is_skip (const char *rest)
{
	const char *hash = strchr (rest, '#');

	if (!hash)
		return FALSE;
	return g_ascii_strncasecmp (hash + 1 + strspn (hash + 1, " "), "skip", 4) == 0;
}

static void take_not_ok (Ktap *self, const char *rest)
{
	if (self->not_ok++ == 0)
		g_strlcpy (self->first_not_ok, rest + strspn (rest, " -"),
			   sizeof (self->first_not_ok));
}

/* `1..N`, perhaps with `# SKIP why` behind it. */
static gboolean take_plan (Ktap *self, const char *text)
{
	char *end;
	long planned;

	if (!g_ascii_isdigit (*text))
		return FALSE;
	planned = strtol (text, &end, 10);
	if ((*end != '\0' && *end != ' ') || planned > G_MAXINT)
		return FALSE;
	self->planned = (int) planned;
	self->has_plan = TRUE;
	return TRUE;
}

gboolean ktap_line (Ktap *self, const char *line)
{
	const char *text = line_text (line);
	const char *rest;

	/* strict with `ok`, lenient with `not ok`: a number may be left out */
	if (g_str_has_prefix (text, "not ok") && !g_ascii_isalnum (text[6])) {
		take_not_ok (self, text + 6 + strspn (text + 6, " \t0123456789"));
	} else if ((rest = result_rest (text, "ok "))) {
		if (is_skip (rest))
			self->skipped++;
		else
			self->ok++;
	} else if (g_str_has_prefix (text, "1..")) {
		return take_plan (self, text + 3);
	} else if (g_str_has_prefix (text, "Bail out!")) {
		self->bailed = TRUE;
	} else if (g_str_has_prefix (text, END_MARKER)) {
		rest = text + strlen (END_MARKER);
		self->done = self->done || rest[strspn (rest, " ")] == '\0';
	} else {
		return g_str_has_prefix (text, "KTAP version ") ||
		       g_str_has_prefix (text, "TAP version ");
	}
	return TRUE;
}

gboolean ktap_verdict (const Ktap *self, char **out_detail)
{
	guint results = self->ok + self->skipped + self->not_ok;

	if (self->not_ok > 0)
		*out_detail = g_strdup_printf ("not ok: %s (%u of %u failed)",
					       *self->first_not_ok ? self->first_not_ok : "a test",
					       self->not_ok, results);
	else if (self->bailed)
		*out_detail = g_strdup ("the guest bailed out");
	else if (self->has_plan && results != (guint) self->planned)
		*out_detail = g_strdup_printf ("%u results where %d were planned", results,
					       self->planned);
	else if (self->ok == 0)
		*out_detail = g_strdup (self->skipped ? "every test was skipped"
						      : "no test result before the end marker");
	else
		*out_detail = g_strdup_printf ("%u ok, %u skipped", self->ok, self->skipped);
	return !self->not_ok && !self->bailed && self->ok > 0 &&
	       (!self->has_plan || results == (guint) self->planned);
}
