#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# bakeoff decode: what a log tells, and where in the source that is. tests/boards has the grammar's logs and
# the places of a program; here is the command.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir init
	cat >init/main.c <<-'END'
		int sink;
		static inline __attribute__((always_inline)) void poke (int n)
		{
			sink += n;
			__asm__ volatile (".globl here\nhere: nop");
		}
		__attribute__((noinline)) void guilty (int n)
		{
			poke (n);
			sink -= 2;
		}
		void start_kernel (void)
		{
			guilty (3);
			__asm__ volatile (".globl behind\nbehind: nop");
		}
	END
	cc -g -O1 -ffreestanding -fno-pie -no-pie -nostdlib -static -Wl,-e,start_kernel -Wl,--build-id=sha1 \
		-o vmlinux init/main.c
	at() { nm vmlinux | sed -n "s/^\([0-9a-f]*\) . $1\$/0x\1/p"; }
	pc=$(printf 'guilty+0x%x/0x40' $(($(at here) - $(at guilty))))
	lr=$(printf 'start_kernel+0x%x/0x40' $(($(at behind) - $(at start_kernel))))
	id=$(readelf -n vmlinux | sed -n 's/.*Build ID: //p')
	cat >log <<-END
		Linux version 6.1.0 (a@b) #1
		# bakeoff: build-id $id
		BUG: kernel NULL pointer dereference, address: 000000000000000c
		Oops: 0002 [#1]
		RIP: 0010:$pc
		Call Trace:
		 <TASK>
		 $lr
		 strange+0x4/0x10
		 </TASK>
		---[ end trace 0000000000000000 ]---
	END
}

@test "frames by name, and where there is a vmlinux by file and line" {
	runs 0 "$bakeoff" decode log
	is "$out" "log: oops: NULL pointer dereference in guilty (address 000000000000000c)
    guilty
    start_kernel
    strange"
	runs 0 "$bakeoff" decode --vmlinux vmlinux log
	is "$out" "log: oops: NULL pointer dereference in guilty (address 000000000000000c)
    poke (init/main.c:5) [inlined]
    $pc (init/main.c:9)
    $lr (init/main.c:14)
    strange+0x4/0x10 (?)"
	is "$err" ""
}

@test "another kernel's vmlinux is told, and one without lines" {
	sed -i "s/build-id ..../build-id 0000/" log
	runs 0 "$bakeoff" decode --vmlinux vmlinux log
	has "$err" "warning: log is of the kernel with build id 0000" "its lines are other ones"
	strip -g vmlinux
	runs 0 "$bakeoff" decode --vmlinux vmlinux log
	has "$err" "has no debugging information" "CONFIG_DEBUG_INFO=y"
	has "$out" "    $pc (?:?)"
}

@test "what is no vmlinux is refused" {
	runs 2 "$bakeoff" decode --vmlinux nowhere log
	has "$err" "there is no file 'nowhere'"
	runs 2 "$bakeoff" decode --vmlinux log log
	has "$err" "'log' is no ELF file"
	is "$out" ""
}
