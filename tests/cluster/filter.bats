#!/usr/bin/env bats
# rotate as a filter between kubectl get and kubectl replace.
bats_require_minimum_version 1.5.0
load cluster.bash

setup_file() {
	export D=$BATS_FILE_TMPDIR
	export PATH=$BIN:$PATH
	[ -z "$CLUSTER_CONTEXT" ] ||
	    kubectl config use-context "$CLUSTER_CONTEXT"
	empty
	cat >"$D/spec" <<-E
	at now
	cert root subject=O=cluster.local ski=none from=-336d to=+29d
	secret istio-system/istio-ca-secret type=istio.io/ca-root ca-cert.pem=root ca-key.pem=pkcs1:k1 root-cert.pem=root
	E
	"$MKMESH" "$D/spec" "$D" || return
	load_mesh "$D/mesh.json"
}

teardown_file() {
	empty
}

get() {
	kubectl get secret istio-ca-secret -n istio-system -o "$1"
}

@test "get | rotate | replace: another root, and nothing else is another" {
	get json >"$D/before"
	get yaml >"$D/in"
	kubectl istio rotate -f - <"$D/in" >"$D/new" 2>"$D/err"
	kubectl replace -f - <"$D/new"
	get json >"$D/after"
	run ! diff <(jq '.data["ca-cert.pem"]' "$D/before") \
	    <(jq '.data["ca-cert.pem"]' "$D/after")
	jq -e '.data["root-cert.pem"] == .data["ca-cert.pem"]' "$D/after"
	strip='del(.data["ca-cert.pem"], .data["root-cert.pem"],
	    .metadata.resourceVersion, .metadata.managedFields)'
	diff <(jq -S "$strip" "$D/before") <(jq -S "$strip" "$D/after")
	kubectl istio rootcheck >"$D/out" 2>&1 || :
	grep "ca-cert.pem#1	root	36[45]" "$D/out"
}

@test "who was slower than somebody else is refused, and nothing changes" {
	get yaml >"$D/in"
	kubectl istio rotate -f - --days 5000 --min-left 4999d \
	    <"$D/in" >"$D/new" 2>"$D/err"
	kubectl annotate secret istio-ca-secret -n istio-system a=b
	get json >"$D/before"
	run -1 kubectl replace -f "$D/new"
	[[ "$output" == *Conflict* ]]
	get json | diff "$D/before" -
}

@test "every cut of what kubectl prints: 2, and kubectl has nothing to do" {
	get yaml >"$D/in"
	for n in 0 1 100 1500 3000 $(($(wc -c <"$D/in") - 9)); do
		s=0
		head -c $n "$D/in" | kubectl istio rotate -f - --min-left 3649d \
		    >"$D/new" 2>"$D/err" || s=$?
		[ $s -eq 2 ]
		[ ! -s "$D/new" ]
	done
}
