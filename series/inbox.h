/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A public-inbox: a mailing list as git repositories.
 *
 * Its second format, which lore.kernel.org has: one commit a mail, which is the file `m`, or one
 * that was taken back, `d`; a list is cut into epochs, FOLDER/git/0.git and so on, each a bare
 * repository. Who finds a thread needs all mails' references, which are read here once and are kept
 * by the caller: see matrix/mail-index.h.
 */
#pragma once

#include <glib.h>

#include "series/thread.h"

typedef struct Inbox Inbox;

/**
 * inbox_open: @path is a folder with git/N.git in it, or one epoch by itself.
 *
 * Returns: NULL without an error where it is no public-inbox. Errors: FAILED, of a repository that
 * cannot be read.
 */
Inbox *inbox_open (const char *path, GError **error);
void inbox_free (Inbox *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Inbox, inbox_free)

guint inbox_n_epochs (const Inbox *self);

/** inbox_epoch: Returns: (transfer none): absolute path of epoch @i. */
const char *inbox_epoch (const Inbox *self, guint i);

/** inbox_head: Returns: (transfer full) (nullable): the newest commit; NULL for an empty epoch. */
char *inbox_head (Inbox *self, guint epoch);

/* One mail, as its header tells it. */
typedef struct {
	const char *blob;	/* id of its text */
	const char *message_id; /* with the angle brackets */
	char **answers; /* ids in In-Reply-To and References, each once; with angle brackets */
	gboolean deleted;
} InboxMail;

/**
 * inbox_walk: hands every mail of epoch @epoch to @function, oldest first. Mails without a
 * Message-ID are left out.
 * @since: (nullable): commit: only what came after it
 * @out_rewritten: (out): whether @since is no longer in the history: nothing was handed out then
 *
 * Errors: FAILED; and what @function returns FALSE with.
 */
gboolean inbox_walk (Inbox *self, guint epoch, const char *since, gboolean *out_rewritten,
		     gboolean (*function) (const InboxMail *mail, gpointer user_data,
					   GError **error),
		     gpointer user_data, GError **error);

/** inbox_read: Returns: (transfer full): the text of the mail @blob of epoch @epoch. Errors:
 * FAILED. */
char *inbox_read (Inbox *self, guint epoch, const char *blob, gsize *out_length, GError **error);
