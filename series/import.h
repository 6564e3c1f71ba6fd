/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a mail thread to a folder of patches, and to the candidates that they make.
 *
 * Every diff of the thread is read, what archives break in it is repaired, the same patch posted
 * twice is recognised, and by trying in memory it is found which patch needs which other one below
 * it. A candidate is what somebody wants to be merged: one patch, or a numbered series. Its newest
 * version stands for it; a partial reroll takes the rest from the version before.
 *
 * import_write() lays the outcome down as a quilt folder. Writing twice changes nothing.
 */
#pragma once

#include <glib.h>

#include "series/prelude.h"
#include "series/repo.h"
#include "series/thread.h"

/* One posted patch. */
typedef struct {
	char *file;   /* file name of the patch: 0004-page_mapping-must-avoid-slub-pages.patch */
	char *title;  /* without [PATCH] tags */
	char *author; /* `Name <address>`, or `Name` where no address is known */
	char *date;   /* as RFC 5322 has it; zone -0000 where the source tells none */
	char *message_id; /* (nullable) */
	char *where;	  /* `slub-flush-dcache-page.txt:131`: the diff's first line */
	char *answers;	  /* (nullable): whom it answers: `Nicolas Ferre, Thu, 21 Jun 2007 02:30` */
	char *text;	  /* the patch file's whole text */
	char *malformed;  /* (nullable): why it cannot be used, with the line of the source */
	char *control; /* (nullable): what in the diff may deceive a reader: see control_find() */
	GPtrArray *repairs; /* (element-type utf8): what was repaired, and why that is safe */
	GPtrArray *also;    /* (element-type utf8): other mails with the same patch: author, date */
	GPtrArray
		*needs; /* (element-type utf8): files of candidates that must lie below, in order */
	char *problem;	/* (nullable): well formed, yet it fits on no stack that was tried: why */
	gboolean left_out; /* only candidates that are superseded have it: it is not written */
} PostedPatch;

/* One fix: a patch, or a numbered series. */
typedef struct {
	char *name;   /* of the variant: short, typable, unique in the thread; ends in -v2 for v2 */
	char *title;  /* the patch's, or its cover letter's */
	char *author; /* who posted it: `Name <address>`, or `Name` */
	GPtrArray *patches; /* (element-type PostedPatch), borrowed: its own, in order */
	GPtrArray *stack;   /* (element-type PostedPatch), borrowed: what its variant is made of */
	char *superseded;   /* (nullable): name of the newer version that stands for it */
	char *lacks;	    /* (nullable): `2/5`: numbers that nobody posted */
	char *problem;	/* (nullable): why the patches, each fit for itself, go onto no stack that
			 * was tried */
	GPtrArray *kin; /* (element-type utf8): how it differs from its older versions */
	GPtrArray *trailers; /* (element-type utf8): that replies give it: `Acked-by: …` */
} Candidate;

typedef struct {
	char *source;	       /* the file's base name, or `-` */
	char *subject;	       /* (nullable): of the thread's first mail, without Re: */
	char *root_id;	       /* (nullable): Message-ID of the thread's first mail */
	char *base_commit;     /* (nullable): what the first `base-commit:` line names */
	guint n_messages;      /* mails in the source */
	guint n_diffs;	       /* mails that carry a diff of their own */
	GPtrArray *patches;    /* (element-type PostedPatch): in the order of the source */
	GPtrArray *candidates; /* (element-type Candidate): the same */
	GPtrArray *notes; /* (element-type utf8): what a reader must know: a diffstat that names a
			   * file that the diff lacks, no base to check against … */
} Import;

void import_free (Import *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Import, import_free)

typedef struct {
	Repo *repo; /* (nullable): with @base, what every repair is checked against; without it
		     * only repairs that the hunk's own counts prove are made */
	const char *base;	/* (nullable): commit id */
	const Prelude *prelude; /* (nullable): patches that lie below every candidate */
	gboolean all;		/* superseded versions are candidates like others */
	gboolean suggest;	/* `revert commit X` in words is a candidate too; needs a base */
} ImportOptions;

/**
 * import_read:
 * @path: as for thread_read()
 *
 * Errors: USAGE for a file that is missing, empty, or holds no mail or no diff; for a patch whose
 * path leaves the tree (`../`, absolute, `.git/`), naming the line.
 */
Import *import_read (const char *path, const ImportOptions *options, GError **error);

/** import_thread: the same for @thread. */
Import *import_thread (const Thread *thread, const ImportOptions *options, GError **error);

/**
 * import_propose: a base for @thread where nobody names one: what its `base-commit:` says, if all
 * goes onto it; else the newest tag, not younger than the last mail, onto which all candidates go;
 * else that onto which most of them do.
 * @out_fitting: how many candidates go onto it
 * @out_all: of how many that can be used
 *
 * Returns: (transfer full) (nullable): a tag's name, or what git describe calls the commit.
 */
char *import_propose (const Thread *thread, Repo *repo, const Prelude *prelude, guint *out_fitting,
		      guint *out_all);

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
