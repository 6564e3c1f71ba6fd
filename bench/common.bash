# SPDX-License-Identifier: GPL-2.0-only
# What the benches share: a folder for it all, the guest, the table and its figures. Sourced after:
#
#   root      this source tree
#   bakeoff   the program
#
# Sets tmp, which is removed at the end (BENCH_KEEP), and results, for `measure`.

die() {
	echo "${0##*/}: error: $1" >&2
	exit 1
}

note() { echo "${0##*/}: $1" >&2; }

need() { command -v "$1" >/dev/null || die "'$1' is missing: apt-get install $2"; }
need git git
need python3 python3
need expect expect
need awk mawk
need mkimage u-boot-tools
need qemu-system-arm qemu-system-arm
need arm-linux-gnueabi-gcc gcc-arm-linux-gnueabi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/bakeoff-bench.XXXXXX")
results=$tmp/results
leave() {
	[ -n "${BENCH_KEEP:-}" ] || rm -rf "$tmp"
}
trap leave EXIT
trap 'exit 130' INT TERM

say() { printf "$@" | tee -a "$tmp/table"; }

# The case of 2007 as a project, on BAKEOFF_LINUX or the model kernel: project, source, board, config.
make_project() {
	project=$tmp/project
	mkdir "$project"
	config=slub
	cp -r "$root/patches" "$project/"
	if [ -n "${BAKEOFF_LINUX:-}" ]; then
		source=$BAKEOFF_LINUX
		board=versatilepb
		cp "$root/bakeoff.conf" "$project/"
	else
		source=$tmp/model.git
		board=model
		"$root/demo/make-repo" "$source" >/dev/null
		cp -r "$root/demo/bakeoff.conf" "$root/demo/boards" "$project/"
		git config -f "$project/bakeoff.conf" bakeoff.patches patches/slub-flush
	fi
}

# The guest's initramfs, as bakeoff packs it: a board that "boots" by copying it.
make_initrd() {
	local folder=$tmp/guest guest
	initrd=$tmp/initrd
	guest=$(git config -f "$root/boards/$board.board" boot.guest || true)
	[ -n "$guest" ] || return 0
	mkdir -p "$folder/boards"
	cp "$root/demo/boards/model.board" "$folder/boards/guest.board"
	git config -f "$folder/boards/guest.board" boot.guest "$guest"
	git config -f "$folder/boards/guest.board" boot.console "cp %{initrd} '$initrd'"
	cp "$root/demo/bakeoff.conf" "$folder/"
	cp -r "$root/patches" "$folder/"
	git config -f "$folder/bakeoff.conf" bakeoff.patches patches/slub-flush
	"$root/demo/make-repo" "$folder/model.git" >/dev/null
	"$bakeoff" run -p "$folder/bakeoff.conf" --repo "$folder/model.git" -b guest -c slub \
		-v base --no-ccache >"$folder/log" 2>&1 || true
	[ -s "$initrd" ] || die "no initramfs could be had: see '$folder/log' (BENCH_KEEP=1)"
}

busy() { awk '/^cpu /{ print $2 + $3 + $4 + $7 + $8 + $9 }' /proc/stat; }

# Waits until nothing is left to be written and a second goes by with the cores idle.
settle() {
	local end=$((SECONDS + ${BENCH_SETTLE:-60})) before
	sync
	while [ $SECONDS -lt $end ]; do
		before=$(busy)
		sleep 1
		[ $(($(busy) - before)) -gt 15 ] || return 0
	done
	[ -n "${warned:-}" ] || note "the machine is not idle: look at 'others'"
	warned=1
}

# took NAME FIELD: of the fastest of the times called NAME
took() {
	awk -F '\t' -v name="$1" -v field="$2" \
		'$1 == name && (best == "" || $3 < best) { best = $3; value = $field }
		END { print value }' "$results"
}

# line NAME TITLE: its times in the table
line() {
	say '%-34s %8.1f %8.1f %8.1f %6.2f %6.2f\n' "$2" "$(took "$1" 3)" "$(took "$1" 4)" \
		"$(took "$1" 5)" "$(took "$1" 6)" "$(took "$1" 7)"
}

ratio() { awk -v a="$1" -v b="$2" -v f="${3:-%.2f}" 'BEGIN { printf f, a / b }'; }
