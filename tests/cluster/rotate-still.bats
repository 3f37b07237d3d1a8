#!/usr/bin/env bats
# rotate on a real API server where nobody plays the CA: what is planned and
# sent, for meshes that stand still.
bats_require_minimum_version 1.5.0
load cluster.bash
load mesh.bash
load rotate.bash

setup_file() {
	export D=$BATS_FILE_TMPDIR
	export PATH=$BIN:$PATH XDG_STATE_HOME=$D/state
	export SERVER=$BATS_TEST_DIRNAME/../server/server
	chmod 700 "$D"
}

setup() {
	[ -n "$CLUSTER_DIR" ] ||
	    skip "keeps pods and nodes: only on a control plane of its own"
	empty
	audit_mark
}

teardown() {
	[ -z "$CLUSTER_DIR" ] || empty
}

# Replicas 0, where nobody would make them Ready.
still() {	# LINE...
	rm -rf "$D/mesh"
	mkdir -p "$D/mesh"
	printf '%s\n' "at now" "$@" >"$D/mesh/spec"
	"$MKMESH" "$D/mesh/spec" "$D/mesh" || return
	load_mesh "$D/mesh/mesh.json" 'if .kind == "Deployment" then
	    .spec.replicas = 0 else . end'
}

cacerts=istio-system/cacerts
ca=istio-system/istio-ca-secret
citadel=istio-system/istio-citadel

# shellcheck disable=SC2154	# s is rot's
left() {	# STATUS
	[ "$s" -eq "$1" ]
}

secret="secret $ca type=istio.io/ca-root ca-cert.pem=root ca-key.pem=pkcs1:k1"

@test "a root in cacerts: it is the one that is named, kept and written" {
	still "cert root key=k1 from=-340d to=+25d" \
	    "secret $cacerts ca-cert.pem=root ca-key.pem=key:k1 istio-generated=" \
	    "$(plane istiod pilot discovery 1.20.3)"
	rot --restart none
	left 1
	said todo backup "$cacerts" keep-the-old
	said todo write "$cacerts" ends-soon
	apply --restart none --timeout 1s
	said "done" write "$cacerts" -
	wrote "patch secrets $cacerts 200"
	kubectl -n istio-system get secret cacerts -o json |
	    jq -r '.data["ca-cert.pem"]' | base64 -d >"$D/now.pem"
	openssl x509 -in "$D/now.pem" -noout -checkend $((3640 * 86400))
}

@test "no CA secret, but a mesh: put the old one back, not another -i" {
	still "cert root key=k1 ski=none" "citadel 1.4.10"
	rot
	left 2
	said stop check "$ca" ca-secret-absent
	empty
	still "cert root key=k1 ski=none" \
	    "workload shop/default issuer=root root=root"
	rot
	left 2
	said stop check "$ca" ca-secret-absent
	empty
	rot
	left 2
	grep -q 'is it another one (-i)?' "$D/err"
}

@test "a rehearsal of a root that has ended, and of one that is gone" {
	still "cert root key=k1 ski=none from=-340d to=-1d" "citadel 1.4.10" \
	    "$secret"
	rot --apply --dry-run=server
	left 1
	said todo write "$ca" ends-soon
	grep -q "patch deployment/$citadel (dry run).*HTTP 200" "$D/err"
	empty
	still "cert root key=k1 ski=none from=-340d to=+25d" "citadel 1.4.10" \
	    "$secret"
	rm -rf "$D/kept"
	mkdir -m 700 "$D/kept"
	(
		umask 077
		kubectl -n istio-system get secret istio-ca-secret -o json \
		    >"$D/kept/secret.yaml"
	)
	kubectl -n istio-system delete secret istio-ca-secret >/dev/null
	rot --apply --dry-run=server --rollback "$D/kept"
	left 1
	said todo write "$ca" rollback
	grep -q "patch deployment/$citadel (dry run).*HTTP 200" "$D/err"
	wrote
}

@test "a restart that the API server refuses is not said to be done" {
	still "cert root key=k1 ski=none from=-340d to=+25d" "citadel 1.4.10" \
	    "$secret"
	between --fault "409once@PATCH/apis/apps/" -- \
	    kubectl-istio-rotate --apply --yes --timeout 3s
	keep
	[ "$(steps | grep -c "^done restart $citadel ")" -eq 1 ]
}

@test "a clock that was set back behind the backup: one restart, not many" {
	still "cert root key=k1 ski=none from=-340d to=+25d" "citadel 1.4.10" \
	    "$secret"
	rm -rf "$D/state"
	apply --restart none
	dir=$(find "$D/state" -name secret.yaml -printf '%h')
	mv "$dir" "$(dirname "$dir")/$(date -u -d '1 hour' +%Y%m%dT%H%M%SZ)"
	apply --timeout 5s
	left 0
	wrote "patch secrets $ca 200" "patch deployments $citadel 200"
	rot
	left 0
}

@test "--roll-workloads: a controller that cannot be read is a stop" {
	still "cert root key=k1 ski=none from=-340d to=+25d" "citadel 1.4.10" \
	    "$secret" "account shop/a"
	# nobody's Deployment, though it looks like one's
	jq -n '{apiVersion: "apps/v1", kind: "ReplicaSet", metadata: {name:
	    "lone-abc", namespace: "shop"}, spec: {replicas: 1, selector:
	    {matchLabels: {"pod-template-hash": "abc"}}, template: {metadata:
	    {labels: {"pod-template-hash": "abc"}}, spec: {containers: [{name:
	    "istio-proxy", image: "docker.io/istio/proxyv2:1.1.5"}]}}}}' |
	    kubectl create -f - >/dev/null
	until_so is_there lone-abc
	rot --roll-workloads
	left 2
	said stop check shop/lone not-examined
}

is_there() {	# NAME
	kubectl -n shop get pods -o name | grep -q "$1"
}

@test "pods that wait for a certificate are counted with the others" {
	still "cert root key=k1 ski=none from=-10d to=+3000d" "citadel 1.4.10" \
	    "$secret" "account shop/a"
	jq -n '{apiVersion: "v1", kind: "Pod", metadata: {name: "waits",
	    namespace: "shop"}, spec: {volumes: [{name: "c", secret:
	    {secretName: "istio.a"}}], containers: [{name: "istio-proxy",
	    image: "docker.io/istio/proxyv2:1.4.10", volumeMounts: [{name: "c",
	    mountPath: "/etc/certs"}]}]}}' | kubectl create -f - >/dev/null
	rot
	left 1
	grep -q '	1 of 1 hold another root' "$D/out"
}
