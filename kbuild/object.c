/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <elf.h>

#include "base/error.h"
#include "kbuild/object.h"

enum {
	DEPTH_MOST = 16,	  /* of data without a name that refer to one another */
	LLVM_ADDRSIG = 0x6fff4c03 /* clang's: which symbols' addresses are taken */
};

static char *anonymous_text (Object *self, guint section, gint64 place, guint depth);

static void unit_free (gpointer data)
{
	Unit *self = data;

	g_free (self->base);
	g_free (self);
}

void object_free (Object *self)
{
	guint i;

	if (!self)
		return;
	for (i = 0; self->refs && i < self->file->sections->len; i++) {
		g_array_unref (self->refs[i]);
		g_array_unref (self->places[i]);
	}
	g_clear_pointer (&self->units, g_ptr_array_unref);
	g_clear_pointer (&self->contents, g_hash_table_unref);
	g_free (self->refs);
	g_free (self->places);
	g_free (self->first_unit);
	g_free (self->by_symbol);
	g_free (self->wanted);
	elf_file_free (self->file);
	g_free (self);
}

const char *object_section_name (const Object *self, guint section)
{
	return elf_file_section (self->file, section)->name;
}

/* Merged by the linker: what counts is what is referred to. */
static gboolean is_mergeable (const ElfSection *section)
{
	return (section->flags & SHF_MERGE) && section->entry && section->data;
}

/* What is compared for itself: no tables of the linker's. */
static gboolean is_program (const ElfSection *section)
{
	switch (section->type) {
	case SHT_NULL:
	case SHT_SYMTAB:
	case SHT_STRTAB:
	case SHT_REL:
	case SHT_RELA:
	case SHT_GROUP:
	case SHT_SYMTAB_SHNDX:
	case LLVM_ADDRSIG:
		return FALSE;
	default:
		return !is_mergeable (section) && !elf_section_is_debug (section);
	}
}

/* A name without what compilers append to it. "__func__.12" and "__func__.7" are the same thing. */
static char *base_name (const char *name)
{
	static const char *const added[] = { "isra", "constprop", "part",	"cold",
					     "llvm", "lto_priv",  "localalias", NULL };
	const char *dot = name[0] ? strchr (name + 1, '.') : NULL;
	g_auto (GStrv) words = dot ? g_strsplit (dot + 1, ".", -1) : NULL;
	guint i;

	for (i = 0; words && words[i]; i++)
		if (!g_strv_contains (added, words[i]) &&
		    (!*words[i] || strspn (words[i], "0123456789") != strlen (words[i])))
			return g_strdup (name);
	return dot ? g_strndup (name, (gsize) (dot - name)) : g_strdup (name);
}

static gboolean makes_unit (const Object *self, const ElfSymbol *symbol)
{
	const ElfSection *section;

	if (!symbol->section || !*symbol->name || g_str_has_prefix (symbol->name, ".L"))
		return FALSE;
	if (symbol->type == STT_SECTION || symbol->type == STT_FILE ||
	    elf_symbol_is_mapping (self->file, symbol))
		return FALSE;
	section = elf_file_section (self->file, symbol->section);
	return (section->flags & SHF_ALLOC) && !is_mergeable (section) &&
	       !elf_section_is_debug (section);
}

/* By place; of those at one place the one whose name stands for all comes first. */
static int by_place (gconstpointer a, gconstpointer b, gpointer data)
{
	const ElfFile *file = data;
	const ElfSymbol *one = elf_file_symbol (file, *(const guint *) a);
	const ElfSymbol *two = elf_file_symbol (file, *(const guint *) b);

	if (one->section != two->section)
		return one->section < two->section ? -1 : 1;
	if (one->value != two->value)
		return one->value < two->value ? -1 : 1;
	if (!one->size != !two->size)
		return one->size ? -1 : 1;
	if ((one->binding == STB_LOCAL) != (two->binding == STB_LOCAL))
		return one->binding == STB_LOCAL ? 1 : -1;
	return strcmp (one->name, two->name);
}

static void add_unit (Object *self, guint index)
{
	const ElfSymbol *symbol = elf_file_symbol (self->file, index);
	const ElfSection *section = elf_file_section (self->file, symbol->section);
	Unit *last = self->units->len ? self->units->pdata[self->units->len - 1] : NULL;
	Unit *unit;

	if (last && last->section == symbol->section) {
		if (last->start == symbol->value) {
			self->by_symbol[index] = last;
			return;
		}
		last->end = MIN (last->end, symbol->value);
	}
	unit = g_new0 (Unit, 1);
	unit->name = symbol->name;
	unit->base = base_name (symbol->name);
	unit->section = symbol->section;
	unit->start = symbol->value;
	unit->end = section->size;
	if (symbol->size && symbol->size < section->size - symbol->value)
		unit->end = symbol->value + symbol->size;
	unit->function = symbol->type == STT_FUNC || symbol->type == STT_GNU_IFUNC ||
			 (section->flags & SHF_EXECINSTR);
	unit->global = symbol->binding != STB_LOCAL;
	self->by_symbol[index] = unit;
	g_ptr_array_add (self->units, unit);
}

static void find_units (Object *self)
{
	g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));
	guint count = self->file->sections->len;
	guint i, unit = 0;

	self->by_symbol = g_new0 (Unit *, self->file->symbols->len + 1);
	for (i = 0; i < self->file->symbols->len; i++)
		if (makes_unit (self, elf_file_symbol (self->file, i)))
			g_array_append_val (order, i);
	g_array_sort_with_data (order, by_place, self->file);
	for (i = 0; i < order->len; i++)
		add_unit (self, g_array_index (order, guint, i));
	self->first_unit = g_new0 (guint, count + 1);
	for (i = 0; i < count; i++) {
		self->first_unit[i] = unit;
		while (unit < self->units->len && ((Unit *) self->units->pdata[unit])->section == i)
			unit++;
	}
	self->first_unit[count] = unit;
}

Object *object_new (ElfFile *file, GError **error)
{
	g_autoptr (Object) self = g_new0 (Object, 1);
	guint count = file->sections->len;
	guint i;

	self->file = file;
	if (file->type != ET_REL)
		return fail_null (error, BAKEOFF_ERROR_FAILED, "'%s' is no relocatable object",
				  file->path);
	self->units = g_ptr_array_new_with_free_func (unit_free);
	self->contents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	self->refs = g_new0 (GArray *, count);
	self->places = g_new0 (GArray *, count);
	self->wanted = g_new0 (gboolean, count);
	for (i = 0; i < count; i++) {
		const ElfSection *section = elf_file_section (file, i);

		self->refs[i] = g_array_new (FALSE, FALSE, sizeof (ObjectRef));
		self->places[i] = g_array_new (FALSE, FALSE, sizeof (gint64));
		self->wanted[i] = i && is_program (section);
	}
	find_units (self);
	object__find_refs (self);
	return g_steal_pointer (&self);
}

Unit *object_unit_at (const Object *self, guint section, gint64 place)
{
	guint low = self->first_unit[section], high = self->first_unit[section + 1];
	guint first = low;
	Unit *unit;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if ((gint64) ((Unit *) self->units->pdata[middle])->start <= place)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == first)
		return NULL;
	unit = self->units->pdata[low - 1];
	return place < (gint64) unit->end || place == (gint64) unit->start ? unit : NULL;
}

guint object_first_ref (const Object *self, guint section, guint64 offset)
{
	const GArray *refs = self->refs[section];
	guint low = 0, high = refs->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (g_array_index (refs, ObjectRef, middle).offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const ObjectRef *object_ref (const Object *self, guint section, guint index)
{
	if (index >= self->refs[section]->len)
		return NULL;
	return &g_array_index (self->refs[section], ObjectRef, index);
}

/* The unit that a reference means: its symbol's, whatever the distance from it. */
static Unit *ref_unit (const Object *self, const ObjectRef *ref)
{
	if (ref->symbol && self->by_symbol[ref->symbol])
		return self->by_symbol[ref->symbol];
	return ref->section ? object_unit_at (self, ref->section, ref->place) : NULL;
}

const char *object_ref_name (const Object *self, const ObjectRef *ref)
{
	const Unit *unit = ref_unit (self, ref);

	if (unit)
		return unit->base;
	return ref->symbol && !ref->section ? elf_file_symbol (self->file, ref->symbol)->name
					    : NULL;
}

/* All that a section holds: for references of which we cannot tell where in it they lead. */
static char *whole_section (const Object *self, guint index)
{
	const ElfSection *section = elf_file_section (self->file, index);
	g_autofree char *sum = section->data
				       ? g_compute_checksum_for_data (G_CHECKSUM_SHA256,
								      section->data, section->size)
				       : g_strdup ("");

	return g_strdup_printf ("%s=%" G_GUINT64_FORMAT ":%s", section->name, section->size, sum);
}

static char *merged_text (const ElfSection *section, gint64 place)
{
	GString *text;
	guint64 end = (guint64) place;

	if (section->flags & SHF_STRINGS) {
		guint64 width = MAX (section->entry, 1);
		guint64 i;

		for (; width <= section->size - end; end += width) {
			for (i = 0; i < width && !section->data[end + i]; i++)
				;
			if (i == width)
				break;
		}
		text = g_string_new ("\"");
	} else {
		end += MIN (section->entry, section->size - end);
		text = g_string_new ("constant ");
	}
	for (; (guint64) place < end; place++) {
		guint8 c = section->data[place];

		/* a text must not end at a NUL in it */
		if (c && (section->flags & SHF_STRINGS) && section->entry <= 1)
			g_string_append_c (text, (char) c);
		else
			g_string_append_printf (text, "\\x%02x", c);
	}
	return g_string_free (text, FALSE);
}

static char *target_text (Object *self, const ObjectRef *ref, guint depth)
{
	const Unit *unit = ref_unit (self, ref);
	const ElfSection *section;

	if (!ref->section) {
		const ElfSymbol *symbol =
			ref->symbol ? elf_file_symbol (self->file, ref->symbol) : NULL;
		gboolean absolute = symbol && symbol->index == SHN_ABS;

		return g_strdup_printf ("%s%+" G_GINT64_FORMAT "=%" G_GUINT64_FORMAT,
					symbol ? symbol->name : "", ref->place,
					absolute ? symbol->value : 0);
	}
	if (ref->opaque && (!unit || !self->by_symbol[ref->symbol]))
		return whole_section (self, ref->section);
	if (unit && unit->id)
		return g_strdup_printf ("#%u%+" G_GINT64_FORMAT, unit->id,
					ref->opaque ? 0 : ref->place - (gint64) unit->start);
	/* said as one that is in another file is said: it may have moved there */
	if (unit)
		return g_strdup_printf ("%s%+" G_GINT64_FORMAT "=0", unit->name,
					ref->opaque ? 0 : ref->place - (gint64) unit->start);
	section = elf_file_section (self->file, ref->section);
	if (ref->place < 0 || (guint64) ref->place >= section->size)
		return g_strdup_printf ("%s%+" G_GINT64_FORMAT, section->name, ref->place);
	if (is_mergeable (section))
		return merged_text (section, ref->place);
	return anonymous_text (self, ref->section, ref->place, depth + 1);
}

char *object_target (Object *self, const ObjectRef *ref)
{
	return target_text (self, ref, 0);
}

void object_bytes (const Object *self, guint section, guint64 start, guint64 end, GString *out)
{
	const ElfSection *in = elf_file_section (self->file, section);
	gsize from = out->len;
	guint i;

	g_string_append_len (out, (const char *) in->data + start, (gssize) (end - start));
	/* a reference that begins before @start may reach into it: fields have 8 bytes at most */
	for (i = object_first_ref (self, section, start); i < self->refs[section]->len; i++) {
		const ObjectRef *ref = object_ref (self, section, i);
		guint8 *at;

		if (ref->offset >= end)
			return;
		if (!ref->width || ref->width > end - ref->offset)
			continue;
		at = (guint8 *) out->str + from + (ref->offset - start);
		elf_file_write (self->file, at, ref->width,
				elf_file_read (self->file, at, ref->width) & ~ref->mask);
	}
}

static GString *text_of (Object *self, guint section, guint64 start, guint64 end, guint depth)
{
	GString *text = g_string_new (NULL);
	guint i;

	if (!elf_file_section (self->file, section)->data) {
		g_string_printf (text, "%" G_GUINT64_FORMAT " bytes", end - start);
		return text;
	}
	object_bytes (self, section, start, end, text);
	for (i = object_first_ref (self, section, start); i < self->refs[section]->len; i++) {
		const ObjectRef *ref = object_ref (self, section, i);
		g_autofree char *target = NULL;

		if (ref->offset >= end)
			break;
		target = target_text (self, ref, depth);
		g_string_append_printf (text, "\n%" G_GUINT64_FORMAT " %u %s", ref->offset - start,
					ref->type, target);
	}
	return text;
}

GString *object_text (Object *self, guint section, guint64 start, guint64 end)
{
	return text_of (self, section, start, end, 0);
}

/* Where the thing without a name at @place ends: at the next thing that is known of. */
static guint64 anonymous_end (const Object *self, guint section, gint64 place)
{
	const GArray *places = self->places[section];
	guint64 end = elf_file_section (self->file, section)->size;
	guint low = 0, high = places->len, first = self->first_unit[section];
	guint last = self->first_unit[section + 1];

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (g_array_index (places, gint64, middle) <= place)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < places->len && (guint64) g_array_index (places, gint64, low) < end)
		end = (guint64) g_array_index (places, gint64, low);
	while (first < last) {
		guint middle = first + (last - first) / 2;

		if ((gint64) ((Unit *) self->units->pdata[middle])->start <= place)
			first = middle + 1;
		else
			last = middle;
	}
	if (first < self->first_unit[section + 1])
		end = MIN (end, ((Unit *) self->units->pdata[first])->start);
	return end;
}

static char *anonymous_text (Object *self, guint section, gint64 place, guint depth)
{
	g_autofree char *key = g_strdup_printf ("%u+%" G_GINT64_FORMAT, section, place);
	const char *known = g_hash_table_lookup (self->contents, key);
	g_autoptr (GString) text = NULL;
	g_autofree char *sum = NULL;
	char *result;

	if (known)
		return g_strdup (known);
	if (depth > DEPTH_MOST)
		return whole_section (self, section);
	/* one that leads back to itself */
	g_hash_table_insert (self->contents, g_strdup (key), g_strdup ("itself"));
	text = text_of (self, section, (guint64) place, anonymous_end (self, section, place),
			depth);
	sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text->str,
					   text->len);
	result = g_strdup_printf ("%s:%s", object_section_name (self, section), sum);
	g_hash_table_insert (self->contents, g_steal_pointer (&key), g_strdup (result));
	return result;
}

/* What the assembler puts between two functions or data to align the second. */
static gboolean is_padding (const Object *self, const ElfSection *section, guint index,
			    guint64 start, guint64 end)
{
	const ObjectRef *ref = object_ref (self, index, object_first_ref (self, index, start));
	guint64 i;

	if (end - start >= MAX (section->align, 4) || (ref && ref->offset < end))
		return FALSE;
	if (section->flags & SHF_EXECINSTR)
		return TRUE;
	for (i = start; section->data && i < end; i++)
		if (section->data[i])
			return FALSE;
	return TRUE;
}

static void add_orphan (const Object *self, guint index, guint64 start, guint64 end,
			gboolean after_unit, GArray *out)
{
	const ElfSection *section = elf_file_section (self->file, index);
	const GArray *places = self->places[index];
	guint low = 0, high = places->len;

	if (start >= end || (after_unit && is_padding (self, section, index, start, end)))
		return;
	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (g_array_index (places, gint64, middle) < (gint64) start)
			low = middle + 1;
		else
			high = middle;
	}
	/* from a place that something refers to on, it is what those texts are made of */
	if (low < places->len && g_array_index (places, gint64, low) < (gint64) end)
		end = (guint64) g_array_index (places, gint64, low);
	if (start < end) {
		g_array_append_val (out, start);
		g_array_append_val (out, end);
	}
}

GArray *object_orphans (const Object *self, guint section)
{
	GArray *orphans = g_array_new (FALSE, FALSE, sizeof (guint64));
	guint64 at = 0;
	guint i;

	for (i = self->first_unit[section]; i < self->first_unit[section + 1]; i++) {
		const Unit *unit = self->units->pdata[i];

		add_orphan (self, section, at, unit->start, at > 0, orphans);
		at = unit->end;
	}
	add_orphan (self, section, at, elf_file_section (self->file, section)->size, at > 0,
		    orphans);
	return orphans;
}
