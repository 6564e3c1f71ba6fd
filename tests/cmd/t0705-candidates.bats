#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Threads with more in them than one patch a mail, from the mailbox to the matrix. The kernel is a shell
# script: see bisect.bash. tests/series/test-candidates.c has many more threads.

load helper
load bisect

# A kernel that works only where two things are mended.
two_bugs() {
	cd "$p/repo"
	{
		echo "echo 'KTAP version 1'"
		for i in $(seq 10); do echo "# $i"; done
		echo "a=0"
		for i in $(seq 11 20); do echo "# $i"; done
		echo "b=0"
		for i in $(seq 21 30); do echo "# $i"; done
		echo 'echo 1..1'
		echo "case \$a\$b in 11) echo 'ok 1 - works' ;; *) echo 'not ok 1 - works' ;; esac"
		echo "echo '# bakeoff: done'"
	} >kernel
	change c1
	cd "$p"
	sed -i "s/^base = .*/base = c1/" bakeoff.conf
	sed -i "s/^\[config/patches = patches\n&/" bakeoff.conf
}

# mail PERSON SUBJECT SCRIPT...: one mail for each, in thread.mbox; SCRIPT edits the kernel, one commit
# after the other where there are several mails of a series
mail() {
	local person=$1 subject=$2 mails

	mails=$(($(grep -c '^From mboxrd' "$p/thread.mbox" 2>/dev/null || true) + 1))
	{
		echo "From mboxrd@z Thu Jan  1 00:00:00 1970"
		echo "From: $person <${person%% *}@example.org>"
		echo "Subject: $subject"
		echo "Date: Mon, 1 Mar 2021 10:0$mails:00 +0000"
		echo "Message-ID: <m$mails@example.org>"
		[ "$mails" = 1 ] || echo "In-Reply-To: <m1@example.org>"
		echo
		cat
		echo
	} >>"$p/thread.mbox"
}

# diff_of SCRIPT: what it changes in the kernel
diff_of() {
	(
		cd "$p/repo"
		eval "$1"
		echo "Signed-off-by: Somebody <some@example.org>"
		echo ---
		git diff
		git checkout -q kernel
	)
}

mend_a="sed -i s/^a=0/a=1/ kernel"
mend_b="sed -i s/^b=0/b=1/ kernel"
wrong_a="sed -i s/^a=0/a=2/ kernel"

@test "a series is one variant; its newest version alone is judged" {
	two_bugs
	mail Ada "[PATCH 0/2] kernel: mend both" <<<"About."
	diff_of "$wrong_a" | mail Ada "[PATCH 1/2] kernel: mend a"
	diff_of "$mend_b" | mail Ada "[PATCH 2/2] kernel: mend b"
	diff_of "$mend_a" | mail Ada "[PATCH v2 1/2] kernel: mend a"
	runs 0 "$bakeoff" import thread.mbox
	has "$out" "kernel-mend-both-v2" "v2 = v1 with 1/2: hunk 1 of kernel changed" \
		"left out: kernel-mend-both-v2 is newer" "4 mails, 3 with a diff, 2 candidates" "1 variants added"
	runs 0 "$bakeoff" run
	report_json .
	is "$(verdicts .)" "base x fail
kernel-mend-both-v2 x pass"
	is "$(conf . variant.kernel-mend-both-v2.title)" "kernel: mend both"
	runs 0 "$bakeoff" report
	has "$out" "\"kernel: mend both\""
	runs 0 "$bakeoff" import --all thread.mbox
	has "$out" "1 variants added"
	runs 0 "$bakeoff" run
	report_json .
	is "$(verdicts .)" "base x fail
kernel-mend-both-v2 x pass
kernel-mend-both x fail"
}

@test "--conflicts and --combine: what goes on together, and cures only together" {
	two_bugs
	diff_of "$mend_a" | mail Ada "[PATCH] kernel: mend a"
	diff_of "$mend_b" | mail Bob "[PATCH] engine: mend b"
	diff_of "$wrong_a" | mail Carol "[PATCH] other: mend a"
	runs 0 "$bakeoff" import thread.mbox
	runs 0 "$bakeoff" show --conflicts
	grep -q '^  1 kernel-mend   *\.  +  x$' <<<"$out"
	grep -q '^  2 engine-mend   *+  \.  +$' <<<"$out"
	grep -q '^  3 other-mend   *x  +  \.$' <<<"$out"
	has "$out" "3 on 1: 0003-other-mend-a.patch:"
	runs 0 "$bakeoff" run --combine 2
	report_json . --combine 2
	is "$(verdicts .)" "base x fail
kernel-mend x fail
engine-mend x fail
other-mend x fail
kernel-mend+engine-mend x pass
engine-mend+other-mend x fail"
	grep -q '^  kernel-mend+engine-mend   *pass$' <<<"$("$bakeoff" report --combine 2)"
	has "$("$bakeoff" report --combine 2)" "Tested 3 candidate fixes and 2 pairs of them on 1 board."
	# without it they are no variants
	report_json .
	is "$(verdicts . | wc -l)" 4
	runs 2 "$bakeoff" run --combine 3
	has "$err" "--combine takes 2"

	# a name that is longer than its column has a line of its own, above its cells
	conf . --rename-section variant.kernel-mend variant.kernel-mend-the-first-of-two
	grep -A1 -x '  kernel-mend-the-first-of-two+engine-mend' <<<"$("$bakeoff" report --combine 2)" |
		grep -q -x ' *pass'

	# a variant of the user's that is called like a pair is the one of that name
	printf '[variant "engine-mend+other-mend"]\n\tpatch = 0002-engine-mend-b.patch\n' >>bakeoff.conf
	report_json . --combine 2
	is "$(verdicts . | grep -c '^engine-mend+other-mend ')" 1
}

@test "a combination goes on in the order that works" {
	two_bugs
	# the second goes onto the first alone, and stands before it in the project
	(
		cd repo
		eval "$mend_a"
		git commit -q -a -m one
		sed -i 's/^a=1/a=$((0 + 1))/' kernel
		git diff >../top.diff
		git reset -q --hard c1
	)
	{ echo "Signed-off-by: S <s@example.org>"; echo ---; cat top.diff; } | mail Ada "[PATCH] kernel: sum"
	diff_of "$mend_a" | mail Bob "[PATCH] engine: mend a"
	diff_of "$mend_b" | mail Carol "[PATCH] shades: mend b"
	runs 0 "$bakeoff" import thread.mbox
	runs 0 "$bakeoff" show --conflicts
	grep -q '^  1 kernel-sum   *\.  =  +$' <<<"$out"
	grep -q '^  2 engine-mend   *+  \.  +$' <<<"$out"
	runs 0 "$bakeoff" run --combine 2
	report_json . --combine 2
	is "$(verdicts . | sed -n '/+/p')" "kernel-sum+shades-mend x pass
engine-mend+shades-mend x pass"
}

@test "a base is proposed where the project has none" {
	two_bugs
	diff_of "$mend_a" | mail Ada "[PATCH] kernel: mend a"
	conf . --unset bakeoff.base
	runs 0 "$bakeoff" import thread.mbox
	has "$out" "1 of 1 candidates go onto c1" "git config -f bakeoff.conf bakeoff.base c1"
	git config -f bakeoff.conf bakeoff.base c1
	runs 0 "$bakeoff" apply
}

@test "replies' trailers are told, and are in no patch" {
	two_bugs
	diff_of "$mend_a" | mail Ada "[PATCH] kernel: mend a"
	mail Bob "Re: [PATCH] kernel: mend a" <<<"Acked-by: Bob <Bob@example.org>"
	mail Carol "Re: [PATCH] kernel: mend a" <<<"Acked-by: Dave <dave@example.org>"
	runs 0 "$bakeoff" import thread.mbox
	has "$out" "    Acked-by: Bob <Bob@example.org>" "'Acked-by: Dave <dave@example.org>' is ignored"
	lacks "$(cat patches/*)" "Acked-by"
}
