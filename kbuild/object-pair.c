/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which unit of one object is which of another. Names decide; among those that the compiler made
 * different by a number, contents do, for the number says nothing.
 */
#include <string.h>

#include "kbuild/object.h"

typedef char *(*KeyFunc) (const Object *object, const Unit *unit);

static gboolean has_suffix (const Unit *unit)
{
	return strcmp (unit->name, unit->base) != 0;
}

static char kind (const Unit *unit)
{
	return unit->function ? 'f' : 'd';
}

static char *by_name (const Object *object G_GNUC_UNUSED, const Unit *unit)
{
	return has_suffix (unit) ? NULL : g_strdup_printf ("%c %s", kind (unit), unit->name);
}

static char *by_contents (const Object *object, const Unit *unit)
{
	g_autoptr (GString) bytes = g_string_new (NULL);
	g_autofree char *sum = NULL;
	guint i;

	if (elf_file_section (object->file, unit->section)->data)
		object_bytes (object, unit->section, unit->start, unit->end, bytes);
	for (i = object_first_ref (object, unit->section, unit->start);
	     i < object->refs[unit->section]->len; i++) {
		const ObjectRef *ref = object_ref (object, unit->section, i);
		const char *name = object_ref_name (object, ref);

		if (ref->offset >= unit->end)
			break;
		g_string_append_printf (bytes, "\n%" G_GUINT64_FORMAT " %u %s",
					ref->offset - unit->start, ref->type, name ? name : "");
	}
	sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes->str,
					   bytes->len);
	return g_strdup_printf ("%c %s %s %" G_GUINT64_FORMAT " %s", kind (unit), unit->base,
				object_section_name (object, unit->section),
				unit->end - unit->start, sum);
}

/* "foo.isra.0" with "foo.isra.1", "count.3" with "count.4", in the order of their places. */
static char *by_words (const Object *object G_GNUC_UNUSED, const Unit *unit)
{
	g_autoptr (GString) words = g_string_new (NULL);
	const char *at;

	for (at = unit->name; *at; at++)
		if (!g_ascii_isdigit (*at) || at < unit->name + strlen (unit->base))
			g_string_append_c (words, *at);
	return g_strdup_printf ("%c %s", kind (unit), words->str);
}

static char *by_base (const Object *object G_GNUC_UNUSED, const Unit *unit)
{
	return g_strdup_printf ("%c %s", kind (unit), unit->base);
}

static void match (Object *base, Object *variant, KeyFunc key, guint *next)
{
	g_autoptr (GHashTable) waiting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
								(GDestroyNotify) g_queue_free);
	guint i;

	for (i = 0; i < base->units->len; i++) {
		Unit *unit = base->units->pdata[i];
		g_autofree char *name = unit->pair ? NULL : key (base, unit);
		GQueue *queue;

		if (!name)
			continue;
		queue = g_hash_table_lookup (waiting, name);
		if (!queue) {
			queue = g_queue_new ();
			g_hash_table_insert (waiting, g_steal_pointer (&name), queue);
		}
		g_queue_push_tail (queue, unit);
	}
	for (i = 0; i < variant->units->len; i++) {
		Unit *unit = variant->units->pdata[i];
		g_autofree char *name = unit->pair ? NULL : key (variant, unit);
		GQueue *queue = name ? g_hash_table_lookup (waiting, name) : NULL;

		if (!queue || g_queue_is_empty (queue))
			continue;
		unit->pair = g_queue_pop_head (queue);
		unit->pair->pair = unit;
		unit->id = unit->pair->id = ++*next;
	}
}

/* A unit has one name of several that its symbol's place has; another file may prefer another. */
static void match_aliases (Object *base, Object *variant, guint *next)
{
	g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
	guint i;

	for (i = 0; i < base->file->symbols->len; i++)
		if (base->by_symbol[i] && !base->by_symbol[i]->pair)
			g_hash_table_insert (names,
					     (gpointer) elf_file_symbol (base->file, i)->name,
					     base->by_symbol[i]);
	for (i = 0; i < variant->file->symbols->len; i++) {
		Unit *unit = variant->by_symbol[i];
		Unit *other;

		if (!unit || unit->pair)
			continue;
		other = g_hash_table_lookup (names, elf_file_symbol (variant->file, i)->name);
		if (!other || other->pair || other->function != unit->function)
			continue;
		unit->pair = other;
		other->pair = unit;
		unit->id = other->id = ++*next;
	}
}

void object_pair (Object *base, Object *variant)
{
	static const KeyFunc keys[] = { by_name, by_contents, by_words, by_base };
	guint next = 0;
	guint i;

	for (i = 0; i < G_N_ELEMENTS (keys); i++)
		match (base, variant, keys[i], &next);
	match_aliases (base, variant, &next);
}
