/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "series/apply.h"
#include "series/subset-internal.h"

#define DEFAULT_MODE 0100644

/* A path that a step takes away or takes. */
typedef struct {
	guint patch, step, item;
	const char *path;
} Claim;

/* A stack while it is taken apart. */
typedef struct {
	Subset *subset;
	const Overlay *base;
	GHashTable *by_path; /* path → Body, or NULL where a step took it away */
	GArray *freed;	     /* (element-type Claim) */
	GArray *taken;	     /* (element-type Claim) */
	GArray *pairs;	     /* (element-type Need) */
} Taking;

typedef struct {
	guint item, needed;
} Need;

static void body_free (gpointer data)
{
	Body *body = data;

	weave_free (body->weave);
	g_clear_pointer (&body->content, g_bytes_unref);
	g_array_unref (body->modes);
	g_free (body);
}

static void item_clear (gpointer data)
{
	SubsetItem *item = data;

	g_free (item->name);
}

void subset_free (Subset *self)
{
	if (!self)
		return;
	g_ptr_array_unref (self->bodies);
	g_array_unref (self->steps);
	g_array_unref (self->items);
	g_ptr_array_unref (self->origins);
	g_ptr_array_unref (self->needs);
	g_ptr_array_unref (self->patches);
	g_free (self);
}

guint subset_size (const Subset *self)
{
	return self->items->len;
}

const SubsetItem *subset_item (const Subset *self, guint item)
{
	g_return_val_if_fail (item < self->items->len, NULL);
	return &g_array_index (self->items, SubsetItem, item);
}

GPtrArray *subset_needs (const Subset *self)
{
	return self->needs;
}

gboolean subset_is_closed (const Subset *self, const Bits *kept)
{
	guint i;

	for (i = bits_next (kept, 0); i < kept->size; i = bits_next (kept, i + 1)) {
		g_autofree Bits *missing = bits_copy (g_ptr_array_index (self->needs, i));

		bits_and_not (missing, kept);
		if (bits_count (missing) > 0)
			return FALSE;
	}
	return TRUE;
}

/* ---- files ---- */

static gboolean is_text (GBytes *content)
{
	gsize length;
	const char *data = g_bytes_get_data (content, &length);

	return !length || !memchr (data, '\0', length);
}

static Body *add_body (Taking *self, Weave *weave, guint mode)
{
	Body *body = g_new0 (Body, 1);

	body->weave = weave;
	body->mode = mode;
	body->modes = g_array_new (FALSE, FALSE, sizeof (ModeChange));
	body->named = WEAVE_NONE;
	g_ptr_array_add (self->subset->bodies, body);
	return body;
}

/* Returns: whether the stack, as far as it was taken apart, has a file at @path. */
static gboolean is_there (const Taking *self, const char *path)
{
	gpointer body;

	if (g_hash_table_lookup_extended (self->by_path, path, NULL, &body))
		return body != NULL;
	return overlay_kind (self->base, path) != ENTRY_NONE;
}

/* The stack applies, so that what is not known yet is a file of the base. */
static Body *find_body (Taking *self, const char *path, GError **error)
{
	Body *body = g_hash_table_lookup (self->by_path, path);
	g_autoptr (GBytes) content = NULL;
	guint mode = 0;

	if (body)
		return body;
	if (overlay_kind (self->base, path) != ENTRY_FILE)
		return fail_null (error, BAKEOFF_ERROR_PATCH, "%s: there is no such file", path);
	content = overlay_read (self->base, path, &mode, error);
	if (!content)
		return NULL;
	if (!is_text (content))
		return fail_null (error, BAKEOFF_ERROR_PATCH,
				  "%s: has a NUL byte in it and is no text", path);
	body = add_body (self, weave_new (content), mode);
	body->content = g_steal_pointer (&content);
	g_hash_table_insert (self->by_path, (gpointer) path, body);
	return body;
}

/* ---- items ---- */

static void add_need (Taking *self, guint item, guint needed)
{
	Need need = { item, needed };

	if (needed != WEAVE_NONE && needed != item)
		g_array_append_val (self->pairs, need);
}

static guint add_item (Taking *self, const Step *step, const WeaveRun *run, gboolean header)
{
	Subset *subset = self->subset;
	const FilePatch *file = step->file;
	guint hunk = header ? G_MAXUINT : run->hunk;
	SubsetItem item = { step->patch, step->index, hunk, 0, 0, 0, NULL };
	Hunk *origin = NULL;

	if (run) {
		item.line = header ? 0 : run->line;
		item.added = run->added;
		item.removed = run->removed;
		if (file->hunks->len)
			origin = g_ptr_array_index (file->hunks, run->hunk);
	}
	g_array_append_val (subset->items, item);
	g_ptr_array_add (subset->origins, origin);
	return subset->items->len - 1;
}

/* Names come when all items of a file are known: some say which change of their hunk they are. */
static void name_items (Taking *self, const Step *step)
{
	Subset *subset = self->subset;
	guint i, j;

	for (i = step->first; i < step->end; i++) {
		SubsetItem *item = &g_array_index (subset->items, SubsetItem, i);
		guint run = 0, runs = 0;

		for (j = step->first; j < step->end; j++) {
			gboolean same = subset_item (subset, j)->hunk == item->hunk;

			runs += same;
			run += same && j <= i;
		}
		item->name = subset__name (subset, step, item, run, runs);
	}
}

static void claim (GArray *claims, const Step *step, guint step_index, const char *path)
{
	const Claim claimed = { step->patch, step_index, step->header, path };

	g_array_append_val (claims, claimed);
}

static void change_mode (const Step *step, guint mode)
{
	const ModeChange change = { step->header, mode };

	g_array_append_val (step->body->modes, change);
}

/* ---- steps ---- */

static gboolean put_runs (Taking *self, Step *step, GError **error)
{
	g_autoptr (GArray) runs = weave_runs_new ();
	guint i, j, first = self->subset->items->len;

	if (!weave_put (step->body->weave, step->file, first, FALSE, runs, error))
		return FALSE;
	for (i = 0; i < runs->len; i++) {
		const WeaveRun *run = &g_array_index (runs, WeaveRun, i);
		guint item = add_item (self, step, run, FALSE);

		add_need (self, item, step->body->named);
		for (j = 0; j < run->touches->len; j++)
			add_need (self, item, g_array_index (run->touches, guint, j));
	}
	return TRUE;
}

static gboolean create_file (Taking *self, Step *step, GError **error)
{
	const FilePatch *file = step->file;
	g_autoptr (GArray) runs = weave_runs_new ();
	guint mode = file->new_mode ? file->new_mode : DEFAULT_MODE;

	step->body = add_body (self, weave_new (NULL), mode);
	if (!weave_put (step->body->weave, file, step->first, TRUE, runs, error))
		return FALSE;
	step->header = add_item (self, step, &g_array_index (runs, WeaveRun, 0), TRUE);
	step->body->named = step->header;
	claim (self->taken, step, self->subset->steps->len, file->new_path);
	g_hash_table_insert (self->by_path, file->new_path, step->body);
	return TRUE;
}

static gboolean delete_file (Taking *self, Step *step, GError **error)
{
	const FilePatch *file = step->file;
	WeaveRun run = { 0 };
	guint i;

	step->body = find_body (self, file->old_path, error);
	if (!step->body)
		return FALSE;
	for (i = 0; i < file->hunks->len; i++)
		run.removed += ((const Hunk *) g_ptr_array_index (file->hunks, i))->old_count;
	step->header = add_item (self, step, &run, TRUE);
	add_need (self, step->header, step->body->named);
	claim (self->freed, step, self->subset->steps->len, file->old_path);
	g_hash_table_insert (self->by_path, file->old_path, NULL);
	return TRUE;
}

/* A copy starts with what its source is at that time, whatever part of it is kept. */
static Body *copy_body (Taking *self, const Body *source)
{
	Body *body = add_body (self, weave_copy (source->weave), source->mode);

	g_array_append_vals (body->modes, source->modes->data, source->modes->len);
	body->content = source->content ? g_bytes_ref (source->content) : NULL;
	return body;
}

static gboolean move_file (Taking *self, Step *step, GError **error)
{
	const FilePatch *file = step->file;
	Body *source = find_body (self, file->old_path, error);
	gboolean renames = step->change == CHANGE_RENAME;

	if (!source)
		return FALSE;
	step->body = renames ? source : copy_body (self, source);
	step->header = add_item (self, step, NULL, TRUE);
	add_need (self, step->header, source->named);
	step->body->named = step->header;
	if (file->new_mode)
		change_mode (step, file->new_mode);
	if (renames) {
		claim (self->freed, step, self->subset->steps->len, file->old_path);
		g_hash_table_insert (self->by_path, file->old_path, NULL);
	}
	claim (self->taken, step, self->subset->steps->len, file->new_path);
	g_hash_table_insert (self->by_path, file->new_path, step->body);
	return put_runs (self, step, error);
}

static gboolean modify_file (Taking *self, Step *step, GError **error)
{
	const WeaveView now = { NULL, step->first };
	guint mode = step->file->new_mode;

	step->body = find_body (self, step->file->new_path, error);
	if (!step->body)
		return FALSE;
	if (mode && (mode != step->file->old_mode || mode != subset__mode (step->body, &now))) {
		step->header = add_item (self, step, NULL, TRUE);
		add_need (self, step->header, step->body->named);
		change_mode (step, mode);
	}
	return put_runs (self, step, error);
}

/* As patch_apply() does: `@@ -0,0` on a file that is not there creates it. */
static gboolean creates_silently (const Taking *self, const FilePatch *file)
{
	const Hunk *hunk = file->hunks->len == 1 ? g_ptr_array_index (file->hunks, 0) : NULL;

	return file->change == CHANGE_MODIFY && hunk && hunk->old_start == 0 &&
	       hunk->old_count == 0 && !is_there (self, file->new_path);
}

static gboolean take_file (Taking *self, guint patch, guint index, GError **error)
{
	Subset *subset = self->subset;
	const Patch *whole = g_ptr_array_index (subset->patches, patch);
	const FilePatch *file = g_ptr_array_index (whole->files, index);
	Step step = { patch, index, file, file->change, NULL, subset->items->len, 0, WEAVE_NONE };
	gboolean ok;

	if (creates_silently (self, file))
		step.change = CHANGE_CREATE;
	switch (step.change) {
	case CHANGE_CREATE:
		ok = create_file (self, &step, error);
		break;
	case CHANGE_DELETE:
		ok = delete_file (self, &step, error);
		break;
	case CHANGE_MODIFY:
		ok = modify_file (self, &step, error);
		break;
	default:
		ok = move_file (self, &step, error);
	}
	if (!ok)
		return g_prefix_error (error, "%s: ", whole->name), FALSE;
	step.end = subset->items->len;
	name_items (self, &step);
	g_array_append_val (subset->steps, step);
	return TRUE;
}

/* ---- needs ---- */

/* Whether one path is the other one, or a folder above it. */
static gboolean are_related (const char *a, const char *b)
{
	gsize length = MIN (strlen (a), strlen (b));

	return strncmp (a, b, length) == 0 &&
	       (a[length] == '/' || b[length] == '/' || (a[length] == '\0' && b[length] == '\0'));
}

/* Who takes a path needs those that made room for it. In one patch removals come first, wherever
 * they stand, but for those of the same path. */
static void need_room (Taking *self)
{
	guint i, j;

	for (i = 0; i < self->taken->len; i++)
		for (j = 0; j < self->freed->len; j++) {
			const Claim *taken = &g_array_index (self->taken, Claim, i);
			const Claim *freed = &g_array_index (self->freed, Claim, j);

			if (are_related (taken->path, freed->path) &&
			    (freed->step < taken->step || (freed->patch == taken->patch &&
							   strcmp (freed->path, taken->path) != 0)))
				add_need (self, taken->item, freed->item);
		}
}

static void collect_needs (Taking *self)
{
	Subset *subset = self->subset;
	guint i;

	need_room (self);
	for (i = 0; i < subset->items->len; i++)
		g_ptr_array_add (subset->needs, bits_new (subset->items->len));
	for (i = 0; i < self->pairs->len; i++) {
		const Need *need = &g_array_index (self->pairs, Need, i);

		bits_add (g_ptr_array_index (subset->needs, need->item), need->needed);
	}
}

/* ---- the whole ---- */

static gboolean apply_all (GPtrArray *patches, Overlay *overlay, GError **error)
{
	const ApplyOptions exact = { 0, NULL };
	guint i;

	for (i = 0; i < patches->len; i++)
		if (!patch_apply (g_ptr_array_index (patches, i), overlay, &exact, error))
			return FALSE;
	return TRUE;
}

/* That all items together are what the stack makes is the promise of all the rest. */
static gboolean check_files (const Taking *self, const Overlay *applied, GError **error)
{
	const WeaveView all = { NULL, self->subset->items->len };
	GHashTableIter iter;
	gpointer path, value;

	g_hash_table_iter_init (&iter, self->by_path);
	while (g_hash_table_iter_next (&iter, &path, &value)) {
		const Body *body = value;
		g_autoptr (GBytes) ours = body ? weave_content (body->weave, all) : NULL;
		g_autoptr (GBytes) theirs = NULL;
		guint mode = 0;

		if (!body && overlay_kind (applied, path) != ENTRY_FILE)
			continue;
		theirs = body ? overlay_read (applied, path, &mode, error) : NULL;
		if (body && !theirs)
			return FALSE;
		if (!body || !g_bytes_equal (ours, theirs) || subset__mode (body, &all) != mode)
			return fail (error, BAKEOFF_ERROR_PATCH,
				     "%s: cannot be taken apart: its changes together are not what "
				     "the patches make",
				     (const char *) path);
	}
	return TRUE;
}

static gboolean take_all (Taking *self, GError **error)
{
	GPtrArray *patches = self->subset->patches;
	g_autoptr (Overlay) applied = overlay_fork (self->base);
	guint i, j;

	if (!apply_all (patches, applied, error))
		return FALSE;
	for (i = 0; i < patches->len; i++) {
		const Patch *patch = g_ptr_array_index (patches, i);

		for (j = 0; j < patch->files->len; j++)
			if (!take_file (self, i, j, error))
				return FALSE;
	}
	collect_needs (self);
	return check_files (self, applied, error);
}

static gpointer copy_patch (gconstpointer patch, gpointer unused G_GNUC_UNUSED)
{
	return patch_copy (patch);
}

static Subset *new_empty (GPtrArray *patches)
{
	Subset *subset = g_new0 (Subset, 1);

	subset->patches = g_ptr_array_copy (patches, copy_patch, NULL);
	g_ptr_array_set_free_func (subset->patches, (GDestroyNotify) patch_free);
	subset->bodies = g_ptr_array_new_with_free_func (body_free);
	subset->steps = g_array_new (FALSE, FALSE, sizeof (Step));
	subset->items = g_array_new (FALSE, FALSE, sizeof (SubsetItem));
	g_array_set_clear_func (subset->items, item_clear);
	subset->origins = g_ptr_array_new ();
	subset->needs = g_ptr_array_new_with_free_func (g_free);
	return subset;
}

Subset *subset_new (GPtrArray *patches, const Overlay *base, GError **error)
{
	g_autoptr (Subset) subset = new_empty (patches);
	g_autoptr (GHashTable) by_path = g_hash_table_new (g_str_hash, g_str_equal);
	g_autoptr (GArray) freed = g_array_new (FALSE, FALSE, sizeof (Claim));
	g_autoptr (GArray) taken = g_array_new (FALSE, FALSE, sizeof (Claim));
	g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (Need));
	Taking taking = { subset, base, by_path, freed, taken, pairs };

	return take_all (&taking, error) ? g_steal_pointer (&subset) : NULL;
}
