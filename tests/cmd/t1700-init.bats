#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# init: a project file for the clone at hand.

load helper

setup () {
	cd "$BATS_TEST_TMPDIR" || return
	git init -q linux
	git -C linux commit -q --allow-empty -m 'Linux 9.1'
	git -C linux tag v9.1
}

# The file says what it is for, and the other commands take it as it is.
@test "a project for a clone and a board" {
	runs 0 "$bakeoff" init --repo linux --board x86_64,arm64-virt
	is "$(git config -f bakeoff.conf bakeoff.base)" v9.1
	is "$(git config -f bakeoff.conf bakeoff.repo)" "$PWD/linux/.git"
	is "$(git config -f bakeoff.conf --get-all bakeoff.board)" $'x86_64\narm64-virt'
	grep -q '^# v9.1 ("Linux 9.1")' bakeoff.conf
	runs 0 "$bakeoff" apply
}

# HEAD where no tag is: the id, which does not move with the branch.
@test "the base is a tag's name or an id" {
	git -C linux commit -q --allow-empty -m more
	runs 0 "$bakeoff" init --repo linux --board x86_64
	is "$(git config -f bakeoff.conf bakeoff.base)" "$(git -C linux rev-parse HEAD)"
	runs 0 "$bakeoff" init --repo linux --board x86_64 --base v9.1 --project other.conf
	is "$(git config -f other.conf bakeoff.base)" v9.1
}

# In a clone, that clone is meant.
@test "the repository around is taken" {
	cd linux
	runs 0 "$bakeoff" init --board x86_64
	is "$(git config -f bakeoff.conf bakeoff.repo)" "$PWD/.git"
}

@test "nothing is written where something is wrong" {
	runs 2 "$bakeoff" init --repo linux
	[[ $err == *"which board?"*x86_64* ]]
	runs 2 "$bakeoff" init --repo linux --board no-such
	[[ $err == *"there is no board 'no-such'"* ]]
	runs 2 "$bakeoff" init --repo nowhere --board x86_64
	runs 2 "$bakeoff" init --board x86_64
	[[ $err == *"which Linux repository?"* ]]
	runs 2 "$bakeoff" init --repo linux --board x86_64 --base v8
	[ ! -e bakeoff.conf ]
	echo mine >bakeoff.conf
	runs 2 "$bakeoff" init --repo linux --board x86_64
	[[ $err == *"there is a 'bakeoff.conf' already"* ]]
	is "$(cat bakeoff.conf)" mine
}
