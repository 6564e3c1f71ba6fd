#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# bakeoff boot: boots by hand, two at a time, and conversations with a console. What becomes of one that
# is stopped is in t0400-interrupt.

load helper

setup() {
	p=$BATS_TEST_TMPDIR/p
	small_project "$p"
	cd "$p"
}

# console COMMAND: the board's console, a word of shell without quotes.
console() {
	edit_board . -e "s|console = .*|console = $1|"
}

# A machine that puts its mark on its disk, waits for another one, and looks for its mark.
marking_machine() {
	cat >machine <<-'END'
		echo $$ >"$1"
		: >"$2/here.$$"
		i=0
		until [ "$(ls "$2" | grep -c '^here\.')" -eq 2 ] || [ $i -eq 200 ]; do
			i=$((i + 1))
			sleep 0.1
		done
		printf '1..1\n'
		if [ "$(cat "$1")" = $$ ]; then echo "ok 1 - mark $$"; else echo "not ok 1 - mark"; fi
		echo '# bakeoff: done'
		exec sleep 60
	END
	console "sh $p/machine %{disk} $p"
}

# Two boots of one cell at a time have a disk each and a log each, and both count.
@test "two boots at a time share neither work folder nor log" {
	marking_machine
	edit_board . -e 's/silence = .*/silence = 30/' -e 's/timeout = .*/timeout = 30/'
	runs 0 "$bakeoff" build
	"$bakeoff" boot >out.1 2>&1 </dev/null 3>&- &
	one=$!
	"$bakeoff" boot >out.2 2>&1 </dev/null 3>&- &
	wait "$one"
	wait $!
	grep -q '^pass: 1 ok' out.1
	grep -q '^pass: 1 ok' out.2
	is "$(find .bakeoff/logs -name '*.boot.log' | wc -l)" 2
	for log in .bakeoff/logs/*.boot.log; do
		is "$(grep -c '^ok 1 - mark' "$log")" 1
	done
	is "$(cat .bakeoff/logs/*.boot.log | grep '^ok 1 - mark' | sort -u | wc -l)" 2
	is "$(find .bakeoff/work -name 'boot-*')" ""
	report_json "$p"
	is "$(cell "$p" base slub verdict)" pass
	is "$(cell "$p" base slub runs)" 2
}

# A conversation that cannot begin is our trouble, and a script must hear of it.
@test "boot --interactive with a console that cannot start ends with 3" {
	console "qemu-system-nonesuch -nographic %{kernel}"
	runs 3 "$bakeoff" boot --interactive
	has "$out" "infra: the console failed: "
	report_json "$p"
	is "$(cell "$p" base slub verdict)" null
}

# The counterpart: one that was had, however it ended, is not judged.
@test "boot --interactive with a console that ends is done" {
	console 'false %{kernel}'
	runs 0 "$bakeoff" boot -i
	lacks "$out" infra
	report_json "$p"
	is "$(cell "$p" base slub verdict)" null
}
