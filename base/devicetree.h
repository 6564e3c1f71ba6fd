/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel image with its device tree in front: one file, so that one hash says what is booted.
 *
 * A flattened device tree begins with a magic number and its own length (Devicetree Specification
 * v0.4, 5.2), which is all that is needed to take the two apart again.
 */
#pragma once

#include <glib.h>

/**
 * devicetree_join: writes @dtb and then @image to @joined, as a whole or not at all.
 *
 * Errors: FAILED, also where @dtb is no device tree of the length that it tells.
 */
gboolean devicetree_join (const char *dtb, const char *image, const char *joined, GError **error);

/** devicetree_split: the reverse. Errors: FAILED, also where @joined has no device tree. */
gboolean devicetree_split (const char *joined, const char *dtb, const char *image, GError **error);
