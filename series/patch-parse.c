/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "series/patch-internal.h"
#include "series/path.h"

#define COUNT_MAX   10000000
#define BLOB_MIN    4 /* no shorter id does git take, and no longer one is there */
#define BLOB_MAX    40
#define MODE_DIGITS 6
#define MODE_NONE   1 /* no file has it */
#define MISSING_MAX 8 /* more blank lines in a row than this no archive eats */

typedef struct {
	GPtrArray *lines; /* (element-type SourceLine) */
	guint at;	  /* index of the line to read next */
	Patch *patch;
	FilePatch *file; /* (nullable): whose hunks are being read; owned by @patch */
} Parser;

static const char *text_at (const Parser *self, guint index)
{
	const SourceLine *line;

	if (index >= self->lines->len)
		return NULL;
	line = g_ptr_array_index (self->lines, index);
	return line->text;
}

static guint number_at (const Parser *self, guint index)
{
	const SourceLine *line = g_ptr_array_index (self->lines, index);

	return line->line;
}

static gboolean starts (const char *text, const char *prefix)
{
	return text && g_str_has_prefix (text, prefix);
}

static gboolean broken (const Parser *self, GError **error, const char *what)
{
	guint last = MIN (self->at, self->lines->len - 1);

	return fail (error, BAKEOFF_ERROR_PATCH, "%s:%u: %s", self->patch->name,
		     number_at (self, last), what);
}

static gboolean is_text_header (GPtrArray *lines, guint i)
{
	const Parser look = { lines, 0, NULL, NULL };

	return starts (text_at (&look, i), "--- ") && starts (text_at (&look, i + 1), "+++ ") &&
	       starts (text_at (&look, i + 2), "@@ -");
}

int patch_find (GPtrArray *lines, guint from)
{
	const Parser look = { lines, 0, NULL, NULL };
	guint i, first;

	for (i = from; i < lines->len; i++) {
		if (starts (text_at (&look, i), "diff --git ") ||
		    starts (text_at (&look, i), "diff --cc ") ||
		    starts (text_at (&look, i), "diff --combined "))
			return (int) i;
		if (!is_text_header (lines, i))
			continue;
		for (first = i; first > from; first--)
			if (!starts (text_at (&look, first - 1), "Index: ") &&
			    !starts (text_at (&look, first - 1), "=====") &&
			    !starts (text_at (&look, first - 1), "diff "))
				break;
		return (int) first;
	}
	return -1;
}

static gboolean read_number (const char **at, guint *out_value)
{
	char *end = NULL;
	unsigned long value;

	if (!g_ascii_isdigit (**at))
		return FALSE;
	value = strtoul (*at, &end, 10);
	*at = end;
	*out_value = (guint) MIN (value, COUNT_MAX + 1ul);
	return value <= COUNT_MAX;
}

static gboolean read_range (const char **at, char sign, guint *out_start, guint *out_count)
{
	*out_count = 1;
	if (**at != sign)
		return FALSE;
	(*at)++;
	if (!read_number (at, out_start))
		return FALSE;
	if (**at != ',')
		return TRUE;
	(*at)++;
	return read_number (at, out_count);
}

static gboolean read_hunk_header (const char *text, Hunk *hunk)
{
	const char *at = text + strlen ("@@ ");

	if (!read_range (&at, '-', &hunk->old_start, &hunk->old_count) || *at++ != ' ' ||
	    !read_range (&at, '+', &hunk->new_start, &hunk->new_count) ||
	    !g_str_has_prefix (at, " @@"))
		return FALSE;
	hunk->section = g_strchomp (g_strdup (at + strlen (" @@")));
	return TRUE;
}

/* How far a hunk has come towards its header's counts. */
typedef struct {
	guint old_seen, new_seen;
} Progress;

static Progress count_lines (const Hunk *hunk)
{
	Progress seen = { 0, 0 };
	guint i;

	for (i = 0; i < hunk->lines->len; i++) {
		const PatchLine *line = g_ptr_array_index (hunk->lines, i);

		seen.old_seen += line->kind != '+';
		seen.new_seen += line->kind != '-';
	}
	return seen;
}

/* The next line as a line of @hunk; NULL where it cannot be one under the counts that are left. */
static PatchLine *take_line (const Parser *self, const Hunk *hunk, Progress seen)
{
	const char *text = text_at (self, self->at);
	gboolean old_left = seen.old_seen < hunk->old_count;
	gboolean new_left = seen.new_seen < hunk->new_count;
	gboolean bare = text && (!*text || strcmp (text, "\r") == 0);
	PatchLine *line;

	if (!text)
		return NULL;
	if (bare && old_left && new_left) {
		line = patch_line_new (' ', text, number_at (self, self->at));
		line->bare = TRUE;
		return line;
	}
	if ((*text == ' ' && old_left && new_left) || (*text == '-' && old_left) ||
	    (*text == '+' && new_left))
		return patch_line_new (*text, text + 1, number_at (self, self->at));
	return NULL;
}

/* A list's footer (`-`) or a signature (`-- `) looks like the removal of a line. When the counts
 * show that it was none, it and what follows are no part of the hunk. */
static void drop_footer (Hunk *hunk)
{
	guint i;

	for (i = hunk->lines->len; i > 0; i--) {
		const PatchLine *line = g_ptr_array_index (hunk->lines, i - 1);

		if (line->kind == '-' && (!*line->text || strcmp (line->text, "- ") == 0 ||
					  strcmp (line->text, "-") == 0)) {
			g_ptr_array_set_size (hunk->lines, (int) i - 1);
			return;
		}
		if (!line->bare)
			return;
	}
}

static gboolean ends_with_dots (const char *text)
{
	return g_str_has_suffix (text, " ...") || g_str_has_suffix (text, " [...]");
}

static void add_defect (Parser *self, guint line, gboolean cut, gboolean hopeless, char *what)
{
	Patch *patch = self->patch;

	patch->hopeless = patch->hopeless || hopeless;
	if (patch->defect) {
		g_free (what);
		return;
	}
	patch->defect = g_new0 (Defect, 1);
	patch->defect->file = patch->files->len - 1;
	patch->defect->hunk = self->file->hunks->len - 1;
	patch->defect->line = line;
	patch->defect->cut = cut;
	patch->defect->what = what;
}

/* A hunk is full where its counts say so; what is lacking becomes `missing` or a defect. */
static void check_counts (Parser *self, Hunk *hunk)
{
	Progress seen = count_lines (hunk);
	const PatchLine *last;
	gboolean cut;
	guint line;

	if (seen.old_seen == hunk->old_count && seen.new_seen == hunk->new_count)
		return;
	drop_footer (hunk);
	seen = count_lines (hunk);
	last = hunk->lines->len ? g_ptr_array_index (hunk->lines, hunk->lines->len - 1) : NULL;
	cut = last && ends_with_dots (last->text);
	line = last ? last->line : hunk->line;
	if (!cut && hunk->old_count - seen.old_seen == hunk->new_count - seen.new_seen &&
	    hunk->old_count - seen.old_seen <= MISSING_MAX)
		hunk->missing = hunk->old_count - seen.old_seen;
	if (seen.old_seen < hunk->old_count)
		add_defect (self, line, cut, !hunk->missing,
			    g_strdup_printf ("ends after %u of %u old lines", seen.old_seen,
					     hunk->old_count));
	else
		add_defect (self, line, cut, !hunk->missing,
			    g_strdup_printf ("ends after %u of %u new lines", seen.new_seen,
					     hunk->new_count));
}

/* Lines of `-` or `_` are rulers that lists put below a mail, no removals. */
static gboolean goes_on (const char *text)
{
	if (!text || (*text != '+' && *text != '-') || g_str_has_prefix (text, "--- "))
		return FALSE;
	return strspn (text, "- _\r") != strlen (text);
}

static void read_no_eol (Parser *self, Hunk *hunk)
{
	const char *text = text_at (self, self->at);
	PatchLine *last;

	if (!starts (text, "\\ ") || !hunk->lines->len)
		return;
	last = g_ptr_array_index (hunk->lines, hunk->lines->len - 1);
	last->no_eol = TRUE;
	self->at++;
}

/* Which of two hunks would change the lines that both claim, nobody can tell. */
static gboolean overlaps (const FilePatch *file, const Hunk *hunk)
{
	const Hunk *above =
		file->hunks->len > 1 ? g_ptr_array_index (file->hunks, file->hunks->len - 2) : NULL;

	return above && above->old_count && hunk->old_count &&
	       hunk->old_start < above->old_start + above->old_count;
}

static gboolean read_hunk (Parser *self, GError **error)
{
	g_autofree char *header = g_strchomp (g_strdup (text_at (self, self->at)));
	Hunk *hunk = hunk__new ();
	Progress seen = { 0, 0 };
	PatchLine *line;
	guint i;

	g_ptr_array_add (self->file->hunks, hunk);
	hunk->line = number_at (self, self->at);
	if (!read_hunk_header (header, hunk)) {
		hunk->section = g_strdup ("");
		return broken (self, error, "this is no hunk header");
	}
	if (overlaps (self->file, hunk))
		return broken (self, error, "this hunk begins above the end of the one before it");
	self->at++;
	while ((line = take_line (self, hunk, seen))) {
		g_ptr_array_add (hunk->lines, line);
		seen.old_seen += line->kind != '+';
		seen.new_seen += line->kind != '-';
		self->at++;
		read_no_eol (self, hunk);
	}
	check_counts (self, hunk);
	for (i = 0; i < hunk->lines->len; i++)
		self->patch->bare += ((PatchLine *) g_ptr_array_index (hunk->lines, i))->bare;
	if (!hunk->missing && !self->patch->defect && goes_on (text_at (self, self->at)))
		add_defect (self, number_at (self, self->at), FALSE, TRUE,
			    g_strdup ("goes on below the lines that its header counts"));
	return TRUE;
}

static char *with_prefix (const char *prefix, const char *quoted)
{
	g_autofree char *path = path_unquote (quoted);

	return g_strconcat (prefix, path, NULL);
}

static void set_path (char **slot, char *path)
{
	g_free (*slot);
	*slot = path;
}

/* `a/x b/x` where nothing else names the file: a change of mode, an empty file. Blanks in a name
 * make this line ambiguous, but then both halves are equal. */
static gboolean split_git_names (const char *names, FilePatch *file)
{
	gsize length = strlen (names), half = length / 2;
	const char *second;

	if (*names == '"') {
		for (second = names + 1; *second && *second != '"'; second++)
			if (*second == '\\' && second[1])
				second++;
		if (*second != '"' || second[1] != ' ')
			return FALSE;
		second += 2;
	} else if (length % 2 == 1 && names[half] == ' ') {
		second = names + half + 1;
	} else {
		second = strstr (names, " \"");
		second = second ? second + 1 : strchr (names, ' ');
		if (!second)
			return FALSE;
		second += *second == ' ';
	}
	if (*names == '"')
		file->old_path = path_unquote (names);
	else
		file->old_path = g_strndup (names, (gsize) (second - names - 1));
	file->new_path = path_unquote (second);
	return TRUE;
}

/* A blob's id, maybe abbreviated. Returns NULL for zeros, which stand for no file, and for what is
 * no id: the line is a help, and a patch without it is as good. */
static char *take_blob (const char **at)
{
	gsize length = strspn (*at, "0123456789abcdef");
	g_autofree char *id = g_strndup (*at, length);

	*at += length;
	if (length < BLOB_MIN || length > BLOB_MAX || strspn (id, "0") == length)
		return NULL;
	return g_steal_pointer (&id);
}

/* `index OLD..NEW`, with or without the mode of both behind it. */
static void read_index (FilePatch *file, const char *at)
{
	set_path (&file->old_blob, take_blob (&at));
	if (g_str_has_prefix (at, "..")) {
		at += 2;
		set_path (&file->new_blob, take_blob (&at));
	}
	if (*at && *at != ' ') {
		g_clear_pointer (&file->old_blob, g_free);
		g_clear_pointer (&file->new_blob, g_free);
	}
}

/* Six octal digits and nothing else: half a mode is another one. */
static guint read_mode (const char *text)
{
	if (strlen (text) != MODE_DIGITS || strspn (text, "01234567") != MODE_DIGITS)
		return MODE_NONE;
	return (guint) strtoul (text, NULL, 8);
}

static gboolean read_extended (FilePatch *file, const char *text)
{
	if (g_str_has_prefix (text, "old mode ") || g_str_has_prefix (text, "deleted file mode "))
		file->old_mode = read_mode (strstr (text, " mode ") + strlen (" mode "));
	if (g_str_has_prefix (text, "new mode ") || g_str_has_prefix (text, "new file mode "))
		file->new_mode = read_mode (strstr (text, " mode ") + strlen (" mode "));
	if (g_str_has_prefix (text, "index "))
		read_index (file, text + strlen ("index "));
	if (g_str_has_prefix (text, "new file mode "))
		file->change = CHANGE_CREATE;
	else if (g_str_has_prefix (text, "deleted file mode "))
		file->change = CHANGE_DELETE;
	else if (g_str_has_prefix (text, "rename from "))
		set_path (&file->old_path, with_prefix ("a/", text + strlen ("rename from ")));
	else if (g_str_has_prefix (text, "copy from "))
		set_path (&file->old_path, with_prefix ("a/", text + strlen ("copy from ")));
	else if (g_str_has_prefix (text, "similarity index "))
		file->similarity = (guint) strtoul (text + strlen ("similarity index "), NULL, 10);
	else if (g_str_has_prefix (text, "rename to ") || g_str_has_prefix (text, "copy to ")) {
		file->change = *text == 'c' ? CHANGE_COPY : CHANGE_RENAME;
		set_path (&file->new_path, with_prefix ("b/", strstr (text, " to ") + 4));
	} else
		return g_str_has_prefix (text, "old mode ") ||
		       g_str_has_prefix (text, "new mode ") || g_str_has_prefix (text, "index ") ||
		       g_str_has_prefix (text, "dissimilarity index ");
	return TRUE;
}

/* `rename to` and `copy to` repeat the end of the first line: half a name is another file's. */
static gboolean names_end_with (const char *names, const char *target)
{
	const char *bare = *target == '"' ? target + 1 : target;
	gsize length = strlen (bare), whole = strlen (names);

	return length < whole && g_str_has_suffix (names, bare) &&
	       strchr ("/ \"", names[whole - length - 1]);
}

static gboolean read_git_header (Parser *self, FilePatch *file, GError **error)
{
	g_autofree char *first = g_strchomp (g_strdup (text_at (self, self->at)));
	const char *text;

	file->git = TRUE;
	if (!split_git_names (first + strlen ("diff --git "), file))
		return broken (self, error, "the paths of this 'diff --git' line cannot be told");
	for (self->at++; (text = text_at (self, self->at)); self->at++) {
		g_autofree char *header = g_strchomp (g_strdup (text));

		if (!read_extended (file, header))
			break;
		if ((g_str_has_prefix (header, "rename to ") ||
		     g_str_has_prefix (header, "copy to ")) &&
		    !names_end_with (first, strstr (header, " to ") + 4))
			return broken (self, error,
				       "this is not the name that the 'diff --git' line gives");
		if (file->old_mode == MODE_NONE || file->new_mode == MODE_NONE)
			return broken (self, error, "this is no file's mode");
	}
	return TRUE;
}

static gboolean read_text_header (Parser *self, FilePatch *file)
{
	g_autofree char *old_name = NULL;
	g_autofree char *new_name = NULL;

	if (!is_text_header (self->lines, self->at))
		return FALSE;
	old_name = g_strchomp (g_strdup (text_at (self, self->at) + 4));
	new_name = g_strchomp (g_strdup (text_at (self, self->at + 1) + 4));
	if (file->change != CHANGE_RENAME && file->change != CHANGE_COPY) {
		gboolean from_epoch, to_epoch;

		set_path (&file->old_path, path_from_header (old_name, &from_epoch));
		set_path (&file->new_path, path_from_header (new_name, &to_epoch));
		/* diff -N writes the epoch where git and diff -u write /dev/null. */
		if (!file->old_path ||
		    (from_epoch && starts (text_at (self, self->at + 2), "@@ -0,0 ")))
			file->change = CHANGE_CREATE;
		if (!file->new_path ||
		    (to_epoch && strstr (text_at (self, self->at + 2), " +0,0 @@")))
			file->change = CHANGE_DELETE;
	}
	self->at += 2;
	return TRUE;
}

static gboolean is_binary (const char *text)
{
	return starts (text, "GIT binary patch") ||
	       (starts (text, "Binary files ") && strstr (text, " differ"));
}

/* One file from its header on. Afterwards both paths are set unless it is created or deleted. */
static gboolean read_file (Parser *self, GError **error)
{
	FilePatch *file = file_patch__new ();

	self->file = file;
	g_ptr_array_add (self->patch->files, file);
	file->line = number_at (self, self->at);
	if (starts (text_at (self, self->at), "diff --git ") &&
	    !read_git_header (self, file, error))
		return FALSE;
	if (self->at < self->lines->len && is_binary (text_at (self, self->at)))
		return broken (self, error, "a binary patch cannot be compared as text");
	if (!read_text_header (self, file) && !file->git)
		return broken (self, error, "a file's header was expected here");
	if (!file->old_path && !file->new_path)
		return broken (self, error, "both sides of this file are /dev/null");
	while (starts (text_at (self, self->at), "@@ -"))
		if (!read_hunk (self, error))
			return FALSE;
	if (file->change == CHANGE_CREATE)
		g_clear_pointer (&file->old_path, g_free);
	if (file->change == CHANGE_DELETE)
		g_clear_pointer (&file->new_path, g_free);
	if (file->change == CHANGE_MODIFY && !file->old_mode != !file->new_mode)
		return broken (self, error, "one of 'old mode' and 'new mode' is missing");
	if (file->change == CHANGE_MODIFY && !file->hunks->len && file->old_mode == file->new_mode)
		return broken (self, error, "this file's header has no hunk below it");
	return TRUE;
}

static gboolean ends_in_cr (GPtrArray *lines, guint from)
{
	guint i;

	for (i = from; i < lines->len; i++) {
		const SourceLine *line = g_ptr_array_index (lines, i);

		if (g_str_has_prefix (line->text, "@@ -"))
			return g_str_has_suffix (line->text, "\r");
	}
	return FALSE;
}

static GPtrArray *without_cr (GPtrArray *lines)
{
	GPtrArray *out = g_ptr_array_new_with_free_func ((GDestroyNotify) source_line_free);
	guint i;

	for (i = 0; i < lines->len; i++) {
		SourceLine *line = g_memdup2 (g_ptr_array_index (lines, i), sizeof *line);

		line->text = g_strdup (line->text);
		if (g_str_has_suffix (line->text, "\r"))
			line->text[strlen (line->text) - 1] = '\0';
		g_ptr_array_add (out, line);
	}
	return out;
}

Patch *patch_parse (GPtrArray *lines, guint from, const char *name, gboolean keep_cr,
		    GError **error)
{
	g_autoptr (Patch) patch = patch__new ();
	g_autoptr (GPtrArray) own = NULL;
	Parser self = { lines, from, patch, NULL };

	patch->name = g_strdup (name);
	patch->crlf = ends_in_cr (lines, from);
	own = patch->crlf && !keep_cr ? without_cr (lines) : g_ptr_array_ref (lines);
	self.lines = own;
	for (; self.at < own->len;) {
		const char *text = text_at (&self, self.at);

		if (starts (text, "diff --cc ") || starts (text, "diff --combined "))
			return broken (&self, error, "a merge's combined diff cannot be applied"),
			       NULL;
		if (is_binary (text) && patch->files->len)
			return broken (&self, error, "a binary patch cannot be compared as text"),
			       NULL;
		if (!starts (text, "diff --git ") && !is_text_header (own, self.at)) {
			self.at++;
			continue;
		}
		if (!patch->files->len) {
			patch->first = (guint) patch_find (own, from);
			patch->line = number_at (&self, patch->first);
		}
		if (!read_file (&self, error))
			return NULL;
		patch->last = self.at - 1;
	}
	if (!patch->files->len)
		return fail_null (error, BAKEOFF_ERROR_PATCH, "%s: there is no diff in it", name);
	return g_steal_pointer (&patch);
}
