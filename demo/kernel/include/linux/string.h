/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H

#include <linux/types.h>

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *string);
int strncmp(const char *a, const char *b, size_t count);

/** strlcpy: copies at most @size - 1 bytes and ends them with NUL. */
void strlcpy(char *to, const char *from, size_t size);

#endif
