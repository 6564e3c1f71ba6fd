/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boards: how a machine's kernel is configured, packaged, started and talked to.
 *
 * A board is a file NAME.board in git-config syntax that users write; see bakeoff-board(5). A Board
 * is immutable once loaded and may be read by several threads. A file without a [boot] section is a
 * build-only board.
 */
#pragma once

#include <glib.h>

#include "boards/board-line.h"

typedef struct {
	char *name;	   /* the file's name without .board */
	char *path;	   /* the file */
	char *description; /* one line for people */

	/* [board]: what Kbuild is told */
	char *arch;	 /* ARCH= */
	char *toolchain; /* name of a file kbuild/toolchains/NAME.toolchain */
	char *defconfig; /* make target of the first .config */
	char **settings; /* CONFIG_FOO=value, over the defconfig */
	char *target;	 /* make targets, with blanks between */
	char *image;	 /* path of the image, relative to the object directory */
	char **preludes; /* names of quilt folders that lie under every variant; may be empty */
	char **dtbs;	 /* the same of a device tree: the first that make made; may be empty */

	/* [boot] */
	gboolean bootable; /* whether there is a [boot] section at all */
	char *package;	   /* (nullable): shell command from %{image} to %{kernel} */
	char *guest;	   /* (nullable): boards/guest/NAME.c that becomes /init of %{initrd} */
	guint64 disk;	   /* size in bytes of the sparse file %{disk}; 0 for none */
	char *console;	   /* shell command whose standard streams are the serial console, or
			    * tcp:HOST:PORT, tty:DEVICE:SPEED or labgrid:PLACE */
	BoardLine *line;   /* (nullable): a real board's power, loader and login */
	char *success;	   /* (nullable): regular expression for the end where no KTAP is spoken */
	int timeout;	   /* seconds a boot may take in all */
	int silence;	   /* seconds without a byte that mean a hang */

	char *build_digest; /* hash of what decides the image; without toolchain and project config
			     */
	char *boot_digest;  /* hash of what decides a boot's outcome; without image and guest */
} Board;

/**
 * board_load: finds NAME.board, in @dirs in their order.
 * @dirs: NULL-terminated folders, the project's own before those that came with bakeoff
 *
 * Errors: USAGE: not found (the hint lists the boards there are); an unknown key, a missing one or
 * a value out of range, as FILE:LINE.
 */
Board *board_load (const char *name, const char *const *dirs, GError **error);
void board_free (Board *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Board, board_free)

/** board_list: Returns: (transfer container) (element-type utf8): names in @dirs, sorted, once
 * each. */
GPtrArray *board_list (const char *const *dirs);
