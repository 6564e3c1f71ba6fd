/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <sqlite3.h>

#include "base/error.h"
#include "matrix/store.h"

enum {
	SCHEMA_VERSION = 4,
	BUSY_MS = 10000
};

static const char schema[] =
	"CREATE TABLE build ("
	"  key TEXT PRIMARY KEY," /* plan.c: tree, config, board, toolchain */
	"  ok INTEGER NOT NULL,"
	"  image TEXT," /* SHA-256 */
	"  detail TEXT,"
	"  seconds REAL NOT NULL,"
	"  log TEXT NOT NULL,"
	"  modules INTEGER NOT NULL," /* see BuildResult */
	"  unread INTEGER NOT NULL,"  /* see StoredBuild */
	"  unguarded INTEGER NOT NULL,"
	"  changes TEXT,"
	"  unconfigured INTEGER NOT NULL);"
	"CREATE TABLE irreproducible (" /* see store_set_irreproducible() */
	"  key TEXT PRIMARY KEY,"
	"  difference TEXT NOT NULL);"
	"CREATE TABLE boot ("
	"  id INTEGER PRIMARY KEY,"
	"  key TEXT NOT NULL,"	   /* plan_boot_key() */
	"  outcome TEXT NOT NULL," /* boot_outcome_name() */
	"  detail TEXT NOT NULL,"
	"  seconds REAL NOT NULL,"
	"  log TEXT NOT NULL,"
	"  kind TEXT, title TEXT, address TEXT," /* the crash, where there was one */
	"  frames TEXT, head TEXT);"		 /* a line each */
	"CREATE INDEX boot_key ON boot (key);"
	"PRAGMA user_version = 4;";

struct Store {
	sqlite3 *db;
	char *path;
	gboolean fresh;	    /* only what was put in since store_ignore_known() counts */
	GHashTable *builds; /* of it, keys of builds */
	gint64 last_boot;   /* and the id of the last boot that does not */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

void stored_build_free (StoredBuild *self)
{
	if (!self)
		return;
	g_free (self->image);
	g_free (self->detail);
	g_free (self->log);
	g_free (self->changes);
	g_free (self);
}

void stored_boot_free (StoredBoot *self)
{
	if (!self)
		return;
	boot_result_free (self->result);
	g_free (self->log);
	g_free (self);
}

void store_free (Store *self)
{
	if (!self)
		return;
	sqlite3_close (self->db);
	g_clear_pointer (&self->builds, g_hash_table_unref);
	g_free (self->path);
	g_free (self);
}

static gboolean fail_db (Store *self, GError **error)
{
	return fail (error, BAKEOFF_ERROR_FAILED,
		     "results store '%s': %s\nit can be deleted: what is in it is built again",
		     self->path, sqlite3_errmsg (self->db));
}

static sqlite3_stmt *prepare (Store *self, const char *sql, GError **error)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_db (self, error);
	return statement;
}

static void bind_text (sqlite3_stmt *statement, int at, const char *text)
{
	sqlite3_bind_text (statement, at, text, -1, SQLITE_TRANSIENT);
}

static char *column_text (sqlite3_stmt *statement, int at)
{
	return g_strdup ((const char *) sqlite3_column_text (statement, at));
}

/* Runs a statement that gives no rows. */
static gboolean finish (Store *self, sqlite3_stmt *statement, GError **error)
{
	return sqlite3_step (statement) == SQLITE_DONE || fail_db (self, error);
}

static gboolean execute (Store *self, const char *sql)
{
	return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* The format of the file; 0 for a new one, -1 with an error. */
static int read_version (Store *self, GError **error)
{
	g_autoptr (sqlite3_stmt) statement = prepare (self, "PRAGMA user_version", error);

	if (!statement)
		return -1;
	if (sqlite3_step (statement) != SQLITE_ROW) {
		fail_db (self, error);
		return -1;
	}
	return sqlite3_column_int (statement, 0);
}

/* Another program may have made the tables since the version was read: under the lock it is read
 * again. */
static gboolean make_tables (Store *self, GError **error)
{
	int version;

	if (!execute (self, "BEGIN IMMEDIATE"))
		return fail_db (self, error);
	version = read_version (self, error);
	if (version > 0 && execute (self, "COMMIT"))
		return TRUE;
	if (version == 0 && execute (self, schema) && execute (self, "COMMIT"))
		return TRUE;
	if (version >= 0)
		fail_db (self, error);
	execute (self, "ROLLBACK");
	return FALSE;
}

static gboolean check_version (Store *self, GError **error)
{
	int version = read_version (self, error);

	if (version == 0) {
		if (!make_tables (self, error))
			return FALSE;
		version = read_version (self, error);
	}
	if (version < 0 || version == SCHEMA_VERSION)
		return version == SCHEMA_VERSION;
	return fail (error, BAKEOFF_ERROR_FAILED,
		     "'%s' was written by another version of bakeoff (its format is %d)\n"
		     "delete it: what is in it is built again",
		     self->path, version);
}

/* Of two programs that want it at the same moment SQLite refuses one without asking the busy
 * handler, because each waits for the other: that one tries again. */
static gboolean set_journal (Store *self, GError **error)
{
	gint64 until = g_get_monotonic_time () + BUSY_MS * 1000;

	while (!execute (self, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")) {
		if (sqlite3_errcode (self->db) != SQLITE_BUSY || g_get_monotonic_time () > until)
			return fail_db (self, error);
		g_usleep (10000);
	}
	return TRUE;
}

Store *store_open (const char *path, GError **error)
{
	g_autoptr (Store) self = g_new0 (Store, 1);

	self->path = g_strdup (path);
	self->builds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	if (sqlite3_open (path, &self->db) != SQLITE_OK)
		return fail_null (error, BAKEOFF_ERROR_FAILED, "cannot open '%s': %s", path,
				  sqlite3_errmsg (self->db));
	sqlite3_busy_timeout (self->db, BUSY_MS);
	/* a file that is refused stays as it is, its journal mode too */
	if (!check_version (self, error) || !set_journal (self, error))
		return NULL;
	return g_steal_pointer (&self);
}

StoredBuild *store_get_build (Store *self, const char *key, GError **error)
{
	g_autoptr (sqlite3_stmt) statement = prepare (
		self,
		"SELECT ok, image, detail, seconds, log, modules, unread, unguarded, changes, "
		"unconfigured "
		"FROM build WHERE key = ?",
		error);
	g_autoptr (StoredBuild) build = NULL;
	int step;

	if (!statement || (self->fresh && !g_hash_table_contains (self->builds, key)))
		return NULL;
	bind_text (statement, 1, key);
	step = sqlite3_step (statement);
	if (step == SQLITE_DONE)
		return NULL;
	if (step != SQLITE_ROW) {
		fail_db (self, error);
		return NULL;
	}
	build = g_new0 (StoredBuild, 1);
	build->ok = sqlite3_column_int (statement, 0) != 0;
	build->image = column_text (statement, 1);
	build->detail = column_text (statement, 2);
	build->seconds = sqlite3_column_double (statement, 3);
	build->log = column_text (statement, 4);
	build->modules = sqlite3_column_int (statement, 5) != 0;
	build->unread = sqlite3_column_int (statement, 6) != 0;
	build->unguarded = sqlite3_column_int (statement, 7) != 0;
	build->changes = column_text (statement, 8);
	build->unconfigured = sqlite3_column_int (statement, 9) != 0;
	return g_steal_pointer (&build);
}

gboolean store_put_build (Store *self, const char *key, const StoredBuild *build, GError **error)
{
	g_autoptr (sqlite3_stmt) statement = prepare (
		self, "INSERT OR REPLACE INTO build VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		error);

	if (!statement)
		return FALSE;
	bind_text (statement, 1, key);
	sqlite3_bind_int (statement, 2, build->ok);
	bind_text (statement, 3, build->image);
	bind_text (statement, 4, build->detail);
	sqlite3_bind_double (statement, 5, build->seconds);
	bind_text (statement, 6, build->log);
	sqlite3_bind_int (statement, 7, build->modules);
	sqlite3_bind_int (statement, 8, build->unread);
	sqlite3_bind_int (statement, 9, build->unguarded);
	bind_text (statement, 10, build->changes);
	sqlite3_bind_int (statement, 11, build->unconfigured);
	g_hash_table_add (self->builds, g_strdup (key));
	return finish (self, statement, error);
}

gboolean store_ignore_known (Store *self, GError **error)
{
	g_autoptr (sqlite3_stmt) statement = prepare (self, "SELECT max(id) FROM boot", error);

	if (!statement)
		return FALSE;
	if (sqlite3_step (statement) != SQLITE_ROW)
		return fail_db (self, error);
	self->last_boot = sqlite3_column_int64 (statement, 0);
	g_hash_table_remove_all (self->builds);
	self->fresh = TRUE;
	return TRUE;
}

gboolean store_forget_build (Store *self, const char *key, GError **error)
{
	g_autoptr (sqlite3_stmt) statement =
		prepare (self, "DELETE FROM build WHERE key = ?", error);

	if (!statement)
		return FALSE;
	bind_text (statement, 1, key);
	return finish (self, statement, error);
}

gboolean store_set_irreproducible (Store *self, const char *key, const char *difference,
				   GError **error)
{
	g_autoptr (sqlite3_stmt) statement =
		prepare (self,
			 difference ? "INSERT OR REPLACE INTO irreproducible VALUES (?, ?)"
				    : "DELETE FROM irreproducible WHERE key = ?",
			 error);

	if (!statement)
		return FALSE;
	bind_text (statement, 1, key);
	if (difference)
		bind_text (statement, 2, difference);
	return finish (self, statement, error);
}

char *store_get_irreproducible (Store *self, const char *key, GError **error)
{
	g_autoptr (sqlite3_stmt) statement =
		prepare (self, "SELECT difference FROM irreproducible WHERE key = ?", error);

	if (!statement)
		return NULL;
	bind_text (statement, 1, key);
	switch (sqlite3_step (statement)) {
	case SQLITE_ROW:
		return column_text (statement, 0);
	case SQLITE_DONE:
		return NULL;
	default:
		fail_db (self, error);
		return NULL;
	}
}

static char *join_lines (GPtrArray *lines)
{
	GString *text = g_string_new (NULL);
	guint i;

	for (i = 0; lines && i < lines->len; i++)
		g_string_append_printf (text, "%s%s", i ? "\n" : "", (char *) lines->pdata[i]);
	return g_string_free (text, FALSE);
}

static GPtrArray *split_lines (const char *text)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
	g_auto (GStrv) parts = g_strsplit (text ? text : "", "\n", -1);
	guint i;

	for (i = 0; parts[i]; i++)
		g_ptr_array_add (lines, g_strdup (parts[i]));
	return lines;
}

static StoredBoot *read_boot (sqlite3_stmt *row)
{
	StoredBoot *boot = g_new0 (StoredBoot, 1);
	BootResult *result = g_new0 (BootResult, 1);

	boot->result = result;
	boot->log = column_text (row, 3);
	/* an outcome that this program does not know judges nothing */
	if (!boot_outcome_parse ((const char *) sqlite3_column_text (row, 0), &result->outcome))
		result->outcome = BOOT_INFRA;
	result->detail = column_text (row, 1);
	result->seconds = sqlite3_column_double (row, 2);
	if (sqlite3_column_type (row, 5) != SQLITE_NULL) {
		result->crash = g_new0 (Crash, 1);
		result->crash->kind = column_text (row, 4);
		result->crash->title = column_text (row, 5);
		result->crash->address = column_text (row, 6);
		result->crash->frames = split_lines ((const char *) sqlite3_column_text (row, 7));
		result->crash->head = split_lines ((const char *) sqlite3_column_text (row, 8));
		result->crash->fatal = TRUE;
	}
	return boot;
}

GPtrArray *store_get_boots (Store *self, const char *key, GError **error)
{
	g_autoptr (sqlite3_stmt) statement =
		prepare (self,
			 "SELECT outcome, detail, seconds, log, kind, title, address, frames, head "
			 "FROM boot WHERE key = ? AND id > ? ORDER BY id",
			 error);
	g_autoptr (GPtrArray) boots =
		g_ptr_array_new_with_free_func ((GDestroyNotify) stored_boot_free);
	int step;

	if (!statement)
		return NULL;
	bind_text (statement, 1, key);
	sqlite3_bind_int64 (statement, 2, self->last_boot);
	while ((step = sqlite3_step (statement)) == SQLITE_ROW)
		g_ptr_array_add (boots, read_boot (statement));
	if (step != SQLITE_DONE) {
		fail_db (self, error);
		return NULL;
	}
	return g_steal_pointer (&boots);
}

gboolean store_add_boot (Store *self, const char *key, const BootResult *result, const char *log,
			 GError **error)
{
	g_autoptr (sqlite3_stmt) statement = prepare (
		self, "INSERT INTO boot VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", error);
	const Crash *crash = result->crash;

	if (!statement)
		return FALSE;
	bind_text (statement, 1, key);
	bind_text (statement, 2, boot_outcome_name (result->outcome));
	bind_text (statement, 3, result->detail);
	sqlite3_bind_double (statement, 4, result->seconds);
	bind_text (statement, 5, log);
	if (crash) {
		g_autofree char *frames = join_lines (crash->frames);
		g_autofree char *head = join_lines (crash->head);

		bind_text (statement, 6, crash->kind);
		bind_text (statement, 7, crash->title);
		bind_text (statement, 8, crash->address);
		bind_text (statement, 9, frames);
		bind_text (statement, 10, head);
	}
	return finish (self, statement, error);
}
