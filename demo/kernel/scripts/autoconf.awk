# SPDX-License-Identifier: GPL-2.0-only
# .config on stdin becomes the header that every file is compiled with.
BEGIN { print "/* Made from .config. Do not edit. */" }
/^CONFIG_[A-Za-z0-9_]+=/ {
	split($0, pair, "=")
	value = substr($0, length(pair[1]) + 2)
	print "#define " pair[1] " " (value == "y" ? 1 : value)
}
