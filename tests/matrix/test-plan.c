/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plans: what a boot is known by. Stand-ins for emulators are scripts that tell a version.
 */
#include "base/error.h"
#include "matrix/plan.h"
#include "tests/series/fixture.h"

/* A project with one board whose commands are those; the repository is the one of tests/series. */
static void write_project (const Fixture *self, const char *console, const char *package)
{
	g_autofree char *board = g_strdup_printf (
		"[board]\n\tdescription = d\n\tarch = arm\n\ttoolchain = t\n"
		"\tdefconfig = d\n\ttarget = t\n\timage = i\n[boot]\n\tconsole = \"%s\"\n"
		"\tpackage = \"%s\"\n",
		console, package);

	fixture_put (self->dir, "bakeoff.conf",
		     "[bakeoff]\n\trepo = repo\n\tbase = v1\n\tboard = b\n");
	fixture_put (self->dir, "boards/b.board", board);
	fixture_put (self->dir, "toolchains/t.toolchain",
		     "[toolchain]\n\tdescription = d\n\tcross = /none/\n");
}

/* What a boot on that board is known by now. @out_emulator: (optional): what the board tells. */
static char *boot_key (const Fixture *self, char **out_emulator)
{
	g_autofree char *path = g_build_filename (self->dir, "bakeoff.conf", NULL);
	g_autoptr (GError) error = NULL;
	g_autoptr (Project) project = project_load (path, &error);
	const PlanOptions options = { .data_dir = files_data_dir () };
	g_autoptr (Plan) plan = project ? plan_new (project, &options, &error) : NULL;
	Cell *cell;

	g_assert_no_error (error);
	cell = plan->cells->pdata[0];
	g_free (cell->image);
	cell->image = g_strdup ("image");
	if (out_emulator)
		*out_emulator = g_strdup (cell->board->emulator);
	return plan_boot_key (cell);
}

static void put_program (const Fixture *self, const char *name, const char *script)
{
	g_autofree char *text = g_strdup_printf ("#!/bin/sh\n%s\n", script);
	g_autofree char *path = fixture_write (self->dir, name, text);

	g_assert_cmpint (g_chmod (path, 0755), ==, 0);
}

/* An emulator is known by its version wherever it lies, also where its folder has a blank; another
 * program is not asked, whatever its folder is called. */
static void test_emulator (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *plain = g_strdup_printf ("%s/bin/qemu-system-arm -M x", self->dir);
	g_autofree char *quoted = g_strdup_printf ("'%s/q u/qemu-system-arm' -M x", self->dir);
	g_autofree char *other = g_strdup_printf ("%s/qemu-bin/lab -M x", self->dir);
	const char *const commands[] = { plain, quoted, other };
	const char *const versions[] = { "QEMU 1", "QEMU 2", NULL };
	guint i;

	fixture_commit_base (self);
	put_program (self, "bin/qemu-system-arm", "echo QEMU 1");
	put_program (self, "q u/qemu-system-arm", "echo QEMU 2");
	put_program (self, "qemu-bin/lab", "echo a lab");
	for (i = 0; i < G_N_ELEMENTS (commands); i++) {
		g_autofree char *emulator = NULL;
		g_autofree char *key = NULL;

		write_project (self, commands[i], "true");
		key = boot_key (self, &emulator);
		g_assert_cmpstr (emulator, ==, versions[i]);
	}
}

/* Another version of the emulator is another boot, though the board says the same. */
static void test_emulator_changes (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *console = g_strdup_printf ("%s/bin/qemu-system-arm", self->dir);
	g_autofree char *before = NULL, *after = NULL, *back = NULL;

	fixture_commit_base (self);
	write_project (self, console, "true");
	/* the program stays the same file: what it loads is new */
	put_program (self, "bin/qemu-system-arm", "cat \"$0.version\"");
	fixture_put (self->dir, "bin/qemu-system-arm.version", "1");
	before = boot_key (self, NULL);
	fixture_put (self->dir, "bin/qemu-system-arm.version", "2");
	after = boot_key (self, NULL);
	fixture_put (self->dir, "bin/qemu-system-arm.version", "1");
	back = boot_key (self, NULL);
	g_assert_cmpstr (before, !=, after);
	g_assert_cmpstr (before, ==, back);
}

/* Asserts whether the boot is another one after @name got other content, and the same one again
 * once it has the old content back. */
static void assert_counts (const Fixture *self, const char *name, gboolean counts)
{
	g_autofree char *old = fixture_read (self->dir, name);
	g_autofree char *before = boot_key (self, NULL);
	g_autofree char *after = NULL, *back = NULL;

	fixture_put (self->dir, name, "other content\n");
	after = boot_key (self, NULL);
	g_test_message ("%s", name);
	if (counts)
		g_assert_cmpstr (before, !=, after);
	else
		g_assert_cmpstr (before, ==, after);
	fixture_put (self->dir, name, old);
	back = boot_key (self, NULL);
	g_assert_cmpstr (before, ==, back);
}

/* Every file that the commands name decides a boot by its content: a script, what stands behind an
 * option, a comma or `=`, within the quotes of `sh -c`, with blanks in its name. One beside it that
 * nobody names decides nothing, nor does a device. */
static void test_named_files (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const named[] = { "boards/run.sh", "x.dtb",	  "bios.bin",
					     "disk.img",      "inner.sh", "has blank.bin",
					     "pack.its" };
	g_autofree char *console = g_strdup_printf (
		"%s/boards/run.sh -kernel %%{kernel} -dtb %s/x.dtb -bios=%s/bios.bin "
		"-drive file=%s/disk.img,if=sd -serial /dev/null '%s/has blank.bin' "
		"sh -c '%s/inner.sh;true' %s/none",
		self->dir, self->dir, self->dir, self->dir, self->dir, self->dir, self->dir);
	g_autofree char *package =
		g_strdup_printf ("mkimage -f %s/pack.its %%{image} >%%{kernel}", self->dir);
	g_autofree char *before = NULL, *without = NULL;
	g_autofree char *gone = g_build_filename (self->dir, "x.dtb", NULL);
	guint i;

	fixture_commit_base (self);
	write_project (self, console, package);
	for (i = 0; i < G_N_ELEMENTS (named); i++)
		fixture_put (self->dir, named[i], named[i]);
	fixture_put (self->dir, "boards/unrelated.sh", "unrelated");
	fixture_put (self->dir, "README", "unrelated");
	for (i = 0; i < G_N_ELEMENTS (named); i++)
		assert_counts (self, named[i], TRUE);
	assert_counts (self, "boards/unrelated.sh", FALSE);
	assert_counts (self, "README", FALSE);
	/* one that is not there is not the same as an empty one */
	fixture_put (self->dir, "x.dtb", "");
	before = boot_key (self, NULL);
	g_assert_cmpint (g_unlink (gone), ==, 0);
	without = boot_key (self, NULL);
	g_assert_cmpstr (before, !=, without);
}

/* The project's own toolchains go before those that came with us. */
static void test_toolchain_dirs (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	const Project project = { .dir = self->dir };
	g_auto (GStrv) dirs = plan_toolchain_dirs (&project, "/data");
	g_autofree char *own = g_build_filename (self->dir, "toolchains", NULL);
	const char *const expected[] = { own, "/data/kbuild/toolchains", NULL };

	g_assert_true (g_strv_equal ((const char *const *) dirs, expected));
}

static Plan *try_plan (const Fixture *self, const char *with, gboolean history, GError **error)
{
	static Project *project; /* the plan borrows it */
	g_autofree char *path = g_build_filename (self->dir, "bakeoff.conf", NULL);
	const char *const fixes[] = { with, NULL };
	const PlanOptions options = { .data_dir = files_data_dir (),
				      .with = fixes,
				      .history = history };

	g_clear_pointer (&project, project_free);
	project = project_load (path, NULL);
	return plan_new (project, &options, error);
}

static void assert_refused (const Fixture *self, const char *with, const char *detail)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (Plan) plan = try_plan (self, with, FALSE, &error);
	g_autoptr (Plan) one_of_many = NULL;
	const PlanVariant *base;
	const Cell *cell;

	g_assert_null (plan);
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	g_assert_true (g_str_has_prefix (error->message, detail));
	g_clear_error (&error);
	one_of_many = try_plan (self, with, TRUE, &error);
	g_assert_no_error (error);
	base = one_of_many->variants->pdata[0];
	cell = one_of_many->cells->pdata[0];
	g_assert_false (base->applied->ok);
	g_assert_true (g_str_has_prefix (base->applied->detail, detail));
	g_assert_null (cell->key);
}

/* What lies below the variants and does not go onto the base is an error, and of one base of many a
 * verdict; what cannot be used at all is always an error. A fix that fits changes the base. */
static void test_below (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char fits[] = "--- a/new\n+++ b/new\n@@ -0,0 +1 @@\n+x\n";
	static const char fits_not[] = "--- a/no\n+++ b/no\n@@ -1 +1 @@\n-x\n+y\n";
	g_autofree char *good = fixture_write (self->dir, "good.patch", fits);
	g_autofree char *bad = fixture_write (self->dir, "bad.patch", fits_not);
	g_autofree char *none = fixture_write (self->dir, "none.patch", "nothing\n");
	g_autoptr (Plan) bare = NULL, fixed = NULL, unusable = NULL;
	g_autoptr (GError) error = NULL;

	fixture_commit_base (self);
	write_project (self, "true", "true");
	bare = try_plan (self, NULL, FALSE, &error);
	g_assert_no_error (error);
	fixed = try_plan (self, good, FALSE, &error);
	g_assert_no_error (error);
	g_assert_cmpstr (((PlanVariant *) bare->variants->pdata[0])->applied->tree, !=,
			 ((PlanVariant *) fixed->variants->pdata[0])->applied->tree);
	assert_refused (self, bad, "with: bad.patch:1: no: ");
	unusable = try_plan (self, none, TRUE, &error);
	g_assert_null (unusable);
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);

	fixture_put (self->dir, "tools/series", "bad.patch\n");
	fixture_put (self->dir, "tools/bad.patch", fits_not);
	fixture_run (self->dir, "git config -f bakeoff.conf bakeoff.prelude tools");
	assert_refused (self, NULL, "prelude: bad.patch:1: no: ");
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/plan/emulator", test_emulator);
	fixture_add ("/plan/emulator-changes", test_emulator_changes);
	fixture_add ("/plan/named-files", test_named_files);
	fixture_add ("/plan/toolchain-dirs", test_toolchain_dirs);
	fixture_add ("/plan/below", test_below);
	return g_test_run ();
}
