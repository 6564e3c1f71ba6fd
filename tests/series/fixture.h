/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of series/ share: folders that go away, git with a fixed environment, real bytes.
 *
 * git, patch and diff are the oracles here: what they say is compared with what we do.
 */
#pragma once

#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "base/files.h"

typedef struct {
	char *dir;  /* a folder of its own */
	char *repo; /* dir/repo: a git repository, once fixture_commit_base() was called */
} Fixture;

static inline void fixture_set_up (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	g_assert_nonnull (self->dir);
	self->repo = g_build_filename (self->dir, "repo", NULL);
}

static inline void fixture_tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
	g_free (self->repo);
}

#define fixture_add(name, function)                                                                \
	g_test_add (name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

/* Runs a command line through the shell in @dir. Returns what it printed; *out_status tells how it
 * ended, and where that is NULL it must have ended well. */
static inline char *fixture_shell (const char *dir, const char *command, int *out_status)
{
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	g_autofree char *path = g_strconcat ("PATH=", g_getenv ("PATH"), NULL);
	g_autofree char *home = g_strconcat ("HOME=", dir, NULL);
	const char *env[] = { path,
			      home,
			      "LC_ALL=C",
			      "TZ=UTC",
			      "GIT_CONFIG_NOSYSTEM=1",
			      "GIT_CONFIG_GLOBAL=/dev/null",
			      "GIT_AUTHOR_NAME=Test",
			      "GIT_AUTHOR_EMAIL=test@example.org",
			      "GIT_AUTHOR_DATE=1600000000 +0000",
			      "GIT_COMMITTER_NAME=Test",
			      "GIT_COMMITTER_EMAIL=test@example.org",
			      "GIT_COMMITTER_DATE=1600000000 +0000",
			      NULL };
	g_autoptr (GError) error = NULL;
	char *printed = NULL;
	int status = 0;

	g_spawn_sync (dir, (char **) argv, (char **) env,
		      out_status ? G_SPAWN_STDERR_TO_DEV_NULL : G_SPAWN_DEFAULT, NULL, NULL,
		      &printed, NULL, &status, &error);
	g_assert_no_error (error);
	if (out_status)
		*out_status = status;
	else
		g_assert_cmpint (status, ==, 0);
	return printed;
}

/* The same, and without the newline at the end. */
static inline char *fixture_line (const char *dir, const char *command)
{
	return g_strchomp (fixture_shell (dir, command, NULL));
}

static inline void fixture_run (const char *dir, const char *command)
{
	g_free (fixture_shell (dir, command, NULL));
}

static inline char *fixture_write (const char *dir, const char *name, const char *text)
{
	char *path = g_build_filename (dir, name, NULL);
	g_autofree char *folder = g_path_get_dirname (path);

	g_assert_true (files_make_dir (folder, NULL));
	g_assert_true (g_file_set_contents (path, text, -1, NULL));
	return path;
}

static inline void fixture_put (const char *dir, const char *name, const char *text)
{
	g_free (fixture_write (dir, name, text));
}

static inline char *fixture_read (const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename (dir, name, NULL);
	char *text = NULL;

	g_file_get_contents (path, &text, NULL, NULL);
	return text;
}

/* A file under tests/data/series. Tests run in the root of the sources. */
static inline char *fixture_data (const char *name)
{
	const char *root = g_getenv ("BAKEOFF_SRCDIR");
	char *path = g_build_filename (root ? root : ".", "tests/data/series", name, NULL);
	char *whole = g_canonicalize_filename (path, NULL);

	g_free (path);
	g_assert_true (g_file_test (whole, G_FILE_TEST_EXISTS));
	return whole;
}

/* Makes the repository of tests/data/series/base, one commit with the tag v1. */
static inline void fixture_commit_base (Fixture *self)
{
	g_autofree char *base = fixture_data ("base");
	g_autofree char *command =
		g_strdup_printf ("cp -r '%s' repo && cd repo && git init -q -b main . && "
				 "git add -A && git commit -q -m base && git tag v1",
				 base);

	fixture_run (self->dir, command);
}
