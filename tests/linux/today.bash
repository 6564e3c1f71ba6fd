# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Projects over a kernel of today: BAKEOFF_LINUX_TODAY is a git repository whose HEAD is one.

# needs_linux_today: skips, saying why, where there is none
needs_linux_today() {
	[ -n "${BAKEOFF_LINUX_TODAY:-}" ] ||
		skip "BAKEOFF_LINUX_TODAY is not set: it names a git repository of a Linux of today"
}

# new_project DIR BOARDS: a project for it, and into it
new_project() {
	unset BAKEOFF_REPO
	mkdir -p "$1/patches"
	cd "$1" || return 1
	"$BAKEOFF" init --repo "$BAKEOFF_LINUX_TODAY" --board "$2"
}

# appended NAME FILE: a variant that has what comes on stdin at the end of FILE
appended() {
	local work=$BATS_FILE_TMPDIR/$1

	mkdir -p "$work/a/$(dirname "$2")" "$work/b/$(dirname "$2")"
	git -C "$BAKEOFF_LINUX_TODAY" show "HEAD:$2" >"$work/a/$2"
	cat "$work/a/$2" - >"$work/b/$2"
	{
		printf 'From: Tester <tester@example.org>\nSubject: [PATCH] %s\n\n---\n' "$1"
		(cd "$work" && diff -u "a/$2" "b/$2") || true # it differs
	} >"patches/$1.patch"
	printf '[variant "%s"]\n\tpatch = %s.patch\n' "$1" "$1" >>bakeoff.conf
}

# faults_and_hangs: a variant whose initcall faults, and one whose initcall never ends
faults_and_hangs() {
	appended faults init/main.c <<-'END'
		static int __init try_fault(void)
		{
			*(volatile int *)8 = 1;
			return 0;
		}
		late_initcall(try_fault);
	END
	appended hangs init/main.c <<-'END'
		static int __init try_hang(void)
		{
			for (;;)
				cpu_relax();
			return 0;
		}
		late_initcall(try_hang);
	END
}
