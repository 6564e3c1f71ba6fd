/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Project files: what they may say, what is said of others, and what an import adds to them.
 */
#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "matrix/project.h"

typedef struct {
	char *dir, *path;
} Fixture;

static void set_up (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	self->path = g_build_filename (self->dir, "bakeoff.conf", NULL);
}

static void tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
	g_free (self->path);
}

static Project *load (const Fixture *self, const char *text)
{
	g_autoptr (GError) error = NULL;
	Project *project;

	if (text)
		g_assert_true (files_write (self->path, text, -1, NULL));
	project = project_load (self->path, &error);
	g_assert_no_error (error);
	return project;
}

/* Asserts that @path is DIR/@name. */
static void assert_below (const Fixture *self, const char *path, const char *name)
{
	g_autofree char *expected = g_build_filename (self->dir, name, NULL);

	g_assert_cmpstr (path, ==, expected);
}

/* Every key; paths count from the file, wherever we are called. */
static void test_every_key (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Project) project =
		load (self, "[bakeoff]\n\trepo = ../linux.git\n\tbase = v1\n\tprelude = p/tool\n"
			    "\tpatches = q\n\tboard = b1\n\tboard = b2\n\tconfig = slub\n"
			    "\tconfig = slab\n\tfuzz = 2\n\tsubject = An oops\n"
			    "\tin-reply-to = <1@x>\n\tdescriptions = false\n"
			    "[config \"slab\"]\n\tset = CONFIG_SLAB=y\n\tset = CONFIG_SLUB=n\n"
			    "[config \"slub\"]\n\tset = CONFIG_SLUB=y\n"
			    "[config \"unused\"]\n\tset = CONFIG_X=y\n"
			    "[variant \"two\"]\n\tpatch = a\n\tpatch = b\n"
			    "[variant \"one\"]\n\tpatch = b\n");
	g_autofree char *repo = g_canonicalize_filename ("../linux.git", self->dir);
	const ProjectVariant *variant;
	const ProjectConfig *config;

	g_assert_cmpstr (project->repo, ==, repo);
	g_assert_cmpstr (project->base, ==, "v1");
	assert_below (self, project->prelude, "p/tool");
	assert_below (self, project->patches_dir, "q");
	assert_below (self, project->state_dir, ".bakeoff");
	g_assert_cmpint (project->fuzz, ==, 2);
	g_assert_cmpstr (project->subject, ==, "An oops");
	g_assert_cmpstr (project->in_reply_to, ==, "<1@x>");
	g_assert_false (project->descriptions);
	g_assert_cmpuint (g_strv_length (project->boards), ==, 2);
	g_assert_cmpstr (project->boards[1], ==, "b2");
	/* configs in the order of use, all of them to be found by name */
	g_assert_cmpuint (project->configs->len, ==, 2);
	config = project->configs->pdata[0];
	g_assert_cmpstr (config->name, ==, "slub");
	config = project_config (project, "slab");
	g_assert_cmpuint (g_strv_length (config->settings), ==, 2);
	g_assert_cmpstr (config->settings[1], ==, "CONFIG_SLUB=n");
	g_assert_nonnull (project_config (project, "unused"));
	g_assert_null (project_config (project, "none"));
	/* variants in the order of the file */
	g_assert_cmpuint (project->variants->len, ==, 2);
	variant = project->variants->pdata[0];
	g_assert_cmpstr (variant->name, ==, "two");
	g_assert_cmpuint (g_strv_length (variant->patches), ==, 2);
	g_assert_cmpstr (variant->patches[1], ==, "b");
}

/* An empty file is a project: one config without settings, patches in patches/, no fuzz. */
static void test_defaults (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Project) project = load (self, "");
	const ProjectConfig *config = project->configs->pdata[0];

	g_assert_cmpuint (project->configs->len, ==, 1);
	g_assert_cmpstr (config->name, ==, "default");
	g_assert_null (config->settings[0]);
	g_assert_null (project->repo);
	g_assert_null (project->base);
	g_assert_null (project->prelude);
	assert_below (self, project->patches_dir, "patches");
	g_assert_cmpint (project->fuzz, ==, 0);
	g_assert_true (project->descriptions);
	g_assert_cmpuint (project->variants->len, ==, 0);
	g_assert_null (project->boards[0]);
}

/* A config or a board that is named twice is one: a column more would say nothing more. The first
 * mention gives the order, and names that only begin alike are two. */
static void test_named_twice (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Project) project = load (
		self, "[bakeoff]\n\tconfig = b\n\tconfig = a\n\tconfig = b\n\tboard = x\n"
		      "\tboard = x1\n\tboard = x\n\tconfig = a\n"
		      "[config \"a\"]\n\tset = CONFIG_A=y\n[config \"b\"]\n\tset = CONFIG_B=y\n");
	static const char *const boards[] = { "x", "x1", NULL };
	const ProjectConfig *config;

	g_assert_cmpuint (project->configs->len, ==, 2);
	config = project->configs->pdata[0];
	g_assert_cmpstr (config->name, ==, "b");
	config = project->configs->pdata[1];
	g_assert_cmpstr (config->name, ==, "a");
	g_assert_cmpstr (config->settings[0], ==, "CONFIG_A=y");
	g_assert_true (g_strv_equal ((const char *const *) project->boards, boards));
}

/* Each mistake is a usage error that says where it stands. */
static void test_mistakes (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const struct {
		const char *text, *where, *what;
	} mistakes[] = {
		{ "[bakeoff]\n\n\tbord = x\n", "bakeoff.conf:3: ", "'bakeoff.board'" },
		{ "[bakof]\n\tboard = x\n", "bakeoff.conf:2: ", "bakof.board" },
		{ "[variant]\n\tpatch = x\n", "bakeoff.conf:2: ", "variant.patch" },
		{ "[variant \"a\"]\n\tpath = x\n", "bakeoff.conf:2: ", "variant.a.path" },
		{ "[variant \"base\"]\n\tpatch = x\n", "bakeoff.conf:2: ", "another name" },
		{ "[variant \"a b\"]\n\tpatch = x\n", "bakeoff.conf:2: ", "'a b'" },
		{ "[variant \"../a\"]\n\tpatch = x\n", "bakeoff.conf:2: ", "'../a'" },
		{ "[variant \"a..b\"]\n\tpatch = x\n", "bakeoff.conf:2: ", "'a..b'" },
		{ "[variant \"a/b\"]\n\tpatch = x\n", "bakeoff.conf:2: ", "'a/b'" },
		{ "[variant \"-a\"]\n\tpatch = x\n", "bakeoff.conf:2: ", "'-a'" },
		{ "[variant \"a.lock\"]\n\tpatch = x\n", "bakeoff.conf:2: ", "'a.lock'" },
		{ "[bakeoff]\n\tfuzz = 4\n", "bakeoff.conf:2: ", "0 to 3" },
		{ "[bakeoff]\n\tfuzz = -1\n", "bakeoff.conf:2: ", "'-1'" },
		{ "[bakeoff]\n\tfuzz = 1x\n", "bakeoff.conf:2: ", "'1x'" },
		{ "[bakeoff]\n\tdescriptions = perhaps\n", "bakeoff.conf:2: ", "perhaps" },
		{ "[bakeoff]\n\tconfig = none\n", "bakeoff.conf:2: ", "'none'" },
		{ "[config \"a\"]\n\tset = SLUB=y\n", "bakeoff.conf:2: ", "'SLUB=y'" },
		{ "[config \"a\"]\n\tset = CONFIG_A\n", "bakeoff.conf:2: ", "'CONFIG_A'" },
		{ "[config \"a\"]\n\tset = CONFIG_A=\n", "bakeoff.conf:2: ", "'CONFIG_A='" },
		{ "[config \"a/../../b\"]\n\tset = CONFIG_A=y\n", "bakeoff.conf:2: ", "a/../../b" },
		{ "[bakeoff\n", "bakeoff.conf", "" },
	};
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (mistakes); i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (Project) project = NULL;

		g_assert_true (files_write (self->path, mistakes[i].text, -1, NULL));
		project = project_load (self->path, &error);
		if (project) {
			g_test_message ("accepted: %s", mistakes[i].text);
			g_test_fail ();
			continue;
		}
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
		if (!strstr (error->message, mistakes[i].where) ||
		    !strstr (error->message, mistakes[i].what)) {
			g_test_message ("%s: not '%s' and '%s'", error->message, mistakes[i].where,
					mistakes[i].what);
			g_test_fail ();
		}
	}
}

/* A file that is not there is the user's mistake too. */
static void test_no_file (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GError) error = NULL;

	g_assert_null (project_load (self->path, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	g_assert_nonnull (strstr (error->message, self->path));
}

/* The nearest bakeoff.conf is found, and none above the root. A folder of that name is none. */
static void test_find (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *deep = g_build_filename (self->dir, "a", "b", NULL);
	g_autofree char *decoy = g_build_filename (self->dir, "a", "bakeoff.conf", NULL);
	g_autofree char *none = NULL, *found = NULL;

	g_assert_true (files_make_dir (deep, NULL) && files_make_dir (decoy, NULL));
	none = project_find (deep);
	g_assert_null (none);
	g_assert_true (files_write (self->path, "", 0, NULL));
	found = project_find (deep);
	g_assert_cmpstr (found, ==, self->path);
}

/* A patch is looked for in the patches folder, then beside bakeoff.conf. */
static void test_patch_path (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Project) project = load (self, "");
	g_autofree char *in = g_build_filename (self->dir, "patches", "a", NULL);
	g_autofree char *beside = g_build_filename (self->dir, "a", NULL);
	g_autofree char *first = NULL, *second = NULL;

	g_assert_true (files_make_dir (project->patches_dir, NULL));
	g_assert_true (files_write (beside, "", 0, NULL));
	first = project_patch_path (project, "a");
	g_assert_cmpstr (first, ==, beside);
	g_assert_true (files_write (in, "", 0, NULL));
	second = project_patch_path (project, "a");
	g_assert_cmpstr (second, ==, in);
}

/* Adds one variant of one or two patches to the file as it is now; returns how many were added. */
static guint add_variant (const Fixture *self, const char *name, const char *first,
			  const char *second)
{
	g_autoptr (Project) project = load (self, NULL);
	g_autoptr (GPtrArray) names = g_ptr_array_new ();
	g_autoptr (GPtrArray) stacks = g_ptr_array_new ();
	const char *stack[] = { first, second, NULL };
	ProjectAddition addition = { .names = names, .stacks = stacks };
	g_autoptr (GError) error = NULL;
	guint added = 99;

	g_ptr_array_add (names, (gpointer) name);
	g_ptr_array_add (stacks, stack);
	g_assert_true (project_add (project, &addition, &added, &error));
	g_assert_no_error (error);
	return added;
}

static void assert_text (const Fixture *self, const char *expected)
{
	g_autofree char *text = files_read (self->path, NULL, NULL);

	g_assert_cmpstr (text, ==, expected);
}

/* Adding twice adds once, and the user's own lines stay byte for byte. */
static void test_add_twice (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char after[] = "# mine\n[bakeoff]\n  base=v1 ; odd\n"
				    "[variant \"fix\"]\n\tpatch = 1.patch\n\tpatch = 2.patch\n";

	g_assert_true (files_write (self->path, "# mine\n[bakeoff]\n  base=v1 ; odd", -1, NULL));
	g_assert_cmpuint (add_variant (self, "fix", "1.patch", "2.patch"), ==, 1);
	assert_text (self, after);
	g_assert_cmpuint (add_variant (self, "fix", "1.patch", "2.patch"), ==, 0);
	assert_text (self, after);
}

/* A stack under another name is the user's renaming; the same name with other patches is not ours
 * to take. */
static void test_add_respects_renames (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Project) project = NULL;
	const ProjectVariant *variant;

	g_assert_true (
		files_write (self->path, "[variant \"mine\"]\n\tpatch = 1.patch\n", -1, NULL));
	g_assert_cmpuint (add_variant (self, "fix", "1.patch", NULL), ==, 0);
	g_assert_cmpuint (add_variant (self, "mine", "2.patch", NULL), ==, 1);
	g_assert_cmpuint (add_variant (self, "mine", "3.patch", NULL), ==, 1);
	g_assert_cmpuint (add_variant (self, "mine", "2.patch", NULL), ==, 0);
	/* another order is another stack */
	g_assert_cmpuint (add_variant (self, "stack", "1.patch", "2.patch"), ==, 1);
	g_assert_cmpuint (add_variant (self, "kcats", "2.patch", "1.patch"), ==, 1);
	project = load (self, NULL);
	g_assert_cmpuint (project->variants->len, ==, 5);
	variant = project->variants->pdata[0];
	g_assert_cmpstr (variant->name, ==, "mine");
	g_assert_cmpstr (variant->patches[0], ==, "1.patch");
	variant = project->variants->pdata[1];
	g_assert_cmpstr (variant->name, ==, "mine-2");
	variant = project->variants->pdata[2];
	g_assert_cmpstr (variant->name, ==, "mine-3");
}

/* Two additions of one name in one import do not become one section. */
static void test_add_equal_names (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (Project) before = load (self, "");
	g_autoptr (GPtrArray) names = g_ptr_array_new ();
	g_autoptr (GPtrArray) stacks = g_ptr_array_new ();
	const char *one[] = { "1.patch", NULL }, *two[] = { "2.patch", NULL };
	ProjectAddition addition = { .names = names, .stacks = stacks };
	g_autoptr (Project) after = NULL;
	guint added;

	g_ptr_array_add (names, (gpointer) "fix");
	g_ptr_array_add (stacks, one);
	g_ptr_array_add (names, (gpointer) "fix");
	g_ptr_array_add (stacks, two);
	g_assert_true (project_add (before, &addition, &added, NULL));
	g_assert_cmpuint (added, ==, 2);
	after = load (self, NULL);
	g_assert_cmpuint (after->variants->len, ==, 2);
}

/* A thread's subject and first mail are noted once, with whatever bytes mails have in them. */
static void test_add_subject (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char subject[] = "[BUG] \"quoted\" \\ back; # hash";
	g_autoptr (Project) before = load (self, "[bakeoff]\n\tbase = v1\n");
	g_autoptr (GPtrArray) none = g_ptr_array_new ();
	ProjectAddition addition = {
		.subject = subject, .in_reply_to = "<1@x>", .names = none, .stacks = none
	};
	g_autoptr (Project) after = NULL, again = NULL;
	guint added;

	g_assert_true (project_add (before, &addition, &added, NULL));
	g_assert_cmpuint (added, ==, 0);
	after = load (self, NULL);
	g_assert_cmpstr (after->subject, ==, subject);
	g_assert_cmpstr (after->in_reply_to, ==, "<1@x>");
	g_assert_cmpstr (after->base, ==, "v1");
	addition.subject = "another";
	g_assert_true (project_add (after, &addition, &added, NULL));
	again = load (self, NULL);
	g_assert_cmpstr (again->subject, ==, subject);
}

#define add(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	add ("/project/every-key", test_every_key);
	add ("/project/defaults", test_defaults);
	add ("/project/named-twice", test_named_twice);
	add ("/project/mistakes", test_mistakes);
	add ("/project/no-file", test_no_file);
	add ("/project/find", test_find);
	add ("/project/patch-path", test_patch_path);
	add ("/project/add/twice", test_add_twice);
	add ("/project/add/renames", test_add_respects_renames);
	add ("/project/add/equal-names", test_add_equal_names);
	add ("/project/add/subject", test_add_subject);
	return g_test_run ();
}
