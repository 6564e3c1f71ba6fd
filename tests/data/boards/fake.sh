#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A machine made of printf: `fake.sh SCENARIO [ARGUMENT]` prints what a guest of that kind would.

banner='Linux version 2.6.22-rc5 (test@test) (gcc version 12.2.0) #1\n'
head='KTAP version 1\n1..2\n'

oops() {
	printf 'Unable to handle kernel NULL pointer dereference at virtual address 0000000d\n'
	printf 'Internal error: Oops: 1 [#1]\nPC is at get_index+0x1c/0x50\n'
	printf 'LR is at prio_tree_next+0x60/0x194\n'
}

# summed SAID PRINTED [BROKEN]: a guest has said SAID, and PRINTED came over the line; the first two end
# markers are as BROKEN
summed() {
	sum=$(printf "$1" | cksum)
	printf "$2"
	for i in 1 2; do
		printf '%s\n\n' "${3:-# bakeoff: done $sum}"
	done
	printf '# bakeoff: done %s\n' "$sum"
	exec sleep 30
}

case $1 in
late)
	printf "$banner"
	sleep 4
	printf "${head}ok 1 - a\nok 2 - b\n# bakeoff: done\n"
	;;
halted)
	printf "$banner"
	kill -STOP $$
	;;
halted-child)
	printf "$banner"
	sh -c 'kill -STOP $$'
	;;
build-id)
	printf "$banner# bakeoff: build-id $2\n${head}ok 1 - a\nok 2 - b\n# bakeoff: done\n"
	;;
sum)
	summed "${head}ok 1 - a\nok 2 - b\n" "$banner${head}ok 1 - a\nmmc0: new card\nok 2 - b\n"
	;;
sum-kunit)
	# the kernel's own results count, but are in nobody's sum
	summed "1..3\nok 2 - a\nok 3 - b\n" \
		"${banner}KTAP version 1\nok 1 - kunit\n# bakeoff: start\n1..3\nok 2 - a\nok 3 - b\n"
	;;
sum-third)
	summed "${head}ok 1 - a\nok 2 - b\n" "$banner${head}ok 1 - a\nok 2 - b\n" '# bakeoff: done 12 3'
	;;
sum-lost-line)
	# but for the sum this would be a pass
	summed "ok 1 - a\nok 2 - b\nnot ok 3 - c\n" "${banner}ok 1 - a\nok 2 - b\nnt ok 3 - c\n"
	;;
sum-doubled-byte)
	summed "${head}ok 1 - a\nok 2 - b\n" "$banner${head}ok 1 - aa\nok 2 - b\n"
	;;
pass)
	# stays alive after the marker: the verdict must not wait for it
	printf "$banner${head}ok 1 - a\nmmc0: new card\nok 2 - b\n# bakeoff: done\n"
	exec sleep 30
	;;
not-ok-bare)
	printf "KTAP version 1\nok 1 - a\nnot ok - b\n# bakeoff: done\n"
	exec sleep 30
	;;
not-ok-tab)
	printf "KTAP version 1\n1..1\nok 1\nnot ok 2\t- b\n# bakeoff: done\n"
	exec sleep 30
	;;
open-line)
	# 2.6: a message behind what another driver has left open
	printf "${head}mmc0: probing<3>Slab corruption: start=c1, len=64\nok 1\nok 2\n# bakeoff: done\n"
	;;
open-line-kasan)
	# nothing before the message but what the guest had written
	printf "${head}card BUG: KASAN: use-after-free in foo\nok 1\nok 2\n# bakeoff: done\n"
	;;
open-result)
	# the kernel cuts into a result line of the guest's
	printf "${head}ok 1 - rebiBUG: soft lockup - CPU#0 stuck for 22s! [init:1]\nnd\nok 2\n# bakeoff: done\n"
	;;
names-crash)
	# a guest may talk about crashes
	printf "Kernel command line: panic=10 oops=panic\n${head}probe: no BUG: so far\n"
	printf "ok 1 - no BUG: KASAN: use-after-free in foo\n"
	printf "ok 2 - Kernel panic - not syncing: is not in the log\n# bakeoff: done\n"
	;;
ext4-panic)
	printf "${head}Kernel panic - not syncing: EXT4-fs (sda1): no room\nok 1\nok 2\n# bakeoff: done\n"
	;;
told-to-end)
	printf "${head}ok 1\nqemu-system-arm: terminating on signal 15 from pid 1 (init)\n"
	;;
late-oops)
	printf "${head}ok 1\nok 2\n# bakeoff: done\n"
	oops
	;;
crlf)
	printf "[    0.100000] $banner[    0.2] KTAP version 1\r\r\n1..2\r\n[    1.000000] ok 1 - a\r\n"
	printf '\033[0m<6>[    1.1] ok 2 - b # SKIP no card\r\n    not ok 1 - nested\r\n'
	printf '[    1.2][   T12] # bakeoff: done \r\n'
	exec sleep 30
	;;
split)
	# in mid-word, with time between the halves
	printf "${head}o"
	sleep 0.1
	printf 'k 1\nok'
	sleep 0.1
	printf ' 2\n# bake'
	sleep 0.1
	printf 'off: done\n'
	exec sleep 30
	;;
not-ok)
	printf "${head}ok 1 - a\nnot ok 2 - mmc rebind\n# bakeoff: done\n"
	exec sleep 30
	;;
not-ok-hang)
	printf "${head}not ok 1 - mmc rebind\n"
	exec sleep 30
	;;
bail)
	printf "${head}ok 1\nBail out! no such device\n"
	exec sleep 30
	;;
no-marker)
	printf "${head}ok 1\nok 2\n"
	;;
no-result)
	printf "$banner# bakeoff: done\n"
	;;
all-skipped)
	printf '1..1\nok 1 - a # SKIP no card\n# bakeoff: done\n'
	;;
short-plan)
	printf '1..3\nok 1\nok 2\n# bakeoff: done\n'
	;;
mid-line)
	# another's words about results are no results
	printf '1..1\nmmc0: ok 1 - a\n# not ok 2\nmmc0: # bakeoff: done\n# bakeoff: done later\nok, booting\n'
	;;
oops-then-ok)
	oops
	printf "${head}ok 1\nok 2\n# bakeoff: done\n"
	exec sleep 30
	;;
oops-complete)
	printf "$banner${head}ok 1\n"
	oops
	printf 'Kernel panic - not syncing: Aiee, killing interrupt handler!\n'
	exec sleep 30
	;;
oops-exit)
	printf "$head"
	oops
	exit 1
	;;
oops-hang)
	oops
	exec sleep 30
	;;
oops-exit-child)
	# what it leaves behind still has the console open
	oops
	sleep 30 &
	;;
oops-announced | oops-banner)
	# starts anew and prints on: no silence ever comes
	printf "$banner${head}ok 1\n"
	oops
	if [ "$1" = oops-announced ]; then
		printf '\nU-Boot 2023.01 (Jan 01 2023 - 00:00:00 +0000)\n'
	else
		printf "$banner"
	fi
	while :; do
		echo scrolling
		sleep 0.2
	done
	;;
oops-endless)
	oops
	while :; do
		echo scrolling
		sleep 0.2
	done
	;;
warning)
	printf "WARNING: at mm/slub.c:12 kfree()\n${head}ok 1\nok 2\n# bakeoff: done\n"
	;;
reboot)
	# 2.6 has no time stamps, and the guest had left its line open
	printf "$banner${head}ok 1\nok 2 - rebi"
	printf "${banner}CPU: ARM926EJ-S [41069265] revision 5 (ARMv5TEJ), cr=00093177\n"
	printf "Kernel command line: console=ttyAMA0\n${head}ok 1\nok 2\n# bakeoff: done\n"
	exec sleep 30
	;;
reboot-early)
	# before there is a guest, a banner says it all
	printf "${banner}CPU: ARM926EJ-S\n$banner"
	exec sleep 30
	;;
reboot-stamps)
	printf "[    0.000000] $banner[    1.500000] Run /init as init process\n${head}ok 1\n"
	printf "[    0.000000] $banner"
	exec sleep 30
	;;
reboot-real)
	# the log of a real machine, twice, and reset in between
	sed -n '1,/^ok 1/p' tests/data/boards/arm-2.6.22-hugh.log
	cat tests/data/boards/arm-2.6.22-hugh.log
	printf '# bakeoff: done\n'
	exec sleep 30
	;;
version)
	# a guest that prints /proc/version and more, before and after its first word
	printf "${banner}Kernel command line: console=ttyAMA0\nFreeing init memory: 52K\n"
	printf "${banner}Processor\t: ARM926EJ-S rev 5 (v5l)\nMemTotal: 128852 kB\n${head}ok 1\n"
	printf "uname: ${banner}${banner}ok 2\n# bakeoff: done\n"
	exec sleep 30
	;;
version-stamps)
	printf "[    0.000000] $banner[    1.500000] Run /init as init process\n${banner}CPU: 1\n$head"
	printf "[    1.700000] ${banner}ok 1\nok 2\n# bakeoff: done\n"
	exec sleep 30
	;;
silence)
	printf "$banner${head}ok 1 - a\n"
	exec sleep 30
	;;
chatter)
	while :; do
		echo still here
		sleep 0.2
	done
	;;
login)
	# a prompt has no newline
	printf "${banner}Welcome\n\nbox login: "
	exec sleep 30
	;;
exit)
	printf "${head}ok 1\nqemu: could not open card\n"
	exit "$2"
	;;
signal)
	printf "${head}ok 1\n"
	kill -s "$2" $$
	;;
nothing)
	;;
mule)
	# heeds no signal that can be left unheeded, nor do its children
	trap '' TERM HUP INT
	printf "$banner"
	sh -c 'sleep 60; :' mule "$2" &
	sh -c 'sleep 60; :' mule "$2"
	;;
big)
	# more than any pipe holds
	printf "$head"
	head -c 300000 /dev/zero | tr '\0' 'x'
	printf '\nok 1\nok 2\n# bakeoff: done\n'
	;;
image)
	# what was given: a file's first line, as a result
	printf '1..1\nok 1 - %s\n# bakeoff: done\n' "$(head -n 1 "$2")"
	;;
esac
