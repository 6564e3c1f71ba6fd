/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/git.h"
#include "series/lineage.h"

/* How much further back than was asked for the ancestors of an end are read, in seconds: a month,
 * so that a walk back through history need not ask for every commit's date anew. */
#define AHEAD (30 * 24 * 3600)

typedef struct Commit Commit;

struct Commit {
	git_oid id;	 /* first: it is the key, and hashes as bytes */
	guint number;	 /* in the order of meeting */
	gboolean read;	 /* what follows is known */
	gint64 date;	 /* of the committer, in seconds */
	guint n_parents; /* none where a shallow clone ends */
	Commit **parents;
};

typedef enum {
	UNKNOWN,
	CONTAINS,
	LACKS,
} Answer;

/* One of the commits that others are asked about. */
typedef struct {
	Commit *commit;
	GByteArray *answers; /* Answer, by Commit.number */
	GPtrArray *pending;  /* (element-type Commit), borrowed: ancestors whose parents wait … */
	gint64 reached;	     /* … for they are older than this */
} End;

/* What is known of one repository. */
typedef struct {
	GHashTable *commits; /* (element-type Commit): a set, owned */
	GHashTable *ends;    /* Commit → End */
} Lineage;

typedef struct {
	Repo *repo;
	Lineage *lineage;
	End *end;
} Question;

static guint hash_id (gconstpointer commit)
{
	guint hash;

	memcpy (&hash, commit, sizeof hash);
	return hash;
}

static gboolean equal_ids (gconstpointer a, gconstpointer b)
{
	return git_oid_equal (a, b);
}

/* The life of the process is theirs: nothing here is freed. Callers hold the lock. */
static Lineage *lineage_of (Repo *repo)
{
	static GHashTable *known;
	const char *path = git_repository_commondir (repo__git (repo));
	Lineage *self;

	if (!known)
		known = g_hash_table_new (g_str_hash, g_str_equal);
	self = g_hash_table_lookup (known, path);
	if (self)
		return self;
	self = g_new0 (Lineage, 1);
	self->commits = g_hash_table_new (hash_id, equal_ids);
	self->ends = g_hash_table_new (NULL, NULL);
	g_hash_table_insert (known, g_strdup (path), self);
	return self;
}

static Commit *meet (Lineage *self, const git_oid *id)
{
	Commit *commit = g_hash_table_lookup (self->commits, id);

	if (commit)
		return commit;
	commit = g_new0 (Commit, 1);
	commit->id = *id;
	commit->number = g_hash_table_size (self->commits);
	g_hash_table_add (self->commits, commit);
	return commit;
}

static gboolean read_commit (const Question *self, Commit *commit, GError **error)
{
	g_autoptr (git_commit) found = NULL;
	git_repository *git = repo__git (self->repo);
	guint i;

	if (commit->read)
		return TRUE;
	if (git_commit_lookup (&found, git, &commit->id) != 0) {
		commit->read = git_repository_is_shallow (git) == 1;
		return commit->read || git__fail (error, "reading history");
	}
	commit->date = git_commit_time (found);
	commit->n_parents = git_commit_parentcount (found);
	commit->parents = g_new (Commit *, commit->n_parents);
	for (i = 0; i < commit->n_parents; i++)
		commit->parents[i] = meet (self->lineage, git_commit_parent_id (found, i));
	commit->read = TRUE;
	return TRUE;
}

static Answer answer_of (const End *end, const Commit *commit)
{
	return commit->number < end->answers->len ? (Answer) end->answers->data[commit->number]
						  : UNKNOWN;
}

static void set_answer (End *end, const Commit *commit, Answer answer)
{
	guint old = end->answers->len;

	if (commit->number >= old) {
		g_byte_array_set_size (end->answers, 2 * commit->number + 64);
		memset (end->answers->data + old, UNKNOWN, end->answers->len - old);
	}
	end->answers->data[commit->number] = (guint8) answer;
}

static End *end_of (Lineage *self, Commit *commit)
{
	End *end = g_hash_table_lookup (self->ends, commit);

	if (end)
		return end;
	end = g_new0 (End, 1);
	end->commit = commit;
	end->answers = g_byte_array_new ();
	end->pending = g_ptr_array_new ();
	end->reached = G_MAXINT64;
	g_ptr_array_add (end->pending, commit);
	set_answer (end, commit, CONTAINS);
	g_hash_table_insert (self->ends, commit, end);
	return end;
}

/* What comes before the end lacks it: says so of all that is not older than @date. */
static gboolean mark_ancestors (const Question *self, gint64 date, GError **error)
{
	End *end = self->end;
	g_autoptr (GPtrArray) older = NULL;
	guint i;

	if (date >= end->reached)
		return TRUE;
	end->reached = date - AHEAD;
	older = g_ptr_array_new ();
	while (end->pending->len > 0) {
		Commit *commit = g_ptr_array_steal_index_fast (end->pending, end->pending->len - 1);

		if (!read_commit (self, commit, error)) {
			g_ptr_array_add (end->pending, commit);
			g_ptr_array_extend (end->pending, older, NULL, NULL);
			end->reached = G_MAXINT64;
			return FALSE;
		}
		if (commit->date < end->reached) {
			g_ptr_array_add (older, commit);
			continue;
		}
		for (i = 0; i < commit->n_parents; i++) {
			if (answer_of (end, commit->parents[i]) != UNKNOWN)
				continue;
			set_answer (end, commit->parents[i], LACKS);
			g_ptr_array_add (end->pending, commit->parents[i]);
		}
	}
	g_ptr_array_extend (end->pending, older, NULL, NULL);
	return TRUE;
}

/* A commit on the way down, and how many of its parents were looked at. */
typedef struct {
	Commit *commit;
	guint looked;
} Step;

/* Where @commit is not known, what its parents say counts: it becomes a step. */
static gboolean enter (const Question *self, GArray *way, Commit *commit, Answer *out_answer,
		       GError **error)
{
	const Step step = { commit, 0 };

	if (!read_commit (self, commit, error) || !mark_ancestors (self, commit->date, error))
		return FALSE;
	*out_answer = answer_of (self->end, commit);
	if (*out_answer == UNKNOWN)
		g_array_append_val (way, step);
	return TRUE;
}

/* Every commit on the way contains what the last one does; the last one alone lacks what all its
 * parents lack. */
static gboolean walk (const Question *self, Commit *commit, Answer *out_answer, GError **error)
{
	g_autoptr (GArray) way = g_array_new (FALSE, FALSE, sizeof (Step));
	guint i;

	if (!enter (self, way, commit, out_answer, error))
		return FALSE;
	while (way->len > 0 && *out_answer != CONTAINS) {
		Step *last = &g_array_index (way, Step, way->len - 1);

		if (last->looked < last->commit->n_parents) {
			if (!enter (self, way, last->commit->parents[last->looked++], out_answer,
				    error))
				return FALSE;
			continue;
		}
		*out_answer = LACKS;
		set_answer (self->end, last->commit, LACKS);
		g_array_set_size (way, way->len - 1);
	}
	for (i = 0; i < way->len; i++)
		set_answer (self->end, g_array_index (way, Step, i).commit, CONTAINS);
	return TRUE;
}

gboolean lineage_contains (Repo *repo, const char *commit, const char *ancestor,
			   gboolean *out_contains, GError **error)
{
	static GMutex lock;
	g_autoptr (GMutexLocker) locker = NULL;
	g_autoptr (git_commit) one = repo__find_commit (repo, commit, error);
	g_autoptr (git_commit) other = one ? repo__find_commit (repo, ancestor, error) : NULL;
	Question question = { .repo = repo };
	Answer answer = UNKNOWN;

	if (!other)
		return FALSE;
	locker = g_mutex_locker_new (&lock);
	question.lineage = lineage_of (repo);
	question.end = end_of (question.lineage, meet (question.lineage, git_commit_id (other)));
	if (!walk (&question, meet (question.lineage, git_commit_id (one)), &answer, error))
		return FALSE;
	*out_contains = answer == CONTAINS;
	return TRUE;
}
