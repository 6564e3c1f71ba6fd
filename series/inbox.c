/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/git.h"
#include "series/inbox.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (git_revwalk, git_revwalk_free)

typedef struct {
	char *path;
	Repo *repo;
} Epoch;

struct Inbox {
	GPtrArray *epochs; /* (element-type Epoch) */
};

static void epoch_free (gpointer data)
{
	Epoch *self = data;

	g_free (self->path);
	repo_free (self->repo);
	g_free (self);
}

void inbox_free (Inbox *self)
{
	if (!self)
		return;
	g_ptr_array_unref (self->epochs);
	g_free (self);
}

/* The mail of @tree, or the one that it takes back. NULL where it is no tree of a public-inbox. */
static const git_tree_entry *mail_of (const git_tree *tree, gboolean *out_deleted)
{
	const git_tree_entry *entry = git_tree_entry_byname (tree, "m");

	*out_deleted = !entry;
	if (!entry)
		entry = git_tree_entry_byname (tree, "d");
	return entry && git_tree_entry_type (entry) == GIT_OBJECT_BLOB &&
			       git_tree_entrycount (tree) == 1
		       ? entry
		       : NULL;
}

static git_commit *find_head (Repo *repo)
{
	git_object *object = NULL;
	git_commit *commit = NULL;

	if (git_revparse_single (&object, repo__git (repo), "HEAD") != 0)
		return NULL;
	git_object_peel ((git_object **) &commit, object, GIT_OBJECT_COMMIT);
	git_object_free (object);
	return commit;
}

static gboolean is_epoch (Repo *repo)
{
	g_autoptr (git_commit) head = find_head (repo);
	g_autoptr (git_tree) tree = NULL;
	gboolean deleted;

	return head && git_commit_tree (&tree, head) == 0 && mail_of (tree, &deleted);
}

static void add_epoch (Inbox *self, const char *path, Repo *repo)
{
	Epoch *epoch = g_new0 (Epoch, 1);

	epoch->path = g_canonicalize_filename (path, NULL);
	epoch->repo = repo;
	g_ptr_array_add (self->epochs, epoch);
}

static gboolean open_epochs (Inbox *self, const char *path, GError **error)
{
	guint i;

	for (i = 0;; i++) {
		g_autofree char *name = g_strdup_printf ("%u.git", i);
		g_autofree char *dir = g_build_filename (path, "git", name, NULL);
		Repo *repo;

		/* the older ones may have been left out */
		if (!g_file_test (dir, G_FILE_TEST_IS_DIR)) {
			if (self->epochs->len || i > 1000)
				return TRUE;
			continue;
		}
		repo = repo_open (dir, error);
		if (!repo)
			return FALSE;
		add_epoch (self, dir, repo);
	}
}

Inbox *inbox_open (const char *path, GError **error)
{
	g_autoptr (Inbox) self = g_new0 (Inbox, 1);
	Repo *repo = repo_open (path, NULL);

	self->epochs = g_ptr_array_new_with_free_func (epoch_free);
	if (repo && is_epoch (repo)) {
		add_epoch (self, path, repo);
		return g_steal_pointer (&self);
	}
	repo_free (repo);
	if (!open_epochs (self, path, error))
		return NULL;
	return self->epochs->len ? g_steal_pointer (&self) : NULL;
}

guint inbox_n_epochs (const Inbox *self)
{
	return self->epochs->len;
}

static Epoch *epoch_at (const Inbox *self, guint i)
{
	return g_ptr_array_index (self->epochs, i);
}

const char *inbox_epoch (const Inbox *self, guint i)
{
	return epoch_at (self, i)->path;
}

char *inbox_head (Inbox *self, guint epoch)
{
	g_autoptr (git_commit) head = find_head (epoch_at (self, epoch)->repo);

	return head ? g_strdup (git_oid_tostr_s (git_commit_id (head))) : NULL;
}

/* The value of a header field with its folded lines; NULL where there is none. */
static char *field_of (const char *text, gsize length, const char *name)
{
	gsize size = strlen (name), at = 0;
	GString *value = NULL;

	while (at < length && text[at] != '\n' && !(text[at] == '\r' && at + 1 < length)) {
		const char *end = memchr (text + at, '\n', length - at);
		gsize next = end ? (gsize) (end - text) + 1 : length;

		if (value && (text[at] == ' ' || text[at] == '\t'))
			g_string_append_len (value, text + at, (gssize) (next - at));
		else if (value)
			break;
		else if (next - at > size && g_ascii_strncasecmp (text + at, name, size) == 0 &&
			 text[at + size] == ':')
			value = g_string_new_len (text + at + size + 1,
						  (gssize) (next - at - size - 1));
		at = next;
	}
	return value ? g_string_free (value, FALSE) : NULL;
}

static void add_ids (GPtrArray *ids, const char *text, gsize length, const char *field)
{
	g_autofree char *value = field_of (text, length, field);
	g_autofree char *found = value ? thread_read_ids (value) : NULL;
	g_auto (GStrv) words = g_strsplit (found ? found : "", " ", -1);
	guint i;

	for (i = 0; words[i]; i++)
		if (*words[i] &&
		    !g_ptr_array_find_with_equal_func (ids, words[i], g_str_equal, NULL))
			g_ptr_array_add (ids, g_strdup (words[i]));
}

typedef gboolean (*MailFunction) (const InboxMail *mail, gpointer user_data, GError **error);

static gboolean hand_out (Repo *repo, const git_oid *id, MailFunction function, gpointer user_data,
			  GError **error)
{
	g_autoptr (git_commit) commit = NULL;
	g_autoptr (git_tree) tree = NULL;
	g_autoptr (git_blob) blob = NULL;
	g_autoptr (GPtrArray) own = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func (g_free);
	const git_tree_entry *entry;
	char name[GIT_OID_HEXSZ + 1];
	InboxMail mail;
	const char *text;
	gsize length;

	if (git_commit_lookup (&commit, repo__git (repo), id) != 0 ||
	    git_commit_tree (&tree, commit) != 0)
		return git__fail (error, "cannot read a commit of the public-inbox");
	entry = mail_of (tree, &mail.deleted);
	if (!entry)
		return TRUE;
	if (git_blob_lookup (&blob, repo__git (repo), git_tree_entry_id (entry)) != 0)
		return git__fail (error, "cannot read a mail of the public-inbox");
	text = git_blob_rawcontent (blob);
	length = (gsize) git_blob_rawsize (blob);
	add_ids (own, text, length, "Message-ID");
	if (own->len == 0)
		return TRUE;
	add_ids (answers, text, length, "In-Reply-To");
	add_ids (answers, text, length, "References");
	g_ptr_array_add (answers, NULL);
	git_oid_tostr (name, sizeof (name), git_blob_id (blob));
	mail.blob = name;
	mail.message_id = own->pdata[0];
	mail.answers = (char **) answers->pdata;
	return function (&mail, user_data, error);
}

/* Whether the newest commit is still a descendant of @since. */
static gboolean is_continued (Repo *repo, const git_commit *head, const git_oid *since)
{
	return git_oid_equal (git_commit_id (head), since) ||
	       git_graph_descendant_of (repo__git (repo), git_commit_id (head), since) == 1;
}

gboolean inbox_walk (Inbox *self, guint epoch, const char *since, gboolean *out_rewritten,
		     MailFunction function, gpointer user_data, GError **error)
{
	Repo *repo = epoch_at (self, epoch)->repo;
	g_autoptr (git_commit) head = find_head (repo);
	g_autoptr (git_revwalk) walk = NULL;
	git_oid id;

	*out_rewritten = FALSE;
	if (!head)
		return TRUE;
	if (since && (git_oid_fromstr (&id, since) != 0 || !is_continued (repo, head, &id))) {
		*out_rewritten = TRUE;
		return TRUE;
	}
	if (git_revwalk_new (&walk, repo__git (repo)) != 0 ||
	    git_revwalk_push (walk, git_commit_id (head)) != 0 ||
	    (since && git_revwalk_hide (walk, &id) != 0))
		return git__fail (error, "cannot read the history of the public-inbox");
	git_revwalk_sorting (walk, GIT_SORT_TOPOLOGICAL | GIT_SORT_REVERSE);
	while (git_revwalk_next (&id, walk) == 0)
		if (!hand_out (repo, &id, function, user_data, error))
			return FALSE;
	return TRUE;
}

char *inbox_read (Inbox *self, guint epoch, const char *blob_id, gsize *out_length, GError **error)
{
	g_autoptr (git_blob) blob = NULL;
	git_oid id;

	if (git_oid_fromstr (&id, blob_id) != 0 ||
	    git_blob_lookup (&blob, repo__git (epoch_at (self, epoch)->repo), &id) != 0) {
		git__fail (error, "cannot read a mail of the public-inbox");
		return NULL;
	}
	*out_length = (gsize) git_blob_rawsize (blob);
	return g_strndup (git_blob_rawcontent (blob), *out_length);
}
