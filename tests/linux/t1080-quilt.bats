#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The fixes of 2007 as trees for quilt, on the real v2.6.22-rc5. Takes a minute; needs BAKEOFF_LINUX,
# a git repository of Linux with that tag.

setup() {
	[ -n "${BAKEOFF_LINUX:-}" ] ||
		skip "BAKEOFF_LINUX is not set: it names a git repository of Linux with v2.6.22-rc5"
	root=${BAKEOFF_SOURCE:-$BATS_TEST_DIRNAME/../..}
	BAKEOFF=${BAKEOFF:-$root/bakeoff}
	t=$BATS_TEST_TMPDIR/t
	unset BAKEOFF_REPO QUILT_PATCHES QUILT_SERIES QUILT_PC
	cd "$BATS_TEST_TMPDIR" || return 1
	cp -r "$root/patches" "$root/bakeoff.conf" .
	git config -f bakeoff.conf bakeoff.repo "$BAKEOFF_LINUX"
}

q() {
	(cd "$t" && quilt --quiltrc=- "$@" 3>&-)
}

# tree_id: git's word about what lies in the tree, without quilt's own. The objects go elsewhere.
tree_id() {
	(
		export GIT_INDEX_FILE=$BATS_TEST_TMPDIR/index GIT_WORK_TREE=$t
		GIT_DIR=$(git -C "$BAKEOFF_LINUX" rev-parse --absolute-git-dir)
		export GIT_DIR GIT_ALTERNATE_OBJECT_DIRECTORIES=$GIT_DIR/objects
		export GIT_OBJECT_DIRECTORY=$BATS_TEST_TMPDIR/objects
		rm -f "$GIT_INDEX_FILE"
		mkdir -p "$GIT_OBJECT_DIRECTORY"
		cd "$t" || exit 1
		git -c core.autocrlf=false add -f -A . ':!patches' ':!.pc'
		git write-tree
	)
}

# is_tree_of VARIANT: whether what lies in the tree is what `bakeoff show` says of it.
is_tree_of() {
	local shown

	shown=$("$BAKEOFF" show --variant "$1" | sed -n "/^$1\$/,\$ s/^ *applies: tree //p" | head -n 1)
	[ "${#shown}" -eq 12 ] && [ "$(tree_id | cut -c 1-12)" = "$shown" ]
}

# Every variant that applies goes out within seconds and is its tree, pushed; in again changes nothing.
@test "every fix of 2007 goes to quilt and back" {
	for variant in at91-mci-fix-marc-pignat kunmap-called-pointer page-mapping-avoid-slub \
		arm-allocate-dma-pages add-vm-bug-on pa-risc-page-allocator; do
		SECONDS=0
		"$BAKEOFF" quilt "$variant" "$t"
		echo "# $variant: $SECONDS s" >&3
		[ "$SECONDS" -le 60 ]
		find patches bakeoff.conf -type f -printf '%p %T@ %s\n' | sort >before
		run "$BAKEOFF" import "$t"
		[ "$status" -eq 0 ]
		[[ "$output" == *"0 new, 0 changed; 0 variants added"* ]]
		find patches bakeoff.conf -type f -printf '%p %T@ %s\n' | sort >after
		diff before after
		q pop -qa
		q push -qa
		run "$BAKEOFF" import "$t"
		[[ "$output" == *"0 new, 0 changed"* ]]
		[[ "$output" != *"note: '"* ]]
		rm -r "$t"
	done
}

# One of them is edited: that patch comes back, and its variant is the tree as it was edited.
@test "a fix is edited with quilt" {
	"$BAKEOFF" quilt add-vm-bug-on "$t"
	is_tree_of add-vm-bug-on
	q add mm/slub.c
	sed -i '1s/^/\/* edited *\/\n/' "$t/mm/slub.c"
	q refresh
	run "$BAKEOFF" import "$t"
	[ "$status" -eq 0 ]
	[[ "$output" == *"2 patches, 0 new, 1 changed; 0 variants added"* ]]
	is_tree_of add-vm-bug-on
	grep -q '^X-Bakeoff-Source: ' patches/slub-flush/0006-*
	q pop -qa
	is_tree_of base
}

# The one whose mail was cut in the archive is refused, and no folder is left.
@test "the fix that was cut is refused" {
	run "$BAKEOFF" quilt add-vm-bug-on-lameter "$t"
	[ "$status" -eq 2 ]
	[[ "$output" == *"does not apply"* ]]
	[ ! -e "$t" ]
}
