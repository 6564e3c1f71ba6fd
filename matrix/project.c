/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/config.h"
#include "base/error.h"
#include "base/files.h"
#include "kbuild/kconfig.h"
#include "matrix/project.h"

static const char *const known_keys[] = {
	"bakeoff.repo",	   "bakeoff.base",    "bakeoff.prelude",     "bakeoff.patches",
	"bakeoff.board",   "bakeoff.config",  "bakeoff.signature",   "bakeoff.extra-board",
	"bakeoff.fuzz",	   "bakeoff.subject", "bakeoff.in-reply-to", "bakeoff.descriptions",
	"variant.*.patch", "variant.*.title", "config.*.set",	     NULL
};

static void config_entry_free (ProjectConfig *self)
{
	g_free (self->name);
	g_strfreev (self->settings);
	g_free (self);
}

static void variant_entry_free (ProjectVariant *self)
{
	g_free (self->title);
	g_free (self->name);
	g_strfreev (self->patches);
	g_free (self);
}

void project_free (Project *self)
{
	if (!self)
		return;
	g_free (self->path);
	g_free (self->dir);
	g_free (self->state_dir);
	g_free (self->repo);
	g_free (self->base);
	g_free (self->prelude);
	g_free (self->patches_dir);
	g_free (self->subject);
	g_free (self->in_reply_to);
	g_strfreev (self->signatures);
	g_strfreev (self->extra_boards);
	g_strfreev (self->boards);
	g_clear_pointer (&self->configs, g_ptr_array_unref);
	g_clear_pointer (&self->all_configs, g_ptr_array_unref);
	g_clear_pointer (&self->variants, g_ptr_array_unref);
	g_free (self);
}

char *project_find (const char *dir)
{
	g_autofree char *here = g_canonicalize_filename (dir, NULL);
	g_autofree char *path = g_build_filename (here, "bakeoff.conf", NULL);
	g_autofree char *parent = g_path_get_dirname (here);

	if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
		return g_steal_pointer (&path);
	return g_str_equal (parent, here) ? NULL : project_find (parent);
}

static char *absolute (const Project *self, const char *path)
{
	return path ? g_canonicalize_filename (path, self->dir) : NULL;
}

static void read_variants (Project *self, const Config *file)
{
	g_autoptr (GPtrArray) names = config_subsections (file, "variant");
	guint i;

	for (i = 0; i < names->len; i++) {
		ProjectVariant *variant = g_new0 (ProjectVariant, 1);
		g_autofree char *key =
			g_strdup_printf ("variant.%s.patch", (char *) names->pdata[i]);
		g_autofree char *title =
			g_strdup_printf ("variant.%s.title", (char *) names->pdata[i]);

		variant->name = g_strdup (names->pdata[i]);
		variant->patches = g_strdupv ((char **) config_get_all (file, key));
		variant->title = g_strdup (config_get (file, title));
		g_ptr_array_add (self->variants, variant);
	}
}

/* Names become file names, folders, refs and table columns. */
static gboolean name_is_sound (const char *name)
{
	const char *c;

	for (c = name; *c; c++) {
		if (!g_ascii_isalnum (*c) && !strchr ("-_.+", *c))
			return FALSE;
	}
	return g_ascii_isalnum (*name) && !strstr (name, "..") && !g_str_has_suffix (name, ".lock");
}

static gboolean check_variants (const Project *self, const Config *file, GError **error)
{
	guint i;

	for (i = 0; i < self->variants->len; i++) {
		const ProjectVariant *variant = self->variants->pdata[i];
		g_autofree char *key = g_strdup_printf ("variant.%s.patch", variant->name);

		if (g_str_equal (variant->name, "base"))
			return config_fail (
				file, key, error,
				"'base' is the variant without patches\ngive it another name");
		if (!name_is_sound (variant->name))
			return config_fail (
				file, key, error,
				"'%s' is no name for a variant\nuse letters, digits, '-', "
				"'_', '+' and '.'",
				variant->name);
	}
	return TRUE;
}

static ProjectConfig *read_config (const Config *file, const char *name)
{
	ProjectConfig *config = g_new0 (ProjectConfig, 1);
	g_autofree char *key = g_strdup_printf ("config.%s.set", name);

	config->name = g_strdup (name);
	config->settings = g_strdupv ((char **) config_get_all (file, key));
	return config;
}

const ProjectConfig *project_config (const Project *self, const char *name)
{
	guint i;

	for (i = 0; i < self->all_configs->len; i++) {
		const ProjectConfig *config = self->all_configs->pdata[i];

		if (g_str_equal (config->name, name))
			return config;
	}
	return NULL;
}

/* @names with the first of equal ones alone. */
static char **without_repeats (const char *const *names)
{
	g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);

	for (; *names; names++) {
		if (!g_ptr_array_find_with_equal_func (kept, *names, g_str_equal, NULL))
			g_ptr_array_add (kept, g_strdup (*names));
	}
	g_ptr_array_add (kept, NULL);
	return (char **) g_ptr_array_steal (kept, NULL);
}

static gboolean read_configs (Project *self, const Config *file, GError **error)
{
	g_auto (GStrv) used = without_repeats (config_get_all (file, "bakeoff.config"));
	g_autoptr (GPtrArray) names = config_subsections (file, "config");
	guint i, j;

	for (i = 0; i < names->len; i++) {
		ProjectConfig *config = read_config (file, names->pdata[i]);

		g_ptr_array_add (self->all_configs, config);
		if (!name_is_sound (config->name)) {
			g_autofree char *first = g_strdup_printf ("config.%s.set", config->name);

			return config_fail (
				file, first, error,
				"'%s' is no name for a config\nuse letters, digits, '-', "
				"'_', '+' and '.'",
				config->name);
		}
		for (j = 0; config->settings[j]; j++) {
			g_autofree char *key = g_strdup_printf ("config.%s.set", config->name);

			if (!kconfig_setting_valid (config->settings[j]))
				return config_fail (file, key, error,
						    "'%s' is not CONFIG_NAME=value",
						    config->settings[j]);
		}
	}
	for (i = 0; used[i]; i++) {
		if (!project_config (self, used[i]))
			return config_fail (file, "bakeoff.config", error,
					    "no config '%s'\nadd a section [config \"%s\"]",
					    used[i], used[i]);
		g_ptr_array_add (self->configs, read_config (file, used[i]));
	}
	if (!used[0]) /* a board as it is */
		g_ptr_array_add (self->configs, read_config (file, "default"));
	return TRUE;
}

Project *project_load (const char *path, GError **error)
{
	g_autoptr (Project) self = g_new0 (Project, 1);
	g_autoptr (Config) file = config_load (path, error);
	const char *patches;

	if (!file || !config_check (file, known_keys, error))
		return NULL;
	self->path = g_canonicalize_filename (path, NULL);
	self->dir = g_path_get_dirname (self->path);
	self->state_dir = g_build_filename (self->dir, ".bakeoff", NULL);
	self->configs = g_ptr_array_new_with_free_func ((GDestroyNotify) config_entry_free);
	self->all_configs = g_ptr_array_new_with_free_func ((GDestroyNotify) config_entry_free);
	self->variants = g_ptr_array_new_with_free_func ((GDestroyNotify) variant_entry_free);
	self->repo = absolute (self, config_get (file, "bakeoff.repo"));
	self->base = g_strdup (config_get (file, "bakeoff.base"));
	self->prelude = absolute (self, config_get (file, "bakeoff.prelude"));
	patches = config_get (file, "bakeoff.patches");
	self->patches_dir = absolute (self, patches ? patches : "patches");
	self->subject = g_strdup (config_get (file, "bakeoff.subject"));
	self->in_reply_to = g_strdup (config_get (file, "bakeoff.in-reply-to"));
	self->boards = without_repeats (config_get_all (file, "bakeoff.board"));
	self->extra_boards = without_repeats (config_get_all (file, "bakeoff.extra-board"));
	self->signatures = without_repeats (config_get_all (file, "bakeoff.signature"));
	read_variants (self, file);
	if (!config_get_bool (file, "bakeoff.descriptions", TRUE, &self->descriptions, error) ||
	    !config_get_int (file, "bakeoff.fuzz", 0, 3, 0, &self->fuzz, error) ||
	    !check_variants (self, file, error) || !read_configs (self, file, error))
		return NULL;
	return g_steal_pointer (&self);
}

char *project_patch_path (const Project *self, const char *patch)
{
	g_autofree char *path = g_canonicalize_filename (patch, self->patches_dir);

	if (g_file_test (path, G_FILE_TEST_EXISTS))
		return g_steal_pointer (&path);
	return g_canonicalize_filename (patch, self->dir);
}

static gboolean has_stack (const Project *self, const char *const *stack)
{
	guint i;

	for (i = 0; i < self->variants->len; i++) {
		const ProjectVariant *variant = self->variants->pdata[i];

		if (g_strv_equal ((const char *const *) variant->patches, stack))
			return TRUE;
	}
	return FALSE;
}

/* @name, or with a number behind it where @taken has it; @taken has the answer afterwards. */
static char *free_name (GHashTable *taken, const char *name)
{
	g_autofree char *candidate = g_strdup (name);
	guint n = 2;

	while (!g_hash_table_add (taken, g_strdup (candidate))) {
		g_free (candidate);
		candidate = g_strdup_printf ("%s-%u", name, n++);
	}
	return g_steal_pointer (&candidate);
}

static GHashTable *taken_names (const Project *self)
{
	GHashTable *taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	guint i;

	g_hash_table_add (taken, g_strdup ("base"));
	for (i = 0; i < self->variants->len; i++) {
		const ProjectVariant *variant = self->variants->pdata[i];

		g_hash_table_add (taken, g_strdup (variant->name));
	}
	return taken;
}

/* A value as git-config reads it back. */
static void append_value (GString *text, const char *key, const char *value)
{
	const char *c;

	g_string_append_printf (text, "\t%s = \"", key);
	for (c = value; *c; c++) {
		if (*c == '"' || *c == '\\')
			g_string_append_c (text, '\\');
		g_string_append_c (text, *c == '\n' ? ' ' : *c);
	}
	g_string_append (text, "\"\n");
}

gboolean project_create (const char *path, const ProjectStart *start, GError **error)
{
	g_autoptr (GString) text = g_string_new (NULL);
	char **board;

	if (g_file_test (path, G_FILE_TEST_EXISTS))
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "there is a '%s' already\n"
			     "edit it, or give another place with --project",
			     path);
	g_string_append_printf (text, "# %s\n[bakeoff]\n", start->about);
	append_value (text, "repo", start->repo);
	append_value (text, "base", start->base);
	for (board = start->boards; *board; board++)
		append_value (text, "board", *board);
	return files_write (path, text->str, (gssize) text->len, error);
}

static void append_thread (const Project *self, const ProjectAddition *addition, GString *text)
{
	const char *subject = self->subject ? NULL : addition->subject;
	const char *in_reply_to = self->in_reply_to ? NULL : addition->in_reply_to;

	if (!subject && !in_reply_to)
		return;
	g_string_append (text, "[bakeoff]\n");
	if (subject)
		append_value (text, "subject", subject);
	if (in_reply_to)
		append_value (text, "in-reply-to", in_reply_to);
}

/* In the quotes of git-config(1). */
static void append_title (const char *title, GString *text)
{
	if (!title)
		return;
	g_string_append (text, "\ttitle = \"");
	for (; *title; title++) {
		if (strchr ("\\\"", *title))
			g_string_append_c (text, '\\');
		g_string_append_c (text, *title);
	}
	g_string_append (text, "\"\n");
}

gboolean project_add (const Project *self, const ProjectAddition *addition, guint *out_added,
		      GError **error)
{
	g_autofree char *old = files_read (self->path, NULL, error);
	g_autoptr (GString) text = g_string_new (old);
	g_autoptr (GHashTable) taken = taken_names (self);
	guint i, j;

	*out_added = 0;
	if (!old)
		return FALSE;
	if (text->len && text->str[text->len - 1] != '\n')
		g_string_append_c (text, '\n');
	append_thread (self, addition, text);
	for (i = 0; i < addition->names->len; i++) {
		char **stack = addition->stacks->pdata[i];
		g_autofree char *name = NULL;

		if (has_stack (self, (const char *const *) stack))
			continue;
		name = free_name (taken, addition->names->pdata[i]);
		g_string_append_printf (text, "[variant \"%s\"]\n", name);
		append_title (addition->titles ? addition->titles->pdata[i] : NULL, text);
		for (j = 0; stack[j]; j++)
			g_string_append_printf (text, "\tpatch = %s\n", stack[j]);
		++*out_added;
	}
	return g_str_equal (text->str, old) ||
	       files_write (self->path, text->str, (gssize) text->len, error);
}
