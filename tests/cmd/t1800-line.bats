#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# A real board as its users meet it: described in a file, tried, shared. The board is Debian's U-Boot
# under QEMU behind a terminal server, tests/data/uboot; its verdicts are in tests/boards/test-line.c.

load helper

setup() {
	for program in qemu-system-arm arm-linux-gnueabi-gcc mkimage; do
		command -v "$program" >/dev/null || skip "there is no $program"
	done
	[ -e /usr/lib/u-boot/qemu_arm/u-boot.bin ] || skip "u-boot-qemu is not installed"
	p=$BATS_TEST_TMPDIR/p
	lab=$BATS_TEST_TMPDIR/lab
	export BAKEOFF_LOCK_DIR=$BATS_TEST_TMPDIR
	small_project "$p"
	mkdir -p "$lab/tftp"
	"$root/tests/data/uboot/make-machine" "$lab/machine"
	mkfifo "$lab/stdin"
	"$root/tests/data/uboot/lab" "$lab" serve <"$lab/stdin" >"$lab/log" 2>&1 3>&- &
	exec {lab_stdin}>"$lab/stdin"
	wait_until 20 test -e "$lab/port"
	describe pass
	cd "$p"
}

teardown() {
	[ -z "${lab_stdin:-}" ] || exec {lab_stdin}>&-
	[ ! -e "$lab/stdin" ] || "$root/tests/data/uboot/lab" "$lab" off
}

# describe DOES: the project's board is the lab's, builds the model kernel and boots machine.c.
describe() {
	{
		sed '/^\[boot\]/,$d' "$root/demo/boards/model.board"
		sed -n '/^\[boot\]/,$p' "$root/tests/data/uboot/lab.board"
	} | sed -e "s|@console@|tcp:127.0.0.1:$(cat "$lab/port")|" -e "s|@does@|$1|" \
		-e "s|@lab@|$root/tests/data/uboot/lab $lab|" -e "s|@dir@|$lab|" \
		-e "s|%{kernel}|$lab/machine|" >"$p/boards/model.board"
}

@test "boards show tells every command, boards check tries them" {
	runs 0 "$bakeoff" boards show model
	has "$out" "publish: cp $lab/machine" "power off: " "power on: " "loader: dhcp" \
		"loader: setenv bootargs does=pass" 'loader: bootm 0x41000000 - ${fdtcontroladdr}'
	runs 0 "$bakeoff" boards check boards/model.board
	has "$out" "loader: dhcp" "ok 2 - disk" "pass: 3 ok"
	edit_board . -e 's/dhcp/dhpc/'
	runs 3 "$bakeoff" boards check model
	has "$out" "infra: u-boot: 'dhpc' failed: 'Unknown command 'dhpc' - try 'help''"
	lacks "$out" "pass:"
}

@test "boards check takes no file that is not where boards are looked for" {
	cp boards/model.board elsewhere.board
	must_fail 2 "$bakeoff" boards check elsewhere.board
	cp boards/model.board model.board
	must_fail 2 "$bakeoff" boards check model.board
	has "$err" "belongs into the project's folder boards/"
	must_fail 2 "$bakeoff" boards prove model
}

@test "what is wrong in a description is told with file and line" {
	edit_board . -e '/^\toff = /d'
	must_fail 2 "$bakeoff" boards show model
	has "$err" "model.board:" "the board cannot be started anew"
	describe pass
	edit_board . -e '/^\tboot = /d'
	must_fail 2 "$bakeoff" boards show model
	has "$err" "'loader.boot' is missing"
	describe pass
	edit_board . -e 's/kind = u-boot/kind = redboot/'
	must_fail 2 "$bakeoff" boards show model
	has "$err" "'redboot' is no kind of loader"
	describe pass
	edit_board . -e 's|console = .*|console = tcp:nowhere|'
	must_fail 2 "$bakeoff" boards show model
	has "$err" "is not tcp:HOST:PORT"
}

# signed: somebody has the board
signed() {
	cat "$BAKEOFF_LOCK_DIR"/bakeoff-*.lock 2>/dev/null | grep -q pid
}

@test "two boots of one board come one after the other" {
	# who switches on a board that is on has taken it from somebody
	cat >power <<-END
		#!/bin/sh
		case \$1 in
		on) mkdir "$lab/powered" || touch "$lab/stolen" ;;
		off) rmdir "$lab/powered" ;;
		esac
		exec "$root/tests/data/uboot/lab" "$lab" "\$1"
	END
	chmod +x power
	edit_board . -e "s|on = .* on|on = $PWD/power on|" -e "s|off = .* off|off = $PWD/power off|"
	runs 0 "$bakeoff" run -j 2
	[ ! -e "$lab/stolen" ]
	report_json .
	is "$(verdicts . | grep -c ' pass$')" 2
}

@test "a board is switched off after bakeoff was killed" {
	runs 0 "$bakeoff" build
	describe hang
	setsid "$bakeoff" boot >first 2>&1 </dev/null 3>&- &
	wait_until 60 grep -q '^ok 1' first
	[ -e "$lab/qemu.pid" ]
	kill -KILL -- "-$!"
	wait_until 20 test ! -e "$lab/qemu.pid"
}

@test "boot --interactive gives the user the board's line" {
	runs 0 "$bakeoff" build
	runs 0 expect -c "
		set timeout 60
		spawn $bakeoff boot --interactive
		expect {ok 3} {} timeout {exit 1}
		send \x1d
		expect eof {} timeout {exit 1}
	"
	[ ! -e "$lab/qemu.pid" ]
}

@test "a board is one user's at a time, and who waits is told whose" {
	runs 0 "$bakeoff" build
	describe hang
	"$bakeoff" boot >first 2>&1 </dev/null 3>&- &
	wait_until 60 signed
	describe pass
	runs 0 "$bakeoff" boot
	has "$err" "waiting for board 'model': pid $! of "
	has "$out" "pass: 3 ok"
	wait $!
	grep -q '^hang: ' first
}
