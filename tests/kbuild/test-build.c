/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Builds: what the source is to blame for and what is not, with a kernel that is one Makefile.
 */
#include "kbuild/build.h"
#include "tests/kbuild/fixture.h"

/* Called as Linux is; `Image` runs what the file `recipe` says. */
#define MAKEFILE                                                                                   \
	"tiny_defconfig: ; @printf 'CONFIG_A=y\\n# CONFIG_B is not set\\n' >$(O)/.config\n"        \
	"oldconfig: ; @sh ./oldconfig.sh $(O)/.config\n"                                           \
	"Image: ; @O=$(O) CC='$(CC)' ARCH=$(ARCH) MAKER=$$PPID sh ./recipe\n"

typedef struct {
	Fixture trees;
	char *images, *log;
	Source *source;
	Slot *slot; /* NULL where the test is skipped */
	Jobserver *jobserver;
	Toolchain toolchain;
	char *make[2];
} Builds;

static void put (const Builds *self, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename (slot_real_source (self->slot), name, NULL);

	g_assert_true (files_write (path, text, -1, NULL));
}

static void set_up (Builds *self)
{
	self->images = g_build_filename (self->trees.dir, "images", NULL);
	self->log = g_build_filename (self->trees.dir, "log", NULL);
	self->make[0] = (char *) "CC=cc -I%{src}/include";
	self->toolchain.name = (char *) "host";
	self->toolchain.cross = (char *) "";
	self->toolchain.make = self->make;
	fixture_put (&self->trees, "base", "Makefile", MAKEFILE);
	fixture_put (&self->trees, "base", "oldconfig.sh", "");
	fixture_put (&self->trees, "base", "recipe", "printf image >$O/Image\n");
	self->source = fixture_open_source (&self->trees, "base");
	self->slot = fixture_open_slot (&self->trees, self->source);
	g_assert_true (slot_own (self->slot, NULL, NULL));
	self->jobserver = jobserver_new (self->trees.dir, 1, NULL);
	g_assert_nonnull (self->jobserver);
}

static void tear_down (Builds *self)
{
	jobserver_free (self->jobserver);
	slot_free (self->slot);
	source_free (self->source);
	g_free (self->images);
	g_free (self->log);
}

static BuildResult *build_with (const Builds *self, const char *setting, const char *const *dtbs,
				GCancellable *cancellable, GError **error)
{
	const char *const settings[] = { setting, NULL };
	BuildSpec spec = {
		.toolchain = &self->toolchain,
		.toolchain_identity = "host",
		.data_dir = self->trees.data,
		.arch = "arm",
		.defconfig = "tiny_defconfig",
		.settings = settings,
		.target = "Image",
		.image = "Image",
		.dtbs = dtbs,
		.images_dir = self->images,
		.log = self->log,
		.jobserver = self->jobserver,
	};

	return build_run (&spec, self->slot, cancellable, error);
}

static BuildResult *build (const Builds *self, const char *setting, GCancellable *cancellable,
			   GError **error)
{
	return build_with (self, setting, NULL, cancellable, error);
}

/* Builds with @recipe, which must fail with @code and say @says. */
static void build_fails (Builds *self, const char *recipe, BakeoffErrorCode code, const char *says)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (BuildResult) result = NULL;

	put (self, "recipe", recipe);
	result = build (self, NULL, NULL, &error);
	g_assert_null (result);
	g_assert_error (error, BAKEOFF_ERROR, (int) code);
	if (!strstr (error->message, says))
		g_error ("no '%s' in '%s'", says, error->message);
}

/* The image is kept under its SHA-256 (of `image`, by sha256sum(1)), and known to be sound. */
static void test_image (Builds *self)
{
	static const char sum[] =
		"6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d";
	g_autoptr (GError) error = NULL;
	g_autoptr (BuildResult) result = build (self, "CONFIG_A=y", NULL, &error);
	g_autofree char *kept = g_build_filename (self->images, sum, NULL);
	g_autofree char *text = NULL;

	g_assert_no_error (error);
	g_assert_cmpstr (result->sha256, ==, sum);
	g_assert_cmpfloat (result->seconds, >, 0);
	text = files_read (kept, NULL, NULL);
	g_assert_cmpstr (text, ==, "image");
	g_assert_true (image_is_sound (self->images, sum));
	/* the counterpart: another byte, and no file at all */
	g_assert_true (files_write (kept, "imagE", -1, NULL));
	g_assert_false (image_is_sound (self->images, sum));
	g_clear_pointer (&result, build_result_free);
	result = build (self, "CONFIG_A=y", NULL, &error);
	g_assert_no_error (error);
	g_assert_true (image_is_sound (self->images, sum));
	g_unlink (kept);
	g_assert_false (image_is_sound (self->images, sum));
}

/* The device tree is part of the image: another one makes another image, none is our trouble. */
static void test_device_tree (Builds *self)
{
	const char *const dtbs[] = { "moved/board.dtb", "board.dtb", NULL };
	g_autofree char *hashes[2] = { NULL, NULL };
	g_autoptr (GError) error = NULL;
	guint i;

	for (i = 0; i < 2; i++) {
		/* 40 bytes that tell their length, and 4 more of which one differs */
		g_autofree char *recipe = g_strdup_printf (
			"printf image >$O/Image; { printf '\\320\\r\\376\\355\\0\\0\\0,'; "
			"head -c 32 /dev/zero; printf '\\0\\0\\0'; printf %u; } >$O/board.dtb\n",
			i);
		g_autoptr (BuildResult) result = NULL;
		g_autofree char *kept = NULL, *text = NULL;
		gsize length;

		put (self, "recipe", recipe);
		result = build_with (self, NULL, dtbs, NULL, &error);
		g_assert_no_error (error);
		hashes[i] = g_strdup (result->sha256);
		kept = g_build_filename (self->images, result->sha256, NULL);
		text = files_read (kept, &length, NULL);
		g_assert_cmpuint (length, ==, 44 + strlen ("image"));
		g_assert_cmpstr (text + 44, ==, "image");
		g_assert_cmpint (text[43], ==, '0' + (int) i);
	}
	g_assert_cmpstr (hashes[0], !=, hashes[1]);
	put (self, "recipe", "printf image >$O/Image\n");
	g_assert_null (build_with (self, NULL, dtbs, NULL, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, "'target' and 'dtb'"));
}

/* make sees ARCH and the toolchain's variables with %{src} filled in, and nothing of our
 * environment that could change what is built. */
static void test_environment (Builds *self)
{
	g_autofree char *made = slot_object_new (self->slot, "Image");
	g_autofree char *wanted = g_strdup_printf (
		"arm|cc -I%s/include||UTC|C|Thu Jan  1 00:00:00 UTC 1970|1|bakeoff",
		slot_source (self->slot));
	g_autofree char *text = NULL;
	g_autoptr (BuildResult) result = NULL;

	g_setenv ("KCFLAGS", "-O0", TRUE);
	g_setenv ("CROSS_COMPILE", "other-", TRUE);
	g_setenv ("MAKEFLAGS", "-n", TRUE);
	put (self, "recipe",
	     "printf '%s|%s|%s|%s|%s|%s|%s|%s' \"$ARCH\" \"$CC\" \"$KCFLAGS$CROSS_COMPILE\" "
	     "\"$TZ\" "
	     "\"$LC_ALL\" \"$KBUILD_BUILD_TIMESTAMP\" \"$KBUILD_BUILD_VERSION\" "
	     "\"$KBUILD_BUILD_USER\" >$O/Image\n");
	result = build (self, NULL, NULL, NULL);
	g_unsetenv ("KCFLAGS");
	g_unsetenv ("CROSS_COMPILE");
	g_unsetenv ("MAKEFLAGS");
	g_assert_nonnull (result);
	text = files_read (made, NULL, NULL);
	g_assert_cmpstr (text, ==, wanted);
}

/* What the compiler says of the source is BUILD, with its first error and without our paths. */
static void test_compiler_error (Builds *self)
{
	g_autofree char *recipe =
		g_strdup_printf ("echo '%s/mm/slub.c:7:2: warning: unused' >&2\n"
				 "echo '%s/mm/slub.c:9:1: error: expected ;' >&2\n"
				 "echo 'mm/slab.c:1:1: error: the second' >&2\nexit 1\n",
				 slot_source (self->slot), slot_source (self->slot));

	build_fails (self, recipe, BAKEOFF_ERROR_BUILD, "mm/slub.c:9:1: error: expected ;");
	build_fails (self, "cc -c -o $O/x.o broken.c\n", BAKEOFF_ERROR_BUILD, "broken.c");
	build_fails (self, "echo 'x.o: undefined reference to `f'\"'\"\nexit 1\n",
		     BAKEOFF_ERROR_BUILD, "undefined reference to `f'");
	build_fails (self, "exit 3\n", BAKEOFF_ERROR_BUILD, "");
}

/* What the machine does is FAILED, whatever else the log holds: no patch is convicted by it. */
static void test_machine_trouble (Builds *self)
{
	static const char *const troubles[] = {
		"as: error: x.o: No space left on device",
		"cc1: out of memory\\nvirtual memory exhausted: Cannot allocate memory",
		"mm/slub.c:9:1: internal compiler error: Segmentation fault",
		"gcc: fatal error: Killed signal terminated program cc1",
		"cannot open x.o: Read-only file system",
		"cannot open x.o: Disk quota exceeded",
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (troubles); i++) {
		g_autofree char *recipe = g_strdup_printf (
			"printf 'mm/slub.c:1:1: error: cut\\n%s\\n'\nexit 1\n", troubles[i]);

		build_fails (self, recipe, BAKEOFF_ERROR_FAILED, "our side");
	}
	/* make itself is killed, or what it has started, as by a machine that is out of memory */
	build_fails (self, "kill -KILL $MAKER\n", BAKEOFF_ERROR_FAILED, "signal 9");
	build_fails (self, "kill -KILL $PPID\n", BAKEOFF_ERROR_FAILED, "our side");
	build_fails (self, "kill -KILL $$\n", BAKEOFF_ERROR_FAILED, "our side");
}

/* A line of the source that gcc quotes says nothing about our machine; the same words of a
 * program's own do. */
static void test_quoted_source (Builds *self)
{
	build_fails (self,
		     "echo 'mm/oom.c:7:9: error: expected ;'\n"
		     "echo '    7 |  printk(\"Cannot allocate memory\")'\nexit 1\n",
		     BAKEOFF_ERROR_BUILD, "expected ;");
	build_fails (self, "echo 'cc1: Cannot allocate memory'\nexit 1\n", BAKEOFF_ERROR_FAILED,
		     "our side");
}

/* What a build that did not end by itself has left is not built upon: the second build makes it
 * anew. The counterpart: after a build that did end, objects are kept. */
static void test_half_made (Builds *self)
{
	g_autofree char *object = slot_object_new (self->slot, "half.o");
	g_autoptr (BuildResult) result = NULL;
	g_autoptr (GError) error = NULL;

	build_fails (self, "echo half >$O/half.o\nkill -KILL $$\n", BAKEOFF_ERROR_FAILED,
		     "our side");
	g_assert_true (g_file_test (object, G_FILE_TEST_EXISTS));
	put (self, "recipe",
	     "test ! -e $O/half.o || exit 3\nprintf image >$O/Image\necho whole >$O/half.o\n");
	result = build (self, NULL, NULL, &error);
	g_assert_no_error (error);
	/* 4 only where the object of the build before is still there, 5 where it is not */
	build_fails (self, "test -e $O/half.o && exit 4\nexit 5\n", BAKEOFF_ERROR_BUILD, "Error 4");
}

/* A program that the build lacks is our trouble, and convicts nobody. */
static void test_missing_tool (Builds *self)
{
	build_fails (self, "nonesuch-bc 1\n", BAKEOFF_ERROR_FAILED, "our side");
	build_fails (self, "exit 1\n", BAKEOFF_ERROR_BUILD, "");
}

/* make ends with 0, 1 or 2. Another status is of what should have started it, and convicts nobody.
 */
static void test_no_make (Builds *self)
{
	static const char script[] = "#!/bin/sh\nexit 125\n";
	g_autofree char *bin = g_build_filename (self->trees.dir, "bin", NULL);
	g_autofree char *make = g_build_filename (bin, "make", NULL);
	g_autofree char *old = g_strdup (g_getenv ("PATH"));
	g_autofree char *path = g_strconcat (bin, ":", old, NULL);
	g_autoptr (BuildResult) configured = build (self, NULL, NULL, NULL);

	g_assert_nonnull (configured);
	g_assert_true (files_make_dir (bin, NULL));
	g_assert_true (files_write (make, script, -1, NULL));
	g_assert_cmpint (g_chmod (make, 0755), ==, 0);
	g_setenv ("PATH", path, TRUE);
	build_fails (self, "true\n", BAKEOFF_ERROR_FAILED, "status 125");
	g_setenv ("PATH", old, TRUE);
	build_fails (self, "exit 125\n", BAKEOFF_ERROR_BUILD, "Error 125");
}

/* Trouble of an earlier build in the same log is not this one's. */
static void test_only_this_log (Builds *self)
{
	build_fails (self, "echo 'No space left on device'; exit 1\n", BAKEOFF_ERROR_FAILED,
		     "No space left");
	build_fails (self, "echo 'a.c:1:1: error: new'; exit 1\n", BAKEOFF_ERROR_BUILD,
		     "a.c:1:1: error: new");
}

/* An image that the target does not make is the board file's fault, also where an old one lies
 * there. */
static void test_no_image (Builds *self)
{
	g_autofree char *old = slot_object_new (self->slot, "Image");

	g_assert_true (files_write (old, "old", -1, NULL));
	build_fails (self, "true\n", BAKEOFF_ERROR_FAILED, "left no 'Image'");
}

/* An option that does not take, and a configuration that fails, are FAILED and name what it was. */
static void test_configuration (Builds *self)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (BuildResult) result = NULL;

	put (self, "oldconfig.sh", "sed -i s/CONFIG_B=y/CONFIG_B=m/ $1\n");
	g_assert_null (build (self, "CONFIG_B=y", NULL, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CONFIG);
	g_assert_nonnull (strstr (error->message, "CONFIG_B=y did not take (it is m"));
	g_clear_error (&error);

	put (self, "oldconfig.sh", "echo 'scripts/conf.c:1:1: error: broken'; exit 1\n");
	g_assert_null (build (self, "CONFIG_B=y", NULL, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CONFIG);
	g_clear_error (&error);

	/* and once it takes, it is built */
	put (self, "oldconfig.sh", "");
	result = build (self, "CONFIG_B=y", NULL, &error);
	g_assert_no_error (error);
	g_assert_nonnull (result);
}

/* A .config that stands is not made again; one of other settings is. */
static void test_configured_once (Builds *self)
{
	g_autofree char *count = slot_object_new (self->slot, "count");
	static const struct {
		const char *setting;
		const char *count;
	} steps[] = { { "CONFIG_A=y", "x\n" },
		      { "CONFIG_A=y", "x\n" },
		      { "CONFIG_A=n", "x\nx\n" },
		      { "CONFIG_A=y", "x\nx\nx\n" } };
	guint i;

	put (self, "oldconfig.sh", "echo x >>${1%/*}/count\n");
	for (i = 0; i < G_N_ELEMENTS (steps); i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (BuildResult) result = build (self, steps[i].setting, NULL, &error);
		g_autofree char *text = files_read (count, NULL, NULL);

		g_assert_no_error (error);
		g_assert_nonnull (result);
		g_assert_cmpstr (text, ==, steps[i].count);
	}
}

/* A wish to stop is CANCELLED, never a verdict. */
static void test_cancelled (Builds *self)
{
	g_autoptr (GCancellable) cancellable = g_cancellable_new ();
	g_autoptr (GError) error = NULL;

	g_cancellable_cancel (cancellable);
	g_assert_null (build (self, NULL, cancellable, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_CANCELLED);
}

/* Logs and the line that tells why. The compiler's word goes before make's, wherever it stands. */
static void test_first_error (void)
{
	static const struct {
		const char *log, *error;
	} cases[] = {
		{ "  CC a.o\na.c:3:1: warning: w\na.c:4:1: error: first\na.c:5:1: error: second\n",
		  "a.c:4:1: error: first" },
		{ "In file included from /s/include/linux/mm.h:4,\n"
		  "/s/include/linux/mm.h:43:9: error: 'else' without a previous 'if'\n",
		  "include/linux/mm.h:43:9: error: 'else' without a previous 'if'" },
		{ "make[1]: *** [Makefile:9: a.o] Error 1\na.c:4:1: error: late, with make -j\n",
		  "a.c:4:1: error: late, with make -j" },
		{ "a.c:1:10: fatal error: asm/x.h: No such file or directory\n",
		  "a.c:1:10: fatal error: asm/x.h: No such file or directory" },
		{ "mm/built-in.o: in function `f':\nslub.c:(.text+0x1): undefined reference to "
		  "`g'\n"
		  "make: *** [vmlinux] Error 1\n",
		  "slub.c:(.text+0x1): undefined reference to `g'" },
		{ "/tmp/cc.s: Assembler messages:\n/tmp/cc.s:3: Error: bad instruction `foo'\n",
		  "/tmp/cc.s:3: Error: bad instruction `foo'" },
		{ "make: *** No rule to make target 'Image'.  Stop.\n",
		  "make: *** No rule to make target 'Image'.  Stop." },
		{ "a.c:3:1: warning: no error: here\n", NULL },
		{ "", NULL },
	};
	guint i;

	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *error = build_first_error (cases[i].log, "/s");

		if (cases[i].error)
			g_assert_cmpstr (error, ==, cases[i].error);
		else if (error && strstr (error, "warning"))
			g_test_incomplete ("a warning is taken for an error");
	}
}

/* A configuration with modules is told, for they are not in the image; one without is not. */
static void test_modules (Builds *self)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (BuildResult) with = build (self, "CONFIG_MMC_AT91=m", NULL, &error);
	g_autoptr (BuildResult) without = build (self, "CONFIG_MMC_AT91=y", NULL, &error);

	g_assert_no_error (error);
	g_assert_true (with->modules);
	g_assert_false (without->modules);
}

/* A test, and whether its makes run in a sandbox. */
typedef struct {
	void (*test) (Builds *self);
	gboolean guarded;
} Case;

static void run_case (gconstpointer data)
{
	const Case *chosen = data;
	Builds self = { 0 };

	fixture_init (&self.trees, chosen->guarded);
	if (!chosen->guarded || fixture_can_guard (&self.trees)) {
		set_up (&self);
		chosen->test (&self);
		tear_down (&self);
	}
	fixture_clear (&self.trees);
}

static void add (const char *name, void (*test) (Builds *self))
{
	int guarded;

	for (guarded = FALSE; guarded <= TRUE; guarded++) {
		g_autofree char *path =
			g_strdup_printf ("/build/%s/%s", guarded ? "guarded" : "in-place", name);
		Case *chosen = g_new0 (Case, 1);

		chosen->test = test;
		chosen->guarded = guarded;
		g_test_add_data_func_full (path, chosen, run_case, g_free);
	}
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	add ("image", test_image);
	add ("device-tree", test_device_tree);
	add ("environment", test_environment);
	add ("compiler-error", test_compiler_error);
	add ("machine-trouble", test_machine_trouble);
	add ("quoted-source", test_quoted_source);
	add ("half-made", test_half_made);
	add ("missing-tool", test_missing_tool);
	add ("no-make", test_no_make);
	add ("only-this-log", test_only_this_log);
	add ("modules", test_modules);
	add ("no-image", test_no_image);
	add ("configuration", test_configuration);
	add ("configured-once", test_configured_once);
	add ("cancelled", test_cancelled);
	g_test_add_func ("/build/first-error", test_first_error);
	return g_test_run ();
}
