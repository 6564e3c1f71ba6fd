/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The crash scanner on any bytes, for libFuzzer: nothing makes it die, and what it finds depends
 * neither on how the bytes are cut nor on the look for literals. tests/fuzz/corpus holds what was
 * once found.
 */
#include <string.h>

#include "tests/fuzz/crash-same.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize length);

int LLVMFuzzerTestOneInput (const guint8 *data, gsize length)
{
	g_autoptr (CrashScanner) whole =
		crash_same_scan ((const char *) data, length, length, TRUE);
	g_autoptr (CrashScanner) bytes = crash_same_scan ((const char *) data, length, 1, TRUE);
	g_autoptr (CrashScanner) slow = crash_same_scan ((const char *) data, length, 61, FALSE);
	const GPtrArray *all = crash_scanner_all (whole);
	guint i;

	g_assert_true (crash_same (whole, bytes));
	g_assert_true (crash_same (whole, slow));
	for (i = 0; i < all->len; i++) {
		const Crash *crash = all->pdata[i];

		g_assert_true (g_utf8_validate (crash->title, -1, NULL));
		g_assert_cmpuint (crash->head->len, >, 0);
	}
	return 0;
}
