/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"
#include "base/text.h"

G_DEFINE_QUARK (bakeoff_error, bakeoff_error)

static void set_error (GError **error, BakeoffErrorCode code, const char *format, va_list args)
{
	g_autofree char *raw = g_strdup_vprintf (format, args);
	g_autofree char *message = text_printable (raw, -1);

	if (error)
		*error = g_error_new_literal (BAKEOFF_ERROR, (int) code, message);
}

gboolean fail (GError **error, BakeoffErrorCode code, const char *format, ...)
{
	va_list args;

	va_start (args, format);
	set_error (error, code, format, args);
	va_end (args);
	return FALSE;
}

void *fail_null (GError **error, BakeoffErrorCode code, const char *format, ...)
{
	va_list args;

	va_start (args, format);
	set_error (error, code, format, args);
	va_end (args);
	return NULL;
}
