/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which mail of a public-inbox answers which: .bakeoff/mail-index.db, SQLite.
 *
 * Reading every mail of a list takes a while; finding a thread again takes none. The index knows
 * the commit up to which it has read each epoch, and goes on from there. It is made anew where a
 * list's history was rewritten, and where its file is damaged or of another version.
 */
#pragma once

#include "series/inbox.h"

/**
 * mail_index_thread: the thread that @message_id is in: all mails that it answers, that answer it,
 * that answer those, and so on, over all epochs, once each.
 * @path: of the index
 * @inbox: is read as far as the index does not know it
 * @message_id: with or without angle brackets
 *
 * Returns: (transfer full): in the order of their dates. Errors: USAGE where there is no such mail;
 * FAILED.
 */
Thread *mail_index_thread (const char *path, Inbox *inbox, const char *message_id, GError **error);
