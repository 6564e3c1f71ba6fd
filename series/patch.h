/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A patch in memory: files, their hunks, the hunks' lines, each with its line in the source.
 *
 * patch_parse() takes what git diff, diff -u, quilt and svn write, and what mail does to it. A
 * parsed Patch may be incomplete: `defect` then says where the text stops fitting the counts that a
 * hunk's header promises. Such a patch is kept for messages and for series/repair.h, and is never
 * applied. Paths are as the source wrote them until patch_strip() made them relative to the root.
 */
#pragma once

#include <glib.h>

/* A line of the text that holds a patch: of a mail's body or of a patch file. */
typedef struct {
	char *text; /* without the newline; may end in \r */
	guint line; /* in the source, counted from 1 */
} SourceLine;

typedef struct {
	char kind;	 /* ' ', '-' or '+' */
	gboolean bare;	 /* an empty line that stands for blank context whose space was lost */
	gboolean no_eol; /* `\ No newline at end of file` follows */
	guint line;	 /* in the source; 0 for a line that a repair restored */
	char *text;	 /* without kind and newline */
} PatchLine;

typedef struct {
	guint old_start, old_count, new_start, new_count; /* as the header says */
	guint missing; /* context lines that the header counts on both sides and the text lacks */
	guint line;    /* of the @@ line */
	char *section; /* what follows the second @@, with its leading space; may be empty */
	GPtrArray *lines; /* (element-type PatchLine) */
} Hunk;

typedef enum {
	CHANGE_MODIFY,
	CHANGE_CREATE,
	CHANGE_DELETE,
	CHANGE_RENAME,
	CHANGE_COPY,
} Change;

typedef struct {
	Change change;
	char *old_path; /* as given, without time stamp; NULL where it is /dev/null */
	char *new_path;
	guint old_mode, new_mode; /* 0 where the patch does not tell */
	gboolean git;		  /* has a `diff --git` line: paths carry a/ and b/ */
	guint similarity;	  /* per cent, of a rename or copy; 0 where not told */
	char *old_blob;	  /* (nullable): what the `index` line calls the two sides, in 4 to 40 */
	char *new_blob;	  /* lower-case hex digits; NULL where not told, or not there (zeros) */
	guint line;	  /* of the first line of its header */
	GPtrArray *hunks; /* (element-type Hunk) */
} FilePatch;

/* Where a patch's text does not fit what its headers promise. */
typedef struct {
	guint file, hunk; /* both counted from 0 */
	guint line;	  /* in the source */
	gboolean cut;	  /* the text ends in ` ...` or at the end of the source */
	char *what;	  /* `ends after 7 of 12 old lines` */
} Defect;

typedef struct {
	GPtrArray *files;  /* (element-type FilePatch) */
	Defect *defect;	   /* (nullable): the first one */
	gboolean hopeless; /* some defect is not of the kind that Hunk.missing tells */
	char *name;	   /* of the source, for messages: a patch file, a mailbox */
	guint line;	   /* first line of the diff in the source */
	guint first, last; /* indices of the diff's first and last line among those parsed */
	char *mail; /* (nullable): where a patch file came from, if it was copied unchanged … */
	guint mail_line; /* … and the line there that is `line` here */
	guint bare;	 /* how many lines are `bare` */
	gboolean crlf;	 /* every line of it ends in \r\n, its headers too */
} Patch;

void patch_free (Patch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Patch, patch_free)

void file_patch_free (FilePatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilePatch, file_patch_free)

/** file_patch_copy: Returns: (transfer full): a deep copy. */
FilePatch *file_patch_copy (const FilePatch *self);

/** patch_line_new: Returns: (transfer full): a line of a hunk; @text is copied. */
PatchLine *patch_line_new (char kind, const char *text, guint line);

/** patch_copy: Returns: (transfer full): a deep copy. */
Patch *patch_copy (const Patch *self);

/** patch_clear_defect: after a repair. */
void patch_clear_defect (Patch *self);

/** patch_path: Returns: (transfer none): the path for messages: the new one, else the old. */
const char *patch_path (const FilePatch *file);

/**
 * source_lines_new: splits @text.
 * @first: number of its first line in the source
 *
 * Returns: (transfer full) (element-type SourceLine)
 */
GPtrArray *source_lines_new (const char *text, guint first);
void source_line_free (SourceLine *line);

/**
 * patch_find:
 * @lines: (element-type SourceLine)
 * @from: where to start looking
 *
 * Returns: the index of the first line of a diff (`diff --git`, `Index:` or `---` before `+++`), or
 * -1 where there is none.
 */
int patch_find (GPtrArray *lines, guint from);

/**
 * patch_parse: reads every file of the diff that starts at or after @from.
 * @name: of the source, for messages
 * @keep_cr: leave a \r at the end of content lines even where all lines end so
 *
 * Lines that belong to no hunk are skipped, as patch(1) skips them, but not ones that go on right
 * below a hunk whose counts are full: that is a defect, never ignored.
 *
 * Errors: PATCH for what can never be applied as text: a binary patch, a combined diff, a hunk
 * header that is no hunk header, paths that cannot be told; the message starts with `NAME:LINE: `.
 */
Patch *patch_parse (GPtrArray *lines, guint from, const char *name, gboolean keep_cr,
		    GError **error);

/**
 * patch_defect_text: `include/linux/mm.h: hunk 1 ends after 7 of 12 old lines: the mail was cut at
 * thread.txt:623`. There must be a defect.
 */
char *patch_defect_text (const Patch *self);

/**
 * patch_unsafe_path: a path that must never be written to: absolute, with `..`, `.git` in any case,
 * an empty name or a control character in it.
 * @out_line: the line of the file's header in the source
 *
 * Returns: (transfer none) (nullable): the first such path.
 */
const char *patch_unsafe_path (const Patch *self, guint *out_line);

/**
 * patch_strip: removes @level leading names from every path, as patch(1) -pN does.
 *
 * Errors: PATCH where a path has no more than @level names, or is unsafe.
 */
gboolean patch_strip (Patch *self, guint level, GError **error);

/**
 * patch_reverse: makes of @self the patch that undoes it, in place.
 *
 * Errors: PATCH for one with a copy: what undoes it is no patch of this kind. @self is unchanged
 * then.
 */
gboolean patch_reverse (Patch *self, GError **error);

/**
 * patch_to_string: the canonical text: `diff --git`, a/ and b/, no time stamps, no `index` line,
 * which a repair or another strip level would make untrue. Paths must be relative to the root
 * (patch_strip()).
 */
char *patch_to_string (const Patch *self);

/** file_patch_print: appends the canonical text of one file to @out. */
void file_patch_print (const FilePatch *file, GString *out);

/**
 * patch_id: what `git patch-id --stable` prints for patch_to_string(): white space, line numbers
 * and the order of files do not count.
 *
 * Returns: (transfer full): 40 hex digits.
 */
char *patch_id (const Patch *self);

/** patch_equal: the same changes to the same paths, byte for byte; line numbers do not count. */
gboolean patch_equal (const Patch *a, const Patch *b);
