// SPDX-License-Identifier: GPL-2.0-only
/* Byte by byte: short and slow. Some of them the compiler calls by itself. */
#include <linux/string.h>

void *memcpy(void *to, const void *from, size_t size)
{
	const char *source = from;
	char *target = to;

	while (size--)
		*target++ = *source++;
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	char *target = to;

	while (size--)
		*target++ = byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const u8 *p = a, *q = b;

	for (; size--; p++, q++) {
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}

size_t strlen(const char *string)
{
	const char *end = string;

	while (*end)
		end++;
	return end - string;
}

int strncmp(const char *a, const char *b, size_t count)
{
	for (; count--; a++, b++) {
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	}
	return 0;
}

void strlcpy(char *to, const char *from, size_t size)
{
	while (size > 1 && *from) {
		*to++ = *from++;
		size--;
	}
	if (size)
		*to = '\0';
}
