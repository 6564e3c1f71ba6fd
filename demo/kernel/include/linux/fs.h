/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Of files there is only struct address_space, the pages of a file and who maps them, with Linux
 * 2.6.22's order of members as far as it matters. Byte 20 is i_mmap.prio_tree_node.
 */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H

#include <linux/list.h>
#include <linux/prio_tree.h>
#include <linux/spinlock.h>

struct inode;

struct radix_tree_root {
	unsigned int height;
	gfp_t gfp_mask;
	void *rnode;
};

struct address_space {
	struct inode *host;
	struct radix_tree_root page_tree;
	rwlock_t tree_lock;
	unsigned int i_mmap_writable;
	struct prio_tree_root i_mmap;
	struct list_head i_mmap_nonlinear;
	spinlock_t i_mmap_lock;
	unsigned long nrpages;
};

/** mapping_mapped: whether anybody maps the file into user space. */
static inline int mapping_mapped(struct address_space *mapping)
{
	return !prio_tree_empty(&mapping->i_mmap) || !list_empty(&mapping->i_mmap_nonlinear);
}

#endif
