#!/usr/bin/env bats
# certverify --envoy and proxyver --ask on a real API server: their rights.
# There is no kubelet, so that who may ask is told that the pod has no host, and
# who may not, Forbidden.
bats_require_minimum_version 1.5.0
load cluster.bash

setup_file() {
	export D=$BATS_FILE_TMPDIR
	export PATH=$BIN:$PATH
	[ -n "$CLUSTER_DIR" ] || return 0
	no_pods
	empty
	cat >"$D/spec" <<-E
	at now
	cert root
	secret istio-system/istio-ca-secret type=istio.io/ca-root ca-cert.pem=root ca-key.pem=pkcs1:k1
	configmap istio-system/istio-security caTLSRootCert=b64:root
	account shop/web
	workload shop/web issuer=root root=root
	E
	mkdir -p "$D/mesh"
	"$MKMESH" "$D/spec" "$D/mesh"
	load_mesh "$D/mesh/mesh.json"
	local name
	for name in shop/a shop/b zoo/c; do
		jq -nc --arg ns "${name%/*}" --arg name "${name#*/}" \
		    --arg image docker.io/istio/proxyv2:latest '{
		    apiVersion: "v1", kind: "Pod",
		    metadata: {$name, namespace: $ns},
		    spec: {automountServiceAccountToken: false,
			containers: [{name: "istio-proxy", $image}]},
		    status: {phase: "Running", containerStatuses: [{
			name: "istio-proxy", $image, imageID: "", ready: true,
			restartCount: 0, state: {running: {}}, lastState: {}}]}}'
	done | "$LOADPODS" "$CLUSTER_DIR" \
	    "https://127.0.0.1:$(cat "$CLUSTER_DIR/port")"
}

no_roles() {
	no_cluster_roles
	kubectl -n shop delete role,rolebinding --all >/dev/null
	kubectl -n zoo delete role,rolebinding --all >/dev/null
}

setup() {
	[ -n "$CLUSTER_DIR" ] || skip "loads pods: only on a control plane of its own"
	token_of_me
	TOOL=(certverify --envoy)
}

teardown_file() {
	[ -z "$CLUSTER_DIR" ] || { no_pods; empty; }
}

judge() {
	s=0
	kubectl istio "${TOOL[@]}" "$@" >"$D/out" 2>"$D/err" || s=$?
	sort -o "$D/out" "$D/out"
}

# As the service account, until it is told what the admin is: ARGS...
enough() {
	judge "$@"
	cp "$D/out" "$D/admin"
	[ "$(grep -Ec '	(not-asked|version-unknown)	.*does not have a host assigned' \
	    "$D/admin")" -eq "$PODS" ]
	sees_as_admin "$@"
}

# Without what a sed takes away, a record matches: SED REGEX ARGS...
too_little() {
	local less=$1 want=$2
	shift 2
	sed "$less" "$D/rbac.yaml" >"$D/less.yaml"
	run ! cmp -s "$D/rbac.yaml" "$D/less.yaml"
	kubectl apply -f "$D/less.yaml" >/dev/null
	for _ in {1..50}; do
		judge --token "$sa_token" "$@"
		grep -q "$want" "$D/out" && break
		sleep 0.2
	done
	[ "$s" -eq 2 ]
	cat "$D/out"
	grep -q "$want" "$D/out"
	kubectl apply -f "$D/rbac.yaml" >/dev/null
	enough "$@"
}

@test "--print-rbac is enough for all pods, and none of it is too much" {
	kubectl istio certverify --envoy --print-rbac >"$D/rbac.yaml"
	bind_me "$D/rbac.yaml"
	PODS=3 enough
	# 1.20 asks for get alone; create is for 1.35 and later
	PODS=3 too_little 's/\[get, create\]/[create]/' \
	    '^unknown	pod	zoo/c	.*not-asked	.*Forbidden'
	PODS=3 too_little '/-envoy$/,$s/\[pods\]/[none]/' \
	    '^unknown	pod	.*/\*	.*Forbidden'
}

@test "--print-rbac is enough for one namespace, and for targets" {
	no_roles
	kubectl istio certverify --envoy -n shop --print-rbac >"$D/rbac.yaml"
	bind_me "$D/rbac.yaml"
	PODS=2 enough -n shop
	no_roles
	kubectl istio certverify --envoy shop/a zoo/c --print-rbac \
	    >"$D/rbac.yaml"
	bind_me "$D/rbac.yaml"
	PODS=2 enough shop/a zoo/c
	PODS=2 too_little 's/\["a"\]/["x"]/' \
	    '^unknown	pod	shop/a	.*Forbidden' shop/a zoo/c
	# no other pod, and no exec of it
	judge --token "$sa_token" shop/b
	grep -q '^unknown	pod	shop/b	.*Forbidden' "$D/out"
	[ "$s" -eq 2 ]
}

@test "proxyver --ask: --print-rbac is enough, and none of it is too much" {
	TOOL=(proxyver --ask)
	no_roles
	kubectl istio proxyver --ask --print-rbac >"$D/rbac.yaml"
	bind_me "$D/rbac.yaml"
	PODS=3 enough
	PODS=3 too_little 's/\[get, create\]/[create]/' \
	    '^unknown	pod	zoo/c	.*version-unknown	.*Forbidden'
	PODS=3 too_little 's/\[pods\]/[none]/' \
	    '^unknown	pod	.*\*	.*Forbidden'
	no_roles
	kubectl istio proxyver --ask -n shop --print-rbac >"$D/rbac.yaml"
	bind_me "$D/rbac.yaml"
	PODS=2 enough -n shop
	no_roles
	kubectl istio proxyver --ask shop/a zoo/c --print-rbac >"$D/rbac.yaml"
	bind_me "$D/rbac.yaml"
	PODS=2 enough shop/a zoo/c
	PODS=2 too_little '/exec/,$s/\["a"\]/["x"]/' \
	    '^unknown	pod	shop/a	.*version-unknown	.*Forbidden' shop/a zoo/c
}
