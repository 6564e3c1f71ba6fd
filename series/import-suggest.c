/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fixes that mails ask for in words: `please revert commit 81819f0fc828`.
 */
#include <string.h>

#include "series/git.h"
#include "series/import-internal.h"
#include "series/lineage.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_diff, git_diff_free)

void import__suggestion_free (gpointer data)
{
	Suggestion *self = data;

	g_free (self->commit);
	g_free (self->subject);
	g_free (self->why_not);
	g_free (self);
}

/* The changes that take @commit back, as git diff prints them; NULL for a merge. */
static char *reverse_diff (Repo *repo, const char *commit_id)
{
	g_autoptr (git_commit) commit = repo__find_commit (repo, commit_id, NULL);
	g_autoptr (git_commit) parent = NULL;
	g_autoptr (git_tree) from = NULL;
	g_autoptr (git_tree) to = NULL;
	g_autoptr (git_diff) diff = NULL;
	g_auto (git_buf) text = { 0 };
	git_diff_options options = GIT_DIFF_OPTIONS_INIT;

	options.flags = GIT_DIFF_SHOW_BINARY;
	options.id_abbrev = 40;
	if (!commit || git_commit_parentcount (commit) != 1 ||
	    git_commit_parent (&parent, commit, 0) != 0 || git_commit_tree (&from, commit) != 0 ||
	    git_commit_tree (&to, parent) != 0 ||
	    git_diff_tree_to_tree (&diff, repo__git (repo), from, to, &options) != 0 ||
	    git_diff_to_buf (&text, diff, GIT_DIFF_FORMAT_PATCH) != 0)
		return NULL;
	return g_strndup (text.ptr, text.size);
}

/* What keeps a suggestion from being a candidate; NULL for nothing. */
static char *find_obstacle (const ImportOptions *options, const char *commit)
{
	gboolean contained = FALSE;

	if (!commit)
		return g_strdup ("the repository has no such commit");
	if (options->base &&
	    !(lineage_contains (options->repo, options->base, commit, &contained, NULL) &&
	      contained))
		return g_strdup ("the base does not have it");
	return NULL;
}

static void add (GPtrArray *out, const ImportOptions *options, const Message *message,
		 const SourceLine *line, const char *id)
{
	Suggestion *self = g_new0 (Suggestion, 1);

	self->message = message;
	self->line = line->line;
	self->commit = options->repo ? repo_resolve (options->repo, id, NULL) : NULL;
	self->why_not = options->repo ? find_obstacle (options, self->commit)
				      : g_strdup ("there is no repository to take it from");
	self->subject = self->commit ? repo_subject (options->repo, self->commit) : NULL;
	if (!self->commit)
		self->commit = g_strdup (id);
	g_ptr_array_add (out, self);
}

static gboolean is_known (const GPtrArray *out, const char *id)
{
	guint i;

	for (i = 0; i < out->len; i++)
		if (g_str_has_prefix (((const Suggestion *) out->pdata[i])->commit, id))
			return TRUE;
	return FALSE;
}

/* A sentence may go over the end of a line; what is quoted is somebody else's, and what stands in a
 * diff or a backtrace is no sentence. */
static void read_line (GPtrArray *out, const ImportOptions *options, const Message *message,
		       const SourceLine *line, const SourceLine *next)
{
	static const char wanted[] = "\\brevert(?:ing)?\\s+(?:the\\s+)?(?:(?:commit|patch|change)"
				     "\\s+)?[\"'(]?([0-9a-f]{7,40})\\b";
	g_autofree char *text = g_strdup_printf (
		"%s %s", line->text, next && *next->text && *next->text != '>' ? next->text : "");
	g_autoptr (GRegex) regex = g_regex_new (wanted, G_REGEX_CASELESS | G_REGEX_RAW, 0, NULL);
	g_autoptr (GMatchInfo) match = NULL;
	g_autofree char *id = NULL;
	int at;

	if ((*line->text && strchr ("> +", *line->text)) || !g_regex_match (regex, text, 0, &match))
		return;
	/* one that stands on the next line as a whole is found there */
	if (!g_match_info_fetch_pos (match, 0, &at, NULL) || (gsize) at >= strlen (line->text))
		return;
	id = g_match_info_fetch (match, 1);
	if (!is_known (out, id))
		add (out, options, message, line, id);
}

GPtrArray *import__suggestions (const Thread *thread, const ImportOptions *options)
{
	GPtrArray *out = g_ptr_array_new_with_free_func (import__suggestion_free);
	guint i, j, k;

	for (i = 0; i < thread->messages->len; i++) {
		const Message *message = thread->messages->pdata[i];

		for (j = 0; j < message->parts->len; j++) {
			GPtrArray *part = message->parts->pdata[j];

			for (k = 0; k < part->len; k++)
				read_line (out, options, message, part->pdata[k],
					   k + 1 < part->len ? part->pdata[k + 1] : NULL);
		}
	}
	return out;
}

GPtrArray *import__revert (const Suggestion *suggestion, Repo *repo)
{
	g_autofree char *diff = reverse_diff (repo, suggestion->commit);
	g_autofree char *text =
		diff ? g_strdup_printf ("Subject: [PATCH] Revert \"%s\"\n\nThis reverts commit "
					"%s.\n\n---\n\n%s",
					suggestion->subject, suggestion->commit, diff)
		     : NULL;
	GPtrArray *lines = text ? source_lines_new (text, 1) : NULL;
	guint i;

	for (i = 0; lines && i < lines->len; i++)
		((SourceLine *) lines->pdata[i])->line = suggestion->line;
	return lines;
}
