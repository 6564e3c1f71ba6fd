/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_ARM_PGTABLE_H
#define __ASM_ARM_PGTABLE_H

#include <asm/memory.h>

/* The first-level table: one word a megabyte. */
#define swapper_pg_dir		((unsigned long *)__va(PGD_PHYS))

typedef unsigned long pgprot_t;

#define pgprot_kernel		0UL
#define pgprot_noncached(prot)	(prot)

#endif
