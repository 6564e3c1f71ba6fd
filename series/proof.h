/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a diff is still what its author made.
 *
 * Git's `index OLD..NEW` line names each file's content before and after, by the first digits of a
 * SHA-1 over all of it. Where the base has the very file that the diff was made on, applying the
 * hunks must give just that other one: a line that lost a blank, a tab or its end on the way gives
 * another. So the line proves a repair, and it finds damage that no context shows. It says nothing
 * where it is missing, too short, or where the base has another content than OLD.
 */
#pragma once

#include <glib.h>

#include "series/overlay.h"
#include "series/patch.h"

typedef enum {
	PROOF_NONE,  /* nothing is promised that could be checked here */
	PROOF_HOLDS, /* every file's hunks make what its index line promises of what the base has */
	PROOF_FAILS, /* some file's do not */
} Proof;

/**
 * file_patch_prove:
 * @patch: the patch that @file is one of, for messages
 * @base: (nullable): without it, files that the patch creates can be checked alone
 * @out_why: (out) (optional) (transfer full): of PROOF_FAILS
 */
Proof file_patch_prove (const Patch *patch, const FilePatch *file, const Overlay *base,
			char **out_why);

/**
 * patch_prove: the same for all files. A file that is named twice proves nothing, nor does a patch
 * with a defect. A rename or a change of mode alone needs no proof.
 */
Proof patch_prove (const Patch *self, const Overlay *base, char **out_why);

/**
 * patch_prove_stat: holds the diff against the counts of the diffstat above it, `2 files changed, 3
 * insertions(+)`. Fewer are a cut mail, which may end between two files or hunks.
 * @lines: (element-type SourceLine): what @self was parsed from
 *
 * A mail that goes on below its diff was not cut there, and a diff that git did not make may lack
 * what its author forgot, or kept to themselves: of them nothing is said.
 *
 * Returns: (transfer full) (nullable): what is missing.
 */
char *patch_prove_stat (const Patch *self, GPtrArray *lines);
