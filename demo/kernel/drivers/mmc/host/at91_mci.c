// SPDX-License-Identifier: GPL-2.0-only
/*
 * Of the host driver of Atmel's AT91, the machine of the report, only the two functions that copy
 * between a card's scatterlist and the driver's buffer. In the tree because patches are for it; not
 * compiled for the model's board, as in Linux.
 *
 * The few lines that those patches need as context are Linux's, the rest is not.
 */
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mmc/host.h>
#include <linux/string.h>
#include <asm/cacheflush.h>

/* The AT91RM9200 delivers words with their bytes reversed. */
#define cpu_is_at91rm9200()	0
#define swab32(x)		__builtin_bswap32(x)

struct at91mci_host {
	struct mmc_data *data;
	unsigned int *buffer;		/* what the DMA controller reads */
	unsigned int transfer_index;	/* the next piece of the scatterlist */
};

/* Before a write: gathers the scatterlist in the buffer. */
static inline void at91mci_sg_to_dma(struct at91mci_host *host, struct mmc_data *data)
{
	unsigned int *dmabuf = host->buffer;
	unsigned int i, amount, size = data->blksz;

	for (i = 0; i < data->sg_len; i++) {
		struct scatterlist *sg = &data->sg[i];
		unsigned int *sgbuffer = kmap_atomic(sg->page, KM_BIO_SRC_IRQ) + sg->offset;

		amount = min(size, sg->length);
		size -= amount;

		if (cpu_is_at91rm9200()) {
			int index;

			for (index = 0; index < amount / 4; index++)
				*dmabuf++ = swab32(sgbuffer[index]);
		}
		else
			memcpy(dmabuf, sgbuffer, amount);

		kunmap_atomic(sgbuffer, KM_BIO_SRC_IRQ);

		if (size == 0)
			break;
	}
}

/* After a read: what the pieces that are done need. */
static void at91mci_post_dma_read(struct at91mci_host *host)
{
	struct mmc_data *data = host->data;

	while (host->transfer_index < data->sg_len) {
		struct scatterlist *sg = &data->sg[host->transfer_index++];
		unsigned int *buffer = kmap_atomic(sg->page, KM_BIO_SRC_IRQ) + sg->offset;

		dma_unmap_page(NULL, sg->dma_address, sg->length, DMA_FROM_DEVICE);
		data->bytes_xfered += sg->length;

		if (cpu_is_at91rm9200()) {
			int index;

			for (index = 0; index < sg->length / 4; index++)
				buffer[index] = swab32(buffer[index]);
		}

		kunmap_atomic(buffer, KM_BIO_SRC_IRQ);
		flush_dcache_page(sg->page);
	}

	pr_debug("post dma read: %u bytes\n", data->bytes_xfered);
}

/* What the interrupt handler would call. */
void at91mci_transfer_done(struct at91mci_host *host, int read);

void at91mci_transfer_done(struct at91mci_host *host, int read)
{
	if (read)
		at91mci_post_dma_read(host);
	else
		at91mci_sg_to_dma(host, host->data);
}
