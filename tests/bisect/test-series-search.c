/* SPDX-License-Identifier: GPL-2.0-only */
/* Which patch of a series breaks, or mends, a kernel that is a shell script. */
#include "base/error.h"
#include "bisect/series-search.h"
#include "tests/series/fixture.h"

/* The kernel does not build where its syntax is wrong. */
#define MAKEFILE                                                                                   \
	"none_defconfig oldconfig: ; @echo CONFIG_X=y >$(O)/.config\n"                             \
	"image: ; sh -n kernel && cp kernel $(O)/image\n"

#define KERNEL                                                                                     \
	"echo 'KTAP version 1'\necho 1..1\n"                                                       \
	"echo 'ok 1 - works'\necho '# bakeoff: done'\n"

/* What patches do to it, and what takes it back. */
#define BREAK	"sed -i \"s/'ok/'not ok/\" kernel"
#define MEND	"sed -i \"s/'not ok/'ok/\" kernel"
#define GARBLE	"sed -i '1i if' kernel"
#define RESTORE "sed -i /^if/d kernel"

static void write_project (const Fixture *self)
{
	fixture_put (self->dir, "repo/Makefile", MAKEFILE);
	fixture_put (self->dir, "repo/kernel", KERNEL);
	fixture_run (self->dir, "cd repo && git init -q -b main . && git add -A && "
				"git commit -q -m base && git tag v1");
	fixture_put (self->dir, "bakeoff.conf",
		     "[bakeoff]\n\trepo = repo\n\tbase = v1\n\tboard = b\n\tconfig = x\n"
		     "[config \"x\"]\n\tset = CONFIG_X=y\n");
	fixture_put (self->dir, "boards/b.board",
		     "[board]\n\tdescription = d\n\tarch = x86\n\ttoolchain = host\n"
		     "\tdefconfig = none_defconfig\n\ttarget = image\n\timage = image\n"
		     "[boot]\n\tconsole = sh %{kernel}\n\ttimeout = 20\n\tsilence = 10\n");
}

/* Adds a patch: what @command does to the tree that the patches so far made. */
static void add_patch (const Fixture *self, GPtrArray *patches, const char *command)
{
	g_autofree char *all = g_strdup_printf ("cd repo && %s && git add -A && "
						"git commit -q -m 'patch %u' && "
						"git format-patch -q -1 -o .. --start-number %u",
						command, patches->len, patches->len);
	g_autofree char *name = g_strdup_printf ("%04u-patch-%u.patch", patches->len, patches->len);

	fixture_run (self->dir, all);
	g_ptr_array_add (patches, g_build_filename (self->dir, name, NULL));
}

static SeriesFound *look (const Fixture *self, GPtrArray *patches, GError **error)
{
	g_autofree char *path = g_build_filename (self->dir, "bakeoff.conf", NULL);
	g_autoptr (Project) project = project_load (path, error);
	const SeriesSpec spec = {
		.trial = { .project = project,
			   .plan = { .data_dir = files_data_dir () },
			   .jobs = { .data_dir = files_data_dir (),
				     .jobs = 1,
				     .unguarded = TRUE } },
		.question = { .boots = 1 },
		.name = "series",
		.patches = patches,
	};

	g_assert_nonnull (project);
	g_assert_true (files_make_dir (project->state_dir, NULL));
	return series_search (&spec, NULL, error);
}

static guint count_work (const SeriesFound *found)
{
	guint i, work = 0;

	for (i = 0; i < found->trials->len; i++) {
		const SeriesTrial *trial = found->trials->pdata[i];

		work += trial->result->new_builds + trial->result->new_boots;
	}
	return work;
}

static GPtrArray *patches_new (void)
{
	return g_ptr_array_new_with_free_func (g_free);
}

static void add_idle (const Fixture *self, GPtrArray *patches, guint count)
{
	while (count-- > 0) {
		g_autofree char *command =
			g_strdup_printf ("echo '# idle %u' >>kernel", patches->len);

		add_patch (self, patches, command);
	}
}

/* The patch that breaks is named, and when asked again nothing is built or booted. */
static void test_breaks (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GPtrArray) patches = patches_new ();
	g_autoptr (SeriesFound) found = NULL, again = NULL;
	g_autoptr (GError) error = NULL;

	write_project (self);
	add_idle (self, patches, 4);
	add_patch (self, patches, BREAK);
	add_idle (self, patches, 3);
	found = look (self, patches, &error);
	g_assert_no_error (error);
	g_assert_true (found->differs);
	g_assert_false (found->cures);
	g_assert_cmpuint (found->suspects->len, ==, 1);
	g_assert_cmpuint (g_array_index (found->suspects, guint, 0), ==, 4);
	g_assert_cmpuint (found->trials->len, <=, 2 + 3);
	again = look (self, patches, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (again->trials->len, ==, found->trials->len);
	g_assert_cmpuint (g_array_index (again->suspects, guint, 0), ==, 4);
	g_assert_cmpuint (count_work (found), >, 0);
	g_assert_cmpuint (count_work (again), ==, 0);
}

/* Twin: of a base that is broken, the patch that mends it. */
static void test_cures (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GPtrArray) patches = patches_new ();
	g_autoptr (SeriesFound) found = NULL;
	g_autoptr (GError) error = NULL;

	write_project (self);
	fixture_run (self->dir, "cd repo && " BREAK " && git commit -qam broken && "
				"git tag -f v1");
	add_idle (self, patches, 1);
	add_patch (self, patches, MEND);
	add_idle (self, patches, 1);
	found = look (self, patches, &error);
	g_assert_no_error (error);
	g_assert_true (found->differs);
	g_assert_true (found->cures);
	g_assert_cmpuint (found->suspects->len, ==, 1);
	g_assert_cmpuint (g_array_index (found->suspects, guint, 0), ==, 1);
}

/* Where states in between cannot be told, all that they hide is named, and no more. */
static void test_hidden (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GPtrArray) patches = patches_new ();
	g_autoptr (SeriesFound) found = NULL;
	g_autoptr (GError) error = NULL;
	guint i;

	write_project (self);
	add_idle (self, patches, 2);
	add_patch (self, patches, GARBLE);
	add_patch (self, patches, BREAK);
	add_patch (self, patches, RESTORE);
	add_idle (self, patches, 2);
	found = look (self, patches, &error);
	g_assert_no_error (error);
	g_assert_true (found->differs);
	g_assert_cmpuint (found->suspects->len, ==, 3);
	for (i = 0; i < 3; i++)
		g_assert_cmpuint (g_array_index (found->suspects, guint, i), ==, 2 + i);
}

/* Where both ends are good nothing is searched, and what is no series is refused. */
static void test_nothing (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GPtrArray) patches = patches_new ();
	g_autoptr (SeriesFound) found = NULL;
	g_autoptr (GError) error = NULL;

	write_project (self);
	g_assert_null (look (self, patches, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	g_clear_error (&error);
	add_idle (self, patches, 3);
	found = look (self, patches, &error);
	g_assert_no_error (error);
	g_assert_false (found->differs);
	g_assert_cmpuint (found->trials->len, ==, 2);
	g_assert_cmpuint (found->suspects->len, ==, 0);
	g_ptr_array_add (patches, g_strdup (patches->pdata[0]));
	g_assert_null (look (self, patches, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
}

int main (int argc, char **argv)
{
	g_autofree char *root = g_get_current_dir ();

	/* the console's scripts and the toolchain are those of the sources, where tests run */
	g_setenv ("BAKEOFF_DATADIR", root, FALSE);
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/series-search/breaks", test_breaks);
	fixture_add ("/series-search/cures", test_cures);
	fixture_add ("/series-search/hidden", test_hidden);
	fixture_add ("/series-search/nothing", test_nothing);
	return g_test_run ();
}
