/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_TYPES_H
#define _LINUX_TYPES_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

typedef __SIZE_TYPE__ size_t;
typedef unsigned int gfp_t;
typedef unsigned long pgoff_t;
typedef u32 dma_addr_t;

#define NULL	((void *)0)

#endif
