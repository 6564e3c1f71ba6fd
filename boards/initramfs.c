/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/error.h"
#include "base/files.h"
#include "boards/initramfs.h"

typedef struct archive Archive;
typedef struct archive_entry Entry;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Archive, archive_write_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Entry, archive_entry_free)

/* What stands beside /init, in order: a folder before what is in it. */
static const struct {
	const char *path;
	mode_t mode;
	unsigned int major, minor; /* Documentation/admin-guide/devices.txt */
} nodes[] = {
	{ "dev", S_IFDIR | 0755, 0, 0 },      { "dev/console", S_IFCHR | 0600, 5, 1 },
	{ "dev/null", S_IFCHR | 0666, 1, 3 }, { "proc", S_IFDIR | 0755, 0, 0 },
	{ "sys", S_IFDIR | 0755, 0, 0 },      { "tmp", S_IFDIR | 01777, 0, 0 },
};

static gboolean archive_fail (Archive *archive, const char *path, GError **error)
{
	return fail (error, BAKEOFF_ERROR_FAILED, "cannot write '%s': %s", path,
		     archive_error_string (archive));
}

/* Writes one header. Owner and times stay zero: equal programs give equal archives. */
static int write_header (Archive *archive, const char *path, mode_t mode, dev_t device, gsize size)
{
	g_autoptr (Entry) entry = archive_entry_new ();

	archive_entry_set_pathname (entry, path);
	archive_entry_set_mode (entry, mode);
	archive_entry_set_nlink (entry, S_ISDIR (mode) ? 2 : 1);
	archive_entry_set_mtime (entry, 0, 0);
	archive_entry_set_size (entry, (la_int64_t) size);
	if (S_ISCHR (mode))
		archive_entry_set_rdev (entry, device);
	return archive_write_header (archive, entry);
}

gboolean initramfs_write (const char *path, const char *init, GError **error)
{
	g_autoptr (Archive) archive = archive_write_new ();
	g_autofree char *program = NULL;
	gsize length, i;

	program = files_read (init, &length, error);
	if (!program)
		return FALSE;
	if (archive_write_set_format_cpio_newc (archive) != ARCHIVE_OK ||
	    archive_write_add_filter_none (archive) != ARCHIVE_OK ||
	    archive_write_open_filename (archive, path) != ARCHIVE_OK)
		return archive_fail (archive, path, error);
	for (i = 0; i < G_N_ELEMENTS (nodes); i++)
		if (write_header (archive, nodes[i].path, nodes[i].mode,
				  makedev (nodes[i].major, nodes[i].minor), 0) != ARCHIVE_OK)
			return archive_fail (archive, path, error);
	if (write_header (archive, "init", S_IFREG | 0755, 0, length) != ARCHIVE_OK ||
	    archive_write_data (archive, program, length) != (la_ssize_t) length ||
	    archive_write_close (archive) != ARCHIVE_OK)
		return archive_fail (archive, path, error);
	return TRUE;
}
