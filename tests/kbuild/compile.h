/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects for tests: small C sources, compiled by whatever compilers are there.
 */
#pragma once

#include <string.h>

#include "base/files.h"

typedef struct {
	const char *name;
	const char *command;
} Compiler;

/* As kernels are compiled: no unwind tables, nothing position independent. */
#define CC_FLAGS                                                                                   \
	" -c -O2 -ffreestanding -fno-pie -fno-asynchronous-unwind-tables -fno-unwind-tables "      \
	"-fno-stack-protector "

static const Compiler compilers[] = {
	{ "host", "gcc -fno-ipa-icf" },
	{ "i386", "gcc -m32 -mregparm=3" },
	{ "arm", "arm-linux-gnueabi-gcc -marm -march=armv5te" },
	{ "armeb", "arm-linux-gnueabi-gcc -marm -march=armv5te -mbig-endian" },
	{ "thumb", "arm-linux-gnueabi-gcc -mthumb -march=armv7-a" },
	{ "aarch64", "clang --target=aarch64-linux-gnu" },
};

static inline char *compile_path (const char *dir, const char *name, const char *ending)
{
	g_autofree char *base = g_strconcat (name, ending, NULL);

	return g_build_filename (dir, base, NULL);
}

static inline gboolean compile_run (const char *dir, const char *command)
{
	g_auto (GStrv) argv = NULL;
	g_autofree char *out = NULL;
	g_autofree char *err = NULL;
	int status = 0;

	g_assert_true (g_shell_parse_argv (command, NULL, &argv, NULL));
	if (!g_spawn_sync (dir, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status,
			   NULL))
		return FALSE;
	if (status)
		g_test_message ("%s: %s", command, err);
	return status == 0;
}

/* Makes DIR/NAME.o of @source, which calls itself file.c; the folder of NAME must exist. */
static inline gboolean compile_try (const char *cc, const char *dir, const char *name,
				    const char *source, const char *flags)
{
	g_autofree char *object = compile_path (dir, name, ".o");
	g_autofree char *path = g_build_filename (dir, "file.c", NULL);
	g_autofree char *command =
		g_strdup_printf ("%s " CC_FLAGS " %s -o %s file.c", cc, flags, object);

	g_assert_true (files_write (path, source, -1, NULL));
	return compile_run (dir, command);
}

static inline void compile_object (const char *cc, const char *dir, const char *name,
				   const char *source)
{
	g_assert_true (compile_try (cc, dir, name, source, ""));
}

/* Whether @cc works here; skips the test and says why if not. */
static inline gboolean compiler_works (const Compiler *compiler, const char *dir)
{
	if (compile_try (compiler->command, dir, "probe", "int probe;\n", ""))
		return TRUE;
	g_test_skip_printf ("'%s' does not work here", compiler->command);
	return FALSE;
}
