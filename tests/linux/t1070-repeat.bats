#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# How sure a verdict is, on the case of 2007 as it meets people: the guest does not groom the allocator
# first, chance decides. Takes some minutes; needs BAKEOFF_LINUX, as t1000-2007.bats.

setup_file() {
	root=$(realpath "${BAKEOFF_SOURCE:-$BATS_TEST_DIRNAME/../..}")
	export BAKEOFF=${BAKEOFF:-$root/bakeoff}
	[ -n "${BAKEOFF_LINUX:-}" ] || return 0
	unset BAKEOFF_REPO
	cd "$BATS_FILE_TMPDIR" || return 1
	cp -rL "$root/bakeoff.conf" "$root/patches" .
	mkdir boards
	{
		printf '[board]\n\tlike = versatilepb\n[boot]\n'
		sed -n '/^\tconsole = /s/panic=1/panic=1 probe=nogroom/p' "$root/boards/versatilepb.board"
	} >boards/nogroom.board
	keep sure --until-sure
	keep twenty --repeat 20
}

# keep NAME OPTION...: runs, and keeps status, output and report under that name
keep() {
	local name=$1 status=0
	local cells=(--repo "$BAKEOFF_LINUX" --board nogroom --config slub
		--variant page-mapping-avoid-slub --variant kunmap-called-pointer)

	shift
	"$BAKEOFF" run "${cells[@]}" "$@" >"$name.out" 2>"$name.err" || status=$?
	echo "$status" >"$name.status"
	"$BAKEOFF" report "${cells[@]}" -f json -o "$name.json" || [ $? -eq 3 ]
}

setup() {
	[ -n "${BAKEOFF_LINUX:-}" ] ||
		skip "BAKEOFF_LINUX is not set: it names a git repository of Linux with its history"
	cd "$BATS_FILE_TMPDIR" || return 1
}

# holds REPORT EXPRESSION: of base, cure and other
holds() {
	python3 - "$@" <<-'END'
		import json, sys
		cells = {c["variant"]: c for c in json.load(open(sys.argv[1] + ".json"))["cells"]}
		base, cure = cells["base"], cells["page-mapping-avoid-slub"]
		other = cells["kunmap-called-pointer"]
		if not eval(sys.argv[2]):
		    sys.exit("\n".join(str(c) for c in (sys.argv[2], base, cure, other)))
	END
}

@test "until sure: as many boots as base's ask for, and no more" {
	cat sure.out
	holds sure 'base["verdict"] == "oops" and base["bad"] == 3'
	holds sure 'cure["verdict"] == "pass" and cure["fisher"] <= 0.0500001 and cure["bad"] == 0'
	holds sure 'base["runs"] + cure["runs"] < 20 and cure["missing_boots"] == 0'
	[ "$(cat sure.status)" -eq 0 ]
}

@test "twenty boots: base's rate and the cure's do not overlap" {
	cat twenty.out
	holds twenty 'base["runs"] == 20 and cure["runs"] == 20'
	holds twenty 'cure["verdict"] == "pass" and base["rate"]["low"] > cure["rate"]["high"]'
	holds twenty 'other["verdict"] == "oops" and other["bad"] == base["bad"]'
	[ "$(cat twenty.status)" -eq 0 ]
}
