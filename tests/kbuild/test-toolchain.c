/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Toolchains: whose version is part of what a build is known by.
 */
#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "kbuild/toolchain.h"

typedef struct {
	char *dir;
	char *path; /* what PATH was */
} Fixture;

static void put_program (const Fixture *self, const char *name, const char *version)
{
	g_autofree char *program = g_build_filename (self->dir, name, NULL);
	g_autofree char *text = g_strdup_printf ("#!/bin/sh\necho '%s'\n", version);

	g_assert_true (files_write (program, text, -1, NULL));
	g_assert_cmpint (g_chmod (program, 0755), ==, 0);
}

static void set_up (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *path = NULL;

	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	self->path = g_strdup (g_getenv ("PATH"));
	path = g_strconcat (self->dir, ":", self->path, NULL);
	g_setenv ("PATH", path, TRUE);
	put_program (self, "x-gcc", "x-gcc 1");
	put_program (self, "x-ld", "x-ld 1");
	put_program (self, "other-cc", "other 1");
}

static void tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_setenv ("PATH", self->path, TRUE);
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
	g_free (self->path);
}

/* The identity of a toolchain of prefix x- with the line @make. */
static char *identity (const Fixture *self, const char *make, GError **error)
{
	g_autofree char *file = g_build_filename (self->dir, "x.toolchain", NULL);
	g_autofree char *text = g_strdup_printf ("[toolchain]\ncross = x-\n%s", make);
	const char *const dirs[] = { self->dir, NULL };
	g_autoptr (Toolchain) toolchain = NULL;

	g_assert_true (files_write (file, text, -1, NULL));
	toolchain = toolchain_load ("x", dirs, self->dir, error);
	g_assert_nonnull (toolchain);
	return toolchain_identity (toolchain, error);
}

/* Whether a new version of @program changes the identity with the line @make. */
static gboolean depends_on (const Fixture *self, const char *make, const char *program)
{
	g_autofree char *before = identity (self, make, NULL);
	g_autofree char *after = NULL;

	g_assert_nonnull (before);
	put_program (self, program, "version 2");
	after = identity (self, make, NULL);
	put_program (self, program, "version 1");
	return !g_str_equal (before, after);
}

/* The compiler and the linker of the prefix, and nobody else. */
static void test_prefix (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_true (depends_on (self, "", "x-gcc"));
	g_assert_true (depends_on (self, "", "x-ld"));
	g_assert_false (depends_on (self, "", "other-cc"));
}

/* A compiler that make is told to run is asked in the place of the prefix's, which it never runs.
 */
static void test_make_compiler (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char make[] = "make = CC=other-cc -std=gnu89\n";

	g_assert_true (depends_on (self, make, "other-cc"));
	g_assert_false (depends_on (self, make, "x-gcc"));
	g_assert_true (depends_on (self, make, "x-ld"));
	g_assert_true (depends_on (self, "make = LD=other-cc\n", "other-cc"));
	/* HOSTCC is no CC */
	g_assert_false (depends_on (self, "make = HOSTCC=other-cc\n", "other-cc"));
}

/* Flags are part of it, and a compiler that cannot be run is named. */
static void test_flags (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *plain = identity (self, "make = CC=x-gcc\n", NULL);
	g_autofree char *flags = identity (self, "make = CC=x-gcc -O1\n", NULL);
	g_autoptr (GError) error = NULL;

	g_assert_cmpstr (plain, !=, flags);
	g_assert_null (identity (self, "make = CC=nonesuch-cc\n", &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, "'nonesuch-cc'"));
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add ("/toolchain/prefix", Fixture, NULL, set_up, test_prefix, tear_down);
	g_test_add ("/toolchain/make-compiler", Fixture, NULL, set_up, test_make_compiler,
		    tear_down);
	g_test_add ("/toolchain/flags", Fixture, NULL, set_up, test_flags, tear_down);
	return g_test_run ();
}
