/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Console bytes become lines.
 *
 * A LineBuffer is fed pieces of any size and hands out whole lines, cleaned: without CR, NUL,
 * escape sequences and other control characters, and always valid UTF-8. The same bytes give the
 * same lines however they were cut. A line is cut off at LINES_MAX bytes, so that memory stays
 * bounded.
 */
#pragma once

#include <glib.h>

#define LINES_MAX 4096

typedef struct LineBuffer LineBuffer;

/* Called for each line, without its newline. Returns FALSE to drop what else was fed. */
typedef gboolean (*LineFunc) (const char *line, gpointer user_data);

LineBuffer *line_buffer_new (LineFunc func, gpointer user_data);
void line_buffer_free (LineBuffer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LineBuffer, line_buffer_free)

/** line_buffer_feed: takes @length bytes. Returns: FALSE once @func has returned FALSE. */
gboolean line_buffer_feed (LineBuffer *self, const char *data, gsize length);

/** line_buffer_finish: no more bytes: what is left without a newline is a line too. */
gboolean line_buffer_finish (LineBuffer *self);

/** line_buffer_partial: Returns: (transfer full): the unfinished line so far, cleaned. */
char *line_buffer_partial (const LineBuffer *self);

/**
 * line_text:
 *
 * Returns: (transfer none): @line from behind what printk put before the message: log level `<4>`,
 * time stamp `[   12.345678] ` and caller `[   T123] ` or `[   C0] `. Spaces of the message stay.
 */
const char *line_text (const char *line);

/**
 * line_caller: who said @line, by printk's `[   T123]` (thread 123) or `[   C0]` (CPU 0).
 *
 * Returns: a number that is another for everybody, or 0 where the line does not say.
 */
guint64 line_caller (const char *line);

/** line_is_noise: whether more than a fourth of @line's characters were no UTF-8. */
gboolean line_is_noise (const char *line);

/** line_is_banner: whether @line is the first that a Linux kernel prints, `Linux version N`. */
gboolean line_is_banner (const char *line);
