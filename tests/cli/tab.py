#!/usr/bin/env python3
"""A real shell at a real terminal, and <TAB> in it.

	tests/cli/tab.py SHELL SCRIPT LINE KEYS

starts bash or zsh, sources SCRIPT, types LINE and the KEYS (python's escapes:
\\t, or \\e* for all candidates at once), and prints the words that are then on
the line, one a line.  It takes ten seconds at most.
"""
import os, pty, select, sys, time

shell, script, line, keys = sys.argv[1:]
keys = keys.replace("\\b", "\x02").replace("\\t", "\t").replace("\\e", "\x1b")
start = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
}[shell]
setup = ". '%s'" % script
if shell == "zsh":
    setup = "autoload -Uz compinit; compinit -C -u -d ./zdump; setopt no_auto_menu; " + setup

pid, fd = pty.fork()
if pid == 0:
    os.environ["TERM"] = "dumb"
    os.environ["PS1"] = "> "
    os.environ["HISTFILE"] = ""
    os.execvp(start[0], start)

end = time.monotonic() + 10
seen = b""


def until(what):
    global seen
    while what not in seen and time.monotonic() < end:
        if not select.select([fd], [], [], 0.1)[0]:
            continue
        try:
            seen += os.read(fd, 65536)
        except OSError:
            break
    found = what in seen
    head, _, seen = seen.partition(what)
    if not found:
        sys.exit("tab.py: no %r: %r" % (what, head))
    return head


def send(text):
    os.write(fd, text.encode())


# what is printed is not what is typed: the echo does not count
send(setup + "; printf '%s%s\\n' REA DY\n")
until(b"READY")
# then the line as an argument list, instead of being run: a shell reads no
# key before it has done with the one before
send(line + keys + "\x05 END\x01printf '<%s>\\n' BEG\"IN\" \n")
until(b"<BEGIN>")
for word in until(b"<END>").decode(errors="backslashreplace").split("\n"):
    word = word.strip("\r")
    if word.startswith("<") and word.endswith(">"):
        print(word[1:-1])
os.close(fd)
