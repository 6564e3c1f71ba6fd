/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/posting.h"
#include "series/subject.h"

/* The lines above the diff while they are taken apart. */
typedef struct {
	GPtrArray *lines; /* (element-type utf8): without white space at their ends */
	guint from, to;	  /* what may be the description */
} Preamble;

static const char *text_at (const Preamble *self, guint i)
{
	return g_ptr_array_index (self->lines, i);
}

static void stat_line_free (StatLine *stat)
{
	g_free (stat->path);
	g_free (stat);
}

void posting_free (Posting *self)
{
	if (!self)
		return;
	person_clear (&self->author);
	g_free (self->title);
	g_free (self->description);
	g_ptr_array_unref (self->stat);
	g_free (self);
}

static gboolean matches (const char *text, const char *pattern)
{
	return g_regex_match_simple (pattern, text, G_REGEX_CASELESS, 0);
}

static gboolean is_trailer (const char *text)
{
	return matches (text,
			"^[A-Za-z][A-Za-z-]+-by: \\S|^(Cc|Fixes|Link|Closes|Reported-at): \\S");
}

static gboolean is_sign_off (const char *text)
{
	return matches (text, "^Signed-off-by: *\\S");
}

static gboolean is_stat (const char *text)
{
	return matches (text, "^ ?\\S.* \\| +([0-9]+|Bin)\\b") ||
	       matches (text, "^ ?[0-9]+ files? changed");
}

static gboolean is_patch_line (const char *text)
{
	return matches (text, "^\\[[^]]*PATCH[^]]*\\] *\\S");
}

static Preamble read_lines (GPtrArray *part, guint diff)
{
	Preamble self = { g_ptr_array_new_with_free_func (g_free), 0, diff };
	guint i;

	for (i = 0; i < diff; i++) {
		const SourceLine *line = g_ptr_array_index (part, i);

		g_ptr_array_add (self.lines, g_strchomp (header_utf8 (line->text)));
	}
	return self;
}

static void skip_blank (Preamble *self)
{
	while (self->from < self->to && !*text_at (self, self->from))
		self->from++;
}

static void take_title (Posting *self, const char *text)
{
	g_auto (Subject) subject = subject_parse (text);

	g_free (self->title);
	self->title = header_title (text);
	if (!*self->title)
		g_clear_pointer (&self->title, g_free);
	if (subject.numbered) {
		self->number = subject.number;
		self->total = subject.total;
	}
	self->version = MAX (self->version, subject.version);
	self->resend = self->resend || subject.resend;
}

/* `From:` and `Subject:` at the top of the text outrank the mail's own. Returns whether a subject
 * was there. A From line without an address is somebody's prose. */
static gboolean take_headers (Posting *self, Preamble *text)
{
	gboolean titled = FALSE;

	skip_blank (text);
	if (text->from < text->to && matches (text_at (text, text->from), "^From [0-9a-f]{40} "))
		text->from++;
	for (; text->from < text->to; text->from++) {
		const char *line = text_at (text, text->from);

		if (matches (line, "^From: .*<?[^ ]+@[^ ]+>?$")) {
			person_clear (&self->author);
			self->author = header_person (line + strlen ("From:"));
		} else if (matches (line, "^Subject: \\S")) {
			g_autofree char *subject = header_decode (line + strlen ("Subject: "));

			take_title (self, subject);
			titled = TRUE;
		} else if (!matches (line,
				     "^(Date|Message-ID|MIME-Version|Content-[A-Za-z-]+): \\S"))
			break;
	}
	skip_blank (text);
	return titled;
}

static void cut_at_scissors (Preamble *self)
{
	guint i;

	for (i = self->from; i < self->to; i++)
		if (matches (text_at (self, i), "^[- ]*(>8|8<|>%|%<)[->8<% ]*-[- ]*$"))
			self->from = i + 1;
}

/* The description ends at `---`; without one at the diffstat, if there is one. */
static void cut_at_end (Preamble *self)
{
	guint i;

	for (i = self->from; i < self->to; i++)
		if (strcmp (text_at (self, i), "---") == 0)
			self->to = i;
	while (self->to > self->from &&
	       (!*text_at (self, self->to - 1) || is_stat (text_at (self, self->to - 1))))
		self->to--;
}

static void read_stat (Posting *self, const Preamble *text, GPtrArray *part)
{
	guint i;

	for (i = text->to; i < text->lines->len; i++) {
		const SourceLine *source = g_ptr_array_index (part, i);
		const char *line = text_at (text, i);
		const char *bar = strstr (line, " | ");
		StatLine *stat;

		if (!bar || !is_stat (line) || strstr (line, "=>") || strstr (line, "..."))
			continue;
		stat = g_new0 (StatLine, 1);
		stat->path = g_strstrip (g_strndup (line, (gsize) (bar - line)));
		stat->line = source->line;
		g_ptr_array_add (self->stat, stat);
	}
}

static gboolean find_patch_line (Posting *self, Preamble *text)
{
	guint i;

	for (i = text->from; i < text->to; i++) {
		if (!is_patch_line (text_at (text, i)))
			continue;
		take_title (self, text_at (text, i));
		text->from = i + 1;
		return TRUE;
	}
	return FALSE;
}

/* A greeting or a word of introduction ends in one of these; a title does not. */
static gboolean is_title (const Preamble *text, guint i)
{
	const char *line = text_at (text, i);

	return (i + 1 == text->to || !*text_at (text, i + 1)) && !is_trailer (line) &&
	       !strchr (",:!?", line[strlen (line) - 1]);
}

static gboolean find_signed_block (Posting *self, Preamble *text)
{
	guint i, last = text->to;

	for (i = text->from; i < text->to; i++)
		if (is_sign_off (text_at (text, i)))
			last = i;
	if (last == text->to)
		return FALSE;
	for (i = last; i > text->from + 1; i--)
		if (!*text_at (text, i - 1) && !*text_at (text, i - 2))
			break;
	if (i > text->from + 1)
		text->from = i;
	while (last < text->to && *text_at (text, last))
		last++;
	text->to = last;
	skip_blank (text);
	if (is_title (text, text->from)) {
		take_title (self, text_at (text, text->from));
		text->from++;
	}
	return TRUE;
}

static void take_description (Posting *self, Preamble *text)
{
	GString *out = g_string_new (NULL);
	guint i;

	skip_blank (text);
	for (i = text->from; i < text->to; i++) {
		/* Runs of blank lines are one, as git commit makes them. */
		if (*text_at (text, i) || (out->len && !g_str_has_suffix (out->str, "\n\n")))
			g_string_append_printf (out, "%s\n", text_at (text, i));
		self->signed_off = self->signed_off || is_sign_off (text_at (text, i));
	}
	while (g_str_has_suffix (out->str, "\n\n"))
		g_string_truncate (out, out->len - 1);
	g_free (self->description);
	self->description = g_string_free (out, FALSE);
}

static gboolean is_answer (const Message *message)
{
	return message->subject && matches (message->subject, "^\\s*(re|aw|sv)\\s*:");
}

/* Which of the rules in the header holds; @text becomes the description's lines. */
static gboolean find_description (Posting *self, const Message *message, Preamble *text)
{
	gboolean titled = take_headers (self, text);

	cut_at_end (text);
	if (titled)
		return TRUE;
	if (message->subject && !is_answer (message)) {
		take_title (self, message->subject);
		return TRUE;
	}
	if (find_patch_line (self, text) || find_signed_block (self, text))
		return TRUE;
	/* its tags are those of the mail that it answers */
	if (message->subject)
		self->title = header_title (message->subject);
	return FALSE;
}

Posting *posting_read (const Message *message, GPtrArray *part, guint diff)
{
	Posting *self = g_new0 (Posting, 1);
	GPtrArray *first = g_ptr_array_index (message->parts, 0);
	Preamble text = read_lines (part, diff);

	self->stat = g_ptr_array_new_with_free_func ((GDestroyNotify) stat_line_free);
	self->description = g_strdup ("");
	self->version = 1;
	self->author.name = g_strdup (message->from.name);
	self->author.address = g_strdup (message->from.address);
	skip_blank (&text);
	/* An attached diff says nothing of itself: the mail's text does. */
	if (text.from == text.to && part != first) {
		int other = patch_find (first, 0);

		/* a diff in there is another patch's, and no description */
		g_ptr_array_unref (text.lines);
		part = first;
		text = read_lines (first, other < 0 ? first->len : (guint) other);
	}
	text.from = 0;
	cut_at_scissors (&text);
	if (find_description (self, message, &text))
		take_description (self, &text);
	else
		text.to = text.from;
	read_stat (self, &text, part);
	g_ptr_array_unref (text.lines);
	return self;
}

static char *address_in (const Message *message, const char *pattern, const char *name)
{
	g_autofree char *wanted = g_utf8_casefold (name, -1);
	guint i, j;

	for (i = 0; i < message->parts->len; i++) {
		GPtrArray *part = g_ptr_array_index (message->parts, i);

		for (j = 0; j < part->len; j++) {
			const SourceLine *line = g_ptr_array_index (part, j);
			g_autofree char *text = g_strchomp (header_utf8 (line->text));
			g_auto (Person) person = { NULL, NULL };
			g_autofree char *folded = NULL;

			if (!matches (text, pattern))
				continue;
			person = header_person (strchr (text, ':') + 1);
			folded = person.name ? g_utf8_casefold (person.name, -1) : NULL;
			if (person.address && g_strcmp0 (folded, wanted) == 0)
				return g_steal_pointer (&person.address);
		}
	}
	return NULL;
}

char *posting_find_address (const Thread *thread, const Message *message, const char *person)
{
	static const char *const patterns[] = {
		"^From: .*<[^ <>]+@[^ <>]+>$",
		"^Signed-off-by: .*<[^ <>]+@[^ <>]+>$",
		"^[A-Za-z-]+-by: .*<[^ <>]+@[^ <>]+>$",
	};
	char *found = NULL;
	guint i, j;

	for (i = 0; i < G_N_ELEMENTS (patterns) && !found; i++)
		found = address_in (message, patterns[i], person);
	for (i = 0; i < G_N_ELEMENTS (patterns) && !found; i++)
		for (j = 0; j < thread->messages->len && !found; j++)
			found = address_in (g_ptr_array_index (thread->messages, j), patterns[i],
					    person);
	return found;
}
