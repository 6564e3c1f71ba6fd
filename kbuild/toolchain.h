/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Toolchains: the compiler that speaks a kernel's C, as a file of flags.
 *
 * A toolchain is a file NAME.toolchain in git-config syntax: `cross` prefix, `make` variables that
 * are put on make's command line, `guest-cc` for guest programs, `apt` for bakeoff doctor. In
 * values,
 * %{cross} is the prefix, %{data} bakeoff's data folder and %{src} the source tree being built.
 */
#pragma once

#include <glib.h>

typedef struct {
	char *name;
	char *path;
	char *description;
	char *cross;	/* CROSS_COMPILE=, may be empty */
	char *apt;	/* (nullable): Debian package */
	char **make;	/* VARIABLE=value, still with %{src} in it */
	char *tools;	/* folder of stand-ins and headers that every build uses */
	char *guest_cc; /* (nullable): shell command to which `-o OUT SOURCE` is appended */
} Toolchain;

/**
 * toolchain_load: finds NAME.toolchain in @dirs.
 * @data_dir: what %{data} becomes
 *
 * Errors: USAGE, as FILE:LINE for what is wrong inside.
 */
Toolchain *toolchain_load (const char *name, const char *const *dirs, const char *data_dir,
			   GError **error);
void toolchain_free (Toolchain *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Toolchain, toolchain_free)

/**
 * toolchain_identity: runs the compiler and the linker to ask who they are.
 *
 * Returns: (transfer full): their first lines, the flags, and the hashes of kbuild/tools:
 * part of every cell's key. Errors:
 * FAILED where they cannot be run; the hint is the apt command.
 */
char *toolchain_identity (const Toolchain *self, GError **error);

/** toolchain_compiler, toolchain_linker: Returns: (transfer full): the programs that make will run.
 */
char *toolchain_compiler (const Toolchain *self);
char *toolchain_linker (const Toolchain *self);
