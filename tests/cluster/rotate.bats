#!/usr/bin/env bats
# rotate on a real API server, with a Citadel that lives: from the plan to the
# goal and back again, and what it does about each kind of mesh.
bats_require_minimum_version 1.5.0
load cluster.bash
load mesh.bash
load rotate.bash

setup_file() {
	rotate_setup_file
}

setup() {
	rotate_setup
}

teardown() {
	rotate_teardown
}

teardown_file() {
	[ -z "$CLUSTER_DIR" ] || citadel_down
}

# The workloads' certificates, SHA256 a line, sorted; each in $D/leaves/N.
leaves() {	# DIR
	local n=0
	rm -rf "$1"
	mkdir "$1"
	kubectl get secrets -A --field-selector type=istio.io/key-and-cert \
	    -o json | jq -r '.items[].data["cert-chain.pem"]' |
	    while read -r pem; do
		n=$((n + 1))
		base64 -d <<<"$pem" >"$1/$n"
	done
}

plan_of() {	# LINE...
	diff <(steps) <(printf '%s\n' "$@")
}

ca=istio-system/istio-ca-secret
citadel=istio-system/istio-citadel

@test "plan, apply, verify, plan, and back again" {
	leaves "$D/old"
	kubectl -n istio-system get secret istio-ca-secret -o json |
	    jq -S .data >"$D/data"
	rot
	[ $s -eq 1 ]
	plan_of "todo backup $ca keep-the-old" "todo write $ca ends-soon" \
	    "todo restart $citadel reads-once" "todo wait istio-system behind"
	[ ! -e "$D/state" ]
	wrote

	apply
	[ $s -eq 0 ]
	plan_of "done backup $ca keep-the-old" "done write $ca -" \
	    "done restart $citadel reads-once" "done goal $ca goal-reached"
	wrote "$ca_write" "$citadel_write"
	[ "$(audit_writes secrets $ca)" = 'patch 200 kubectl-istio-rotate' ]
	good

	# the same name and key, ten years, no key identifiers, another number
	[ "$(openssl x509 -in "$D/good.pem" -noout -pubkey)" = \
	    "$(openssl x509 -in "$D/first.pem" -noout -pubkey)" ]
	diff <(openssl x509 -in "$D/good.pem" -noout -subject \
	    -nameopt show_type) <(openssl x509 -in "$D/first.pem" -noout \
	    -subject -nameopt show_type)
	run ! cmp "$D/good.pem" "$D/first.pem"
	run ! diff <(openssl x509 -in "$D/good.pem" -noout -serial) \
	    <(openssl x509 -in "$D/first.pem" -noout -serial)
	run ! grep -q 'Key Identifier' <(openssl x509 -in "$D/good.pem" \
	    -noout -text)
	grep -q "SHA256 $(fingerprint "$D/good.pem")," "$D/out"

	# each leaf is another one, and each is good under both roots
	leaves "$D/new"
	[ "$(cat "$D/old/"* | grep -c BEGIN)" -ge 9 ]
	[ -z "$(comm -12 <(sha256sum "$D/old/"* | cut -c -64 | sort) \
	    <(sha256sum "$D/new/"* | cut -c -64 | sort))" ]
	openssl verify -CAfile "$D/good.pem" "$D/old/"* >/dev/null
	openssl verify -CAfile "$D/first.pem" "$D/new/"* >/dev/null

	# two Citadels overlapped, and nothing else was restarted
	sed -n "$((from + 1)),\$p" "$D/citadel.log" |
	    sed -n "s/.* citadel istio-citadel[^ ]* \(starts\|ends\).*/\1/p" |
	    paste -sd ' ' | grep -qx 'starts ends'

	rot
	[ $s -eq 0 ]
	said "done goal $ca goal-reached"
	wrote "$ca_write" "$citadel_write"
}

@test "--rollback: the old one is back, in one write; and nothing is left" {
	dir=$(find "$D/state" -name secret.yaml -printf '%h')
	jq -S .data "$dir/secret.yaml" | diff "$D/data" -
	rot --rollback "$dir"
	[ $s -eq 1 ]
	plan_of "todo backup $ca keep-the-old" "todo write $ca rollback" \
	    "todo restart $citadel reads-once" "todo wait istio-system behind"
	wrote
	apply --rollback "$dir"
	[ $s -eq 0 ]
	said "done write $ca -"
	wrote "$ca_write" "$citadel_write"
	kubectl -n istio-system get secret istio-ca-secret -o json |
	    jq -S .data | diff "$D/data" -
	# all is well with it, but that it ends
	kubectl istio certverify -q --excuse outlives-issuer
	apply --rollback "$dir"
	[ $s -eq 0 ]
	wrote "$ca_write" "$citadel_write"
}

args() {	# DEPLOYMENT ARG...
	kubectl -n istio-system patch deployment "$1" --type json -p "$(jq -cn \
	    '[{op: "add", path: "/spec/template/spec/containers/0/args",
	    value: $ARGS.positional}]' --args -- "${@:2}")" >/dev/null
}

# A Deployment NAME of the namespace shop with a sidecar of 1.1.5.
old_sidecar() {	# NAME
	jq -n --arg n "$1" '{apiVersion: "apps/v1", kind: "Deployment",
	    metadata: {name: $n, namespace: "shop"}, spec: {selector:
	    {matchLabels: {app: $n}}, template: {metadata: {labels: {app: $n}},
	    spec: {serviceAccountName: "a", containers: [{name: "istio-proxy",
	    image: "docker.io/istio/proxyv2:1.1.5"}]}}}}' |
	    kubectl create -f - >/dev/null
}

@test "controlPlaneSecurity; sidecars that do not reload: who restarts" {
	args istio-galley server --insecure=false
	args istio-pilot discovery --secureGrpcAddr :15011
	jq -n '{apiVersion: "apps/v1", kind: "Deployment", metadata: {name:
	    "istio-telemetry", namespace: "istio-system"}, spec: {selector:
	    {matchLabels: {istio: "mixer"}}, template: {metadata: {labels:
	    {istio: "mixer"}}, spec: {containers: [{name: "mixer", image:
	    "docker.io/istio/mixer:1.4.10", args:
	    ["--configStoreURL=mcps://istio-galley:9901"]}]}}}}' |
	    kubectl create -f - >/dev/null
	old_sidecar old
	kubectl -n shop rollout status deployment old --timeout 20s
	citadel_rolled
	age
	rot
	[ $s -eq 1 ]
	pod=$(kubectl -n shop get pods -l app=old \
	    -o jsonpath='{..metadata.name}')
	said "skip roll shop/$pod no-hot-reload"
	for part in galley pilot telemetry; do
		said "todo restart istio-system/istio-$part reads-once"
	done
	[ "$(steps | grep -c ' restart ')" -eq 4 ]
	apply --roll-workloads
	# there is no kubelet, so nobody can say what the new pod has loaded
	[ $s -eq 2 ]
	said "done roll shop/old reads-once"
	new=$(kubectl -n shop get pods -l app=old --field-selector \
	    status.phase=Running -o jsonpath='{..metadata.name}')
	said "stop check shop/$new not-examined"
	apply --roll-workloads --excuse "pod/shop/$new"
	[ $s -eq 0 ]
	said "done goal istio-system/istio-ca-secret goal-reached"
	wrote "$ca_write" "$citadel_write" \
	    'patch deployments istio-system/istio-galley 200' \
	    'patch deployments istio-system/istio-pilot 200' \
	    'patch deployments istio-system/istio-telemetry 200' \
	    'patch deployments shop/old 200'
	# Citadel before the others
	[ "$(steps | grep ' restart ' | head -n 1)" = \
	    "done restart $citadel reads-once" ]
	run ! kubectl -n shop get pod "$pod"
	good
	rot --roll-workloads
	[ $s -eq 0 ]
	kubectl -n shop delete deployment old >/dev/null
	kubectl -n istio-system delete deployment istio-telemetry >/dev/null
	args istio-galley server --insecure=true
	args istio-pilot discovery --secureGrpcAddr ""
	citadel_rolled
}

@test "a pod that nobody would make again: bare-pod, and nothing is written" {
	kubectl -n shop run bare --image docker.io/istio/proxyv2:1.1.5 \
	    --overrides '{"spec": {"containers": [{"name": "istio-proxy",
	    "image": "docker.io/istio/proxyv2:1.1.5"}]}}' >/dev/null
	kubectl -n shop wait pod bare --for condition=ready --timeout 10s
	age
	rot --roll-workloads
	said "stop check shop/bare bare-pod"
	refused '	bare-pod	'
	apply --roll-workloads
	refused '	bare-pod	'
	rot --roll-workloads --excuse bare-pod
	[ $s -eq 1 ]
	said "skip check shop/bare bare-pod"
	kubectl -n shop delete pod bare --wait=false >/dev/null
}

@test "a Citadel of 1.1.7 keeps its root in memory: control-plane-too-old" {
	kubectl -n istio-system rollout pause deployment istio-citadel
	kubectl -n istio-system set image deployment istio-citadel \
	    citadel=docker.io/istio/citadel:1.1.7
	rot
	refused '	control-plane-too-old	'
	apply
	refused '	control-plane-too-old	'
	kubectl -n istio-system set image deployment istio-citadel \
	    citadel=docker.io/istio/citadel:1.4.10
	kubectl -n istio-system rollout resume deployment istio-citadel
}

@test "what the old script left: its root is spelt in other bytes" {
	printf '%s\n' 'keyUsage=critical,keyCertSign' \
	    'basicConstraints=critical,CA:true' subjectKeyIdentifier=none \
	    authorityKeyIdentifier=none >"$D/ext"
	openssl req -new -key "$D/first.key" -subj /O=cluster.local \
	    -out "$D/csr" -config <(printf '[req]\ndistinguished_name=d\n[d]\n')
	openssl x509 -req -in "$D/csr" -signkey "$D/first.key" -days 3650 \
	    -extfile "$D/ext" -out "$D/utf8.pem" 2>/dev/null
	openssl x509 -in "$D/utf8.pem" -noout -subject -nameopt show_type |
	    grep -q UTF8STRING
	put "$D/utf8.pem"
	rot
	[ $s -eq 1 ]
	said "todo write $ca other-spelling"
	apply
	[ $s -eq 0 ]
	wrote "$ca_write" "$citadel_write"
	good
	openssl x509 -in "$D/good.pem" -noout -subject -nameopt show_type |
	    grep -q PRINTABLESTRING
}

@test "no CA secret: said so; --rollback makes it, once" {
	may_delete=1
	dir=$(find "$D/state" -name secret.yaml -printf '%h\n' | sort |
	    head -n 1)
	kubectl -n istio-system delete secret istio-ca-secret >/dev/null
	rot
	refused '	ca-secret-absent	'
	apply
	refused '	ca-secret-absent	'
	rot --rollback "$dir"
	[ $s -eq 1 ]
	said "todo write $ca rollback"
	wrote
	apply --rollback "$dir"
	[ $s -eq 0 ]
	wrote "create secrets $ca 201" "$citadel_write"
	ca back
	cmp "$D/key.pem" "$D/first.key"
	diff <(jq -S .data "$dir/secret.yaml") <(jq -S .data "$D/ca.json")
	kubectl istio certverify -q --excuse outlives-issuer
}

@test "--from: the root that is named, once; one not in force: nothing" {
	ca before
	apply --from "$(fingerprint "$D/before.pem")"
	[ $s -eq 0 ]
	wrote "$ca_write" "$citadel_write"
	good
	# and though there are years left
	ca once
	apply --from "$(fingerprint "$D/once.pem")"
	[ $s -eq 0 ]
	wrote "$ca_write"{,} "$citadel_write"{,}
	good
	run ! cmp "$D/once.pem" "$D/good.pem"
	# the same again is a run that comes too late
	apply --from "$(fingerprint "$D/once.pem")"
	[ $s -eq 0 ]
	audit_mark
	apply --from "$(printf '%064d' 7)"
	refused '	from-differs	'
	rot --from "$(printf '%064d' 7)"
	refused '	from-differs	'
}

@test "a rotator was faster: its root is adopted, before and while it waits" {
	age
	rot
	[ $s -eq 1 ]
	resign "$D/theirs.pem"
	put "$D/theirs.pem"
	apply
	[ $s -eq 0 ]
	wrote "$citadel_write"
	good
	cmp "$D/theirs.pem" "$D/good.pem"

	age
	audit_mark
	citadel_stop
	start --apply --yes
	shows 'patch deployment/.*HTTP 200' "$D/err"
	resign "$D/later.pem" 3600
	put "$D/later.pem"
	mesh_up
	ended
	[ $s -eq 0 ]
	wrote "$ca_write" "$citadel_write"{,}
	good
	cmp "$D/later.pem" "$D/good.pem"
}

@test "GitOps keeps the secret, too: a stop, unless that is excused" {
	age
	kubectl -n istio-system annotate secret istio-ca-secret \
	    argocd.argoproj.io/tracking-id=mesh:/Secret:x/y >/dev/null
	rot
	refused '	gitops-owner	'
	apply
	refused '	gitops-owner	'
	rot --excuse gitops-owner
	[ $s -eq 1 ]
	said "skip check $ca gitops-owner"
	apply --excuse gitops-owner
	[ $s -eq 0 ]
	wrote "$ca_write" "$citadel_write"
	good
	kubectl -n istio-system annotate secret istio-ca-secret \
	    argocd.argoproj.io/tracking-id- >/dev/null
}

@test "--dry-run=server: all is asked, nothing is changed" {
	age
	kubectl -n istio-system get secrets,deployments -o yaml >"$D/before"
	find "$D/state" | sort >"$D/kept"
	rot --apply --dry-run=server
	[ $s -eq 1 ]
	kubectl -n istio-system get secrets,deployments -o yaml |
	    diff "$D/before" -
	find "$D/state" | sort | diff "$D/kept" -
	wrote
	grep -c ' (dry run) .*HTTP 200' "$D/err"
	[ "$(grep -c ' (dry run) .*HTTP 200' "$D/err")" -ge 2 ]
}

@test "--restart none, --timeout: who is left, and the next run goes on" {
	age
	apply --restart none --timeout 2s
	[ $s -eq 1 ]
	said "skip restart $citadel left-to-you"
	said "todo wait istio-system behind"
	grep -q '2 s without progress' "$D/err"
	wrote "$ca_write"
	citadel_stop
	apply --timeout 2s
	[ $s -eq 1 ]
	said "todo restart $citadel reads-once"
	wrote "$ca_write" "$citadel_write"
	mesh_up
	apply
	[ $s -eq 0 ]
	wrote "$ca_write" "$citadel_write"
	good
}

# A second control plane, of istiod, in a namespace of its own, with ConfigMaps
# that the test writes as istiod would.
istiod_mesh() {
	{
		echo "at now"
		echo "cert two key=k3 ski=none from=-340d to=+25d"
		echo "secret istio-two/istio-ca-secret type=istio.io/ca-root" \
		    "ca-cert.pem=two ca-key.pem=pkcs1:k3"
		echo "istiod 1.9.9"
	} | sed 's/istio-system/istio-two/' >"$D/mesh/two"
	mkdir -p "$D/two"
	"$MKMESH" "$D/mesh/two" "$D/two"
	jq '.items |= map(if .kind == "Deployment" then
	    .metadata.namespace = "istio-two" else . end)' \
	    "$D/two/mesh.json" >"$D/two/moved.json"
	load_mesh "$D/two/moved.json" 'if .kind == "Deployment" then
	    .spec.replicas = 1 else . end'
	publish
	kubectl -n istio-two rollout status deployment istiod --timeout 20s
}

publish() {
	local pem
	pem=$(kubectl -n istio-two get secret istio-ca-secret -o json |
	    jq -r '.data["ca-cert.pem"]' | base64 -d)
	kubectl get namespaces -o json | jq --arg p "$pem"$'\n' '.items[] | {
	    apiVersion: "v1", kind: "ConfigMap", metadata: {name:
	    "istio-ca-root-cert", namespace: .metadata.name},
	    data: {"root-cert.pem": $p}}' | kubectl apply -f - >/dev/null
}

@test "an istiod, in another namespace (-i)" {
	citadel_down
	mesh_up
	istiod_mesh
	rot -i istio-two
	[ $s -eq 1 ]
	plan_of 'todo backup istio-two/istio-ca-secret keep-the-old' \
	    'todo write istio-two/istio-ca-secret ends-soon' \
	    'todo restart istio-two/istiod reads-once' \
	    'todo wait istio-two behind'
	start -i istio-two --apply --yes
	shows 'patch deployment/istio-two/istiod .*HTTP 200' "$D/err"
	publish
	ended
	[ $s -eq 0 ]
	wrote 'patch secrets istio-two/istio-ca-secret 200' \
	    'patch deployments istio-two/istiod 200'
	kubectl istio certverify -q -i istio-two
	rot -i istio-two
	[ $s -eq 0 ]
	rot
	[ $s -eq 2 ]
}
