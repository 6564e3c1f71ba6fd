/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <elf.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "kbuild/elf-file.h"
#include "kbuild/treediff.h"

enum {
	DEPTH_MOST = 64,	      /* of folders; the kernel's are 10 deep */
	HEADER_LENGTH = EI_NIDENT + 4 /* up to e_machine */
};

static void object_diff_free (gpointer data)
{
	ObjectDiff *self = data;

	g_free (self->path);
	g_ptr_array_unref (self->changes);
	g_free (self);
}

void tree_diff_free (TreeDiff *self)
{
	if (!self)
		return;
	g_ptr_array_unref (self->objects);
	g_free (self);
}

/* Not what a compiler made of one of the kernel's sources. */
static gboolean is_skipped (const char *path)
{
	static const char *const names[] = { "built-in.o", "vmlinux.o", "piggy.o" };
	const char *name = strrchr (path, '/') ? strrchr (path, '/') + 1 : path;
	guint i;

	for (i = 0; i < G_N_ELEMENTS (names); i++)
		if (g_str_equal (name, names[i]))
			return TRUE;
	return name[0] == '.' || g_str_has_suffix (name, ".mod.o") ||
	       g_str_has_prefix (name, "piggy.") || g_str_has_prefix (path, "scripts/") ||
	       g_str_has_prefix (path, "tools/");
}

/* Adds paths of objects below @root/@below, relative to @root. */
static gboolean walk (const char *root, const char *below, guint depth, GPtrArray *paths,
		      GError **error)
{
	g_autofree char *path = g_build_filename (root, below, NULL);
	g_autoptr (GError) local = NULL;
	g_autoptr (GDir) dir = g_dir_open (path, 0, &local);
	const char *name;

	if (!dir)
		return fail (error, BAKEOFF_ERROR_FAILED, "cannot read folder '%s': %s", path,
			     local->message);
	if (depth > DEPTH_MOST)
		return fail (error, BAKEOFF_ERROR_FAILED, "folder '%s' is too deep", path);
	while ((name = g_dir_read_name (dir))) {
		g_autofree char *relative =
			*below ? g_build_filename (below, name, NULL) : g_strdup (name);
		g_autofree char *full = g_build_filename (root, relative, NULL);
		struct stat info;

		if (lstat (full, &info) != 0)
			return fail (error, BAKEOFF_ERROR_FAILED, "cannot read '%s': %s", full,
				     g_strerror (errno));
		if (S_ISDIR (info.st_mode) && !walk (root, relative, depth + 1, paths, error))
			return FALSE;
		if (S_ISREG (info.st_mode) && g_str_has_suffix (name, ".o") &&
		    !is_skipped (relative))
			g_ptr_array_add (paths, g_steal_pointer (&relative));
	}
	return TRUE;
}

static int by_text (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *find_objects (const char *root, GError **error)
{
	g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

	if (!walk (root, "", 0, paths, error))
		return NULL;
	g_ptr_array_sort (paths, by_text);
	return g_steal_pointer (&paths);
}

/* e_machine of the first bytes of a file; EM_NONE if it is no ELF file. */
static guint machine_of (const char *bytes, gsize length)
{
	guint8 low, high;

	if (length < HEADER_LENGTH || memcmp (bytes, ELFMAG, SELFMAG) != 0)
		return EM_NONE;
	low = (guint8) bytes[EI_NIDENT + 2];
	high = (guint8) bytes[EI_NIDENT + 3];
	return bytes[EI_DATA] == ELFDATA2MSB ? (guint) low << 8 | high : (guint) high << 8 | low;
}

static guint machine_of_file (const char *root, const char *name)
{
	g_autofree char *path = g_build_filename (root, name, NULL);
	char bytes[HEADER_LENGTH];
	int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	gssize length;

	if (fd < 0)
		return EM_NONE;
	length = read (fd, bytes, sizeof bytes);
	close (fd);
	return length > 0 ? machine_of (bytes, (gsize) length) : EM_NONE;
}

/* The kernel's machine: vmlinux's, or the one that most objects are for. */
static guint find_machine (const char *base, const char *variant, const GPtrArray *paths)
{
	g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
	guint machine = machine_of_file (variant, "vmlinux");
	guint most = 0, i;

	if (machine == EM_NONE)
		machine = machine_of_file (base, "vmlinux");
	for (i = 0; machine == EM_NONE && i < paths->len; i++) {
		guint one = machine_of_file (variant, paths->pdata[i]);
		guint count =
			1 + GPOINTER_TO_UINT (g_hash_table_lookup (counts, GUINT_TO_POINTER (one)));

		g_hash_table_insert (counts, GUINT_TO_POINTER (one), GUINT_TO_POINTER (count));
	}
	if (machine == EM_NONE) {
		GHashTableIter iter;
		gpointer key, value;

		g_hash_table_iter_init (&iter, counts);
		while (g_hash_table_iter_next (&iter, &key, &value))
			if (GPOINTER_TO_UINT (key) != EM_NONE && GPOINTER_TO_UINT (value) > most) {
				machine = GPOINTER_TO_UINT (key);
				most = GPOINTER_TO_UINT (value);
			}
	}
	return machine;
}

/* Kbuild keeps the command that made an object beside it: `ld -r` joins objects of several. */
static gboolean is_joined (const char *root, const char *path)
{
	g_autofree char *dir = g_path_get_dirname (path);
	g_autofree char *name = g_path_get_basename (path);
	g_autofree char *file = g_strdup_printf ("%s/%s/.%s.cmd", root, dir, name);
	g_autofree char *text = NULL;

	if (!g_file_get_contents (file, &text, NULL, NULL))
		return FALSE;
	text[strcspn (text, "\n")] = 0;
	return strstr (text, " -r ") && !strstr (text, " -c ");
}

typedef struct {
	const char *base;
	const char *variant;
	const TreeDiffOptions *options;
	guint machine;
	TreeDiff *result;
} Walk;

static ObjectDiff *add_object (Walk *self, const char *path, ObjectState state, GPtrArray *changes)
{
	ObjectDiff *object = g_new0 (ObjectDiff, 1);

	object->path = g_strdup (path);
	object->state = state;
	object->changes = changes ? changes : g_ptr_array_new ();
	g_ptr_array_add (self->result->objects, object);
	return object;
}

static gboolean lines_alone (const GPtrArray *changes)
{
	guint i;

	for (i = 0; i < changes->len; i++)
		if (((ObjectChange *) changes->pdata[i])->kind != OBJECT_CHANGE_LINES)
			return FALSE;
	return changes->len > 0;
}

static gboolean compare_object (Walk *self, const char *path, GError **error)
{
	g_autofree char *base_path = g_build_filename (self->base, path, NULL);
	g_autofree char *variant_path = g_build_filename (self->variant, path, NULL);
	g_autofree char *base = NULL;
	g_autofree char *variant = NULL;
	gsize base_length = 0, variant_length = 0;
	GPtrArray *changes;
	struct stat info;

	variant = files_read (variant_path, &variant_length, error);
	if (!variant)
		return FALSE;
	if (self->machine != EM_NONE && machine_of (variant, variant_length) != EM_NONE &&
	    machine_of (variant, variant_length) != self->machine)
		return TRUE;
	self->result->compared++;
	if (lstat (base_path, &info) != 0 && errno == ENOENT) {
		if (is_joined (self->variant, path))
			return TRUE;
		self->result->added++;
		add_object (self, path, OBJECT_ADDED, NULL);
		return TRUE;
	}
	base = files_read (base_path, &base_length, error);
	if (!base)
		return FALSE;
	if ((base_length == variant_length && memcmp (base, variant, base_length) == 0) ||
	    is_joined (self->variant, path))
		return TRUE;
	changes = objdiff_bytes (base_path, g_steal_pointer (&base), base_length, variant_path,
				 g_steal_pointer (&variant), variant_length,
				 self->options ? self->options->maps : NULL,
				 self->options ? self->options->n_maps : 0, error);
	if (!changes)
		return FALSE;
	self->result->differing++;
	self->result->layout_only += !changes->len;
	self->result->lines_only += lines_alone (changes);
	add_object (self, path, OBJECT_DIFFERS, changes);
	return TRUE;
}

static int by_path (gconstpointer a, gconstpointer b)
{
	return strcmp ((*(ObjectDiff *const *) a)->path, (*(ObjectDiff *const *) b)->path);
}

static gboolean find_removed (Walk *self, GError **error)
{
	g_autoptr (GPtrArray) paths = find_objects (self->base, error);
	guint i;

	for (i = 0; paths && i < paths->len; i++) {
		const char *path = paths->pdata[i];
		g_autofree char *full = g_build_filename (self->variant, path, NULL);

		if (g_file_test (full, G_FILE_TEST_EXISTS) || is_joined (self->base, path) ||
		    (self->machine != EM_NONE &&
		     machine_of_file (self->base, path) != self->machine))
			continue;
		self->result->removed++;
		add_object (self, path, OBJECT_REMOVED, NULL);
	}
	return paths != NULL;
}

TreeDiff *tree_diff (const char *base, const char *variant, const TreeDiffOptions *options,
		     GError **error)
{
	g_autoptr (TreeDiff) result = g_new0 (TreeDiff, 1);
	g_autoptr (GPtrArray) paths = NULL;
	Walk self = { base, variant, options, EM_NONE, result };
	guint i;

	result->objects = g_ptr_array_new_with_free_func (object_diff_free);
	paths = find_objects (variant, error);
	if (!paths)
		return NULL;
	self.machine = find_machine (base, variant, paths);
	for (i = 0; i < paths->len; i++)
		if (!compare_object (&self, paths->pdata[i], error))
			return NULL;
	if (options && options->removed && !find_removed (&self, error))
		return NULL;
	g_ptr_array_sort (result->objects, by_path);
	return g_steal_pointer (&result);
}
