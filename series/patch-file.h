/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A patch file: mail-like headers, a description, `---`, a diff.
 *
 * Headers are those of import.h's patches and of git format-patch; a file without headers, as quilt
 * and diff make them, is as good: what they would tell is then NULL.
 */
#pragma once

#include <glib.h>

#include "series/header.h"
#include "series/patch.h"

/* The header that says why import believes the diff to be another than the one that was sent. */
#define PATCH_FILE_REFUSED "X-Bakeoff-Refused"

typedef struct {
	char *name; /* the file's base name */
	char *path;
	Person author;
	char *date;	   /* (nullable): text of the Date header */
	char *title;	   /* without tags; the file's name where nothing better is there */
	char *message_id;  /* (nullable): with the angle brackets */
	char *source;	   /* (nullable): X-Bakeoff-Source: `thread.txt:131` */
	char *refused;	   /* (nullable): why import refused it: it is not applied */
	char *description; /* without the title; may be empty; ends in a newline if not */
	GPtrArray *lines;  /* (element-type SourceLine): of the whole file */
	guint diff;	   /* index of the diff's first line */
	gboolean has_diff;
	guint nul; /* line of the file's first NUL byte, which ends @lines; 0 where there is none */
} PatchFile;

/** patch_file_read: Errors: USAGE for a file that is not there; FAILED. */
PatchFile *patch_file_read (const char *path, GError **error);
void patch_file_free (PatchFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PatchFile, patch_file_free)

/**
 * patch_file_parse: the diff, its paths stripped, and reversed where the quilt series says so.
 *
 * Errors: PATCH, see patch_parse(), patch_strip() and patch_reverse(); USAGE from
 * quilt_options().
 */
Patch *patch_file_parse (const PatchFile *self, GError **error);
