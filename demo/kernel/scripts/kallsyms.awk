# SPDX-License-Identifier: GPL-2.0-only
# The output of `nm -n` becomes the table of functions that kernel/kallsyms.c looks names up in:
# addresses in ascending order, a name's place in the heap of names for each, and the heap.
# With nothing on stdin the table is empty: the first of two links.
BEGIN { count = 0 }
$2 ~ /^[tT]$/ && $3 !~ /^[$.]/ {
	# Of names at one address the first one stays.
	if ($1 != last) {
		address[count] = $1
		name[count] = $3
		count++
	}
	last = $1
}
END {
	print "\t.section .kallsyms, \"a\"\n\t.align 2"
	print "\t.globl kallsyms_num\nkallsyms_num:\n\t.word " count
	print "\t.globl kallsyms_addresses\nkallsyms_addresses:"
	for (i = 0; i < count; i++)
		print "\t.word 0x" address[i]
	print "\t.globl kallsyms_offsets\nkallsyms_offsets:"
	at = 0
	for (i = 0; i < count; i++) {
		print "\t.word " at
		at += length(name[i]) + 1
	}
	print "\t.globl kallsyms_names\nkallsyms_names:"
	for (i = 0; i < count; i++)
		print "\t.asciz \"" name[i] "\""
	print "\t.align 2"
}
