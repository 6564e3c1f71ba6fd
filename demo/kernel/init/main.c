// SPDX-License-Identifier: GPL-2.0-only
/* From the first C function to the probe. One thread does it all; it is called pid 1 in the end. */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/arch.h>
#include <asm/setup.h>
#include <asm/thread_info.h>

/* Begins as Linux's does, since consoles are searched for that, and then says the truth. */
static const char banner[] =
	"Linux version " UTS_RELEASE " (bakeoff model kernel, not Linux) "
	"(gcc " __VERSION__ ") #1\n";

int cmdline_option(const char *name, const char *value)
{
	size_t name_length = strlen(name), value_length = strlen(value);
	const char *word = boot_command_line;

	while (*word) {
		const char *end = word;

		while (*end && *end != ' ')
			end++;
		if (end - word == name_length + 1 + value_length &&
		    !strncmp(word, name, name_length) && word[name_length] == '=' &&
		    !strncmp(word + name_length + 1, value, value_length))
			return 1;
		word = *end ? end + 1 : end;
	}
	return 0;
}

asmlinkage void start_kernel(void);

asmlinkage void start_kernel(void)
{
	printk("%s", banner);
	setup_arch();
	mem_init();
	kmem_cache_init();

	current->pid = 1;
	versatile_init();
#ifdef CONFIG_MMC_ARMMMCI
	mmci_init();
#endif
#ifdef CONFIG_MODEL_PROBE
	run_probe();
#endif
	printk("Nothing left to do.\n");
	machine_halt();
}
