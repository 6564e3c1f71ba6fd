/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "boards/ktap.h"
#include "boards/lines.h"

#define START_MARKER "# bakeoff: start"
#define END_MARKER   "# bakeoff: done"

/* A damaged line is an end marker if so many edits make it one. `# bakeoff: start` is farther. */
#define MAX_EDITS 3

/* POSIX cksum, so that a shell on the board can say it: a CRC of the bytes, then of their number.
 */
static guint32 crc_byte (guint32 crc, guint byte)
{
	int bit;

	crc ^= byte << 24;
	for (bit = 0; bit < 8; bit++)
		crc = crc << 1 ^ (crc & 0x80000000 ? 0x04c11db7 : 0);
	return crc;
}

/* By their beginnings alone, so that grep(1) on a board finds the same lines. */
static gboolean is_summed (const char *text)
{
	return g_str_has_prefix (text, "ok ") || g_str_has_prefix (text, "not ok") ||
	       g_str_has_prefix (text, "1..") || g_str_has_prefix (text, "KTAP version ") ||
	       g_str_has_prefix (text, "TAP version ") || g_str_has_prefix (text, "Bail out!");
}

static void sum_line (Ktap *self, const char *text)
{
	for (; *text; text++, self->bytes++)
		self->crc = crc_byte (self->crc, (guchar) *text);
	self->crc = crc_byte (self->crc, '\n');
	self->bytes++;
}

static guint32 final_sum (const Ktap *self)
{
	guint32 crc = self->crc;
	gsize length;

	for (length = self->bytes; length > 0; length >>= 8)
		crc = crc_byte (crc, length & 0xff);
	return ~crc;
}

/* Whether @line holds something like the end marker: the fewest edits over all its pieces. */
static gboolean looks_like_end (const char *line)
{
	enum {
		SIZE = sizeof (END_MARKER) - 1
	};
	guint row[SIZE + 1];
	guint i, best = SIZE;

	for (i = 0; i <= SIZE; i++)
		row[i] = i;
	for (; *line; line++) {
		guint corner = 0;

		for (i = 1; i <= SIZE; i++) {
			guint change = corner + (END_MARKER[i - 1] != *line);

			corner = row[i];
			row[i] = MIN (change, MIN (row[i], row[i - 1]) + 1);
		}
		best = MIN (best, row[SIZE]);
	}
	return best <= MAX_EDITS;
}

/* `# bakeoff: done`, with ` SUM BYTES` or without. */
static void take_end (Ktap *self, const char *rest)
{
	g_autofree char *sum = g_strdup_printf (" %" G_GUINT32_FORMAT " %" G_GSIZE_FORMAT,
						final_sum (self), self->bytes);
	gsize length = strlen (sum);

	if (self->done)
		return;
	if (rest[strspn (rest, " ")] == '\0') {
		self->done = !self->strict;
		self->bare += self->strict;
	} else if (g_str_has_prefix (rest, sum) &&
		   rest[length + strspn (rest + length, " ")] == 0) {
		self->done = self->summed = TRUE;
	} else {
		self->damaged++;
		self->wrong += *rest == ' ' && g_ascii_isdigit (rest[1]);
	}
}

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

/* Takes a line of the protocol that is not the end marker. Returns: whether it is one. */
static gboolean take_line (Ktap *self, const char *text)
{
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
	} else {
		return g_str_has_prefix (text, "KTAP version ") ||
		       g_str_has_prefix (text, "TAP version ");
	}
	return TRUE;
}

gboolean ktap_line (Ktap *self, const char *line)
{
	const char *text = line_text (line);

	if (g_str_has_prefix (text, END_MARKER) && (self->started || !self->needs_start)) {
		take_end (self, text + strlen (END_MARKER));
		return TRUE;
	}
	if (g_str_equal (text, START_MARKER)) {
		/* what a kernel said before by itself, as KUnit does, is not in the guest's sum */
		self->started = TRUE;
		self->crc = 0;
		self->bytes = 0;
		return TRUE;
	}
	if (self->needs_start && !self->started)
		return FALSE;
	if (is_summed (text))
		sum_line (self, text);
	if (take_line (self, text))
		return TRUE;
	self->damaged += looks_like_end (text);
	return FALSE;
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
