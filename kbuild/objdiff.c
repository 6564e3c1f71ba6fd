/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <elf.h>

#include "base/error.h"
#include "kbuild/objdiff-lines.h"
#include "kbuild/objdiff-tables.h"
#include "kbuild/objdiff.h"

enum {
	SHOWN_MOST = 60 /* bytes of a string in a detail */
};

typedef struct {
	Object *base;
	Object *variant;
	const LineMap *maps;
	gsize n_maps;
	GPtrArray *functions; /* of ObjectChange */
	GPtrArray *rest;      /* of ObjectChange: data and sections */
	GPtrArray *shifted;   /* of Unit: those that changed by numbers alone, without a map… */
	GPtrArray *deltas;    /* …and of LineDelta: by which */
} Comparison;

void object_change_free (ObjectChange *self)
{
	if (!self)
		return;
	g_free (self->name);
	g_free (self->section);
	g_free (self->detail);
	g_free (self);
}

static void free_change (gpointer data)
{
	object_change_free (data);
}

/* @detail: (transfer full) (nullable) */
static ObjectChange *add_change (GPtrArray *to, ObjectChangeKind kind, const char *name,
				 const char *section, char *detail)
{
	ObjectChange *change = g_new0 (ObjectChange, 1);

	change->kind = kind;
	change->name = g_strdup (name);
	change->section = g_strdup (section);
	change->detail = detail;
	g_ptr_array_add (to, change);
	return change;
}

static ObjectChange *add_unit (Comparison *self, ObjectChangeKind kind, const Object *object,
			       const Unit *unit, char *detail)
{
	return add_change (unit->function ? self->functions : self->rest, kind,
			   unit->pair ? unit->base : unit->name,
			   object_section_name (object, unit->section), detail);
}

static char *shown (const char *target, const Object *object, const ObjectRef *ref)
{
	const char *name = object_ref_name (object, ref);
	g_autofree char *start = NULL;
	g_autofree char *text = NULL;

	if (name)
		return g_strdup (name);
	if (*target != '"')
		return g_strdup ("data");
	start = g_strndup (target + 1, SHOWN_MOST);
	text = g_strescape (start, NULL);
	return g_strdup_printf ("\"%s%s\"", text, strlen (target + 1) > SHOWN_MOST ? "…" : "");
}

/* `"old" became "new"` where the first difference is what a function refers to. */
static char *first_reference (Comparison *self, const Unit *old, const Unit *new)
{
	guint i = object_first_ref (self->base, old->section, old->start);
	guint j = object_first_ref (self->variant, new->section, new->start);
	const ObjectRef *one, *two;

	for (; (one = object_ref (self->base, old->section, i)) && one->offset < old->end &&
	       (two = object_ref (self->variant, new->section, j)) && two->offset < new->end;
	     i++, j++) {
		g_autofree char *from = object_target (self->base, one);
		g_autofree char *to = object_target (self->variant, two);
		g_autofree char *was = NULL;
		g_autofree char *is = NULL;

		if (one->offset - old->start != two->offset - new->start)
			return NULL;
		if (g_str_equal (from, to))
			continue;
		was = shown (from, self->base, one);
		is = shown (to, self->variant, two);
		return g_str_equal (was, is) ? NULL : g_strdup_printf ("%s became %s", was, is);
	}
	return NULL;
}

static gboolean has_code (const Object *object, const Unit *unit)
{
	const ElfSection *section = elf_file_section (object->file, unit->section);

	return (section->flags & SHF_EXECINSTR) && section->data;
}

static gboolean same_place (const Comparison *self, const Unit *old, const Unit *new)
{
	return g_str_equal (object_section_name (self->base, old->section),
			    object_section_name (self->variant, new->section));
}

/* Whether it is known already that only lines differ, or may turn out to be so. */
static gboolean lines_only (Comparison *self, Unit *old, Unit *new)
{
	g_autoptr (GPtrArray) deltas = NULL;

	if (!has_code (self->base, old) || !has_code (self->variant, new) ||
	    !same_place (self, old, new))
		return FALSE;
	deltas = objdiff__code_deltas (self->base, old, self->variant, new);
	if (!deltas || !objdiff__same_windows (self->base, old, self->variant, new))
		return FALSE;
	/* the same code; its constants lie in another order */
	if (!deltas->len)
		return TRUE;
	if (self->n_maps) {
		if (!objdiff__lines_mapped (deltas, self->maps, self->n_maps))
			return FALSE;
		add_unit (self, OBJECT_CHANGE_LINES, self->variant, new, NULL);
		return TRUE;
	}
	if (!objdiff__lines_shift (deltas))
		return FALSE;
	g_ptr_array_add (self->shifted, new);
	g_ptr_array_extend_and_steal (self->deltas, g_steal_pointer (&deltas));
	return TRUE;
}

static void compare_unit (Comparison *self, Unit *old, Unit *new)
{
	g_autoptr (GString) one = object_text (self->base, old->section, old->start, old->end);
	g_autoptr (GString) two = object_text (self->variant, new->section, new->start, new->end);

	if (same_place (self, old, new) && old->function == new->function &&
	    g_string_equal (one, two) &&
	    objdiff__same_windows (self->base, old, self->variant, new))
		return;
	old->touched = TRUE;
	new->touched = TRUE;
	if (!lines_only (self, old, new))
		add_unit (self, new->function ? OBJECT_CHANGE_FUNCTION : OBJECT_CHANGE_DATA,
			  self->variant, new, first_reference (self, old, new));
}

static void compare_units (Comparison *self)
{
	guint i;

	for (i = 0; i < self->variant->units->len; i++) {
		Unit *unit = self->variant->units->pdata[i];

		if (unit->pair) {
			compare_unit (self, unit->pair, unit);
			continue;
		}
		unit->touched = TRUE;
		add_unit (self,
			  unit->function ? OBJECT_CHANGE_FUNCTION_ADDED : OBJECT_CHANGE_DATA_ADDED,
			  self->variant, unit, NULL);
	}
	for (i = 0; i < self->base->units->len; i++) {
		Unit *unit = self->base->units->pdata[i];

		if (unit->pair)
			continue;
		unit->touched = TRUE;
		add_unit (self,
			  unit->function ? OBJECT_CHANGE_FUNCTION_REMOVED
					 : OBJECT_CHANGE_DATA_REMOVED,
			  self->base, unit, NULL);
	}
}

/* Without a map only the object as a whole tells: its lines moved by one distance, or it changed.
 */
static void settle_shifted (Comparison *self)
{
	int shift = objdiff__lines_shift (self->deltas);
	guint i;

	for (i = 0; i < self->shifted->len; i++)
		add_unit (self, shift ? OBJECT_CHANGE_LINES : OBJECT_CHANGE_FUNCTION, self->variant,
			  self->shifted->pdata[i], NULL)
			->shift = shift;
}

static void compare_table (Comparison *self, guint old, guint new)
{
	g_autoptr (GPtrArray) lines = g_ptr_array_new ();
	const char *name = new ? object_section_name (self->variant, new)
			       : object_section_name (self->base, old);
	TableResult result = objdiff__compare_table (self->base, old, self->variant, new, lines);
	guint i;

	if (result == TABLE_CHANGED)
		add_change (self->rest, OBJECT_CHANGE_SECTION, NULL, name, NULL);
	for (i = 0; i < lines->len; i++)
		add_change (self->functions, OBJECT_CHANGE_LINES, ((Unit *) lines->pdata[i])->base,
			    name, NULL);
}

/* Sections by name; of those that share one, by which of them it is. */
static GHashTable *section_names (const Object *object, GPtrArray *order)
{
	g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
	GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	guint i;

	for (i = 1; i < object->file->sections->len; i++) {
		const char *name = object_section_name (object, i);
		guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, name));
		char *key;

		if (!object->wanted[i])
			continue;
		g_hash_table_insert (counts, (gpointer) name, GUINT_TO_POINTER (count + 1));
		key = g_strdup_printf ("%u %s", count, name);
		g_ptr_array_add (order, key);
		g_hash_table_insert (names, key, GUINT_TO_POINTER (i));
	}
	return names;
}

static void compare_tables (Comparison *self)
{
	g_autoptr (GPtrArray) order = g_ptr_array_new ();
	g_autoptr (GHashTable) new = section_names (self->variant, order);
	guint count = order->len;
	g_autoptr (GHashTable) old = section_names (self->base, order);
	guint i;

	for (i = 0; i < order->len; i++) {
		const char *name = order->pdata[i];
		guint one = GPOINTER_TO_UINT (g_hash_table_lookup (old, name));
		guint two = GPOINTER_TO_UINT (g_hash_table_lookup (new, name));

		/* what both have is among the variant's already */
		if (i < count || !two)
			compare_table (self, one, two);
	}
}

static gboolean is_other_name (const Object *object, guint index)
{
	const ElfSymbol *symbol = elf_file_symbol (object->file, index);

	return symbol->binding != STB_LOCAL && *symbol->name &&
	       (object->by_symbol[index] || symbol->index == SHN_COMMON ||
		symbol->index == SHN_ABS);
}

/* Names that others may link to: second names of a unit, common and absolute ones. */
static void compare_names (Comparison *self, Object *from, Object *to, gboolean added)
{
	g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
	guint i;

	for (i = 0; i < to->file->symbols->len; i++)
		if (is_other_name (to, i))
			g_hash_table_insert (names, (gpointer) elf_file_symbol (to->file, i)->name,
					     (gpointer) elf_file_symbol (to->file, i));
	for (i = 0; i < from->file->symbols->len; i++) {
		const ElfSymbol *symbol = elf_file_symbol (from->file, i);
		const ElfSymbol *other = g_hash_table_lookup (names, symbol->name);
		const Unit *unit = from->by_symbol[i];
		ObjectChangeKind kind =
			added ? OBJECT_CHANGE_DATA_ADDED : OBJECT_CHANGE_DATA_REMOVED;

		/* a unit's first name is told as the unit is; a function made static changes
		 * nothing */
		if (!is_other_name (from, i) ||
		    (unit && (!unit->pair || unit->name == symbol->name)))
			continue;
		if (unit && unit->function)
			kind = added ? OBJECT_CHANGE_FUNCTION_ADDED
				     : OBJECT_CHANGE_FUNCTION_REMOVED;
		if (!other)
			add_change (unit && unit->function ? self->functions : self->rest, kind,
				    symbol->name,
				    unit ? object_section_name (from, unit->section) : "", NULL);
		else if (!added && !unit &&
			 (other->value != symbol->value || other->size != symbol->size))
			add_change (self->rest, OBJECT_CHANGE_DATA, symbol->name, "", NULL);
	}
}

static gboolean same_header (Comparison *self)
{
	const ElfFile *one = self->base->file, *two = self->variant->file;

	if (one->machine == two->machine && one->is_64 == two->is_64 &&
	    one->big_endian == two->big_endian)
		return TRUE;
	add_change (self->rest, OBJECT_CHANGE_SECTION, NULL, "",
		    g_strdup ("it is for another processor"));
	return FALSE;
}

static void compare (Comparison *self)
{
	if (!same_header (self))
		return;
	if (self->base->file->flags != self->variant->file->flags)
		add_change (self->rest, OBJECT_CHANGE_SECTION, NULL, "",
			    g_strdup_printf ("flags 0x%x became 0x%x", self->base->file->flags,
					     self->variant->file->flags));
	object_pair (self->base, self->variant);
	compare_units (self);
	settle_shifted (self);
	compare_tables (self);
	compare_names (self, self->base, self->variant, FALSE);
	compare_names (self, self->variant, self->base, TRUE);
}

static GPtrArray *compare_objects (Object *base, Object *variant, const LineMap *maps, gsize n_maps)
{
	g_autoptr (GPtrArray) functions = g_ptr_array_new_with_free_func (free_change);
	g_autoptr (GPtrArray) rest = g_ptr_array_new_with_free_func (free_change);
	g_autoptr (GPtrArray) shifted = g_ptr_array_new ();
	g_autoptr (GPtrArray) deltas = g_ptr_array_new_with_free_func (line_delta_free);
	Comparison self = {
		base, variant, maps, maps ? n_maps : 0, functions, rest, shifted, deltas
	};

	compare (&self);
	g_ptr_array_extend_and_steal (functions, g_steal_pointer (&rest));
	return g_steal_pointer (&functions);
}

GPtrArray *objdiff_bytes (const char *base_path, char *base, gsize base_length,
			  const char *variant_path, char *variant, gsize variant_length,
			  const LineMap *maps, gsize n_maps, GError **error)
{
	g_autofree char *waiting = variant;
	ElfFile *old_file = elf_file_parse (base_path, base, base_length, error);
	g_autoptr (Object) old = old_file ? object_new (old_file, error) : NULL;
	g_autoptr (Object) new = NULL;
	ElfFile *new_file;

	if (!old)
		return NULL;
	new_file = elf_file_parse (variant_path, g_steal_pointer (&waiting), variant_length, error);
	new = new_file ? object_new (new_file, error) : NULL;
	return new ? compare_objects (old, new, maps, n_maps) : NULL;
}

GPtrArray *objdiff_files (const char *base, const char *variant, const LineMap *maps, gsize n_maps,
			  GError **error)
{
	ElfFile *file = elf_file_load (base, error);
	g_autoptr (Object) old = file ? object_new (file, error) : NULL;
	g_autoptr (Object) new = NULL;

	if (!old)
		return NULL;
	file = elf_file_load (variant, error);
	new = file ? object_new (file, error) : NULL;
	return new ? compare_objects (old, new, maps, n_maps) : NULL;
}
