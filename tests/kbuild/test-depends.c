/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What depends on what, from .cmd files as fixdep of Linux 2.6.22 and 6.1 writes them.
 */
#include <unistd.h>

#include <gio/gio.h>

#include "base/files.h"
#include "kbuild/depends.h"

typedef struct {
	char *dir;
	Depends *depends;
} Fixture;

static void put (const Fixture *self, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename (self->dir, name, NULL);
	g_autofree char *parent = g_path_get_dirname (path);

	g_assert_true (files_make_dir (parent, NULL));
	g_assert_true (files_write (path, text, -1, NULL));
}

static void set_up (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *link = NULL;

	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	put (self, "mm/.slub.o.cmd",
	     "cmd_mm/slub.o := gcc -Wp,-MD,mm/.slub.o.d -D\"X=1\" -c -o mm/slub.o "
	     "/src/mm/slub.c\n\ndeps_mm/slub.o := \\\n  /src/mm/slub.c \\\n"
	     "    $(wildcard include/config/slub/debug.h) \\\n"
	     "  /src/include/linux/mm.h \\\n  include/linux/autoconf.h \\\n\n"
	     "mm/slub.o: $(deps_mm/slub.o)\n\n$(deps_mm/slub.o):\n");
	/* built in the source's own folder, and of 6.1: other words, `source_` */
	put (self, "kernel/.fork.o.cmd",
	     "savedcmd_kernel/fork.o := gcc -c -o kernel/fork.o kernel/fork.c\n\n"
	     "source_kernel/fork.o := kernel/fork.c\n\ndeps_kernel/fork.o := \\\n"
	     "    $(wildcard include/config/MMU) \\\n  include/linux/mm.h \\\n"
	     "  include/linux/mm_types.h \\\n\n");
	put (self, ".vmlinux.cmd", "cmd_vmlinux := ld -o vmlinux -T arch/arm/kernel/vmlinux.lds\n");
	/* none of these is one */
	put (self, "mm/slub.o.cmd", "deps := /src/drivers/only/here.c\n");
	put (self, "mm/.slub.o.d", "deps := /src/drivers/only/here.c\n");
	put (self, "mm/.slub.cmdx", "deps := /src/drivers/only/here.c\n");
	link = g_build_filename (self->dir, "loop", NULL);
	g_assert_cmpint (symlink (self->dir, link), ==, 0);
	self->depends = depends_read (self->dir);
}

static void tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	depends_free (self->depends);
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
}

static guint count (const Fixture *self, const char *first, const char *second)
{
	g_autoptr (GPtrArray) paths = g_ptr_array_new ();

	if (first)
		g_ptr_array_add (paths, (gpointer) first);
	if (second)
		g_ptr_array_add (paths, (gpointer) second);
	return depends_count (self->depends, "/src", paths);
}

/* Each object counts once, whatever of its files changes, in a folder of its own or in the
 * source's.
 */
static void test_count (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_cmpuint (count (self, NULL, NULL), ==, 0);
	g_assert_cmpuint (count (self, "mm/slub.c", NULL), ==, 1);
	g_assert_cmpuint (count (self, "include/linux/mm.h", NULL), ==, 2);
	g_assert_cmpuint (count (self, "include/linux/mm_types.h", NULL), ==, 1);
	g_assert_cmpuint (count (self, "include/linux/mm.h", "mm/slub.c"), ==, 2);
	g_assert_cmpuint (count (self, "mm/slub.c", "kernel/fork.c"), ==, 2);
	g_assert_cmpuint (count (self, "arch/arm/kernel/vmlinux.lds", NULL), ==, 1);
	g_assert_cmpuint (count (self, "mm/slab.c", NULL), ==, 0);
	g_assert_cmpuint (count (self, "drivers/only/here.c", NULL), ==, 0);
}

/* A name is a whole word: no part of a longer one, at either end. */
static void test_words (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const parts[] = { "linux/mm.h",
					     "m/slub.c",
					     "slub.c",
					     "mm/slub",
					     "mm.h",
					     "include/linux/mm",
					     "src/mm/slub.c",
					     "fork.c",
					     "arch/arm/kernel/vmlinux",
					     "include/linux",
					     "include/linux/mm_types.hh",
					     NULL };
	guint i;

	for (i = 0; parts[i]; i++)
		g_assert_cmpuint (count (self, parts[i], NULL), ==, 0);
}

/* A folder that is not there has no objects. */
static void test_none (void)
{
	Fixture self = { .depends = depends_read ("/nonexistent") };

	g_assert_cmpuint (count (&self, "mm/slub.c", NULL), ==, 0);
	depends_free (self.depends);
}

#define add(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	add ("/depends/count", test_count);
	add ("/depends/words", test_words);
	g_test_add_func ("/depends/none", test_none);
	return g_test_run ();
}
