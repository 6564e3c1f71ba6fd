#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel of today on a real board's line: arm64 through Debian's U-Boot, dhcp, tftpboot and booti,
# behind a terminal server, beside the same machine that is given its kernel by QEMU. Takes some
# minutes; needs BAKEOFF_LINUX_TODAY as t1050-today.bats, and u-boot-qemu.

load today

# lab_board NAME RATE: the project's board NAME is arm64-virt in a lab whose line is damaged at RATE
lab_board() {
	local lab=$BATS_FILE_TMPDIR/$1

	mkdir -p "$lab/tftp"
	mkfifo "$lab/stdin"
	"$root/tests/data/uboot/lab" "$lab" serve 1 "$2" <"$lab/stdin" >"$lab/log" 2>&1 3>&- &
	# held open for as long as the lab is there
	sleep infinity >"$lab/stdin" 3>&- &
	echo $! >>"$BATS_FILE_TMPDIR/pids"
	for _ in $(seq 200); do
		[ -e "$lab/port" ] && break
		sleep 0.1
	done
	[ -e "$lab/port" ] || return 1
	cat >"boards/$1.board" <<-END
		[board]
			like = arm64-virt
		[boot]
			console = tcp:127.0.0.1:$(cat "$lab/port")
			publish = cp %{kernel} $lab/tftp/Image && cp %{initrd} $lab/tftp/initrd
			silence = 10
		[power]
			on = LAB_MACHINE=arm64 $root/tests/data/uboot/lab $lab on
			off = $root/tests/data/uboot/lab $lab off
		[loader]
			kind = u-boot
			tries = 4
			command = setenv autoload no
			command = dhcp
			command = tftpboot 0x42000000 Image
			command = tftpboot 0x46000000 initrd
			command = setenv bootargs console=ttyAMA0 panic=1
			boot = booti 0x42000000 0x46000000:\${filesize} \${fdtcontroladdr}
		END
}

setup_file() {
	root=$(realpath "${BAKEOFF_SOURCE:-$BATS_TEST_DIRNAME/../..}")
	export BAKEOFF=${BAKEOFF:-$root/bakeoff} BAKEOFF_LOCK_DIR=$BATS_FILE_TMPDIR
	[ -n "${BAKEOFF_LINUX_TODAY:-}" ] && [ -e /usr/lib/u-boot/qemu_arm64/u-boot.bin ] || return 0
	new_project "$BATS_FILE_TMPDIR/project" arm64-virt
	mkdir boards
	lab_board quiet-lab 0
	lab_board noisy-lab 1
	faults_and_hangs
	"$BAKEOFF" run --board arm64-virt,quiet-lab,noisy-lab -j 2 >run.out 2>run.err || true
	"$BAKEOFF" report --board arm64-virt,quiet-lab,noisy-lab -f json -o report.json
}

teardown_file() {
	local pid

	for pid in $(cat "$BATS_FILE_TMPDIR/pids" 2>/dev/null); do
		kill "$pid"
	done
}

setup() {
	needs_linux_today
	[ -e /usr/lib/u-boot/qemu_arm64/u-boot.bin ] || skip "u-boot-qemu is not installed"
	cd "$BATS_FILE_TMPDIR/project" || return 1
}

# says BOARD VARIANT VERDICT TITLE: the verdict is VERDICT, or on a noisy line infra
says() {
	python3 - "$@" <<-'END'
		import json, sys
		board, variant, verdict, title = sys.argv[1:]
		cell, = [c for c in json.load(open("report.json"))["cells"]
		         if [c["board"], c["variant"]] == [board, variant]]
		print(board, variant, cell["verdict"], cell["detail"], cell.get("seconds"))
		found = (cell["signature"] or {}).get("title", "")
		if board == "noisy-lab":
		    good = cell["verdict"] in (verdict, "infra")
		else:
		    good = cell["verdict"] == verdict and found == title
		if not good:
		    sys.exit(f"{board}, {variant}: {cell['verdict']}: {found or cell['detail']}")
	END
}

@test "by -kernel: pass, a crash that base has not, and hang" {
	says arm64-virt base pass ""
	says arm64-virt faults oops-new "NULL pointer dereference in try_fault"
	says arm64-virt hangs hang ""
}

@test "through U-Boot the same" {
	cat run.out run.err
	says quiet-lab base pass ""
	says quiet-lab faults oops-new "NULL pointer dereference in try_fault"
	says quiet-lab hangs hang ""
}

@test "over a line that loses bytes the same, or no verdict" {
	says noisy-lab base pass ""
	says noisy-lab faults oops-new ""
	says noisy-lab hangs hang ""
	# a lab that only breaks would say no less
	python3 - <<-'END'
		import json
		cells = [c for c in json.load(open("report.json"))["cells"] if c["board"] == "noisy-lab"]
		assert any(c["verdict"] != "infra" and c["verdict"] for c in cells), cells
	END
}
