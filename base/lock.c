/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE /* F_OFD_SETLK */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/lock.h"

enum {
	POLL_MS = 50
};

struct Scratch {
	char *dir;
	int lock;
};

static int open_lock (const char *path, GError **error)
{
	int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0)
		fail (error, BAKEOFF_ERROR_FAILED, "cannot open '%s': %s", path,
		      g_strerror (errno));
	return fd;
}

int lock_try (const char *path, LockMode mode, GError **error)
{
	int fd = open_lock (path, error);

	if (fd < 0 || flock (fd, (mode == LOCK_SHARED ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0)
		return fd;
	close (fd);
	return -1;
}

/* Sleeps a little; FALSE where the user wants to stop. */
static gboolean poll_again (GCancellable *cancellable, GError **error)
{
	if (g_cancellable_is_cancelled (cancellable))
		return fail (error, BAKEOFF_ERROR_CANCELLED, "stopped");
	g_usleep (POLL_MS * 1000);
	return TRUE;
}

int lock_wait (const char *path, LockMode mode, gboolean *out_waited, GCancellable *cancellable,
	       GError **error)
{
	int operation = (mode == LOCK_SHARED ? LOCK_SH : LOCK_EX) | LOCK_NB;
	int fd = open_lock (path, error);
	gboolean waited = FALSE;

	while (fd >= 0 && flock (fd, operation) != 0) {
		waited = TRUE;
		if (!poll_again (cancellable, error)) {
			close (fd);
			return -1;
		}
	}
	if (out_waited)
		*out_waited = waited;
	return fd;
}

gboolean lock_share (int fd)
{
	return flock (fd, LOCK_SH | LOCK_NB) == 0;
}

/* One byte for each key: locks of the open file description, which threads do not share. */
int lock_name (const char *path, const char *key, gboolean *out_waited, GCancellable *cancellable,
	       GError **error)
{
	g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
	struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
	int fd = open_lock (path, error);
	gboolean waited = FALSE;

	digest[15] = '\0'; /* 60 bits: an off_t, and no two keys of a project are likely to meet */
	range.l_start = (off_t) g_ascii_strtoull (digest, NULL, 16);
	while (fd >= 0 && fcntl (fd, F_OFD_SETLK, &range) != 0) {
		waited = TRUE;
		if (errno != EAGAIN && errno != EACCES) {
			fail (error, BAKEOFF_ERROR_FAILED, "cannot lock '%s': %s", path,
			      g_strerror (errno));
		} else if (poll_again (cancellable, error)) {
			continue;
		}
		close (fd);
		return -1;
	}
	if (out_waited)
		*out_waited = waited;
	return fd;
}

/* A file that other users' bakeoffs can open too. In a sticky folder the kernel refuses O_CREAT on
 * a file of somebody else (fs.protected_regular), so it is made only where it is missing. */
static int open_shared (const char *path, GError **error)
{
	const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
	int fd = open (path, flags);

	if (fd < 0 && errno == ENOENT) {
		fd = open (path, flags | O_CREAT | O_EXCL, 0666);
		if (fd >= 0)
			fchmod (fd, 0666); /* whatever the umask */
		else if (errno == EEXIST)
			fd = open (path, flags);
	}
	if (fd < 0)
		fail (error, BAKEOFF_ERROR_FAILED, "cannot open '%s': %s", path,
		      g_strerror (errno));
	return fd;
}

/* Says in @fd that we hold it. That it cannot be written takes nothing from the lock. */
static void sign_place (int fd)
{
	g_autoptr (GDateTime) now = g_date_time_new_now_local ();
	g_autofree char *when = g_date_time_format (now, "%Y-%m-%d %H:%M");
	g_autofree char *text = g_strdup_printf ("pid %d of %s on %s since %s\n", (int) getpid (),
						 g_get_user_name (), g_get_host_name (), when);

	if (ftruncate (fd, 0) == 0 && pwrite (fd, text, strlen (text), 0) < 0)
		g_debug ("cannot sign a lock: %s", g_strerror (errno));
}

static char *read_holder (int fd)
{
	char text[200];
	ssize_t got = pread (fd, text, sizeof (text) - 1, 0);

	text[MAX (got, 0)] = '\0';
	text[strcspn (text, "\n")] = '\0';
	return g_strdup (*text ? text : "somebody");
}

int lock_place (const char *name, void (*told) (const char *holder, gpointer user_data),
		gpointer user_data, GCancellable *cancellable, GError **error)
{
	const char *dir = g_getenv ("BAKEOFF_LOCK_DIR");
	g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
	g_autofree char *file = g_strdup_printf ("bakeoff-%.16s.lock", digest);
	g_autofree char *path = g_build_filename (dir && *dir ? dir : "/run/lock", file, NULL);
	int fd = open_shared (path, error);
	gboolean waited = FALSE;

	while (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) != 0) {
		if (!waited && told) {
			g_autofree char *holder = read_holder (fd);
			g_autofree char *us = g_strdup_printf ("pid %d of ", (int) getpid ());

			if (!g_str_has_prefix (holder, us))
				told (holder, user_data);
		}
		waited = TRUE;
		if (!poll_again (cancellable, error)) {
			close (fd);
			return -1;
		}
	}
	if (fd >= 0)
		sign_place (fd);
	return fd;
}

/* The lock goes last: a folder without it would never be taken for one that was left. */
gboolean scratch_remove (const char *dir, GError **error)
{
	g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
	const char *name;

	while (entries && (name = g_dir_read_name (entries))) {
		g_autofree char *path = g_build_filename (dir, name, NULL);

		if (!g_str_equal (name, "lock") && !files_remove_tree (path, error))
			return FALSE;
	}
	return files_remove_tree (dir, error);
}

/* Whether the owner of scratch folder @dir is gone. The parent's lock is held: no new one is
 * without its lock. */
static gboolean is_left (const char *dir)
{
	g_autofree char *path = g_build_filename (dir, "lock", NULL);
	/* not made where it is missing: the owner removes it last, and then the folder */
	int fd = open (path, O_RDWR | O_CLOEXEC);
	gboolean left = fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0;

	if (fd < 0 && errno == ENOENT)
		g_rmdir (dir); /* an owner that was killed right there */
	if (fd >= 0)
		close (fd);
	return left;
}

static GPtrArray *left_behind (const char *parent)
{
	g_autoptr (GPtrArray) left = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GDir) entries = g_dir_open (parent, 0, NULL);
	const char *name;

	while (entries && (name = g_dir_read_name (entries))) {
		g_autofree char *dir = g_build_filename (parent, name, NULL);

		if (g_file_test (dir, G_FILE_TEST_IS_DIR) && is_left (dir))
			g_ptr_array_add (left, g_steal_pointer (&dir));
	}
	return g_steal_pointer (&left);
}

static gboolean sweep (const char *parent, GError **error)
{
	g_autoptr (GPtrArray) left = left_behind (parent);
	guint i;

	for (i = 0; i < left->len; i++) {
		if (!scratch_remove (left->pdata[i], error))
			return FALSE;
	}
	return TRUE;
}

GPtrArray *scratch_left (const char *parent, GError **error)
{
	g_autofree char *path = g_build_filename (parent, "lock", NULL);
	GPtrArray *left;
	int guard;

	if (!g_file_test (path, G_FILE_TEST_EXISTS))
		return g_ptr_array_new ();
	guard = lock_wait (path, LOCK_EXCLUSIVE, NULL, NULL, error);
	if (guard < 0)
		return NULL;
	left = left_behind (parent);
	close (guard);
	return left;
}

/* A new folder below @parent, and its lock. */
static gboolean claim_folder (Scratch *self, const char *parent, GError **error)
{
	g_autofree char *dir = g_build_filename (parent, "XXXXXX", NULL);
	g_autofree char *lock = NULL;

	if (!g_mkdtemp (dir))
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot make a folder in '%s': %s",
			     parent, g_strerror (errno));
	lock = g_build_filename (dir, "lock", NULL);
	self->lock = lock_wait (lock, LOCK_EXCLUSIVE, NULL, NULL, error);
	self->dir = g_steal_pointer (&dir);
	return self->lock >= 0;
}

Scratch *scratch_new (const char *parent, GError **error)
{
	g_autoptr (Scratch) self = g_new0 (Scratch, 1);
	g_autofree char *path = g_build_filename (parent, "lock", NULL);
	gboolean made;
	int guard;

	self->lock = -1;
	if (!files_make_dir (parent, error))
		return NULL;
	/* so that nobody sweeps a folder whose own lock is not taken yet */
	guard = lock_wait (path, LOCK_EXCLUSIVE, NULL, NULL, error);
	if (guard < 0)
		return NULL;
	made = sweep (parent, error) && claim_folder (self, parent, error);
	close (guard);
	return made ? g_steal_pointer (&self) : NULL;
}

const char *scratch_dir (const Scratch *self)
{
	return self->dir;
}

void scratch_free (Scratch *self)
{
	if (!self)
		return;
	if (self->lock >= 0) {
		scratch_remove (self->dir, NULL);
		close (self->lock);
	}
	g_free (self->dir);
	g_free (self);
}
