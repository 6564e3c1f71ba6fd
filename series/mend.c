/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/mend.h"
#include "series/path.h"
#include "series/place.h"

#define JOINED_MAX 12	  /* lines that one long line becomes */
#define BLANK_MAX  8	  /* blank lines in a row that an archive eats */
#define AWAY_MAX   200	  /* lines by which a hunk may lie elsewhere */
#define HUNK_MAX   20000  /* lines of a hunk: their number is the depth of a recursion */
#define STEPS_MAX  200000 /* of one hunk */

/* A hunk beside its file. */
typedef struct {
	GPtrArray *lines; /* (element-type SourceLine) */
	guint end;	  /* index below the last line that may be the hunk's */
	GArray *base;	  /* (element-type Slice) */
	GHashTable *dead; /* (element-type guint64): where no way leads on */
	guint steps;
	Mended *out;
} Weld;

void mended_free (Mended *self)
{
	if (!self)
		return;
	g_ptr_array_unref (self->lines);
	g_free (self);
}

static const char *text_of (GPtrArray *lines, guint i)
{
	return i < lines->len ? ((SourceLine *) g_ptr_array_index (lines, i))->text : NULL;
}

static gboolean starts (const char *text, const char *prefix)
{
	return text && g_str_has_prefix (text, prefix);
}

static void emit (Mended *out, char *text, guint line)
{
	SourceLine *copy = g_new0 (SourceLine, 1);

	copy->text = text;
	copy->line = line;
	g_ptr_array_add (out->lines, copy);
}

static char *squash (const char *text, gsize length)
{
	GString *out = g_string_sized_new (length);
	gsize i;

	for (i = 0; i < length; i++)
		if (!g_ascii_isspace (text[i]))
			g_string_append_c (out, text[i]);
	return g_string_free (out, FALSE);
}

static gboolean is_bare (const char *text)
{
	return text[strspn (text, " \t\r")] == '\0';
}

/* Below a hunk: nothing, a signature, a list's ruler. */
static gboolean ends_here (const Weld *self, guint i)
{
	const char *text = i < self->end ? text_of (self->lines, i) : NULL;

	return !text || is_bare (text) || text[strspn (text, "- _\r")] == '\0';
}

static gboolean base_is_blank (const Weld *self, guint at, guint count)
{
	guint i;

	if (at + count > self->base->len || count > BLANK_MAX)
		return FALSE;
	for (i = at; i < at + count; i++)
		if (g_array_index (self->base, Slice, i).length != 1)
			return FALSE;
	return TRUE;
}

static gboolean weld (Weld *self, guint i, guint old_left, guint new_left, guint at);

/* Goes on below a line that is laid down; takes it back where that leads nowhere. */
static gboolean weld_on (Weld *self, char *text, guint i, guint next, guint old_left,
			 guint new_left, guint at)
{
	const Mended before = *self->out;
	guint length = self->out->lines->len, joined = next - i - 1;

	self->out->joined += joined;
	if (*text == '+')
		self->out->joined_new += joined;
	emit (self->out, text, ((SourceLine *) g_ptr_array_index (self->lines, i))->line);
	if (starts (next < self->end ? text_of (self->lines, next) : NULL, "\\ ")) {
		const SourceLine *line = g_ptr_array_index (self->lines, next++);

		emit (self->out, g_strdup (line->text), line->line);
	}
	if (weld (self, next, old_left, new_left, at))
		return TRUE;
	*self->out = before;
	g_ptr_array_set_size (self->out->lines, (int) length);
	return FALSE;
}

/* One line of the hunk, of @next - @i lines of the source whose text is @joined. */
static gboolean weld_line (Weld *self, char kind, const char *joined, guint i, guint next,
			   guint old_left, guint new_left, guint at, gboolean *out_more)
{
	g_autofree char *mine = NULL, *its = NULL, *whole = NULL;
	const Slice *slice;
	gsize length;
	guint spaced = self->out->spaced;

	*out_more = TRUE;
	if (kind == '+')
		return weld_on (self, g_strconcat ("+", joined, NULL), i, next, old_left,
				new_left - 1, at);
	slice = &g_array_index (self->base, Slice, at);
	length = slice->length - (slice->data[slice->length - 1] == '\n');
	mine = squash (joined, strlen (joined));
	its = squash (slice->data, length);
	*out_more = g_str_has_prefix (its, mine) && strlen (mine) < strlen (its);
	if (strcmp (mine, its) != 0)
		return FALSE;
	whole = g_strdup_printf ("%c%.*s", kind, (int) length, slice->data);
	self->out->spaced += strcmp (whole + 1, joined) != 0;
	if (weld_on (self, g_steal_pointer (&whole), i, next, old_left - 1,
		     new_left - (kind == ' '), at + 1))
		return TRUE;
	self->out->spaced = spaced;
	return FALSE;
}

/* A hunk's line and as many lines below it as make it whole, few before many. */
static gboolean weld_lines (Weld *self, guint i, guint old_left, guint new_left, guint at)
{
	const char *text = text_of (self->lines, i);
	char kind = *text && *text != '\r' ? *text : ' ';
	g_autoptr (GString) joined = g_string_new (*text ? text + 1 : "");
	guint next;

	if (!strchr (" -+", kind) || (kind != '+' && (!old_left || at >= self->base->len)) ||
	    (kind != '-' && !new_left))
		return FALSE;
	for (next = i + 1; next - i <= JOINED_MAX; next++) {
		gboolean more;

		if (weld_line (self, kind, joined->str, i, next, old_left, new_left, at, &more))
			return TRUE;
		if (!more || next >= self->end || is_bare (text_of (self->lines, next)))
			return FALSE;
		if (!g_str_has_suffix (joined->str, " "))
			g_string_append_c (joined, ' ');
		g_string_append (joined, text_of (self->lines, next));
	}
	return FALSE;
}

static gboolean weld (Weld *self, guint i, guint old_left, guint new_left, guint at)
{
	/* what is left of both sides and the line tell the place in the base, and so the state */
	gint64 state = (gint64) i << 40 ^ (gint64) old_left << 20 ^ new_left;
	guint k;

	if (!old_left && !new_left)
		return ends_here (self, i);
	if (self->steps++ > STEPS_MAX || g_hash_table_contains (self->dead, &state))
		return FALSE;
	if (i < self->end && weld_lines (self, i, old_left, new_left, at))
		return TRUE;
	if (ends_here (self, i) && old_left == new_left && base_is_blank (self, at, old_left)) {
		for (k = 0; k < old_left; k++)
			emit (self->out, g_strdup (" "), 0);
		self->out->spaced += old_left;
		return TRUE;
	}
	g_hash_table_add (self->dead, g_memdup2 (&state, sizeof state));
	return FALSE;
}

/* ---- hunks ---- */

typedef struct {
	GPtrArray *lines; /* (element-type SourceLine): a copy, to be edited */
	guint at;
	const Overlay *base;
	GBytes *content; /* (nullable): of the file whose hunks come next */
	Mended *out;
} Mender;

static gboolean read_numbers (const char *text, guint numbers[4])
{
	g_autoptr (GRegex) regex = g_regex_new (
		"^@@ -([0-9]{1,7})(?:,([0-9]{1,7}))? \\+([0-9]{1,7})(?:,([0-9]{1,7}))? @@",
		G_REGEX_RAW, 0, NULL);
	g_autoptr (GMatchInfo) match = NULL;
	guint i;

	if (!g_regex_match (regex, text, 0, &match))
		return FALSE;
	for (i = 0; i < 4; i++) {
		g_autofree char *group = g_match_info_fetch (match, (int) i + 1);

		numbers[i] = group && *group ? (guint) g_ascii_strtoull (group, NULL, 10) : 1;
	}
	return TRUE;
}

/* Below the hunk the text goes on with another one, or another file. */
static guint find_end (const Mender *self)
{
	guint i;

	for (i = self->at + 1; i < self->lines->len; i++) {
		const char *text = text_of (self->lines, i);

		if (starts (text, "@@ -") || starts (text, "diff ") || starts (text, "Index: ") ||
		    (starts (text, "--- ") && starts (text_of (self->lines, i + 1), "+++ ")))
			break;
	}
	return i;
}

static gboolean weld_at (Weld *self, guint from, const guint numbers[4], guint place)
{
	g_hash_table_remove_all (self->dead);
	return weld (self, from, numbers[1], numbers[3], place);
}

/* The line that the header tells first, then ever farther ones. */
static gboolean weld_somewhere (Weld *self, guint from, const guint numbers[4])
{
	guint expected = numbers[1] && numbers[0] ? numbers[0] - 1 : numbers[0], away;

	if (weld_at (self, from, numbers, expected))
		return TRUE;
	for (away = 1; numbers[1] && away <= AWAY_MAX; away++)
		if (weld_at (self, from, numbers, expected + away) ||
		    (away <= expected && weld_at (self, from, numbers, expected - away)))
			return TRUE;
	return FALSE;
}

static gboolean mend_hunk (Mender *self)
{
	Weld w = { .lines = self->lines, .end = find_end (self), .out = self->out };
	const SourceLine *header = g_ptr_array_index (self->lines, self->at);
	const Mended before = *self->out;
	guint numbers[4], length = self->out->lines->len, skip;
	const char *data;
	gboolean done = FALSE;
	gsize size;

	if (!self->content || !read_numbers (header->text, numbers) ||
	    MAX (w.end - self->at, MAX (numbers[1], numbers[3])) > HUNK_MAX)
		return FALSE;
	data = g_bytes_get_data (self->content, &size);
	w.base = slices_new (data, size);
	w.dead = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
	emit (self->out, g_strdup (header->text), header->line);
	/* the name of a function behind the second @@ may have been broken too */
	for (skip = 1; skip <= 2 && !done; skip++)
		done = weld_somewhere (&w, self->at + skip, numbers);
	if (!done) {
		*self->out = before;
		g_ptr_array_set_size (self->out->lines, (int) length);
	}
	g_array_unref (w.base);
	g_hash_table_unref (w.dead);
	self->at = w.end;
	return done;
}

/* ---- headers ---- */

static void join_below (Mender *self)
{
	SourceLine *line = g_ptr_array_index (self->lines, self->at);
	char *whole =
		g_strjoin (" ", g_strchomp (line->text), text_of (self->lines, self->at + 1), NULL);

	g_free (line->text);
	line->text = whole;
	g_ptr_array_remove_index (self->lines, self->at + 1);
	self->out->joined++;
}

static gboolean is_broken_header (const Mender *self)
{
	static const char *const words[] = { "---",	  "+++",       "rename from",
					     "rename to", "copy from", "copy to" };
	const char *text = text_of (self->lines, self->at);
	const char *next = text_of (self->lines, self->at + 1);
	guint i;

	if (!next || is_bare (next))
		return FALSE;
	if (starts (text, "diff --git "))
		return starts (next, "b/");
	for (i = 0; i < G_N_ELEMENTS (words); i++)
		if (starts (text, words[i]) && is_bare (text + strlen (words[i])))
			return i > 1 || starts (next, i ? "b/" : "a/");
	return FALSE;
}

static void open_file (Mender *self, const char *header)
{
	g_autofree char *path = path_from_header (header + strlen ("--- "), NULL);
	const char *rest = path ? path_strip (path, 1) : NULL;

	g_clear_pointer (&self->content, g_bytes_unref);
	if (!path)
		self->content = g_bytes_new_static ("", 0);
	else if (rest && path_is_safe (rest) && overlay_kind (self->base, rest) == ENTRY_FILE)
		self->content = overlay_read (self->base, rest, NULL, NULL);
	else if (path_is_safe (path) && overlay_kind (self->base, path) == ENTRY_FILE)
		self->content = overlay_read (self->base, path, NULL, NULL);
}

static gboolean mend_all (Mender *self)
{
	while (self->at < self->lines->len) {
		const SourceLine *line;

		if (is_broken_header (self))
			join_below (self);
		line = g_ptr_array_index (self->lines, self->at);
		if (starts (line->text, "--- "))
			open_file (self, line->text);
		if (starts (line->text, "@@ -")) {
			if (!mend_hunk (self))
				return FALSE;
			continue;
		}
		emit (self->out, g_strdup (line->text), line->line);
		self->at++;
	}
	return TRUE;
}

static char *unescape (const char *text)
{
	static const char *const entities[][2] = { { "&lt;", "<" },   { "&gt;", ">" },
						   { "&amp;", "&" },  { "&quot;", "\"" },
						   { "&#39;", "'" },  { "&#039;", "'" },
						   { "&apos;", "'" }, { "&nbsp;", " " } };
	GString *out = g_string_new (NULL);
	guint i;

	while (*text) {
		for (i = 0; i < G_N_ELEMENTS (entities); i++)
			if (g_str_has_prefix (text, entities[i][0]))
				break;
		g_string_append_c (out, i < G_N_ELEMENTS (entities) ? *entities[i][1] : *text);
		text += i < G_N_ELEMENTS (entities) ? strlen (entities[i][0]) : 1;
	}
	return g_string_free (out, FALSE);
}

static gboolean all_end_in_cr (GPtrArray *lines, guint from)
{
	guint i;

	for (i = from; i < lines->len; i++)
		if (!g_str_has_suffix (text_of (lines, i), "\r"))
			return FALSE;
	return from < lines->len;
}

Mended *mend_read (GPtrArray *lines, guint from, const Overlay *base, gboolean escaped)
{
	g_autoptr (Mended) out = g_new0 (Mended, 1);
	g_autoptr (GPtrArray) copy =
		g_ptr_array_new_with_free_func ((GDestroyNotify) source_line_free);
	Mender self = { .lines = copy, .base = base, .out = out };
	gboolean crlf = all_end_in_cr (lines, from), done;
	guint i;

	out->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) source_line_free);
	for (i = from; i < lines->len; i++) {
		const char *old = text_of (lines, i);
		SourceLine *line = g_memdup2 (g_ptr_array_index (lines, i), sizeof *line);

		line->text = escaped ? unescape (old) : g_strdup (old);
		out->unescaped += escaped && strlen (line->text) != strlen (old);
		if (crlf)
			line->text[strlen (line->text) - 1] = '\0';
		g_ptr_array_add (copy, line);
	}
	done = (!escaped || out->unescaped) && mend_all (&self);
	g_clear_pointer (&self.content, g_bytes_unref);
	return done ? g_steal_pointer (&out) : NULL;
}

/* ---- tabs ---- */

#define TAB 8

/* Eight blanks in a row are a tab: @whole, in the whole line, else before its first word. @late: of
 * twenty the first four stay, for who aligns writes blanks before tabs seldom, yet does. */
static char *runs_to_tabs (const char *text, gboolean whole, gboolean late)
{
	GString *out = g_string_new (NULL);

	while (*text) {
		gsize run = strspn (text, " "), i;

		if (!run) {
			if (!whole) {
				g_string_append (out, text);
				break;
			}
			g_string_append_c (out, *text++);
			continue;
		}
		for (i = 0; late && i < run % TAB; i++)
			g_string_append_c (out, ' ');
		for (i = 0; i < run / TAB; i++)
			g_string_append_c (out, '\t');
		for (i = 0; !late && i < run % TAB; i++)
			g_string_append_c (out, ' ');
		text += run;
	}
	return g_string_free (out, FALSE);
}

/* Blanks up to a column of tabs are a tab: what unexpand(1) does. */
static char *columns_to_tabs (const char *text, gboolean whole)
{
	GString *out = g_string_new (NULL);
	guint column = 0, pending = 0;

	for (; *text; text++) {
		if (*text != ' ') {
			for (; pending; pending--)
				g_string_append_c (out, ' ');
			if (!whole) {
				g_string_append (out, text);
				break;
			}
			g_string_append_c (out, *text);
			column = *text == '\t' ? (column / TAB + 1) * TAB : column + 1;
			continue;
		}
		pending++;
		if (++column % TAB == 0) {
			/* a single blank before a tab's column is a blank */
			g_string_append_c (out, pending > 1 ? '\t' : ' ');
			pending = 0;
		}
	}
	for (; pending; pending--)
		g_string_append_c (out, ' ');
	return g_string_free (out, FALSE);
}

static char *restyle (const char *text, guint style)
{
	switch (style) {
	case 1:
		return runs_to_tabs (text, TRUE, FALSE);
	case 2:
		return runs_to_tabs (text, FALSE, FALSE);
	case 3:
		return runs_to_tabs (text, TRUE, TRUE);
	case 4:
		return columns_to_tabs (text, TRUE);
	case 5:
		return columns_to_tabs (text, FALSE);
	default:
		return g_strdup (text);
	}
}

void mend_tabs (FilePatch *file, guint style)
{
	guint i, j;

	for (i = 0; i < file->hunks->len; i++) {
		Hunk *hunk = g_ptr_array_index (file->hunks, i);

		for (j = 0; j < hunk->lines->len; j++) {
			PatchLine *line = g_ptr_array_index (hunk->lines, j);
			char *text = line->kind == '+' ? restyle (line->text, style) : NULL;

			if (!text)
				continue;
			g_free (line->text);
			line->text = text;
		}
	}
}
