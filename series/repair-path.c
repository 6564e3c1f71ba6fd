/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which file of the base a patch means.
 */
#include <string.h>

#include "series/path.h"
#include "series/repair.h"

/* A name that one file of the patch may have in the base. */
typedef struct {
	const char *path; /* as posted */
	guint level;
	gboolean bare; /* without its suffix */
} Guess;

static char *guess_path (const Guess *guess)
{
	const char *rest = guess->path ? path_strip (guess->path, guess->level) : NULL;

	if (!rest || !path_is_safe (rest))
		return NULL;
	return guess->bare ? path_without_suffix (rest) : g_strdup (rest);
}

static gboolean is_in_base (const Overlay *base, const char *path)
{
	return overlay_kind (base, path) == ENTRY_FILE;
}

static gboolean has_folder (const Overlay *base, const char *path)
{
	const char *slash = strrchr (path, '/');
	g_autofree char *folder = slash ? g_strndup (path, (gsize) (slash - path)) : NULL;

	return !folder || overlay_kind (base, folder) == ENTRY_FOLDER;
}

/* The file's name at @level, if the base has it; the posted new name before the old one, whole
 * names before ones that lost a suffix. */
static char *find_in_base (const FilePatch *file, guint level, const Overlay *base)
{
	const Guess guesses[] = {
		{ file->new_path, level, FALSE },
		{ file->old_path, level, FALSE },
		{ file->new_path, level, TRUE },
		{ file->old_path, level, TRUE },
	};
	guint i;

	if (file->change == CHANGE_RENAME || file->change == CHANGE_COPY) {
		char *old = guess_path (&guesses[1]);

		if (old && is_in_base (base, old))
			return old;
		g_free (old);
		return NULL;
	}
	for (i = 0; i < G_N_ELEMENTS (guesses); i++) {
		g_autofree char *path = guess_path (&guesses[i]);

		if (path && (file->change == CHANGE_CREATE ? has_folder (base, path)
							   : is_in_base (base, path)))
			return g_steal_pointer (&path);
	}
	return NULL;
}

static gboolean all_in_base (const Patch *patch, guint level, const Overlay *base)
{
	guint i;

	for (i = 0; i < patch->files->len; i++) {
		g_autofree char *path =
			find_in_base (g_ptr_array_index (patch->files, i), level, base);

		if (!path)
			return FALSE;
	}
	return TRUE;
}

static gboolean starts_with_tree (const char *path)
{
	return g_str_has_prefix (path, "a/") || g_str_has_prefix (path, "b/") ||
	       g_str_has_prefix (path, "./") ||
	       g_regex_match_simple ("^linux([-._][^/]*)?/", path, G_REGEX_RAW, 0);
}

/* Without a base: old and new differ in their first name, or that name is one of a tree. */
static guint guess_level (const Patch *patch)
{
	const FilePatch *file = g_ptr_array_index (patch->files, 0);
	const char *old_rest = file->old_path ? strchr (file->old_path, '/') : NULL;
	const char *new_rest = file->new_path ? strchr (file->new_path, '/') : NULL;

	if (file->git || starts_with_tree (patch_path (file)))
		return 1;
	if (!old_rest || !new_rest)
		return 0;
	return old_rest - file->old_path != new_rest - file->new_path ||
	       strncmp (file->old_path, file->new_path, (gsize) (old_rest - file->old_path)) != 0;
}

static guint choose_level (const Patch *patch, const Overlay *base, gboolean *out_proven)
{
	guint guess = guess_level (patch), level, deepest = 0, i;

	*out_proven = base && all_in_base (patch, guess, base);
	if (*out_proven || !base)
		return guess;
	for (i = 0; i < patch->files->len; i++)
		deepest = MAX (deepest,
			       path_depth (patch_path (g_ptr_array_index (patch->files, i))));
	for (level = 0; level < deepest; level++) {
		if (!all_in_base (patch, level, base))
			continue;
		*out_proven = TRUE;
		return level;
	}
	return guess;
}

/* Without a base a suffix goes only if both sides carry one, and agree without it. */
static char *strip_both (const FilePatch *file, guint level)
{
	const Guess new_guess = { file->new_path, level, TRUE };
	const Guess old_guess = { file->old_path, level, TRUE };
	const Guess plain = { patch_path (file), level, FALSE };
	g_autofree char *new_bare = guess_path (&new_guess);
	g_autofree char *old_bare = guess_path (&old_guess);

	if (file->change == CHANGE_MODIFY && new_bare && g_strcmp0 (new_bare, old_bare) == 0)
		return g_steal_pointer (&new_bare);
	return guess_path (&plain);
}

static void set_paths (FilePatch *file, const char *path, guint level)
{
	g_autofree char *posted_new = g_strdup (file->new_path);

	if (file->old_path) {
		g_free (file->old_path);
		file->old_path = g_strdup (path);
	}
	if (!file->new_path)
		return;
	g_free (file->new_path);
	file->new_path = file->change == CHANGE_RENAME || file->change == CHANGE_COPY
				 ? g_strdup (path_strip (posted_new, level))
				 : g_strdup (path);
}

/* What a canonical patch would have said needs no mention. */
static gboolean is_canonical (const FilePatch *file, const char *path)
{
	gboolean moved = file->change == CHANGE_RENAME || file->change == CHANGE_COPY;
	const char *posted = moved ? file->old_path : patch_path (file);

	return (g_str_has_prefix (posted, "a/") || g_str_has_prefix (posted, "b/")) &&
	       strcmp (posted + 2, path) == 0;
}

void repair__paths (Patch *patch, const Overlay *base, GPtrArray *repairs)
{
	gboolean proven;
	guint i, level = choose_level (patch, base, &proven);

	for (i = 0; i < patch->files->len; i++) {
		FilePatch *file = g_ptr_array_index (patch->files, i);
		g_autofree char *found = proven ? find_in_base (file, level, base) : NULL;
		const char *why = "the base has this file";

		if (found && file->change == CHANGE_CREATE)
			why = "the base has its folder";
		if (!found) {
			found = strip_both (file, level);
			why = base ? "by its form alone: the base has no such file"
				   : "by its form alone: there is no base to check against";
		}
		if (!found)
			continue;
		if (!is_canonical (file, found))
			g_ptr_array_add (
				repairs,
				g_strdup_printf ("path '%s' read as '%s' (strip level %u): "
						 "%s",
						 patch_path (file), found, level, why));
		set_paths (file, found, level);
	}
}
