/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small tree for the fuzzers: what tests/fuzz/corpus-diff is made on. It is not written anywhere
 * but into a repository in a folder that goes away.
 */
#pragma once

#include <stdlib.h>

#include <glib.h>

#include "base/files.h"
#include "series/git.h"
#include "series/overlay.h"

static const char fuzz_file[] = "/* one */\nstatic int one;\n\nint f(int a)\n{\n"
				"\tif (a < 1 && one > 2)\n\t\treturn 1;\n\n\treturn a;\n}\n\n"
				"int g(int a)\n{\n\treturn f(a);\n}\n";

static char *fuzz_dir;

static inline void fuzz_remove (void)
{
	files_remove_tree (fuzz_dir, NULL);
}

/* Returns: (transfer none): `file.c`, `dir/other.c`, a link `link` to `dir`, an empty `empty`. */
static inline const Overlay *fuzz_tree (void)
{
	static Overlay *tree;
	g_autoptr (git_repository) made = NULL;
	g_autoptr (git_treebuilder) builder = NULL;
	g_autoptr (GBytes) content = NULL, target = NULL, nothing = NULL;
	Repo *repo;
	git_oid id;

	if (tree)
		return tree;
	fuzz_dir = g_dir_make_tmp ("bakeoff-fuzz-XXXXXX", NULL);
	g_assert_nonnull (fuzz_dir);
	atexit (fuzz_remove);
	git_libgit2_init ();
	g_assert_cmpint (git_repository_init (&made, fuzz_dir, TRUE), ==, 0);
	g_assert_cmpint (git_treebuilder_new (&builder, made, NULL), ==, 0);
	g_assert_cmpint (git_treebuilder_write (&id, builder), ==, 0);
	repo = repo_open (fuzz_dir, NULL);
	tree = overlay_new (repo, git_oid_tostr_s (&id), NULL);
	g_assert_nonnull (tree);
	content = g_bytes_new_static (fuzz_file, sizeof fuzz_file - 1);
	target = g_bytes_new_static ("dir", 3);
	nothing = g_bytes_new_static ("", 0);
	overlay_put (tree, "file.c", content, 0100644);
	overlay_put (tree, "dir/other.c", content, 0100644);
	overlay_put (tree, "link", target, 0120000);
	overlay_put (tree, "empty", nothing, 0100644);
	return tree;
}
