/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A clock that stands still, for the programs that Kbuild runs on the host.
 *
 * usr/gen_init_cpio of 2.6 stamps the built-in initramfs with time(NULL), so that no two builds
 * have equal images. HOSTCFLAGS forces this header into every host program, whose own weak time()
 * then comes before the C library's. No system header is included here, because the programs
 * choose their feature macros after this point.
 */
#ifndef BAKEOFF_FIXED_TIME_H
#define BAKEOFF_FIXED_TIME_H

#ifndef __ASSEMBLER__
long time (long *now);

__attribute__ ((weak)) long time (long *now)
{
	if (now)
		*now = 0;
	return 0;
}
#endif

#endif
