/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Priority search trees: intervals, found by what they overlap. A node's `last` is not below that
 * of any node under it. A link to nowhere points to the node itself, and so does the root's
 * parent.
 */
#ifndef _LINUX_PRIO_TREE_H
#define _LINUX_PRIO_TREE_H

#include <linux/kernel.h>

struct prio_tree_node {
	struct prio_tree_node *left;
	struct prio_tree_node *right;
	struct prio_tree_node *parent;
	unsigned long start;
	unsigned long last;
};

struct prio_tree_root {
	struct prio_tree_node *prio_tree_node;
	unsigned short index_bits;
	unsigned short raw;	/* whether nodes lie in VMAs, which know their own interval */
};

/* A walk over the nodes that overlap [r_index, h_index]. */
struct prio_tree_iter {
	struct prio_tree_node *cur;
	struct prio_tree_root *root;
	pgoff_t r_index;
	pgoff_t h_index;
};

static inline void prio_tree_iter_init(struct prio_tree_iter *iter, struct prio_tree_root *root,
				       pgoff_t r_index, pgoff_t h_index)
{
	iter->cur = NULL;
	iter->root = root;
	iter->r_index = r_index;
	iter->h_index = h_index;
}

static inline int prio_tree_empty(const struct prio_tree_root *root)
{
	return root->prio_tree_node == NULL;
}

/** prio_tree_next: Returns: the walk's next node, NULL after the last one. */
struct prio_tree_node *prio_tree_next(struct prio_tree_iter *iter);

#endif
