#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels of today on their boards: five patches with five different verdicts. Takes a quarter of an
# hour; needs BAKEOFF_LINUX_TODAY, a git repository whose HEAD is a Linux from 5.10 on.

load today

boards=(x86_64 x86_64-microvm arm64-virt riscv64-virt versatilepb-dt)

setup_file() {
	root=${BAKEOFF_SOURCE:-$BATS_TEST_DIRNAME/../..}
	export BAKEOFF=${BAKEOFF:-$root/bakeoff}
	[ -n "${BAKEOFF_LINUX_TODAY:-}" ] || return 0
	export project=$BATS_FILE_TMPDIR/project
	new_project "$project" "$(IFS=,; echo "${boards[*]}")"

	faults_and_hangs
	appended does-not-compile kernel/fork.c <<<'int broken = ;'
	appended not-built drivers/net/loopback.c <<<'int broken = ;'

	"$BAKEOFF" run >run.out 2>run.err
	echo $? >run.status
	"$BAKEOFF" report --format json --output report.json
}

setup() {
	needs_linux_today
	cd "$project" || return 1
}

# on_all VARIANT FIELD VALUE: what every board's cell says
on_all() {
	python3 - "$@" <<-'END'
		import json, sys
		variant, field, value = sys.argv[1:]
		cells = [c for c in json.load(open("report.json"))["cells"] if c["variant"] == variant]
		assert len(cells) == 5, cells
		for cell in cells:
		    if field not in cell or not str(cell[field]).startswith(value):
		        sys.exit(f"{variant} on {cell['board']}: {cell}")
	END
}

@test "base passes on every board" {
	cat run.out
	on_all base verdict pass
	[ "$(cat run.status)" -eq 0 ]
}

@test "a fault in an initcall is an oops that names its function" {
	on_all faults verdict oops-new
	on_all faults signature "{'title': 'NULL pointer dereference in try_fault'"
}

@test "a loop is a hang" {
	on_all hangs verdict hang
}

@test "what does not compile is told with the compiler's word" {
	on_all does-not-compile verdict build-failed
	on_all does-not-compile detail kernel/fork.c:
}

@test "what is not built changes nothing" {
	on_all not-built verdict pass
	on_all not-built same_as base
}
