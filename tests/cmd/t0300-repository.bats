#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The user's repository: bakeoff adds objects and refs/bakeoff/*, and what it adds is what git itself
# would have made of the patches.

load helper

# A clone that its user is in the middle of work with: staged, unstaged and untracked changes, a
# branch, a stash, a configuration.
setup_file() {
	p=$BATS_FILE_TMPDIR/p
	new_project "$p"
	git clone -q "$p.git" "$BATS_FILE_TMPDIR/linux"
	cd "$BATS_FILE_TMPDIR/linux"
	git checkout -q -b topic
	echo '/* stashed */' >>mm/util.c
	git stash -q
	echo '/* staged */' >>mm/slub.c
	git add mm/slub.c
	echo '/* dirty */' >>include/linux/mm.h
	rm mm/slab.c
	echo new >untracked
	git config bakeoff.test untouched
	conf "$p" bakeoff.repo "$PWD"
	: >"$BATS_FILE_TMPDIR/ready"
}

setup() {
	p=$BATS_FILE_TMPDIR/p
	linux=$BATS_FILE_TMPDIR/linux
	cd "$p"
}

# All that belongs to the user: every byte of the work tree and of .git, with times and modes, but for
# objects and refs/bakeoff.
users_own() {
	find "$linux" \( -path '*/.git/objects' -o -path '*/.git/refs/bakeoff' \) -prune -o \
		-type f -printf '%p %m %T@ ' -exec sha256sum {} \; -o -printf '%p %y %m %l\n' |
		grep -v "^$linux/\.git/refs d " | sort
	git -C "$linux" for-each-ref | grep -v refs/bakeoff
}

# unharmed COMMAND…: succeeds, and the user's own is as it was.
unharmed() {
	users_own >"$BATS_TEST_TMPDIR/before"
	runs 0 "$@"
	users_own >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

# Index, HEAD, branches, stash, configuration and work tree stay byte for byte.
@test "show, apply and run leave index, HEAD, branches and work tree alone" {
	unharmed "$bakeoff" show
	is "$(git -C "$linux" for-each-ref refs/bakeoff)" ""
	unharmed "$bakeoff" apply
	unharmed "$bakeoff" run
	unharmed "$bakeoff" report
	git -C "$linux" fsck --no-dangling 2>&1 | tee "$BATS_TEST_TMPDIR/fsck"
	[ ! -s "$BATS_TEST_TMPDIR/fsck" ]
}

# Import checks its repairs against the repository without writing to it.
@test "import leaves the repository alone" {
	{
		printf 'From h@example.org Thu Jun 21 15:27:00 2007\n'
		grep -v '^X-Bakeoff' patches/0004-*.patch
		printf '\n'
	} >"$BATS_TEST_TMPDIR/mbox"
	unharmed "$bakeoff" import --dry-run "$BATS_TEST_TMPDIR/mbox"
}

# The work tree was dirty in the very file that a patch changes: what is tested is the base, not it.
@test "a dirty work tree does not get into a variant" {
	runs 0 "$bakeoff" apply
	for ref in base page-mapping-avoid-slub; do
		lacks "$(git -C "$linux" show "refs/bakeoff/$ref:include/linux/mm.h")" dirty
		lacks "$(git -C "$linux" show "refs/bakeoff/$ref:mm/slub.c")" staged
	done
}

# One ref for each variant that applies, and none for the one that does not.
@test "the refs are those of the variants that apply" {
	runs 0 "$bakeoff" apply
	is "$(git -C "$linux" for-each-ref --format='%(refname)' refs/bakeoff)" "refs/bakeoff/add-vm-bug-on
refs/bakeoff/arm-allocate-dma-pages
refs/bakeoff/at91-mci-fix-marc-pignat
refs/bakeoff/base
refs/bakeoff/kunmap-called-pointer
refs/bakeoff/pa-risc-page-allocator
refs/bakeoff/page-mapping-avoid-slub"
	is "$(git -C "$linux" rev-parse refs/bakeoff/base)" "$(git -C "$linux" rev-parse 'model-1^{commit}')"
}

# A commit carries its mail's author, date and subject, on top of base.
@test "commits have the candidate's author, date and subject" {
	runs 0 "$bakeoff" apply
	log() {
		git -C "$linux" log --date=iso-strict --format='%an <%ae> %ad %s' "model-1..refs/bakeoff/$1"
	}
	is "$(log page-mapping-avoid-slub)" \
		"Hugh Dickins <hugh@veritas.com> 2007-06-21T15:27:00+00:00 page_mapping must avoid slub pages"
	is "$(log kunmap-called-pointer)" \
		"Marc Pignat <marc.pignat@hevs.ch> 2007-06-21T23:28:00+00:00 kunmap must be called on the pointer returned by kmap."
	# topmost first: VM_BUG_ON stands on Hugh Dickins' patch
	is "$(log add-vm-bug-on)" \
		"Christoph Lameter <clameter@sgi.com> 2007-06-22T10:41:00+00:00 Add VM_BUG_ON in case someone uses page_mapping on a slab page
Hugh Dickins <hugh@veritas.com> 2007-06-21T15:27:00+00:00 page_mapping must avoid slub pages"
	is "$(git -C "$linux" merge-base model-1 refs/bakeoff/add-vm-bug-on)" \
		"$(git -C "$linux" rev-parse 'model-1^{commit}')"
	has "$(git -C "$linux" log -1 --format=%B refs/bakeoff/page-mapping-avoid-slub)" \
		"Signed-off-by: Hugh Dickins <hugh@veritas.com>"
}

# git apply is the oracle: the same patches give the same trees, offsets and all.
@test "variants are the trees that git apply makes" {
	runs 0 "$bakeoff" apply
	git clone -q "$p.git" "$BATS_TEST_TMPDIR/tree"
	conf . --get-regexp '^variant\..*\.patch$' >"$BATS_TEST_TMPDIR/stacks"
	for variant in page-mapping-avoid-slub add-vm-bug-on arm-allocate-dma-pages \
		at91-mci-fix-marc-pignat kunmap-called-pointer pa-risc-page-allocator; do
		git -C "$BATS_TEST_TMPDIR/tree" reset -q --hard model-1
		while read -r patch; do
			git -C "$BATS_TEST_TMPDIR/tree" apply --index "$p/patches/$patch"
		done < <(sed -n "s/^variant\.$variant\.patch //p" "$BATS_TEST_TMPDIR/stacks")
		is "$(git -C "$linux" rev-parse "refs/bakeoff/$variant^{tree}")" \
			"$(git -C "$BATS_TEST_TMPDIR/tree" write-tree)"
	done
}

# Applying again, or elsewhere, makes the very same commits: committer and dates come from the mail.
@test "equal patches on an equal base give equal commits" {
	runs 0 "$bakeoff" apply
	first=$(git -C "$linux" for-each-ref refs/bakeoff)
	GIT_COMMITTER_NAME=Other GIT_AUTHOR_DATE='1700000000 +0100' TZ=Asia/Tokyo runs 0 "$bakeoff" apply
	is "$(git -C "$linux" for-each-ref refs/bakeoff)" "$first"
	runs 0 "$bakeoff" apply --repo "$p.git"
	is "$(git -C "$p.git" for-each-ref refs/bakeoff)" "$first"
}

# Run from a git hook, we still write where --repo says, and into no index of the caller's.
@test "a hook's GIT_DIR does not mislead" {
	git init -q --bare "$BATS_TEST_TMPDIR/other.git"
	unharmed env GIT_DIR="$BATS_TEST_TMPDIR/other.git" GIT_INDEX_FILE="$BATS_TEST_TMPDIR/index" \
		"$bakeoff" apply
	is "$(git -C "$BATS_TEST_TMPDIR/other.git" for-each-ref)" ""
	[ ! -e "$BATS_TEST_TMPDIR/index" ]
}

# a_variant_that_lists DIR: it changes, adds and removes files, and its build prints what it sees.
a_variant_that_lists() {
	add_variant "$1" listing '
		echo "/* changed */" >>mm/slub.c
		git rm -q drivers/mmc/host/at91_mci.c
		git rm -q README.md
		mkdir README.md
		echo "a file became a folder" >README.md/file
		git rm -q -r arch/parisc
		echo "a folder became a file" >arch/parisc
		mkdir -p new/folder
		echo new >new/folder/file
		chmod +x scripts/oldconfig.sh
		printf "Image: list\nlist: FORCE\n\t@find . -type f -printf \"%%04m %%P \" %s | sort\n" \
			"-exec sha256sum {} \\;" >>Makefile'
}

# git_listing REF: the same by git.
git_listing() {
	rm -rf "$BATS_TEST_TMPDIR/export"
	mkdir "$BATS_TEST_TMPDIR/export"
	git -C "$p.git" archive "$1" | tar -x -m --no-same-permissions -C "$BATS_TEST_TMPDIR/export"
	cd "$BATS_TEST_TMPDIR/export"
	find . -type f -printf "%04m %P " -exec sha256sum {} \; | sort
	cd "$p"
}

# What make sees is exactly the variant's tree, and what lies on disk before and after is the base's.
sees_its_tree() {
	new_project "$BATS_TEST_TMPDIR/p"
	p=$BATS_TEST_TMPDIR/p
	cd "$p"
	a_variant_that_lists "$p"
	runs 0 "$bakeoff" build --config slub --variant listing "$@"
	grep '^0[0-7]* ' .bakeoff/logs/model-slub-listing-*.build.log >"$BATS_TEST_TMPDIR/seen"
	runs 0 "$bakeoff" apply
	git_listing refs/bakeoff/listing >"$BATS_TEST_TMPDIR/expected"
	diff "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/seen"
	is "$(find .bakeoff/slots -name src | wc -l)" 1
	GIT_INDEX_FILE=$BATS_TEST_TMPDIR/own git --git-dir="$p.git" --work-tree=.bakeoff/slots/0/src add -A -f .
	is "$(GIT_INDEX_FILE=$BATS_TEST_TMPDIR/own git --git-dir="$p.git" write-tree)" \
		"$(sed -n 's/^tree //p' .bakeoff/slots/0/source)"
	is "$(git -C "$p.git" rev-parse 'model-1^{tree}')" "$(sed -n 's/^tree //p' .bakeoff/slots/0/source)"
}

@test "what is built is the tree of the variant" {
	sees_its_tree
}

@test "what is built without a sandbox is the tree of the variant" {
	sees_its_tree --no-sandbox
}

# A slot remembers the tree that it holds. Where that tree is gone, because the repository is another
# one or was cleaned, the slot is filled anew.
@test "a slot that was filled from another repository is filled anew" {
	small_project "$BATS_TEST_TMPDIR/q"
	cd "$BATS_TEST_TMPDIR/q"
	git clone -q "$BATS_TEST_TMPDIR/q.git" "$BATS_TEST_TMPDIR/other"
	echo other >"$BATS_TEST_TMPDIR/other/other"
	git -C "$BATS_TEST_TMPDIR/other" add other
	git -C "$BATS_TEST_TMPDIR/other" commit -q -m other
	runs 0 "$bakeoff" build --repo "$BATS_TEST_TMPDIR/other" --base HEAD --variant base
	runs 0 "$bakeoff" run
	has "$err" "base model/slub: oops" "page-mapping-avoid-slub model/slub: pass"
	[ -e .bakeoff/slots/0/src/Makefile ]
	[ ! -e .bakeoff/slots/0/src/other ]
}

# break_patch: the variant's patch does not apply any more.
break_patch() {
	sed -i 's/PageSwapCache/NoSuchThing/' patches/0004-page_mapping-must-avoid-slub-pages.patch
}

# A ref that a variant got once does not outlive its fix: whoever builds it would build another patch.
@test "apply removes the ref of a variant that does not apply any more" {
	small_project "$BATS_TEST_TMPDIR/q"
	cd "$BATS_TEST_TMPDIR/q"
	runs 0 "$bakeoff" apply
	refs() { git -C "$BATS_TEST_TMPDIR/q.git" for-each-ref --format='%(refname)'; }
	git -C "$BATS_TEST_TMPDIR/q.git" branch page-mapping-avoid-slub refs/bakeoff/page-mapping-avoid-slub
	git -C "$BATS_TEST_TMPDIR/q.git" pack-refs --all
	before=$(refs)
	break_patch
	# of base alone nothing is known about the other one
	runs 0 "$bakeoff" apply --variant base
	is "$(refs)" "$before"
	runs 0 "$bakeoff" apply
	has "$out" "apply-failed" "removed refs/bakeoff/page-mapping-avoid-slub"
	# branches and tags stay, that of the same name and commit too
	is "$(refs)" "$(grep -v '^refs/bakeoff/page-mapping-avoid-slub$' <<<"$before")"
	runs 0 "$bakeoff" apply
	lacks "$out" removed
}

# What bakeoff did not make is not its to remove, even under a variant's name.
@test "apply leaves refs that others made" {
	small_project "$BATS_TEST_TMPDIR/q"
	cd "$BATS_TEST_TMPDIR/q"
	runs 0 "$bakeoff" apply
	git=(git -C "$BATS_TEST_TMPDIR/q.git")
	theirs=$("${git[@]}" commit-tree -m mine 'model-1^{tree}')
	"${git[@]}" update-ref refs/bakeoff/page-mapping-avoid-slub "$theirs"
	break_patch
	runs 0 "$bakeoff" apply
	has "$out" "refs/bakeoff/page-mapping-avoid-slub was not made by bakeoff: it is left alone"
	is "$("${git[@]}" rev-parse refs/bakeoff/page-mapping-avoid-slub)" "$theirs"
}

# A repository may serve many projects: the refs of variants that this one does not have are told, and
# kept. A choice of variants says nothing about the others.
@test "apply tells of refs that are no variant's" {
	small_project "$BATS_TEST_TMPDIR/q"
	cd "$BATS_TEST_TMPDIR/q"
	runs 0 "$bakeoff" apply
	lacks "$out" "no variant of this project"
	conf . --rename-section variant.page-mapping-avoid-slub variant.renamed
	runs 0 "$bakeoff" apply --variant renamed
	lacks "$out" "no variant of this project"
	runs 0 "$bakeoff" apply
	has "$out" "refs/bakeoff/page-mapping-avoid-slub is no variant of this project"
	lacks "$out" "refs/bakeoff/renamed is"
	lacks "$out" "refs/bakeoff/base is"
	git -C "$BATS_TEST_TMPDIR/q.git" rev-parse --verify refs/bakeoff/page-mapping-avoid-slub
}

# A hunk that two places fit goes where git puts it, and show, apply and report say that it is a guess.
@test "an ambiguous hunk is told" {
	small_project "$BATS_TEST_TMPDIR/q"
	cd "$BATS_TEST_TMPDIR/q"
	git init -q "$BATS_TEST_TMPDIR/two"
	printf '%s\n' one open close two three open close four >"$BATS_TEST_TMPDIR/two/f"
	git -C "$BATS_TEST_TMPDIR/two" add f
	git -C "$BATS_TEST_TMPDIR/two" commit -q -m two
	printf '%s\n' 'Subject: a guess' '' '--- a/f' '+++ b/f' '@@ -4,2 +4,3 @@' ' open' '+new' ' close' \
		>patches/guess.patch
	conf . bakeoff.repo "$BATS_TEST_TMPDIR/two"
	conf . bakeoff.base HEAD
	conf . variant.guess.patch guess.patch
	doubt="guess.patch: f: hunk 1 fits at line 6, 2 lines below where the patch says; ambiguous: also fits at line 2"
	runs 0 "$bakeoff" apply
	has "$out" "$doubt"
	git -C "$BATS_TEST_TMPDIR/two" apply "$PWD/patches/guess.patch"
	is "$(git -C "$BATS_TEST_TMPDIR/two" show refs/bakeoff/guess:f)" "$(cat "$BATS_TEST_TMPDIR/two/f")"
	runs 0 "$bakeoff" show
	has "$out" "$doubt"
	runs 3 "$bakeoff" report
	has "$(tr -s ' \n' ' ' <<<"$out")" "$doubt"
	runs 3 "$bakeoff" report --format json
	has "$out" "$doubt"
}
