/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sections without names in them: exception tables, BUG tables, what is left between functions.
 * Used by objdiff.c alone.
 */
#pragma once

#include "kbuild/objdiff.h"
#include "kbuild/object.h"

typedef enum {
	TABLE_SAME,    /* or what differs belongs to functions that are touched */
	TABLE_LINES,   /* as well, and line fields of a BUG table */
	TABLE_CHANGED, /* else */
} TableResult;

/**
 * objdiff__compare_table: compares what no unit holds of two sections, after all units have been.
 * @old, @new: the section's indices; 0 where there is none, but not both
 * @lines: (element-type Unit): gets the variant's functions for TABLE_LINES; no one twice
 */
TableResult objdiff__compare_table (Object *base, guint old, Object *variant, guint new,
				    GPtrArray *lines);
