/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "series/apply.h"
#include "series/git.h"
#include "series/patch-file.h"
#include "series/variant.h"

Variant *variant_new (const char *name, GPtrArray *patches, GError **error)
{
	g_autoptr (Variant) self = g_new0 (Variant, 1);
	guint i;

	self->name = g_strdup (name);
	self->patches = patches;
	for (i = 0; i < patches->len; i++) {
		g_autoptr (PatchFile) file =
			patch_file_read (g_ptr_array_index (patches, i), error);

		if (!file) {
			g_prefix_error (error, "variant '%s': ", name);
			return NULL;
		}
		if (i + 1 < patches->len)
			continue;
		self->title = g_steal_pointer (&file->title);
		self->author = person_to_string (&file->author);
		self->message_id = g_steal_pointer (&file->message_id);
	}
	if (!self->title) {
		self->title = g_strdup ("without any patch");
		self->author = g_strdup ("");
	}
	return g_steal_pointer (&self);
}

void variant_free (Variant *self)
{
	if (!self)
		return;
	g_free (self->name);
	g_free (self->title);
	g_free (self->author);
	g_free (self->message_id);
	g_clear_pointer (&self->patches, g_ptr_array_unref);
	g_free (self);
}

void applied_free (Applied *self)
{
	if (!self)
		return;
	g_free (self->tree);
	g_free (self->commit);
	g_free (self->detail);
	g_ptr_array_unref (self->notes);
	g_free (self);
}

/* A stack of patches while it grows. */
typedef struct {
	Repo *repo;
	Overlay *overlay;
	char *commit;  /* the topmost one so far */
	git_time base; /* when the base was committed: the date of all that has none */
	ApplyOptions options;
} Stack;

static void stack_clear (Stack *self)
{
	g_clear_pointer (&self->overlay, overlay_free);
	g_clear_pointer (&self->commit, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stack, stack_clear)

static gboolean stack_init (Stack *self, Repo *repo, const char *base, int fuzz, GPtrArray *notes,
			    GError **error)
{
	g_autoptr (git_commit) commit = repo__find_commit (repo, base, error);

	if (!commit)
		return FALSE;
	self->repo = repo;
	self->base = git_commit_committer (commit)->when;
	self->commit = g_strdup (base);
	self->options.fuzz = fuzz;
	self->options.notes = notes;
	self->overlay = overlay_new (repo, git_oid_tostr_s (git_commit_tree_id (commit)), error);
	return self->overlay != NULL;
}

/* libgit2 refuses names with angle brackets and names that are empty. */
static git_signature *make_signature (const char *name, const char *address, git_time when)
{
	g_autofree char *plain = g_strdup (name && *name ? name : BAKEOFF_NAME);
	g_autofree char *mail = g_strdup (address && *address ? address : "unknown@localhost");
	git_signature *signature = NULL;

	g_strdelimit (plain, "<>\n", ' ');
	g_strdelimit (mail, "<>\n", ' ');
	if (git_signature_new (&signature, plain, mail, when.time, when.offset) != 0)
		git_signature_new (&signature, BAKEOFF_NAME, BAKEOFF_ADDRESS, when.time,
				   when.offset);
	return signature;
}

static git_time date_of (const PatchFile *file, git_time fallback)
{
	g_autoptr (GDateTime) date = header_date (file->date);
	git_time when = fallback;

	if (!date)
		return fallback;
	when.time = g_date_time_to_unix (date);
	when.offset = (int) (g_date_time_get_utc_offset (date) / G_TIME_SPAN_MINUTE);
	when.sign = when.offset < 0 ? '-' : '+';
	return when;
}

static gboolean stack_commit (Stack *self, const Person *author, git_time when, const char *message,
			      GError **error)
{
	g_autofree char *tree_id = overlay_write (self->overlay, error);
	g_autoptr (git_tree) tree = tree_id ? repo__find_tree (self->repo, tree_id, error) : NULL;
	g_autoptr (git_commit) parent =
		tree ? repo__find_commit (self->repo, self->commit, error) : NULL;
	g_autoptr (git_signature) by = NULL;
	g_autoptr (git_signature) committer = NULL;
	const git_commit *parents[1];
	git_oid id;

	if (!parent)
		return FALSE;
	by = make_signature (author->name, author->address, when);
	committer = make_signature (BAKEOFF_NAME, BAKEOFF_ADDRESS, when);
	parents[0] = parent;
	if (git_commit_create (&id, repo__git (self->repo), NULL, by, committer, "UTF-8", message,
			       tree, 1, parents) != 0)
		return git__fail (error, "cannot make a commit");
	g_free (self->commit);
	self->commit = g_strdup (git_oid_tostr_s (&id));
	return TRUE;
}

static gboolean apply_file (Stack *self, const PatchFile *file, GError **error)
{
	g_autoptr (Patch) patch = NULL;

	if (!file->has_diff)
		return fail (error, BAKEOFF_ERROR_PATCH, "%s: there is no diff in it", file->name);
	patch = patch_file_parse (file, error);
	return patch && patch_apply (patch, self->overlay, &self->options, error);
}

static gboolean stack_commit_file (Stack *self, const PatchFile *file, GError **error)
{
	g_autofree char *message =
		*file->description ? g_strdup_printf ("%s\n\n%s", file->title, file->description)
				   : g_strdup_printf ("%s\n", file->title);

	return stack_commit (self, &file->author, date_of (file, self->base), message, error);
}

static gboolean stack_push (Stack *self, const char *path, GError **error)
{
	g_autoptr (PatchFile) file = patch_file_read (path, error);

	return file && apply_file (self, file, error) && stack_commit_file (self, file, error);
}

static gboolean stack_push_prelude (Stack *self, const Prelude *prelude, GError **error)
{
	const Person us = { (char *) BAKEOFF_NAME, (char *) BAKEOFF_ADDRESS };
	g_autoptr (GString) message = g_string_new ("bakeoff: prelude\n\n");
	g_autoptr (GPtrArray) used = g_ptr_array_new_with_free_func (g_free);
	guint i;

	if (!prelude_apply (prelude, self->repo, self->commit, self->overlay, self->options.notes,
			    used, error))
		return FALSE;
	for (i = 0; i < used->len; i++)
		g_string_append_printf (message, "%s\n", (char *) used->pdata[i]);
	return used->len == 0 || stack_commit (self, &us, self->base, message->str, error);
}

/* What lies below the variant: the prelude in one commit, each fix in one of its own. */
static gboolean stack_push_below (Stack *self, const Prelude *prelude, GError **error)
{
	guint i;

	if (!prelude)
		return TRUE;
	if (!stack_push_prelude (self, prelude, error))
		return FALSE;
	for (i = 0; i < prelude_n_fixes (prelude); i++) {
		const PatchFile *file = NULL;

		if (!prelude_apply_fix (prelude, i, self->overlay, self->options.fuzz,
					self->options.notes, &file, error) ||
		    (file && !stack_commit_file (self, file, error)))
			return FALSE;
	}
	return TRUE;
}

static gboolean stack_push_patches (Stack *self, GPtrArray *patches, GError **error)
{
	guint i;

	for (i = 0; i < patches->len; i++)
		if (!stack_push (self, g_ptr_array_index (patches, i), error))
			return FALSE;
	return TRUE;
}

Applied *variant_apply (Repo *repo, const char *base, const Prelude *prelude,
			const Variant *variant, int fuzz, GError **error)
{
	g_autoptr (Applied) self = g_new0 (Applied, 1);
	g_auto (Stack) stack = { 0 };
	g_autoptr (GError) local = NULL;

	self->notes = g_ptr_array_new_with_free_func (g_free);
	if (!stack_init (&stack, repo, base, fuzz, self->notes, error))
		return NULL;
	self->prelude_failed = !stack_push_below (&stack, prelude, &local);
	if (self->prelude_failed || !stack_push_patches (&stack, variant->patches, &local)) {
		if (!g_error_matches (local, BAKEOFF_ERROR, BAKEOFF_ERROR_PATCH)) {
			g_propagate_error (error, g_steal_pointer (&local));
			return NULL;
		}
		self->detail = g_strdup (local->message);
		return g_steal_pointer (&self);
	}
	self->tree = repo_tree_of (repo, stack.commit, error);
	if (!self->tree)
		return NULL;
	self->commit = g_steal_pointer (&stack.commit);
	self->ok = TRUE;
	return g_steal_pointer (&self);
}
