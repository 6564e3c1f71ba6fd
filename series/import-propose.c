/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which commit a thread's patches were made for, where nobody says it.
 */
#include <string.h>

#include "series/apply.h"
#include "series/git.h"
#include "series/import-internal.h"

/* Older tags than so many are not tried: each takes some milliseconds a patch. */
#define TAGS_MAX 200

/* A clock may be off, and a mail be dated before what it was made for was tagged. */
#define SLACK_SECONDS (24 * 60 * 60)

typedef struct {
	char *name; /* without refs/tags/ */
	char *commit;
	gint64 time; /* of the commit */
} Tag;

typedef struct {
	Repo *repo;
	GPtrArray *tags; /* (element-type Tag) */
} Tags;

static void tag_free (gpointer data)
{
	Tag *self = data;

	g_free (self->name);
	g_free (self->commit);
	g_free (self);
}

static int on_tag (const char *ref, git_oid *id G_GNUC_UNUSED, void *user_data)
{
	Tags *self = user_data;
	const char *name = g_str_has_prefix (ref, "refs/tags/") ? ref + strlen ("refs/tags/") : ref;
	g_autofree char *commit_id = repo_resolve (self->repo, ref, NULL);
	g_autoptr (git_commit) commit =
		commit_id ? repo__find_commit (self->repo, commit_id, NULL) : NULL;
	Tag *tag;

	if (!commit)
		return 0;
	tag = g_new0 (Tag, 1);
	tag->name = g_strdup (name);
	tag->commit = g_strdup (commit_id);
	tag->time = git_commit_time (commit);
	g_ptr_array_add (self->tags, tag);
	return 0;
}

static int compare_tags (gconstpointer a, gconstpointer b)
{
	const Tag *left = *(Tag *const *) a, *right = *(Tag *const *) b;

	return (left->time < right->time) - (left->time > right->time);
}

/* Newest first, HEAD behind all of them. */
static GPtrArray *list_tags (Repo *repo)
{
	Tags tags = { repo, g_ptr_array_new_with_free_func (tag_free) };

	git_tag_foreach (repo__git (repo), on_tag, &tags);
	g_ptr_array_sort (tags.tags, compare_tags);
	on_tag ("HEAD", NULL, &tags);
	return tags.tags;
}

static gint64 last_mail (const Thread *thread)
{
	gint64 last = 0;
	guint i;

	for (i = 0; i < thread->messages->len; i++) {
		const Message *message = thread->messages->pdata[i];
		g_autoptr (GDateTime) date = message->date ? header_date (message->date) : NULL;

		if (date)
			last = MAX (last, g_date_time_to_unix (date));
	}
	return last;
}

/* How many candidates of @thread go onto @commit; @out_all: of how many that can be used. */
static guint count_fitting (const Thread *thread, Repo *repo, const char *commit,
			    const Prelude *prelude, guint *out_all)
{
	const ImportOptions options = { .repo = repo, .base = commit, .prelude = prelude };
	g_autoptr (Import) import = import_thread (thread, &options, NULL);
	guint i, j, fitting = 0;

	*out_all = 0;
	for (i = 0; import && i < import->candidates->len; i++) {
		const Candidate *candidate = import->candidates->pdata[i];
		gboolean usable = !candidate->superseded;

		for (j = 0; j < candidate->stack->len; j++)
			usable = usable &&
				 !((const PostedPatch *) candidate->stack->pdata[j])->malformed;
		*out_all += usable;
		fitting += usable && !candidate->problem;
	}
	return fitting;
}

static char *base_commit_of (const Thread *thread, Repo *repo, const Prelude *prelude)
{
	const ImportOptions none = { .repo = repo };
	g_autoptr (Import) import = import_thread (thread, &none, NULL);
	char *known = import && import->base_commit ? repo_resolve (repo, import->base_commit, NULL)
						    : NULL;
	guint all;

	if (known && count_fitting (thread, repo, known, prelude, &all) < all)
		g_clear_pointer (&known, g_free);
	return known;
}

char *import_propose (const Thread *thread, Repo *repo, const Prelude *prelude, guint *out_fitting,
		      guint *out_all)
{
	g_autoptr (GPtrArray) tags = list_tags (repo);
	g_autofree char *told = base_commit_of (thread, repo, prelude);
	gint64 newest = last_mail (thread) + SLACK_SECONDS;
	const Tag *best = NULL;
	guint i, tried = 0, most = 0;

	if (told) {
		*out_fitting = count_fitting (thread, repo, told, prelude, out_all);
		return repo_describe (repo, told);
	}
	*out_fitting = *out_all = 0;
	for (i = 0; i < tags->len && tried < TAGS_MAX; i++) {
		const Tag *tag = tags->pdata[i];
		guint all, fitting;

		if (newest > SLACK_SECONDS && tag->time > newest)
			continue;
		tried++;
		fitting = count_fitting (thread, repo, tag->commit, prelude, &all);
		if (fitting > most) {
			most = fitting;
			best = tag;
			*out_fitting = fitting;
			*out_all = all;
		}
		if (all > 0 && fitting == all)
			break;
	}
	return best ? g_strdup (best->name) : NULL;
}
