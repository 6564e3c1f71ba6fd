/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE /* memmem() */
#include <string.h>

#include "boards/build-id.h"

enum {
	ID_BYTES = 20 /* SHA-1 */
};

/* The note's header: sizes of name and hash, type 3, the name; in the kernel's own byte order. */
static const guint8 headers[][16] = {
	{ 4, 0, 0, 0, ID_BYTES, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0 },
	{ 0, 0, 0, 4, 0, 0, 0, ID_BYTES, 0, 0, 0, 3, 'G', 'N', 'U', 0 },
};

static char *to_hex (const guint8 *bytes)
{
	GString *hex = g_string_new (NULL);
	int i;

	for (i = 0; i < ID_BYTES; i++)
		g_string_append_printf (hex, "%02x", bytes[i]);
	return g_string_free (hex, FALSE);
}

/* Looks for @hex behind each header of that form; counts the headers. */
static gboolean find (const char *data, gsize length, const guint8 *header, const char *hex,
		      guint *count)
{
	const char *at = data, *end = data + length;

	while ((at = memmem (at, (gsize) (end - at), header, sizeof (headers[0])))) {
		g_autofree char *id = NULL;

		at += sizeof (headers[0]);
		if (end - at < ID_BYTES)
			break;
		id = to_hex ((const guint8 *) at);
		(*count)++;
		if (g_ascii_strcasecmp (id, hex) == 0)
			return TRUE;
	}
	return FALSE;
}

gboolean build_id_fits (const char *image, const char *hex)
{
	g_autoptr (GMappedFile) file = g_mapped_file_new (image, FALSE, NULL);
	guint count = 0;
	gsize i;

	for (i = 0; file && g_mapped_file_get_contents (file) && i < G_N_ELEMENTS (headers); i++)
		if (find (g_mapped_file_get_contents (file), g_mapped_file_get_length (file),
			  headers[i], hex, &count))
			return TRUE;
	return count == 0;
}
