/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where an object's relocations and distances lead.
 *
 * Numbers of relocations are those of <elf.h>; what their fields hold is in the processor
 * supplements of the System V ABI (i386, AMD64) and in ARM's "ELF for the ARM Architecture".
 */
#include <string.h>

#include <elf.h>

#include "kbuild/insn.h"
#include "kbuild/object.h"

typedef struct {
	guint width;
	guint64 mask;
	guint shift;	   /* the addend is this many bits to the left */
	gboolean relative; /* to the end of the instruction, on x86 */
	guint ahead;	   /* the processor's counter is this many bytes ahead, on ARM */
	gboolean half;	   /* 16 bits, in parts: MOVW and MOVT of ARM */
} Field;

static gboolean field_i386 (guint32 type, Field *out)
{
	switch (type) {
	case R_386_32:
	case R_386_PC32:
	case R_386_PLT32:
		*out = (Field){ 4, G_MAXUINT32, 0, type != R_386_32, 0 };
		return TRUE;
	case R_386_16:
	case R_386_PC16:
		*out = (Field){ 2, 0xffff, 0, type == R_386_PC16, 0 };
		return TRUE;
	case R_386_8:
	case R_386_PC8:
		*out = (Field){ 1, 0xff, 0, type == R_386_PC8, 0 };
		return TRUE;
	default:
		return FALSE;
	}
}

static gboolean field_arm (guint32 type, gboolean big_endian, Field *out)
{
	switch (type) {
	case R_ARM_ABS32:
	case R_ARM_REL32:
	case R_ARM_TARGET1:
		*out = (Field){ 4, G_MAXUINT32, 0, FALSE, 0 };
		return TRUE;
	case R_ARM_PREL31:
		*out = (Field){ 4, 0x7fffffff, 0, FALSE, 0 };
		return TRUE;
	case R_ARM_ABS16:
		*out = (Field){ 2, 0xffff, 0, FALSE, 0 };
		return TRUE;
	case R_ARM_ABS8:
		*out = (Field){ 1, 0xff, 0, FALSE, 0 };
		return TRUE;
	case R_ARM_PC24:
	case R_ARM_CALL:
	case R_ARM_JUMP24:
	case R_ARM_PLT32:
		*out = (Field){ 4, 0xffffff, 2, FALSE, 8 };
		return TRUE;
	case R_ARM_MOVW_ABS_NC:
	case R_ARM_MOVT_ABS:
		*out = (Field){ 4, 0x000f0fff, 0, FALSE, 0, TRUE };
		return TRUE;
	case R_ARM_THM_MOVW_ABS_NC:
	case R_ARM_THM_MOVT_ABS:
		*out = (Field){ 4, big_endian ? 0x040f70ff : 0x70ff040f, 0, FALSE, 0, TRUE };
		return TRUE;
	default:
		return FALSE;
	}
}

static gboolean relative_x86_64 (guint32 type)
{
	switch (type) {
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_GOTPCREL:
	case R_X86_64_GOTPCRELX:
	case R_X86_64_REX_GOTPCRELX:
	case R_X86_64_PC16:
	case R_X86_64_PC8:
		return TRUE;
	default:
		return FALSE;
	}
}

static gboolean known_field (const ElfFile *file, const ElfReloc *reloc, Field *out)
{
	memset (out, 0, sizeof *out);
	if (file->machine == EM_386)
		return field_i386 (reloc->type, out);
	if (file->machine == EM_ARM)
		return field_arm (reloc->type, file->big_endian, out);
	if (file->machine == EM_X86_64)
		out->relative = relative_x86_64 (reloc->type);
	return reloc->rela;
}

/* The 16 bits of MOVW and MOVT: imm4:imm12 of A32, imm4:i:imm3:imm8 of Thumb. */
static guint64 half_word (guint64 value, guint64 mask)
{
	if (mask == 0x000f0fff)
		return (value >> 4 & 0xf000) | (value & 0xfff);
	if (mask == 0x70ff040f)
		value = (value & 0xffff) << 16 | value >> 16;
	return (value >> 4 & 0xf000) | (value >> 15 & 0x800) | (value >> 4 & 0x700) |
	       (value & 0xff);
}

/* REL's addend is what stands in the field. */
static gint64 stored_addend (const ElfFile *file, const Field *field, const guint8 *at)
{
	guint64 value = elf_file_read (file, at, field->width);
	guint bits = field->half ? 16 : (guint) g_bit_storage (field->mask);

	value = field->half ? half_word (value, field->mask) : value & field->mask;
	if (value >> (bits - 1) & 1)
		value -= (guint64) 1 << bits;
	return (gint64) (value << field->shift);
}

static void add_reloc (Object *self, guint index, const ElfReloc *reloc)
{
	const ElfFile *file = self->file;
	const ElfSection *section = elf_file_section (file, index);
	ObjectRef ref = { .offset = reloc->offset,
			  .type = reloc->type,
			  .symbol = reloc->symbol,
			  .place = reloc->addend };
	Field field;

	/* in code, position-independent: the processor's counter comes into it who knows where */
	if (!known_field (file, reloc, &field) ||
	    (file->machine == EM_ARM && reloc->type == R_ARM_REL32 &&
	     (section->flags & SHF_EXECINSTR)) ||
	    (!reloc->rela && (!section->data || field.width > section->size - reloc->offset))) {
		ref.opaque = TRUE;
	} else {
		if (!reloc->rela) {
			ref.width = field.width;
			ref.mask = field.mask;
			ref.place = stored_addend (file, &field, section->data + reloc->offset);
		}
		ref.place = (gint64) ((guint64) ref.place + field.ahead);
	}
	if (reloc->symbol) {
		const ElfSymbol *symbol = elf_file_symbol (file, reloc->symbol);

		ref.section = symbol->section;
		if (symbol->section)
			ref.place = (gint64) ((guint64) ref.place + symbol->value);
	}
	g_array_append_val (self->refs[index], ref);
}

static gboolean has_ref (const Object *self, guint section, guint64 start, guint64 end)
{
	const ObjectRef *ref = object_ref (self, section, object_first_ref (self, section, start));

	return ref && ref->offset < end;
}

/* x86's relocations count from the field; the processor counts from the instruction's end. */
static void correct_relative (Object *self, guint section, guint64 at, const Insn *insn)
{
	guint i;

	for (i = object_first_ref (self, section, at); i < self->refs[section]->len; i++) {
		ObjectRef *ref = &g_array_index (self->refs[section], ObjectRef, i);
		ElfReloc reloc = { .type = ref->type, .rela = TRUE };
		Field field = { 0 };

		if (ref->offset >= at + insn->length)
			return;
		if (self->file->machine == EM_386)
			field_i386 (reloc.type, &field);
		else if (self->file->machine == EM_X86_64)
			field.relative = relative_x86_64 (reloc.type);
		if (field.relative && !ref->opaque)
			ref->place =
				(gint64) ((guint64) ref->place + at + insn->length - ref->offset);
	}
}

guint object__bug_frame (const Object *self, guint section, guint64 at, guint64 end)
{
	const guint8 *code = elf_file_section (self->file, section)->data + at;
	const ObjectRef *ref;

	if (self->file->machine != EM_386 || end - at < 8 || code[0] != 0x0f || code[1] != 0x0b)
		return 0;
	ref = object_ref (self, section, object_first_ref (self, section, at + 2));
	return ref && ref->offset == at + 4 && ref->type == R_386_32 ? 6 : 0;
}

/* Code from @start to @end, one unit or the space between two: what leads out of it is noted. */
static void walk_code (Object *self, const InsnReader *reader, guint section, guint64 start,
		       guint64 end, GArray *found)
{
	guint64 at = start;
	Insn insn;

	while (at < end && insn_read (reader, at, end, &insn)) {
		correct_relative (self, section, at, &insn);
		if (insn.has_target && !insn.data &&
		    (insn.target < (gint64) start || insn.target >= (gint64) end) &&
		    !has_ref (self, section, at + insn.field, at + insn.field + insn.field_width)) {
			ObjectRef ref = { .offset = at + insn.field,
					  .type = OBJECT_REF_DISTANCE,
					  .section = section,
					  .place = insn.target,
					  .width = insn.field_width,
					  .mask = insn.field_mask };

			g_array_append_val (found, ref);
		}
		at += insn.length + object__bug_frame (self, section, at, end);
	}
}

static int by_offset (const void *a, const void *b)
{
	const ObjectRef *one = a, *two = b;

	if (one->offset != two->offset)
		return one->offset < two->offset ? -1 : 1;
	return one->type < two->type ? -1 : one->type > two->type;
}

static void walk_section (Object *self, guint index)
{
	g_autoptr (InsnReader) reader = insn_reader_new (self->file, index);
	g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (ObjectRef));
	guint64 at = 0;
	guint i;

	if (!insn_reader_knows (reader))
		return;
	for (i = self->first_unit[index]; i < self->first_unit[index + 1]; i++) {
		const Unit *unit = g_ptr_array_index (self->units, i);

		walk_code (self, reader, index, at, unit->start, found);
		walk_code (self, reader, index, unit->start, unit->end, found);
		at = unit->end;
	}
	walk_code (self, reader, index, at, elf_file_section (self->file, index)->size, found);
	if (!found->len)
		return;
	g_array_append_vals (self->refs[index], found->data, found->len);
	qsort (self->refs[index]->data, self->refs[index]->len, sizeof (ObjectRef), by_offset);
}

static int by_number (const void *a, const void *b)
{
	const gint64 *one = a, *two = b;

	return *one < *two ? -1 : *one > *two;
}

static void find_places (Object *self)
{
	guint count = self->file->sections->len;
	guint section, i, kept;

	for (section = 0; section < count; section++)
		for (i = 0; i < self->refs[section]->len; i++) {
			const ObjectRef *ref = object_ref (self, section, i);

			if (ref->section && !ref->opaque)
				g_array_append_val (self->places[ref->section], ref->place);
		}
	for (section = 0; section < count; section++) {
		GArray *places = self->places[section];
		gint64 *all = (gint64 *) (void *) places->data;

		if (!places->len)
			continue;
		qsort (all, places->len, sizeof *all, by_number);
		for (i = 1, kept = 1; i < places->len; i++)
			if (all[i] != all[kept - 1])
				all[kept++] = all[i];
		g_array_set_size (places, kept);
	}
}

void object__find_refs (Object *self)
{
	guint index, i;

	for (index = 1; index < self->file->sections->len; index++) {
		const ElfSection *section = elf_file_section (self->file, index);

		for (i = 0; i < section->n_relocs; i++)
			add_reloc (self, index, elf_file_reloc (self->file, section->relocs + i));
		if ((section->flags & SHF_EXECINSTR) && section->data)
			walk_section (self, index);
	}
	find_places (self);
}
