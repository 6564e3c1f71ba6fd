#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# `bakeoff gc`: what can be made again goes, results stay, and what a run uses is left to it.

load helper

# One run over all cells; every test works on a copy of it.
setup_file() {
	new_project "$BATS_FILE_TMPDIR/made"
	cd "$BATS_FILE_TMPDIR/made"
	"$bakeoff" run >run.out 2>run.err 3>&-
}

setup() {
	p=$BATS_TEST_TMPDIR/p
	cp -a "$BATS_FILE_TMPDIR/made" "$p"
	cp -a "$BATS_FILE_TMPDIR/made.git" "$p.git"
	cd "$p"
	conf . bakeoff.repo "$p.git"
	report_json "$p"
}

teardown() {
	for pid in ${pid:-} $(processes_of "$p/"); do
		kill -KILL "$pid" 2>/dev/null || true
	done
	wait
}

# rows: all that the store knows, asked of SQLite itself.
rows() {
	python3 - .bakeoff/results.db <<'PY'
import sqlite3, sys
for line in sqlite3.connect(sys.argv[1]).iterdump():
    print(line)
PY
}

reports() {
	"$bakeoff" report
	"$bakeoff" report --format json
}

# amount KIND removed|leaves: the count that the last gc printed.
amount() {
	sed -n "s/^$1 .*\(would remove\|removed\)  *\([0-9]*\) (.*leaves \([0-9]*\) .*/\2 \3/p" <<<"$out" |
		case $2 in removed) cut -d ' ' -f 1 ;; *) cut -d ' ' -f 2 ;; esac
}

count_files() {
	find "$1" -mindepth 1 -maxdepth 1 ! -name lock | wc -l
}

age() {
	touch -d "$1 days ago" "${@:2}"
}

# Nothing is left but the results, and they say what they said, byte for byte; a run believes them.
@test "results survive gc --all" {
	rows >"$BATS_TEST_TMPDIR/rows"
	reports >"$BATS_TEST_TMPDIR/reports"
	runs 0 "$bakeoff" gc --all
	is "$(count_files .bakeoff/images) $(count_files .bakeoff/logs) $(count_files .bakeoff/slots)" "0 0 0"
	is "$(amount total leaves)" 0
	rows | cmp - "$BATS_TEST_TMPDIR/rows"
	reports | cmp - "$BATS_TEST_TMPDIR/reports"
	rows | cmp - "$BATS_TEST_TMPDIR/rows"
	runs 0 "$bakeoff" run
	is "$out" "$(cat run.out)"
	is "$err" ""
	is "$(count_files .bakeoff/images) $(count_files .bakeoff/slots)" "0 0"
}

# What is asked for anew is made anew, and is the same: equal images, equal verdicts.
@test "after gc --all, --fresh gives the same results" {
	runs 0 "$bakeoff" gc --all
	runs 0 "$bakeoff" run --fresh
	has "$err" "base model/slub: building"
	cp report.cells before
	report_json "$p"
	for field in verdict image same_as; do
		is "$(grep -P "\t$field\t" report.cells)" "$(grep -P "\t$field\t" before)"
	done
}

# boot needs the image, which no verdict can stand for.
@test "boot builds again what gc has removed" {
	image=$(cell . page-mapping-avoid-slub slub image)
	runs 0 "$bakeoff" boot -c slub -v page-mapping-avoid-slub
	lacks "$err" building
	runs 0 "$bakeoff" gc --all
	runs 0 "$bakeoff" boot -c slub -v page-mapping-avoid-slub
	has "$err" "page-mapping-avoid-slub model/slub: building"
	has "$out" "pass: "
	is "$(sha256sum <".bakeoff/images/$image" | cut -d ' ' -f 1)" "$image"
	runs 0 "$bakeoff" boot -c slub -v page-mapping-avoid-slub
	lacks "$err" building
}

# The image of a variant that is not built at all is base's: that one is made again.
@test "boot of a variant that no build reads brings back the image of base" {
	image=$(cell . pa-risc-page-allocator slub image)
	is "$image" "$(cell . base slub image)"
	rm -r .bakeoff/images
	runs 0 "$bakeoff" boot -c slub -v pa-risc-page-allocator
	has "$out" "oops: "
	[ -e ".bakeoff/images/$image" ]
	# without its slot as well
	runs 0 "$bakeoff" gc --all
	runs 0 "$bakeoff" boot -c slub -v pa-risc-page-allocator
	has "$out" "oops: "
	[ -e ".bakeoff/images/$image" ]
}

# A verdict that was never given needs its image, and the build that was forgotten is done again.
@test "what was built and not booted is built again" {
	rm .bakeoff/results.db*
	runs 0 "$bakeoff" build -v page-mapping-avoid-slub
	runs 0 "$bakeoff" gc --all
	runs 0 "$bakeoff" run -v page-mapping-avoid-slub
	has "$err" "page-mapping-avoid-slub model/slub: building" "page-mapping-avoid-slub model/slub: pass"
}

# A damaged image is no missing one: its build is done again before it is booted, and until then no
# identity is claimed with it.
@test "a damaged image is rebuilt" {
	image=$(cell . base slub image)
	printf x | dd of=".bakeoff/images/$image" bs=1 seek=100 conv=notrunc status=none
	cp -a .bakeoff damaged
	report_json "$p"
	is "$(cell . base slub verdict) $(cell . base slub image)" "null null"
	is "$(cell . pa-risc-page-allocator slub same_as)" null
	is "$(cell . page-mapping-avoid-slub slub verdict)" pass
	for command in "run -v base" "boot -c slub"; do
		rm -r .bakeoff
		cp -a damaged .bakeoff
		# shellcheck disable=SC2086
		runs 0 "$bakeoff" $command
		has "$err" "base model/slub: building"
		is "$(sha256sum <".bakeoff/images/$image" | cut -d ' ' -f 1)" "$image"
	done
}

# A dry run names the counts of the real one, and changes nothing.
@test "a dry run removes nothing" {
	listing .bakeoff >"$BATS_TEST_TMPDIR/before"
	runs 0 "$bakeoff" gc --all --dry-run
	listing .bakeoff | cmp - "$BATS_TEST_TMPDIR/before"
	has "$out" "would remove"
	said=$(sed 's/would remove/removed/' <<<"$out")
	runs 0 "$bakeoff" gc --all
	is "$out" "$said"
	is "$(count_files .bakeoff/images)" 0
}

# By default what was not used for 30 days goes, and nothing younger.
@test "gc removes what is old" {
	used=$(cell . page-mapping-avoid-slub slub image)
	logs=(.bakeoff/logs/*)
	runs 0 "$bakeoff" gc
	is "$(amount total removed)" 0
	age 29 .bakeoff/images/* .bakeoff/logs/* .bakeoff/slots/0/lock
	age 31 ".bakeoff/images/$used" "${logs[0]}"
	runs 0 "$bakeoff" gc
	is "$(amount images removed) $(amount logs removed) $(amount slots removed)" "1 1 0"
	[ ! -e ".bakeoff/images/$used" ] && [ ! -e "${logs[0]}" ]
	runs 0 "$bakeoff" gc --older 30
	is "$(amount total removed)" 0
	runs 0 "$bakeoff" gc --older 29
	is "$(amount total leaves)" 0
}

# A boot uses an image, and a build a slot: they are young again.
@test "what is used does not grow old" {
	used=$(cell . page-mapping-avoid-slub slub image)
	age 100 .bakeoff/images/* .bakeoff/slots/0/lock
	runs 0 "$bakeoff" boot -c slub -v page-mapping-avoid-slub
	runs 0 "$bakeoff" gc
	is "$(ls .bakeoff/images)" "$used"
	is "$(amount slots removed)" 1
	runs 0 "$bakeoff" run --fresh -v base
	age 100 .bakeoff/images/* .bakeoff/slots/0/lock
	runs 0 "$bakeoff" run --fresh -v base
	runs 0 "$bakeoff" gc
	is "$(amount slots removed)" 0
	[ -d .bakeoff/slots/0/src ]
	is "$(ls .bakeoff/images)" "$(printf '%s\n' "$(cell . base slab image)" "$(cell . base slub image)" | sort)"
}

# The oldest goes first, and no more than is needed.
@test "gc --size removes the oldest" {
	mapfile -t images < <(find .bakeoff/images -type f | sort)
	for ((i = 0; i < ${#images[@]}; i++)); do
		age $((50 + i)) "${images[i]}"
	done
	runs 0 "$bakeoff" gc --size 1G
	is "$(amount total removed)" 0
	oldest=${images[-1]}
	all=$(du -c --block-size=1 .bakeoff/images/* .bakeoff/logs/* .bakeoff/slots/0 | tail -1 | cut -f 1)
	runs 0 "$bakeoff" gc --size $((all - 1))
	is "$(amount total removed)" 1
	[ ! -e "$oldest" ] && [ -e "${images[0]}" ]
	runs 0 "$bakeoff" gc --size 0
	is "$(amount total leaves)" 0
}

# A slot is left to whoever holds it, and goes when it is given back.
@test "a slot in use is left" {
	exec 8>.bakeoff/slots/0/lock
	flock -s 8
	listing .bakeoff/slots >"$BATS_TEST_TMPDIR/before"
	runs 0 "$bakeoff" gc --all
	listing .bakeoff/slots | cmp - "$BATS_TEST_TMPDIR/before"
	has "$(grep '^slots' <<<"$out")" "leaves 1" "1 in use"
	exec 8>&-
	# a make whose bakeoff was killed holds the lock of its objects alone
	exec 8>.bakeoff/slots/0/obj/model/slub/lock
	flock -s 8
	runs 0 "$bakeoff" gc --all
	[ -e .bakeoff/slots/0/source ]
	exec 8>&-
	runs 0 "$bakeoff" gc --all
	is "$(count_files .bakeoff/slots)" 0
}

qemu_runs() {
	pgrep -a -f -- "$p/" | grep -q '^[0-9]* qemu-system'
}

# While a run boots, its images and its work stay; when it was killed, all goes that it has left.
@test "gc beside a run, and after one that was killed" {
	edit_board . -e 's/silence = .*/silence = 60/' -e 's/timeout = .*/timeout = 60/' \
		-e 's/panic=1/panic=1 probe=none/'
	"$bakeoff" run --fresh -v base -c slub >"$BATS_TEST_TMPDIR/run.out" 2>&1 </dev/null 3>&- &
	pid=$!
	wait_until 30 qemu_runs
	find .bakeoff/images .bakeoff/work .bakeoff/slots | sort >"$BATS_TEST_TMPDIR/before"
	runs 0 "$bakeoff" gc --all
	has "$out" "another bakeoff is at work"
	is "$(amount total removed)" 0
	find .bakeoff/images .bakeoff/work .bakeoff/slots | sort | cmp - "$BATS_TEST_TMPDIR/before"
	kill -KILL "$pid"
	wait "$pid" || true
	wait_until 5 no_processes_of "$p/"
	[ "$(count_files .bakeoff/work)" -gt 1 ]
	touch .bakeoff/images/torn.1.partial
	# scratch has no age; the rest is young
	runs 0 "$bakeoff" gc
	is "$(ls .bakeoff/work)" lock
	[ ! -e .bakeoff/images/torn.1.partial ]
	is "$(amount images removed) $(amount slots removed)" "0 0"
	runs 0 "$bakeoff" gc --all
	is "$(amount total leaves)" 0
}

# A boot is a run too: the image under it stays.
@test "gc beside a boot" {
	edit_board . -e 's/silence = .*/silence = 60/' -e 's/timeout = .*/timeout = 60/' \
		-e 's/panic=1/panic=1 probe=none/'
	"$bakeoff" boot -c slub >"$BATS_TEST_TMPDIR/boot.out" 2>&1 </dev/null 3>&- &
	pid=$!
	wait_until 30 qemu_runs
	runs 0 "$bakeoff" gc --all
	[ -e ".bakeoff/images/$(cell . base slub image)" ]
	is "$(amount images removed) $(amount scratch removed)" "0 0"
}

# What is not bakeoff's own stays, and so does a project that has nothing yet.
@test "gc touches nothing else" {
	mkdir .bakeoff/model.git
	echo mine >.bakeoff/model.git/file
	runs 0 "$bakeoff" gc --all
	is "$(cat .bakeoff/model.git/file)" mine
	is "$(git -C "$p.git" for-each-ref refs/bakeoff | wc -l)" \
		"$(git -C "$BATS_FILE_TMPDIR/made.git" for-each-ref refs/bakeoff | wc -l)"
	rm -r .bakeoff
	runs 0 "$bakeoff" gc --all
	is "$(amount total removed)" 0
	[ ! -e .bakeoff ]
}

# Words that it does not understand remove nothing.
@test "gc refuses what it does not understand" {
	listing .bakeoff >"$BATS_TEST_TMPDIR/before"
	for words in "--older -1" "--older x" "--size x" "--size -1" "--size 1GG" "--size 99999999999999T" \
		"--all --older 1" "--all --size 1G" "all"; do
		# shellcheck disable=SC2086
		must_fail 2 "$bakeoff" gc $words
		is "$out" ""
	done
	listing .bakeoff | cmp - "$BATS_TEST_TMPDIR/before"
}
