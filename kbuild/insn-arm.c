/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARM: A32, the calls of Thumb, and AArch64, after the ARM Architecture Reference Manual (DDI 0406
 * chapter A5, DDI 0487 chapter C4).
 */
#include <string.h>

#include "kbuild/insn.h"

enum {
	PC = 15
};

static gint64 sign_extend (guint64 value, guint bits)
{
	guint64 top = (guint64) 1 << (bits - 1);

	return (gint64) (((value & (top * 2 - 1)) ^ top) - top);
}

static void set_distance (Insn *out, guint64 from, gint64 distance, guint64 mask)
{
	out->has_target = TRUE;
	out->target = (gint64) (from + (guint64) distance);
	out->field_width = 4;
	out->field_mask = mask;
}

static void set_offset (Insn *out, gint64 offset)
{
	out->has_offset = TRUE;
	out->offset = offset;
}

static void set_constant (Insn *out, guint reg, guint64 value)
{
	out->constant = TRUE;
	out->reg = reg;
	out->value = value;
	out->value_width = 4;
	out->writes = (int) reg;
}

/* Multiplications, and loads and stores of halfwords and doublewords. */
static void a32_extra (guint32 word, Insn *out)
{
	guint32 offset = (word >> 4 & 0xf0) | (word & 0xf);

	if (!(word & 0x60))
		return;
	if ((word >> 16 & 15) == PC)
		out->strange = TRUE;
	if (word & 1 << 22)
		set_offset (out, word & 1 << 23 ? (gint64) offset : -(gint64) offset);
	/* a doubleword's load has the store's L bit */
	if ((word & 1 << 24) && !(word & 1 << 21) && ((word & 1 << 20) || (word & 0x60) == 0x20))
		out->writes = word & 1 << 20 ? (int) (word >> 12 & 15) : INSN_REG_NONE;
}

/* Data processing without condition flags: MOVW, MOVT, BX, status registers, CLZ … */
static void a32_misc (guint32 word, Insn *out)
{
	guint rd = word >> 12 & 15;

	if ((word & 0x0ff00000) == 0x03000000 && rd != PC)
		set_constant (out, rd, (word >> 4 & 0xf000) | (word & 0xfff));
	else if ((word & 0x0ff00000) == 0x03400000 && rd != PC)
		out->writes = (int) rd;
	else if ((word & 0x0fffffd0) == 0x012fff10)
		out->flow = word & 0x20 ? INSN_CALL : INSN_OTHER;
}

static void a32_data_processing (guint32 word, guint64 at, Insn *out)
{
	guint opcode = word >> 21 & 15;
	guint rd = word >> 12 & 15, rn = word >> 16 & 15, rm = word & 15;
	gboolean immediate = (word & 1 << 25) != 0;
	gboolean move = opcode == 13 || opcode == 15;
	guint rotate = (word >> 8 & 15) * 2;
	guint32 value = word & 0xff;

	if (rotate)
		value = value >> rotate | value << (32 - rotate);
	/* ADR: the address of a word of this function */
	if (immediate && rn == PC && rd != PC && (opcode == 4 || opcode == 2) && !(word & 1 << 20))
		set_distance (out, at + 8, opcode == 4 ? (gint64) value : -(gint64) value,
			      0x00c00fff);
	else if (!move && rn == PC)
		out->strange = !(opcode == 4 && rd == PC && !immediate);
	if (!immediate && rm == PC && !(opcode == 13 && !(word & 0xff0) && rd != PC))
		out->strange = TRUE;
	if (opcode >= 8 && opcode <= 11) {
		out->writes = INSN_REG_NONE;
		return;
	}
	if (rd == PC) {
		out->flow = INSN_OTHER;
		return;
	}
	out->writes = (int) rd;
	if (immediate && opcode == 13 && !(word & 1 << 20))
		set_constant (out, rd, value);
	else if (immediate && (opcode == 4 || opcode == 2) && rn != PC)
		set_offset (out, opcode == 4 ? (gint64) value : -(gint64) value);
}

static void a32_load_store (guint32 word, guint64 at, Insn *out)
{
	guint rd = word >> 12 & 15;
	gboolean load = (word & 1 << 20) != 0;
	gboolean by_register = (word & 1 << 25) != 0;
	gboolean plain = (word & 1 << 24) && !(word & 1 << 21);
	gint64 offset = word & 1 << 23 ? (gint64) (word & 0xfff) : -(gint64) (word & 0xfff);

	if (by_register && (word & 1 << 4))
		return; /* media instructions */
	if (plain)
		out->writes = load ? (int) rd : INSN_REG_NONE;
	if (load && rd == PC)
		out->flow = INSN_OTHER;
	if ((word >> 16 & 15) != PC) {
		if (!by_register)
			set_offset (out, offset);
		return;
	}
	if (load && plain && !by_register && !(word & 1 << 22)) {
		out->literal = TRUE;
		out->literal_at = (gint64) at + 8 + offset;
		out->reg = rd;
	} else if (!(load && by_register && rd == PC)) {
		out->strange = TRUE;
	}
}

static void a32_block (guint32 word, Insn *out)
{
	if ((word >> 16 & 15) == PC)
		out->strange = TRUE;
	set_offset (out, -64);
	out->offset_span = 128;
	if (!(word & 1 << 20))
		out->writes = word & 1 << 21 ? (int) (word >> 16 & 15) : INSN_REG_NONE;
	if ((word & 1 << 20) && (word & 1 << 15))
		out->flow = INSN_OTHER;
}

gboolean insn__read_a32 (guint32 word, guint64 at, Insn *out)
{
	guint condition = word >> 28;
	guint group = word >> 25 & 7;

	memset (out, 0, sizeof *out);
	out->length = 4;
	out->writes = -1;
	if (group == 5) {
		gboolean link = (word & 1 << 24) || condition == 15;

		set_distance (out, at + 8, sign_extend (word & 0xffffff, 24) * 4, 0xffffff);
		out->flow = link ? INSN_CALL : condition == 14 ? INSN_JUMP : INSN_BRANCH;
	} else if (condition == 15) {
		out->strange = (word >> 16 & 15) == PC && group < 7;
	} else if (group == 0 && (word & 0x90) == 0x90) {
		a32_extra (word, out);
	} else if (group < 2 && (word & 0x01900000) == 0x01000000) {
		a32_misc (word, out);
	} else if (group < 2) {
		a32_data_processing (word, at, out);
	} else if (group < 4) {
		a32_load_store (word, at, out);
	} else if (group == 4) {
		a32_block (word, out);
	} else if (group == 6) {
		out->strange = (word >> 16 & 15) == PC;
		set_offset (out, (gint64) (word & 0xff) * (word & 1 << 23 ? 4 : -4));
	}
	/* not always executed: it may leave the register as it was */
	if (condition != 14 && out->writes >= 0 && out->writes != INSN_REG_NONE && !out->constant)
		out->writes = -1;
	return TRUE;
}

/* Enough to see calls and jumps to another function; lines are not looked for in Thumb code. */
gboolean insn__read_thumb (const ElfFile *file, const guint8 *code, guint64 length, guint64 at,
			   Insn *out)
{
	guint32 first, second;
	guint32 s, imm;

	memset (out, 0, sizeof *out);
	out->writes = -1;
	out->strange = TRUE;
	if (length < 2)
		return FALSE;
	first = (guint32) elf_file_read (file, code, 2);
	out->length = first >> 11 >= 0x1d ? 4 : 2;
	if (out->length > length)
		return FALSE;
	if (out->length == 2 || first >> 11 != 0x1e)
		return TRUE;
	second = (guint32) elf_file_read (file, code + 2, 2);
	if (!(second & 0x8000) || !(second & 0x5000))
		return TRUE;
	s = first >> 10 & 1;
	imm = s << 24 | (~(second >> 13 ^ s) & 1) << 23 | (~(second >> 11 ^ s) & 1) << 22 |
	      (first & 0x3ff) << 12 | (second & 0x7ff) << 1;
	set_distance (out, second & 0x1000 ? at + 4 : (at + 4) & ~(guint64) 3,
		      sign_extend (imm, 25), file->big_endian ? 0x07ff2fff : 0x2fff07ff);
	out->flow = second & 0x4000 ? INSN_CALL : INSN_JUMP;
	return TRUE;
}

gboolean insn__read_a64 (guint32 word, guint64 at, Insn *out)
{
	memset (out, 0, sizeof *out);
	out->length = 4;
	out->writes = -1;
	if ((word & 0x7c000000) == 0x14000000) {
		set_distance (out, at, sign_extend (word & 0x3ffffff, 26) * 4, 0x3ffffff);
		out->flow = word >> 31 ? INSN_CALL : INSN_JUMP;
	} else if ((word & 0xff000000) == 0x54000000 || (word & 0x7e000000) == 0x34000000) {
		set_distance (out, at, sign_extend (word >> 5 & 0x7ffff, 19) * 4, 0xffffe0);
		out->flow = INSN_BRANCH;
	} else if ((word & 0x7e000000) == 0x36000000) {
		set_distance (out, at, sign_extend (word >> 5 & 0x3fff, 14) * 4, 0x7ffe0);
		out->flow = INSN_BRANCH;
	} else if ((word & 0x3b000000) == 0x18000000) {
		set_distance (out, at, sign_extend (word >> 5 & 0x7ffff, 19) * 4, 0xffffe0);
	} else if ((word & 0x9f000000) == 0x10000000) {
		set_distance (out, at, sign_extend ((word >> 3 & 0x1ffffc) | (word >> 29 & 3), 21),
			      0x60ffffe0);
		out->writes = (int) (word & 31);
	} else if ((word & 0xfffffc1f) == 0xd65f0000 || (word & 0xfffffc1f) == 0xd61f0000) {
		out->flow = INSN_OTHER;
	} else if ((word & 0x7fe00000) == 0x52800000) {
		set_constant (out, word & 31, word >> 5 & 0xffff);
	} else if ((word & 0x1f000000) == 0x11000000 || (word & 0x9f000000) == 0x90000000) {
		out->writes = (int) (word & 31);
	} else if ((word & 0xff400000) == 0xa9000000) { /* STP */
		out->writes = word & 1 << 23 ? (int) (word >> 5 & 31) : INSN_REG_NONE;
	} else if ((word & 0x7fe0ffe0) == 0x2a0003e0) {
		out->writes = (int) (word & 31);
	}
	return TRUE;
}
