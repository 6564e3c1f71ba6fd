/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is claimed of equal images, and of images that are gone.
 */
#include <glib/gstdio.h>

#include "base/files.h"
#include "matrix/results.h"

typedef struct {
	PlanBoard board;
	ProjectConfig config;
	Variant names[2];
	PlanVariant variants[2];
	Cell cells[2];
	Plan plan;
} Fixture;

/* Two cells of one board and config: base and a fix, with images of those names. */
static void make_plan (Fixture *self, const char *base, const char *fix, gboolean modules)
{
	const char *const images[] = { base, fix };
	const char *const names[] = { "base", "fix" };
	guint i;

	*self = (Fixture){ 0 };
	self->plan.cells = g_ptr_array_new ();
	for (i = 0; i < 2; i++) {
		self->names[i].name = (char *) names[i];
		self->variants[i].variant = &self->names[i];
		self->cells[i] = (Cell){ .index = i,
					 .variant = &self->variants[i],
					 .board = &self->board,
					 .config = &self->config,
					 .modules = modules,
					 .image = (char *) images[i] };
		g_ptr_array_add (self->plan.cells, &self->cells[i]);
	}
}

static void assert_same_as (Fixture *self, const char *wanted)
{
	results_compare_images (&self->plan);
	g_assert_null (self->cells[0].same_as);
	g_assert_cmpstr (self->cells[1].same_as, ==, wanted);
	g_free (self->cells[1].same_as);
	g_ptr_array_unref (self->plan.cells);
}

/* Equal images are the same, different ones are not, and what has no image is nothing's equal. */
static void test_images (void)
{
	Fixture fixture;

	make_plan (&fixture, "1", "1", FALSE);
	assert_same_as (&fixture, "base");
	make_plan (&fixture, "1", "2", FALSE);
	assert_same_as (&fixture, NULL);
	make_plan (&fixture, NULL, NULL, FALSE);
	assert_same_as (&fixture, NULL);
}

/* With modules an equal image proves nothing: the change may be in one of them. */
static void test_modules (void)
{
	Fixture fixture;

	make_plan (&fixture, "1", "1", TRUE);
	assert_same_as (&fixture, NULL);
}

/* ---- images that are gone ---- */

#define IMAGE_TEXT "a kernel"

/* A store and a folder with one image; the cell was built, and where `boot` says so, booted. */
typedef struct {
	char *dir, *images, *image, *path;
	Store *store;
	Board described;
	PlanBoard board;
	ProjectConfig config;
	Applied applied;
	Variant name;
	PlanVariant variant;
	Cell cell;
} Kept;

static void set_up (Kept *self, gconstpointer unused G_GNUC_UNUSED)
{
	StoredBuild build = { .ok = TRUE, .log = (char *) "logs/build" };
	g_autofree char *path = NULL;

	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	path = g_build_filename (self->dir, "results.db", NULL);
	self->images = g_build_filename (self->dir, "images", NULL);
	self->image = g_compute_checksum_for_string (G_CHECKSUM_SHA256, IMAGE_TEXT, -1);
	self->path = g_build_filename (self->images, self->image, NULL);
	g_assert_true (files_make_dir (self->images, NULL));
	g_assert_true (files_write (self->path, IMAGE_TEXT, -1, NULL));
	self->store = store_open (path, NULL);
	self->described = (Board){ .bootable = TRUE, .boot_digest = (char *) "boot" };
	self->board.board = &self->described;
	self->board.probe_digest = (char *) "probe";
	self->applied.ok = TRUE;
	self->name.name = (char *) "base";
	self->variant = (PlanVariant){ .variant = &self->name, .applied = &self->applied };
	self->cell = (Cell){ .variant = &self->variant,
			     .applied = &self->applied,
			     .board = &self->board,
			     .config = &self->config,
			     .key = (char *) "key" };
	build.image = self->image;
	g_assert_true (store_put_build (self->store, "key", &build, NULL));
}

static void tear_down (Kept *self, gconstpointer unused G_GNUC_UNUSED)
{
	store_free (self->store);
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->cell.image);
	g_free (self->cell.detail);
	g_free (self->cell.log);
	g_free (self->path);
	g_free (self->image);
	g_free (self->images);
	g_free (self->dir);
}

static void add_boot (Kept *self)
{
	BootResult passed = { .outcome = BOOT_PASS, .detail = (char *) "1 test ok" };
	g_autofree char *key = NULL;

	self->cell.image = self->image;
	key = plan_boot_key (&self->cell);
	self->cell.image = NULL;
	g_assert_true (store_add_boot (self->store, key, &passed, "logs/boot", NULL));
}

/* Judges the cell. @image: whether it keeps its image, and the store its build. */
static void assert_judged (Kept *self, Verdict verdict, gboolean image)
{
	g_autoptr (StoredBuild) build = NULL;

	g_assert_true (results_judge (&self->cell, self->store, self->images, NULL));
	g_assert_cmpint (self->cell.verdict, ==, verdict);
	g_assert_cmpstr (self->cell.image, ==, image ? self->image : NULL);
	build = store_get_build (self->store, "key", NULL);
	g_assert_cmpint (build != NULL, ==, image);
}

/* What was booted keeps its verdict and its hash when the image is removed. */
static void test_gone_booted (Kept *self, gconstpointer unused G_GNUC_UNUSED)
{
	add_boot (self);
	assert_judged (self, VERDICT_PASS, TRUE);
	g_assert_cmpint (g_unlink (self->path), ==, 0);
	assert_judged (self, VERDICT_PASS, TRUE);
	g_assert_cmpint (self->cell.runs, ==, 1);
}

/* Counterpart: what was not booted yet needs its image, and is built again for it. */
static void test_gone_not_booted (Kept *self, gconstpointer unused G_GNUC_UNUSED)
{
	assert_judged (self, VERDICT_PENDING, TRUE);
	g_assert_cmpint (g_unlink (self->path), ==, 0);
	assert_judged (self, VERDICT_PENDING, FALSE);
}

/* A build-only board has its verdict from the build alone. */
static void test_gone_build_only (Kept *self, gconstpointer unused G_GNUC_UNUSED)
{
	self->described.bootable = FALSE;
	g_assert_cmpint (g_unlink (self->path), ==, 0);
	assert_judged (self, VERDICT_BUILT, TRUE);
}

/* A damaged image is not taken for one that is gone: it is built again, on any board, and until
 * then equals no other. */
static void test_damaged (Kept *self, gconstpointer build_only)
{
	add_boot (self);
	self->described.bootable = !build_only;
	g_assert_true (files_write (self->path, "", 0, NULL));
	assert_judged (self, VERDICT_PENDING, FALSE);
}

/* Who needs the image itself has the build forgotten where it is gone or damaged, and only then. */
static void test_need_image (Kept *self, gconstpointer damaged)
{
	g_autoptr (StoredBuild) build = NULL;

	add_boot (self);
	g_assert_true (results_need_image (&self->cell, self->store, self->images, NULL));
	assert_judged (self, VERDICT_PASS, TRUE);
	if (damaged)
		g_assert_true (files_write (self->path, "another", -1, NULL));
	else
		g_assert_cmpint (g_unlink (self->path), ==, 0);
	g_assert_true (results_need_image (&self->cell, self->store, self->images, NULL));
	build = store_get_build (self->store, "key", NULL);
	g_assert_null (build);
}

static void add (const char *path, gconstpointer data, void (*test) (Kept *, gconstpointer))
{
	g_test_add (path, Kept, data, set_up, test, tear_down);
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/results/images", test_images);
	g_test_add_func ("/results/modules", test_modules);
	add ("/results/gone/booted", NULL, test_gone_booted);
	add ("/results/gone/not-booted", NULL, test_gone_not_booted);
	add ("/results/gone/build-only", NULL, test_gone_build_only);
	add ("/results/damaged/bootable", NULL, test_damaged);
	add ("/results/damaged/build-only", "", test_damaged);
	add ("/results/need-image/gone", NULL, test_need_image);
	add ("/results/need-image/damaged", "", test_need_image);
	return g_test_run ();
}
