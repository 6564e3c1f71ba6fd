#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Several boards with a matrix each: what lies under a board's variants, and boards of whose base
# nothing can be learned.

load helper
load bisect
bats_require_minimum_version 1.5.0

# patch_of FOLDER NAME SCRIPT: a quilt folder of one patch, what SCRIPT does to c0
patch_of() {
	cd "$p/repo"
	git checkout -q c0
	eval "$3"
	mkdir -p "$p/$1"
	git add -A
	git diff --cached >"$p/$1/$2.patch"
	echo "$2.patch" >"$p/$1/series"
	git checkout -q -f main
	cd "$p"
}

# board NAME LINE…: like `script`, with more in its first section
board() {
	local name=$1

	shift
	printf '%s\n' "$@" | sed '/^\[board\]/r /dev/stdin' boards/script.board >"boards/$name.board"
}

variant() {
	patch_of patches "$1" "$2"
	printf '[variant "%s"]\npatch = %s.patch\n' "$1" "$1" >>bakeoff.conf
	git config -f bakeoff.conf bakeoff.patches patches
}

# cell VARIANT BOARD FIELD: of the report
cell() {
	python3 -c 'import json, sys
cells = json.load(open("report.json"))["cells"]
print(next(c[sys.argv[3]] for c in cells if [c["variant"], c["board"]] == sys.argv[1:3]))' "$@"
}

run_all() {
	local status=$1

	shift
	runs "$status" "$bakeoff" run "$@"
	"$bakeoff" report -f json -o report.json "$@" || true
}

# The same variants, each board over a tree of its own.
@test "a board's prelude lies under every variant there, and nowhere else" {
	patch_of under breaking "sed -i \"s/^echo 'ok/echo 'not ok/\" kernel"
	board other "prelude = under"
	variant adds "echo more >lib/more.c"
	run_all 0 -b script,other
	is "$(cell base script verdict) $(cell base other verdict)" "pass fail"
	is "$(cell adds script verdict) $(cell adds other verdict)" "pass fail"
	[ "$(cell base script image)" != "$(cell base other image)" ]
	# each of them is known again, together or alone
	before=$(stored)
	run_all 0 -b other
	is "$(cell adds other verdict)" fail
	run_all 0 -b script
	is "$(stored)" "$before"
}

# A project's own folder goes before what came with bakeoff.
@test "a board's prelude that is not there, or does not go on" {
	board other "prelude = nowhere"
	runs 2 "$bakeoff" run -b other
	has "$err" "board 'other': " "'$p/nowhere' has no file 'series'"
	patch_of under breaking "sed -i 's/KTAP/KTAP/; 1d' kernel"
	sed -i 's/^-.*/-another line/' under/breaking.patch
	board other "prelude = under"
	runs 2 "$bakeoff" run -b other
	has "$err" "board 'other': prelude: breaking.patch"
	# twin: boards without it are none the worse
	runs 0 "$bakeoff" run -b script
}

panics() {
	echo "sed -i \"2,4d; 1a echo 'Kernel panic - not syncing: $1'\" kernel"
}

@test "a base that fails otherwise is unusable, and candidates are not judged by it" {
	patch_of one wanted "$(panics 'the one')"
	patch_of two another "$(panics 'the other')"
	board first "prelude = one"
	board second "prelude = two"
	variant adds "echo more >lib/more.c"
	git config -f bakeoff.conf bakeoff.signature 'the one'
	run_all 3 -b script,first,second
	has "$out" "second, x: base unusable here: oops: panic: the other"
	lacks "$out" "first, x: base unusable" "script, x: base unusable"
	is "$(grep -E '^  (base|adds) ' <<<"$out" | tr -s ' ' | cut -d ' ' -f 3 | paste -s -d ' ')" \
		"pass pass oops oops oops -"
	is "$(cell adds second base_unusable)" "oops: panic: the other"
	is "$(cell adds first base_unusable) $(cell adds script base_unusable)" "None None"
	run_all 0 -b script,first
	# twin: nothing is wanted in particular, or both
	git config -f bakeoff.conf --add bakeoff.signature 'the other'
	run_all 0 -b script,first,second
	lacks "$out" unusable
	git config -f bakeoff.conf --unset-all bakeoff.signature
	run_all 0 -b script,first,second
	lacks "$out" unusable
}

@test "a base that does not build is unusable, whatever is wanted" {
	patch_of under broken "sed -i '1i if' kernel"
	board other "prelude = under"
	variant mends "sed -i '1i if :; then :; fi' kernel"
	run_all 3 -b script,other
	has "$out" "other, x: base unusable here: build-failed:"
	is "$(cell mends script base_unusable)" None
	has "$(cell mends other base_unusable)" "build-failed"
}

@test "all is the project's boards and its extra ones" {
	board other
	board third
	git config -f bakeoff.conf bakeoff.extra-board other
	run_all 0
	is "$(grep -o -E '^[a-z]+ +x$' <<<"$out" | cut -d ' ' -f 1 | paste -s -d ' ')" script
	run_all 0 --board all
	is "$(grep -o -E '^[a-z]+ +x$' <<<"$out" | cut -d ' ' -f 1 | paste -s -d ' ')" "script other"
	run_all 0 --board third,all
	is "$(grep -o -E '^[a-z]+ +x$' <<<"$out" | cut -d ' ' -f 1 | paste -s -d ' ')" "third script other"
}
