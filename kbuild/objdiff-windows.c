/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Section anchors: on most machines gcc loads the address of one datum and reaches others through
 * it, by a distance that is in the instruction. So two functions whose bytes and relocations are
 * equal may mean different data, if these changed places. They are taken for equal only if what
 * is at those distances is equal, too.
 */
#include <elf.h>

#include "kbuild/insn.h"
#include "kbuild/objdiff-lines.h"

enum {
	WINDOW_BELOW = -4096,
	WINDOW_ABOVE = 32760 /* AArch64's farthest */
};

/* Distances that the instructions of @unit use. FALSE: any. */
static gboolean find_distances (const Object *object, const Unit *unit, GHashTable *distances)
{
	g_autoptr (InsnReader) reader = insn_reader_new (object->file, unit->section);
	guint64 at = unit->start;
	Insn insn;

	if (object->file->machine != EM_ARM)
		return FALSE;
	for (; at < unit->end; at += insn.length) {
		guint i;

		if (!insn_read (reader, at, unit->end, &insn))
			return FALSE;
		if (insn.data)
			continue;
		if (insn.strange)
			return FALSE;
		for (i = 0; insn.has_offset && i <= insn.offset_span; i += 4)
			g_hash_table_add (distances, GINT_TO_POINTER ((int) insn.offset + (int) i));
	}
	return TRUE;
}

static gboolean same_at (const Object *base, const ObjectRef *old, const Object *variant,
			 const ObjectRef *new, gint64 distance)
{
	gint64 one = (gint64) ((guint64) old->place + (guint64) distance);
	gint64 two = (gint64) ((guint64) new->place + (guint64) distance);
	const Unit *a = object_unit_at (base, old->section, one);
	const Unit *b = object_unit_at (variant, new->section, two);

	/* what one of them does not have, no code can have meant in both */
	return !a || !b || (a->pair == b && one - (gint64) a->start == two - (gint64) b->start);
}

/* Where units begin in the window is where two different ones would show first. */
static void add_starts (const Object *object, const ObjectRef *ref, GHashTable *distances)
{
	guint i;

	for (i = object->first_unit[ref->section]; i < object->first_unit[ref->section + 1]; i++) {
		const Unit *unit = object->units->pdata[i];
		gint64 distance = (gint64) (unit->start - (guint64) ref->place);

		if (distance >= WINDOW_BELOW && distance <= WINDOW_ABOVE)
			g_hash_table_add (distances, GINT_TO_POINTER ((int) distance));
	}
}

static gboolean same_window (const Object *base, const ObjectRef *old, const Object *variant,
			     const ObjectRef *new, GHashTable *known)
{
	g_autoptr (GHashTable) starts = known ? NULL : g_hash_table_new (NULL, NULL);
	GHashTableIter iter;
	gpointer key;

	if (!known) {
		add_starts (base, old, starts);
		add_starts (variant, new, starts);
	}
	g_hash_table_iter_init (&iter, known ? known : starts);
	while (g_hash_table_iter_next (&iter, &key, NULL))
		if (!same_at (base, old, variant, new, GPOINTER_TO_INT (key)))
			return FALSE;
	return TRUE;
}

/* An anchor is a place in a section of data, not a named datum. */
static gboolean is_anchor (const Object *object, const ObjectRef *ref)
{
	return ref->section && !ref->opaque && object->wanted[ref->section] &&
	       !(elf_file_section (object->file, ref->section)->flags & SHF_EXECINSTR) &&
	       !(ref->symbol && object->by_symbol[ref->symbol]);
}

gboolean objdiff__same_windows (Object *base, const Unit *old, Object *variant, const Unit *new)
{
	g_autoptr (GHashTable) anchors =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr (GHashTable) distances = g_hash_table_new (NULL, NULL);
	gboolean known = find_distances (base, old, distances);
	const ObjectRef *ref;
	guint i;

	/* here every access has a relocation of its own */
	if (base->file->machine == EM_X86_64 || base->file->machine == EM_386)
		return TRUE;
	for (i = object_first_ref (base, old->section, old->start);
	     (ref = object_ref (base, old->section, i)) && ref->offset < old->end; i++)
		if (is_anchor (base, ref))
			g_hash_table_insert (anchors, object_target (base, ref), (gpointer) ref);
	for (i = object_first_ref (variant, new->section, new->start);
	     (ref = object_ref (variant, new->section, i)) && ref->offset < new->end; i++) {
		g_autofree char *target =
			is_anchor (variant, ref) ? object_target (variant, ref) : NULL;
		const ObjectRef *other = target ? g_hash_table_lookup (anchors, target) : NULL;

		if (other && !same_window (base, other, variant, ref, known ? distances : NULL))
			return FALSE;
	}
	return TRUE;
}
