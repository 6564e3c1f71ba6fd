/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects: a relocatable ELF file cut into units, one for each function and each named datum.
 *
 * Every byte of a section belongs to at most one unit. What a unit holds is told as a text that
 * does not depend on where the linker or the assembler put things: distances and addresses are
 * taken out of the bytes and said as what stands at the place that they mean, which is a paired
 * unit, a name, the characters of a string, or the contents of data without a name. Two objects
 * are paired before their texts are compared.
 */
#pragma once

#include "kbuild/elf-file.h"

typedef struct Unit Unit;

struct Unit {
	const char *name; /* as the symbol has it */
	char *base;	  /* without what compilers append: .isra.0, .part.1, .cold, .1234 */
	guint section;
	guint64 start, end; /* offsets in the section */
	gboolean function;
	gboolean global;
	guint id;	  /* the same for both of a pair; 0: alone */
	Unit *pair;	  /* (nullable): in the other object */
	gboolean touched; /* found to differ; set by those who compare */
};

/* A place that refers to another one: a relocation, or a distance that the assembler knew. */
typedef struct {
	guint64 offset;	 /* in its section */
	guint32 type;	 /* R_…; OBJECT_REF_DISTANCE where there is no relocation */
	guint32 symbol;	 /* 0: none */
	guint section;	 /* where it leads; 0: to a symbol that is not in the object */
	gint64 place;	 /* offset there; to be added to the symbol's address if section is 0 */
	guint width;	 /* of the number at offset, of which */
	guint64 mask;	 /* these bits are known from place and to be blanked out */
	gboolean opaque; /* a type whose addend we cannot read: it stays in the bytes */
} ObjectRef;

enum {
	OBJECT_REF_DISTANCE = 0x40000000
};

typedef struct {
	ElfFile *file;
	GPtrArray *units;     /* of Unit, by section and place */
	guint *first_unit;    /* by section, with one more at the end */
	Unit **by_symbol;     /* (nullable) entries */
	GArray **refs;	      /* by section, of ObjectRef, by offset */
	GArray **places;      /* by section, of gint64: those referred to, in order */
	GHashTable *contents; /* texts of data without a name, by place */
	gboolean *wanted;     /* by section: part of the program, and not only through references */
} Object;

/**
 * object_new: takes @file.
 *
 * Errors: FAILED, naming the file, if it is not relocatable.
 */
Object *object_new (ElfFile *file, GError **error);
void object_free (Object *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Object, object_free)

/** object_pair: finds for each unit of @base the one of @variant that is the same thing. */
void object_pair (Object *base, Object *variant);

/** object_unit_at: Returns: (transfer none) (nullable): the unit that @place is in. */
Unit *object_unit_at (const Object *self, guint section, gint64 place);

/** object_first_ref: index in refs[@section] of the first one at @offset or behind it. */
guint object_first_ref (const Object *self, guint section, guint64 offset);
const ObjectRef *object_ref (const Object *self, guint section, guint index); /* NULL: no more */

/**
 * object_target: Returns: (transfer full): what @ref leads to. Equal texts of two paired objects
 * mean the same. A string's begins with '"', and its characters follow as they are.
 */
char *object_target (Object *self, const ObjectRef *ref);

/** object_ref_name: Returns: (transfer none) (nullable): name of the symbol or unit it leads to. */
const char *object_ref_name (const Object *self, const ObjectRef *ref);

/** object_text: Returns: (transfer full): what stands from @start to @end of @section. */
GString *object_text (Object *self, guint section, guint64 start, guint64 end);

/** object_bytes: appends bytes of @section, what refs lead to blanked out. There must be data. */
void object_bytes (const Object *self, guint section, guint64 start, guint64 end, GString *out);

/**
 * object_orphans: the parts of @section that no unit holds and nothing refers to.
 * Padding is left out.
 *
 * Returns: (transfer full): of guint64, start and end in turn.
 */
GArray *object_orphans (const Object *self, guint section);

/** object_section_name: Returns: (transfer none): name of a section. */
const char *object_section_name (const Object *self, guint section);

/* object-refs.c */
void object__find_refs (Object *self);

/**
 * object__bug_frame: the length of what follows the `ud2` at @at in i386 kernels before 2.6.20: the
 * line in two bytes, and a pointer to the file's name. 0 if there is no such thing.
 */
guint object__bug_frame (const Object *self, guint section, guint64 at, guint64 end);
