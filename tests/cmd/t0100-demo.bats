#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The case of 2007 on the model kernel, from patches to verdicts, and its negative twins.

load helper

# One run that most tests look at; none changes it.
setup_file() {
	new_project "$BATS_FILE_TMPDIR/p"
	cd "$BATS_FILE_TMPDIR/p"
	"$bakeoff" run >run.out 2>run.err 3>&-
	report_json "$PWD"
}

setup() {
	p=$BATS_FILE_TMPDIR/p
	own=$BATS_TEST_TMPDIR/own
}

# The unfixed kernel dies with SLUB just as in the report of 2007, and only with SLUB.
@test "base oopses with slub at 0000000d and passes with slab" {
	is "$(cell "$p" base slub verdict)" oops
	is "$(cell "$p" base slub signature.address)" 0000000d
	is "$(cell "$p" base slub signature.kind)" oops
	has "$(cell "$p" base slub signature.title)" get_index
	# innermost first: get_index() was called from prio_tree_next()
	[[ $(cell "$p" base slub signature.frames) == "get_index prio_tree_next flush_dcache_page "* ]]
	is "$(cell "$p" base slub bad)" 1
	is "$(cell "$p" base slab verdict)" pass
	is "$(cell "$p" base slab signature)" null
	is "$(cell "$p" base slab bad)" 0
}

# The PageSlab check cures: pass in both, with an image of its own where SLUB is.
@test "the PageSlab check passes, and its image differs from base" {
	is "$(cell "$p" page-mapping-avoid-slub slub verdict)" pass
	is "$(cell "$p" page-mapping-avoid-slub slab verdict)" pass
	is "$(cell "$p" page-mapping-avoid-slub slub same_as)" null
	[ "$(cell "$p" page-mapping-avoid-slub slub image)" != "$(cell "$p" base slub image)" ]
}

# VM_BUG_ON stands between `if` and `else`: the detail is what the compiler says, file and line.
@test "the first VM_BUG_ON does not compile, and the compiler's line says why" {
	for config in slab slub; do
		is "$(cell "$p" add-vm-bug-on "$config" verdict)" build-failed
		detail=$(cell "$p" add-vm-bug-on "$config" detail)
		[[ $detail =~ ^include/linux/mm\.h:[0-9]+:[0-9]+:\ error:.*else.*if ]]
		log=$p/$(cell "$p" add-vm-bug-on "$config" log)
		grep -q -F "$detail" "$log"
	done
}

# A patch that the archive cut is refused with the line of the mail, and is never guessed at.
@test "the cut patch is apply-failed and names the mail's line" {
	for config in slab slub; do
		is "$(cell "$p" add-vm-bug-on-lameter "$config" verdict)" apply-failed
		[[ $(cell "$p" add-vm-bug-on-lameter "$config" detail) =~ slub-flush-dcache-page\.txt:64[0-9] ]]
		is "$(cell "$p" add-vm-bug-on-lameter "$config" image)" null
	done
}

# Patches that change nothing on this board give base's image bit for bit, and so its verdict.
@test "the other patches give the image and the oops of base" {
	for variant in at91-mci-fix-marc-pignat kunmap-called-pointer arm-allocate-dma-pages \
		pa-risc-page-allocator; do
		is "$(cell "$p" $variant slub verdict)" oops
		is "$(cell "$p" $variant slub same_as)" base
		is "$(cell "$p" $variant slub image)" "$(cell "$p" base slub image)"
		is "$(cell "$p" $variant slub signature.frames)" "$(cell "$p" base slub signature.frames)"
		is "$(cell "$p" $variant slab verdict)" pass
	done
}

# The hash in the report is that of the file: sha256sum is the oracle.
@test "images lie under their own hash" {
	cd "$p/.bakeoff/images"
	for file in *; do
		is "$(sha256sum <"$file" | cut -d ' ' -f 1)" "$file"
	done
	[ -e "$(cell "$p" base slub image)" ]
}

# What was judged is never built or booted again: not a log, an image or an object is touched.
@test "a second run builds and boots nothing" {
	cd "$p"
	find .bakeoff/logs .bakeoff/images .bakeoff/slots -printf '%p %T@ %s\n' | sort >"$BATS_TEST_TMPDIR/before"
	runs 0 "$bakeoff" run
	find .bakeoff/logs .bakeoff/images .bakeoff/slots -printf '%p %T@ %s\n' | sort >"$BATS_TEST_TMPDIR/after"
	cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	lacks "$err" building
	is "$out" "$(cat run.out)"
	report_json "$p"
	is "$(cell "$p" base slub cached)" true
	is "$(cell "$p" base slub runs)" 1
}

# Negative twin: what `pass` hangs on is the lines that the patch adds, and not its name.
@test "without its added lines the PageSlab check oopses" {
	small_project "$own"
	cd "$own"
	python3 - patches/0004-*.patch <<'PY'
import sys
path = sys.argv[1]
lines = open(path).read().split("\n")
head = next(i for i, l in enumerate(lines) if l.startswith("@@"))
body = [l for l in lines[head + 1:] if not l.startswith("+")]
# one line is added instead, in a comment: a patch with nothing in it would be no patch
body[5:5] = ["+	/* nothing */"]
old = sum(1 for l in body[:-1])- 1
lines[head] = "@@ -603,%d +603,%d @@ static inline struct address_space *page" % (old, old + 1)
open(path, "w").write("\n".join(lines[:head + 1] + body))
PY
	# git is the witness that the twin is a sound patch
	git clone -q "$own.git" "$BATS_TEST_TMPDIR/tree"
	git -C "$BATS_TEST_TMPDIR/tree" apply --check "$own"/patches/0004-*.patch
	runs 0 "$bakeoff" run
	report_json "$own"
	is "$(cell "$own" page-mapping-avoid-slub slub verdict)" oops
	is "$(cell "$own" page-mapping-avoid-slub slub signature.address)" 0000000d
}

# Negative twin: a guest that does nothing is no `pass`; the end marker is required.
@test "with probe=none nothing passes" {
	small_project "$own"
	conf "$own" --add bakeoff.config slab
	edit_board "$own" -e 's/panic=1/panic=1 probe=none/' -e 's/silence = .*/silence = 2/'
	runs 0 "$bakeoff" run --project "$own/bakeoff.conf"
	report_json "$own"
	is "$(verdicts "$own")" "base slub hang
page-mapping-avoid-slub slub hang
base slab hang
page-mapping-avoid-slub slab hang"
}

# Without the grooming the bug does not show: base passes, so `oops` hangs on the probe.
@test "with probe=nogroom base passes too" {
	small_project "$own"
	edit_board "$own" -e 's/panic=1/panic=1 probe=nogroom/'
	runs 0 "$bakeoff" run --project "$own/bakeoff.conf"
	report_json "$own"
	is "$(cell "$own" base slub verdict)" pass
}

# A machine that stops before its end marker has failed: QEMU's exit alone is no pass.
@test "a console that ends early fails" {
	small_project "$own"
	git -C "$own" config -f boards/model.board boot.console "echo booted"
	runs 0 "$bakeoff" run --project "$own/bakeoff.conf"
	report_json "$own"
	is "$(cell "$own" base slub verdict)" fail
	has "$(cell "$own" base slub detail)" "end marker"
}

# An image that somebody changed is not believed: it is built again and no verdict changes.
@test "a tampered image is noticed and rebuilt" {
	cp -a "$p" "$own"
	cp -a "$p.git" "$own.git"
	conf "$own" bakeoff.repo "$own.git"
	image=$(cell "$p" base slub image)
	printf 'x' | dd of="$own/.bakeoff/images/$image" bs=1 seek=100 conv=notrunc status=none
	runs 0 "$bakeoff" run --project "$own/bakeoff.conf"
	has "$err" "base model/slub: building"
	lacks "$err" "model/slab: building"
	is "$(sha256sum <"$own/.bakeoff/images/$image" | cut -d ' ' -f 1)" "$image"
	report_json "$own"
	is "$(verdicts "$own")" "$(verdicts "$p")"
}

# Everything in .bakeoff can be deleted, the store or the images alone as well.
@test "a deleted store, and deleted images, give the same verdicts again" {
	cp -a "$p" "$own"
	rm "$own"/.bakeoff/results.db*
	runs 0 "$bakeoff" run --project "$own/bakeoff.conf"
	has "$err" "base model/slub: building"
	report_json "$own"
	is "$(verdicts "$own")" "$(verdicts "$p")"
	is "$(cell "$own" base slub image)" "$(cell "$p" base slub image)"
	is "$(cell "$own" base slub runs)" 1

	rm -r "$own/.bakeoff/images"
	runs 0 "$bakeoff" run --project "$own/bakeoff.conf"
	report_json "$own"
	is "$(verdicts "$own")" "$(verdicts "$p")"
}

# Two folders, two builds: the same image. Else `same_as` would hang on where a build was made.
@test "the same source gives the same image in another folder" {
	small_project "$own"
	runs 0 "$bakeoff" build --project "$own/bakeoff.conf" --variant base
	report_json "$own" --variant base
	is "$(cell "$own" base slub image)" "$(cell "$p" base slub image)"
}

# An edited board boots anew with the old image; an edited setting builds anew.
@test "a changed board is judged anew" {
	cp -a "$p" "$own"
	edit_board "$own" -e 's/timeout = 20/timeout = 21/'
	runs 0 "$bakeoff" run --project "$own/bakeoff.conf"
	lacks "$err" building
	has "$err" "base model/slub: oops"
	is "$(find "$own/.bakeoff/logs" -name '*-slub-base-*.boot.log' | wc -l)" 2
	edit_board "$own" -e '/defconfig = /a\	set = CONFIG_DEBUG_BUGVERBOSE=n'
	runs 0 "$bakeoff" run --project "$own/bakeoff.conf" --variant base
	has "$err" "base model/slub: building"
}
