#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Where threads come from: files, packed or not, maildirs, folders, and public-inbox repositories. Each must
# be read as the plain mbox is.

load helper
load bisect

# A base with two lines to mend, and the text of two mails that do so.
lines() {
	cd "$p/repo"
	{ for i in $(seq 40); do echo "line $i"; done; } >text
	change c1
	for n in 10 30; do
		sed -i "s/^line $n\$/mended/" text
		{
			printf 'Signed-off-by: Somebody <some@example.org>\n---\n'
			git diff
		} >"$p/patch$n"
		git checkout -q text
	done
	cd "$p"
	sed -i "s/^base = .*/base = c1/; s/^\[config/patches = patches\n&/" bakeoff.conf
}

# mail NAME SUBJECT FILE HOUR
mail() {
	printf 'From: %s Poster <%s@example.org>\nSubject: %s\nDate: Mon, 1 Mar 2021 %s:00:00 +0000\n' \
		"$1" "$1" "$2" "$4"
	printf 'Message-ID: <%s@example.org>\n\n' "$1"
	cat "$3"
}

two_mails() {
	lines
	mail ada "[PATCH] text: mend ten" patch10 10 >ada.txt
	mail bob "[PATCH] text: fix thirty" patch30 11 >bob.txt
	for one in ada bob; do
		echo "From mboxrd@z Thu Jan  1 00:00:00 1970"
		cat $one.txt
		echo
	done >thread.mbox
}

# imported ARGUMENT...: the names and files of the candidates that a source gives
imported() {
	"$bakeoff" import -n "$@" >"$BATS_TEST_TMPDIR/said"
	grep -E '^[a-z]|^    0' "$BATS_TEST_TMPDIR/said" | grep -v '^note\|mails,' | tr -s ' \n' ' '
}

both="text-mend-ten 0001-text-mend-ten.patch text-fix-thirty 0002-text-fix-thirty.patch "

@test "an mbox, packed or not, from a file or standard input" {
	two_mails
	gzip -k thread.mbox
	is "$(imported thread.mbox)" "$both"
	is "$(imported thread.mbox.gz)" "$both"
	is "$(imported - <thread.mbox)" "$both"
	is "$(imported - <thread.mbox.gz)" "$both"
	head -c 200 thread.mbox.gz >cut.gz
	runs 2 "$bakeoff" import cut.gz
	has "$err" "'cut.gz' cannot be unpacked"
	[ ! -e patches ]
}

@test "a maildir and a folder of mails, in the order of their dates" {
	two_mails
	mkdir -p m/cur m/new m/tmp e
	# names that sort the other way round
	cp bob.txt m/cur/1:2,S
	cp ada.txt m/new/2
	sed 's/mend ten/half a mail/' ada.txt >m/tmp/3
	cp bob.txt e/1.eml
	cp ada.txt e/2.eml
	cp bob.txt e/notes.txt
	is "$(imported m)" "$both"
	has "$(cat "$BATS_TEST_TMPDIR/said")" "at 2:8" "2 mails"
	is "$(imported e)" "$both"
	mkdir -p nothing/cur nothing/new nothing/tmp
	runs 2 "$bakeoff" import nothing
	has "$err" "no mail in folder 'nothing'"
	runs 2 "$bakeoff" import m some@id
	has "$err" "'m' is no public-inbox"
}

# epoch FOLDER ARGUMENT...: mails from standard input into a bare repository
epoch() {
	local dir=$1

	shift
	[ -d "$dir" ] || git init -q --bare -b master "$dir"
	python3 "$root/tests/cmd/inbox.py" "$@" | git -C "$dir" fast-import --quiet --force
}

# The thread: root (ada's patch), bob answers it with another, in another epoch, carol answers a mail that
# the list does not have and that answers ada.
list() {
	lines
	epoch l/git/0.git 50 <<-END
		ada||[PATCH] text: mend ten|patch10
		eve||another thread|
	END
	epoch l/git/1.git 60 <<-END
		bob|ada|Re: [PATCH] text: mend ten|patch30
		carol|ada,lost|Re: [PATCH] text: mend ten|
		dave|lost|Re: [PATCH] text: mend ten|
	END
}

@test "a public-inbox: the thread is found from any of its mails, over epochs" {
	list
	for id in ada bob carol dave lost; do
		runs 0 "$bakeoff" import -n l "$id@example.org"
		has "$out" "text-mend-ten" "by Bob Poster" "4 mails, 2 with a diff, 2 candidates"
	done
	runs 0 "$bakeoff" import -n l "<ada@example.org>"
	has "$out" "4 mails"
	runs 0 "$bakeoff" import -n l https://lore.kernel.org/some-list/ada@example.org/T/
	has "$out" "4 mails" "at <ada@example.org>:8"
	# one epoch by itself is a list too
	runs 0 "$bakeoff" import -n l/git/1.git bob@example.org
	has "$out" "mails, 1 with a diff"
	runs 0 "$bakeoff" import -n l eve@example.org && false
	has "$err" "carries a diff"
	runs 2 "$bakeoff" import l nobody@example.org
	has "$err" "the list has no mail <nobody@example.org>"
	runs 2 "$bakeoff" import l
	has "$err" "'l' is a public-inbox: which thread?"
	[ ! -e patches ]
}

@test "a public-inbox: what came later is found, what was taken back is not" {
	list
	runs 0 "$bakeoff" import -n l ada@example.org
	has "$out" "4 mails"
	epoch l/git/1.git --after refs/heads/master^0 <<<"frank|dave|Re: [PATCH] text: mend ten|"
	runs 0 "$bakeoff" import -n l ada@example.org
	has "$out" "5 mails"
	epoch l/git/1.git --after refs/heads/master^0 <<<"-bob"
	runs 0 "$bakeoff" import -n l ada@example.org
	has "$out" "4 mails, 1 with a diff"
	# nothing of a mail that was taken back clings to the next one
	epoch l/git/1.git --after refs/heads/master^0 <<<"last|dave|Re: [PATCH] text: mend ten|"
	runs 0 "$bakeoff" import -n l ada@example.org
	has "$out" "5 mails"
	epoch l/git/1.git --after refs/heads/master^0 <<<"-last"
	runs 0 "$bakeoff" import -n l ada@example.org
	has "$out" "4 mails"
	epoch l/git/1.git --after refs/heads/master^0 <<<"zoe||something else|"
	runs 0 "$bakeoff" import -n l ada@example.org
	has "$out" "4 mails"
	# a history that was written anew
	epoch l/git/1.git 3 <<<"greta|ada|Re: [PATCH] text: mend ten|patch30"
	runs 0 "$bakeoff" import -n l ada@example.org
	has "$out" "2 mails, 2 with a diff"
}

@test "a public-inbox: a damaged index is made anew" {
	list
	runs 0 "$bakeoff" import -n l ada@example.org
	for damage in "printf x >$p/.bakeoff/mail-index.db" "truncate -s 5000 $p/.bakeoff/mail-index.db" \
		"rm $p/.bakeoff/mail-index.db" "printf %05000d 0 | dd of=$p/.bakeoff/mail-index.db bs=1 seek=3000 conv=notrunc status=none"; do
		rm -f .bakeoff/mail-index.db-*
		eval "$damage"
		runs 0 "$bakeoff" import -n l ada@example.org
		has "$out" "4 mails"
	done
}

@test "mboxrd: From at the beginning of a line is as it was written" {
	lines
	{
		echo "From mboxrd@z Thu Jan  1 00:00:00 1970"
		printf 'From: ada <ada@example.org>\nSubject: [PATCH] text: mend ten\n'
		printf 'Date: Mon, 1 Mar 2021 10:00:00 +0000\n\n>From now on it is right.\n>>From there.\n\n'
		cat patch10
	} >rd.mbox
	sed '1s/.*/From ada@example.org Mon Mar  1 10:00:00 2021/' rd.mbox >other.mbox
	runs 0 "$bakeoff" import rd.mbox
	grep -q -x 'From now on it is right.' patches/0001*
	grep -q -x '>From there.' patches/0001*
	rm -r patches
	runs 0 "$bakeoff" import other.mbox
	grep -q -x '>From now on it is right.' patches/0001*
}

@test "a mail whose text is too large is told, and the others are read" {
	two_mails
	{
		cat thread.mbox
		echo "From mboxrd@z Thu Jan  1 00:00:00 1970"
		mail carol "[PATCH] text: all of it" /dev/null 12
		yes "a line of a hundred megabytes" | head -c 100000000
	} >big.mbox
	is "$(imported big.mbox)" "$both"
	has "$(cat "$BATS_TEST_TMPDIR/said")" "3 mails" "(text/plain, 100000000 bytes) is no text and was not read"
}

@test "mails without an id, with one id twice, and in a circle" {
	two_mails
	sed '/^Message-ID/d' thread.mbox >none.mbox
	is "$(imported none.mbox)" "$both"
	sed 's/^Message-ID: .*/Message-ID: <one@example.org>/' thread.mbox >twice.mbox
	is "$(imported twice.mbox)" "$both"
	sed 's/^Message-ID: <ada.*/&\nIn-Reply-To: <bob@example.org>/; s/^Message-ID: <bob.*/&\nIn-Reply-To: <ada@example.org>/' \
		thread.mbox >circle.mbox
	is "$(imported circle.mbox)" "$both"
}
