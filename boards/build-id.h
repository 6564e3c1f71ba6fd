/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Build ids: the hash that ld(1) writes into a kernel, in an ELF note (NT_GNU_BUILD_ID of elf(5)),
 * and that the running kernel has in /sys/kernel/notes. By it a board that has booted something
 * else than what it was given is found out: what lay in the TFTP folder, or on its own flash.
 */
#pragma once

#include <glib.h>

/* With it begins the line by which a guest tells it; then comes the id in hex. */
#define BUILD_ID_LINE "# bakeoff: build-id "

/**
 * build_id_fits: whether the kernel in file @image may be the one whose build id is @hex.
 *
 * Returns: FALSE only where @image has build ids and that is none of them. One that has none that
 * can be seen, because it is compressed or from before 2008, may be any.
 */
gboolean build_id_fits (const char *image, const char *hex);
