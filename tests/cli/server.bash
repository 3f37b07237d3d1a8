# For tests that have an API server between their hands: tests/server/server
# with recorded answers, and a kubeconfig that leads to it.

server_setup() {
	export D=$BATS_FILE_TMPDIR
	tests/server/pki "$D/pki"
	export SERVER=$PWD/tests/server/server
	cat >"$D/with" <<-'E'
	#!/bin/bash
	# the kubeconfig of this port, and then the command
	[ -n "$USER_ENTRY" ] || USER_ENTRY="{token: the-token}"
	cat >"$D/kubeconfig" <<-K
	current-context: c
	clusters: [{name: c, cluster: {server: "https://127.0.0.1:$PORT", certificate-authority: $D/pki/ca.crt$CLUSTER}}]
	users: [{name: u, user: $USER_ENTRY}]
	contexts: [{name: c, context: {cluster: c, user: u}}]
	K
	export KUBECONFIG=$D/kubeconfig
	exec "$@"
	E
	chmod +x "$D/with"
}

# A tool with recorded answers: ANSWERS-DIR TOOL TOOL-ARGS... :: SERVER-OPTIONS...
# -- ARGS...; sets status, output and stderr.
served() {
	local answers=$1 tool=() server=()
	shift
	while [ "$1" != :: ]; do
		tool+=("$1")
		shift
	done
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		server+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	status=0
	"$SERVER" --dir "$D/pki" --replay "$answers" --log "$D/log" \
	    "${server[@]}" -- "$D/with" "${tool[@]}" "$@" \
	    >"$D/out" 2>"$D/err" || status=$?
	output=$(cat "$D/out")
	stderr=$(cat "$D/err")
}

# A tool on the objects of $OBJECTS, whose pods say what $PROXIES holds:
# TOOL TOOL-ARGS... [:: SERVER-OPTIONS...]; sets the same.
live() {
	local tool=()
	while [ $# -gt 0 ] && [ "$1" != :: ]; do
		tool+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	: >"$D/log"
	status=0
	"$SERVER" --dir "$D/pki" --objects "$OBJECTS" --proxies "$PROXIES" \
	    --log "$D/log" "$@" -- "$D/with" "${tool[@]}" \
	    >"$D/out" 2>"$D/err" || status=$?
	output=$(cat "$D/out")
	stderr=$(cat "$D/err")
}

# The kubeconfig's user has a plugin that hands out t1, t2, ...
exec_entry() {
	cat >"$D/plugin" <<-E
	#!/bin/sh
	echo run >>"$D/runs"
	n=\$(wc -l <"$D/runs")
	echo "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"t\$n\"}}"
	E
	chmod +x "$D/plugin"
	export USER_ENTRY="{exec: {apiVersion: client.authentication.k8s.io/v1, command: $D/plugin, interactiveMode: Never}}"
}

expect() {	# STATUS
	[ "$status" -eq "$1" ] || {
		echo "exit status $status, want $1"
		echo "$output"
		echo "$stderr"
		return 1
	}
}
