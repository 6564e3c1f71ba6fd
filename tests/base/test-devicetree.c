/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device trees: one and an image become one file, and are taken apart again byte
 * for byte.
 */
#include <string.h>

#include <glib/gstdio.h>

#include "base/devicetree.h"
#include "base/error.h"
#include "base/files.h"

typedef struct {
	char *dir, *dtb, *image, *joined, *dtb_again, *image_again;
} Files;

/* A tree as `dtc` writes it: version 17, one empty root, no strings. */
static const guint8 tree[] = {
	0xd0, 0x0d, 0xfe, 0xed, 0, 0, 0, 72, 0, 0, 0, 56, 0, 0, 0, 72, 0, 0, 0, 40, 0, 0, 0, 17,
	0,    0,    0,	  16,	0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 16, 0, 0, 0, 0,  0, 0, 0, 0,
	0,    0,    0,	  0,	0, 0, 0, 0,  0, 0, 0, 1,  0, 0, 0, 0,  0, 0, 0, 2,  0, 0, 0, 9,
};

static void set_up (Files *self, gconstpointer unused G_GNUC_UNUSED)
{
	self->dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	self->dtb = g_build_filename (self->dir, "dtb", NULL);
	self->image = g_build_filename (self->dir, "image", NULL);
	self->joined = g_build_filename (self->dir, "joined", NULL);
	self->dtb_again = g_build_filename (self->dir, "dtb2", NULL);
	self->image_again = g_build_filename (self->dir, "image2", NULL);
	g_assert_true (files_write (self->dtb, (const char *) tree, sizeof tree, NULL));
	g_assert_true (files_write (self->image, "ker\0nel", 7, NULL));
}

static void tear_down (Files *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
	g_free (self->dtb);
	g_free (self->image);
	g_free (self->joined);
	g_free (self->dtb_again);
	g_free (self->image_again);
}

static void test_round_trip (Files *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *dtb = NULL, *image = NULL;
	gsize dtb_size, image_size;

	g_assert_true (devicetree_join (self->dtb, self->image, self->joined, &error));
	g_assert_true (devicetree_split (self->joined, self->dtb_again, self->image_again, &error));
	dtb = files_read (self->dtb_again, &dtb_size, NULL);
	image = files_read (self->image_again, &image_size, NULL);
	g_assert_cmpmem (dtb, dtb_size, tree, sizeof tree);
	g_assert_cmpmem (image, image_size, "ker\0nel", 7);
}

/* What is no tree, a part of one, or has something behind it is not put in front of an image. */
static void test_no_tree (Files *self, gconstpointer unused G_GNUC_UNUSED)
{
	guint8 more[sizeof tree + 1] = { 0 };
	const gsize sizes[] = { 0, 3, 39, sizeof tree - 1, sizeof more };
	guint i;

	memcpy (more, tree, sizeof tree);
	for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
		g_autoptr (GError) error = NULL;

		files_write (self->dtb, (const char *) more, (gssize) sizes[i], NULL);
		g_assert_false (devicetree_join (self->dtb, self->image, self->joined, &error));
		g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
		g_assert_false (g_file_test (self->joined, G_FILE_TEST_EXISTS));
	}
}

/* An image alone has nothing to be taken off. */
static void test_not_joined (Files *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GError) error = NULL;

	g_assert_false (devicetree_split (self->image, self->dtb_again, self->image_again, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_false (g_file_test (self->image_again, G_FILE_TEST_EXISTS));
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add ("/devicetree/round-trip", Files, NULL, set_up, test_round_trip, tear_down);
	g_test_add ("/devicetree/no-tree", Files, NULL, set_up, test_no_tree, tear_down);
	g_test_add ("/devicetree/not-joined", Files, NULL, set_up, test_not_joined, tear_down);
	return g_test_run ();
}
