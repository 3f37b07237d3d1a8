# kubectl istio WORD: what it runs, what it refuses, and the exact status.

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir "d d" links
	d="$PWD/d d"
	cp "$BIN/kubectl-istio" "$d/"
	fake rootcheck
}

# A tool that says how it was called, and leaves with 7.
fake() {
	cat >"$d/kubectl-istio-$1" <<-'E'
	#!/bin/sh
	echo "$0 $#"
	for a; do echo "<$a>"; done
	exit 7
	E
	chmod +x "$d/kubectl-istio-$1"
}

# Run without a pipe, so that the status is the dispatcher's own.
call() {
	status=0
	"$d/kubectl-istio" "$@" >out 2>err || status=$?
}

# "! grep" would not fail a test.
lacks() {
	if grep "$@"; then
		return 1
	fi
}

# Nothing ran, the first line on stderr is this, and a hint follows it.
refused() {
	[ "$status" -eq 2 ]
	[ ! -s out ]
	[ "$(head -n 1 err)" = "$1" ]
	[ "$(sed -n 2p err)" = "hint: the commands in '$d' are rootcheck" ]
	[ "$(sed -n 3p err)" = "See 'kubectl istio --help' for usage." ]
	[ "$(wc -l <err)" -eq 3 ]
}

@test "a word runs the tool beside it, with the arguments as they are" {
	call rootcheck -f 'a b' '' --help -- '*' "x
y"
	[ $status -eq 7 ]
	[ ! -s err ]
	printf '%s\n' "$d/kubectl-istio-rootcheck 7" '<-f>' '<a b>' '<>' \
	    '<--help>' '<-->' '<*>' '<x' 'y>' | cmp - out
}

@test "the tool is called by its full path" {
	cp "$(command -v bash)" "$d/kubectl-istio-rootcheck"
	call rootcheck -c 'echo "$0"'
	[ $status -eq 0 ]
	[ "$(cat out)" = "$d/kubectl-istio-rootcheck" ]
}

@test "every exit status comes through, and a signal" {
	for s in 0 1 2 3 126 255; do
		printf '#!/bin/sh\nexit %s\n' $s >"$d/kubectl-istio-rootcheck"
		call rootcheck
		[ $status -eq $s ]
	done
	printf '#!/bin/sh\nkill -TERM $$\n' >"$d/kubectl-istio-rootcheck"
	call rootcheck
	[ $status -eq 143 ]
}

@test "stdin is the tool's" {
	printf '#!/bin/sh\nexec cat\n' >"$d/kubectl-istio-rootcheck"
	status=0
	echo hello >in
	"$d/kubectl-istio" rootcheck <in >out || status=$?
	[ $status -eq 0 ]
	cmp in out
}

@test "a link to it from elsewhere is followed" {
	ln -s "$d/kubectl-istio" links/one
	ln -s one links/kubectl-istio
	status=0
	PATH=$PWD/links:$PATH kubectl-istio rootcheck x >out || status=$?
	[ $status -eq 7 ]
	[ "$(head -n 1 out)" = "$d/kubectl-istio-rootcheck 1" ]
}

@test "argv[0] does not say what runs" {
	status=0
	(exec -a /nowhere/kubectl-istio-rotate "$d/kubectl-istio" rootcheck) \
	    >out || status=$?
	[ $status -eq 7 ]
	[ "$(head -n 1 out)" = "$d/kubectl-istio-rootcheck 0" ]
}

@test "no word: the tools that are installed, one a line" {
	call
	[ $status -eq 0 ]
	[ ! -s err ]
	[ "$(wc -l <out)" -eq 1 ]
	grep -q '^rootcheck  *judge ' out
	fake proxyver
	fake rotate
	fake certverify
	call
	[ $status -eq 0 ]
	[ "$(cut -d' ' -f1 out | tr '\n' ' ')" = \
	    "rootcheck proxyver certverify rotate " ]
}

@test "what is no tool is not listed and not run" {
	fake other
	mkdir "$d/kubectl-istio-rotate"
	: >"$d/kubectl-istio-proxyver"
	call
	[ $status -eq 0 ]
	[ "$(wc -l <out)" -eq 1 ]
	for w in other rotate proxyver; do
		call $w
		refused "error: unknown command \"$w\" for \"kubectl istio\""
	done
}

@test "a directory without tools" {
	rm "$d/kubectl-istio-rootcheck"
	call
	[ $status -eq 2 ]
	[ ! -s out ]
	[ "$(cat err)" = "error: there is no kubectl-istio-WORD in '$d'" ]
	call rootcheck
	[ $status -eq 2 ]
	[ "$(sed -n 2p err)" = "hint: the commands in '$d' are none" ]
}

@test "a tool that cannot be run" {
	printf '#!/nowhere/sh\n' >"$d/kubectl-istio-rootcheck"
	call rootcheck
	[ $status -eq 2 ]
	[ ! -s out ]
	[ "$(cat err)" = "error: cannot run '$d/kubectl-istio-rootcheck': \
No such file or directory" ]
}

@test "an unknown word" {
	call foo
	refused 'error: unknown command "foo" for "kubectl istio"'
	call foo --help
	refused 'error: unknown command "foo" for "kubectl istio"'
}

@test "hostile words run nothing" {
	cp "$d/kubectl-istio-rootcheck" x
	cp "$d/kubectl-istio-rootcheck" "$d/kubectl-istio-"
	for w in ../x ./rootcheck rootcheck/ rootcheck/../rootcheck 'a b' '' \
	    rootchec rootcheckx Rootcheck 'rootcheck ' 'rootcheck;id' '$(id)' \
	    - x /bin/sh; do
		call "$w"
		refused "error: unknown command \"$w\" for \"kubectl istio\""
	done
}

@test "a word that steers the terminal is escaped" {
	call "$(printf 'a\033[31m\tb')"
	refused 'error: unknown command "a\x1b[31m\tb" for "kubectl istio"'
	call "$(printf 'a\342\200\256b')"
	refused 'error: unknown command "a\u202eb" for "kubectl istio"'
}

@test "10,000 letters" {
	w=$(printf '%010000d' 0 | tr 0 r)
	call "$w"
	[ $status -eq 2 ]
	[ ! -s out ]
	[ "$(wc -c <err)" -lt 1000 ]
	grep -q '^error: unknown command "r\{64\}"' err
}

@test "--help and -h" {
	call --help
	[ $status -eq 0 ]
	[ ! -s err ]
	[ "$(head -n 1 out)" = "Usage: kubectl istio WORD [flags]" ]
	grep -q '^  rootcheck ' out
	lacks rotate out
	mv out want
	call -h
	[ $status -eq 0 ]
	cmp want out
}

@test "--version" {
	call --version
	[ $status -eq 0 ]
	[ ! -s err ]
	grep -qx 'kubectl-istio [0-9]*\.[0-9]*\.[0-9]*' out
	[ "$(wc -l <out)" -eq 1 ]
}

@test "unknown flags" {
	call --context x rootcheck
	[ $status -eq 2 ]
	[ ! -s out ]
	printf '%s\n' "error: unknown flag: --context" \
	    "See 'kubectl istio --help' for usage." | cmp - err
	call -xy
	[ $status -eq 2 ]
	[ ! -s out ]
	[ "$(head -n 1 err)" = \
	    "error: unknown shorthand flag: 'x' in -xy" ]
}

@test "a full disk on stdout is 2, and said" {
	[ -c /dev/full ] || skip "no /dev/full"
	for a in '' --help --version; do
		status=0
		"$d/kubectl-istio" $a >/dev/full 2>err || status=$?
		[ $status -eq 2 ]
		[ "$(cat err)" = "error: cannot write to stdout: \
No space left on device" ]
	done
}

@test "a stdout that is closed is 2" {
	status=0
	"$d/kubectl-istio" >&- 2>err || status=$?
	[ $status -eq 2 ]
	grep -q '^error: cannot write to stdout' err
}

@test "what kubectl runs for <TAB>" {
	cp "$BATS_TEST_DIRNAME"/../../completions/kubectl_complete-* "$d/"
	cp "$BIN/kubectl-istio-rootcheck" "$d/"
	"$d/kubectl_complete-istio" ro >out
	grep -q '^rootcheck	judge ' out
	[ "$(tail -n 1 out)" = :4 ]
	"$d/kubectl_complete-istio" '' >out
	[ "$(wc -l <out)" -eq 2 ]
	"$d/kubectl_complete-istio" x >out
	[ "$(cat out)" = :4 ]
	"$d/kubectl_complete-istio" rootcheck --istio-n >out
	cut -f 1 out >names
	printf '%s\n' --istio-namespace :4 | cmp - names
	"$d/kubectl_complete-istio" rootcheck -q -o js >out
	printf '%s\n' json jsonl :4 | cmp - out
	"$d/kubectl_complete-istio-rootcheck" --output=cl >out
	printf '%s\n' classic :4 | cmp - out
	"$d/kubectl_complete-istio-rootcheck" -f '' >out
	[ "$(cat out)" = :0 ]
	for w in ../x 'a b' '' rotate '$(id)'; do
		"$d/kubectl_complete-istio" "$w" -o '' >out
		[ "$(cat out)" = :4 ]
	done
}

@test "every tool is there: listed, completed under both its names, with a page" {
	cp "$BIN"/kubectl-istio-* "$d/"
	cp "$BATS_TEST_DIRNAME"/../../completions/kubectl_complete-* "$d/"
	call
	[ $status -eq 0 ]
	mapfile -t words < <(cut -d' ' -f1 out)
	[ ${#words[@]} -eq "$(ls "$BIN"/kubectl-istio-* | wc -l)" ]
	for w in "${words[@]}"; do
		echo "$w"
		"$d/kubectl_complete-istio" "$w" --outp >out
		cut -f 1 out >names
		printf '%s\n' --output :4 | cmp - names
		"$d/kubectl_complete-istio-$w" -o js >out
		printf '%s\n' json jsonl :4 | cmp - out
		cd "$BATS_TEST_DIRNAME/../.."
		grep -q "kubectl-istio-$w" completions/kubectl-istio.bash
		grep -q "^#compdef .*kubectl-istio-$w" completions/_kubectl-istio
		grep -q "^\.Xr kubectl-istio-$w 1" cmd/kubectl-istio.1
		[ -s "cmd/kubectl-istio-$w.1" ]
		grep -q "^| .kubectl istio $w. | " README.md
		cd - >/dev/null
	done
}
