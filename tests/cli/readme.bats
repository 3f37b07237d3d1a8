#!/usr/bin/env bats
# What README.md shows, run as it stands there.

bats_require_minimum_version 1.5.0
load server.bash
load readme.bash
load proxies.bash

setup_file() {
	server_setup
	# kubectl, as far as it finds a plugin and prints what there is, and the
	# context prod
	mkdir "$D/bin" "$D/good" "$D/bad"
	cat >"$D/bin/kubectl" <<-'E'
	#!/bin/sh
	verb=$1
	shift
	case $verb in
	istio) exec kubectl-istio "$@" ;;
	get) exec cat "$OBJECTS" ;;
	esac
	exit 1
	E
	chmod +x "$D/bin/kubectl"
	sed -i 's/contexts: .*/contexts: [{name: c, context: {cluster: c, user: u}}, {name: prod, context: {cluster: c, user: u}}]/' \
	    "$D/with"
	mesh good +3000d
	mesh bad +9d
	demo
	rotated
}

mesh() {	# NAME END-OF-ROOT
	cat >"$D/$1/spec" <<-E
	at now
	cert root from=-100d to=$2
	secret istio-system/istio-ca-secret type=istio.io/ca-root ca-cert.pem=root ca-key.pem=pkcs1:k1
	configmap istio-system/istio-security caTLSRootCert=b64:root
	workload istio-system/default issuer=root root=root from=-1d to=+8d
	E
	"$MKMESH" "$D/$1/spec" "$D/$1"
	inhabited "$D/$1"
}

# The namespaces of what mkmesh made, and their service accounts; and PODS, a
# line each.
inhabited() {	# DIR [PODS]
	jq -c --slurpfile pods "${2:-/dev/null}" '.items +=
	    ([.items[].metadata.namespace // empty] | unique | map({apiVersion:
	    "v1", kind: "Namespace", metadata: {name: .}})) +
	    [.items[] | select(.type == "istio.io/key-and-cert").metadata |
	    {apiVersion: "v1", kind: "ServiceAccount", metadata: {namespace,
	    name: (.name | sub("^istio."; ""))}}] + $pods' \
	    "$1/mesh.json" >"$1/objects"
}

# What make demo shows.
demo() {
	mkdir "$D/demo" "$D/pods"
	"$MKMESH" tests/demo/citadel.mesh "$D/demo"
	inhabited "$D/demo"
	# of 29 days 28 whole ones are left
	sleep 1
	jq -cs '{apiVersion: "v1", kind: "List", items: .}' \
	    tests/proxyver/mesh.jsonl >"$D/pods/objects"
}

# Behind a rotation: of two proxies that do not reload one has been restarted.
rotated() {
	local p id=spiffe://cluster.local/ns/shop/sa/default
	mkdir -p "$D/rotated/shop"
	AT=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	(
		cd "$D/rotated" || exit
		put_mesh now
		sed -i '/^workload zoo.was /d; /^pem was/d' spec
		"$MKMESH" spec mesh
		certs root.pem shop.pem $id >shop/new-0
		certs old.pem shop.pem $id >shop/old-0
		for p in new-0 old-0; do
			jq -nc --arg name $p '{apiVersion: "v1", kind: "Pod",
			    metadata: {$name, namespace: "shop"}, spec: {volumes:
			    [{name: "c", secret: {secretName: "istio.default"}}],
			    containers: [{name: "istio-proxy",
			    image: "docker.io/istio/proxyv2:1.1.5"}]},
			    status: {phase: "Running"}}'
		done >pods
		inhabited mesh pods
		mv mesh/objects .
	)
}

setup() {
	PATH=$D/bin:$BIN:$PATH
	unset USER_ENTRY CLUSTER
	PROXIES=$D
}

# In that mesh, by a shell: MESH COMMAND
shell() {
	export OBJECTS=$D/$1/objects
	live /bin/sh -c "$2"
}

# As typed at a terminal, in the directory of the mesh.
typed() {	# COMMAND
	local dir=$PWD
	export OBJECTS=$D/$MESH/objects
	PROXIES=$D/$MESH
	cd "$D/$MESH"
	# what waits for something that does not come is a failure
	live timeout 60 bash -c "exec 2>&1
	$1"
	cd "$dir"
}

@test "every command in an example is run, here or on a cluster" {
	"$BATS_TEST_DIRNAME/readme.py" meshes | sort -u |
	    diff - <(printf '%s\n' citadel "citadel by hand" demo pods rotated)
	# it would not be seen in there
	run ! grep -E '^```' README.md
}

@test "the examples: a mesh whose root ends in a month" {
	MESH=demo
	all_shown demo typed
}

@test "the examples: proxies of many versions" {
	MESH=pods
	all_shown pods typed
}

@test "the examples: after a rotation" {
	MESH=rotated
	all_shown rotated typed
}

# As cron has it, whose environment is empty but for these: PATH COMMAND
cron() {
	# shellcheck disable=SC2016	# for the shell inside
	live /bin/sh -c 'mkdir -p "$D/home/.kube" &&
	    cp "$KUBECONFIG" "$D/home/.kube/config" &&
	    exec env -i HOME="$D/home" LOGNAME=ops SHELL=/bin/sh PATH="$1" \
	    /bin/sh -c "$2"' _ "$@"
}

@test "the crontab: five fields and a command; silence while all is well" {
	local line n=0 path
	block crontab >"$BATS_TEST_TMPDIR/tab"
	grep -q '^MAILTO=.*@example.com$' "$BATS_TEST_TMPDIR/tab"
	path=$(sed -n 's/^PATH=//p' "$BATS_TEST_TMPDIR/tab")
	# where both ways of installing put it
	grep -q '^    install kubectl-istio /usr/local/bin$' README.md
	grep -q '^PREFIX.*/usr/local$' Makefile
	[[ :$path: == *:/usr/local/bin:* ]]
	path=${path/\/usr\/local\/bin/$D/bin:$BIN}
	while read -r line; do
		n=$((n + 1))
		grep -qE '^([0-9*,/-]+ +){5}kubectl istio ' <<<"$line"
		# a per cent sign would be a newline to cron
		run ! grep -q % <<<"$line"
		line=$(sed -E 's/^([^ ]+ +){5}//' <<<"$line")
		OBJECTS=$D/good/objects
		cron "$path" "$line"
		expect 0
		[ -z "$output$stderr" ]
	done < <(grep -v = "$BATS_TEST_TMPDIR/tab")
	[ $n -eq 2 ]
	OBJECTS=$D/bad/objects
	cron "$path" "$(sed -nE 's/^.* (kubectl istio rootcheck.*)/\1/p' \
	    "$BATS_TEST_TMPDIR/tab")"
	expect 1
	grep -q 'istio-ca-secret.*	expires-soon	' <<<"$output"
}

@test "the Nagios command: one line, and that world's status" {
	local command
	command=$(block nagios | sed -n 's/^ *command_line *//p' |
	    sed 's/\$ARG1\$/prod/')
	grep -q '^/usr/local/bin/kubectl-istio ' <<<"$command"
	command=${command/\/usr\/local\/bin/$BIN}
	shell good "$command"
	expect 0
	[ "$(wc -l <<<"$output")" -eq 1 ]
	grep -q 'OK' <<<"$output"
	shell bad "$command"
	expect 2
	grep -q 'CRITICAL' <<<"$output"
	: >"$D/empty"
	OBJECTS=$D/empty
	echo '{"apiVersion": "v1", "kind": "List", "items": []}' >"$D/empty"
	live /bin/sh -c "$command"
	expect 3
}

# A command of a list in brackets, a word a line.
words() {
	sed 's/^[^[]*\[ *//; s/ *\].*//; s/, */\n/g' | tr -d '"'
}

@test "Icinga's command: the same words" {
	local argv
	block icinga >"$BATS_TEST_TMPDIR/icinga"
	mapfile -t argv < <(grep ' command = ' "$BATS_TEST_TMPDIR/icinga" | words)
	[ "${argv[0]}" = /usr/local/bin/kubectl-istio ]
	argv[0]=$BIN/kubectl-istio
	# an argument with a macro is a word, and its value another
	argv+=("$(sed -nE 's/.*arguments = \{ "(--[a-z]+)" = "\$istio_[a-z]+\$" \}/\1/p' \
	    "$BATS_TEST_TMPDIR/icinga")" prod)
	export OBJECTS=$D/bad/objects
	live "${argv[@]}"
	expect 1
	grep -q WARNING <<<"$output"
	[ "$(wc -l <<<"$output")" -eq 1 ]
}

@test "the CronJob's bindings are of what --print-rbac prints for its command" {
	local argv
	block cronjob.yaml >"$BATS_TEST_TMPDIR/yaml"
	mapfile -t argv < <(grep '^ *command:' "$BATS_TEST_TMPDIR/yaml" | words)
	[ "${argv[0]}" = /kubectl-istio ]
	"$BIN/kubectl-istio" "${argv[@]:1}" --print-rbac >"$BATS_TEST_TMPDIR/rbac"
	# the command that is shown yields as much
	block rights | sed -n '1s/ *| kubectl apply -f -$//p' \
	    >"$BATS_TEST_TMPDIR/print"
	sh "$BATS_TEST_TMPDIR/print" | diff "$BATS_TEST_TMPDIR/rbac" -
	# KIND NAME NAMESPACE of each
	awk '
	function out() { if (kind != "") print kind, name, ns; kind = ns = "" }
	/^---/ { out() }
	/^kind:/ { kind = $2 }
	/^  name:/ { name = $2 }
	/^  namespace:/ { ns = $2; gsub(/"/, "", ns) }
	END { out() }' "$BATS_TEST_TMPDIR/rbac" | sort >"$BATS_TEST_TMPDIR/roles"
	[ -s "$BATS_TEST_TMPDIR/roles" ]
	awk -F '[{}:, ]+' '
	/^---/ { ns = "" }
	/^metadata:/ { ns = $4 == "namespace" ? $5 : "" }
	/^roleRef:/ { print $5, $7, ns }' "$BATS_TEST_TMPDIR/yaml" | sort |
	    diff "$BATS_TEST_TMPDIR/roles" -
	# and each is for whom the job runs as
	[ "$(grep -c '^subjects: .*name: istio-rootcheck, namespace: istio-system' \
	    "$BATS_TEST_TMPDIR/yaml")" -eq "$(wc -l <"$BATS_TEST_TMPDIR/roles")" ]
	grep -q '^ *serviceAccountName: istio-rootcheck$' "$BATS_TEST_TMPDIR/yaml"
}

@test "the file for node_exporter: whole, or what was there" {
	local lines
	mkdir "$D/collector"
	lines=$(block node_exporter)
	lines=${lines//\/var\/lib\/node_exporter\/textfile_collector/$D/collector}
	shell good "$lines"
	expect 0
	[ "$(ls "$D/collector")" = istio_root.prom ]
	grep -q '^kubectl_istio_' "$D/collector/istio_root.prom"
	cp "$D/collector/istio_root.prom" "$D/before"
	shell good "${lines/--context prod/--context nowhere}"
	expect 1
	[ "$(ls "$D/collector")" = istio_root.prom ]
	cmp "$D/before" "$D/collector/istio_root.prom"
}

@test "what is named is there: tools, rules, flags, files, targets of make" {
	local tool n help=$BATS_TEST_TMPDIR/help word
	for tool in rootcheck proxyver certverify rotate; do
		"$BIN/kubectl-istio-$tool" --help >"$help.$tool"
		n=$(awk '/^Rules/ { on = 1; next } on && /^  [a-z]+ +[a-z]/ { n++ }
		    END { print n }' "$help.$tool")
		grep -qx "### $tool, $n rules" README.md
		grep -q "(cmd/kubectl-istio-$tool.1)" README.md
	done
	grep -oE -- '(^|[ `])--[a-z][a-z-]+' README.md |
	    grep -oE -- '--[a-z-]+$' | sort -u >"$BATS_TEST_TMPDIR/flags"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/flags")" -gt 15 ]
	while read -r word; do
		grep -qE -- "$word([ =,]|\$)" "$help".* || {
			echo "no tool has $word"
			return 1
		}
	done <"$BATS_TEST_TMPDIR/flags"
	for word in $(grep -oE '(`|    )make [a-z -]+' README.md |
	    sed -E 's/^.*make //; s/ +#.*//; s/    .*//' | tr ' ' '\n' | sort -u); do
		grep -qE "^([a-z-]+ )*$word( [a-z-]+)*:( |\$)" Makefile \
		    tests/tests.mk tests/*/*.mk || {
			echo "no target $word"
			return 1
		}
	done
	for word in $(grep -oE '\]\([a-z][^):]*\)' README.md | tr -d '])(') \
	    $(grep -oE '`(cmd|plugins|common|tests|\.ci)/[^` ]*`' README.md |
	    tr -d '`'); do
		[ -e "$word" ] || {
			echo "no file $word"
			return 1
		}
	done
}

@test "the picture of the demo is what the demo prints today" {
	export O=${BIN%/*}
	tests/demo/picture tests/demo/run >"$D/demo.svg"
	tests/demo/picture --text "$D/demo.svg" >"$D/today"
	[ "$(grep -c '^(exit status' "$D/today")" -eq 6 ]
	# in the colours of its verdicts
	for word in ok warn bad; do
		grep -q "<tspan fill=[^>]*>$word</tspan>" tests/demo/demo.svg
	done
	tests/demo/picture --text tests/demo/demo.svg | diff - "$D/today"
	python3 -c 'import sys, xml.dom.minidom
xml.dom.minidom.parse(sys.argv[1])' tests/demo/demo.svg
	run ! grep -qiE '<script|href|on[a-z]+=' tests/demo/demo.svg
	grep -q 'tests/demo/demo.svg' README.md
}
