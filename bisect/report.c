/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/files.h"
#include "base/text.h"
#include "bisect/draw.h"
#include "bisect/report.h"
#include "series/header.h"

/* `0123456789ab ("subject")`, as mails and commit messages name a commit. */
static char *name_commit (Repo *repo, const char *commit)
{
	g_autofree char *subject = repo_subject (repo, commit);
	g_autofree char *shown = text_printable (subject ? subject : "", -1);

	return g_strdup_printf ("%.12s (\"%s\")", commit, shown);
}

static void append_because (GString *out, const Session *session, const char *commit)
{
	const SessionEntry *entry = session_find (session, commit);
	g_autofree char *reason = entry ? text_printable (entry->reason, -1) : NULL;

	if (reason && *reason)
		g_string_append_printf (out, "\n    %s: %s", session_term (session, entry->answer),
					reason);
}

static void append_end (GString *out, const BisectReport *self, const Session *session,
			const char *label, const char *commit)
{
	g_autofree char *describe = repo_describe (self->repo, commit);

	g_string_append_printf (out, "%s %s", label, describe);
	append_because (out, session, commit);
	g_string_append_c (out, '\n');
}

static void append_answer (GString *out, const BisectReport *self, const Session *session,
			   GPtrArray *suspects)
{
	guint i;

	if (suspects->len != 1)
		g_string_append_printf (out, "The first %s commit is one of these %u:\n\n",
					session->term_new, suspects->len);
	for (i = 0; i < suspects->len; i++) {
		g_autofree char *name = name_commit (self->repo, suspects->pdata[i]);

		if (suspects->len != 1)
			g_string_append_printf (out, "    %s\n", name);
		else if (session_is_verified (session))
			g_string_append_printf (out, "%s\nis the first %s commit.\n", name,
						session->term_new);
		else
			g_string_append_printf (
				out, "The search came to\n%s\nbut %s.\n", name,
				session->end.verify
					? "the check afterwards does not agree: it is not convicted"
					: "that was not checked yet");
	}
	if (session->end.verify)
		g_string_append_printf (out, "\nverify: %s\n", session->end.verify);
	if (session->end.revert)
		g_string_append_printf (out, "revert: %s\n", session->end.revert);
	if (self->certainty)
		g_string_append_printf (out, "\n%s\n", self->certainty);
}

static void append_skipped (GString *out, const BisectReport *self, const Session *session)
{
	gboolean any = FALSE;
	guint i;

	for (i = 0; i < session->entries->len; i++) {
		const SessionEntry *entry = session->entries->pdata[i];
		g_autofree char *name = NULL, *reason = NULL;

		if (entry->answer != ANSWER_SKIP)
			continue;
		name = name_commit (self->repo, entry->commit);
		reason = text_printable (entry->reason, -1);
		g_string_append_printf (out, "%s    %s\n        %s\n",
					any ? "" : "\nCould not be tested:\n\n", name, reason);
		any = TRUE;
	}
}

/* Trailers for whoever acts on the answer. */
static void append_trailers (GString *out, const BisectReport *self, const char *commit)
{
	g_autofree char *name = name_commit (self->repo, commit);

	g_string_append_printf (out, "\n%s: %s\n", self->fix ? "Fixed-by" : "Fixes", name);
	if (self->regzbot)
		g_string_append_printf (out, "\n#regzbot %s: %.12s\n",
					self->fix ? "fix" : "introduced", commit);
}

void bisect_report (const BisectReport *self, const Session *session, GPtrArray *suspects,
		    GString *out)
{
	g_autofree char *log = files_read (session->path, NULL, NULL);

	append_answer (out, self, session, suspects);
	g_string_append_c (out, '\n');
	if (self->what)
		g_string_append_printf (out, "on %s, between\n", self->what);
	append_end (out, self, session, session->term_old, session->old_end);
	append_end (out, self, session, session->term_new, session->new_end);
	append_skipped (out, self, session);
	if (suspects->len == 1 && session_is_verified (session))
		append_trailers (out, self, suspects->pdata[0]);
	if (log)
		g_string_append_printf (out, "\nThe log, for 'git bisect replay':\n\n%s", log);
}

static char *name_answer (const BisectReport *self, const Session *session, const char *commit)
{
	g_autofree char *name = name_commit (self->repo, commit);

	return g_strconcat (session_is_verified (session) ? "" : "perhaps ", name, NULL);
}

void bisect_report_mail (const BisectReport *self, const Session *session, GPtrArray *suspects,
			 GString *out)
{
	g_autofree char *name = suspects->len == 1
					? name_answer (self, session, suspects->pdata[0])
					: g_strdup_printf ("one of %u commits", suspects->len);
	g_autofree char *words = self->thread ? g_strdup_printf ("Re: %s", self->thread)
					      : g_strdup_printf ("[bisected] first %s commit: %s",
								 session->term_new, name);
	g_autofree char *line = g_strdelimit (text_printable (words, -1), "\n\t", ' ');
	g_autofree char *subject = header_encode (line);

	g_string_append_printf (out, "Subject: %s\n", subject);
	if (self->in_reply_to)
		g_string_append_printf (out, "In-Reply-To: %s\nReferences: %s\n", self->in_reply_to,
					self->in_reply_to);
	g_string_append (out, "MIME-Version: 1.0\n"
			      "Content-Type: text/plain; charset=UTF-8\n"
			      "Content-Transfer-Encoding: 8bit\n\n"
			      "Hi all,\n\n");
	bisect_report (self, session, suspects, out);
	g_string_append (out, "\n-- \nbakeoff\n");
}

/* ---- the graph ---- */

typedef struct {
	Repo *repo;
	const Session *session;
	const Graph *graph;
	const Bits *suspects;
} Drawn;

/* Boots of @commit in a search by chance: those that say something, and the bad ones of them. */
static guint count_boots (const Session *session, const char *commit, guint *out_bad)
{
	guint i, boots = 0;

	*out_bad = 0;
	for (i = 0; session->boots && i < session->boots->len; i++) {
		const SessionBoot *boot = session->boots->pdata[i];

		if (!g_str_equal (boot->commit, commit))
			continue;
		boots += boot->outcome != 'x';
		*out_bad += boot->outcome == 'b';
	}
	return boots;
}

/* `bad      0123456789ab ("subject"): oops: …`, and which one is the answer. */
static char *label_commit (guint node, gpointer user_data)
{
	const Drawn *self = user_data;
	const Session *session = self->session;
	const char *id = graph_node (self->graph, node)->id;
	const SessionEntry *entry = session_find (session, id);
	gboolean suspect = bits_has (self->suspects, node);
	gboolean answer = g_strcmp0 (session->end.commit, id) == 0;
	g_autofree char *name = name_commit (self->repo, id);
	g_autofree char *reason = entry ? text_printable (entry->reason, -1) : g_strdup ("");
	GString *text = g_string_new (NULL);
	guint bad, boots = count_boots (session, id, &bad);

	g_string_append_printf (text, "%-8s %s",
				entry	  ? session_term (session, entry->answer)
				: suspect ? "suspect"
					  : "-",
				name);
	if (*reason)
		g_string_append_printf (text, ": %s", reason);
	if (boots)
		g_string_append_printf (text, ": bad in %u of %u boots", bad, boots);
	if (answer && session_is_verified (session))
		g_string_append_printf (text, "  <- the first %s commit", session->term_new);
	else if (answer)
		g_string_append (text, "  <- not convicted");
	else if (suspect && entry)
		g_string_append (text, "  <- suspect");
	return g_string_free (text, FALSE);
}

void bisect_draw (Repo *repo, const Session *session, const Graph *graph, const Search *search,
		  guint max, GString *out)
{
	g_autofree Bits *suspects = search_suspects (search);
	guint i, bad, size = graph_size (graph);
	g_autofree Bits *shown =
		bits_count (suspects) <= max ? bits_copy (suspects) : bits_new (size);
	Drawn drawn = { .repo = repo, .session = session, .graph = graph, .suspects = suspects };
	const DrawSpec spec = { .graph = graph,
				.shown = shown,
				.suspects = suspects,
				.label = label_commit,
				.user_data = &drawn };

	bits_add (shown, size - 1);
	for (i = 0; i < size; i++) {
		const char *id = graph_node (graph, i)->id;

		if (session_find (session, id) || count_boots (session, id, &bad) ||
		    g_strcmp0 (session->end.commit, id) == 0)
			bits_add (shown, i);
	}
	draw_graph (&spec, out);
	append_end (out, &(BisectReport){ .repo = repo }, session, session->term_old,
		    session->old_end);
}
