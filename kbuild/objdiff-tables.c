/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <elf.h>

#include "kbuild/objdiff-tables.h"

enum {
	REFS_MOST = 6 /* of one record */
};

/* One entry of a table, such as {address of a BUG(), address of its file's name, line, flags}. */
typedef struct {
	GString *text;
	guint line;  /* offset of the line's two bytes; 0: none */
	Unit *owner; /* (nullable): the function that it is about */
	gboolean touched;
} Record;

static void record_free (gpointer data)
{
	Record *self = data;

	g_string_free (self->text, TRUE);
	g_free (self);
}

/* Whether the section is an array of records with @refs references each, at equal places. */
static gboolean is_periodic (const Object *object, guint section, guint refs)
{
	const GArray *all = object->refs[section];
	guint64 size = elf_file_section (object->file, section)->size;
	guint64 stride;
	guint i;

	if (!all->len || all->len % refs || size % (all->len / refs))
		return FALSE;
	stride = size / (all->len / refs);
	for (i = 0; i < all->len; i++)
		if (object_ref (object, section, i)->offset !=
			    object_ref (object, section, i % refs)->offset + i / refs * stride ||
		    object_ref (object, section, i % refs)->offset >= stride)
			return FALSE;
	return TRUE;
}

static guint refs_of_record (const Object *object, guint section)
{
	/* {instruction, fixup} can be read as a record of one, and is none */
	guint refs = g_str_equal (object_section_name (object, section), "__ex_table") ? 2 : 1;

	for (; refs <= REFS_MOST; refs++)
		if (is_periodic (object, section, refs))
			return refs;
	return 0;
}

static Record *record_new (Object *object, guint section, guint index, guint refs)
{
	Record *self = g_new0 (Record, 1);
	guint64 stride = elf_file_section (object->file, section)->size /
			 (object->refs[section]->len / refs);
	guint64 start = index * stride;
	guint i;

	self->text = object_text (object, section, start, start + stride);
	for (i = 0; i < refs; i++) {
		const ObjectRef *ref = object_ref (object, section, index * refs + i);
		Unit *unit =
			ref->section ? object_unit_at (object, ref->section, ref->place) : NULL;

		if (!unit)
			continue;
		if (!self->owner && unit->function)
			self->owner = unit;
		self->touched |= unit->touched;
	}
	/* struct bug_entry, include/asm-generic/bug.h: the line follows two equally long addresses
	 */
	if (refs == 2 && g_str_equal (object_section_name (object, section), "__bug_table")) {
		guint64 first = object_ref (object, section, index * 2)->offset - start;
		guint64 second = object_ref (object, section, index * 2 + 1)->offset - start;
		guint64 width = second - first;

		if (!first && (width == 4 || width == 8) && second + width + 2 <= stride)
			self->line = (guint) (second + width);
	}
	return self;
}

/* Returns NULL if it is no such table. */
static GPtrArray *read_records (Object *object, guint section)
{
	GPtrArray *records = g_ptr_array_new_with_free_func (record_free);
	guint refs, i;

	if (!section || !elf_file_section (object->file, section)->size)
		return records;
	refs = object->first_unit[section] == object->first_unit[section + 1] &&
			       elf_file_section (object->file, section)->data &&
			       !object->places[section]->len
		       ? refs_of_record (object, section)
		       : 0;
	if (!refs) {
		g_ptr_array_unref (records);
		return NULL;
	}
	for (i = 0; i < object->refs[section]->len / refs; i++)
		g_ptr_array_add (records, record_new (object, section, i, refs));
	return records;
}

static guint text_hash (gconstpointer key)
{
	return g_string_hash (key);
}

static gboolean text_equal (gconstpointer a, gconstpointer b)
{
	return g_string_equal (a, b);
}

/* Takes records of equal text out of both. */
static void drop_equal (GPtrArray *one, GPtrArray *two)
{
	g_autoptr (GHashTable) waiting =
		g_hash_table_new_full (text_hash, text_equal, NULL, (GDestroyNotify) g_queue_free);
	g_autoptr (GHashTable) found = g_hash_table_new (NULL, NULL);
	guint i;

	for (i = 0; i < one->len; i++) {
		Record *record = one->pdata[i];
		GQueue *queue = g_hash_table_lookup (waiting, record->text);

		if (!queue) {
			queue = g_queue_new ();
			g_hash_table_insert (waiting, record->text, queue);
		}
		g_queue_push_tail (queue, record);
	}
	for (i = 0; i < two->len; i++) {
		Record *record = two->pdata[i];
		GQueue *queue = g_hash_table_lookup (waiting, record->text);

		if (queue && !g_queue_is_empty (queue)) {
			g_hash_table_add (found, record);
			g_hash_table_add (found, g_queue_pop_head (queue));
		}
	}
	g_hash_table_remove_all (waiting); /* its keys are the records' */
	for (i = one->len; i-- > 0;)
		if (g_hash_table_contains (found, one->pdata[i]))
			g_ptr_array_remove_index (one, i);
	for (i = two->len; i-- > 0;)
		if (g_hash_table_contains (found, two->pdata[i]))
			g_ptr_array_remove_index (two, i);
}

static void drop_touched (GPtrArray *records)
{
	guint i;

	for (i = records->len; i-- > 0;)
		if (((Record *) records->pdata[i])->touched)
			g_ptr_array_remove_index (records, i);
}

static gboolean blank_lines (GPtrArray *records)
{
	guint i;

	for (i = 0; i < records->len; i++) {
		Record *record = records->pdata[i];

		if (!record->line || !record->owner)
			return FALSE;
		record->text->str[record->line] = 0;
		record->text->str[record->line + 1] = 0;
	}
	return TRUE;
}

static TableResult compare_records (GPtrArray *one, GPtrArray *two, GPtrArray *lines)
{
	g_autoptr (GPtrArray) owners = g_ptr_array_new ();
	guint i;

	drop_equal (one, two);
	drop_touched (one);
	drop_touched (two);
	if (!one->len && !two->len)
		return TABLE_SAME;
	if (!blank_lines (one) || !blank_lines (two))
		return TABLE_CHANGED;
	for (i = 0; i < two->len; i++)
		g_ptr_array_add (owners, ((Record *) two->pdata[i])->owner);
	drop_equal (one, two);
	if (one->len || two->len)
		return TABLE_CHANGED;
	for (i = 0; i < owners->len; i++)
		if (!g_ptr_array_find (lines, owners->pdata[i], NULL))
			g_ptr_array_add (lines, owners->pdata[i]);
	return TABLE_LINES;
}

static GString *orphans_text (Object *object, guint section)
{
	g_autoptr (GArray) orphans = section ? object_orphans (object, section)
					     : g_array_new (FALSE, FALSE, sizeof (guint64));
	GString *all = g_string_new (NULL);
	guint i;

	for (i = 0; i + 1 < orphans->len; i += 2) {
		g_autoptr (GString) text =
			object_text (object, section, g_array_index (orphans, guint64, i),
				     g_array_index (orphans, guint64, i + 1));

		g_string_append_printf (all, "\n%" G_GSIZE_FORMAT ":", text->len);
		g_string_append_len (all, text->str, (gssize) text->len);
	}
	return all;
}

TableResult objdiff__compare_table (Object *base, guint old, Object *variant, guint new,
				    GPtrArray *lines)
{
	g_autoptr (GString) one = orphans_text (base, old);
	g_autoptr (GString) two = orphans_text (variant, new);
	g_autoptr (GPtrArray) a = NULL;
	g_autoptr (GPtrArray) b = NULL;

	if (g_string_equal (one, two))
		return TABLE_SAME;
	a = read_records (base, old);
	b = read_records (variant, new);
	return a && b ? compare_records (a, b, lines) : TABLE_CHANGED;
}
