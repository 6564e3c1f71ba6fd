/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values of mail headers: names, addresses, dates, subjects; RFC 5322 and RFC 2047 by GMime.
 */
#pragma once

#include <glib.h>

typedef struct {
	char *name;    /* (nullable) */
	char *address; /* (nullable): without angle brackets */
} Person;

void person_clear (Person *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Person, person_clear)

/** header_init: makes GMime ready; any number of times. Everything in here calls it itself. */
void header_init (void);

/**
 * header_decode: Returns: (transfer full): @text in UTF-8, its =?UTF-8?…?= words decoded, on one
 * line.
 */
char *header_decode (const char *text);

/** header_encode: Returns: (transfer full): @text in ASCII, words of other letters encoded. */
char *header_encode (const char *text);

/** header_person: reads `Name <address>`, `address (Name)`, `address`, or a name alone. */
Person header_person (const char *text);

/** person_to_string: Returns: (transfer full): `Name <address>`, readable, in UTF-8. */
char *person_to_string (const Person *self);

/** person_to_header: the same, encoded for a header. */
char *person_to_header (const Person *self);

/** header_date: Returns: (transfer full) (nullable): the date of a Date header. */
GDateTime *header_date (const char *text);

/** header_date_short: Returns: (transfer full): a Date header as `Thu, 21 Jun 2007 02:30`. */
char *header_date_short (const char *text);

/** header_title: Returns: (transfer full): a subject without `Re:` and `[PATCH …]` tags. */
char *header_title (const char *subject);

/** header_line: header_utf8() on one line: an encoded word may hold line ends. */
char *header_line (const char *text);

/** header_utf8: Returns: (transfer full): @text in UTF-8; what is none is read as Latin 1. */
char *header_utf8 (const char *text);
