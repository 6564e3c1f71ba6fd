/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A project: what bakeoff.conf says.
 *
 * All paths in it are made absolute, relative ones being relative to the file. Immutable once
 * loaded.
 */
#pragma once

#include <glib.h>

/* [config "NAME"]: a kernel configuration fragment. */
typedef struct {
	char *name;
	char **settings; /* CONFIG_X=value */
} ProjectConfig;

/* [variant "NAME"]: patches to put on the base. */
typedef struct {
	char *name;
	char *title;	/* (nullable): else it is its topmost patch's */
	char **patches; /* as written: relative to the patches folder */
} ProjectVariant;

typedef struct {
	char *path;	       /* of bakeoff.conf */
	char *dir;	       /* its folder */
	char *state_dir;       /* DIR/.bakeoff */
	char *repo;	       /* (nullable): the Linux repository */
	char *base;	       /* (nullable): revision; nullable for bakeoff import only */
	char *prelude;	       /* (nullable): a quilt folder */
	char *patches_dir;     /* where variants' patches are */
	char *subject;	       /* (nullable): of the thread, for replies */
	char *in_reply_to;     /* (nullable): Message-ID of the thread's first mail */
	gboolean descriptions; /* whether import keeps the mails' prose; yes */
	int fuzz;	       /* lines of context that patch(1) may ignore; 0 */
	char **signatures;   /* parts of the titles of the crash that this is about; may be empty */
	char **boards;	     /* names of the boards in use, each once */
	char **extra_boards; /* those that `all` adds; may be empty */
	GPtrArray *configs;  /* (element-type ProjectConfig): those in use, each once */
	GPtrArray *variants; /* (element-type ProjectVariant): without base, in file order */
	GPtrArray *all_configs; /* (element-type ProjectConfig): all that are defined */
} Project;

/** project_find: Returns: (transfer full) (nullable): bakeoff.conf in @dir or the nearest above. */
char *project_find (const char *dir);

/** project_load: Errors: USAGE, as FILE:LINE. */
Project *project_load (const char *path, GError **error);
void project_free (Project *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Project, project_free)

/**
 * project_patch_path: Returns: (transfer full): where a variant's @patch is: in the patches folder,
 * else relative to bakeoff.conf.
 */
char *project_patch_path (const Project *self, const char *patch);

/** project_config: Returns: (transfer none) (nullable): the defined config of that name. */
const ProjectConfig *project_config (const Project *self, const char *name);

/* What a new project begins with. All borrowed. */
typedef struct {
	const char *repo;  /* absolute */
	const char *base;  /* a revision */
	const char *about; /* one line about @base, for the reader */
	char **boards;	   /* names */
} ProjectStart;

/** project_create: writes a new bakeoff.conf. Errors: USAGE where there is a file at @path. */
gboolean project_create (const char *path, const ProjectStart *start, GError **error);

/* What an import adds to bakeoff.conf. All borrowed. */
typedef struct {
	const char *subject;	 /* (nullable): of the thread */
	const char *in_reply_to; /* (nullable): Message-ID of its first mail */
	GPtrArray *names;	 /* (element-type utf8): of variants */
	GPtrArray *titles;	 /* (nullable) (element-type utf8): nullable, each */
	GPtrArray *stacks;	 /* (element-type GStrv): their patches */
} ProjectAddition;

/**
 * project_add: appends to bakeoff.conf, in one write, what is not there yet.
 * @out_added: (out): how many variants were added
 *
 * A stack of patches that some variant has already, under whatever name, is left alone: users
 * rename. A name that is taken by other patches gets a number. A subject that is set is left alone.
 */
gboolean project_add (const Project *self, const ProjectAddition *addition, guint *out_added,
		      GError **error);
