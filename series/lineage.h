/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which commits contain which: asked thousands of times by a search over history.
 *
 * git_graph_descendant_of() of libgit2 1.5 walks all that lies between the two at every call, 70 to
 * 190 ms on Linux for ends that are years apart. What was once read or answered is kept here for
 * the life of the process: a commit's parents never change. Commit dates decide what is read first
 * and never the answer, so clocks that were wrong cost time alone. Any thread may ask.
 */
#pragma once

#include <glib.h>

#include "series/repo.h"

/**
 * lineage_contains: whether @ancestor is @commit or one of those before it, as
 * `git merge-base --is-ancestor` has it.
 * @commit: id, as is @ancestor
 *
 * History ends where a shallow clone does. Errors: USAGE for an id that is no commit's; FAILED.
 */
gboolean lineage_contains (Repo *repo, const char *commit, const char *ancestor,
			   gboolean *out_contains, GError **error);
