/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reports: a judged plan as text, as JSON, as a mail.
 */
#pragma once

#include "matrix/plan.h"

typedef struct {
	const char *name;
	const char *summary; /* one line for --help */
	/* appends the whole report to @out; cannot fail: all that it needs is in the plan */
	void (*write) (const Plan *plan, GString *out);
} ReportFormat;

/** report_formats: Returns: (transfer none): all formats, ended by one with a NULL name. */
const ReportFormat *report_formats (void);

/** report_format_find: Returns: (transfer none): the format. Errors: USAGE listing them. */
const ReportFormat *report_format_find (const char *name, GError **error);

/** report__text, report__json, report__reply: the formats, for the table in report.c. */
void report__text (const Plan *plan, GString *out);
void report__json (const Plan *plan, GString *out);
void report__reply (const Plan *plan, GString *out);

/** report_matrix: the text report's tables alone. */
void report_matrix (const Plan *plan, GString *out);

/**
 * report_proof: Returns: (transfer full) (nullable): why @cell's image is @cell's `same_as`'s, in
 * words to quote; NULL where it is nobody's.
 */
char *report_proof (const Cell *cell);

/* ---- what the formats share ---- */

enum {
	REPORT_WIDTH = 72 /* columns: what mailing lists ask for */
};

/** report__wrap: appends @text as a paragraph: its first line after @first, the others after @rest.
 */
void report__wrap (GString *out, const char *first, const char *rest, const char *text);

/** report__claims: what `=` means, and what limits the matrix, as far as it holds for @plan. */
void report__claims (const Plan *plan, GString *out);

/** report__images: which variants have which image, by the images' hashes. */
void report__images (const Plan *plan, GString *out);
