# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of bakeoff bisect share: histories of a kernel that is a shell script. Building it is to
# copy it, booting it to run it, so that a bisection of ten commits takes half a second.

breaks="sed -i \"s/^echo 'ok/echo 'not ok/\" kernel"
mends="sed -i \"s/^echo 'not ok/echo 'ok/\" kernel"
garbles="sed -i '1i if' kernel"
restores="sed -i 1d kernel"

# change NAME [SCRIPT]: the next commit, with that tag. Each has a file of its own, so that any of them can
# be taken back, and an image of its own.
change() {
	eval "${2:-:}"
	echo "$1" >"changes/$1"
	git add -A
	git commit -q -m "$1 is made"
	git tag "$1"
}

# line NAME…: changes of nothing, but for those called NAME=SCRIPT.
line() {
	local one

	for one; do
		case $one in
		*=*) change "${one%%=*}" "${one#*=}" ;;
		*) change "$one" ;;
		esac
	done
}

# A project whose repository has one commit, c0, and nothing in its store.
setup() {
	p=$BATS_TEST_TMPDIR/p
	mkdir -p "$p/boards" "$p/repo/changes"
	cd "$p/repo"
	git init -q -b main
	printf '%s\n' "none_defconfig oldconfig:" "	@echo CONFIG_X=y >\$(O)/.config" "image:" \
		"	@sh -n kernel" \
		"	@{ cat kernel; ls changes lib | sed 's/^/# /'; } >\$(O)/image" >Makefile
	printf '%s\n' "echo 'KTAP version 1'" "echo 1..1" "echo 'ok 1 - works'" \
		"echo '# bakeoff: done'" >kernel
	mkdir lib
	echo one >lib/one.c
	change c0
	cd "$p"
	printf '%s\n' [bakeoff] "repo = repo" "base = c0" "board = script" "config = x" '[config "x"]' \
		"set = CONFIG_X=y" >bakeoff.conf
	printf '%s\n' [board] "description = a shell" "arch = x86" "toolchain = host" \
		"defconfig = none_defconfig" "target = image" "image = image" [boot] \
		"console = sh %{kernel}" "timeout = 20" "silence = 10" >boards/script.board
}

teardown() {
	for pid in ${pid:-} $(processes_of "$p/"); do
		kill -KILL "$pid" 2>/dev/null || true
	done
}

# history NAME…: line, in the repository.
history() {
	cd "$p/repo"
	line "$@"
	cd "$p"
}

# nine CULPRIT SCRIPT: c1 to c9, of which one does something.
nine() {
	history $(seq -f c%g 9 | grep -B9 -x "$1" | grep -v -x "$1") "$1=$2" \
		$(seq -f c%g 9 | grep -A9 -x "$1" | grep -v -x "$1")
}

# bisect STATUS WORD…
bisect() {
	local status=$1

	shift
	runs "$status" "$bakeoff" bisect "$@"
}

# refuses STATUS WORD…: with one line of error, beside those about what was tested before it.
refuses() {
	local status=$1

	shift
	runs "$status" "$bakeoff" bisect "$@"
	is "$out" ""
	err=$(grep -v -E '^(    [0-9a-f]{12} is |([0-9]+ suspects, .*: )?testing |checking |boot )' <<<"$err")
	one_error
}

# lab SCRIPT: the console is a script, whose first argument is the kernel.
lab() {
	printf '%s\n' "$1" >lab
	sed -i "s|^console = .*|console = sh $p/lab %{kernel}|" boards/script.board
}

id() {
	git -C "$p/repo" rev-parse --short="${2:-12}" "$1^{commit}"
}

# names COMMIT [TERM]: that is the answer of the last run, and it was checked.
names() {
	has "$out" "$(id "$1") (\"$1 is made\")
is the first ${2:-bad} commit." "verify: PASS" "# first ${2:-bad} commit: [$(id "$1" 40)]"
	is "$(grep -c ' is the first\|^is the first' <<<"$out")" 1
}

# answers: commits that the log has an answer for, one a line.
answers() {
	sed -n -E 's/^git bisect (good|bad|broken|fixed|skip) //p' .bakeoff/bisect/log
}

answered() {
	[ "$(answers 2>/dev/null | wc -l)" -ge "$1" ]
}

# What the store holds: builds, boots.
stored() {
	python3 -c 'import sqlite3
db = sqlite3.connect(".bakeoff/results.db")
for table in "build", "boot":
	print(db.execute("SELECT count(*) FROM " + table).fetchone()[0])' | paste -s -d ' '
}

# c0 - c1 - c2 - c3 ---------- m - c4 - c5
#        \- s1 - s2 - s3 - s4 /
forked() {
	cd "$p/repo"
	line c1
	git checkout -q -b side
	line "$@"
	git checkout -q main
	line c2 c3="${main:-:}"
	git merge -q --no-ff --no-commit side 2>/dev/null
	change m "${merge:-:}"
	line c4 c5
	cd "$p"
}
