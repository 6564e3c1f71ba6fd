#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# A guest program that is edited while it is compiled: what was hashed is not what would judge.

load helper

setup() {
	p=$BATS_TEST_TMPDIR/p
	small_project "$p"
	mkdir -p "$p/boards/guest" "$p/toolchains"
	echo 'int probe = 1;' >"$p/boards/guest/probe.c"
	sed 's/^\[boot\]/&\n\tguest = probe/; s/toolchain = .*/toolchain = edits/' \
		"$root/demo/boards/model.board" >"$p/boards/model.board"
	# called as `cc.sh -o OUT SOURCE`
	printf 'echo "int edited;" >>"$3"\ncp "$3" "$2"\n' >"$p/cc.sh"
	cp "$root/kbuild/toolchains/arm-linux-gnueabi-2.6.toolchain" "$p/toolchains/edits.toolchain"
	git config -f "$p/toolchains/edits.toolchain" toolchain.guest-cc "sh $p/cc.sh"
	cd "$p"
}

# No verdict comes of it, nor is the program kept for the next run.
@test "a guest that changes while it is compiled judges nothing" {
	runs 3 "$bakeoff" run
	has "$err" "page-mapping-avoid-slub model/slub: infra"
	has "$(tr -s '\n ' ' ' <<<"$out")" "was changed while this ran"
	[ -z "$(find .bakeoff/guests -name 'init*')" ]
}

# The counterpart: the same guest, left alone, is used.
@test "a guest that is left alone judges" {
	printf 'cp "$3" "$2"\n' >"$p/cc.sh"
	runs 0 "$bakeoff" run
	has "$err" "page-mapping-avoid-slub model/slub: pass" "base model/slub: oops"
}

# Compilers of other architectures may be missing: then their section is not tried. ARM's is there.
@test "guests compile without a word for every architecture whose compiler is here" {
	tried=0
	for file in "$root"/kbuild/toolchains/*.toolchain; do
		cross=$(git config -f "$file" toolchain.cross)
		cc=$(git config -f "$file" toolchain.guest-cc) || continue
		command -v "${cross}gcc" >/dev/null || continue
		for guest in smoke flush-probe; do
			# shellcheck disable=SC2086
			runs 0 ${cc//'%{cross}'/$cross} -o guest "$root/boards/guest/$guest.c"
			is "$err" ""
			# its start code is the entry, and nothing is missing
			entry=$("${cross}readelf" -h guest | sed -n 's/.*Entry point address: *//p')
			[ $((entry)) -gt 0 ] || say "$file: $guest has no entry"
			is "$("${cross}readelf" -l guest | grep -c INTERP)" 0
		done
		tried=$((tried + 1))
	done
	[ $tried -ge 2 ]
}
