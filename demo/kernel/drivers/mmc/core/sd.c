// SPDX-License-Identifier: GPL-2.0-only
/* Bringing up an SD card, up to the switch status that the bug needs. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "core.h"

#define OCR_VOLTAGES	0x00ff8000	/* 2.7 to 3.6 V */
#define OCR_HIGH_CAP	(1u << 30)

#define CCC_SWITCH	(1 << 10)	/* command class 10 */
#define SCR_VERSION_1	1		/* 1.10: has SWITCH_FUNC */

/* Class bits of the CSD: bits 84 to 95 of 128, the first word being the highest. */
static unsigned int csd_classes(const u32 csd[4])
{
	return csd[1] >> 20;
}

/* Bits 64 to 103 of the CID: five characters. */
static void mmc_decode_cid(struct mmc_card *card)
{
	const u32 *cid = card->raw_cid;

	card->name[0] = cid[0];
	card->name[1] = cid[1] >> 24;
	card->name[2] = cid[1] >> 16;
	card->name[3] = cid[1] >> 8;
	card->name[4] = cid[1];
	card->name[5] = '\0';
}

/*
 * The switch status: 64 bytes, read into memory from kmalloc(). Such memory is all right for the
 * transfer; the host driver flushes the page that it lies in, as it does after each read.
 */
static enum mmc_error mmc_read_switch(struct mmc_host *host, struct mmc_card *card)
{
	enum mmc_error error;
	u8 *status;

	if ((card->raw_scr[0] & 0xf) < SCR_VERSION_1 ||
	    !(csd_classes(card->raw_csd) & CCC_SWITCH)) {
		printk("mmc0: card cannot switch functions\n");
		return MMC_ERR_NONE;
	}
	status = kmalloc(64, GFP_KERNEL);
	if (!status)
		return MMC_ERR_FAILED;
	error = mmc_sd_switch(host, 0, 0, 1, status);
	if (!error)
		memcpy(card->switch_status, status, 64);
	kfree(status);
	return error;
}

static enum mmc_error mmc_sd_init_card(struct mmc_host *host, struct mmc_card *card)
{
	enum mmc_error error;
	u32 resp[4];
	u32 ocr = OCR_VOLTAGES;

	mmc_go_idle(host);
	if (mmc_send_if_cond(host) == MMC_ERR_NONE)
		ocr |= OCR_HIGH_CAP;
	error = mmc_send_app_op_cond(host, ocr);
	if (!error)
		error = mmc_send(host, MMC_ALL_SEND_CID, 0, MMC_RSP_R2, card->raw_cid);
	if (!error)
		error = mmc_send(host, SD_SEND_RELATIVE_ADDR, 0, MMC_RSP_R6, resp);
	if (error)
		return error;
	mmc_decode_cid(card);
	card->rca = resp[0] & 0xffff0000;
	error = mmc_send(host, MMC_SEND_CSD, card->rca, MMC_RSP_R2, card->raw_csd);
	if (!error)
		error = mmc_send(host, MMC_SELECT_CARD, card->rca, MMC_RSP_R1, NULL);
	if (!error)
		error = mmc_app_send_scr(host, card->rca, card->raw_scr);
	if (!error)
		error = mmc_read_switch(host, card);
	return error;
}

enum mmc_error mmc_attach_sd(struct mmc_host *host)
{
	struct mmc_card *card = kzalloc(sizeof(*card), GFP_KERNEL);
	enum mmc_error error;

	if (!card)
		return MMC_ERR_FAILED;
	error = mmc_sd_init_card(host, card);
	if (error) {
		kfree(card);
		return error;
	}
	host->card = card;
	return MMC_ERR_NONE;
}
