#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# bakeoff bisect --series: which patch of a series it names, and that it names none where it cannot
# know.

load helper
load bisect
bats_require_minimum_version 1.5.0

# series NAME…: the changes of a history as a quilt folder, and the history gone.
series() {
	history "$@"
	git -C repo format-patch -q --no-signature -o "$p/q" c0
	(cd q && ls [0-9]* >series)
	git -C repo reset -q --hard c0
}

# patch_of CHANGE: its file in the series
patch_of() {
	(cd q && grep -l "Subject: .* $1 is made" [0-9]*)
}

# names_patch CHANGE VERB: that is the answer of the last run.
names_patch() {
	has "$out" "$(patch_of "$1") (\"$1 is made\", Test <test@example.org>)
is the patch that $2."
	is "$(grep -c '^[0-9].*\.patch' <<<"$out")" 1
}

# stacks: how many were tested, of which known, as the last run told
stacks() {
	sed -n -E 's/^([0-9]+) stacks tested, ([0-9]+) of them known already.*/\1 \2/p' <<<"$err"
}

# Whichever patch it is, first and last among them, it is named; log2 of the patches are asked.
@test "the patch that breaks, wherever it is" {
	for culprit in c1 c4 c8; do
		changes=(c1 c2 c3 c4 c5 c6 c7 c8)
		series "${changes[@]/%$culprit/$culprit=$breaks}"
		bisect 0 --series q
		names_patch $culprit breaks
		has "$out" "without any: pass" "with all 8: fail: not ok"
		[ "$(stacks | cut -d ' ' -f 1)" -le 5 ] || say "too many questions: $(stacks)"
		rm -rf q .bakeoff
		git -C repo tag -d c1 c2 c3 c4 c5 c6 c7 c8 >/dev/null
	done
}

@test "the patch that cures, by the series file and as a variant" {
	cd repo
	line broken="$breaks"
	git tag -f c0 >/dev/null
	cd ..
	series c1 c2="$mends" c3
	bisect 0 --series q/series
	names_patch c2 cures
	has "$out" "without any: fail" "with all 3: pass"
	# whoever looks for what breaks is not given what cures
	bisect 0 --series q --find fix
	names_patch c2 cures
	bisect 1 --series q --find bug
	has "$out" "The series cures; '--find bug' looks for what breaks"
	lacks "$out" "$(patch_of c2)"
	{
		echo '[variant "whole"]'
		printf '\tpatch = %s\n' "$p"/q/0*
	} >>bakeoff.conf
	bisect 0 --series whole
	names_patch c2 cures
	# twin: --base beyond the cure
	git -C repo am -q "$p"/q/0001* "$p"/q/0002*
	git -C repo tag cured
	bisect 3 --series q --base cured
	has "$out" "The whole series cannot be tested"
}

# Nothing is built or booted twice, and what was known before helps.
@test "a search that is asked again costs nothing" {
	series c1 c2 c3="$breaks" c4
	bisect 0 --series q
	before=$(stored)
	bisect 0 --series q
	names_patch c3 breaks
	is "$(stored)" "$before"
	has "$err" " 0 builds, 0 boots"
}

@test "where base and the whole are alike nothing is named" {
	series c1 c2="$breaks" c3="$mends" c4
	bisect 1 --series q
	has "$out" "are alike" "without any: pass" "with all 4: pass"
	lacks "$out" "0002"
	is "$(stacks)" "2 0"
}

# Stacks that do not build are skipped, and hide the patch from its neighbours.
@test "what does not build is skipped" {
	series c1 c2="$garbles" c3 c4="$restores; $breaks" c5
	bisect 3 --series q
	has "$out" "one of these 3 breaks" "$(patch_of c2)" "$(patch_of c3)" "$(patch_of c4)" \
		"with the first 2: build-failed" "(skipped)"
	lacks "$out" "$(patch_of c1)" "$(patch_of c5)"
	# twin: the same hole elsewhere hides nothing
	rm -rf q .bakeoff
	git -C repo tag -d c1 c2 c3 c4 c5 >/dev/null
	series c1="$breaks" c2="$garbles" c3 c4="$restores" c5
	bisect 0 --series q
	names_patch c1 breaks
}

@test "a lab that breaks convicts nobody" {
	series c1 c2="$breaks" c3
	lab 'grep -q c2 "$1" && kill -KILL $$; exec sh "$1"'
	bisect 3 --series q
	is "$out" ""
	has "$err" "infra"
	lab 'exec sh "$1"'
	bisect 0 --series q
	names_patch c2 breaks
}

@test "a series that cannot be searched" {
	series c1 c2="$breaks" c3
	refuses 2 --series nowhere
	has "$err" "'nowhere' is no quilt folder, no 'series' file, and no variant"
	refuses 2 --series q run
	has "$err" "--series takes no word and no option about commits"
	for words in --noisy '--ahead 2' --first-parent '--path kernel' --regzbot '--format text'; do
		# shellcheck disable=SC2086
		refuses 2 --series q $words
		has "$err" "no option about commits"
	done
	refuses 2 --base c0 run c0 c1
	has "$err" "--base is for --series alone"
	echo 0009-missing.patch >>q/series
	refuses 2 --series q
	has "$err" 0009-missing.patch
	(cd q && ls 0* && ls 0001*) >q/series
	refuses 2 --series q
	has "$err" "/q/series:4: " "is there a second time, see " "/q/series:1"
	(cd q && ls 0* && ls ./0002*) >q/series
	refuses 2 --series q
	has "$err" "/q/series:4: " "/q/series:2"
	echo '# nothing' >q/series
	refuses 2 --series q
	has "$err" "/q/series' names no patch"
	(cd q && echo "$(ls 0001*) # when = c0..c1") >q/series
	refuses 2 --series q
	has "$err" "/q/series:1: " "'# when ='"
	(cd q && echo "$(ls 0001*) --fuzz=3") >q/series
	bisect 2 --series q
	has "$err" "/q/series:1: '--fuzz=3' cannot be honoured"
	(cd q && ls 0*) >q/series
	sed -i 's/^@@ .*/@@ -1,9 +1,9 @@/' q/0003*
	bisect 3 --series q
	has "$out" "The whole series cannot be tested" "0003-c3-is-made.patch:"
}
