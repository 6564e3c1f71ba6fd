/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a console printed, byte for byte, in a file; and in a file beside it, FILE.times, when each
 * line began: `OFFSET SECONDS`, the offset of its first byte and the time since the log was begun.
 */
#pragma once

#include <glib.h>

typedef struct ConsoleLog ConsoleLog;

/** console_log_new: makes @path anew. Others may append to it too. Errors: FAILED. */
ConsoleLog *console_log_new (const char *path, GError **error);
void console_log_free (ConsoleLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsoleLog, console_log_free)

/** console_log_write: appends @data, as heard now. Errors: FAILED. */
gboolean console_log_write (ConsoleLog *self, const char *data, gsize length, GError **error);

/**
 * console_log_begin: what is written from here on was printed by the kernel; what stands before it
 * was the boot loader's. Errors: FAILED.
 */
gboolean console_log_begin (ConsoleLog *self, GError **error);

/**
 * console_log_silence: the longest time in seconds between the beginnings of two lines of the log
 * @path, or before the first. Returns: FALSE where the times are not there.
 */
gboolean console_log_silence (const char *path, double *out_seconds);

/** console_log_kernel: Returns: where in a log's @text the kernel begins to speak. */
const char *console_log_kernel (const char *text);
