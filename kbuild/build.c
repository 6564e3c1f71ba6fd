/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/devicetree.h"
#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/template.h"
#include "base/text.h"
#include "kbuild/build.h"
#include "kbuild/kconfig.h"
#include "kbuild/sandbox.h"

enum {
	LOCK_FD = 19,  /* in makes: out of the way of what they open */
	MAKE_ERROR = 2 /* the highest status that make(1) ends with */
};

/* What make is called with, for all targets of one build. */
typedef struct {
	const BuildSpec *spec;
	Slot *slot;
	GCancellable *cancellable;
	SlotView view;
	char **env;
} Kbuild;

static void kbuild_clear (Kbuild *self)
{
	g_strfreev (self->env);
	g_strfreev (self->view.readable);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kbuild, kbuild_clear)

void build_result_free (BuildResult *self)
{
	if (!self)
		return;
	g_free (self->sha256);
	g_free (self);
}

char *build_ccache_folder (void)
{
	static const char *const places[] = { "/usr/lib/ccache", "/usr/lib64/ccache",
					      "/usr/local/lib/ccache", NULL };
	g_autofree char *program = g_find_program_in_path ("ccache");
	guint i;

	for (i = 0; program && places[i]; i++) {
		if (g_file_test (places[i], G_FILE_TEST_IS_DIR))
			return g_strdup (places[i]);
	}
	return NULL;
}

/* The search path: our stand-ins, then ccache's names of compilers, then the user's. */
static char *search_path (const BuildSpec *spec)
{
	g_autofree char *tools = g_build_filename (spec->data_dir, "kbuild", "tools", "bin", NULL);
	g_autofree char *ccache = spec->ccache_dir ? build_ccache_folder () : NULL;

	return g_strconcat (tools, ":", ccache ? ccache : "", ccache ? ":" : "", g_getenv ("PATH"),
			    NULL);
}

/* A variant only reads the cache: what a stranger's build left there would be in other builds. */
static char **ccache_environment (char **env, const BuildSpec *spec, const Slot *slot)
{
	env = g_environ_setenv (env, "CCACHE_DIR", spec->ccache_dir, TRUE);
	env = g_environ_setenv (env, "CCACHE_TEMPDIR", "/tmp", TRUE);
	/* no CCACHE_BASEDIR: it rewrites paths on the command line, and __FILE__ with them. Every
	 * sandbox has the same paths anyway. */
	/* the cache must open what it hashes: see source_unread() */
	env = g_environ_setenv (env, "CCACHE_NOINODECACHE", "1", TRUE);
	if (slot_is_variant (slot))
		env = g_environ_setenv (env, "CCACHE_READONLY", "1", TRUE);
	return env;
}

/*
 * Nothing of the caller's environment but where programs are: a variable such as ARCH, MAKEFLAGS or
 * KCFLAGS would change what is built. The KBUILD_ variables and the stand-ins in kbuild/tools/bin
 * take the date, user and host out of the image (scripts/mkcompile_h).
 */
static char **make_environment (const BuildSpec *spec, const Slot *slot, const SlotView *view)
{
	static const char *const fixed[][2] = {
		{ "LC_ALL", "C" },
		{ "TZ", "UTC" },
		{ "HOME", "/tmp" },
		{ "SOURCE_DATE_EPOCH", "0" },
		{ "KBUILD_BUILD_TIMESTAMP", "Thu Jan  1 00:00:00 UTC 1970" },
		{ "KBUILD_BUILD_VERSION", "1" },
		{ "KBUILD_BUILD_USER", "bakeoff" },
		{ "KBUILD_BUILD_HOST", "bakeoff" },
	};
	g_autofree char *path = search_path (spec);
	g_autofree char *flags = jobserver_makeflags (spec->jobserver, slot_jobserver (slot, view));
	char **env = g_environ_setenv (NULL, "PATH", path, TRUE);
	guint i;

	for (i = 0; i < G_N_ELEMENTS (fixed); i++)
		env = g_environ_setenv (env, fixed[i][0], fixed[i][1], TRUE);
	env = g_environ_setenv (env, "MAKEFLAGS", flags, TRUE);
	if (g_getenv ("LD_LIBRARY_PATH")) /* of a compiler that was not installed by a package */
		env = g_environ_setenv (env, "LD_LIBRARY_PATH", g_getenv ("LD_LIBRARY_PATH"), TRUE);
	return spec->ccache_dir ? ccache_environment (env, spec, slot) : env;
}

/* Folders of compilers and make that lie where the sandbox shows nothing. */
static char **readable_folders (const BuildSpec *spec)
{
	g_autofree char *compiler = toolchain_compiler (spec->toolchain);
	g_autofree char *linker = toolchain_linker (spec->toolchain);
	const char *const programs[] = { "make", compiler, linker, NULL };
	g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();
	guint i;

	for (i = 0; programs[i]; i++) {
		g_auto (GStrv) needed = sandbox_readable (programs[i]);

		g_strv_builder_addv (folders, (const char **) needed);
	}
	return g_strv_builder_end (folders);
}

/* gcc quotes the source under a message: `  607 | text`, and `      | ^~~~`. */
static gboolean is_quote (const char *line)
{
	line += strspn (line, " ");
	line += strspn (line, "0123456789");
	line += strspn (line, " ");
	return *line == '|';
}

/* What means trouble on our side, whatever the source says: (transfer full) (nullable). */
static char *machine_trouble (const char *log_text)
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
	/* what speaks when a sandbox cannot be made: kbuild/tools/sandbox */
	static const char *const starts[] = { "unshare: ", "mount: ", "bwrap: ", NULL };
	g_auto (GStrv) lines = g_strsplit (log_text, "\n", -1);
	guint i, j;

	for (i = 0; lines[i]; i++) {
		for (j = 0; starts[j]; j++) {
			if (g_str_has_prefix (lines[i], starts[j]))
				return g_strdup (lines[i]);
		}
		for (j = 0; signs[j]; j++) {
			if (!is_quote (lines[i]) && strstr (lines[i], signs[j]))
				return g_strdup (signs[j]);
		}
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
			g_autofree char *joined = NULL;

			if (!strstr (lines[i], signs[j]))
				continue;
			parts = g_strsplit (lines[i], prefix, -1);
			joined = g_strjoinv ("", parts);
			return text_printable (joined, -1);
		}
	}
	return NULL;
}

/* What a make that failed is reported as. */
static gboolean explain_failure (const Kbuild *self, const char *log_text, const char *target,
				 int status, GError **error)
{
	g_autofree char *trouble = machine_trouble (log_text);
	g_autofree char *first = build_first_error (log_text, slot_source (self->slot));

	if (trouble)
		return fail (error, BAKEOFF_ERROR_FAILED,
			     "the build broke on our side: %s (see '%s')", trouble,
			     self->spec->log);
	if (status > 128)
		return fail (error, BAKEOFF_ERROR_FAILED, "make was ended by signal %d (see '%s')",
			     status - 128, self->spec->log);
	if (status > MAKE_ERROR) /* of what should have started make */
		return fail (error, BAKEOFF_ERROR_FAILED, "make was not run: status %d (see '%s')",
			     status, self->spec->log);
	if (first)
		return fail (error, BAKEOFF_ERROR_BUILD, "%s", first);
	return fail (error, BAKEOFF_ERROR_BUILD, "make %s ended with status %d (see '%s')", target,
		     status, self->spec->log);
}

static char **make_command (const Kbuild *self, const char *target, GError **error)
{
	const BuildSpec *spec = self->spec;
	g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
	g_autofree char *output = g_strdup_printf ("O=%s", slot_objects (self->slot));
	g_autofree char *arch = g_strdup_printf ("ARCH=%s", spec->arch);
	g_autofree char *cross = g_strdup_printf ("CROSS_COMPILE=%s", spec->toolchain->cross);
	g_auto (GStrv) targets = NULL, argv = NULL;
	guint i;

	/* a target whose recipe failed is not to look finished: old Kbuild does not say so itself
	 */
	g_strv_builder_add_many (words, "make", "--eval=.DELETE_ON_ERROR:", "-C",
				 slot_source (self->slot), output, arch, NULL);
	if (*spec->toolchain->cross)
		g_strv_builder_add (words, cross);
	for (i = 0; spec->toolchain->make[i]; i++) {
		g_autofree char *value = template_expand (error, spec->toolchain->make[i], "src",
							  slot_source (self->slot), NULL);

		if (!value)
			return NULL;
		g_strv_builder_add (words, value);
	}
	targets = g_strsplit (target, " ", -1);
	g_strv_builder_addv (words, (const char **) targets);
	argv = g_strv_builder_end (words);
	return slot_command (self->slot, &self->view, (const char *const *) argv);
}

/* Runs @argv as a make that has one token of the jobserver and may take more. */
static gboolean run_with_tokens (const Kbuild *self, char **argv, int *out_status, GError **error)
{
	const BuildSpec *spec = self->spec;
	/* in a sandbox nothing outlives us, and a stranger's build could give the lock back */
	ProcessFd fds[] = { { -1, JOBSERVER_READ_FD },
			    { -1, JOBSERVER_WRITE_FD },
			    { slot_lock (self->slot), slot_is_guarded (self->slot) ? 0 : LOCK_FD },
			    { 0 } };
	ProcessSpec make = {
		.argv = (const char *const *) argv, .env = self->env, .log = spec->log, .fds = fds
	};
	gboolean done;

	if (!jobserver_acquire (spec->jobserver, self->cancellable, error))
		return FALSE;
	done = jobserver_open (spec->jobserver, &fds[0].fd, &fds[1].fd, error);
	if (done) {
		done = process_run (&make, self->cancellable, out_status, error);
		close (fds[0].fd);
		close (fds[1].fd);
	}
	jobserver_release (spec->jobserver);
	return done;
}

static gboolean run_make (const Kbuild *self, const char *target, GError **error)
{
	g_auto (GStrv) argv = make_command (self, target, error);
	g_autofree char *log_text = NULL;
	gsize start = 0;
	GStatBuf info;
	int status;

	if (g_stat (self->spec->log, &info) == 0)
		start = (gsize) info.st_size;
	if (!argv || !run_with_tokens (self, argv, &status, error))
		return FALSE;
	if (status == 0)
		return TRUE;
	log_text = files_read (self->spec->log, NULL, error);
	return log_text && explain_failure (self, log_text + start, target, status, error);
}

/* What goes wrong while base is configured is our own: no patch can be blamed for a bad board file.
 * Where base was configured, the variant's Kconfig files are to blame. */
static gboolean run_config_make (const Kbuild *self, const char *target, GError **error)
{
	g_autoptr (GError) local = NULL;

	if (run_make (self, target, &local))
		return TRUE;
	if (!slot_is_variant (self->slot) &&
	    g_error_matches (local, BAKEOFF_ERROR, BAKEOFF_ERROR_BUILD))
		return fail (error, BAKEOFF_ERROR_CONFIG, "make %s failed: %s", target,
			     local->message);
	g_propagate_error (error, g_steal_pointer (&local));
	return FALSE;
}

/* The .config that there is: of a variant it may be base's, where make found nothing to change. */
static char *read_config (const Slot *slot, GError **error)
{
	g_autofree char *path = slot_object (slot, ".config");

	return path ? files_read (path, NULL, error)
		    : fail_null (error, BAKEOFF_ERROR_FAILED, "make left no '.config'");
}

static gboolean check_options (const Kbuild *self, GError **error)
{
	g_autofree char *text = read_config (self->slot, error);
	g_autoptr (GError) local = NULL;

	if (!text)
		return FALSE;
	return kconfig_check (text, self->spec->settings, slot_real_source (self->slot), &local) ||
	       fail (error,
		     slot_is_variant (self->slot) ? BAKEOFF_ERROR_BUILD : BAKEOFF_ERROR_CONFIG,
		     "%s", local->message);
}

/* What decides a .config, besides the tree. */
static char *config_digest (const BuildSpec *spec)
{
	g_autofree char *settings = g_strjoinv ("\n", (char **) spec->settings);
	g_autofree char *inputs = g_strjoin ("\n", spec->arch, spec->defconfig, settings,
					     spec->toolchain_identity, NULL);

	return g_compute_checksum_for_string (G_CHECKSUM_SHA256, inputs, -1);
}

static char *tools_digest (const BuildSpec *spec)
{
	return g_compute_checksum_for_string (G_CHECKSUM_SHA256, spec->toolchain_identity, -1);
}

gboolean build_is_ready (const BuildSpec *spec, const Slot *slot)
{
	g_autofree char *config = config_digest (spec);
	g_autofree char *tools = tools_digest (spec);

	return slot_is_ready (slot, config, tools);
}

static gboolean configure (const Kbuild *self, GError **error)
{
	const BuildSpec *spec = self->spec;
	g_autofree char *path = slot_object_new (self->slot, ".config");
	g_autofree char *digest = config_digest (spec);
	g_autofree char *text = NULL, *merged = NULL;

	if (slot_config_stands (self->slot, digest))
		return TRUE;
	if (!slot_set_config (self->slot, NULL, error) ||
	    !run_config_make (self, spec->defconfig, error))
		return FALSE;
	text = read_config (self->slot, error);
	if (!text)
		return FALSE;
	merged = kconfig_merge (text, spec->settings);
	/* oldconfig, not olddefconfig: 2.6 has no other; at the end of its input it takes defaults
	 */
	return files_write (path, merged, -1, error) &&
	       run_config_make (self, "oldconfig", error) && check_options (self, error) &&
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
	files_touch (kept);
	return g_steal_pointer (&sha256);
}

gboolean image_is_sound (const char *images_dir, const char *sha256)
{
	g_autofree char *path = g_build_filename (images_dir, sha256, NULL);
	g_autofree char *real = files_sha256 (path, NULL);

	return g_strcmp0 (real, sha256) == 0;
}

/* configure and make; a slot is left busy where make did not come to an end of its own. */
static gboolean make_image (const Kbuild *self, GError **error)
{
	GError *local = NULL;
	gboolean made = configure (self, &local) && run_make (self, self->spec->target, &local);

	if ((made || g_error_matches (local, BAKEOFF_ERROR, BAKEOFF_ERROR_BUILD)) &&
	    !slot_set_busy (self->slot, FALSE, error)) {
		g_clear_error (&local);
		return FALSE;
	}
	if (!made)
		g_propagate_error (error, local);
	return made;
}

/* The device tree that make left. Returns: (transfer full) (nullable): the file. */
static char *find_dtb (const Kbuild *self, GError **error)
{
	const char *const *dtb;

	for (dtb = self->spec->dtbs; *dtb; dtb++) {
		char *path = slot_object (self->slot, *dtb);

		if (path)
			return path;
	}
	return fail_null (error, BAKEOFF_ERROR_FAILED,
			  "make %s left no '%s'\nthe board file's 'target' and 'dtb' do not belong "
			  "together",
			  self->spec->target, dtb[-1]);
}

/* Returns: (transfer full): what is to be kept: @image, or a new file with the device tree too. */
static char *join_dtb (const Kbuild *self, const char *image, GError **error)
{
	g_autofree char *dtb = NULL, *joined = NULL;

	if (!self->spec->dtbs || !*self->spec->dtbs)
		return g_strdup (image);
	dtb = find_dtb (self, error);
	joined = slot_object_new (self->slot, "bakeoff.image");
	if (!dtb || !devicetree_join (dtb, image, joined, error))
		return NULL;
	return g_steal_pointer (&joined);
}

static gboolean read_results (const Kbuild *self, BuildResult *result, GError **error)
{
	const BuildSpec *spec = self->spec;
	g_autofree char *image = slot_object (self->slot, spec->image);
	g_autofree char *config = NULL, *whole = NULL;

	if (!image)
		return fail (error, BAKEOFF_ERROR_FAILED,
			     "make %s left no '%s'\nthe board file's 'target' and 'image' do not "
			     "belong together",
			     spec->target, spec->image);
	config = read_config (self->slot, error);
	if (!config)
		return FALSE;
	result->modules = kconfig_has_modules (config);
	whole = join_dtb (self, image, error);
	result->sha256 = whole ? keep_image (spec, whole, error) : NULL;
	return result->sha256 != NULL;
}

static void forget_outputs (const Kbuild *self)
{
	g_autofree char *image = slot_object (self->slot, self->spec->image);
	const char *const *dtb;

	if (image)
		g_unlink (image);
	for (dtb = self->spec->dtbs; dtb && *dtb; dtb++) {
		g_autofree char *path = slot_object (self->slot, *dtb);

		if (path)
			g_unlink (path);
	}
}

BuildResult *build_run (const BuildSpec *spec, Slot *slot, GCancellable *cancellable,
			GError **error)
{
	g_auto (Kbuild) self = { .spec = spec, .slot = slot, .cancellable = cancellable };
	g_autoptr (BuildResult) result = g_new0 (BuildResult, 1);
	g_autofree char *tools = tools_digest (spec);
	gint64 start = g_get_monotonic_time ();

	self.view.jobserver = jobserver_path (spec->jobserver);
	self.view.ccache_dir = spec->ccache_dir;
	self.view.readable = readable_folders (spec);
	self.env = make_environment (spec, slot, &self.view);
	/* so that what is there afterwards was made now; a variant's may be the base's, and then
	 * make says so by leaving it alone */
	if (!slot_is_variant (slot))
		forget_outputs (&self);
	if ((spec->ccache_dir && !files_make_dir (spec->ccache_dir, error)) ||
	    !slot_set_tools (slot, tools, error) || !slot_set_busy (slot, TRUE, error) ||
	    !make_image (&self, error) || !read_results (&self, result, error))
		return NULL;
	result->seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
	return g_steal_pointer (&result);
}
