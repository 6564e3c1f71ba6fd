/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/apply.h"
#include "series/git.h"
#include "series/merge.h"

struct Merger {
	Repo *repo;
	GPtrArray *patches; /* (element-type Patch), borrowed: lowest first */
};

Merger *merger_new (Repo *repo)
{
	Merger *self = g_new0 (Merger, 1);

	self->repo = repo;
	self->patches = g_ptr_array_new ();
	return self;
}

void merger_free (Merger *self)
{
	if (!self)
		return;
	g_ptr_array_unref (self->patches);
	g_free (self);
}

void merger_add (Merger *self, const Patch *patch)
{
	g_ptr_array_add (self->patches, (gpointer) patch);
}

/* ---- blobs by a part of their id ---- */

typedef struct {
	git_odb *odb;
	git_oid id; /* of the first blob found */
	guint found;
} Search;

static gboolean is_blob (git_odb *odb, const git_oid *id)
{
	git_object_t type = GIT_OBJECT_INVALID;
	size_t size;

	return git_odb_read_header (&size, &type, odb, id) == 0 && type == GIT_OBJECT_BLOB;
}

/* An abbreviated id may be that of a tree as well as a blob's, and libgit2 tells only that there
 * are two: the next digit is tried then, until each object stands alone. */
static void search_blobs (Search *self, const char *prefix)
{
	gsize length = strlen (prefix);
	git_oid start, id;
	const char *digit;
	int result;

	if (git_oid_fromstrn (&start, prefix, length) != 0)
		return;
	result = git_odb_exists_prefix (&id, self->odb, &start, length);
	if (result == 0 && is_blob (self->odb, &id)) {
		if (self->found++ == 0)
			self->id = id;
		return;
	}
	for (digit = "0123456789abcdef"; result == GIT_EAMBIGUOUS && *digit; digit++) {
		g_autofree char *longer = g_strdup_printf ("%s%c", prefix, *digit);

		search_blobs (self, longer);
	}
}

static GBytes *read_blob (const Merger *self, const char *prefix, char **out_why, GError **error)
{
	g_autoptr (git_odb) odb = NULL;
	g_autoptr (git_blob) blob = NULL;
	Search search = { 0 };

	if (git_repository_odb (&odb, repo__git (self->repo)) != 0)
		return git__fail (error, "reading the repository"), NULL;
	search.odb = odb;
	search_blobs (&search, prefix);
	if (search.found != 1) {
		*out_why = g_strdup_printf (search.found ? "of blobs called %s there are several, "
							   "so it cannot be merged"
							 : "there is no blob %s to merge it by",
					    prefix);
		return NULL;
	}
	if (git_blob_lookup (&blob, repo__git (self->repo), &search.id) != 0)
		return git__fail (error, prefix), NULL;
	return g_bytes_new (git_blob_rawcontent (blob), (gsize) git_blob_rawsize (blob));
}

/* ---- blobs that the patches below make ---- */

static gboolean is_called (GBytes *content, const char *prefix)
{
	gsize length;
	gconstpointer data = g_bytes_get_data (content, &length);
	git_oid id;

	return git_odb_hash (&id, data ? data : "", length, GIT_OBJECT_BLOB) == 0 &&
	       g_str_has_prefix (git_oid_tostr_s (&id), prefix);
}

static gboolean may_be (const char *a, const char *b)
{
	return a && b && strncmp (a, b, MIN (strlen (a), strlen (b))) == 0;
}

static GBytes *find_blob (const Merger *self, const char *prefix, guint below, char **out_why,
			  GError **error);

/* What @file, of the patch called @index, makes of the blob that it was made on, if that is the one
 * called @prefix. */
static GBytes *make_blob (const Merger *self, guint index, const FilePatch *file,
			  const char *prefix)
{
	g_autofree char *why = NULL;
	g_autoptr (GBytes) old = NULL;
	g_autoptr (GBytes) made = NULL;

	if (file->change == CHANGE_CREATE)
		old = g_bytes_new_static ("", 0);
	else if (file->old_blob)
		old = find_blob (self, file->old_blob, index, &why, NULL);
	if (old)
		made = file_patch__apply (self->patches->pdata[index], file, old, NULL);
	return made && is_called (made, prefix) ? g_steal_pointer (&made) : NULL;
}

/* The blob called @prefix, for a patch that lies on @below others. What those make of it goes
 * before what the repository has: an earlier run may have written it there, or not. */
static GBytes *find_blob (const Merger *self, const char *prefix, guint below, char **out_why,
			  GError **error)
{
	guint i, j;

	for (i = below; i > 0; i--) {
		const Patch *patch = self->patches->pdata[i - 1];

		for (j = 0; j < patch->files->len; j++) {
			const FilePatch *file = patch->files->pdata[j];
			GBytes *made = may_be (file->new_blob, prefix)
					       ? make_blob (self, i - 1, file, prefix)
					       : NULL;

			if (made)
				return made;
		}
	}
	return read_blob (self, prefix, out_why, error);
}

/* ---- merging ---- */

static git_merge_file_input input_of (GBytes *content)
{
	git_merge_file_input input = GIT_MERGE_FILE_INPUT_INIT;
	gsize length;
	const char *data = g_bytes_get_data (content, &length);

	input.ptr = data ? data : "";
	input.size = length;
	return input;
}

/* @out_merged: NULL where there are conflicts. */
static gboolean merge (GBytes *old, GBytes *ours, GBytes *theirs, GBytes **out_merged,
		       GError **error)
{
	const git_merge_file_input ancestor = input_of (old);
	const git_merge_file_input one = input_of (ours), other = input_of (theirs);
	git_merge_file_result result = { 0 };

	*out_merged = NULL;
	if (git_merge_file (&result, &ancestor, &one, &other, NULL) != 0)
		return git__fail (error, "merging");
	if (result.automergeable)
		*out_merged = g_bytes_new (result.ptr, result.len);
	git_merge_file_result_free (&result);
	return TRUE;
}

GBytes *merger_merge (const Merger *self, const Patch *patch, const FilePatch *file, GBytes *ours,
		      char **out_why, GError **error)
{
	g_autoptr (GBytes) old = NULL;
	g_autoptr (GBytes) theirs = NULL;
	g_autoptr (GBytes) again = NULL;
	GBytes *merged = NULL;
	guint below = 0;

	if (!file->old_blob) {
		*out_why = g_strdup ("without an index line it cannot be merged");
		return NULL;
	}
	g_ptr_array_find (self->patches, patch, &below);
	old = find_blob (self, file->old_blob, below, out_why, error);
	if (!old)
		return NULL;
	theirs = file_patch__apply (patch, file, old, NULL);
	if (!theirs) {
		*out_why = g_strdup_printf (
			"it does not fit on blob %s, which its index line names", file->old_blob);
		return NULL;
	}
	if (!merge (old, ours, theirs, &merged, error))
		return NULL;
	if (!merged)
		*out_why =
			g_strdup_printf ("merged over blob %s there are conflicts", file->old_blob);
	else if (!merge (old, merged, theirs, &again, error))
		g_clear_pointer (&merged, g_bytes_unref);
	else if (!again || !g_bytes_equal (merged, again)) {
		*out_why = g_strdup_printf ("merged over blob %s its place is not certain",
					    file->old_blob);
		g_clear_pointer (&merged, g_bytes_unref);
	}
	return merged;
}
