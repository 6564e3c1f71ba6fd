/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/config.h"
#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/template.h"
#include "kbuild/toolchain.h"

static const char *const known_keys[] = { "toolchain.description", "toolchain.cross",
					  "toolchain.apt",	   "toolchain.make",
					  "toolchain.guest-cc",	   NULL };

void toolchain_free (Toolchain *self)
{
	if (!self)
		return;
	g_free (self->name);
	g_free (self->path);
	g_free (self->description);
	g_free (self->cross);
	g_free (self->apt);
	g_strfreev (self->make);
	g_free (self->tools);
	g_free (self->guest_cc);
	g_free (self);
}

static char *find_file (const char *name, const char *const *dirs)
{
	g_autofree char *file = g_strconcat (name, ".toolchain", NULL);

	for (; *dirs; dirs++) {
		g_autofree char *path = g_build_filename (*dirs, file, NULL);

		if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
			return g_steal_pointer (&path);
	}
	return NULL;
}

/* Expands a value of @key. @src: what %{src} becomes; NULL where it has no meaning. */
static char *expand (const Toolchain *self, const Config *file, const char *key, const char *text,
		     const char *data_dir, const char *src, GError **error)
{
	g_autoptr (GError) local = NULL;
	char *value = template_expand (&local, text, "cross", self->cross, "data", data_dir,
				       src ? "src" : NULL, src, NULL);

	if (!value)
		config_fail (file, key, error, "%s", local->message);
	return value;
}

static gboolean read_values (Toolchain *self, const Config *file, const char *data_dir,
			     GError **error)
{
	const char *const *make = config_get_all (file, "toolchain.make");
	const char *guest = config_get (file, "toolchain.guest-cc");
	g_autoptr (GStrvBuilder) values = g_strv_builder_new ();

	self->description = g_strdup (config_get (file, "toolchain.description"));
	self->cross = g_strdup (config_get (file, "toolchain.cross"));
	self->apt = g_strdup (config_get (file, "toolchain.apt"));
	if (!self->cross)
		return config_fail (
			file, "toolchain.cross", error,
			"'toolchain.cross' is missing\nwrite `cross =` for the host's compiler");
	for (; *make; make++) {
		g_autofree char *value = expand (self, file, "toolchain.make", *make, data_dir,
						 "%{src}", error); /* known when building */

		if (!value)
			return FALSE;
		if (!strchr (value, '='))
			return config_fail (file, "toolchain.make", error,
					    "'%s' is not VARIABLE=value", *make);
		g_strv_builder_add (values, value);
	}
	self->make = g_strv_builder_end (values);
	if (guest)
		self->guest_cc =
			expand (self, file, "toolchain.guest-cc", guest, data_dir, NULL, error);
	return !guest || self->guest_cc;
}

Toolchain *toolchain_load (const char *name, const char *const *dirs, const char *data_dir,
			   GError **error)
{
	g_autoptr (Toolchain) self = g_new0 (Toolchain, 1);
	g_autoptr (Config) file = NULL;

	self->name = g_strdup (name);
	self->tools = g_build_filename (data_dir, "kbuild", "tools", NULL);
	self->path = strchr (name, '/') ? NULL : find_file (name, dirs);
	if (!self->path) {
		g_autofree char *places = g_strjoinv ("', '", (char **) dirs);

		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "no toolchain '%s'\na file %s.toolchain is looked for in '%s'",
				  name, name, places);
	}
	file = config_load (self->path, error);
	if (!file || !config_check (file, known_keys, error) ||
	    !read_values (self, file, data_dir, error))
		return NULL;
	return g_steal_pointer (&self);
}

static int compare_names (gconstpointer a, gconstpointer b)
{
	return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

/* The hash of each file in @dir and below it, sorted by name. Nothing for a folder that is not
 * there. */
static gboolean hash_folder (const char *dir, GString *out, GError **error)
{
	g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
	g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
	const char *name;
	guint i;

	while (entries && (name = g_dir_read_name (entries)))
		g_ptr_array_add (names, g_strdup (name));
	g_ptr_array_sort (names, compare_names);
	for (i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename (dir, names->pdata[i], NULL);
		g_autofree char *sha256 = NULL;

		if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
			if (!hash_folder (path, out, error))
				return FALSE;
			continue;
		}
		sha256 = files_sha256 (path, error);
		if (!sha256)
			return FALSE;
		g_string_append_printf (out, "%s %s\n", (char *) names->pdata[i], sha256);
	}
	return TRUE;
}

/* What `make = VARIABLE=program …` names as @variable, without its flags, and with %{src} in it. */
static char *make_program (const Toolchain *self, const char *variable)
{
	g_autofree char *prefix = g_strconcat (variable, "=", NULL);
	guint i;

	for (i = 0; self->make[i]; i++) {
		if (g_str_has_prefix (self->make[i], prefix)) {
			g_auto (GStrv) words = g_strsplit (self->make[i] + strlen (prefix), " ", 2);

			return words[0] && *words[0] ? g_strdup (words[0]) : NULL;
		}
	}
	return NULL;
}

char *toolchain_compiler (const Toolchain *self)
{
	char *program = make_program (self, "CC");

	return program ? program : g_strconcat (self->cross, "gcc", NULL);
}

char *toolchain_linker (const Toolchain *self)
{
	char *program = make_program (self, "LD");

	return program ? program : g_strconcat (self->cross, "ld", NULL);
}

char *toolchain_identity (const Toolchain *self, GError **error)
{
	g_autofree char *compiler = toolchain_compiler (self);
	g_autofree char *linker = toolchain_linker (self);
	const char *const programs[] = { compiler, linker, NULL };
	g_autoptr (GString) identity = g_string_new (NULL);
	guint i;

	for (i = 0; programs[i]; i++) {
		g_autofree char *line = process_version (programs[i]);

		if (!line)
			return fail_null (error, BAKEOFF_ERROR_FAILED,
					  "cannot run the compiler '%s' of toolchain '%s'%s%s",
					  programs[i], self->name,
					  self->apt ? "\ninstall it: apt-get install " : "",
					  self->apt ? self->apt : "");
		g_string_append_printf (identity, "%s\n", line);
	}
	for (i = 0; self->make[i]; i++)
		g_string_append_printf (identity, "%s\n", self->make[i]);
	if (!hash_folder (self->tools, identity, error))
		return NULL;
	return g_string_free (g_steal_pointer (&identity), FALSE);
}
