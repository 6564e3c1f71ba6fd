/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "boards/lines.h"

/* An escape sequence that is longer than this is line noise, and text again. */
#define ESCAPE_MAX 128

/* Where in an escape sequence the next byte stands (ECMA-48, and what xterm takes). */
typedef enum {
	ESCAPE_NONE,
	ESCAPE_START,	/* after ESC */
	ESCAPE_CONTROL, /* after ESC [: up to a byte from 0x40 to 0x7e */
	ESCAPE_STRING,	/* after ESC ], P, X, ^ or _: up to BEL or ESC \ */
	ESCAPE_SHORT,	/* after ESC and an intermediate as in ESC ( B: one byte more */
} EscapeState;

struct LineBuffer {
	GString *line;
	EscapeState escape;
	guint escape_length;
	gboolean stopped;
	gboolean wide; /* the line has bytes that are not ASCII */
	LineFunc func;
	gpointer user_data;
};

LineBuffer *line_buffer_new (LineFunc func, gpointer user_data)
{
	LineBuffer *self = g_new0 (LineBuffer, 1);

	self->line = g_string_new (NULL);
	self->func = func;
	self->user_data = user_data;
	return self;
}

void line_buffer_free (LineBuffer *self)
{
	if (!self)
		return;
	g_string_free (self->line, TRUE);
	g_free (self);
}

static EscapeState escape_begin (guchar c)
{
	if (c == '[')
		return ESCAPE_CONTROL;
	if (c != '\0' && strchr ("]PX^_", c))
		return ESCAPE_STRING;
	return c >= 0x20 && c <= 0x2f ? ESCAPE_SHORT : ESCAPE_NONE;
}

/* The state after @c inside an escape sequence. */
static EscapeState escape_next (EscapeState state, guchar c)
{
	if (c == 0x1b)
		return ESCAPE_START;
	switch (state) {
	case ESCAPE_START:
		return escape_begin (c);
	case ESCAPE_CONTROL:
		return c >= 0x40 && c <= 0x7e ? ESCAPE_NONE : ESCAPE_CONTROL;
	case ESCAPE_STRING:
		return c == 0x07 ? ESCAPE_NONE : ESCAPE_STRING;
	default:
		return ESCAPE_NONE;
	}
}

static void take_byte (LineBuffer *self, guchar c)
{
	if (self->escape != ESCAPE_NONE && self->escape_length++ < ESCAPE_MAX) {
		self->escape = escape_next (self->escape, c);
		return;
	}
	self->escape = ESCAPE_NONE;
	if (c == 0x1b) {
		self->escape = ESCAPE_START;
		self->escape_length = 0;
	} else if ((c >= 0x20 || c == '\t') && c != 0x7f && self->line->len < LINES_MAX) {
		g_string_append_c (self->line, (char) c);
		self->wide = self->wide || c >= 0x80;
	}
}

static void end_line (LineBuffer *self)
{
	g_autofree char *valid = self->wide ? line_buffer_partial (self) : NULL;

	self->escape = ESCAPE_NONE;
	self->stopped = !self->func (valid ? valid : self->line->str, self->user_data);
	g_string_truncate (self->line, 0);
	self->wide = FALSE;
}

/* How many bytes at @data are printable ASCII: nearly all of them, so eight are looked at at once.
 */
static gsize count_plain (const char *data, gsize length)
{
	const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101), tops = ones << 7;
	gsize i = 0;

	for (; i + 8 <= length; i += 8) {
		guint64 word, del;

		memcpy (&word, data + i, 8);
		del = word ^ (ones * 0x7f);
		/* a byte over 0x7f, below 0x20, or 0x7f; or a borrow from such a one */
		if ((word | ((word - ones * 0x20) & ~word) | ((del - ones) & ~del)) & tops)
			break;
	}
	while (i < length && data[i] >= 0x20 && data[i] < 0x7f)
		i++;
	return i;
}

/* Takes what @data has of a line's plain beginning or middle. Returns: how many bytes. */
static gsize take_plain (LineBuffer *self, const char *data, gsize length)
{
	gsize count = self->escape == ESCAPE_NONE ? count_plain (data, length) : 0;

	if (count > 0 && self->line->len < LINES_MAX)
		g_string_append_len (self->line, data,
				     (gssize) MIN (count, LINES_MAX - self->line->len));
	return count;
}

gboolean line_buffer_feed (LineBuffer *self, const char *data, gsize length)
{
	gsize i;

	for (i = 0; i < length && !self->stopped; i++) {
		i += take_plain (self, data + i, length - i);
		if (i == length)
			break;
		if (data[i] == '\n')
			end_line (self);
		else
			take_byte (self, (guchar) data[i]);
	}
	return !self->stopped;
}

gboolean line_buffer_finish (LineBuffer *self)
{
	if (self->line->len > 0 && !self->stopped)
		end_line (self);
	return !self->stopped;
}

char *line_buffer_partial (const LineBuffer *self)
{
	return g_utf8_make_valid (self->line->str, (gssize) self->line->len);
}

/* Behind `<6>`, which old kernels also print in the middle of a line; NULL if there is none. */
static const char *skip_level (const char *text)
{
	text += strspn (text, " ");
	if (text[0] != '<' || !g_ascii_isdigit (text[1]))
		return NULL;
	text += 1 + strspn (text + 1, "0123456789");
	return *text == '>' ? text + 1 : NULL;
}

/* Behind `[   12.345678]`, `[   T123]` or `[   C0]` and one space; NULL if there is none. */
static const char *skip_stamp (const char *text)
{
	gboolean is_caller;
	gsize digits;

	if (*text != '[')
		return NULL;
	text++;
	text += strspn (text, " ");
	is_caller = *text == 'T' || *text == 'C';
	text += is_caller;
	digits = strspn (text, "0123456789");
	if (digits == 0 || (text[digits] == '.') == is_caller)
		return NULL;
	text += strspn (text, "0123456789.");
	if (*text != ']')
		return NULL;
	return text[1] == ' ' ? text + 2 : text + 1;
}

const char *line_text (const char *line)
{
	const char *next = line;

	while (next) {
		line = next;
		next = skip_level (line);
		if (!next)
			next = skip_stamp (line);
	}
	return line;
}

guint64 line_caller (const char *line)
{
	const char *text = line_text (line);
	guint64 caller = 0;

	for (; line < text; line++) {
		const char *c = line + 1 + strspn (line + 1, " ");

		if (*line == '[' && (*c == 'T' || *c == 'C'))
			caller = ((guint64) *c << 32) + g_ascii_strtoull (c + 1, NULL, 10);
	}
	return caller;
}

gboolean line_is_noise (const char *line)
{
	gsize bad = 0, all = 0;

	for (; *line; line++) {
		all += ((guchar) *line & 0xc0) != 0x80;
		bad += g_str_has_prefix (line, "\357\277\275");
	}
	return 4 * bad > all;
}

gboolean line_is_banner (const char *line)
{
	const char *text = line_text (line);

	return g_str_has_prefix (text, "Linux version ") &&
	       g_ascii_isdigit (text[strlen ("Linux version ")]);
}
