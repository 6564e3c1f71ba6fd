#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# 200 commits of Linux between v2.6.22-rc1 and v2.6.22 become mails, are damaged in twelve ways, are
# imported and applied: the tree is the commit's or somebody says no. Takes a quarter of a minute; needs
# BAKEOFF_LINUX, a git repository of Linux with its history, which is only read.

setup() {
	[ -n "${BAKEOFF_LINUX:-}" ] || skip "BAKEOFF_LINUX names no repository of Linux"
	cd "${BAKEOFF_SOURCE:-$BATS_TEST_DIRNAME/../..}"
	program=${BAKEOFF_BUILD:-build}/tests/series/test-roundtrip
	[ -x "$program" ] || skip "run 'make tests' first"
}

# The table goes to the terminal: how many of each kind come back.
@test "commits come back from damaged mails as they were, or not at all" {
	"$program" -p /roundtrip/linux >"$BATS_TEST_TMPDIR/out" 2>&1 || {
		cat "$BATS_TEST_TMPDIR/out"
		return 1
	}
	grep -E ' [0-9]+ +[0-9]+ +[0-9]+$| WRONG$' "$BATS_TEST_TMPDIR/out" >&3
}
