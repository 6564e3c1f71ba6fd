/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "kbuild/depends.h"

struct Depends {
	GPtrArray *texts; /* (element-type utf8): of one .cmd file each */
};

void depends_free (Depends *self)
{
	g_ptr_array_unref (self->texts);
	g_free (self);
}

static void read_folder (Depends *self, const char *dir)
{
	g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
	const char *name;

	while (entries && (name = g_dir_read_name (entries))) {
		g_autofree char *path = g_build_filename (dir, name, NULL);
		char *text;

		if (*name == '.' && g_str_has_suffix (name, ".cmd")) {
			if (g_file_get_contents (path, &text, NULL, NULL))
				g_ptr_array_add (self->texts, text);
		} else if (g_file_test (path, G_FILE_TEST_IS_DIR) &&
			   !g_file_test (path, G_FILE_TEST_IS_SYMLINK)) {
			read_folder (self, path);
		}
	}
}

Depends *depends_read (const char *objects)
{
	Depends *self = g_new0 (Depends, 1);

	self->texts = g_ptr_array_new_with_free_func (g_free);
	read_folder (self, objects);
	return self;
}

/* Whether @text has @name as a whole word. */
static gboolean has_word (const char *text, const char *name)
{
	gsize length = strlen (name);
	const char *at;

	for (at = text; (at = strstr (at, name)); at += length) {
		gboolean begins = at == text || strchr (" \t\n(", at[-1]);

		if (begins && (!at[length] || strchr (" \t\n\\)", at[length])))
			return TRUE;
	}
	return FALSE;
}

static gboolean has_any (const char *text, const char *source, GPtrArray *paths)
{
	guint i;

	for (i = 0; i < paths->len; i++) {
		g_autofree char *full = g_build_filename (source, paths->pdata[i], NULL);

		/* built in its own folder, Kbuild writes relative paths */
		if (has_word (text, full) || has_word (text, paths->pdata[i]))
			return TRUE;
	}
	return FALSE;
}

guint depends_count (const Depends *self, const char *source, GPtrArray *paths)
{
	guint count = 0, i;

	for (i = 0; i < self->texts->len; i++)
		count += has_any (self->texts->pdata[i], source, paths);
	return count;
}
