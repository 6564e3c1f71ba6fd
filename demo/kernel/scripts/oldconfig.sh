#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# oldconfig.sh AWK KCONFIG VERSION OUTPUT INPUT
#
# Reads a configuration and writes it whole: every option of the Kconfig files and no other one,
# each
# with a value that it may have. Asks nothing: what INPUT does not say has its default. INPUT may be
# OUTPUT. Of the options of a choice, the one that INPUT sets last is taken.
set -eu

awk=$1 kconfig=$2 version=$3 output=$4 input=$5

# Kconfig files in the order of their `source` lines, then the configuration.
files=$kconfig
# shellcheck disable=SC2016
for file in $("$awk" '$1 == "source" { gsub(/"/, "", $2); print $2 }' "$kconfig"); do
	files="$files $file"
done

# shellcheck disable=SC2016,SC2086
"$awk" -v input="$input" -v version="$version" '
# Whether an expression of names, ! and && holds.
function holds(text,   terms, n, i, term, want) {
	n = split(text, terms, /[ \t]*&&[ \t]*/)
	for (i = 1; i <= n; i++) {
		term = terms[i]
		gsub(/[ \t()]/, "", term)
		want = 1
		if (sub(/^!/, "", term))
			want = 0
		if ((value[term] == "y") != want)
			return 0
	}
	return 1
}
FILENAME != input {
	line = $0
	sub(/^[ \t]+/, "", line)
	if ($1 == "choice") {
		choice = 1
	} else if ($1 == "endchoice") {
		choice = 0
		symbol = ""
	} else if ($1 == "config") {
		symbol = $2
		known[symbol] = 1
		order[count++] = symbol
		if (choice)
			member[symbol] = 1
		help = 0
	} else if ($1 == "help") {
		help = 1
	} else if (help) {
		next
	} else if ($1 == "bool") {
		if (NF > 1)
			prompt[symbol] = 1
	} else if ($1 == "default") {
		if (choice && symbol == "")
			chosen = $2
		else
			initial[symbol] = $2
	} else if ($1 == "depends") {
		sub(/^depends on[ \t]*/, "", line)
		depends[symbol] = line
	}
	if ($1 == "choice")
		symbol = ""
	next
}
/^CONFIG_[A-Za-z0-9_]+=/ {
	name = $0
	sub(/^CONFIG_/, "", name)
	sub(/=.*/, "", name)
	given = $0
	sub(/^[^=]*=/, "", given)
	if (!(name in known)) {
		if (given != "n")
			print "warning: .config: unknown option " name " dropped" >"/dev/stderr"
		next
	}
	if (given != "y" && given != "n") {
		print "warning: .config: " name "=" given " is no bool, dropped" >"/dev/stderr"
		next
	}
	if (name in member) {
		if (given == "y")
			chosen = name
	} else
		user[name] = given
}
/^# CONFIG_[A-Za-z0-9_]+ is not set/ {
	name = $2
	sub(/^CONFIG_/, "", name)
	if (name in known && !(name in member))
		user[name] = "n"
}
END {
	print "#"
	print "# Model kernel version: " version
	print "# Written by make oldconfig, which keeps changes of known options."
	print "#"
	for (i = 0; i < count; i++) {
		name = order[i]
		if (name in member) {
			value[name] = name == chosen ? "y" : "n"
		} else if (depends[name] != "" && !holds(depends[name])) {
			value[name] = "-"
		} else if ((name in prompt) && (name in user)) {
			value[name] = user[name]
		} else
			value[name] = initial[name] == "y" ? "y" : "n"
		if (value[name] == "y")
			print "CONFIG_" name "=y"
		else if (value[name] == "n" && name in prompt)
			print "# CONFIG_" name " is not set"
	}
}' $files "$input" >"$output.new"

if test -f "$output"; then
	cp "$output" "$output.old"
fi
if cmp -s "$output.new" "$output"; then
	rm -f "$output.new"
else
	mv -f "$output.new" "$output"
fi
printf '#\n# configuration written to .config\n#\n'
