/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/error.h"

G_DEFINE_QUARK (bakeoff_error, bakeoff_error)

static void set_error (GError **error, BakeoffErrorCode code, const char *format, va_list args)
{
	if (error)
		*error = g_error_new_valist (BAKEOFF_ERROR, (int) code, format, args);
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
