/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared inside drivers/mmc/core. */
#ifndef _MMC_CORE_CORE_H
#define _MMC_CORE_CORE_H

#include <linux/mmc/host.h>

/** mmc_send: one command without data; @resp (four words) may be NULL. */
enum mmc_error mmc_send(struct mmc_host *host, u32 opcode, u32 arg, unsigned int flags, u32 *resp);

/** mmc_read: one command that reads @size bytes to @buffer. */
enum mmc_error mmc_read(struct mmc_host *host, u32 opcode, u32 arg, void *buffer,
			unsigned int size);

/* drivers/mmc/core/sd_ops.c: the commands. */
void mmc_go_idle(struct mmc_host *host);
enum mmc_error mmc_send_if_cond(struct mmc_host *host);
enum mmc_error mmc_app_cmd(struct mmc_host *host, u32 rca);
enum mmc_error mmc_send_app_op_cond(struct mmc_host *host, u32 ocr);
enum mmc_error mmc_app_send_scr(struct mmc_host *host, u32 rca, u8 scr[8]);
enum mmc_error mmc_sd_switch(struct mmc_host *host, int mode, int group, u8 value, u8 status[64]);

/** mmc_attach_sd: brings up an SD card and fills host->card. */
enum mmc_error mmc_attach_sd(struct mmc_host *host);

#endif
