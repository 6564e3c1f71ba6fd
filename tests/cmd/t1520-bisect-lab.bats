#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# bakeoff bisect where boots say different things of one kernel, and where the lab breaks.

load helper
load bisect
bats_require_minimum_version 1.5.0

# ---- by chance ----

# flaky PERCENT: a kernel that fails shows it in so many of a hundred boots. Chance is a counter in a
# generator with a fixed seed (Numerical Recipes'), so each run of the test sees the same.
flaky() {
	echo "${2:-1}" >"$p/seed"
	lab "read seed <$p/seed
seed=\$(((seed * 1664525 + 1013904223) % 4294967296))
echo \$seed >$p/seed
if [ \$((seed / 65536 % 100)) -lt $1 ]; then
	exec sh \"\$1\"
fi
sed \"s/^echo 'not ok/echo 'ok/\" \"\$1\" | sh"
}

# Where halving would take the first pass for good, boots are counted until one commit is sure.
@test "--noisy names the commit, wherever it is" {
	for culprit in c3 c7; do
		nine $culprit "$breaks"
		flaky 60
		bisect 0 run --noisy c0 c9
		has "$out" "$(id $culprit) (\"$culprit is made\")
is the first bad commit." "verify: PASS (" "Fixes: $(id $culprit)"
		line=$(grep '^sure: ' <<<"$out")
		[[ $line =~ confidence\ (0\.9[5-9][0-9]|1\.000)\ after\ ([0-9]+)\ boots ]] || say "$line"
		[[ $line =~ fails\ in\ ([0-9]+)\ %.*\ in\ ([0-9]+)\ %\ from ]] || say "$line"
		[ "${BASH_REMATCH[1]}" -lt 30 ] && [ "${BASH_REMATCH[2]}" -gt 40 ] || say "$line"
		# asked again it boots nothing, and its numbers are of the boots that the log has
		before=$(stored)
		for verb in run report "report -f reply"; do
			bisect 0 $verb
			has "$out" "$(id $culprit) (\"$culprit is made\")" "is the first bad commit."
			line=$(grep '^sure: ' <<<"$out")
			[[ $line =~ confidence\ (0\.9[0-9]*|1\.000)\ after\ ([0-9]+)\ boots ]] || say "$line"
			is "${BASH_REMATCH[2]}" "$(grep -c '^# bakeoff: boot' .bakeoff/bisect/log)"
			[[ $line =~ fails\ in\ ([0-9]+)\ %.*\ in\ ([0-9]+)\ %\ from ]] || say "$line"
			[ "${BASH_REMATCH[1]}" -lt 30 ] && [ "${BASH_REMATCH[2]}" -gt 40 ] || say "$line"
		done
		is "$(stored)" "$before"
		bisect 0 visualize
		has "$out" "$(id $culprit)"
		bisect 0 reset
		git -C repo reset -q --hard c0
		git -C repo tag -d c1 c2 c3 c4 c5 c6 c7 c8 c9 >/dev/null
	done
}

# Where nothing changed no commit is named, however long it boots; nor where it boots too little.
@test "--noisy names nobody where nothing changes" {
	history "a=$breaks"
	nine c5 :
	flaky 50
	bisect 3 run --noisy --max-boots 30 a c9
	has "$out" "not sure: "
	lacks "$out" "is the first bad commit"
	lacks "$out" "Fixes:"
	is "$(grep -c '^# bakeoff: boot' .bakeoff/bisect/log)" 30
	bisect 0 report
	has "$out" "not sure: " "after 30 boots"
	lacks "$out" "is the first bad commit"
}

# ---- trouble ----

# A lab that is broken says nothing about any commit, at the ends, in the search and in the checks
# afterwards. Mended, the same bisection comes to its answer.
@test "a broken lab convicts nobody" {
	history c1 c2 c3="$breaks" c4
	broken() {
		sed -i 's/^console = .*/console = nonesuch %{kernel}/' boards/script.board
	}
	broken
	refuses 3 run c0 c4
	has "$err" "could not be tested: infra: " nonesuch "'bakeoff bisect run' goes on"
	is "$(answers)" ""
	is "$out" ""
	# breaks down at the nth boot: the first are of the ends, the last is of the check without c3
	lab "echo x >>$p/boots; exec sh \"\$1\""
	bisect 0 run
	names c3
	boots=$(wc -l <boots)
	[ "$boots" -ge 5 ] || say "$boots boots"
	for n in $(seq "$boots"); do
		lab "echo x >>$p/boots
[ \$(wc -l <$p/boots) -lt $n ] || exit 7
exec sh \"\$1\""
		: >boots
		rm -rf .bakeoff/results.db* .bakeoff/bisect
		refuses 3 run c0 c4
		has "$err" "could not be tested: infra: "
		! grep -q '^# first' .bakeoff/bisect/log || say "n=$n: it ended: $(<.bakeoff/bisect/log)"
		lab "exec sh \"\$1\""
		bisect 0 run
		names c3
		has "$out" "revert: PASS"
		lacks "$out" infra
	done
}

# So it is where boots are counted: one that broke counts for nothing.
@test "a broken lab convicts nobody, with --noisy" {
	history c1 c2="$breaks" c3
	for n in 1 4; do
		lab "echo x >>$p/boots
[ \$(wc -l <$p/boots) -lt $n ] || exit 7
exec sh \"\$1\""
		: >boots
		rm -rf .bakeoff/results.db* .bakeoff/bisect
		refuses 3 run --noisy c0 c3
		has "$err" "could not be tested: infra: "
		is "$(grep -c '^# bakeoff: boot' .bakeoff/bisect/log || true)" "$((n - 1))"
		lab "exec sh \"\$1\""
		bisect 0 run
		has "$out" "$(id c2) (\"c2 is made\")
is the first bad commit." "verify: PASS"
	done
}
