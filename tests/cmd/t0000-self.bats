#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The program, its help, its man page and its completion speak of the same commands.

load helper

# The commands that --help lists, one a line, sorted.
commands() {
	"$bakeoff" --help | sed -n 's/^  \([a-z]*\)  *[A-Z].*/\1/p' | sort
}

# --help lists what the table in cmd/main.c has, and each command of the issue is there.
@test "--help lists the table of commands" {
	is "$(commands)" "$(sed -n 's/^\t{ "\([a-z]*\)", .*/\1/p' "$root/cmd/main.c" | sort)"
	for command in import show apply build boot run step report decode boards gc doctor; do
		commands | grep -q -x "$command"
	done
}

# Every command has a file of its own.
@test "every command has its file" {
	for command in $(commands); do
		grep -q "gboolean cmd_$command (" "$root"/cmd/cmd-*.c
	done
}

# Every command answers --help, on stdout, with a usage line and what it is for.
@test "every command answers --help" {
	cd "$BATS_TEST_TMPDIR"
	for command in $(commands); do
		runs 0 "$bakeoff" "$command" --help
		has "$out" "bakeoff $command" "Usage:"
		is "$err" ""
	done
	is "$(find . -name .bakeoff)" ""
}

# Help and version are answers; no command at all is a usage error, with the help on stderr.
@test "--help, --version and nothing" {
	runs 0 "$bakeoff" --help
	has "$out" "usage: bakeoff"
	runs 0 "$bakeoff" help
	runs 0 "$bakeoff" --version
	[[ $out =~ ^bakeoff\ [0-9]+\.[0-9]+ ]]
	runs 2 "$bakeoff"
	is "$out" ""
	has "$err" "usage: bakeoff"
}

# The man page has a section for each command, and none for a command that is not there.
@test "the man page describes the same commands" {
	page=$root/docs/bakeoff.1
	[ -e "$page" ] || skip "no man page yet"
	is "$(sed -n 's/^\.SS "*\(\\fB\)*\(bakeoff \)*\([a-z]*\).*/\3/p' "$page" | grep -v -x '' | sort)" \
		"$(commands)"
}

# Every long option that a command's --help names is in the man page.
@test "the man page names every option" {
	page=$root/docs/bakeoff.1
	[ -e "$page" ] || skip "no man page yet"
	for command in $(commands); do
		for option in $("$bakeoff" "$command" --help | grep -o -E -e '--[a-z-]+' | sort -u); do
			sed 's/\\-/-/g' "$page" | grep -q -e "$option" || say "$command: $option is not in the man page"
		done
	done
}

# The completion offers the same commands: asked as bash asks it.
@test "the completion offers the same commands" {
	[ -e "$root/docs/completion.bash" ] || skip "no completion yet"
	# shellcheck disable=SC2034
	offered=$(bash -c '
		. "$1"
		PATH=$(dirname "$2"):$PATH
		function=$(complete -p bakeoff | sed "s/.*-F \([^ ]*\).*/\1/")
		COMP_WORDS=(bakeoff "") COMP_CWORD=1 COMP_LINE="bakeoff " COMP_POINT=8
		"$function" bakeoff "" bakeoff
		printf "%s\n" "${COMPREPLY[@]}"' bash "$root/docs/completion.bash" "$bakeoff" |
		grep -v -e '^-' | tr -d ' ' | sort)
	is "$(grep -v -x help <<<"$offered")" "$(commands)"
}

# The formats that an error lists are those that the help names.
@test "report's formats are the same everywhere" {
	new_project "$BATS_TEST_TMPDIR/p"
	runs 2 "$bakeoff" report --project "$BATS_TEST_TMPDIR/p/bakeoff.conf" --format none
	listed=$(sed -n 's/.*there are: //p' <<<"$err" | tr -d ',')
	help=$("$bakeoff" report --help)
	for format in $listed; do
		has "$help" "$format"
	done
	has "$listed" text reply json
}

# What the completion offers of a command is what its --help lists, no more and no less.
@test "the completion offers the same options" {
	for command in $(commands); do
		offered=$(bash -c '. "$1"; _bakeoff_options "$2"' bash "$root/docs/completion.bash" "$command" |
			tr ' ' '\n' | sort)
		is "$offered" "$("$bakeoff" "$command" --help | grep -o -E '^  (-.,)? *--[a-z-]+' |
			grep -o -E -e '--[a-z-]+' | sort -u)"
	done
}
