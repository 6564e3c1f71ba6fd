/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "cmd/import-quilt.h"
#include "series/names.h"
#include "series/patch-file.h"
#include "series/quilt-stack.h"

/* What becomes of one patch. */
typedef struct {
	const QuiltEntry *entry;
	char *name;   /* what the project calls it */
	char *target; /* its file there */
	char *text;   /* what that file shall hold */
	QuiltOptions options;
	gboolean new;	  /* no variant had it */
	gboolean changed; /* the file gets another text, or its line in `series` other options */
} Returned;

typedef struct {
	const Project *project;
	QuiltStack *stack;
	char *variant;	     /* of the project, or to be */
	GPtrArray *returned; /* (element-type Returned) */
	char *tree;	     /* (nullable): what all patches make; NULL where it was not tried */
	GPtrArray *notes;    /* (element-type utf8) */
	guint added;	     /* variants */
} Return;

static void returned_free (Returned *self)
{
	g_free (self->name);
	g_free (self->target);
	g_free (self->text);
	g_free (self);
}

static void return_clear (Return *self)
{
	g_clear_pointer (&self->stack, quilt_stack_free);
	g_free (self->variant);
	g_clear_pointer (&self->returned, g_ptr_array_unref);
	g_free (self->tree);
	g_clear_pointer (&self->notes, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Return, return_clear)

static void note (Return *self, char *text)
{
	g_ptr_array_add (self->notes, text);
}

/* ---- whose patches they are ---- */

static const ProjectVariant *find_variant (const Project *project, const char *name)
{
	guint i;

	for (i = 0; i < project->variants->len; i++) {
		const ProjectVariant *variant = project->variants->pdata[i];

		if (g_str_equal (variant->name, name))
			return variant;
	}
	return NULL;
}

static const char *find_patch (const ProjectVariant *variant, const char *name)
{
	guint i;

	for (i = 0; variant && variant->patches[i]; i++) {
		g_autofree char *called = quilt_tree_name (variant->patches[i]);

		if (g_str_equal (called, name))
			return variant->patches[i];
	}
	return NULL;
}

/* A tree of ours may hold any patch of the project's. In a stranger's, a name that one of ours has
 * too means nothing, unless it was imported before. */
static const char *find_known (const Return *self, const char *name)
{
	const Project *project = self->project;
	const char *known = find_patch (find_variant (project, self->variant), name);
	guint i;

	for (i = 0; !known && self->stack->marked && i < project->variants->len; i++)
		known = find_patch (project->variants->pdata[i], name);
	return known;
}

static char *clean_name (const char *text)
{
	g_autofree char *name = g_strdup (text);
	char *c;

	for (c = name; *c; c++)
		if (!g_ascii_isalnum (*c) && !strchr ("-_", *c))
			*c = '-';
	for (c = name; *c && !g_ascii_isalnum (*c); c++)
		;
	return g_strdup (*c ? c : "quilt");
}

/* The folder's name; that of the one above where it is merely called `patches`. */
static char *name_of_folder (const char *dir)
{
	g_autofree char *above = g_path_get_dirname (dir);
	g_autofree char *name = g_path_get_basename (dir);
	g_autofree char *other = g_path_get_basename (above);

	return clean_name (g_str_equal (name, QUILT_PATCHES) ? other : name);
}

static gboolean read_text (Returned *self, GError **error)
{
	gsize length = 0;
	g_autofree char *changed = files_read (self->entry->path, &length, error);
	g_autofree char *old = NULL;
	QuiltOptions known;

	if (changed && strlen (changed) < length)
		return fail (error, BAKEOFF_ERROR_USAGE, "%s: '%s' is no text", self->entry->where,
			     self->entry->name);
	if (!changed || !quilt_options (self->entry->path, &self->options, error))
		return FALSE;
	g_file_get_contents (self->target, &old, NULL, NULL);
	self->text = old ? quilt_keep_header (old, changed) : g_strdup (changed);
	self->changed = !old || strcmp (old, self->text) != 0;
	if (self->new &&old && self->changed)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "%s: the project has another patch '%s'\n"
			     "give this one another name with 'quilt rename'",
			     self->entry->where, self->name);
	if (self->new || !quilt_options (self->target, &known, error))
		return self->new;
	self->changed |=
		known.level != self->options.level || known.reverse != self->options.reverse;
	return TRUE;
}

static gboolean read_returned (Return *self, const QuiltEntry *entry, GError **error)
{
	Returned *one = g_new0 (Returned, 1);
	const char *known = find_known (self, entry->name);

	g_ptr_array_add (self->returned, one);
	one->entry = entry;
	one->new = !known;
	one->name = g_strdup (known ? known : entry->name);
	one->target = known ? project_patch_path (self->project, known)
			    : g_build_filename (self->project->patches_dir, entry->name, NULL);
	return read_text (one, error);
}

/* ---- whether they apply ---- */

static Applied *apply_lowest (const Return *self, Repo *repo, const char *base,
			      const Prelude *prelude, guint n, GError **error)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (Variant) variant = NULL;
	guint i;

	for (i = 0; i < n; i++) {
		const QuiltEntry *entry = self->stack->entries->pdata[i];

		g_ptr_array_add (paths, g_strdup (entry->path));
	}
	variant = variant_new (self->variant, paths, error);
	return variant ? variant_apply (repo, base, prelude, variant, self->project->fuzz, error)
		       : NULL;
}

static gboolean note_forgotten (Return *self, Repo *repo, const char *base, const Prelude *prelude,
				GError **error)
{
	g_autoptr (Applied) pushed =
		apply_lowest (self, repo, base, prelude, self->stack->pushed, error);
	g_autoptr (GPtrArray) forgotten = NULL;
	guint i;

	if (!pushed)
		return FALSE;
	forgotten = quilt_stack_forgotten (self->stack, repo, pushed->tree, error);
	for (i = 0; forgotten && i < forgotten->len; i++)
		note (self, g_strdup_printf ("'%s' was edited and is not in the patches: "
					     "'quilt refresh' was not called",
					     (char *) forgotten->pdata[i]));
	return forgotten != NULL;
}

static gboolean try_on (Return *self, Repo *repo, const char *base, GError **error)
{
	const char *folder = self->stack->mark.base_only ? NULL : self->project->prelude;
	g_autoptr (Prelude) prelude = folder ? prelude_read (folder, error) : prelude_new ();
	g_autoptr (Applied) applied = NULL;
	guint i;

	if (!prelude)
		return FALSE;
	applied = apply_lowest (self, repo, base, prelude, self->stack->entries->len, error);
	if (!applied)
		return FALSE;
	if (!applied->ok)
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "nothing was imported, for it does not apply: %s\n"
			     "mend it with quilt push and quilt refresh, or name the commit that "
			     "it is for with --base",
			     applied->detail);
	for (i = 0; i < applied->notes->len; i++)
		if (!g_str_has_prefix (applied->notes->pdata[i], PRELUDE_NOTE))
			note (self, g_strdup (applied->notes->pdata[i]));
	self->tree = g_strdup (applied->tree);
	return !self->stack->marked || note_forgotten (self, repo, base, prelude, error);
}

static gboolean try_out (Return *self, const Selection *selection, GError **error)
{
	const Project *project = self->project;
	const char *path = selection->repo ? selection->repo : project->repo;
	const char *rev = selection->base	? selection->base
			  : self->stack->marked ? self->stack->mark.base
						: project->base;
	g_autoptr (Repo) repo = NULL;
	g_autofree char *base = NULL;

	if (!path || !rev) {
		fprintf (stderr,
			 "bakeoff: warning: no %s: nobody knows whether the patches apply\n",
			 path ? "base" : "repository");
		return TRUE;
	}
	repo = repo_open (path, error);
	base = repo ? repo_resolve (repo, rev, error) : NULL;
	return base && try_on (self, repo, base, error);
}

/* ---- what else there is to tell ---- */

static gboolean is_in_series (const Return *self, const char *patch)
{
	g_autofree char *called = quilt_tree_name (patch);
	guint i;

	for (i = 0; i < self->returned->len; i++) {
		const Returned *one = self->returned->pdata[i];

		if (g_str_equal (one->entry->name, called))
			return TRUE;
	}
	return FALSE;
}

static void note_removed (Return *self)
{
	const ProjectVariant *variant = find_variant (self->project, self->variant);
	guint i;

	for (i = 0; variant && variant->patches[i]; i++)
		if (!is_in_series (self, variant->patches[i]))
			note (self, g_strdup_printf ("'%s' is no longer in the series: variant "
						     "'%s' keeps it",
						     variant->patches[i], variant->name));
}

/* Other variants change with a patch that they share. */
static void note_shared (Return *self)
{
	guint i, j;

	for (i = 0; i < self->returned->len; i++) {
		const Returned *one = self->returned->pdata[i];

		for (j = 0; one->changed && j < self->project->variants->len; j++) {
			const ProjectVariant *variant = self->project->variants->pdata[j];

			if (!g_str_equal (variant->name, self->variant) &&
			    g_strv_contains ((const char *const *) variant->patches, one->name))
				note (self, g_strdup_printf ("variant '%s' has '%s' too",
							     variant->name, one->name));
		}
	}
}

/* ---- writing ---- */

static gboolean is_in_patches (const Return *self, const Returned *one)
{
	g_autofree char *path = g_canonicalize_filename (one->name, self->project->patches_dir);

	return g_str_equal (path, one->target);
}

static gboolean write_series (const Return *self, GError **error)
{
	const char *dir = self->project->patches_dir;
	g_autofree char *path = g_build_filename (dir, QUILT_SERIES, NULL);
	g_autofree char *text = NULL;
	const char *below = NULL;
	guint i;

	if (!g_file_get_contents (path, &text, NULL, NULL))
		text = g_strdup ("");
	for (i = 0; i < self->returned->len; i++) {
		const Returned *one = self->returned->pdata[i];
		g_autofree char *comment = quilt_comment (one->entry->path);
		char *longer;

		if ((one->new || one->changed) && is_in_patches (self, one)) {
			longer = quilt_put (text, one->name, &one->options, comment, below);
			g_free (text);
			text = longer;
		}
		below = one->name;
	}
	return !*text || files_write_if_changed (path, text, (gssize) strlen (text), NULL, error);
}

static gboolean write_patches (const Return *self, GError **error)
{
	guint i;

	for (i = 0; i < self->returned->len; i++) {
		const Returned *one = self->returned->pdata[i];
		g_autofree char *folder = g_path_get_dirname (one->target);

		if (one->changed &&
		    (!files_make_dir (folder, error) ||
		     !files_write_if_changed (one->target, one->text, (gssize) strlen (one->text),
					      NULL, error)))
			return FALSE;
	}
	return TRUE;
}

/* A new patch names its variant; a stack that has none is called as the one that it was. */
static char *name_variant (const Return *self, GError **error)
{
	g_autoptr (GHashTable) taken =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	guint i;

	for (i = self->returned->len; self->stack->marked && i > 0; i--) {
		const Returned *one = self->returned->pdata[i - 1];
		g_autoptr (PatchFile) file = NULL;

		if (!one->new)
			continue;
		file = patch_file_read (one->entry->path, error);
		return file ? names_variant (file->title, 1, file->author.name, taken) : NULL;
	}
	return clean_name (self->variant);
}

static gboolean add_variant (Return *self, GError **error)
{
	g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GPtrArray) stacks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
	g_autoptr (GStrvBuilder) stack = g_strv_builder_new ();
	const ProjectAddition addition = { .names = names, .stacks = stacks };
	char *name = name_variant (self, error);
	guint i;

	if (!name)
		return FALSE;
	for (i = 0; i < self->returned->len; i++) {
		const Returned *one = self->returned->pdata[i];

		g_strv_builder_add (stack, one->name);
	}
	g_ptr_array_add (names, name);
	g_ptr_array_add (stacks, g_strv_builder_end (stack));
	return project_add (self->project, &addition, &self->added, error);
}

/* ---- all of it ---- */

static void print_returned (const Return *self)
{
	g_autoptr (GString) out = g_string_new (NULL);
	g_autofree char *text = NULL;
	guint i, fresh = 0, changed = 0;

	for (i = 0; i < self->returned->len; i++) {
		const Returned *one = self->returned->pdata[i];

		fresh += one->new && one->changed;
		changed += !one->new && one->changed;
		if (one->changed)
			g_string_append_printf (out, "%-8s %s\n", one->new ? "new" : "changed",
						one->name);
	}
	for (i = 0; i < self->notes->len; i++)
		g_string_append_printf (out, "note: %s\n", (char *) self->notes->pdata[i]);
	g_string_append_printf (out, "%u patches, %u new, %u changed; %u variants added",
				self->returned->len, fresh, changed, self->added);
	if (self->tree)
		g_string_append_printf (out, "; tree %.12s", self->tree);
	text = text_printable (out->str, (gssize) out->len);
	puts (text);
}

gboolean import_is_quilt (const char *path)
{
	g_autofree char *series = NULL, *patches = NULL;

	return quilt_locate (path, &series, &patches);
}

gboolean import_quilt (Selection *selection, const char *dir, gboolean dry_run, GError **error)
{
	g_auto (Return) self = { .project = selection->project };
	guint i;

	self.stack = quilt_stack_read (dir, error);
	if (!self.stack)
		return FALSE;
	self.variant = self.stack->marked ? g_strdup (self.stack->mark.variant)
					  : name_of_folder (self.stack->dir);
	self.returned = g_ptr_array_new_with_free_func ((GDestroyNotify) returned_free);
	self.notes = g_ptr_array_new_with_free_func (g_free);
	for (i = 0; i < self.stack->entries->len; i++)
		if (!read_returned (&self, self.stack->entries->pdata[i], error))
			return FALSE;
	if (!try_out (&self, selection, error))
		return FALSE;
	note_removed (&self);
	note_shared (&self);
	if (!dry_run && (!write_patches (&self, error) || !write_series (&self, error) ||
			 (self.returned->len && !add_variant (&self, error))))
		return FALSE;
	print_returned (&self);
	return TRUE;
}
