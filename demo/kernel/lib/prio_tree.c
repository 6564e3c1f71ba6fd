// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walking a priority search tree. Nothing in the model puts a node into one, since it has no user
 * space that could map a file; the walk is what a page with a wrong mapping runs into.
 *
 * The names are those of Linux 2.6.22, where get_index(), called by prio_tree_next(), is the
 * function that oopses. Here they are kept from being inlined, so that the backtrace tells the
 * same story.
 */
#include <linux/mm.h>
#include <linux/prio_tree.h>

/* The interval of a node: [*radix, *heap]. */
static plain_function void get_index(const struct prio_tree_root *root,
				     const struct prio_tree_node *node, unsigned long *radix,
				     unsigned long *heap)
{
	if (root->raw) {
		const struct vm_area_struct *vma = prio_tree_vma(node);

		*radix = vma->vm_pgoff;
		*heap = vma->vm_pgoff + ((vma->vm_end - vma->vm_start) >> PAGE_SHIFT) - 1;
	} else {
		*radix = node->start;
		*heap = node->last;
	}
}

/* The next node in preorder that does not lie under @node; NULL if there is none. */
static struct prio_tree_node *skip_subtree(struct prio_tree_node *node)
{
	while (node->parent != node) {
		struct prio_tree_node *parent = node->parent;

		if (parent->left == node && parent->right != parent)
			return parent->right;
		node = parent;
	}
	return NULL;
}

static struct prio_tree_node *next_in_preorder(struct prio_tree_node *node)
{
	if (node->left != node)
		return node->left;
	if (node->right != node)
		return node->right;
	return skip_subtree(node);
}

plain_function struct prio_tree_node *prio_tree_next(struct prio_tree_iter *iter)
{
	struct prio_tree_node *node;
	unsigned long first, last;

	node = iter->cur ? next_in_preorder(iter->cur) : iter->root->prio_tree_node;
	while (node) {
		get_index(iter->root, node, &first, &last);
		if (iter->r_index > last) {
			/* Nothing below reaches further. */
			node = skip_subtree(node);
			continue;
		}
		if (iter->h_index >= first)
			break;
		node = next_in_preorder(node);
	}
	iter->cur = node;
	return node;
}
