/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What changed between two objects: each verdict, and beside it the case that must not get it.
 */
#include <elf.h>

#include "base/error.h"
#include "base/files.h"
#include "kbuild/elf-file.h"
#include "kbuild/objdiff.h"
#include "tests/kbuild/compile.h"

static char *dir;

/* Changes in short: "function f; lines g +1". */
static char *short_list (const GPtrArray *changes)
{
	static const char *const words[] = { "function", "added function", "removed function",
					     "data",	 "added data",	   "removed data",
					     "lines",	 "section" };
	GString *text = g_string_new (NULL);
	guint i;

	for (i = 0; i < changes->len; i++) {
		const ObjectChange *change = changes->pdata[i];

		g_string_append_printf (text, "%s%s %s", i ? "; " : "", words[change->kind],
					change->name ? change->name : change->section);
		if (change->shift)
			g_string_append_printf (text, " %+d", change->shift);
	}
	return g_string_free (text, FALSE);
}

static char *diff_mapped (const char *cc, const char *old, const char *new, const LineMap *map)
{
	g_autofree char *one = compile_path (dir, "old", ".o");
	g_autofree char *two = compile_path (dir, "new", ".o");
	g_autoptr (GPtrArray) changes = NULL;
	g_autoptr (GError) error = NULL;

	compile_object (cc, dir, "old", old);
	compile_object (cc, dir, "new", new);
	changes = objdiff_files (one, two, map, map ? 1 : 0, &error);
	g_assert_no_error (error);
	return short_list (changes);
}

static void assert_diff (const char *cc, const char *old, const char *new, const char *expected)
{
	g_autofree char *found = diff_mapped (cc, old, new, NULL);

	g_assert_cmpstr (found, ==, expected);
}

#define F	  "int f (int a, int *b) { return a + *b; }\n"
#define F_CHANGED "int f (int a, int *b) { return a - *b; }\n"
#define G	  "int g (int a, int *b) { while (a--) *b *= a; return *b; }\n"
#define H	  "extern int h (const char *); int say (void) { return h (\"hello\"); }\n"

/* One function's body: that function and no other one, wherever the others come to lie. */
static void test_function (gconstpointer data)
{
	const Compiler *cc = data;

	if (!compiler_works (cc, dir))
		return;
	assert_diff (cc->command, F G H, F G H, "");
	assert_diff (cc->command, F G H, F_CHANGED G H, "function f");
	assert_diff (cc->command, F G H,
		     "int f (int a, int *b) { return a + *b * 77 - a / 3; }\n" G H, "function f");
	assert_diff (cc->command, F G H, F G, "removed function say");
	assert_diff (cc->command, F G, F G H, "added function say");
}

/* Order is no change: of functions, and of those that call one another in one section. */
static void test_order (gconstpointer data)
{
	const Compiler *cc = data;
	static const char static_one[] =
		"__attribute__ ((noinline)) static int one (int a) { return a * a * 31 + 5; }\n";
	static const char static_two[] =
		"__attribute__ ((noinline)) static int two (int a) { return a * 17 - a / 7; }\n";
	static const char caller[] = "int call (int a) { return one (a) + two (a); }\n"
				     "int call_again (int a) { return one (a) * two (a); }\n";
	static const char other[] = "int call (int a) { return one (a) + one (a + 1); }\n"
				    "int call_again (int a) { return one (a) * two (a); }\n";
	g_autofree char *old = g_strconcat (F, G, static_one, static_two, caller, NULL);
	g_autofree char *new = g_strconcat (static_two, static_one, caller, G, F, NULL);
	g_autofree char *changed = g_strconcat (static_two, static_one, other, G, F, NULL);

	if (!compiler_works (cc, dir))
		return;
	assert_diff (cc->command, old, new, "");
	assert_diff (cc->command, old, changed, "function call");
}

/* A string belongs to the function that refers to it, and says what became of it. */
static void test_string (gconstpointer data)
{
	const Compiler *cc = data;
	static const char old[] = "extern int h (const char *);\n"
				  "int one (void) { return h (\"first\") + 1; }\n"
				  "int two (void) { return h (\"second\") + 1; }\n";
	static const char new[] = "extern int h (const char *);\n"
				  "int one (void) { return h (\"a longer first\") + 1; }\n"
				  "int two (void) { return h (\"second\") + 1; }\n";
	g_autofree char *one = compile_path (dir, "old", ".o");
	g_autofree char *two = compile_path (dir, "new", ".o");
	g_autoptr (GPtrArray) changes = NULL;

	if (!compiler_works (cc, dir))
		return;
	assert_diff (cc->command, old, new, "function one");
	changes = objdiff_files (one, two, NULL, 0, NULL);
	g_assert_cmpstr (((ObjectChange *) changes->pdata[0])->detail, ==,
			 "\"first\" became \"a longer first\"");
}

/* Named data: contents, size, a pointer to something else; and what refers to it is not changed. */
static void test_data (gconstpointer data)
{
	const Compiler *cc = data;
	static const char use[] =
		"extern int count, table[]; int f (int i) { return count + table[i]; }\n";
	g_autofree char *old = g_strconcat ("int count = 5; int table[4] = { 1, 2 };\n", use, NULL);
	g_autofree char *new = g_strconcat ("int count = 6; int table[4] = { 1, 2 };\n", use, NULL);

	if (!compiler_works (cc, dir))
		return;
	assert_diff (cc->command, old, new, "data count");
	assert_diff (cc->command, "int a[10], b;\n", "int a[11], b;\n", "data a");
	assert_diff (cc->command, "int a[10], b;\n", "int a[10], b, c;\n", "added data c");
	assert_diff (cc->command, "const char *const t[] = { \"a\", \"b\" };\n",
		     "const char *const t[] = { \"a\", \"c\" };\n", "data t");
	assert_diff (cc->command, F G "int (*p) (int, int *) = f;\n",
		     F G "int (*p) (int, int *) = g;\n", "data p");
	assert_diff (cc->command, F G "int (*p) (int, int *) = g;\n",
		     G F "int (*p) (int, int *) = g;\n", "");
}

/* Bytes and relocations may be equal, and yet another datum is meant: they changed places. */
static void test_anchor (gconstpointer data)
{
	const Compiler *cc = data;
	static const char old[] =
		"static int one __attribute__ ((used)) = 1, two __attribute__ ((used)) = 2,\n"
		"three __attribute__ ((used)) = 3;\n"
		"int f (void) { return one++ + two; }\n";
	static const char new[] =
		"static int one __attribute__ ((used)) = 1, three __attribute__ ((used)) = 3,\n"
		"two __attribute__ ((used)) = 2;\n"
		"int f (void) { return one++ + three; }\n";

	if (compiler_works (cc, dir))
		assert_diff (cc->command, old, new, "function f");
}

/* Numbers that the compiler appends to names mean nothing. */
static void test_suffixes (gconstpointer data)
{
	const Compiler *cc = data;
	static const char locals[] =
		"extern void log (const char *);\n"
		"int one (void) { static int count = 1; log (__func__); return count++; }\n"
		"int two (void) { static int count = 2; log (__func__); return count++; }\n";
	g_autofree char *more = g_strconcat (
		"int zero (int a) { static int count = 3; return count += a; }\n", locals, NULL);
	g_autofree char *found = NULL;
	/* with anchors, a datum that is added moves others, and code that reaches them changes */
	g_autofree char *command = g_strconcat (
		cc->command, strstr (cc->command, "arm-") ? " -fno-section-anchors" : "", NULL);
	g_autofree char *isra = g_strconcat (
		"int foo (int) __asm__ (\"foo.isra.0\"); int foo (int a) { return a * 5; }\n",
		"int bar (int a) { return foo (a) + 1; }\n", NULL);
	g_autofree char *constprop = g_strconcat (
		"int foo (int) __asm__ (\"foo.constprop.1\"); int foo (int a) { return a * 5; }\n",
		"int bar (int a) { return foo (a) + 1; }\n", NULL);
	g_autofree char *changed = g_strconcat (
		"int foo (int) __asm__ (\"foo.constprop.1\"); int foo (int a) { return a * 6; }\n",
		"int bar (int a) { return foo (a) + 1; }\n", NULL);

	if (!compiler_works (cc, dir))
		return;
	found = diff_mapped (command, locals, more, NULL);
	g_assert_true (g_str_has_prefix (found, "added function zero; added data "));
	g_assert_null (strstr (found, "one"));
	g_assert_null (strstr (found, "two"));
	assert_diff (cc->command, isra, constprop, "");
	g_clear_pointer (&found, g_free);
	found = diff_mapped (cc->command, isra, changed, NULL);
	g_assert_true (g_str_has_prefix (found, "function foo"));
}

/* Where the source lies and how it is debugged is no change of what runs. */
static void test_debug (gconstpointer data)
{
	const Compiler *cc = data;
	g_autofree char *other = g_build_filename (dir, "other", NULL);
	g_autofree char *one = compile_path (dir, "old", ".o");
	g_autofree char *two = compile_path (other, "new", ".o");
	g_autoptr (GPtrArray) changes = NULL;
	g_autofree char *found = NULL;

	if (!compiler_works (cc, dir))
		return;
	g_assert_true (files_make_dir (other, NULL));
	g_assert_true (compile_try (cc->command, dir, "old", F G H, "-g"));
	g_assert_true (compile_try (cc->command, other, "new", F G H, "-g3"));
	changes = objdiff_files (one, two, NULL, 0, NULL);
	found = short_list (changes);
	g_assert_cmpstr (found, ==, "");
	g_clear_pointer (&changes, g_ptr_array_unref);
	g_clear_pointer (&found, g_free);
	g_assert_true (compile_try (cc->command, other, "new", F_CHANGED G H, "-g3"));
	changes = objdiff_files (one, two, NULL, 0, NULL);
	found = short_list (changes);
	g_assert_cmpstr (found, ==, "function f");
}

#define BUG                                                                                        \
	"extern void __bug (const char *file, int line) __attribute__ ((noreturn));\n"             \
	"extern void udelay (int); extern int printk (const char *, ...);\n"                       \
	"#define BUG_ON(c) do { if (c) __bug (__FILE__, __LINE__); } while (0)\n"                  \
	"extern void warn_on_slowpath (const char *, int);\n"                                      \
	"#define WARN_ON(c) do { if (c) warn_on_slowpath (__FILE__, __LINE__); } while (0)\n"
/* on ARM, 376 is a `mov` and 377 is not: the code grows by a word */
#define CHECKED                                                                                    \
	"#line 370\n"                                                                              \
	"extern int x, y;\n"                                                                       \
	"void put (int *a)\n{\n\tBUG_ON (*a == 0);\n\tx++;\n\tBUG_ON (*a > y);\n}\n"               \
	"void warn (int *a)\n{\n\tWARN_ON (*a == 0);\n\ty = *a;\n}\n"
#define DELAY(n) "void wait (void) { udelay (" #n "); y++; }\n"

static gboolean tells_lines (const Compiler *cc)
{
	return !g_str_equal (cc->name, "thumb");
}

/* A comment line above moves lines, and nothing else: told as that, by how much, if all agree. */
static void test_lines (gconstpointer data)
{
	const Compiler *cc = data;
	static const char new[] = BUG "\n#line 371\n"
				      "extern int x, y;\n"
				      "void put (int *a)\n{\n\tBUG_ON (*a == 0);\n\tx++;\n"
				      "\tBUG_ON (*a > y);\n}\n"
				      "void warn (int *a)\n{\n\tWARN_ON (*a == 0);\n"
				      "\ty = *a;\n}\n" DELAY (10);
	static const char apart[] = BUG "\n#line 371\n"
					"extern int x, y;\n"
					"void put (int *a)\n{\n\tBUG_ON (*a == 0);\n\tx++;\n"
					"\tBUG_ON (*a > y);\n}\n\n"
					"void warn (int *a)\n{\n\tWARN_ON (*a == 0);\n"
					"\ty = *a;\n}\n" DELAY (10);
	static const LineHunk above = { 5, 0, 6, 1 }, second = { 376, 0, 378, 1 };
	const LineHunk both[] = { above, second };
	LineMap map = { "a/file.c", &above, 1, NULL };
	LineMap other = { "b/other.c", &above, 1, NULL };
	LineMap exact = { "a/file.c", both, 2, NULL };
	g_autofree char *mapped = NULL;
	g_autofree char *wrong = NULL;
	g_autofree char *parts = NULL;

	if (!compiler_works (cc, dir))
		return;
	if (!tells_lines (cc)) {
		assert_diff (cc->command, BUG CHECKED DELAY (10), new,
			     "function put; function warn");
		return;
	}
	assert_diff (cc->command, BUG CHECKED DELAY (10), new, "lines put +1; lines warn +1");
	mapped = diff_mapped (cc->command, BUG CHECKED DELAY (10), new, &map);
	g_assert_cmpstr (mapped, ==, "lines put; lines warn");
	/* the patch did not touch that file: then these are no lines */
	wrong = diff_mapped (cc->command, BUG CHECKED DELAY (10), new, &other);
	g_assert_cmpstr (wrong, ==, "function put; function warn");
	/* two distances: without a map nothing is claimed, with it each is checked by itself */
	assert_diff (cc->command, BUG CHECKED DELAY (10), apart, "function put; function warn");
	parts = diff_mapped (cc->command, BUG CHECKED DELAY (10), apart, &exact);
	g_assert_cmpstr (parts, ==, "lines put; lines warn");
}

/* A constant is no line, whatever it looks like. */
static void test_constant (gconstpointer data)
{
	const Compiler *cc = data;
	static const LineHunk above = { 5, 0, 6, 1 };
	static const char source[] = "/*\n * mmci.c\n */\n#include <linux/delay.h>\n\n"
				     "static int x;\n\n#define TIMES 5\n\n\tudelay (10);\n";
	static const char macros[] = "\n\n\n\n\n\n\n\n\n\tBUG_ON (x);\n";
	LineMap map = { "file.c", &above, 1, NULL };
	LineMap with_source = { "file.c", &above, 1, source };
	LineMap with_macro = { "file.c", &above, 1, macros };
	g_autofree char *mapped = NULL;
	g_autofree char *sourced = NULL;
	g_autofree char *macro = NULL;

	if (!compiler_works (cc, dir))
		return;
	assert_diff (cc->command, BUG CHECKED DELAY (10), BUG CHECKED DELAY (11), "function wait");
	/* it is 10 that became 11, and line 10 did move to 11: still no evidence */
	mapped = diff_mapped (cc->command, BUG CHECKED DELAY (10), BUG CHECKED DELAY (11), &map);
	g_assert_cmpstr (mapped, ==, "function wait");
	sourced = diff_mapped (cc->command, BUG CHECKED DELAY (10), BUG CHECKED DELAY (11),
			       &with_source);
	g_assert_cmpstr (sourced, ==, "function wait");
	/* here it is known that line 10 holds a macro: that is what the evidence may be */
	macro = diff_mapped (cc->command, BUG CHECKED DELAY (10), BUG CHECKED DELAY (11),
			     &with_macro);
	g_assert_cmpstr (macro, ==, tells_lines (cc) ? "lines wait" : "function wait");
}

#define PRINT(format, line)                                                                        \
	"extern int printk (const char *, ...);\n"                                                 \
	"void f (int a) { if (a) printk (\"" format "\", \"file.c\", " line ", 5); }\n"

/* printk() takes a line if its format says so. i386 passes it in memory: nothing is claimed. */
static void test_printk (gconstpointer data)
{
	const Compiler *cc = data;
	gboolean seen = tells_lines (cc) && !g_str_equal (cc->name, "i386");

	if (!compiler_works (cc, dir))
		return;
	assert_diff (cc->command, PRINT ("BUG: at %s:%d %d()\\n", "300"),
		     PRINT ("BUG: at %s:%d %d()\\n", "301"), seen ? "lines f +1" : "function f");
	assert_diff (cc->command, PRINT ("%s: %d, %d\\n", "300"), PRINT ("%s: %d, %d\\n", "301"),
		     "function f");
	assert_diff (cc->command, PRINT ("%*d %s:%d\\n", "300"), PRINT ("%*d %s:%d\\n", "301"),
		     "function f");
}

/* Lines and a constant in one function: the function changed. */
static void test_lines_and_constant (gconstpointer data)
{
	const Compiler *cc = data;
	static const char old[] = BUG "extern int y;\n"
				      "void f (int a) { BUG_ON (!a); udelay (10); }\n"
				      "void g (int a) { BUG_ON (!a); y++; }\n";
	static const char new[] = BUG "extern int y;\n\n"
				      "void f (int a) { BUG_ON (!a); udelay (11); }\n"
				      "void g (int a) { BUG_ON (!a); y++; }\n";

	if (compiler_works (cc, dir))
		assert_diff (cc->command, old, new,
			     tells_lines (cc) ? "function f; lines g +1"
					      : "function f; function g");
}

/* How a patch moves lines: insertions, removals, and lines that it changes. */
static void test_line_map (void)
{
	static const LineHunk hunks[] = { { 0, 0, 1, 2 }, { 10, 1, 13, 3 }, { 20, 2, 24, 0 } };
	const LineMap map = { "file.c", hunks, G_N_ELEMENTS (hunks), NULL };

	g_assert_cmpuint (line_map_new_line (&map, 1), ==, 3);
	g_assert_cmpuint (line_map_new_line (&map, 9), ==, 11);
	g_assert_cmpuint (line_map_new_line (&map, 10), ==, 0);
	g_assert_cmpuint (line_map_new_line (&map, 11), ==, 15);
	g_assert_cmpuint (line_map_new_line (&map, 21), ==, 0);
	g_assert_cmpuint (line_map_new_line (&map, 22), ==, 24);
	g_assert_true (line_map_is_file (&map, "/src/linux/file.c"));
	g_assert_false (line_map_is_file (&map, "/src/linux/profile.c"));
}

#if defined(__x86_64__)
#define TABLE(line, flags)                                                                         \
	"#define HERE(n) __asm__ volatile (\"1: ud2\\n.pushsection __bug_table,\\\"a\\\"\\n\" "    \
	"\\\n"                                                                                     \
	"	\"2: .quad 1b, name\\n.word \" #n \", " flags "\\n.org 2b+24\\n.popsection\")\n"   \
	"const char name[] = \"file.c\";\n"                                                        \
	"void f (int a) { if (a) HERE (" line "); }\n"                                             \
	"void g (int a) { if (a > 3) HERE (99); }\n"

/* BUG tables of x86: the line's field alone, then the one behind it, then an entry more. */
static void test_bug_table (void)
{
	assert_diff ("gcc", TABLE ("10", "0"), TABLE ("12", "0"), "lines f");
	assert_diff ("gcc", TABLE ("10", "0"), TABLE ("10", "1"), "section __bug_table");
	assert_diff ("gcc", TABLE ("10", "0"), TABLE ("10", "0") "void h (void) { HERE (5); }\n",
		     "added function h");
}

/* Exception tables say where in a function something is: they change with it, and are part of it.
 */
static void test_exception_table (void)
{
#define USER(extra)                                                                                \
	"int get (int *p, int y) { int x = 0; " extra "\n"                                         \
	"__asm__ volatile (\"1: mov (%1), %0\\n2:\\n.pushsection __ex_table,\\\"a\\\"\\n\"\n"      \
	"\".quad 1b, 2b\\n.popsection\" : \"=r\" (x) : \"r\" (p)); return x + y; }\n"              \
	"int put (int *p) { int x = 0; "                                                           \
	"__asm__ volatile (\"1: mov (%1), %0\\n2:\\n.pushsection __ex_table,\\\"a\\\"\\n\"\n"      \
	"\".quad 1b, 2b\\n.popsection\" : \"=r\" (x) : \"r\" (p)); return x; }\n"
	assert_diff ("gcc", USER (""), USER ("y = y * y / 3;"), "function get");
	assert_diff ("gcc", F USER (""), F_CHANGED USER (""), "function f");
}

/* i386 before 2.6.20: line and file's name stand in the code, behind the `ud2`. */
static void test_bug_frame (void)
{
#define FRAME(line, name)                                                                          \
	"void f (int a) { if (a) __asm__ volatile (\"ud2\\n.word " line "\\n.long %c0\" : : "      \
	"\"i\" (" name ")); }\n"
	if (!compiler_works (&compilers[1], dir))
		return;
	assert_diff (compilers[1].command, FRAME ("10", "\"a.c\""), FRAME ("13", "\"a.c\""),
		     "lines f +3");
	assert_diff (compilers[1].command, FRAME ("10", "\"a.c\""), FRAME ("10", "\"b.c\""),
		     "function f");
}
#endif

/* Nothing of what a stranger's build left may end us: an answer, or an error with the file's name.
 */
static void test_damaged (gconstpointer data)
{
	const Compiler *cc = data;
	g_autofree char *path = compile_path (dir, "old", ".o");
	g_autofree char *bytes = NULL;
	g_autoptr (GRand) random = g_rand_new_with_seed (2007);
	gsize length = 0, i;

	if (!compiler_works (cc, dir))
		return;
	g_assert_true (compile_try (cc->command, dir, "old",
				    BUG CHECKED F G H "int t[3] = { 1 }; int *p = t;\n", "-g"));
	bytes = files_read (path, &length, NULL);
	for (i = 0; i < 600; i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (GPtrArray) changes = NULL;
		gsize size = i % 3 ? length : (gsize) g_rand_int_range (random, 0, (int) length);
		char *copy = g_memdup2 (bytes, size ? size : 1);
		guint count = i % 3 ? (guint) g_rand_int_range (random, 1, 12) : 0;

		/* section headers are at the end, and worth more than their share */
		while (count--) {
			int from = i % 2 ? 0 : (int) size - 1200;

			copy[g_rand_int_range (random, MAX (from, 0), (int) size)] =
				(char) g_rand_int_range (random, 0, 256);
		}
		if (i & 4)
			changes = objdiff_bytes ("good.o", g_memdup2 (bytes, length), length,
						 "bad.o", copy, size, NULL, 0, &error);
		else
			changes =
				objdiff_bytes ("bad.o", copy, size, "good.o",
					       g_memdup2 (bytes, length), length, NULL, 0, &error);
		g_assert_true ((changes == NULL) == (error != NULL));
		if (error) {
			g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
			g_assert_nonnull (strstr (error->message, "'bad.o'"));
		}
	}
}

static guint64 function_end (const ElfFile *file)
{
	guint i;

	for (i = 0; i < file->symbols->len; i++)
		if (g_str_equal (elf_file_symbol (file, i)->name, "f"))
			return elf_file_symbol (file, i)->value + elf_file_symbol (file, i)->size;
	return 0;
}

/* Whatever byte of the program differs, it is told: a report may be too long, but not too short. */
static void test_every_byte (gconstpointer data)
{
	const Compiler *cc = data;
	g_autofree char *path = compile_path (dir, "old", ".o");
	g_autoptr (ElfFile) file = NULL;
	guint index, count = 0;
	guint64 at;

	if (!compiler_works (cc, dir))
		return;
	compile_object (cc->command, dir, "old",
			"extern int h (const char *, int *); int t[3] = { 1, 2, 3 };\n"
			"int f (int a) { return h (\"strings\", t) + h (\"abc\", 0) * a; }\n");
	file = elf_file_load (path, NULL);
	for (index = 1; index < file->sections->len; index++) {
		const ElfSection *section = elf_file_section (file, index);

		for (at = 0; at < section->size && section->data; at++) {
			g_autoptr (GPtrArray) changes = NULL;
			char *copy = g_memdup2 (file->bytes, file->length);

			/* debugging data, or behind the function: padding */
			if (!(section->flags & SHF_ALLOC) ||
			    ((section->flags & SHF_EXECINSTR) && at >= function_end (file))) {
				g_free (copy);
				break;
			}
			copy[section->offset + at] ^= 0xff;
			changes = objdiff_bytes ("a.o", g_memdup2 (file->bytes, file->length),
						 file->length, "b.o", copy, file->length, NULL, 0,
						 NULL);
			if (changes && !changes->len)
				g_error ("%s+%u was not seen", section->name, (guint) at);
			count++;
		}
	}
	g_assert_cmpuint (count, >, 40);
}

/* What cannot be compared is an error that names the file. */
static void test_errors (void)
{
	g_autofree char *text = compile_path (dir, "text", ".o");
	g_autofree char *none = compile_path (dir, "none", ".o");
	g_autoptr (GError) error = NULL;

	g_assert_true (files_write (text, "this is no object", -1, NULL));
	g_assert_null (objdiff_files (text, text, NULL, 0, &error));
	g_assert_error (error, BAKEOFF_ERROR, BAKEOFF_ERROR_FAILED);
	g_assert_nonnull (strstr (error->message, text));
	g_clear_error (&error);
	g_assert_null (objdiff_files (none, text, NULL, 0, &error));
	g_assert_nonnull (strstr (error->message, none));
	g_clear_error (&error);
	g_assert_null (objdiff_files ("/proc/self/exe", "/proc/self/exe", NULL, 0, &error));
	g_assert_nonnull (strstr (error->message, "is no relocatable object"));
}

int main (int argc, char **argv)
{
	static const struct {
		const char *name;
		GTestDataFunc run;
	} tests[] = {
		{ "function", test_function },
		{ "order", test_order },
		{ "string", test_string },
		{ "data", test_data },
		{ "anchor", test_anchor },
		{ "suffixes", test_suffixes },
		{ "debug", test_debug },
		{ "lines", test_lines },
		{ "constant", test_constant },
		{ "lines-and-constant", test_lines_and_constant },
		{ "printk", test_printk },
		{ "damaged", test_damaged },
		{ "every-byte", test_every_byte },
	};
	guint i, j;
	int status;

	g_test_init (&argc, &argv, NULL);
	dir = g_dir_make_tmp ("bakeoff-test-XXXXXX", NULL);
	for (i = 0; i < G_N_ELEMENTS (compilers); i++)
		for (j = 0; j < G_N_ELEMENTS (tests); j++) {
			g_autofree char *path = g_strdup_printf ("/objdiff/%s/%s",
								 compilers[i].name, tests[j].name);

			g_test_add_data_func (path, &compilers[i], tests[j].run);
		}
	g_test_add_func ("/objdiff/line-map", test_line_map);
#if defined(__x86_64__)
	g_test_add_func ("/objdiff/bug-table", test_bug_table);
	g_test_add_func ("/objdiff/exception-table", test_exception_table);
	g_test_add_func ("/objdiff/bug-frame", test_bug_frame);
#endif
	g_test_add_func ("/objdiff/errors", test_errors);
	status = g_test_run ();
	g_assert_true (files_remove_tree (dir, NULL));
	g_free (dir);
	return status;
}
