/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a mail thread to a folder of patches.
 *
 * import_read() finds every message with a diff, repairs what archives break, recognises the same
 * patch posted twice and finds, by trying in memory, which candidate needs which other one below
 * it. import_write() lays the outcome down as a quilt folder. Writing twice changes nothing.
 */
#pragma once

#include <glib.h>

#include "series/prelude.h"
#include "series/repo.h"

/* One posted patch. */
typedef struct {
	char *name;   /* of the variant: short, typable, unique in the thread */
	char *file;   /* file name of the patch: 0004-page_mapping-must-avoid-slub-pages.patch */
	char *title;  /* without [PATCH] tags */
	char *author; /* `Name <address>`, or `Name` where no address is known */
	char *date;   /* as RFC 5322 has it; zone -0000 where the source tells none */
	char *message_id; /* (nullable) */
	char *where;	  /* `slub-flush-dcache-page.txt:131`: the diff's first line */
	char *answers;	  /* (nullable): whom it answers: `Nicolas Ferre, Thu, 21 Jun 2007 02:30` */
	char *text;	  /* the patch file's whole text */
	char *malformed;  /* (nullable): why it cannot be used, with the line of the source */
	GPtrArray *repairs; /* (element-type utf8): what was repaired, and why that is safe */
	GPtrArray *also;    /* (element-type utf8): other mails with the same patch: author, date */
	GPtrArray
		*needs; /* (element-type utf8): files of candidates that must lie below, in order */
	char *problem;	/* (nullable): well formed, yet it fits on no stack that was tried: why */
} Candidate;

typedef struct {
	char *source;	       /* the file's base name, or `-` */
	char *subject;	       /* (nullable): of the thread's first mail, without Re: */
	char *root_id;	       /* (nullable): Message-ID of the thread's first mail */
	guint n_messages;      /* mails in the source */
	guint n_diffs;	       /* mails that carry a diff of their own */
	GPtrArray *candidates; /* (element-type Candidate): in the order of the source */
	GPtrArray *notes; /* (element-type utf8): what a reader must know: a diffstat that names a
			   * file that the diff lacks, no base to check against … */
} Import;

void import_free (Import *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Import, import_free)

/**
 * import_read:
 * @path: an mbox, one mail, a web archive's text, or `-` for standard input
 * @repo: (nullable): with @base, what every repair is checked against; without it only repairs that
 *   the hunk's own counts prove are made
 * @base: (nullable): commit id
 * @prelude: (nullable): patches that lie below every candidate
 *
 * Errors: USAGE for a file that is missing, empty, or holds no mail or no diff; for a patch whose
 * path leaves the tree (`../`, absolute, `.git/`), naming the line.
 */
Import *import_read (const char *path, Repo *repo, const char *base, const Prelude *prelude,
		     GError **error);

/**
 * import_drop_descriptions: leaves of each patch's description its trailers alone (Signed-off-by:
 * and the like), for who wants to publish the patches and not what people wrote to each other.
 */
void import_drop_descriptions (Import *self);

/**
 * import_write: writes the patch files and `series` into @dir.
 * @out_written: (out) (optional): how many files were new or changed
 *
 * Patches already in `series` that this import does not know are kept, in their places. All files
 * are in place before `series` names them.
 */
gboolean import_write (const Import *self, const char *dir, guint *out_written, GError **error);
