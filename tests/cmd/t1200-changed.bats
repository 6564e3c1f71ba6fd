#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Whether equal sources give equal images, and what differs where they do not.

load helper
bats_require_minimum_version 1.5.0

setup() {
	p=$BATS_TEST_TMPDIR/p
	new_project "$p"
	cd "$p"
}

# commit_kernel: makes what a test has changed in the work tree of model.git the project's base.
commit_kernel() {
	git -C "$work" commit -qam changed
	git -C "$work" push -q "$p.git" HEAD:refs/heads/changed
	conf . bakeoff.base changed
}

checkout_kernel() {
	work=$BATS_TEST_TMPDIR/work
	git clone -q "$p.git" "$work"
	git -C "$work" checkout -q model-1
}

# Two builds of base, in different folders and in different ways, are one image.
@test "doctor --reproducible: base gives its image again" {
	run -0 "$bakeoff" doctor --reproducible -c slub
	[[ "$output" == *"model, slub: two builds of base gave the same image"* ]]
	run -0 "$bakeoff" run -c slub -v kunmap-called-pointer
	[[ "$output" == *"kunmap-called-pointer"*"="* ]]
}

# The counterpart: a kernel that stamps itself. The place is named, and nothing is the same as base.
@test "doctor --reproducible: a stamp is found and named" {
	checkout_kernel
	printf '%s\n' 'const unsigned long bake_stamp = BAKE_STAMP;' >>"$work/init/main.c"
	sed -i '0,/^cppflags :=/s//cppflags := -DBAKE_STAMP=$(shell date +1%N)UL/' "$work/Makefile"
	commit_kernel
	run -1 "$bakeoff" doctor --reproducible -c slub
	[[ "$output" == *"differ in .rodata, bake_stamp"* ]]
	run "$bakeoff" run -c slub -v kunmap-called-pointer
	[[ "$output" == *"two builds of base for model, slub gave different images"* ]]
	[[ "$output" != *"] ="* ]]
	run "$bakeoff" report -c slub -v kunmap-called-pointer --format json
	[[ "$output" == *'"same_as" : null'* && "$output" != *'"same_as" : "'* ]]
}

# show --changed tells a function from nothing at all, and a cell that was not built from both.
@test "show --changed" {
	run -0 "$bakeoff" show --changed -c slub -v page-mapping-avoid-slub,kunmap-called-pointer
	[[ "$output" == *"not built yet"* ]]
	"$bakeoff" build -c slub -v page-mapping-avoid-slub,kunmap-called-pointer
	run -0 "$bakeoff" show --changed -c slub -v page-mapping-avoid-slub,kunmap-called-pointer
	[[ "$output" == *kunmap-called-pointer*"changes nothing there"*page-mapping-avoid-slub*touches* ]]
	[[ "$output" != *"not built yet"* ]]
	run -0 "$bakeoff" show --functions -c slub -v page-mapping-avoid-slub
	[[ "$output" == *"function changed  flush_dcache_page"* ]]
	[[ "$output" != *"function changed  prio_tree_next"* ]]
}

# A patch whose Kconfig no longer has what the board asks for is to blame for it.
@test "a patch that takes an option away is build-failed" {
	add_variant "$p" takes-away 'sed -i "s/^config SLUB$/config SLOB/" init/Kconfig'
	run "$bakeoff" run -c slub -v takes-away
	[[ "$output" == *"takes-away"*"build-failed"* ]]
	[[ "$output" == *"CONFIG_SLUB=y did not take"* ]]
}

# The counterpart: where base itself does not have it, the project is to blame and nobody is judged.
@test "an option that base does not have judges nobody" {
	conf . --add config.slub.set CONFIG_NONESUCH=y
	run -3 "$bakeoff" run -c slub -v kunmap-called-pointer
	[[ "$output" == *infra*"CONFIG_NONESUCH=y did not take"* ]]
	[[ "$output" != *build-failed* ]]
}
