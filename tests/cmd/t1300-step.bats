#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# bakeoff step under a real git bisect, over a short history of the model kernel. Whatever is trouble
# must end with 128 or more, where git stops; every other status would name a commit.

load helper
bats_require_minimum_version 1.5.0

# change NAME SCRIPT: the next commit, with that tag.
change() {
	eval "$2"
	echo "$1" >>HISTORY
	git add -A
	git commit -q -m "$1"
	git tag "$1"
}

cure() {
	git apply "$@" "$root/patches/slub-flush/0004-page_mapping-must-avoid-slub-pages.patch"
}

# no-slub  slub  no-build  builds  breaks  panics  bad  fixes  fixed
#    -      ok      -        ok     oops    BUG    oops   ok     ok
#
# One store for the whole file: what one test has found out costs the next one nothing.
setup_file() {
	export p=$BATS_FILE_TMPDIR/p tree=$BATS_FILE_TMPDIR/tree

	small_project "$p"
	conf "$p" bakeoff.repo "$tree"
	git clone -q -b model-1 -c advice.detachedHead=false "$p.git" "$tree"
	cd "$tree" || return
	change no-slub 'cure; sed -i "s/^config SLUB$/config SLOB/; s/default SLUB/default SLAB/" init/Kconfig'
	change slub 'sed -i "s/^config SLOB$/config SLUB/; s/default SLAB/default SLUB/" init/Kconfig'
	change no-build 'echo "int broken(void) { return nonesuch; }" >>lib/string.c'
	change builds 'sed -i "\$d" lib/string.c'
	change breaks 'cure -R'
	change panics 'sed -i "s/^	mem_init();/	BUG();\n&/" init/main.c'
	change bad 'sed -i "/^	BUG();/d" init/main.c'
	change fixes cure
	change fixed :
	git checkout -q --detach bad
	cp "$p/bakeoff.conf" "$p.conf"
}

setup() {
	cd "$tree"
	step=("$bakeoff" step --project "$p/bakeoff.conf")
	marker=$BATS_TEST_TMPDIR/marker
	: >"$marker"
}

teardown() {
	git -C "$tree" bisect reset >/dev/null 2>&1 || true
	git -C "$tree" reset -q --hard
	git -C "$tree" clean -qfd
	git -C "$tree" checkout -q --detach bad
	cp "$p.conf" "$p/bakeoff.conf"
	cp "$root/demo/boards/model.board" "$p/boards/"
	rm -rf "$p/toolchains" "$p/prelude"
}

# own_store: a project of this test's own, with nothing in its store.
own_store() {
	cp -r "$p" "$BATS_TEST_TMPDIR/p"
	p=$BATS_TEST_TMPDIR/p
	rm -rf "$p/.bakeoff"
	step=("$bakeoff" step --project "$p/bakeoff.conf")
}

# names COMMIT: the last line of git bisect run, kept in $out, is about that commit.
names() {
	has "$out" "$(git rev-parse "$1^{commit}") is the first ${2:-bad} commit"
}

# new_logs: builds and boots since the test began.
new_logs() {
	find "$p/.bakeoff/logs" -type f -name '*.log' -newer "$marker" | wc -l
}

has_new_log() {
	[ "$(new_logs)" -gt 0 ]
}

# stops COMMAND…: trouble is 128 or more, one line of error, and nothing that looks like an answer.
stops() {
	local got=0

	"$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null 3>&- || got=$?
	out=$(<"$BATS_TEST_TMPDIR/out")
	err=$(<"$BATS_TEST_TMPDIR/err")
	[ "$got" -eq 128 ] || say "status $got, not 128: $*: $out $err"
	is "$out" ""
	one_error
}

# breaks_down WORD…: a commit that nobody knows, in a lab that is broken: 128, and the words.
breaks_down() {
	runs 128 "${step[@]}" --commit slub --fresh
	has "$out" "is broken: infra: " "$@"
}

# What git may not see changed by a step: index, HEAD, refs, work tree.
git_state() {
	git status --porcelain
	git ls-files -s
	git rev-parse HEAD
	git for-each-ref
	git stash list
	find . -path ./.git -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
}

# ---- the answer ----

# git bisect run names the commit that brought the oops; a second one, that git starts anew, costs
# nothing at all.
@test "git bisect run finds the commit that breaks, and the second time for nothing" {
	git bisect start bad slub
	runs 0 git bisect run "${step[@]}"
	names breaks
	has "$out" "is good: pass" "is bad: oops: "
	[ "$(new_logs)" -gt 0 ] || say "nothing was built"
	lacks "$out" "known already"
	git bisect reset
	touch "$marker"
	git bisect start bad slub
	runs 0 git bisect run "${step[@]}"
	names breaks
	has "$out" "known already"
	is "$(grep -c ' is [a-z]*: ' <<<"$out")" "$(grep -c 'known already$' <<<"$out")"
	is "$(new_logs)" 0
}

# Without a checkout it is BISECT_HEAD that is tested, and HEAD stays.
@test "git bisect start --no-checkout" {
	git checkout -q --detach fixed
	git bisect start --no-checkout bad slub
	runs 0 git bisect run "${step[@]}"
	names breaks
	is "$(git rev-parse HEAD)" "$(git rev-parse fixed)"
}

# A bare repository has no work tree at all.
@test "git bisect in a bare repository" {
	git clone -q --bare "$tree" "$BATS_TEST_TMPDIR/bare.git"
	cd "$BATS_TEST_TMPDIR/bare.git"
	git bisect start --no-checkout bad slub
	runs 0 git bisect run "${step[@]}"
	names breaks
}

# A work tree that would not compile, with staged and unknown files in it, is neither built nor touched.
@test "a dirty work tree is neither built in nor changed" {
	own_store
	git bisect start bad slub
	echo '#error dirty' >>mm/util.c
	echo '#error staged' >>lib/vsprintf.c
	git add lib/vsprintf.c
	echo unknown >unknown.c
	git_state >"$BATS_TEST_TMPDIR/before"
	runs 0 "${step[@]}"
	has "$out" "$(git rev-parse --short=12 builds) is good: pass"
	runs 1 "${step[@]}" --commit breaks
	git_state >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	# and the whole search, which has git move HEAD with these changes kept
	runs 0 git bisect run "${step[@]}"
	names breaks
	is "$(git status --porcelain)" "M  lib/vsprintf.c
 M mm/util.c
?? unknown.c"
}

# The first commit that is cured, with 0 and 1 the other way round: git's own terms, or the user's.
@test "--find fix" {
	git bisect start --term-old=broken --term-new=cured fixed bad
	runs 0 git bisect run "${step[@]}" --find fix
	names fixes cured
	git bisect reset
	git bisect start
	git bisect new fixed
	git bisect old breaks
	runs 0 git bisect run "${step[@]}" --find fix --signature get_index
	names fixes new
	runs 0 "${step[@]}" --commit bad --find fix
	runs 1 "${step[@]}" --commit fixed --find fix
	runs 0 "${step[@]}" --commit fixed --find bug
	runs 125 "${step[@]}" --commit no-build --find fix
}

# Only the wanted crash is bad: another one is skipped, and without --signature any is.
@test "--signature" {
	runs 1 "${step[@]}" --commit breaks --signature get_index
	has "$out" "is bad: oops: " get_index
	runs 125 "${step[@]}" --commit panics --signature get_index
	has "$out" "is untestable: oops: "
	runs 1 "${step[@]}" --commit panics
	runs 125 "${step[@]}" --commit breaks --signature start_kernel
	runs 0 "${step[@]}" --commit slub --signature get_index
}

# What does not compile says nothing, unless that is what is looked for.
@test "a commit that does not build is 125, and 1 with --bad build-failed" {
	runs 125 "${step[@]}" --commit no-build
	has "$out" "is untestable: build-failed: " nonesuch
	runs 1 "${step[@]}" --commit no-build --bad build-failed
	runs 125 "${step[@]}" --commit breaks --bad build-failed,hang
	runs 0 "${step[@]}" --commit slub --bad build-failed,hang
}

# Where the option of the config is not there yet, the rule decides; one of another option does not.
@test "--without" {
	runs 125 "${step[@]}" --commit no-slub
	has "$out" "cannot be configured: " "CONFIG_SLUB=y did not take"
	runs 0 "${step[@]}" --commit no-slub --without CONFIG_SLUB=good
	has "$out" "is good: CONFIG_SLUB cannot be chosen here"
	runs 1 "${step[@]}" --commit no-slub --without CONFIG_SLUB=bad
	runs 125 "${step[@]}" --commit no-slub --without CONFIG_SLUB=skip
	runs 125 "${step[@]}" --commit no-slub --without CONFIG_SLU=good --without CONFIG_MMC=bad
	runs 0 "${step[@]}" --commit no-slub --without CONFIG_MMC=bad --without CONFIG_SLUB=good
	# SLAB=n did not take either: of two rules that fit it is the first
	runs 1 "${step[@]}" --commit no-slub --without CONFIG_SLAB=bad --without CONFIG_SLUB=good
	# where it can be chosen, no rule counts
	runs 0 "${step[@]}" --commit slub --without CONFIG_SLUB=bad
	runs 1 "${step[@]}" --commit breaks --without CONFIG_SLUB=good
	# and git may begin where it was not there
	git bisect start bad no-slub
	runs 0 git bisect run "${step[@]}" --without CONFIG_SLUB=good
	names breaks
}

# A patch on every commit: the cure makes bad commits good, and is refused where it is in history.
@test "--with" {
	cure=$root/patches/slub-flush/0004-page_mapping-must-avoid-slub-pages.patch
	runs 0 "${step[@]}" --commit breaks --with "$cure"
	runs 1 "${step[@]}" --commit breaks
	sed 's/PageSwapCache/PageNonesuch/' "$cure" >"$BATS_TEST_TMPDIR/fits-nowhere.patch"
	runs 125 "${step[@]}" --commit breaks --with "$BATS_TEST_TMPDIR/fits-nowhere.patch"
	has "$out" "is untestable: apply-failed: "
	# a name counts from the current folder, whatever the project's is
	cp "$cure" "$BATS_TEST_TMPDIR/cure.patch"
	cd "$BATS_TEST_TMPDIR"
	runs 0 env BAKEOFF_REPO="$tree" "${step[@]}" --commit breaks --with cure.patch
	has "$out" "known already"
	stops env BAKEOFF_REPO="$tree" "${step[@]}" --commit breaks --with nonesuch.patch
}

# So many boots without the bug are needed; the first with it is enough. Boots of before count.
@test "--repeat" {
	runs 0 "${step[@]}" --commit slub
	touch "$marker"
	runs 0 "${step[@]}" --commit slub --repeat 3
	has "$out" "(0 of 3 boots)"
	is "$(new_logs)" 2
	touch "$marker"
	runs 0 "${step[@]}" --commit slub --repeat 2
	has "$out" "known already"
	runs 1 "${step[@]}" --commit breaks
	touch "$marker"
	runs 1 "${step[@]}" --commit breaks --repeat 5
	is "$(new_logs)" 0
	# --fresh believes none of them
	runs 0 "${step[@]}" --commit slub --fresh --repeat 2
	has "$out" "(0 of 2 boots)"
	lacks "$out" "known already"
	for n in 0 -1 many 99999; do
		stops "${step[@]}" --commit slub --repeat=$n
	done
}

# What is bisected here goes before all that names another repository, --repo excepted.
@test "the repository of the current folder is bisected" {
	git clone -q --bare "$tree" "$BATS_TEST_TMPDIR/other.git"
	git bisect start bad slub
	export BAKEOFF_REPO=$BATS_TEST_TMPDIR/other.git
	runs 0 "${step[@]}"
	has "$out" "$(git rev-parse --short=12 builds) is good"
	stops "${step[@]}" --repo "$BAKEOFF_REPO"
	cd "$BATS_TEST_TMPDIR"
	stops "${step[@]}"
	runs 0 "${step[@]}" --repo "$tree"
	has "$out" "$(git -C "$tree" rev-parse --short=12 builds) is good"
}

# A linked work tree has a bisection of its own, beside the main one.
@test "a linked work tree" {
	wt=$BATS_TEST_TMPDIR/linked
	git worktree add -q --detach "$wt" fixed
	cd "$wt"
	stops "${step[@]}"
	git -C "$tree" bisect start bad slub
	stops "${step[@]}"
	git bisect start bad slub
	runs 0 git bisect run "${step[@]}"
	names breaks
	git bisect reset
	git bisect start --no-checkout bad slub
	mkdir -p deep/er
	cd deep/er
	runs 0 "${step[@]}"
	has "$out" "$(git rev-parse --short=12 builds) is good: pass" "known already"
	cd "$wt"
	runs 0 git bisect run "${step[@]}"
	names breaks
	is "$(git rev-parse HEAD)" "$(git rev-parse fixed)"
	# the main one is where it was begun
	cd "$tree"
	is "$(git rev-parse HEAD)" "$(git rev-parse builds)"
	git worktree remove --force "$wt"
}

# ---- trouble ----

# Words that make no sense are no answer about a commit.
@test "wrong words end with 128" {
	stops "${step[@]}" --commit slub --nonesuch
	stops "${step[@]}" --commit slub surplus
	stops "${step[@]}" --commit nonesuch
	stops "${step[@]}" --commit slub --board nonesuch
	stops "${step[@]}" --commit slub --config nonesuch
	stops "${step[@]}" --commit slub --find bugs
	stops "${step[@]}" --commit slub --bad pass
	stops "${step[@]}" --commit slub --jobs 0
	for rule in CONFIG_SLUB CONFIG_SLUB= CONFIG_SLUB=maybe SLUB=good =good CONFIG_=good ''; do
		stops "${step[@]}" --commit slub --without "$rule"
	done
	conf "$p" --add bakeoff.config slab
	stops "${step[@]}" --commit slub
	has "$err" "one board and one configuration"
	runs 0 "${step[@]}" --commit slub --config slub
}

# Outside of a bisection, of a project, of a repository.
@test "nothing to test ends with 128" {
	stops "${step[@]}"
	has "$err" "git bisect"
	git bisect start bad slub
	runs 0 "${step[@]}"
	git bisect reset
	stops "${step[@]}"
	cd "$BATS_TEST_TMPDIR"
	stops "$bakeoff" step --commit slub
	has "$err" bakeoff.conf
	stops "$bakeoff" step --project nonesuch.conf --commit slub
	stops "${step[@]}"
	stops "${step[@]}" --repo "$BATS_TEST_TMPDIR/nonesuch" --commit slub
	stops "${step[@]}" --repo "$BATS_TEST_TMPDIR/nonesuch"
	stops env BAKEOFF_REPO=/nonesuch "${step[@]}" --commit slub
	runs 0 "${step[@]}" --repo "$tree" --commit slub
}

# A prelude that cannot be read is trouble; one that does not fit this commit says nothing about it.
@test "a prelude that is not there ends with 128, one that does not apply with 125" {
	conf "$p" bakeoff.prelude nonesuch
	stops "${step[@]}" --commit slub
	mkdir "$p/prelude"
	conf "$p" bakeoff.prelude prelude
	echo nonesuch.patch >"$p/prelude/series"
	stops "${step[@]}" --commit slub
	sed 's/PageSwapCache/PageNonesuch/' "$root"/patches/slub-flush/0004-* >"$p/prelude/nonesuch.patch"
	runs 125 "${step[@]}" --commit slub
	has "$out" "is untestable: "
}

# A lab that is broken says nothing about any commit, and git stops with the bisection as it was.
@test "a broken lab ends with 128" {
	own_store
	edit_board "$p" -e 's/qemu-system-arm/qemu-system-nowhere/'
	breaks_down qemu-system-nowhere
	git bisect start bad slub
	git bisect log >"$BATS_TEST_TMPDIR/before"
	run git bisect run "${step[@]}"
	[ "$status" -ge 128 ] || say "status $status: $output"
	git bisect log | diff "$BATS_TEST_TMPDIR/before" -
	git bisect reset
	cp "$root/demo/boards/model.board" "$p/boards/"
	# with QEMU back the commit is judged, over the image that was built
	runs 0 "${step[@]}" --commit slub
	mkdir "$p/toolchains"
	sed -e 's/cross = .*/cross = nowhere-linux-gnu-/' \
		"$root/kbuild/toolchains/arm-linux-gnueabi-2.6.toolchain" \
		>"$p/toolchains/arm-linux-gnueabi-2.6.toolchain"
	breaks_down nowhere-linux-gnu-gcc
	rm -r "$p/toolchains"
	runs 0 "${step[@]}" --commit slub
}

# A store that cannot be read is trouble of ours.
@test "a damaged store ends with 128" {
	own_store
	mkdir "$p/.bakeoff"
	echo 'no database, and long enough not to be taken for a new one' >"$p/.bakeoff/results.db"
	stops "${step[@]}" --commit slub
}

# Stopped by the user it has no answer, and git stops too.
@test "a step that is stopped ends with 128" {
	edit_board "$p" -e 's/panic=1/panic=1 probe=none/' -e 's/silence = .*/silence = 60/'
	"${step[@]}" --commit slub >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null 3>&- &
	pid=$!
	wait_until 30 has_new_log
	kill -TERM "$pid"
	got=0
	wait "$pid" || got=$?
	is "$got" 128
	is "$(<"$BATS_TEST_TMPDIR/out")" ""
}

# An answer that could not be written was not given.
@test "standard output that is full ends with 128" {
	runs 0 "${step[@]}" --commit slub
	run -128 sh -c '"$@" >/dev/full' sh "${step[@]}" --commit slub
	has "$output" "cannot write to standard output"
}
