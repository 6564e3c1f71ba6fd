/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "series/patch-file.h"
#include "series/quilt.h"

void patch_file_free (PatchFile *self)
{
	if (!self)
		return;
	g_free (self->name);
	g_free (self->path);
	person_clear (&self->author);
	g_free (self->date);
	g_free (self->title);
	g_free (self->message_id);
	g_free (self->source);
	g_free (self->refused);
	g_free (self->description);
	g_clear_pointer (&self->lines, g_ptr_array_unref);
	g_free (self);
}

static const char *text_at (const PatchFile *self, guint i)
{
	const SourceLine *line = g_ptr_array_index (self->lines, i);

	return line->text;
}

/* `arm: fix it` is a title, `Subject: arm: fix it` a header: a block of headers starts with one
 * that mail, git or Debian's patches know. */
static gboolean starts_headers (const char *text)
{
	return g_regex_match_simple ("^(From|Date|Subject|Author|Description|Origin|Bug|To|Cc|"
				     "Message-ID|Return-Path|Received|MIME-Version|Content-[a-z-]+|"
				     "X-[a-z-]+):",
				     text, G_REGEX_CASELESS | G_REGEX_RAW, 0);
}

static gboolean is_header (const char *text)
{
	const char *at = text;

	while (g_ascii_isalnum (*at) || *at == '-')
		at++;
	return at > text && *at == ':';
}

static void take_header (PatchFile *self, const char *name, const char *value)
{
	g_autofree char *subject = NULL;

	if (g_ascii_strcasecmp (name, "From") == 0 || g_ascii_strcasecmp (name, "Author") == 0) {
		person_clear (&self->author);
		self->author = header_person (value);
	} else if (g_ascii_strcasecmp (name, "Date") == 0) {
		g_free (self->date);
		self->date = g_strdup (value);
	} else if (g_ascii_strcasecmp (name, "Subject") == 0) {
		g_free (self->title);
		subject = header_decode (value);
		self->title = header_title (subject);
	} else if (g_ascii_strcasecmp (name, "Message-ID") == 0) {
		g_free (self->message_id);
		self->message_id = g_strdup (value);
	} else if (g_ascii_strcasecmp (name, "X-Bakeoff-Source") == 0) {
		g_free (self->source);
		self->source = g_strdup (value);
	} else if (g_ascii_strcasecmp (name, PATCH_FILE_REFUSED) == 0) {
		g_free (self->refused);
		self->refused = g_strdup (value);
	}
}

/* Reads the block of headers, folded ones too. Returns the index of the line after it. */
static guint read_headers (PatchFile *self, guint end)
{
	guint i = 0;

	if (end > 0 && g_str_has_prefix (text_at (self, 0), "From "))
		i = 1;
	else if (end == 0 || !starts_headers (text_at (self, 0)))
		return 0;
	while (i < end && is_header (text_at (self, i))) {
		g_autoptr (GString) line = g_string_new (text_at (self, i));
		char *colon;

		for (i++; i < end && (*text_at (self, i) == ' ' || *text_at (self, i) == '\t'); i++)
			g_string_append (line, text_at (self, i));
		colon = strchr (line->str, ':');
		*colon = '\0';
		take_header (self, line->str, g_strstrip (colon + 1));
	}
	return i;
}

/* The description ends at `---` or at the diff. A file without Subject has its title in its first
 * line. */
static void read_description (PatchFile *self, guint from, guint end)
{
	g_autoptr (GString) text = g_string_new (NULL);
	g_autofree char *valid = NULL;
	guint i;

	for (i = from; i < end && strcmp (text_at (self, i), "---") != 0; i++) {
		if (!self->title && *text_at (self, i)) {
			g_autofree char *line = header_utf8 (text_at (self, i));

			self->title = header_title (line);
			continue;
		}
		g_string_append_printf (text, "%s\n", text_at (self, i));
	}
	valid = header_utf8 (text->str);
	g_strchomp (valid);
	i = (guint) strspn (valid, "\n");
	self->description = valid[i] ? g_strconcat (valid + i, "\n", NULL) : g_strdup ("");
	if (!self->title || !*self->title) {
		g_free (self->title);
		self->title = g_strdup (self->name);
	}
}

PatchFile *patch_file_read (const char *path, GError **error)
{
	g_autoptr (PatchFile) self = g_new0 (PatchFile, 1);
	g_autofree char *text = NULL;
	gsize length = 0;
	int diff;
	guint end;

	if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
		return fail_null (error, BAKEOFF_ERROR_USAGE, "there is no patch '%s'", path);
	text = files_read (path, &length, error);
	if (!text)
		return NULL;
	self->name = g_path_get_basename (path);
	self->path = g_strdup (path);
	self->lines = source_lines_new (text, 1);
	if (strlen (text) < length)
		self->nul = self->lines->len + (!*text || g_str_has_suffix (text, "\n"));
	diff = patch_find (self->lines, 0);
	self->has_diff = diff >= 0;
	self->diff = diff >= 0 ? (guint) diff : 0;
	end = diff >= 0 ? self->diff : self->lines->len;
	read_description (self, read_headers (self, end), end);
	return g_steal_pointer (&self);
}

/* `thread.txt:131`: where the diff's first line stands in the mail. */
static void remember_mail (const PatchFile *self, Patch *patch)
{
	const char *colon = self->source ? strrchr (self->source, ':') : NULL;

	if (!colon || !patch->defect)
		return;
	patch->mail = g_strndup (self->source, (gsize) (colon - self->source));
	patch->mail_line = (guint) strtoul (colon + 1, NULL, 10);
}

Patch *patch_file_parse (const PatchFile *self, GError **error)
{
	g_autoptr (Patch) patch = NULL;
	QuiltOptions options;

	if (!quilt_options (self->path, &options, error))
		return NULL;
	if (self->nul)
		return fail_null (error, BAKEOFF_ERROR_PATCH, "%s:%u: there is a NUL byte in it",
				  self->name, self->nul);
	patch = patch_parse (self->lines, self->diff, self->name, FALSE, error);
	if (!patch || !patch_strip (patch, options.level, error) ||
	    (options.reverse && !patch_reverse (patch, error)))
		return NULL;
	if (self->refused && !patch->defect)
		return fail_null (error, BAKEOFF_ERROR_PATCH,
				  "%s: refused when it was imported: %s", self->name,
				  self->refused);
	remember_mail (self, patch);
	return g_steal_pointer (&patch);
}
