/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the import*.c files share: a posted diff on its way to becoming a Candidate.
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
	char *malformed;  /* (nullable) */
	char *problem;	  /* (nullable) */
	Posted *same;	  /* (nullable): the mail with this very patch that is kept */
	GPtrArray *needs; /* (element-type Posted), borrowed */
};

/**
 * import__find_needs: finds for each of @all the smallest stack of others on which it fits, trying
 * none, then one, then two, in the order of the source; for patch N of a series its predecessors.
 * Repairs that only a base can prove are accepted here or turn into `malformed`.
 *
 * @all: (element-type Posted)
 */
void import__find_needs (GPtrArray *all, const Overlay *base);

/** import__render: the text of the patch file. @also: (element-type utf8) */
char *import__render (const Posted *posted, const Thread *thread, GPtrArray *also);

/** import__who_when: `Marc Pignat, Thu, 21 Jun 2007 07:57`. */
char *import__who_when (const Message *message);
