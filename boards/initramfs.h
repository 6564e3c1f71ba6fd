/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The initramfs: a newc cpio archive with /init and the device nodes that it needs.
 */
#pragma once

#include <glib.h>

/**
 * initramfs_write: makes @path from the static program @init.
 *
 * It holds /init (0755), /dev, /dev/console (c 5 1), /dev/null (c 1 3), /proc, /sys and /tmp, owned
 * by root, all times zero: equal programs give equal archives. No privilege is needed.
 */
gboolean initramfs_write (const char *path, const char *init, GError **error);
