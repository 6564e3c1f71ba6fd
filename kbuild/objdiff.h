/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Object differences: what really changed between two objects that a compiler made of one file.
 *
 * Functions and data are compared one by one, by what they do and hold and not by where they lie:
 * debugging data, the order of symbols, addresses, and the numbers that a compiler appends to names
 * make no difference. What is said to be equal is equal; where that cannot be established, a change
 * is reported, so a report may be too long and must not be too short.
 *
 * "Line numbers only" is claimed for a function if its instructions are the same but for numbers
 * loaded into registers, and for every such number there is evidence that it is a line:
 *  - it is an argument to a function that takes a line (__bug, warn_slowpath_null, printk with
 *    "%s:%d" …), or, with the source at hand, the source has a macro's call in that line; and
 *  - the patch moved exactly that line there, as a LineMap tells; without any LineMap, all numbers
 *    of the object moved by the same distance, which is then told as `shift`.
 * Also where nothing but line fields of __bug_table differ. In Thumb code and on other machines
 * than x86, ARM and AArch64 it is never claimed.
 *
 * Known to be too long: where gcc reaches data through section anchors (ARM, AArch64), a static
 * variable that is added moves others, and functions that reach these through an anchor hold
 * another distance: they are told as changed.
 */
#pragma once

#include "kbuild/linemap.h"

typedef enum {
	OBJECT_CHANGE_FUNCTION, /* other instructions, or they refer to something else */
	OBJECT_CHANGE_FUNCTION_ADDED,
	OBJECT_CHANGE_FUNCTION_REMOVED,
	OBJECT_CHANGE_DATA, /* a named datum: other contents or size */
	OBJECT_CHANGE_DATA_ADDED,
	OBJECT_CHANGE_DATA_REMOVED,
	OBJECT_CHANGE_LINES,   /* a function, in which line numbers alone changed */
	OBJECT_CHANGE_SECTION, /* what has no name, or nothing that we could name */
} ObjectChangeKind;

typedef struct {
	ObjectChangeKind kind;
	char *name;    /* of the function or datum; (nullable) for OBJECT_CHANGE_SECTION */
	char *section; /* "" for the file's header */
	char *detail;  /* (nullable): what else can be said, as `"old" became "new"` */
	int shift;     /* LINES: lines by which all were moved, if no LineMap said so; else 0 */
} ObjectChange;

void object_change_free (ObjectChange *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ObjectChange, object_change_free)

/**
 * objdiff_files: compares two relocatable ELF objects.
 * @maps: (nullable): maps of all source files that the patch changed
 *
 * Returns: (transfer full) (element-type ObjectChange): functions first, in the order of the
 * variant's; empty where the difference is debugging data or layout. Errors: FAILED, naming the
 * file that cannot be read, is damaged, or is no relocatable object.
 */
GPtrArray *objdiff_files (const char *base, const char *variant, const LineMap *maps, gsize n_maps,
			  GError **error);

/**
 * objdiff_bytes: objdiff_files() of files that are in memory.
 * @base: (transfer full): from g_malloc(), of @base_length bytes; freed here in any case
 * @variant: (transfer full): the same
 */
GPtrArray *objdiff_bytes (const char *base_path, char *base, gsize base_length,
			  const char *variant_path, char *variant, gsize variant_length,
			  const LineMap *maps, gsize n_maps, GError **error);
