/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <string.h>

#include "base/error.h"
#include "base/template.h"

static const char *find_value (const char *name, gsize length, const char *first, va_list args)
{
	const char *key;

	for (key = first; key; key = va_arg (args, const char *)) {
		const char *value = va_arg (args, const char *);

		if (strlen (key) == length && strncmp (key, name, length) == 0)
			return value;
	}
	return NULL;
}

char *template_expand (GError **error, const char *text, ...)
{
	g_autoptr (GString) out = g_string_new (NULL);
	const char *open, *close, *value;
	va_list args;

	while ((open = strstr (text, "%{")) && (close = strchr (open, '}'))) {
		va_start (args, text);
		value = find_value (open + 2, (gsize) (close - open - 2),
				    va_arg (args, const char *), args);
		va_end (args);
		if (!value)
			return fail_null (error, BAKEOFF_ERROR_USAGE,
					  "'%.*s' has no value here, in '%s'",
					  (int) (close - open + 1), open, text);
		g_string_append_len (out, text, open - text);
		g_string_append (out, value);
		text = close + 1;
	}
	g_string_append (out, text);
	return g_string_free (g_steal_pointer (&out), FALSE);
}
