/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/devicetree.h"
#include "base/error.h"
#include "base/files.h"

enum {
	MAGIC = 0xd00dfeed,
	HEADER = 40 /* bytes, in version 17, the only one since 2005 */
};

static guint32 read_be32 (const char *bytes)
{
	guint32 value;

	memcpy (&value, bytes, sizeof value);
	return GUINT32_FROM_BE (value);
}

/* Length of the device tree at the start of @data; 0 where there is none. */
static gsize tree_length (const char *data, gsize length)
{
	gsize told;

	if (length < HEADER || read_be32 (data) != MAGIC)
		return 0;
	told = read_be32 (data + 4);
	return told >= HEADER && told <= length ? told : 0;
}

gboolean devicetree_join (const char *dtb, const char *image, const char *joined, GError **error)
{
	gsize tree_size, size;
	g_autofree char *tree = files_read (dtb, &tree_size, error);
	g_autofree char *kernel = tree ? files_read (image, &size, error) : NULL;
	g_autofree char *both = NULL;

	if (!kernel)
		return FALSE;
	if (tree_size == 0 || tree_length (tree, tree_size) != tree_size)
		return fail (error, BAKEOFF_ERROR_FAILED, "'%s' is no device tree blob", dtb);
	both = g_malloc (tree_size + size);
	memcpy (both, tree, tree_size);
	memcpy (both + tree_size, kernel, size);
	return files_write (joined, both, (gssize) (tree_size + size), error);
}

gboolean devicetree_split (const char *joined, const char *dtb, const char *image, GError **error)
{
	gsize size, tree_size;
	g_autofree char *both = files_read (joined, &size, error);

	if (!both)
		return FALSE;
	tree_size = tree_length (both, size);
	if (tree_size == 0)
		return fail (error, BAKEOFF_ERROR_FAILED, "'%s' has no device tree in front",
			     joined);
	return files_write (dtb, both, (gssize) tree_size, error) &&
	       files_write (image, both + tree_size, (gssize) (size - tree_size), error);
}
