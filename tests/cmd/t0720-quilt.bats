#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# To quilt and back. The real quilt works in the trees: what it says of them is what counts.

load helper

setup() {
	unset QUILT_PATCHES QUILT_SERIES QUILT_PC
	p=$BATS_TEST_TMPDIR/p
	t=$BATS_TEST_TMPDIR/t
	new_project "$p"
	cd "$p"
	top=0006-Add-VM_BUG_ON-in-case-someone-uses-page_mapping-on-a.patch
	low=0004-page_mapping-must-avoid-slub-pages.patch
}

# A prelude of one line, of which everything else must be independent.
add_prelude() {
	mkdir "$p/prelude"
	cat >"$p/prelude/makefile.patch" <<-'END'
		--- a/new-file
		+++ b/new-file
		@@ -0,0 +1 @@
		+below all
	END
	sed -i '1s,.*,--- /dev/null,' "$p/prelude/makefile.patch"
	echo makefile.patch >"$p/prelude/series"
	conf . bakeoff.prelude prelude
}

# q COMMAND…: quilt in the tree, without anybody's quiltrc.
q() {
	(cd "$t" && quilt --quiltrc=- "$@" 3>&-)
}

# tree_id: of what lies in the tree, without quilt's own: git's word, in an index of its own.
tree_id() {
	(
		export GIT_INDEX_FILE=$BATS_TEST_TMPDIR/index GIT_DIR=$p.git GIT_WORK_TREE=$t
		rm -f "$GIT_INDEX_FILE"
		cd "$t"
		git add -f -A . ':!patches' ':!.pc'
		git write-tree
	)
}

# applied_tree VARIANT: the tree of its commit.
applied_tree() {
	"$bakeoff" apply >/dev/null
	git -C "$p.git" rev-parse "refs/bakeoff/$1^{tree}"
}

# pc: what lies in .pc, in names, modes and content.
pc() {
	(cd "$t/.pc" && find . -type f -printf '%p %m\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum)
}

# snapshot: of the project's every file, with its content and time.
snapshot() {
	find . -path ./.bakeoff -prune -o -type f -printf '%p %T@ %s\n' | sort
	find . -path ./.bakeoff -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
}

# The tree is the variant's, and .pc is byte for byte what quilt itself leaves there.
@test "a variant is pushed as quilt would push it" {
	add_prelude
	runs 0 "$bakeoff" quilt add-vm-bug-on "$t"
	has "$out" "with the prelude" "2 patches of add-vm-bug-on, all pushed"
	is "$(tree_id)" "$(applied_tree add-vm-bug-on)"
	is "$(q top)" "$top"
	is "$(q applied)" "$low
$top"
	is "$(q diff -z)" ""
	cmp "$t/patches/$top" "patches/$top"
	pc >"$BATS_TEST_TMPDIR/ours"
	q pop -a
	is "$(tree_id)" "$(applied_tree base)"
	is "$(cat "$t/new-file")" "below all"
	q push -a
	is "$(tree_id)" "$(applied_tree add-vm-bug-on)"
	pc >"$BATS_TEST_TMPDIR/quilts"
	diff "$BATS_TEST_TMPDIR/ours" "$BATS_TEST_TMPDIR/quilts"
}

# Files that come, go and become executable are backed up as quilt does it.
@test "new and removed files are backed up too" {
	add_variant "$p" files 'mkdir -p some/new && echo text >some/new/file && git rm -q Makefile && : >empty'
	runs 0 "$bakeoff" quilt files "$t"
	pc >"$BATS_TEST_TMPDIR/ours"
	q pop -a
	is "$(tree_id)" "$(applied_tree base)"
	q push -a
	is "$(tree_id)" "$(applied_tree files)"
	pc >"$BATS_TEST_TMPDIR/quilts"
	diff "$BATS_TEST_TMPDIR/ours" "$BATS_TEST_TMPDIR/quilts"
}

# --pop leaves the same as quilt pop -a; --base-only leaves the prelude out.
@test "--pop and --base-only" {
	add_prelude
	runs 0 "$bakeoff" quilt --pop add-vm-bug-on "$t"
	has "$out" "none pushed"
	is "$(tree_id)" "$(applied_tree base)"
	[ ! -e "$t/.pc/applied-patches" ]
	q push -a
	is "$(tree_id)" "$(applied_tree add-vm-bug-on)"
	rm -r "$t"
	runs 0 "$bakeoff" quilt --base-only add-vm-bug-on "$t"
	lacks "$out" "prelude"
	[ ! -e "$t/new-file" ]
	q pop -a
	is "$(tree_id)" "$(git -C "$p.git" rev-parse 'model-1^{tree}')"
}

# -p0, -R and a subfolder go along.
@test "options of the series go along" {
	mkdir patches/sub
	sed -e 's,^\(---\|+++\) [ab]/,\1 ,' -e '/^diff --git/d' "patches/$low" >patches/sub/p0.patch
	cat >patches/back.patch <<-'END'
		--- a/undone
		+++ /dev/null
		@@ -1 +0,0 @@
		-undone
	END
	printf '%s\n' '# guards' 'sub/p0.patch -p0 #+slub' 'back.patch -R' >>patches/series
	conf . variant.options.patch sub/p0.patch
	conf . --add variant.options.patch back.patch
	runs 0 "$bakeoff" quilt options "$t"
	is "$(tail -n 2 "$t/patches/series")" "sub/p0.patch -p0 #+slub
back.patch -R"
	is "$(cat "$t/undone")" "undone"
	q pop -a
	is "$(tree_id)" "$(applied_tree base)"
	q push -a
	is "$(tree_id)" "$(applied_tree options)"
}

# The base has no patches: quilt can begin one.
@test "the base is a tree for a new patch" {
	runs 0 "$bakeoff" quilt base "$t"
	q new first.patch
	q add Makefile
	echo '# new' >>"$t/Makefile"
	q refresh
	is "$(q series)" first.patch
}

# What is there already stays; what is refused leaves nothing, neither there nor beside it.
@test "refused without a trace" {
	mkdir "$t"
	echo mine >"$t/file"
	must_fail 2 "$bakeoff" quilt add-vm-bug-on "$t"
	has "$err" "is not empty"
	is "$(ls -A "$t")" file
	must_fail 2 "$bakeoff" quilt add-vm-bug-on "$t/file"
	rm "$t/file"
	must_fail 2 "$bakeoff" quilt none "$t"
	has "$err" "no variant 'none'"
	must_fail 2 "$bakeoff" quilt add-vm-bug-on-lameter "$t"
	has "$err" "variant 'add-vm-bug-on-lameter' does not apply: " "--pop"
	must_fail 2 "$bakeoff" quilt add-vm-bug-on
	must_fail 2 "$bakeoff" quilt add-vm-bug-on "$BATS_TEST_TMPDIR/no/such"
	is "$(ls -A "$t")" ""
	is "$(find "$BATS_TEST_TMPDIR" -maxdepth 1 -name '.t*')" ""
	runs 0 "$bakeoff" quilt add-vm-bug-on "$t"
	[ -d "$t/patches" ]
}

# A tree that has what quilt would make is refused, and so is one that cannot be finished, here for
# a symbolic link that a patch changes: no half of it is left.
@test "half a tree is no tree" {
	git clone -q "$p.git" "$BATS_TEST_TMPDIR/w"
	(cd "$BATS_TEST_TMPDIR/w" && git checkout -q model-1 && ln -s Makefile link &&
		git add -A && git commit -q -m link && git push -q origin HEAD:refs/heads/link &&
		mkdir patches && echo >patches/x &&
		git add -A && git commit -q -m own && git push -q origin HEAD:refs/heads/own)
	must_fail 2 "$bakeoff" quilt --base own add-vm-bug-on "$t"
	has "$err" "has a 'patches' of its own"
	printf '%s\n' 'diff --git a/link b/link' 'deleted file mode 120000' '--- a/link' '+++ /dev/null' \
		'@@ -1 +0,0 @@' -Makefile '\ No newline at end of file' >patches/unlink.patch
	conf . variant.unlink.patch unlink.patch
	must_fail 2 "$bakeoff" quilt --base link unlink "$t"
	has "$err" "'link' is a symbolic link"
	[ ! -e "$t" ]
	is "$(find "$BATS_TEST_TMPDIR" -maxdepth 1 -name '.t*')" ""
	runs 0 "$bakeoff" quilt --base link add-vm-bug-on "$t"
	is "$(readlink "$t/link")" Makefile
}

# A variant that does not apply can be had without its patches. quilt refuses it too.
@test "--pop is for what does not apply" {
	runs 0 "$bakeoff" quilt --pop add-vm-bug-on-lameter "$t"
	is "$(tree_id)" "$(applied_tree base)"
	runs 1 q push -a
}

# fuzzy_variant N: its second patch fits where N lines of context at each end are ignored.
fuzzy_variant() {
	local f=$BATS_TEST_TMPDIR/fuzzy

	mkdir -p "$f/a" "$f/b"
	seq 1 20 >"$f/a/numbers"
	(cd "$f" && diff -u --label /dev/null --label b/numbers /dev/null a/numbers) >patches/numbers.patch || true
	sed -e "s/^\(10\)$/ten/; $((5)),$((4 + $1))s/$/ other/; $((16 - $1)),15s/$/ other/" "$f/a/numbers" >"$f/b/numbers"
	sed -e 's/^ten$/10/' "$f/b/numbers" >"$f/a/numbers"
	(cd "$f" && diff -U5 a/numbers b/numbers) >patches/fuzzy.patch || true
	conf . --unset-all variant.fuzzy.patch || true
	conf . variant.fuzzy.patch numbers.patch
	conf . --add variant.fuzzy.patch fuzzy.patch
}

# More fuzz than quilt push allows is refused, though bakeoff.fuzz allows it; as much is told.
@test "fuzz that quilt refuses is refused" {
	fuzzy_variant 3
	must_fail 2 "$bakeoff" quilt fuzzy "$t"
	has "$err" "does not apply"
	conf . bakeoff.fuzz 3
	must_fail 2 "$bakeoff" quilt fuzzy "$t"
	has "$err" "with fuzz 3" "quilt push allows a fuzz of 2"
	runs 0 "$bakeoff" quilt --pop fuzzy "$t"
	runs 1 q push -a
	rm -r "$t"
	fuzzy_variant 2
	runs 0 "$bakeoff" quilt fuzzy "$t"
	has "$out" "with fuzz 2"
	q pop -a
	q push -a
	is "$(tree_id)" "$(applied_tree fuzzy)"
}

# Out and in again is nothing at all: no byte, no time. Nor is it with a prelude, or without patches.
@test "to quilt and back changes nothing" {
	add_prelude
	for variant in add-vm-bug-on base page-mapping-avoid-slub; do
		runs 0 "$bakeoff" quilt "$variant" "$t"
		snapshot >"$BATS_TEST_TMPDIR/before"
		runs 0 "$bakeoff" import "$t"
		has "$out" "0 new, 0 changed; 0 variants added"
		lacks "$out" "note: '"
		snapshot >"$BATS_TEST_TMPDIR/after"
		diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
		rm -r "$t"
	done
}

# What was refreshed comes back, in that patch alone, with its headers; the variant is the tree.
@test "a refreshed patch comes back" {
	add_prelude
	runs 0 "$bakeoff" quilt add-vm-bug-on "$t"
	q add Makefile
	echo '# edited' >>"$t/Makefile"
	q refresh
	snapshot >"$BATS_TEST_TMPDIR/before"
	runs 0 "$bakeoff" import --dry-run "$t"
	has "$out" "changed  $top" "1 changed"
	snapshot >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	sed -n '1,/^---$/p' "patches/$top" >"$BATS_TEST_TMPDIR/head"
	runs 0 "$bakeoff" import "$t"
	has "$out" "changed  $top" "2 patches, 0 new, 1 changed; 0 variants added"
	snapshot >"$BATS_TEST_TMPDIR/after"
	is "$(diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after" | grep '^>' | grep -o '\./.*' |
		cut -d ' ' -f 1 | sort -u)" "./patches/$top"
	is "$(sed -n '1,/^---$/p' "patches/$top")" "$(cat "$BATS_TEST_TMPDIR/head")"
	grep -q '^X-Bakeoff-Source: ' "patches/$top"
	is "$(tree_id)" "$(applied_tree add-vm-bug-on)"
	has "$out" "tree $(tree_id | cut -c 1-12)"
	lacks "$(git -C "$p.git" show --format= "refs/bakeoff/add-vm-bug-on")" "below all"
	runs 0 "$bakeoff" import "$t"
	has "$out" "0 new, 0 changed"
}

# A lower patch changes too where it is refreshed, and with it all variants that have it.
@test "a patch of several variants is told" {
	runs 0 "$bakeoff" quilt add-vm-bug-on "$t"
	q pop
	q add Makefile
	echo '# edited' >>"$t/Makefile"
	q refresh
	runs 0 "$bakeoff" import "$t"
	has "$out" "changed  $low" "note: variant 'page-mapping-avoid-slub' has '$low' too"
	lacks "$out" "changed  $top"
	is "$(tree_id)" "$(applied_tree page-mapping-avoid-slub)"
}

# quilt fold and header: what they make comes back as they made it.
@test "fold and header come back" {
	runs 0 "$bakeoff" quilt page-mapping-avoid-slub "$t"
	(cd "$t" && printf '%s\n' '--- /dev/null' '+++ b/folded' '@@ -0,0 +1 @@' '+folded' | quilt --quiltrc=- fold 3>&-)
	q refresh
	q header | sed 's/^---$/Tested-by: Somebody <some@example.org>\n---/' >"$BATS_TEST_TMPDIR/header"
	q header -r <"$BATS_TEST_TMPDIR/header"
	runs 0 "$bakeoff" import "$t"
	has "$out" "1 changed"
	grep -q '^Tested-by: Somebody' "patches/$low"
	grep -q '^From: ' "patches/$low"
	is "$(tree_id)" "$(applied_tree page-mapping-avoid-slub)"
	git -C "$p.git" log -1 --format=%B refs/bakeoff/page-mapping-avoid-slub | grep -q '^Tested-by: Somebody'
}

# A patch that lost all that stood above its diff keeps what the project has of it.
@test "headers that are gone are kept" {
	runs 0 "$bakeoff" quilt page-mapping-avoid-slub "$t"
	q diff >"$BATS_TEST_TMPDIR/bare"
	cp "$BATS_TEST_TMPDIR/bare" "$t/patches/$low"
	runs 0 "$bakeoff" import "$t"
	grep -q '^From: ' "patches/$low"
	grep -q '^Index: ' "patches/$low"
	is "$(tree_id)" "$(applied_tree page-mapping-avoid-slub)"
}

# A new patch is a new file, in its place in the series, and a variant of all that lies below it.
@test "a new patch is a new variant" {
	before=$(cat patches/series)
	runs 0 "$bakeoff" quilt page-mapping-avoid-slub "$t"
	q new -p0 sub/more.diff
	q add Makefile
	echo '# more' >>"$t/Makefile"
	q refresh
	q header -r <<<'kbuild: say more'
	runs 0 "$bakeoff" import "$t"
	has "$out" "new      sub/more.diff" "2 patches, 1 new, 0 changed; 1 variants added"
	is "$(conf . --get-all variant.kbuild-say-more.patch)" "$low
sub/more.diff"
	cmp patches/sub/more.diff "$t/patches/sub/more.diff"
	is "$(cat patches/series)" "$(sed "/^$low/a sub/more.diff -p0" <<<"$before")"
	is "$(tree_id)" "$(applied_tree kbuild-say-more)"
	runs 0 "$bakeoff" import "$t"
	has "$out" "0 new, 0 changed; 0 variants added"
	rm -r "$t"
	runs 0 "$bakeoff" quilt kbuild-say-more "$t"
	is "$(q top)" "sub/more.diff"
}

# Other options come back too: a refresh turns a reversed patch round, and -R goes.
@test "options come back" {
	cat >patches/back.patch <<-'END'
		--- a/undone
		+++ /dev/null
		@@ -1 +0,0 @@
		-undone
	END
	printf '%s\n' '# here:' 'back.patch -R # why' >>patches/series
	head -n -1 patches/series >"$BATS_TEST_TMPDIR/head"
	conf . variant.back.patch back.patch
	runs 0 "$bakeoff" quilt back "$t"
	runs 0 "$bakeoff" import "$t"
	has "$out" "0 changed"
	is "$(tail -n 1 patches/series)" "back.patch -R # why"
	echo more >>"$t/undone"
	q refresh
	runs 0 "$bakeoff" import "$t"
	has "$out" "changed  back.patch"
	is "$(tail -n 1 patches/series)" "back.patch # why"
	head -n -1 patches/series | diff - "$BATS_TEST_TMPDIR/head"
	is "$(tree_id)" "$(applied_tree back)"
	is "$(git -C "$p.git" show refs/bakeoff/back:undone)" "undone
more"
}

# Another order is another stack: it becomes a variant, and the first one stays as it is.
@test "another order is a variant of its own" {
	add_variant "$p" one 'echo one >one'
	add_variant "$p" two 'echo two >two'
	conf . --add variant.one.patch two.patch
	conf . --remove-section variant.two
	runs 0 "$bakeoff" quilt --pop one "$t"
	printf '%s\n' "$(head -n 1 "$t/patches/series")" two.patch one.patch >"$t/series"
	mv "$t/series" "$t/patches/series"
	q push -a
	runs 0 "$bakeoff" import "$t"
	has "$out" "0 new, 0 changed; 1 variants added"
	is "$(conf . --get-all variant.one.patch)" "one.patch
two.patch"
	is "$(conf . --get-all variant.one-2.patch)" "two.patch
one.patch"
}

# What is removed in the tree is told and kept in the project; what is left is a variant of its own.
@test "a removed patch is told, not removed" {
	runs 0 "$bakeoff" quilt add-vm-bug-on "$t"
	q delete -r "$top"
	runs 0 "$bakeoff" import "$t"
	has "$out" "note: '$top' is no longer in the series: variant 'add-vm-bug-on' keeps it"
	has "$out" "0 new, 0 changed; 0 variants added"
	[ -e "patches/$top" ]
	is "$(conf . --get-all variant.add-vm-bug-on.patch | wc -l)" 2
}

# An edit without refresh is in no patch: that is told. After the refresh it is not.
@test "a forgotten refresh is told" {
	runs 0 "$bakeoff" quilt add-vm-bug-on "$t"
	q add Makefile
	echo '# edited' >>"$t/Makefile"
	runs 0 "$bakeoff" import "$t"
	has "$out" "note: 'Makefile' was edited and is not in the patches" "0 changed"
	q refresh
	runs 0 "$bakeoff" import "$t"
	lacks "$out" "note: '"
	q pop
	runs 0 "$bakeoff" import "$t"
	lacks "$out" "note: '"
}

# A variant that did not apply is mended with quilt and then does.
@test "quilt mends what did not apply" {
	add_variant "$p" broken 'sed -i s/SLUB/BULS/ Makefile && echo "# broken" >>Makefile'
	sed -i 's/^ /  other /' patches/broken.patch
	must_fail 2 "$bakeoff" quilt broken "$t"
	runs 0 "$bakeoff" quilt --pop broken "$t"
	must_fail 2 "$bakeoff" import "$t"
	has "$err" "nothing was imported, for it does not apply: " "broken.patch"
	runs 1 q push -f
	rm "$t/Makefile.rej"
	echo "# mended" >>"$t/Makefile"
	q refresh
	runs 0 "$bakeoff" import "$t"
	has "$out" "changed  broken.patch"
	is "$(tree_id)" "$(applied_tree broken)"
	is "$(tail -n 1 "$t/Makefile")" "# mended"
}

# foreign DIR: a folder of quilt's that bakeoff never saw, over the model kernel.
foreign() {
	t=$1
	git clone -q -b model-1 -c advice.detachedHead=false "$p.git" "$t"
	rm -rf "$t/.git"
	q new one.patch
	q add Makefile
	echo '# one' >>"$t/Makefile"
	q refresh
	q new two.diff
	q add Makefile second
	echo '# two' >>"$t/Makefile"
	echo second >"$t/second"
	q refresh -p0
	sed -i '1i# a comment\n' "$t/patches/series"
	sed -i 's/^two.diff.*/& #+guard/' "$t/patches/series"
}

# A stranger's folder is one variant with all its patches, called as the folder.
@test "a foreign folder is one variant" {
	foreign "$BATS_TEST_TMPDIR/Some Body's.queue"
	runs 0 "$bakeoff" import "$t"
	has "$out" "new      one.patch" "new      two.diff" "2 new, 0 changed; 1 variants added"
	is "$(conf . --get-all variant.Some-Body-s-queue.patch)" "one.patch
two.diff"
	is "$(tail -n 2 patches/series)" "one.patch
two.diff -p0 #+guard"
	is "$(tree_id)" "$(applied_tree Some-Body-s-queue)"
	snapshot >"$BATS_TEST_TMPDIR/before"
	runs 0 "$bakeoff" import "$t/patches"
	has "$out" "0 new, 0 changed; 0 variants added"
	snapshot >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	echo '# three' >>"$t/Makefile"
	q refresh
	runs 0 "$bakeoff" import "$t"
	has "$out" "changed  two.diff"
	is "$(tree_id)" "$(applied_tree Some-Body-s-queue)"
}

# Another one's patch with a name of ours is not ours: it replaces nothing.
@test "a foreign patch replaces none of ours" {
	foreign "$BATS_TEST_TMPDIR/queue"
	q rename -P two.diff "$top"
	snapshot >"$BATS_TEST_TMPDIR/before"
	must_fail 2 "$bakeoff" import "$t"
	has "$err" "series:4: the project has another patch '$top'"
	snapshot >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

# What does not apply to the base, were it for want of fuzz alone, is refused; so is a damaged line.
@test "what cannot be used is refused, and nothing is written" {
	foreign "$BATS_TEST_TMPDIR/queue"
	cp -r "$t/patches" "$BATS_TEST_TMPDIR/kept"
	snapshot >"$BATS_TEST_TMPDIR/before"
	sed -i '0,/^ /s/^ .*/ something else/' "$t/patches/one.patch"
	q pop -a -f
	q push -a
	must_fail 2 "$bakeoff" import "$t"
	has "$err" "nothing was imported" "one.patch" "fits nowhere"
	rm -r "$t/patches"
	cp -r "$BATS_TEST_TMPDIR/kept" "$t/patches"
	sed -i 's/^two.diff.*/two.diff -q/' "$t/patches/series"
	must_fail 2 "$bakeoff" import "$t"
	has "$err" "patches/series:4: '-q' cannot be honoured"
	sed -i 's/^two.diff.*/none.diff/' "$t/patches/series"
	must_fail 2 "$bakeoff" import "$t"
	has "$err" "patches/series:4: there is no patch 'none.diff'"
	cp "$t/patches/two.diff" "$t/two.diff"
	sed -i 's,^none.diff.*,../two.diff,' "$t/patches/series"
	must_fail 2 "$bakeoff" import "$t"
	has "$err" "patches/series:4: '../two.diff' is no name for a patch"
	printf 'nothing\0at all\n' >"$t/patches/two.diff"
	echo two.diff >"$t/patches/series"
	must_fail 2 "$bakeoff" import "$t"
	has "$err" "patches/series:1: 'two.diff' is no text"
	echo '# nothing' >"$t/patches/series"
	must_fail 2 "$bakeoff" import "$t"
	has "$err" "names no patch"
	rm "$t/patches/series"
	must_fail 2 "$bakeoff" import "$t"
	snapshot >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

# Where no repository is at hand patches come in untried, and that is told.
@test "without a repository there is a warning" {
	foreign "$BATS_TEST_TMPDIR/queue"
	conf . --unset bakeoff.repo
	runs 0 "$bakeoff" import "$t"
	has "$err" "warning: no repository"
	has "$out" "2 new"
	lacks "$out" "tree"
}
