#!/usr/bin/env bats
# rootcheck on a cluster, from recorded answers of a real API server (kube-
# apiserver 1.20.2, tests/server/record) and with everything that can go wrong
# on the way.  The tool is never in a pipe: its exit status counts.

bats_require_minimum_version 1.5.0

load server.bash

setup_file() {
	server_setup
	export ANSWERS=$PWD/tests/data/answers/v1.20.2
	export AT=2026-11-24T00:00:00Z
}

# rootcheck of a recorded mesh: SERVER-OPTIONS... -- ARGS...
check() {
	served "$ANSWERS/${MESH:-065-both-citadel-true}" \
	    "$BIN/kubectl-istio-rootcheck" --at "$AT" --request-timeout 5s \
	    :: "$@"
}

setup() {
	rm -f "$D/log"
	unset MESH USER_ENTRY CLUSTER
}

right() {	# the records of the mesh, as files
	"$BIN/kubectl-istio-rootcheck" --at "$AT" \
	    -f "$ANSWERS/${MESH:-065-both-citadel-true}/objects.json" \
	    >"$D/right" || :
	diff "$D/right" "$D/out"
}

@test "every recorded mesh: protobuf, JSON and files give the same records" {
	local n=0
	for mesh in "$ANSWERS"/*/; do
		export MESH=$(basename "$mesh")
		check
		[ "$status" -le 1 ]
		[ -n "$output" ]
		right
		cp "$D/out" "$D/proto"
		check --fault json@/
		diff "$D/proto" "$D/out"
		n=$((n + 1))
	done
	[ $n -ge 5 ]
}

@test "at most 14 requests, GET by name, never a list of Secrets" {
	check
	expect 0
	n=$(wc -l <"$D/log")
	[ "$n" -le 14 ]
	[ "$n" -ge 13 ]
	run ! grep -qv '^GET' "$D/log"
	run ! grep -qE '/secrets(\?|	)' "$D/log"
}

@test "no CA in the kubeconfig: the one that SSL_CERT_FILE or _DIR names" {
	cat >"$D/no-ca" <<-'E'
	#!/bin/bash
	sed -i 's/, certificate-authority: [^}]*//' "$KUBECONFIG"
	exec "$@"
	E
	chmod +x "$D/no-ca"
	mkdir -p "$D/hashed"
	cp "$D/pki/ca.crt" \
	    "$D/hashed/$(openssl x509 -hash -noout -in "$D/pki/ca.crt").0"
	for env in SSL_CERT_FILE="$D/pki/ca.crt" SSL_CERT_DIR="/x:$D/hashed"; do
		served "$ANSWERS/065-both-citadel-true" "$D/no-ca" env \
		    -u SSL_CERT_FILE -u SSL_CERT_DIR "$env" \
		    "$BIN/kubectl-istio-rootcheck" --at "$AT" ::
		expect 0
		right
	done
	served "$ANSWERS/065-both-citadel-true" "$D/no-ca" env \
	    -u SSL_CERT_FILE -u SSL_CERT_DIR \
	    "$BIN/kubectl-istio-rootcheck" --at "$AT" ::
	expect 2
	[[ $stderr =~ "tls: failed to verify certificate" ]]
}

@test "who we say we are" {
	check -- --as ann --as-group g1 --as-group g2
	expect 0
	head -n 1 "$D/log" | grep -q 'auth=Bearer the-token'
	head -n 1 "$D/log" | grep -qi 'impersonate-user=ann'
	head -n 1 "$D/log" | grep -qi 'impersonate-group=g2'
}

@test "faults that pass: the records are right" {
	for fault in reset cut close 429 429ra1 500 503 502html bounce json; do
		for n in 1 5 13; do
			check --fault "$fault@$n"
			echo "$fault@$n"
			expect 0
			right
		done
	done
}

@test "faults that stay: exit 2, one unknown record, the rest judged" {
	for fault in cut 500 502html html wrongkind garbage empty redirect 403; do
		check --fault "$fault@/istiod-tls" -- --request-timeout 1s
		echo "$fault"
		expect 2
		[ "$(grep -c '^unknown' "$D/out")" -eq 1 ]
		grep -q '^unknown	secret	istio-system/istiod-tls' "$D/out"
		grep -v '^unknown' "$D/out" >"$D/rest"
		"$BIN/kubectl-istio-rootcheck" --at "$AT" \
		    -f "$ANSWERS/065-both-citadel-true/objects.json" |
		    diff - "$D/rest"
	done
}

@test "another object than was asked for is not taken" {
	check --fault wrongname@/istio-ca-secret
	expect 2
	grep '^unknown	secret	istio-system/istio-ca-secret' "$D/out" |
	    grep -q 'another object (Secret)'
}

@test "which CA is in force is not said when one of them cannot be seen" {
	check --fault 403@/secrets/cacerts
	expect 2
	run ! grep -q 'root in force' "$D/out"
	run ! grep -q leftover-ca "$D/out"
	grep -q '^unknown	secret	istio-system/cacerts' "$D/out"
}

@test "an item of another kind in a list ends the list" {
	check --fault wrongitem@/deployments
	expect 2
	grep '^unknown	deployment	istio-system/\*' "$D/out" |
	    grep -q 'another object (Pod)'
	check --fault wrongitem@/istio-ca-secret
	expect 2
	grep -q '^unknown	secret	istio-system/istio-ca-secret' "$D/out"
}

@test "a list that repeats its continue token is not read for ever" {
	check --fault repeat@/deployments
	expect 2
	grep -q 'repeats a continue token' "$D/out"
	[ "$(wc -l <"$D/log")" -lt 20 ]
}

@test "nor one whose pages go in a circle" {
	check --fault circle@/deployments
	expect 2
	grep -q 'repeats a continue token' "$D/out"
	[ "$(wc -l <"$D/log")" -lt 30 ]
}

@test "an expired list is begun again, once" {
	check --fault 410once@/deployments
	expect 0
	right
	check --fault 410@/deployments
	expect 2
	grep -q 'Error from server (Expired)' "$D/out"
}

@test "a Secret's Status is not repeated" {
	check --fault 403@/secrets/ -- -v 10
	expect 2
	run ! grep -q SECRETWORD "$D/out" "$D/err"
	grep -q 'Error from server (Forbidden): secrets "cacerts" is forbidden' \
	    "$D/out"
	check --fault 403@/configmaps/
	grep -q SECRETWORD "$D/out"
}

@test "401: one line, no record" {
	check --accept-token other
	expect 2
	[ -z "$output" ]
	[ "$stderr" = "error: You must be logged in to the server (Unauthorized)" ]
}

@test "401 with an expired client certificate says that it has expired" {
	export USER_ENTRY="{client-certificate: $D/pki/expired.crt, client-key: $D/pki/expired.key}"
	check --accept-token other
	expect 2
	[ -z "$output" ]
	# this server hangs up in the handshake already
	[[ "$stderr" == "Unable to connect to the server: "*": the client certificate of user \"u\" has expired on 20"* ]]
	[ "$(wc -l <"$D/err")" -eq 1 ]
}

@test "an exec plugin is asked again after a 401, once for all requests" {
	exec_entry
	rm -f "$D/runs"
	check --old-token t1@6
	expect 0
	right
	[ "$(wc -l <"$D/runs")" -eq 2 ]
	rm -f "$D/runs"
	check --accept-token never
	expect 2
	[ "$(wc -l <"$D/runs")" -eq 2 ]
	[ -z "$output" ]
}

@test "a plugin's certificate is renewed after a 401 as well" {
	cat >"$D/plugin" <<-E
	#!/bin/sh
	echo run >>"$D/runs"
	who=server
	[ "\$(wc -l <"$D/runs")" -gt 1 ] && who=admin
	line() { awk '{ printf "%s\\\\n", \$0 }' "$D/pki/\$1"; }
	printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientCertificateData":"%s","clientKeyData":"%s"}}' "\$(line \$who.crt)" "\$(line \$who.key)"
	E
	chmod +x "$D/plugin"
	rm -f "$D/runs"
	export USER_ENTRY="{exec: {apiVersion: client.authentication.k8s.io/v1, command: $D/plugin, interactiveMode: Never}}"
	check --accept-cert admin
	expect 0
	right
	[ "$(wc -l <"$D/runs")" -eq 2 ]
	grep -q 'cert=kube-apiserver' "$D/log"
	tail -n 1 "$D/log" | grep -q 'cert=admin'
}

@test "a plugin sees its own environment, and nothing of ours" {
	cat >"$D/plugin" <<-E
	#!/bin/sh
	{ env; tr '\0' ' ' </proc/\$PPID/cmdline; ls /proc/\$\$/fd; } >"$D/seen"
	exit 1
	E
	chmod +x "$D/plugin"
	export USER_ENTRY="{exec: {apiVersion: client.authentication.k8s.io/v1, command: $D/plugin, interactiveMode: Never, provideClusterInfo: true, env: [{name: MINE, value: yes-mine}]}}"
	SSLKEYLOGFILE=$D/keylog OPENSSL_CONF=/nonexistent check 9</dev/null
	expect 2
	grep -q '^MINE=yes-mine$' "$D/seen"
	grep -q '^KUBERNETES_EXEC_INFO={"kind":"ExecCredential"' "$D/seen"
	run ! grep -qE 'SSLKEYLOGFILE|OPENSSL_CONF|PRIVATE KEY' "$D/seen"
	[ ! -e "$D/keylog" ]
	# from 10 on they are the shell's own
	run ! grep -qE '^[3-9]$' "$D/seen"
}

@test "in a pod: its service account, whose token is read from its file" {
	unshare -rm true 2>/dev/null || skip "no mount namespaces here"
	cat >"$D/pod" <<-'E'
	mount -t tmpfs none /run
	a=/run/secrets/kubernetes.io/serviceaccount
	mkdir -p $a
	cp "$D/pki/ca.crt" $a/
	printf 'pod-token\n' >$a/token
	printf istio-system >$a/namespace
	unset KUBECONFIG
	export HOME=/nonexistent KUBERNETES_SERVICE_HOST=127.0.0.1
	export KUBERNETES_SERVICE_PORT=$PORT
	exec "$@"
	E
	[ "$(readlink -f /var/run)" = /run ] || skip "/var/run is not /run"
	status=0
	"$SERVER" --dir "$D/pki" --replay "$ANSWERS/065-both-citadel-true" \
	    --log "$D/log" -- unshare -rm bash -e "$D/pod" \
	    "$BIN/kubectl-istio-rootcheck" --at "$AT" >"$D/out" 2>"$D/err" ||
	    status=$?
	expect 0
	right
	grep -q 'auth=Bearer pod-token' "$D/log"
	# a flag of its own, and a kubeconfig, beat it
	rm -f "$D/log"
	"$SERVER" --dir "$D/pki" --replay "$ANSWERS/065-both-citadel-true" \
	    --log "$D/log" -- unshare -rm bash -e "$D/pod" \
	    "$BIN/kubectl-istio-rootcheck" --at "$AT" --token mine --as ann \
	    --as-user-extra scopes=view >/dev/null
	grep -qi 'impersonate-extra-scopes=view' "$D/log"
	grep -q 'auth=Bearer mine' "$D/log"
	run ! grep -q pod-token "$D/log"
	status=0
	unshare -rm bash -e "$D/pod" "$BIN/kubectl-istio-rootcheck" \
	    --kubeconfig /nonexistent 2>"$D/err" || status=$?
	expect 2
	grep -q /nonexistent "$D/err"
}

@test "kuberc's policy on plugins" {
	printf '#!/bin/sh\necho run >>%s\nexit 1\n' "$D/runs" >"$D/plugin"
	chmod +x "$D/plugin"
	rm -f "$D/runs"
	export USER_ENTRY="{exec: {apiVersion: client.authentication.k8s.io/v1, command: $D/plugin, interactiveMode: Never}}"
	echo 'credentialPluginPolicy: DenyAll' >"$D/kuberc"
	export KUBERC=$D/kuberc
	check
	expect 2
	[ ! -e "$D/runs" ]
	grep -q 'credentialPluginPolicy DenyAll does not allow' "$D/err"
	printf 'credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: plugin}]\n' \
	    >"$D/kuberc"
	check
	expect 2
	[ -e "$D/runs" ]
	# what is no policy at all is not one that allows
	rm "$D/runs"
	echo '- AllowAll' >"$D/kuberc"
	check
	expect 2
	[ ! -e "$D/runs" ]
	grep -q "$D/kuberc" "$D/err"
	unset KUBERC
}

@test "a proxy: proxy-url is used, its password is not shown" {
	"$SERVER" --dir "$D/pki" --connect "$D/connects" -- \
	    bash -c 'echo "$PORT" >"$D/proxy-port"; sleep 60' &
	proxy=$!
	while [ ! -s "$D/proxy-port" ]; do sleep 0.1; done
	export CLUSTER=", proxy-url: \"http://me:pass-word@127.0.0.1:$(cat "$D/proxy-port")\""
	check -- -v 6
	kill $proxy
	expect 0
	right
	grep -q '^CONNECT 127.0.0.1:.* me:pass-word' "$D/connects"
	[ "$(wc -l <"$D/connects")" -le 2 ]
	run ! grep -q pass-word "$D/err"
	export CLUSTER=', proxy-url: "http://me:pass-word@127.0.0.1:1"'
	check
	expect 2
	[ -z "$output" ]
	run ! grep -q pass-word "$D/err"
	[ "$(wc -l <"$D/err")" -eq 1 ]
}

@test "a server that is down, or none: one line, exit 2" {
	run -2 --separate-stderr env KUBECONFIG=/nonexistent \
	    "$BIN/kubectl-istio-rootcheck" -s https://127.0.0.1:1
	[ -z "$output" ]
	[ "$stderr" = "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?" ]
	run -2 --separate-stderr env KUBECONFIG=/nonexistent \
	    "$BIN/kubectl-istio-rootcheck" -s https://no-such-host.invalid
	[ -z "$output" ]
	[[ "$stderr" == "Unable to connect to the server: "* ]]
	run -2 --separate-stderr env KUBECONFIG=/nonexistent HOME=/nonexistent \
	    "$BIN/kubectl-istio-rootcheck"
	[ -z "$output" ]
	[[ "$stderr" == *"-f"*"make demo"* ]]
}

@test "no progress: the time-out" {
	check --fault slow@1 -- --request-timeout 1s
	expect 2
	[ "$(grep -c '^unknown' "$D/out")" -le 1 ]
	grep -q 'no progress within the time-out' "$D/out" "$D/err"
	run -2 "$BIN/kubectl-istio-rootcheck" --request-timeout soon
	[[ "$output" == *"Invalid timeout value"* ]]
}

@test "stdout that is full" {
	status=0
	"$SERVER" --dir "$D/pki" --replay "$ANSWERS/050-cacerts" -- "$D/with" \
	    "$BIN/kubectl-istio-rootcheck" >/dev/full 2>"$D/err" || status=$?
	expect 2
	grep -q 'cannot write to stdout' "$D/err"
}

@test "two clocks" {
	check --clock 120
	expect 1
	awk -F'\t' '$11 == "clock-skew" && $5 == "clock" && $1 == "warn"' \
	    "$D/out" | grep -q 'seconds behind'
	check --clock 10
	expect 0
	run ! grep -q clock-skew "$D/out"
	check --clock 120 -- --excuse clock-skew
	expect 0
}

@test "-v 6: method, URL, status, time; at no level a secret" {
	check -- -v 6
	expect 0
	[ "$(grep -c '^GET https://127.0.0.1:[0-9]*/.* [0-9]* in [0-9]* ms$' "$D/err")" -ge 13 ]
	check -- -v 10
	run ! grep -qE 'the-token|BEGIN|LS0tLS1' "$D/err" "$D/out"
}

@test "-o prom: whole, dates as numbers, status 0 with findings" {
	check --clock 120 -- -o prom --warn 9999d
	expect 0
	grep -q '^kubectl_istio_rootcheck_not_after_seconds{kind="secret",object="istio-system/istio-ca-secret",entry="ca-cert.pem#1",role="root"} 2082585600$' "$D/out"
	grep -q '^kubectl_istio_rootcheck_finding{.*rule="expires-soon"} 1$' "$D/out"
	# every sample has a family, each name is declared once, no sample twice
	awk '/^# TYPE/ { if (t[$3]++) exit 1; next } /^#/ { next }
	    { n = $1; sub(/{.*/, "", n); if (!t[n]) exit 1
	      k = $0; sub(/ [^ ]*$/, "", k); if (s[k]++) exit 1 }' "$D/out"
	check --accept-token other -- -o prom
	expect 2
	[ -z "$output" ]
}

@test "-o nagios: one line, that world's statuses" {
	check -- -o nagios
	expect 0
	[[ "$output" == "ROOTCHECK OK - nothing found | days="* ]]
	check -- -o nagios --warn 9999d
	expect 1
	[[ "$output" == "ROOTCHECK WARNING - secret "*expires-soon* ]]
	check -- -o nagios --crit 9999d
	expect 2
	[[ "$output" == "ROOTCHECK CRITICAL - "* ]]
	check --fault 403@/istiod-tls -- -o nagios --warn 9999d
	expect 3
	[[ "$output" == "ROOTCHECK UNKNOWN - secret istio-system/istiod-tls"* ]]
	check --accept-token other -- -o nagios
	expect 3
	[ "$(wc -l <"$D/out")" -eq 1 ]
	[[ "$output" == "ROOTCHECK UNKNOWN - "* ]]
	check -- -o nagios --crit 9999d --excuse expires-critical
	expect 0
}

@test "--print-rbac names the namespace, and contacts nobody" {
	run -0 env KUBECONFIG=/nonexistent "$BIN/kubectl-istio-rootcheck" \
	    --print-rbac -i mesh-1
	[[ "$output" == *'namespace: "mesh-1"'* ]]
	[[ "$output" == *'resourceNames: ["istio-ca-secret", "cacerts", "istiod-tls"]'* ]]
	run -2 "$BIN/kubectl-istio-rootcheck" --print-rbac -i 'a"b'
	run -2 bash -c '"$BIN/kubectl-istio-rootcheck" --print-rbac >/dev/full'
}
