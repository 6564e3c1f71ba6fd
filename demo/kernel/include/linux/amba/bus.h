/* SPDX-License-Identifier: GPL-2.0-only */
/* ARM's on-chip bus. A device says what it is by a number in its last registers. */
#ifndef _LINUX_AMBA_BUS_H
#define _LINUX_AMBA_BUS_H

#include <linux/types.h>

struct amba_driver;

struct amba_device {
	const char *name;
	unsigned long start;		/* physical address of its 4 KB of registers */
	struct amba_driver *driver;	/* NULL: not bound */
	void *driver_data;
	struct amba_device *next;
};

struct amba_driver {
	const char *name;
	u32 id;
	u32 mask;
	/* Returns 0, or an error that leaves the device without a driver. */
	int (*probe)(struct amba_device *dev);
	void (*remove)(struct amba_device *dev);
};

void amba_device_register(struct amba_device *dev);

/** amba_driver_register: and binds it to the devices that it fits. */
void amba_driver_register(struct amba_driver *driver);

/** amba_find: Returns: the device called @name, NULL if there is none. */
struct amba_device *amba_find(const char *name);

/* What writing to `unbind` and `bind` of a driver in sysfs does. */
void amba_unbind(struct amba_device *dev);
int amba_bind(struct amba_device *dev, struct amba_driver *driver);

#endif
