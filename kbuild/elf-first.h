/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first difference: of two ELF files that ought to be equal, linked or not, where they begin to
 * differ, in words that lead to a source.
 */
#pragma once

#include <glib.h>

typedef struct {
	char *section;	       /* "" where no section holds the difference: headers, padding */
	gboolean missing;      /* one file has no such section */
	gboolean allocated;    /* it is part of the program, not debugging data */
	guint64 offset;	       /* in the section, or in the file if there is none; bytes */
	guint64 address;       /* of that byte in the first file's program; 0 if not allocated */
	char *symbol;	       /* (nullable): the first file's, or the second's if that has none */
	guint64 symbol_offset; /* of the byte from the symbol's start */
} ElfDifference;

void elf_difference_free (ElfDifference *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ElfDifference, elf_difference_free)

/**
 * elf_first_difference: compares @one's sections with @two's of the same name: allocated ones in
 * the order of the file, then the others.
 * @out_difference: (transfer full) (nullable): NULL if the files are equal byte for byte
 *
 * Errors: FAILED, naming the file that is no ELF file, is damaged or cannot be read. Files of the
 * same bytes are not looked into.
 */
gboolean elf_first_difference (const char *one, const char *two, ElfDifference **out_difference,
			       GError **error);

/**
 * elf_difference_text: Returns: (transfer full): as ".rodata, linux_banner+0x1c" or
 * ".debug_info+0x40 (debugging data)".
 */
char *elf_difference_text (const ElfDifference *self);
