/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/template.h"
#include "kbuild/build.h"
#include "kbuild/kconfig.h"

/* What make is called with, for all targets of one build. */
typedef struct {
	const BuildSpec *spec;
	Slot *slot;
	GCancellable *cancellable;
	char **env;
} Kbuild;

static void kbuild_clear (Kbuild *self)
{
	g_strfreev (self->env);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kbuild, kbuild_clear)

void build_result_free (BuildResult *self)
{
	if (!self)
		return;
	g_free (self->sha256);
	g_free (self);
}

/*
 * Nothing of the caller's environment but where programs and the home folder are: a variable such
 * as ARCH, MAKEFLAGS or KCFLAGS would change what is built. The KBUILD_ variables and the stand-ins
 * in kbuild/tools/bin take the date, user and host out of the image (scripts/mkcompile_h).
 */
static char **make_environment (const char *data_dir)
{
	static const char *const kept[] = { "HOME", "TMPDIR", "CCACHE_DIR", "LD_LIBRARY_PATH",
					    NULL };
	g_autofree char *path =
		g_strdup_printf ("%s/kbuild/tools/bin:%s", data_dir, g_getenv ("PATH"));
	char **env = g_environ_setenv (NULL, "PATH", path, TRUE);
	guint i;

	for (i = 0; kept[i]; i++) {
		if (g_getenv (kept[i]))
			env = g_environ_setenv (env, kept[i], g_getenv (kept[i]), TRUE);
	}
	env = g_environ_setenv (env, "LC_ALL", "C", TRUE);
	env = g_environ_setenv (env, "TZ", "UTC", TRUE);
	env = g_environ_setenv (env, "SOURCE_DATE_EPOCH", "0", TRUE);
	env = g_environ_setenv (env, "KBUILD_BUILD_TIMESTAMP", "Thu Jan  1 00:00:00 UTC 1970",
				TRUE);
	env = g_environ_setenv (env, "KBUILD_BUILD_VERSION", "1", TRUE);
	env = g_environ_setenv (env, "KBUILD_BUILD_USER", "bakeoff", TRUE);
	return g_environ_setenv (env, "KBUILD_BUILD_HOST", "bakeoff", TRUE);
}

/* Lines that mean trouble on our side, whatever the source says. */
static const char *machine_trouble (const char *log_text)
{
	static const char *const signs[] = { "No space left on device",
					     "Cannot allocate memory",
					     "virtual memory exhausted",
					     "internal compiler error",
					     "Killed signal terminated program",
					     "] Killed", /* make, of what it has started */
					     "] Terminated",
					     "] Error 126", /* a program that cannot be run */
					     "] Error 127", /* one that is missing */
					     "] Error 137", /* a shell, of what it has started */
					     "terminated with signal 9", /* collect2, of ld */
					     "Disk quota exceeded",
					     "Read-only file system",
					     NULL };
	guint i;

	for (i = 0; signs[i]; i++) {
		if (strstr (log_text, signs[i]))
			return signs[i];
	}
	return NULL;
}

char *build_first_error (const char *log_text, const char *source)
{
	static const char *const signs[] = {
		": error: ", ": fatal error: ", ": undefined reference ", ": Error: ", "*** ", NULL
	};
	g_auto (GStrv) lines = g_strsplit (log_text, "\n", -1);
	g_autofree char *prefix = g_strconcat (source, "/", NULL);
	guint i, j;

	for (j = 0; signs[j]; j++) {
		for (i = 0; lines[i]; i++) {
			g_auto (GStrv) parts = NULL;

			if (!strstr (lines[i], signs[j]))
				continue;
			parts = g_strsplit (lines[i], prefix, -1);
			return g_strjoinv ("", parts);
		}
	}
	return NULL;
}

/* What a make that failed is reported as. */
static gboolean explain_failure (const Kbuild *self, const char *log_text, const char *target,
				 int status, GError **error)
{
	const char *trouble = machine_trouble (log_text);
	g_autofree char *first = build_first_error (log_text, slot_source (self->slot));

	if (trouble)
		return fail (error, BAKEOFF_ERROR_FAILED,
			     "the build broke on our side: %s (see '%s')", trouble,
			     self->spec->log);
	if (status > 128)
		return fail (error, BAKEOFF_ERROR_FAILED, "make was ended by signal %d (see '%s')",
			     status - 128, self->spec->log);
	if (first)
		return fail (error, BAKEOFF_ERROR_BUILD, "%s", first);
	return fail (error, BAKEOFF_ERROR_BUILD, "make %s ended with status %d (see '%s')", target,
		     status, self->spec->log);
}

static gboolean run_make (const Kbuild *self, const char *target, GError **error)
{
	const BuildSpec *spec = self->spec;
	g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
	g_autofree char *log_text = NULL;
	gsize start = 0;
	ProcessSpec make = { .env = self->env,
			     .log = spec->log,
			     .keep_fd = slot_lock (self->slot) };
	GStatBuf info;
	int status;
	guint i;

	g_ptr_array_add (argv, g_strdup ("make"));
	g_ptr_array_add (argv, g_strdup_printf ("-j%d", spec->jobs));
	/* a target whose recipe failed is not to look finished: old Kbuild does not say so itself
	 */
	g_ptr_array_add (argv, g_strdup ("--eval=.DELETE_ON_ERROR:"));
	g_ptr_array_add (argv, g_strdup ("-C"));
	g_ptr_array_add (argv, g_strdup (slot_source (self->slot)));
	g_ptr_array_add (argv, g_strdup_printf ("O=%s", slot_objects (self->slot)));
	g_ptr_array_add (argv, g_strdup_printf ("ARCH=%s", spec->arch));
	if (*spec->toolchain->cross)
		g_ptr_array_add (argv,
				 g_strdup_printf ("CROSS_COMPILE=%s", spec->toolchain->cross));
	for (i = 0; spec->toolchain->make[i]; i++) {
		char *value = template_expand (error, spec->toolchain->make[i], "src",
					       slot_source (self->slot), NULL);

		if (!value)
			return FALSE;
		g_ptr_array_add (argv, value);
	}
	g_ptr_array_add (argv, g_strdup (target));
	g_ptr_array_add (argv, NULL);

	if (g_stat (spec->log, &info) == 0)
		start = (gsize) info.st_size;
	make.argv = (const char *const *) argv->pdata;
	if (!process_run (&make, self->cancellable, &status, error))
		return FALSE;
	if (status == 0)
		return TRUE;
	log_text = files_read (spec->log, NULL, error);
	return log_text && explain_failure (self, log_text + start, target, status, error);
}

/* Takes make's "no" while configuring for our own: no patch can be blamed for a bad board file. */
static gboolean run_config_make (const Kbuild *self, const char *target, GError **error)
{
	g_autoptr (GError) local = NULL;

	if (run_make (self, target, &local))
		return TRUE;
	if (!g_error_matches (local, BAKEOFF_ERROR, BAKEOFF_ERROR_BUILD)) {
		g_propagate_error (error, g_steal_pointer (&local));
		return FALSE;
	}
	return fail (error, BAKEOFF_ERROR_FAILED, "make %s failed: %s", target, local->message);
}

static gboolean configure (const Kbuild *self, GError **error)
{
	const BuildSpec *spec = self->spec;
	g_autofree char *path = g_build_filename (slot_objects (self->slot), ".config", NULL);
	g_autofree char *settings = g_strjoinv ("\n", (char **) spec->settings);
	g_autofree char *inputs = g_strjoin ("\n", spec->arch, spec->defconfig, settings,
					     spec->toolchain_identity, NULL);
	g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, inputs, -1);
	g_autofree char *text = NULL, *merged = NULL, *result = NULL;

	if (slot_config_stands (self->slot, digest))
		return TRUE;
	if (!slot_set_config (self->slot, NULL, error) ||
	    !run_config_make (self, spec->defconfig, error))
		return FALSE;
	text = files_read (path, NULL, error);
	if (!text)
		return FALSE;
	merged = kconfig_merge (text, spec->settings);
	/* oldconfig, not olddefconfig: 2.6 has no other; at the end of its input it takes defaults
	 */
	if (!files_write (path, merged, -1, error) || !run_config_make (self, "oldconfig", error))
		return FALSE;
	result = files_read (path, NULL, error);
	return result && kconfig_check (result, spec->settings, slot_source (self->slot), error) &&
	       slot_set_config (self->slot, digest, error);
}

/* Keeps the image under its hash. A file of that name that is there is not trusted unread. */
static char *keep_image (const BuildSpec *spec, const char *path, GError **error)
{
	g_autofree char *sha256 = files_sha256 (path, error);
	g_autofree char *kept = sha256 ? g_build_filename (spec->images_dir, sha256, NULL) : NULL;

	if (!sha256 || !files_make_dir (spec->images_dir, error))
		return NULL;
	if (!image_is_sound (spec->images_dir, sha256) && !files_copy (path, kept, error))
		return NULL;
	return g_steal_pointer (&sha256);
}

gboolean image_is_sound (const char *images_dir, const char *sha256)
{
	g_autofree char *path = g_build_filename (images_dir, sha256, NULL);
	g_autofree char *real = files_sha256 (path, NULL);

	return g_strcmp0 (real, sha256) == 0;
}

BuildResult *build_run (const BuildSpec *spec, Slot *slot, GCancellable *cancellable,
			GError **error)
{
	g_auto (Kbuild) self = { .spec = spec, .slot = slot, .cancellable = cancellable };
	g_autoptr (BuildResult) result = g_new0 (BuildResult, 1);
	g_autofree char *image = g_build_filename (slot_objects (slot), spec->image, NULL);
	g_autofree char *config_path = g_build_filename (slot_objects (slot), ".config", NULL);
	g_autofree char *config = NULL;
	gint64 start = g_get_monotonic_time ();
	g_autofree char *tools =
		g_compute_checksum_for_string (G_CHECKSUM_SHA256, spec->toolchain_identity, -1);
	g_autoptr (GError) local = NULL;
	gboolean made;

	self.env = make_environment (spec->data_dir);
	g_unlink (image); /* so that what is there afterwards was made now */
	if (!slot_set_tools (slot, tools, error) || !slot_set_busy (slot, TRUE, error))
		return NULL;
	made = configure (&self, &local) && run_make (&self, spec->target, &local);
	/* only an end that make itself chose leaves objects that can be trusted */
	if ((made || g_error_matches (local, BAKEOFF_ERROR, BAKEOFF_ERROR_BUILD)) &&
	    !slot_set_busy (slot, FALSE, error))
		return NULL;
	if (!made) {
		g_propagate_error (error, g_steal_pointer (&local));
		return NULL;
	}
	if (!g_file_test (image, G_FILE_TEST_IS_REGULAR))
		return fail_null (
			error, BAKEOFF_ERROR_FAILED,
			"make %s left no '%s'\nthe board file's 'target' and 'image' do not "
			"belong together",
			spec->target, spec->image);
	config = files_read (config_path, NULL, error);
	if (!config)
		return NULL;
	result->modules = kconfig_has_modules (config);
	result->sha256 = keep_image (spec, image, error);
	if (!result->sha256)
		return NULL;
	result->seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
	return g_steal_pointer (&result);
}
