/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mending what archives and mailers break in a diff, and nothing else.
 *
 * A repair is made only if it can be proven: by the counts that a hunk's header gives, and by the
 * base where there is one. Each leaves a sentence that says what was done and why that is safe.
 *  - blank context that lost its space: the counts demand a line there;
 *  - blank context missing at a hunk's end: only if the base has blank lines exactly there;
 *  - CRLF: only if the base has LF there;
 *  - strip level, `.orig` and version suffixes: only if the base has the file so named;
 *  - broken lines, tabs that became blanks, blanks lost at line ends, entities: only if the whole
 * is what the diff's index lines promise (series/proof.h, series/mend.h); of broken lines that the
 *    diff does not add it is enough that the base has them.
 * What a cut mail lacks is never made up. A diff that reads well and yet is not what its index
 * lines, or its diffstat, say is refused.
 */
#pragma once

#include <glib.h>

#include "series/overlay.h"
#include "series/patch.h"

typedef struct {
	Patch *patch;	 /* paths relative to the root; may have a defect */
	Patch *restored; /* (nullable): @patch with blank lines at the ends of hunks: not proven yet
			  */
	GPtrArray *repairs; /* (element-type utf8) */
	char *refused; /* (nullable): @patch has no defect, and yet is not what was sent: why */
} Repaired;

void repaired_free (Repaired *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Repaired, repaired_free)

/**
 * repair_read: parses the diff at @from and repairs what needs no trial.
 * @name: of the source, for messages
 * @base: (nullable)
 *
 * Errors: USAGE for a path that leaves the tree, naming the line; PATCH, see patch_parse().
 */
Repaired *repair_read (GPtrArray *lines, guint from, const char *name, const Overlay *base,
		       GError **error);

/**
 * repair_accept: @restored was found to fit: it becomes @patch, and the repair is told.
 */
void repair_accept (Repaired *self);

/**
 * repair_doubt: the same once it is known what lies below: a diff that is made on another patch.
 * @below: what @patch goes onto
 */
void repair_doubt (Repaired *self, const Overlay *below);

/** repair__paths: makes the paths of @patch relative to the root; tells what it did in @repairs. */
void repair__paths (Patch *patch, const Overlay *base, GPtrArray *repairs);
