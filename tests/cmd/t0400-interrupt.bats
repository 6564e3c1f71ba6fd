#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Ctrl-C and worse: what bakeoff has started never outlives it, and a later run goes on.

load helper

setup() {
	p=$BATS_TEST_TMPDIR/p
	small_project "$p"
	cd "$p"
	edit_board . -e 's/silence = .*/silence = 60/' -e 's/timeout = .*/timeout = 60/'
}

teardown() {
	# whatever a failed test has left
	for pid in ${pid:-} $(processes_of "$p/"); do
		kill -KILL "$pid" 2>/dev/null || true
	done
}

# A guest that never ends: everything is booted, nothing is judged.
endless() {
	edit_board . -e 's/panic=1/panic=1 probe=none/'
}

ending() {
	edit_board . -e 's/ probe=none//'
}

# A kernel whose make calls itself, as Kbuild does, and takes a minute.
endless_build() {
	git init -q "$BATS_TEST_TMPDIR/slow"
	# its processes name the project: a sandbox gives them other paths
	cat >"$BATS_TEST_TMPDIR/slow/Makefile" <<-END
		model_defconfig: ; @echo CONFIG_SLUB=y >\$(O)/.config
		oldconfig Image: ; @\$(MAKE) -C \$(CURDIR) really-\$@
		really-oldconfig: ;
		really-Image: ; @sh -c 'sleep 60; true' '$p/'
	END
	git -C "$BATS_TEST_TMPDIR/slow" add Makefile
	git -C "$BATS_TEST_TMPDIR/slow" commit -q -m slow
	git -C "$BATS_TEST_TMPDIR/slow" push -q "$p.git" HEAD:refs/heads/slow
	conf . --remove-section variant.page-mapping-avoid-slub
	slow=(--base slow)
}

# start OPTION…: a run in the background, as $pid.
start() {
	start_command run "$@"
}

start_command() {
	"$bakeoff" "$@" >"$BATS_TEST_TMPDIR/run.out" 2>"$BATS_TEST_TMPDIR/run.err" </dev/null 3>&- &
	pid=$!
}

gone() {
	! kill -0 "$pid" 2>/dev/null
}

# ended: waits for it, but not for ever; its exit status is in $status.
ended() {
	status=0
	wait_until 90 gone
	wait "$pid" || status=$?
	pid=
}

qemu_runs() {
	pgrep -a -f -- "$p/" | grep -q '^[0-9]* qemu-system'
}

packs() {
	pgrep -a -f -- "$p/" | grep -q 'sleep 50'
}

really_builds() {
	pgrep -a -f -- "$p/" | grep -q 'sleep 60'
}

# Ctrl-C while a guest runs: status 3, one error, no process left; then the same command finishes.
@test "SIGINT during a boot stops cleanly, and a later run finishes" {
	endless
	start
	wait_until 20 qemu_runs
	kill -INT "$pid"
	ended
	is "$status" 3
	err=$(grep -v -E 'building|built|^$|stopping' "$BATS_TEST_TMPDIR/run.err")
	one_error
	has "$err" stopped "goes on where it was"
	wait_until 5 no_processes_of "$p/"
	ending
	runs 0 "$bakeoff" run
	# base had been built before it was booted: that work is not lost
	lacks "$err" "base model/slub: building"
	has "$err" "base model/slub: oops" "page-mapping-avoid-slub model/slub: pass"
}

# stop_boot SIGNAL: a boot of a silent machine is stopped like a run, and does not count.
stop_boot() {
	edit_board . -e 's/silence = .*/silence = 10/'
	endless
	start_command boot
	wait_until 20 qemu_runs
	kill -"$1" "$pid"
	ended
	is "$status" 3
	err=$(grep -v -E 'building|built|^$|stopping' "$BATS_TEST_TMPDIR/run.err")
	one_error
	has "$err" stopped "does not count"
	wait_until 5 no_processes_of "$p/"
	report_json "$p"
	is "$(cell "$p" base slub verdict)" null
	is "$(find .bakeoff/work -name 'boot-*')" ""
}

@test "SIGINT during bakeoff boot stops cleanly, and nothing is stored" {
	stop_boot INT
}

@test "SIGTERM during bakeoff boot stops cleanly, and nothing is stored" {
	stop_boot TERM
}

# The counterpart: a machine that nobody stops hangs, and that is stored.
@test "bakeoff boot of a silent machine is a hang" {
	edit_board . -e 's/silence = .*/silence = 1/'
	endless
	runs 0 "$bakeoff" boot
	has "$out" "hang: no output for 1 s"
	report_json "$p"
	is "$(cell "$p" base slub verdict)" hang
}

# The board's own command, before there is a console, is ended too.
@test "SIGINT while bakeoff boot packs the kernel" {
	edit_board . -e "s/package = .*/package = \"sh -c 'sleep 50; true' %{kernel}\"/"
	start_command boot
	wait_until 20 packs
	kill -INT "$pid"
	ended
	is "$status" 3
	has "$(<"$BATS_TEST_TMPDIR/run.err")" "error: stopped"
	wait_until 5 no_processes_of "$p/"
}

# A conversation with the console is ended as well, by a signal from elsewhere.
@test "SIGTERM during bakeoff boot --interactive leaves no process behind" {
	endless
	mkfifo typing
	"$bakeoff" boot --interactive >"$BATS_TEST_TMPDIR/run.out" 2>&1 <>typing 3>&- &
	pid=$!
	wait_until 20 qemu_runs
	kill -TERM "$pid"
	wait_until 10 gone
	ended
	is "$status" 3
	wait_until 5 no_processes_of "$p/"
}

# SIGTERM, as from a batch system, is the same.
@test "SIGTERM during a build stops cleanly" {
	endless_build
	start "${slow[@]}"
	wait_until 20 really_builds
	kill -TERM "$pid"
	ended
	is "$status" 3
	wait_until 5 no_processes_of "$p/"
	runs 0 "$bakeoff" run
	has "$err" "base model/slub: oops"
}

# kill -9 in the middle of a boot: QEMU and expect die with us, and no half verdict is kept.
@test "SIGKILL during a boot leaves no process behind" {
	endless
	start
	wait_until 20 qemu_runs
	kill -KILL "$pid"
	ended
	is "$status" 137
	wait_until 5 no_processes_of "$p/"
	ending
	runs 0 "$bakeoff" run
	report_json "$p"
	is "$(verdicts "$p")" "base slub oops
page-mapping-avoid-slub slub pass"
	is "$(cell "$p" base slub runs)" 1
}

# The same for a boot by hand, whose work folder a killed one leaves, for gc and for nobody else.
@test "SIGKILL during bakeoff boot leaves no process behind" {
	endless
	start_command boot
	wait_until 20 qemu_runs
	kill -KILL "$pid"
	ended
	is "$status" 137
	wait_until 5 no_processes_of "$p/"
	report_json "$p"
	is "$(cell "$p" base slub verdict)" null
}

# kill -9 in the middle of a build: no make, not even one that make has started, goes on writing into
# the slot that a later run uses.
@test "SIGKILL during a build leaves no process behind" {
	endless_build
	start "${slow[@]}"
	wait_until 20 really_builds
	kill -KILL "$pid"
	ended
	is "$status" 137
	wait_until 5 no_processes_of "$p/"
	runs 0 "$bakeoff" run
	has "$err" "base model/slub: oops"
}

# Killed at any moment of a run over all cells, the next run comes to the verdicts of one that was not.
@test "runs that are killed again and again come to the right verdicts" {
	conf . --add bakeoff.config slab
	edit_board . -e 's/silence = .*/silence = 5/'
	for delay in 0.1 0.3 0.5 0.7 0.9; do
		start
		sleep "$delay"
		kill -KILL "$pid" 2>/dev/null || true
		ended
	done
	wait_until 5 no_processes_of "$p/"
	runs 0 "$bakeoff" run
	report_json "$p"
	is "$(verdicts "$p")" "base slub oops
page-mapping-avoid-slub slub pass
base slab pass
page-mapping-avoid-slub slab pass"
	for file in .bakeoff/images/*; do
		case $file in *.partial) continue ;; esac
		is "$(sha256sum <"$file" | cut -d ' ' -f 1)" "$(basename "$file")"
	done
}

# A pager or a grep that ends early must not take the results with it.
@test "a closed pipe at the output is no crash" {
	start
	ended
	is "$status" 0
	# head ends after a line; SIGPIPE may end us there as it does any filter
	"$bakeoff" report --format json | head -1 | grep -q '{'
	runs 0 "$bakeoff" report
}
