# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of cmd/ share. They run the program as its users do, over the model kernel of demo/,
# and read what it leaves: exit status, lines, files, git's own word about the repository.
#
# BAKEOFF names another program than the one in the root. tests/boards and tests/series look closer at
# boards and mails.

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
: "${BAKEOFF:=$root/bakeoff}"
bakeoff=$BAKEOFF
# A program that lies elsewhere takes its boards and scripts from the tree that is tested.
if [ -e "$(dirname "$bakeoff")/boards/expect/console.exp" ]; then
	unset BAKEOFF_DATADIR
else
	export BAKEOFF_DATADIR=$root
fi

# The same surroundings everywhere: no user's configuration, no repository that we are called from.
home=${BATS_TEST_TMPDIR:-${BATS_FILE_TMPDIR:-$BATS_RUN_TMPDIR}}/home
mkdir -p "$home"
for name in $(compgen -e | grep -E '^(GIT|XDG|KBUILD)_' || true); do
	unset "$name"
done
unset BAKEOFF_REPO MAKEFLAGS MFLAGS MAKELEVEL ARCH CROSS_COMPILE name
export TZ=UTC LC_ALL=C.UTF-8 HOME=$home GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME=Test GIT_AUTHOR_EMAIL=test@example.org GIT_AUTHOR_DATE='1600000000 +0000'
export GIT_COMMITTER_NAME=Test GIT_COMMITTER_EMAIL=test@example.org
export GIT_COMMITTER_DATE='1600000000 +0000'
# A sanitizer's complaint is none of our exit statuses.
export ASAN_OPTIONS=exitcode=99:${ASAN_OPTIONS:-} UBSAN_OPTIONS=halt_on_error=1:exitcode=99:${UBSAN_OPTIONS:-}

say() {
	echo "# $*" >&2
	return 1
}

# try_sandbox: builds one as kbuild/sandbox.c does, and says why it cannot be where it cannot.
try_sandbox() {
	local dir=$BATS_RUN_TMPDIR/try-sandbox

	mkdir -p "$dir"/{lower,layer/{up,work,top}}
	unshare --user --map-root-user --mount "$root/kbuild/tools/sandbox" "$dir" lower layer -- \
		--unshare-user --disable-userns --unshare-pid --unshare-net --cap-drop ALL \
		--ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --bind "$dir/layer/top" /tmp/x \
		-- /bin/sh -c ': >/tmp/x/y'
}

# Where no sandbox can be made, the program is called through a script that says --no-sandbox, and
# what is about sandboxes is skipped: see needs_sandbox.
no_sandbox=$BATS_RUN_TMPDIR/no-sandbox
if [ ! -e "$no_sandbox" ]; then
	if reason=$(try_sandbox 2>&1); then
		reason=
	else
		reason=${reason:-unshare fails}
	fi
	printf '%s' "$reason" | tail -1 >"$no_sandbox.$$"
	mv "$no_sandbox.$$" "$no_sandbox"
fi
if [ -s "$no_sandbox" ]; then
	mkdir -p "$BATS_RUN_TMPDIR/unguarded"
	cat >"$BATS_RUN_TMPDIR/unguarded/bakeoff.$$" <<-END
		#!/bin/sh
		case \$1 in
		run | build | boot | step | reduce | bisect)
			command=\$1
			shift
			exec "$bakeoff" "\$command" --no-sandbox "\$@"
			;;
		esac
		exec "$bakeoff" "\$@"
	END
	chmod +x "$BATS_RUN_TMPDIR/unguarded/bakeoff.$$"
	mv "$BATS_RUN_TMPDIR/unguarded/bakeoff.$$" "$BATS_RUN_TMPDIR/unguarded/bakeoff"
	bakeoff=$BATS_RUN_TMPDIR/unguarded/bakeoff
fi

# needs_sandbox: skips the test where there can be none, and says why.
needs_sandbox() {
	[ ! -s "$no_sandbox" ] || skip "no sandbox can be made here: $(cat "$no_sandbox")"
}

# new_project DIR: the case of 2007 over the model kernel: DIR/bakeoff.conf, its patches, its board,
# and DIR.git, the repository.
new_project() {
	mkdir -p "$1/boards"
	"$root/demo/make-repo" "$1.git" >/dev/null
	cp "$root/demo/boards/model.board" "$1/boards/"
	cp -r "$root/patches/slub-flush" "$1/patches"
	cp "$root/demo/bakeoff.conf" "$1/bakeoff.conf"
	conf "$1" bakeoff.repo "$1.git"
	conf "$1" bakeoff.patches patches
	conf "$1" --unset bakeoff.descriptions || true
}

# small_project DIR: base and the PageSlab check with SLUB alone: two cells.
small_project() {
	local name

	new_project "$1"
	conf "$1" --unset-all bakeoff.config
	conf "$1" bakeoff.config slub
	for name in at91-mci-fix-marc-pignat kunmap-called-pointer arm-allocate-dma-pages \
		add-vm-bug-on add-vm-bug-on-lameter pa-risc-page-allocator; do
		conf "$1" --remove-section "variant.$name"
	done
}

# add_variant DIR NAME SCRIPT: a variant that changes base as the shell script does in its tree.
add_variant() {
	local tree

	tree=$(mktemp -d "$BATS_RUN_TMPDIR/tree-XXXXXX")
	git clone -q -b model-1 -c advice.detachedHead=false "$1.git" "$tree"
	(cd "$tree" && eval "$3")
	git -C "$tree" add -A
	git -C "$tree" commit -q -m "$2"
	git -C "$tree" format-patch -q -1 --no-signature --stdout >"$1/patches/$2.patch"
	conf "$1" "variant.$2.patch" "$2.patch"
	rm -rf "$tree"
}

# conf DIR ARGUMENT…: git config on the project file.
conf() {
	local dir=$1

	shift
	git config -f "$dir/bakeoff.conf" "$@"
}

# edit_board DIR SED-EXPRESSION…: changes the project's own board file.
edit_board() {
	local dir=$1

	shift
	sed -i "$@" "$dir/boards/model.board"
}

# runs STATUS COMMAND…: COMMAND must end with exactly that exit status. What it printed is in $out
# and $err, and in the files of those names.
runs() {
	local expected=$1 got=0

	shift
	"$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null 3>&- || got=$?
	out=$(tr -d '\0' <"$BATS_TEST_TMPDIR/out")
	err=$(tr -d '\0' <"$BATS_TEST_TMPDIR/err")
	if [ "$got" -ne "$expected" ]; then
		printf '%s\n' "$out" "$err" | tail -40 | sed 's/^/# | /' >&2
		say "status $got, not $expected: $*"
	fi
}

# must_fail STATUS COMMAND…: COMMAND says no with that exit status and one line of error. To be ended by a
# signal (128 or more) is never the way to say no.
must_fail() {
	[ "$1" -gt 0 ] && [ "$1" -lt 128 ] || say "must_fail: $1 is no status to expect"
	runs "$@"
	one_error
}

# one_error: stderr holds one `bakeoff: error:` line, and nothing but hints and warnings beside it.
one_error() {
	local lines strange

	lines=$(grep -c '^bakeoff: error: ' <<<"$err" || true)
	[ "$lines" -eq 1 ] || say "$lines lines of error: $err"
	strange=$(grep -v -E '^bakeoff: (error|hint|warning): .' <<<"$err" || true)
	[ -z "$strange" ] || say "on stderr beside the error: $strange"
	[[ ! $(grep '^bakeoff: error: ' <<<"$err") =~ \.$ ]] || say "a full stop: $err"
}

# has TEXT WORD…: each word is in the text.
has() {
	local text=$1 word

	shift
	for word in "$@"; do
		[[ $text == *"$word"* ]] || say "no '$word' in: $text"
	done
}

lacks() {
	[[ $1 != *"$2"* ]] || say "'$2' in: $1"
}

is() {
	[ "$1" = "$2" ] || say "'$1' is not '$2'"
}

# listing DIR…: every path with its kind, mode and content.
listing() {
	find "$@" -printf '%p %y %m %l\n' | sort
	find "$@" -type f -print0 | sort -z | xargs -0 -r sha256sum
}

# report_json DIR [OPTION…]: writes DIR/report.json, and for cell() the same as lines of
# `variant config field value`. Status 3 is allowed: infra is a result here.
report_json() {
	local dir=$1 got=0

	shift
	"$bakeoff" report --project "$dir/bakeoff.conf" --format json --output "$dir/report.json" \
		"$@" || got=$?
	[ "$got" -eq 0 ] || [ "$got" -eq 3 ] || say "report ended with $got"
	python3 - "$dir/report.json" >"$dir/report.cells" <<'PY'
import json, sys

def lines(head, value):
    if isinstance(value, dict):
        for name in value:
            lines(head + "." + name, value[name])
    elif isinstance(value, list):
        print(head + "\t" + " ".join(value))
    else:
        print(head + "\t" + (value if isinstance(value, str) else json.dumps(value)))

for cell in json.load(open(sys.argv[1]))["cells"]:
    for name in cell:
        lines("\t".join((cell["variant"], cell["config"], name)), cell[name])
PY
}

# cell DIR VARIANT CONFIG FIELD: of the last report_json(); FIELD may go deeper, as signature.address.
# null is printed as `null`, a list with blanks between.
cell() {
	awk -F '\t' -v v="$2" -v c="$3" -v f="$4" '
		$1 == v && $2 == c && $3 == f { print $4; n++ }
		END { exit n != 1 }' "$1/report.cells" || say "no $4 of $2/$3"
}

# verdicts DIR: `variant config verdict` of every cell.
verdicts() {
	awk -F '\t' '$3 == "verdict" { print $1, $2, $4 }' "$1/report.cells"
}

# processes_of PATH: ids of all processes that have it on their command line.
processes_of() {
	pgrep -f -- "$1" || true
}

# wait_until SECONDS COMMAND…: tries it ten times a second until it does.
wait_until() {
	local left=$(($1 * 10))

	shift
	until "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || say "waited in vain for: $*"
		sleep 0.1
	done
}

no_processes_of() {
	[ -z "$(processes_of "$1")" ]
}

some_process_of() {
	[ -n "$(processes_of "$1")" ]
}
