// SPDX-License-Identifier: GPL-2.0-only
/*
 * SLUB: a slab is a page, and what there is to know of it is in its struct page. The list of free
 * objects runs through the objects themselves. Allocations come from one current slab of the cache;
 * slabs that are partly used wait in a list, full ones nowhere.
 *
 * page->slab, the way from an object to its cache, lies over page->mapping. Whoever asks such a
 * page for its mapping gets a struct kmem_cache and takes it for a struct address_space. There
 * local_node.nr_partial, a count, lies over i_mmap.prio_tree_node, a pointer: with one partial
 * slab, a tree whose root is at address 1.
 *
 * Left out of the model: orders above 0, debugging, merging of caches, per-processor slabs.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/slub_def.h>

static struct kmem_cache kmalloc_caches[KMALLOC_CACHES];

static const char *const kmalloc_names[KMALLOC_CACHES] = {
	"kmalloc-32",  "kmalloc-64",   "kmalloc-128",  "kmalloc-256",
	"kmalloc-512", "kmalloc-1024", "kmalloc-2048",
};

/* Where a free object keeps the pointer to the next one. */
static void **next_free(const struct kmem_cache *s, void *object)
{
	return (void **)((char *)object + s->offset);
}

static void add_partial(struct kmem_cache *s, struct page *page)
{
	list_add(&page->lru, &s->local_node.partial);
	s->local_node.nr_partial++;
}

static void remove_partial(struct kmem_cache *s, struct page *page)
{
	list_del(&page->lru);
	s->local_node.nr_partial--;
}

static struct page *new_slab(struct kmem_cache *s, gfp_t gfp)
{
	struct page *page = alloc_pages(gfp & ~__GFP_ZERO, s->order);
	char *start, *object;

	if (!page)
		return NULL;
	start = page_address(page);
	page->slab = s;
	page->inuse = 0;
	page->offset = s->offset;
	page->lockless_freelist = NULL;
	page->freelist = NULL;
	for (object = start + (s->objects - 1) * s->size; object >= start; object -= s->size) {
		*next_free(s, object) = page->freelist;
		page->freelist = object;
	}
	__SetPageSlab(page);
	s->local_node.nr_slabs++;
	return page;
}

static void discard_slab(struct kmem_cache *s, struct page *page)
{
	s->local_node.nr_slabs--;
	__ClearPageSlab(page);
	__free_pages(page, s->order);
}

/* A current slab with free objects: a partial one if there is any, else a new one. */
static struct page *refill(struct kmem_cache *s, gfp_t gfp)
{
	struct page *page;

	if (list_empty(&s->local_node.partial))
		return new_slab(s, gfp);
	page = list_first_entry(&s->local_node.partial, struct page, lru);
	remove_partial(s, page);
	return page;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	int index = kmalloc_index(size);
	struct kmem_cache *s;
	struct page *page;
	void *object;

	if (index < 0)
		return NULL;
	s = &kmalloc_caches[index];
	page = s->cpu_slab;
	if (!page || !page->freelist) {
		/* A full one is nobody's now; kfree() finds it again by its struct page. */
		page = refill(s, gfp);
		s->cpu_slab = page;
		if (!page)
			return NULL;
	}
	object = page->freelist;
	page->freelist = *next_free(s, object);
	page->inuse++;
	return object;
}

void kfree(const void *x)
{
	void *object = (void *)x;
	struct kmem_cache *s;
	struct page *page;
	int was_full;

	if (!object)
		return;
	page = virt_to_page(object);
	BUG_ON(!PageSlab(page));
	s = page->slab;
	was_full = !page->freelist;
	*next_free(s, object) = page->freelist;
	page->freelist = object;
	page->inuse--;
	if (page == s->cpu_slab)
		return;
	if (was_full)
		add_partial(s, page);
	if (!page->inuse) {
		remove_partial(s, page);
		discard_slab(s, page);
	}
}

void kmem_cache_init(void)
{
	int i;

	/* The collision that all of this is about. */
	BUILD_BUG_ON(offsetof(struct kmem_cache, local_node.nr_partial) !=
		     offsetof(struct address_space, i_mmap.prio_tree_node));
	BUILD_BUG_ON(offsetof(struct kmem_cache, local_node.nr_partial) != 20);
	BUILD_BUG_ON(offsetof(struct page, slab) != offsetof(struct page, mapping));

	for (i = 0; i < KMALLOC_CACHES; i++) {
		struct kmem_cache *s = &kmalloc_caches[i];

		s->name = kmalloc_names[i];
		s->objsize = 1 << (KMALLOC_SHIFT_LOW + i);
		s->size = s->objsize;
		s->objects = PAGE_SIZE >> (KMALLOC_SHIFT_LOW + i);
		INIT_LIST_HEAD(&s->local_node.partial);
	}
	printk("SLUB: %d caches of 32 to 2048 bytes, order 0\n", KMALLOC_CACHES);
}
