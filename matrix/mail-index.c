/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "base/error.h"
#include "matrix/mail-index.h"

enum {
	SCHEMA_VERSION = 1,
	BUSY_MS = 60000,   /* another bakeoff may be reading a list */
	MAILS_MAX = 20000, /* of one thread; more is a list that forgot to end its References */
};

static const char schema[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
			     "CREATE TABLE epoch ("
			     "  id INTEGER PRIMARY KEY,"
			     "  path TEXT NOT NULL UNIQUE,"
			     "  head TEXT);" /* the commit up to which it was read */
			     "CREATE TABLE mail ("
			     "  id INTEGER PRIMARY KEY,"
			     "  epoch INTEGER NOT NULL,"
			     "  message_id TEXT NOT NULL,"
			     "  blob TEXT NOT NULL);"
			     "CREATE TABLE answer ("
			     "  mail INTEGER NOT NULL,"
			     "  message_id TEXT NOT NULL);" /* of the mail that it answers */
			     "CREATE INDEX mail_by_id ON mail (message_id);"
			     "CREATE INDEX answer_by_id ON answer (message_id);"
			     "CREATE INDEX answer_by_mail ON answer (mail);"
			     "PRAGMA user_version = 1;";

typedef struct {
	sqlite3 *db;
	const char *path;
	Inbox *inbox;
	sqlite3_stmt *add_mail, *add_answer, *drop_mail, *drop_answers;
	gint64 epoch; /* that is being read */
} Index;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

static void index_clear (Index *self)
{
	sqlite3_finalize (self->add_mail);
	sqlite3_finalize (self->add_answer);
	sqlite3_finalize (self->drop_mail);
	sqlite3_finalize (self->drop_answers);
	sqlite3_close (self->db);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Index, index_clear)

static gboolean fail_db (const Index *self, GError **error)
{
	return fail (error, BAKEOFF_ERROR_FAILED, "'%s': %s", self->path,
		     sqlite3_errmsg (self->db));
}

static gboolean execute (const Index *self, const char *sql, GError **error)
{
	return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail_db (self, error);
}

static sqlite3_stmt *prepare (const Index *self, const char *sql, GError **error)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_db (self, error);
	return statement;
}

static void bind_text (sqlite3_stmt *statement, int index, const char *text)
{
	sqlite3_bind_text (statement, index, text, -1, SQLITE_TRANSIENT);
}

/* Runs a statement that gives nothing back, and makes it ready for the next time. */
static gboolean finish (const Index *self, sqlite3_stmt *statement, GError **error)
{
	int step = sqlite3_step (statement);

	sqlite3_reset (statement);
	return step == SQLITE_DONE || fail_db (self, error);
}

/* The one number that @sql gives; -1 where the file cannot be read. */
static gint64 query_number (const Index *self, const char *sql)
{
	g_autoptr (sqlite3_stmt) statement = prepare (self, sql, NULL);

	return statement && sqlite3_step (statement) == SQLITE_ROW
		       ? sqlite3_column_int64 (statement, 0)
		       : -1;
}

static gboolean is_sound (const Index *self)
{
	g_autoptr (sqlite3_stmt) check = prepare (self, "PRAGMA quick_check (1)", NULL);

	return check && sqlite3_step (check) == SQLITE_ROW &&
	       g_strcmp0 ((const char *) sqlite3_column_text (check, 0), "ok") == 0 &&
	       query_number (self, "PRAGMA user_version") == SCHEMA_VERSION;
}

/* What cannot be read is made anew: it is all in the list itself. */
static gboolean open_file (Index *self, GError **error)
{
	guint tries;

	for (tries = 0; tries < 2; tries++) {
		g_autofree char *wal = g_strconcat (self->path, "-wal", NULL);
		g_autofree char *shm = g_strconcat (self->path, "-shm", NULL);
		gboolean is_new = !g_file_test (self->path, G_FILE_TEST_EXISTS);

		if (sqlite3_open (self->path, &self->db) != SQLITE_OK)
			return fail_db (self, error);
		sqlite3_busy_timeout (self->db, BUSY_MS);
		if (is_new)
			return execute (self, schema, error);
		if (is_sound (self))
			return execute (self, "PRAGMA synchronous = OFF", error);
		sqlite3_close (self->db);
		self->db = NULL;
		g_unlink (self->path);
		g_unlink (wal);
		g_unlink (shm);
	}
	return fail (error, BAKEOFF_ERROR_FAILED, "cannot make '%s' anew", self->path);
}

/* ---- reading a list ---- */

/* Its answers first: the next mail may get its number. */
static gboolean drop_mail (Index *self, const char *message_id, GError **error)
{
	bind_text (self->drop_answers, 1, message_id);
	bind_text (self->drop_mail, 1, message_id);
	return finish (self, self->drop_answers, error) && finish (self, self->drop_mail, error);
}

static gboolean on_mail (const InboxMail *mail, gpointer user_data, GError **error)
{
	Index *self = user_data;
	char **answer;
	gint64 id;

	if (mail->deleted)
		return drop_mail (self, mail->message_id, error);
	sqlite3_bind_int64 (self->add_mail, 1, self->epoch);
	bind_text (self->add_mail, 2, mail->message_id);
	bind_text (self->add_mail, 3, mail->blob);
	if (!finish (self, self->add_mail, error))
		return FALSE;
	id = sqlite3_last_insert_rowid (self->db);
	for (answer = mail->answers; *answer; answer++) {
		sqlite3_bind_int64 (self->add_answer, 1, id);
		bind_text (self->add_answer, 2, *answer);
		if (!finish (self, self->add_answer, error))
			return FALSE;
	}
	return TRUE;
}

/* The row of the epoch at @path; @out_head: up to where it was read. */
static gboolean find_epoch (Index *self, const char *path, char **out_head, GError **error)
{
	g_autoptr (sqlite3_stmt) add =
		prepare (self, "INSERT OR IGNORE INTO epoch (path) VALUES (?)", error);
	g_autoptr (sqlite3_stmt) find =
		add ? prepare (self, "SELECT id, head FROM epoch WHERE path = ?", error) : NULL;

	*out_head = NULL;
	if (!find)
		return FALSE;
	bind_text (add, 1, path);
	bind_text (find, 1, path);
	if (!finish (self, add, error))
		return FALSE;
	if (sqlite3_step (find) != SQLITE_ROW)
		return fail_db (self, error);
	self->epoch = sqlite3_column_int64 (find, 0);
	*out_head = g_strdup ((const char *) sqlite3_column_text (find, 1));
	return TRUE;
}

static gboolean forget_epoch (Index *self, GError **error)
{
	g_autofree char *sql = g_strdup_printf (
		"DELETE FROM answer WHERE mail IN (SELECT id FROM mail WHERE epoch = "
		"%" G_GINT64_FORMAT "); DELETE FROM mail WHERE epoch = %" G_GINT64_FORMAT,
		self->epoch, self->epoch);

	return execute (self, sql, error);
}

static gboolean keep_head (Index *self, const char *head, GError **error)
{
	g_autoptr (sqlite3_stmt) statement =
		prepare (self, "UPDATE epoch SET head = ? WHERE id = ?", error);

	if (!statement)
		return FALSE;
	bind_text (statement, 1, head);
	sqlite3_bind_int64 (statement, 2, self->epoch);
	return finish (self, statement, error);
}

static gboolean read_epoch (Index *self, guint epoch, GError **error)
{
	g_autofree char *head = inbox_head (self->inbox, epoch);
	g_autofree char *known = NULL;
	gboolean rewritten;

	if (!find_epoch (self, inbox_epoch (self->inbox, epoch), &known, error))
		return FALSE;
	if (!head || g_strcmp0 (head, known) == 0)
		return TRUE;
	if (!inbox_walk (self->inbox, epoch, known, &rewritten, on_mail, self, error))
		return FALSE;
	if (rewritten && (!forget_epoch (self, error) ||
			  !inbox_walk (self->inbox, epoch, NULL, &rewritten, on_mail, self, error)))
		return FALSE;
	return keep_head (self, head, error);
}

/* All epochs in one transaction: an index that is half-made is none. */
static gboolean read_list (Index *self, GError **error)
{
	guint i;

	self->add_mail = prepare (
		self, "INSERT INTO mail (epoch, message_id, blob) VALUES (?, ?, ?)", error);
	self->add_answer = prepare (self, "INSERT INTO answer VALUES (?, ?)", NULL);
	self->drop_mail = prepare (self, "DELETE FROM mail WHERE message_id = ?", NULL);
	self->drop_answers = prepare (self,
				      "DELETE FROM answer WHERE mail IN "
				      "(SELECT id FROM mail WHERE message_id = ?)",
				      NULL);
	if (!self->add_mail || !execute (self, "BEGIN IMMEDIATE", error))
		return FALSE;
	for (i = 0; i < inbox_n_epochs (self->inbox); i++) {
		if (!read_epoch (self, i, error)) {
			execute (self, "ROLLBACK", NULL);
			return FALSE;
		}
	}
	return execute (self, "COMMIT", error);
}

/* ---- finding a thread ---- */

/* Adds the ids that @sql gives for @id to @queue, those that are new. */
static void follow (sqlite3_stmt *statement, const char *id, GHashTable *seen, GQueue *queue)
{
	bind_text (statement, 1, id);
	while (sqlite3_step (statement) == SQLITE_ROW) {
		const char *other = (const char *) sqlite3_column_text (statement, 0);

		if (g_hash_table_add (seen, g_strdup (other)))
			g_queue_push_tail (queue, g_strdup (other));
	}
	sqlite3_reset (statement);
}

/* All ids that hang together with @id, those of mails that the list does not have too. */
static GHashTable *find_ids (Index *self, const char *id, GError **error)
{
	g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr (sqlite3_stmt) above =
		prepare (self,
			 "SELECT answer.message_id FROM answer JOIN mail ON mail.id = answer.mail "
			 "WHERE mail.message_id = ?",
			 error);
	g_autoptr (sqlite3_stmt) below =
		prepare (self,
			 "SELECT mail.message_id FROM answer JOIN mail ON mail.id = answer.mail "
			 "WHERE answer.message_id = ?",
			 NULL);
	GQueue queue = G_QUEUE_INIT;
	char *at;

	if (!above || !below)
		return NULL;
	g_hash_table_add (seen, g_strdup (id));
	g_queue_push_tail (&queue, g_strdup (id));
	while ((at = g_queue_pop_head (&queue))) {
		if (g_hash_table_size (seen) < MAILS_MAX) {
			follow (above, at, seen, &queue);
			follow (below, at, seen, &queue);
		}
		g_free (at);
	}
	return g_steal_pointer (&seen);
}

static gboolean add_mail (Index *self, Thread *thread, const char *path, const char *blob,
			  const char *message_id, GError **error)
{
	g_autofree char *text = NULL;
	gsize length;
	guint i;

	for (i = 0; i < inbox_n_epochs (self->inbox); i++) {
		if (!g_str_equal (inbox_epoch (self->inbox, i), path))
			continue;
		text = inbox_read (self->inbox, i, blob, &length, error);
		if (!text)
			return FALSE;
		thread_add_mail (thread, text, length, message_id);
		break;
	}
	return TRUE;
}

/* The index may know other lists than this one; a mail that came twice counts once. */
static gboolean add_mails (Index *self, Thread *thread, GHashTable *ids, GError **error)
{
	g_autoptr (sqlite3_stmt) find = prepare (
		self,
		"SELECT epoch.path, mail.blob FROM mail JOIN epoch ON epoch.id = mail.epoch "
		"WHERE mail.message_id = ? ORDER BY mail.id",
		error);
	GHashTableIter iter;
	gpointer id;

	if (!find)
		return FALSE;
	g_hash_table_iter_init (&iter, ids);
	while (g_hash_table_iter_next (&iter, &id, NULL)) {
		guint before = thread->messages->len;

		bind_text (find, 1, id);
		while (thread->messages->len == before && sqlite3_step (find) == SQLITE_ROW)
			if (!add_mail (self, thread, (const char *) sqlite3_column_text (find, 0),
				       (const char *) sqlite3_column_text (find, 1), id, error))
				return FALSE;
		sqlite3_reset (find);
	}
	return TRUE;
}

Thread *mail_index_thread (const char *path, Inbox *inbox, const char *message_id, GError **error)
{
	g_auto (Index) self = { .path = path, .inbox = inbox };
	g_autofree char *id = g_str_has_prefix (message_id, "<")
				      ? g_strdup (message_id)
				      : g_strdup_printf ("<%s>", message_id);
	g_autoptr (Thread) thread = thread_new (id);
	g_autoptr (GHashTable) ids = NULL;

	if (!open_file (&self, error) || !read_list (&self, error))
		return NULL;
	ids = find_ids (&self, id, error);
	if (!ids || !add_mails (&self, thread, ids, error))
		return NULL;
	if (thread->messages->len == 0)
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "the list has no mail %s, and none that answers it\n"
				  "is it up to date? 'git fetch' in its newest epoch",
				  id);
	thread_finish (thread);
	return g_steal_pointer (&thread);
}
