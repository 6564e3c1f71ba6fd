#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Building a patch runs its author's code: what it can do in the sandbox, and what without. And that
# neither the sandbox nor who builds beside whom changes what comes out.

load helper

# What lies outside of all temporary folders, and is not hidden but read-only; empty where none can be
# had.
open_place=

setup() {
	p=$BATS_TEST_TMPDIR/p
	marker=bakeoff-test-$$-$BATS_TEST_NUMBER
}

teardown() {
	local pid

	# by their ids: the listener, and what a patch has left
	for pid in ${listener:-} $(processes_of "$marker"); do
		kill -KILL "$pid" 2>/dev/null || true
	done
	rm -rf "${open_place:-/nonexistent}" "/tmp/$marker" "/tmp/$marker.socket" \
		"/run/$marker.socket" ${others:+"$others"}
}

# start_listener: on a TCP port of 127.0.0.1, on two sockets in folders and on an abstract one; what
# it is told is in $BATS_TEST_TMPDIR/heard.
start_listener() {
	cat >"$BATS_TEST_TMPDIR/listener.pl" <<-'END'
		use strict;
		use IO::Select;
		use IO::Socket::INET;
		use IO::Socket::UNIX;
		my ($heard, $ready, $marker) = @ARGV;
		my $tcp = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1") or die;
		my %names = ($tcp => "tcp");
		my $select = IO::Select->new($tcp);
		for (["tmp", "/tmp/$marker.socket"], ["run", "/run/$marker.socket"],
			["abstract", "\0$marker"]) {
			my $socket = IO::Socket::UNIX->new(Local => $_->[1], Listen => 5) or next;
			$names{$socket} = $_->[0];
			$select->add($socket);
		}
		open my $file, ">", "$ready.new" or die;
		print $file $tcp->sockport, "\n";
		close $file;
		rename "$ready.new", $ready;
		while (my @all = $select->can_read) {
			for (@all) {
				my $client = $_->accept or next;
				open my $log, ">>", $heard or die;
				print $log "$names{$_}\n";
				close $log;
			}
		}
	END
	perl "$BATS_TEST_TMPDIR/listener.pl" "$BATS_TEST_TMPDIR/heard" "$BATS_TEST_TMPDIR/port" "$marker" \
		3>&- >/dev/null 2>&1 &
	listener=$!
	wait_until 10 test -e "$BATS_TEST_TMPDIR/port"
	port=$(cat "$BATS_TEST_TMPDIR/port")
	: >"$BATS_TEST_TMPDIR/heard"
}

# An author who means ill: what is tried, and what came of it, goes to the log of the build.
hostile_project() {
	small_project "$p"
	conf "$p" --remove-section variant.page-mapping-avoid-slub
	mkdir -p "$HOME/.ssh"
	echo "secret of $marker" >"$HOME/.ssh/id_rsa"
	open_place=$(mktemp -d /var/lib/bakeoff-test-XXXXXX 2>/dev/null || true)
	start_listener
	cat >"$BATS_TEST_TMPDIR/attack.sh" <<-END
		try() {
			name=\$1
			shift
			if said=\$("\$@" 2>&1); then
				echo "attack \$name: done: \$said"
			else
				echo "attack \$name: refused: \$said"
			fi
		}
		put() {
			echo owned >"\$1"
		}
		connect() {
			perl -MIO::Socket::UNIX -e '\$n = \$ARGV[0]; \$n =~ s/^@/\\0/;
				IO::Socket::UNIX->new(Peer => \$n) or die "\$!\\n"' "\$1"
		}
		tcp() {
			perl -MIO::Socket::INET -e 'IO::Socket::INET->new(PeerAddr => "127.0.0.1",
				PeerPort => $port) or die "\$@\\n"'
		}
		leave() {
			setsid sh -c 'while :; do sleep 1; done' $marker-left >/dev/null 2>&1 </dev/null &
		}
		others() {
			tr '\\0' ' ' </proc/$listener/cmdline && kill -0 $listener
		}
		privilege() {
			unshare -U true
		}
		try read-home cat "$HOME/.ssh/id_rsa"
		try write-project put "$p/owned"
		try write-state put "$p/.bakeoff/images/owned"
		try write-repository put "$p.git/refs/heads/owned"
		try write-tmp put "/tmp/$marker"
		try write-open put "$open_place/owned"
		try write-source put mm/owned.c
		try write-base rm mm/slub.c
		try tcp tcp
		try socket-tmp connect "/tmp/$marker.socket"
		try socket-run connect "/run/$marker.socket"
		try socket-abstract connect "@$marker"
		try others others
		try privilege privilege
		try environment sh -c 'env | grep -i -e "$marker" -e sudo -e session'
		try leave leave
	END
	add_variant "$p" hostile '
		cp "$BATS_TEST_TMPDIR/attack.sh" scripts/attack.sh
		printf "Image: attack\nattack: \$(obj)/arch/arm/boot/Image FORCE\n\t@sh scripts/attack.sh\n" \
			>>Makefile'
	cd "$p"
}

# attack NAME: what came of it, by the log.
attack() {
	sed -n "s/^attack $1: //p" "$p"/.bakeoff/logs/model-slub-hostile-*.build.log
}

refused() {
	[[ $(attack "$1") == refused:* ]] || say "$1: $(attack "$1")"
}

succeeded() {
	[[ $(attack "$1") == done:* ]] || say "$1: $(attack "$1")"
}

# The folder of base's source holds base's tree, as git sees it.
source_is_base() {
	GIT_INDEX_FILE=$BATS_TEST_TMPDIR/index git --git-dir="$p.git" --work-tree=.bakeoff/slots/0/src \
		add -A -f .
	is "$(GIT_INDEX_FILE=$BATS_TEST_TMPDIR/index git --git-dir="$p.git" write-tree)" \
		"$(git -C "$p.git" rev-parse 'model-1^{tree}')"
}

# Each thing was tried, as the log says, and nothing of it came out of the sandbox.
@test "a patch's build reads, writes, reaches and leaves nothing outside of the sandbox" {
	needs_sandbox
	export BAKEOFF_TEST_SECRET=$marker
	hostile_project
	runs 0 "$bakeoff" build
	is "$(grep -c '^attack ' .bakeoff/logs/model-slub-hostile-*.build.log)" 16
	refused read-home
	lacks "$(cat .bakeoff/logs/*hostile*)" "secret of"
	for name in project state repository open; do
		refused "write-$name"
	done
	# these succeed, in a /tmp and in a layer of its own
	succeeded write-tmp
	succeeded write-source
	succeeded write-base
	is "$(find "$BATS_TEST_TMPDIR" "/tmp/$marker" ${open_place:+"$open_place"} -name 'owned*' -o -name "$marker" 2>/dev/null)" ""
	source_is_base
	for name in tcp socket-tmp socket-run socket-abstract others privilege environment; do
		refused "$name"
	done
	is "$(cat "$BATS_TEST_TMPDIR/heard")" ""
	succeeded leave
	wait_until 5 no_processes_of "$marker-left"
	# its image is as good as any: what it did changed nothing of base's either
	report_json "$p"
	is "$(cell "$p" hostile slub same_as)" base
}

# The counterpart: the same build without a sandbox does it all, so the attempts were no sham.
@test "without a sandbox a patch's build can do what its user can" {
	export BAKEOFF_TEST_SECRET=$marker
	hostile_project
	runs 0 "$bakeoff" build --no-sandbox
	succeeded read-home
	has "$(attack read-home)" "secret of $marker"
	succeeded write-project
	succeeded write-state
	succeeded write-repository
	succeeded write-tmp
	[ -e "$p/owned" ] && [ -e "$p/.bakeoff/images/owned" ] && [ -e "$p.git/refs/heads/owned" ]
	[ -e "/tmp/$marker" ]
	succeeded tcp
	succeeded socket-tmp
	succeeded socket-abstract
	succeeded others
	grep -q -x tcp "$BATS_TEST_TMPDIR/heard"
	grep -q -x tmp "$BATS_TEST_TMPDIR/heard"
	some_process_of "$marker-left"
	# and yet it is given nothing that is ours
	refused environment
}

# What a patch could do to this machine is not kept from who reads the report.
@test "the report says what was built without a sandbox" {
	small_project "$p"
	cd "$p"
	runs 0 "$bakeoff" build --no-sandbox
	report_json "$p"
	is "$(cell "$p" page-mapping-avoid-slub slub unguarded)" true
	runs 3 "$bakeoff" report
	has "$(tr -s '\n ' ' ' <<<"$out")" "without a sandbox"
	needs_sandbox
	runs 0 "$bakeoff" build --fresh
	report_json "$p"
	is "$(cell "$p" page-mapping-avoid-slub slub unguarded)" false
	runs 3 "$bakeoff" report
	lacks "$(tr -s '\n ' ' ' <<<"$out")" "without a sandbox"
}

# ---- the same images, whoever builds them ----

# images DIR: `variant config verdict image same_as` of every cell.
images() {
	report_json "$1"
	awk -F '\t' '$3 ~ /^(verdict|image|same_as)$/ { print $1, $2, $3, $4 }' "$1/report.cells" | sort
}

# One job or four, in a sandbox or in place, with ccache or without: the same images, bit for bit, and
# so the same verdicts. A variant that changes a header of all comes before those that do not.
@test "neither -j nor the sandbox nor ccache changes an image" {
	new_project "$p"
	add_variant "$p" header 'echo "#define NEW_WORD 1" >>include/linux/kernel.h
		echo "int new_word = NEW_WORD;" >>init/main.c'
	add_variant "$p" fewer 'git rm -q drivers/mmc/host/at91_mci.c; sed -i /at91_mci/d Makefile'
	for way in "-j 1 --no-ccache" "-j 4 --no-ccache" "-j 4" "-j 4 --no-sandbox --no-ccache"; do
		rm -rf "$p/.bakeoff"
		# shellcheck disable=SC2086
		runs 0 "$bakeoff" build --project "$p/bakeoff.conf" $way
		images "$p" >"$BATS_TEST_TMPDIR/images"
		[ -e "$BATS_TEST_TMPDIR/first" ] || cp "$BATS_TEST_TMPDIR/images" "$BATS_TEST_TMPDIR/first"
		diff "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/images"
	done
	has "$(cat "$BATS_TEST_TMPDIR/first")" "header slub same_as null" "fewer slub same_as base" \
		"page-mapping-avoid-slub slub same_as null"
}

# counting_path: PATH with an unshare(1) that notes how it is called, in $BATS_TEST_TMPDIR/made: the
# sandbox of every make starts with it.
counting_path() {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho "$*" >>"%s"\nexec %s "$@"\n' "$BATS_TEST_TMPDIR/made" \
		"$(command -v unshare)" >"$BATS_TEST_TMPDIR/bin/unshare"
	chmod +x "$BATS_TEST_TMPDIR/bin/unshare"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# Two runs at one time on one project: every image is made once and every boot done once, and both
# print the whole matrix.
@test "two runs at one time share the work" {
	needs_sandbox
	new_project "$p"
	cd "$p"
	counting_path
	for i in 1 2; do
		"$bakeoff" run >"$BATS_TEST_TMPDIR/out.$i" 2>"$BATS_TEST_TMPDIR/err.$i" </dev/null 3>&- &
		pids[i]=$!
	done
	wait "${pids[1]}"
	wait "${pids[2]}"
	cmp "$BATS_TEST_TMPDIR/out.1" "$BATS_TEST_TMPDIR/out.2"
	is "$(ls -d .bakeoff/slots/[0-9]*)" .bakeoff/slots/0
	together=$(grep -c ' Image$' "$BATS_TEST_TMPDIR/made")
	report_json "$p"
	awk -F '\t' '$3 == "runs" && $4 > 1' report.cells >"$BATS_TEST_TMPDIR/twice"
	is "$(cat "$BATS_TEST_TMPDIR/twice")" ""
	# alone, a run makes as many
	rm -r .bakeoff "$BATS_TEST_TMPDIR/made"
	runs 0 "$bakeoff" run
	is "$(grep -c ' Image$' "$BATS_TEST_TMPDIR/made")" "$together"
	is "$out" "$(cat "$BATS_TEST_TMPDIR/out.1")"
}

# ---- what is not built at all ----

# built NAME: whether there was a make for the variant.
built() {
	[ -n "$(find "$p/.bakeoff/logs" -name "model-slub-$1-*.build.log")" ]
}

# unread_twins OPTION…: patches to files that no build of base has read have base's image without a
# build; their twins, which do a little more, are built.
unread_twins() {
	small_project "$p"
	add_variant "$p" unread-driver 'echo "int unread;" >>drivers/mmc/host/at91_mci.c'
	add_variant "$p" unread-words 'echo words >>README.md; echo words >>arch/parisc/kernel/pci-dma.c'
	add_variant "$p" driver-and-file 'echo "int unread;" >>drivers/mmc/host/at91_mci.c
		echo new >include/linux/new.h'
	add_variant "$p" driver-and-mode 'chmod +x drivers/mmc/host/at91_mci.c'
	add_variant "$p" driver-gone 'git rm -q arch/parisc/kernel/pci-dma.c'
	add_variant "$p" driver-and-code 'echo "int unread;" >>drivers/mmc/host/at91_mci.c
		echo "int read_indeed = 1;" >>mm/util.c'
	cd "$p"
	runs 0 "$bakeoff" build "$@"
	report_json "$p"
	built base
	for variant in unread-driver unread-words; do
		if built "$variant"; then say "$variant was built"; fi
		is "$(cell "$p" "$variant" slub image)" "$(cell "$p" base slub image)"
		is "$(cell "$p" "$variant" slub same_as)" base
	done
	for variant in driver-and-file driver-and-mode driver-gone; do
		built "$variant"
		is "$(cell "$p" "$variant" slub image)" "$(cell "$p" base slub image)"
	done
	built driver-and-code
	is "$(cell "$p" driver-and-code slub same_as)" null
	[ "$(cell "$p" driver-and-code slub image)" != "$(cell "$p" base slub image)" ]
}

# noted_reads: skips where the file system keeps no times of access, so that all is built.
noted_reads() {
	echo x >"$BATS_TEST_TMPDIR/read"
	touch -a -d @0 "$BATS_TEST_TMPDIR/read"
	cat "$BATS_TEST_TMPDIR/read" >/dev/null
	[ "$(stat -c %X "$BATS_TEST_TMPDIR/read")" -ne 0 ] || skip "no times of access are kept here"
	[[ $(stat -f -c %T "$BATS_TEST_TMPDIR") == @(ext2/ext3|tmpfs) ]] ||
		skip "times of access say nothing on this file system"
}

@test "what no build of base has read is not built" {
	needs_sandbox
	noted_reads
	unread_twins
}

@test "nor is it in place" {
	noted_reads
	unread_twins --no-sandbox
}

# What a board of another configuration reads is not unread: its driver is compiled there.
@test "a file that one configuration reads is built with it" {
	noted_reads
	small_project "$p"
	add_variant "$p" slab-only 'echo "int read_indeed = 1;" >>mm/slab.c'
	cd "$p"
	runs 0 "$bakeoff" build
	report_json "$p"
	is "$(cell "$p" slab-only slub same_as)" base
	conf . --add bakeoff.config slab
	runs 0 "$bakeoff" build
	report_json "$p"
	is "$(cell "$p" slab-only slab same_as)" null
	is "$(cell "$p" slab-only slub same_as)" base
}

# The source went to another base and back, and nobody built SLUB's configuration there. Its objects
# are of this base, but the files came back unread: that proves nothing about them.
there_and_back() {
	local work=$BATS_TEST_TMPDIR/work

	small_project "$p"
	conf "$p" --add bakeoff.config slab
	add_variant "$p" slub-only 'echo "int read_indeed = 1;" >>mm/slub.c'
	git clone -q "$p.git" "$work"
	git -C "$work" checkout -q model-1
	echo "/* another base */" >>"$work/mm/slub.c"
	git -C "$work" commit -qam another
	git -C "$work" push -q "$p.git" HEAD:refs/heads/another
	cd "$p"
	runs 0 "$bakeoff" build "$@" -v base
	runs 0 "$bakeoff" build "$@" -v base -c slab --base another
	runs 0 "$bakeoff" build "$@" -v base -c slab --fresh
	runs 0 "$bakeoff" build "$@" -v slub-only -c slub
	report_json "$p"
	is "$(cell "$p" slub-only slub same_as)" null
	[ "$(cell "$p" slub-only slub image)" != "$(cell "$p" base slub image)" ]
}

@test "a source that came back tells nothing of older objects" {
	noted_reads
	there_and_back
}

@test "nor in place" {
	noted_reads
	there_and_back --no-sandbox
}

# ---- the rest ----

# --fresh asks again what is known, and forgets nothing of it.
@test "--fresh builds and boots again" {
	small_project "$p"
	cd "$p"
	runs 0 "$bakeoff" run
	first=$out
	runs 0 "$bakeoff" run
	lacks "$err" building
	report_json "$p"
	is "$(cell "$p" base slub runs)" 1
	runs 0 "$bakeoff" run --fresh
	has "$err" "base model/slub: building" "page-mapping-avoid-slub model/slub: building" \
		"base model/slub: oops" "page-mapping-avoid-slub model/slub: pass"
	is "$out" "$first"
	report_json "$p"
	is "$(cell "$p" base slub runs)" 2
	is "$(cell "$p" page-mapping-avoid-slub slub runs)" 2
	runs 0 "$bakeoff" run
	lacks "$err" building
	report_json "$p"
	is "$(cell "$p" base slub runs)" 2
}

# Any user may make namespaces: nothing of this needs root.
@test "a user without privileges runs in the sandbox" {
	needs_sandbox
	[ "$(id -u)" -eq 0 ] || skip "everything here runs without privileges already"
	command -v setpriv >/dev/null || skip "no setpriv here"
	new_project "$p"
	# where nobody else's folder is in the way
	others=$(mktemp -d /tmp/bakeoff-test-XXXXXX)
	mkdir "$others/home" "$others/program"
	cp -r "$root/boards" "$root/kbuild" "$bakeoff" "$others/program/"
	cp -r "$p" "$p.git" "$others/"
	conf "$others/p" bakeoff.repo "$others/p.git"
	chown -R 65534:65534 "$others"
	cd "$others/p"
	user=(env HOME="$others/home" setpriv --reuid 65534 --regid 65534 --clear-groups)
	"${user[@]}" unshare -Urm true || skip "users without privileges may make no namespaces here"
	bakeoff=$others/program/bakeoff
	runs 0 "${user[@]}" "$bakeoff" run
	report_json "$others/p"
	is "$(cell "$PWD" page-mapping-avoid-slub slub verdict)" pass
	is "$(cell "$PWD" base slub verdict)" oops
	is "$(cell "$PWD" base slub signature.address)" 0000000d
	is "$(cell "$PWD" pa-risc-page-allocator slub same_as)" base
	is "$(cell "$PWD" add-vm-bug-on slub verdict)" build-failed
	# nothing is left that its user cannot remove
	runs 0 "${user[@]}" rm -r .bakeoff
}
