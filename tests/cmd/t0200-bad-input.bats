#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Bad input and broken machines. What the user wrote wrongly is status 2, what breaks on our side is
# status 3 and the verdict `infra`; each is one line of error with a way out, and leaves nothing behind.

load helper

setup() {
	p=$BATS_TEST_TMPDIR/p
	small_project "$p"
	cd "$p"
}

# state: the project and its repository, but for objects that no ref leads to.
state() {
	listing "$p" "$p.git" | grep -v "$p.git/objects"
}

# refuses STATUS COMMAND…: must_fail, and neither the project nor the repository has changed.
refuses() {
	state >"$BATS_TEST_TMPDIR/before"
	must_fail "$@"
	state >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

# base_is_infra WORD…: a run gives no verdict but infra, with each word in the detail, and exits with 3.
base_is_infra() {
	runs 3 "$bakeoff" run
	has "$err" "base model/slub: infra" "page-mapping-avoid-slub model/slub: infra"
	# notes are wrapped at blanks
	has "$(tr -s '\n ' ' ' <<<"$out")" "$@"
	report_json "$p"
	lacks "$(verdicts "$p")" failed
}

# path_without PROGRAM…: PATH that has all programs but these.
path_without() {
	local dir=$BATS_TEST_TMPDIR/bin program

	mkdir "$dir"
	find -L /usr/local/bin /usr/bin /usr/sbin /bin -maxdepth 1 -type f -executable -print0 |
		xargs -0 ln -sf -t "$dir" 2>/dev/null || true
	for program; do
		rm "$dir/$program"
	done
	PATH=$dir
}

# patch_for FILE…: a sound diff that makes a file of that name.
patch_for() {
	printf 'From: A <a@example.org>\nDate: Thu, 21 Jun 2007 15:27:00 +0000\n'
	printf 'Message-ID: <1@example.org>\nSubject: [PATCH] new file\n\nA file.\n---\n\n'
	printf 'diff --git a/%s b/%s\nnew file mode 100644\n--- /dev/null\n+++ b/%s\n' "$1" "$1" "$1"
	printf '@@ -0,0 +1 @@\n+owned\n-- \n1.0\n'
}

mbox_of() {
	printf 'From a@example.org Thu Jun 21 15:27:00 2007\n'
	cat
	printf '\n'
}

# ---- words on the command line ----

# Each way to call the program wrongly is a usage error that names the wrong word.
@test "wrong words are usage errors" {
	refuses 2 "$bakeoff" frobnicate
	has "$err" "'frobnicate'" "bakeoff --help"
	refuses 2 "$bakeoff" run --frobnicate
	has "$err" frobnicate "bakeoff run --help"
	refuses 2 "$bakeoff" run surplus
	has "$err" "'surplus'"
	refuses 2 "$bakeoff" run --board nowhere
	refuses 2 "$bakeoff" boards nowhere
	has "$err" "'nowhere'" model
	refuses 2 "$bakeoff" run --config nothing
	has "$err" "'nothing'"
	refuses 2 "$bakeoff" run --variant nobody
	has "$err" "'nobody'"
	refuses 2 "$bakeoff" run --jobs 0
	refuses 2 "$bakeoff" run --jobs 100000
	refuses 2 "$bakeoff" run --fail-on perhaps
	has "$err" "'perhaps'"
	refuses 2 "$bakeoff" report --format yaml
	has "$err" "'yaml'" text reply json
	refuses 2 "$bakeoff" import
	refuses 2 "$bakeoff" decode
	runs 2 "$bakeoff"
}

# Without a project file there is nothing to work on.
@test "no bakeoff.conf" {
	mkdir "$BATS_TEST_TMPDIR/empty"
	cd "$BATS_TEST_TMPDIR/empty"
	must_fail 2 "$bakeoff" run
	has "$err" bakeoff.conf --project
	must_fail 2 "$bakeoff" run --project nowhere/bakeoff.conf
	has "$err" nowhere/bakeoff.conf
	is "$(ls -A)" ""
}

# ---- the repository ----

# A folder that is no repository, one that is not there, and none at all.
@test "not a repository" {
	refuses 2 "$bakeoff" run --repo "$root/docs"
	refuses 2 "$bakeoff" run --repo "$p/nowhere"
	has "$err" "$p/nowhere" "hint: "
	refuses 2 "$bakeoff" apply --repo "$p/bakeoff.conf"
	conf . --unset bakeoff.repo
	refuses 2 "$bakeoff" run
	has "$err" --repo BAKEOFF_REPO
}

# An unknown base is named, with the tags that there are.
@test "unknown base" {
	refuses 2 "$bakeoff" run --base model-2
	has "$err" "'model-2'" model-1
	refuses 2 "$bakeoff" show --base 0123456789abcdef0123456789abcdef01234567
	conf . --unset bakeoff.base
	refuses 2 "$bakeoff" run
	has "$err" --base
}

# On a base without the files a patch is apply-failed; that the base itself cannot be built is no
# fault of any patch.
@test "a base without the files" {
	commit=$(git -C ../p.git commit-tree -m empty "$(git -C ../p.git mktree </dev/null)")
	runs 0 "$bakeoff" apply --base "$commit"
	has "$out" apply-failed include/linux/mm.h
	lacks "$(git -C ../p.git for-each-ref)" page-mapping
	runs 1 "$bakeoff" apply --base "$commit" --fail
	runs 3 "$bakeoff" run --base "$commit"
	report_json "$p" --base "$commit"
	is "$(cell "$p" page-mapping-avoid-slub slub verdict)" apply-failed
	has "$err" "base model/slub: infra"
	has "$out" model_defconfig
}

# ---- mails ----

# An empty file, blanks, a missing file, a mail without a diff: nothing is written.
@test "an empty mail" {
	: >"$BATS_TEST_TMPDIR/empty"
	printf '\n \n\n' >"$BATS_TEST_TMPDIR/blank"
	printf 'From: A <a@example.org>\nSubject: hello\n\nNo diff here.\n' >"$BATS_TEST_TMPDIR/prose"
	refuses 2 "$bakeoff" import "$BATS_TEST_TMPDIR/empty"
	has "$err" "'empty'"
	refuses 2 "$bakeoff" import "$BATS_TEST_TMPDIR/blank"
	refuses 2 "$bakeoff" import "$BATS_TEST_TMPDIR/prose"
	refuses 2 "$bakeoff" import "$BATS_TEST_TMPDIR/nowhere"
	refuses 2 "$bakeoff" import "$BATS_TEST_TMPDIR"
	refuses 2 "$bakeoff" import -
}

# Bytes that are no text: an image for a mail, a binary attachment, a binary patch.
@test "a binary attachment" {
	head -c 4096 /dev/urandom >"$BATS_TEST_TMPDIR/noise"
	refuses 2 "$bakeoff" import "$BATS_TEST_TMPDIR/noise"
	{
		printf 'From: A <a@example.org>\nDate: Thu, 21 Jun 2007 15:27:00 +0000\n'
		printf 'Message-ID: <1@example.org>\nSubject: a picture\nMIME-Version: 1.0\n'
		printf 'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nSee.\n'
		printf -- '--b\nContent-Type: application/octet-stream\n'
		printf 'Content-Transfer-Encoding: base64\n\n'
		base64 "$BATS_TEST_TMPDIR/noise"
		printf -- '--b--\n'
	} | mbox_of >"$BATS_TEST_TMPDIR/attached"
	refuses 2 "$bakeoff" import "$BATS_TEST_TMPDIR/attached"
	{
		printf 'From: A <a@example.org>\nDate: Thu, 21 Jun 2007 15:27:00 +0000\n'
		printf 'Message-ID: <1@example.org>\nSubject: [PATCH] logo\n\nA logo.\n---\n\n'
		printf 'diff --git a/logo b/logo\nnew file mode 100644\nindex 0000000..abcdef0\n'
		printf 'GIT binary patch\nliteral 4\nLcmZQzWMXDvWMlvU0000400\n\nliteral 0\nHcmV?d00001\n\n'
	} | mbox_of >"$BATS_TEST_TMPDIR/binary"
	# the mail has a diff, so it is a candidate, but one that cannot be used
	got=0
	"$bakeoff" import --dry-run "$BATS_TEST_TMPDIR/binary" >"$BATS_TEST_TMPDIR/out" 2>&1 || got=$?
	[ "$got" -eq 0 ] || [ "$got" -eq 2 ]
	grep -q -i binary "$BATS_TEST_TMPDIR/out"
}

# A patch that leaves the tree, or goes into .git, is refused by import with the mail's line, and
# nothing of the mail is written.
@test "a mail's patch for ../../etc/passwd, an absolute path, .git/config" {
	for file in ../../etc/passwd x/../../../etc/passwd /etc/passwd .git/config .GIT/config \
		sub/.git/hooks/post-checkout .git; do
		patch_for "$file" | mbox_of >"$BATS_TEST_TMPDIR/evil.mbox"
		refuses 2 "$bakeoff" import "$BATS_TEST_TMPDIR/evil.mbox"
		[[ $err =~ evil\.mbox:[0-9]+ ]] || say "no line: $err"
	done
}

# A character that shows the diff in another order than the compiler reads it: refused with the line and
# what it is, in the second of two mails too, and nothing is written; --allow-control takes it.
@test "a mail's patch with a bidi character, an escape" {
	for byte in '\xe2\x80\xae' '\xe2\x81\xa6' '\xef\xbb\xbf' '\x1b'; do
		{
			patch_for good | mbox_of
			patch_for new | sed "s/^+owned/+a $byte b/; s/<1@/<2@/" | mbox_of
		} >"$BATS_TEST_TMPDIR/evil.mbox"
		refuses 2 "$bakeoff" import "$BATS_TEST_TMPDIR/evil.mbox"
		# the first has 18 lines, and the added one is the 15th of the second
		[[ $err =~ evil\.mbox:33:\ U\+ ]] || say "no line: $err"
		has "$err" --allow-control
		refuses 2 "$bakeoff" import --dry-run "$BATS_TEST_TMPDIR/evil.mbox"
	done
	runs 0 "$bakeoff" import --allow-control "$BATS_TEST_TMPDIR/evil.mbox"
	has "$out" "2 with a diff, 2 candidates" "2 variants added"
}

# The same put into patches/ by hand: the variant is apply-failed, and no such file or ref comes to be.
@test "a patch file for ../../etc/passwd, an absolute path, .git/config" {
	before=$(sha256sum /etc/passwd)
	for file in ../../etc/passwd "../../../$BATS_TEST_TMPDIR/owned" "$BATS_TEST_TMPDIR/owned" \
		.git/config a/.git/owned ./../owned; do
		patch_for "$file" >patches/0004-page_mapping-must-avoid-slub-pages.patch
		runs 0 "$bakeoff" apply
		has "$out" apply-failed
		runs 0 "$bakeoff" run --variant page-mapping-avoid-slub
		report_json "$p"
		is "$(cell "$p" page-mapping-avoid-slub slub verdict)" apply-failed
	done
	is "$(sha256sum /etc/passwd)" "$before"
	is "$(find "$BATS_TEST_TMPDIR" -name owned)" ""
	is "$(git -C ../p.git for-each-ref --format='%(refname)' refs/bakeoff)" refs/bakeoff/base
}

# A symbolic link made by one hunk must not carry the next one out of the tree.
@test "a patch that goes through a symbolic link" {
	{
		printf 'From: A <a@example.org>\nSubject: [PATCH] link\n\n---\n\n'
		printf 'diff --git a/link b/link\nnew file mode 120000\n--- /dev/null\n+++ b/link\n'
		printf '@@ -0,0 +1 @@\n+%s\n\\ No newline at end of file\n' "$BATS_TEST_TMPDIR"
		printf 'diff --git a/link/owned b/link/owned\nnew file mode 100644\n--- /dev/null\n'
		printf '+++ b/link/owned\n@@ -0,0 +1 @@\n+owned\n'
	} >patches/0004-page_mapping-must-avoid-slub-pages.patch
	runs 0 "$bakeoff" run
	is "$(find "$BATS_TEST_TMPDIR" -name owned)" ""
	report_json "$p"
	is "$(cell "$p" page-mapping-avoid-slub slub verdict)" apply-failed
}

# ---- files that users write ----

# A typo in a board file is an error with file and line, and names the key that was meant.
@test "a board file with an unknown key" {
	line=$(grep -n '^.silence =' boards/model.board | cut -d : -f 1)
	edit_board . -e 's/silence =/silense =/'
	refuses 2 "$bakeoff" run
	has "$err" "boards/model.board:$line: " silense "boot.silence"
	refuses 2 "$bakeoff" boards model
	refuses 2 "$bakeoff" doctor
}

# So is one in bakeoff.conf, in each kind of section.
@test "an unknown key in bakeoff.conf" {
	cp bakeoff.conf "$BATS_TEST_TMPDIR/good"
	for key in bakeoff.bord config.slub.sett variant.page-mapping-avoid-slub.pach boards.x.y; do
		cp "$BATS_TEST_TMPDIR/good" bakeoff.conf
		conf . "$key" x
		line=$(grep -n "${key##*.} = x" bakeoff.conf | cut -d : -f 1)
		refuses 2 "$bakeoff" run
		has "$err" "bakeoff.conf:$line: " "'$key'"
	done
	cp "$BATS_TEST_TMPDIR/good" bakeoff.conf
	echo '[bakeoff' >>bakeoff.conf
	refuses 2 "$bakeoff" run
	has "$err" bakeoff.conf
}

# Values that cannot be.
@test "wrong values in bakeoff.conf" {
	cp bakeoff.conf "$BATS_TEST_TMPDIR/good"
	while read -r key value; do
		cp "$BATS_TEST_TMPDIR/good" bakeoff.conf
		conf . --replace-all "$key" "$value"
		line=$(grep -n "${key##*.} = $value" bakeoff.conf | tail -1 | cut -d : -f 1)
		refuses 2 "$bakeoff" run
		has "$err" "bakeoff.conf:$line: "
	done <<-'END'
		bakeoff.fuzz 9
		bakeoff.fuzz many
		bakeoff.config nothing
		config.slub.set SLUB=y
		variant.base.patch 0004-page_mapping-must-avoid-slub-pages.patch
		variant.a/../b.patch 0004-page_mapping-must-avoid-slub-pages.patch
	END
	cp "$BATS_TEST_TMPDIR/good" bakeoff.conf
	conf . variant.other.patch nowhere.patch
	refuses 2 "$bakeoff" run
	has "$err" nowhere.patch "'other'"
	cp "$BATS_TEST_TMPDIR/good" bakeoff.conf
	conf . bakeoff.prelude nowhere
	refuses 2 "$bakeoff" run
	has "$err" nowhere
}

# ---- the machine ----

# Without the compiler nothing can be judged: infra, and the apt command.
@test "a missing cross compiler is infra" {
	mkdir toolchains
	sed -e 's/cross = .*/cross = nowhere-linux-gnu-/' -e 's/apt = .*/apt = gcc-nowhere/' \
		"$root/kbuild/toolchains/arm-linux-gnueabi-2.6.toolchain" >toolchains/arm-linux-gnueabi-2.6.toolchain
	runs 3 "$bakeoff" run
	report_json "$p"
	is "$(verdicts "$p")" "base slub infra
page-mapping-avoid-slub slub infra"
	has "$(cell "$p" base slub detail)" nowhere-linux-gnu-gcc
	has "$(tr -s '\n ' ' ' <<<"$out")" nowhere-linux-gnu-gcc "apt-get install gcc-nowhere"
	runs 3 "$bakeoff" doctor
	has "$out" nowhere-linux-gnu-gcc "apt-get install" gcc-nowhere
	# with the compiler back, the same project is judged
	rm -r toolchains
	runs 0 "$bakeoff" run
	has "$err" "base model/slub: oops"
}

# QEMU that is not there, by a board's typo or on the machine.
@test "QEMU missing is infra" {
	edit_board . -e 's/qemu-system-arm/qemu-system-nowhere/'
	base_is_infra "qemu-system-nowhere: not found"
	# nothing was kept: with the board put right the verdicts are those of the patch
	edit_board . -e 's/qemu-system-nowhere/qemu-system-arm/'
	runs 0 "$bakeoff" run
	has "$err" "base model/slub: oops" "page-mapping-avoid-slub model/slub: pass"
	lacks "$err" building
}

# The other programs that a cell needs, taken away one by one.
@test "make, mkimage, expect or setpriv missing is infra" {
	whole=$PATH
	for program in make mkimage expect setpriv; do
		path_without "$program"
		base_is_infra "$program"
		PATH=$whole
		rm -r "$BATS_TEST_TMPDIR/bin"
	done
}

# doctor looks for a toolchain where a run does: the project's own first.
@test "doctor asks for the compiler that a run would take" {
	mkdir toolchains
	printf '[toolchain]\n\tdescription = d\n\tcross = no-such-\n' >toolchains/arm-linux-gnueabi-2.6.toolchain
	runs 3 "$bakeoff" doctor
	has "$out" "no-such-gcc"
	runs 3 "$bakeoff" run
	has "$out" "no-such-gcc"
	rm -r toolchains
	runs 0 "$bakeoff" doctor
	lacks "$out" "no-such-gcc"
}

# doctor names the program, who needs it and the package; with all of them it is content.
@test "doctor says what is missing" {
	runs 0 "$bakeoff" doctor
	lacks "$out" MISSING
	path_without qemu-system-arm mkimage
	runs 3 "$bakeoff" doctor
	grep -q '^qemu-system-arm  *MISSING .*board model' <<<"$out"
	has "$(grep 'apt-get install' <<<"$out")" qemu-system-arm u-boot-tools
}

# The sandbox is tried, not only looked for: bwrap may be there and namespaces forbidden.
@test "doctor tries the sandbox" {
	runs 0 "$bakeoff" doctor
	grep -q '^sandbox  *ok ' <<<"$out"
	is "$(ls .bakeoff/work)" lock
	mkdir "$BATS_TEST_TMPDIR/first"
	printf '#!/bin/sh\necho "unshare: unshare failed: Operation not permitted" >&2\nexit 1\n' \
		>"$BATS_TEST_TMPDIR/first/unshare"
	chmod +x "$BATS_TEST_TMPDIR/first/unshare"
	PATH=$BATS_TEST_TMPDIR/first:$PATH runs 3 "$bakeoff" doctor
	grep -q '^sandbox  *MISSING .*Operation not permitted' <<<"$out"
	has "$out" --no-sandbox
	# outside of a project too, and nothing is left behind
	cd "$BATS_TEST_TMPDIR"
	mkdir elsewhere temporary
	cd elsewhere
	TMPDIR=$BATS_TEST_TMPDIR/temporary runs 0 "$bakeoff" doctor
	grep -q '^sandbox  *ok ' <<<"$out"
	is "$(ls "$BATS_TEST_TMPDIR/temporary")$(ls -A)" ""
}

# Without the sandbox's programs it names their packages, and that ccache is no must.
@test "doctor names what the sandbox needs" {
	path_without bwrap ccache
	runs 3 "$bakeoff" doctor
	grep -q '^bwrap  *MISSING  *build' <<<"$out"
	grep -q '^ccache  *missing  *build' <<<"$out"
	has "$(grep 'apt-get install' <<<"$out")" bubblewrap ccache
}

# QEMU that is killed, that refuses its options, that dies after some output.
@test "QEMU dying is infra" {
	# shellcheck disable=SC2016
	for death in 'kill -9 $$' 'echo "Linux version 2.6.22"; kill -SEGV $$' 'echo "no such machine" >&2; exit 1'; do
		git config -f boards/model.board boot.console "sh -c '$death'"
		base_is_infra "$(case $death in *exit*) echo 'no such machine' ;; *) echo SIG ;; esac)"
	done
}

# What makes the kernel bootable is our side as well.
@test "a package command that fails is infra" {
	git config -f boards/model.board boot.package 'echo "no mkimage today"; exit 7'
	base_is_infra "status 7" "no mkimage today"
	git config -f boards/model.board boot.package 'true'
	base_is_infra "%{kernel}"
}

# An option that does not take is the board's or the config's fault, never the patch's.
@test "an option that does not take is infra" {
	conf . --add config.slub.set CONFIG_NO_SUCH_THING=y
	base_is_infra "CONFIG_NO_SUCH_THING=y did not take"
}

# A make target that leaves no image.
@test "a board whose target and image do not belong together is infra" {
	edit_board . -e 's,image = .*,image = arch/arm/boot/zImage,'
	base_is_infra "arch/arm/boot/zImage"
}

# A store that is no database is named, and what to do about it; deleting it helps.
@test "a damaged store" {
	mkdir .bakeoff
	head -c 8192 /dev/zero | tr '\0' x >.bakeoff/results.db
	must_fail 3 "$bakeoff" run
	has "$err" results.db "hint: " delete
	must_fail 3 "$bakeoff" report
	rm .bakeoff/results.db
	runs 0 "$bakeoff" run
}

# What a killed bakeoff's compiler still holds is waited for, and convicts nothing.
@test "a slot in use is waited for" {
	mkdir -p .bakeoff/slots/0/obj/model/slub
	flock -n .bakeoff/slots/0/obj/model/slub/lock sh -c 'sleep 1; echo >released' 3>&- &
	runs 0 "$bakeoff" run
	[ -e released ]
	wait
	has "$err" "base model/slub: oops" "page-mapping-avoid-slub model/slub: pass"
}

# ---- full disks ----

# A standard output that takes nothing is said, not ignored.
@test "/dev/full for the output" {
	[ -w /dev/full ] || skip "no /dev/full here"
	runs 0 "$bakeoff" run
	for command in "report" "report --format json" "run" "show" "boards"; do
		got=0
		# shellcheck disable=SC2086
		"$bakeoff" $command >/dev/full 2>"$BATS_TEST_TMPDIR/err" || got=$?
		is "$got" 3
		grep -q '^bakeoff: error: .*standard output' "$BATS_TEST_TMPDIR/err"
	done
}

# A report goes to its file as a whole or not at all: what was there stays.
@test "a report that cannot be written leaves the old one" {
	mkdir out
	echo old >out/report
	if ! unshare -Urm sh -c "mount -t tmpfs -o size=4k none '$p/out'" 2>/dev/null; then
		skip "no mount of a small file system is allowed here"
	fi
	cat >fill.sh <<-'END'
		mount -t tmpfs -o size=8k none out && echo old >out/report && head -c 4096 /dev/zero >out/filler
		"$1" report --output out/report
		echo "status $?"
		cat out/report
		ls out
	END
	runs 0 unshare -Urm sh fill.sh "$bakeoff"
	is "$out" "status 3
old
filler
report"
	has "$err" "bakeoff: error: cannot write 'out/report': "
}

# Wherever the disk becomes full, on the way from store to image, the verdict is infra or the right
# one, and with room again the run goes on.
@test "a full disk never convicts a patch" {
	if ! unshare -Urm sh -c "mkdir -p .bakeoff && mount -t tmpfs -o size=4k none .bakeoff" 2>/dev/null; then
		skip "no mount of a small file system is allowed here"
	fi
	cat >fill.sh <<-'END'
		for size in 4 100 500 760; do
			mount -t tmpfs -o size=${size}k none .bakeoff || exit 99
			"$1" run >out 2>err
			status=$?
			cat out err
			[ $status -eq 0 ] || [ $status -eq 3 ] || exit $status
			grep -q -E '(^|: )(build-failed|apply-failed|fail|hang)' out err && exit 98
			[ $status -eq 0 ] || cat out err | tr -s '\n ' ' ' | grep -q -i -E 'no space|is full|I/O error' || exit 97
			mount -o remount,size=20m .bakeoff
			"$1" run >out 2>&1 || exit 96
			grep -q 'base  *oops' out && grep -q 'page-mapping-avoid-slub  *pass' out || exit 95
			umount .bakeoff
		done
	END
	runs 0 unshare -Urm sh fill.sh "$bakeoff"
}
