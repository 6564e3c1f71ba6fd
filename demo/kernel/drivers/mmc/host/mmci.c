// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host driver of the PrimeCell PL181, by polling. What counts for the bug is as in Linux: a read
 * goes through the data FIFO into the memory of a scatterlist, and then the driver flushes the
 * page that this memory lies in, because it might be a page of a file that somebody maps.
 */
#include <linux/amba/bus.h>
#include <linux/highmem.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mmc/host.h>
#include <linux/slab.h>
#include <asm/arch.h>
#include <asm/cacheflush.h>
#include <asm/io.h>
#include "mmci.h"

#define DRIVER_NAME	"mmci-pl18x"

#define ENOMEM		12

/* A poll takes some microseconds at most; cards that do not answer are told by the controller. */
#define POLLS_MAX	1000000

struct mmci_host {
	char *base;
	struct mmc_host mmc;
};

/* Waits for one of @bits. Returns: the status, 0 if none of them came. */
static u32 mmci_wait(struct mmci_host *host, u32 bits)
{
	u32 status;
	int i;

	for (i = 0; i < POLLS_MAX; i++) {
		status = readl(host->base + MMCISTATUS);
		if (status & bits)
			return status;
	}
	return 0;
}

static int log2(unsigned int size)
{
	int bits = 0;

	while (1u << bits < size)
		bits++;
	return bits;
}

/* The data path must be ready before the command goes out. */
static void mmci_start_data(struct mmci_host *host, struct mmc_data *data)
{
	writel(0xffff, host->base + MMCIDATATIMER);
	writel(data->blksz, host->base + MMCIDATALENGTH);
	writel(MCI_DPSM_ENABLE | MCI_DPSM_DIRECTION | log2(data->blksz) << 4,
	       host->base + MMCIDATACTRL);
}

static void mmci_command(struct mmci_host *host, struct mmc_command *cmd)
{
	u32 status, command = cmd->opcode | MCI_CPSM_ENABLE;
	int i;

	if (cmd->flags & MMC_RSP_PRESENT)
		command |= MCI_CPSM_RESPONSE;
	if (cmd->flags & MMC_RSP_136)
		command |= MCI_CPSM_LONGRSP;
	writel(cmd->arg, host->base + MMCIARGUMENT);
	writel(command, host->base + MMCICOMMAND);

	status = mmci_wait(host, MCI_CMD_DONE);
	for (i = 0; i < 4; i++)
		cmd->resp[i] = readl(host->base + MMCIRESPONSE0 + 4 * i);
	if (!status || (status & MCI_CMDTIMEOUT))
		cmd->error = MMC_ERR_TIMEOUT;
	else if ((status & MCI_CMDCRCFAIL) && (cmd->flags & MMC_RSP_CRC))
		cmd->error = MMC_ERR_BADCRC;
}

/* One piece of the transfer's memory. Returns: whether it was filled. */
static int mmci_pio_read(struct mmci_host *host, u32 *buffer, unsigned int words)
{
	u32 status;

	while (words) {
		status = mmci_wait(host, MCI_RXDATAAVLBL | MCI_DATA_FAILED);
		if (!(status & MCI_RXDATAAVLBL))
			return 0;
		*buffer++ = readl(host->base + MMCIFIFO);
		words--;
	}
	return 1;
}

/* Linux does this in an interrupt handler, and so the frame has the same name here. */
static plain_function void mmci_pio_irq(struct mmci_host *host, struct mmc_data *data)
{
	struct scatterlist *sg = data->sg;
	unsigned int i;
	char *page;
	int filled;

	for (i = 0; i < data->sg_len; i++, sg++) {
		page = kmap_atomic(sg->page, KM_BIO_SRC_IRQ);
		filled = mmci_pio_read(host, (u32 *)(page + sg->offset), sg->length / 4);
		kunmap_atomic(page, KM_BIO_SRC_IRQ);
		if (!filled) {
			data->error = MMC_ERR_FIFO;
			return;
		}
		data->bytes_xfered += sg->length;
		flush_dcache_page(sg->page);
	}
	if (!(mmci_wait(host, MCI_DATAEND) & MCI_DATAEND))
		data->error = MMC_ERR_TIMEOUT;
}

static void mmci_request(struct mmc_host *mmc, struct mmc_request *mrq)
{
	struct mmci_host *host = mmc->private;

	writel(MCI_CLEAR_ALL, host->base + MMCICLEAR);
	if (mrq->data)
		mmci_start_data(host, mrq->data);
	mmci_command(host, mrq->cmd);
	if (mrq->data && !mrq->cmd->error)
		mmci_pio_irq(host, mrq->data);
	writel(0, host->base + MMCIDATACTRL);
	writel(0, host->base + MMCICOMMAND);
}

static int mmci_probe(struct amba_device *dev)
{
	struct mmci_host *host = kzalloc(sizeof(*host), GFP_KERNEL);
	int error;

	if (!host)
		return -ENOMEM;
	host->base = IO_ADDRESS(dev->start);
	host->mmc.private = host;
	host->mmc.request = mmci_request;
	printk("mmc0: MMCI at 0x%08lx\n", dev->start);

	writel(MCI_PWR_UP, host->base + MMCIPOWER);
	writel(MCI_CLK_ENABLE, host->base + MMCICLOCK);
	udelay(100);
	writel(MCI_PWR_ON, host->base + MMCIPOWER);

	error = mmc_add_host(&host->mmc);
	if (error) {
		kfree(host);
		return error;
	}
	dev->driver_data = host;
	return 0;
}

static void mmci_remove(struct amba_device *dev)
{
	struct mmci_host *host = dev->driver_data;

	mmc_remove_host(&host->mmc);
	writel(0, host->base + MMCIPOWER);
	writel(0, host->base + MMCICLOCK);
	kfree(host);
	dev->driver_data = NULL;
}

struct amba_driver mmci_driver = {
	.name = DRIVER_NAME,
	.id = 0x00041181,
	.mask = 0x000fffff,
	.probe = mmci_probe,
	.remove = mmci_remove,
};

void mmci_init(void)
{
	amba_driver_register(&mmci_driver);
}
