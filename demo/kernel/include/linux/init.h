/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of starting up that init/main.c calls. Drivers have one each instead of initcalls. */
#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H

void mmci_init(void);

/** run_probe: provokes the bug and tells the console, as init/probe.c says. */
void run_probe(void);

#endif
