/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors: one GError domain for the whole program.
 *
 * A message is one line in lower case without a full stop, its subject in single quotes; after a
 * newline may follow what the user can do about it. cmd/main.c prints the first line as
 * `bakeoff: error: …` and the rest as `bakeoff: hint: …`. A code exists only where a caller
 * branches on it: the codes decide between a verdict on a patch and trouble on our own side.
 */
#pragma once

#include <glib.h>

#define BAKEOFF_ERROR (bakeoff_error_quark ())

typedef enum {
	BAKEOFF_ERROR_FAILED,	 /* anything else: the machine, a file, a library; exit status 3 */
	BAKEOFF_ERROR_USAGE,	 /* the user's words or files are wrong; exit status 2 */
	BAKEOFF_ERROR_PATCH,	 /* a patch is malformed or does not apply: verdict apply-failed */
	BAKEOFF_ERROR_BUILD,	 /* the compiler or Kbuild said no: verdict build-failed */
	BAKEOFF_ERROR_CONFIG,	 /* a tree cannot be configured as asked: no fault of a patch */
	BAKEOFF_ERROR_CANCELLED, /* the user asked to stop */
} BakeoffErrorCode;

GQuark bakeoff_error_quark (void);

/**
 * fail:
 * @error: (nullable): where the error goes
 * @code: one of BakeoffErrorCode
 * @format: printf format of the message
 *
 * Sets @error, its message as text_printable() gives it: paths, patches and tools may hold any
 * byte. A newline in what others wrote would begin the hint: the caller takes it out. Always
 * returns FALSE, so that failing is one line: `return fail (error, …);`.
 */
gboolean fail (GError **error, BakeoffErrorCode code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/**
 * fail_null:
 *
 * The same as fail() for functions that return a pointer. Always returns NULL.
 */
void *fail_null (GError **error, BakeoffErrorCode code, const char *format, ...)
	G_GNUC_PRINTF (3, 4);
