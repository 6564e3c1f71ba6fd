/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is claimed of equal images.
 */
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

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/results/images", test_images);
	g_test_add_func ("/results/modules", test_modules);
	return g_test_run ();
}
