#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# bakeoff bisect: which commit it names, and that it names none where it cannot know. One test does it
# with the model kernel on QEMU.

load helper
load bisect
bats_require_minimum_version 1.5.0

# ---- the answer ----

# Whichever commit it is, first and last among them, it is named.
@test "run names the commit that breaks, wherever it is" {
	for culprit in c1 c5 c9; do
		nine $culprit "$breaks"
		bisect 0 run c0 c9
		names $culprit
		has "$out" "revert: PASS" "Fixes: $(id $culprit) (\"$culprit is made\")"
		[ "$(answers | wc -l)" -le 7 ] || say "too many questions: $(answers)"
		bisect 0 reset
		git -C repo reset -q --hard c0
		git -C repo tag -d c1 c2 c3 c4 c5 c6 c7 c8 c9 >/dev/null
	done
}

# A history that never breaks has no commit to blame.
@test "run blames nobody where nothing breaks" {
	nine c5 :
	refuses 2 run c0 c9
	has "$err" "the bad end $(id c9) is good: pass"
	is "$out" ""
}

# The same question about a fix: the bug goes, with ends the other way round.
@test "--find fix names the commit that cures" {
	for cure in c3 c7; do
		cd repo
		line a="$breaks"
		cd ..
		nine $cure "$mends"
		bisect 0 run --find fix a c9
		names $cure fixed
		has "$out" "git bisect fixed $(id c9 40)" "git bisect broken $(id a 40)" \
			"Fixed-by: $(id $cure)"
		lacks "$out" "Fixes:"
		bisect 0 reset
		refuses 2 run a c9
		has "$err" "the good end $(id a) is bad: fail: " "--find fix"
		bisect 0 reset
		git -C repo reset -q --hard c0
		git -C repo tag -d a c1 c2 c3 c4 c5 c6 c7 c8 c9 >/dev/null
	done
}

# Through a merge both branches are searched; with --first-parent the merge stands for its branch.
@test "merges, and --first-parent" {
	forked s1 s2 s3="$breaks" s4
	bisect 0 run c0 c5
	names s3
	bisect 0 reset
	bisect 0 run --first-parent c0 c5
	names m
	has "$out" "'--first-parent'"
	for commit in s1 s2 s3 s4; do
		lacks "$out" "$(id $commit)"
	done
	runs 0 git -C repo bisect replay "$p/.bakeoff/bisect/log"
	has "$out" "$(id m 40) is the first bad commit"
}

# Twin: of the main branch it is the same commit either way.
@test "a commit beside a merged branch" {
	main=$breaks forked s1 s2 s3 s4
	bisect 0 run c0 c5
	names c3
	bisect 0 reset
	bisect 0 run --first-parent c0 c5
	names c3
}

# The merge itself breaks what is sound on both sides.
@test "a merge that breaks" {
	merge=$breaks forked s1 s2 s3 s4
	bisect 0 run c0 c5
	names m
	has "$out" "it cannot be taken back there as it is"
	for commit in c3 s4; do
		answers | grep -q "$(id $commit 40)" || say "$commit was not checked"
	done
}

# Only commits that touch the path are asked about; what is not among them is not blamed.
@test "--path" {
	history c1 c2="echo 2 >>lib/one.c" c3 c4="echo 4 >>lib/one.c; $breaks" c5 c6="echo 6 >>lib/one.c" c7
	bisect 0 run --path lib c0 c7
	names c4
	for commit in c1 c5; do
		lacks "$out" "$(id $commit)"
	done
	has "$out" "'--' 'lib'"
	bisect 0 reset
	# a value that looks like the verb is remembered as well
	bisect 0 run --path lib/one.c --path changes/c3 --path run c0 c7
	grep -q "'--path' 'run'" "$p/.bakeoff/bisect/log"
	names c4
	bisect 0 reset
	refuses 2 run --path nowhere c0 c7
	has "$err" "no commit between $(id c0) and $(id c7) touches 'nowhere'"
	refuses 2 run
	has "$err" "no bisection is under way"
}

# The culprit lies outside of the path: the check finds it out, and no commit is named for blame.
@test "--path without the culprit convicts nobody" {
	history c1 c2="echo 2 >>lib/one.c" c3="$breaks" c4 c5="echo 5 >>lib/one.c" c6
	bisect 3 run --path lib c0 c6
	has "$out" "verify: its parent $(id c4) is bad: fail: "
	lacks "$out" "is the first bad commit"
	lacks "$out" "Fixes:"
	bisect 3 run
	lacks "$out" "is the first bad commit"
	bisect 0 report --format reply --regzbot
	lacks "$out" "is the first bad commit"
	lacks "$out" "Fixes:"
	lacks "$out" "#regzbot"
	has "$out" "Subject: [bisected] first bad commit: perhaps $(id c5)"
	# twin: the one commit of that path is older than the culprit, and was never asked about
	bisect 0 reset
	bisect 3 run --path changes/c1 c0 c6
	has "$out" "verify: $(id c1) is good: pass"
	lacks "$out" "is the first bad commit"
}

# Killed when its check was in the log, and what came of it was not.
@test "a check that was killed comes to the same" {
	history c1 c2="echo 2 >>lib/one.c" c3="$breaks" c4 c5="echo 5 >>lib/one.c" c6
	for path in lib changes/c1; do
		bisect 3 run --path $path c0 c6
		whole=$(<.bakeoff/bisect/log)
		sed -i '/^# first bad/,$d' .bakeoff/bisect/log
		bisect 0 visualize
		lacks "$out" "<- the first"
		bisect 3 run
		lacks "$out" "is the first bad commit"
		is "$(<.bakeoff/bisect/log)" "$whole"
		bisect 0 reset
	done
	# twin: answers that are no check's and cannot all be true are refused
	bisect 3 run --path lib c0 c6
	sed -i '/^# first bad/,$d' .bakeoff/bisect/log
	echo "git bisect bad $(id c2 40)" >>.bakeoff/bisect/log
	refuses 2 run
	has "$err" "answers contradict each other"
}

# What does not build is skipped and told of, and the answer is as sure as without it.
@test "a commit that does not build is skipped" {
	history c1 c2 c3 c4="$garbles" c5="$restores" c6="$breaks" c7 c8
	bisect 0 run c0 c8
	names c6
	has "$out" "git bisect skip $(id c4 40)" "Could not be tested:

    $(id c4) (\"c4 is made\")
        build-failed: "
}

# Skips hide the culprit: those that are left are told, all of them, and git comes to the same.
@test "one of these, where skips hide it" {
	history c1 c2 c3 c4="$garbles" c5="$breaks" c6="$restores" c7 c8
	bisect 3 run c0 c8
	has "$out" "The first bad commit is one of these 3:" "$(id c4) (\"c4" "$(id c5) (\"c5" "$(id c6) (\"c6"
	lacks "$out" "is the first bad commit."
	lacks "$out" "Fixes:"
	bisect 3 run
	has "$out" "one of these 3:"
	bisect 0 report -f reply
	has "$out" "one of these 3:" "Could not be tested:"
	lacks "$out" "Fixes:"
	run git -C repo bisect replay "$p/.bakeoff/bisect/log"
	has "$output" "only 'skip'ped commits left to test"
	for commit in c4 c5 c6; do
		has "$output" "$(id $commit 40)"
	done
}

# ---- ends ----

@test "wrong ends are refused" {
	nine c6 "$breaks"
	refuses 2 run c7 c9
	has "$err" "the good end $(id c7) is bad: fail: not ok: works" "--find fix"
	bisect 0 reset
	refuses 2 run c0 c5
	has "$err" "the bad end $(id c5) is good: pass"
	bisect 0 reset
	refuses 2 run c9 c0
	has "$err" "has no commit that the old end '$(id c9 40)' has not" "the wrong way round?"
	refuses 2 run c0 c0
	has "$err" "has no commit that the old end '$(id c0 40)' has not"
	# an end that does not build
	history g="$garbles"
	refuses 2 run c0 g
	has "$err" "the bad end $(id g) cannot be tested: build-failed: "
	bisect 0 reset
	bisect 0 run c0 c9
	names c6
}

# The good end is on another branch: where they part must be good too.
@test "ends that are not related by ancestry" {
	history c1 c2
	git -C repo checkout -q -b other
	history o1 o2
	git -C repo checkout -q main
	history c3 c4="$breaks" c5
	bisect 0 run o2 c5
	names c4
	answers | grep -q "$(id c2 40)" || say "the merge base was not tested"
}

# Twin: the bug is older than both, and the good end has a fix of its own.
@test "a merge base that is bad" {
	history c1="$breaks" c2
	git -C repo checkout -q -b other
	history o1="$mends" o2
	git -C repo checkout -q main
	history c3 c4 c5
	refuses 2 run o2 c5
	has "$err" "$(id c2), which both ends come from, is bad already"
	is "$out" ""
}

# ---- beside git ----

git_state() {
	git status --porcelain
	git ls-files -s
	git rev-parse HEAD
	git symbolic-ref HEAD
	git for-each-ref
	git stash list
	ls .git
	find . -path ./.git -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
}

@test "HEAD, index, refs and work tree are left alone" {
	nine c6 "$breaks"
	cd repo
	echo 'exit 1' >kernel
	echo staged >>lib/one.c
	git add lib/one.c
	echo unknown >unknown.c
	git_state >"$BATS_TEST_TMPDIR/before"
	bisect 0 run -p ../bakeoff.conf c0 c9
	names c6
	git_state | diff "$BATS_TEST_TMPDIR/before" -
	cd ..
	# and in a bare repository, which has none of them
	git clone -q --bare repo bare.git
	conf . bakeoff.repo bare.git
	bisect 0 reset
	bisect 0 run c0 c9
	names c6
}

# A log goes from bakeoff to git and back, through the middle of the search too.
@test "git replays a log of bakeoff's, bakeoff one of git's" {
	for culprit in c3 c8; do
		nine $culprit "$breaks"
		bisect 0 run c0 c9
		runs 0 git -C repo bisect replay "$p/.bakeoff/bisect/log"
		has "$out" "$(id $culprit 40) is the first bad commit"
		git -C repo bisect reset 2>/dev/null
		bisect 0 reset

		git -C repo bisect start c9 c0 >/dev/null
		git -C repo bisect run sh -c '! grep -q "not ok" kernel' >git.out
		git -C repo bisect log >git.log
		git -C repo bisect reset 2>/dev/null
		grep -q "$(id $culprit 40) is the first bad commit" git.out
		bisect 0 replay git.log
		bisect 0 run
		names $culprit
		bisect 0 reset

		# git's first answers alone, by names that have moved since
		git -C repo branch -f good-end c0
		git -C repo branch -f bad-end c9
		git -C repo bisect start --no-checkout bad-end good-end >/dev/null
		git -C repo bisect log >git.log
		git -C repo bisect reset 2>/dev/null
		git -C repo branch -f bad-end c1
		bisect 0 replay git.log
		bisect 0 run
		names $culprit
		bisect 0 reset
		git -C repo reset -q --hard c0
		git -C repo tag -d c1 c2 c3 c4 c5 c6 c7 c8 c9 >/dev/null
	done
}

@test "git's terms, paths and skips are understood" {
	history c1 c2="echo 2 >>lib/one.c; $breaks" c3 c4="echo 4 >>lib/one.c; $garbles" \
		c5="echo 5 >>lib/one.c; $restores" c6="echo 6 >>lib/one.c; $mends" c7 c8
	git -C repo bisect start --term-old=broken --term-new=cured c8 c2 -- lib >/dev/null
	git -C repo bisect skip c4 >/dev/null
	git -C repo bisect log >git.log
	git -C repo bisect reset 2>/dev/null
	bisect 0 replay --find fix git.log
	bisect 0 run
	names c6 cured
	has "$out" "Fixed-by: $(id c6)"
	lacks "$out" "$(id c3)"
	# ours with ours
	cp .bakeoff/bisect/log ours
	bisect 0 reset
	bisect 0 replay ours
	bisect 0 run
	names c6 cured
	has "$out" "Fixed-by: $(id c6)"
}

# ---- on QEMU ----

# The whole of it: a commit that does not build, one that crashes in another way, and the one that
# brought the crash of 2007.
@test "the model kernel" {
	p=$BATS_TEST_TMPDIR/model
	small_project "$p"
	git clone -q -b model-1 -c advice.detachedHead=false "$p.git" "$p/repo"
	conf "$p" bakeoff.repo repo
	cd "$p/repo"
	mkdir changes
	cure=$root/patches/slub-flush/0004-page_mapping-must-avoid-slub-pages.patch
	line cured="git apply '$cure'" idle breaks="git apply -R '$cure'" \
		panics='sed -i "s/^	mem_init();/	BUG();\n&/" init/main.c' \
		recovers='sed -i "/^	BUG();/d" init/main.c' last
	cd "$p"
	bisect 0 run --signature get_index cured last
	names breaks
	has "$out" "revert: PASS" "oops: " get_index "on model, configuration slub"
}
