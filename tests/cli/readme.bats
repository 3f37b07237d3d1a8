#!/usr/bin/env bats
# What README.md shows for cron and for monitoring, run as it stands there.

bats_require_minimum_version 1.5.0
load server.bash
load readme.bash

setup_file() {
	server_setup
	# kubectl, as far as it finds a plugin, and the context prod
	mkdir "$D/bin" "$D/good" "$D/bad"
	cat >"$D/bin/kubectl" <<-'E'
	#!/bin/sh
	shift
	tool=$1
	shift
	exec kubectl-istio-$tool "$@"
	E
	chmod +x "$D/bin/kubectl"
	sed -i 's/contexts: .*/contexts: [{name: c, context: {cluster: c, user: u}}, {name: prod, context: {cluster: c, user: u}}]/' \
	    "$D/with"
	mesh good +3000d
	mesh bad +9d
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
	jq -c '.items += [{apiVersion: "v1", kind: "Namespace", metadata:
	    {name: "istio-system"}}, {apiVersion: "v1", kind: "ServiceAccount",
	    metadata: {namespace: "istio-system", name: "default"}}]' \
	    "$D/$1/mesh.json" >"$D/$1/objects"
}

setup() {
	PATH=$D/bin:$BIN:$PATH
	unset USER_ENTRY CLUSTER
	PROXIES=$D
}

# In that mesh, by /bin/sh as cron has it: MESH COMMAND
shell() {
	OBJECTS=$D/$1/objects
	live /bin/sh -c "$2"
}

@test "the crontab: five fields and a command; silence while all is well" {
	local line n=0
	block crontab >"$BATS_TEST_TMPDIR/tab"
	grep -q '^MAILTO=.*@example.com$' "$BATS_TEST_TMPDIR/tab"
	while read -r line; do
		n=$((n + 1))
		grep -qE '^([0-9*,/-]+ +){5}kubectl istio ' <<<"$line"
		# a per cent sign would be a newline to cron
		run ! grep -q % <<<"$line"
		line=$(sed -E 's/^([^ ]+ +){5}//' <<<"$line")
		shell good "$line"
		expect 0
		[ -z "$output$stderr" ]
	done < <(grep -v = "$BATS_TEST_TMPDIR/tab")
	[ $n -eq 2 ]
	shell bad "$(sed -nE 's/^.* (kubectl istio rootcheck.*)/\1/p' \
	    "$BATS_TEST_TMPDIR/tab")"
	expect 1
	grep -q 'istio-ca-secret.*	expires-soon	' <<<"$output"
}

@test "the Nagios command: one line, and that world's status" {
	local command
	command=$(block nagios | sed -n 's/^ *command_line *//p' |
	    sed 's/\$ARG1\$/prod/')
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

@test "the picture of the demo is what the demo prints today" {
	export O=${BIN%/*}
	tests/demo/picture tests/demo/run >"$D/demo.svg"
	tests/demo/picture --text "$D/demo.svg" >"$D/today"
	[ "$(grep -o '(exit status' "$D/today" | wc -l)" -eq 6 ]
	tests/demo/picture --text tests/demo/demo.svg | diff - "$D/today"
	python3 -c 'import sys, xml.dom.minidom
xml.dom.minidom.parse(sys.argv[1])' tests/demo/demo.svg
	run ! grep -qiE '<script|href|on[a-z]+=' tests/demo/demo.svg
	grep -q 'tests/demo/demo.svg' README.md
}
