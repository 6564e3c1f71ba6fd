// SPDX-License-Identifier: GPL-2.0-only
/* Requests, and hosts that come and go. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "core.h"

#define ENOMEDIUM	123

enum mmc_error mmc_send(struct mmc_host *host, u32 opcode, u32 arg, unsigned int flags, u32 *resp)
{
	struct mmc_command cmd = { .opcode = opcode, .arg = arg, .flags = flags };
	struct mmc_request mrq = { .cmd = &cmd };

	host->request(host, &mrq);
	if (resp)
		memcpy(resp, cmd.resp, sizeof(cmd.resp));
	return cmd.error;
}

enum mmc_error mmc_read(struct mmc_host *host, u32 opcode, u32 arg, void *buffer,
			unsigned int size)
{
	struct mmc_command cmd = { .opcode = opcode, .arg = arg, .flags = MMC_RSP_R1 };
	struct scatterlist sg;
	struct mmc_data data = { .blksz = size, .sg = &sg, .sg_len = 1 };
	struct mmc_request mrq = { .cmd = &cmd, .data = &data };

	sg_init_one(&sg, buffer, size);
	host->request(host, &mrq);
	return cmd.error ? cmd.error : data.error;
}

int mmc_add_host(struct mmc_host *host)
{
	enum mmc_error error = mmc_attach_sd(host);

	if (error) {
		printk("mmc0: no SD card (error %d)\n", error);
		return -ENOMEDIUM;
	}
	printk("mmc0: new SD card at address %04x, %s\n", host->card->rca >> 16, host->card->name);
	return 0;
}

void mmc_remove_host(struct mmc_host *host)
{
	printk("mmc0: card %04x removed\n", host->card->rca >> 16);
	kfree(host->card);
	host->card = NULL;
}
