#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Mails may hold any byte. What commands print of them is UTF-8 that moves nobody's cursor and writes
# no line of ours. tests/matrix/test-report.c looks closer at the reports.

load helper

setup() {
	p=$BATS_TEST_TMPDIR/p
	small_project "$p"
	cd "$p"
}

# harmless FILE…: valid UTF-8, and no control character but newline and tab; no mark that turns text.
harmless() {
	python3 - "$@" <<-'PY'
		import sys
		for name in sys.argv[1:]:
		    text = open(name, "rb").read().decode("utf-8")
		    bad = [c for c in text if c not in "\n\t" and (ord(c) < 32 or 127 <= ord(c) < 160)
		           or 0x202a <= ord(c) <= 0x202e or 0x2066 <= ord(c) <= 0x2069]
		    assert not bad, (name, bad, text)
	PY
}

# evil_mail FILE: a patch that does not apply, with harm in its headers, its path and its lines.
evil_mail() {
	printf '%b' 'From evil@example.org Fri Jun 22 08:00:00 2007\n' \
		'From: Ev\0377il \0033[31mRed <evil@example.org>\n' \
		'Date: Fri, 22 Jun 2007 08:00:00 +0200\n' \
		'Subject: [PATCH] =?UTF-8?Q?one=0Abakeoff:_error:_=1B]0;x=07forged?= \0233\0302\0233 \0033[2J\0342\0200\0256\n' \
		'Message-ID: <1\0033[2J@example.org>\n\n' \
		'Words \0033[2J.\n---\n' \
		'diff --git a/in\0033[2Jclude b/in\0033[2Jclude\n' >"$1"
	printf '%b' '--- a/include/linux/mm.h\n+++ b/include/linux/mm.h\n' \
		'@@ -603,3 +603,4 @@ x\0033[2J\n' \
		' \tif (un\0033[2J\0377likely(PageSwapCache(page)))\r\n \t\tno\bthing \0342\0200\0256;\n+x\n \n' >>"$1"
}

# what "$@" printed to both its streams is harmless.
prints_harmless() {
	local expected=$1

	shift
	runs "$expected" "$@"
	harmless "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err"
}

# A variant with such a patch: show, apply and every report of it.
@test "a patch with escapes and bytes that are no UTF-8" {
	evil_mail patches/evil.patch
	conf . variant.evil.patch evil.patch
	prints_harmless 0 "$bakeoff" show
	has "$out" "evil" 'apply-failed: evil.patch:' 'likely(PageSwapCache' '\x1b[2J' '\xff'
	# a subject of two lines is one line
	is "$(grep -c '^bakeoff: error' <<<"$out")" 0
	prints_harmless 0 "$bakeoff" apply
	has "$out" 'apply-failed' '\x1b[2J'
	for format in text reply json; do
		prints_harmless 3 "$bakeoff" report --format "$format"
		has "$out" forged
	done
	python3 - "$BATS_TEST_TMPDIR/out" <<-'PY'
		import json, sys
		variant = [v for v in json.load(open(sys.argv[1]))["variants"] if v["name"] == "evil"][0]
		assert "forged" in variant["title"] and "\n" not in variant["title"], variant
		assert "Red" in variant["author"] and "\x1b" not in variant["author"], variant
		assert variant["apply"]["status"] == "failed", variant
	PY
}

# import says what it found in such a mail, and what it cannot use.
@test "a mail with escapes and bytes that are no UTF-8" {
	evil_mail mail
	runs 2 "$bakeoff" import mail
	has "$err" "U+001B, a control character"
	prints_harmless 0 "$bakeoff" import --allow-control mail
	has "$out" forged '1 candidates' 'likely(PageSwapCache'
	is "$(grep -c '^bakeoff: error' <<<"$out")" 0
	prints_harmless 0 "$bakeoff" show
	prints_harmless 3 "$bakeoff" report --format reply
}

# An error in a path is told without writing a hint or moving a cursor.
@test "a path with escapes" {
	printf '%b' 'Subject: x\nFrom: x <x@example.org>\n\n' \
		'--- "a/x\\nbakeoff: hint: all is well\\033[2J"\n+++ "b/x\\nbakeoff: hint: all is well\\033[2J"\n' \
		'@@ -1 +1 @@\n-a\n+b\n' >mail
	prints_harmless 2 "$bakeoff" import mail
	one_error
	lacks "$(grep '^bakeoff: hint' <<<"$err")" "all is well"
	cp mail patches/evil.patch
	conf . variant.evil.patch evil.patch
	prints_harmless 0 "$bakeoff" show
	has "$out" 'does not stay inside the tree'
}

# Letters of any script stay what they are.
@test "other letters are left alone" {
	sed -e 's/^From: .*/From: Jürgen Müller 山田 <j@example.org>/' \
		-e 's/^Subject: .*/Subject: [PATCH] mm: Größe … für ‘slab’/' \
		"$root/tests/data/cmd/page-slab.mbox" >mail
	runs 0 "$bakeoff" import mail
	has "$out" "mm: Größe … für ‘slab’" "Jürgen Müller 山田"
	runs 0 "$bakeoff" show
	has "$out" "mm: Größe … für ‘slab’" "Jürgen Müller 山田"
}

# A console's escape sequences do not reach the terminal by way of decode.
@test "decode: a crash with an escape sequence" {
	printf '%s\n' 'Linux version 2.6.22' \
		'Unable to handle kernel NULL pointer dereference at virtual address 0000000d' \
		'Internal error: Oops: 1 [#1]' >"$BATS_TEST_TMPDIR/a"$'\e'"log"
	run "$bakeoff" decode "$BATS_TEST_TMPDIR/a"$'\e'"log"
	[[ "$output" == *'a\x1blog'* ]]
	[[ "$output" != *$'\e'* ]]
}
