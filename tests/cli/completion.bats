#!/usr/bin/env bats
# <TAB>: what the tools offer, that the scripts offer the same in real shells,
# that nothing hangs, and that neither pages nor scripts drift from the tables.

bats_require_minimum_version 1.5.0

load server.bash

TOOLS="rootcheck proxyver certverify rotate"
LATE=700	# ms: half a second for the cluster, the rest for the machine

setup_file() {
	server_setup
	export REPO=$PWD
	cat >"$D/names" <<-'K'
	apiVersion: v1
	kind: Config
	current-context: "arn:aws:eks:one"
	contexts:
	- {name: "arn:aws:eks:one", context: {cluster: c1, user: "u@1"}}
	- {name: "arn:aws:eks:two", context: {cluster: c1, user: "u@1"}}
	- {name: "gke_p_z/x", context: {cluster: c1, user: "u@1"}}
	- {name: "red\e[31m", context: {cluster: c1, user: "u@1"}}
	- {name: "two\nlines", context: {cluster: c1, user: "u@1"}}
	- {name: "c1\u009b31m", context: {cluster: c1, user: "u@1"}}
	- {name: "bidi\u202e", context: {cluster: c1, user: "u@1"}}
	- {name: "$(touch pwned)", context: {cluster: c1, user: "u@1"}}
	- {name: "`touch pwned`", context: {cluster: c1, user: "u@1"}}
	- {name: "a;touch pwned", context: {cluster: c1, user: "u@1"}}
	- {name: "a b", context: {cluster: c1, user: "u@1"}}
	- {name: "--apply", context: {cluster: c1, user: "u@1"}}
	- {name: ".", context: {cluster: c1, user: "u@1"}}
	clusters:
	- {name: c1, cluster: {server: "https://127.0.0.1:1"}}
	- {name: c2, cluster: {server: "https://127.0.0.1:1"}}
	users:
	- {name: "u@1", user: {token: the-token}}
	K
	cat >"$D/objects" <<-'K'
	{"kind": "List", "apiVersion": "v1", "items": [
	{"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "shop"}},
	{"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "sho\u001b[31m"}},
	{"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "istio-system"}},
	{"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "cart-1", "namespace": "shop"}},
	{"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "web-0", "namespace": "shop"}},
	{"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "istiod-1", "namespace": "istio-system"}},
	{"kind": "ServiceAccount", "apiVersion": "v1", "metadata": {"name": "web", "namespace": "shop"}}
	]}
	K
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	export KUBECONFIG=$D/names
	export PATH=$BIN:$PATH
}

# What a tool offers: TOOL WORD... PARTIAL; sets out and err, nothing on stderr.
offer() {
	local tool=$1
	shift
	"kubectl-istio-$tool" __complete "$@" >out 2>err
	[ ! -s err ]
}

offers() {	# CANDIDATE... :N, of the last offer(), without descriptions
	cut -f 1 out >names
	printf '%s\n' "$@" >want
	diff want names
}

# The same of a server, all in one life of it: stdin has a question a line,
# TOOL WORD... PARTIAL ('' is the empty one); SERVER-OPTIONS...; answers in out.N
ask() {
	cat >questions
	cat >asker <<-'E'
	n=0
	while read -r tool words; do
		n=$((n + 1))
		eval "set -- $words"
		"$BIN/kubectl-istio-$tool" __complete "$@" >out.$n 2>>err
	done <questions
	E
	: >err
	"$SERVER" --dir "$D/pki" --objects "$D/objects" --log "$D/log" "$@" \
	    -- "$D/with" sh asker
	[ ! -s err ]
}

answer() {	# N CANDIDATE... :N
	cp "out.$1" out
	shift
	offers "$@"
}

# COMMAND... is back in time, in one of five tries: the machine may be busy
fast() {
	local from took
	for _ in 1 2 3 4 5; do
		from=$(date +%s%3N)
		"$@"
		took=$(($(date +%s%3N) - from))
		echo "# $* took $took ms"
		[ "$took" -ge $LATE ] || return 0
	done
	return 1
}

@test "every flag that --help has is offered, and nothing else" {
	for t in $TOOLS; do
		"kubectl-istio-$t" --help |
		    grep -oE '^  (-.,|   ) --[a-z-]+' | grep -oE '\-\-.*' |
		    sort >want
		[ "$(wc -l <want)" -gt 30 ]
		offer "$t" --
		cut -f 1 out | grep -v '^:' | sort | diff want -
		[ "$(tail -n 1 out)" = :4 ]
		# and each says what it is
		run ! grep -qvE '^(--[a-z-]+	.+|:4)$' out
	done
}

@test "every flag's value is what its argument says" {
	for t in $TOOLS; do
		"kubectl-istio-$t" --help |
		    grep -oE '^  (-.,|   ) --[a-z-]+ [^ ]+( |$)' |
		    sed 's/.* --//' >flags
		[ "$(wc -l <flags)" -gt 20 ]
		while read -r flag arg; do
			echo "$t --$flag $arg"
			offer "$t" "--$flag" ''
			case $flag:$arg in
			context:*) grep -qx gke_p_z/x out ;;
			cluster:*) offers c1 c2 :4 ;;
			user:*) offers u@1 :4 ;;
			*:FILE*|*:CERT) offers :0 ;;
			*:DIR) offers :16 ;;
			*:RULE) "kubectl-istio-$t" --help |
			    awk '/^Rules/ { on = 1; next } on { print $2 }' \
			    >rules
			    cut -f 1 out | sed '$d' | diff rules - ;;
			*:RULE*) "kubectl-istio-$t" --help |
			    awk '/^Rules/ { on = 1; next } on { print $2 }' \
			    >rules
			    cut -f 1 out | grep -v '[:/]' | diff rules -
			    grep -qx pod/ out ;;
			*:FORM) grep -qx jsonl out
			    grep -qx table out ;;
			*:[a-z]*'|'*) tr '|' '\n' <<<"$arg" | {
				cat
				echo :4
			    } | diff - out ;;
			# what no shell can know; NAMESPACE: nobody answers here
			*:SPAN|*:TIME|*:N|*:NAMESPACE|*:URL|*:NAME|*:TOKEN|\
			*:USER|*:UID|*:GROUP|*:KEY=VALUE|*:LEVEL|*:VERSION|\
			*:SELECTOR|*:SHA256) offers :4 ;;
			*) echo "an argument that no case has"; false ;;
			esac
		done <flags
	done
}

@test "forms are those that the parser takes" {
	for t in $TOOLS; do
		offer "$t" -o ''
		while read -r form; do
			case $form in :*) continue ;; esac
			"kubectl-istio-$t" -o "$form" --version >/dev/null
		done <out
		run -2 "kubectl-istio-$t" -o nope --version
		[ "$(sed 's/.*want one of //; s/, /\n/g; q' <<<"$output")" = \
		    "$(sed '$d' out)" ]
	done
}

@test "contexts, clusters and users, offline, and only harmless ones" {
	for t in $TOOLS; do
		offer "$t" --context ''
		offers arn:aws:eks:one arn:aws:eks:two gke_p_z/x :4
	done
	offer rootcheck --context=arn:aws:eks:t
	offers arn:aws:eks:two :4
	offer rootcheck --kubeconfig /nonexistent --context ''
	offers :4
	offer rootcheck --kubeconfig="$D/names" --cluster ''
	offers c1 c2 :4
	KUBECONFIG=/nonexistent:$D/names offer rotate --user u
	offers u@1 :4
	[ ! -e pwned ]
	run ! env LC_ALL=C grep -q "[^[:print:]	]" out
}

@test "namespaces, pods and targets, from the cluster" {
	ask <<-'E'
	proxyver -n ''
	rotate --accept-loss sh
	certverify --istio-namespace=is
	proxyver ''
	proxyver shop/
	proxyver -n shop we
	certverify pod/shop/ca
	certverify --envoy shop/w
	certverify shop/
	rootcheck --excuse pod/istio-system/
	E
	answer 1 istio-system shop :4
	answer 2 shop :4
	answer 3 istio-system :4
	answer 4 istio-system/ shop/ :6
	answer 5 shop/cart-1 shop/web-0 :4
	answer 6 web-0 :4
	answer 7 pod/shop/cart-1 :4
	answer 8 shop/web-0 :4
	answer 9 shop/istio.web :4
	answer 10 pod/istio-system/istiod-1 :4
	# no Secret is read for a <TAB>
	grep -q serviceaccounts "$D/log"
	run ! grep -q secrets "$D/log"
}

@test "a server that hangs, refuses, fails or denies: in time, and silence" {
	for fault in silence close 500 403 garbled; do
		ask --fault "$fault@1-9" <<<"proxyver -n ''"
		answer 1 :4
	done
	# it takes the connection and never says a word
	cat >mute <<-'P'
	import socket, subprocess, sys
	s = socket.socket()
	s.bind(("127.0.0.1", 0))
	s.listen(50)
	with open("kc", "w") as f:
	    f.write("""current-context: c
	clusters: [{name: c, cluster: {server: "https://127.0.0.1:%d"}}]
	users: [{name: u, user: {token: t}}]
	contexts: [{name: c, context: {cluster: c, user: u}}]
	""" % s.getsockname()[1])
	sys.exit(subprocess.call(sys.argv[1:], env=None))
	P
	cat >inside <<-'E'
	export KUBECONFIG=$PWD/kc
	fast kubectl-istio-proxyver __complete -n '' >out
	E
	sed -i 's/^	//' mute
	export -f fast
	export LATE
	python3 mute bash inside
	[ "$(grep -v '^# ' out | sort -u)" = :4 ]
	# it was asked, and the time was over
	[ "$(sed -n 's/.* took \([0-9]*\) ms/\1/p' out | head -n 1)" -ge 400 ]
}

@test "a kubeconfig that is a FIFO, a plugin that sleeps: in time, none left" {
	mkfifo fifo
	KUBECONFIG=$PWD/fifo fast offer rootcheck --context ''
	offers :4
	cat >plugin <<-E
	#!/bin/sh
	echo \$\$ >"$PWD/pid"
	exec sleep 300
	E
	chmod +x plugin
	cat >kc <<-E
	current-context: c
	clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
	users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: $PWD/plugin, interactiveMode: Never}}}]
	contexts: [{name: c, context: {cluster: c, user: u}}]
	E
	KUBECONFIG=$PWD/kc fast offer proxyver -n ''
	offers :4
	[ -s pid ]
	# gone, or a zombie that nobody has asked for
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		case $(sed 's/.*) //' "/proc/$(cat pid)/stat" 2>/dev/null) in
		''|Z*) return 0 ;;
		esac
		sleep 0.1
	done
	return 1
}

@test "a stdout that is full is 2; one that is closed, too" {
	[ -c /dev/full ] || skip "no /dev/full"
	run -2 bash -c 'kubectl-istio-rootcheck __complete -- >/dev/full'
	run -2 bash -c 'kubectl-istio __complete "" >/dev/full'
}

@test "what is kept in completions/ is what --completion prints" {
	kubectl-istio --completion bash | cmp - "$REPO/completions/kubectl-istio.bash"
	kubectl-istio --completion zsh | cmp - "$REPO/completions/_kubectl-istio"
	kubectl-istio --completion kubectl |
	    cmp - "$REPO/completions/kubectl_complete-istio"
	for t in $TOOLS; do
		kubectl-istio-$t --completion kubectl |
		    cmp - "$REPO/completions/kubectl_complete-istio-$t"
		for s in bash kubectl; do
			kubectl-istio-$t --completion $s >script
			bash -n script
		done
		[ -x "$REPO/completions/kubectl_complete-istio-$t" ]
		run -2 kubectl-istio-$t --completion fish
	done
	[ "$(ls "$REPO/completions" | wc -l)" -eq 7 ]
}

@test "as kubectl runs them: beside the tools, or with them in PATH" {
	# kubectl 1.26 runs kubectl_complete-istio with the words behind istio;
	# an older one knows nothing of it, so it is called as it would be
	v=$(kubectl version --client 2>/dev/null | grep -oE 'v1\.[0-9]+' |
	    head -n 1)
	if [ -n "$v" ] && [ "${v#v1.}" -ge 26 ]; then
		cp "$REPO"/completions/kubectl_complete-* "$BIN"/kubectl-istio* .
		PATH=$PWD:$PATH kubectl __complete istio ro >out 2>/dev/null
		grep -q '^rootcheck' out
		PATH=$PWD:$PATH kubectl __complete istio rootcheck --outp \
		    >out 2>/dev/null
		grep -q '^--output' out
	else
		echo "# SKIP: kubectl ${v:-} here completes no plugin (1.26 does)" >&3
	fi
	for d in . ./elsewhere; do
		mkdir -p $d
		cp "$REPO"/completions/kubectl_complete-* $d
		"$d/kubectl_complete-istio" ro >out
		offers rootcheck rotate :4
		"$d/kubectl_complete-istio" rootcheck -o js >out
		offers json jsonl :4
		"$d/kubectl_complete-istio-rotate" --restart '' >out
		offers auto none :4
	done
	# without the tools: not a word
	PATH=/usr/bin:/bin run -127 ./elsewhere/kubectl_complete-istio-rotate ''
	[ -z "$output" ]
}

@test "the dispatcher: words, flags, and rules of all tools" {
	kubectl-istio __complete '' >out
	offers $TOOLS :4
	kubectl-istio __complete -- >out
	offers --explain --completion --help --version :4
	# its help and its page know the same ones
	kubectl-istio --help >help
	while read -r flag; do
		[ "$flag" != :4 ] || continue
		[ "$flag" = --help ] || grep -q -- "$flag" help
		grep -q "Fl .*${flag#-}" "$REPO/cmd/kubectl-istio.1"
	done <names
	kubectl-istio __complete --completion z >out
	offers zsh :4
	kubectl-istio __complete --explain expired >out
	offers expired expired-twin :4
	grep -qx 'expired	rootcheck, certverify' out
	kubectl-istio __complete --explain=ends >out
	offers ends-soon :4
	kubectl-istio __complete rotate --restart=n >out
	offers none :4
}

tab() {	# SHELL SCRIPT LINE KEYS WORD...: what is then on the line
	local shell=$1 script=$2 line=$3 keys=$4
	shift 4
	"$REPO/tests/cli/tab.py" "$shell" "$script" "$line" "$keys" >out
	echo "$shell: $line"
	# zsh takes the slash of a directory away again
	sed 's,/$,,' out >line
	printf '%s\n' "$@" | diff - line
}

in_shell() {	# SHELL SCRIPT
	touch fff.yaml
	mkdir ddd
	tab "$@" 'kubectl-istio roo' '\t' kubectl-istio rootcheck
	tab "$@" 'kubectl-istio-rootcheck --outp' '\t' \
	    kubectl-istio-rootcheck --output
	tab "$@" 'kubectl-istio rootcheck --output=cl' '\t' \
	    kubectl-istio rootcheck --output=classic
	tab "$@" 'kubectl-istio-rotate --context gk' '\t' \
	    kubectl-istio-rotate --context gke_p_z/x
	tab "$@" 'kubectl-istio-rotate --context=arn:aws:eks:o' '\t' \
	    kubectl-istio-rotate --context=arn:aws:eks:one
	tab "$@" 'kubectl-istio-rotate --context arn:aws:eks:t' '\t' \
	    kubectl-istio-rotate --context arn:aws:eks:two
	tab "$@" "kubectl-istio-rotate --context 'gk'" '\b\t' \
	    kubectl-istio-rotate --context "gke_p_z/x"
	tab "$@" 'kubectl-istio-rootcheck -f ff' '\t' \
	    kubectl-istio-rootcheck -f fff.yaml
	tab "$@" 'kubectl-istio-rotate --rollback d' '\t' \
	    kubectl-istio-rotate --rollback ddd
	tab "$@" "$BIN/kubectl-istio-rootcheck --explain expired-t" '\t' \
	    "$BIN/kubectl-istio-rootcheck" --explain expired-twin
	[ ! -e pwned ]
}

@test "in a real bash" {
	in_shell bash "$REPO/completions/kubectl-istio.bash"
	tab bash "$REPO/completions/kubectl-istio.bash" \
	    'kubectl-istio-rotate --ba' '\e*' \
	    kubectl-istio-rotate --backup-dir --backup-encrypt-to
	kubectl-istio-certverify --completion bash >own
	tab bash "$PWD/own" 'kubectl-istio-certverify --env' '\t' \
	    kubectl-istio-certverify --envoy
	# a target goes on behind its namespace
	tab bash "$PWD/own" 'kubectl-istio-certverify pod' '\tx' \
	    kubectl-istio-certverify pod/x
}

@test "in a real zsh" {
	if ! command -v zsh >/dev/null; then
		echo '# SKIP: no zsh here' >&3
		skip "no zsh"
	fi
	in_shell zsh "$REPO/completions/_kubectl-istio"
	kubectl-istio-certverify --completion zsh >own
	tab zsh "$PWD/own" 'kubectl-istio-certverify --env' '\t' \
	    kubectl-istio-certverify --envoy
}

@test "--explain: all four parts of every rule, and the dispatcher's the same" {
	for t in $TOOLS; do
		kubectl-istio-$t __complete --explain '' | cut -f 1 |
		    grep -v '^:' >rules
		while read -r rule; do
			kubectl-istio-$t --explain "$rule" >page
			awk 'length > 80 { n = 9 }
			    /^(What it means|Why it matters|What to do|Source):$/ {
				head = 1; next }
			    head && /^  [^ ]/ { n++ }
			    { head = 0 }
			    END { exit n != 4 }' page || {
				cat page
				false
			}
		done <rules
	done
	kubectl-istio --explain key-mismatch >all
	for t in rootcheck certverify rotate; do
		grep -qx "kubectl istio $t" all
		kubectl-istio-$t --explain key-mismatch >page
		grep -qF "$(sed -n 6,7p page)" all
	done
	run -2 kubectl-istio --explain xpired
	[[ $output == *"did you mean 'expired' (rootcheck, certverify)"* ]]
	run -2 kubectl-istio --explain
	run -2 kubectl-istio-rotate --explain goal-reched
	[[ $output == *"did you mean 'goal-reached'"* ]]
	run -2 kubectl-istio-proxyver --explain zzzzzzzzzzzzz
	[[ $output == *"there are no-hot-reload, below-minimum, "* ]]
}

@test "the man pages have each rule's hint, word for word" {
	for t in $TOOLS; do
		kubectl-istio-$t __complete --explain '' | cut -f 1 |
		    grep -v '^:' >rules
		while read -r rule; do
			# text lines of the rule's own item, unescaped
			awk -v rule="$rule" '
			    $1 == ".Sh" { on = $2 == "RULES" }
			    !on { next }
			    $1 == ".It" { item = $2 == rule; next }
			    $1 == ".El" { item = 0 }
			    item && !/^\./ { print }' \
			    "$REPO/cmd/kubectl-istio-$t.1" |
			    sed 's/\\&//g; s/\\-/-/g; s/\\e/\\/g' |
			    tr -s ' \n' '  ' >item
			hint=$(kubectl-istio-$t --explain "$rule" | awk '
			    /^Why it matters:/ { exit } on { print }
			    /^What it means:/ { on = 1 }' | tr -s ' \n' '  ' |
			    sed 's/^ //; s/ $//')
			[ -n "$hint" ]
			grep -qF -- "$hint" item || {
				echo "kubectl-istio-$t(1), $rule lacks: $hint"
				false
			}
		done <rules
	done
}

@test "the man pages have EXIT STATUS, and every field of a record" {
	for t in $TOOLS ''; do
		page=$REPO/cmd/kubectl-istio${t:+-$t}.1
		grep -qx '\.Sh EXIT STATUS' "$page"
		grep -q 'Fl -explain' "$page"
		grep -q 'Fl -completion' "$page"
	done
	for t in $TOOLS; do
		grep -hoE '"[A-Z][A-Z0-9_]+", "[a-z][A-Za-z0-9]*"' \
		    "$REPO/cmd/$t/print.c" | cut -d'"' -f 2 >fields
		[ "$(wc -l <fields)" -ge 5 ]
		while read -r field; do
			echo "$t $field"
			grep -qw "$field" "$REPO/cmd/kubectl-istio-$t.1"
		done <fields
	done
}
