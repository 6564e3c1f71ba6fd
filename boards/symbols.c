/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include <dwarf.h>
#include <elfutils/libdwfl.h>

#include "base/error.h"
#include "boards/symbols.h"

struct Symbols {
	Dwfl *dwfl;
	Dwfl_Module *module;
	GHashTable *by_name; /* name -> GArray of Symbol */
	char *build_id;	     /* (nullable) */
	char *root;	     /* (nullable): folder of the sources, with a slash at its end */
	gboolean has_lines;
};

typedef struct {
	GElf_Addr address;
	GElf_Xword size;
} Symbol;

void source_place_free (SourcePlace *self)
{
	g_free (self->function);
	g_free (self->file);
	g_free (self);
}

void symbols_free (Symbols *self)
{
	if (!self)
		return;
	if (self->dwfl)
		dwfl_end (self->dwfl);
	g_hash_table_unref (self->by_name);
	g_free (self->build_id);
	g_free (self->root);
	g_free (self);
}

gboolean symbols_has_lines (const Symbols *self)
{
	return self->has_lines;
}

const char *symbols_build_id (const Symbols *self)
{
	return self->build_id;
}

/* What is not in the file itself is not looked for, here or in the network. */
static int find_no_debuginfo (Dwfl_Module *module G_GNUC_UNUSED, void **data G_GNUC_UNUSED,
			      const char *name G_GNUC_UNUSED, Dwarf_Addr base G_GNUC_UNUSED,
			      const char *file G_GNUC_UNUSED, const char *link G_GNUC_UNUSED,
			      GElf_Word crc G_GNUC_UNUSED, char **out_path G_GNUC_UNUSED)
{
	return -1;
}

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = find_no_debuginfo,
	.section_address = dwfl_offline_section_address,
};

static void read_symbols (Symbols *self)
{
	int i, n = dwfl_module_getsymtab (self->module);

	for (i = 1; i < n; i++) {
		GElf_Sym symbol;
		GElf_Addr address;
		const char *name = dwfl_module_getsym_info (self->module, i, &symbol, &address,
							    NULL, NULL, NULL);
		Symbol entry = { address, symbol.st_size };
		GArray *known;

		/* symbols of assembler have no type */
		if (!name || !*name || symbol.st_shndx == SHN_UNDEF ||
		    (GELF_ST_TYPE (symbol.st_info) != STT_FUNC &&
		     GELF_ST_TYPE (symbol.st_info) != STT_NOTYPE))
			continue;
		known = g_hash_table_lookup (self->by_name, name);
		if (!known) {
			known = g_array_new (FALSE, FALSE, sizeof (Symbol));
			g_hash_table_insert (self->by_name, g_strdup (name), known);
		}
		g_array_append_val (known, entry);
	}
}

static void read_build_id (Symbols *self)
{
	const unsigned char *bits;
	GElf_Addr address;
	int i, n = dwfl_module_build_id (self->module, &bits, &address);
	GString *hex;

	if (n <= 0)
		return;
	hex = g_string_new (NULL);
	for (i = 0; i < n; i++)
		g_string_append_printf (hex, "%02x", bits[i]);
	self->build_id = g_string_free (hex, FALSE);
}

/* start_kernel() is in init/main.c, and so tells where the tree is. */
static void find_root (Symbols *self)
{
	static const char known[] = "init/main.c";
	g_autoptr (GPtrArray) places = symbols_find (self, "start_kernel+0x0", FALSE);
	const SourcePlace *place = places ? places->pdata[places->len - 1] : NULL;

	if (place && place->file && g_str_has_suffix (place->file, known))
		self->root = g_strndup (place->file, strlen (place->file) - strlen (known));
}

Symbols *symbols_open (const char *path, GError **error)
{
	g_autoptr (Symbols) self = g_new0 (Symbols, 1);
	Dwarf_Addr bias;

	self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					       (GDestroyNotify) g_array_unref);
	if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
		return fail_null (error, BAKEOFF_ERROR_USAGE, "there is no file '%s'", path);
	self->dwfl = dwfl_begin (&callbacks);
	self->module = self->dwfl ? dwfl_report_offline (self->dwfl, "vmlinux", path, -1) : NULL;
	if (!self->module)
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "'%s' is no ELF file that can be read: %s\n"
				  "give the vmlinux that the image was made of",
				  path, dwfl_errmsg (-1));
	dwfl_report_end (self->dwfl, NULL, NULL);
	read_symbols (self);
	read_build_id (self);
	self->has_lines = dwfl_module_getdwarf (self->module, &bias) != NULL;
	find_root (self);
	return g_steal_pointer (&self);
}

/* ---- a place ---- */

/* What a place says: `get_index.isra.0+0x14/0x48`. */
typedef struct {
	char *name;
	guint64 offset, size; /* size 0 where it is not told */
} Place;

static void place_clear (Place *self)
{
	g_free (self->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static gboolean read_place (const char *text, Place *out_place)
{
	const char *plus = strrchr (text, '+');
	char *end;

	*out_place = (Place){ NULL, 0, 0 };
	if (!plus || plus == text)
		return FALSE;
	out_place->name = g_strndup (text, (gsize) (plus - text));
	out_place->offset = g_ascii_strtoull (plus + 1, &end, 16);
	if (*end == '/')
		out_place->size = g_ascii_strtoull (end + 1, NULL, 16);
	return end > plus + 1;
}

static guint64 difference (guint64 a, guint64 b)
{
	return a > b ? a - b : b - a;
}

/* Of functions with one name the one whose size is nearest: what kernels print as a size goes up to
 * the next symbol, with what is between. NULL where there is none so long. */
static const Symbol *find_symbol (const Symbols *self, const Place *place)
{
	GArray *known = g_hash_table_lookup (self->by_name, place->name);
	const Symbol *best = NULL;
	guint i;

	for (i = 0; known && i < known->len; i++) {
		const Symbol *symbol = &g_array_index (known, Symbol, i);

		if (place->size ? place->offset > place->size
				: symbol->size && place->offset > symbol->size)
			continue;
		if (!best ||
		    difference (symbol->size, place->size) < difference (best->size, place->size))
			best = symbol;
	}
	return best;
}

/* @file as it stands in the tree. Takes @directory for what is relative to nothing else. */
static char *tree_path (const Symbols *self, const char *file, const char *directory)
{
	g_autofree char *whole = NULL;

	if (!file)
		return NULL;
	whole = g_canonicalize_filename (
		file, directory && g_path_is_absolute (directory) ? directory : "/");
	if (self->root && g_str_has_prefix (whole, self->root))
		return g_strdup (whole + strlen (self->root));
	if (!g_path_is_absolute (file) && (!directory || !g_path_is_absolute (directory)))
		return g_strdup (whole + 1);
	return g_steal_pointer (&whole);
}

static const char *directory_of (Dwarf_Die *unit)
{
	Dwarf_Attribute attribute;

	return dwarf_formstring (dwarf_attr (unit, DW_AT_comp_dir, &attribute));
}

static void add_place (const Symbols *self, GPtrArray *out, const char *function, const char *file,
		       Dwarf_Die *unit, guint line)
{
	SourcePlace *place = g_new0 (SourcePlace, 1);

	place->function = g_strdup (function ? function : "?");
	place->file = tree_path (self, file, unit ? directory_of (unit) : NULL);
	place->line = line;
	g_ptr_array_add (out, place);
}

static guint number_of (Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value = 0;

	if (dwarf_formudata (dwarf_attr (die, name, &attribute), &value) != 0)
		return 0;
	return (guint) value;
}

/* The file from which an inlined function was called. */
static const char *call_file (Dwarf_Die *unit, Dwarf_Die *inlined)
{
	Dwarf_Files *files;
	size_t n;
	guint number = number_of (inlined, DW_AT_call_file);

	if (dwarf_getsrcfiles (unit, &files, &n) != 0 || number >= n)
		return NULL;
	return dwarf_filesrc (files, number, NULL, NULL);
}

/* The scopes around @address, innermost first, as they lie in the object. To be freed. */
static int find_scopes (Dwarf_Die *unit, Dwarf_Addr address, Dwarf_Die **out_scopes)
{
	g_autofree Dwarf_Die *around = NULL;
	Dwarf_Die innermost;
	int n = dwarf_getscopes (unit, address, &around);

	*out_scopes = NULL;
	if (n <= 0)
		return 0;
	innermost = around[0];
	return dwarf_getscopes_die (&innermost, out_scopes);
}

static void add_scopes (Symbols *self, GPtrArray *out, Dwarf_Die *unit, Dwarf_Addr address,
			const char *file, guint line)
{
	Dwarf_Die *scopes;
	int i, n = find_scopes (unit, address, &scopes);

	for (i = 0; i < n; i++) {
		int tag = dwarf_tag (&scopes[i]);

		if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
			continue;
		add_place (self, out, dwarf_diename (&scopes[i]), file, unit, line);
		if (tag == DW_TAG_subprogram)
			break;
		file = call_file (unit, &scopes[i]);
		line = number_of (&scopes[i], DW_AT_call_line);
	}
	free (scopes);
}

GPtrArray *symbols_find (Symbols *self, const char *text, gboolean is_return)
{
	g_autoptr (GPtrArray) out =
		g_ptr_array_new_with_free_func ((GDestroyNotify) source_place_free);
	g_auto (Place) place = { 0 };
	const Symbol *symbol = NULL;
	Dwarf_Addr address, bias = 0;
	Dwarf_Die *unit;
	Dwfl_Line *source;
	const char *file = NULL;
	int line = 0;

	if (read_place (text, &place))
		symbol = find_symbol (self, &place);
	if (!symbol)
		return NULL;
	address = symbol->address + place.offset;
	if (is_return && place.offset > 0)
		address--;
	unit = dwfl_module_addrdie (self->module, address, &bias);
	source = dwfl_module_getsrc (self->module, address);
	if (source)
		file = dwfl_lineinfo (source, NULL, &line, NULL, NULL, NULL);
	if (unit)
		add_scopes (self, out, unit, address - bias, file, (guint) MAX (line, 0));
	if (out->len == 0)
		add_place (self, out, place.name, file, unit, (guint) MAX (line, 0));
	return g_steal_pointer (&out);
}
