#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# More boots than one: what they are counted as, how many are needed, what base's crashes make of a
# candidate's, and what their logs say later. The kernel is a shell script: see bisect.bash.

load helper
load bisect

# Which boots of a kernel fail is written in it, for the first, the second and so on, and then again:
# `g` is good, `b` bad, `w` and `v` good behind a warning in a function of that name, `f` and `h` crash
# in one; `s` says nothing any more, `y` is good after two seconds and `z` after four.
kernel() {
	cat <<-END
		# boots: $1
		n=\$(cat $p/count.$2 2>/dev/null || echo 0)
		echo \$((n + 1)) >$p/count.$2
		set -- $(sed 's/./& /g' <<<"$1")
		shift \$((n % \$#))
		echo 'KTAP version 1'
		echo 1..1
		case \$1 in
		g) echo 'ok 1 - works' ;;
		s) exec sleep 100 ;;
		y) sleep 2; echo 'ok 1 - works' ;;
		z) sleep 4; echo 'ok 1 - works' ;;
		b) echo 'not ok 1 - works' ;;
		w | v)
			echo "WARNING: CPU: 0 PID: 1 at kernel/irq.c:12 \$1+0x1c/0x50"
			echo 'ok 1 - works'
			;;
		*)
			echo 'Unable to handle kernel NULL pointer dereference at virtual address 00000004'
			echo 'Internal error: Oops: 805 [#1]'
			echo "PC is at \$1+0x1c/0x50"
			;;
		esac
		echo '# bakeoff: done'
	END
}

# candidate NAME BOOTS: a variant that makes such a kernel of base's
candidate() {
	cd "$p/repo"
	kernel "$2" "$1" >kernel
	git commit -q -a -m "$1"
	mkdir -p "$p/patches"
	git format-patch -q -1 --stdout >"$p/patches/$1.patch"
	git reset -q --hard HEAD^
	cd "$p"
	printf '[variant "%s"]\n\tpatch = %s.patch\n' "$1" "$1" >>bakeoff.conf
}

# base BOOTS
base() {
	cd "$p/repo"
	kernel "$1" base >kernel
	change c1
	cd "$p"
	sed -i 's/^base = .*/base = c1/; s/^\[config/patches = patches\n&/' bakeoff.conf
}

counted() {
	cat "count.$1"
}

@test "--repeat: a fix of a bug that shows in two boots of ten is undecided until it was booted often enough" {
	base ggggb
	candidate fix g
	candidate useless gbggg
	runs 3 "$bakeoff" run --repeat 10
	report_json .
	is "$(verdicts .)" "base x fail
fix x undecided
useless x fail"
	has "$out" "fail 2/10" "undecided 0/10" "0 of 10 boots bad, and 2 of 10 of base: 23 more good"
	is "$(cell . base x runs) $(cell . base x bad)" "10 2"
	is "$(cell . fix x missing_boots)" 23
	# by tables: Clopper and Pearson for 2 of 10; Fisher for 2 of 10 against 0 of 10 is 45/190
	is "$(cell . base x rate.low) $(cell . base x rate.high)" "0.0252 0.5561"
	python3 -c "assert abs($(cell . fix x fisher) - 45 / 190) < 1e-9"

	# nothing that was booted is booted again
	runs 0 "$bakeoff" run --repeat 33
	is "$(counted base) $(counted fix) $(counted useless)" "33 33 33"
	report_json .
	is "$(cell . fix x verdict) $(cell . useless x verdict)" "pass fail"
	is "$(cell . useless x bad)" 7
}

@test "--until-sure: a bug that always shows costs three boots, one that it shows in one" {
	base b
	candidate fix g
	candidate useless bg
	runs 0 "$bakeoff" run --until-sure
	is "$(counted base) $(counted fix) $(counted useless)" "3 3 1"
	report_json .
	is "$(verdicts .)" "base x fail
fix x pass
useless x fail"
	has "$out" "fail 3/3" "pass 0/3"
}

@test "--until-sure: a candidate passes no sooner than base's boots ask for" {
	base gb
	candidate fix g
	candidate late ggggggggggggb
	runs 0 "$bakeoff" run --until-sure
	# 3 of 6: 6 over 3 is 20, 14 over 3 is 364, and 15 over 3 is 455: more than 20 times 20
	is "$(counted base) $(counted fix)" "6 9"
	report_json .
	is "$(cell . fix x verdict) $(cell . fix x runs)" "pass 9"
	is "$(cell . late x verdict)" pass
}

@test "--until-sure: what is not to be decided is left undecided" {
	base gggggggggb
	candidate fix g
	runs 3 "$bakeoff" run --until-sure
	report_json .
	is "$(cell . fix x verdict) $(cell . base x bad)" "undecided 1"
	is "$(counted base) $(counted fix)" "10 10"
	must_fail 2 "$bakeoff" run --repeat -1
	# two boots of base are believed, which is not sure
	must_fail 2 "$bakeoff" run --repeat 2 --until-sure
}

@test "--until-sure: where base never fails nothing is called a cure" {
	base g
	candidate fix g
	runs 0 "$bakeoff" run --until-sure
	is "$(counted base) $(counted fix)" "10 1"
	has "$(tr -s ' \n' ' ' <<<"$out")" \
		"base did not fail in 10 boots on script, x: to pass there is to break nothing, and no cure."
}

@test "one boot each is believed, and not once base is known to be flaky" {
	base bg
	candidate fix g
	runs 0 "$bakeoff" run
	report_json .
	is "$(cell . fix x verdict)" pass
	runs 3 "$bakeoff" run --repeat 2
	report_json .
	is "$(cell . fix x verdict)" undecided
}

@test "a crash that base does not have is another one" {
	base f
	candidate same f
	candidate other h
	runs 0 "$bakeoff" run
	has "$out" "a crash that base does not have"
	report_json .
	is "$(verdicts .)" "base x oops
same x oops
other x oops-new"
	runs 1 "$bakeoff" run --fail-on oops-new
	runs 1 "$bakeoff" run --fail-on oops --variant same
	runs 0 "$bakeoff" run --fail-on oops-new --variant same
}

@test "a crash that base has in some of its boots is no other one" {
	base fh
	candidate other h
	runs 0 "$bakeoff" run
	report_json .
	is "$(cell . other x verdict)" oops-new
	runs 0 "$bakeoff" run --repeat 2
	report_json .
	is "$(cell . other x verdict)" oops
}

@test "a warning is told where base does not have it" {
	base wv
	candidate same w
	candidate other v
	candidate quiet g
	runs 0 "$bakeoff" run
	has "$out" "[1] passes, but prints what base does not: WARNING at kernel/irq.c in v"
	report_json .
	is "$(verdicts . | grep -c ' pass$')" 4
	is "$(cell . same x remarks)|$(cell . quiet x remarks)" "|"
	is "$(cell . other x remarks)" "WARNING at kernel/irq.c in v"

	# base has it too, in its second boot
	runs 0 "$bakeoff" run --repeat 2
	lacks "$out" "passes, but"
}

@test "a fix that boots many times slower than base is told" {
	base g
	candidate same g
	candidate slow z
	candidate unhurried y
	runs 0 "$bakeoff" run
	is "$(grep -c 'passes, but takes [0-9]* times as long as base' <<<"$out")" 1
	grep -q "^  slow  *pass \[1\]$" <<<"$out"
	grep -q "^  unhurried  *pass$" <<<"$out"
	report_json .
	is "$(cell . same x slowness)|$(cell . unhurried x slowness)" "null|null"
	python3 -c "assert $(cell . slow x slowness) > 5"
	grep -q "takes [0-9]* times" <<<"$("$bakeoff" report)"

	# it was slow in one of two boots only
	candidate once zg
	runs 0 "$bakeoff" run --repeat 2
	report_json .
	is "$(cell . once x verdict)|$(cell . once x slowness)" "pass|null"
}

@test "a hang is waited for as long as base's boots have taught" {
	sed -i 's/^silence = .*/silence = 90/; s/^timeout = .*/timeout = 95/' boards/script.board
	base g
	runs 0 "$bakeoff" run
	candidate stuck s
	SECONDS=0
	runs 0 "$bakeoff" run
	[ "$SECONDS" -lt 60 ]
	has "$out" "hang: no output for 10 s, where 0." "s are usual, after: 1..1"
}

@test "boots that our side breaks are done again and counted apart" {
	base g
	lab "echo x >>$p/tries; [ \$(wc -l <$p/tries) -gt 2 ] || exit 127; sh \$1"
	runs 0 "$bakeoff" run
	has "$out" "2 boots broke on our side; they count to nobody"
	report_json .
	is "$(cell . base x verdict) $(cell . base x runs) $(cell . base x infra)" "pass 1 2"
}

@test "a lab that stays broken is given up" {
	base g
	lab "echo x >>$p/tries; exit 127"
	runs 3 "$bakeoff" run
	is "$(wc -l <tries)" 3
	report_json .
	is "$(cell . base x infra)" 3
	lacks "$out" pass
}

@test "a real board that is dead is not waited for in every cell" {
	local i

	base g
	for i in 1 2 3 4 5; do
		candidate "c$i" "gg$(printf 'g%.0s' $(seq "$i"))"
	done
	lab "echo x >>$p/tries; exit 127"
	printf '%s\n' [power] "cycle = true" [loader] "tries = 1" "timeout = 5" >>boards/script.board
	runs 3 "$bakeoff" run
	# two in each of three rounds
	is "$(wc -l <tries)" 6
	has "$out" "board 'script' is not tried again: it broke 2 boots in a row"
	# an emulator says nothing about the next one
	sed -i '/^\[power\]/,$d' boards/script.board
	rm tries
	runs 3 "$bakeoff" run
	is "$(wc -l <tries)" 18
}

# log VARIANT: the log of its boot
log() {
	echo "$p/$(cell . "$1" x log)"
}

@test "replay: a log that says something else is told, and nothing is changed" {
	base gf
	candidate fix g
	runs 0 "$bakeoff" run
	report_json .
	runs 0 "$bakeoff" replay
	is "$out" "2 boots judged again: 0 would change"
	sed -i '1i BUG: unable to handle kernel NULL pointer dereference at 00000004' "$(log fix)"
	runs 1 "$bakeoff" replay
	has "$out" "fix script/x: " "was   pass: 1 ok" "is    oops: NULL pointer dereference" \
		"2 boots judged again: 1 would change"
	report_json .
	is "$(cell . fix x verdict)" pass

	# its end is gone: the text does not tell, and the verdict stands
	sed -i '/bakeoff: done/,$d; 1d' "$(log fix)"
	runs 0 "$bakeoff" replay
	rm "$(log fix)"
	runs 0 "$bakeoff" replay
	is "$out" "1 boot judged again: 0 would change; of 1 more the log is gone"
}

@test "a console's log has the time of each line" {
	base g
	lab "echo one; sleep 0.5; printf two; sleep 0.5; printf '\\nthree\\n'; sh \$1"
	runs 0 "$bakeoff" run
	report_json .
	python3 - "$(log base)" <<-'END'
		import sys
		log = open(sys.argv[1], "rb").read()
		times = [line.split() for line in open(sys.argv[1] + ".times")]
		starts = [0] + [i + 1 for i, byte in enumerate(log[:-1]) if byte == 10]
		assert [int(t[0]) for t in times] == starts, (times, starts)
		seconds = [float(t[1]) for t in times]
		assert log[starts[1]:].startswith(b"two"), log
		assert seconds[1] - seconds[0] > 0.4, seconds
		assert seconds[2] - seconds[1] > 0.4, seconds
		assert seconds == sorted(seconds), seconds
	END
}
