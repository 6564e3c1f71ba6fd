#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# bakeoff reduce: of a patch with changes glued on, what the verdict needs is left.

load helper

posted=0004-page_mapping-must-avoid-slub-pages.patch

setup() {
	p=$BATS_TEST_TMPDIR/p
	small_project "$p"
	cd "$p"
}

teardown() {
	for pid in ${pid:-} $(processes_of "$p/"); do
		kill -KILL "$pid" 2>/dev/null || true
	done
}

# The check as posted, a line glued on above it in its file, and one in another file.
glued() {
	add_variant "$p" glued "git apply '$root/patches/slub-flush/$posted'
		sed -i 's/^#define PAGE_MAPPING_ANON.*/&\n#define GLUED 1/' include/linux/mm.h
		printf '\n/* glued */\n' >>mm/slub.c"
}

# reduces STATUS ARGUMENT…
reduces() {
	local status=$1

	shift
	runs "$status" "$bakeoff" reduce "$@"
}

# Runs of added and removed lines of a patch, without where they are.
changes() {
	grep -E '^[-+]([^-+]|$)' "$1"
}

built() {
	find .bakeoff/logs -name '*.build.log' | wc -l
}

booted() {
	find .bakeoff/logs -name '*boot*.log' | wc -l
}

# What was glued on goes, in the same file and in another one; the check stays as it was posted, with
# its author and subject, and goes onto the base.
@test "the glued changes go and the check stays" {
	glued
	reduces 0 glued
	cp "$BATS_TEST_TMPDIR/out" left.patch
	is "$(changes left.patch)" "$(changes "patches/$posted")"
	has "$out" "Subject: [PATCH] glued" "From: Test <test@example.org>"
	lacks "$out" GLUED
	is "$(grep -c '^kept ' <<<"$err")" 1
	is "$(grep -c '^dropped ' <<<"$err")" 2
	[[ $(grep '^kept ' <<<"$err") =~ include/linux/mm.h:.*\(\+4\ -0\):\ without\ it:\ oops ]]
	[[ $(grep '^dropped ' <<<"$err") =~ mm/slub.c:.*without\ it:\ pass ]]
	git clone -q -b model-1 "$p.git" tree
	git -C tree am -q "$p/left.patch"
	is "$(git -C tree log -1 --format='%an %s')" "Test glued"
	# base is what all lie on: nobody asked what it does until nothing was left of the patch
	lacks "$err" "base model/slub: oops"
}

# A posted patch in which nothing is idle is printed whole.
@test "a patch without anything idle stays as it is" {
	reduces 0 page-mapping-avoid-slub
	is "$(changes "$BATS_TEST_TMPDIR/out")" "$(changes "patches/$posted")"
	has "$out" "Hugh Dickins" "page_mapping must avoid slub pages"
	lacks "$out" "Signed-off-by"
	lacks "$err" dropped
}

# A second run of all that is known builds and boots nothing, and says the same.
@test "nothing is tried twice" {
	glued
	reduces 0 glued
	before="$(built) $(booted)"
	first=$out
	changes=$(grep -E '^(kept|dropped) ' <<<"$err")
	reduces 0 glued
	is "$(built) $(booted)" "$before"
	is "$out" "$first"
	is "$(grep -E '^(kept|dropped) ' <<<"$err")" "$changes"
	lacks "$err" building
	# and a part that equals a variant of the project is that variant
	runs 0 "$bakeoff" run --variant page-mapping-avoid-slub
	lacks "$err" building
}

# Twin of the first: what the check needs to be compiled stays, though it alone cures nothing.
@test "a change that is needed to build stays" {
	add_variant "$p" defines "git apply '$root/patches/slub-flush/$posted'
		sed -i 's/^#define PAGE_MAPPING_ANON.*/&\n#define NO_MAPPING NULL/' include/linux/mm.h
		sed -i '/PageSlab/{n;s/NULL/NO_MAPPING/}' include/linux/mm.h
		printf '\n/* glued */\n' >>mm/slub.c"
	reduces 0 defines
	has "$out" "#define NO_MAPPING NULL" "mapping = NO_MAPPING"
	lacks "$out" mm/slub.c
	[[ $(grep '^kept .*(+1 -0)' <<<"$err") =~ without\ it:\ build-failed:\ .*NO_MAPPING ]]
}

# The other way round: which change breaks the build.
@test "the change that brings a verdict is found" {
	add_variant "$p" breaks "printf '\n/* glued */\n' >>mm/slub.c
		printf '\nint no no;\n' >>lib/prio_tree.c"
	reduces 0 breaks
	is "$(changes "$BATS_TEST_TMPDIR/out")" "+
+int no no;"
	has "$err" "dropped  mm/slub.c"
}

# --verdict and --signature ask for what the variant does not get: no, with what it gets.
@test "a verdict that the variant does not get" {
	reduces 1 page-mapping-avoid-slub --verdict oops
	is "$out" ""
	has "$err" "page-mapping-avoid-slub is not oops: pass"
	reduces 1 page-mapping-avoid-slub --signature get_index
	is "$out" ""
}

# A variant that does what the base does needs no change at all.
@test "a verdict that the base gets too" {
	add_variant "$p" idle "printf '\n/* idle */\n' >>mm/slub.c"
	reduces 1 idle
	is "$out" ""
	has "$err" "without any patch it is the same: oops"
	reduces 1 idle --signature get_index
	has "$err" "without any patch it is the same: oops"
	reduces 1 idle --signature 'another crash'
	has "$err" "idle is not oops: another crash: oops"
}

gone() {
	! kill -0 "$pid" 2>/dev/null
}

has_built() {
	[ "$(built)" -ge "$1" ]
}

# Stopped in two places it goes on where it was: every tree is built once, by what the store holds, by the
# logs and by what was said to be built.
@test "interrupted again and again it builds nothing twice" {
	glued
	for n in 2 3; do
		"$bakeoff" reduce glued >out.$n 2>err.$n </dev/null 3>&- &
		pid=$!
		wait_until 60 has_built "$n"
		kill -INT "$pid" 2>/dev/null || true
		wait_until 60 gone
		wait "$pid" || is "$?" 3
		pid=
	done
	reduces 0 glued
	cp "$BATS_TEST_TMPDIR/err" err.last
	is "$(changes "$BATS_TEST_TMPDIR/out")" "$(changes "patches/$posted")"
	# a build that was stopped counts for none
	kept=$(python3 -c 'import sqlite3
print(sqlite3.connect(".bakeoff/results.db").execute("SELECT count(*) FROM build").fetchone()[0])')
	is "$(built)" "$kept"
	stopped=$(cat err.2 err.3 | grep -c stopping || true)
	begun=$(cat err.2 err.3 err.last | grep -c ': building' || true)
	[ "$begun" -le "$((kept + stopped))" ] || say "$begun begun, $kept kept, $stopped stopped"
	is "$(find .bakeoff/work -name '*.patch')" ""
}

@test "words that cannot be" {
	must_fail 2 "$bakeoff" reduce
	has "$err" "which variant?"
	must_fail 2 "$bakeoff" reduce nobody
	has "$err" "no variant 'nobody'"
	must_fail 2 "$bakeoff" reduce base
	must_fail 2 "$bakeoff" reduce page-mapping-avoid-slub --verdict apply-failed
	must_fail 2 "$bakeoff" reduce page-mapping-avoid-slub --verdict pass --signature x
	must_fail 2 "$bakeoff" reduce page-mapping-avoid-slub --board none
	conf . --add bakeoff.config slab
	must_fail 2 "$bakeoff" reduce page-mapping-avoid-slub
	has "$err" "one board and one configuration"
	sed 's/^+#endif/ #endif/' "patches/$posted" >patches/unfit.patch
	conf . variant.unfit.patch unfit.patch
	must_fail 2 "$bakeoff" reduce unfit
	has "$err" "variant 'unfit' cannot be taken apart: "
	[ ! -d .bakeoff ] || is "$(find .bakeoff -name '*.log')" ""
}
