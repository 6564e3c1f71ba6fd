/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The crash grammar at work: what a line makes of the table, and a Crash's life.
 */
#include <string.h>

#include "boards/crash-grammar.h"
#include "boards/lines.h"

/* Characters of a title that come from the line. */
#define MAX_WHAT 100

/* The compiled table, made once; GRegex may be used by several threads. */
typedef struct {
	GRegex **patterns;
	GRegex *quoting, *harmless;
} Grammar;

static GRegex *compile (const char *text)
{
	g_autoptr (GError) error = NULL;
	GRegex *regex = g_regex_new (text, G_REGEX_OPTIMIZE, 0, &error);

	if (!regex)
		g_error ("crash grammar: %s: %s", text, error->message);
	return regex;
}

static GRegex *compile_any (const char *const *texts)
{
	g_autofree char *text = g_strjoinv ("|", (char **) texts);

	return compile (text);
}

static gpointer make_grammar (gpointer unused G_GNUC_UNUSED)
{
	Grammar *grammar = g_new0 (Grammar, 1);
	gsize i;

	grammar->patterns = g_new0 (GRegex *, crash__pattern_count);
	for (i = 0; i < crash__pattern_count; i++) {
		/* in quotes or a path, somebody talks about a crash; DEBUG: and KNOWN_BUG: are
		 * other words */
		const char *start =
			crash__patterns[i].flags & CRASH_ANYWHERE ? "(?<![\"'`=/_])(?<!DE)" : "^";
		g_autofree char *text = g_strconcat (start, crash__patterns[i].regex, NULL);

		grammar->patterns[i] = compile (text);
	}
	grammar->quoting = compile_any (crash__quoting);
	grammar->harmless = compile_any (crash__harmless);
	return grammar;
}

/* Writes `N` over each number in @text: they differ from boot to boot; not the one in
 * `kmalloc-64`, which is part of a name. */
static char *normalise (const char *text)
{
	static GOnce once = G_ONCE_INIT;
	const GRegex *numbers = g_once (
		&once, (GThreadFunc) compile,
		(gpointer) "(?<![\\w-])(?:0x[0-9a-fA-F]+|(?=[0-9a-f]*[0-9])[0-9a-f]{8,}|\\d+)\\b");
	g_autofree char *clean = g_regex_replace_literal (numbers, text, -1, 0, "N", 0, NULL);

	return g_strstrip (g_utf8_substring (clean, 0, MIN (g_utf8_strlen (clean, -1), MAX_WHAT)));
}

static char *make_title (const CrashPattern *pattern, const char *what, const char *file)
{
	g_autofree char *plain = what && *what ? normalise (what) : NULL;
	g_autoptr (GString) title = g_string_new (pattern->title);

	g_string_replace (title, "{what}", plain ? plain : "", 0);
	g_string_replace (title, "{file}", file ? file : "", 0);
	while (title->len > 0 && strchr (": ", title->str[title->len - 1]))
		g_string_truncate (title, title->len - 1);
	if (title->len == 0)
		g_string_assign (title, "Oops");
	return g_string_free (g_steal_pointer (&title), FALSE);
}

static char *fetch (const GMatchInfo *info, const char *name)
{
	char *text = g_match_info_fetch_named (info, name);

	if (text && !*text)
		g_clear_pointer (&text, g_free);
	return text;
}

/* Whether what stands at @at is only named there. Nobody names a crash without a blank before it.
 */
static gboolean is_quoted (const Grammar *grammar, const char *text, int at)
{
	g_autoptr (GMatchInfo) info = NULL;
	int start;

	return at > 0 && !g_ascii_isalnum (text[at - 1]) &&
	       g_regex_match (grammar->quoting, text, 0, &info) &&
	       g_match_info_fetch_pos (info, 0, &start, NULL) && start < at;
}

static gboolean match_pattern (const Grammar *grammar, gsize number, const char *text,
			       CrashMatch *out_match)
{
	const CrashPattern *pattern = &crash__patterns[number];
	g_autoptr (GMatchInfo) info = NULL;
	g_autofree char *what = NULL;
	g_autofree char *file = NULL;
	int at;

	if (!g_regex_match (grammar->patterns[number], text, 0, &info) ||
	    !g_match_info_fetch_pos (info, 0, &at, NULL) || is_quoted (grammar, text, at) ||
	    (!(pattern->flags & CRASH_FATAL) && g_regex_match (grammar->harmless, text, 0, NULL)))
		return FALSE;
	what = fetch (info, "what");
	file = fetch (info, "file");
	out_match->pattern = pattern;
	out_match->title = make_title (pattern, what, file);
	out_match->address = fetch (info, "addr");
	out_match->fn = fetch (info, "fn");
	if (out_match->fn)
		out_match->fn[strcspn (out_match->fn, ".")] = '\0';
	return TRUE;
}

static gboolean match_message (const char *text, const CrashHints *hints, CrashMatch *out_match)
{
	static GOnce once = G_ONCE_INIT;
	const Grammar *grammar = g_once (&once, make_grammar, NULL);
	gsize i;

	for (i = 0; i < crash__pattern_count; i++)
		if (crash__may_match (hints, i) && match_pattern (grammar, i, text, out_match))
			return TRUE;
	return FALSE;
}

/* Whether printk begins to speak at @text: `<3>` of 2.6, or a time stamp, with all its digits. */
static gboolean is_printk (const char *text)
{
	const char *point;

	if (text[0] == '<')
		return text[1] >= '0' && text[1] <= '7' && text[2] == '>';
	text += 1 + strspn (text + 1, " ");
	point = text + strspn (text, "0123456789");
	return point > text && *point == '.' && strspn (point + 1, "0123456789") == 6 &&
	       point[7] == ']';
}

gboolean crash__match (const char *text, const CrashHints *hints, CrashMatch *out_match)
{
	const char *c;

	if (match_message (text, hints, out_match))
		return TRUE;
	/* messages behind what somebody has left open */
	for (c = strpbrk (text, "<["); c; c = strpbrk (c + 1, "<[")) {
		if (is_printk (c) && match_message (line_text (c), hints, out_match))
			return TRUE;
	}
	return FALSE;
}

void crash__match_clear (CrashMatch *self)
{
	g_clear_pointer (&self->title, g_free);
	g_clear_pointer (&self->address, g_free);
	g_clear_pointer (&self->fn, g_free);
}

void crash_free (Crash *self)
{
	if (!self)
		return;
	g_free (self->title);
	g_free (self->kind);
	g_free (self->address);
	g_ptr_array_unref (self->frames);
	g_clear_pointer (&self->places, g_ptr_array_unref);
	g_ptr_array_unref (self->head);
	g_free (self);
}

static gpointer copy_string (gconstpointer text, gpointer unused G_GNUC_UNUSED)
{
	return g_strdup (text);
}

Crash *crash_copy (const Crash *self)
{
	Crash *copy = g_new0 (Crash, 1);

	copy->title = g_strdup (self->title);
	copy->kind = g_strdup (self->kind);
	copy->address = g_strdup (self->address);
	copy->frames = g_ptr_array_copy (self->frames, copy_string, NULL);
	copy->head = g_ptr_array_copy (self->head, copy_string, NULL);
	g_ptr_array_set_free_func (copy->frames, g_free);
	if (self->places) {
		copy->places = g_ptr_array_copy (self->places, copy_string, NULL);
		g_ptr_array_set_free_func (copy->places, g_free);
	}
	copy->has_pc = self->has_pc;
	g_ptr_array_set_free_func (copy->head, g_free);
	copy->fatal = self->fatal;
	copy->corrupted = self->corrupted;
	return copy;
}

gboolean crash_equal (const Crash *a, const Crash *b)
{
	guint i, count = MIN (a->frames->len, 3);

	if (strcmp (a->title, b->title) != 0 || MIN (b->frames->len, 3) != count)
		return FALSE;
	for (i = 0; i < count; i++)
		if (strcmp (a->frames->pdata[i], b->frames->pdata[i]) != 0)
			return FALSE;
	return TRUE;
}
