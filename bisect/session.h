/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sessions: a bisection as a file, so that it survives being killed at any moment.
 *
 * The file is a log that `git bisect replay` reads, and a log of git's can become a session. What
 * git does not know stands in comments: the command's words in the first line, and why each answer
 * was given. An answer is appended in one write; a last line without its newline was never written.
 * Equal logs lead to equal searches: nothing else is remembered.
 */
#pragma once

#include <glib.h>

#include "bisect/search.h"

typedef struct {
	char *commit;
	Answer answer;
	char *reason; /* one line for people; may be empty */
} SessionEntry;

/* One boot, where answers are chance. */
typedef struct {
	char *commit;
	char *image;  /* commits with equal images share their boots */
	char outcome; /* as in TrialResult's pattern */
} SessionBoot;

/* How the search ended. */
typedef struct {
	char *commit; /* the first new one; of several, the last */
	char *verify; /* (nullable): PASS, or what was found instead */
	char *revert; /* (nullable): the same; or why it was not tried */
} SessionEnd;

typedef struct {
	char *path;
	char **words;  /* (nullable): of the command line, for a session of ours */
	char *old_end; /* commit ids */
	char *new_end;
	char *term_old; /* good, or what the log calls it */
	char *term_new;
	gboolean first_parent;
	char **paths;	    /* may be empty */
	GPtrArray *entries; /* (element-type SessionEntry), oldest first */
	GPtrArray *boots;   /* (element-type SessionBoot), oldest first */
	SessionEnd end;	    /* its `commit` is NULL until there is one */
} Session;

void session_free (Session *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Session, session_free)

/** session_path: Returns: (transfer full): the file of the session below @state_dir. */
char *session_path (const char *state_dir);

/**
 * session_parse: reads the text of a log.
 * @name: of it, for messages
 *
 * Ends may stand in `git bisect start` or in answers. Errors: USAGE as NAME:LINE; or where it has
 * no ends.
 */
Session *session_parse (const char *text, const char *name, GError **error);

/** session_load: Returns: (transfer full): what lies at @path. Errors: USAGE where there is none.
 */
Session *session_load (const char *path, GError **error);

/**
 * session_start: writes the beginning of @self to its path, with its entries.
 * @subject_of: gives the first line of a commit's message (transfer full)
 *
 * Errors: USAGE where there is a session already.
 */
typedef char *(*SessionSubject) (const char *commit, gpointer user_data);
gboolean session_start (const Session *self, SessionSubject subject_of, gpointer user_data,
			GError **error);

/** session_add: appends an answer to @self and its file, on disk when this returns. */
gboolean session_add (Session *self, const char *commit, Answer answer, const char *reason,
		      const char *subject, GError **error);

/** session_add_boot: appends one boot. @outcome: as in SessionBoot */
gboolean session_add_boot (Session *self, const char *commit, const char *image, char outcome,
			   GError **error);

/** session_finish: appends how it ended; @self takes copies. */
gboolean session_finish (Session *self, const SessionEnd *end, const char *subject, GError **error);

/** session_find: Returns: (transfer none) (nullable): the last answer for @commit. */
const SessionEntry *session_find (const Session *self, const char *commit);

/** session_is_verified: whether there is an answer, and the checks of it and its parents agree. */
gboolean session_is_verified (const Session *self);

/** session_term: what this session calls @answer: its terms, or `skip`. */
const char *session_term (const Session *self, Answer answer);
