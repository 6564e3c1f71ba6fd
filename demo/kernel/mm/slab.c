// SPDX-License-Identifier: GPL-2.0-only
/*
 * SLAB: a slab is a page with a descriptor at its start, which keeps the free objects by their
 * numbers. struct page lends only its lru links, for the way from an object to cache and slab; its
 * mapping stays NULL, so that page_mapping() of a slab page says "no file" and no harm is done.
 *
 * Left out of the model: per-processor arrays of objects, descriptors outside the slab, colours,
 * debugging.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define OBJECTS_MAX	(4096 >> KMALLOC_SHIFT_LOW)
#define END_OF_FREE	0xff

struct kmem_cache {
	int size;			/* of an object */
	int objects;			/* in a slab */
	int first;			/* offset of a slab's first object */
	struct list_head partial;	/* slabs with used and free objects */
	struct list_head full;
	struct list_head free;		/* slabs without used objects */
	int nr_free;			/* their number: one is kept, the rest given back */
};

/* At the start of the page. */
struct slab {
	struct list_head list;
	int inuse;
	u8 first_free;			/* number of an object, or END_OF_FREE */
	u8 next[OBJECTS_MAX];		/* of each free object: the next one's number */
};

static struct kmem_cache malloc_caches[KMALLOC_CACHES];

static void set_owner(struct page *page, struct kmem_cache *cachep, struct slab *slabp)
{
	page->lru.next = (struct list_head *)cachep;
	page->lru.prev = (struct list_head *)slabp;
}

static struct kmem_cache *page_cache(const struct page *page)
{
	return (struct kmem_cache *)page->lru.next;
}

static struct slab *page_slab(const struct page *page)
{
	return (struct slab *)page->lru.prev;
}

static void move_to(struct slab *slabp, struct list_head *head)
{
	list_del(&slabp->list);
	list_add(&slabp->list, head);
}

static struct slab *new_slab(struct kmem_cache *cachep, gfp_t gfp)
{
	struct page *page = alloc_pages(gfp & ~__GFP_ZERO, 0);
	struct slab *slabp;
	int i;

	if (!page)
		return NULL;
	slabp = page_address(page);
	slabp->inuse = 0;
	slabp->first_free = 0;
	for (i = 0; i < cachep->objects; i++)
		slabp->next[i] = i + 1 < cachep->objects ? i + 1 : END_OF_FREE;
	__SetPageSlab(page);
	set_owner(page, cachep, slabp);
	list_add(&slabp->list, &cachep->free);
	cachep->nr_free++;
	return slabp;
}

static void destroy_slab(struct kmem_cache *cachep, struct slab *slabp)
{
	struct page *page = virt_to_page(slabp);

	list_del(&slabp->list);
	cachep->nr_free--;
	__ClearPageSlab(page);
	__free_pages(page, 0);
}

void *kmalloc(size_t size, gfp_t gfp)
{
	int number, index = kmalloc_index(size);
	struct kmem_cache *cachep;
	struct slab *slabp;

	if (index < 0)
		return NULL;
	cachep = &malloc_caches[index];
	if (!list_empty(&cachep->partial)) {
		slabp = list_first_entry(&cachep->partial, struct slab, list);
	} else {
		if (list_empty(&cachep->free) && !new_slab(cachep, gfp))
			return NULL;
		slabp = list_first_entry(&cachep->free, struct slab, list);
		cachep->nr_free--;
	}
	number = slabp->first_free;
	slabp->first_free = slabp->next[number];
	slabp->inuse++;
	move_to(slabp, slabp->first_free == END_OF_FREE ? &cachep->full : &cachep->partial);
	return (char *)slabp + cachep->first + number * cachep->size;
}

void kfree(const void *object)
{
	struct kmem_cache *cachep;
	struct slab *slabp;
	struct page *page;
	long offset;
	int number = 0;

	if (!object)
		return;
	page = virt_to_page(object);
	BUG_ON(!PageSlab(page));
	cachep = page_cache(page);
	slabp = page_slab(page);
	for (offset = (char *)object - (char *)slabp - cachep->first; offset > 0;
	     offset -= cachep->size)
		number++;
	slabp->next[number] = slabp->first_free;
	slabp->first_free = number;
	if (--slabp->inuse) {
		move_to(slabp, &cachep->partial);
		return;
	}
	move_to(slabp, &cachep->free);
	if (++cachep->nr_free > 1)
		destroy_slab(cachep, slabp);
}

void kmem_cache_init(void)
{
	int i;

	for (i = 0; i < KMALLOC_CACHES; i++) {
		struct kmem_cache *cachep = &malloc_caches[i];
		int room;

		cachep->size = 1 << (KMALLOC_SHIFT_LOW + i);
		/* The descriptor, rounded up so that objects start on a cache line. */
		cachep->first = (sizeof(struct slab) + 31) & ~31;
		for (room = PAGE_SIZE - cachep->first; room >= cachep->size; room -= cachep->size)
			cachep->objects++;
		INIT_LIST_HEAD(&cachep->partial);
		INIT_LIST_HEAD(&cachep->full);
		INIT_LIST_HEAD(&cachep->free);
	}
	printk("SLAB: %d caches of 32 to 2048 bytes, order 0\n", KMALLOC_CACHES);
}
