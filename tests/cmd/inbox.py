#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A public-inbox epoch for git fast-import, from lines of standard input.

Each line is a mail: ID|ANSWERS|SUBJECT|FILE, where ANSWERS are ids with commas between, the last one in
In-Reply-To, and FILE is a file with its text, or nothing. A line `-ID` takes a mail back. With a number as
argument so many mails of other threads come first; --after COMMIT goes on where a history ends.
"""
import sys


def commit(n, kind, text, after):
    data = text.encode()
    print(f"commit refs/heads/master\ncommitter L <l@example.org> {1600000000 + n} +0000\ndata 1\nx")
    if after:
        print(f"from {after}")
    print(f"deleteall\nM 100644 inline {kind}")
    sys.stdout.flush()
    sys.stdout.buffer.write(b"data %d\n%s\n" % (len(data), data))
    sys.stdout.buffer.flush()


def mail(name, answers, subject, text, n):
    head = f"From: {name.capitalize()} Poster <{name}@example.org>\nSubject: {subject}\n"
    head += f"Date: Mon, 1 Mar 2021 {10 + n // 3600 % 12:02}:{n // 60 % 60:02}:{n % 60:02} +0000\n"
    head += f"Message-ID: <{name}@example.org>\n"
    if answers:
        head += f"In-Reply-To: <{answers[-1]}@example.org>\n"
    if len(answers) > 1:
        head += "References: " + "\n\t".join(f"<{one}@example.org>" for one in answers[:-1]) + "\n"
    return head + "\n" + text


def main():
    after = None
    n = 0
    if "--after" in sys.argv:
        after = sys.argv[sys.argv.index("--after") + 1]
    elif len(sys.argv) > 1:
        for n in range(int(sys.argv[1])):
            answers = [f"other{n - n % 7}"] if n % 7 else []
            commit(n, "m", mail(f"other{n}", answers, f"talk {n // 7}", "Words.\n" * 20, n), None)
    for line in sys.stdin:
        n += 1
        line = line.rstrip("\n")
        if line.startswith("-"):
            commit(n, "d", mail(line[1:], [], "gone", "", n), after)
        else:
            name, answers, subject, path = line.split("|")
            text = open(path).read() if path else "Words.\n"
            commit(n, "m", mail(name, [a for a in answers.split(",") if a], subject, text, n), after)
        after = None


main()
