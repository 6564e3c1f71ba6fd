// SPDX-License-Identifier: GPL-2.0-only
/* The Versatile board: its clock, its reset and the card interface on its bus. */
#include <linux/kernel.h>
#include <linux/amba/bus.h>
#include <asm/arch.h>
#include <asm/io.h>

/* System registers (ARM DUI 0225, 4.2). */
#define SYS_LOCK	(VERSATILE_SYS_BASE + 0x20)
#define SYS_LOCK_KEY	0xa05f
#define SYS_RESETCTL	(VERSATILE_SYS_BASE + 0x40)
#define SYS_24MHZ	(VERSATILE_SYS_BASE + 0x5c)

/* The name is the one that Linux gives to it in sysfs. */
static struct amba_device mmc0_device = {
	.name = "fpga:05",
	.start = VERSATILE_MMCI0_BASE,
};

void udelay(unsigned long microseconds)
{
	u32 start = readl(IO_ADDRESS(SYS_24MHZ));

	while (readl(IO_ADDRESS(SYS_24MHZ)) - start < microseconds * 24)
		;
}

void machine_restart(void)
{
	writel(SYS_LOCK_KEY, IO_ADDRESS(SYS_LOCK));
	writel(0x105, IO_ADDRESS(SYS_RESETCTL));
	machine_halt();
}

void machine_halt(void)
{
	for (;;)
		asm volatile("mcr p15, 0, %0, c7, c0, 4" : : "r" (0));	/* wait for interrupt */
}

void versatile_init(void)
{
	amba_device_register(&mmc0_device);
}
