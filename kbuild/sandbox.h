/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sandbox: where a stranger's patch is built, for building it runs the stranger's code.
 *
 * A command in it sees the whole machine read-only, without network, without the home folders, /tmp
 * and /run, without other processes, and without privileges; what it starts ends with it. It may
 * write to the mounts that it was given, each at a path that is the same for every slot, so that
 * equal sources give equal images. A mount is a folder, or an overlay: a lower folder whose files
 * it sees and that stays as it is, under a layer of its own.
 *
 * unshare(1) makes the namespaces in which overlays may be mounted, bubblewrap (bwrap(1)) does the
 * rest. Needs Linux 5.11 and user namespaces.
 */
#pragma once

#include <gio/gio.h>

typedef struct {
	const char *at;	   /* absolute path in the sandbox, below SANDBOX_ROOT */
	const char *lower; /* folder or file, absolute or relative to SandboxSpec.dir */
	const char *layer; /* (nullable): folder with up/, work/ and top/ (sandbox_make_layer()) */
} SandboxMount;

#define SANDBOX_ROOT "/tmp/bakeoff"

typedef struct {
	const char *data_dir;	     /* where kbuild/tools/sandbox is */
	const char *dir;	     /* what the mounts' folders are relative to */
	const SandboxMount *mounts;  /* up to one without `at` */
	const char *const *readable; /* (nullable): shown, read-only, wherever they are */
} SandboxSpec;

/** sandbox_wrap: Returns: (transfer full): @argv, as it must be started to run in the sandbox. */
char **sandbox_wrap (const SandboxSpec *spec, const char *const *argv);

/** sandbox_make_layer: the three folders of an overlay. @layer: absolute. */
gboolean sandbox_make_layer (const char *layer, GError **error);

/**
 * sandbox_check: runs a command in a sandbox with an overlay below @dir, once.
 *
 * Errors: FAILED with what is missing: bwrap, user namespaces, overlays on that file system.
 */
gboolean sandbox_check (const char *data_dir, const char *dir, GError **error);

/**
 * sandbox_readable: Returns: (transfer full): the folders that must be shown for @program to run,
 * where it lies in a hidden place: that of its name in our PATH, and that of the file which a link
 * leads to. Empty where none is hidden, or where it is not in our PATH.
 */
char **sandbox_readable (const char *program);
