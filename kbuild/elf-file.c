/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <gelf.h>

#include "base/error.h"
#include "base/files.h"
#include "kbuild/elf-file.h"

void elf_file_free (ElfFile *self)
{
	if (!self)
		return;
	g_clear_pointer (&self->sections, g_array_unref);
	g_clear_pointer (&self->symbols, g_array_unref);
	g_clear_pointer (&self->relocs, g_array_unref);
	g_free (self->path);
	g_free (self->bytes);
	g_free (self);
}

const ElfSection *elf_file_section (const ElfFile *self, guint index)
{
	g_assert (index < self->sections->len);
	return &g_array_index (self->sections, ElfSection, index);
}

const ElfSymbol *elf_file_symbol (const ElfFile *self, guint index)
{
	g_assert (index < self->symbols->len);
	return &g_array_index (self->symbols, ElfSymbol, index);
}

const ElfReloc *elf_file_reloc (const ElfFile *self, guint index)
{
	g_assert (index < self->relocs->len);
	return &g_array_index (self->relocs, ElfReloc, index);
}

guint elf_section_first_reloc (const ElfFile *self, const ElfSection *section, guint64 offset)
{
	guint low = section->relocs;
	guint high = low + section->n_relocs;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (elf_file_reloc (self, middle)->offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

guint64 elf_file_read (const ElfFile *self, const guint8 *at, guint size)
{
	guint64 value = 0;
	guint i;

	for (i = 0; i < size; i++)
		value = value << 8 | at[self->big_endian ? i : size - 1 - i];
	return value;
}

void elf_file_write (const ElfFile *self, guint8 *at, guint size, guint64 value)
{
	guint i;

	for (i = 0; i < size; i++)
		at[self->big_endian ? size - 1 - i : i] = (value >> (8 * i)) & 0xff;
}

gboolean elf_section_is_debug (const ElfSection *self)
{
	static const char *const prefixes[] = { ".debug",   ".zdebug",	 ".stab",     ".note",
						".comment", ".gnu.lto_", ".gnu_debug" };
	guint i;

	for (i = 0; i < G_N_ELEMENTS (prefixes); i++)
		if (g_str_has_prefix (self->name, prefixes[i]))
			return TRUE;
	return FALSE;
}

gboolean elf_symbol_is_mapping (const ElfFile *file, const ElfSymbol *self)
{
	if (file->machine != EM_ARM && file->machine != EM_AARCH64 && file->machine != EM_RISCV)
		return FALSE;
	return self->name[0] == '$' && self->name[1] && strchr ("adtx", self->name[1]) &&
	       (!self->name[2] || self->name[2] == '.');
}

static gboolean damaged (const ElfFile *self, GError **error, const char *what)
{
	return fail (error, BAKEOFF_ERROR_FAILED, "'%s' is a damaged ELF file: %s", self->path,
		     what);
}

static gboolean read_header (ElfFile *self, Elf *elf, GError **error)
{
	GElf_Ehdr header;

	if (elf_kind (elf) != ELF_K_ELF)
		return fail (error, BAKEOFF_ERROR_FAILED, "'%s' is no ELF file", self->path);
	if (!gelf_getehdr (elf, &header))
		return damaged (self, error, elf_errmsg (-1));
	self->type = header.e_type;
	self->machine = header.e_machine;
	self->flags = header.e_flags;
	self->big_endian = header.e_ident[EI_DATA] == ELFDATA2MSB;
	self->is_64 = header.e_ident[EI_CLASS] == ELFCLASS64;
	return TRUE;
}

static gboolean read_sections (ElfFile *self, Elf *elf, GError **error)
{
	size_t count, names, i;

	if (elf_getshdrnum (elf, &count) || elf_getshdrstrndx (elf, &names))
		return damaged (self, error, elf_errmsg (-1));
	g_array_set_size (self->sections, MAX (count, 1));
	g_array_index (self->sections, ElfSection, 0).name = "";
	for (i = 1; i < count; i++) {
		ElfSection *section = &g_array_index (self->sections, ElfSection, i);
		GElf_Shdr header;

		if (!gelf_getshdr (elf_getscn (elf, i), &header))
			return damaged (self, error, elf_errmsg (-1));
		section->name = elf_strptr (elf, names, header.sh_name);
		if (!section->name)
			return damaged (self, error, "a section's name is outside the file");
		section->type = header.sh_type;
		section->flags = header.sh_flags;
		section->address = header.sh_addr;
		section->offset = header.sh_offset;
		section->size = header.sh_size;
		section->align = header.sh_addralign;
		section->entry = header.sh_entsize;
		if (header.sh_type == SHT_NOBITS || header.sh_type == SHT_NULL || !header.sh_size)
			continue;
		if (header.sh_offset > self->length ||
		    header.sh_size > self->length - header.sh_offset)
			return damaged (self, error, "a section reaches beyond the end");
		section->data = (const guint8 *) self->bytes + header.sh_offset;
	}
	return TRUE;
}

static gboolean add_symbol (ElfFile *self, const GElf_Sym *from, const char *name, GError **error)
{
	ElfSymbol symbol = { .name = name ? name : "",
			     .value = from->st_value,
			     .size = from->st_size,
			     .index = from->st_shndx,
			     .type = GELF_ST_TYPE (from->st_info),
			     .binding = GELF_ST_BIND (from->st_info) };

	if (!name)
		return damaged (self, error, "a symbol's name is outside the file");
	if (from->st_shndx == SHN_XINDEX)
		return fail (error, BAKEOFF_ERROR_FAILED,
			     "'%s' has more than 65279 sections, which is more than we read",
			     self->path);
	if (from->st_shndx != SHN_UNDEF && from->st_shndx < SHN_LORESERVE) {
		if (from->st_shndx >= self->sections->len)
			return damaged (self, error, "a symbol's section does not exist");
		symbol.section = from->st_shndx;
		/* a Thumb function's address is odd */
		if (self->machine == EM_ARM && symbol.type == STT_FUNC)
			symbol.value &= ~(guint64) 1;
		if (self->type == ET_REL && symbol.type != STT_SECTION &&
		    symbol.value > elf_file_section (self, symbol.section)->size)
			return damaged (self, error, "a symbol lies outside its section");
	}
	g_array_append_val (self->symbols, symbol);
	return TRUE;
}

static gboolean read_symbols (ElfFile *self, Elf *elf, GError **error)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn (elf, scn))) {
		GElf_Shdr header;
		Elf_Data *data;
		size_t size, i;

		if (!gelf_getshdr (scn, &header))
			return damaged (self, error, elf_errmsg (-1));
		if (header.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata (scn, NULL);
		size = gelf_fsize (elf, ELF_T_SYM, 1, EV_CURRENT);
		if (!data || !size)
			return damaged (self, error, "its symbols cannot be read");
		for (i = 0; i < data->d_size / size; i++) {
			GElf_Sym symbol;

			if (!gelf_getsym (data, (int) i, &symbol))
				return damaged (self, error, elf_errmsg (-1));
			if (!add_symbol (self, &symbol,
					 elf_strptr (elf, header.sh_link, symbol.st_name), error))
				return FALSE;
		}
		break; /* there is one at most */
	}
	return TRUE;
}

static int by_offset (const void *a, const void *b)
{
	const ElfReloc *one = a, *two = b;

	if (one->offset != two->offset)
		return one->offset < two->offset ? -1 : 1;
	return one->type < two->type ? -1 : one->type > two->type;
}

static gboolean add_reloc (ElfFile *self, Elf_Data *data, size_t index, gboolean rela,
			   const ElfSection *target, GError **error)
{
	GElf_Rela from = { 0 };
	GElf_Rel rel;
	ElfReloc reloc = { .rela = rela };

	if (rela ? !gelf_getrela (data, (int) index, &from)
		 : !gelf_getrel (data, (int) index, &rel))
		return damaged (self, error, elf_errmsg (-1));
	reloc.offset = rela ? from.r_offset : rel.r_offset;
	reloc.addend = from.r_addend;
	reloc.type = GELF_R_TYPE (rela ? from.r_info : rel.r_info);
	reloc.symbol = GELF_R_SYM (rela ? from.r_info : rel.r_info);
	if (reloc.symbol && reloc.symbol >= self->symbols->len)
		return damaged (self, error, "a relocation's symbol does not exist");
	if (reloc.offset >= target->size)
		return damaged (self, error, "a relocation lies outside its section");
	g_array_append_val (self->relocs, reloc);
	return TRUE;
}

static gboolean read_relocs (ElfFile *self, Elf *elf, GError **error)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn (elf, scn))) {
		GElf_Shdr header;
		ElfSection *target;
		Elf_Data *data;
		gboolean rela;
		size_t size, i;

		if (!gelf_getshdr (scn, &header))
			return damaged (self, error, elf_errmsg (-1));
		rela = header.sh_type == SHT_RELA;
		if (!rela && header.sh_type != SHT_REL)
			continue;
		if (!header.sh_info || header.sh_info >= self->sections->len)
			return damaged (self, error, "relocations are for a section without end");
		target = &g_array_index (self->sections, ElfSection, header.sh_info);
		if (elf_section_is_debug (target))
			continue;
		if (target->n_relocs)
			return damaged (self, error, "a section has two tables of relocations");
		data = elf_getdata (scn, NULL);
		size = gelf_fsize (elf, rela ? ELF_T_RELA : ELF_T_REL, 1, EV_CURRENT);
		if (!size || !data)
			return damaged (self, error, "its relocations cannot be read");
		target->relocs = self->relocs->len;
		target->n_relocs = data->d_size / size;
		for (i = 0; i < target->n_relocs; i++)
			if (!add_reloc (self, data, i, rela, target, error))
				return FALSE;
		if (target->n_relocs)
			qsort (&g_array_index (self->relocs, ElfReloc, target->relocs),
			       target->n_relocs, sizeof (ElfReloc), by_offset);
	}
	return TRUE;
}

static gboolean read_all (ElfFile *self, Elf *elf, GError **error)
{
	if (!elf)
		return fail (error, BAKEOFF_ERROR_FAILED, "'%s' is no ELF file", self->path);
	if (!read_header (self, elf, error) || !read_sections (self, elf, error) ||
	    !read_symbols (self, elf, error))
		return FALSE;
	/* those of a linked file are for its loader */
	return self->type != ET_REL || read_relocs (self, elf, error);
}

ElfFile *elf_file_parse (const char *path, char *bytes, gsize length, GError **error)
{
	g_autoptr (ElfFile) self = g_new0 (ElfFile, 1);
	Elf *elf = NULL;
	gboolean good;

	self->path = g_strdup (path);
	self->bytes = bytes;
	self->length = length;
	self->sections = g_array_new (FALSE, TRUE, sizeof (ElfSection));
	self->symbols = g_array_new (FALSE, TRUE, sizeof (ElfSymbol));
	self->relocs = g_array_new (FALSE, TRUE, sizeof (ElfReloc));
	elf_version (EV_CURRENT);
	if (length >= EI_NIDENT)
		elf = elf_memory (bytes, length);
	/* names are in @bytes, not in @elf, which is not needed any more */
	good = read_all (self, elf, error);
	if (elf)
		elf_end (elf);
	return good ? g_steal_pointer (&self) : NULL;
}

ElfFile *elf_file_load (const char *path, GError **error)
{
	gsize length = 0;
	char *bytes = files_read (path, &length, error);

	return bytes ? elf_file_parse (path, bytes, length, error) : NULL;
}
