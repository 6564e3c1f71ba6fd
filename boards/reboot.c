/* SPDX-License-Identifier: GPL-2.0-only */
#include "boards/lines.h"
#include "boards/reboot.h"

/* A banner comes so soon behind an announcement, and is so soon followed by what confirms it. */
#define ANNOUNCED_LINES 8
#define WAITING_LINES	64

/* clang-format off */
static const char *const announcements[] = {
	/* kernel/sys.c, kernel/reboot.c, kernel/panic.c */
	"(?:reboot: )?Restarting system",
	"Rebooting in \\d+ seconds",
	/* boot loaders, the kernel's own one, arch/arm/kernel/setup.c */
	"U-Boot (?:SPL )?20\\d\\d",
	"Starting kernel \\.\\.\\.",
	"Uncompressing Linux",
	"Booting Linux on physical CPU",
	NULL,
};

/* Printed once in a boot, behind the banner and long before /init. */
static const char *const early[] = {
	/* init/main.c, mm/page_alloc.c, kernel/pid.c, fs/dcache.c */
	"Kernel command line: ",
	"Built \\d+ zonelists",
	"Zone (?:PFN )?ranges:",
	"On node \\d+ totalpages: ",
	"PID hash table entries: \\d+ ",
	"Dentry cache hash table entries: \\d+ ",
	"Memory: \\d+[kKM]B? ?[=/(].*(?:available|total)",
	"Memory: \\d+KB available",
	"Calibrating delay loop",
	/* arch/.../kernel/setup.c */
	"CPU: .* \\[[0-9a-f]{8}\\] revision \\d",		/* arm */
	"Memory policy: ",
	"CPU revision is: [0-9a-f]",				/* mips */
	"Determined physical RAM map:",
	"Command line: ",					/* x86 */
	"BIOS-(?:provided physical RAM map|e820):",
	"The (?:32|64)-bit Kernel has started",			/* parisc */
	NULL,
};
/* clang-format on */

/* What no kernel prints at the start of a line. */
static const char *const loaders[] = {
	"U-Boot (?:SPL |TPL )?20\\d\\d\\.",
	"Hit any key to stop autoboot",
	"Loading Environment from ",
	"barebox 20\\d\\d\\.",
	"Hit m for menu or any (?:(?:other )?key )?to stop autoboot",
	NULL,
};

typedef struct {
	GRegex *banner, *stamp, *announcement, *early, *init, *loader;
} Words;

static GRegex *compile (const char *text)
{
	GRegex *regex = g_regex_new (text, G_REGEX_OPTIMIZE, 0, NULL);

	g_assert (regex);
	return regex;
}

static GRegex *compile_any (const char *const *texts)
{
	g_autofree char *list = g_strjoinv ("|", (char **) texts);
	g_autofree char *text = g_strdup_printf ("^(?:%s)", list);

	return compile (text);
}

static gpointer make_words (gpointer unused G_GNUC_UNUSED)
{
	Words *words = g_new0 (Words, 1);

	/* anywhere: a machine that is reset leaves its last line open */
	words->banner = compile ("(?:\\[ *(\\d+\\.\\d{6})\\](?:\\[ *[TC]\\d+\\])? ?)?"
				 "Linux version \\d");
	words->stamp = compile ("^(?:<\\d+>)?\\[ *(\\d+\\.\\d{6})\\]");
	words->announcement = compile_any (announcements);
	words->early = compile_any (early);
	words->loader = compile_any (loaders);
	words->init = compile ("^(?:Freeing (?:init memory|unused kernel )|Run \\S+ as init)");
	return words;
}

static const Words *get_words (void)
{
	static GOnce once = G_ONCE_INIT;

	return g_once (&once, make_words, NULL);
}

static gboolean matches (const GRegex *regex, const char *text)
{
	return g_regex_match (regex, text, 0, NULL);
}

/* Whether @regex matches; @out_stamp: the time stamp that it takes in, or -1. */
static gboolean match_stamp (const GRegex *regex, const char *line, double *out_stamp)
{
	g_autoptr (GMatchInfo) info = NULL;
	g_autofree char *text = NULL;

	*out_stamp = -1;
	if (!g_regex_match (regex, line, 0, &info))
		return FALSE;
	text = g_match_info_fetch (info, 1);
	if (text && *text)
		*out_stamp = g_ascii_strtod (text, NULL);
	return TRUE;
}

static void take_banner (Reboot *self, const char *line, double stamp)
{
	gboolean is_line = line_is_banner (line);

	if (!self->has_banner) {
		self->has_banner = is_line;
		self->has_stamps = stamp >= 0;
	} else if (stamp == 0 || (stamp > 0 && stamp < self->clock) || self->announced > 0 ||
		   (is_line && !self->has_guest && !self->has_stamps)) {
		self->rebooted = TRUE;
	} else {
		self->waiting = WAITING_LINES + 1;
	}
	self->announced = 1;
}

gboolean reboot_line (Reboot *self, const char *line, gboolean is_guest)
{
	const Words *words = get_words ();
	const char *text = line_text (line);
	double stamp, banner_stamp;

	match_stamp (words->stamp, line, &stamp);
	if (match_stamp (words->banner, line, &banner_stamp))
		take_banner (self, line, banner_stamp);
	else if (matches (words->announcement, text))
		self->announced = ANNOUNCED_LINES + 1;
	else if (self->waiting > 0 && matches (words->early, text))
		self->rebooted = TRUE;
	else if (is_guest)
		self->waiting = 0;
	self->has_guest = self->has_guest || is_guest || matches (words->init, text);
	self->waiting -= self->waiting > 0;
	self->announced -= self->announced > 0;
	if (stamp >= 0)
		self->clock = stamp;
	return self->rebooted;
}

gboolean reboot_is_announced (const char *line)
{
	return matches (get_words ()->announcement, line_text (line));
}

gboolean reboot_is_loader (const char *line)
{
	return matches (get_words ()->loader, line);
}
