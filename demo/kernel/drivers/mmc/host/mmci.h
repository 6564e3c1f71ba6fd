/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers of the PrimeCell PL181 (ARM DDI 0205, 3.2 and 3.3). */
#ifndef _MMC_HOST_MMCI_H
#define _MMC_HOST_MMCI_H

#define MMCIPOWER		0x00
#define MCI_PWR_UP		0x02
#define MCI_PWR_ON		0x03

#define MMCICLOCK		0x04
#define MCI_CLK_ENABLE		(1 << 8)

#define MMCIARGUMENT		0x08
#define MMCICOMMAND		0x0c
#define MCI_CPSM_RESPONSE	(1 << 6)
#define MCI_CPSM_LONGRSP	(1 << 7)
#define MCI_CPSM_ENABLE		(1 << 10)

#define MMCIRESPONSE0		0x14	/* four words */
#define MMCIDATATIMER		0x24
#define MMCIDATALENGTH		0x28
#define MMCIDATACTRL		0x2c
#define MCI_DPSM_ENABLE		(1 << 0)
#define MCI_DPSM_DIRECTION	(1 << 1)	/* from the card */

#define MMCISTATUS		0x34
#define MMCICLEAR		0x38
#define MCI_CMDCRCFAIL		(1 << 0)
#define MCI_DATACRCFAIL		(1 << 1)
#define MCI_CMDTIMEOUT		(1 << 2)
#define MCI_DATATIMEOUT		(1 << 3)
#define MCI_RXOVERRUN		(1 << 5)
#define MCI_CMDRESPEND		(1 << 6)
#define MCI_CMDSENT		(1 << 7)
#define MCI_DATAEND		(1 << 8)
#define MCI_RXDATAAVLBL		(1 << 21)
#define MCI_CLEAR_ALL		0x7ff

#define MMCIFIFO		0x80

#define MCI_CMD_DONE		(MCI_CMDCRCFAIL | MCI_CMDTIMEOUT | MCI_CMDRESPEND | MCI_CMDSENT)
#define MCI_DATA_FAILED		(MCI_DATACRCFAIL | MCI_DATATIMEOUT | MCI_RXOVERRUN)

#endif
