// SPDX-License-Identifier: GPL-2.0-only
/* What both slab allocators share. */
#include <linux/slab.h>
#include <linux/string.h>

int kmalloc_index(size_t size)
{
	int i;

	for (i = 0; i < KMALLOC_CACHES; i++) {
		if (size <= 1UL << (KMALLOC_SHIFT_LOW + i))
			return i;
	}
	return -1;
}

void *kzalloc(size_t size, gfp_t gfp)
{
	void *object = kmalloc(size, gfp);

	if (object)
		memset(object, 0, size);
	return object;
}
