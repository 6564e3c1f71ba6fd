#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# bakeoff bisect: what is kept while it goes on, what is told of it, and words and logs that cannot be.

load helper
load bisect
bats_require_minimum_version 1.5.0

# ---- sessions ----

gone() {
	! kill -0 "$pid" 2>/dev/null
}

# Killed after each answer, it ends where an undisturbed run does, and asks for nothing twice.
@test "killed again and again it goes on where it was" {
	nine c6 "$breaks"
	bisect 0 run c0 c9
	cp .bakeoff/bisect/log whole
	rm -r .bakeoff
	# slow enough to be killed in mid-boot
	lab 'sleep 0.3; exec sh "$1"'
	words="c0 c9"
	for n in 0 2 4; do
		"$bakeoff" bisect run $words >out.$n 2>err.$n </dev/null 3>&- &
		pid=$!
		words=
		wait_until 30 test -s .bakeoff/bisect/log
		wait_until 30 answered "$n"
		sleep 0.1
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" || is "$?" 137
		pid=
	done
	bisect 0 run
	names c6
	is "$(answers | sort | uniq -d)" ""
	# of two that were tested at the same time either may come first
	diff <(sort whole) <(sort .bakeoff/bisect/log)
	python3 - <<-'PY'
		import sqlite3
		db = sqlite3.connect(".bakeoff/results.db")
		twice = db.execute("SELECT key, count(*) FROM boot GROUP BY key HAVING count(*) > 1").fetchall()
		assert not twice, twice
	PY
	before=$(stored)
	bisect 0 run
	names c6
	is "$(stored)" "$before"
	# a last line that a kill cut off was never written
	printf 'git bisect good %s' "$(id c5 20)" >>.bakeoff/bisect/log
	bisect 0 run
	names c6
}

@test "a log without its last lines is gone on with" {
	nine c6 "$breaks"
	bisect 0 run c0 c9
	cp .bakeoff/bisect/log whole
	before=$(stored)
	lines=$(grep -n '^git bisect bad' whole | tail -1 | cut -d : -f 1)
	{
		head -n "$((lines - 1))" whole
		sed -n "${lines}p" whole | head -c 30
	} >.bakeoff/bisect/log
	bisect 0 run
	names c6
	has "$err" "known already"
	diff <(grep '^git' whole) <(grep '^git' .bakeoff/bisect/log)
	is "$(stored)" "$before"
}

@test "reset, and run again for nothing" {
	nine c6 "$breaks"
	bisect 0 run c0 c9
	first=$(grep -v '^# bakeoff bisect' .bakeoff/bisect/log)
	before=$(stored)
	refuses 2 run c1 c9
	has "$err" "under way" "bakeoff bisect reset"
	bisect 0 reset
	refuses 2 reset
	refuses 2 run
	refuses 2 log
	refuses 2 report
	refuses 2 visualize
	has "$err" "no bisection is under way" "bakeoff bisect run GOOD BAD"
	bisect 0 run c0 c9
	names c6
	is "$(stored)" "$before"
	is "$(grep -v '^# bakeoff bisect' .bakeoff/bisect/log)" "$first"
	bisect 0 log
	is "$out" "$(<.bakeoff/bisect/log)"
}

# Two at work on one bisection would ask for everything twice, and one that is at work keeps its log.
@test "one bakeoff at a time" {
	nine c6 "$breaks"
	lab 'sleep 2; exec sh "$1"'
	"$bakeoff" bisect run c0 c9 >out.1 2>err.1 </dev/null 3>&- &
	pid=$!
	wait_until 30 test -s .bakeoff/bisect/log
	cp .bakeoff/bisect/log before
	for words in "run" "run c0 c8" reset "replay before"; do
		refuses 2 $words
		has "$err" "another bakeoff is at work on this bisection"
	done
	bisect 0 log
	kill -INT "$pid"
	wait_until 30 gone
	wait "$pid" || is "$?" 3
	pid=
	bisect 0 reset
}

# The words of the session are those it was begun with, from whichever folder it is gone on with.
@test "from another folder, with --project" {
	nine c6 "$breaks"
	mkdir -p "$BATS_TEST_TMPDIR/elsewhere"
	cd "$BATS_TEST_TMPDIR"
	bisect 0 run -p p/bakeoff.conf --repo p/repo c0 c9
	names c6
	cd elsewhere
	for verb in run log report visualize; do
		bisect 0 $verb --project "$p/bakeoff.conf"
		has "$out" "$(id c6)"
	done
	cd "$p"
	bisect 0 reset
	bisect 0 run c0 c9
	cd "$BATS_TEST_TMPDIR/elsewhere"
	for verb in run log report visualize; do
		bisect 0 $verb --project ../p/bakeoff.conf
		has "$out" "$(id c6)"
	done
}

# ---- what is told ----

@test "report" {
	conf . bakeoff.subject "It fails"
	conf . bakeoff.in-reply-to "<thread@example.org>"
	history c1 c2 c3 c4="$garbles" c5="$restores" c6="$breaks" c7 c8
	bisect 0 run c0 c8
	whole=$out
	bisect 0 report
	is "$out" "$whole"
	lacks "$out" regzbot
	bisect 0 report --regzbot
	has "$out" "#regzbot introduced: $(id c6)"
	bisect 0 report --format reply --regzbot
	has "$out" "Subject: Re: It fails" "In-Reply-To: <thread@example.org>" \
		"References: <thread@example.org>" "$(id c6) (\"c6 is made\")
is the first bad commit." "verify: PASS" "revert: PASS" "Could not be tested:" "$(id c4)" \
		build-failed "git bisect bad $(id c6 40)" "Fixes: $(id c6) (\"c6 is made\")" \
		"#regzbot introduced: $(id c6)" "on script, configuration x"
	python3 - <<-'PY'
		import email, email.policy, os
		mail = email.message_from_file(open(os.environ["BATS_TEST_TMPDIR"] + "/out"), policy=email.policy.default)
		assert not mail.defects, mail.defects
		assert mail["In-Reply-To"] == "<thread@example.org>" and mail["Subject"] == "Re: It fails"
		assert "Fixes: " in mail.get_content()
	PY
	# the log that it holds is one
	sed -n '/^# bakeoff bisect run/,/^# bakeoff: revert/p' <<<"$out" >mailed
	runs 0 git -C repo bisect replay "$p/mailed"
	has "$out" "$(id c6 40) is the first bad commit"
	git -C repo bisect reset 2>/dev/null
	refuses 2 report --format html
	has "$err" "'text' or 'reply', not 'html'"
	# without a thread it is a mail of its own
	conf . --unset bakeoff.subject
	conf . --unset bakeoff.in-reply-to
	bisect 0 report -f reply
	has "$out" "Subject: [bisected] first bad commit: $(id c6)"
	lacks "$out" "In-Reply-To"
}

@test "report in the middle says what is left" {
	nine c6 "$breaks"
	bisect 0 run c0 c9
	sed -i "/$(id c6 40)/,\$d" .bakeoff/bisect/log
	bisect 0 report
	has "$out" "The first bad commit is one of these "
	has "$out" "$(id c6) (\"c6"
	lacks "$out" "Fixes:"
	bisect 0 visualize
	has "$out" "$(id c6)"
}

# The graph with what is known of each commit; those that nobody asked about are told in numbers.
@test "visualize" {
	forked s1 s2 s3="$breaks" s4
	history c6 c7 c8
	bisect 0 run c0 c8
	bisect 0 visualize
	line() {
		grep -F "$(id "$1") (\"$1 is made\")" <<<"$out"
	}
	[[ $(line c8) =~ ^\*\ bad\ .*:\ fail:\ not\ ok:\ works ]] || say "$out"
	[[ $(line s3) =~ ^[*|\ ]*\*\ bad\ .*"  <- the first bad commit"$ ]] || say "$out"
	[[ $(line s2) =~ ^[*|\ ]*\*\ good\ .*:\ pass$ ]] || say "$out"
	is "$(grep -c -F -- "<- " <<<"$out")" 1
	is "$(tail -2 <<<"$out")" "good c0
    good: pass"
	# each of the 13 commits is there once, by its name or in a number
	names=$(grep -c 'is made")' <<<"$out")
	numbers=$(sed -n 's/.*… \([0-9]*\) commits\{0,1\}.*/\1/p' <<<"$out" | paste -s -d +)
	is "$((names + ${numbers:-0}))" 13
	lacks "$out" "suspect"

	# in the middle: what is suspected is named as long as it is not too much
	grep -v -e '# first' -e verify: -e revert: .bakeoff/bisect/log |
		sed "/$(id s3 40)/d; /$(id s2 40)/d" >log
	bisect 0 reset
	bisect 0 replay log
	bisect 0 visualize
	[[ $(line s3) =~ suspect ]] || say "$out"
	lacks "$out" "<- the first"

	# at the start: all of it, as git draws it
	echo "git bisect start $(id c8 40) $(id c0 40)" >log
	bisect 0 reset
	bisect 0 replay log
	bisect 0 visualize
	is "$(sed -e '/^good c0/d' -e 's/suspect  //' <<<"$out")" \
		"$(git -C repo log --graph --abbrev=12 --format='%h ("%s")' c0..c8 | sed 's/ *$//')"
}

# Thousands of commits fit on a terminal.
@test "visualize a long history" {
	for n in $(seq 2000); do
		echo "commit refs/heads/long"
		echo "committer T <t@example.org> $((1600000000 + n)) +0000"
		echo "data 2"
		echo x
		[ "$n" -gt 1 ] || echo "from refs/heads/main^0"
		echo
	done | git -C repo fast-import --quiet
	new=$(git -C repo rev-parse long)
	printf '%s\n' "git bisect start $new $(id c0 40)" \
		"git bisect good $(git -C repo rev-parse long~1500)" \
		"git bisect bad $(git -C repo rev-parse long~1000)" >log
	bisect 0 replay log
	bisect 0 visualize
	is "$(cut -d '(' -f 1 <<<"$out")" "* -        ${new:0:12} 
: … 999 commits
* bad      $(git -C repo rev-parse --short=12 long~1000) 
: … 499 commits, suspect
* good     $(git -C repo rev-parse --short=12 long~1500) 
: … 499 commits
good c0"
}

# ---- bad input ----

@test "words that cannot be" {
	nine c6 "$breaks"
	for words in "" nonesuch "run c0" "run c0 c9 c8" "log x" "reset x" replay "visualize x" "report x" \
		"replay a b" "run --nonesuch c0 c9"; do
		refuses 2 $words
	done
	refuses 2 run nonesuch c9
	has "$err" nonesuch
	refuses 2 run c0 nonesuch
	has "$err" nonesuch
	refuses 2 run c0:Makefile c9
	for confidence in 2 1 0.5 0 -1 nan much; do
		refuses 2 run --noisy --confidence=$confidence c0 c9
		has "$err" --confidence || has "$err" "$confidence"
	done
	refuses 2 run --noisy --max-boots=0 c0 c9
	refuses 2 run --ahead=-1 c0 c9
	refuses 2 run --ahead=65 c0 c9
	refuses 2 run --find both c0 c9
	refuses 2 run --repo nowhere c0 c9
	refuses 2 run --board nonesuch c0 c9
	refuses 2 run --config nonesuch c0 c9
	refuses 2 run --with nonesuch.patch c0 c9
	refuses 2 replay nonesuch.log
	has "$err" nonesuch.log
	# none of them has begun anything
	refuses 2 run
	has "$err" "no bisection is under way"
	[ ! -e .bakeoff/results.db ] || is "$(stored)" "0 0"
	conf . --add bakeoff.config y
	conf . config.y.set CONFIG_X=y
	refuses 2 run c0 c9
	has "$err" "one board and one configuration"
	refuses 2 run
	has "$err" "no bisection is under way"
	bisect 0 run --config x c0 c9
	names c6
}

# malformed LINE WORD LINE-OF-LOG…: it is refused at that line.
malformed() {
	local line=$1 word=$2

	shift 2
	printf '%s\n' "$@" >bad.log
	refuses 2 replay bad.log
	has "$err" "bad.log:$line: " "$word"
	refuses 2 run
	has "$err" "no bisection is under way"
}

@test "a malformed log is refused with its line" {
	nine c6 "$breaks"
	new=$(id c9 40) old=$(id c0 40)
	start="git bisect start '$new' '$old'"
	malformed 1 "no 'git bisect' command" "hello"
	malformed 2 "no 'git bisect' command" "$start" "git bisect"
	malformed 2 "none of a bisection's" "$start" "git bisect frobnicate $old"
	malformed 2 "full id" "$start" "git bisect good c1"
	malformed 2 "full id" "$start" "git bisect good"
	malformed 3 "no 'git bisect' command" "$start" "# a comment" "git bisect good '$old"
	malformed 1 "more than one old end" "git bisect start $new $old $(id c1 40)"
	malformed 2 "is no boot" "$start" "# bakeoff: boot $old q -"
	for line in "git bisect start nonesuch $old" \
		"git bisect good 0123456789012345678901234567890123456789"; do
		printf '%s\n' "$start" "$line" >bad.log
		refuses 2 replay bad.log
		has "$err" "bad.log: " "$(grep -o 'nonesuch\|0123456789$' <<<"$line")"
	done
	printf '%s\n' "git bisect start" "git bisect bad $new" >bad.log
	refuses 2 replay bad.log
	has "$err" "bad.log: it names no good commit"
	: >bad.log
	refuses 2 replay bad.log
	# answers that cannot all be true
	printf '%s\n' "$start" "git bisect bad $(id c3 40)" "git bisect good $(id c5 40)" >bad.log
	bisect 0 replay bad.log
	refuses 2 run
	has "$err" "answers contradict each other" "$(id c3 40)" "$(id c5 40)"
	# a session's own log that was spoiled
	echo hello >>.bakeoff/bisect/log
	for verb in run log report visualize; do
		refuses 2 $verb
		has "$err" ".bakeoff/bisect/log:$(wc -l <.bakeoff/bisect/log): "
	done
	bisect 0 reset
}
