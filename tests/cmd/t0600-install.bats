#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# `make install`: what lands where, and that the installed program needs no source tree.

load helper

# quietly_make ARGUMENT…: in the root of the sources; nothing is written there.
quietly_make() {
	make -C "$root" --no-print-directory "$@" >"$BATS_FILE_TMPDIR/make.out" 2>&1 ||
		say "make: $(tail -5 "$BATS_FILE_TMPDIR/make.out")"
}

# As users do: `make`, and then, perhaps as somebody else and for another place, `make install`.
setup_file() {
	command -v make >/dev/null || skip "no make here"
	unset BAKEOFF_DATADIR
	quietly_make all BUILD="$BATS_FILE_TMPDIR/b" -j2
}

setup() {
	unset BAKEOFF_DATADIR
	to=$BATS_TEST_TMPDIR/to
}

# Every file of the data that the program reads is put below DESTDIR, and nothing outside PREFIX.
@test "make install PREFIX=/usr DESTDIR=… puts everything in its place" {
	quietly_make install PREFIX=/usr DESTDIR="$to" BUILD="$BATS_FILE_TMPDIR/b" -j2
	[ -x "$to/usr/bin/bakeoff" ]
	share=$to/usr/share/bakeoff
	for file in boards/versatilepb.board boards/at91sam9263ek.board boards/expect/console.exp \
		boards/guest/mmc-rebind.c boards/guest/guest.h \
		kbuild/toolchains/arm-linux-gnueabi-2.6.toolchain kbuild/tools/fixed-time.h; do
		cmp "$root/$file" "$share/$file"
	done
	for file in sandbox $(cd "$root/kbuild/tools" && echo bin/*); do
		cmp "$root/kbuild/tools/$file" "$share/kbuild/tools/$file"
		[ -x "$share/kbuild/tools/$file" ]
	done
	for page in "$root"/docs/*.[1-8]; do
		cmp "$page" "$to/usr/share/man/man${page##*.}/$(basename "$page")"
	done
	is "$(ls "$to")" usr
	grep -r -l -F "$to" "$to" >"$BATS_TEST_TMPDIR/leaks" || true
	is "$(cat "$BATS_TEST_TMPDIR/leaks")" ""
}

# Installed with a PREFIX of its own, the program finds its boards, scripts and toolchains there, from
# any folder, and boots a cell.
@test "the installed program boots a cell from another folder" {
	quietly_make install PREFIX="$to" BUILD="$BATS_FILE_TMPDIR/b" -j2
	new_project "$BATS_TEST_TMPDIR/p"
	mkdir "$BATS_TEST_TMPDIR/elsewhere"
	cd "$BATS_TEST_TMPDIR/elsewhere"
	runs 0 "$to/bin/bakeoff" boards
	has "$out" versatilepb at91sam9263ek
	runs 0 "$to/bin/bakeoff" boards versatilepb
	has "$out" "file $to/share/bakeoff/boards/versatilepb.board"
	runs 0 "$to/bin/bakeoff" run --project ../p/bakeoff.conf --config slub --variant page-mapping-avoid-slub
	has "$err" "base model/slub: oops" "page-mapping-avoid-slub model/slub: pass"
	# a build log names the tools that were used: none of the source tree's
	lacks "$(cat ../p/.bakeoff/logs/*.build.log)" "$root/"
	is "$(ls -A)" ""
}
