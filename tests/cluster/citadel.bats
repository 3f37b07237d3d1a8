#!/usr/bin/env bats
# The stand-in for Citadel: what rotate's tests believe of it, as certverify
# judges it.
bats_require_minimum_version 1.5.0
load cluster.bash
load mesh.bash

setup_file() {
	export D=$BATS_FILE_TMPDIR
	export PATH=$BIN:$PATH
	[ -n "$CLUSTER_DIR" ] || return 0
	empty
	citadel_up
	citadel_mesh "cert root key=k1 ski=none" \
	    "account shop/"{a,b,c,d} "account bank/"{a,b,c,d} \
	    "account zoo/"{a,b,c,d} || {
		cat "$D/citadel.log" "$D/citadel.err"
		return 1
	}
}

setup() {
	[ -n "$CLUSTER_DIR" ] ||
	    skip "keeps pods and nodes: only on a control plane of its own"
	audit_mark
	from=$(wc -l <"$D/citadel.log")
}

teardown() {
	[ -n "$BATS_TEST_COMPLETED" ] || [ -z "$CLUSTER_DIR" ] ||
	    tail -n 50 "$D/citadel.log"
}

teardown_file() {
	[ -z "$CLUSTER_DIR" ] || citadel_down
}

judge() {
	s=0
	kubectl istio certverify "$@" >"$D/out" 2>"$D/err" || s=$?
	cat "$D/out" "$D/err"
}

restart() {
	kubectl -n istio-system rollout restart deployment istio-citadel \
	    >/dev/null
}

@test "a mesh of its making: certverify finds nothing" {
	judge
	[ $s -eq 0 ]
	# twelve, three of the control plane, and each namespace's default
	[ "$(grep -c '	workload	' "$D/out")" -ge 22 ]
	run ! grep -v '^ok' "$D/out"
	kubectl -n istio-system get pods
	[ "$(kubectl -n istio-system get pods --no-headers |
	    grep -c ' 1/1  *Running ')" -eq 3 ]
	# as Citadel signs: no subject, and no key identifier of such a root
	kubectl -n shop get secret istio.a -o json |
	    jq -r '.data["cert-chain.pem"]' | base64 -d >"$D/leaf.pem"
	openssl x509 -in "$D/leaf.pem" -noout -text >"$D/text"
	grep -qE '^ *Subject: *$' "$D/text"
	run ! grep -q 'Key Identifier' "$D/text"
	ca root
	openssl verify -x509_strict -CAfile "$D/root.pem" "$D/leaf.pem" || :
	openssl verify -purpose sslserver -CAfile "$D/root.pem" "$D/leaf.pem"
}

@test "a root of the same key, and a restart: two overlap, all follow" {
	resign "$D/new.pem"
	put "$D/new.pem"
	# nobody reads it before one starts
	sleep 3
	kubectl istio certverify >"$D/out" || [ $? -eq 1 ]
	run ! grep -q "	$(fingerprint "$D/new.pem")	.*	workload" "$D/out"
	[ "$(kubectl get secrets -A -o json | jq -r --arg new \
	    "$(base64 -w 0 "$D/new.pem")" '[.items[].data |
	    select(.["root-cert.pem"]? == $new)] | length')" -eq 0 ]
	old=$(kubectl -n istio-system get pods -l istio=citadel -o name)
	restart
	citadel_rolled
	citadel_settled
	judge
	[ $s -eq 0 ]
	new=$(kubectl -n istio-system get pods -l istio=citadel -o name)
	sed -n "$((from + 1)),\$p" "$D/citadel.log" >"$D/log"
	# the new one started before the old one ended
	sed -n "s/.* citadel \(istio-citadel[^ ]*\) \(starts\|ends\).*/\2/p" \
	    "$D/log" | paste -sd ' ' | grep -qx 'starts ends'
	[ "$old" != "$new" ]
	[ "$(grep -c " reissues secret [^ ]* root $(fingerprint "$D/new.pem")" \
	    "$D/log")" -ge 22 ]
	# one write of the CA's secret, and by whom
	[ "$(audit_writes secrets istio-system/istio-ca-secret)" = \
	    'patch 200 kubectl' ]
	[ "$(audit_writes secrets shop/istio.a | sort -u)" = \
	    'update 200 citadel' ]
	grep -q . "$CLUSTER_DIR/audit.log"
	run ! grep -qE 'requestObject|responseObject|ca-key' \
	    "$CLUSTER_DIR/audit.log"
}

@test "an API server that comes again; the rotator's tick reads the root" {
	citadel_stop
	citadel_up --rotator 2
	citadel_says ' starts under ' 10 "$from"
	restart_api_server
	resign "$D/ticked.pem"
	put "$D/ticked.pem"
	citadel_says " reloads root $(fingerprint "$D/ticked.pem")" 15 "$from"
	citadel_settled
	judge
	[ $s -eq 0 ]
	# and makes it anew where little is left: the old one's end is its clock's
	citadel_stop
	citadel_up --rotator 2 --clock $((3000 * 86400))
	citadel_says ' rotates to root ' 15 "$from"
	ca rotated
	[ "$(openssl x509 -in "$D/rotated.pem" -noout -pubkey)" = \
	    "$(openssl x509 -in "$D/ticked.pem" -noout -pubkey)" ]
	[ "$(openssl x509 -in "$D/rotated.pem" -noout -subject)" = \
	    "$(openssl x509 -in "$D/ticked.pem" -noout -subject)" ]
	citadel_stop
	put "$D/ticked.pem"
	citadel_up
	citadel_settled
	judge
	[ $s -eq 0 ]
}

@test "unmanaged namespaces: 1.4.10 leaves their secrets, 1.4.8 deletes them" {
	kubectl label namespace zoo ca.istio.io/override=false >/dev/null
	resign "$D/new.pem"
	put "$D/new.pem"
	restart
	citadel_rolled
	citadel_settled
	kubectl -n zoo get secrets istio.a istio.b istio.c istio.d >/dev/null
	citadel_stop
	citadel_up --version 1.4.8
	citadel_says ' deletes secret zoo/istio.d' 10 "$from"
	sleep 1
	run ! kubectl -n zoo get secret istio.d
	kubectl label namespace zoo ca.istio.io/override- >/dev/null
	citadel_settled
	kubectl -n zoo get secret istio.d >/dev/null
}

@test "an expired root: it does not start, until there is a better one" {
	ca good
	resign "$D/expired.pem" -1
	put "$D/expired.pem"
	restart
	citadel_says ' dies: the root is expired' 10 "$from"
	for _ in {1..30}; do
		kubectl -n istio-system get pods -l istio=citadel \
		    --no-headers >"$D/pods"
		grep -q ' 0/1 .*CrashLoopBackOff' "$D/pods" && break
		sleep 0.1
	done
	cat "$D/pods"
	grep -q ' 0/1 .*CrashLoopBackOff' "$D/pods"
	put "$D/good.pem"
	citadel_rolled
	citadel_settled
	# nor does one that the clock says begins later
	citadel_stop
	citadel_up --clock $((-3000 * 86400))
	citadel_says ' dies: the root is expired or not yet' 10 "$from"
	citadel_stop
	citadel_up
	citadel_rolled
}

@test "no CA secret while one starts: a new key, and all handshakes fail" {
	kubectl -n istio-system get secret istio-ca-secret -o json |
	    jq 'del(.metadata.resourceVersion, .metadata.uid)' >"$D/saved"
	ca old
	kubectl -n istio-system delete secret istio-ca-secret >/dev/null
	kubectl -n istio-system delete pods -l istio=citadel --wait=false \
	    >/dev/null
	citadel_says ' finds no istio-ca-secret' 10 "$from"
	citadel_says ' starts under ' 10 "$from"
	judge
	[ $s -eq 1 ]
	grep -q '^bad	secret	shop/istio.a	' "$D/out"
	ca minted
	[ "$(openssl x509 -in "$D/minted.pem" -noout -pubkey)" != \
	    "$(openssl x509 -in "$D/old.pem" -noout -pubkey)" ]
	openssl x509 -in "$D/minted.pem" -noout -subject -nameopt RFC2253,show_type |
	    grep -qx 'subject=O=PRINTABLESTRING:cluster.local'
	citadel_settled
	judge
	[ $s -eq 0 ]
}
