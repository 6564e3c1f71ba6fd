// SPDX-License-Identifier: GPL-2.0-only
/* The formats that printk() knows. */
#include <linux/console.h>
#include <linux/kernel.h>
#include <linux/string.h>

static void put_padded(void (*put)(char c), const char *text, int length, int width, int left,
		       char pad)
{
	int i;

	for (i = length; !left && i < width; i++)
		put(pad);
	for (i = 0; i < length; i++)
		put(text[i]);
	for (i = length; left && i < width; i++)
		put(' ');
}

static void put_number(void (*put)(char c), unsigned long value, unsigned int base, int negative,
		       int width, int left, int zeros)
{
	char digits[12];
	char *p = digits + sizeof(digits);

	/* Two divisions by constants: ARMv5 has no instruction for others. */
	do {
		unsigned int digit = base == 16 ? value % 16 : value % 10;

		*--p = "0123456789abcdef"[digit];
		value = base == 16 ? value / 16 : value / 10;
	} while (value);
	if (negative && zeros) {
		put('-');
		width--;
	} else if (negative)
		*--p = '-';
	put_padded(put, p, digits + sizeof(digits) - p, width, left, zeros && !left ? '0' : ' ');
}

void format_text(void (*put)(char c), const char *format, __builtin_va_list args)
{
	const char *text;
	int left, zeros, width;
	long value;
	char c;

	for (; *format; format++) {
		if (*format != '%') {
			put(*format);
			continue;
		}
		left = zeros = width = 0;
		for (format++; *format == '-' || *format == '0'; format++) {
			left |= *format == '-';
			zeros |= *format == '0';
		}
		if (*format == '*') {
			width = __builtin_va_arg(args, int);
			format++;
		}
		for (; *format >= '0' && *format <= '9'; format++)
			width = width * 10 + *format - '0';
		while (*format == 'l' || *format == 'z')
			format++;
		switch (*format) {
		case 'c':
			c = __builtin_va_arg(args, int);
			put_padded(put, &c, 1, width, left, ' ');
			break;
		case 's':
			text = __builtin_va_arg(args, const char *);
			if (!text)
				text = "<NULL>";
			put_padded(put, text, strlen(text), width, left, ' ');
			break;
		case 'd':
			value = __builtin_va_arg(args, long);
			put_number(put, value < 0 ? -(unsigned long)value : value, 10, value < 0,
				   width, left, zeros);
			break;
		case 'u':
			value = __builtin_va_arg(args, long);
			put_number(put, value, 10, 0, width, left, zeros);
			break;
		case 'p':
			value = __builtin_va_arg(args, long);
			put_number(put, value, 16, 0, 8, 0, 1);
			break;
		case 'x':
			value = __builtin_va_arg(args, long);
			put_number(put, value, 16, 0, width, left, zeros);
			break;
		case '\0':
			return;
		default:
			put(*format);
		}
	}
}
