/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cards and the hosts that they sit in. The core (drivers/mmc/core) knows what to say to a card,
 * the host driver (drivers/mmc/host) how to bring it there.
 */
#ifndef _LINUX_MMC_HOST_H
#define _LINUX_MMC_HOST_H

#include <linux/scatterlist.h>
#include <linux/types.h>

/* Commands (SD Physical Layer Simplified Specification 2.00, 4.7). */
#define MMC_GO_IDLE_STATE	0
#define MMC_ALL_SEND_CID	2
#define SD_SEND_RELATIVE_ADDR	3
#define SD_SWITCH		6
#define MMC_SELECT_CARD		7
#define SD_SEND_IF_COND		8
#define MMC_SEND_CSD		9
#define SD_APP_OP_COND		41
#define SD_APP_SEND_SCR		51
#define MMC_APP_CMD		55

/* What a command is answered with. */
#define MMC_RSP_NONE		0
#define MMC_RSP_PRESENT		(1 << 0)
#define MMC_RSP_136		(1 << 1)
#define MMC_RSP_CRC		(1 << 2)
#define MMC_RSP_R1		(MMC_RSP_PRESENT | MMC_RSP_CRC)
#define MMC_RSP_R2		(MMC_RSP_PRESENT | MMC_RSP_136 | MMC_RSP_CRC)
#define MMC_RSP_R3		MMC_RSP_PRESENT
#define MMC_RSP_R6		MMC_RSP_R1
#define MMC_RSP_R7		MMC_RSP_R1

enum mmc_error { MMC_ERR_NONE, MMC_ERR_TIMEOUT, MMC_ERR_BADCRC, MMC_ERR_FIFO, MMC_ERR_FAILED };

struct mmc_command {
	u32 opcode;
	u32 arg;
	unsigned int flags;	/* MMC_RSP_* */
	u32 resp[4];
	enum mmc_error error;
};

/* Data that come with a command. The model only reads, one block. */
struct mmc_data {
	unsigned int blksz;
	unsigned int bytes_xfered;
	struct scatterlist *sg;
	unsigned int sg_len;
	enum mmc_error error;
};

struct mmc_request {
	struct mmc_command *cmd;
	struct mmc_data *data;	/* NULL: none */
};

struct mmc_card {
	u32 raw_cid[4];
	u32 raw_csd[4];
	u8 raw_scr[8];
	u8 switch_status[64];
	char name[6];		/* the product's, of the CID */
	u32 rca;		/* address, in the upper half */
};

struct mmc_host {
	/* Does the request and returns when it is done. */
	void (*request)(struct mmc_host *host, struct mmc_request *mrq);
	struct mmc_card *card;	/* NULL: none */
	void *private;
};

/** mmc_add_host: looks for a card and brings it up. Returns: 0, or an error if there is none. */
int mmc_add_host(struct mmc_host *host);

/** mmc_remove_host: forgets the card. */
void mmc_remove_host(struct mmc_host *host);

#endif
