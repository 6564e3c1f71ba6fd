#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Which commit of Linux brought the 2007 oops, and which one cured it: searched in history by what
# is built and booted here. Takes minutes; needs BAKEOFF_LINUX, a git repository of Linux with its
# history from v2.6.12 on.

setup_file() {
	root=${BAKEOFF_SOURCE:-$BATS_TEST_DIRNAME/../..}
	export root BAKEOFF=${BAKEOFF:-$root/bakeoff}
	[ -n "${BAKEOFF_LINUX:-}" ] || return 0
	unset BAKEOFF_REPO
	cp -rL "$root/patches" "$BATS_FILE_TMPDIR/"
	sed 's,prelude = .*,prelude = patches/toolchain-history,' "$root/bakeoff.conf" \
		>"$BATS_FILE_TMPDIR/bakeoff.conf"
}

setup() {
	[ -n "${BAKEOFF_LINUX:-}" ] ||
		skip "BAKEOFF_LINUX is not set: it names a git repository of Linux with its history"
	cd "$BATS_FILE_TMPDIR" || return 1
}

teardown() {
	[ -z "${BAKEOFF_LINUX:-}" ] || "$BAKEOFF" bisect reset 2>/dev/null || true
}

# search WORDS...: bisect run; its answer in $output, its progress in the file `progress`
search() {
	run sh -c '"$0" bisect run --repo "$BAKEOFF_LINUX" -b versatilepb -c slub "$@" 2>progress' \
		"$BAKEOFF" "$@"
	tail -n 1 progress
	echo "$output"
}

@test "the cure in v2.6.22-rc6 is found within nine commits, and is one" {
	search --find fix v2.6.22-rc5 v2.6.22-rc6
	[ "$status" -eq 0 ]
	[[ "$output" == *b9bae3402572* ]]
	[[ "$output" == *"revert: PASS"* && "$output" == *"verify: PASS"* ]]
	[ "$(grep -o '^[0-9]* commits tested' progress | cut -d ' ' -f 1)" -le 9 ]
}

@test "git bisect run bakeoff step names the same cure" {
	git clone -q -s -n "$BAKEOFF_LINUX" tree
	cd tree
	git bisect start --no-checkout --term-old broken --term-new fixed >/dev/null
	git bisect broken v2.6.22-rc5 >/dev/null
	git bisect fixed v2.6.22-rc6 >/dev/null
	run git bisect run "$BAKEOFF" step -p ../bakeoff.conf -b versatilepb -c slub --find fix
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"b9bae3402572dc50a1e084c5b1ae5117918ef0f0 is the first fixed commit"* ]]
}

# The oops of the report, not just any: with another signature nothing is found.
@test "a crash that is not the one asked for does not make an end bad" {
	search --find fix --signature no_such_function v2.6.22-rc5 v2.6.22-rc6
	[ "$status" -eq 2 ]
}

@test "the oops came with SLUB, five thousand commits back" {
	search --without CONFIG_SLUB=good v2.6.21 v2.6.22-rc1
	[ "$status" -eq 0 ]
	[[ "$output" == *81819f0fc828*"SLUB core"* ]]
	[[ "$output" == *"verify: PASS"* ]]
	[ "$(grep -o '^[0-9]* commits tested' progress | cut -d ' ' -f 1)" -le 16 ]
}
