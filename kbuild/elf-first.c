/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <elf.h>

#include "base/files.h"
#include "kbuild/elf-file.h"
#include "kbuild/elf-first.h"

void elf_difference_free (ElfDifference *self)
{
	if (!self)
		return;
	g_free (self->section);
	g_free (self->symbol);
	g_free (self);
}

/* The symbol that @offset of a section is in: the nearest one before it, as addresses go. */
static char *symbol_at (const ElfFile *file, guint index, guint64 offset, guint64 *out_offset)
{
	const ElfSection *section = elf_file_section (file, index);
	guint64 place = file->type == ET_REL ? offset : section->address + offset;
	const ElfSymbol *best = NULL;
	guint i;

	for (i = 0; i < file->symbols->len; i++) {
		const ElfSymbol *symbol = elf_file_symbol (file, i);

		if (symbol->section != index || !*symbol->name || symbol->type == STT_SECTION ||
		    symbol->type == STT_FILE || elf_symbol_is_mapping (file, symbol) ||
		    symbol->value > place)
			continue;
		/* it ended before: what follows has no name */
		if (symbol->size && place - symbol->value >= symbol->size)
			continue;
		if (!best || symbol->value > best->value ||
		    (symbol->value == best->value && symbol->size && !best->size))
			best = symbol;
	}
	if (!best)
		return NULL;
	*out_offset = place - best->value;
	return g_strdup (best->name);
}

static ElfDifference *difference_new (const ElfFile *one, guint a, const ElfFile *two, guint b,
				      guint64 offset)
{
	ElfDifference *self = g_new0 (ElfDifference, 1);
	const ElfSection *section = a ? elf_file_section (one, a) : elf_file_section (two, b);

	self->section = g_strdup (section->name);
	self->missing = !a || !b;
	self->allocated = (section->flags & SHF_ALLOC) != 0;
	self->offset = offset;
	self->address = self->allocated ? section->address + offset : 0;
	if (a)
		self->symbol = symbol_at (one, a, offset, &self->symbol_offset);
	if (b && !self->symbol)
		self->symbol = symbol_at (two, b, offset, &self->symbol_offset);
	return self;
}

static guint64 first_byte (const ElfSection *a, const ElfSection *b)
{
	guint64 least = MIN (a->size, b->size);
	guint64 i;

	if (!a->data || !b->data)
		return !a->data == !b->data ? least : 0;
	if (memcmp (a->data, b->data, least) == 0)
		return least;
	for (i = 0; a->data[i] == b->data[i]; i++)
		;
	return i;
}

static char *section_key (GHashTable *counts, const ElfSection *section)
{
	guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, section->name));

	g_hash_table_insert (counts, (gpointer) section->name, GUINT_TO_POINTER (count + 1));
	return g_strdup_printf ("%u %s", count, section->name);
}

static GHashTable *sections_by_name (const ElfFile *file)
{
	g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
	GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	guint i;

	for (i = 1; i < file->sections->len; i++)
		g_hash_table_insert (names, section_key (counts, elf_file_section (file, i)),
				     GUINT_TO_POINTER (i));
	return names;
}

static int by_file_offset (gconstpointer a, gconstpointer b, gpointer data)
{
	const ElfSection *one = elf_file_section (data, *(const guint *) a);
	const ElfSection *two = elf_file_section (data, *(const guint *) b);

	if ((one->flags & SHF_ALLOC) != (two->flags & SHF_ALLOC))
		return one->flags & SHF_ALLOC ? -1 : 1;
	return one->offset < two->offset ? -1 : one->offset > two->offset;
}

static GArray *sections_in_order (const ElfFile *file)
{
	GArray *order = g_array_new (FALSE, FALSE, sizeof (guint));
	guint i;

	for (i = 1; i < file->sections->len; i++)
		g_array_append_val (order, i);
	g_array_sort_with_data (order, by_file_offset, (gpointer) file);
	return order;
}

/* @allocated: which of the sections. @file's sections are looked for in @names, @other's. */
static ElfDifference *compare (const ElfFile *one, const ElfFile *two, gboolean allocated)
{
	g_autoptr (GArray) order = sections_in_order (one);
	g_autoptr (GHashTable) names = sections_by_name (two);
	g_autoptr (GHashTable) known = sections_by_name (one);
	g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
	g_autoptr (GHashTable) others = g_hash_table_new (g_str_hash, g_str_equal);
	guint i;

	for (i = 0; i < order->len; i++) {
		guint index = g_array_index (order, guint, i);
		const ElfSection *a = elf_file_section (one, index), *b;
		g_autofree char *key = section_key (counts, a);
		guint other = GPOINTER_TO_UINT (g_hash_table_lookup (names, key));
		guint64 at;

		if (((a->flags & SHF_ALLOC) != 0) != allocated)
			continue;
		if (!other)
			return difference_new (one, index, two, 0, 0);
		b = elf_file_section (two, other);
		at = first_byte (a, b);
		if (at < a->size || at < b->size)
			return difference_new (one, index, two, other, at);
		if (a->address != b->address || a->flags != b->flags || a->type != b->type)
			return difference_new (one, index, two, other, 0);
	}
	for (i = 1; i < two->sections->len; i++) {
		const ElfSection *b = elf_file_section (two, i);
		g_autofree char *key = section_key (others, b);

		if (((b->flags & SHF_ALLOC) != 0) == allocated &&
		    !g_hash_table_contains (known, key))
			return difference_new (one, 0, two, i, 0);
	}
	return NULL;
}

/* Headers, or what lies between sections. */
static ElfDifference *outside_sections (const ElfFile *one, const ElfFile *two)
{
	ElfDifference *self = g_new0 (ElfDifference, 1);
	gsize least = MIN (one->length, two->length);

	self->section = g_strdup ("");
	while (self->offset < least && one->bytes[self->offset] == two->bytes[self->offset])
		self->offset++;
	return self;
}

gboolean elf_first_difference (const char *one, const char *two, ElfDifference **out_difference,
			       GError **error)
{
	g_autofree char *a = NULL;
	g_autofree char *b = NULL;
	gsize a_length = 0, b_length = 0;
	g_autoptr (ElfFile) first = NULL;
	g_autoptr (ElfFile) second = NULL;

	*out_difference = NULL;
	a = files_read (one, &a_length, error);
	b = a ? files_read (two, &b_length, error) : NULL;
	if (!b)
		return FALSE;
	if (a_length == b_length && memcmp (a, b, a_length) == 0)
		return TRUE;
	first = elf_file_parse (one, g_steal_pointer (&a), a_length, error);
	second = first ? elf_file_parse (two, g_steal_pointer (&b), b_length, error) : NULL;
	if (!second)
		return FALSE;
	*out_difference = compare (first, second, TRUE);
	if (!*out_difference)
		*out_difference = compare (first, second, FALSE);
	if (!*out_difference)
		*out_difference = outside_sections (first, second);
	return TRUE;
}

char *elf_difference_text (const ElfDifference *self)
{
	GString *text = g_string_new (*self->section ? self->section : "outside of all sections");

	if (self->missing)
		g_string_append (text, " (in one of them only)");
	else if (self->symbol)
		g_string_append_printf (text, ", %s+0x%" G_GINT64_MODIFIER "x", self->symbol,
					self->symbol_offset);
	else
		g_string_append_printf (text, "+0x%" G_GINT64_MODIFIER "x", self->offset);
	if (!self->allocated && *self->section)
		g_string_append (text, " (no part of the program)");
	return g_string_free (text, FALSE);
}
