/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the import*.c files share: a posted diff on its way to becoming a PostedPatch.
 */
#pragma once

#include "series/import.h"
#include "series/posting.h"
#include "series/repair.h"

typedef struct Posted Posted;

struct Posted {
	const Message *message;
	GPtrArray *part; /* (element-type SourceLine): borrowed from the message */
	guint diff;	 /* index of the diff's first line in @part */
	guint line;	 /* the same in the source */
	guint number;	 /* in its file's name */
	Posting *posting;
	Repaired *repaired; /* (nullable): NULL where the diff could not be parsed at all */
	char *id;	    /* (nullable): patch-id */
	char *title;
	char *file;
	char *malformed;	  /* (nullable) */
	char *problem;		  /* (nullable) */
	Posted *same;		  /* (nullable): the mail with this very patch that is kept */
	GPtrArray *needs;	  /* (element-type Posted), borrowed */
	GPtrArray *prerequisites; /* (element-type utf8): patch ids that its mail asks for */
	gboolean outdated;	  /* only groups have it that a newer version stands for */
};

/* A candidate while it is made. */
typedef struct Group Group;

struct Group {
	GPtrArray *members;   /* (element-type Posted), borrowed; NULL where a number is missing */
	GPtrArray *stack;     /* (element-type Posted), borrowed */
	const Message *cover; /* (nullable) */
	const Message *first; /* the first mail of its own */
	char *title;
	guint version, total; /* total is 0 for a single patch */
	gboolean resend;
	const Group *newer;  /* (nullable) */
	const Group *rest;   /* (nullable): where a partial reroll has the rest from */
	GPtrArray *older;    /* (element-type Group), borrowed */
	GPtrArray *rerolled; /* (element-type Posted), borrowed: of a partial reroll, what is new */
	char *problem;
};

/**
 * import__group: what belongs together: numbered series with their cover letters, versions, partial
 * rerolls. Marks patches as `outdated`.
 * @all: (element-type Posted)
 *
 * Returns: (transfer full) (element-type Group): in the order of their first mails.
 */
GPtrArray *import__group (const Thread *thread, GPtrArray *all);

/** import__find_versions: does that part of import__group() again, once more is known of @all. */
void import__find_versions (GPtrArray *groups, GPtrArray *all);

/** import__find_stacks: fills in the groups' stacks, after import__find_needs(). */
void import__find_stacks (GPtrArray *groups, const Overlay *base);

/** import__kin: Returns: (transfer full): one line on how @group differs from @older. */
char *import__kin (const Group *group, const Group *older);

/**
 * import__trailers: the trailers that replies give to @group, each as `Acked-by: Name <address>`.
 * @notes: (element-type utf8): gets those that are ignored, as the mail is from somebody else
 *
 * Returns: (transfer full) (element-type utf8).
 */
GPtrArray *import__trailers (const Thread *thread, const GPtrArray *groups, const Group *group,
			     GPtrArray *notes);

/* An import while it is made. */
typedef struct {
	const Thread *thread;
	const ImportOptions *options;
	Overlay *base;	     /* (nullable) */
	GPtrArray *all;	     /* (element-type Posted) */
	GPtrArray *segments; /* (element-type GPtrArray): lines of parts that hold several patches,
			      * and of patches that are made here */
	GPtrArray *groups;   /* (element-type Group) */
	Import *out;
} Importing;

/** import__note: @text: (transfer full) */
void import__note (Importing *self, char *text);

/** import__read_all: fills in `all` from the thread. Errors: USAGE, see import_read(); FAILED. */
gboolean import__read_all (Importing *self, GError **error);

/** import__read_grounds: what mails say of the ground that their patches were made on. */
void import__read_grounds (Importing *self);

/** import__note_ground: tells a `base-commit:` that is not the base. */
void import__note_ground (Importing *self);

/* `revert commit X`, in words. */
typedef struct {
	const Message *message;
	guint line;    /* in the source */
	char *commit;  /* its id; as the mail has it where the repository has no such commit */
	char *subject; /* (nullable): of the commit */
	char *why_not; /* (nullable): why no candidate can be made of it */
} Suggestion;

void import__suggestion_free (gpointer data);

/** import__suggestions: Returns: (transfer full) (element-type Suggestion): each commit once. */
GPtrArray *import__suggestions (const Thread *thread, const ImportOptions *options);

/**
 * import__revert: Returns: (transfer full) (nullable) (element-type SourceLine): a patch that takes
 * the commit back, as a mail would have it; NULL for a merge.
 */
GPtrArray *import__revert (const Suggestion *suggestion, Repo *repo);

/** import__same_poster: whether one person sent both mails. */
gboolean import__same_poster (const Message *a, const Message *b);

/** import__rep: the posting that stands for @posted where the same patch was posted again. */
Posted *import__rep (Posted *posted);

/**
 * import__find_needs: finds for each of @all the smallest stack of others on which it fits, trying
 * none, then one, then two, in the order of the source; for patch N of a series its predecessors.
 * Repairs that only a base can prove are accepted here or turn into `malformed`.
 *
 * @all: (element-type Posted)
 */
void import__find_needs (GPtrArray *all, const Overlay *base);

/** import__render: the text of the patch file. @also: (element-type utf8) */
char *import__render (const Posted *posted, GPtrArray *also);

/** import__who_when: `Marc Pignat, Thu, 21 Jun 2007 07:57`. */
char *import__who_when (const Message *message);
