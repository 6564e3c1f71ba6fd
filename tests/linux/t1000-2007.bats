#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The table of the 2007 thread on the real v2.6.22-rc5: every verdict from kernels that are built and
# booted here, in a fresh folder. Takes minutes; needs BAKEOFF_LINUX, a git repository of Linux with
# its history.

setup_file() {
	root=${BAKEOFF_SOURCE:-$BATS_TEST_DIRNAME/../..}
	export root BAKEOFF=${BAKEOFF:-$root/bakeoff}
	[ -n "${BAKEOFF_LINUX:-}" ] || return 0
	unset BAKEOFF_REPO
	export project=$BATS_FILE_TMPDIR/project
	mkdir -p "$project/boards" "$project/patches"
	cp -r "$root/patches/toolchain" "$project/patches/"
	cp -r "$root/patches/slub-flush" "$project/patches/"
	cp "$root/bakeoff.conf" "$project/"

	# twin: the PageSlab patch without the lines that make the difference
	sed -e '/^+\telse if (unlikely(PageSlab/d' -e '/^+\t\tmapping = NULL;/d' \
		-e 's/^@@ -603,6 +603,10 @@/@@ -603,6 +603,8 @@/' \
		"$project"/patches/slub-flush/0004-*.patch >"$project/patches/slub-flush/twin.patch"
	printf '[variant "twin"]\n\tpatch = twin.patch\n' >>"$project/bakeoff.conf"

	# twin: a guest that boots and never has the card probed again
	sed -e 's/panic=1/panic=1 probe=none/' -e 's/silence = .*/silence = 5/' \
		"$root/boards/versatilepb.board" >"$project/boards/noprobe.board"

	cd "$project" || return 1
	"$BAKEOFF" run --repo "$BAKEOFF_LINUX" >run.out 2>run.err
	echo $? >run.status
	"$BAKEOFF" report --repo "$BAKEOFF_LINUX" --format json --output report.json
}

setup() {
	[ -n "${BAKEOFF_LINUX:-}" ] ||
		skip "BAKEOFF_LINUX is not set: it names a git repository of Linux with its history"
	cd "$project" || return 1
}

# cell VARIANT BOARD CONFIG EXPRESSION: what a Python expression over the cell `c` comes to
cell() {
	python3 - "$@" <<-'END'
		import json, sys
		variant, board, config, expression = sys.argv[1:]
		report = json.load(open("report.json"))
		[c] = [c for c in report["cells"] if (c["variant"], c["board"], c["config"]) ==
		       (variant, board, config)]
		print(eval(expression))
	END
}

is() {
	local got
	got=$(cell "$1" "$2" "$3" "$4")
	[ "$got" = "$5" ] || { echo "$1 $2/$3: $4 is '$got', not '$5'"; return 1; }
}

rest="at91-mci-fix-marc-pignat kunmap-called-pointer arm-allocate-dma-pages pa-risc-page-allocator"

# Every cell was judged, and base is where the issue says that it is.
@test "the matrix is complete, on v2.6.22-rc5" {
	[ "$(cat run.status)" = 0 ]
	grep -q '"describe" : "v2.6.22-rc5"' report.json
}

# The bug of the report: the same address, the same two functions.
@test "base with SLUB oopses at 0000000d in get_index, called from prio_tree_next" {
	is base versatilepb slub 'c["verdict"]' oops
	is base versatilepb slub 'c["signature"]["address"]' 0000000d
	is base versatilepb slub 'c["signature"]["frames"][:2]' "['get_index', 'prio_tree_next']"
	is base versatilepb slub '"flush_dcache_page" in c["signature"]["frames"]' True
}

# The counterpart: the same board and probe without the bug.
@test "base with SLAB passes" {
	is base versatilepb slab 'c["verdict"]' pass
}

@test "the PageSlab check passes with both allocators" {
	is page-mapping-avoid-slub versatilepb slub 'c["verdict"]' pass
	is page-mapping-avoid-slub versatilepb slab 'c["verdict"]' pass
}

# Negative twin: what cures is the check, not the patch's being there.
@test "the PageSlab check without its lines oopses as base does" {
	is twin versatilepb slub 'c["verdict"]' oops
	is twin versatilepb slub 'c["signature"]["title"]' "$(cell base versatilepb slub 'c["signature"]["title"]')"
}

@test "VM_BUG_ON as first posted does not compile, on either board" {
	for board in versatilepb at91sam9263ek; do
		is add-vm-bug-on $board slub 'c["verdict"]' build-failed
		is add-vm-bug-on $board slub '"without a previous" in c["detail"]' True
	done
}

@test "the cut patch is not used, and the mail's line is named" {
	is add-vm-bug-on-lameter versatilepb slub 'c["verdict"]' apply-failed
	is add-vm-bug-on-lameter versatilepb slub '"slub-flush-dcache-page.txt:648" in c["detail"]' True
}

@test "the other candidates oops as base does on versatilepb" {
	for variant in $rest; do
		is $variant versatilepb slub 'c["verdict"]' oops
		is $variant versatilepb slub 'c["signature"]' "$(cell base versatilepb slub 'c["signature"]')"
		is $variant versatilepb slab 'c["verdict"]' pass
	done
}

@test "on at91sam9263ek they are bit-identical to base" {
	for variant in $rest; do
		is $variant at91sam9263ek slub 'c["verdict"], c["same_as"]' "('built', 'base')"
	done
}

# The counterpart: a patch that does change the code gives another image there.
@test "on at91sam9263ek the PageSlab check is not identical to base" {
	is base at91sam9263ek slub 'c["verdict"]' built
	is page-mapping-avoid-slub at91sam9263ek slub 'c["verdict"], c["same_as"]' "('built', None)"
}

# Nothing passes by default: without the end marker there is no pass, even where the bug is not.
@test "a guest that does not rebind is no pass" {
	run "$BAKEOFF" run --repo "$BAKEOFF_LINUX" -b noprobe -c slab -v page-mapping-avoid-slub
	"$BAKEOFF" report --repo "$BAKEOFF_LINUX" -b noprobe -c slab -v page-mapping-avoid-slub \
		--format json --output report.json || true
	is base noprobe slab 'c["verdict"]' hang
	is page-mapping-avoid-slub noprobe slab 'c["verdict"]' hang
}

# A second run has nothing to do.
@test "a second run builds and boots nothing" {
	run "$BAKEOFF" run --repo "$BAKEOFF_LINUX"
	[ "$status" -eq 0 ]
	[[ "$output" != *building* ]]
}
