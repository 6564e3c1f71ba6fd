#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The toolchain prelude over real history. Takes seconds; needs BAKEOFF_LINUX, a git repository of
# Linux with its history from v2.6.12 on.

setup() {
	[ -n "${BAKEOFF_LINUX:-}" ] ||
		skip "BAKEOFF_LINUX is not set: it names a git repository of Linux with its history"
	root=${BAKEOFF_SOURCE:-$BATS_TEST_DIRNAME/../..}
	BAKEOFF=${BAKEOFF:-$root/bakeoff}
	unset BAKEOFF_REPO
	cd "$BATS_TEST_TMPDIR" || return 1
	cp -r "$root/patches/toolchain" .
	printf '[bakeoff]\n\tprelude = toolchain\n' >bakeoff.conf
}

# base TAG: puts the prelude on TAG
base() {
	run "$BAKEOFF" apply --repo "$BAKEOFF_LINUX" --base "$1"
}

tree_of_base() {
	git -C "$BAKEOFF_LINUX" rev-parse 'refs/bakeoff/base^{tree}'
}

# The trees are those that git apply makes in an index of its own, offsets and all.
@test "the prelude goes onto every tag from v2.6.21-rc1 to v2.6.23" {
	export GIT_INDEX_FILE=$BATS_TEST_TMPDIR/index
	tags=$(git -C "$BAKEOFF_LINUX" tag -l 'v2.6.21*' 'v2.6.22*' 'v2.6.23*' | grep -E '^v2\.6\.[0-9]+(-rc[0-9]+)?$')
	[ "$(echo "$tags" | wc -l)" -ge 26 ]
	for tag in $tags; do
		base "$tag"
		[ "$status" -eq 0 ] || { echo "$tag: $output"; return 1; }
		git -C "$BAKEOFF_LINUX" read-tree "$tag"
		git -C "$BAKEOFF_LINUX" apply --cached "$PWD"/toolchain/*.patch
		[ "$(tree_of_base)" = "$(git -C "$BAKEOFF_LINUX" write-tree)" ] || { echo "$tag"; return 1; }
	done
}

# Where history has the fix in a context of its own, nothing is made twice: refused, or left out.
@test "a fix that Linux got in 2008 is not made a second time" {
	echo 0001-kbuild-split-config-rule.patch >toolchain/series
	base v2.6.29-rc1
	[ "$status" -eq 0 ]
	[[ "$output" == *"left out: merged, it changes nothing"* ]]
	[ "$(tree_of_base)" = "$(git -C "$BAKEOFF_LINUX" rev-parse 'v2.6.29-rc1^{tree}')" ]
	base v2.6.29
	[ "$status" -eq 2 ]
	echo '0001-kbuild-split-config-rule.patch # when = ..31110ebbec8' >toolchain/series
	base v2.6.29
	[ "$status" -eq 0 ]
	[[ "$output" == *"left out: when = ..31110ebbec8"* ]]
	base 31110ebbec8~1
	[ "$status" -eq 0 ]
	[[ "$output" != *"left out"* ]]
}
