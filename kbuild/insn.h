/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machine instructions, as far as a comparison of two objects needs them: how long one is, which
 * place it refers to relative to itself, and whether it does nothing but load a number.
 *
 * This is no disassembler. What is not known is said to be so (`strange`, `writes` -1), and whoever
 * reads it must then take a difference for a difference. x86 (32 and 64 bits), ARM (A32; of Thumb
 * the calls alone) and AArch64.
 */
#pragma once

#include "kbuild/elf-file.h"

typedef enum {
	INSN_PLAIN,  /* goes on to the next one */
	INSN_JUMP,   /* always goes to `target` */
	INSN_BRANCH, /* goes to `target` or on */
	INSN_CALL,   /* of `target`, or of what its relocation names */
	INSN_OTHER,  /* returns, computed jumps */
} InsnFlow;

enum {
	INSN_REG_NONE = 64 /* `writes`: no register */
};

typedef struct {
	guint length; /* bytes; 0: not understood */
	InsnFlow flow;
	gboolean data;	     /* a word of data between code */
	gboolean strange;    /* means more than is said here; must not be moved */
	gboolean has_target; /* it holds the distance to `target`, an offset in the section */
	gint64 target;	     /* may be outside the section */
	guint field;	     /* where the distance stands: bytes from the start, */
	guint field_width;   /* its width in bytes, */
	guint64 field_mask;  /* and which bits of that number it is */
	gboolean literal;    /* loads register `reg` with the word at `literal_at` */
	gint64 literal_at;   /* offset in the section */
	gboolean constant;   /* loads register `reg` with `value`, by the bytes value_at… */
	guint64 value;
	guint value_at;
	guint value_width;
	guint reg;
	int writes;	     /* the one register written; INSN_REG_NONE; -1 not known */
	gboolean has_offset; /* it adds `offset` to a register to get an address, */
	gint64 offset;
	guint offset_span; /* or any multiple of four up to this many bytes more */
} Insn;

typedef struct InsnReader InsnReader;

/** insn_reader_new: for code of @section of @file, a relocatable one, which is borrowed. */
InsnReader *insn_reader_new (const ElfFile *file, guint section);
void insn_reader_free (InsnReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (InsnReader, insn_reader_free)

/** insn_reader_knows: whether the machine's instructions are known at all. */
gboolean insn_reader_knows (const InsnReader *self);

/**
 * insn_read: decodes what stands at offset @at of the section.
 * @end: where the function ends; must not be beyond the section's data
 *
 * Returns: FALSE where it is not understood or reaches beyond @end.
 */
gboolean insn_read (const InsnReader *self, guint64 at, guint64 end, Insn *out);

/**
 * insn_line_argument: whether @callee takes a line number, and the name of its file, as arguments.
 * @format: (nullable): the text that its first argument points to, for printf-like functions
 * @out_file: register of the file's name
 * @out_line: register of the line
 */
gboolean insn_line_argument (const ElfFile *file, const char *callee, const char *format,
			     guint *out_file, guint *out_line);

/** insn_format_register: the register of a function's first argument; INSN_REG_NONE: not known. */
guint insn_format_register (const ElfFile *file);

/* insn-x86.c and insn-arm.c; @code holds @length bytes from offset @at on */
gboolean insn__read_x86 (const guint8 *code, guint64 length, gboolean is_64, guint64 at, Insn *out);
gboolean insn__read_a32 (guint32 word, guint64 at, Insn *out);
gboolean insn__read_a64 (guint32 word, guint64 at, Insn *out);
gboolean insn__read_thumb (const ElfFile *file, const guint8 *code, guint64 length, guint64 at,
			   Insn *out);
