#!/usr/bin/env python3
"""What README.md shows, for the tests that run it.

	tests/cli/readme.py block NAME      the block behind <!-- NAME -->
	tests/cli/readme.py commands MESH DIR
	    each "$ " command of the blocks behind <!-- mesh: MESH -->: DIR/N.sh,
	    and what is shown of what it prints, DIR/N.out
	tests/cli/readme.py meshes          each MESH, and "-" for a block that has
	    a command and no such mark
	tests/cli/readme.py same SHOWN PRINTED
	    but for times, digests, versions of objects, how many hold a root, and
	    how TABs look; where SHOWN has an ellipsis anything may stand, and a
	    line "..." is any lines

A block is lines that begin with four blanks; a command goes on below a line that
ends in | or && or a backslash.
"""
import os, re, sys

README = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../../README.md")
MARK = re.compile(r"<!-- (.*) -->$")
MASKS = [
    (r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
    (r"20\d{6}T\d{6}Z", "STAMP"),
    (r"\b[0-9a-f]{16,}\b", "HEX"),
    (r"resourceVersion \d+ -> \d+", "resourceVersion N -> N"),
    (r"\b\d+ of \d+ hold\b", "N of N hold"),
    (r"\ball \d+ who must\b", "all N who must"),
    (r"\bin \d+ ms$", "in N ms"),
    (r"https://[0-9.]+:\d+/", "https://SERVER/"),
]


def blocks():
    """(mark or None, lines) of each."""
    mark, lines, blank = None, [], 0
    with open(README, encoding="utf-8") as f:
        for line in f.read().split("\n") + ["end"]:
            if line.startswith("    "):
                lines += [""] * (blank if lines else 0) + [line[4:]]
                blank = 0
            elif line == "":
                blank += 1
            else:
                if lines:
                    yield mark, lines
                    mark = None
                lines, blank = [], 0
                m = MARK.match(line)
                mark = m.group(1) if m else None


def commands(mesh):
    """(command, what it prints) of each."""
    for mark, lines in blocks():
        if mark != "mesh: " + mesh:
            continue
        found = []
        for line in lines:
            if line.startswith("$ "):
                found.append(([line[2:]], []))
            elif not found:
                sys.exit("README.md: no command: " + line)
            elif not found[-1][1] and re.search(r"(\||&&|\\)$",
                                                found[-1][0][-1]):
                found[-1][0].append(line)
            else:
                found[-1][1].append(line)
        yield from found


def masked(path):
    with open(path, encoding="utf-8") as f:
        text = f.read().expandtabs(8)
    for pattern, same in MASKS:
        text = re.sub(pattern, same, text, flags=re.M)
    return [re.sub(" +$", "", line) for line in text.rstrip("\n").split("\n")]


def same(shown, printed):
    want = "\n".join(
        "(?:.*\n?)*" if line == "..." else
        ".*".join(re.escape(part) for part in line.split("…"))
        for line in masked(shown))
    got = "\n".join(masked(printed))
    if re.fullmatch(want, got):
        return 0
    print("README.md shows:", *masked(shown), "and it is:", got, sep="\n")
    return 1


def main(what, *args):
    if what == "block":
        found = [lines for mark, lines in blocks() if mark == args[0]]
        if len(found) != 1:
            sys.exit("README.md: %d blocks %s" % (len(found), args[0]))
        print("\n".join(found[0]))
    elif what == "commands":
        n = 0
        for n, (command, output) in enumerate(commands(args[0]), 1):
            for end, lines in ("sh", command), ("out", output):
                name = os.path.join(args[1], "%02d.%s" % (n, end))
                with open(name, "w", encoding="utf-8") as f:
                    f.write("".join(line + "\n" for line in lines))
        if n == 0:
            sys.exit("README.md: no command for the mesh " + args[0])
    elif what == "meshes":
        for mark, lines in blocks():
            mesh = (mark or "").startswith("mesh: ")
            if mesh or any(line.startswith("$ ") for line in lines):
                print(mark[6:] if mesh else "-")
    elif what == "same":
        return same(*args)
    return 0


sys.exit(main(*sys.argv[1:]))
