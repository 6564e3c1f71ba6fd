/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mail thread as its source tells it: who wrote what, when, as an answer to whom.
 *
 * Two kinds of source are read: the text of a web archive (`From: NAME` right above
 * `Date: Thursday, June 21, 2007 - 7:54 am`, no addresses, no ids, mails cut with ` ...`), and RFC
 * 5322 mails, one or an mbox of them. Nothing is guessed: what the source does not tell is NULL.
 */
#pragma once

#include <glib.h>

#include "series/header.h"
#include "series/patch.h"

typedef struct {
	Person from;
	char *date; /* (nullable): as a Date header has it; zone -0000 if the source tells none */
	char *subject;	   /* (nullable): of this very mail, decoded, with its Re: */
	char *message_id;  /* (nullable): with the angle brackets, as the next two */
	char *in_reply_to; /* (nullable) */
	char *references;  /* (nullable): ids with a blank between */
	char *source;	   /* of the file that it is in: the thread's, or one of many */
	guint line;	   /* of its first line there */
	GPtrArray
		*parts; /* (element-type GPtrArray (element-type SourceLine)): body, attachments */
	GPtrArray *unread; /* (element-type utf8): attachments that are no text: name and type */
} Message;

typedef struct {
	char *source;  /* base name of the file or folder, a Message-ID, `-` for standard input */
	char *subject; /* (nullable): of the first mail, without Re: */
	GPtrArray *messages; /* (element-type Message): in the order of the source */
	GHashTable *by_id;   /* Message-ID -> Message, both borrowed */
} Thread;

void thread_free (Thread *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Thread, thread_free)

/* A part of a mail that is larger is no patch that anybody reads: it is told, not read. */
#define THREAD_PART_MAX (16 * 1024 * 1024)

/**
 * thread_read: reads the file @path, packed by gzip or not, or standard input for `-`; or a folder:
 * a maildir, or one with a mail in each file *.eml, in the order of their dates.
 *
 * Errors: USAGE for what is missing, empty, cut, or holds no mail.
 */
Thread *thread_read (const char *path, GError **error);

/** thread_parse: the same for @data; @source is its name in messages. */
Thread *thread_parse (const char *data, gsize length, const char *source, GError **error);

/** thread_new: one without mails, for thread_add_mail() and at last thread_finish(). */
Thread *thread_new (const char *source);

/** thread_add_mail: adds the mail, or the mbox, @data. @source: where it is from, for messages. */
void thread_add_mail (Thread *self, const char *data, gsize length, const char *source);

/** thread_finish: puts the mails in the order of their dates. */
void thread_finish (Thread *self);

/**
 * thread_read_ids: Returns: (transfer full) (nullable): the ids in a header's value, each with its
 * angle brackets, a blank between; comments and words between are dropped.
 */
char *thread_read_ids (const char *text);

/** thread_parent: Returns: (transfer none) (nullable): the mail of the thread that @message
 * answers. */
const Message *thread_parent (const Thread *self, const Message *message);

/** message_new: Returns: (transfer full): a mail without anything in it. */
Message *message_new (guint line);
void message_free (Message *self);

/** thread__read_archive: adds the mails of a web archive's text; none if it is no such text. */
void thread__read_archive (Thread *self, const char *data);

/** thread__read_mails: adds the mails of an mbox, or the one mail; none if there is no header. */
void thread__read_mails (Thread *self, const char *data, gsize length);
