// SPDX-License-Identifier: GPL-2.0-only
/* Commands to SD cards (SD Physical Layer Simplified Specification 2.00, 4.7). */
#include <linux/kernel.h>
#include <asm/arch.h>
#include "core.h"

#define OCR_READY	(1u << 31)

void mmc_go_idle(struct mmc_host *host)
{
	mmc_send(host, MMC_GO_IDLE_STATE, 0, MMC_RSP_NONE, NULL);
}

/* A card of version 2.00 repeats the check pattern, an older one does not answer. */
enum mmc_error mmc_send_if_cond(struct mmc_host *host)
{
	enum mmc_error error;
	u32 resp[4];

	error = mmc_send(host, SD_SEND_IF_COND, 0x1aa, MMC_RSP_R7, resp);
	if (!error && (resp[0] & 0xff) != 0xaa)
		error = MMC_ERR_FAILED;
	return error;
}

enum mmc_error mmc_app_cmd(struct mmc_host *host, u32 rca)
{
	return mmc_send(host, MMC_APP_CMD, rca, MMC_RSP_R1, NULL);
}

/* Repeats until the card says that it is ready. */
enum mmc_error mmc_send_app_op_cond(struct mmc_host *host, u32 ocr)
{
	enum mmc_error error;
	u32 resp[4];
	int i;

	for (i = 0; i < 100; i++) {
		error = mmc_app_cmd(host, 0);
		if (!error)
			error = mmc_send(host, SD_APP_OP_COND, ocr, MMC_RSP_R3, resp);
		if (error)
			return error;
		if (resp[0] & OCR_READY)
			return MMC_ERR_NONE;
		udelay(1000);
	}
	return MMC_ERR_TIMEOUT;
}

enum mmc_error mmc_app_send_scr(struct mmc_host *host, u32 rca, u8 scr[8])
{
	enum mmc_error error = mmc_app_cmd(host, rca);

	return error ? error : mmc_read(host, SD_APP_SEND_SCR, 0, scr, 8);
}

/* Function groups other than @group stay as they are: 15. */
enum mmc_error mmc_sd_switch(struct mmc_host *host, int mode, int group, u8 value, u8 status[64])
{
	u32 arg = (u32)mode << 31 | 0x00ffffff;

	arg &= ~(0xfu << (group * 4));
	arg |= (u32)value << (group * 4);
	return mmc_read(host, SD_SWITCH, arg, status, 64);
}
