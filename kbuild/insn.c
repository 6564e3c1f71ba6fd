/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <elf.h>

#include "kbuild/insn.h"

/* Where code of one kind begins: 'a', 't', 'x' or 'd'. */
typedef struct {
	guint64 at;
	char kind;
} Mark;

struct InsnReader {
	const ElfFile *file;
	const ElfSection *section;
	GArray *marks; /* of Mark, by place; only for ARM and AArch64 */
};

static int by_place (const void *a, const void *b)
{
	const Mark *one = a, *two = b;

	return one->at < two->at ? -1 : one->at > two->at;
}

InsnReader *insn_reader_new (const ElfFile *file, guint section)
{
	InsnReader *self = g_new0 (InsnReader, 1);
	guint i;

	self->file = file;
	self->section = elf_file_section (file, section);
	self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
	for (i = 0; i < file->symbols->len && file->machine != EM_X86_64; i++) {
		const ElfSymbol *symbol = elf_file_symbol (file, i);

		if (symbol->section == section && elf_symbol_is_mapping (file, symbol)) {
			Mark mark = { symbol->value, symbol->name[1] };

			g_array_append_val (self->marks, mark);
		}
	}
	if (self->marks->len)
		qsort (self->marks->data, self->marks->len, sizeof (Mark), by_place);
	return self;
}

void insn_reader_free (InsnReader *self)
{
	if (!self)
		return;
	g_array_unref (self->marks);
	g_free (self);
}

gboolean insn_reader_knows (const InsnReader *self)
{
	switch (self->file->machine) {
	case EM_386:
	case EM_X86_64:
	case EM_ARM:
		return TRUE;
	case EM_AARCH64:
		return !self->file->big_endian;
	default:
		return FALSE;
	}
}

/* What stands at @at: without marks, code. @out_end: where that ends. */
static char kind_at (const InsnReader *self, guint64 at, guint64 *out_end)
{
	guint low = 0, high = self->marks->len;

	*out_end = G_MAXUINT64;
	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (g_array_index (self->marks, Mark, middle).at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < self->marks->len)
		*out_end = g_array_index (self->marks, Mark, low).at;
	if (!low)
		return self->file->machine == EM_ARM ? 'a' : 'x';
	return g_array_index (self->marks, Mark, low - 1).kind;
}

gboolean insn_read (const InsnReader *self, guint64 at, guint64 end, Insn *out)
{
	const guint8 *code = self->section->data;
	guint64 part_end;
	char kind;

	memset (out, 0, sizeof *out);
	if (!code || end > self->section->size || at >= end)
		return FALSE;
	code += at;
	if (self->file->machine == EM_X86_64 || self->file->machine == EM_386)
		return insn__read_x86 (code, end - at, self->file->machine == EM_X86_64, at, out);
	if (!insn_reader_knows (self))
		return FALSE;
	kind = kind_at (self, at, &part_end);
	end = MIN (end, part_end);
	if (kind == 't')
		return insn__read_thumb (self->file, code, end - at, at, out);
	if (kind == 'd') {
		out->data = TRUE;
		out->writes = -1;
		out->length = (guint) MIN (4 - at % 4, end - at);
		return TRUE;
	}
	if (end - at < 4)
		return FALSE;
	if (self->file->machine == EM_AARCH64)
		return insn__read_a64 ((guint32) elf_file_read (self->file, code, 4), at, out);
	return insn__read_a32 ((guint32) elf_file_read (self->file, code, 4), at, out);
}

/* Registers of the first four arguments: the procedure call standards, and -mregparm=3 for i386. */
static const guint8 *argument_registers (const ElfFile *file)
{
	static const guint8 arm[] = { 0, 1, 2, 3 };
	static const guint8 x86_64[] = { 7, 6, 2, 1 };
	static const guint8 i386[] = { 0, 2, 1, INSN_REG_NONE };

	switch (file->machine) {
	case EM_X86_64:
		return x86_64;
	case EM_386:
		return i386;
	default:
		return arm;
	}
}

guint insn_format_register (const ElfFile *file)
{
	return argument_registers (file)[0];
}

/* Which argument of a printf() prints a file's name that a line follows, "%s:%d"; 0 for none. */
static guint file_argument (const char *format)
{
	guint argument = 0;

	for (; *format; format++) {
		if (*format != '%')
			continue;
		if (*++format == '%')
			continue;
		argument++;
		if (g_str_has_prefix (format, "s:%d") || g_str_has_prefix (format, "s:%i") ||
		    g_str_has_prefix (format, "s:%u"))
			return argument;
		/* width and precision from an argument, or a double: we would count wrongly */
		while (*format && !g_ascii_isalpha (*format))
			if (*format++ == '*')
				return 0;
		if (!*format || strchr ("eEfFgGaA", *format))
			return 0;
	}
	return 0;
}

gboolean insn_line_argument (const ElfFile *file, const char *callee, const char *format,
			     guint *out_file, guint *out_line)
{
	static const struct {
		const char *name;
		guint file; /* argument, from 0; the line is the next one */
	} known[] = {
		{ "__bug", 0 },
		{ "__warn", 0 },
		{ "warn_on_slowpath", 0 },
		{ "warn_slowpath", 0 },
		{ "warn_slowpath_fmt", 0 },
		{ "warn_slowpath_null", 0 },
		{ "__might_sleep", 0 },
		{ "___might_sleep", 0 },
		{ "__might_resched", 0 },
		{ "lockdep_rcu_suspicious", 0 },
		{ "lockdep_rcu_dereference", 0 },
		{ "assfail", 1 },
		{ "__assert_fail", 1 },
		{ "__pte_error", 0 },
		{ "__pmd_error", 0 },
		{ "__pud_error", 0 },
		{ "__pgd_error", 0 },
	};
	const guint8 *registers = argument_registers (file);
	guint argument = G_MAXUINT, i;

	for (i = 0; i < G_N_ELEMENTS (known); i++)
		if (g_str_equal (callee, known[i].name))
			argument = known[i].file;
	if (argument == G_MAXUINT && format &&
	    (g_str_equal (callee, "printk") || g_str_equal (callee, "_printk") ||
	     g_str_equal (callee, "panic")))
		argument = file_argument (format) ? file_argument (format) : G_MAXUINT;
	if (argument > 2 || registers[argument + 1] == INSN_REG_NONE)
		return FALSE;
	*out_file = registers[argument];
	*out_line = registers[argument + 1];
	return TRUE;
}
