/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The results store: .bakeoff/results.db, SQLite with a write-ahead log.
 *
 * It remembers builds by their key and boots by theirs, whichever command asked for them. Of
 * trouble on our own side only boots are stored, to be counted: all of it is tried again. A Store
 * belongs to one thread.
 */
#pragma once

#include <glib.h>

#include "boards/boot.h"

typedef struct Store Store;

typedef struct {
	gboolean ok;
	char *image;	    /* SHA-256, where ok */
	gboolean modules;   /* see BuildResult */
	gboolean unread;    /* base's image, without a build: no build of base read what differs */
	gboolean unguarded; /* built without a sandbox */
	gboolean unconfigured; /* not ok: this base cannot be configured as asked */
	char *detail;	       /* the first error, where not */
	char *changes; /* (nullable): what differs from base's objects: a line, then a listing */
	double seconds;
	char *log;
} StoredBuild;

typedef struct {
	BootResult *result;
	char *log;
} StoredBoot;

void stored_build_free (StoredBuild *self);
void stored_boot_free (StoredBoot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoredBuild, stored_build_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoredBoot, stored_boot_free)

/** store_open: makes @path where it is missing. Errors: FAILED, also for a newer version's file. */
Store *store_open (const char *path, GError **error);
void store_free (Store *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Store, store_free)

/** store_ignore_known: from now on @self answers only with what is put into it after this call. */
gboolean store_ignore_known (Store *self, GError **error);

/** store_get_build: Returns: (transfer full) (nullable): NULL without an error: not known. */
StoredBuild *store_get_build (Store *self, const char *key, GError **error);
gboolean store_put_build (Store *self, const char *key, const StoredBuild *build, GError **error);

/** store_forget_build: for a build whose image is gone. */
gboolean store_forget_build (Store *self, const char *key, GError **error);

/**
 * store_set_irreproducible: keeps that two builds of key @key gave different images, and where;
 * NULL: equal ones.
 */
gboolean store_set_irreproducible (Store *self, const char *key, const char *difference,
				   GError **error);

/** store_get_irreproducible: Returns: (transfer full) (nullable): that difference. */
char *store_get_irreproducible (Store *self, const char *key, GError **error);

/** store_get_boots: Returns: (transfer container) (element-type StoredBoot): oldest first. */
GPtrArray *store_get_boots (Store *self, const char *key, GError **error);
gboolean store_add_boot (Store *self, const char *key, const BootResult *result, const char *log,
			 GError **error);
