#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Which patch of a series cures the oops of 2007, and which of its hunks it takes. Takes minutes; needs
# BAKEOFF_LINUX, a git repository of Linux with v2.6.22-rc5.

# edited FILE SED-SCRIPT: a change to FILE of v2.6.22-rc5, as a diff
edited() {
	mkdir -p "edit/a/$(dirname "$1")" "edit/b/$(dirname "$1")"
	git -C "$BAKEOFF_LINUX" show "v2.6.22-rc5:$1" >"edit/a/$1"
	sed -e "$2" "edit/a/$1" >"edit/b/$1"
	(cd edit && diff -u "a/$1" "b/$1") || true # it differs
}

# mail SUBJECT: a patch file with the diff on stdin
mail() {
	printf 'From: Tester <tester@example.org>\nSubject: [PATCH] %s\n\n---\n' "$1"
	cat
}

setup_file() {
	root=${BAKEOFF_SOURCE:-$BATS_TEST_DIRNAME/../..}
	export BAKEOFF=${BAKEOFF:-$root/bakeoff}
	[ -n "${BAKEOFF_LINUX:-}" ] || return 0
	unset BAKEOFF_REPO
	cd "$BATS_FILE_TMPDIR" || return 1
	cp -r "$root/patches" "$root/bakeoff.conf" .
	cure=$(echo patches/slub-flush/0004-*)
	mkdir q

	# a string in what is compiled, and a line in what is not
	edited kernel/fork.c 's/max_threads = mempages/max_threads = 1 * mempages/' >fork.diff
	edited drivers/net/8139too.c '1i /* glued on */' >driver.diff
	{
		cat "$cure"
		cat fork.diff driver.diff
	} >patches/slub-flush/glued.patch
	# twin: the check uses a name that another hunk defines, so that none of the two can go
	{
		edited include/linux/mm.h 's/^static inline struct address_space \*page_mapping(/#include <linux\/page-is-slab.h>\n&/
			/ \*page_mapping(/,/^}/s/^\tif (unlikely(PageSwapCache(page)))/\tif (page_is_slab(page))\n\t\tmapping = NULL;\n&/'
		printf -- '--- /dev/null\n+++ b/include/linux/page-is-slab.h\n@@ -0,0 +1 @@\n+%s\n' \
			'#define page_is_slab(page) unlikely(PageSlab(page))'
		cat fork.diff
	} | mail 'two that need each other' >patches/slub-flush/twin.patch
	printf '[variant "glued"]\n\tpatch = glued.patch\n[variant "twin"]\n\tpatch = twin.patch\n' \
		>>bakeoff.conf

	for n in 1 2 3; do
		edited "$(sed -n "${n}p" <<<$'fs/exec.c\nlib/string.c\nmm/slub.c')" "1i /* harmless $n */" |
			mail "harmless $n" >"q/harmless-$n.patch"
	done
	cp patches/slub-flush/000[145]-* q/
	(cd q && ls harmless-1.patch 0001-* harmless-2.patch 0004-* harmless-3.patch 0005-* >/dev/null &&
		printf '%s\n' harmless-1.patch 0001-* harmless-2.patch 0004-* harmless-3.patch 0005-* >series)
	rm -r edit
}

setup() {
	[ -n "${BAKEOFF_LINUX:-}" ] ||
		skip "BAKEOFF_LINUX is not set: it names a git repository of Linux with v2.6.22-rc5"
	cd "$BATS_FILE_TMPDIR" || return 1
}

on() {
	local command=$1

	shift
	run "$BAKEOFF" "$command" --repo "$BAKEOFF_LINUX" -b versatilepb -c slub "$@"
	echo "$output"
}

@test "the patch of a series that cures is named" {
	on bisect --series q
	[ "$status" -eq 0 ]
	[[ "$output" == *"0004-page_mapping-must-avoid-slub-pages.patch"*"is the patch that cures"* ]]
	[[ "$output" == *"with the first 3: oops: NULL pointer dereference in get_index"* ]]
	[[ "$output" == *"with the first 4: pass"* ]]
}

@test "without it the series is like its base" {
	grep -v 0004 q/series >left && mv left q/series
	on bisect --series q
	[ "$status" -eq 1 ]
	[[ "$output" == *"are alike"* ]]
}

@test "changes glued on to the cure are dropped, the check stays" {
	on reduce glued
	[ "$status" -eq 0 ]
	[[ "$output" == *"+	else if (unlikely(PageSlab(page)))"* ]]
	[[ "$output" != *"+++ b/kernel/fork.c"* && "$output" != *"+++ b/drivers/net"* ]]
	[ "$(grep -c '^dropped ' <<<"$output")" -eq 2 ]
}

@test "hunks that need each other stay, and what is beside them goes" {
	on reduce twin
	[ "$status" -eq 0 ]
	[[ "$output" == *"+	if (page_is_slab(page))"* ]]
	[[ "$output" == *"+#define page_is_slab(page)"* ]]
	[[ "$output" != *"+++ b/kernel/fork.c"* ]]
	[ "$(grep -c '^dropped ' <<<"$output")" -eq 1 ]
}
