/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tree and a configuration become an image.
 */
#pragma once

#include <gio/gio.h>

#include "kbuild/jobserver.h"
#include "kbuild/slot.h"
#include "kbuild/toolchain.h"

/* What is to be built. All strings are borrowed. */
typedef struct {
	const Toolchain *toolchain;
	const char *toolchain_identity; /* as toolchain_identity() gave it */
	const char *data_dir;		/* where kbuild/tools/bin is, which goes first in PATH */
	const char *arch;		/* ARCH= */
	const char *defconfig;		/* make target of the first .config */
	const char *const *settings;	/* CONFIG_X=value, put over it, later ones win */
	const char *target;		/* make targets, with blanks between */
	const char *image;		/* what it makes, relative to the object directory */
	const char *const *dtbs; /* the same: of these device trees the first that is there goes
				  * in front of the image, see base/devicetree.h; may be empty */
	const char *images_dir;	 /* where images are kept under their SHA-256 */
	const char *log;	 /* file that gets all that make printed */
	Jobserver *jobserver;
	const char *ccache_dir; /* (nullable): use ccache(1), its cache there */
} BuildSpec;

typedef struct {
	char *sha256;	  /* of the image, which is a file of that name in images_dir */
	gboolean modules; /* the configuration has modules, which are neither built nor in the image
			   */
	double seconds;
} BuildResult;

void build_result_free (BuildResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BuildResult, build_result_free)

/**
 * build_run: builds what is in @slot.
 *
 * Errors: BUILD where the compiler or Kbuild says no: the message is the first error of the log.
 * So it is where a variant's own Kconfig files do not take the options that base took.
 * CONFIG where base cannot be configured as asked: an option did not take, or make's own
 * configuration ended in an error. FAILED for all that is not the source's fault: a full disk, a
 * compiler that was killed or is missing, a sandbox that cannot be made. CANCELLED.
 */
BuildResult *build_run (const BuildSpec *spec, Slot *slot, GCancellable *cancellable,
			GError **error);

/**
 * build_is_ready: whether base's @slot is where build_run() of @spec left it, well or with an error
 * of the compiler, so that variants can start from it.
 */
gboolean build_is_ready (const BuildSpec *spec, const Slot *slot);

/** build_ccache_folder: Returns: (transfer full) (nullable): links of compilers' names to ccache.
 */
char *build_ccache_folder (void);

/**
 * build_first_error: the first error that a compiler, linker or make printed.
 *
 * Returns: (transfer full) (nullable): that line, the slot's paths taken out.
 */
char *build_first_error (const char *log_text, const char *source);

/** image_is_sound: whether @images_dir holds an image of that hash, its bytes read and hashed. */
gboolean image_is_sound (const char *images_dir, const char *sha256);
