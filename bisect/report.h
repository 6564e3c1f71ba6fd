/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a bisection came to, in words for people and for a mailing list.
 */
#pragma once

#include "bisect/session.h"
#include "series/repo.h"

typedef struct {
	Repo *repo;
	const char *what;	 /* (nullable): board and configuration, one line */
	const char *certainty;	 /* (nullable): of an answer by chance, one line */
	gboolean fix;		 /* the change is a fix */
	gboolean regzbot;	 /* with a line for the Linux kernel's regression bot */
	const char *thread;	 /* (nullable): subject of the mail that is answered */
	const char *in_reply_to; /* (nullable): its Message-ID, with the angle brackets */
} BisectReport;

/**
 * bisect_report: appends the answer, its checks, what was skipped and why, and the log in git's
 * format. @suspects: (element-type utf8): what is left
 */
void bisect_report (const BisectReport *self, const Session *session, GPtrArray *suspects,
		    GString *out);

/** bisect_report_mail: the same as a mail that is ready to be sent. */
void bisect_report_mail (const BisectReport *self, const Session *session, GPtrArray *suspects,
			 GString *out);

/**
 * bisect_draw: the graph between the ends, with what is known of each commit and why; what was
 * neither tested nor is one of @max suspects at most is told in numbers.
 */
void bisect_draw (Repo *repo, const Session *session, const Graph *graph, const Search *search,
		  guint max, GString *out);
