#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Reports: text for people, a mail for the list, JSON for programs, exit statuses for scripts.

load helper

setup_file() {
	new_project "$BATS_FILE_TMPDIR/p"
	cd "$BATS_FILE_TMPDIR/p"
	"$bakeoff" run >run.out 2>run.err 3>&-
	report_json "$PWD"
}

setup() {
	p=$BATS_FILE_TMPDIR/p
	cd "$p"
}

# too_wide: lines of more than 72 characters that are ours and not the kernel's.
too_wide() {
	grep -v '^    | ' | python3 -c 'import sys; [print(l, end="") for l in sys.stdin if len(l.rstrip("\n")) > 72]'
}

# Prose and tables keep to 72 columns; what the kernel printed is not broken.
@test "text keeps to 72 columns" {
	runs 0 "$bakeoff" report
	is "$(too_wide <<<"$out")" ""
	has "$out" "    | Unable to handle kernel NULL pointer dereference at virtual address 0000000d"
	runs 0 "$bakeoff" report --format reply
	is "$(too_wide <<<"$out")" ""
	is "$(too_wide <run.out)" ""
}

# It says what was tested: base, tools, boards, configs, who wrote what.
@test "text says what was tested" {
	runs 0 "$bakeoff" report
	has "$out" "$(git -C ../p.git rev-parse 'model-1^{commit}' | cut -c 1-12)" model-1 \
		"arm-linux-gnueabi-gcc" CONFIG_SLUB=y CONFIG_SLAB=n "Hugh" "<hugh@veritas.com>"
	# one note for the one crash, however many cells it has
	is "$(grep -c '^\[[0-9]*\] NULL pointer' <<<"$out")" 1
	is "$(grep -c 'Internal error: Oops' <<<"$out")" 1
}

# The matrix of `run` is the one of `report`.
@test "run prints the matrix that report prints" {
	runs 0 "$bakeoff" report
	has "$out" "$(cat run.out)"
}

# A mail about several candidates has no tag at column 0 that tools would put on the wrong patch.
@test "reply is a mail without tags" {
	runs 0 "$bakeoff" report --format reply
	is "$(head -1 <<<"$out")" "Subject: Re: Oops in a driver while using SLUB as a SLAB allocator"
	is "$(grep -i -c -E '^(Tested|Reported|Acked|Reviewed|Signed-off)[a-z-]*-?by:' <<<"$out")" 0
	is "$(grep -c '^>' <<<"$out")" 0
	is "$(grep -c -E '^(In-Reply-To|References):' <<<"$out")" 0
	# python's mail parser is the judge of its form
	python3 - "$BATS_TEST_TMPDIR/out" <<-'PY'
		import email, email.policy, sys
		mail = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
		assert not mail.defects, mail.defects
		assert mail["Subject"].startswith("Re: Oops"), mail["Subject"]
		assert "oops [1]" in mail.get_content()
	PY
}

# Where the thread's first mail is known, the reply goes below it.
@test "reply answers the thread" {
	cp -a "$p" "$BATS_TEST_TMPDIR/p"
	cd "$BATS_TEST_TMPDIR/p"
	conf . bakeoff.in-reply-to '<20070621.1@example.org>'
	conf . bakeoff.subject 'Grüße vom Kernel'
	runs 0 "$bakeoff" report --format reply
	grep -q -x 'In-Reply-To: <20070621.1@example.org>' <<<"$out"
	grep -q -x 'References: <20070621.1@example.org>' <<<"$out"
	# a header is ASCII (RFC 5322), and decodes to what was meant
	LC_ALL=C grep -q '^Subject: [ -~]*$' "$BATS_TEST_TMPDIR/out"
	python3 - "$BATS_TEST_TMPDIR/out" <<-'PY'
		import email, email.policy, sys
		mail = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
		assert mail["Subject"] == "Re: Grüße vom Kernel", mail["Subject"]
	PY
}

# A subject is one line: nobody's headers get in through it.
@test "no header can be smuggled into a reply" {
	cp -a "$p" "$BATS_TEST_TMPDIR/p"
	cd "$BATS_TEST_TMPDIR/p"
	conf . bakeoff.subject $'x\nBcc: everybody@example.org'
	conf . bakeoff.in-reply-to $'<a@b>\nBcc: everybody@example.org'
	got=0
	"$bakeoff" report --format reply >out 2>err || got=$?
	[ "$got" -eq 0 ] || [ "$got" -eq 2 ]
	is "$(grep -c '^Bcc:' out)" 0
}

# JSON has what DESIGN.md promises, and its schema agrees where there is a validator.
@test "json is whole" {
	python3 - report.json "$root/docs/bakeoff-report-1.schema.json" <<-'PY'
		import json, os, sys
		report = json.load(open(sys.argv[1]))
		assert report["schema"] == "bakeoff-report/1"
		assert len(report["base"]["commit"]) == 40 and report["base"]["describe"] == "model-1"
		assert [v["name"] for v in report["variants"]][0] == "base"
		assert len(report["variants"]) == 8 and len(report["cells"]) == 16
		for v in report["variants"]:
		    assert {"name", "title", "author", "message_id", "patches", "apply"} <= set(v), v
		    assert {"status", "detail"} <= set(v["apply"]), v
		for c in report["cells"]:
		    assert {"variant", "board", "config", "verdict", "signature", "runs", "bad", "image",
		            "same_as", "cached", "seconds", "log"} <= set(c), c
		    assert {"build", "boot"} <= set(c["seconds"]), c
		    if c["verdict"] == "oops":
		        assert {"title", "frames", "address"} <= set(c["signature"]), c
		    if c["log"]:
		        assert os.path.exists(c["log"]), c["log"]
		assert [v["apply"]["status"] for v in report["variants"]].count("failed") == 1
		if os.path.exists(sys.argv[2]):
		    try:
		        import jsonschema
		    except ImportError:
		        sys.exit(0)
		    jsonschema.validate(report, json.load(open(sys.argv[2])))
	PY
}

# A report of what was not run yet says so: no verdict, status 3, in every format.
@test "nothing judged is status 3" {
	small_project "$BATS_TEST_TMPDIR/p"
	cd "$BATS_TEST_TMPDIR/p"
	for format in text reply json; do
		runs 3 "$bakeoff" report --format "$format"
	done
	report_json "$PWD"
	is "$(cell "$PWD" base slub verdict)" null
	# infra is no judgement either, nor is half a matrix
	runs 0 "$bakeoff" run --variant base
	runs 3 "$bakeoff" report
	runs 0 "$bakeoff" report --variant base
}

# --fail-on asks about candidates: base is expected to fail.
@test "--fail-on" {
	runs 1 "$bakeoff" run --fail-on any
	runs 1 "$bakeoff" run --fail-on oops
	runs 1 "$bakeoff" run --fail-on hang --fail-on build-failed
	runs 0 "$bakeoff" run --fail-on hang
	runs 0 "$bakeoff" run --fail-on any --variant page-mapping-avoid-slub
	runs 0 "$bakeoff" run --fail-on any --variant base
	runs 1 "$bakeoff" run --fail-on apply-failed --variant add-vm-bug-on-lameter
	must_fail 2 "$bakeoff" run --fail-on hangs
}

# What cannot be judged is 3, also where --fail-on says no: nobody is convicted by half a matrix.
@test "infra goes before --fail-on" {
	small_project "$BATS_TEST_TMPDIR/p"
	cd "$BATS_TEST_TMPDIR/p"
	edit_board . -e 's/qemu-system-arm/qemu-system-nowhere/'
	runs 3 "$bakeoff" run --fail-on any
}

# --output writes the file that stdout would have been.
@test "--output" {
	for format in text reply json; do
		runs 0 "$bakeoff" report --format "$format"
		runs 0 "$bakeoff" report --format "$format" --output "$BATS_TEST_TMPDIR/file"
		is "$out" ""
		is "$("$bakeoff" report --format "$format")" "$(cat "$BATS_TEST_TMPDIR/file")"
	done
	must_fail 3 "$bakeoff" report --output "$BATS_TEST_TMPDIR/no/such/folder"
}

# The selection of cells is that of the command line, in all formats.
@test "boards, configs and variants can be chosen" {
	cp -a "$p" "$BATS_TEST_TMPDIR/p"
	report_json "$BATS_TEST_TMPDIR/p" --config slub --variant page-mapping-avoid-slub,add-vm-bug-on
	is "$(verdicts "$BATS_TEST_TMPDIR/p")" "base slub oops
page-mapping-avoid-slub slub pass
add-vm-bug-on slub build-failed"
}

# decode finds in the log what the boot was judged by.
@test "decode reads the log of the oops" {
	runs 0 "$bakeoff" decode "$(cell "$p" base slub log)"
	has "$out" 0000000d get_index prio_tree_next
	runs 1 "$bakeoff" decode "$(cell "$p" base slab log)"
	has "$out" "no crash"
	must_fail 2 "$bakeoff" decode nowhere.log
}

# boot shows the console and its verdict, and its boot counts.
@test "boot prints the console and the verdict" {
	cp -a "$p" "$BATS_TEST_TMPDIR/p"
	cd "$BATS_TEST_TMPDIR/p"
	runs 0 "$bakeoff" boot --config slab
	has "$out" "KTAP version 1" "ok 1 - mmc rebind" "# bakeoff: done" "pass: "
	runs 0 "$bakeoff" boot --config slub --variant base
	has "$out" "Internal error: Oops" "oops: "
	report_json "$PWD"
	is "$(cell "$PWD" base slub runs)" 2
	is "$(cell "$PWD" base slub bad)" 2
	must_fail 2 "$bakeoff" boot
	has "$err" --config
}

# Boots that differ: the worst is the verdict, and the report tells how many.
@test "one bad boot of two makes the cell bad" {
	small_project "$BATS_TEST_TMPDIR/p"
	cd "$BATS_TEST_TMPDIR/p"
	# the same board twice over: the console decides by a file that the board does not name
	git config -f boards/model.board boot.console \
		"sh -c 'if test -e \$HOME/bad; then echo not ok 1 - it; else echo ok 1 - it; fi; echo 1..1; echo \"# bakeoff: done\"'"
	runs 0 "$bakeoff" run --variant base
	has "$err" "base model/slub: pass"
	touch "$HOME/bad"
	runs 0 "$bakeoff" boot --variant base
	has "$out" "fail: "
	rm "$HOME/bad"
	runs 0 "$bakeoff" boot --variant base
	report_json "$PWD" --variant base
	is "$(cell "$PWD" base slub verdict)" fail
	is "$(cell "$PWD" base slub runs)" 3
	is "$(cell "$PWD" base slub bad)" 1
	runs 0 "$bakeoff" report --variant base
	has "$out" "fail 1/3"
}
