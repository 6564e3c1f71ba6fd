/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Places of a program that is compiled here: its lines are known from its source, and what nm and
 * addr2line say of it is compared.
 */
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "boards/symbols.h"

/* Labels in the middle of functions tell their offsets. Lines are counted from the first. */
static const char first_source[] =
	"int sink;\n" /* 1 */
	"static inline __attribute__((always_inline)) void deep (int n)\n"
	"{\n"
	"	sink += n;\n"
	"	__asm__ volatile (\".globl at_deep\\nat_deep: nop\");\n" /* 5 */
	"}\n"
	"static inline __attribute__((always_inline)) void middle (int n)\n"
	"{\n"
	"	sink++;\n"
	"	deep (n + 1);\n" /* 10 */
	"}\n"
	"__attribute__((noinline)) void outer (int n)\n"
	"{\n"
	"	sink--;\n"
	"	middle (n);\n" /* 15 */
	"	sink -= 2;\n"
	"}\n"
	"static __attribute__((noinline)) void twin (void)\n"
	"{\n"
	"	__asm__ volatile (\".globl at_twin\\nat_twin: nop\");\n" /* 20 */
	"}\n"
	"void start_kernel (void)\n"
	"{\n"
	"	outer (3);\n" /* 24 */
	"	__asm__ volatile (\".globl behind_call\\nbehind_call: nop\");\n"
	"	twin ();\n"
	"}\n";

static const char second_source[] = "int other;\n"
				    "static __attribute__((noinline)) void twin (void)\n"
				    "{\n"
				    "	int i;\n"
				    "	for (i = 0; i < 9; i++)\n"
				    "		other += other * i;\n"
				    "	__asm__ volatile (\".globl at_other_twin\\n\"\n" /* 7 */
				    "			  \"at_other_twin: nop\");\n"
				    "}\n"
				    "void second (void) { twin (); }\n";

typedef struct {
	char *dir, *program;
	GHashTable *addresses; /* label -> address */
} Kernel;

static char *run (const char *dir, const char *command)
{
	const char *argv[] = { "/bin/sh", "-c", command, NULL };
	char *out = NULL;
	int status = 0;
	g_autoptr (GError) error = NULL;

	g_spawn_sync (dir, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status,
		      &error);
	g_assert_no_error (error);
	g_assert_cmpint (status, ==, 0);
	return out;
}

static void put (const char *dir, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename (dir, name, NULL);
	g_autofree char *folder = g_path_get_dirname (path);

	g_assert_true (files_make_dir (folder, NULL));
	g_assert_true (files_write (path, text, -1, NULL));
}

static void kernel_init (Kernel *self, const char *flags)
{
	g_autofree char *command = g_strdup_printf (
		"cc %s -O1 -ffreestanding -fno-pie -no-pie -nostdlib -static -Wl,-e,start_kernel "
		"-Wl,--build-id=sha1 -o vmlinux init/main.c lib/second.c",
		flags);
	g_autofree char *listed = NULL;
	g_auto (GStrv) lines = NULL;
	guint i;

	self->dir = g_dir_make_tmp ("bakeoff-symbols-XXXXXX", NULL);
	self->program = g_build_filename (self->dir, "vmlinux", NULL);
	self->addresses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	put (self->dir, "init/main.c", first_source);
	put (self->dir, "lib/second.c", second_source);
	g_free (run (self->dir, command));
	listed = run (self->dir, "nm -n vmlinux");
	lines = g_strsplit (g_strchomp (listed), "\n", -1);
	for (i = 0; lines[i]; i++) {
		g_auto (GStrv) words = g_strsplit (lines[i], " ", 3);
		char *name = g_strdup (words[2]);

		if (g_hash_table_contains (self->addresses, name)) {
			g_free (name);
			name = g_strconcat (words[2], "2", NULL);
		}
		g_hash_table_insert (self->addresses, name,
				     GSIZE_TO_POINTER (g_ascii_strtoull (words[0], NULL, 16)));
	}
}

static void kernel_clear (Kernel *self)
{
	g_assert_true (files_remove_tree (self->dir, NULL));
	g_free (self->dir);
	g_free (self->program);
	g_hash_table_unref (self->addresses);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kernel, kernel_clear)

static guint64 address_of (const Kernel *self, const char *name)
{
	g_assert_true (g_hash_table_contains (self->addresses, name));
	return GPOINTER_TO_SIZE (g_hash_table_lookup (self->addresses, name));
}

/* `FUNCTION+0xOFFSET`, of what @label stands at in the function that begins at @start. */
static char *place_at (const Kernel *self, const char *function, const char *start,
		       const char *label)
{
	return g_strdup_printf ("%s+0x%" G_GINT64_MODIFIER "x", function,
				address_of (self, label) - address_of (self, start));
}

/* `FUNCTION FILE:LINE`, innermost first, with `; ` between. */
static char *describe (Symbols *symbols, const char *place, gboolean is_return)
{
	g_autoptr (GPtrArray) found = symbols_find (symbols, place, is_return);
	GString *out = g_string_new (found ? NULL : "none");
	guint i;

	for (i = 0; found && i < found->len; i++) {
		const SourcePlace *at = found->pdata[i];

		g_string_append_printf (out, "%s%s %s:%u", i ? "; " : "", at->function,
					at->file ? at->file : "?", at->line);
	}
	return g_string_free (out, FALSE);
}

static void assert_place (Symbols *symbols, const char *place, gboolean is_return,
			  const char *expected)
{
	g_autofree char *is = describe (symbols, place, is_return);

	g_assert_cmpstr (is, ==, expected);
}

/* Inlined functions, in the formats of debugging information that kernels have. */
static void test_inlined (gconstpointer flags)
{
	g_auto (Kernel) kernel = { 0 };
	g_autoptr (Symbols) symbols = NULL;
	g_autofree char *deep = NULL;
	g_autofree char *behind = NULL;

	kernel_init (&kernel, flags);
	symbols = symbols_open (kernel.program, NULL);
	g_assert_nonnull (symbols);
	g_assert_true (symbols_has_lines (symbols));
	deep = place_at (&kernel, "outer", "outer", "at_deep");
	assert_place (symbols, deep, FALSE,
		      "deep init/main.c:5; middle init/main.c:10; outer init/main.c:15");
	/* what a call returns to is behind it: the line of the call is meant */
	behind = place_at (&kernel, "start_kernel", "start_kernel", "behind_call");
	assert_place (symbols, behind, TRUE, "start_kernel init/main.c:24");
	assert_place (symbols, behind, FALSE, "start_kernel init/main.c:25");
}

/* Two static functions have one name: the size that the kernel prints tells them apart. */
static void test_twins (void)
{
	g_auto (Kernel) kernel = { 0 };
	g_autoptr (Symbols) symbols = NULL;
	g_autofree char *sizes = NULL;
	g_auto (GStrv) lines = NULL;
	guint i, seen = 0;

	kernel_init (&kernel, "-g");
	symbols = symbols_open (kernel.program, NULL);
	sizes = run (kernel.dir, "nm -S vmlinux | grep ' twin$'");
	lines = g_strsplit (g_strchomp (sizes), "\n", -1);
	g_assert_cmpuint (g_strv_length (lines), ==, 2);
	for (i = 0; lines[i]; i++) {
		g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
		guint64 start = g_ascii_strtoull (words[0], NULL, 16);
		guint64 size = g_ascii_strtoull (words[1], NULL, 16);
		gboolean is_first = start <= address_of (&kernel, "at_twin") &&
				    address_of (&kernel, "at_twin") < start + size;
		const char *label = is_first ? "at_twin" : "at_other_twin";
		/* as the kernel prints it: up to the next symbol */
		g_autofree char *place =
			g_strdup_printf ("twin+0x%" G_GINT64_MODIFIER "x/0x%" G_GINT64_MODIFIER "x",
					 address_of (&kernel, label) - start, size + 1);

		assert_place (symbols, place, FALSE,
			      is_first ? "twin init/main.c:20" : "twin lib/second.c:7");
		seen += is_first ? 1 : 10;
	}
	g_assert_cmpuint (seen, ==, 11);
}

/* Every function, at every few bytes, as addr2line has it. */
static void test_addr2line (gconstpointer flags)
{
	static const char *const functions[] = { "outer", "start_kernel", "second" };
	g_auto (Kernel) kernel = { 0 };
	g_autoptr (Symbols) symbols = NULL;
	gsize i;
	guint offset, compared = 0;

	kernel_init (&kernel, flags);
	symbols = symbols_open (kernel.program, NULL);
	for (i = 0; i < G_N_ELEMENTS (functions); i++) {
		for (offset = 0; offset < 16; offset++) {
			g_autofree char *place = g_strdup_printf ("%s+0x%x", functions[i], offset);
			g_autofree char *command = g_strdup_printf (
				"addr2line -f -i -e vmlinux 0x%" G_GINT64_MODIFIER "x | "
				"sed \"s,$PWD/,,; s, (disc.*,,\" | paste -d ' ' - - | paste -s -d "
				"';' - | "
				"sed 's/;/; /g'",
				address_of (&kernel, functions[i]) + offset);
			g_autofree char *theirs = run (kernel.dir, command);

			/* a function may be shorter */
			if (!g_str_has_prefix (g_strrstr (theirs, "; ")
						       ? g_strrstr (theirs, "; ") + 2
						       : theirs,
					       functions[i]))
				continue;
			assert_place (symbols, place, FALSE, g_strchomp (theirs));
			compared++;
		}
	}
	g_assert_cmpuint (compared, >, 24);
}

/* What cannot be found is told, and nothing is made up. */
static void test_unknown (void)
{
	static const char *const places[] = { "nobody+0x4/0x10",  "outer",     "outer+",
					      "outer+0x4000/0x5", "+0x4/0x10", "",
					      "outer+x" };
	g_auto (Kernel) kernel = { 0 };
	g_autoptr (Symbols) symbols = NULL;
	gsize i;

	kernel_init (&kernel, "-g");
	symbols = symbols_open (kernel.program, NULL);
	for (i = 0; i < G_N_ELEMENTS (places); i++)
		assert_place (symbols, places[i], FALSE, "none");
}

/* Without debugging information there are functions, and no lines. */
static void test_no_lines (void)
{
	g_auto (Kernel) kernel = { 0 };
	g_autoptr (Symbols) symbols = NULL;
	g_autofree char *id = NULL;

	kernel_init (&kernel, "-g0");
	symbols = symbols_open (kernel.program, NULL);
	g_assert_false (symbols_has_lines (symbols));
	assert_place (symbols, "outer+0x2", FALSE, "outer ?:0");
	id = run (kernel.dir, "readelf -n vmlinux | sed -n 's/.*Build ID: //p'");
	g_assert_cmpstr (symbols_build_id (symbols), ==, g_strchomp (id));
}

/* Whatever a file is cut to, it is refused or read. */
static void test_cut (void)
{
	g_auto (Kernel) kernel = { 0 };
	g_autoptr (GError) error = NULL;
	g_autofree char *data = NULL;
	g_autofree char *cut = NULL;
	gsize length, n;
	guint refused = 0;

	kernel_init (&kernel, "-g");
	data = files_read (kernel.program, &length, NULL);
	cut = g_build_filename (kernel.dir, "cut", NULL);
	for (n = 0; n < length; n += length / 97) {
		g_autoptr (Symbols) symbols = NULL;

		g_assert_true (files_write (cut, data, (gssize) n, NULL));
		symbols = symbols_open (cut, NULL);
		refused += symbols == NULL;
		if (symbols)
			g_free (describe (symbols, "outer+0x4", FALSE));
	}
	g_assert_cmpuint (refused, >, 0);
	g_assert_null (symbols_open ("/nowhere/vmlinux", &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	g_clear_error (&error);
	g_assert_true (files_write (cut, "no ELF at all\n", -1, NULL));
	g_assert_null (symbols_open (cut, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_USAGE);
	g_assert_nonnull (strstr (error->message, "is no ELF file"));
}

int main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_data_func ("/symbols/inlined/dwarf-4", "-gdwarf-4", test_inlined);
	g_test_add_data_func ("/symbols/inlined/dwarf-5", "-gdwarf-5", test_inlined);
	g_test_add_func ("/symbols/twins", test_twins);
	g_test_add_data_func ("/symbols/addr2line/dwarf-4", "-gdwarf-4", test_addr2line);
	g_test_add_data_func ("/symbols/addr2line/dwarf-5", "-gdwarf-5", test_addr2line);
	g_test_add_func ("/symbols/unknown", test_unknown);
	g_test_add_func ("/symbols/no-lines", test_no_lines);
	g_test_add_func ("/symbols/cut", test_cut);
	return g_test_run ();
}
