#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# From a mail to a verdict. tests/series looks closer at threads, repairs and patches.

load helper

setup() {
	p=$BATS_TEST_TMPDIR/p
	new_project "$p"
	cd "$p"
	rm -r patches
	for section in $(conf . --name-only --get-regexp '^variant\.' | sed 's/\.patch$//' | sort -u); do
		conf . --remove-section "$section"
	done
	conf . --unset bakeoff.subject
	mails=$root/tests/data/cmd/page-slab.mbox
}

# Two mails, one with a patch: it becomes a file, a series, a variant, and is judged.
@test "an mbox becomes a variant that is judged" {
	runs 0 "$bakeoff" import "$mails"
	has "$out" "2 mails, 1 with a diff, 1 candidates; " "1 variants added" "Ada Tester"
	is "$(grep -v '^#' patches/series)" "$(ls patches | grep '\.patch$')"
	is "$(conf . --get-regexp '^variant\.' | wc -l)" 1
	runs 0 "$bakeoff" run --config slub
	variant=$(conf . --name-only --get-regexp '^variant\.' | sed 's/variant\.\(.*\)\.patch/\1/')
	report_json "$p" --config slub
	is "$(verdicts "$p")" "base slub oops
$variant slub pass"
	python3 - report.json <<-'PY'
		import json, sys
		variant = json.load(open(sys.argv[1]))["variants"][1]
		assert variant["author"] == "Ada Tester <ada@example.org>", variant
		assert variant["title"] == "mm: no page_mapping() of slab pages", variant
		assert variant["message_id"] == "<20070622.2@example.org>", variant
	PY
}

# The thread's subject and first mail are kept, for the reply.
@test "the reply answers the thread that was imported" {
	runs 0 "$bakeoff" import "$mails"
	runs 3 "$bakeoff" report --format reply
	grep -q -x 'Subject: Re: Oops in get_index with SLUB' <<<"$out"
	grep -q -x 'In-Reply-To: <20070622.1@example.org>' <<<"$out"
}

# The same mail from standard input is the same import.
@test "import reads standard input" {
	runs 0 "$bakeoff" import "$mails"
	listing . | grep -v 'X-Bakeoff' >"$BATS_TEST_TMPDIR/before"
	cp -r patches "$BATS_TEST_TMPDIR/patches"
	"$bakeoff" import - <"$mails" >"$BATS_TEST_TMPDIR/out"
	grep -q '0 variants added' "$BATS_TEST_TMPDIR/out"
	diff -r -I '^X-Bakeoff-Source' -I '^#' patches "$BATS_TEST_TMPDIR/patches"
}

# Importing twice changes nothing: no byte, no time.
@test "importing twice changes nothing" {
	runs 0 "$bakeoff" import "$mails"
	find . -type f -printf '%p %T@ %s\n' | sort >"$BATS_TEST_TMPDIR/before"
	listing . >>"$BATS_TEST_TMPDIR/before"
	runs 0 "$bakeoff" import "$mails"
	has "$out" "0 files written, 0 variants added"
	find . -type f -printf '%p %T@ %s\n' | sort >"$BATS_TEST_TMPDIR/after"
	listing . >>"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

# --dry-run says the same and writes nothing.
@test "--dry-run writes nothing" {
	listing . >"$BATS_TEST_TMPDIR/before"
	runs 0 "$bakeoff" import --dry-run "$mails"
	has "$out" "1 candidates"
	listing . >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

# A user's name for a variant is the user's: importing again adds no second one. So are comments.
@test "a renamed variant stays" {
	runs 0 "$bakeoff" import "$mails"
	section=$(conf . --name-only --get-regexp '^variant\.' | sed 's/\.patch$//')
	conf . --rename-section "$section" variant.my-favourite
	echo '# my own words' >>bakeoff.conf
	before=$(sha256sum bakeoff.conf)
	runs 0 "$bakeoff" import "$mails"
	has "$out" "0 variants added"
	is "$(sha256sum bakeoff.conf)" "$before"
	runs 0 "$bakeoff" show
	has "$out" my-favourite
}

# What stands in a mail's description never gets into a commit where the project says so.
@test "descriptions = false drops the mail's prose" {
	conf . bakeoff.descriptions false
	runs 0 "$bakeoff" import "$mails"
	lacks "$(cat patches/*.patch)" "does not belong to anybody"
	has "$(cat patches/*.patch)" "Signed-off-by: Ada Tester <ada@example.org>"
	rm -r patches
	conf . bakeoff.descriptions true
	runs 0 "$bakeoff" import "$mails"
	has "$(cat patches/*.patch)" "does not belong to anybody"
}

# The real thread of 2007, where it is at hand: 8 mails with a diff, one patch posted twice, one that
# needs another, one that is cut, and the verdicts of the demo.
@test "the thread of 2007" {
	thread=${BAKEOFF_THREADS:-$root/../shared/threads}/slub-flush-dcache-page.txt
	[ -e "$thread" ] || skip "no $(basename "$thread"): set BAKEOFF_THREADS to its folder"
	conf . bakeoff.descriptions false
	runs 0 "$bakeoff" import "$thread"
	has "$out" "8 with a diff, 7 candidates" "same patch: " "needs 0004-page_mapping" "cannot be used: "
	is "$(ls patches | grep -c '\.patch$')" 7
	for file in patches/*.patch; do
		cmp "$file" "$root/patches/slub-flush/$(basename "$file")"
	done
	runs 0 "$bakeoff" apply
	is "$(grep -c 'apply-failed' <<<"$out")" 1
	runs 0 "$bakeoff" import "$thread"
	has "$out" "0 files written, 0 variants added"
}
