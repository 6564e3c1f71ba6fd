/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a mail says about the patch in it: whose it is, what it is called, what it is for.
 *
 * A mail with a patch is often an answer too: the words to the one who is answered are no part of
 * the description. The rules, in order:
 *  - lines `From:` and `Subject:` at the top of the text, or below a scissors line, as git am;
 *  - the Subject header of a mail that is no answer;
 *  - a line `[PATCH] title` in the text: the description starts there;
 *  - a Signed-off-by: the description is the block that it ends, back to the last two blank lines
 *    in a row or to the top; its first line is the title if it is a paragraph by itself;
 *  - nothing: there is no description; of an answer's Subject only the title is taken.
 */
#pragma once

#include <glib.h>

#include "series/thread.h"

typedef struct {
	char *path;
	guint line; /* in the source */
} StatLine;

typedef struct {
	Person author;	   /* address may be NULL: see posting_find_address() */
	char *title;	   /* (nullable): without tags */
	char *description; /* with trailers, without the title; may be empty */
	GPtrArray *stat;   /* (element-type StatLine): what the diffstat names */
	gboolean signed_off;
	guint number, total; /* of `[PATCH 2/5]`; 0 without */
	guint version;	     /* of `[PATCH v2]`; 1 without */
	gboolean resend;
} Posting;

void posting_free (Posting *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Posting, posting_free)

/**
 * posting_read:
 * @part: (element-type SourceLine): the part of @message that holds the diff
 * @diff: index of the diff's first line
 */
Posting *posting_read (const Message *message, GPtrArray *part, guint diff);

/**
 * posting_find_address: the address that goes with the name @person, from a `Signed-off-by:` or
 * `From:` line of @message, else of any mail of @thread.
 *
 * Returns: (transfer full) (nullable)
 */
char *posting_find_address (const Thread *thread, const Message *message, const char *person);
