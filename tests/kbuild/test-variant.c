/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Variants over base's objects, with a kernel of a few files: what is made again, and that nothing
 * of a variant stays.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kbuild/build.h"
#include "tests/kbuild/fixture.h"

/* As Kbuild does: an object for each file, by time; the image anew where it differs. */
#define MAKEFILE                                                                                   \
	"sources := $(sort $(wildcard *.c) $(wildcard */*.c))\n"                                   \
	"objects := $(patsubst %.c,$(O)/%.o,$(sources))\n"                                         \
	"tiny_defconfig: ; @sh ./configure $(O)/.config\n"                                         \
	"oldconfig: ; @echo oldconfig ran\n"                                                       \
	"Image: $(O)/Image\n"                                                                      \
	"$(O)/Image: $(objects) FORCE\n"                                                           \
	"\t@cat $(objects) $(O)/.config >$@.new\n"                                                 \
	"\t@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi\n"                          \
	"$(O)/%.o: %.c common.h\n"                                                                 \
	"\t@mkdir -p $(@D); echo made $*; cat common.h $< >$@; sh ./hook $(O) $*\n"                \
	"FORCE:\n"

/* An unchanged .config is left alone, as Linux does since 6.1. */
#define CONFIGURE                                                                                  \
	"grep -h -s . Kconfig >$1.new\n"                                                           \
	"if cmp -s $1.new $1; then rm $1.new; else mv $1.new $1; fi\n"

typedef struct {
	Fixture *trees;
	char *images, *log;
	Source *source;
	Slot *base;
	Jobserver *jobserver;
	Toolchain toolchain;
	char *make[1];
} Builds;

static char *build (Builds *self, Slot *slot, const char *log)
{
	const char *const settings[] = { NULL };
	g_autoptr (GError) error = NULL;
	g_autoptr (BuildResult) result = NULL;
	BuildSpec spec = {
		.toolchain = &self->toolchain,
		.toolchain_identity = "host",
		.data_dir = self->trees->data,
		.arch = "arm",
		.defconfig = "tiny_defconfig",
		.settings = settings,
		.target = "Image",
		.image = "Image",
		.images_dir = self->images,
		.log = log,
		.jobserver = self->jobserver,
	};

	g_unlink (log);
	result = build_run (&spec, slot, NULL, &error);
	g_assert_no_error (error);
	return fixture_read (self->images, result->sha256);
}

static int compare_words (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The words behind `made` in the log, sorted, and `config` where it was configured. */
static char *what_was_made (const char *log)
{
	g_autofree char *text = files_read (log, NULL, NULL);
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
	g_autoptr (GPtrArray) words = g_ptr_array_new ();
	guint i;

	for (i = 0; lines[i]; i++) {
		if (g_str_has_prefix (lines[i], "made "))
			g_ptr_array_add (words, lines[i] + strlen ("made "));
		else if (g_str_equal (lines[i], "oldconfig ran"))
			g_ptr_array_add (words, (gpointer) "config");
	}
	g_ptr_array_sort (words, compare_words);
	g_ptr_array_add (words, NULL);
	return g_strjoinv (" ", (char **) words->pdata);
}

static void builds_open (Builds *self)
{
	self->source = fixture_open_source (self->trees, "base");
	self->base = fixture_open_slot (self->trees, self->source);
}

static void builds_close (Builds *self)
{
	g_clear_pointer (&self->base, slot_free);
	g_clear_pointer (&self->source, source_free);
}

/* Builds base, and lets variants in. */
static void build_base (Builds *self)
{
	g_autofree char *image = NULL;

	g_assert_true (slot_own (self->base, NULL, NULL));
	image = build (self, self->base, self->log);
	g_assert_cmpstr (image, ==, "h\na\nh\nb\nh\nc\nCONFIG_A=y\n");
	g_assert_true (slot_share (self->base, NULL, NULL));
}

static void put_base (Fixture *trees)
{
	fixture_put (trees, "base", "Makefile", MAKEFILE);
	fixture_put (trees, "base", "configure", CONFIGURE);
	fixture_put (trees, "base", "hook", "");
	fixture_put (trees, "base", "Kconfig", "CONFIG_A=y\n");
	fixture_put (trees, "base", "common.h", "h\n");
	fixture_put (trees, "base", "a.c", "a\n");
	fixture_put (trees, "base", "b.c", "b\n");
	fixture_put (trees, "base", "sub/c.c", "c\n");
}

static void builds_init (Builds *self, Fixture *trees)
{
	*self = (Builds){ .trees = trees };
	self->images = g_build_filename (trees->dir, "images", NULL);
	self->log = g_build_filename (trees->dir, "log", NULL);
	self->toolchain.name = (char *) "host";
	self->toolchain.cross = (char *) "";
	self->toolchain.make = self->make;
	self->jobserver = jobserver_new (trees->dir, 4, NULL);
	put_base (trees);
	builds_open (self);
	build_base (self);
}

static void builds_clear (Builds *self)
{
	builds_close (self);
	jobserver_free (self->jobserver);
	g_free (self->images);
	g_free (self->log);
}

/* Everything that base has on disk, with times of change: content, names, modes. */
static char *base_listing (const Builds *self)
{
	g_autofree char *command = g_strdup_printf (
		"cd '%s' && find src obj/*/*/base obj/*/*/state \\( -type f -o -type d \\) "
		"-printf '%%p %%y %%m ' \\( -type f -printf '%%T@ ' -exec sha256sum {} \\; "
		"-o -printf '\\n' \\) | sort",
		source_slot (self->source));
	const char *argv[] = { "sh", "-c", command, NULL };
	char *text = NULL;

	g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				     &text, NULL, NULL, NULL));
	g_assert_nonnull (strstr (text, "src/sub/c.c"));
	g_assert_nonnull (strstr (text, "base/Image"));
	return text;
}

/* Builds variant @tree: it must make @made and give @image, and leave base as it was. */
static void check (Builds *self, const char *tree, const char *made, const char *image)
{
	g_autofree char *before = base_listing (self);
	g_autoptr (GError) error = NULL;
	Slot *slot = slot_open_variant (self->base, tree, &error);
	g_autofree char *got = NULL, *said = NULL, *after = NULL;

	g_assert_no_error (error);
	g_assert_true (slot_is_variant (slot));
	got = build (self, slot, self->log);
	slot_free (slot);
	g_assert_cmpstr (got, ==, image);
	said = what_was_made (self->log);
	g_assert_cmpstr (said, ==, made);
	after = base_listing (self);
	g_assert_cmpstr (after, ==, before);
}

/* make in a variant makes again what differs and no more; what a variant did to a header spoils
 * neither the next variant nor base. */
static void test_rebuilds (Fixture *trees)
{
	Builds self;

	builds_init (&self, trees);
	fixture_derive (trees, "same", "base");
	fixture_derive (trees, "a", "base");
	fixture_put (trees, "a", "a.c", "a!\n");
	fixture_derive (trees, "header", "base");
	fixture_put (trees, "header", "common.h", "H\n");
	fixture_derive (trees, "words", "base");
	fixture_put (trees, "words", "doc", "nobody reads this\n");
	check (&self, "same", "", "h\na\nh\nb\nh\nc\nCONFIG_A=y\n");
	check (&self, "a", "a", "h\na!\nh\nb\nh\nc\nCONFIG_A=y\n");
	check (&self, "header", "a b sub/c", "H\na\nH\nb\nH\nc\nCONFIG_A=y\n");
	check (&self, "a", "a", "h\na!\nh\nb\nh\nc\nCONFIG_A=y\n");
	check (&self, "words", "", "h\na\nh\nb\nh\nc\nCONFIG_A=y\n");
	check (&self, "same", "", "h\na\nh\nb\nh\nc\nCONFIG_A=y\n");
	builds_clear (&self);
}

/* Files that go, that come in new folders, and folders that become files. */
static void test_shapes (Fixture *trees)
{
	Builds self;

	builds_init (&self, trees);
	fixture_derive (trees, "without", "base");
	fixture_put (trees, "without", "b.c", NULL);
	fixture_derive (trees, "without-folder", "base");
	fixture_put (trees, "without-folder", "sub/c.c", NULL);
	fixture_derive (trees, "new", "base");
	fixture_put (trees, "new", "new/d.c", "d\n");
	fixture_derive (trees, "file", "base");
	fixture_put (trees, "file", "sub/c.c", NULL);
	fixture_put (trees, "file", "sub", "a file\n");
	check (&self, "without", "", "h\na\nh\nc\nCONFIG_A=y\n");
	check (&self, "without-folder", "", "h\na\nh\nb\nCONFIG_A=y\n");
	check (&self, "new", "new/d", "h\na\nh\nb\nh\nd\nh\nc\nCONFIG_A=y\n");
	check (&self, "file", "", "h\na\nh\nb\nCONFIG_A=y\n");
	check (&self, "base", "", "h\na\nh\nb\nh\nc\nCONFIG_A=y\n");
	builds_clear (&self);
}

/* A file that becomes a folder: `wildcard` finds both, and only what is in the folder is a file. */
static void test_file_becomes_folder (Fixture *trees)
{
	Builds self;

	fixture_put (trees, "base", "doc", "words\n");
	builds_init (&self, trees);
	fixture_derive (trees, "folder", "base");
	fixture_put (trees, "folder", "doc", NULL);
	fixture_put (trees, "folder", "doc/x.c", "x\n");
	check (&self, "folder", "doc/x", "h\na\nh\nb\nh\nx\nh\nc\nCONFIG_A=y\n");
	check (&self, "base", "", "h\na\nh\nb\nh\nc\nCONFIG_A=y\n");
	builds_clear (&self);
}

/* A patch to a Kconfig file, a defconfig or scripts/ configures anew, others do not, also where the
 * .config comes out as base has it. */
static void test_config (Fixture *trees)
{
	static const struct {
		const char *path;
		gboolean anew;
	} cases[] = {
		{ "Kconfig", TRUE },
		{ "drivers/mmc/Kconfig", TRUE },
		{ "lib/Kconfig.debug", TRUE },
		{ "arch/arm/configs/versatile_defconfig", TRUE },
		{ "arch/arm/defconfig", TRUE },
		{ "scripts/kconfig/conf", TRUE },
		{ "drivers/mmc/Makefile", FALSE },
		{ "mm/Kconf", FALSE },
		{ "Documentation/scripts/x", FALSE },
	};
	Builds self;
	guint i;

	builds_init (&self, trees);
	for (i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *tree = g_strdup_printf ("tree-%u", i);
		gboolean other = g_str_equal (cases[i].path, "Kconfig");

		fixture_derive (trees, tree, "base");
		fixture_put (trees, tree, cases[i].path, "CONFIG_A=y\nCONFIG_B=y\n");
		check (&self, tree, cases[i].anew ? "config" : "",
		       other ? "h\na\nh\nb\nh\nc\nCONFIG_A=y\nCONFIG_B=y\n"
			     : "h\na\nh\nb\nh\nc\nCONFIG_A=y\n");
	}
	builds_clear (&self);
}

/* What a variant's build writes into its source and removes from its objects is gone with it. */
static void test_vandal (Fixture *trees)
{
	Builds self;

	builds_init (&self, trees);
	fixture_derive (trees, "vandal", "base");
	fixture_put (trees, "vandal", "a.c", "a!\n");
	fixture_put (trees, "vandal", "hook",
		     "test $2 = a || exit 0\nrm $1/Image\necho spoilt >$1/sub/c.o\n"
		     "touch -d 2001-01-01 $1/.config\necho new >$1/new\n"
		     /* in place there is no layer over the source: see --no-sandbox */
		     "case $1 in /tmp/bakeoff/*) echo spoilt >>b.c; rm sub/c.c; mkdir -p x/y ;; "
		     "esac\n");
	{
		g_autofree char *before = base_listing (&self);
		g_autofree char *after = NULL, *image = NULL;
		Slot *slot = slot_open_variant (self.base, "vandal", NULL);

		g_assert_true (slot_is_variant (slot));
		image = build (&self, slot, self.log);
		/* it really did all that */
		g_assert_nonnull (strstr (image, "spoilt"));
		slot_free (slot);
		after = base_listing (&self);
		g_assert_cmpstr (after, ==, before);
	}
	check (&self, "base", "", "h\na\nh\nb\nh\nc\nCONFIG_A=y\n");
	builds_clear (&self);
}

static void put_killed (Fixture *trees)
{
	fixture_derive (trees, "header", "base");
	fixture_put (trees, "header", "common.h", "H\n");
}

/* This program again: opens a variant over the slots in @slots, leaves half an object and is gone.
 */
static int killed_main (const char *slots, gboolean guarded)
{
	Fixture trees = { 0 };
	Builds self = { .trees = &trees };
	g_autofree char *object = NULL;
	Slot *slot;

	fixture_init (&trees, guarded);
	g_rmdir (trees.dir);
	trees.slots = g_strdup (slots);
	put_base (&trees);
	put_killed (&trees);
	builds_open (&self);
	slot = slot_open_variant (self.base, "header", NULL);
	object = slot_object_new (slot, "a.o");
	g_assert_true (files_write (object, "half", -1, NULL));
	kill (getpid (), SIGKILL);
	return 0;
}

/* Killed in the middle of a variant, base's objects are there again for the next bakeoff, and its
 * source is base's. */
static void test_killed (Fixture *trees)
{
	g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
	const char *argv[] = { program, "--killed", trees->slots, trees->guarded ? "1" : "0",
			       NULL };
	int status = 0;
	Builds self;

	builds_init (&self, trees);
	put_killed (trees);
	fixture_derive (trees, "a", "base");
	fixture_put (trees, "a", "a.c", "a!\n");
	builds_close (&self);
	g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL, NULL, NULL, &status,
				     NULL));
	g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
	builds_open (&self);
	build_base (&self);
	check (&self, "a", "a", "h\na!\nh\nb\nh\nc\nCONFIG_A=y\n");
	check (&self, "base", "", "h\na\nh\nb\nh\nc\nCONFIG_A=y\n");
	builds_clear (&self);
}

typedef struct {
	Builds *builds;
	Slot *slot;
	const char *tree;
	char *image, *made;
} Side;

static gpointer build_in_thread (gpointer data)
{
	Side *self = data;
	g_autofree char *log = g_strdup_printf ("%s-%s", self->builds->log, self->tree);

	self->image = build (self->builds, self->slot, log);
	self->made = what_was_made (log);
	return NULL;
}

/* Two variants that are built side by side see nothing of each other. */
static void test_side_by_side (Fixture *trees)
{
	Builds self;
	Side sides[] = { { .tree = "a" }, { .tree = "header" } };
	GThread *threads[G_N_ELEMENTS (sides)];
	guint i;

	if (!trees->guarded) {
		g_test_skip ("in place, variants take turns");
		return;
	}
	builds_init (&self, trees);
	fixture_put (trees, "base", "hook", "sleep 0.2\n");
	fixture_derive (trees, "a", "base");
	fixture_put (trees, "a", "a.c", "a!\n");
	fixture_derive (trees, "header", "base");
	fixture_put (trees, "header", "common.h", "H\n");
	for (i = 0; i < G_N_ELEMENTS (sides); i++) {
		sides[i].builds = &self;
		sides[i].slot = slot_open_variant (self.base, sides[i].tree, NULL);
		g_assert_nonnull (sides[i].slot);
	}
	for (i = 0; i < G_N_ELEMENTS (sides); i++)
		threads[i] = g_thread_new (sides[i].tree, build_in_thread, &sides[i]);
	for (i = 0; i < G_N_ELEMENTS (sides); i++) {
		g_thread_join (threads[i]);
		slot_free (sides[i].slot);
	}
	g_assert_cmpstr (sides[0].image, ==, "h\na!\nh\nb\nh\nc\nCONFIG_A=y\n");
	g_assert_cmpstr (sides[0].made, ==, "a");
	g_assert_cmpstr (sides[1].image, ==, "H\na\nH\nb\nH\nc\nCONFIG_A=y\n");
	for (i = 0; i < G_N_ELEMENTS (sides); i++) {
		g_free (sides[i].image);
		g_free (sides[i].made);
	}
	builds_clear (&self);
}

int main (int argc, char **argv)
{
	if (argc == 4 && g_str_equal (argv[1], "--killed"))
		return killed_main (argv[2], *argv[3] == '1');
	g_test_init (&argc, &argv, NULL);
	fixture_add ("/variant", "rebuilds", test_rebuilds);
	fixture_add ("/variant", "shapes", test_shapes);
	fixture_add ("/variant", "file-becomes-folder", test_file_becomes_folder);
	fixture_add ("/variant", "config", test_config);
	fixture_add ("/variant", "vandal", test_vandal);
	fixture_add ("/variant", "killed", test_killed);
	fixture_add ("/variant", "side-by-side", test_side_by_side);
	return g_test_run ();
}
