#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The 2007 thread argues about architectures that nobody there could test: its table on PA-RISC,
# SPARC64, MIPS and AT91, from kernels that are built and booted here. Takes a quarter of an hour;
# needs BAKEOFF_LINUX, a git repository of Linux with v2.6.22-rc5, and the compilers and emulators
# that `bakeoff doctor --board all` names.

setup_file() {
	root=${BAKEOFF_SOURCE:-$BATS_TEST_DIRNAME/../..}
	export BAKEOFF=${BAKEOFF:-$root/bakeoff}
	[ -n "${BAKEOFF_LINUX:-}" ] || return 0
	unset BAKEOFF_REPO
	cd "$BATS_FILE_TMPDIR" || return 1
	cp -rL "$root/bakeoff.conf" "$root/patches" .
	"$BAKEOFF" doctor --board all >doctor || return 0
	"$BAKEOFF" run --repo "$BAKEOFF_LINUX" --board all >run.out 2>run.err
	echo $? >run.status
	"$BAKEOFF" report --repo "$BAKEOFF_LINUX" --board all -f json -o report.json
}

setup() {
	[ -n "${BAKEOFF_LINUX:-}" ] ||
		skip "BAKEOFF_LINUX is not set: it names a git repository of Linux with its history"
	cd "$BATS_FILE_TMPDIR" || return 1
	[ -e report.json ] || skip "missing: $(grep MISSING doctor | cut -d ' ' -f 1 | paste -s -d ' ')"
}

# says BOARD CONFIG VARIANT VERDICT [TITLE]
says() {
	python3 - "$@" <<-'END'
		import json, sys
		board, config, variant, verdict, *title = sys.argv[1:]
		cell, = [c for c in json.load(open("report.json"))["cells"]
		         if [c["board"], c["config"], c["variant"]] == [board, config, variant]]
		found = (cell["signature"] or {}).get("title", "")
		if cell["verdict"] != verdict or (title and found != title[0]):
		    sys.exit(f"{board}, {config}, {variant}: {cell['verdict']}: {found or cell['detail']}")
	END
}

@test "PA-RISC: the base oopses in prio_tree_next, and the check in page_mapping cures it" {
	cat run.out
	says hppa-b160l slub base oops "Kernel Fault in prio_tree_next"
	says hppa-b160l slub page-mapping-avoid-slub pass
}

@test "PA-RISC: with SLAB there is nothing to be cured" {
	says hppa-b160l slab base pass
}

@test "PA-RISC: the candidate for PA-RISC compiles, and cures this path as little as others" {
	says hppa-b160l slab pa-risc-page-allocator pass
	says hppa-b160l slub pa-risc-page-allocator oops "Kernel Fault in prio_tree_next"
}

@test "SPARC64 and MIPS, both endians: flushed, and no oops" {
	for board in sparc64-sun4u malta malta-be; do
		for config in slab slub; do
			says $board $config base pass
			says $board $config page-mapping-avoid-slub pass
		done
	done
}

@test "what does not compile on ARM does not compile elsewhere" {
	for board in at91rm9200ek hppa-b160l sparc64-sun4u malta; do
		says $board slub add-vm-bug-on build-failed
	done
}

@test "on AT91RM9200 the patches for other machines change nothing" {
	for variant in arm-allocate-dma-pages pa-risc-page-allocator; do
		says at91rm9200ek slub $variant built
	done
	grep -A 4 '^at91rm9200ek' run.out | grep -q '  base '
	[ "$(grep -c 'base unusable' run.out)" -eq 0 ]
}
