// SPDX-License-Identifier: GPL-2.0-only
/* The console: UART 0, a PL011 (ARM DDI 0183). Sends only, and never drops a character. */
#include <linux/console.h>
#include <asm/arch.h>
#include <asm/io.h>

#define UART01x_DR	0x00	/* data */
#define UART01x_FR	0x18	/* flags */
#define UART01x_FR_TXFF	0x20	/* no room */

static void uart_send(char c)
{
	while (readl(IO_ADDRESS(VERSATILE_UART0_BASE + UART01x_FR)) & UART01x_FR_TXFF)
		;
	writel((unsigned char)c, IO_ADDRESS(VERSATILE_UART0_BASE + UART01x_DR));
}

void console_putc(char c)
{
	if (c == '\n')
		uart_send('\r');
	uart_send(c);
}
