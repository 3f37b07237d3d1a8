#!/usr/bin/env bats
# What each of the five programs owes the shell it runs in: a full disk, a
# closed stdout or stdin, a reader that went away, and an interrupt while it
# reads and while it waits for the server.  One table, every row by every test.

bats_require_minimum_version 1.5.0
load server.bash

setup_file() {
	server_setup
	cd "$D" || return
	cat >spec <<-E
	at now
	cert root from=-330d to=+35d
	secret istio-system/istio-ca-secret type=istio.io/ca-root ca-cert.pem=root ca-key.pem=pkcs1:k1
	configmap istio-system/istio-security caTLSRootCert=b64:root
	workload shop/default issuer=root root=root from=-20d to=+30d
	E
	"$MKMESH" spec . || return
	python3 - <<-'E' || return
	import json
	mesh = json.load(open("mesh.json"))
	for o in mesh["items"]:
	    o["metadata"].update(uid="u-1", resourceVersion="7")
	json.dump(mesh["items"][0], open("secret.json", "w"))
	json.dump(mesh, open("objects", "w"))
	# enough of them that printing begins before reading ends
	json.dump({"apiVersion": "v1", "kind": "List", "items": [
	    {"apiVersion": "v1", "kind": "Pod",
	    "metadata": {"name": "a-%d" % i, "namespace": "shop"},
	    "spec": {"containers": [{"name": "istio-proxy",
	        "image": "docker.io/istio/proxyv2:1.20.0"}]}}
	    for i in range(500)]}, open("pods.json", "w"))
	E
	mkdir -p proxies
}

setup() {
	PATH=$BIN:$PATH
	cd "$D" || return
	unset USER_ENTRY CLUSTER
}

# The program, and the file that it judges.
programs() {
	cat <<-E
	kubectl-istio rootcheck	mesh.json
	kubectl-istio-rootcheck	mesh.json
	kubectl-istio-proxyver	pods.json
	kubectl-istio-certverify	mesh.json
	kubectl-istio-rotate	secret.json
	E
}

# Calls $1 PROGRAM FILE for each; a row that is wrong is named.
each() {
	local tool file rows=0
	while IFS=$'\t' read -r tool file; do
		"$1" "$tool" "$file" 3<&- || {
			echo "$tool: exit status $status: $(cat err)"
			return 1
		}
		rows=$((rows + 1))
	done < <(programs)
	[ $rows -eq 5 ]
}

# 2, and one error that says why
refused() {	# WHY
	[ "$status" -eq 2 ] && [ "$(grep -c '^error: ' err)" -eq 1 ] &&
	    grep -q "$1" err
}

good() {
	status=0
	$1 -f "$2" >out 2>err </dev/null || status=$?
	[ "$status" -lt 2 ] && [ -s out ]
}

full() {
	status=0
	$1 -f "$2" >/dev/full 2>err </dev/null || status=$?
	refused '^error: cannot write to stdout: '
}

no_stdout() {
	status=0
	$1 -f "$2" >&- 2>err </dev/null || status=$?
	refused '^error: cannot write to stdout: '
}

no_stdin() {
	status=0
	$1 -f - <&- >out 2>err || status=$?
	refused '^error: ' && [ ! -s out ]
}

# the reader is gone before the first byte: the signal's death, or 2
no_reader() {
	rm -f pipe
	mkfifo pipe
	status=0
	(
		# shellcheck disable=SC2094
		exec 8<>pipe 9>pipe 8>&-
		trap - PIPE
		$1 -f "$2" >&9 2>err </dev/null
	) || status=$?
	case $status in
	141) ! grep -q '^error' err ;;
	*) refused 'cannot write to stdout: Broken pipe' ;;
	esac
}

# Interrupted once COMMAND says that it is there: 130 by the signal, or 2
# with a reason, within five seconds, and no record was printed.
interrupted() {	# PID
	local i
	kill -INT "$1" || return
	for ((i = 0; i < 50; i++)); do
		kill -0 "$1" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$1" 2>/dev/null && {
		echo "it went on"
		return 1
	}
	status=0
	wait "$1" || status=$?
	[ ! -s out ] || return 1
	[ "$status" -eq 130 ] || { [ "$status" -eq 2 ] && [ -s err ]; }
}

int_reading() {
	rm -f pipe
	mkfifo pipe
	exec 9<>pipe
	# a shell's background job would ignore it
	# shellcheck disable=SC2086
	env --default-signal=INT $1 -f - <pipe >out 2>err 9>&- &
	sleep 0.3
	interrupted $!
	local s=$?
	exec 9>&-
	return $s
}

# the server never answers the list that the tool is about
int_waiting() {
	local what=secrets i
	case $1 in *proxyver) what=pods ;; esac
	rm -f log pid out status
	(
		# shellcheck disable=SC2016
		"$SERVER" --dir pki --objects objects --proxies proxies \
		    --log log --fault "hang@$what" -- ./with bash -c '
		    env --default-signal=INT $0 --request-timeout 20s \
		        >out 2>err & echo $! >pid; wait $!; echo $? >status' \
		    "$1" </dev/null >/dev/null 2>&1
	) 3>&- &
	for ((i = 0; i < 100; i++)); do
		grep -qs "$what" log && break
		sleep 0.1
	done
	status=none
	kill -INT "$(cat pid)" || return
	for ((i = 0; i < 50; i++)); do
		[ ! -s status ] || break
		sleep 0.1
	done
	[ -s status ] || {
		echo "it went on"
		kill -KILL "$(cat pid)"
		return 1
	}
	wait $! || :
	status=$(cat status)
	[ ! -s out ] || return 1
	[ "$status" -eq 130 ] || { [ "$status" -eq 2 ] && [ -s err ]; }
}

@test "each judges its file" {
	each good
}

@test "a full disk: 2 and the reason" {
	[ -c /dev/full ] || skip "no /dev/full"
	each full
}

@test "a closed stdout: 2 and the reason" {
	each no_stdout
}

@test "a closed stdin: 2 and the reason" {
	each no_stdin
}

@test "a reader that went away: SIGPIPE's death without a word, or 2" {
	each no_reader
}

@test "INT while it reads stdin" {
	each int_reading
}

@test "INT while it waits for the server" {
	each int_waiting
}
