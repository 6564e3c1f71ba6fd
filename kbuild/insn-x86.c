/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86: the length of an instruction and where its parts stand, after the opcode maps of Intel's
 * manual (volume 2, appendix A). EVEX and 16-bit addresses are not understood: kernels have none
 * in code that a compiler made.
 */
#include <string.h>

#include "kbuild/insn.h"

typedef struct {
	const guint8 *code;
	guint64 length;
	gboolean is_64;
	guint at;	 /* bytes read */
	gboolean size16; /* prefix 66 */
	guint8 rex;
	int map; /* 1: one byte, 2: 0f, 3: 0f 38, 4: 0f 3a */
	guint8 op;
	gboolean vex;
	gboolean has_modrm;
	guint8 modrm;
	guint disp_at, disp_width;
	guint imm_at, imm_width;
	gboolean rip; /* displacement from the instruction's end */
} Parts;

static gboolean next (Parts *p, guint8 *out)
{
	if (p->at >= p->length || p->at >= 15)
		return FALSE;
	*out = p->code[p->at++];
	return TRUE;
}

static gboolean one_byte_has_modrm (guint8 op)
{
	if (op < 0x40)
		return (op & 7) < 4;
	return op == 0x62 || op == 0x63 || op == 0x69 || op == 0x6b || (op >= 0x80 && op <= 0x8f) ||
	       op == 0xc0 || op == 0xc1 || (op >= 0xc4 && op <= 0xc7) ||
	       (op >= 0xd0 && op <= 0xd3) || (op >= 0xd8 && op <= 0xdf) || op == 0xf6 ||
	       op == 0xf7 || op >= 0xfe;
}

static gboolean two_byte_has_modrm (guint8 op)
{
	return !((op >= 0x04 && op <= 0x0b) || op == 0x0e || (op >= 0x30 && op <= 0x37) ||
		 op == 0x77 || (op >= 0x80 && op <= 0x8f) || (op >= 0xa0 && op <= 0xa2) ||
		 (op >= 0xa8 && op <= 0xaa) || (op >= 0xc8 && op <= 0xcf));
}

static guint one_byte_immediate (const Parts *p)
{
	guint word = p->size16 ? 2 : 4;
	guint8 op = p->op;
	guint reg = p->modrm >> 3 & 7;

	if (op < 0x40)
		return (op & 7) == 4 ? 1 : (op & 7) == 5 ? word : 0;
	if (op >= 0xb8 && op <= 0xbf)
		return p->rex & 8 ? 8 : word;
	if (op >= 0xa0 && op <= 0xa3)
		return p->is_64 ? 8 : 4;
	if (op == 0xe8 || op == 0xe9)
		return p->is_64 ? 4 : word;
	if (op == 0x9a || op == 0xea)
		return word + 2;
	if (op == 0xf6)
		return reg < 2 ? 1 : 0;
	if (op == 0xf7)
		return reg < 2 ? word : 0;
	if (op == 0xc8)
		return 3;
	if (op == 0xc2 || op == 0xca)
		return 2;
	if (op == 0x68 || op == 0x69 || op == 0x81 || op == 0xa9 || op == 0xc7)
		return word;
	if (op == 0x6a || op == 0x6b || (op >= 0x70 && op <= 0x7f) || op == 0x80 || op == 0x82 ||
	    op == 0x83 || op == 0xa8 || (op >= 0xb0 && op <= 0xb7) || op == 0xc0 || op == 0xc1 ||
	    op == 0xc6 || op == 0xcd || op == 0xd4 || op == 0xd5 || (op >= 0xe0 && op <= 0xe7) ||
	    op == 0xeb)
		return 1;
	return 0;
}

static guint two_byte_immediate (const Parts *p)
{
	guint8 op = p->op;

	if (op >= 0x80 && op <= 0x8f)
		return !p->is_64 && p->size16 ? 2 : 4;
	return (op >= 0x70 && op <= 0x73) || op == 0xa4 || op == 0xac || op == 0xba || op == 0xc2 ||
	       op == 0xc4 || op == 0xc5 || op == 0xc6 || op == 0x0f;
}

/* VEX: two or three bytes stand for the prefixes and the escape bytes. */
static gboolean read_vex (Parts *p, guint8 first)
{
	guint8 byte;

	if (!next (p, &byte))
		return FALSE;
	p->map = 2;
	if (first == 0xc4) {
		p->map = (byte & 0x1f) + 1;
		if (!next (p, &byte))
			return FALSE;
	}
	p->vex = TRUE;
	return p->map >= 2 && p->map <= 4 && next (p, &p->op);
}

static gboolean read_opcode (Parts *p)
{
	guint8 byte;

	do {
		if (!next (p, &byte))
			return FALSE;
		if (byte == 0x67)
			return FALSE;
		p->size16 |= byte == 0x66;
	} while (byte == 0x66 || byte == 0xf0 || byte == 0xf2 || byte == 0xf3 || byte == 0x2e ||
		 byte == 0x36 || byte == 0x3e || byte == 0x26 || byte == 0x64 || byte == 0x65);
	if (p->is_64 && (byte & 0xf0) == 0x40) {
		p->rex = byte;
		if (!next (p, &byte))
			return FALSE;
	}
	p->map = 1;
	p->op = byte;
	if ((byte == 0xc4 || byte == 0xc5) && p->at < p->length &&
	    (p->is_64 || p->code[p->at] >= 0xc0))
		return read_vex (p, byte);
	if (byte == 0x62 && (p->is_64 || (p->at < p->length && p->code[p->at] >= 0xc0)))
		return FALSE;
	if (byte != 0x0f)
		return TRUE;
	p->map = 2;
	if (!next (p, &p->op))
		return FALSE;
	if (p->op != 0x38 && p->op != 0x3a)
		return TRUE;
	p->map = p->op == 0x38 ? 3 : 4;
	return next (p, &p->op);
}

static gboolean read_modrm (Parts *p)
{
	guint8 sib = 0;
	guint mod, rm;

	p->has_modrm = p->map == 1   ? one_byte_has_modrm (p->op)
		       : p->map == 2 ? two_byte_has_modrm (p->op)
				     : TRUE;
	if (!p->has_modrm)
		return TRUE;
	if (!next (p, &p->modrm))
		return FALSE;
	mod = p->modrm >> 6;
	rm = p->modrm & 7;
	if (mod == 3)
		return TRUE;
	if (rm == 4 && !next (p, &sib))
		return FALSE;
	p->rip = p->is_64 && mod == 0 && rm == 5;
	if (mod == 2 || (mod == 0 && (rm == 5 || (rm == 4 && (sib & 7) == 5))))
		p->disp_width = 4;
	else if (mod == 1)
		p->disp_width = 1;
	p->disp_at = p->at;
	p->at += p->disp_width;
	return TRUE;
}

static gint64 signed_at (const Parts *p, guint at, guint width)
{
	guint64 value = 0;
	guint i;

	for (i = 0; i < width; i++)
		value |= (guint64) p->code[at + i] << (8 * i);
	if (width < 8 && value >> (8 * width - 1) & 1)
		value -= (guint64) 1 << (8 * width);
	return (gint64) value;
}

static void set_target (const Parts *p, guint64 at, guint field, guint width, Insn *out)
{
	out->has_target = TRUE;
	out->field = field;
	out->field_width = width;
	out->field_mask = width == 8 ? G_MAXUINT64 : ((guint64) 1 << (8 * width)) - 1;
	out->target = (gint64) (at + p->at + (guint64) signed_at (p, field, width));
}

static void set_flow (const Parts *p, guint64 at, Insn *out)
{
	gboolean one = p->map == 1 && !p->vex;
	guint reg = p->modrm >> 3 & 7;

	if (one && (p->op == 0xe8 || p->op == 0xe9 || p->op == 0xeb))
		out->flow = p->op == 0xe8 ? INSN_CALL : INSN_JUMP;
	else if (one && ((p->op >= 0x70 && p->op <= 0x7f) || (p->op >= 0xe0 && p->op <= 0xe3)))
		out->flow = INSN_BRANCH;
	else if (p->map == 2 && !p->vex && p->op >= 0x80 && p->op <= 0x8f)
		out->flow = INSN_BRANCH;
	else if ((one && (p->op == 0xc2 || p->op == 0xc3 || p->op == 0xcf || p->op == 0xf4 ||
			  (p->op == 0xff && reg >= 2 && reg <= 5))) ||
		 (p->map == 2 && p->op == 0x0b))
		out->flow = INSN_OTHER;
	if (out->flow == INSN_CALL || out->flow == INSN_JUMP || out->flow == INSN_BRANCH)
		set_target (p, at, p->imm_at, p->imm_width, out);
	else if (p->rip)
		set_target (p, at, p->disp_at, 4, out);
}

/* The few instructions that stand between the load of an argument and a call. */
static void set_registers (const Parts *p, Insn *out)
{
	guint reg = (p->modrm >> 3 & 7) | (p->rex & 4 ? 8 : 0);
	guint rm = (p->modrm & 7) | (p->rex & 1 ? 8 : 0);
	gboolean registers = p->modrm >> 6 == 3;

	out->writes = -1;
	if (p->map != 1 || p->vex)
		return;
	if (p->op >= 0xb8 && p->op <= 0xbf) {
		out->reg = (p->op & 7) | (p->rex & 1 ? 8 : 0);
		out->writes = (int) out->reg;
		if (p->imm_width != 4)
			return;
		out->constant = TRUE;
		out->value = (guint64) signed_at (p, p->imm_at, 4) & G_MAXUINT32;
		out->value_at = p->imm_at;
		out->value_width = 4;
	} else if (p->op == 0x8d || p->op == 0x8b) {
		out->writes = (int) reg;
	} else if (registers && (p->op == 0x89 || p->op == 0x31 || p->op == 0xc7 || p->op == 0x81 ||
				 p->op == 0x83)) {
		out->writes = (int) rm;
	} else if (p->op >= 0x50 && p->op <= 0x57) {
		out->writes = 4; /* PUSH: the stack's pointer */
	} else if (p->op == 0x90) {
		out->writes = INSN_REG_NONE;
	}
}

gboolean insn__read_x86 (const guint8 *code, guint64 length, gboolean is_64, guint64 at, Insn *out)
{
	Parts p = { .code = code, .length = length, .is_64 = is_64 };

	memset (out, 0, sizeof *out);
	if (!read_opcode (&p) || !read_modrm (&p))
		return FALSE;
	p.imm_width = p.map == 1   ? one_byte_immediate (&p)
		      : p.map == 2 ? two_byte_immediate (&p)
				   : p.map == 4;
	p.imm_at = p.at;
	p.at += p.imm_width;
	if (p.at > length || p.at > 15)
		return FALSE;
	out->length = p.at;
	set_flow (&p, at, out);
	set_registers (&p, out);
	return TRUE;
}
