#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The table of the 2007 thread on the real v2.6.22-rc5: every verdict from kernels that are built and
# booted here, in a fresh folder. Takes minutes; needs BAKEOFF_LINUX, a git repository of Linux with
# its history.

# twin_of NAME FILE SED-SCRIPT: a variant that changes FILE of v2.6.22-rc5 so
twin_of() {
	local work=$BATS_FILE_TMPDIR/$1

	mkdir -p "$work/a/$(dirname "$2")" "$work/b/$(dirname "$2")"
	git -C "$BAKEOFF_LINUX" show "v2.6.22-rc5:$2" >"$work/a/$2"
	sed -e "$3" "$work/a/$2" >"$work/b/$2"
	{
		printf 'From: Twin <twin@example.org>\nSubject: [PATCH] %s\n\n---\n' "$1"
		(cd "$work" && diff -u "a/$2" "b/$2") || true # it differs
	} >"$project/patches/slub-flush/$1.patch"
	printf '[variant "%s"]\n\tpatch = %s.patch\n' "$1" "$1" >>"$project/bakeoff.conf"
}

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

	# twins that do touch compiled code: a string, and nothing but where lines stand
	twin_of string drivers/mmc/host/mmci.c 's/MMCI rev/MMCI Rev/'
	twin_of comment kernel/fork.c '1i /* one more line */'

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

# Each with its image: there is one, and it is base's.
@test "on at91sam9263ek their images have base's hash" {
	for variant in $rest; do
		is $variant at91sam9263ek slub 'c["image"]' "$(cell base at91sam9263ek slub 'c["image"]')"
	done
	is base at91sam9263ek slub 'len(c["image"])' 64
}

# A file that no board's build reads is known by that: no make was started for it.
@test "what no build reads is not built" {
	cd .bakeoff/logs
	ls versatilepb-slub-base-*.build.log versatilepb-slub-string-*.build.log
	run ls versatilepb-slub-pa-risc-page-allocator-*.build.log
	[ "$status" -ne 0 ]
	cd "$project"
	is pa-risc-page-allocator versatilepb slub '"is read by the build" in c["proof"]' True
}

# Only distinct images are booted: base's, the check's, and those of the twins with code.
@test "versatilepb boots distinct images alone" {
	images=$(python3 -c 'import json
print(len({c["image"] for c in json.load(open("report.json"))["cells"]
	if c["board"] == "versatilepb" and c["image"]}))')
	boots=$(ls .bakeoff/logs/versatilepb-*.boot.log | wc -l)
	[ "$boots" -eq "$images" ]
}

# Negative twin: one string in a compiled driver is another image, and not the same as base.
@test "a changed string in a compiled driver is not the same as base" {
	is string versatilepb slub 'c["same_as"]' None
	is string versatilepb slub 'c["verdict"]' oops
	is string versatilepb slub 'c["changes"]' "$(cell string versatilepb slub \
		'"touches mmci_probe (drivers/mmc/host/mmci.o) only"')"
}

# An image that differs and does the same: where lines stand, in BUG() and its like.
@test "a comment line changes line numbers only" {
	is comment versatilepb slub 'c["same_as"]' None
	is comment versatilepb slub 'c["changes"].startswith("changes line numbers only")' True
	is page-mapping-avoid-slub versatilepb slub '"line numbers only" in c["changes"]' False
}

# The header makes make compile two hundred objects again; few functions come out different.
@test "the PageSlab check touches the function that oopsed" {
	run "$BAKEOFF" show --functions --repo "$BAKEOFF_LINUX" -b versatilepb -c slub \
		-v page-mapping-avoid-slub
	[ "$status" -eq 0 ]
	[[ "$output" == *flush_dcache_page* ]]
	[[ "$output" != *mmci* ]]
}

# The counterpart: a patch that does change the code gives another image there.
@test "on at91sam9263ek the PageSlab check is not identical to base" {
	is base at91sam9263ek slub 'c["verdict"]' built
	is page-mapping-avoid-slub at91sam9263ek slub 'c["verdict"], c["same_as"]' "('built', None)"
}

# A damaged image is noticed and made again, and the matrix is what it was.
@test "a tampered image is built again" {
	image=$(cell base versatilepb slub 'c["image"]')
	printf x >>".bakeoff/images/$image"
	run "$BAKEOFF" run --repo "$BAKEOFF_LINUX" -b versatilepb -c slub -v base
	[ "$status" -eq 0 ]
	[[ "$output" == *building* ]]
	sha256sum ".bakeoff/images/$image" | grep -q "^$image "
}

# The same bytes without sandbox, cache and layers, in another folder.
@test "images are the same without a sandbox" {
	mkdir -p elsewhere
	cp -r patches boards bakeoff.conf elsewhere
	"$BAKEOFF" run --project elsewhere/bakeoff.conf --repo "$BAKEOFF_LINUX" --no-sandbox \
		--no-ccache -b versatilepb -c slub -v page-mapping-avoid-slub
	for variant in base page-mapping-avoid-slub; do
		[ -f "elsewhere/.bakeoff/images/$(cell $variant versatilepb slub 'c["image"]')" ]
	done
	run "$BAKEOFF" report --project elsewhere/bakeoff.conf --repo "$BAKEOFF_LINUX" \
		-b versatilepb -c slub -v page-mapping-avoid-slub
	[[ "$output" == *"without a sandbox"* ]]
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
