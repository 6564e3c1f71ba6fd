/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a subject's tags say: `Re: [RFC PATCH v2 RESEND 3/5] mm: title (take 2)`.
 */
#pragma once

#include <glib.h>

typedef struct {
	gboolean answer;     /* Re:, AW:, SV: */
	gboolean numbered;   /* has N/M */
	guint number, total; /* of N/M; number 0 is the cover letter; 0 and 0 without */
	guint version;	     /* 1 where it says none */
	gboolean resend;
	char *title; /* what remains, without tags and version; may be empty */
} Subject;

/** subject_parse: takes versions as `v2`, `PATCHv2`, `take 2` too, in or behind the brackets. */
Subject subject_parse (const char *text);
void subject_clear (Subject *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subject, subject_clear)

/** subject_same_work: whether two titles name one piece of work: case and punctuation do not count.
 */
gboolean subject_same_work (const char *a, const char *b);
