/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether two scanners have found the same, to the last line; for the tests and the fuzzer.
 */
#pragma once

#include "boards/crash-grammar.h"

/* A scanner that has read all of @data, @piece bytes at a time. */
static inline CrashScanner *crash_same_scan (const char *data, gsize length, gsize piece,
					     gboolean filter)
{
	CrashScanner *scanner = crash_scanner_new ();
	gsize at;

	crash__scanner_set_filter (scanner, filter);
	for (at = 0; at < length; at += piece)
		crash_scanner_feed (scanner, data + at, MIN (piece, length - at));
	crash_scanner_finish (scanner);
	return scanner;
}

static inline gboolean crash_same_texts (const GPtrArray *a, const GPtrArray *b)
{
	guint i;

	for (i = 0; a->len == b->len && i < a->len; i++)
		if (g_strcmp0 (a->pdata[i], b->pdata[i]) != 0)
			return FALSE;
	return a->len == b->len;
}

static inline gboolean crash_same (const CrashScanner *a, const CrashScanner *b)
{
	const GPtrArray *some = crash_scanner_all (a), *others = crash_scanner_all (b);
	guint i;

	for (i = 0; some->len == others->len && i < some->len; i++) {
		const Crash *one = some->pdata[i], *other = others->pdata[i];

		if (g_strcmp0 (one->title, other->title) != 0 ||
		    g_strcmp0 (one->kind, other->kind) != 0 ||
		    g_strcmp0 (one->address, other->address) != 0 || one->fatal != other->fatal ||
		    one->corrupted != other->corrupted ||
		    !crash_same_texts (one->frames, other->frames) ||
		    !crash_same_texts (one->head, other->head))
			return FALSE;
	}
	return some->len == others->len && crash_scanner_complete (a) == crash_scanner_complete (b);
}
