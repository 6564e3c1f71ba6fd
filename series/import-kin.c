/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a version differs from the one before it, in words: what git range-diff shows as a diff of
 * diffs.
 */
#include <string.h>

#include "series/import-internal.h"
#include "series/subject.h"

/* More than so many differences are another patch. */
#define TOLD_MAX 6

/* What a hunk takes and gives: not where, and not what stands around it. */
static gboolean is_same_change (const Hunk *a, const Hunk *b)
{
	guint i = 0, j = 0;

	for (;;) {
		const PatchLine *left = NULL, *right = NULL;

		while (i < a->lines->len && ((PatchLine *) a->lines->pdata[i])->kind == ' ')
			i++;
		while (j < b->lines->len && ((PatchLine *) b->lines->pdata[j])->kind == ' ')
			j++;
		if (i == a->lines->len || j == b->lines->len)
			return i == a->lines->len && j == b->lines->len;
		left = a->lines->pdata[i++];
		right = b->lines->pdata[j++];
		if (left->kind != right->kind || strcmp (left->text, right->text) != 0)
			return FALSE;
	}
}

static const FilePatch *find_file (const Patch *patch, const FilePatch *like)
{
	guint i;

	for (i = 0; i < patch->files->len; i++)
		if (g_str_equal (patch_path (patch->files->pdata[i]), patch_path (like)))
			return patch->files->pdata[i];
	return NULL;
}

static void tell (GPtrArray *told, const char *where, guint hunk, const char *path,
		  const char *what)
{
	g_ptr_array_add (told,
			 hunk ? g_strdup_printf ("%shunk %u of %s %s", where, hunk, path, what)
			      : g_strdup_printf ("%s%s %s", where, path, what));
}

/* Equal hunks pair first, in order; of what lies between them, the first with the first. */
static void compare_files (const FilePatch *old, const FilePatch *new, const char *where,
			   GPtrArray *told)
{
	const char *path = patch_path (new);
	guint i = 0, j = 0;

	while (i < old->hunks->len || j < new->hunks->len) {
		guint skip_old = 0, skip_new = 0, sum = 0;
		gboolean found = FALSE;

		/* the nearest pair that is equal */
		for (sum = 0; !found && sum <= old->hunks->len - i + new->hunks->len - j; sum++) {
			for (skip_old = 0; skip_old <= sum && !found; skip_old++) {
				skip_new = sum - skip_old;
				found = i + skip_old < old->hunks->len &&
					j + skip_new < new->hunks->len &&is_same_change (
							       old->hunks->pdata[i + skip_old],
							       new->hunks->pdata[j + skip_new]);
				if (found)
					break;
			}
		}
		if (!found) {
			skip_old = old->hunks->len - i;
			skip_new = new->hunks->len - j;
		}
		for (; skip_old && skip_new; skip_old--, skip_new--, i++, j++)
			tell (told, where, j + 1, path, "changed");
		for (; skip_new; skip_new--, j++)
			tell (told, where, j + 1, path, "added");
		for (; skip_old; skip_old--, i++)
			tell (told, where, i + 1, path, "dropped");
		i += found;
		j += found;
	}
}

static void compare_patches (const Posted *old, const Posted *new, const char *where,
			     GPtrArray *told)
{
	const Patch *a = old->repaired ? old->repaired->patch : NULL;
	const Patch *b = new->repaired ? new->repaired->patch : NULL;
	guint i;

	if (old == new || !a || !b)
		return;
	for (i = 0; i < b->files->len; i++) {
		const FilePatch *file = b->files->pdata[i], *before = find_file (a, file);

		if (before)
			compare_files (before, file, where, told);
		else
			tell (told, where, 0, patch_path (file), "added");
	}
	for (i = 0; i < a->files->len; i++)
		if (!find_file (b, a->files->pdata[i]))
			tell (told, where, 0, patch_path (a->files->pdata[i]), "dropped");
}

/* The patch of @group that @posted is a version of: by its title, else by its number. */
static Posted *counterpart (const Group *group, const Posted *posted, guint index)
{
	guint i;

	for (i = 0; i < group->members->len; i++) {
		Posted *other = group->members->pdata[i];

		if (other && (other == posted || subject_same_work (other->title, posted->title)))
			return other;
	}
	return index < group->members->len ? group->members->pdata[index] : NULL;
}

static void compare_groups (const Group *new, const Group *old, GPtrArray *told)
{
	g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL);
	guint i;

	for (i = 0; i < new->members->len; i++) {
		const Posted *posted = new->members->pdata[i];
		Posted *before = posted ? counterpart (old, posted, i) : NULL;
		g_autofree char *where =
			new->total ? g_strdup_printf ("%u/%u: ", i + 1, new->total) : g_strdup ("");

		if (!posted)
			continue;
		if (before && g_hash_table_add (used, before))
			compare_patches (before, posted, where, told);
		else
			g_ptr_array_add (told, g_strdup_printf ("%u/%u added", i + 1, new->total));
	}
	for (i = 0; i < old->members->len; i++)
		if (old->members->pdata[i] && !g_hash_table_contains (used, old->members->pdata[i]))
			g_ptr_array_add (
				told, g_strdup_printf ("%u/%u of it dropped", i + 1, old->total));
}

char *import__kin (const Group *group, const Group *older)
{
	g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);
	GString *out = g_string_new (NULL);
	guint i;

	compare_groups (group, older, told);
	g_string_printf (out, "v%u = v%u", group->version, older->version);
	if (group->version == older->version)
		g_string_assign (out, "the resent one = the first");
	if (told->len == 0)
		g_string_append (out, " with the same changes");
	for (i = 0; i < told->len && i < TOLD_MAX; i++)
		g_string_append_printf (out, "%s%s", i ? ", " : " with ", (char *) told->pdata[i]);
	if (told->len > TOLD_MAX)
		g_string_append_printf (out, " and %u more", told->len - TOLD_MAX);
	return g_string_free (out, FALSE);
}
