/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ELF files in memory: sections, symbols and relocations, read with libelf.
 *
 * Both classes, both byte orders, REL and RELA. The file may have been made by a stranger's build:
 * every number in it is checked here, once, so that those who read an ElfFile need not. What stands
 * in it is frozen: sections' data, names and symbols live as long as the ElfFile.
 */
#pragma once

#include <glib.h>

typedef struct {
	const char *name;
	guint32 type;  /* SHT_ */
	guint64 flags; /* SHF_ */
	guint64 address;
	guint64 offset; /* in the file */
	guint64 size;	/* in memory, bytes; no promise that anything of that size exists */
	guint64 align;
	guint64 entry;	    /* size of one element of a mergeable section, 0 for none */
	const guint8 *data; /* (nullable): size bytes; NULL where the file holds none (.bss) */
	guint relocs;	    /* first relocation and their number, by offset */
	guint n_relocs;
} ElfSection;

typedef struct {
	const char *name; /* "" for none */
	guint64 value;
	guint64 size;
	guint section;	/* index, 0 for none: undefined, absolute or common */
	guint16 index;	/* st_shndx as it stands */
	guint8 type;	/* STT_ */
	guint8 binding; /* STB_ */
} ElfSymbol;

typedef struct {
	guint64 offset; /* within its section */
	gint64 addend;	/* RELA's; 0 for REL */
	guint32 type;	/* R_… of the file's machine */
	guint32 symbol; /* index */
	gboolean rela;
} ElfReloc;

typedef struct {
	char *path;
	char *bytes;
	gsize length;
	guint16 type;	 /* ET_ */
	guint16 machine; /* EM_ */
	guint32 flags;	 /* e_flags */
	gboolean big_endian;
	gboolean is_64;
	GArray *sections; /* of ElfSection; [0] is empty */
	GArray *symbols;  /* of ElfSymbol; [0] is empty */
	GArray *relocs;	  /* of ElfReloc */
} ElfFile;

/**
 * elf_file_parse: reads an ELF file that is in memory.
 * @path: for messages
 * @bytes: (transfer full): the file, from g_malloc(); freed here in case of an error, too
 * @length: in bytes
 *
 * Errors: FAILED, naming @path, for what is no ELF file, is truncated or contradicts itself.
 */
ElfFile *elf_file_parse (const char *path, char *bytes, gsize length, GError **error);

/** elf_file_load: elf_file_parse() of the file at @path. Errors: FAILED, as well if unreadable. */
ElfFile *elf_file_load (const char *path, GError **error);
void elf_file_free (ElfFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ElfFile, elf_file_free)

/** elf_file_section: Returns: (transfer none): section @index, which must exist. */
const ElfSection *elf_file_section (const ElfFile *self, guint index);
const ElfSymbol *elf_file_symbol (const ElfFile *self, guint index); /* as above, of symbols */
const ElfReloc *elf_file_reloc (const ElfFile *self, guint index);   /* as above */

/** elf_section_first_reloc: index of the section's first relocation at @offset or behind it. */
guint elf_section_first_reloc (const ElfFile *self, const ElfSection *section, guint64 offset);

/**
 * elf_file_read: the unsigned number of @size (1, 2, 4 or 8) bytes at @at in the file's byte order.
 */
guint64 elf_file_read (const ElfFile *self, const guint8 *at, guint size);

/** elf_file_write: the counterpart of elf_file_read(). */
void elf_file_write (const ElfFile *self, guint8 *at, guint size, guint64 value);

/** elf_section_is_debug: whether @self is no part of the program: debugging data, comments, notes.
 */
gboolean elf_section_is_debug (const ElfSection *self);

/** elf_symbol_is_mapping: whether it only marks code or data, as $a, $d, $t and $x do on ARM. */
gboolean elf_symbol_is_mapping (const ElfFile *file, const ElfSymbol *self);
