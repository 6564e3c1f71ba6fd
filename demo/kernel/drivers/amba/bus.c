// SPDX-License-Identifier: GPL-2.0-only
/* Binding drivers to devices by the number that the device shows. */
#include <linux/amba/bus.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/io.h>

#define ENODEV	19

static struct amba_device *devices;

/* Four registers of a byte each. */
static u32 peripheral_id(const struct amba_device *dev)
{
	u32 id = 0;
	int i;

	for (i = 0; i < 4; i++)
		id |= (readl(IO_ADDRESS(dev->start + 0xfe0 + 4 * i)) & 0xff) << (8 * i);
	return id;
}

static int fits(const struct amba_device *dev, const struct amba_driver *driver)
{
	return (peripheral_id(dev) & driver->mask) == driver->id;
}

void amba_device_register(struct amba_device *dev)
{
	dev->next = devices;
	devices = dev;
}

void amba_driver_register(struct amba_driver *driver)
{
	struct amba_device *dev;

	for (dev = devices; dev; dev = dev->next) {
		if (!dev->driver)
			amba_bind(dev, driver);
	}
}

struct amba_device *amba_find(const char *name)
{
	struct amba_device *dev;

	for (dev = devices; dev; dev = dev->next) {
		if (!strncmp(dev->name, name, strlen(name) + 1))
			return dev;
	}
	return NULL;
}

int amba_bind(struct amba_device *dev, struct amba_driver *driver)
{
	int error;

	if (dev->driver || !fits(dev, driver))
		return -ENODEV;
	error = driver->probe(dev);
	if (!error)
		dev->driver = driver;
	return error;
}

void amba_unbind(struct amba_device *dev)
{
	if (!dev->driver)
		return;
	dev->driver->remove(dev);
	dev->driver = NULL;
}
